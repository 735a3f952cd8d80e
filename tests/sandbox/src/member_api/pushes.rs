//! Where pushes go to, and what became of them.

use axum::extract::State;
use serde::Deserialize;
use serde_json::Value;

use super::envelope::{Answer, success};
use crate::extract::{Body, Caller, Installation, Word, short};
use crate::members;
use crate::platform::App;
use crate::pushes;
use crate::refusal::invalid;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Register {
    token: String,
    platform_type: String,
    #[serde(default)]
    push_service_type: Option<String>,
}

/// `POST Pushes`
pub(super) async fn register(
    State(app): State<App>,
    Caller(member): Caller,
    installation: Installation,
    Body(body): Body<Register>,
) -> Answer {
    let device = installation.required()?;
    app.act(move |tx, now| {
        let token = short("token", &body.token, 4096)?;
        let service = match (body.push_service_type.as_deref(), body.platform_type.as_str()) {
            (Some("Fcm"), _) | (None, "Android") => "Fcm",
            (Some("Apns"), _) | (None, "Ios") => "Apns",
            (Some("HMS"), _) | (None, "Harmony") => "HMS",
            (Some(_), _) => return Err(invalid("pushServiceType", "Fcm, Apns or HMS")),
            (None, _) => return Err(invalid("platformType", "Android, Ios or Harmony")),
        };
        members::bind(tx, member, &device, now)?;
        pushes::register(tx, &device.id, &token, service, now)
    })
    .await?;
    Ok(success(Value::Null))
}

/// `GET Pushes/{messageId}`
pub(super) async fn message(State(app): State<App>, Caller(member): Caller, Word(id): Word) -> Answer {
    Ok(success(app.read(move |tx, _| pushes::message(tx, member, &id)).await?))
}

#[derive(Deserialize)]
pub(super) struct Receipt {
    state: String,
}

/// `POST Pushes/{messageId}/state`
pub(super) async fn receipt(
    State(app): State<App>,
    Caller(member): Caller,
    installation: Installation,
    Word(id): Word,
    Body(body): Body<Receipt>,
) -> Answer {
    let device = installation.required()?;
    app.act(move |tx, now| {
        let state = match body.state.as_str() {
            "Delivered" => "Delivered",
            "Read" => "Read",
            _ => return Err(invalid("state", "Delivered or Read")),
        };
        pushes::receipt(tx, member, &id, &device.id, state, now)
    })
    .await?;
    Ok(success(Value::Null))
}
