//! The control API of tests and of the help page: the clock, faults, what was sent, members made to order.

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use jiff::SignedDuration;
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cards::{self, Numbers};
use crate::clock::later;
use crate::events;
use crate::extract::{Number, Plain, Query, Word, short};
use crate::faults::Fault;
use crate::games;
use crate::ledger::Life;
use crate::members::{self, State as Standing};
use crate::platform::{App, Settings};
use crate::problem::{Answer, Problem};
use crate::programme::{ACCOUNTS, POINTS, POINTS_LIFE};
use crate::pushes;
use crate::refusal::{Outcome, conflict, invalid, missing};
use crate::sales::{self, Reward};
use crate::sign_in;
use crate::stores::{self, stock};
use crate::tasks;
use crate::wire::{self, ONE, zoned};

const MOST_POINTS: i64 = 1_000_000 * ONE;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/sandbox/clock", get(clock).put(move_clock))
        .route("/sandbox/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/sandbox/unauthorized", put(storm))
        .route("/sandbox/settings", get(settings).put(change_settings))
        .route("/sandbox/sms", get(sms))
        .route("/sandbox/emails", get(emails))
        .route("/sandbox/members", get(list_members).post(add_member))
        .route("/sandbox/members/{id}/rewards", post(add_reward))
        .route("/sandbox/members/{id}/sessions", axum::routing::delete(end_sessions))
        .route("/sandbox/cards", post(add_card))
        .route("/sandbox/receipts", get(receipts))
        .route("/sandbox/events", get(list_events))
        .route("/sandbox/tasks", post(put_task))
        .route("/sandbox/tasks/{id}", axum::routing::delete(remove_task))
        .route("/sandbox/members/{id}/plays", post(add_plays))
        .route("/sandbox/stores", post(open_store))
        .route("/sandbox/stores/{id}", get(store).put(change_store).delete(remove_store))
        .route("/sandbox/stores/{id}/stock", put(set_stock))
}

async fn clock(State(app): State<App>) -> Json<Value> {
    Json(standing(&app))
}

fn standing(app: &App) -> Value {
    let setting = app.clock.setting();
    json!({
        "now": zoned(app.clock.now().as_microsecond()),
        "offsetMillis": setting.offset / 1000,
        "frozen": setting.frozen.is_some(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MoveClock {
    #[serde(default)]
    set: Option<String>,
    #[serde(default)]
    advance_millis: Option<i64>,
    #[serde(default)]
    frozen: Option<bool>,
}

async fn move_clock(State(app): State<App>, Plain(body): Plain<MoveClock>) -> Answer {
    let from = match body.set.as_deref() {
        Some(text) => wire::read_time(text).ok_or_else(|| invalid("set", "a time, as 2026-01-31T12:00:00Z"))?,
        None => app.clock.now(),
    };
    let to = later(from, SignedDuration::from_millis(body.advance_millis.unwrap_or(0)));
    let frozen = body.frozen.unwrap_or_else(|| app.clock.setting().frozen.is_some());
    app.move_clock(to, frozen).await?;
    Ok(Json(standing(&app)))
}

async fn faults(State(app): State<App>) -> Json<Value> {
    Json(json!({ "faults": app.faults.list() }))
}

async fn add_fault(State(app): State<App>, Plain(fault): Plain<Fault>) -> Answer {
    app.faults.add(fault)?;
    Ok(faults(State(app)).await)
}

async fn clear_faults(State(app): State<App>, query: Query) -> StatusCode {
    match query.text("deviceId") {
        Some(device) => app.faults.clear_of(device),
        None => app.faults.clear(),
    }
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Storm {
    calls: u32,
}

async fn storm(State(app): State<App>, Plain(body): Plain<Storm>) -> StatusCode {
    app.faults.storm(body.calls);
    StatusCode::NO_CONTENT
}

async fn settings(State(app): State<App>) -> Json<Settings> {
    Json(app.settings())
}

async fn change_settings(State(app): State<App>, Plain(body): Plain<Settings>) -> Result<Json<Settings>, Problem> {
    app.set(body).await?;
    Ok(Json(app.settings()))
}

/// Something that was sent to a member: a text message or an e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    /// The phone number or address.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The code in it.
    pub code: String,
    /// When, by the sandbox's clock.
    pub at: Timestamp,
}

/// What was sent over a channel (`sms` or `email`), to one recipient or to all, newest first, at most a hundred.
pub(crate) fn sent(tx: &Connection, channel: &str, to: Option<&str>) -> Outcome<Vec<Sent>> {
    let mut query = tx.prepare_cached(
        "SELECT recipient, text, code, at FROM sent WHERE channel = ?1 AND (?2 IS NULL OR recipient = ?2)
         ORDER BY id DESC LIMIT 100",
    )?;
    Ok(query
        .query_map(params![channel, to], |row| {
            Ok(Sent { to: row.get(0)?, text: row.get(1)?, code: row.get(2)?, at: wire::instant(row.get(3)?) })
        })?
        .collect::<Result<_, _>>()?)
}

async fn sms(State(app): State<App>, query: Query) -> Answer {
    let phone = match query.text("phone") {
        // A plus in a query is a blank to whoever forgot to encode it.
        Some(text) => Some(wire::phone(text).ok_or_else(|| invalid("phone", "a phone number"))?),
        None => None,
    };
    Ok(Json(json!({ "messages": app.read(move |tx, _| sent(tx, "sms", phone.as_deref())).await? })))
}

async fn emails(State(app): State<App>, query: Query) -> Answer {
    let address = query.text("email").map(str::to_lowercase);
    Ok(Json(json!({ "messages": app.read(move |tx, _| sent(tx, "email", address.as_deref())).await? })))
}

/// A member made to order.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMember {
    /// Phone number, in any spelling.
    pub phone: String,
    /// Given name.
    #[serde(default)]
    pub first_name: Option<String>,
    /// E-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Password; without one the member signs in by code only.
    #[serde(default)]
    pub password: Option<String>,
    /// Points to begin with.
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option", default)]
    pub points: Option<Decimal>,
    /// No card to begin with; else a virtual one.
    #[serde(default)]
    pub without_card: bool,
    /// The number of the member who invited them.
    #[serde(default)]
    pub invited_by: Option<i64>,
}

/// Makes a member.
pub(crate) fn create_member(tx: &Connection, new: &NewMember, now: Timestamp) -> Outcome<Value> {
    let phone = wire::phone(&new.phone).ok_or_else(|| invalid("phone", "a phone number, as +49 171 3920009"))?;
    let first_name = new.first_name.as_deref().map(|name| short("firstName", name, 100)).transpose()?;
    let email = new.email.as_deref().map(|text| wire::email(text).ok_or_else(|| invalid("email", "an e-mail address")));
    let email = email.transpose()?;
    let password = match new.password.as_deref() {
        Some(password) if !(1..=128).contains(&password.chars().count()) => {
            return Err(invalid("password", "1 to 128 characters"));
        }
        Some(password) => Some(sign_in::hash_password(password)?),
        None => None,
    };
    let points = points("points", new.points.unwrap_or_default(), 0)?;
    let taken: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM member WHERE phone = ?1 OR email = ?2)",
        params![phone, email],
        |row| row.get(0),
    )?;
    if taken {
        return Err(conflict("MemberExists", "Somebody has this phone number or e-mail address."));
    }
    let id = members::create(tx, Standing::Normal, now)?;
    tx.execute(
        "UPDATE member SET phone = ?2, first_name = ?3, email = ?4, password = ?5, terms_accepted = 1 WHERE id = ?1",
        params![id, phone, first_name, email, password],
    )?;
    let card = if new.without_card { None } else { Some(cards::emit(tx, id)?) };
    if points > 0 {
        let reward = Reward {
            currency: POINTS,
            amount: points,
            life: Life { starts: now, ends: Some(later(now, POINTS_LIFE)) },
            description: "Points to begin with".to_owned(),
            offer: None,
        };
        sales::reward(tx, id, &reward, now)?;
    }
    if let Some(host) = new.invited_by {
        members::complete(tx, host)?;
        tasks::friend_joined(tx, host, id, now)?;
    }
    let card = card.map(|card| cards::wire(tx, id, card, now)).transpose()?;
    Ok(json!({ "id": id, "phone": phone, "card": card }))
}

async fn add_member(State(app): State<App>, Plain(new): Plain<NewMember>) -> Answer {
    Ok(Json(app.act(move |tx, now| create_member(tx, &new, now)).await?))
}

async fn list_members(State(app): State<App>) -> Answer {
    let members = app.read(|tx, now| summaries(tx, now)).await?;
    Ok(Json(json!({ "members": members })))
}

/// The members with a phone number, and their cards, at most a hundred.
pub(crate) fn summaries(tx: &Connection, now: Timestamp) -> Outcome<Vec<Value>> {
    let ids: Vec<i64> = tx
        .prepare_cached("SELECT id FROM member WHERE phone IS NOT NULL ORDER BY id LIMIT 100")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    ids.into_iter()
        .map(|id| {
            let member = members::member(tx, id)?;
            let at_till = members::at_till(tx, id, now)?;
            Ok(json!({
                "id": id,
                "firstName": member.first_name,
                "phone": member.phone,
                "email": member.email,
                "hasPassword": member.password.is_some(),
                "tier": at_till["tier"],
                "spendable": at_till["spendable"],
                "cards": cards::list(tx, id, now)?,
            }))
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewReward {
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    amount: Decimal,
    #[serde(default)]
    currency: Option<String>,
    #[serde(default)]
    starts: Option<String>,
    #[serde(default)]
    ends: Option<String>,
    #[serde(default)]
    description: Option<String>,
}

async fn add_reward(State(app): State<App>, Number(member): Number, Plain(new): Plain<NewReward>) -> Answer {
    let balance = app
        .act(move |tx, now| {
            members::complete(tx, member)?;
            let code = new.currency.as_deref().unwrap_or("POINTS");
            let currency = ACCOUNTS
                .into_iter()
                .find(|currency| currency.code == code)
                .ok_or_else(|| invalid("currency", "POINTS or STARS"))?;
            let time = |field, text: Option<&str>| {
                text.map(|text| wire::read_time(text).ok_or_else(|| invalid(field, "a time"))).transpose()
            };
            let starts = time("starts", new.starts.as_deref())?.unwrap_or(now);
            let ends = time("ends", new.ends.as_deref())?;
            if ends.is_some_and(|ends| ends <= starts) {
                return Err(invalid("ends", "It lies before the start."));
            }
            let reward = Reward {
                currency,
                amount: points("amount", new.amount, 1)?,
                life: Life { starts, ends },
                description: short("description", new.description.as_deref().unwrap_or("A present"), 200)?,
                offer: None,
            };
            sales::reward(tx, member, &reward, now)?;
            crate::ledger::detailed(tx, member, now)
        })
        .await?;
    Ok(Json(balance))
}

async fn end_sessions(State(app): State<App>, Number(member): Number) -> Result<StatusCode, Problem> {
    app.act(move |tx, _| {
        members::member(tx, member)?;
        sign_in::end_sessions(tx, member)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCard {
    #[serde(default)]
    pin: Option<String>,
}

/// A plastic card that belongs to nobody yet, for `Cards/Set`.
async fn add_card(State(app): State<App>, Plain(new): Plain<NewCard>) -> Answer {
    let card = app
        .act(move |tx, _| {
            let pin = new.pin.as_deref().map(|pin| short("pin", pin, 16)).transpose()?;
            let numbers = Numbers::of(&wire::random_digits(23)?);
            let id = cards::create(tx, None, &numbers, false, pin.as_deref())?;
            Ok(json!({ "id": id, "number": numbers.number, "barCode": numbers.bar_code }))
        })
        .await?;
    Ok(Json(card))
}

async fn receipts(State(app): State<App>, query: Query) -> Answer {
    let message = query.text("messageId").map(str::to_owned);
    Ok(Json(json!({ "receipts": app.read(move |tx, _| pushes::receipts(tx, message.as_deref())).await? })))
}

/// Adds a task, or replaces the one of the same id.
async fn put_task(State(app): State<App>, Plain(task): Plain<Value>) -> Result<StatusCode, Problem> {
    app.act(move |tx, now| tasks::put(tx, task, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_task(State(app): State<App>, Word(id): Word) -> Result<StatusCode, Problem> {
    app.act(move |tx, now| tasks::remove(tx, &id, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPlays {
    game: String,
    #[serde(default = "one")]
    count: i64,
    #[serde(default)]
    until: Option<String>,
}

fn one() -> i64 {
    1
}

/// Gives a member the right to play more often.
async fn add_plays(State(app): State<App>, Number(member): Number, Plain(new): Plain<NewPlays>) -> Answer {
    let until = new.until.as_deref().map(|text| wire::read_time(text).ok_or_else(|| invalid("until", "a time")));
    let until = until.transpose()?;
    let games = app
        .act(move |tx, now| {
            games::present(tx, member, &new.game, new.count, until, now)?;
            games::list(tx, member, now)
        })
        .await?;
    Ok(Json(games))
}

async fn store(State(app): State<App>, Number(id): Number) -> Answer {
    Ok(Json(app.read(move |tx, now| stores::one(tx, id, now)).await?))
}

async fn open_store(State(app): State<App>, Plain(change): Plain<stores::Change>) -> Answer {
    Ok(Json(app.act(move |tx, now| stores::open(tx, change, now)).await?))
}

async fn change_store(State(app): State<App>, Number(id): Number, Plain(change): Plain<stores::Change>) -> Answer {
    Ok(Json(app.act(move |tx, now| stores::change(tx, id, change, now)).await?))
}

async fn remove_store(State(app): State<App>, Number(id): Number) -> Result<StatusCode, Problem> {
    app.act(move |tx, _| stores::remove(tx, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewStock {
    goods_id: String,
    count: i64,
}

/// A store has so many pieces from now on.
async fn set_stock(
    State(app): State<App>,
    Number(id): Number,
    Plain(new): Plain<NewStock>,
) -> Result<StatusCode, Problem> {
    app.act(move |tx, now| stock::set(tx, id, &new.goods_id, new.count, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What a device has told, and what is missing of its sequence.
async fn list_events(State(app): State<App>, query: Query) -> Answer {
    let device = query.text("deviceId").ok_or_else(|| invalid("deviceId", "It is missing."))?.to_owned();
    let events = app.read(move |tx, _| events::of_device(tx, &device)).await?;
    let gaps: Vec<Value> =
        events::gaps(&events).iter().map(|gap| json!({ "from": gap.start(), "to": gap.end() })).collect();
    Ok(Json(json!({ "events": events, "gaps": gaps })))
}

fn points(field: &'static str, amount: Decimal, least: i64) -> Outcome<i64> {
    wire::units(amount)
        .filter(|units| (least..=MOST_POINTS).contains(units))
        .ok_or_else(|| invalid(field, format!("up to {}, at most four decimals", wire::amount(MOST_POINTS))))
}

/// What answers to paths that the sandbox does not have.
pub(crate) async fn not_found() -> Problem {
    Problem::from(missing("NotFound", "There is no such call. GET / lists them all."))
}
