//! Members: who they are, how they are found, how they come and how they leave, and the devices they hold.

use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cards;
use crate::clock::later;
use crate::consents;
use crate::events;
use crate::favourites;
use crate::inbox;
use crate::ledger::{self, Life};
use crate::programme::{POINTS, POINTS_LIFE, QUESTIONS, TIER_PERIOD, TIERS, WELCOME, tier};
use crate::pushes;
use crate::refusal::{Outcome, conflict, forbidden, missing};
use crate::sales;
use crate::tasks;
use crate::wire::{self, number, time};

/// Where a member stands with the programme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// A fresh installation, nobody known.
    Anonymous,
    /// Registration has begun.
    Registered,
    /// A member.
    Normal,
    /// Left the programme.
    Deregistered,
}

impl State {
    fn read(text: &str) -> Self {
        match text {
            "Normal" => Self::Normal,
            "Registered" => Self::Registered,
            "Deregistered" => Self::Deregistered,
            _ => Self::Anonymous,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Anonymous => "Anonymous",
            Self::Registered => "Registered",
            Self::Normal => "Normal",
            Self::Deregistered => "Deregistered",
        }
    }
}

/// A member.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: i64,
    uid: String,
    pub(crate) state: State,
    pub(crate) first_name: Option<String>,
    last_name: Option<String>,
    pub(crate) birth_day: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) pending_phone: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) pending_email: Option<String>,
    pub(crate) password: Option<String>,
    terms_accepted: bool,
}

/// An installation of the app, as its headers describe it.
#[derive(Debug, Clone)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) platform_type: String,
    pub(crate) platform_version: String,
    pub(crate) app: String,
}

/// The member of this number.
pub(crate) fn member(tx: &Connection, id: i64) -> Outcome<Member> {
    let read = |row: &Row<'_>| {
        Ok(Member {
            id: row.get("id")?,
            uid: row.get("uid")?,
            state: State::read(row.get_ref("state")?.as_str()?),
            first_name: row.get("first_name")?,
            last_name: row.get("last_name")?,
            birth_day: row.get("birth_day")?,
            phone: row.get("phone")?,
            pending_phone: row.get("pending_phone")?,
            email: row.get("email")?,
            pending_email: row.get("pending_email")?,
            password: row.get("password")?,
            terms_accepted: row.get("terms_accepted")?,
        })
    };
    tx.query_row(
        "SELECT id, uid, state, first_name, last_name, birth_day, phone, pending_phone, email, pending_email, password,
                terms_accepted
         FROM member WHERE id = ?1",
        [id],
        read,
    )
    .optional()?
    .ok_or_else(|| missing("MemberNotFound", "There is no such member."))
}

/// The numbers of all members.
pub(crate) fn all(tx: &Connection) -> Outcome<Vec<i64>> {
    Ok(tx
        .prepare_cached("SELECT id FROM member WHERE state = 'Normal' ORDER BY id")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?)
}

/// Who signs in as `login`: a phone number, an e-mail address or a card number. Members only.
pub(crate) fn by_login(tx: &Connection, login: &str) -> Outcome<Option<i64>> {
    if login.len() > 254 {
        return Ok(None);
    }
    if let Some(email) = wire::email(login) {
        return find(tx, "SELECT id FROM member WHERE email = ?1 AND state = 'Normal'", &email);
    }
    let by_card = find(
        tx,
        "SELECT member.id FROM member JOIN card ON card.member = member.id WHERE card.number = ?1 AND member.state = 'Normal'",
        login.trim(),
    )?;
    match (by_card, wire::phone(login)) {
        (None, Some(phone)) => by_phone(tx, &phone),
        (by_card, _) => Ok(by_card),
    }
}

/// The member with this phone number.
pub(crate) fn by_phone(tx: &Connection, phone: &str) -> Outcome<Option<i64>> {
    find(tx, "SELECT id FROM member WHERE phone = ?1 AND state = 'Normal'", phone)
}

/// For whom tries are counted when somebody signs in as `login`.
pub(crate) fn who(member: Option<i64>, login: &str) -> String {
    member.map_or_else(
        || format!("login:{}", wire::phone(login).unwrap_or_else(|| login.trim().chars().take(64).collect())),
        crate::sign_in::who,
    )
}

/// The anonymous member of a fresh installation: the same one again while nobody has signed in on it.
pub(crate) fn anonymous(tx: &Connection, device: &Device, now: Timestamp) -> Outcome<i64> {
    let known: Option<i64> = tx
        .query_row(
            "SELECT member.id FROM device JOIN member ON member.id = device.member
             WHERE device.device_id = ?1 AND member.state = 'Anonymous'",
            [&device.id],
            |row| row.get(0),
        )
        .optional()?;
    let member = match known {
        Some(member) => member,
        None => create(tx, State::Anonymous, now)?,
    };
    bind(tx, member, device, now)?;
    Ok(member)
}

/// A new member in this state.
pub(crate) fn create(tx: &Connection, state: State, now: Timestamp) -> Outcome<i64> {
    tx.execute(
        "INSERT INTO member (uid, state, created) VALUES (?1, ?2, ?3)",
        params![Uuid::new_v4().to_string(), state.name(), now.as_microsecond()],
    )?;
    Ok(tx.last_insert_rowid())
}

/// Says that this member holds this device from now on. What somebody unknown did on it before is theirs.
pub(crate) fn bind(tx: &Connection, member: i64, device: &Device, now: Timestamp) -> Outcome<()> {
    let holder = find(tx, "SELECT member FROM device WHERE device_id = ?1", &device.id)?;
    let known = |state| matches!(state, State::Normal | State::Deregistered);
    let arrives = self::member(tx, member)?.state;
    // A call of before the sign-in that comes late takes nothing back.
    let late = arrives == State::Anonymous && holder.is_some() && events::successor(tx, member)? == holder;
    let member = if late { holder.unwrap_or(member) } else { member };
    tx.execute(
        "INSERT INTO device (device_id, member, platform_type, platform_version, app, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (device_id) DO UPDATE SET member = excluded.member, platform_type = excluded.platform_type,
             platform_version = excluded.platform_version, app = excluded.app, seen = excluded.seen",
        params![
            device.id,
            member,
            device.platform_type,
            device.platform_version,
            device.app,
            now.as_microsecond()
        ],
    )?;
    match holder {
        Some(before) if before != member && arrives != State::Anonymous && !known(self::member(tx, before)?.state) => {
            events::hand_over(tx, before, member)?;
            pushes::hand_over(tx, before, member)?;
            tasks::hand_over(tx, before, member, now)
        }
        _ => Ok(()),
    }
}

/// One step of a registration.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Action {
    kind: &'static str,
    required: bool,
    pub(crate) done: bool,
}

impl Action {
    /// The step, as the Member API writes it.
    pub(crate) fn wire(self) -> Value {
        json!({
            "$type": "Loymax.Registration.RegistrationAction",
            "userActionType": self.kind,
            "actionState": if self.required { "Required" } else { "Custom" },
            "isDone": self.done,
        })
    }

    /// It keeps the registration from being complete.
    pub(crate) fn holds_up(self) -> bool {
        self.required && !self.done
    }
}

/// What a member's registration asks for.
pub(crate) fn actions(tx: &Connection, id: i64) -> Outcome<Vec<Action>> {
    let member = member(tx, id)?;
    let has_card: bool =
        tx.query_row("SELECT EXISTS (SELECT 1 FROM card WHERE member = ?1)", [id], |row| row.get(0))?;
    let answered: i64 = tx.query_row("SELECT count(*) FROM answer WHERE member = ?1", [id], |row| row.get(0))?;
    let step = |kind, required, done| Action { kind, required, done };
    Ok(vec![
        step("AcceptTenderOffer", true, member.terms_accepted),
        step("ChangePhone", true, member.phone.is_some()),
        step("Questions", false, usize::try_from(answered).is_ok_and(|answered| answered >= QUESTIONS.len())),
        step("ChangeEmail", false, member.email.is_some()),
        step("AttachCard", false, has_card),
    ])
}

/// Completes a registration that nothing holds up: the member gets a card if they have none, and the welcome points.
pub(crate) fn finish(tx: &Connection, id: i64, now: Timestamp) -> Outcome<()> {
    if member(tx, id)?.state != State::Registered {
        return Ok(());
    }
    tx.execute("UPDATE member SET state = 'Normal' WHERE id = ?1", [id])?;
    if cards::of_member(tx, id)?.is_empty() {
        cards::emit(tx, id)?;
    }
    sales::reward(
        tx,
        id,
        &sales::Reward {
            currency: POINTS,
            amount: WELCOME,
            life: Life { starts: now, ends: Some(later(now, POINTS_LIFE)) },
            description: "Welcome to Pocketcard".to_owned(),
            offer: Some("welcome".to_owned()),
        },
        now,
    )?;
    // What they finished before they were known is rewarded now.
    tasks::recount(tx, id, tasks::Cause::Came, now)
}

/// Gives the member this phone number, which they have confirmed.
pub(crate) fn confirm_phone(tx: &Connection, id: i64, phone: &str) -> Outcome<()> {
    if free(tx, "SELECT id FROM member WHERE phone = ?1", phone, id)? {
        // A registration that was never finished gives a number up to who confirms it later.
        tx.execute("UPDATE member SET phone = NULL WHERE phone = ?1 AND state <> 'Normal'", [phone])?;
        tx.execute("UPDATE member SET phone = ?2, pending_phone = NULL WHERE id = ?1", params![id, phone])?;
        Ok(())
    } else {
        Err(conflict("PhoneNumberAlreadyInUse", "Another member has this phone number."))
    }
}

/// Gives the member this e-mail address, which they have confirmed.
pub(crate) fn confirm_email(tx: &Connection, id: i64, email: &str) -> Outcome<()> {
    if free(tx, "SELECT id FROM member WHERE email = ?1", email, id)? {
        tx.execute("UPDATE member SET email = NULL WHERE email = ?1 AND state <> 'Normal'", [email])?;
        tx.execute("UPDATE member SET email = ?2, pending_email = NULL WHERE id = ?1", params![id, email])?;
        Ok(())
    } else {
        Err(conflict("EmailAlreadyInUse", "Another member has this e-mail address."))
    }
}

/// The member leaves the programme: what identifies them is erased, their cards stop, their devices hear nothing more.
pub(crate) fn leave(tx: &Connection, id: i64, reason: Option<&str>) -> Outcome<()> {
    tx.execute(
        "UPDATE member SET state = 'Deregistered', first_name = NULL, last_name = NULL, birth_day = NULL, phone = NULL,
             pending_phone = NULL, email = NULL, pending_email = NULL, password = NULL, left_because = ?2 WHERE id = ?1",
        params![id, reason],
    )?;
    tx.execute("DELETE FROM answer WHERE member = ?1", [id])?;
    tasks::forget(tx, id)?;
    favourites::forget(tx, id)?;
    inbox::forget(tx, id)?;
    consents::forget(tx, id)?;
    tx.execute("UPDATE card SET state = 'Expired' WHERE member = ?1", [id])?;
    tx.execute("DELETE FROM code_key WHERE card IN (SELECT id FROM card WHERE member = ?1)", [id])?;
    tx.execute("DELETE FROM push_token WHERE device_id IN (SELECT device_id FROM device WHERE member = ?1)", [id])?;
    tx.execute("DELETE FROM device WHERE member = ?1", [id])?;
    crate::sign_in::end_sessions(tx, id)
}

/// Lets go on when the member's registration is complete.
pub(crate) fn complete(tx: &Connection, id: i64) -> Outcome<Member> {
    let member = member(tx, id)?;
    if member.state == State::Normal {
        Ok(member)
    } else {
        Err(forbidden("RegistrationNotCompleted", "Complete the registration first."))
    }
}

/// The member, as the Member API describes them.
pub(crate) fn wire(tx: &Connection, id: i64) -> Outcome<Value> {
    let member = member(tx, id)?;
    let card = cards::of_member(tx, id)?.into_iter().find(cards::Card::works);
    Ok(json!({
        "$type": "Loymax.User.UserModel",
        "id": member.id,
        "personUid": member.uid,
        "firstName": member.first_name,
        "lastName": member.last_name,
        "patronymicName": null,
        "birthDay": member.birth_day.map(|day| format!("{day}T00:00:00")),
        "addressInfo": null,
        "state": member.state.name(),
        "phoneNumber": member.phone.as_deref().map(wire::masked_phone),
        "email": member.email,
        "cardShortInfo": card.map(|card| json!({ "id": card.id, "number": card.number })),
    }))
}

/// What a member bought that counts for the tier, as the database keeps amounts.
pub(crate) fn bought(tx: &Connection, id: i64, now: Timestamp) -> Outcome<i64> {
    Ok(tx.query_row(
        "SELECT coalesce(sum(total - paid_points - back_money), 0) FROM purchase WHERE member = ?1 AND at > ?2 AND at <= ?3",
        params![id, later(now, -TIER_PERIOD).as_microsecond(), now.as_microsecond()],
        |row| row.get(0),
    )?)
}

/// The member's tier, as the Member API describes it.
pub(crate) fn status(tx: &Connection, id: i64, now: Timestamp) -> Outcome<Value> {
    if member(tx, id)?.state != State::Normal {
        return Ok(Value::Null);
    }
    let bought = bought(tx, id, now)?;
    let (current, next) = tier(bought);
    let updated: Option<i64> =
        tx.query_row("SELECT max(at) FROM purchase WHERE member = ?1", [id], |row| row.get(0))?;
    Ok(json!([{
        "$type": "Loymax.User.StatusModel",
        "name": "Pocketcard tier",
        "logicalName": "tier",
        "description": "By what you bought within the last 365 days.",
        "statuses": TIERS.iter().map(crate::programme::Tier::wire).collect::<Vec<_>>(),
        "currentStatus": current.wire(),
        "currentValue": number(bought),
        "nextStatusValue": next.map(|next| number(next.threshold)),
        "statusUpdateDate": updated.map(time),
    }]))
}

/// What a till may know of a member.
pub(crate) fn at_till(tx: &Connection, id: i64, now: Timestamp) -> Outcome<Value> {
    let member = member(tx, id)?;
    let spendable = ledger::balance(tx, id, &POINTS, now)?.amount.max(0);
    Ok(json!({
        "firstName": member.first_name,
        "maskedPhone": member.phone.as_deref().map(wire::masked_phone),
        "tier": tier(bought(tx, id, now)?).0.name,
        "spendable": number(spendable),
    }))
}

fn find(tx: &Connection, query: &str, value: &str) -> Outcome<Option<i64>> {
    Ok(tx.query_row(query, [value], |row| row.get(0)).optional()?)
}

/// Whether nobody but `id`, and nobody who never finished registering, has what `query` looks for.
fn free(tx: &Connection, query: &str, value: &str, id: i64) -> Outcome<bool> {
    Ok(match find(tx, query, value)? {
        Some(other) if other != id => member(tx, other)?.state != State::Normal,
        _ => true,
    })
}
