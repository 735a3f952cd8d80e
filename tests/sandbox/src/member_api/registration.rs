//! Registration: an anonymous installation, a new member step by step.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use rusqlite::params;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{Answer, Refused, refused_registration, success};
use super::profile::checked_password;
use super::token::reply;
use crate::extract::{Body, Caller, Installation};
use crate::members::{self, State as Standing};
use crate::platform::App;
use crate::refusal::{Failure, forbidden, invalid};
use crate::sign_in::{self, CODE_LENGTH, Channel, Purpose};
use crate::wire;

/// `POST Registration/RegisterAnonym`
pub(super) async fn register_anonymous(State(app): State<App>, installation: Installation) -> Answer {
    let device = installation.required()?;
    let life = app.access_life();
    let tokens = app
        .act(move |tx, now| {
            let member = members::anonymous(tx, &device, now)?;
            sign_in::issue(tx, member, life, now)
        })
        .await?;
    Ok(success(reply(&tokens)))
}

#[derive(Deserialize)]
pub(super) struct Begin {
    login: String,
    #[serde(default)]
    password: Option<String>,
}

/// `POST Registration/BeginRegistration`
pub(super) async fn begin(State(app): State<App>, installation: Installation, Body(body): Body<Begin>) -> Response {
    let life = app.access_life();
    let device = installation.known();
    let begun = app
        .act(move |tx, now| {
            let phone =
                wire::phone(&body.login).ok_or_else(|| invalid("login", "A phone number, as +49 171 3920009."))?;
            let password = body.password.as_deref().filter(|password| !password.is_empty());
            let password = password.map(|password| checked_password("password", password)).transpose()?;
            if members::by_phone(tx, &phone)?.is_some() {
                return Err(forbidden(
                    "RegistrationAlreadyCompleted",
                    "This phone number is a member's. Sign in instead.",
                ));
            }
            // Too many wrong codes for this number block it for a while.
            sign_in::not_blocked(tx, Purpose::SignIn, &members::who(None, &phone), now).map_err(|_| {
                forbidden("RegistrationBlocked", "Too many tries with this phone number. Wait a while.")
            })?;
            let member = members::create(tx, Standing::Registered, now)?;
            tx.execute(
                "UPDATE member SET pending_phone = ?2, password = ?3 WHERE id = ?1",
                params![member, phone, password],
            )?;
            if let Some(device) = device {
                members::bind(tx, member, &device, now)?;
            }
            Ok((member, sign_in::issue(tx, member, life, now)?))
        })
        .await;
    match begun {
        Ok((member, tokens)) => success(json!({
            "$type": "Loymax.Registration.BeginRegistrationResult",
            "state": "Success",
            "errorMessage": null,
            "authToken": tokens.access,
            "authResult": reply(&tokens),
            "personId": member,
        })),
        Err(Failure::Refused(refusal)) if refusal.code.starts_with("Registration") => {
            refused_registration(refusal.code, &refusal.message)
        }
        Err(failure) => Refused::from(failure).into_response(),
    }
}

/// `GET User/RegistrationActions`
pub(super) async fn actions(State(app): State<App>, Caller(member): Caller) -> Answer {
    let actions = app.read(move |tx, _| members::actions(tx, member)).await?;
    let actions: Vec<Value> = actions.into_iter().map(members::Action::wire).collect();
    Ok(success(json!({ "actions": actions })))
}

/// `POST User/AcceptTenderOffer`
pub(super) async fn accept_terms(State(app): State<App>, Caller(member): Caller) -> Answer {
    app.act(move |tx, _| Ok(tx.execute("UPDATE member SET terms_accepted = 1 WHERE id = ?1", [member])?)).await?;
    Ok(success(Value::Null))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Phone {
    phone_number: String,
}

/// `POST User/PhoneNumber`
pub(super) async fn set_phone(State(app): State<App>, Caller(member): Caller, Body(body): Body<Phone>) -> Answer {
    app.act(move |tx, now| {
        if members::member(tx, member)?.state == Standing::Anonymous {
            return Err(forbidden("RegistrationNotStarted", "Begin a registration first."));
        }
        let phone = wire::phone(&body.phone_number)
            .ok_or_else(|| invalid("phoneNumber", "A phone number, as +49 171 3920009."))?;
        if members::by_phone(tx, &phone)?.is_some_and(|owner| owner != member) {
            return Err(forbidden("PhoneNumberAlreadyInUse", "Another member has this phone number."));
        }
        tx.execute("UPDATE member SET pending_phone = ?2 WHERE id = ?1", params![member, phone])?;
        sign_in::send_code(tx, Purpose::Phone, member, Channel::Sms(&phone), now)
    })
    .await?;
    Ok(success(json!({ "codeLength": CODE_LENGTH })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Confirm {
    pub(super) confirm_code: String,
    #[serde(default)]
    pub(super) password: Option<String>,
}

/// `POST User/PhoneNumber/Confirm`
pub(super) async fn confirm_phone(State(app): State<App>, Caller(member): Caller, Body(body): Body<Confirm>) -> Answer {
    let life = app.access_life();
    let tokens = app
        .act(move |tx, now| {
            let password = body.password.as_deref().filter(|password| !password.is_empty());
            let password = password.map(|password| checked_password("password", password)).transpose()?;
            let Some(phone) = members::member(tx, member)?.pending_phone else {
                return Err(forbidden("NothingToConfirm", "Give a phone number first."));
            };
            sign_in::spend_code(tx, Purpose::Phone, member, &body.confirm_code, now)?;
            members::confirm_phone(tx, member, &phone)?;
            if let Some(password) = password {
                tx.execute("UPDATE member SET password = ?2 WHERE id = ?1", params![member, password])?;
            }
            sign_in::issue(tx, member, life, now)
        })
        .await?;
    Ok(success(reply(&tokens)))
}

/// `POST User/PhoneNumber/SendConfirmCode`
pub(super) async fn resend_phone_code(State(app): State<App>, Caller(member): Caller) -> Answer {
    app.act(move |tx, now| {
        let Some(phone) = members::member(tx, member)?.pending_phone else {
            return Err(forbidden("NothingToConfirm", "Give a phone number first."));
        };
        sign_in::send_code(tx, Purpose::Phone, member, Channel::Sms(&phone), now)
    })
    .await?;
    Ok(success(json!({ "codeLength": CODE_LENGTH })))
}

/// `POST Registration/TryFinishRegistration`
pub(super) async fn try_finish(State(app): State<App>, installation: Installation, Caller(member): Caller) -> Answer {
    let life = app.access_life();
    let device = installation.known();
    let data = app
        .act(move |tx, now| {
            if members::member(tx, member)?.state == Standing::Anonymous {
                return Err(forbidden("RegistrationNotStarted", "Begin a registration first."));
            }
            let open: Vec<Value> = members::actions(tx, member)?
                .into_iter()
                .filter(|action| action.holds_up())
                .map(members::Action::wire)
                .collect();
            if open.is_empty() {
                members::finish(tx, member, now)?;
                if let Some(device) = device {
                    members::bind(tx, member, &device, now)?;
                }
            }
            let mut data = reply(&sign_in::issue(tx, member, life, now)?);
            data["registrationCompleted"] = open.is_empty().into();
            data["uncompletedActions"] = if open.is_empty() { Value::Null } else { open.into() };
            Ok(data)
        })
        .await?;
    Ok(success(data))
}
