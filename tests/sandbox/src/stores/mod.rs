//! The stores: the chain that [`chain`] makes, what was changed of it since, and the deltas that tell of that.
//!
//! Most stores are nowhere but in the code: the database keeps those that differ, each with the revision of its last change. A
//! cursor is a revision of one chain in one year: holidays are the clock's year's, so with a new year all stores change.
//! What the stores have of the goods is in [`stock`].

pub(crate) mod chain;
pub(crate) mod stock;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use crate::database;
use crate::extract::short;
use crate::refusal::{Broken, Failure, Outcome, invalid, malformed, missing};
use chain::Chain;

/// The most that a test may give a store of one kind.
const MOST_ENTRIES: usize = 400;
/// The longest text of an hour, a zone, a symbology.
const MOST_TEXT: usize = 64;

/// A store, as the App API writes it and the database keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Store {
    pub(crate) id: i64,
    uid: String,
    title: String,
    brand_id: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    location: Location,
    /// Unknown, where there is none.
    schedule_model: Option<Week>,
    is_archived: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    contacts: Option<String>,
    additional_info: Vec<Attribute>,
    time_zone: Cow<'static, str>,
    /// The days that differ. In the database none stands for the country's holidays.
    exceptions: Option<Vec<Exception>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    till_symbology: Option<Cow<'static, str>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Location {
    id: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    latitude: f64,
    longitude: f64,
    city: City,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    street: Option<Cow<'static, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    house: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    building: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    office: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct City {
    id: i64,
    name: Cow<'static, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<Cow<'static, str>>,
}

/// The hours of a week. A day without any is closed, be it null or empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Week {
    #[serde(default)]
    mon: Day,
    #[serde(default)]
    tue: Day,
    #[serde(default)]
    wed: Day,
    #[serde(default)]
    thu: Day,
    #[serde(default)]
    fri: Day,
    #[serde(default)]
    sat: Day,
    #[serde(default)]
    sun: Day,
}

type Day = Option<Vec<Interval>>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Interval {
    from: Cow<'static, str>,
    to: Cow<'static, str>,
}

/// A date whose hours are these and not the week's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    date: Date,
    intervals: Vec<Interval>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attribute {
    name: Cow<'static, str>,
    value: Value,
}

/// The chain with what was changed of it.
#[derive(Debug)]
pub(crate) struct Catalogue {
    chain: Chain,
    changes: BTreeMap<i64, Changed>,
    revision: i64,
}

#[derive(Debug)]
struct Changed {
    revision: i64,
    /// None where the store is gone.
    store: Option<Store>,
}

impl Catalogue {
    /// The catalogue as it stands.
    pub(crate) fn read(tx: &Connection) -> Outcome<Self> {
        let mut query = tx.prepare_cached("SELECT store, revision, body FROM store_change")?;
        let mut rows = query.query([])?;
        let (mut changes, mut latest) = (BTreeMap::new(), 0);
        while let Some(row) = rows.next()? {
            let (id, revision): (i64, i64) = (row.get(0)?, row.get(1)?);
            let body: Option<String> = row.get(2)?;
            let store = body.map(|body| serde_json::from_str(&body)).transpose()?;
            changes.insert(id, Changed { revision, store });
            latest = latest.max(revision);
        }
        Ok(Self { chain: of(tx)?, changes, revision: latest })
    }

    /// The numbers of all stores, in their order.
    fn ids(&self) -> BTreeSet<i64> {
        let gone = |id: &i64| self.changes.get(id).is_some_and(|changed| changed.store.is_none());
        (1..=self.chain.count()).chain(self.changes.keys().copied()).filter(|id| !gone(id)).collect()
    }

    /// The store of this number, as the database would keep it.
    fn store(&self, id: i64) -> Option<Cow<'_, Store>> {
        match self.changes.get(&id) {
            Some(changed) => changed.store.as_ref().map(Cow::Borrowed),
            None => self.chain.store(id).map(Cow::Owned),
        }
    }

    /// The store of this number with its holidays of the clock's year.
    fn told(&self, id: i64, now: Timestamp) -> Option<Store> {
        let mut store = self.store(id)?.into_owned();
        if store.exceptions.is_none() {
            store.exceptions = Some(chain::exceptions(&store, year(now)));
        }
        Some(store)
    }

    /// Whether a till may stand there.
    pub(crate) fn has_till(&self, id: i64) -> bool {
        self.store(id).is_some_and(|store| !store.is_archived)
    }

    /// Where a store is or was, as the history tells it.
    pub(crate) fn location(&self, id: i64) -> Outcome<Option<Value>> {
        let Some(store) = self.store(id).or_else(|| self.chain.store(id).map(Cow::Owned)) else { return Ok(None) };
        let mut location = serde_json::to_value(&store.location)?;
        location["description"] = store.title.clone().into();
        Ok(Some(location))
    }

    /// What tells this state of the chain from every other.
    pub(crate) fn cursor(&self, now: Timestamp) -> String {
        format!("{}.{}.{}", self.chain.print(), year(now), self.revision)
    }

    /// The revision of a cursor of this chain and this year.
    fn revision_of(&self, cursor: &str, now: Timestamp) -> Option<i64> {
        let (before, revision) = cursor.rsplit_once('.')?;
        let revision: i64 = revision.parse().ok()?;
        let ours = self.cursor(now).rsplit_once('.').is_some_and(|(ours, _)| ours == before);
        (ours && (0..=self.revision).contains(&revision)).then_some(revision)
    }

    /// Whether a delta from this cursor on can be told.
    pub(crate) fn knows(&self, since: Option<&str>, now: Timestamp) -> bool {
        since.is_some_and(|since| self.revision_of(since, now).is_some())
    }

    /// What changed since this cursor, or everything where it is none that the platform knows. The answer's body.
    pub(crate) fn since(&self, since: Option<&str>, now: Timestamp) -> Outcome<String> {
        let known = since.and_then(|since| self.revision_of(since, now));
        let (stores, removed): (Vec<Store>, Vec<i64>) = match known {
            None => (self.ids().into_iter().filter_map(|id| self.told(id, now)).collect(), Vec::new()),
            Some(known) => {
                let new: Vec<_> = self.changes.iter().filter(|(_, changed)| changed.revision > known).collect();
                let gone = new.iter().filter(|(_, changed)| changed.store.is_none());
                let removed = gone.map(|(id, _)| **id).collect();
                (new.iter().filter_map(|(id, _)| self.told(**id, now)).collect(), removed)
            }
        };
        let answer = Answer { cursor: self.cursor(now), full: known.is_none(), stores, removed };
        Ok(serde_json::to_string(&answer)?)
    }

    /// A page of the stores, or of those with these numbers, as the Member API writes them.
    pub(crate) fn merchants(&self, only: Option<&BTreeSet<i64>>, from: usize, count: usize) -> Outcome<Value> {
        let wanted = |id: &i64| only.is_none_or(|only| only.contains(id));
        let page = self.ids().into_iter().filter(wanted).skip(from).take(count);
        let page: Vec<Value> =
            page.filter_map(|id| self.store(id)).map(|store| merchant(&store)).collect::<Result<_, _>>()?;
        Ok(if page.is_empty() { Value::Null } else { Value::Array(page) })
    }

    /// One store, as the Member API writes it.
    pub(crate) fn merchant(&self, id: i64) -> Outcome<Value> {
        let store = self.store(id).ok_or_else(unknown)?;
        merchant(&store)
    }

    fn existing(&self, id: i64) -> Outcome<Store> {
        Ok(self.store(id).ok_or_else(unknown)?.into_owned())
    }
}

#[derive(Serialize)]
struct Answer {
    cursor: String,
    full: bool,
    stores: Vec<Store>,
    removed: Vec<i64>,
}

/// What the extension adds is not the Member API's.
fn merchant(store: &Store) -> Outcome<Value> {
    let mut value = serde_json::to_value(store)?;
    if let Some(fields) = value.as_object_mut() {
        for own in ["timeZone", "exceptions", "tillSymbology"] {
            fields.remove(own);
        }
    }
    Ok(value)
}

/// The chain of this database.
fn of(tx: &Connection) -> Outcome<Chain> {
    let number = |name| -> Outcome<u64> {
        let text = database::setting(tx, name)?.unwrap_or_default();
        Ok(text.parse().map_err(|_| Broken::Impossible("a setting of the chain is no number"))?)
    };
    Ok(Chain::new(number("seed")?, number("stores")?))
}

fn year(now: Timestamp) -> i16 {
    now.to_zoned(TimeZone::UTC).year()
}

fn unknown() -> Failure {
    missing("StoreNotFound", "There is no such store.")
}

/// What a test changes of a store, or gives a new one. What is absent stays. Nothing is judged: hours as `25:00` are told to the
/// apps as they stand, to see what they make of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Change {
    title: Option<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    street: Option<String>,
    house: Option<String>,
    is_archived: Option<bool>,
    time_zone: Option<String>,
    /// Null: unknown.
    #[serde(default)]
    schedule_model: Field<Week>,
    /// Null: the country's holidays.
    #[serde(default)]
    exceptions: Field<Vec<Exception>>,
    /// Null: the programme's.
    #[serde(default)]
    till_symbology: Field<String>,
    /// In place of all attributes.
    additional_info: Option<Vec<Attribute>>,
    /// Attributes to set; null drops one.
    attributes: Option<Map<String, Value>>,
}

/// A change out of its JSON.
pub(crate) fn read_change(json: Value) -> Outcome<Change> {
    serde_json::from_value(json).map_err(|error| malformed(format!("This is no change of a store: {error}")))
}

/// A field that null unsets and that stays where it is absent.
#[derive(Debug, Default)]
enum Field<T> {
    #[default]
    Absent,
    Told(Option<T>),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        Option::deserialize(value).map(Self::Told)
    }
}

/// One store with its holidays, as the App API writes it.
pub(crate) fn one(tx: &Connection, id: i64, now: Timestamp) -> Outcome<Value> {
    Ok(serde_json::to_value(Catalogue::read(tx)?.told(id, now).ok_or_else(unknown)?)?)
}

/// Opens a store where this says, in the city that is nearest. Gives it.
pub(crate) fn open(tx: &Connection, change: Change, now: Timestamp) -> Outcome<Value> {
    let catalogue = Catalogue::read(tx)?;
    let latitude = change.latitude.ok_or_else(|| invalid("latitude", "It is missing."))?;
    let longitude = change.longitude.ok_or_else(|| invalid("longitude", "It is missing."))?;
    let last = catalogue.changes.keys().next_back().copied().unwrap_or(0).max(catalogue.chain.count());
    let store = catalogue.chain.opened(last + 1, latitude, longitude);
    let id = store.id;
    keep(tx, &catalogue, id, Some(&changed(store, change)?))?;
    one(tx, id, now)
}

/// Changes a store. Gives it.
pub(crate) fn change(tx: &Connection, id: i64, change: Change, now: Timestamp) -> Outcome<Value> {
    let catalogue = Catalogue::read(tx)?;
    let store = changed(catalogue.existing(id)?, change)?;
    keep(tx, &catalogue, id, Some(&store))?;
    one(tx, id, now)
}

/// Takes a store off the list, for good.
pub(crate) fn remove(tx: &Connection, id: i64) -> Outcome<()> {
    let catalogue = Catalogue::read(tx)?;
    catalogue.existing(id)?;
    keep(tx, &catalogue, id, None)
}

fn keep(tx: &Connection, catalogue: &Catalogue, id: i64, store: Option<&Store>) -> Outcome<()> {
    let body = store.map(serde_json::to_string).transpose()?;
    tx.execute(
        "INSERT INTO store_change (store, revision, body) VALUES (?1, ?2, ?3)
         ON CONFLICT (store) DO UPDATE SET revision = excluded.revision, body = excluded.body",
        params![id, catalogue.revision + 1, body],
    )?;
    Ok(())
}

fn changed(mut store: Store, change: Change) -> Outcome<Store> {
    let place = |field, degrees: f64| {
        // Out of range, too: the app must cope with it.
        if degrees.abs() <= 1_000.0 { Ok(degrees) } else { Err(invalid(field, "degrees")) }
    };
    if let Some(title) = change.title {
        store.title = short("title", &title, 200)?;
    }
    if let Some(latitude) = change.latitude {
        store.location.latitude = place("latitude", latitude)?;
    }
    if let Some(longitude) = change.longitude {
        store.location.longitude = place("longitude", longitude)?;
    }
    if let Some(street) = change.street {
        store.location.street = Some(short("street", &street, 200)?.into());
    }
    if let Some(house) = change.house {
        store.location.house = Some(short("house", &house, 20)?);
    }
    if let Some(archived) = change.is_archived {
        store.is_archived = archived;
    }
    if let Some(zone) = change.time_zone {
        store.time_zone = short("timeZone", &zone, MOST_TEXT)?.into();
    }
    if let Field::Told(week) = change.schedule_model {
        let days = |week: &Week| {
            [&week.mon, &week.tue, &week.wed, &week.thu, &week.fri, &week.sat, &week.sun].map(Clone::clone)
        };
        for intervals in week.iter().flat_map(days).flatten() {
            check_intervals("scheduleModel", &intervals)?;
        }
        store.schedule_model = week;
    }
    if let Field::Told(exceptions) = change.exceptions {
        let days = exceptions.as_deref().unwrap_or_default();
        few("exceptions", days.len())?;
        days.iter().try_for_each(|day| check_intervals("exceptions", &day.intervals))?;
        store.exceptions = exceptions;
    }
    if let Field::Told(symbology) = change.till_symbology {
        store.till_symbology =
            symbology.map(|name| short("tillSymbology", &name, MOST_TEXT)).transpose()?.map(Cow::from);
    }
    if let Some(attributes) = change.additional_info {
        store.additional_info = attributes;
    }
    for (name, value) in change.attributes.into_iter().flatten() {
        let at = store.additional_info.iter().position(|attribute| attribute.name == name);
        match (at, value) {
            (Some(at), Value::Null) => drop(store.additional_info.remove(at)),
            (Some(at), value) => store.additional_info[at].value = value,
            (None, Value::Null) => {}
            (None, value) => store.additional_info.push(Attribute { name: name.into(), value }),
        }
    }
    few("additionalInfo", store.additional_info.len())?;
    Ok(store)
}

fn check_intervals(field: &'static str, intervals: &[Interval]) -> Outcome<()> {
    few(field, intervals.len())?;
    let long = |text: &str| text.len() > MOST_TEXT;
    if intervals.iter().any(|interval| long(&interval.from) || long(&interval.to)) {
        return Err(invalid(field, format!("hours of at most {MOST_TEXT} bytes")));
    }
    Ok(())
}

fn few(field: &'static str, count: usize) -> Outcome<()> {
    if count > MOST_ENTRIES { Err(invalid(field, format!("at most {MOST_ENTRIES}"))) } else { Ok(()) }
}

/// The last whole chain that was told, as it was written.
#[derive(Debug, Default)]
pub(crate) struct LastTold(Mutex<Option<(String, Bytes)>>);

impl LastTold {
    /// The answer of this cursor, made by `write` where the last one was another's.
    pub(crate) fn get(&self, cursor: &str, write: impl FnOnce() -> Outcome<String>) -> Outcome<Bytes> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, body)) = last.as_ref().filter(|(known, _)| known == cursor) {
            return Ok(body.clone());
        }
        let body = Bytes::from(write()?);
        *last = Some((cursor.to_owned(), body.clone()));
        Ok(body)
    }
}

/// How many there are, for people.
pub(crate) fn summary(tx: &Connection) -> Outcome<String> {
    let catalogue = Catalogue::read(tx)?;
    Ok(format!("{} stores in {} cities", catalogue.ids().len(), catalogue.chain.cities()))
}

/// The brand, as the history tells it.
pub(crate) fn brand() -> Value {
    json!({ "id": chain::BRAND, "name": "Pocket Market" })
}

/// Reads whole numbers with commas between them.
pub(crate) fn numbers(field: &'static str, text: &str, most: usize) -> Outcome<BTreeSet<i64>> {
    let numbers: Option<BTreeSet<i64>> = text.split(',').map(|number| number.trim().parse().ok()).collect();
    numbers
        .filter(|numbers| numbers.len() <= most)
        .ok_or_else(|| invalid(field, format!("at most {most} numbers with commas between them")))
}
