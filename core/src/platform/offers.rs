//! Offers, coupons and favourite products on the wire. Source: Loymax Public API v1.2 and our App API.
//!
//! The App API's `GET offers` gives all offers with their rules: the member API's own fields, and beside them `version`,
//! `personal`, `logicalName`, `activated`, `revoked`, `imageUrl` and `rules`, which hold a `benefit` and the member's
//! `usesLeft`. The same object is the payload of a push. Where a platform has the member API alone, no rules are known:
//! then everything is left to the till.
//!
//! What cannot be read of rules, or is no
//! condition that this version knows, is named in [`Rules::unread`], so that the offer never applies by mistake.

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::envelope::{List, Nothing, Wire, named, parse};
use super::number::Num;
use super::time::Time;
use super::{Call, Fetched, Platform};
use crate::card::symbol;
use crate::error::Result;
use crate::offers::favourites::{Cell, Favourites};
use crate::offers::rules::{Benefit, Rules, ScheduleWords, Words};
use crate::offers::{Coupon, CouponState, Offer, OfferAct};
use crate::types::Goods;

type Read<T> = std::result::Result<T, String>;

/// How many offers are asked for at once where they come in pages, and how many pages there may be.
const PAGE: usize = 100;
const PAGES: usize = 10;
/// How many stretches of time with favourite products are looked at, and how many cells one may have.
const PERIODS: usize = 4;
const CELLS: usize = 100;

super::wire::wire! {
    struct OffersRow {
        #[serde(default)]
        offers: Rows<OfferRow>,
    }
    struct OfferRow {
        id: i64,
        version: Option<u64>,
        priority: Option<i64>,
        title: String,
        description: Option<String>,
        short_description: Option<String>,
        image_url: Option<String>,
        begin: Option<Time>,
        end: Option<Time>,
        revoked: Option<Time>,
        personal: Option<bool>,
        logical_name: Option<String>,
        activated: Option<bool>,
        rules: Option<Map<String, Value>>,
    }
    #[derive(Default)]
    struct BenefitRow {
        discount_percent: Option<Num>,
        points: Option<Num>,
        multiplier: Option<Num>,
    }
    struct ScheduleRow {
        #[serde(default)]
        days: List<String>,
        from: Option<String>,
        to: Option<String>,
    }
    struct CouponRow {
        id: i64,
        code: String,
        qr_content: Option<String>,
        activation_date: Option<Time>,
        expiry_date: Option<Time>,
        coupon_state: String,
        emission_title: Option<String>,
        short_description: Option<String>,
        description: Option<String>,
    }
    struct PeriodRow {
        id: i64,
        from_date: Time,
        to_date: Option<Time>,
        max_goods_count: u32,
    }
    struct CellRow {
        position: u32,
        allow_change: Option<bool>,
        good: Option<GoodsRow>,
    }
    struct GoodsRow {
        goods_id: Value,
        name: Option<String>,
    }
}

/// The rows of a list that can be read. Those that cannot are left out, and the others stand.
pub(super) struct Rows<W>(Vec<Value>, PhantomData<W>);

impl<'de, W> Deserialize<'de> for Rows<W> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> std::result::Result<Self, D::Error> {
        List::deserialize(from).map(|list: List<Value>| Self(list.0, PhantomData))
    }
}

impl<W> Default for Rows<W> {
    fn default() -> Self {
        Self(Vec::new(), PhantomData)
    }
}

impl<W: Wire> Wire for Rows<W> {
    type Domain = Vec<W::Domain>;

    fn read(self) -> Read<Self::Domain> {
        let all = self.0.len();
        let rows = self.0.into_iter().map(|row| named::<W, _>(row).and_then(Wire::read));
        let mut problem = None;
        let read: Vec<_> = rows.filter_map(|row| row.map_err(|wrong| problem = Some(wrong)).ok()).collect();
        if let Some(problem) = problem {
            tracing::warn!(count = all - read.len(), problem, "rows cannot be read and are left out");
        }
        Ok(read)
    }

    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}

impl Wire for OffersRow {
    type Domain = Vec<Offer>;

    fn read(self) -> Read<Vec<Offer>> {
        Ok(unique(self.offers.read()?, |offer| offer.id))
    }
}

/// The first of those that claim to be the same.
fn unique<T>(mut rows: Vec<T>, id: impl Fn(&T) -> i64) -> Vec<T> {
    let mut seen = BTreeSet::new();
    rows.retain(|row| seen.insert(id(row)));
    rows
}

impl Wire for OfferRow {
    type Domain = Offer;

    fn read(self) -> Read<Offer> {
        let (words, benefit, uses_left) = match self.rules {
            Some(rules) => read_rules(rules),
            None => (unknown("rules"), Benefit::default(), None),
        };
        let logical_name = filled(self.logical_name);
        Ok(Offer {
            id: self.id,
            version: self.version.unwrap_or_default(),
            priority: self.priority.unwrap_or_default(),
            title: self.title,
            summary: filled(self.short_description),
            description: self.description.unwrap_or_default(),
            image_url: filled(self.image_url),
            personal: self.personal == Some(true),
            logical_name,
            activated: self.activated,
            uses_left,
            rules: Rules {
                begin: self.begin.map(|begin| begin.0),
                end: self.end.and_then(Time::end),
                revoked: self.revoked.and_then(Time::end),
                ..words.read()
            },
            benefit,
        })
    }
}

fn unknown(name: &str) -> Words {
    Words { unread: vec![name.to_owned()], ..Words::default() }
}

/// Rules, what they give, and how many more times. Each field for itself: one that cannot be read is named.
fn read_rules(mut rules: Map<String, Value>) -> (Words, Benefit, Option<u32>) {
    let mut unread = Vec::new();
    rules.remove("$type");
    let benefit = take::<BenefitRow>(&mut rules, "benefit", &mut Vec::new()).unwrap_or_default();
    let uses_left = match rules.remove("usesLeft") {
        None | Some(Value::Null) => None,
        // More than can be counted is as good as any.
        Some(Value::Number(left)) if left.as_u64().is_some() => {
            Some(left.as_u64().and_then(|left| u32::try_from(left).ok()).unwrap_or(u32::MAX))
        }
        Some(_) => {
            unread.push("usesLeft".to_owned());
            None
        }
    };
    let mut list = |name: &str| -> List<String> { take(&mut rules, name, &mut unread).unwrap_or_default() };
    let (channels, payment_methods) = (list("channels").0, list("paymentMethods").0);
    let store_ids: List<i64> = take(&mut rules, "storeIds", &mut unread).unwrap_or_default();
    let schedule: Option<ScheduleRow> = take(&mut rules, "schedule", &mut unread);
    let activation = take(&mut rules, "activation", &mut unread);
    let store_attributes =
        attributes(take(&mut rules, "storeAttributes", &mut unread).unwrap_or_default(), &mut unread);
    // Whatever else there is restricts the offer in a way that this version does not know.
    unread.extend(rules.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, _)| name));
    let words = Words {
        channels,
        store_attributes,
        store_ids: store_ids.0,
        schedule: schedule.map(|row| ScheduleWords { days: row.days.0, from: row.from, to: row.to }),
        payment_methods,
        activation,
        unread,
    };
    let number = |number: Option<Num>| number.map(|number| number.0);
    let benefit = Benefit {
        discount_percent: number(benefit.discount_percent),
        points: number(benefit.points),
        multiplier: number(benefit.multiplier),
    };
    (words, benefit.sound(), uses_left)
}

/// A field that is there and can be read; null is as if it were not there.
fn take<T: DeserializeOwned>(rules: &mut Map<String, Value>, name: &str, unread: &mut Vec<String>) -> Option<T> {
    let value = rules.remove(name).filter(|value| !value.is_null())?;
    named(value).map_err(|_| unread.push(name.to_owned())).ok()
}

/// Attributes by name, each with a value or a list of them, as text.
fn attributes(row: BTreeMap<String, Value>, unread: &mut Vec<String>) -> BTreeMap<String, Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    let mut attributes = BTreeMap::new();
    for (name, value) in row {
        let values = match &value {
            Value::Array(values) => values.iter().map(text).collect(),
            value => text(value).map(|value| vec![value]),
        };
        match values {
            Some(values) => _ = attributes.insert(name, values),
            None => unread.push("storeAttributes".to_owned()),
        }
    }
    attributes
}

impl Wire for CouponRow {
    type Domain = Coupon;

    fn read(self) -> Read<Coupon> {
        if self.code.trim().is_empty() || self.code.len() > symbol::LONGEST {
            return Err("code: empty, or longer than any till reads".into());
        }
        Ok(Coupon {
            id: self.id,
            code: self.code,
            qr_content: filled(self.qr_content).filter(|content| content.len() <= symbol::LONGEST),
            title: self.emission_title.unwrap_or_default(),
            summary: filled(self.short_description),
            description: self.description.unwrap_or_default(),
            state: match self.coupon_state.as_str() {
                "Created" | "QueuedToIssue" => CouponState::Coming,
                "Used" | "QueuedToUse" => CouponState::Used,
                "Rejected" | "Expired" => CouponState::Void,
                // One that this version does not know is shown, too: the till knows.
                _ => CouponState::Issued,
            },
            from: self.activation_date.map(|from| from.0),
            until: self.expiry_date.and_then(Time::end),
        })
    }
}

/// A page of the member API's offers, with how many rows it had.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Page(Rows<OfferRow>);

impl Wire for Page {
    type Domain = (Vec<Offer>, usize);

    fn read(self) -> Read<Self::Domain> {
        let count = self.0.0.len();
        Ok((self.0.read()?, count))
    }

    fn absent() -> Option<Self> {
        Some(Self(Rows::default()))
    }
}

impl Wire for PeriodRow {
    type Domain = Favourites;

    fn read(self) -> Read<Favourites> {
        Ok(Favourites {
            id: self.id,
            from: self.from_date.0,
            until: self.to_date.and_then(Time::end),
            most: self.max_goods_count,
            cells: Vec::new(),
            choices: Vec::new(),
        })
    }
}

impl Wire for CellRow {
    type Domain = Cell;

    fn read(self) -> Read<Cell> {
        let goods = self.good.map(Wire::read).transpose()?;
        Ok(Cell { position: self.position, goods, allow_change: self.allow_change == Some(true) })
    }
}

impl Wire for GoodsRow {
    type Domain = Goods;

    fn read(self) -> Read<Goods> {
        let id = match self.goods_id {
            Value::String(id) => id,
            Value::Number(id) => id.to_string(),
            _ => return Err("goodsId: neither text nor number".into()),
        };
        Ok(Goods { name: self.name.unwrap_or_else(|| id.clone()), id })
    }
}

/// The offer that a push carries, from its payload.
///
/// # Errors
/// Which field is wrong, without its value.
pub(crate) fn pushed(payload: &[u8]) -> std::result::Result<Offer, String> {
    parse::<OfferRow>(payload)?.read()
}

impl Platform {
    /// The member's offers with their rules.
    pub(crate) async fn offers(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Offer>>> {
        self.fetch::<OffersRow>(Call::new("GET /app/v1/offers").token(token).etag(etag)).await
    }

    /// The member's offers where the platform has the member API alone: without rules.
    pub(crate) async fn plain_offers(&self, token: &str) -> Result<Vec<Offer>> {
        let (all, personal) = tokio::join!(self.paged_offers(token, "All"), self.paged_offers(token, "PersonalOffer"));
        let personal: BTreeSet<i64> = personal?.into_iter().map(|offer| offer.id).collect();
        let mut offers = all?;
        for offer in &mut offers {
            offer.personal |= personal.contains(&offer.id);
            // A personal offer with a name to accept it by is one to accept.
            offer.rules.activation = offer.personal && offer.logical_name.is_some();
        }
        Ok(offers)
    }

    pub(super) async fn paged_offers(&self, token: &str, kind: &str) -> Result<Vec<Offer>> {
        let mut offers = Vec::new();
        for page in 0..PAGES {
            let call = Call::new("GET Offer").token(token).query("filter.type", kind);
            let call = call.query("filter.from", page * PAGE).query("filter.count", PAGE);
            let (rows, count) = self.ask::<Page>(call).await?;
            offers.extend(rows);
            if count < PAGE {
                break;
            }
        }
        Ok(unique(offers, |offer| offer.id))
    }

    /// The member's coupons.
    pub(crate) async fn coupons(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Coupon>>> {
        let coupons = self.fetch::<Rows<CouponRow>>(Call::new("GET Coupons").token(token).etag(etag)).await?;
        Ok(coupons.map(|coupons| unique(coupons, |coupon| coupon.id)))
    }

    /// Does what the member asked for about an offer, once for each `key`.
    pub(crate) async fn offer_act(&self, token: &str, act: &OfferAct, key: Uuid) -> Result<()> {
        let OfferAct::Activate { logical_name, .. } = act;
        let call = Call::new("POST user/personalOffer/{id}/accept").id(logical_name).key(key).token(token);
        self.ask::<Nothing>(call.json(&json!({}))).await
    }

    /// Where the member can choose favourite products, what is chosen, and from what.
    pub(crate) async fn favourites(&self, token: &str) -> Result<Vec<Favourites>> {
        let periods = self.ask::<Rows<PeriodRow>>(Call::new("GET users/favoriteGoods").token(token)).await?;
        let filled = periods.into_iter().take(PERIODS).map(|period| self.filled(token, period));
        futures_util::future::try_join_all(filled).await
    }

    async fn filled(&self, token: &str, period: Favourites) -> Result<Favourites> {
        let cells = Call::new("GET users/favoriteGoods/{id}").id(period.id).token(token);
        let choices = Call::new("GET users/favoriteGoods/{id}/list").id(period.id).token(token);
        let (cells, choices) = tokio::join!(self.ask::<Rows<CellRow>>(cells), self.ask::<Rows<GoodsRow>>(choices));
        let mut cells = cells?;
        cells.sort_by_key(|cell| cell.position);
        cells.dedup_by_key(|cell| cell.position);
        cells.truncate(CELLS);
        Ok(Favourites { cells, choices: choices?, ..period })
    }

    /// Puts goods into a cell; none empties it.
    ///
    /// # Errors
    /// [`crate::error::Error::Rejected`] where the platform does not allow it.
    pub(crate) async fn choose_favourite(
        &self,
        token: &str,
        (period, position): (i64, u32),
        goods: Option<&str>,
    ) -> Result<()> {
        let call = match goods {
            Some(goods) => Call::new("POST users/favoriteGoods/{id}/{position}").json(&json!({ "goodsId": goods })),
            None => Call::new("DELETE users/favoriteGoods/{id}/{position}"),
        };
        self.ask::<Nothing>(call.id(period).position(position).token(token)).await
    }
}
