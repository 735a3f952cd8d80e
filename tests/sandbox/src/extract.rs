//! What handlers take out of a request: who calls, from which device, and what they say.

use std::collections::HashMap;
use std::convert::Infallible;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::DeserializeOwned;
use serde_json::json;
use uuid::Uuid;

use crate::member_api::envelope::Refused;
use crate::members::Device;
use crate::platform::App;
use crate::problem::Problem;
use crate::refusal::{Failure, Outcome, invalid, malformed};
use crate::sign_in;

/// The largest request body, in bytes.
pub(crate) const BODY_LIMIT: usize = 256 * 1024;

/// The member whose access token came with the call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) i64);

impl FromRequestParts<App> for Caller {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let token = bearer(&parts.headers).map(str::to_owned);
        let Some(token) = token.filter(|_| !app.faults.take_unauthorized()) else { return Err(unauthorized()) };
        match app.read(move |tx, now| sign_in::member_of(tx, &token, now)).await {
            Ok(Some(member)) => Ok(Self(member)),
            Ok(None) => Err(unauthorized()),
            Err(failure) => Err(Refused::from(failure).into_response()),
        }
    }
}

/// The bearer token of a call.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty() && token.len() <= 1024)
}

/// 401 as the platform says it: without an envelope.
fn unauthorized() -> Response {
    let body = Json(json!({ "message": "Authorization has been denied for this request." }));
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], body).into_response()
}

/// The installation that calls, where it says which one it is.
#[derive(Debug)]
pub(crate) struct Installation(Option<Device>);

impl Installation {
    /// The installation, where it said so.
    pub(crate) fn known(self) -> Option<Device> {
        self.0
    }

    /// The installation, which must say so.
    pub(crate) fn required(self) -> Outcome<Device> {
        self.0.ok_or_else(|| invalid("X-DeviceId", "This call needs X-DeviceId and X-PlatformType."))
    }
}

impl FromRequestParts<App> for Installation {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        let text = |name: &str, limit: usize| {
            let value = parts.headers.get(name)?.to_str().ok()?.trim();
            (!value.is_empty() && value.len() <= limit).then(|| value.to_owned())
        };
        let platform_type =
            text("x-platformtype", 16).filter(|name| matches!(name.as_str(), "Android" | "Ios" | "Harmony"));
        Ok(Self(text("x-deviceid", 128).zip(platform_type).map(|(id, platform_type)| Device {
            id,
            platform_type,
            platform_version: text("x-platformversion", 64).unwrap_or_default(),
            app: text("user-agent", 256).unwrap_or_default(),
        })))
    }
}

/// A JSON body of the Member API.
#[derive(Debug)]
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, app: &App) -> Result<Self, Refused> {
        Ok(Self(json_body(request, app).await?))
    }
}

/// A JSON body of our own APIs.
#[derive(Debug)]
pub(crate) struct Plain<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Plain<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        Ok(Self(json_body(request, app).await?))
    }
}

async fn json_body<T: DeserializeOwned>(request: Request, app: &App) -> Outcome<T> {
    let bytes = Bytes::from_request(request, app)
        .await
        .map_err(|_| malformed(format!("The body is larger than {BODY_LIMIT} bytes or was cut off.")))?;
    serde_json::from_slice(&bytes).map_err(|error| malformed(format!("The body is not the JSON expected: {error}")))
}

/// A number in the path. What is no number belongs to nothing: -1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number(pub(crate) i64);

impl FromRequestParts<App> for Number {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let word = Word::from_request_parts(parts, app).await?;
        Ok(Self(word.0.parse().unwrap_or(-1)))
    }
}

/// Two numbers in the path. What is no number belongs to nothing: -1.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers(pub(crate) i64, pub(crate) i64);

impl FromRequestParts<App> for Numbers {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let words = Path::<(String, String)>::from_request_parts(parts, app).await;
        let number = |word: &str| word.parse().unwrap_or(-1);
        Ok(words.map_or(Self(-1, -1), |Path((first, second))| Self(number(&first), number(&second))))
    }
}

/// A word in the path. What is no text belongs to nothing: the empty word.
#[derive(Debug)]
pub(crate) struct Word(pub(crate) String);

impl FromRequestParts<App> for Word {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self(Path::<String>::from_request_parts(parts, app).await.map_or_else(|_| String::new(), |path| path.0)))
    }
}

/// The `Idempotency-Key` of a call: a UUID.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key(pub(crate) Uuid);

impl FromRequestParts<App> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let key = parts.headers.get("idempotency-key").and_then(|key| key.to_str().ok());
        match key.and_then(|key| Uuid::parse_str(key.trim()).ok()) {
            Some(key) => Ok(Self(key)),
            None => Err(Problem::from(invalid("Idempotency-Key", "This call needs one: a UUID."))),
        }
    }
}

/// The query. Of a name that comes twice, the last counts.
#[derive(Debug)]
pub(crate) struct Query(HashMap<String, String>);

impl FromRequestParts<App> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(Self(form(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl Query {
    /// The value of this name, unless it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The number of this name, within these bounds.
    pub(crate) fn number(&self, name: &'static str, otherwise: i64, least: i64, most: i64) -> Outcome<i64> {
        match self.text(name).map(str::parse::<i64>) {
            None => Ok(otherwise),
            Some(Ok(number)) if (least..=most).contains(&number) => Ok(number),
            Some(_) => Err(invalid(name, format!("a whole number from {least} to {most}"))),
        }
    }
}

/// Reads what a form or a query holds. What is no UTF-8 becomes replacement characters.
pub(crate) fn form(bytes: &[u8]) -> HashMap<String, String> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// Lets a text through that has no more than this many characters, without blanks around it.
pub(crate) fn short(field: &'static str, text: &str, limit: usize) -> Result<String, Failure> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > limit || text.chars().any(char::is_control) {
        return Err(invalid(field, format!("1 to {limit} characters")));
    }
    Ok(text.to_owned())
}
