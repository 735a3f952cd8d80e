//! The till: who stands before it, what they buy, pay with points, and bring back.
//!
//! A call that changes something carries an id of the till's choosing (`purchaseId`, `paymentId`, `refundId`): repeated with the
//! same content it gets the same answer, and nothing happens twice. How rotating codes are checked is in [`rotating`].

pub(crate) mod rotating;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::SignedDuration;
use pocketcard::card::verifier::Verdict;
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cards::{self, Card, ROTATING_PREFIX};
use crate::clock::later;
use crate::extract::{Plain, short};
use crate::members::{self, State as Standing};
use crate::platform::App;
use crate::problem::Answer;
use crate::programme::{GOODS, group};
use crate::refusal::{Failure, Outcome, conflict, forbidden, invalid};
use crate::sales::{self, Line, Purchase, Refund};
use crate::stores::{Catalogue, stock};
use crate::tasks;
use crate::wire::{self, ONE, number};

/// How long after it was identified a member can be sold to.
const SALE_LIFE: SignedDuration = SignedDuration::from_mins(15);
const MOST_LINES: usize = 200;
const MOST_COUNT: i64 = 1_000 * ONE;
const MOST_PRICE: i64 = 100_000 * ONE;
const MOST_TOTAL: i64 = 1_000_000 * ONE;
/// Longer than any code that a till reads.
const MOST_CODE: usize = 512;

/// The routes.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/till/goods", get(goods))
        .route("/till/identify", post(identify))
        .route("/till/purchases", post(purchase))
        .route("/till/payments", post(payment))
        .route("/till/refunds", post(refund))
}

/// `GET /till/goods`
async fn goods() -> Json<Value> {
    let goods = GOODS
        .iter()
        .map(|(id, name, price)| json!({ "goodsId": id, "name": name, "group": group(id), "price": number(*price) }));
    Json(json!({ "goods": goods.collect::<Vec<_>>() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Identify {
    code: String,
    #[serde(default)]
    store: Option<i64>,
}

/// `POST /till/identify`
async fn identify(State(app): State<App>, Plain(body): Plain<Identify>) -> Answer {
    let answer = app
        .act(move |tx, now| {
            known_store(tx, body.store)?;
            let found = recognise(tx, &body.code, now)?;
            let sale = Uuid::new_v4().to_string();
            tx.execute("DELETE FROM sale WHERE until < ?1", [now.as_microsecond()])?;
            tx.execute(
                "INSERT INTO sale (id, member, card, until) VALUES (?1, ?2, ?3, ?4)",
                params![sale, found.member, found.card, later(now, SALE_LIFE).as_microsecond()],
            )?;
            Ok(json!({
                "saleId": sale,
                "how": found.how,
                "verdict": "valid",
                "driftMillis": found.drift.map(|drift| drift.as_millis().to_string().parse::<i64>().unwrap_or(0)),
                "cardId": found.card,
                "member": members::at_till(tx, found.member, now)?,
            }))
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Item {
    goods_id: String,
    name: String,
    #[serde(with = "rust_decimal::serde::arbitrary_precision", default = "one")]
    count: Decimal,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    price: Decimal,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPurchase {
    #[serde(default)]
    purchase_id: Option<Uuid>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    sale_id: Option<String>,
    #[serde(default)]
    store: Option<i64>,
    items: Vec<Item>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision_option", default)]
    pay_with_points: Option<Decimal>,
    /// In a store if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
}

/// Where a purchase is made.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
enum Channel {
    Store,
    Online,
}

/// `POST /till/purchases`
async fn purchase(State(app): State<App>, Plain(body): Plain<NewPurchase>) -> Answer {
    let answer = app
        .act(move |tx, now| {
            let id = body.purchase_id.unwrap_or_else(Uuid::new_v4).to_string();
            once(tx, &id, &json!({ "purchase": &body }), |tx| {
                known_store(tx, body.store)?;
                let lines = lines(&body.items)?;
                let points = amount("payWithPoints", body.pay_with_points.unwrap_or_default(), 0, MOST_TOTAL)?;
                let (member, card) = customer(tx, body.sale_id.as_deref(), body.code.as_deref(), now)?;
                let sale = Purchase { id: id.clone(), member, card, shop: body.store, lines, points };
                let receipt = sales::purchase(tx, &sale, now)?;
                let online = body.channel == Some(Channel::Online);
                if let Some(store) = sale.shop.filter(|_| !online) {
                    stock::sell(tx, store, &sale.lines, now)?;
                }
                tasks::bought(tx, &sale, online, now)?;
                Ok(receipt)
            })
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewPayment {
    #[serde(default)]
    payment_id: Option<Uuid>,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    sale_id: Option<String>,
    #[serde(default)]
    store: Option<i64>,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    points: Decimal,
}

/// `POST /till/payments`
async fn payment(State(app): State<App>, Plain(body): Plain<NewPayment>) -> Answer {
    let answer = app
        .act(move |tx, now| {
            let id = body.payment_id.unwrap_or_else(Uuid::new_v4).to_string();
            once(tx, &id, &json!({ "payment": &body }), |tx| {
                known_store(tx, body.store)?;
                let points = amount("points", body.points, 1, MOST_TOTAL)?;
                let payer = customer(tx, body.sale_id.as_deref(), body.code.as_deref(), now)?;
                sales::payment(tx, &id, payer, points, body.store, now)
            })
        })
        .await?;
    Ok(Json(answer))
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Back {
    goods_id: String,
    #[serde(with = "rust_decimal::serde::arbitrary_precision", default = "one")]
    count: Decimal,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewRefund {
    #[serde(default)]
    refund_id: Option<Uuid>,
    purchase_id: Uuid,
    #[serde(default)]
    items: Option<Vec<Back>>,
}

/// `POST /till/refunds`
async fn refund(State(app): State<App>, Plain(body): Plain<NewRefund>) -> Answer {
    let answer = app
        .act(move |tx, now| {
            let id = body.refund_id.unwrap_or_else(Uuid::new_v4).to_string();
            once(tx, &id, &json!({ "refund": &body }), |tx| {
                let lines = body.items.as_ref().map(|items| back_lines(items)).transpose()?;
                let refund = Refund { id: id.clone(), purchase: body.purchase_id.to_string(), lines };
                let receipt = sales::refund(tx, &refund, now)?;
                tasks::brought_back(tx, &refund.purchase, now)?;
                Ok(receipt)
            })
        })
        .await?;
    Ok(Json(answer))
}

/// Whom a code stands for, and how the till knows.
struct Found {
    member: i64,
    card: Option<i64>,
    how: &'static str,
    /// How far the phone's clock is ahead, where its code tells.
    drift: Option<SignedDuration>,
}

/// Recognises what was scanned or typed: a rotating code, an issued one, a card's static codes or number, a phone number.
fn recognise(tx: &Connection, code: &str, now: Timestamp) -> Outcome<Found> {
    if code.len() > MOST_CODE {
        return Err(invalid("code", format!("at most {MOST_CODE} bytes")));
    }
    let code = code.trim();
    if code.is_empty() {
        return Err(invalid("code", "It is empty."));
    }
    if code.starts_with(ROTATING_PREFIX) {
        let Some(card) = rotating::card_of(tx, code)? else { return Err(no("unknown", "No card has this code.")) };
        return match rotating::check(tx, &card, code, now)? {
            Verdict::Valid { drift } => on_card(&card, "rotatingCode", Some(drift), now),
            Verdict::Expired => Err(no("expired", "This code has lapsed. Show a fresh one.")),
            Verdict::Replayed => Err(no("replayed", "This code was used already. Show the next one.")),
            Verdict::Forged => Err(no("forged", "This code was not made by the member's app.")),
        };
    }
    if let Some(found) = issued(tx, code, now)? {
        return Ok(found);
    }
    if let Some(card) = cards::by_number(tx, code)? {
        return on_card(&card, "cardNumber", None, now);
    }
    if let Some(card) = cards::by_static_code(tx, code)? {
        return on_card(&card, "barcode", None, now);
    }
    let member = match wire::phone(code) {
        Some(phone) => members::by_phone(tx, &phone)?,
        None => None,
    };
    match member {
        Some(member) => {
            let cards = cards::of_member(tx, member)?;
            let working = cards.iter().find(|card| card.works() && !card.expired(now));
            if working.is_none() && cards.iter().any(|card| card.active() && card.blocked) {
                return Err(no("blocked", "All cards of this member are blocked."));
            }
            Ok(Found { member, card: working.map(|card| card.id), how: "phone", drift: None })
        }
        None => Err(no("unknown", "Nobody has this code.")),
    }
}

/// A code that the platform issued: digits, `QR`, digits. One that the platform does not know is forged.
fn issued(tx: &Connection, code: &str, now: Timestamp) -> Outcome<Option<Found>> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !code.split_once("QR").is_some_and(|(number, value)| digits(number) && digits(value)) {
        return Ok(None);
    }
    let known: Option<(String, i64)> = tx
        .query_row(
            "SELECT card.number, issued_code.until FROM issued_code JOIN card ON card.id = issued_code.card
             WHERE issued_code.code = ?1",
            [code],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    match known {
        None => Err(no("forged", "The platform never issued this code.")),
        Some((_, until)) if until <= now.as_microsecond() => {
            Err(no("expired", "This code has lapsed. Show a fresh one."))
        }
        Some((number, _)) => match cards::by_number(tx, &number)? {
            Some(card) => on_card(&card, "issuedCode", None, now).map(Some),
            None => Ok(None),
        },
    }
}

/// The card's member, where the card is in use.
fn on_card(card: &Card, how: &'static str, drift: Option<SignedDuration>, now: Timestamp) -> Outcome<Found> {
    let Some(member) = card.member else { return Err(no("unknown", "This card belongs to nobody yet.")) };
    if !card.active() || card.expired(now) {
        return Err(no("expired", "This card was replaced or has expired."));
    }
    if card.blocked {
        return Err(no("blocked", "This card is blocked."));
    }
    Ok(Found { member, card: Some(card.id), how, drift })
}

/// Who buys: of a sale that was begun with `identify`, or by a code shown now.
fn customer(tx: &Connection, sale: Option<&str>, code: Option<&str>, now: Timestamp) -> Outcome<(i64, Option<i64>)> {
    match (sale, code) {
        (Some(sale), None) => {
            let known: Option<(i64, Option<i64>)> = tx
                .query_row(
                    "SELECT member, card FROM sale WHERE id = ?1 AND until > ?2",
                    params![sale, now.as_microsecond()],
                    |row| Ok((row.get(0)?, row.get(1)?)),
                )
                .optional()?;
            match known {
                Some((member, card)) if members::member(tx, member)?.state == Standing::Normal => Ok((member, card)),
                _ => Err(no("expired", "This sale is over. Identify the member again.")),
            }
        }
        (None, Some(code)) => recognise(tx, code, now).map(|found| (found.member, found.card)),
        _ => Err(invalid("saleId", "Give saleId or code, one of them.")),
    }
}

/// Does `work` the first time this id comes with this request, and gives the same answer every time after.
fn once(
    tx: &Connection,
    id: &str,
    request: &Value,
    work: impl FnOnce(&Connection) -> Outcome<Value>,
) -> Outcome<Value> {
    let request = wire::fingerprint(&request.to_string());
    let known: Option<(Vec<u8>, String)> = tx
        .query_row("SELECT request, answer FROM till_answer WHERE id = ?1", [id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((before, answer)) = known {
        return if before == request {
            Ok(serde_json::from_str(&answer)?)
        } else {
            Err(conflict("IdUsed", "This id was used for something else."))
        };
    }
    let answer = work(tx)?;
    tx.execute(
        "INSERT INTO till_answer (id, request, answer) VALUES (?1, ?2, ?3)",
        params![id, request, answer.to_string()],
    )?;
    Ok(answer)
}

fn lines(items: &[Item]) -> Outcome<Vec<Line>> {
    if items.is_empty() || items.len() > MOST_LINES {
        return Err(invalid("items", format!("1 to {MOST_LINES} items")));
    }
    let lines = items.iter().map(line).collect::<Outcome<Vec<_>>>()?;
    if lines.iter().map(|line| line.amount).sum::<i64>() > MOST_TOTAL {
        return Err(invalid("items", "They cost more than a till may ring up at once."));
    }
    Ok(lines)
}

fn line(item: &Item) -> Outcome<Line> {
    let price = amount("price", item.price, 0, MOST_PRICE)?;
    if price % (ONE / 100) != 0 {
        return Err(invalid("price", "at most two decimals"));
    }
    // Bounded by what was just checked; a line is rounded to cents, half up.
    let count = amount("count", item.count, 1, MOST_COUNT)?;
    let cent = i128::from(ONE / 100);
    let exact = i128::from(price) * i128::from(count);
    let cents = (exact + i128::from(ONE) * cent / 2) / (i128::from(ONE) * cent);
    let amount = i64::try_from(cents * cent).map_err(|_| invalid("items", "too much"))?;
    Ok(Line { goods_id: short("goodsId", &item.goods_id, 64)?, name: short("name", &item.name, 200)?, count, amount })
}

fn back_lines(items: &[Back]) -> Outcome<Vec<(String, i64)>> {
    if items.is_empty() || items.len() > MOST_LINES {
        return Err(invalid("items", format!("1 to {MOST_LINES} items, or none for all that is left")));
    }
    items
        .iter()
        .map(|item| Ok((short("goodsId", &item.goods_id, 64)?, amount("count", item.count, 1, MOST_COUNT)?)))
        .collect()
}

fn amount(field: &'static str, amount: Decimal, least: i64, most: i64) -> Outcome<i64> {
    wire::units(amount).filter(|units| (least..=most).contains(units)).ok_or_else(|| {
        invalid(field, format!("from {} to {}, at most four decimals", wire::amount(least), wire::amount(most)))
    })
}

fn known_store(tx: &Connection, id: Option<i64>) -> Outcome<()> {
    match id {
        Some(id) if !Catalogue::read(tx)?.has_till(id) => Err(invalid("store", "There is no such store.")),
        _ => Ok(()),
    }
}

fn one() -> Decimal {
    Decimal::ONE
}

/// The till does not take this code.
fn no(reason: &'static str, message: &str) -> Failure {
    forbidden("CodeRefused", message).telling(json!({ "reason": reason }))
}
