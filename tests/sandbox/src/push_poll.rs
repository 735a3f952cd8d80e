//! The long poll that stands in for FCM, APNs and HMS.

use std::time::Duration;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::extract::{Query, short};
use crate::platform::App;
use crate::problem::Answer;
use crate::pushes;
use crate::refusal::invalid;

/// The longest that a poll waits, in seconds.
const MOST_WAIT: i64 = 60;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/push/poll", get(poll))
}

/// `GET /push/poll?token&after&wait`: what was pushed to `token` after number `after`, at once if there is something, else as
/// soon as there is, else nothing after `wait` seconds.
async fn poll(State(app): State<App>, query: Query) -> Answer {
    let token = short("token", query.text("token").ok_or_else(|| invalid("token", "It is missing."))?, 4096)?;
    let after = query.number("after", 0, 0, i64::MAX)?;
    let wait = query.number("wait", 0, 0, MOST_WAIT)?;
    let until = Instant::now() + Duration::from_secs(wait.unsigned_abs());
    let mut pushed = app.pushed.subscribe();
    loop {
        pushed.mark_unchanged();
        let looking_for = token.clone();
        let messages = app.read(move |tx, _| pushes::after(tx, &looking_for, after)).await?;
        let last = messages.last().and_then(|message| message["sequence"].as_i64());
        if !messages.is_empty() || !matches!(timeout_at(until, pushed.changed()).await, Ok(Ok(()))) {
            return Ok(Json(json!({ "messages": messages, "next": last.unwrap_or(after) })));
        }
    }
}
