//! The inbox, and what the member lets the programme write about.

use axum::extract::State;
use axum::http::HeaderMap;
use serde_json::Value;

use super::envelope::{Answer, fresh, success};
use crate::consents::{self, Wanted};
use crate::extract::{Body, Caller, Number, Query};
use crate::inbox;
use crate::platform::App;

/// The most messages of one page.
const PAGE: i64 = 500;

/// `GET Notification`
pub(super) async fn list(State(app): State<App>, Caller(member): Caller, query: Query, headers: HeaderMap) -> Answer {
    let from = query.number("from", 0, 0, i64::from(i32::MAX))?;
    let count = query.number("count", 20, 1, PAGE)?;
    Ok(fresh(&headers, app.read(move |tx, _| inbox::page(tx, member, from, count)).await?))
}

/// `GET Notification/Count`
pub(super) async fn count(State(app): State<App>, Caller(member): Caller) -> Answer {
    Ok(success(app.read(move |tx, _| inbox::unread(tx, member)).await?))
}

/// `POST Notification/{id}/Read`
pub(super) async fn read(State(app): State<App>, Caller(member): Caller, Number(id): Number) -> Answer {
    app.act(move |tx, now| inbox::read(tx, member, id, now)).await?;
    Ok(success(Value::Null))
}

/// `POST Notification/Read`
pub(super) async fn read_all(State(app): State<App>, Caller(member): Caller) -> Answer {
    app.act(move |tx, now| inbox::read_all(tx, member, now)).await?;
    Ok(success(Value::Null))
}

/// `GET User/Subscriptions`
pub(super) async fn consents(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, _| consents::list(tx, member)).await?))
}

/// `PUT User/Subscriptions`
pub(super) async fn change_consents(
    State(app): State<App>,
    Caller(member): Caller,
    Body(wanted): Body<Vec<Wanted>>,
) -> Answer {
    app.act(move |tx, _| consents::change(tx, member, &wanted)).await?;
    Ok(success(Value::Null))
}
