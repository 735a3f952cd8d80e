//! Stores: where they are, when they are open, what they have, and which of them a member asks for.
//!
//! Pure: the catalogue, the instant and the place come in as arguments. Opening hours are in [`hours`], the whole chain as it
//! is searched in [`catalogue`], where the stores are in [`index`],
//! what a member means by what they type in [`search`].
//!
//! | What the platform says | How it is read |
//! | --- | --- |
//! | a position that is none, out of range, or 0, 0 | the store is kept and found by text, favourites and filters, never by place |
//! | an hour such as `25:00` | see [`hours`]: never taken for open |
//! | a zone that the IANA database has not | hours are not known |
//! | no zone at all (Loymax's API alone) | the nearest of the configured zones, else the member's own; the store says that it is assumed |
//! | a store that cannot be read | left as it was before, or out; the others stand |
//! | archived | has a page, and is in no list |

pub(crate) mod catalogue;
pub mod hours;
pub mod index;
pub mod position;
pub mod search;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod vectors;

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use self::catalogue::{Catalogue, Find, Found, Order};
use self::hours::{Hours, OpenState, StoreDay};
pub use self::position::Position;
use self::search::Meant;
use crate::card::Symbology;
use crate::error::{Error, FieldProblem, Rejection, RejectionKind, Result};
use crate::offers::rules::StoreFacts;
use crate::offers::{OfferStore, OfferView};
use crate::types::{Freshness, Goods, StaleReason, Timestamp};

/// The most stores of one page of a list.
pub const MOST_LISTED: u32 = 500;

/// How large the circle around a store is that tells the phone it is there. Below about 100 m phones are not sure.
const WATCHED_RADIUS_METERS: f64 = 150.0;

/// Where a store is, in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct StoreAddress {
    /// With its prefix where the platform has one.
    pub city: Option<String>,
    /// The street's name.
    pub street: Option<String>,
    /// The house's number.
    pub house: Option<String>,
    /// The building's number.
    pub building: Option<String>,
    /// The office or unit.
    pub office: Option<String>,
    /// What the platform adds, such as "in the station's hall".
    pub description: Option<String>,
}

/// What the programme says of a store, as `CustomTradeFormat` = `Hypermarket`. Values of other types are read as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, uniffi::Record)]
pub struct StoreAttribute {
    /// The platform's name for it.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A store as it is kept. What a list shows of it is apart from what its page adds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Store {
    pub(crate) id: i64,
    pub(crate) listed: Listed,
    pub(crate) detail: Detail,
}

/// What a list shows of a store.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listed {
    pub(crate) title: String,
    /// None where the store is nowhere that is known.
    pub(crate) position: Option<Position>,
    pub(crate) address: StoreAddress,
    pub(crate) attributes: Vec<StoreAttribute>,
}

/// What the page of a store adds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) description: Option<String>,
    /// The platform's id of the brand.
    pub(crate) brand: Option<String>,
    /// As the IANA database names it, or what the platform said that it has not.
    pub(crate) zone: Option<String>,
    /// The platform did not say the zone.
    pub(crate) zone_assumed: bool,
    pub(crate) hours: Hours,
    pub(crate) till: Option<Symbology>,
    pub(crate) contacts: Option<String>,
    /// Closed for good.
    pub(crate) archived: bool,
}

/// What the member says of stores. Kept on this phone, and gone with the member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnStores {
    pub(crate) favourites: BTreeSet<i64>,
}

/// The most favourites; nobody tells more apart.
const MOST_FAVOURITES: usize = 500;

impl OwnStores {
    /// What is beyond the most is not taken.
    pub(crate) fn set_favourite(&mut self, store: i64, favourite: bool) {
        if !favourite {
            self.favourites.remove(&store);
        } else if self.favourites.len() < MOST_FAVOURITES {
            self.favourites.insert(store);
        }
    }
}

/// The store that the member says they are in. Not kept: after a restart they may be anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CurrentStore {
    pub(crate) id: i64,
    /// What its tills read, where that is not what the programme's do.
    pub(crate) till: Option<Symbology>,
}

/// What changed of the chain.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Delta {
    /// What to ask for changes since, the next time; none where the platform has no deltas.
    pub(crate) cursor: Option<String>,
    /// These are all stores: they take the place of what is known.
    pub(crate) full: bool,
    /// New or changed, each whole.
    pub(crate) stores: Vec<Store>,
    /// Could not be read: stay as they were.
    pub(crate) unreadable: Vec<i64>,
    pub(crate) removed: Vec<i64>,
}

/// A zone, and where it is: for stores of which the platform does not say it.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct ZoneAt {
    /// As the IANA database names it: `Europe/Berlin`.
    pub name: String,
    /// A place in it, such as its largest city.
    pub position: Position,
}

/// The zone of a store of which the platform does not say it: the nearest of `zones`, else `own`.
pub(crate) fn assumed_zone(position: Option<Position>, zones: &[ZoneAt], own: &str) -> String {
    let nearest = position.and_then(|position| {
        zones.iter().min_by(|a, b| a.position.meters_to(position).total_cmp(&b.position.meters_to(position)))
    });
    nearest.map_or(own, |zone| &zone.name).to_owned()
}

/// A zone by its name; none where there is none of this name.
pub(crate) fn zone(name: &str) -> Option<TimeZone> {
    TimeZone::get(name).ok()
}

// What a member asks for.

/// Which stores a member asks for. What is set must all hold. Empty, it is the first page of all stores.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StoresQuery {
    /// Where; none: anywhere.
    #[uniffi(default = None)]
    pub place: Option<StoresPlace>,
    /// What a member typed of a name, street or city: case, accents and small mistakes are forgiven.
    #[uniffi(default = None)]
    pub text: Option<String>,
    /// By attributes.
    #[uniffi(default = [])]
    pub attributes: Vec<AttributeFilter>,
    /// Open when; stores whose hours are not known are left out.
    #[uniffi(default = None)]
    pub open: Option<OpenWhen>,
    /// The member's favourites alone.
    #[uniffi(default = false)]
    pub favourites: bool,
    /// Where this offer of the member's can be used, at whatever time. A store is in where the offer has conditions that
    /// this version cannot read.
    #[uniffi(default = None)]
    pub offer: Option<i64>,
    /// How many to skip: for further pages.
    #[uniffi(default = 0)]
    pub offset: u32,
    /// How many to give, 1 to 500; more are 500.
    #[uniffi(default = 20)]
    pub limit: u32,
}

/// Where to look for stores. A list is nearest first.
#[derive(Clone, Debug, PartialEq, uniffi::Enum)]
pub enum StoresPlace {
    /// Around a position.
    Near {
        /// Such as the member's.
        position: Position,
        /// No farther than this, above 0; none: however far.
        radius_meters: Option<f64>,
    },
    /// Around a place that was typed in. It is found offline, among the chain's own cities and streets: the middle of the
    /// stores that are there.
    Around {
        /// Such as a city, or a city and a street.
        text: String,
        /// No farther than this, above 0; none: however far.
        radius_meters: Option<f64>,
    },
    /// Within a map's edges, nearest to its middle first. Where `west` is east of `east`, it holds the date line.
    Box {
        /// The southern edge, in degrees.
        south: f64,
        /// The western edge, in degrees.
        west: f64,
        /// The northern edge, in degrees.
        north: f64,
        /// The eastern edge, in degrees.
        east: f64,
    },
}

/// Stores that have one of these values of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct AttributeFilter {
    /// The attribute's name.
    pub name: String,
    /// Any of these; none: whatever its value.
    pub values: Vec<String>,
}

/// When a store is to be open.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OpenWhen {
    /// Now.
    Now,
    /// At a given instant.
    At {
        /// Which.
        instant: Timestamp,
    },
}

// What a screen shows.

/// What the stores' screen shows.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StoresView {
    /// Those that were asked for. Nearest first where there is a place, with a text after those in which fewer letters of it
    /// would be wrong; without a place the best match of a text first.
    pub stores: Vec<StoreRow>,
    /// There are more behind these.
    pub further: bool,
    /// Why there is none.
    pub nothing: Option<NoStores>,
    /// The place from which distances are told: the one that was given, or where a typed one was found.
    pub around: Option<Position>,
    /// What can be filtered by, most frequent first, at most 64; on the first page alone.
    pub filters: Vec<StoreFilter>,
    /// How fresh the catalogue is.
    pub freshness: Freshness,
}

/// Why a list of stores is empty.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NoStores {
    /// The catalogue never came.
    NoCatalogue,
    /// The chain has no such place.
    UnknownPlace,
    /// No store has an attribute of this name, or of these values.
    UnknownAttribute {
        /// Its name.
        name: String,
    },
    /// The member has no favourites.
    NoFavourites,
    /// No store is all of what was asked for, or there is no such page.
    NoneMatches,
}

/// A value of an attribute that stores have.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoreFilter {
    /// Which.
    pub attribute: StoreAttribute,
    /// How many stores have it.
    pub stores: u32,
}

/// A store in a list.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StoreRow {
    /// The platform's number for it.
    pub id: i64,
    /// Its name.
    pub title: String,
    /// Where it is; none: nowhere that is known.
    pub position: Option<Position>,
    /// How far from the place that was asked about, along the earth's surface, in metres.
    pub distance_meters: Option<f64>,
    /// Whether it is open at the time that was asked about, by the phone's clock as corrected by the platform's.
    pub open: OpenState,
    /// The zone in which to show its times, as `Europe/Berlin`; none: not known.
    pub time_zone: Option<String>,
    /// Where it is, in words.
    pub address: StoreAddress,
    /// What the programme says of it.
    pub attributes: Vec<StoreAttribute>,
    /// It is one of the member's favourites.
    pub favourite: bool,
}

/// What the page of a store shows.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StorePage {
    /// What a list shows of it, without a distance.
    pub store: StoreRow,
    /// What the programme writes about it.
    pub description: Option<String>,
    /// The platform's id of its brand.
    pub brand: Option<String>,
    /// How to reach it.
    pub contacts: Option<String>,
    /// It is closed for good.
    pub archived: bool,
    /// The platform did not say its zone, so that it is the nearest one configured, or the member's own.
    pub time_zone_assumed: bool,
    /// This week from Monday on, today marked, days that differ in place; empty where its zone is not known.
    pub week: Vec<StoreDay>,
    /// The days from today on that differ.
    pub exceptions: Vec<StoreDay>,
    /// What its tills read, where that is not what the programme's do. The card follows it once the member is in the store.
    pub till: Option<Symbology>,
    /// The member says that they are in it.
    pub current: bool,
    /// What is known of goods in it, the last asked first.
    pub stock: Vec<StockAnswer>,
    /// The member's offers there: what applies now first, of the others why they do not.
    pub offers: Vec<OfferView>,
    /// How fresh the catalogue is.
    pub freshness: Freshness,
}

/// Goods by name.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct GoodsView {
    /// Those that the platform found; without a network, those that were asked about before.
    pub goods: Vec<Goods>,
    /// Why the platform did not answer, where it did not.
    pub missed: Option<StaleReason>,
}

/// Whether a store has something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct StockAnswer {
    /// What.
    pub goods: Goods,
    /// It has it.
    pub available: bool,
    /// When that was so, as the platform says.
    pub as_of: Timestamp,
}

/// Where something can be bought.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StockView {
    /// The stores that have it, nearest first.
    pub stores: Vec<StockRow>,
    /// So many of the stores around do not have it.
    pub without: u32,
    /// So many did not answer: whether they have it is not known.
    pub unknown: u32,
    /// Why there are no stores around at all.
    pub nothing: Option<NoStores>,
    /// Whether the answers are the platform's of now or the last ones known. Each row says how old it is.
    pub freshness: Freshness,
}

/// A store that has something.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct StockRow {
    /// Which.
    pub store: StoreRow,
    /// When it had it, as the platform says.
    pub as_of: Timestamp,
}

/// A store to watch, as a circle that the phone's system tells of when it is entered.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct WatchedStore {
    /// The platform's number for it.
    pub id: i64,
    /// Its name.
    pub title: String,
    /// The middle.
    pub position: Position,
    /// The circle's radius, in metres.
    pub radius_meters: f64,
}

/// What is known of stores for a view.
pub(crate) struct Known<'a> {
    /// None where the catalogue never came.
    pub(crate) catalogue: Option<&'a Catalogue>,
    /// The stores that the query's text means, best first.
    pub(crate) matches: Option<&'a [Meant]>,
    /// Where the query's typed place is.
    pub(crate) place: Option<Position>,
    pub(crate) own: &'a OwnStores,
    pub(crate) freshness: Freshness,
    pub(crate) now: Timestamp,
}

/// A store that a filter is asked about.
pub(crate) struct Candidate<'a> {
    pub(crate) id: i64,
    pub(crate) attributes: &'a [StoreAttribute],
}

/// Which of a chain's stores an offer applies in: by number, or by what the programme says of them.
pub(crate) type Applies<'a> = &'a dyn Fn(&Candidate<'_>) -> bool;

impl Default for StoresQuery {
    fn default() -> Self {
        Self {
            place: None,
            text: None,
            attributes: Vec::new(),
            open: None,
            favourites: false,
            offer: None,
            offset: 0,
            limit: 20,
        }
    }
}

impl StoresQuery {
    /// Refuses what nothing can be found by.
    ///
    /// # Errors
    /// [`Error::Rejected`] that names the field.
    pub(crate) fn check(&self) -> Result<()> {
        match &self.place {
            Some(StoresPlace::Near { position, radius_meters }) => {
                check_position(*position)?;
                check_radius(*radius_meters)?;
            }
            Some(StoresPlace::Around { radius_meters, .. }) => check_radius(*radius_meters)?,
            Some(StoresPlace::Box { south, west, north, east }) => {
                let edges = Position::new(*south, *west).zip(Position::new(*north, *east));
                if edges.is_none_or(|(first, second)| first.latitude > second.latitude) {
                    return Err(invalid("box"));
                }
            }
            None => {}
        }
        if self.limit == 0 {
            return Err(invalid("limit"));
        }
        Ok(())
    }
}

/// Refuses a position that is none.
pub(crate) fn check_position(position: Position) -> Result<()> {
    Position::new(position.latitude, position.longitude).map(|_| ()).ok_or_else(|| invalid("position"))
}

/// A radius that is infinite is none.
fn check_radius(radius: Option<f64>) -> Result<()> {
    // Not `radius <= 0`: a NaN is no radius either.
    if radius.is_none_or(|radius| radius > 0.0) { Ok(()) } else { Err(invalid("radius_meters")) }
}

/// What was asked for cannot be, for what is in a field.
pub(crate) fn invalid(field: &'static str) -> Error {
    let fields = vec![FieldProblem { field: field.to_owned(), texts: Vec::new() }];
    Error::Rejected(Rejection { kind: RejectionKind::Invalid, text: None, fields })
}

/// The stores that a query asks for, before their rows are read.
pub(crate) struct Hits {
    pub(crate) found: Found,
    pub(crate) nothing: Option<NoStores>,
    pub(crate) around: Option<Position>,
    /// When they are to be open, and are shown as open or not.
    pub(crate) at: Timestamp,
}

impl Hits {
    fn none(nothing: NoStores, at: Timestamp) -> Self {
        Self { found: Found::default(), nothing: Some(nothing), around: None, at }
    }
}

/// Finds what a query that was checked asks for.
pub(crate) fn find(known: &Known<'_>, query: &StoresQuery, offer: Option<Applies<'_>>) -> Hits {
    let at = match &query.open {
        Some(OpenWhen::At { instant }) => *instant,
        Some(OpenWhen::Now) | None => known.now,
    };
    let Some(catalogue) = known.catalogue else { return Hits::none(NoStores::NoCatalogue, at) };
    let mut find = Find {
        order: Order::Any,
        attributes: Vec::new(),
        open_at: query.open.as_ref().map(|_| at),
        favourites: None,
        matches: known.matches,
        offer,
        offset: query.offset as usize,
        limit: query.limit.min(MOST_LISTED) as usize,
    };
    if query.favourites {
        if known.own.favourites.is_empty() {
            return Hits::none(NoStores::NoFavourites, at);
        }
        find.favourites = Some(&known.own.favourites);
    }
    for filter in &query.attributes {
        let values = catalogue.values(filter);
        if values.is_empty() {
            return Hits::none(NoStores::UnknownAttribute { name: filter.name.clone() }, at);
        }
        find.attributes.push(values);
    }
    let mut around = None;
    match &query.place {
        None => {}
        Some(StoresPlace::Near { position, radius_meters }) => {
            around = Some(*position);
            find.order = Order::Near { position: *position, meters: *radius_meters };
        }
        Some(StoresPlace::Around { radius_meters, .. }) => {
            let Some(position) = known.place else { return Hits::none(NoStores::UnknownPlace, at) };
            around = Some(position);
            find.order = Order::Near { position, meters: *radius_meters };
        }
        Some(StoresPlace::Box { south, west, north, east }) => {
            find.order = Order::Within { south: *south, west: *west, north: *north, east: *east };
            around = find.order.middle();
        }
    }
    let found = catalogue.find(&find);
    let nothing = found.stores.is_empty().then_some(NoStores::NoneMatches);
    Hits { found, nothing, around, at }
}

/// What the stores' screen shows of `hits`, whose rows are `rows`, by number.
pub(crate) fn view(known: &Known<'_>, query: &StoresQuery, hits: Hits, mut rows: BTreeMap<i64, Listed>) -> StoresView {
    let stores = known.catalogue.map_or_else(Vec::new, |catalogue| {
        let opens = catalogue.opens(hits.at);
        let rows = hits.found.stores.iter().filter_map(|hit| {
            let id = catalogue.id(hit.store)?;
            // A row that cannot be read is left out.
            let listed = rows.remove(&id)?;
            Some(StoreRow {
                distance_meters: hit.meters,
                open: opens.state(hit.store),
                time_zone: catalogue.zone_name(hit.store),
                ..row(id, listed, known.own)
            })
        });
        rows.collect()
    });
    let filters = known.catalogue.filter(|_| query.offset == 0).map_or_else(Vec::new, Catalogue::filters);
    StoresView {
        stores,
        further: hits.found.further,
        nothing: hits.nothing,
        around: hits.around,
        filters,
        freshness: known.freshness.clone(),
    }
}

fn row(id: i64, listed: Listed, own: &OwnStores) -> StoreRow {
    StoreRow {
        id,
        title: listed.title,
        position: listed.position,
        distance_meters: None,
        open: OpenState::Unknown,
        time_zone: None,
        address: listed.address,
        attributes: listed.attributes,
        favourite: own.favourites.contains(&id),
    }
}

/// What the page of a store shows at `now`.
pub(crate) fn page(
    store: Store,
    own: &OwnStores,
    current: Option<CurrentStore>,
    stock: Vec<StockAnswer>,
    freshness: Freshness,
    now: Timestamp,
) -> StorePage {
    let Store { id, listed, detail } = store;
    let zone = detail.zone.as_deref().and_then(zone);
    let open = match &zone {
        // It does not open any more.
        _ if detail.archived => OpenState::Closed { opens_at: None },
        Some(zone) => detail.hours.state(zone, now),
        None => OpenState::Unknown,
    };
    let days = |days: fn(&Hours, &TimeZone, Timestamp) -> Vec<StoreDay>| {
        zone.as_ref().map_or_else(Vec::new, |zone| days(&detail.hours, zone, now))
    };
    StorePage {
        week: days(Hours::week),
        exceptions: days(Hours::ahead),
        store: StoreRow { open, time_zone: detail.zone.filter(|_| zone.is_some()), ..row(id, listed, own) },
        description: detail.description,
        brand: detail.brand,
        contacts: detail.contacts,
        archived: detail.archived,
        time_zone_assumed: detail.zone_assumed,
        till: detail.till,
        current: current.is_some_and(|current| current.id == id),
        stock,
        offers: Vec::new(),
        freshness,
    }
}

impl Candidate<'_> {
    /// The store as rules of offers see it, but for its hours.
    pub(crate) fn facts(&self) -> StoreFacts {
        let mut attributes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for StoreAttribute { name, value } in self.attributes {
            attributes.entry(name.clone()).or_default().push(value.clone());
        }
        StoreFacts { id: self.id, attributes, zone: TimeZone::UTC }
    }
}

impl StoreRow {
    /// The store as a query for offers names it; its times are the member's where its own zone is not known.
    pub(crate) fn for_offers(&self, own: &str) -> OfferStore {
        let facts = Candidate { id: self.id, attributes: &self.attributes }.facts();
        OfferStore {
            id: self.id,
            attributes: facts.attributes.into_iter().collect(),
            time_zone: self.time_zone.clone().unwrap_or_else(|| own.to_owned()),
        }
    }
}

/// Where goods can be bought: `around` is the list of stores that were asked about, nearest first, `answers` what is known
/// of them, by number.
pub(crate) fn stock_view(around: StoresView, answers: &BTreeMap<i64, StockAnswer>, freshness: Freshness) -> StockView {
    let mut view = StockView { stores: Vec::new(), without: 0, unknown: 0, nothing: around.nothing, freshness };
    for store in around.stores {
        match answers.get(&store.id) {
            Some(answer) if answer.available => view.stores.push(StockRow { store, as_of: answer.as_of }),
            Some(_) => view.without += 1,
            None => view.unknown += 1,
        }
    }
    view
}

/// The circles around `stores`.
pub(crate) fn watched(stores: StoresView) -> Vec<WatchedStore> {
    let watched = |store: StoreRow| {
        let position = store.position?;
        Some(WatchedStore { id: store.id, title: store.title, position, radius_meters: WATCHED_RADIUS_METERS })
    };
    stores.stores.into_iter().filter_map(watched).collect()
}
