//! Tasks, and the games that finishing some of them lets a member play.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use crate::extract::{Caller, Key, Plain, Word};
use crate::games;
use crate::member_api::envelope::conditional;
use crate::platform::App;
use crate::problem::{Answer, Problem};
use crate::refusal::{Outcome, invalid};
use crate::tasks;
use crate::wire::{self, Moment};

/// `GET tasks`
pub(super) async fn list(
    State(app): State<App>,
    Caller(member): Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    app.settings().served("tasks")?;
    let (content, now) = app.read(move |tx, now| Ok((tasks::list(tx, member, now)?, now))).await?;
    // The time is no part of the tag: a 304 carries it in `Date`.
    let mut body = content.clone();
    body["asOf"] = now.to_string().into();
    Ok(conditional(&headers, &body, &content))
}

#[derive(Deserialize)]
pub(super) struct When {
    at: String,
}

/// `POST tasks/{id}/opt-in`
pub(super) async fn opt_in(
    State(app): State<App>,
    Caller(member): Caller,
    Word(task): Word,
    Key(key): Key,
    Plain(body): Plain<When>,
) -> Result<StatusCode, Problem> {
    app.settings().served("tasks")?;
    let at = moment(&body.at)?.at;
    app.act(move |tx, now| tasks::take_part(tx, member, (&task, key), Some(at), &json!(body.at), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST tasks/{id}/opt-out`
pub(super) async fn opt_out(
    State(app): State<App>,
    Caller(member): Caller,
    Word(task): Word,
    Key(key): Key,
    Plain(body): Plain<When>,
) -> Result<StatusCode, Problem> {
    app.settings().served("tasks")?;
    moment(&body.at)?;
    app.act(move |tx, now| tasks::take_part(tx, member, (&task, key), None, &json!(body.at), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(super) struct Answers {
    answers: Vec<Given>,
    at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given {
    question_id: i64,
    value: String,
}

/// `POST tasks/{id}/answers`
pub(super) async fn answer(
    State(app): State<App>,
    Caller(member): Caller,
    Word(task): Word,
    Key(key): Key,
    Plain(body): Plain<Answers>,
) -> Result<StatusCode, Problem> {
    app.settings().served("tasks")?;
    let when = moment(&body.at)?;
    let answers: Vec<(i64, String)> = body.answers.into_iter().map(|given| (given.question_id, given.value)).collect();
    app.act(move |tx, now| tasks::answer(tx, member, (&task, key), &answers, when, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET games`
pub(super) async fn games(State(app): State<App>, Caller(member): Caller) -> Answer {
    app.settings().served("games")?;
    Ok(Json(app.act(move |tx, now| games::list(tx, member, now)).await?))
}

/// `POST games/{id}/play`
pub(super) async fn play(
    State(app): State<App>,
    Caller(member): Caller,
    Word(game): Word,
    Key(key): Key,
) -> Result<Response, Problem> {
    app.settings().served("games")?;
    let answer = app.act(move |tx, now| games::play(tx, member, &game, key, now)).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], answer).into_response())
}

fn moment(text: &str) -> Outcome<Moment> {
    wire::moment(text).ok_or_else(|| invalid("at", "RFC 3339 with an offset, as 2026-01-31T12:00:00+01:00"))
}
