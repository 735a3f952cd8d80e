//! `POST events`: what installations tell.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::events;
use crate::extract::{Caller, Installation};
use crate::platform::App;
use crate::problem::Answer;
use crate::refusal::{malformed, too_large};

/// The largest batch, in bytes.
pub(super) const BATCH_LIMIT: usize = 1024 * 1024;

/// `POST events`: with a member's token, or an anonymous one.
pub(super) async fn receive(
    State(app): State<App>,
    Caller(member): Caller,
    installation: Installation,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Answer {
    app.settings().served("events")?;
    let device = installation.required()?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if kind.split(';').next().unwrap_or_default().trim() != "application/cloudevents-batch+json" {
        return Err(malformed("The body is no application/cloudevents-batch+json.").into());
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(format!("At most {BATCH_LIMIT} bytes at once.")),
        _ => malformed("The body was cut off."),
    })?;
    let batch: Vec<Value> =
        serde_json::from_slice(&body).map_err(|error| malformed(format!("The body is no array of events: {error}")))?;
    let results = app.act(move |tx, now| events::receive(tx, member, &device.id, &batch, now)).await?;
    Ok(Json(json!({ "results": results })))
}
