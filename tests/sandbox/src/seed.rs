//! The members that a fresh sandbox has: the same for the same seed, on the same day.

use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cards::{self, Numbers};
use crate::clock::later;
use crate::coupons::{self, NewCoupon};
use crate::ledger::{self, Life};
use crate::members::{self, State};
use crate::programme::{Currency, GOODS, POINTS, POINTS_LIFE, STARS};
use crate::refusal::Outcome;
use crate::sales::{self, Line, Purchase, Reward};
use crate::sign_in;
use crate::wire::ONE;

/// A member of the seed. Phone numbers are of the block that the German regulator keeps free for films.
struct Person {
    first_name: &'static str,
    last_name: &'static str,
    phone: &'static str,
    email: Option<&'static str>,
    password: Option<&'static str>,
    /// Purchases: how many days ago, which goods, how many.
    bought: &'static [(i64, usize, i64)],
    plastic: bool,
    blocked: bool,
}

/// A plastic card that belongs to nobody, and its PIN.
pub(crate) const FREE_CARD_PIN: &str = "4711";

const PEOPLE: [Person; 4] = [
    // Silver, with points pending and expiring.
    Person {
        first_name: "Anna",
        last_name: "Berg",
        phone: "+491713920001",
        email: Some("anna@example.com"),
        password: None,
        bought: &[(200, 0, 20), (90, 4, 25), (21, 5, 12), (6, 0, 4), (2, 1, 6)],
        plastic: true,
        blocked: false,
    },
    // Signs in by password; Gold.
    Person {
        first_name: "Boris",
        last_name: "Kaya",
        phone: "+491713920002",
        email: Some("boris@example.com"),
        password: Some("correct horse"),
        bought: &[(300, 0, 100), (40, 4, 80), (5, 6, 30)],
        plastic: true,
        blocked: false,
    },
    // Just joined: nothing bought.
    Person {
        first_name: "Clara",
        last_name: "Lindholm",
        phone: "+491713920003",
        email: None,
        password: None,
        bought: &[],
        plastic: false,
        blocked: false,
    },
    // Lost the phone: the card is blocked.
    Person {
        first_name: "David",
        last_name: "Osei",
        phone: "+491713920004",
        email: None,
        password: None,
        bought: &[(12, 3, 3)],
        plastic: false,
        blocked: true,
    },
];

/// Fills an empty database.
pub(crate) fn sow(tx: &Connection, seed: u64, now: Timestamp) -> Outcome<()> {
    for (which, person) in PEOPLE.iter().enumerate() {
        let created = ago(now, 365);
        let id = members::create(tx, State::Normal, created)?;
        tx.execute(
            "UPDATE member SET uid = ?2, first_name = ?3, last_name = ?4, phone = ?5, email = ?6, password = ?7,
                 birth_day = '1990-05-04', terms_accepted = 1 WHERE id = ?1",
            params![
                id,
                uuid(seed, &format!("member {which}")),
                person.first_name,
                person.last_name,
                person.phone,
                person.email,
                person.password.map(sign_in::hash_password).transpose()?,
            ],
        )?;
        let card = cards::create(tx, Some(id), &numbers(seed, &format!("virtual {which}")), true, None)?;
        if person.plastic {
            cards::create(tx, Some(id), &numbers(seed, &format!("plastic {which}")), false, None)?;
        }
        give(tx, id, &POINTS, 100, (created, Some(later(created, POINTS_LIFE))), "Welcome to Pocketcard", created)?;
        for (nth, (days, goods, count)) in person.bought.iter().enumerate() {
            buy(tx, id, card, &uuid(seed, &format!("purchase {which} {nth}")), GOODS[*goods], *count, ago(now, *days))?;
        }
        if person.blocked {
            tx.execute("UPDATE card SET blocked = 1 WHERE id = ?1", [card])?;
        }
        if which == 0 {
            // Something that starts and ends within days, and something that does within the month.
            give(tx, id, &POINTS, 25, (ahead(now, 2), Some(ahead(now, 40))), "Spring campaign", ago(now, 1))?;
            give(tx, id, &POINTS, 15, (ago(now, 1), Some(ahead(now, 3))), "Happy hour", ago(now, 1))?;
            give(tx, id, &POINTS, 30, (ago(now, 1), Some(ahead(now, 20))), "Birthday", ago(now, 1))?;
            give(tx, id, &STARS, 3, (ago(now, 1), None), "Stars for your feedback", ago(now, 1))?;
        }
        if which < 2 {
            coupon(tx, seed, id, "5 points with any purchase", json!({ "points": 5 }), ahead(now, 14), now)?;
        }
        if which == 0 {
            let week = ahead(now, 7);
            coupon(tx, seed, id, "20% off your next purchase", json!({ "discountPercent": 20 }), week, now)?;
        }
        ledger::settle(tx, id, &POINTS, now)?;
    }
    cards::create(tx, None, &numbers(seed, "free"), false, None)?;
    cards::create(tx, None, &numbers(seed, "free with a PIN"), false, Some(FREE_CARD_PIN))?;
    Ok(())
}

fn give(
    tx: &Connection,
    member: i64,
    currency: &Currency,
    amount: i64,
    (starts, ends): (Timestamp, Option<Timestamp>),
    description: &str,
    at: Timestamp,
) -> Outcome<()> {
    let reward = Reward {
        currency: *currency,
        amount: amount * ONE,
        life: Life { starts, ends },
        description: description.to_owned(),
        offer: None,
    };
    sales::reward(tx, member, &reward, at)?;
    Ok(())
}

fn buy(
    tx: &Connection,
    member: i64,
    card: i64,
    id: &str,
    (goods_id, name, price): (&str, &str, i64),
    count: i64,
    at: Timestamp,
) -> Outcome<()> {
    let line = Line { goods_id: goods_id.to_owned(), name: name.to_owned(), count: count * ONE, amount: price * count };
    let purchase =
        Purchase { id: id.to_owned(), member, card: Some(card), shop: Some(1), lines: vec![line], points: 0, given: 0 };
    sales::purchase(tx, &purchase, at)?;
    Ok(())
}

fn coupon(
    tx: &Connection,
    seed: u64,
    member: i64,
    title: &str,
    benefit: Value,
    expires: Timestamp,
    now: Timestamp,
) -> Outcome<()> {
    let code = numbers(seed, &format!("coupon {member} {title}")).bar_code;
    let new = NewCoupon {
        title: title.to_owned(),
        description: None,
        code: Some(code),
        benefit,
        activates: None,
        expires: Some(expires),
    };
    coupons::issue(tx, member, &new, now)?;
    Ok(())
}

fn ago(now: Timestamp, days: i64) -> Timestamp {
    later(now, -SignedDuration::from_hours(24 * days))
}

fn ahead(now: Timestamp, days: i64) -> Timestamp {
    later(now, SignedDuration::from_hours(24 * days))
}

fn digest(seed: u64, what: &str) -> [u8; 32] {
    Sha256::new().chain_update(seed.to_be_bytes()).chain_update(what.as_bytes()).finalize().into()
}

fn uuid(seed: u64, what: &str) -> String {
    let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = digest(seed, what);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

fn numbers(seed: u64, what: &str) -> Numbers {
    let digits: String = digest(seed, what).iter().take(23).map(|byte| char::from(b'0' + byte % 10)).collect();
    Numbers::of(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_members() {
        assert_eq!(uuid(7, "a"), uuid(7, "a"));
        assert_ne!(uuid(7, "a"), uuid(8, "a"));
        assert_eq!(numbers(7, "a").bar_code, numbers(7, "a").bar_code);
        assert!(uuid::Uuid::parse_str(&uuid(7, "a")).is_ok());
    }
}
