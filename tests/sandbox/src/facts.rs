//! Facts: what members did that tasks may count, in the order in which the platform learned of it.
//!
//! An accepted event of an app is one; purchases at the till, friends and answers make some too. What a refund takes back
//! shrinks or goes. The purchases that a fresh sandbox begins with are none: they were before there were tasks. How facts are
//! counted is in [`crate::tasks`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use pocketcard::tasks::rules::Fact;
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, params};
use serde_json::{Map, Value};
use uuid::{NoContext, Uuid};

use crate::programme;
use crate::refusal::{Broken, Outcome};
use crate::sales::{self, Purchase};
use crate::wire::{self, Moment};

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
    /// This line of this purchase; 0 is the whole.
    Purchase(&'a str, i64),
    /// This member was invited.
    Friend(i64),
    /// This question of this task was answered.
    Answer(&'a str, i64),
}

impl Origin<'_> {
    fn columns(self) -> (&'static str, String, Option<i64>) {
        match self {
            Self::Event(device) => ("event", device.to_owned(), None),
            Self::Purchase(id, line) => ("purchase", id.to_owned(), Some(line)),
            Self::Friend(member) => ("friend", member.to_string(), None),
            Self::Answer(task, question) => ("answer", task.to_owned(), Some(question)),
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

/// All that a member did, in the order in which the platform learned of it.
pub(crate) fn of_member(tx: &Connection, member: i64) -> Outcome<Vec<Fact>> {
    let mut query =
        tx.prepare_cached("SELECT id, event, at, day, fields, amount FROM fact WHERE member = ?1 ORDER BY number")?;
    let mut rows = query.query([member])?;
    let mut facts = Vec::new();
    while let Some(row) = rows.next()? {
        let text = |column: usize| row.get_ref(column)?.as_str().map_err(rusqlite::Error::from);
        facts.push(Fact {
            id: Uuid::parse_str(text(0)?).map_err(|_| Broken::Impossible("a fact's id is none"))?,
            event: text(1)?.to_owned(),
            at: wire::instant(row.get(2)?),
            day: text(3)?.parse().map_err(|_| Broken::Impossible("a fact's day is none"))?,
            fields: serde_json::from_str(text(4)?)?,
            amount: text(5)?.parse().map_err(|_| Broken::Impossible("a fact's amount is none"))?,
        });
    }
    Ok(facts)
}

/// Keeps what was bought: the purchase, and each of its lines.
pub(crate) fn bought(tx: &Connection, sale: &Purchase, online: bool, now: Timestamp) -> Outcome<()> {
    let day = now.to_zoned(programme::zone()).date();
    let fact = |event, amount, fields, line| NewFact {
        id: new_id(now),
        event,
        at: now,
        day,
        fields,
        amount: wire::amount(amount),
        origin: Origin::Purchase(&sale.id, line),
    };
    let mut fields = field("channel", if online { "online" } else { "store" });
    fields.extend(sale.shop.map(|shop| ("store".to_owned(), shop.to_string())));
    let total = sale.lines.iter().map(|line| line.amount).sum();
    keep(tx, sale.member, &fact("purchase", total, fields, 0))?;
    for (position, line) in (1..).zip(&sale.lines) {
        let mut fields = field("goodsId", &line.goods_id);
        fields.extend(field("group", programme::group(&line.goods_id)));
        keep(tx, sale.member, &fact("purchase.item", line.amount, fields, position))?;
    }
    Ok(())
}

/// Takes back of a purchase's facts what was brought back of its goods.
pub(crate) fn brought_back(tx: &Connection, purchase: &str) -> Outcome<()> {
    let lines = sales::left(tx, purchase)?;
    let whole = lines.iter().filter_map(|(_, left)| *left).reduce(|sum, left| sum + left);
    for (line, left) in lines.into_iter().chain([(0, whole)]) {
        match left {
            Some(left) => tx.execute(
                "UPDATE fact SET amount = ?3 WHERE origin = 'purchase' AND origin_id = ?1 AND part = ?2",
                params![purchase, line, wire::amount(left).to_string()],
            )?,
            None => tx.execute(
                "DELETE FROM fact WHERE origin = 'purchase' AND origin_id = ?1 AND part = ?2",
                params![purchase, line],
            )?,
        };
    }
    Ok(())
}

/// Keeps that somebody joined whom `member` had invited.
pub(crate) fn friend_joined(tx: &Connection, member: i64, friend: i64, now: Timestamp) -> Outcome<()> {
    let fact = NewFact {
        id: new_id(now),
        event: "friend.joined",
        at: now,
        day: now.to_zoned(programme::zone()).date(),
        fields: BTreeMap::new(),
        amount: Decimal::ZERO,
        origin: Origin::Friend(friend),
    };
    keep(tx, member, &fact)
}

/// Keeps that a question was answered.
pub(crate) fn answered(tx: &Connection, member: i64, task: &str, question: i64, when: Moment) -> Outcome<()> {
    let mut fields = field("task", task);
    fields.extend(field("question", &question.to_string()));
    let fact = NewFact {
        id: new_id(when.at),
        event: "task.answered",
        at: when.at,
        day: when.day,
        fields,
        amount: Decimal::ZERO,
        origin: Origin::Answer(task, question),
    };
    keep(tx, member, &fact)
}

/// Gives the facts that `from` brought about with an app to `to`. What a member does once stays theirs once.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    if has(tx, to, INSTALLED)? {
        tx.execute("DELETE FROM fact WHERE member = ?1 AND event = ?2", params![from, INSTALLED])?;
    }
    tx.execute(
        "DELETE FROM fact WHERE member = ?1 AND origin = 'answer' AND EXISTS (
             SELECT 1 FROM fact known WHERE known.member = ?2 AND known.origin = 'answer'
                 AND known.origin_id = fact.origin_id AND known.part = fact.part)",
        [from, to],
    )?;
    tx.execute("UPDATE fact SET member = ?2 WHERE member = ?1 AND origin IN ('event', 'answer')", [from, to])?;
    Ok(())
}

fn field(name: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(name.to_owned(), value.to_owned())])
}

/// A new id, which sorts by `at`.
fn new_id(at: Timestamp) -> Uuid {
    let seconds = u64::try_from(at.as_second()).unwrap_or(0);
    let nanos = u32::try_from(at.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(NoContext, seconds, nanos))
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
