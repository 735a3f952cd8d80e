//! Games: rights to play, and what the platform draws. The app only shows it.
//!
//! A draw comes of the sandbox's seed and the call's key alone, so a test that knows both knows the outcome.

use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::clock::later;
use crate::database;
use crate::keyed;
use crate::ledger::Life;
use crate::members::{self, State};
use crate::programme::{POINTS, POINTS_LIFE};
use crate::refusal::{Outcome, conflict, invalid, missing};
use crate::sales::{self, Reward};
use crate::wire::{ONE, number, zoned};

/// The most rights that are given at once.
const MOST_RIGHTS: i64 = 1_000;

/// A game of the programme.
#[derive(Debug)]
struct Game {
    id: &'static str,
    title: &'static str,
    kind: &'static str,
    outcomes: &'static [Outcomes],
}

/// Something that can come out of a game.
#[derive(Debug)]
struct Outcomes {
    label: &'static str,
    /// So many of all tickets have it.
    tickets: u64,
    points: i64,
    offer: Option<&'static str>,
}

const fn points(label: &'static str, tickets: u64, points: i64) -> Outcomes {
    Outcomes { label, tickets, points: points * ONE, offer: None }
}

const GAMES: [Game; 2] = [
    Game {
        id: "wheel",
        title: "Lucky wheel",
        kind: "wheel",
        outcomes: &[
            points("5 points", 40, 5),
            points("10 points", 25, 10),
            points("Not this time", 20, 0),
            Outcomes { label: "A free coffee", tickets: 10, points: 0, offer: Some("free-coffee") },
            points("50 points", 5, 50),
        ],
    },
    Game {
        id: "scratch",
        title: "Scratch card",
        kind: "scratch",
        outcomes: &[points("20 points", 60, 20), points("Not this time", 30, 0), points("100 points", 10, 100)],
    },
];

fn game(id: &str) -> Outcome<&'static Game> {
    GAMES.iter().find(|game| game.id == id).ok_or_else(|| missing("GameNotFound", "There is no such game."))
}

/// The games, with what the member may play.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    welcome(tx, member, now)?;
    GAMES
        .iter()
        .map(|game| {
            let (plays, until): (i64, Option<i64>) = tx.query_row(
                "SELECT count(*), min(until) FROM game_right
                 WHERE member = ?1 AND game = ?2 AND play IS NULL AND (until IS NULL OR until > ?3)",
                params![member, game.id, now.as_microsecond()],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let sectors: Vec<Value> = match game.kind {
                "wheel" => game.outcomes.iter().map(|outcome| json!({ "label": outcome.label })).collect(),
                _ => Vec::new(),
            };
            Ok(json!({
                "id": game.id,
                "title": game.title,
                "kind": game.kind,
                "sectors": sectors,
                "plays": plays,
                "until": until.map(zoned),
            }))
        })
        .collect()
}

/// Plays once. Gives the answer, which is the same for the same key for ever.
pub(crate) fn play(tx: &Connection, member: i64, id: &str, key: Uuid, now: Timestamp) -> Outcome<String> {
    let game = game(id)?;
    welcome(tx, member, now)?;
    keyed::once(tx, member, key, &json!({ "play": game.id }), || {
        let right: Option<i64> = tx
            .query_row(
                "UPDATE game_right SET play = ?4 WHERE number = (
                     SELECT number FROM game_right
                     WHERE member = ?1 AND game = ?2 AND play IS NULL AND (until IS NULL OR until > ?3)
                     ORDER BY until NULLS LAST, number LIMIT 1)
                 RETURNING number",
                params![member, game.id, now.as_microsecond(), key.to_string()],
                |row| row.get(0),
            )
            .optional()?;
        if right.is_none() {
            return Err(conflict("games/no-plays-left", "There is no play left in this game."));
        }
        let seed = database::setting(tx, "seed")?.unwrap_or_default();
        let (sector, outcome) = draw(game, &seed, key);
        let mut reward = json!({});
        if outcome.points > 0 {
            let won = Reward {
                currency: POINTS,
                amount: outcome.points,
                life: Life { starts: now, ends: Some(later(now, POINTS_LIFE)) },
                description: format!("{}: {}", game.title, outcome.label),
                offer: Some(game.id.to_owned()),
            };
            sales::reward(tx, member, &won, now)?;
            reward["points"] = json!({ "amount": number(outcome.points), "currencyCode": POINTS.code });
        }
        if let Some(offer) = outcome.offer {
            reward["offerId"] = offer.into();
        }
        let sector = (game.kind == "wheel").then_some(sector);
        Ok(json!({ "sector": sector, "outcome": outcome.label, "reward": reward }).to_string())
    })
}

/// Draws one of the tickets. The first eight bytes of a digest are as good as evenly spread over a few dozen.
fn draw(game: &'static Game, seed: &str, key: Uuid) -> (usize, &'static Outcomes) {
    let digest = Sha256::new().chain_update(seed).chain_update(game.id).chain_update(key.as_bytes()).finalize();
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let tickets: u64 = game.outcomes.iter().map(|outcome| outcome.tickets).sum();
    let mut ticket = number % tickets;
    for (sector, outcome) in game.outcomes.iter().enumerate() {
        if ticket < outcome.tickets {
            return (sector, outcome);
        }
        ticket -= outcome.tickets;
    }
    // All tickets are of some outcome.
    (0, &game.outcomes[0])
}

/// Gives a member the right to play once, for `origin`. For the same reason once.
pub(crate) fn grant(tx: &Connection, member: i64, id: &str, origin: &str, now: Timestamp) -> Outcome<()> {
    right(tx, member, id, origin, None, now)
}

/// Gives a member so many more rights, for no reason.
pub(crate) fn present(
    tx: &Connection,
    member: i64,
    id: &str,
    count: i64,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Outcome<()> {
    members::complete(tx, member)?;
    game(id)?;
    if !(1..=MOST_RIGHTS).contains(&count) {
        return Err(invalid("count", format!("from 1 to {MOST_RIGHTS}")));
    }
    for _ in 0..count {
        right(tx, member, id, &format!("present:{}", Uuid::new_v4()), until, now)?;
    }
    Ok(())
}

/// Takes back a right that was given for `origin`, where it was not used.
pub(crate) fn withdraw(tx: &Connection, member: i64, origin: &str) -> Outcome<()> {
    tx.execute("DELETE FROM game_right WHERE member = ?1 AND origin = ?2 AND play IS NULL", params![member, origin])?;
    Ok(())
}

/// Every member may turn the wheel once, from the start.
fn welcome(tx: &Connection, member: i64, now: Timestamp) -> Outcome<()> {
    if members::member(tx, member)?.state == State::Normal {
        grant(tx, member, "wheel", "welcome", now)
    } else {
        Ok(())
    }
}

fn right(
    tx: &Connection,
    member: i64,
    id: &str,
    origin: &str,
    until: Option<Timestamp>,
    now: Timestamp,
) -> Outcome<()> {
    tx.execute(
        "INSERT INTO game_right (member, game, origin, granted, until) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
        params![member, id, origin, now.as_microsecond(), until.map(Timestamp::as_microsecond)],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_as_likely_as_their_tickets_and_depend_on_seed_and_key_alone() {
        let wheel = game("wheel").unwrap();
        let mut drawn = vec![0_u64; wheel.outcomes.len()];
        for nth in 0..2_000_u128 {
            let (sector, _) = draw(wheel, "1", Uuid::from_u128(nth));
            assert_eq!(draw(wheel, "1", Uuid::from_u128(nth)).0, sector);
            drawn[sector] += 1;
        }
        for (drawn, outcome) in drawn.iter().zip(wheel.outcomes) {
            assert!(drawn.abs_diff(outcome.tickets * 20) < outcome.tickets * 10, "{}: {drawn}", outcome.label);
        }
        assert!((0..50_u128).any(|nth| {
            let key = Uuid::from_u128(nth);
            draw(wheel, "1", key).0 != draw(wheel, "2", key).0
        }));
    }
}
