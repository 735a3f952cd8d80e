//! The inbox: messages of the programme to its members, and which of them were read.
//!
//! A message comes with the push that tells of it ([`crate::pushes`]), and stays when no device was there to hear.

use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};

use crate::refusal::{Outcome, missing};
use crate::wire::time;

const COLUMNS: &str = "id, title, body, at, read_at IS NOT NULL, image_url";

fn wire(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "$type": "Loymax.Notification.NotificationModel",
        "id": row.get::<_, i64>(0)?,
        "title": row.get::<_, String>(1)?,
        "body": row.get::<_, String>(2)?,
        "summary": null,
        "creationDate": time(row.get(3)?),
        "isReaded": row.get::<_, bool>(4)?,
        "imageId": null,
        "imageUrl": row.get::<_, Option<String>>(5)?,
    }))
}

/// A page of a member's messages, newest first, as the Member API writes them.
pub(crate) fn page(tx: &Connection, member: i64, from: i64, count: i64) -> Outcome<Value> {
    let page = tx
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM notification WHERE member = ?1 ORDER BY at DESC, id DESC LIMIT ?2 OFFSET ?3"
        ))?
        .query_map([member, count, from], wire)?
        .collect::<Result<Vec<Value>, _>>()?;
    Ok(if page.is_empty() { Value::Null } else { Value::Array(page) })
}

/// How many messages are unread, as the Member API writes it.
pub(crate) fn unread(tx: &Connection, member: i64) -> Outcome<Value> {
    let unread: i64 =
        tx.query_row("SELECT count(*) FROM notification WHERE member = ?1 AND read_at IS NULL", [member], |row| {
            row.get(0)
        })?;
    Ok(json!({ "unReadCount": unread }))
}

/// The member has read a message. Twice is as good as once.
pub(crate) fn read(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<()> {
    let there = tx.execute(
        "UPDATE notification SET read_at = coalesce(read_at, ?3) WHERE id = ?1 AND member = ?2",
        params![id, member, now.as_microsecond()],
    )?;
    if there == 0 { Err(missing("NotificationNotFound", "There is no such message.")) } else { Ok(()) }
}

/// The member has read all messages.
pub(crate) fn read_all(tx: &Connection, member: i64, now: Timestamp) -> Outcome<()> {
    tx.execute(
        "UPDATE notification SET read_at = ?2 WHERE member = ?1 AND read_at IS NULL",
        params![member, now.as_microsecond()],
    )?;
    Ok(())
}

/// Keeps a message that the push of this id tells of. Gives it as the Member API writes it.
pub(crate) fn keep(tx: &Connection, push: &str) -> Outcome<Value> {
    tx.execute(
        "INSERT INTO notification (member, message, title, body, image_url, at)
         SELECT member, id, title, body, image_url, at FROM push_message WHERE id = ?1",
        [push],
    )?;
    Ok(tx.query_row(&format!("SELECT {COLUMNS} FROM notification WHERE message = ?1"), [push], wire)?)
}

/// The number of the message that a push told of.
pub(crate) fn of_push(tx: &Connection, push: &str) -> Outcome<Option<i64>> {
    Ok(tx.query_row("SELECT id FROM notification WHERE message = ?1", [push], |row| row.get(0)).optional()?)
}

/// The messages of `from` are those of `to`, who turned out to be the same.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    tx.execute("UPDATE notification SET member = ?2 WHERE member = ?1", [from, to])?;
    Ok(())
}

/// Forgets a member's messages.
pub(crate) fn forget(tx: &Connection, member: i64) -> Outcome<()> {
    tx.execute("DELETE FROM notification WHERE member = ?1", [member])?;
    Ok(())
}
