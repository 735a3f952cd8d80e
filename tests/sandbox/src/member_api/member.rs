//! Who the member is, their tier, balance and history.

use axum::extract::State;
use axum::http::HeaderMap;

use super::envelope::{Answer, fresh};
use crate::extract::{Caller, Query};
use crate::ledger;
use crate::members;
use crate::platform::App;
use crate::refusal::{Outcome, invalid};
use crate::sales::{self, Filter};
use crate::wire;

/// The most rows of one page of history.
const PAGE: i64 = 100;

/// `GET User`
pub(super) async fn user(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, _| members::wire(tx, member)).await?))
}

/// `GET User/Status`
pub(super) async fn status(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| members::status(tx, member, now)).await?))
}

/// `GET User/DetailedBalance`
pub(super) async fn detailed_balance(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| ledger::detailed(tx, member, now)).await?))
}

/// `GET History`
pub(super) async fn history(
    State(app): State<App>,
    Caller(member): Caller,
    query: Query,
    headers: HeaderMap,
) -> Answer {
    let filter = filter(&query)?;
    Ok(fresh(&headers, app.read(move |tx, _| sales::history(tx, member, &filter)).await?))
}

fn filter(query: &Query) -> Outcome<Filter> {
    let date = |name: &'static str| {
        let text = query.text(name);
        text.map(|text| wire::read_time(text).ok_or_else(|| invalid(name, "a time, as 2026-01-31T12:00:00")))
            .transpose()
    };
    let kind = match query.text("filter.historyItemType") {
        None | Some("All") => None,
        Some("Purchase") => Some("PurchaseData"),
        Some("RewardData") => Some("RewardData"),
        Some("WithdrawData") => Some("WithdrawData"),
        Some(_) => return Err(invalid("filter.historyItemType", "All, Purchase, RewardData or WithdrawData")),
    };
    Ok(Filter {
        from_date: date("filter.fromDate")?,
        to_date: date("filter.toDate")?,
        kind,
        from: query.number("filter.from", 0, 0, i64::from(i32::MAX))?,
        count: query.number("filter.count", 20, 0, PAGE)?,
    })
}
