//! Calls that carry an `Idempotency-Key`: the second is answered as the first was, and nothing happens twice.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use uuid::Uuid;

use crate::refusal::{Outcome, conflict};
use crate::wire;

/// Does `work` the first time this key of the member comes with this request, and gives the same answer every time after.
pub(crate) fn once(
    tx: &Connection,
    member: i64,
    key: Uuid,
    request: &Value,
    work: impl FnOnce() -> Outcome<String>,
) -> Outcome<String> {
    let request = wire::fingerprint(&request.to_string());
    let known: Option<(Vec<u8>, String)> = tx
        .query_row(
            "SELECT request, answer FROM keyed_answer WHERE member = ?1 AND key = ?2",
            params![member, key.to_string()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    if let Some((before, answer)) = known {
        return if before == request {
            Ok(answer)
        } else {
            Err(conflict("IdUsed", "This Idempotency-Key was used for something else."))
        };
    }
    let answer = work()?;
    tx.execute(
        "INSERT INTO keyed_answer (member, key, request, answer) VALUES (?1, ?2, ?3, ?4)",
        params![member, key.to_string(), request, answer],
    )?;
    Ok(answer)
}

/// Gives the answers of `from` to `to`, who turned out to be the same.
pub(crate) fn hand_over(tx: &Connection, from: i64, to: i64) -> Outcome<()> {
    tx.execute("UPDATE OR IGNORE keyed_answer SET member = ?2 WHERE member = ?1", [from, to])?;
    Ok(())
}
