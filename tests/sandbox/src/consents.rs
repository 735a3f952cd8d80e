//! Consents: what a member lets the programme write about, and by which ways.

use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::refusal::{Outcome, forbidden, invalid};

/// A kind of message.
struct Kind {
    id: i64,
    name: &'static str,
    external_id: &'static str,
    /// For text messages, e-mails and pushes: whether it is wanted to begin with, and whether the member can change that. None: it is
    /// never sent so.
    ways: [Option<(bool, bool)>; 3],
    /// The pushes of this kind.
    pushes: &'static [&'static str],
}

const KINDS: [Kind; 3] = [
    Kind {
        id: 1,
        name: "Offers and news",
        external_id: "marketing",
        ways: [Some((false, true)), Some((true, true)), Some((true, true))],
        pushes: &["offer", "message"],
    },
    Kind {
        id: 2,
        name: "Points and tasks",
        external_id: "points",
        ways: [None, Some((false, true)), Some((true, true))],
        pushes: &["balance", "task"],
    },
    Kind {
        id: 3,
        name: "Your account",
        external_id: "account",
        ways: [Some((true, false)), Some((true, false)), Some((true, false))],
        pushes: &[],
    },
];

const WAYS: [(&str, &str); 3] =
    [("sms", "smsNotification"), ("email", "emailNotification"), ("push", "pushNotification")];

/// The consents, as the Member API writes them.
pub(crate) fn list(tx: &Connection, member: i64) -> Outcome<Value> {
    let mut rows = Vec::with_capacity(KINDS.len());
    for kind in &KINDS {
        let mut row = json!({
            "$type": "Loymax.Subscription.SubscriptionModel",
            "typeId": kind.id,
            "typeName": kind.name,
            "externalId": kind.external_id,
        });
        for ((way, name), begins) in WAYS.into_iter().zip(kind.ways) {
            row[name] = match begins {
                None => Value::Null,
                Some((selected, changeable)) => {
                    let selected = chosen(tx, member, kind.id, way)?.unwrap_or(selected);
                    json!({ "readOnly": !changeable, "selected": selected })
                }
            };
        }
        rows.push(row);
    }
    Ok(Value::Array(rows))
}

/// A row as the member gives it back.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted {
    type_id: i64,
    #[serde(default)]
    sms_notification: Option<Selected>,
    #[serde(default)]
    email_notification: Option<Selected>,
    #[serde(default)]
    push_notification: Option<Selected>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Selected {
    selected: bool,
}

/// Changes consents; what is not named stays. Nothing changes where one of them cannot.
pub(crate) fn change(tx: &Connection, member: i64, wanted: &[Wanted]) -> Outcome<()> {
    for row in wanted {
        let Some(kind) = KINDS.iter().find(|kind| kind.id == row.type_id) else {
            return Err(invalid("typeId", "There is no such kind of message."));
        };
        let given = [row.sms_notification, row.email_notification, row.push_notification];
        for (((way, name), begins), given) in WAYS.into_iter().zip(kind.ways).zip(given) {
            let Some(Selected { selected }) = given else { continue };
            let Some((at_first, changeable)) = begins else {
                return Err(invalid(name, format!("{} are not sent this way.", kind.name)));
            };
            if selected == chosen(tx, member, kind.id, way)?.unwrap_or(at_first) {
                continue;
            }
            if !changeable {
                return Err(forbidden("SubscriptionReadOnly", format!("{}: this cannot be changed.", kind.name)));
            }
            tx.execute(
                "INSERT INTO consent (member, type, way, selected) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (member, type, way) DO UPDATE SET selected = excluded.selected",
                params![member, kind.id, way, selected],
            )?;
        }
    }
    Ok(())
}

/// Whether a member wants pushes of this kind.
pub(crate) fn wants_push(tx: &Connection, member: i64, kind: &str) -> Outcome<bool> {
    let Some(of) = KINDS.iter().find(|of| of.pushes.contains(&kind)) else { return Ok(true) };
    Ok(chosen(tx, member, of.id, "push")?.unwrap_or(true))
}

/// Forgets what a member chose.
pub(crate) fn forget(tx: &Connection, member: i64) -> Outcome<()> {
    tx.execute("DELETE FROM consent WHERE member = ?1", [member])?;
    Ok(())
}

fn chosen(tx: &Connection, member: i64, kind: i64, way: &str) -> Outcome<Option<bool>> {
    Ok(tx
        .prepare_cached("SELECT selected FROM consent WHERE member = ?1 AND type = ?2 AND way = ?3")?
        .query_row(params![member, kind, way], |row| row.get(0))
        .optional()?)
}
