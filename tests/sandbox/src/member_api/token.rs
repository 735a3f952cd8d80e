//! `/authorizationService`: signing in, the code's second step, refreshing.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::Connection;
use serde_json::{Value, json};

use super::envelope::success;
use crate::extract::{Installation, bearer, form};
use crate::members::{self, Device};
use crate::platform::App;
use crate::refusal::{Failure, Kind, Outcome, Refusal, forbidden};
use crate::sign_in::{self, CODE_LENGTH, Channel, Purpose, Tokens};

const TWO_FACTOR: HeaderName = HeaderName::from_static("x-loymax-2fa");

/// What a token call came to.
enum Grant {
    Tokens(Tokens),
    /// A code was sent; this ticket goes with it.
    CodeSent(String),
}

/// `POST /authorizationService/token`
pub(super) async fn token(
    State(app): State<App>,
    installation: Installation,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else { return refused("Error", "The body is too large or was cut off.") };
    let fields = form(&body);
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default().to_owned();
    let life = app.access_life();
    let device = installation.known();
    let ticket = ticket(&headers);
    let access = bearer(&headers).unwrap_or_default().to_owned();
    let (username, password, refresh_token) = (field("username"), field("password"), field("refresh_token"));
    let granted = match field("grant_type").as_str() {
        "refresh_token" => {
            app.act(move |tx, now| sign_in::refresh(tx, &access, &refresh_token, life, now).map(Grant::Tokens)).await
        }
        "password" => {
            app.act(move |tx, now| {
                let granted = match ticket {
                    Some(ticket) => second_step(tx, &ticket, &password, life, now)?,
                    None => first_step(tx, &username, &password, life, now)?,
                };
                if let (Grant::Tokens(tokens), Some(device)) = (&granted, device) {
                    bind(tx, tokens, &device, now)?;
                }
                Ok(granted)
            })
            .await
        }
        _ => Err(forbidden("unsupported_grant_type", "grant_type is password or refresh_token.")),
    };
    match granted {
        Ok(Grant::Tokens(tokens)) => Json(reply(&tokens)).into_response(),
        Ok(Grant::CodeSent(ticket)) => {
            let mut response = refused("TwoFactorAuthenticationCodeRequired", "A code was sent to your phone.");
            if let Ok(ticket) = HeaderValue::from_str(&ticket) {
                response.headers_mut().insert(TWO_FACTOR, ticket);
            }
            response
        }
        Err(failure) => failed(failure),
    }
}

/// `POST /authorizationService/v1.2/auth/SendConfirmationCode`
pub(super) async fn resend(State(app): State<App>, headers: HeaderMap) -> Response {
    let sent = match ticket(&headers) {
        Some(ticket) => app.act(move |tx, now| sign_in::resend(tx, &ticket, now)).await,
        None => Ok(false),
    };
    match sent {
        Ok(true) => success(json!({ "codeLength": CODE_LENGTH })),
        Ok(false) => refused("Error", "The sign-in has lapsed. Begin again."),
        Err(failure) => failed(failure),
    }
}

/// Tokens, as the platform writes them.
pub(super) fn reply(tokens: &Tokens) -> Value {
    json!({
        "token_type": "Bearer",
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "expires_in": tokens.expires_in,
    })
}

fn first_step(tx: &Connection, username: &str, password: &str, life: SignedDuration, now: Timestamp) -> Outcome<Grant> {
    let id = members::by_login(tx, username)?;
    let who = members::who(id, username);
    sign_in::not_blocked(tx, Purpose::SignIn, &who, now)?;
    let Some(id) = id else {
        sign_in::check(tx, Purpose::SignIn, &who, "password", false, now)?;
        return Err(forbidden("IncorrectLoginOrPassword", "The login or the password is not right."));
    };
    let member = members::member(tx, id)?;
    if password.is_empty() {
        let channel = match (&member.phone, &member.email) {
            (Some(phone), _) => Channel::Sms(phone),
            (None, Some(email)) => Channel::Email(email),
            (None, None) => return Err(forbidden("Error", "There is nowhere to send a code to.")),
        };
        return Ok(Grant::CodeSent(sign_in::send_code(tx, Purpose::SignIn, id, channel, now)?));
    }
    let right = match &member.password {
        Some(hash) => sign_in::is_password(password, hash)?,
        None => false,
    };
    sign_in::check(tx, Purpose::SignIn, &who, "password", right, now)?;
    Ok(Grant::Tokens(sign_in::issue(tx, id, life, now)?))
}

fn second_step(tx: &Connection, ticket: &str, code: &str, life: SignedDuration, now: Timestamp) -> Outcome<Grant> {
    let member = sign_in::spend_ticket(tx, ticket, code, now)?;
    Ok(Grant::Tokens(sign_in::issue(tx, member, life, now)?))
}

fn bind(tx: &Connection, tokens: &Tokens, device: &Device, now: Timestamp) -> Outcome<()> {
    match sign_in::member_of(tx, &tokens.access, now)? {
        Some(member) => members::bind(tx, member, device, now),
        None => Ok(()),
    }
}

fn ticket(headers: &HeaderMap) -> Option<String> {
    let ticket = headers.get(TWO_FACTOR)?.to_str().ok()?.trim();
    (!ticket.is_empty() && ticket.len() <= 1024).then(|| ticket.to_owned())
}

/// OAuth's way to say no, with the platform's words for `error`.
fn refused(error: &str, description: &str) -> Response {
    (StatusCode::BAD_REQUEST, Json(json!({ "error": error, "error_description": description }))).into_response()
}

fn failed(failure: Failure) -> Response {
    match failure {
        Failure::Refused(Refusal { kind: Kind::Forbidden, code, message, .. })
        | Failure::Counted(Refusal { kind: Kind::Forbidden, code, message, .. }) => refused(code, &message),
        Failure::Refused(Refusal { message, .. }) | Failure::Counted(Refusal { message, .. }) => {
            refused("Error", &message)
        }
        Failure::Broken(broken) => {
            let id = uuid::Uuid::new_v4();
            tracing::error!(%id, %broken, "a token call failed");
            refused("Error", &format!("Something went wrong. Error {id}"))
        }
    }
}
