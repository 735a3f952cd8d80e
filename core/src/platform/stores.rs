//! Stores, stock and goods on the wire. Source: Loymax Public API v1.2 (`Merchants`) and our App API.
//!
//! A store is read as far as it can be: only one without a number, a title or a location is unreadable, and then it alone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::{List, Wire, borrowed};
use super::time::Time;
use super::{Call, Platform};
use crate::error::{Error, Result};
use crate::stores::hours::{Day, Hours};
use crate::stores::{Delta, Detail, Listed, Position, StockAnswer, Store, StoreAddress, StoreAttribute};
use crate::types::{Goods, Timestamp};

type Read<T> = std::result::Result<T, String>;

/// The longest text that is kept of a store, in bytes; what is longer is cut.
const LONGEST_TEXT: usize = 4_096;
/// The same for names, and for values of attributes.
const LONGEST_NAME: usize = 256;
/// The most attributes of a store.
const MOST_ATTRIBUTES: usize = 64;
/// The most days that differ.
const MOST_EXCEPTIONS: usize = 400;
/// The longest cursor.
const LONGEST_CURSOR: usize = 256;

const STORES: &str = "GET /app/v1/stores";

super::wire::wire! {
    struct StoreRow {
        id: i64,
        title: String,
        description: Option<Value>,
        brand_id: Option<Value>,
        location: LocationRow,
        schedule_model: Option<Value>,
        is_archived: Option<bool>,
        contacts: Option<Value>,
        additional_info: Option<Value>,
        time_zone: Option<Value>,
        exceptions: Option<Value>,
        till_symbology: Option<Value>,
    }
    struct LocationRow {
        description: Option<Value>,
        latitude: Option<Value>,
        longitude: Option<Value>,
        city: Option<Value>,
        street: Option<Value>,
        house: Option<Value>,
        building: Option<Value>,
        office: Option<Value>,
    }
    struct StockRow {
        store_id: i64,
        available: bool,
        as_of: Time,
    }
    struct GoodsRow {
        goods_id: String,
        name: String,
    }
}

/// A delta whose stores are still text.
#[derive(Deserialize)]
struct DeltaRow<'a> {
    cursor: String,
    full: bool,
    #[serde(borrow, default)]
    stores: Option<Vec<&'a RawValue>>,
    #[serde(default)]
    removed: Option<Vec<i64>>,
}

/// What can be read of a store that cannot be read.
#[derive(Deserialize)]
struct IdRow {
    id: i64,
}

/// Text without what no screen shows, cut to `longest` bytes; none where there is no text.
fn text(value: Option<&Value>, longest: usize) -> Option<String> {
    let text = match value? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => yes.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    clean(&text, longest)
}

fn clean(text: &str, longest: usize) -> Option<String> {
    let mut clean: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    if clean.len() > longest {
        clean.truncate(clean.floor_char_boundary(longest));
    }
    (!clean.trim().is_empty()).then_some(clean)
}

impl StoreRow {
    fn store(self) -> Read<Store> {
        let title = clean(self.title.trim(), LONGEST_NAME).ok_or("title: empty")?;
        let name = |value: &Option<Value>| text(value.as_ref(), LONGEST_NAME);
        let long = |value: &Option<Value>| text(value.as_ref(), LONGEST_TEXT);
        let location = &self.location;
        let degrees = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64).unwrap_or(f64::NAN);
        let city = location.city.as_ref().and_then(|city| {
            let name = text(city.get("name"), LONGEST_NAME)?;
            Some(
                text(city.get("prefix"), LONGEST_NAME)
                    .map_or_else(|| name.clone(), |prefix| format!("{prefix} {name}")),
            )
        });
        let attributes = self.additional_info.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let attributes = attributes.iter().flat_map(self::attributes).take(MOST_ATTRIBUTES);
        Ok(Store {
            id: self.id,
            listed: Listed {
                title,
                position: Position::of_store(degrees(&location.latitude), degrees(&location.longitude)),
                address: StoreAddress {
                    city,
                    street: name(&location.street),
                    house: name(&location.house),
                    building: name(&location.building),
                    office: name(&location.office),
                    description: long(&location.description),
                },
                attributes: attributes.collect(),
            },
            detail: Detail {
                description: long(&self.description),
                brand: name(&self.brand_id),
                zone: name(&self.time_zone),
                zone_assumed: false,
                hours: hours(self.schedule_model.as_ref(), self.exceptions.as_ref()),
                till: name(&self.till_symbology).as_deref().and_then(super::wire::symbology),
                contacts: long(&self.contacts),
                archived: self.is_archived.unwrap_or_default(),
            },
        })
    }
}

/// An attribute, once for each of its values where they are a list: rules of offers ask for any of them.
fn attributes(value: &Value) -> Vec<StoreAttribute> {
    let Some(name) = text(value.get("name"), LONGEST_NAME) else { return Vec::new() };
    let values = match value.get("value") {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    let values = values.iter().filter_map(|value| match value {
        Value::Null => None,
        // What is nested as the JSON that it is.
        value @ (Value::Array(_) | Value::Object(_)) => clean(&value.to_string(), LONGEST_NAME),
        value => text(Some(value), LONGEST_NAME),
    });
    values.map(|value| StoreAttribute { name: name.clone(), value }).collect()
}

/// The hours. A week that is no object, and one that names no day at all, say nothing.
fn hours(week: Option<&Value>, exceptions: Option<&Value>) -> Hours {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let week = week.and_then(Value::as_object).filter(|week| days.iter().any(|name| week.contains_key(*name)));
    let exceptions = exceptions.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let exceptions = exceptions.iter().take(MOST_EXCEPTIONS).filter_map(|exception| {
        // A date with a time behind it is that date; one that is none is nowhere in a calendar.
        let date: Date = exception.get("date")?.as_str()?.get(..10)?.parse().ok()?;
        Some((date, day(exception.get("intervals"))))
    });
    Hours {
        week: week.map(|week| days.map(|name| day(week.get(name)))),
        exceptions: exceptions.collect::<BTreeMap<_, _>>(),
    }
}

fn day(intervals: Option<&Value>) -> Day {
    match intervals {
        None | Some(Value::Null) => Day::default(),
        Some(Value::Array(intervals)) => Day::read(intervals.iter().map(|interval| {
            let time = |name| interval.get(name).and_then(Value::as_str).unwrap_or_default();
            (time("from"), time("to"))
        })),
        // Not a list: nothing of it can be read.
        Some(_) => Day::read([("", "")]),
    }
}

/// The platform's answer about its stores. Large: it is read off the worker.
pub(crate) struct StoresAnswer {
    pub(super) body: Vec<u8>,
    pub(super) since: bool,
}

impl StoresAnswer {
    /// What changed.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where the answer as a whole is not what it should be; then nothing of it is true.
    pub(crate) fn read(&self) -> Result<Delta> {
        let unreadable = |problem: String| Error::Unreadable { call: STORES, problem };
        let row: DeltaRow<'_> = borrowed(&self.body).map_err(unreadable)?;
        if row.cursor.is_empty() || row.cursor.len() > LONGEST_CURSOR || row.cursor.chars().any(char::is_control) {
            return Err(unreadable("cursor: empty, too long, or of control characters".to_owned()));
        }
        if !row.full && !self.since {
            return Err(unreadable("full: false, though all stores were asked for".to_owned()));
        }
        let (mut stores, mut unreadable_ids, mut lost) = (Vec::new(), Vec::new(), 0);
        for raw in row.stores.unwrap_or_default() {
            let read = serde_json::from_str(raw.get()).map_err(|_| String::new()).and_then(StoreRow::store);
            match (read, serde_json::from_str::<IdRow>(raw.get())) {
                (Ok(store), _) => stores.push(store),
                (Err(_), Ok(IdRow { id })) => unreadable_ids.push(id),
                (Err(_), Err(_)) => lost += 1,
            }
        }
        note(unreadable_ids.len() + lost);
        if row.full && stores.is_empty() && unreadable_ids.len() + lost > 0 {
            return Err(unreadable("stores: none of them can be read".to_owned()));
        }
        Ok(Delta {
            cursor: Some(row.cursor),
            full: row.full,
            stores,
            unreadable: unreadable_ids,
            removed: row.removed.unwrap_or_default(),
        })
    }
}

/// One store that cannot be read takes no other down.
fn note(unreadable: usize) {
    if unreadable > 0 {
        tracing::warn!(count = unreadable, "stores cannot be read and stay as they were");
    }
}

/// A page of stores.
#[derive(Debug, Default)]
pub(crate) struct MerchantsPage {
    pub(crate) stores: Vec<Store>,
    /// Could not be read.
    pub(crate) unreadable: Vec<i64>,
    /// How many the page has, readable or not.
    pub(crate) count: usize,
}

#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Merchants(List<Value>);

impl Wire for Merchants {
    type Domain = MerchantsPage;

    fn read(self) -> Read<MerchantsPage> {
        let mut page = MerchantsPage { count: self.0.0.len(), ..MerchantsPage::default() };
        for value in self.0.0 {
            let id = value.get("id").and_then(Value::as_i64);
            match serde_json::from_value(value).map_err(|_| String::new()).and_then(StoreRow::store) {
                Ok(store) => page.stores.push(store),
                Err(_) => page.unreadable.extend(id),
            }
        }
        note(page.count - page.stores.len());
        Ok(page)
    }

    fn absent() -> Option<Self> {
        Some(Self(List::default()))
    }
}

impl Wire for StockRow {
    type Domain = (i64, bool, Timestamp);

    fn read(self) -> Read<Self::Domain> {
        Ok((self.store_id, self.available, self.as_of.end().ok_or("asOf: never")?))
    }
}

impl Wire for GoodsRow {
    type Domain = Goods;

    fn read(self) -> Read<Goods> {
        let id = clean(&self.goods_id, LONGEST_NAME).ok_or("goodsId: empty")?;
        Ok(Goods { id, name: clean(&self.name, LONGEST_NAME).ok_or("name: empty")? })
    }
}

impl Platform {
    /// All stores with their zones and holidays, or what changed of them since a cursor.
    pub(crate) async fn stores(&self, token: &str, since: Option<&str>) -> Result<StoresAnswer> {
        let mut call = Call::new(STORES).token(token).large();
        if let Some(since) = since {
            call = call.query("since", since);
        }
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            if !answer.status.is_success() {
                // Says why.
                call.read::<super::envelope::Nothing>(&answer)?;
            }
            Ok(StoresAnswer { body: answer.body, since: since.is_some() })
        })
        .await
    }

    /// `count` stores from the `from`th on, of a platform that has Loymax's API alone.
    pub(crate) async fn merchants(&self, token: &str, from: usize, count: usize) -> Result<MerchantsPage> {
        let call = Call::new("GET Merchants").token(token).query("from", from).query("count", count);
        self.ask::<Merchants>(call).await
    }

    /// Which of these stores have `goods`; those that are not in the answer are not known to. At most 200 at once.
    pub(crate) async fn stock(&self, token: &str, goods: &Goods, stores: &[i64]) -> Result<BTreeMap<i64, StockAnswer>> {
        let ids: Vec<String> = stores.iter().map(i64::to_string).collect();
        let call = Call::new("GET /app/v1/stock").token(token).query("goodsId", &goods.id);
        let rows = self.ask::<List<StockRow>>(call.query("storeIds", ids.join(","))).await?;
        let answers = rows.into_iter().filter(|(store, ..)| stores.contains(store));
        let answer = |(store, available, as_of)| (store, StockAnswer { goods: goods.clone(), available, as_of });
        Ok(answers.map(answer).collect())
    }

    /// Goods whose names have the words of a query.
    pub(crate) async fn goods(&self, token: &str, query: &str) -> Result<Vec<Goods>> {
        self.ask::<List<GoodsRow>>(Call::new("GET /app/v1/goods").token(token).query("query", query)).await
    }
}
