//! E-mail, password, questionnaire, and leaving the programme.

use axum::extract::State;
use jiff::civil::Date;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{Answer, success};
use super::registration::Confirm;
use super::token::reply;
use crate::extract::{Body, Caller};
use crate::members;
use crate::platform::App;
use crate::programme::{BIRTH_DAY, FIRST_NAME, LAST_NAME, QUESTIONS, Question, QuestionKind};
use crate::refusal::{Outcome, forbidden, invalid};
use crate::sign_in::{self, CODE_LENGTH, Channel, Purpose};
use crate::wire;

/// The most answers in one call.
const MOST_ANSWERS: usize = 50;

#[derive(Deserialize)]
pub(super) struct Email {
    email: String,
}

/// `GET User/Email`
pub(super) async fn email(State(app): State<App>, Caller(member): Caller) -> Answer {
    let member = app.read(move |tx, _| members::member(tx, member)).await?;
    let status = match (&member.email, &member.pending_email) {
        (_, Some(_)) => "WaitingForConfirmation",
        (Some(_), None) => "Confirmed",
        (None, None) => "None",
    };
    Ok(success(json!({
        "currentEmail": member.email,
        "newEmail": member.pending_email.map(|email| json!({ "email": email })),
        "confirmCodeLength": CODE_LENGTH,
        "currentNotifierStatus": status,
        "notifierMask": null,
    })))
}

/// `POST User/Email`
pub(super) async fn set_email(State(app): State<App>, Caller(member): Caller, Body(body): Body<Email>) -> Answer {
    app.act(move |tx, now| {
        members::complete(tx, member)?;
        let email =
            wire::email(&body.email).ok_or_else(|| invalid("email", "An e-mail address, as anna@example.com."))?;
        if members::by_login(tx, &email)?.is_some_and(|owner| owner != member) {
            return Err(forbidden("EmailAlreadyInUse", "Another member has this e-mail address."));
        }
        tx.execute("UPDATE member SET pending_email = ?2 WHERE id = ?1", params![member, email])?;
        sign_in::send_code(tx, Purpose::Email, member, Channel::Email(&email), now)
    })
    .await?;
    Ok(success(json!({ "codeLength": CODE_LENGTH })))
}

/// `POST User/Email/Confirm`
pub(super) async fn confirm_email(State(app): State<App>, Caller(member): Caller, Body(body): Body<Confirm>) -> Answer {
    app.act(move |tx, now| {
        let password = body.password.as_deref().filter(|password| !password.is_empty());
        let password = password.map(|password| checked_password("password", password)).transpose()?;
        let Some(email) = members::member(tx, member)?.pending_email else {
            return Err(forbidden("NothingToConfirm", "Give an e-mail address first."));
        };
        sign_in::spend_code(tx, Purpose::Email, member, &body.confirm_code, now)?;
        members::confirm_email(tx, member, &email)?;
        if let Some(password) = password {
            tx.execute("UPDATE member SET password = ?2 WHERE id = ?1", params![member, password])?;
        }
        Ok(())
    })
    .await?;
    Ok(success(Value::Null))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StartReset {
    notifier_identity: String,
}

/// `POST ResetPassword/Start`
pub(super) async fn start_reset(State(app): State<App>, Body(body): Body<StartReset>) -> Answer {
    let identity = body.notifier_identity;
    let mask = app
        .act(move |tx, now| {
            let member = members::by_login(tx, &identity)?
                .ok_or_else(|| forbidden("UserNotFound", "No member has this phone number or e-mail address."))?;
            let member = members::member(tx, member)?;
            let (channel, mask) = match (&member.phone, &member.email) {
                (_, Some(email)) if identity.contains('@') => (Channel::Email(email), email.clone()),
                (Some(phone), _) => (Channel::Sms(phone), wire::masked_phone(phone)),
                _ => return Err(forbidden("UserNotFound", "There is nowhere to send a code to.")),
            };
            sign_in::send_code(tx, Purpose::ResetPassword, member.id, channel, now)?;
            Ok(mask)
        })
        .await?;
    Ok(success(json!({ "codeLength": CODE_LENGTH, "notifierMask": mask })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConfirmReset {
    notifier_identity: String,
    confirm_code: String,
    new_password: String,
}

/// `POST ResetPassword/Confirm`
pub(super) async fn confirm_reset(State(app): State<App>, Body(body): Body<ConfirmReset>) -> Answer {
    let life = app.access_life();
    let tokens = app
        .act(move |tx, now| {
            let password = checked_password("newPassword", &body.new_password)?;
            let member = members::by_login(tx, &body.notifier_identity)?
                .ok_or_else(|| forbidden("UserNotFound", "No member has this phone number or e-mail address."))?;
            sign_in::spend_code(tx, Purpose::ResetPassword, member, &body.confirm_code, now)?;
            // Whoever knew the old password is signed out.
            sign_in::end_sessions(tx, member)?;
            tx.execute("UPDATE member SET password = ?2 WHERE id = ?1", params![member, password])?;
            sign_in::issue(tx, member, life, now)
        })
        .await?;
    Ok(success(reply(&tokens)))
}

/// `GET Anketa/Questions`
pub(super) async fn questions(_: Caller) -> Answer {
    Ok(success(QUESTIONS.iter().map(Question::wire).collect()))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GivenAnswer {
    question_id: i64,
    #[serde(default)]
    value: Value,
    #[serde(default)]
    fixed_answer_ids: Option<Vec<i64>>,
}

/// `POST User/Answers`
pub(super) async fn answers(
    State(app): State<App>,
    Caller(member): Caller,
    Body(answers): Body<Vec<GivenAnswer>>,
) -> Answer {
    app.act(move |tx, now| {
        if answers.len() > MOST_ANSWERS {
            return Err(invalid("answers", format!("at most {MOST_ANSWERS}")));
        }
        let mut errors = Vec::new();
        let mut kept = Vec::new();
        for answer in &answers {
            match read_answer(answer, now) {
                Ok(value) => kept.push((answer.question_id, value)),
                Err(problem) => {
                    errors.push(json!({ "idQuestion": answer.question_id.to_string(), "errors": [problem] }));
                }
            }
        }
        if !errors.is_empty() {
            return Err(invalid("answers", "Some answers cannot be taken.").telling(json!({ "errors": errors })));
        }
        for (question, value) in kept {
            keep_answer(tx, member, question, value.as_deref())?;
        }
        Ok(())
    })
    .await?;
    Ok(success(Value::Null))
}

/// `POST User/Deregistration/SendConfirmCode`
pub(super) async fn send_deregistration_code(State(app): State<App>, Caller(member): Caller) -> Answer {
    app.act(move |tx, now| {
        let member = members::complete(tx, member)?;
        let channel = match (&member.phone, &member.email) {
            (Some(phone), _) => Channel::Sms(phone),
            (None, Some(email)) => Channel::Email(email),
            (None, None) => return Err(forbidden("UserNotFound", "There is nowhere to send a code to.")),
        };
        sign_in::send_code(tx, Purpose::Deregistration, member.id, channel, now)
    })
    .await?;
    Ok(success(json!({ "confirmCodeLength": CODE_LENGTH })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Leave {
    confirm_code: String,
    #[serde(default)]
    reason: Option<String>,
}

/// `POST User/Deregistration/Confirm`
pub(super) async fn confirm_deregistration(
    State(app): State<App>,
    Caller(member): Caller,
    Body(body): Body<Leave>,
) -> Answer {
    app.act(move |tx, now| {
        if body.reason.as_ref().is_some_and(|reason| reason.chars().count() > 1000) {
            return Err(invalid("reason", "at most 1000 characters"));
        }
        sign_in::spend_code(tx, Purpose::Deregistration, member, &body.confirm_code, now)?;
        members::leave(tx, member, body.reason.as_deref())
    })
    .await?;
    Ok(success(Value::Null))
}

/// What the database keeps of a password, if it is long enough.
pub(super) fn checked_password(field: &'static str, password: &str) -> Outcome<String> {
    if (6..=128).contains(&password.chars().count()) {
        sign_in::hash_password(password)
    } else {
        Err(invalid(field, "6 to 128 characters"))
    }
}

/// What is kept of an answer; `None` takes an earlier one back.
fn read_answer(answer: &GivenAnswer, now: Timestamp) -> Result<Option<String>, String> {
    let Some(question) = QUESTIONS.iter().find(|question| question.id == answer.question_id) else {
        return Err("There is no such question.".to_owned());
    };
    let text = match &answer.value {
        Value::Null => None,
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => return Err("A text, a whole number or nothing.".to_owned()),
    };
    match question.kind {
        QuestionKind::String => match text {
            Some(text) if text.chars().count() > 100 || text.chars().any(char::is_control) => {
                Err("At most 100 characters.".to_owned())
            }
            text => Ok(text),
        },
        QuestionKind::Date => {
            let Some(text) = text else { return Ok(None) };
            let date: Date = text.parse().map_err(|_| "A date, as 1990-05-04.".to_owned())?;
            let today = now.strftime("%Y-%m-%d").to_string();
            if date.year() < 1900 || date.to_string() >= today {
                Err("A day in the past.".to_owned())
            } else {
                Ok(Some(date.to_string()))
            }
        }
        QuestionKind::Select => match answer.fixed_answer_ids.as_deref() {
            None | Some([]) => Ok(None),
            Some([one]) if question.items.iter().any(|(id, _)| id == one) => Ok(Some(one.to_string())),
            Some(_) => Err("One of the answers offered.".to_owned()),
        },
    }
}

fn keep_answer(tx: &Connection, member: i64, question: i64, value: Option<&str>) -> Outcome<()> {
    match value {
        Some(value) => tx.execute(
            "INSERT INTO answer (member, question, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (member, question) DO UPDATE SET value = excluded.value",
            params![member, question, value],
        )?,
        None => tx.execute("DELETE FROM answer WHERE member = ?1 AND question = ?2", params![member, question])?,
    };
    let column = match question {
        FIRST_NAME => "UPDATE member SET first_name = ?2 WHERE id = ?1 RETURNING id",
        LAST_NAME => "UPDATE member SET last_name = ?2 WHERE id = ?1 RETURNING id",
        BIRTH_DAY => "UPDATE member SET birth_day = ?2 WHERE id = ?1 RETURNING id",
        _ => return Ok(()),
    };
    tx.query_row(column, params![member, value], |row| row.get::<_, i64>(0)).optional()?;
    Ok(())
}
