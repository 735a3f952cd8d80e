//! The whole chain as blobs, which are searched as they are: nothing is built when they are read back.
//!
//! The first has the stores that lists show, in the order of their numbers, as columns: number, position, hours, attributes.
//! Hours and attributes are numbers of entries that many stores share; such an entry is unpacked when a search comes to it.
//! The rest of a store, which only the rows on screen need, is storage's. Attributes are ordered by how many stores have
//! them, and the 64 most frequent are each one bit of the masks by which the [`Index`], the second blob, skips whole regions.
//!
//! They are our own, but a disk may damage them: lengths are checked when they are read, and what points elsewhere within
//! them reads as nothing.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::hours::{Day, Hours, OpenInterval, OpenState};
use super::index::{Index, MapBox, Near};
use super::search::{Meant, Names, ONE_ERROR};
use super::{Applies, AttributeFilter, Candidate, Position, Store, StoreAttribute, StoreFilter, zone};

/// What stands between the names of a store, and after them.
const FIELD: char = '\0';
const RECORD: char = '\u{1}';

/// The words of what stores are called, or of where they are alone, of the blob of names. This takes a while, so it is made
/// when a text is first looked for.
pub(crate) fn names(blob: &[u8], titles: bool) -> Names {
    let records = std::str::from_utf8(blob).unwrap_or_default().split_terminator(RECORD).zip(0_u32..);
    Names::build(records.map(|(record, store)| (store, record.split(FIELD).skip(usize::from(!titles)))))
}

/// Says that a blob is one of these, in this form. One of another form is built anew from the stores.
const FORM: u32 = 0x5043_5301;

/// How many attributes have a bit of their own in the masks.
const MASKED: u32 = u64::BITS;

/// How many filters a screen is offered.
const MOST_FILTERS: usize = 64;

/// The columns, in their order.
#[derive(Clone, Copy)]
enum Column {
    Ids,
    Positions,
    Hours,
    /// Where a store's attributes begin, and one more.
    AttributeStarts,
    Attributes,
    /// Where the text of an attribute begins, and one more.
    PairStarts,
    /// How many stores have it.
    PairCounts,
    PairTexts,
    /// Where the bytes of hours begin, and one more.
    HoursStarts,
    HoursBytes,
}

const COLUMNS: usize = 10;

/// The chain, ready to be searched.
pub(crate) struct Catalogue {
    index: Index,
    bytes: Vec<u8>,
    columns: [Range<usize>; COLUMNS],
    count: u32,
}

/// What is kept of the chain, to be searched as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blobs {
    /// The columns.
    pub(crate) stores: Vec<u8>,
    /// Where the stores are.
    pub(crate) places: Vec<u8>,
    /// What they are called.
    pub(crate) names: Vec<u8>,
}

/// Makes the blobs of stores.
#[derive(Default)]
pub(crate) struct Builder {
    stores: Vec<Entry>,
    pairs: HashMap<StoreAttribute, u32>,
    pair_counts: Vec<u32>,
    hours: HashMap<Vec<u8>, u32>,
}

struct Entry {
    id: i64,
    position: Option<Position>,
    hours: u32,
    attributes: Vec<u32>,
    /// Title, city, street, house.
    names: [String; 4],
}

impl Builder {
    /// Takes one store. One that is archived is in no list, and so not in the blob.
    pub(crate) fn add(&mut self, store: &Store) {
        if store.detail.archived {
            return;
        }
        let mut attributes = Vec::with_capacity(store.listed.attributes.len());
        for attribute in &store.listed.attributes {
            let next = u32::try_from(self.pairs.len()).unwrap_or(u32::MAX);
            let pair = match self.pairs.get(attribute) {
                Some(&pair) => pair,
                None => *self.pairs.entry(attribute.clone()).or_insert(next),
            };
            if !attributes.contains(&pair) {
                attributes.push(pair);
            }
        }
        self.pair_counts.resize(self.pairs.len(), 0);
        for &pair in &attributes {
            if let Some(count) = self.pair_counts.get_mut(pair as usize) {
                *count += 1;
            }
        }
        let packed = pack(store.detail.zone.as_deref().unwrap_or_default(), &store.detail.hours);
        let next = u32::try_from(self.hours.len()).unwrap_or(u32::MAX);
        let hours = *self.hours.entry(packed).or_insert(next);
        let address = &store.listed.address;
        let names = [Some(&store.listed.title), address.city.as_ref(), address.street.as_ref(), address.house.as_ref()];
        let names = names.map(|name| name.map(|name| name.replace([FIELD, RECORD], " ")).unwrap_or_default());
        self.stores.push(Entry { id: store.id, position: store.listed.position, hours, attributes, names });
    }

    /// The blobs.
    pub(crate) fn finish(mut self) -> Blobs {
        self.stores.sort_unstable_by_key(|store| store.id);
        self.stores.dedup_by_key(|store| store.id);
        // The most frequent first; among equals by their text, so that equal chains make equal blobs.
        let mut pairs: Vec<_> = self.pairs.iter().collect();
        let count = |pair: u32| self.pair_counts.get(pair as usize).copied().unwrap_or_default();
        pairs.sort_unstable_by(|(a, at), (b, bt)| count(**bt).cmp(&count(**at)).then_with(|| a.cmp(b)));
        let mut renamed = vec![0_u32; pairs.len()];
        let mut columns: [Vec<u8>; COLUMNS] = Default::default();
        let [
            ids,
            positions,
            hours,
            attribute_starts,
            attributes,
            pair_starts,
            pair_counts,
            pair_texts,
            hours_starts,
            hours_bytes,
        ] = &mut columns;
        let put = |column: &mut Vec<u8>, value: u32| column.extend(value.to_le_bytes());
        for (&(attribute, &pair), place) in pairs.iter().zip(0_u32..) {
            if let Some(name) = renamed.get_mut(pair as usize) {
                *name = place;
            }
            put(pair_starts, length(pair_texts));
            put(pair_counts, count(pair));
            pair_texts.extend(attribute.name.as_bytes());
            pair_texts.push(0);
            pair_texts.extend(attribute.value.as_bytes());
        }
        put(pair_starts, length(pair_texts));
        let mut packed: Vec<_> = self.hours.iter().collect();
        packed.sort_unstable_by_key(|(_, place)| **place);
        for (packed, _) in packed {
            put(hours_starts, length(hours_bytes));
            hours_bytes.extend(packed);
        }
        put(hours_starts, length(hours_bytes));
        let mut places = Vec::with_capacity(self.stores.len());
        for (store, number) in self.stores.iter().zip(0_u32..) {
            ids.extend(store.id.to_le_bytes());
            let (latitude, longitude) = store
                .position
                .map_or((i32::MIN, i32::MIN), |position| (fixed(position.latitude), fixed(position.longitude)));
            positions.extend(latitude.to_le_bytes());
            positions.extend(longitude.to_le_bytes());
            put(hours, store.hours);
            put(attribute_starts, length(attributes) / 4);
            let mut own: Vec<u32> =
                store.attributes.iter().filter_map(|&pair| renamed.get(pair as usize).copied()).collect();
            own.sort_unstable();
            if let Some(position) = store.position {
                places.push((number, position, own.iter().fold(0, |mask, &pair| mask | bit(pair))));
            }
            for pair in own {
                put(attributes, pair);
            }
        }
        put(attribute_starts, length(attributes) / 4);
        let mut blob = Vec::with_capacity(64 + columns.iter().map(Vec::len).sum::<usize>());
        put(&mut blob, FORM);
        put(&mut blob, u32::try_from(self.stores.len()).unwrap_or(u32::MAX));
        for column in &columns {
            put(&mut blob, length(column));
        }
        for column in &columns {
            blob.extend(column);
        }
        let mut names = String::new();
        for store in &self.stores {
            names.push_str(&store.names.join("\0"));
            names.push(RECORD);
        }
        Blobs { stores: blob, places: Index::build(places).as_bytes().to_vec(), names: names.into_bytes() }
    }
}

/// The bit of an attribute in the masks, where it has one.
fn bit(pair: u32) -> u64 {
    if pair < MASKED { 1 << pair } else { 0 }
}

fn length(column: &[u8]) -> u32 {
    u32::try_from(column.len()).unwrap_or(u32::MAX)
}

/// Ten millionths of a degree: 11 mm at most.
#[expect(clippy::cast_possible_truncation, reason = "degrees are in range")]
fn fixed(degrees: f64) -> i32 {
    (degrees * 1e7).round() as i32
}

/// A zone and hours as bytes: the zone's name with its length before it, then days of intervals.
fn pack(zone: &str, hours: &Hours) -> Vec<u8> {
    // A longer name is that of no zone.
    let zone = if zone.len() <= 64 { zone } else { "?" };
    let mut packed = vec![u8::try_from(zone.len()).unwrap_or_default()];
    packed.extend(zone.as_bytes());
    packed.push(u8::from(hours.week.is_some()));
    for day in hours.week.iter().flatten() {
        pack_day(&mut packed, day);
    }
    for (date, day) in &hours.exceptions {
        packed.extend(date.year().to_le_bytes());
        packed.extend([date.month().unsigned_abs(), date.day().unsigned_abs()]);
        pack_day(&mut packed, day);
    }
    packed
}

fn pack_day(packed: &mut Vec<u8>, day: &Day) {
    // As many as a day can have fit; the highest bit says that it is unsure.
    let count = u8::try_from(day.intervals.len()).unwrap_or(0) & 0x7F;
    packed.push(count | u8::from(day.unsure) << 7);
    for interval in day.intervals.iter().take(usize::from(count)) {
        packed.extend(interval.from.to_le_bytes());
        packed.extend(interval.to.to_le_bytes());
    }
}

/// Reads what [`pack`] wrote, from the front on.
struct Packed<'a>(&'a [u8]);

impl<'a> Packed<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*taken)
    }

    fn zone(&mut self) -> Option<&'a str> {
        let [length] = self.take()?;
        let (name, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        std::str::from_utf8(name).ok()
    }

    fn hours(&mut self) -> Option<Hours> {
        let [known] = self.take()?;
        let mut hours = Hours::default();
        if known == 1 {
            let mut week: [Day; 7] = Default::default();
            for day in &mut week {
                *day = self.day()?;
            }
            hours.week = Some(week);
        }
        while !self.0.is_empty() {
            let year = i16::from_le_bytes(self.take()?);
            let [month, day] = self.take()?;
            let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
            hours.exceptions.insert(date, self.day()?);
        }
        Some(hours)
    }

    fn day(&mut self) -> Option<Day> {
        let [head] = self.take()?;
        let interval = |_| {
            let (from, to) = (u16::from_le_bytes(self.take()?), u16::from_le_bytes(self.take()?));
            Some(OpenInterval { from, to })
        };
        Some(Day { intervals: (0..head & 0x7F).map(interval).collect::<Option<_>>()?, unsure: head & 0x80 != 0 })
    }
}

/// In which order stores are looked for, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Order {
    /// By number; with a text, the best match first.
    Any,
    /// Nearest first, no farther than this.
    Near { position: Position, meters: Option<f64> },
    /// Within these edges, nearest to the middle first.
    Within { south: f64, west: f64, north: f64, east: f64 },
}

/// What is looked for.
pub(crate) struct Find<'a> {
    pub(crate) order: Order,
    /// Of each filter, the attributes of which a store must have one.
    pub(crate) attributes: Vec<Vec<u32>>,
    pub(crate) open_at: Option<Timestamp>,
    pub(crate) favourites: Option<&'a BTreeSet<i64>>,
    /// The stores that a text means, best first: no others.
    pub(crate) matches: Option<&'a [Meant]>,
    pub(crate) offer: Option<Applies<'a>>,
    pub(crate) offset: usize,
    pub(crate) limit: usize,
}

/// How far the stores of one typed place are apart at most.
const NEIGHBOURHOOD_METERS: f64 = 40_000.0;

impl Order {
    /// From where distances are told.
    pub(crate) fn middle(self) -> Option<Position> {
        match self {
            Self::Any => None,
            Self::Near { position, .. } => Some(position),
            Self::Within { south, west, north, east } => {
                let longitude = west + width(west, east) / 2.0;
                let longitude = if longitude > 180.0 { longitude - 360.0 } else { longitude };
                Position::new(south.midpoint(north), longitude)
            }
        }
    }
}

/// How many degrees it is from west to east, across the date line where that is the way.
fn width(west: f64, east: f64) -> f64 {
    if east >= west { east - west } else { east - west + 360.0 }
}

/// A position as a vector of length 1.
fn vector(position: Position) -> [f64; 3] {
    let (latitude, longitude) = (position.latitude.to_radians(), position.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
}

/// A store that was found, by its place in the blob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Hit {
    pub(crate) store: u32,
    pub(crate) meters: Option<f64>,
}

/// A page of what was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) stores: Vec<Hit>,
    /// There are more behind these.
    pub(crate) further: bool,
}

impl Catalogue {
    /// The chain in its blobs, of columns and of places; none where they are not of this form, or are damaged.
    pub(crate) fn read(bytes: Vec<u8>, places: Vec<u8>) -> Option<Self> {
        let word = |at: usize| Some(u32::from_le_bytes(bytes.get(at * 4..at * 4 + 4)?.try_into().ok()?));
        if word(0)? != FORM {
            return None;
        }
        let count = word(1)?;
        let mut end = (2 + COLUMNS) * 4;
        let mut columns: [Range<usize>; COLUMNS] = Default::default();
        for (column, place) in columns.iter_mut().zip(2..) {
            let start = end;
            end = start.checked_add(word(place)? as usize)?;
            *column = start..end;
        }
        let stores = count as usize;
        let lengths = [(Column::Ids, stores * 8), (Column::Positions, stores * 8), (Column::Hours, stores * 4)];
        let whole =
            lengths.iter().all(|&(column, length)| columns.get(column as usize).is_some_and(|at| at.len() == length));
        let index =
            Index::from_bytes(places).ok().filter(|index| whole && end == bytes.len() && index.len() <= stores)?;
        Some(Self { index, bytes, columns, count })
    }

    /// How many stores it has.
    #[cfg(test)]
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    fn column(&self, column: Column) -> &[u8] {
        self.columns.get(column as usize).and_then(|at| self.bytes.get(at.clone())).unwrap_or_default()
    }

    fn word(&self, column: Column, place: usize) -> Option<u32> {
        let bytes = self.column(column).get(place * 4..place * 4 + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    }

    /// The bytes of the entry at `place`, whose beginnings are in `starts`.
    fn entry(&self, starts: Column, texts: Column, place: usize) -> Option<&[u8]> {
        let (start, end) = (self.word(starts, place)?, self.word(starts, place + 1)?);
        self.column(texts).get(start as usize..end as usize)
    }

    /// The number of the store at a place.
    pub(crate) fn id(&self, store: u32) -> Option<i64> {
        let at = store as usize * 8;
        Some(i64::from_le_bytes(self.column(Column::Ids).get(at..at + 8)?.try_into().ok()?))
    }

    /// The place of the store of a number.
    fn place_of(&self, id: i64) -> Option<u32> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.id(middle)?.cmp(&id) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Where the store at a place is.
    fn position(&self, store: u32) -> Option<Position> {
        let at = store as usize * 8;
        let bytes: [u8; 8] = self.column(Column::Positions).get(at..at + 8)?.try_into().ok()?;
        let &[latitude, longitude] = bytes.as_chunks::<4>().0 else { return None };
        let (latitude, longitude) = (i32::from_le_bytes(latitude), i32::from_le_bytes(longitude));
        Position::new(f64::from(latitude) / 1e7, f64::from(longitude) / 1e7)
    }

    /// The attributes of the store at a place, most frequent first.
    fn attributes(&self, store: u32) -> impl Iterator<Item = u32> {
        let range = self
            .word(Column::AttributeStarts, store as usize)
            .zip(self.word(Column::AttributeStarts, store as usize + 1));
        let (start, end) = range.unwrap_or_default();
        (start..end).map_while(|at| self.word(Column::Attributes, at as usize))
    }

    /// What an attribute is.
    fn attribute(&self, pair: u32) -> Option<StoreAttribute> {
        let text = std::str::from_utf8(self.entry(Column::PairStarts, Column::PairTexts, pair as usize)?).ok()?;
        let (name, value) = text.split_once('\0')?;
        Some(StoreAttribute { name: name.to_owned(), value: value.to_owned() })
    }

    /// The attributes that a filter means. Names and values are held against each other as they are.
    pub(crate) fn values(&self, filter: &AttributeFilter) -> Vec<u32> {
        let pairs = (0_u32..).map_while(|pair| {
            let text = self.entry(Column::PairStarts, Column::PairTexts, pair as usize)?;
            let value = text.strip_prefix(filter.name.as_bytes()).and_then(|text| text.strip_prefix(b"\0"));
            let meant = value.is_some_and(|value| {
                filter.values.is_empty() || filter.values.iter().any(|wanted| wanted.as_bytes() == value)
            });
            Some((pair, meant))
        });
        pairs.filter_map(|(pair, meant)| meant.then_some(pair)).collect()
    }

    /// What stores can be filtered by, most frequent first.
    pub(crate) fn filters(&self) -> Vec<StoreFilter> {
        let filters = (0..MOST_FILTERS).map_while(|pair| {
            let stores = self.word(Column::PairCounts, pair)?;
            Some(StoreFilter { attribute: self.attribute(u32::try_from(pair).ok()?)?, stores })
        });
        filters.collect()
    }

    /// The name of the zone of the store at a place, where there is such a zone.
    pub(crate) fn zone_name(&self, store: u32) -> Option<String> {
        let name = self.packed(self.word(Column::Hours, store as usize)?)?.zone()?;
        zone(name).map(|_| name.to_owned())
    }

    fn packed(&self, hours: u32) -> Option<Packed<'_>> {
        self.entry(Column::HoursStarts, Column::HoursBytes, hours as usize).map(Packed)
    }

    /// Tells which stores are open at an instant.
    pub(crate) fn opens(&self, at: Timestamp) -> Opens<'_> {
        let hours = self.column(Column::HoursStarts).len() / 4;
        Opens { catalogue: self, at, known: RefCell::new(vec![None; hours]) }
    }

    /// The stores that are asked for.
    pub(crate) fn find(&self, find: &Find<'_>) -> Found {
        let opens = find.open_at.map(|at| self.opens(at));
        let by_place = find.matches.is_none() && find.favourites.is_none() && !matches!(find.order, Order::Any);
        // What a bit says, the index looks after.
        let (masked, others): (Vec<_>, Vec<_>) = find
            .attributes
            .iter()
            .partition(|wanted| by_place && matches!(wanted.as_slice(), [pair] if *pair < MASKED));
        let wanted = masked.into_iter().flatten().fold(0, |mask, &pair| mask | bit(pair));
        let accepts = |store: u32| {
            others.iter().all(|wanted| self.attributes(store).any(|pair| wanted.binary_search(&pair).is_ok()))
                && find.favourites.is_none_or(|own| self.id(store).is_some_and(|id| own.contains(&id)))
                && opens.as_ref().is_none_or(|opens| opens.is_open(store))
                && find.offer.is_none_or(|applies| self.candidate(store, applies))
        };
        if by_place {
            let most = find.limit.saturating_add(1);
            let found = match find.order {
                Order::Within { south, west, north, east } => {
                    self.index.within(&MapBox { south, west, north, east }, wanted, find.offset, most, accepts)
                }
                Order::Near { position: from, meters } => {
                    let within = meters.unwrap_or(f64::INFINITY);
                    self.index.nearest(&Near { from, within, wanted, skip: find.offset, most }, accepts)
                }
                Order::Any => Vec::new(),
            };
            let further = found.len() > find.limit;
            let hits = found.into_iter().take(find.limit);
            let stores = hits.map(|found| Hit { store: found.number, meters: Some(found.meters) }).collect();
            return Found { stores, further };
        }
        let end = find.offset.saturating_add(find.limit);
        // Where few stores can be meant at all, these are looked at, one by one.
        let few: Option<Vec<(u32, u32)>> = match (find.matches, find.favourites) {
            // Where fewer letters are wrong comes first, and of these the nearest.
            (Some(matches), _) => Some(matches.iter().map(|meant| (meant.score / ONE_ERROR, meant.number)).collect()),
            (None, Some(own)) => Some(own.iter().filter_map(|&id| Some((0, self.place_of(id)?))).collect()),
            (None, None) => None,
        };
        let mut hits: Vec<Hit> = if let Some(few) = few {
            let hit = |(errors, store)| Some((errors, self.hit(find.order, store).filter(|_| accepts(store))?));
            let mut hits: Vec<(u32, Hit)> = few.into_iter().filter_map(hit).collect();
            // Stable: without distances the order stays.
            hits.sort_by(|(errors, a), (more, b)| {
                let meters = |hit: &Hit| hit.meters.unwrap_or_default();
                errors.cmp(more).then_with(|| meters(a).total_cmp(&meters(b)))
            });
            hits.into_iter().map(|(_, hit)| hit).collect()
        } else {
            let stores = (0..self.count).filter(|&store| accepts(store)).take(end.saturating_add(1));
            stores.map(|store| Hit { store, meters: None }).collect()
        };
        let further = hits.len() > end;
        hits.truncate(end);
        Found { stores: hits.split_off(find.offset.min(hits.len())), further }
    }

    /// A store as a hit, where it is within what is asked for.
    fn hit(&self, order: Order, store: u32) -> Option<Hit> {
        let position = match order {
            Order::Any => return Some(Hit { store, meters: None }),
            Order::Near { .. } | Order::Within { .. } => self.position(store)?,
        };
        let meters = order.middle()?.meters_to(position);
        let within = match order {
            Order::Near { meters: most, .. } => most.is_none_or(|most| meters <= most),
            Order::Within { south, west, north, east } => {
                let inside = (position.longitude - west).rem_euclid(360.0) <= width(west, east);
                (south..=north).contains(&position.latitude) && inside
            }
            Order::Any => true,
        };
        within.then_some(Hit { store, meters: Some(meters) })
    }

    fn candidate(&self, store: u32, applies: Applies<'_>) -> bool {
        let Some(id) = self.id(store) else { return false };
        let attributes: Vec<_> = self.attributes(store).filter_map(|pair| self.attribute(pair)).collect();
        applies(&Candidate { id, attributes: &attributes })
    }

    /// The middle of the stores that a typed place means, given those whose city or street it names, best first: of the best
    /// one, and of those in its neighbourhood that are meant as well. Of a name that several cities share, it is the city of
    /// the store with the lowest number.
    pub(crate) fn middle(&self, matches: &[Meant]) -> Option<Position> {
        let best = matches.iter().find(|meant| self.position(meant.number).is_some())?.score;
        let meant = matches.iter().filter(|meant| meant.score == best);
        let mut positions = meant.filter_map(|meant| self.position(meant.number));
        let first = positions.next()?;
        let around = positions.filter(|position| position.meters_to(first) <= NEIGHBOURHOOD_METERS);
        // As vectors, so that the date line is nowhere special.
        let mut sum = vector(first);
        for position in around {
            sum.iter_mut().zip(vector(position)).for_each(|(sum, part)| *sum += part);
        }
        let [x, y, z] = sum;
        Position::new(z.atan2(x.hypot(y)).to_degrees(), y.atan2(x).to_degrees())
    }
}

/// Which stores are open at an instant: found once for all that have the same hours in the same zone.
pub(crate) struct Opens<'a> {
    catalogue: &'a Catalogue,
    at: Timestamp,
    known: RefCell<Vec<Option<OpenState>>>,
}

impl Opens<'_> {
    /// Whether the store at a place is open.
    pub(crate) fn state(&self, store: u32) -> OpenState {
        let Some(hours) = self.catalogue.word(Column::Hours, store as usize) else { return OpenState::Unknown };
        let mut known = self.known.borrow_mut();
        let Some(known) = known.get_mut(hours as usize) else { return OpenState::Unknown };
        known.get_or_insert_with(|| self.compute(hours).unwrap_or(OpenState::Unknown)).clone()
    }

    fn compute(&self, hours: u32) -> Option<OpenState> {
        let mut packed = self.catalogue.packed(hours)?;
        let zone: TimeZone = zone(packed.zone()?)?;
        Some(packed.hours()?.state(&zone, self.at))
    }

    fn is_open(&self, store: u32) -> bool {
        self.state(store).is_open()
    }
}
