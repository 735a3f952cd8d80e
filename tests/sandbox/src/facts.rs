//! Facts: what members did that tasks may count, in the order in which the platform learned of it.
//!
//! An accepted event of an app is one; purchases, friends and answers make some too. What a refund takes back shrinks or goes.
//! How facts are counted is in [`crate::tasks`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::refusal::Outcome;

/// What a member did.
#[derive(Debug)]
pub(crate) struct NewFact<'a> {
    pub(crate) id: Uuid,
    pub(crate) event: &'a str,
    pub(crate) at: Timestamp,
    /// The member's own day.
    pub(crate) day: Date,
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) amount: Decimal,
    pub(crate) origin: Origin<'a>,
}

/// How the platform knows of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Origin<'a> {
    /// The app on this device said so.
    Event(&'a str),
}

impl Origin<'_> {
    fn columns(self) -> (&'static str, String, Option<i64>) {
        match self {
            Self::Event(device) => ("event", device.to_owned(), None),
        }
    }
}

/// Keeps a fact, after those that are there.
pub(crate) fn keep(tx: &Connection, member: i64, fact: &NewFact<'_>) -> Outcome<()> {
    let (origin, origin_id, part) = fact.origin.columns();
    tx.prepare_cached(
        "INSERT INTO fact (id, member, event, at, day, fields, amount, origin, origin_id, part)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        fact.id.to_string(),
        member,
        fact.event,
        fact.at.as_microsecond(),
        fact.day.to_string(),
        serde_json::to_string(&fact.fields)?,
        fact.amount.to_string(),
        origin,
        origin_id,
        part
    ])?;
    Ok(())
}

/// Whether the member has done this before.
pub(crate) fn has(tx: &Connection, member: i64, event: &str) -> Outcome<bool> {
    Ok(tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM fact WHERE member = ?1 AND event = ?2)",
        params![member, event],
        |row| row.get(0),
    )?)
}

/// Gives the facts that `from` brought about with an app to `to`. What a member does once stays theirs once.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    if has(tx, to, INSTALLED)? {
        tx.execute("DELETE FROM fact WHERE member = ?1 AND event = ?2", params![from, INSTALLED])?;
    }
    tx.execute("UPDATE fact SET member = ?2 WHERE member = ?1 AND origin = 'event'", params![from, to])?;
    Ok(())
}

/// The event that counts once per installation and once per member.
pub(crate) const INSTALLED: &str = "app.installed";

/// The fields of a fact: what `data` says in texts, numbers and truth values, as text.
pub(crate) fn fields(data: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    data.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect()
}

/// The amount of a fact: `data.amount` where that is a number that a decimal can hold, else nothing.
pub(crate) fn amount(data: &Map<String, Value>) -> Decimal {
    let Some(Value::Number(number)) = data.get("amount") else { return Decimal::ZERO };
    let text = number.to_string();
    Decimal::from_str_exact(&text).or_else(|_| Decimal::from_scientific(&text)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_become_text() {
        let data = json!({ "a": "x", "b": 1.50, "c": true, "d": null, "e": [1], "f": {} });
        let fields = fields(data.as_object().unwrap());
        let expected = [("a", "x"), ("b", "1.5"), ("c", "true")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(fields, BTreeMap::from(expected));
    }

    #[test]
    fn amounts_are_numbers_or_nothing() {
        for (amounts, expected) in [("12.50", "12.50"), ("\"12\"", "0"), ("1e400", "0"), ("-3", "-3"), ("1e2", "100")] {
            let data: Value = serde_json::from_str(&format!("{{\"amount\": {amounts}}}")).unwrap();
            assert_eq!(amount(data.as_object().unwrap()), expected.parse().unwrap(), "{amounts}");
        }
    }
}
