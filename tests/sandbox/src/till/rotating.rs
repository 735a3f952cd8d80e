//! How the till checks a rotating code: with the app's own verifier, against each key of the card that the code names.

use std::time::Duration;

use pocketcard::card::verifier::{CodeMemory, Verdict, Verifier};
use pocketcard::card::{CodeKey, Symbology};
use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};

use crate::cards::{self, Card, PERIOD_MILLIS, ROTATING_PREFIX, VALUE_LENGTH};
use crate::refusal::{Broken, Outcome};
use crate::wire::instant;

/// How far a phone's clock may be off.
const SKEW: Duration = Duration::from_mins(1);

/// What a till remembers of a key that no code was shown of yet.
pub(crate) fn fresh_memory() -> Outcome<String> {
    Ok(serde_json::to_string(&CodeMemory::default())?)
}

/// The card that a rotating code names. `None` where it is no rotating code, or of no card.
pub(super) fn card_of(tx: &Connection, code: &str) -> Outcome<Option<Card>> {
    match code.strip_prefix(ROTATING_PREFIX).and_then(|rest| rest.split_once('.')) {
        Some((number, _)) => cards::by_number(tx, number),
        None => Ok(None),
    }
}

/// What the code is, by the card's keys. A valid one is remembered, so it is good once.
pub(super) fn check(tx: &Connection, card: &Card, code: &str, now: Timestamp) -> Outcome<Verdict> {
    let keys: Vec<(i64, Vec<u8>, i64, String)> = tx
        .prepare_cached("SELECT id, key, until, memory FROM code_key WHERE card = ?1 ORDER BY until DESC LIMIT 10")?
        .query_map([card.id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?
        .collect::<Result<_, _>>()?;
    let mut verdict = Verdict::Forged;
    for (id, key, until, memory) in keys {
        let key = CodeKey {
            value_pattern: cards::value_pattern(&card.number),
            period_millis: PERIOD_MILLIS,
            key,
            value_length: VALUE_LENGTH,
            symbology: Symbology::Qr,
            valid_until: instant(until),
        };
        let verifier = Verifier::new(key, SKEW).map_err(|_| Broken::Impossible("a code key of the sandbox is none"))?;
        let mut memory: CodeMemory = serde_json::from_str(&memory)?;
        match verifier.check(&mut memory, code, now) {
            Verdict::Forged => {}
            Verdict::Valid { drift } => {
                let memory = serde_json::to_string(&memory)?;
                tx.execute("UPDATE code_key SET memory = ?2 WHERE id = ?1", params![id, memory])?;
                return Ok(Verdict::Valid { drift });
            }
            other => verdict = other,
        }
    }
    Ok(verdict)
}
