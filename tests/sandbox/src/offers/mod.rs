//! Offers: whose they are by the sandbox's clock, who activated them, and what a purchase makes of them.
//!
//! Where and when one applies is the core's to say, in [`pocketcard::offers::rules`], as it is on the phone: see [`at_till`].
//! What offers there are is in [`mod@definitions`].

pub(crate) mod at_till;
pub(crate) mod definitions;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use pocketcard::offers::rules::{Benefit, Facts, Rules, StoreFacts, WhyNot};
use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};

use crate::clock::later;
use crate::members::{self, State};
use crate::programme::{self, GOODS};
use crate::pushes::{self, Push};
use crate::refusal::{Outcome, forbidden, missing};
use crate::stores::{self, Catalogue};
use crate::wire::{end, time, zoned};

use definitions::{Audience, Definition, Span, Who};

/// How long news of an offer are worth delivering.
pub(crate) const PUSH_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The most stores that are told of one offer.
const MOST_STORES: usize = 1_000;

/// An offer, as it is for one member.
#[derive(Debug)]
pub(crate) struct Offer {
    definition: Definition,
    rules: Rules,
    benefit: Benefit,
    activated: bool,
    uses_left: Option<u32>,
}

/// The offers that are a member's now, in the order of their numbers; those that are over or taken back, too, since a till
/// may be asked about them.
fn of_member(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Vec<Offer>> {
    let (who, zone) = (who(tx, member, now)?, programme::zone());
    let mut offers = Vec::new();
    for definition in definitions::all(tx)?.into_values() {
        if let Some(span) = definition.audience.has(&who, &zone, now) {
            offers.push(offer(tx, member, definition, span)?);
        }
    }
    Ok(offers)
}

fn offer(tx: &Connection, member: i64, definition: Definition, span: Span) -> Outcome<Offer> {
    // Next year's birthday is another one.
    let since = span.begin.map_or(i64::MIN, Timestamp::as_microsecond);
    let activated: bool = tx
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM offer_activation WHERE member = ?1 AND offer = ?2 AND at >= ?3)")?
        .query_row(params![member, definition.id, since], |row| row.get(0))?;
    let uses_left = match definition.uses {
        None => None,
        Some(most) => {
            let uses: u32 = tx
                .prepare_cached(
                    "SELECT count(*) FROM offer_use WHERE member = ?1 AND offer = ?2 AND at >= ?3 AND undone = 0",
                )?
                .query_row(params![member, definition.id, since], |row| row.get(0))?;
            Some(most.saturating_sub(uses))
        }
    };
    Ok(Offer { rules: definition.rules(span)?, benefit: definition.benefit()?, definition, activated, uses_left })
}

fn who(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Who> {
    let known = members::member(tx, member)?;
    let last: Option<i64> = tx.query_row(
        "SELECT max(at) FROM purchase WHERE member = ?1 AND at <= ?2",
        params![member, now.as_microsecond()],
        |row| row.get(0),
    )?;
    Ok(Who {
        member,
        known: known.state == State::Normal,
        birth_day: known.birth_day.and_then(|day| day.parse().ok()),
        last_purchase: last.map(crate::wire::instant),
        bought: members::bought(tx, member, now)?,
    })
}

impl Offer {
    fn id(&self) -> i64 {
        self.definition.id
    }

    /// Whether it applies, as the core says.
    fn applies(&self, facts: Facts<'_>) -> Result<(), WhyNot> {
        self.rules.applies(&facts.of_member(self.activated, self.uses_left))
    }

    /// It can be seen: it is neither over nor taken back.
    fn shown(&self, now: Timestamp) -> bool {
        !self.definition.gone(now) && self.rules.end.is_none_or(|end| now < end)
    }

    /// The offer, as the App API writes it.
    fn wire(&self) -> Value {
        let Definition { id, priority, title, description, version, personal, .. } = &self.definition;
        let instant = |at: Option<Timestamp>| at.map(|at| zoned(at.as_microsecond()));
        json!({
            "id": id,
            "version": version,
            "priority": priority,
            "title": title,
            "description": description,
            "shortDescription": self.definition.short_description,
            "imageUrl": self.definition.image_url,
            "begin": instant(self.rules.begin),
            "end": instant(self.rules.end),
            "revoked": instant(self.rules.revoked),
            "personal": personal,
            "logicalName": self.definition.logical_name,
            "activated": self.activated,
            "rules": self.rules_wire(),
        })
    }

    fn rules_wire(&self) -> Map<String, Value> {
        let mut rules = self.definition.rules.clone();
        if let Some(uses_left) = self.uses_left {
            rules.insert("usesLeft".to_owned(), uses_left.into());
        }
        rules
    }

    /// The offer, as the Member API writes it, which knows nothing of rules.
    fn plain(&self, stores: usize) -> Value {
        let Definition { id, priority, title, description, image_url, .. } = &self.definition;
        let micros = Timestamp::as_microsecond;
        let mut brand = stores::brand();
        brand["code"] = "POCKET".into();
        json!({
            "$type": "Loymax.Offer.OfferModel",
            "id": id,
            "priority": priority,
            "title": title,
            "description": description,
            "shortDescription": self.definition.short_description,
            "begin": time(self.rules.begin.map_or(0, micros)),
            "end": end(self.rules.end.into_iter().chain(self.rules.revoked).min().map(micros)),
            "brands": [brand],
            "images": image_url.iter().map(|url| json!({ "fileId": url, "description": title })).collect::<Vec<_>>(),
            "instructions": [],
            "merchantsCount": stores,
        })
    }

    /// What its rules say of stores, and nothing else.
    fn places(&self) -> Rules {
        let Rules { channels, store_attributes, store_ids, .. } = &self.rules;
        Rules {
            channels: *channels,
            store_attributes: store_attributes.clone(),
            store_ids: store_ids.clone(),
            ..Rules::default()
        }
    }
}

fn holds_in(places: &Rules, store: &StoreFacts, now: Timestamp) -> bool {
    places.applies(&Facts::in_store(store, now)).is_ok()
}

/// All offers of a member, as the App API writes them.
pub(crate) fn list(tx: &Connection, member: i64, now: Timestamp) -> Outcome<Value> {
    let offers = of_member(tx, member, now)?;
    let offers: Vec<Value> = offers.iter().filter(|offer| offer.shown(now)).map(Offer::wire).collect();
    Ok(json!({ "offers": offers }))
}

/// One offer of a member that can be seen.
fn one(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Offer> {
    let offers = of_member(tx, member, now)?;
    let found = offers.into_iter().find(|offer| offer.id() == id && offer.shown(now));
    found.ok_or_else(|| missing("OfferNotFound", "There is no such offer."))
}

/// The rules of one offer, as the App API writes them.
pub(crate) fn rules(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Value> {
    Ok(Value::Object(one(tx, member, id, now)?.rules_wire()))
}

/// Which offers the Member API is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// All of them.
    All,
    /// Everybody's.
    Original,
    /// Those made for the member.
    PersonalOffer,
    /// Favourite goods, which are no offers here.
    PersonalGoods,
}

/// A page of the offers of a member, as the Member API writes them; those of one store, if one is named.
pub(crate) fn page(
    tx: &Connection,
    member: i64,
    (kind, store): (Kind, Option<i64>),
    (from, count): (usize, usize),
    now: Timestamp,
) -> Outcome<Value> {
    let catalogue = Catalogue::read(tx)?;
    let store = match store {
        Some(id) => Some(catalogue.facts(id).ok_or_else(stores::unknown)?),
        None => None,
    };
    let wanted = |offer: &Offer| match kind {
        Kind::All => true,
        Kind::Original => !offer.definition.personal,
        Kind::PersonalOffer => offer.definition.personal,
        Kind::PersonalGoods => false,
    };
    let mut offers = of_member(tx, member, now)?;
    offers.retain(|offer| {
        offer.shown(now) && wanted(offer) && store.as_ref().is_none_or(|store| holds_in(&offer.places(), store, now))
    });
    let page: Vec<Offer> = offers.into_iter().skip(from).take(count).collect();
    let page: Vec<Value> =
        count_stores(&catalogue, &page, now).into_iter().zip(&page).map(|(n, offer)| offer.plain(n)).collect();
    Ok(if page.is_empty() { Value::Null } else { Value::Array(page) })
}

/// One offer, as the Member API writes it.
pub(crate) fn plain(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Value> {
    let offer = [one(tx, member, id, now)?];
    let stores = count_stores(&Catalogue::read(tx)?, &offer, now);
    Ok(offer[0].plain(stores[0]))
}

/// In how many stores each of these can be used. Each store is made once for all.
fn count_stores(catalogue: &Catalogue, offers: &[Offer], now: Timestamp) -> Vec<usize> {
    let places: Vec<Rules> = offers.iter().map(Offer::places).collect();
    let mut counts = vec![0; offers.len()];
    for store in catalogue.all_facts() {
        for (count, places) in counts.iter_mut().zip(&places) {
            *count += usize::from(holds_in(places, &store, now));
        }
    }
    counts
}

/// The stores in which an offer can be used, as the Member API writes them.
pub(crate) fn stores_of(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Value> {
    let places = one(tx, member, id, now)?.places();
    let catalogue = Catalogue::read(tx)?;
    let there = catalogue.all_facts().filter(|store| holds_in(&places, store, now)).take(MOST_STORES);
    let there: Vec<Value> = there.map(|store| catalogue.merchant(store.id)).collect::<Outcome<_>>()?;
    Ok(if there.is_empty() { Value::Null } else { Value::Array(there) })
}

/// The member activates an offer, or accepts one that is personal. Twice is as good as once.
pub(crate) fn accept(tx: &Connection, member: i64, logical_name: &str, now: Timestamp) -> Outcome<()> {
    members::complete(tx, member)?;
    let offer = named(tx, member, logical_name, now)?;
    // Said again, it is answered as it was the first time, be the offer over by now or not.
    if offer.activated {
        return Ok(());
    }
    if !offer.shown(now) {
        return Err(forbidden("OfferIsOver", "This offer is over."));
    }
    if offer.uses_left == Some(0) {
        return Err(forbidden("OfferUsedUp", "You have used this offer as often as you may."));
    }
    tx.execute(
        "INSERT INTO offer_activation (member, offer, at) VALUES (?1, ?2, ?3)
         ON CONFLICT (member, offer) DO UPDATE SET at = excluded.at",
        params![member, offer.id(), now.as_microsecond()],
    )?;
    Ok(())
}

/// The goods that a personal offer is about, as the Member API writes them.
pub(crate) fn contents(tx: &Connection, member: i64, logical_name: &str, now: Timestamp) -> Outcome<Value> {
    let offer = named(tx, member, logical_name, now)?;
    let about = |(id, _, _): &&(&str, &str, i64)| offer.definition.goods.iter().any(|goods| goods == id);
    let goods = GOODS.iter().filter(about).map(|(id, name, _)| json!({ "goodsId": id, "name": name }));
    Ok(Value::Array(goods.collect()))
}

fn named(tx: &Connection, member: i64, logical_name: &str, now: Timestamp) -> Outcome<Offer> {
    let offers = of_member(tx, member, now)?;
    let found = offers.into_iter().find(|offer| offer.definition.logical_name.as_deref() == Some(logical_name));
    found.ok_or_else(|| missing("OfferNotFound", "There is no such offer for you."))
}

/// Adds an offer, or replaces the one of the same number. Gives its number and version.
pub(crate) fn put(tx: &Connection, definition: Value) -> Outcome<Value> {
    let offer = definitions::put(tx, definition)?;
    Ok(json!({ "id": offer.id, "version": offer.version }))
}

/// All offers, as their authors wrote them.
pub(crate) fn definitions(tx: &Connection) -> Outcome<Value> {
    let written = |offer: &Definition| -> Outcome<Value> {
        let mut written = serde_json::to_value(offer)?;
        written["version"] = offer.version.into();
        Ok(written)
    };
    let offers: Vec<Value> = definitions::all(tx)?.values().map(written).collect::<Outcome<_>>()?;
    Ok(json!({ "offers": offers }))
}

/// The members who have an offer now.
pub(crate) fn audience(tx: &Connection, id: i64, now: Timestamp) -> Outcome<Vec<i64>> {
    let (offer, zone) = (definitions::one(tx, id)?, programme::zone());
    let mut having = Vec::new();
    for member in members::all(tx)? {
        if offer.audience == Audience::Everyone || offer.audience.has(&who(tx, member, now)?, &zone, now).is_some() {
            having.push(member);
        }
    }
    Ok(having)
}

/// Takes an offer back at this instant. Where that is no later than now, whoever has it hears of it, without words, unless
/// that is to be done quietly; of one that is later, the list of offers tells. Gives its version.
pub(crate) fn revoke(tx: &Connection, id: i64, at: Timestamp, quietly: bool, now: Timestamp) -> Outcome<Value> {
    let offer = definitions::one(tx, id)?;
    let version = offer.version + 1;
    let offer = definitions::keep(tx, Definition { revoked: Some(at), version, ..offer })?;
    if !quietly && at <= now {
        let push = Push {
            kind: "revoke".to_owned(),
            client_external_id: format!("offer-{id}"),
            version: Some(version),
            expires: Some(later(now, PUSH_LIFE)),
            link: Some("pocketcard://offers".to_owned()),
            payload: Some(json!({ "kind": "offer", "id": id })),
            ..Push::default()
        };
        for member in audience(tx, id, now)? {
            pushes::send(tx, member, &push, now)?;
        }
    }
    Ok(json!({ "id": offer.id, "version": offer.version }))
}

/// What a push about an offer says to a member: title, text, version and the offer itself. None where it is not theirs.
pub(crate) fn news(tx: &Connection, member: i64, id: i64, now: Timestamp) -> Outcome<Option<News>> {
    let found = of_member(tx, member, now)?.into_iter().find(|offer| offer.id() == id);
    Ok(found.map(|offer| News {
        title: offer.definition.title.clone(),
        body: offer.definition.short_description.clone().unwrap_or_else(|| offer.definition.description.clone()),
        image_url: offer.definition.image_url.clone(),
        version: offer.definition.version,
        offer: offer.wire(),
    }))
}

/// What a push about an offer says.
#[derive(Debug)]
pub(crate) struct News {
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) image_url: Option<String>,
    pub(crate) version: i64,
    pub(crate) offer: Value,
}

/// Where a member's day is, who says so; the programme's else.
fn zone_named(name: Option<&str>) -> Option<TimeZone> {
    name.map_or_else(|| Some(programme::zone()), |name| TimeZone::get(name).ok())
}

/// Whether all of a purchase came back.
fn is_back(tx: &Connection, purchase: &str) -> Outcome<bool> {
    let left: bool = tx.query_row(
        "SELECT EXISTS (SELECT 1 FROM purchase_item WHERE purchase = ?1 AND back_count < count)",
        [purchase],
        |row| row.get(0),
    )?;
    Ok(!left)
}
