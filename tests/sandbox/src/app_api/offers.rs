//! Offers with their rules.

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::extract::{Caller, Number};
use crate::member_api::envelope::conditional;
use crate::offers;
use crate::platform::App;
use crate::problem::{Answer, Problem};

/// `GET offers`
pub(super) async fn list(
    State(app): State<App>,
    Caller(member): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.settings().served("offers")?;
    let offers = app.read(move |tx, now| offers::list(tx, member, now)).await?;
    Ok(conditional(&headers, &offers, &offers))
}

/// `GET offers/{id}/rules`
pub(super) async fn rules(State(app): State<App>, Caller(member): Caller, Number(id): Number) -> Answer {
    app.settings().served("offers")?;
    Ok(Json(app.read(move |tx, now| offers::rules(tx, member, id, now)).await?))
}
