//! Our own extension of the platform: what it can do, keys for codes that a phone makes offline, events, tasks,
//! games and stores.

mod events;
mod stores;
mod tasks;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::json;

use crate::cards;
use crate::extract::{Caller, Number};
use crate::member_api::envelope::conditional;
use crate::platform::App;
use crate::problem::Answer;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/app/v1/capabilities", get(capabilities))
        .route("/app/v1/cards/{id}/code-key", get(code_key))
        .route("/app/v1/events", post(events::receive).layer(DefaultBodyLimit::max(events::BATCH_LIMIT)))
        .route("/app/v1/tasks", get(tasks::list))
        .route("/app/v1/tasks/{id}/opt-in", post(tasks::opt_in))
        .route("/app/v1/tasks/{id}/opt-out", post(tasks::opt_out))
        .route("/app/v1/tasks/{id}/answers", post(tasks::answer))
        .route("/app/v1/games", get(tasks::games))
        .route("/app/v1/games/{id}/play", post(tasks::play))
        .route("/app/v1/stores", get(stores::since))
        .route("/app/v1/stock", get(stores::stock))
        .route("/app/v1/goods", get(stores::goods))
}

/// `GET capabilities`: for anyone, so that an app learns what it may show before somebody signs in.
async fn capabilities(State(app): State<App>, headers: HeaderMap) -> Response {
    let settings = app.settings();
    let content = json!({
        "features": settings.features,
        "minimumAppVersion": settings.minimum_app_version,
        "tillCode": { "symbology": settings.symbology, "staticSymbology": settings.static_symbology },
    });
    // The time is no part of the tag: a 304 carries it in `Date`.
    let mut body = content.clone();
    body["serverTime"] = app.clock.now().to_string().into();
    conditional(&headers, &body, &content)
}

/// `GET cards/{id}/code-key`
async fn code_key(State(app): State<App>, Caller(member): Caller, Number(card): Number) -> Answer {
    let settings = app.settings();
    settings.served("codeKeys")?;
    Ok(Json(app.act(move |tx, now| cards::code_key(tx, member, card, &settings.symbology, now)).await?))
}
