//! Pushes: who gets them, in the exact shape of each service, and the receipts that come back.
//!
//! What a member does not want to be pushed ([`crate::consents`]) is not; it is in their inbox all the same.
//! The long poll that stands in for the services is in [`crate::push_poll`].

use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::clock::later;
use crate::consents;
use crate::inbox;
use crate::ledger;
use crate::refusal::{Outcome, missing};
use crate::wire::zoned;

/// How long a balance push is worth delivering.
const BALANCE_LIFE: SignedDuration = SignedDuration::from_hours(24);
/// What FCM and APNs carry at most.
const LIMIT: usize = 4096;

/// Registers the token that a push service gave a device.
pub(crate) fn register(tx: &Connection, device: &str, token: &str, service: &str, now: Timestamp) -> Outcome<()> {
    // A device has one token per service: the old one is dead once the service gave a new one.
    tx.execute(
        "DELETE FROM push_token WHERE device_id = ?1 AND service = ?2 AND token <> ?3",
        params![device, service, token],
    )?;
    tx.execute(
        "INSERT INTO push_token (token, device_id, service, registered) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (token) DO UPDATE SET device_id = excluded.device_id, service = excluded.service,
             registered = excluded.registered",
        params![token, device, service, now.as_microsecond()],
    )?;
    Ok(())
}

/// Tells all of a member's devices that the balance changed.
pub(crate) fn balance(
    tx: &Connection,
    member: i64,
    title: &str,
    body: &str,
    cause: &str,
    now: Timestamp,
) -> Outcome<()> {
    let version: i64 = tx.query_row(
        "UPDATE member SET balance_version = balance_version + 1 WHERE id = ?1 RETURNING balance_version",
        [member],
        |row| row.get(0),
    )?;
    let payload = ledger::detailed(tx, member, now)?;
    let push = Push {
        title: title.to_owned(),
        body: body.to_owned(),
        kind: "balance".to_owned(),
        client_external_id: cause.to_owned(),
        version: Some(version),
        expires: Some(later(now, BALANCE_LIFE)),
        link: Some("pocketcard://balance".to_owned()),
        payload: Some(payload),
        image_url: None,
    };
    send(tx, member, &push, now)?;
    Ok(())
}

/// What a member's devices are told. One without words shows nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Push {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) kind: String,
    pub(crate) client_external_id: String,
    pub(crate) version: Option<i64>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) link: Option<String>,
    pub(crate) payload: Option<Value>,
    pub(crate) image_url: Option<String>,
}

/// What was sent.
#[derive(Debug)]
pub(crate) struct Told {
    /// The message's id.
    pub(crate) id: String,
    /// How many devices are told.
    pub(crate) devices: usize,
}

/// Sends a push to all of a member's devices.
pub(crate) fn send(tx: &Connection, member: i64, push: &Push, now: Timestamp) -> Outcome<Told> {
    let id = keep(tx, member, push, None, now)?;
    deliver(tx, member, push, &id, now)
}

/// Sends a push, and puts what it says into the member's inbox. Where it is a message that carries and leads to nothing else, it
/// carries and leads to that.
pub(crate) fn send_to_inbox(tx: &Connection, member: i64, push: &Push, now: Timestamp) -> Outcome<Told> {
    let id = keep(tx, member, push, None, now)?;
    let row = inbox::keep(tx, &id)?;
    let mut push = push.clone();
    if push.kind == "message" {
        push.link.get_or_insert_with(|| format!("pocketcard://inbox/{}", row["id"]));
        push.payload.get_or_insert(row);
    }
    deliver(tx, member, &push, &id, now)
}

/// Sends to a member's devices exactly this, whatever it is: as the data of each service, or as the whole of what the service
/// carries. A `message_id` in the data that is good for one can be asked for and gets receipts.
pub(crate) fn send_raw(tx: &Connection, member: i64, raw: &Raw, now: Timestamp) -> Outcome<Told> {
    let of_data = match raw {
        Raw::Data(data) => data.get("message_id").and_then(Value::as_str),
        Raw::Payload(_) => None,
    };
    let id = of_data.filter(|id| (1..=128).contains(&id.len()));
    let id = keep(tx, member, &Push::default(), id, now)?;
    let mut devices = 0;
    for (token, service) in tokens(tx, member)? {
        let payload = match (raw, service.as_str()) {
            (Raw::Payload(payload), _) => payload.clone(),
            (Raw::Data(Value::Object(data)), "Apns") => Value::Object(data.clone()),
            (Raw::Data(data), "Apns") => data.clone(),
            (Raw::Data(Value::String(data)), "HMS") => hms(&token, data),
            (Raw::Data(data), "HMS") => hms(&token, &data.to_string()),
            (Raw::Data(data), _) => fcm(&token, data),
        };
        put(tx, &id, (&token, &service), &payload)?;
        devices += 1;
    }
    Ok(Told { id, devices })
}

/// What is sent as it is.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Raw {
    /// In place of the data: of any type. For HMS, a text stands for itself.
    Data(Value),
    /// In place of all that the service carries.
    Payload(Value),
}

/// Keeps what is sent, under this id where it is given and free, and gives the id.
fn keep(tx: &Connection, member: i64, push: &Push, id: Option<&str>, now: Timestamp) -> Outcome<String> {
    let taken = |id: &str| -> Outcome<bool> {
        Ok(tx.query_row("SELECT EXISTS (SELECT 1 FROM push_message WHERE id = ?1)", [id], |row| row.get(0))?)
    };
    let id = match id {
        Some(id) if !taken(id)? => id.to_owned(),
        _ => Uuid::new_v4().to_string(),
    };
    tx.execute(
        "INSERT INTO push_message (id, member, title, body, image_url, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![id, member, push.title, push.body, push.image_url, now.as_microsecond()],
    )?;
    Ok(id)
}

fn deliver(tx: &Connection, member: i64, push: &Push, id: &str, now: Timestamp) -> Outcome<Told> {
    let mut told = Told { id: id.to_owned(), devices: 0 };
    if !consents::wants_push(tx, member, &push.kind)? {
        return Ok(told);
    }
    let data = push.data(id, now);
    for (token, service) in tokens(tx, member)? {
        let payload = match service.as_str() {
            "Apns" => apns(push, &data),
            "HMS" => hms(&token, &json!(data).to_string()),
            _ => fcm(&token, &json!(data)),
        };
        put(tx, id, (&token, &service), &payload)?;
        told.devices += 1;
    }
    Ok(told)
}

fn tokens(tx: &Connection, member: i64) -> Outcome<Vec<(String, String)>> {
    Ok(tx
        .prepare_cached(
            "SELECT push_token.token, push_token.service FROM push_token JOIN device USING (device_id) WHERE device.member = ?1",
        )?
        .query_map([member], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?)
}

fn put(tx: &Connection, message: &str, (token, service): (&str, &str), payload: &Value) -> Outcome<()> {
    tx.execute(
        "INSERT INTO push_delivery (message, token, service, payload) VALUES (?1, ?2, ?3, ?4)",
        params![message, token, service, payload.to_string()],
    )?;
    Ok(())
}

/// What `from` was told, `to` may ask about, who turned out to be the same.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    inbox::hand_over(tx, from, to)?;
    tx.execute("UPDATE push_message SET member = ?2 WHERE member = ?1", [from, to])?;
    Ok(())
}

/// What was sent to `token` after `sequence`, oldest first, at most a hundred.
pub(crate) fn after(tx: &Connection, token: &str, sequence: i64) -> Outcome<Vec<Value>> {
    let mut query = tx.prepare_cached(
        "SELECT sequence, service, payload FROM push_delivery WHERE token = ?1 AND sequence > ?2 ORDER BY sequence LIMIT 100",
    )?;
    let mut rows = query.query(params![token, sequence])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(json!({
            "sequence": row.get::<_, i64>(0)?,
            "service": row.get::<_, String>(1)?,
            "payload": serde_json::from_str::<Value>(&row.get::<_, String>(2)?)?,
        }));
    }
    Ok(messages)
}

/// A message by its id, as the Member API writes it.
pub(crate) fn message(tx: &Connection, member: i64, id: &str) -> Outcome<Value> {
    let row = inbox::of_push(tx, id)?;
    tx.query_row(
        "SELECT title, body, image_url FROM push_message WHERE id = ?1 AND member = ?2",
        params![id, member],
        |found| {
            Ok(json!({
                "$type": "Loymax.Push.NotificationModel",
                "notificationId": row.map_or_else(|| id.to_owned(), |row| row.to_string()),
                "content": found.get::<_, String>(1)?,
                "shortText": found.get::<_, String>(0)?,
                "imageUrl": found.get::<_, Option<String>>(2)?,
            }))
        },
    )
    .optional()?
    .ok_or_else(|| missing("MessageNotFound", "There is no such message."))
}

/// Notes that a device got or opened a message. Twice is as good as once.
pub(crate) fn receipt(
    tx: &Connection,
    member: i64,
    id: &str,
    device: &str,
    state: &str,
    now: Timestamp,
) -> Outcome<()> {
    message(tx, member, id)?;
    tx.execute(
        "INSERT INTO push_receipt (message, device_id, state, at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        params![id, device, state, now.as_microsecond()],
    )?;
    Ok(())
}

/// The receipts of a message, or of all, oldest first, for tests to look at.
pub(crate) fn receipts(tx: &Connection, message: Option<&str>) -> Outcome<Vec<Value>> {
    let mut query = tx.prepare_cached(
        "SELECT message, device_id, state, at FROM push_receipt WHERE ?1 IS NULL OR message = ?1 ORDER BY at, rowid",
    )?;
    Ok(query
        .query_map([message], |row| {
            Ok(json!({
                "messageId": row.get::<_, String>(0)?,
                "deviceId": row.get::<_, String>(1)?,
                "state": row.get::<_, String>(2)?,
                "at": zoned(row.get(3)?),
            }))
        })?
        .collect::<Result<_, _>>()?)
}

impl Push {
    /// The keys and values that every service carries; all values are strings, as FCM wants it. The payload is left out where
    /// the whole would not fit.
    fn data(&self, id: &str, now: Timestamp) -> Map<String, Value> {
        let mut data = Map::new();
        let mut put = |key: &str, value: String| data.insert(key.to_owned(), Value::String(value));
        put("message_id", id.to_owned());
        put("client_external_id", self.client_external_id.clone());
        put("title", self.title.clone());
        put("body", self.body.clone());
        put("kind", self.kind.clone());
        put("sent", now.to_string());
        if let Some(expires) = self.expires {
            put("expires", expires.to_string());
        }
        if let Some(link) = &self.link {
            put("link", link.clone());
        }
        if let Some(image_url) = &self.image_url {
            put("image", image_url.clone());
        }
        if let Some(version) = self.version {
            put("version", version.to_string());
        }
        if let Some(payload) = &self.payload {
            put("payload", payload.to_string());
        }
        // Half a kilobyte is for what the service itself adds, as `aps` or the token.
        if json!(data).to_string().len() > LIMIT - 512 {
            data.remove("payload");
        }
        data
    }
}

/// Firebase Cloud Messaging, HTTP v1: `message` with a `data` map of strings.
fn fcm(token: &str, data: &Value) -> Value {
    json!({ "message": { "token": token, "android": { "priority": "HIGH" }, "data": data } })
}

/// Apple Push Notification service: `aps`, and the data as custom keys beside it.
fn apns(push: &Push, data: &Map<String, Value>) -> Value {
    let mut payload = data.clone();
    let aps = if push.title.is_empty() && push.body.is_empty() {
        json!({ "content-available": 1 })
    } else {
        json!({
            "alert": { "title": push.title, "body": push.body },
            "mutable-content": 1,
            "content-available": 1,
        })
    };
    payload.insert("aps".to_owned(), aps);
    Value::Object(payload)
}

/// HMS Core Push Kit: `message` whose `data` is a string of JSON.
fn hms(token: &str, data: &str) -> Value {
    json!({
        "validate_only": false,
        "message": { "data": data, "android": { "urgency": "HIGH" }, "token": [token] },
    })
}
