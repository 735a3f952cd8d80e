//! Cards, the codes the platform issues for them, and the keys that phones make rotating codes with.

use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::clock::later;
use crate::members;
use crate::programme::{POINTS, VIRTUAL_CARDS};
use crate::refusal::{Outcome, forbidden, missing};
use crate::sign_in::{self, Purpose};
use crate::wire::{self, base16, end, time, zoned};

/// How long an issued code is good, in seconds.
const ISSUED_LIFE: i64 = 300;
/// How long a code key is accepted.
const KEY_LIFE: SignedDuration = SignedDuration::from_hours(48);
/// A key with less life than this is replaced by a fresh one.
const KEY_RENEWAL: SignedDuration = SignedDuration::from_hours(24);
/// How long one rotating code is shown.
pub(crate) const PERIOD_MILLIS: u64 = 30_000;
/// Digits of a rotating code's value.
pub(crate) const VALUE_LENGTH: u32 = 8;
/// What the example in the platform's documentation begins with.
const NUMBER_PREFIX: &str = "1001";

/// A card.
#[derive(Debug, Clone)]
pub(crate) struct Card {
    pub(crate) id: i64,
    pub(crate) member: Option<i64>,
    pub(crate) number: String,
    bar_code: String,
    qr_content: Option<String>,
    pin: Option<String>,
    is_virtual: bool,
    state: String,
    pub(crate) blocked: bool,
    expires: Option<i64>,
    accumulated: i64,
    paid: i64,
}

impl Card {
    /// A till would take it.
    pub(crate) fn works(&self) -> bool {
        !self.blocked && self.active()
    }

    /// It is in use, blocked or not.
    pub(crate) fn active(&self) -> bool {
        self.state == "Activated"
    }

    /// It is past its life at `now`.
    pub(crate) fn expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now.as_microsecond())
    }

    fn wire(&self, tx: &Connection, now: Timestamp) -> Outcome<Value> {
        let category = if self.is_virtual { (2, "Virtual card", "virtual") } else { (1, "Plastic card", "plastic") };
        let owner = self.member.map(|member| members::member(tx, member)).transpose()?;
        let state = if self.active() && self.expired(now) { "Expired" } else { &self.state };
        Ok(json!({
            "$type": "Loymax.Cards.CardModel",
            "id": self.id,
            "qrContent": self.qr_content,
            "state": state,
            "number": self.number,
            "barCode": self.bar_code,
            "block": self.blocked,
            "expiryDate": end(self.expires),
            "cardCategory": {
                "id": category.0,
                "title": category.1,
                "logicalName": category.2,
                "images": [{ "fileId": format!("card-{}", category.2) }],
            },
            "accumulated": POINTS.money(self.accumulated),
            "paid": POINTS.money(self.paid),
            "cardActionAccessInfo": { "canBlock": self.active(), "canReplace": self.active() },
            "cardOwnerInfo": {
                "firstName": owner.as_ref().and_then(|owner| owner.first_name.clone()),
                "lastName": null,
                "phoneNumber": owner.and_then(|owner| owner.phone).as_deref().map(wire::masked_phone),
            },
        }))
    }
}

/// What is printed on a card and what its linear code holds.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) number: String,
    pub(crate) bar_code: String,
}

impl Numbers {
    /// Numbers out of 23 digits.
    pub(crate) fn of(digits: &str) -> Self {
        let (number, bar_code) = digits.split_at(12);
        // An article number that begins with 2 is for use within a shop.
        let bar_code = format!("2{}", &bar_code[..11]);
        let check = wire::ean_check_digit(&bar_code);
        Self { number: format!("{NUMBER_PREFIX}{number}"), bar_code: format!("{bar_code}{check}") }
    }

    fn random() -> Outcome<Self> {
        Ok(Self::of(&wire::random_digits(23)?))
    }
}

/// Makes a card. Gives its number in the database.
pub(crate) fn create(
    tx: &Connection,
    member: Option<i64>,
    numbers: &Numbers,
    virtual_card: bool,
    pin: Option<&str>,
) -> Outcome<i64> {
    // A plastic card has no content of its own for a QR code: an app draws its number.
    let qr_content = virtual_card.then(|| format!("PC0.{}", numbers.number));
    tx.execute(
        "INSERT INTO card (member, number, bar_code, qr_content, pin, category, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            member,
            numbers.number,
            numbers.bar_code,
            qr_content,
            pin,
            if virtual_card { "virtual" } else { "plastic" },
            if member.is_some() { "Activated" } else { "Emitted" },
        ],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Makes a virtual card for a member.
pub(crate) fn emit(tx: &Connection, member: i64) -> Outcome<i64> {
    create(tx, Some(member), &Numbers::random()?, true, None)
}

/// Virtual cards that a member has in use.
pub(crate) fn virtual_cards(tx: &Connection, member: i64) -> Outcome<i64> {
    Ok(tx.query_row(
        "SELECT count(*) FROM card WHERE member = ?1 AND category = 'virtual' AND state = 'Activated'",
        [member],
        |row| row.get(0),
    )?)
}

/// Makes another virtual card where the programme allows it.
pub(crate) fn emit_within_limit(tx: &Connection, member: i64) -> Outcome<i64> {
    if virtual_cards(tx, member)? >= VIRTUAL_CARDS {
        return Err(forbidden(
            "VirtualCardEmissionNotAllowed",
            "You have as many virtual cards as the programme allows.",
        ));
    }
    emit(tx, member)
}

/// A member's cards, oldest first.
pub(crate) fn of_member(tx: &Connection, member: i64) -> Outcome<Vec<Card>> {
    select(tx, "SELECT * FROM card WHERE member = ?1 ORDER BY id", member)
}

/// A member's cards, as the Member API lists them.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    let cards = of_member(tx, member)?.iter().map(|card| card.wire(tx, now)).collect::<Outcome<Vec<_>>>()?;
    Ok(if cards.is_empty() { Value::Null } else { Value::Array(cards) })
}

/// One of a member's cards, as the Member API writes it.
pub(crate) fn wire(tx: &Connection, member: i64, card: i64, now: Timestamp) -> Outcome<Value> {
    of(tx, member, card)?.wire(tx, now)
}

/// One of a member's cards.
pub(crate) fn of(tx: &Connection, member: i64, card: i64) -> Outcome<Card> {
    select(tx, "SELECT * FROM card WHERE id = ?1", card)?
        .pop()
        .filter(|card| card.member == Some(member))
        .ok_or_else(|| missing("CardNotFound", "You have no such card."))
}

/// The card with this printed number.
pub(crate) fn by_number(tx: &Connection, number: &str) -> Outcome<Option<Card>> {
    Ok(select(tx, "SELECT * FROM card WHERE number = ?1", number)?.pop())
}

/// The card whose linear or static QR code this is.
pub(crate) fn by_static_code(tx: &Connection, code: &str) -> Outcome<Option<Card>> {
    Ok(select(tx, "SELECT * FROM card WHERE bar_code = ?1 OR qr_content = ?1", code)?.pop())
}

/// Links a plastic card to a member. A card with a PIN wants it; five wrong ones stop the member for a while.
pub(crate) fn link(tx: &Connection, member: i64, number: &str, pin: Option<&str>, now: Timestamp) -> Outcome<i64> {
    let who = sign_in::who(member);
    sign_in::not_blocked(tx, Purpose::LinkCard, &who, now)?;
    let Some(card) = by_number(tx, number)? else {
        sign_in::check(tx, Purpose::LinkCard, &who, "card number", false, now)?;
        return Err(missing("CardNotFound", "There is no card with this number."));
    };
    match card.member {
        Some(owner) if owner == member => return Ok(card.id),
        Some(_) => return Err(forbidden("CardAlreadyAttached", "This card belongs to somebody already.")),
        None => {}
    }
    let right = card.pin.as_deref().is_none_or(|right| pin == Some(right));
    sign_in::check(tx, Purpose::LinkCard, &who, "card's PIN", right, now)?;
    tx.execute("UPDATE card SET member = ?2, state = 'Activated' WHERE id = ?1", params![card.id, member])?;
    Ok(card.id)
}

/// Blocks a card, or lifts the block.
pub(crate) fn change_block(tx: &Connection, member: i64, card: i64) -> Outcome<()> {
    if !of(tx, member, card)?.active() {
        return Err(forbidden("CardNotActive", "This card is no longer in use."));
    }
    tx.execute("UPDATE card SET blocked = 1 - blocked WHERE id = ?1", [card])?;
    Ok(())
}

/// Puts a new virtual card in the place of a card. Gives the new one.
pub(crate) fn replace(tx: &Connection, member: i64, card: i64) -> Outcome<i64> {
    if !of(tx, member, card)?.active() {
        return Err(forbidden("CardNotActive", "This card is no longer in use."));
    }
    tx.execute("UPDATE card SET state = 'Replaced' WHERE id = ?1", [card])?;
    tx.execute("DELETE FROM code_key WHERE card = ?1", [card])?;
    emit(tx, member)
}

/// Issues a code for a card. Codes issued before stay good until they lapse.
pub(crate) fn issue_code(tx: &Connection, member: i64, card: i64, now: Timestamp) -> Outcome<Value> {
    let card = usable(tx, member, card, now)?;
    let code = format!("{}QR{}", card.number, wire::random_digits(10)?);
    let micros = now.as_microsecond();
    tx.execute(
        "INSERT INTO issued_code (code, card, generated, until) VALUES (?1, ?2, ?3, ?4)",
        params![code, card.id, micros, micros + ISSUED_LIFE * 1_000_000],
    )?;
    Ok(json!({
        "$type": "Loymax.Cards.QrCodeModel",
        "codeGeneratedDate": time(micros),
        "code": code,
        "lifeTime": ISSUED_LIFE,
    }))
}

/// The key that a phone makes rotating codes with: the one it has while that is good for a day, then a fresh one. Both are
/// accepted until they lapse.
pub(crate) fn code_key(tx: &Connection, member: i64, card: i64, symbology: &str, now: Timestamp) -> Outcome<Value> {
    let card = usable(tx, member, card, now)?;
    let newest: Option<(Vec<u8>, i64)> = tx
        .query_row(
            "SELECT key, until FROM code_key WHERE card = ?1 AND until > ?2 ORDER BY until DESC LIMIT 1",
            params![card.id, later(now, KEY_RENEWAL).as_microsecond()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let (key, until) = if let Some(newest) = newest {
        newest
    } else {
        let (key, until) = (wire::random::<20>()?.to_vec(), later(now, KEY_LIFE).as_microsecond());
        let memory = crate::till::rotating::fresh_memory()?;
        tx.execute(
            "INSERT INTO code_key (card, key, until, memory) VALUES (?1, ?2, ?3, ?4)",
            params![card.id, key, until, memory],
        )?;
        (key, until)
    };
    Ok(json!({
        "valuePattern": value_pattern(&card.number),
        "totp": {
            "algorithm": "TOTP_SHA1",
            "periodMillis": PERIOD_MILLIS,
            "key": base16(&key),
            "valueLength": VALUE_LENGTH,
        },
        "symbology": symbology,
        "validUntil": zoned(until),
    }))
}

/// How rotating codes of a card look: the till finds the card by the number in it.
pub(crate) fn value_pattern(number: &str) -> String {
    format!("{ROTATING_PREFIX}{number}.{{totp_timestamp_seconds}}.{{totp_value_0}}")
}

/// What every rotating code begins with.
pub(crate) const ROTATING_PREFIX: &str = "PC1.";

fn usable(tx: &Connection, member: i64, card: i64, now: Timestamp) -> Outcome<Card> {
    let card = of(tx, member, card)?;
    if card.works() && !card.expired(now) {
        Ok(card)
    } else {
        Err(forbidden("CardNotActive", "This card is blocked or no longer in use."))
    }
}

fn select<P: rusqlite::ToSql>(tx: &Connection, query: &str, value: P) -> Outcome<Vec<Card>> {
    let read = |row: &Row<'_>| {
        Ok(Card {
            id: row.get("id")?,
            member: row.get("member")?,
            number: row.get("number")?,
            bar_code: row.get("bar_code")?,
            qr_content: row.get("qr_content")?,
            pin: row.get("pin")?,
            is_virtual: row.get_ref("category")?.as_str()? == "virtual",
            state: row.get("state")?,
            blocked: row.get("blocked")?,
            expires: row.get("expires")?,
            accumulated: row.get("accumulated")?,
            paid: row.get("paid")?,
        })
    };
    Ok(tx.prepare_cached(query)?.query_map([value], read)?.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bar_codes_are_valid_ean_13() {
        let numbers = Numbers::random().unwrap();
        assert_eq!(numbers.number.len(), 16);
        assert_eq!(numbers.bar_code.len(), 13);
        assert_eq!(numbers.bar_code.chars().last().unwrap(), wire::ean_check_digit(&numbers.bar_code[..12]));
    }
}
