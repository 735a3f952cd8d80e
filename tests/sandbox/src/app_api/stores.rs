//! The stores as deltas, and what they have of the goods.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use crate::extract::{Caller, Query};
use crate::member_api::envelope::{conditional, tagged};
use crate::platform::App;
use crate::problem::{Answer, Problem};
use crate::refusal::invalid;
use crate::stores::{self, Catalogue, stock};

/// `GET stores`: what changed since the cursor. A whole chain takes a while to write, so the last one is kept.
pub(super) async fn since(
    State(app): State<App>,
    Caller(_): Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.settings().served("storeDetails")?;
    let since = query.text("since").map(str::to_owned);
    let platform = app.clone();
    let (tag, body) = app
        .read(move |tx, now| {
            let catalogue = Catalogue::read(tx)?;
            let cursor = catalogue.cursor(now);
            if catalogue.knows(since.as_deref(), now) {
                let body = Bytes::from(catalogue.since(since.as_deref(), now)?);
                return Ok((format!("{} {cursor}", since.unwrap_or_default()), body));
            }
            let body = platform.last_told.get(&cursor, || catalogue.since(None, now))?;
            Ok((cursor, body))
        })
        .await?;
    Ok(tagged(&headers, &tag, || ([(header::CONTENT_TYPE, "application/json")], body).into_response()))
}

/// `GET stock`
pub(super) async fn stock(State(app): State<App>, Caller(_): Caller, query: Query) -> Answer {
    app.settings().served("stock")?;
    let goods = query.text("goodsId").ok_or_else(|| invalid("goodsId", "It is missing."))?.to_owned();
    let ids = query.text("storeIds").ok_or_else(|| invalid("storeIds", "It is missing."))?;
    let ids = stores::numbers("storeIds", ids, stock::MOST_STORES)?;
    Ok(Json(app.read(move |tx, now| stock::list(tx, &goods, &ids, now)).await?))
}

/// `GET goods`
pub(super) async fn goods(
    State(app): State<App>,
    Caller(_): Caller,
    query: Query,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.settings().served("stock")?;
    let found = stock::search(query.text("query").unwrap_or_default())?;
    Ok(conditional(&headers, &found, &found))
}
