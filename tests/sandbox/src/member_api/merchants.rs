//! The stores, as the Member API tells them: without zones, holidays and symbologies.

use axum::extract::State;
use axum::http::HeaderMap;

use super::envelope::{Answer, fresh};
use crate::extract::{Caller, Number, Query};
use crate::platform::App;
use crate::stores::{self, Catalogue};

/// The most stores of one page.
const PAGE: i64 = 1_000;
/// The most numbers that one call asks about.
const MOST_IDS: usize = 200;

/// `GET Merchants`
pub(super) async fn list(State(app): State<App>, Caller(_): Caller, query: Query, headers: HeaderMap) -> Answer {
    let only = query.text("merchantsIds").map(|ids| stores::numbers("merchantsIds", ids, MOST_IDS)).transpose()?;
    let from = query.number("from", 0, 0, i64::from(i32::MAX))?;
    let count = query.number("count", 20, 0, PAGE)?;
    let page = app.read(move |tx, _| {
        let bound = |number: i64| usize::try_from(number).unwrap_or(0);
        Catalogue::read(tx)?.merchants(only.as_ref(), bound(from), bound(count))
    });
    Ok(fresh(&headers, page.await?))
}

/// `GET Merchants/{id}`
pub(super) async fn one(State(app): State<App>, Caller(_): Caller, Number(id): Number, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, _| Catalogue::read(tx)?.merchant(id)).await?))
}
