//! What installations tell the platform: each event once, whatever the network does.
//!
//! An event is known by its source and id. It is judged alone: one that is wrong is rejected, and the rest of its batch goes on.
//! Events of an installation that nobody has signed in on belong to its anonymous member; whoever signs in takes them over.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use jiff::tz::Offset;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::facts::{self, INSTALLED, NewFact, Origin};
use crate::members::{self, State};
use crate::refusal::{Outcome, too_large};
use crate::tasks;
use crate::wire::{self, Moment};

/// The most events in one call.
const MOST_EVENTS: usize = 100;
/// The largest event, in bytes of JSON.
const MOST_BYTES: usize = 8 * 1024;
/// What the platform alone knows, so that no app can claim it.
const OURS: [&str; 4] = ["purchase", "purchase.item", "friend.joined", "task.answered"];

/// Takes events that came with the token of `caller` from `device`. Gives the results, one for each event.
pub(crate) fn receive(
    tx: &Connection,
    caller: i64,
    device: &str,
    batch: &[Value],
    now: Timestamp,
) -> Outcome<Vec<Value>> {
    if batch.len() > MOST_EVENTS {
        return Err(too_large(format!("At most {MOST_EVENTS} events at once.")));
    }
    let from = Sender { member: owner(tx, caller)?, device, source: format!("/installations/{device}") };
    let mut results = Vec::with_capacity(batch.len());
    let mut news = false;
    for event in batch {
        let id = event["id"].as_str().unwrap_or_default();
        let (status, reason) = match read(event, &from.source) {
            Ok(event) => from.take(tx, &event, now)?,
            Err(reason) => {
                from.reject(tx, event, reason, now)?;
                ("rejected", Some(reason))
            }
        };
        let mut result = json!({ "id": id, "status": status });
        if let Some(reason) = reason {
            result["reason"] = reason.into();
        }
        news |= status == "accepted";
        results.push(result);
    }
    if news {
        tasks::recount(tx, from.member, tasks::Cause::Came, now)?;
    }
    Ok(results)
}

/// An event that is as it should be.
struct Event<'a> {
    id: Uuid,
    kind: &'a str,
    time: &'a str,
    moment: Moment,
    sequence: i64,
    data: Map<String, Value>,
}

/// Reads an event, or says what is wrong with it.
fn read<'a>(event: &'a Value, source: &str) -> Result<Event<'a>, &'static str> {
    let attributes = event.as_object().ok_or("not an object")?;
    let text = |name: &str| attributes.get(name).and_then(Value::as_str);
    if event.to_string().len() > MOST_BYTES {
        return Err("larger than 8192 bytes");
    }
    let id = text("id").filter(|id| id.len() == 36).and_then(|id| Uuid::parse_str(id).ok()).ok_or("id: not a UUID")?;
    if text("specversion") != Some("1.0") {
        return Err("specversion: not 1.0");
    }
    if text("source") != Some(source) {
        return Err("source: not the installation that calls");
    }
    let word = |kind: &&str| {
        let sign = |sign: u8| sign.is_ascii_alphanumeric() || matches!(sign, b'.' | b'_' | b'-');
        !kind.is_empty() && kind.len() <= 64 && kind.bytes().all(sign)
    };
    let kind = text("type").filter(word).ok_or("type: not a word")?;
    if OURS.contains(&kind) {
        return Err("type: not an app's to say");
    }
    let time = text("time").ok_or("time: not a text")?;
    let moment = wire::moment(time).ok_or("time: not RFC 3339 with an offset, of the years 2000 to 2199")?;
    let sequence = attributes.get("sequence").and_then(Value::as_i64).filter(|sequence| *sequence >= 1);
    let sequence = sequence.ok_or("sequence: not a whole number from 1")?;
    if !matches!(attributes.get("datacontenttype").map(Value::as_str), None | Some(Some("application/json"))) {
        return Err("datacontenttype: not application/json");
    }
    let data = match attributes.get("data") {
        None => Map::new(),
        Some(Value::Object(data)) => data.clone(),
        Some(_) => return Err("data: not an object"),
    };
    Ok(Event { id, kind, time, moment, sequence, data })
}

/// Whose events they are.
struct Sender<'a> {
    member: i64,
    device: &'a str,
    source: String,
}

impl Sender<'_> {
    /// Takes an event in. Gives its status, and why where that is not plain.
    fn take(
        &self,
        tx: &Connection,
        event: &Event<'_>,
        now: Timestamp,
    ) -> Outcome<(&'static str, Option<&'static str>)> {
        let id = event.id.to_string();
        let again: Option<i64> = tx
            .prepare_cached(
                "UPDATE event SET received = received + 1 WHERE source = ?1 AND id = ?2 AND status <> 'rejected'
                 RETURNING number",
            )?
            .query_row(params![self.source, id], |row| row.get(0))
            .optional()?;
        if again.is_some() {
            return Ok(("duplicate", None));
        }
        // What was wrong before and is right now was never counted.
        tx.execute("DELETE FROM event WHERE source = ?1 AND id = ?2", params![self.source, id])?;
        let (status, reason) = if event.kind == INSTALLED && self.installed(tx)? {
            ("duplicate", Some("counted already for this installation or member"))
        } else {
            ("accepted", None)
        };
        tx.prepare_cached(
            "INSERT INTO event (device_id, source, id, member, sequence, type, time, at, day, data, status, first_received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            self.device,
            self.source,
            id,
            self.member,
            event.sequence,
            event.kind,
            event.time,
            event.moment.at.as_microsecond(),
            event.moment.day.to_string(),
            serde_json::to_string(&event.data)?,
            status,
            now.as_microsecond()
        ])?;
        if status == "accepted" {
            let fact = NewFact {
                id: event.id,
                event: event.kind,
                at: event.moment.at,
                day: event.moment.day,
                fields: facts::fields(&event.data),
                amount: facts::amount(&event.data),
                origin: Origin::Event(self.device),
            };
            facts::keep(tx, self.member, &fact)?;
        }
        Ok((status, reason))
    }

    /// Notes an event that cannot be taken, if it says which one it is. What was taken before under its id stands.
    fn reject(&self, tx: &Connection, event: &Value, reason: &str, now: Timestamp) -> Outcome<()> {
        let text = |name: &str| event[name].as_str().unwrap_or_default().chars().take(64).collect::<String>();
        let id = text("id").to_lowercase();
        if id.is_empty() {
            return Ok(());
        }
        tx.execute(
            "INSERT INTO event (device_id, source, id, member, sequence, type, time, data, status, reason, first_received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '{}', 'rejected', ?8, ?9)
             ON CONFLICT (source, id) DO UPDATE SET received = received + 1, reason = excluded.reason
             WHERE status = 'rejected'",
            params![
                self.device,
                self.source,
                id,
                self.member,
                event["sequence"].as_i64(),
                text("type"),
                text("time"),
                reason,
                now.as_microsecond()
            ],
        )?;
        Ok(())
    }

    /// This installation or this member was counted before.
    fn installed(&self, tx: &Connection) -> Outcome<bool> {
        let here: bool = tx.query_row(
            "SELECT EXISTS (SELECT 1 FROM event WHERE device_id = ?1 AND type = ?2 AND status = 'accepted')",
            params![self.device, INSTALLED],
            |row| row.get(0),
        )?;
        Ok(here || facts::has(tx, self.member, INSTALLED)?)
    }
}

/// Whose events those of `member` are: of an installation's anonymous member, those of who signed in on it since.
pub(crate) fn owner(tx: &Connection, member: i64) -> Outcome<i64> {
    let mut owner = member;
    while members::member(tx, owner)?.state != State::Normal {
        let Some(next) = successor(tx, owner)? else { break };
        owner = next;
    }
    Ok(owner)
}

/// Who took over from a member that nobody knew.
pub(crate) fn successor(tx: &Connection, member: i64) -> Outcome<Option<i64>> {
    Ok(tx.query_row("SELECT successor FROM successor WHERE member = ?1", [member], |row| row.get(0)).optional()?)
}

/// `from`, who was not known, turned out to be `to`: what their installation told is theirs.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    // No circle: who takes over is followed no further.
    tx.execute("DELETE FROM successor WHERE member = ?1", [to])?;
    tx.execute(
        "INSERT INTO successor (member, successor) VALUES (?1, ?2)
         ON CONFLICT (member) DO UPDATE SET successor = excluded.successor",
        [from, to],
    )?;
    tx.execute("UPDATE event SET member = ?2 WHERE member = ?1", [from, to])?;
    facts::hand_over(tx, from, to)
}

/// The member is gone: what their apps told is no longer kept, but that they told it.
pub(crate) fn forget(tx: &Connection, member: i64) -> Outcome<()> {
    tx.execute("UPDATE event SET data = '{}' WHERE member = ?1", [member])?;
    Ok(())
}

/// The offset at which the member's apps were last.
pub(crate) fn offset(tx: &Connection, member: i64) -> Outcome<Option<Offset>> {
    let time: Option<String> = tx
        .prepare_cached(
            "SELECT time FROM event WHERE member = ?1 AND status = 'accepted' ORDER BY number DESC LIMIT 1",
        )?
        .query_row([member], |row| row.get(0))
        .optional()?;
    Ok(time.as_deref().and_then(wire::moment).map(|moment| moment.offset))
}

/// An event as the platform got it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReceivedEvent {
    /// Its id, in lower case.
    pub id: String,
    /// Its type, as `app.installed`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its place in the installation's sequence; `None` of a rejected event that had none.
    pub sequence: Option<u64>,
    /// When it happened, as the app wrote it.
    pub time: String,
    /// Its data; of a rejected event, nothing.
    pub data: Value,
    /// `accepted`, `duplicate` (an `app.installed` that was counted before) or `rejected`, when it came first.
    pub status: String,
    /// How often it came.
    pub received: u32,
}

/// The events of a device, in the order in which each came first.
pub(crate) fn of_device(tx: &Connection, device: &str) -> Outcome<Vec<ReceivedEvent>> {
    let mut query = tx.prepare_cached(
        "SELECT id, type, sequence, time, data, status, received FROM event WHERE device_id = ?1 ORDER BY number",
    )?;
    let mut rows = query.query([device])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        events.push(ReceivedEvent {
            id: row.get(0)?,
            kind: row.get(1)?,
            sequence: row.get::<_, Option<i64>>(2)?.and_then(|sequence| u64::try_from(sequence).ok()),
            time: row.get(3)?,
            data: serde_json::from_str(&row.get::<_, String>(4)?)?,
            status: row.get(5)?,
            received: row.get(6)?,
        });
    }
    Ok(events)
}

/// What is missing of an installation's sequence. Where it begins again at 1, a new data folder of the app does, and nothing is
/// missing.
pub(crate) fn gaps(events: &[ReceivedEvent]) -> Vec<RangeInclusive<u64>> {
    let mut runs: Vec<BTreeSet<u64>> = vec![BTreeSet::new()];
    for sequence in events.iter().filter_map(|event| event.sequence) {
        match runs.last_mut() {
            Some(run) if sequence != 1 || run.is_empty() => drop(run.insert(sequence)),
            _ => runs.push(BTreeSet::from([sequence])),
        }
    }
    let mut gaps = Vec::new();
    for run in runs {
        let mut expected = 1;
        for sequence in run {
            if sequence > expected {
                gaps.push(expected..=sequence - 1);
            }
            expected = sequence + 1;
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sequences: &[u64]) -> Vec<ReceivedEvent> {
        let event = |sequence: &u64| ReceivedEvent {
            id: String::new(),
            kind: String::new(),
            sequence: Some(*sequence),
            time: String::new(),
            data: Value::Null,
            status: String::new(),
            received: 1,
        };
        sequences.iter().map(event).collect()
    }

    #[test]
    fn a_new_beginning_is_no_gap() {
        assert_eq!(gaps(&of(&[])), []);
        assert_eq!(gaps(&of(&[1, 2, 3, 1, 2])), []);
        assert_eq!(gaps(&of(&[1, 3, 2, 1, 4, 6])), [2..=3, 5..=5]);
        assert_eq!(gaps(&of(&[2, 3])), [1..=1]);
    }
}
