//! The member's cards and the codes issued for them.

use axum::extract::State;
use axum::http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};

use super::envelope::{Answer, fresh, success};
use crate::cards;
use crate::extract::{Body, Caller, Number, short};
use crate::members;
use crate::platform::App;
use crate::programme::VIRTUAL_CARDS;

/// `GET Cards`
pub(super) async fn list(State(app): State<App>, Caller(member): Caller, headers: HeaderMap) -> Answer {
    Ok(fresh(&headers, app.read(move |tx, now| cards::list(tx, member, now)).await?))
}

/// `GET Cards/{id}/QrCode`
pub(super) async fn issue_code(State(app): State<App>, Caller(member): Caller, Number(card): Number) -> Answer {
    Ok(success(app.act(move |tx, now| cards::issue_code(tx, member, card, now)).await?))
}

/// `GET Cards/EmitVirtual`
pub(super) async fn emission(State(app): State<App>, Caller(member): Caller) -> Answer {
    let (count, complete) =
        app.read(move |tx, _| Ok((cards::virtual_cards(tx, member)?, members::complete(tx, member).is_ok()))).await?;
    Ok(success(json!({
        "currentCountOfVirtualCards": count,
        "isVirtualCardEmissionAllowed": complete && count < VIRTUAL_CARDS,
    })))
}

/// `PUT Cards/EmitVirtual`
pub(super) async fn emit(State(app): State<App>, Caller(member): Caller) -> Answer {
    let card = app
        .act(move |tx, now| {
            members::complete(tx, member)?;
            let card = cards::emit_within_limit(tx, member)?;
            cards::wire(tx, member, card, now)
        })
        .await?;
    Ok(success(card))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Link {
    card_number: String,
    #[serde(default)]
    password: Option<String>,
}

/// `POST Cards/Set`
pub(super) async fn link(State(app): State<App>, Caller(member): Caller, Body(body): Body<Link>) -> Answer {
    app.act(move |tx, now| {
        let number = short("cardNumber", &body.card_number, 64)?;
        if members::member(tx, member)?.state == members::State::Anonymous {
            return Err(crate::refusal::forbidden("RegistrationNotStarted", "Begin a registration first."));
        }
        cards::link(tx, member, &number, body.password.as_deref(), now)
    })
    .await?;
    Ok(success(Value::Null))
}

/// `POST Cards/{id}/ChangeBlockState`
pub(super) async fn change_block(State(app): State<App>, Caller(member): Caller, Number(card): Number) -> Answer {
    let card = app
        .act(move |tx, now| {
            cards::change_block(tx, member, card)?;
            cards::wire(tx, member, card, now)
        })
        .await?;
    Ok(success(card))
}

/// `POST Cards/{id}/Replace`
pub(super) async fn replace(State(app): State<App>, Caller(member): Caller, Number(card): Number) -> Answer {
    let card = app
        .act(move |tx, now| {
            let card = cards::replace(tx, member, card)?;
            cards::wire(tx, member, card, now)
        })
        .await?;
    Ok(success(card))
}
