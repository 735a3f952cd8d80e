//! What a member does on the stores' screen, key by key: where to look, for what, and what a chosen store is asked for.
//!
//! Pure, as all of [`crate::model`], of which this is a part. What is asked of the core is a value, [`Asked`]: the terminal
//! asks it whenever it is another, and again when the answer may be another.

use jiff::civil::{Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use pocketcard::offers::OfferId;
use pocketcard::stores::{
    AttributeFilter, GoodsView, OpenWhen, Position, StockView, StoreAttribute, StoreFilter, StorePage, StoreRow,
    StoresPlace, StoresQuery, StoresView,
};
use pocketcard::types::{Goods, Screen, Timestamp};

use crate::model::{Act, Field, Model};
use crate::offers::beside;
use crate::phone::TIME_ZONE;

/// Where the phone is: on Alexanderplatz in Berlin, a short way from the till.
pub const HERE: Position = Position { latitude: 52.5206, longitude: 13.4098 };

/// The radii that can be chosen, in kilometres.
const RADII: [u32; 3] = [2, 10, 50];
/// Stores of one page of the list.
const PAGE: u32 = 20;
/// Of how many stores around it is asked whether they have something.
const ASKED_FOR_STOCK: u32 = 100;

/// What is on the stores' screen beside the core's answers.
#[derive(Clone, Debug)]
pub struct Stores {
    /// The phone tells where it is.
    pub locates: bool,
    /// The place that was typed in, in place of the phone's position.
    pub place: String,
    /// What is typed of a name, street or city.
    pub text: String,
    /// The product's name as far as it is typed.
    pub wanted: String,
    /// The product that stores are to have.
    pub goods: Option<Goods>,
    /// What else stores are filtered by.
    pub chips: Vec<Chip>,
    /// What is being chosen from.
    pub picker: Option<Picker>,
    /// How many stores come before the page that is shown.
    pub offset: u32,
    /// The store that is chosen in the list.
    pub chosen: Option<i64>,
    /// The store whose page is open.
    pub open: Option<Open>,
    /// What can be filtered by, as the last first page said.
    pub filters: Vec<StoreFilter>,
    /// The last answer, and to what.
    pub told: Option<(Asked, Result<Told, String>)>,
}

/// A store's page while it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Whose.
    pub store: i64,
    /// Lines that are out of sight above.
    pub above: u16,
}

/// A filter of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chip {
    /// Within so many kilometres.
    Within(u32),
    /// Open now.
    OpenNow,
    /// Open at this time.
    OpenAt(Timestamp),
    /// The member's favourites.
    Favourites,
    /// Where this offer applies; with its title.
    Offer(i64, String),
    /// Has this.
    Attribute(StoreAttribute),
}

/// What is chosen from in place of the list, and which of it is pointed at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picker {
    /// The row.
    pub at: usize,
    /// From what.
    pub from: Choice,
}

/// What there is to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Filters, with how many stores each attribute has.
    Chips(Vec<(Chip, Option<u32>)>),
    /// Products.
    Goods(GoodsView),
}

/// What the screen asks the core.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Which stores there are.
    List(Box<StoresQuery>),
    /// Which of them have a product.
    Stock(Goods, Box<StoresQuery>),
    /// The page of a store.
    Page(i64),
}

/// What the core says to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// The list.
    List(StoresView),
    /// Where the product is.
    Stock(StockView),
    /// The page; none where there is no such store.
    Page(Option<Box<StorePage>>),
}

impl Default for Stores {
    fn default() -> Self {
        Self {
            locates: true,
            place: String::new(),
            text: String::new(),
            wanted: String::new(),
            goods: None,
            chips: Vec::new(),
            picker: None,
            offset: 0,
            chosen: None,
            open: None,
            filters: Vec::new(),
            told: None,
        }
    }
}

impl Stores {
    /// What the screen asks for.
    pub fn asked(&self) -> Asked {
        if let Some(open) = self.open {
            return Asked::Page(open.store);
        }
        match &self.goods {
            Some(goods) => {
                let query = StoresQuery { offset: 0, limit: ASKED_FOR_STOCK, ..self.query() };
                Asked::Stock(goods.clone(), Box::new(query))
            }
            None => Asked::List(Box::new(self.query())),
        }
    }

    /// The answer to what the screen asks for, once it is there.
    pub fn answer(&self) -> Option<&Result<Told, String>> {
        self.told.as_ref().filter(|(asked, _)| *asked == self.asked()).map(|(_, told)| told)
    }

    /// The stores that are listed.
    pub fn rows(&self) -> Vec<&StoreRow> {
        match self.answer() {
            Some(Ok(Told::List(view))) => view.stores.iter().collect(),
            Some(Ok(Told::Stock(view))) => view.stores.iter().map(|row| &row.store).collect(),
            _ => Vec::new(),
        }
    }

    /// The page that is open.
    pub fn page(&self) -> Option<&StorePage> {
        match self.answer() {
            Some(Ok(Told::Page(Some(page)))) => Some(page),
            _ => None,
        }
    }

    /// There are more stores behind those that are listed.
    pub fn further(&self) -> bool {
        matches!(self.answer(), Some(Ok(Told::List(view))) if view.further)
    }

    /// The instant for which the list says what is open; none: now.
    pub fn open_at(&self) -> Option<Timestamp> {
        self.chips.iter().find_map(|chip| match chip {
            Chip::OpenAt(instant) => Some(*instant),
            _ => None,
        })
    }

    fn query(&self) -> StoresQuery {
        let mut query = StoresQuery { offset: self.offset, limit: PAGE, ..StoresQuery::default() };
        let mut radius_meters = None;
        for chip in &self.chips {
            match chip {
                Chip::Within(kilometers) => radius_meters = Some(f64::from(*kilometers) * 1_000.0),
                Chip::OpenNow => query.open = Some(OpenWhen::Now),
                Chip::OpenAt(instant) => query.open = Some(OpenWhen::At { instant: *instant }),
                Chip::Favourites => query.favourites = true,
                Chip::Offer(id, _) => query.offer = Some(*id),
                // Any of the values of one attribute.
                Chip::Attribute(StoreAttribute { name, value }) => {
                    if let Some(filter) = query.attributes.iter_mut().find(|filter| filter.name == *name) {
                        filter.values.push(value.clone());
                    } else {
                        query.attributes.push(AttributeFilter { name: name.clone(), values: vec![value.clone()] });
                    }
                }
            }
        }
        let text = |typed: &str| Some(typed.trim().to_owned()).filter(|text| !text.is_empty());
        query.text = text(&self.text);
        query.place = match text(&self.place) {
            Some(text) => Some(StoresPlace::Around { text, radius_meters }),
            None if self.locates => Some(StoresPlace::Near { position: HERE, radius_meters }),
            None => None,
        };
        query
    }

    /// Something else is asked for: the list begins at its beginning.
    pub(crate) fn begin_again(&mut self) {
        (self.offset, self.chosen) = (0, None);
    }

    /// What the core said.
    pub(crate) fn tell(&mut self, asked: Asked, told: Result<Told, String>) {
        // What was asked before that comes too late.
        if asked != self.asked() {
            return;
        }
        if let Ok(Told::List(view)) = &told
            && self.offset == 0
        {
            self.filters.clone_from(&view.filters);
        }
        self.told = Some((asked, told));
        if self.open.is_none() {
            let listed = self.rows().iter().any(|row| Some(row.id) == self.chosen);
            self.chosen = self.chosen.filter(|_| listed);
        }
    }

    fn toggle(&mut self, chip: Chip) {
        let was = self.chips.contains(&chip);
        // Of some kinds there is one at a time.
        self.chips.retain(|other| match (&chip, other) {
            (Chip::Within(_), Chip::Within(_))
            | (Chip::OpenNow | Chip::OpenAt(_), Chip::OpenNow | Chip::OpenAt(_))
            | (Chip::Offer(..), Chip::Offer(..)) => false,
            _ => chip != *other,
        });
        if !was {
            self.chips.push(chip);
        }
        self.begin_again();
    }
}

impl Picker {
    /// How many rows there are.
    fn rows(&self) -> usize {
        match &self.from {
            Choice::Chips(chips) => chips.len(),
            Choice::Goods(view) => view.goods.len(),
        }
    }
}

impl Model {
    /// What the terminal is to ask the core; nothing while the screen is another.
    pub fn asked(&self) -> Option<Asked> {
        (self.screen == Screen::Stores && self.views.is_some()).then(|| self.stores.asked())
    }

    /// The next or the previous of what is listed; on a store's page, down or up.
    pub(crate) fn choose_store(&mut self, forward: bool) {
        let stores = &mut self.stores;
        if let Some(picker) = &mut stores.picker {
            let last = picker.rows().saturating_sub(1);
            picker.at = if forward { (picker.at + 1).min(last) } else { picker.at.saturating_sub(1) };
        } else if let Some(open) = &mut stores.open {
            open.above = if forward { open.above.saturating_add(1) } else { open.above.saturating_sub(1) };
        } else {
            let all: Vec<i64> = stores.rows().iter().map(|row| row.id).collect();
            stores.chosen = beside(all, stores.chosen, forward);
        }
    }

    /// The next or the previous page of the list.
    pub(crate) fn turn_page(&mut self, forward: bool) {
        let stores = &mut self.stores;
        if stores.open.is_some() || (forward && !stores.further()) {
            return;
        }
        stores.offset = if forward { stores.offset + PAGE } else { stores.offset.saturating_sub(PAGE) };
        stores.chosen = None;
    }

    /// Shows what the list can be filtered by, or the list again.
    pub(crate) fn pick_filter(&mut self) {
        if self.stores.picker.take().is_some() {
            return;
        }
        self.stores.open = None;
        let mut chips = vec![(Chip::OpenNow, None)];
        chips.extend(times(self.now).into_iter().map(|instant| (Chip::OpenAt(instant), None)));
        chips.push((Chip::Favourites, None));
        chips.extend(RADII.map(|kilometers| (Chip::Within(kilometers), None)));
        let offers = self.views.as_ref().and_then(|views| views.offers.as_ref());
        chips.extend(offers.iter().flat_map(|offers| &offers.all.offers).filter_map(|offer| match offer.id {
            OfferId::Offer { id } => Some((Chip::Offer(id, offer.title.clone()), None)),
            OfferId::Coupon { .. } => None,
        }));
        let attributes = self.stores.filters.iter();
        chips.extend(attributes.map(|filter| (Chip::Attribute(filter.attribute.clone()), Some(filter.stores))));
        // A time that was chosen is an instant, and may not be one of those that would be offered now.
        let missing = self.stores.chips.iter().filter(|chosen| chips.iter().all(|(chip, _)| chip != *chosen));
        let missing: Vec<_> = missing.map(|chip| (chip.clone(), None)).collect();
        chips.splice(0..0, missing);
        self.stores.picker = Some(Picker { at: 0, from: Choice::Chips(chips) });
    }

    /// Enter on the stores' screen: takes what is pointed at, or opens the page of the chosen store.
    pub(crate) fn open_store(&mut self) -> Option<Act> {
        let stores = &mut self.stores;
        if let Some(picker) = &stores.picker {
            match &picker.from {
                Choice::Chips(chips) => {
                    let chip = chips.get(picker.at)?.0.clone();
                    stores.toggle(chip);
                }
                Choice::Goods(view) => {
                    stores.goods = view.goods.get(picker.at).cloned();
                    stores.picker = None;
                    stores.begin_again();
                }
            }
        } else if stores.open.is_none() {
            match stores.chosen {
                Some(store) => stores.open = Some(Open { store, above: 0 }),
                None => self.choose_store(true),
            }
        }
        None
    }

    /// Esc on the stores' screen: out of what is open, then without what was asked for, the last first.
    pub(crate) fn step_back(&mut self) {
        let stores = &mut self.stores;
        if stores.picker.take().is_some() || stores.open.take().is_some() {
            return;
        }
        if stores.goods.take().is_none() {
            let typed = [&mut stores.text, &mut stores.place].into_iter().find(|typed| !typed.is_empty());
            match typed {
                Some(typed) => typed.clear(),
                None => stores.chips.clear(),
            }
        }
        stores.begin_again();
    }

    /// Begins to type what stores are looked for by.
    pub(crate) fn type_store(&mut self, field: Field) {
        (self.stores.picker, self.stores.open) = (None, None);
        self.typing = Some(field);
    }

    /// The phone tells where it is, or no longer.
    pub(crate) fn locate(&mut self) {
        self.stores.locates = !self.stores.locates;
        self.stores.begin_again();
    }

    /// Makes the chosen store a favourite, or no longer.
    pub(crate) fn favour(&self) -> Option<Act> {
        let rows = self.stores.rows();
        let row = match self.stores.page() {
            Some(page) => Some(&page.store),
            None => rows.into_iter().find(|row| Some(row.id) == self.stores.chosen),
        };
        row.map(|row| Act::FavourStore(row.id, !row.favourite))
    }

    /// The member is in the store whose page is open, or has left it.
    pub(crate) fn enter_store(&self) -> Option<Act> {
        let page = self.stores.page()?;
        Some(Act::EnterStore((!page.current).then_some(page.store.id)))
    }

    /// The products of this name, to choose from.
    pub(crate) fn pick_goods(&mut self, found: GoodsView) {
        self.stores.picker = Some(Picker { at: 0, from: Choice::Goods(found) });
    }

    /// A link leads to the stores, or to one of them.
    pub(crate) fn lead_to_stores(&mut self, store: Option<i64>) {
        self.screen = Screen::Stores;
        (self.stores.picker, self.stores.open) = (None, store.map(|store| Open { store, above: 0 }));
    }
}

/// The times for which it can be asked what is open: this evening, and Sunday at noon, where the member is.
fn times(now: Timestamp) -> Vec<Timestamp> {
    const EVENING: Time = time(22, 0, 0, 0);
    const NOON: Time = time(12, 0, 0, 0);
    let here = now.to_zoned(TimeZone::get(TIME_ZONE).unwrap_or(TimeZone::UTC));
    let ahead = |days: i64, at: Time| {
        let day = here.date().checked_add(days.days()).ok()?;
        Some(day.to_datetime(at).to_zoned(here.time_zone().clone()).ok()?.timestamp())
    };
    let evening = ahead(0, EVENING).filter(|evening| *evening > now + SignedDuration::from_mins(1));
    let to_sunday = i64::from(here.weekday().until(Weekday::Sunday));
    let sunday = ahead(to_sunday, NOON).filter(|noon| *noon > now).or_else(|| ahead(to_sunday + 7, NOON));
    [evening.or_else(|| ahead(1, EVENING)), sunday].into_iter().flatten().collect()
}
