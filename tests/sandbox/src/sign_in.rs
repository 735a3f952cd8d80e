//! Tokens, one-time codes and passwords, and what wrong ones cost.
//!
//! Secrets are kept as fingerprints. A wrong code or password costs one of five tries; after the fifth, that purpose is
//! blocked for a quarter of an hour for whom it was tried, known to the platform or not.

use argon2::{Argon2, Params, PasswordHasher, PasswordVerifier};
use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::clock::later;
use crate::refusal::{Broken, Outcome, counted, forbidden};
use crate::wire;

/// Digits of a one-time code.
pub(crate) const CODE_LENGTH: usize = 6;
const TRIES: i64 = 5;
const BLOCK: SignedDuration = SignedDuration::from_mins(15);
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(5);
const REFRESH_LIFE: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What a member proves who they are with, once signed in.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) expires_in: i64,
}

/// Makes tokens for a member. The access token lives for `life`.
pub(crate) fn issue(tx: &Connection, member: i64, life: SignedDuration, now: Timestamp) -> Outcome<Tokens> {
    let tokens = Tokens { access: wire::secret()?, refresh: wire::secret()?, expires_in: life.as_secs() };
    tx.execute("DELETE FROM token_pair WHERE refresh_until < ?1", [now.as_microsecond()])?;
    tx.execute(
        "INSERT INTO token_pair (member, access, access_until, refresh, refresh_until) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            member,
            wire::fingerprint(&tokens.access),
            later(now, life).as_microsecond(),
            wire::fingerprint(&tokens.refresh),
            later(now, REFRESH_LIFE).as_microsecond(),
        ],
    )?;
    Ok(tokens)
}

/// Whose access token this is, if it is good now.
pub(crate) fn member_of(tx: &Connection, access: &str, now: Timestamp) -> Outcome<Option<i64>> {
    Ok(tx
        .query_row(
            "SELECT token_pair.member FROM token_pair JOIN member ON member.id = token_pair.member
             WHERE token_pair.access = ?1 AND token_pair.access_until > ?2 AND member.state <> 'Deregistered'",
            params![wire::fingerprint(access), now.as_microsecond()],
            |row| row.get(0),
        )
        .optional()?)
}

/// Spends a refresh token. `access` is the token it came with, expired or not.
pub(crate) fn refresh(
    tx: &Connection,
    access: &str,
    refresh: &str,
    life: SignedDuration,
    now: Timestamp,
) -> Outcome<Tokens> {
    let pair: Option<(i64, i64)> = tx
        .query_row(
            "SELECT id, member FROM token_pair WHERE refresh = ?1 AND access = ?2 AND spent = 0 AND refresh_until > ?3",
            params![wire::fingerprint(refresh), wire::fingerprint(access), now.as_microsecond()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((id, member)) = pair else {
        return Err(forbidden("invalid_grant", "The refresh token is spent, expired or not of this session."));
    };
    tx.execute("UPDATE token_pair SET spent = 1 WHERE id = ?1", [id])?;
    issue(tx, member, life, now)
}

/// Ends all sessions of a member.
pub(crate) fn end_sessions(tx: &Connection, member: i64) -> Outcome<()> {
    tx.execute("DELETE FROM token_pair WHERE member = ?1", [member])?;
    tx.execute("DELETE FROM one_time_code WHERE member = ?1", [member])?;
    Ok(())
}

/// What a one-time code is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    SignIn,
    Phone,
    Email,
    ResetPassword,
    Deregistration,
    LinkCard,
}

impl Purpose {
    fn name(self) -> &'static str {
        match self {
            Self::SignIn => "SignIn",
            Self::Phone => "Phone",
            Self::Email => "Email",
            Self::ResetPassword => "ResetPassword",
            Self::Deregistration => "Deregistration",
            Self::LinkCard => "LinkCard",
        }
    }
}

/// For whom tries are counted.
pub(crate) fn who(member: i64) -> String {
    format!("member:{member}")
}

/// Where a code goes.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Channel<'a> {
    Sms(&'a str),
    Email(&'a str),
}

/// Sends a one-time code, in place of an earlier one of this purpose except for sign-ins, which may run side by side.
/// Gives the ticket that a sign-in continues with.
pub(crate) fn send_code(
    tx: &Connection,
    purpose: Purpose,
    member: i64,
    channel: Channel<'_>,
    now: Timestamp,
) -> Outcome<String> {
    not_blocked(tx, purpose, &who(member), now)?;
    let (channel, recipient) = match channel {
        Channel::Sms(phone) => ("sms", phone),
        Channel::Email(email) => ("email", email),
    };
    if purpose == Purpose::SignIn {
        tx.execute("DELETE FROM one_time_code WHERE until < ?1", [now.as_microsecond()])?;
    } else {
        tx.execute("DELETE FROM one_time_code WHERE member = ?1 AND purpose = ?2", params![member, purpose.name()])?;
    }
    let (ticket, code) = (wire::secret()?, wire::random_digits(CODE_LENGTH)?);
    tx.execute(
        "INSERT INTO one_time_code (purpose, member, ticket, channel, recipient, code, until)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            purpose.name(),
            member,
            wire::fingerprint(&ticket),
            channel,
            recipient,
            code,
            later(now, CODE_LIFE).as_microsecond()
        ],
    )?;
    deliver(tx, channel, recipient, &code, now)?;
    Ok(ticket)
}

/// Sends another code for the sign-in of `ticket`; the ticket stays good. `false` when there is no such sign-in.
pub(crate) fn resend(tx: &Connection, ticket: &str, now: Timestamp) -> Outcome<bool> {
    let open: Option<(i64, i64, String, String)> = tx
        .query_row(
            "SELECT id, member, channel, recipient FROM one_time_code WHERE ticket = ?1 AND until > ?2",
            params![wire::fingerprint(ticket), now.as_microsecond()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
        )
        .optional()?;
    let Some((id, member, channel, recipient)) = open else { return Ok(false) };
    not_blocked(tx, Purpose::SignIn, &who(member), now)?;
    let code = wire::random_digits(CODE_LENGTH)?;
    tx.execute(
        "UPDATE one_time_code SET code = ?2, until = ?3 WHERE id = ?1",
        params![id, code, later(now, CODE_LIFE).as_microsecond()],
    )?;
    deliver(tx, &channel, &recipient, &code, now)?;
    Ok(true)
}

/// Spends the code of a sign-in. Gives the member.
pub(crate) fn spend_ticket(tx: &Connection, ticket: &str, code: &str, now: Timestamp) -> Outcome<i64> {
    let open: Option<(i64, i64, String)> = tx
        .query_row(
            "SELECT id, member, code FROM one_time_code WHERE ticket = ?1 AND purpose = 'SignIn' AND until > ?2",
            params![wire::fingerprint(ticket), now.as_microsecond()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((id, member, right)) = open else {
        return Err(forbidden("IncorrectLoginOrPassword", "The code has lapsed. Ask for a new one."));
    };
    check(tx, Purpose::SignIn, &who(member), "code", code == right, now)?;
    tx.execute("DELETE FROM one_time_code WHERE id = ?1", [id])?;
    Ok(member)
}

/// Spends the code that a member was sent for `purpose`.
pub(crate) fn spend_code(tx: &Connection, purpose: Purpose, member: i64, code: &str, now: Timestamp) -> Outcome<()> {
    let open: Option<(i64, String)> = tx
        .query_row(
            "SELECT id, code FROM one_time_code WHERE member = ?1 AND purpose = ?2 AND until > ?3",
            params![member, purpose.name(), now.as_microsecond()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    let Some((id, right)) = open else {
        not_blocked(tx, purpose, &who(member), now)?;
        return Err(forbidden("ConfirmCodeExpired", "The code has lapsed. Ask for a new one."));
    };
    check(tx, purpose, &who(member), "code", code == right, now)?;
    tx.execute("DELETE FROM one_time_code WHERE id = ?1", [id])?;
    Ok(())
}

/// Lets go on when the member may still try.
pub(crate) fn not_blocked(tx: &Connection, purpose: Purpose, who: &str, now: Timestamp) -> Outcome<()> {
    let until: Option<i64> = tx
        .query_row(
            "SELECT blocked_until FROM guard WHERE purpose = ?1 AND who = ?2 AND blocked_until > ?3",
            params![purpose.name(), who, now.as_microsecond()],
            |row| row.get(0),
        )
        .optional()?;
    match until {
        Some(until) => {
            let minutes = (until - now.as_microsecond()).div_euclid(60_000_000) + 1;
            Err(forbidden("IncorrectLoginOrPassword", format!("Too many tries. Try again in {minutes} minutes.")))
        }
        None => Ok(()),
    }
}

/// Counts a try with `what`, and lets go on when it was right.
pub(crate) fn check(
    tx: &Connection,
    purpose: Purpose,
    who: &str,
    what: &str,
    right: bool,
    now: Timestamp,
) -> Outcome<()> {
    not_blocked(tx, purpose, who, now)?;
    let micros = now.as_microsecond();
    // A block that has lapsed gives all tries back.
    tx.execute("DELETE FROM guard WHERE blocked_until > 0 AND blocked_until <= ?1", [micros])?;
    if right {
        tx.execute("DELETE FROM guard WHERE purpose = ?1 AND who = ?2", params![purpose.name(), who])?;
        return Ok(());
    }
    let left: i64 = tx.query_row(
        "INSERT INTO guard (purpose, who, tries_left, blocked_until) VALUES (?1, ?2, ?3, 0)
         ON CONFLICT (purpose, who) DO UPDATE SET tries_left = tries_left - 1 RETURNING tries_left",
        params![purpose.name(), who, TRIES - 1],
        |row| row.get(0),
    )?;
    if left > 0 {
        let message = format!("The login or the {what} is not right. Tries left: {left}.");
        return Err(counted("IncorrectLoginOrPassword", message));
    }
    tx.execute(
        "UPDATE guard SET blocked_until = ?3 WHERE purpose = ?1 AND who = ?2",
        params![purpose.name(), who, later(now, BLOCK).as_microsecond()],
    )?;
    let message =
        format!("The login or the {what} is not right. Tries left: 0. Try again in {} minutes.", BLOCK.as_mins());
    Err(counted("IncorrectLoginOrPassword", message))
}

/// What the database keeps of a password.
pub(crate) fn hash_password(password: &str) -> Outcome<String> {
    let hash = hasher()?
        .hash_password(password.as_bytes())
        .map_err(|_| Broken::Impossible("a password of a checked length could not be hashed"))?;
    Ok(hash.to_string())
}

/// Whether this is the password that `hash` was made of.
pub(crate) fn is_password(password: &str, hash: &str) -> Outcome<bool> {
    Ok(hasher()?.verify_password(password.as_bytes(), hash).is_ok())
}

/// Argon2id with 4 MiB: enough to be honest about what a platform does, not enough to slow tests down.
fn hasher() -> Outcome<Argon2<'static>> {
    let params = Params::new(4096, 1, 1, None).map_err(|_| Broken::Impossible("Argon2 refused its parameters"))?;
    Ok(Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params))
}

fn deliver(tx: &Connection, channel: &str, recipient: &str, code: &str, now: Timestamp) -> Outcome<()> {
    tx.execute(
        "INSERT INTO sent (channel, recipient, text, code, at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![channel, recipient, format!("Your Pocketcard code: {code}"), code, now.as_microsecond()],
    )?;
    Ok(())
}
