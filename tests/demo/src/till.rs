//! The till: a client of the sandbox's till calls, and the scanner that reads symbols.
//!
//! It has a line of its own to the platform, so it goes on working while the phone has no connection.

use std::collections::HashMap;

use pocketcard::card::symbol::{Pixels, Symbol};
use pocketcard::offers::OfferStore;
use pocketcard::types::Decimal;
use reqwest::{Client, Method};
use serde_json::{Number, Value, json};

use crate::phone::TIME_ZONE;

/// The store in which the till stands.
pub const STORE: i64 = 1;
/// Its name, for the till's pane.
pub const STORE_NAME: &str = "Pocket Market, Alexanderplatz";
/// A store of another format: the hypermarket in Schönefeld.
pub const HYPERMARKET: i64 = 2;

/// The till's store, as far as offers care. A shell has this from the list of stores.
pub fn supermarket() -> OfferStore {
    store(STORE, "Supermarket")
}

/// The same of the hypermarket.
pub fn hypermarket() -> OfferStore {
    store(HYPERMARKET, "Hypermarket")
}

fn store(id: i64, format: &str) -> OfferStore {
    let attributes = HashMap::from([("CustomTradeFormat".to_owned(), vec![format.to_owned()])]);
    OfferStore { id, attributes, time_zone: TIME_ZONE.to_owned() }
}

/// A till.
#[derive(Clone, Debug)]
pub struct Till {
    client: Client,
    url: String,
}

/// Something that the till sells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// The article number.
    pub id: String,
    /// What it is.
    pub name: String,
    /// For one.
    pub price: Decimal,
    /// What tasks may ask for, as `healthy`.
    pub group: String,
}

/// The member whose code the till took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// The sale that the code began.
    pub sale: String,
    /// What kind of code it was, as `rotatingCode`.
    pub how: String,
    /// Given name.
    pub first_name: String,
    /// Name of the tier.
    pub tier: String,
    /// Points that can pay.
    pub spendable: Decimal,
}

/// What a sale or a refund came to. What goes to the member is positive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The purchase, for a refund.
    pub purchase: String,
    /// The whole sum.
    pub total: Decimal,
    /// Paid, or given back, in money.
    pub money: Decimal,
    /// Paid, or given back, in points.
    pub points: Decimal,
    /// Points earned at once; negative where a refund takes them back.
    pub earned: Decimal,
    /// Points that activate later.
    pub earned_later: Decimal,
    /// Spendable points after it.
    pub balance: Decimal,
    /// Off the price, by offers and coupons; `total` is what is left.
    pub discount: Decimal,
    /// What became of each of the member's offers.
    pub offers: Vec<Tried>,
    /// It is a sale that no refund has taken back.
    pub can_come_back: bool,
}

/// What a sale made of an offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The offer's number.
    pub offer: i64,
    /// Its title.
    pub title: String,
    /// Why it did not apply, for programs, as `otherChannel`; none: it did.
    pub why_not: Option<String>,
}

/// Why the till did not do it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// For programs, as `replayed`.
    pub reason: String,
    /// For people.
    pub message: String,
}

/// A text message on its way to a phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sms {
    /// The phone number.
    pub to: String,
    /// What it says.
    pub text: String,
    /// The code in it.
    pub code: String,
}

type Outcome<T> = Result<T, Refused>;

impl Till {
    /// A till of the platform at `url`.
    pub fn new(client: Client, url: &str) -> Self {
        Self { client, url: url.to_owned() }
    }

    /// What it sells.
    pub async fn goods(&self) -> Outcome<Vec<Goods>> {
        let answer = self.call(Method::GET, "/till/goods", None).await?;
        let goods = answer["goods"].as_array().into_iter().flatten();
        Ok(goods
            .map(|goods| Goods {
                id: text(goods, "goodsId"),
                name: text(goods, "name"),
                price: amount(goods, "price"),
                group: text(goods, "group"),
            })
            .collect())
    }

    /// Whose code this is. A good one begins a sale.
    pub async fn identify(&self, code: &str) -> Outcome<Customer> {
        let request = json!({ "code": code, "store": STORE });
        let answer = self.call(Method::POST, "/till/identify", Some(request)).await?;
        let member = &answer["member"];
        Ok(Customer {
            sale: text(&answer, "saleId"),
            how: text(&answer, "how"),
            first_name: text(member, "firstName"),
            tier: text(member, "tier"),
            spendable: amount(member, "spendable"),
        })
    }

    /// Sells goods to the member, who pays `points` of it in points.
    pub async fn sell(&self, customer: &Customer, goods: &[(Goods, u32)], points: Decimal) -> Outcome<Receipt> {
        self.sell_in(STORE, customer, goods, points, &[]).await
    }

    /// The same in any store, to a member who may show coupons. Paid in cash.
    pub async fn sell_in(
        &self,
        store: i64,
        customer: &Customer,
        goods: &[(Goods, u32)],
        points: Decimal,
        coupons: &[String],
    ) -> Outcome<Receipt> {
        let items: Vec<Value> = goods
            .iter()
            .map(|(goods, count)| {
                json!({ "goodsId": goods.id, "name": goods.name, "price": number(goods.price), "count": count })
            })
            .collect();
        let request = json!({
            "purchaseId": uuid::Uuid::new_v4(),
            "saleId": customer.sale,
            "store": store,
            "items": items,
            "payWithPoints": number(points),
            "coupons": coupons,
        });
        let answer = self.call(Method::POST, "/till/purchases", Some(request)).await?;
        Ok(Receipt {
            purchase: text(&answer, "purchaseId"),
            total: amount(&answer, "total"),
            money: amount(&answer, "paidMoney"),
            points: amount(&answer, "paidPoints"),
            earned: amount(&answer, "earned"),
            earned_later: amount(&answer, "earnedLater"),
            balance: amount(&answer, "balance"),
            discount: amount(&answer, "discount"),
            offers: tried(&answer),
            can_come_back: true,
        })
    }

    /// Takes all of a sale back.
    pub async fn refund(&self, sale: &Receipt) -> Outcome<Receipt> {
        let request = json!({ "refundId": uuid::Uuid::new_v4(), "purchaseId": sale.purchase });
        let answer = self.call(Method::POST, "/till/refunds", Some(request)).await?;
        Ok(Receipt {
            purchase: text(&answer, "purchaseId"),
            total: amount(&answer, "total"),
            money: amount(&answer, "moneyBack"),
            points: amount(&answer, "pointsBack"),
            earned: -amount(&answer, "takenBack"),
            earned_later: Decimal::ZERO,
            balance: amount(&answer, "balance"),
            discount: Decimal::ZERO,
            offers: Vec::new(),
            can_come_back: false,
        })
    }

    /// The last text message that the platform sent to anyone.
    pub async fn last_sms(&self) -> Outcome<Option<Sms>> {
        let answer = self.call(Method::GET, "/sandbox/sms", None).await?;
        let newest = answer["messages"].get(0);
        Ok(newest.map(|sms| Sms { to: text(sms, "to"), text: text(sms, "text"), code: text(sms, "code") }))
    }

    /// Has the platform end all sessions of the member with this phone number, as its service desk would.
    pub async fn end_sessions(&self, phone: &str) -> Outcome<()> {
        let member = self.member(phone).await?;
        let path = format!("/sandbox/members/{}/sessions", member["id"]);
        self.call(Method::DELETE, &path, None).await?;
        Ok(())
    }

    /// What the platform was told of a message that it pushed, as `Delivered` and `Read`, in the order in which it was.
    pub async fn receipts(&self, message: &str) -> Outcome<Vec<String>> {
        let answer = self.call(Method::GET, &format!("/sandbox/receipts?messageId={message}"), None).await?;
        Ok(answer["receipts"].as_array().into_iter().flatten().map(|receipt| text(receipt, "state")).collect())
    }

    /// What the platform says the member with this phone number can spend.
    pub async fn spendable(&self, phone: &str) -> Outcome<Decimal> {
        Ok(amount(&self.member(phone).await?, "spendable"))
    }

    async fn member(&self, phone: &str) -> Outcome<Value> {
        let answer = self.call(Method::GET, "/sandbox/members", None).await?;
        let mut members = answer["members"].as_array().into_iter().flatten();
        let member = members.find(|member| text(member, "phone") == phone).cloned();
        member.ok_or_else(|| Refused { reason: "unknown".to_owned(), message: "There is no such member.".to_owned() })
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Outcome<Value> {
        let failed = |error: reqwest::Error| Refused { reason: "failed".to_owned(), message: error.to_string() };
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.map_err(failed)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(failed)?;
        // Some answers have no body.
        let answer: Value = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(answer);
        }
        let reason = answer["reason"].as_str().unwrap_or(status.as_str()).to_owned();
        Err(Refused { reason, message: answer["detail"].as_str().unwrap_or("The platform failed.").to_owned() })
    }
}

impl Goods {
    /// Whether the marathon counts it.
    pub fn is_healthy(&self) -> bool {
        self.group == "healthy"
    }

    /// What so many of it cost.
    pub fn cost(&self, count: u32) -> Decimal {
        self.price * Decimal::from(count)
    }
}

/// Reads a symbol as the till's scanner does: from its pixels alone. None where it cannot.
pub fn scan(symbol: &Symbol) -> Option<String> {
    let Pixels { width, height, luma } = symbol.to_pixels(4);
    Some(rxing::helpers::detect_in_luma(luma, width, height, None).ok()?.getText().to_owned())
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn tried(receipt: &Value) -> Vec<Tried> {
    let offers = receipt["offers"].as_array().into_iter().flatten();
    let tried = offers.map(|offer| Tried {
        offer: offer["offerId"].as_i64().unwrap_or_default(),
        title: text(offer, "title"),
        why_not: offer["reason"].as_str().map(str::to_owned),
    });
    tried.collect()
}

/// An amount, exact.
fn amount(value: &Value, name: &str) -> Decimal {
    value[name].as_number().and_then(|number| number.to_string().parse().ok()).unwrap_or_default()
}

fn number(amount: Decimal) -> Option<Number> {
    amount.to_string().parse().ok()
}
