//! Offers, coupons and favourite goods.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;

use super::envelope::{Answer, fresh, success};
use crate::coupons;
use crate::extract::{Body, Caller, Number, Numbers, Query, Word};
use crate::favourites;
use crate::offers::{self, Kind};
use crate::platform::App;
use crate::refusal::{Outcome, invalid};

/// The most offers of one page.
const PAGE: i64 = 500;

/// `GET Offer`
pub(super) async fn list(State(app): State<App>, Caller(member): Caller, query: Query, headers: HeaderMap) -> Answer {
    let kind = match query.text("filter.type") {
        None | Some("All") => Kind::All,
        Some("Original") => Kind::Original,
        Some("PersonalOffer") => Kind::PersonalOffer,
        Some("PersonalGoods") => Kind::PersonalGoods,
        Some(_) => return Err(invalid("filter.type", "Original, PersonalGoods, PersonalOffer or All").into()),
    };
    let store = match query.number("filter.merchantId", 0, 1, i64::MAX)? {
        0 => None,
        store => Some(store),
    };
    let bound = |name, otherwise, most| -> Outcome<usize> {
        Ok(usize::try_from(query.number(name, otherwise, 0, most)?).unwrap_or(0))
    };
    let page = (bound("filter.from", 0, i64::from(i32::MAX))?, bound("filter.count", 20, PAGE)?);
    Ok(fresh(&headers, app.read(move |tx, now| offers::page(tx, member, (kind, store), page, now)).await?))
}

/// `GET Offer/{id}`
pub(super) async fn one(
    State(app): State<App>,
    Caller(member): Caller,
    Number(id): Number,
    headers: HeaderMap,
) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| offers::plain(tx, member, id, now)).await?))
}

/// `GET Offer/{id}/merchants`
pub(super) async fn stores(State(app): State<App>, Caller(member): Caller, Number(id): Number) -> Answer {
    Ok(success(app.read(move |tx, now| offers::stores_of(tx, member, id, now)).await?))
}

/// `GET Coupons`
pub(super) async fn coupons(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| coupons::list(tx, member, now)).await?))
}

/// `POST user/personalOffer/{logicalName}/accept`
pub(super) async fn accept(State(app): State<App>, Caller(member): Caller, Word(name): Word) -> Answer {
    app.act(move |tx, now| offers::accept(tx, member, &name, now)).await?;
    Ok(success(Value::Null))
}

/// `GET user/personalOffer/{logicalName}/contents`
pub(super) async fn contents(State(app): State<App>, Caller(member): Caller, Word(name): Word) -> Answer {
    Ok(success(app.read(move |tx, now| offers::contents(tx, member, &name, now)).await?))
}

/// `GET users/favoriteGoods`
pub(super) async fn favourites(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| favourites::list(tx, member, now)).await?))
}

/// `GET users/favoriteGoods/{id}`
pub(super) async fn cells(
    State(app): State<App>,
    Caller(member): Caller,
    Number(id): Number,
    headers: HeaderMap,
) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| favourites::cells(tx, member, id, now)).await?))
}

/// `GET users/favoriteGoods/{id}/list`
pub(super) async fn choice(
    State(app): State<App>,
    Caller(member): Caller,
    Number(id): Number,
    headers: HeaderMap,
) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| favourites::choice(tx, member, id, now)).await?))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Choice {
    goods_id: String,
}

/// `POST users/favoriteGoods/{id}/{position}`
pub(super) async fn choose(
    State(app): State<App>,
    Caller(member): Caller,
    Numbers(id, position): Numbers,
    Body(body): Body<Choice>,
) -> Answer {
    app.act(move |tx, now| favourites::choose(tx, member, (id, position), Some(&body.goods_id), now)).await?;
    Ok(success(Value::Null))
}

/// `DELETE users/favoriteGoods/{id}/{position}`
pub(super) async fn clear(State(app): State<App>, Caller(member): Caller, Numbers(id, position): Numbers) -> Answer {
    app.act(move |tx, now| favourites::choose(tx, member, (id, position), None, now)).await?;
    Ok(success(Value::Null))
}
