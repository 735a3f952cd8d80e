//! Where and when an offer applies, and what it gives. The till applies offers by it, and the app tells the member.
//!
//! Pure. [`Rules`] are read once, from [`Words`]: days become bits, times minutes, so that hundreds are held against the
//! same [`Facts`] while a screen opens. The time in the store's zone is worked out once too, when the facts are made.
//!
//! A condition that cannot be read, or that this version does not know, never makes an offer apply: where all others
//! hold, the answer is [`WhyNot::LeftToPlatform`]; where one of them does not, that one is the answer.

use std::collections::BTreeMap;

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use rust_decimal::RoundingStrategy;
use serde::{Deserialize, Serialize};

use crate::types::{Decimal, Timestamp};

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// When and where an offer applies, for all members alike.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rules {
    /// It applies from this instant on; none: it always has.
    pub begin: Option<Timestamp>,
    /// It applies before this instant; none: there is no end.
    pub end: Option<Timestamp>,
    /// The programme takes it back at this instant.
    pub revoked: Option<Timestamp>,
    /// Where it can be used.
    pub channels: Channels,
    /// For each name, the store must have one of the values.
    pub store_attributes: BTreeMap<String, Vec<String>>,
    /// The stores where it applies, in order; empty: all.
    pub store_ids: Vec<i64>,
    /// On which days of the week, at what time; none: at any.
    pub schedule: Option<Schedule>,
    /// How it must be paid, each as the platform writes it; empty: in any way.
    pub payment_methods: Vec<String>,
    /// The member must activate it first.
    pub activation: bool,
    /// Conditions that could not be read, by their names on the wire.
    pub unread: Vec<String>,
}

/// Where offers are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum Channel {
    /// In the app and on the web.
    Online,
    /// In a store.
    Store,
}

/// A set of channels. With none in it, there is no restriction; an offer that names stores is for stores then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channels {
    /// [`Channel::Online`].
    pub online: bool,
    /// [`Channel::Store`].
    pub store: bool,
    /// One that this version does not know.
    pub other: bool,
}

/// Days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Days(u8);

/// The hours of some days of the week, in the store's zone; of online offers, in the member's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// The days on which the hours begin.
    pub days: Days,
    /// Minutes after midnight at which they begin, below 1440.
    pub from: u16,
    /// Minutes after midnight at which they end, at most 1440. Where that is not after `from`, it is on the day after:
    /// from 0 to 0 is round the clock.
    pub to: u16,
}

/// A store, as far as rules care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFacts {
    /// The platform's number for it.
    pub id: i64,
    /// Its attributes, each with one value or several.
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Its own.
    pub zone: TimeZone,
}

/// What an offer is held against: a purchase at a till, or one that the member thinks of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    channel: Channel,
    store: Option<&'a StoreFacts>,
    payment: Option<&'a str>,
    at: Timestamp,
    /// Days after Monday.
    day: u8,
    /// Minutes after midnight.
    minute: u16,
    activated: bool,
    uses_left: Option<u32>,
}

/// Why an offer does not apply.
///
/// Of several reasons the first in this order is told: from what nobody can change to what the member can.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Enum)]
pub enum WhyNot {
    /// The programme took it back.
    #[error("revoked")]
    Revoked,
    /// Its time is over.
    #[error("over")]
    Over,
    /// The member has used it as often as they may.
    #[error("used up")]
    UsedUp,
    /// Its time has not come.
    #[error("not before {from}")]
    NotYet {
        /// When it comes.
        from: Timestamp,
    },
    /// It is for another channel.
    #[error("for another channel")]
    OtherChannel,
    /// It is for other stores.
    #[error("for other stores")]
    OtherStore,
    /// It is for stores of another kind.
    #[error("for stores with another {attribute}")]
    StoreLacks {
        /// The attribute that the store has not, or with another value.
        attribute: String,
    },
    /// It is for other days of the week.
    #[error("on other days")]
    OtherDay,
    /// It is for another time of this day.
    #[error("from minute {from} to {to} of the day")]
    OtherTime {
        /// Minutes after midnight, in the store's zone.
        from: u16,
        /// Minutes after midnight, up to 1440; where that is not after `from`, on the day after.
        to: u16,
    },
    /// It must be paid in another way.
    #[error("for another way to pay")]
    OtherPayment,
    /// The member must activate it first.
    #[error("not activated")]
    NotActivated,
    /// It has conditions that this version cannot read: the till knows.
    #[error("left to the platform")]
    LeftToPlatform,
}

impl Channels {
    fn has(self, channel: Channel) -> bool {
        match channel {
            Channel::Online => self.online,
            Channel::Store => self.store,
        }
    }

    fn is_any(self) -> bool {
        self == Self::default()
    }
}

impl Days {
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// These days.
    pub fn new(days: impl IntoIterator<Item = Weekday>) -> Self {
        Self(days.into_iter().fold(0, |bits, day| bits | bit(day)))
    }

    /// Whether `day` is one of them.
    pub fn has(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }

    /// These, from Monday on.
    pub fn iter(self) -> impl Iterator<Item = Weekday> {
        Weekday::Monday.cycle_forward().take(7).filter(move |day| self.has(*day))
    }

    /// Whether the day so many days after a Monday is.
    fn has_offset(self, day: u8) -> bool {
        self.0 >> (day % 7) & 1 != 0
    }
}

fn bit(day: Weekday) -> u8 {
    1 << offset(day)
}

/// Days after Monday.
fn offset(day: Weekday) -> u8 {
    day.to_monday_zero_offset().unsigned_abs()
}

impl Schedule {
    /// Whether it is within the hours that begin on the day so many days after Monday, or on the day before.
    fn holds(self, day: u8, minute: u16) -> Result<(), WhyNot> {
        let Self { days, from, to } = self;
        let next_day = to <= from;
        let today = days.has_offset(day);
        if today && minute >= from && (next_day || minute < to) || next_day && minute < to && days.has_offset(day + 6) {
            return Ok(());
        }
        Err(if today { WhyNot::OtherTime { from, to } } else { WhyNot::OtherDay })
    }
}

impl<'a> Facts<'a> {
    /// A purchase online, by a member whose zone is `zone`.
    pub fn online(at: Timestamp, zone: &TimeZone) -> Self {
        Self::new(Channel::Online, None, at, zone)
    }

    /// A purchase in `store`.
    pub fn in_store(store: &'a StoreFacts, at: Timestamp) -> Self {
        Self::new(Channel::Store, Some(store), at, &store.zone)
    }

    /// A purchase in whatever store, near a member whose zone is `zone`: what rules say of stores is not asked.
    pub fn in_some_store(at: Timestamp, zone: &TimeZone) -> Self {
        Self::new(Channel::Store, None, at, zone)
    }

    fn new(channel: Channel, store: Option<&'a StoreFacts>, at: Timestamp, zone: &TimeZone) -> Self {
        let local = zone.to_datetime(at);
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let day = offset(local.weekday());
        Self { channel, store, payment: None, at, day, minute, activated: false, uses_left: None }
    }

    /// Paid by `method`, as the platform writes it. Where it is not said, what rules say of payment is not asked.
    #[must_use]
    pub fn paid_by(self, method: &'a str) -> Self {
        Self { payment: Some(method), ..self }
    }

    /// The next instant at which the clock on the wall there comes to the beginning or the end of the hours, or to midnight.
    pub(crate) fn next_edge(&self, schedule: Schedule) -> Option<Timestamp> {
        let minutes = [schedule.from, schedule.to, DAY].into_iter().filter(|edge| *edge > self.minute).min()?;
        let left = i64::from(minutes - self.minute) * 60 - self.at.as_second().rem_euclid(60);
        // Where the clocks change before that, it is looked at too early or an hour late, as a clock on a wall is.
        self.at.checked_add(jiff::SignedDuration::from_secs(left)).ok()
    }

    /// What the member has done about this offer: whether it is activated, and how many more times it may be used; none:
    /// as often as they like.
    #[must_use]
    pub fn of_member(self, activated: bool, uses_left: Option<u32>) -> Self {
        Self { activated, uses_left, ..self }
    }
}

impl Rules {
    /// Whether the offer applies.
    ///
    /// # Errors
    /// The first reason why not, in the order of [`WhyNot`].
    pub fn applies(&self, facts: &Facts<'_>) -> Result<(), WhyNot> {
        let Facts { channel, store, payment, at, day, minute, activated, uses_left } = *facts;
        if self.revoked.is_some_and(|revoked| at >= revoked) {
            return Err(WhyNot::Revoked);
        }
        if self.end.is_some_and(|end| at >= end) {
            return Err(WhyNot::Over);
        }
        if uses_left == Some(0) {
            return Err(WhyNot::UsedUp);
        }
        if let Some(from) = self.begin.filter(|begin| at < *begin) {
            return Err(WhyNot::NotYet { from });
        }
        let mut unread = !self.unread.is_empty();
        if !self.is_for(channel) {
            if !self.channels.other {
                return Err(WhyNot::OtherChannel);
            }
            unread = true;
        }
        // A purchase online is in no store.
        if let Some(store) = store.filter(|_| channel == Channel::Store) {
            self.holds_in(store)?;
        }
        if let Some(schedule) = self.schedule {
            schedule.holds(day, minute)?;
        }
        if payment.is_some_and(|payment| !self.takes(payment)) {
            return Err(WhyNot::OtherPayment);
        }
        if self.activation && !activated {
            return Err(WhyNot::NotActivated);
        }
        if unread { Err(WhyNot::LeftToPlatform) } else { Ok(()) }
    }

    /// Whether the offer can be used in a channel at all.
    pub fn is_for(&self, channel: Channel) -> bool {
        if self.channels.is_any() {
            return channel == Channel::Store || (self.store_ids.is_empty() && self.store_attributes.is_empty());
        }
        self.channels.has(channel)
    }

    /// Whether the offer is for the channel, the store and the payment of these facts, as far as those are known: at whatever
    /// time, for whomever.
    pub(crate) fn concerns(&self, facts: &Facts<'_>) -> bool {
        let store = facts.store.filter(|_| facts.channel == Channel::Store);
        (self.channels.other || self.is_for(facts.channel))
            && store.is_none_or(|store| self.holds_in(store).is_ok())
            && facts.payment.is_none_or(|payment| self.takes(payment))
    }

    /// Whether it can be paid by `method`, as the platform writes it.
    pub(crate) fn takes(&self, method: &str) -> bool {
        self.payment_methods.is_empty() || self.payment_methods.iter().any(|known| known == method)
    }

    fn holds_in(&self, store: &StoreFacts) -> Result<(), WhyNot> {
        if !self.store_ids.is_empty() && self.store_ids.binary_search(&store.id).is_err() {
            return Err(WhyNot::OtherStore);
        }
        let lacking = self.store_attributes.iter().find(|(name, values)| {
            let has = store.attributes.get(*name).map(Vec::as_slice).unwrap_or_default();
            !values.iter().any(|value| has.contains(value))
        });
        lacking.map_or(Ok(()), |(name, _)| Err(WhyNot::StoreLacks { attribute: name.clone() }))
    }
}

/// What an offer gives. Several at once add up; nothing: its texts say it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Benefit {
    /// So many hundredths off the price, above 0 and up to 100.
    pub discount_percent: Option<Decimal>,
    /// So many points, above 0, once for a purchase.
    pub points: Option<Decimal>,
    /// The points that a purchase earns become so many times as many; above 1.
    pub multiplier: Option<Decimal>,
}

/// What an offer gives on one purchase, beyond what the purchase brings without it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Off the price, in money, to two decimals.
    pub discount: Decimal,
    /// Points, to four decimals.
    pub points: Decimal,
}

impl Benefit {
    /// The benefit, without what none of it can be: a discount of 0 or of more than all, points taken away.
    #[must_use]
    pub fn sound(self) -> Self {
        let above = |least: Decimal| move |amount: &Decimal| *amount > least;
        Self {
            discount_percent: self
                .discount_percent
                .filter(above(Decimal::ZERO))
                .filter(|all| *all <= Decimal::ONE_HUNDRED),
            points: self.points.filter(above(Decimal::ZERO)),
            multiplier: self.multiplier.filter(above(Decimal::ONE)),
        }
    }

    /// What it gives on a purchase of `sum`, at least 0, which earns `points` without it. Halves are rounded away from 0.
    ///
    /// A refund takes back what its purchase was given, so it is not worked out here.
    pub fn on(&self, sum: Decimal, points: Decimal) -> Given {
        let sum = sum.max(Decimal::ZERO);
        let points = points.max(Decimal::ZERO);
        let rounded =
            |amount: Decimal, decimals| amount.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
        let discount = self.discount_percent.map_or(Decimal::ZERO, |percent| {
            // A hundredth moves the point, so no sum is too large for it.
            let share = percent.checked_mul(Decimal::new(1, 2)).unwrap_or(Decimal::ZERO);
            rounded(sum.saturating_mul(share), 2).min(sum)
        });
        let more = self.multiplier.map_or(Decimal::ZERO, |times| (times - Decimal::ONE).saturating_mul(points));
        let points = rounded(self.points.unwrap_or_default().saturating_add(more), 4);
        Given { discount, points }
    }
}

/// Rules in the App API's own words. What cannot be read of them is named in [`Rules::unread`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Words {
    /// `online`, `store`.
    pub channels: Vec<String>,
    /// Values by name.
    pub store_attributes: BTreeMap<String, Vec<String>>,
    /// Numbers of stores.
    pub store_ids: Vec<i64>,
    /// Days and hours.
    pub schedule: Option<ScheduleWords>,
    /// As `card`.
    pub payment_methods: Vec<String>,
    /// `none` or `required`; nothing is `none`.
    pub activation: Option<String>,
    /// Names of what could not even be read as words, and of conditions that are none of the above.
    pub unread: Vec<String>,
}

/// A schedule in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ScheduleWords {
    /// `mon` to `sun`; empty: every day.
    pub days: Vec<String>,
    /// As `18:00`; none: midnight.
    pub from: Option<String>,
    /// As `22:30` or `24:00`; none: the next midnight.
    pub to: Option<String>,
}

impl Words {
    /// The rules that are meant, without begin and end, which are the offer's own.
    pub fn read(self) -> Rules {
        let mut unread = self.unread;
        let mut channels = Channels::default();
        for channel in &self.channels {
            match channel.as_str() {
                "online" => channels.online = true,
                "store" => channels.store = true,
                _ => channels.other = true,
            }
        }
        let schedule = match self.schedule.map(|words| words.read()) {
            Some(None) => {
                unread.push("schedule".to_owned());
                None
            }
            schedule => schedule.flatten(),
        };
        let activation = match self.activation.as_deref() {
            None | Some("none") => false,
            Some("required") => true,
            Some(_) => {
                unread.push("activation".to_owned());
                false
            }
        };
        let mut store_ids = self.store_ids;
        store_ids.sort_unstable();
        store_ids.dedup();
        unread.sort_unstable();
        unread.dedup();
        Rules {
            channels,
            store_attributes: self.store_attributes,
            store_ids,
            schedule,
            payment_methods: self.payment_methods,
            activation,
            unread,
            ..Rules::default()
        }
    }
}

impl ScheduleWords {
    fn read(&self) -> Option<Schedule> {
        let days = if self.days.is_empty() {
            Days::ALL
        } else {
            Days::new(self.days.iter().map(|day| weekday(day)).collect::<Option<Vec<_>>>()?)
        };
        let from = self.from.as_deref().map_or(Some(0), minute_of_day).filter(|from| *from < DAY)?;
        let to = self.to.as_deref().map_or(Some(DAY), minute_of_day)?;
        Some(Schedule { days, from, to })
    }
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "mon" => Weekday::Monday,
        "tue" => Weekday::Tuesday,
        "wed" => Weekday::Wednesday,
        "thu" => Weekday::Thursday,
        "fri" => Weekday::Friday,
        "sat" => Weekday::Saturday,
        "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// `00:00` to `24:00` as minutes after midnight.
fn minute_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { text.parse::<u16>().ok() } else { None }
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    Some(hours * 60 + minutes).filter(|minute| minutes < 60 && *minute <= DAY)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::{Time, date};
    use proptest::prelude::*;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    /// A Saturday, at a time in Berlin.
    fn saturday(time: &str) -> Timestamp {
        let time: Time = time.parse().unwrap();
        date(2026, 11, 28).to_datetime(time).to_zoned(berlin()).unwrap().timestamp()
    }

    fn store(id: i64, format: &str) -> StoreFacts {
        let attributes = BTreeMap::from([("CustomTradeFormat".to_owned(), vec![format.to_owned()])]);
        StoreFacts { id, attributes, zone: berlin() }
    }

    fn words(days: &[&str], from: Option<&str>, to: Option<&str>) -> Rules {
        let owned = |text: &str| text.to_owned();
        let schedule = ScheduleWords {
            days: days.iter().map(|day| owned(day)).collect(),
            from: from.map(owned),
            to: to.map(owned),
        };
        Words { schedule: Some(schedule), ..Words::default() }.read()
    }

    #[test]
    fn begin_belongs_to_it_and_end_does_not() {
        let (begin, end) = (saturday("10:00"), saturday("11:00"));
        let rules = Rules { begin: Some(begin), end: Some(end), ..Rules::default() };
        let at = |time: &str| rules.applies(&Facts::online(saturday(time), &berlin()));
        assert_eq!(at("09:59:59"), Err(WhyNot::NotYet { from: begin }));
        assert_eq!((at("10:00"), at("10:59:59")), (Ok(()), Ok(())));
        assert_eq!(at("11:00"), Err(WhyNot::Over));
        let rules = Rules { revoked: Some(saturday("10:30")), ..rules };
        let at = |time: &str| rules.applies(&Facts::online(saturday(time), &berlin()));
        assert_eq!((at("10:29:59"), at("10:30"), at("12:00")), (Ok(()), Err(WhyNot::Revoked), Err(WhyNot::Revoked)));
    }

    #[test]
    fn a_store_needs_one_of_the_values_for_each_name() {
        let attributes = BTreeMap::from([
            ("CustomTradeFormat".to_owned(), vec!["Hypermarket".to_owned(), "Supermarket".to_owned()]),
            ("Pharmacy".to_owned(), vec!["true".to_owned()]),
        ]);
        let rules = Rules { store_attributes: attributes, ..Rules::default() };
        let mut hyper = store(1, "Hypermarket");
        let now = saturday("12:00");
        let lacks = |attribute: &str| Err(WhyNot::StoreLacks { attribute: attribute.to_owned() });
        assert_eq!(rules.applies(&Facts::in_store(&hyper, now)), lacks("Pharmacy"));
        hyper.attributes.insert("Pharmacy".to_owned(), vec!["false".to_owned(), "true".to_owned()]);
        assert_eq!(rules.applies(&Facts::in_store(&hyper, now)), Ok(()));
        assert_eq!(rules.applies(&Facts::in_store(&store(1, "Kiosk"), now)), lacks("CustomTradeFormat"));
        assert_eq!(rules.applies(&Facts::in_some_store(now, &berlin())), Ok(()), "some stores do");
        assert_eq!(rules.applies(&Facts::online(now, &berlin())), Err(WhyNot::OtherChannel), "it names stores");
        let both = Channels { online: true, store: true, other: false };
        let rules = Rules { channels: both, ..rules };
        assert_eq!(rules.applies(&Facts::online(now, &berlin())), Ok(()), "what it says of stores is for stores");
        let none = BTreeMap::from([("Pharmacy".to_owned(), Vec::new())]);
        let rules = Rules { store_attributes: none, ..Rules::default() };
        assert_eq!(rules.applies(&Facts::in_store(&hyper, now)), lacks("Pharmacy"), "no value will do");
    }

    #[test]
    fn a_list_of_stores_is_the_whole_of_it() {
        let rules = Words { store_ids: vec![30, 7, 7, 12], ..Words::default() }.read();
        for (id, expected) in [(7, Ok(())), (12, Ok(())), (30, Ok(())), (8, Err(WhyNot::OtherStore))] {
            assert_eq!(rules.applies(&Facts::in_store(&store(id, "Kiosk"), saturday("12:00"))), expected, "{id}");
        }
    }

    #[test]
    fn hours_past_midnight_are_of_the_day_on_which_they_begin() {
        let rules = words(&["fri", "sun"], Some("22:00"), Some("02:00"));
        let at = |time: &str| rules.applies(&Facts::online(saturday(time), &berlin()));
        assert_eq!((at("00:00"), at("01:59:59")), (Ok(()), Ok(())), "Friday's");
        assert_eq!((at("02:00"), at("22:00")), (Err(WhyNot::OtherDay), Err(WhyNot::OtherDay)));
        let sunday = |time: &str| {
            let at = saturday(time).to_zoned(berlin()).checked_add(1.day()).unwrap().timestamp();
            rules.applies(&Facts::online(at, &berlin()))
        };
        let hours = WhyNot::OtherTime { from: 22 * 60, to: 2 * 60 };
        assert_eq!((sunday("01:00"), sunday("22:00")), (Err(hours), Ok(())));
    }

    #[test]
    fn the_day_is_the_stores_own() {
        let rules = words(&["sat"], None, None);
        let in_zone = |zone: &str, at| {
            let store = StoreFacts { zone: TimeZone::get(zone).unwrap(), ..store(1, "Kiosk") };
            rules.applies(&Facts::in_store(&store, at))
        };
        let late = saturday("23:30");
        assert_eq!(in_zone("Europe/Berlin", late), Ok(()));
        assert_eq!(in_zone("Europe/Moscow", late), Err(WhyNot::OtherDay));
        assert_eq!(in_zone("America/New_York", late), Ok(()));
    }

    #[test]
    fn what_cannot_be_read_never_applies_and_hides_no_other_reason() {
        let kiosk = Words { channels: vec!["kiosk".to_owned()], ..Words::default() }.read();
        let club = Words { activation: Some("ifClubMember".to_owned()), ..Words::default() }.read();
        let more = Words { unread: vec!["minimumAmount".to_owned()], ..Words::default() }.read();
        let odd = [
            kiosk,
            club,
            more,
            words(&["sat", "holiday"], None, None),
            words(&[], Some("24:00"), None),
            words(&[], Some("10:60"), None),
            words(&[], Some("1:30"), None),
            words(&[], None, Some("24:01")),
            words(&[], None, Some("+1:00")),
            words(&[], None, Some("")),
        ];
        for rules in odd {
            let facts = Facts::online(saturday("12:00"), &berlin());
            assert_eq!(rules.applies(&facts), Err(WhyNot::LeftToPlatform), "{rules:?}");
            assert_eq!(rules.applies(&facts.of_member(true, Some(0))), Err(WhyNot::UsedUp));
        }
        let both = Words { channels: vec!["kiosk".to_owned(), "store".to_owned()], ..Words::default() }.read();
        assert_eq!(both.applies(&Facts::in_some_store(saturday("12:00"), &berlin())), Ok(()), "this one is known");
    }

    #[test]
    fn payment_counts_where_it_is_known() {
        let rules = Rules { payment_methods: vec!["card".to_owned(), "wallet".to_owned()], ..Rules::default() };
        let facts = Facts::online(saturday("12:00"), &berlin());
        assert_eq!(rules.applies(&facts), Ok(()));
        assert_eq!(rules.applies(&facts.paid_by("wallet")), Ok(()));
        assert_eq!(rules.applies(&facts.paid_by("cash")), Err(WhyNot::OtherPayment));
    }

    #[test]
    fn what_the_member_can_change_is_told_last() {
        let rules = Rules { activation: true, payment_methods: vec!["card".to_owned()], ..Rules::default() };
        let facts = Facts::online(saturday("12:00"), &berlin());
        assert_eq!(rules.applies(&facts.paid_by("cash")), Err(WhyNot::OtherPayment));
        assert_eq!(rules.applies(&facts.paid_by("card")), Err(WhyNot::NotActivated));
        assert_eq!(rules.applies(&facts.of_member(true, None)), Ok(()));
        assert_eq!(rules.applies(&facts.of_member(true, Some(0))), Err(WhyNot::UsedUp));
    }

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn benefits_are_exact() {
        let percent = |percent: &str| Benefit { discount_percent: Some(decimal(percent)), ..Benefit::default() };
        for (benefit, sum, discount) in [
            (percent("10"), "19.99", "2.00"),
            (percent("10"), "0.05", "0.01"),
            (percent("12.5"), "100", "12.5"),
            (percent("100"), "7.77", "7.77"),
            (percent("10"), "-20", "0"),
            (percent("100"), "79228162514264337593543950335", "79228162514264337593543950335"),
            (Benefit::default(), "100", "0"),
        ] {
            assert_eq!(benefit.on(decimal(sum), Decimal::ZERO).discount, decimal(discount), "{benefit:?} of {sum}");
        }
        let points = Benefit { points: Some(100.into()), ..Benefit::default() };
        assert_eq!(points.on(Decimal::ZERO, 5.into()).points, 100.into());
        let double = Benefit { multiplier: Some(2.into()), ..points };
        assert_eq!(double.on(Decimal::ZERO, decimal("19.99")).points, decimal("119.99"));
        let half = Benefit { multiplier: Some(decimal("1.5")), ..Benefit::default() };
        assert_eq!(half.on(Decimal::ZERO, decimal("0.0001")).points, decimal("0.0001"));
    }

    #[test]
    fn what_would_take_away_is_no_benefit() {
        let odd = Benefit {
            discount_percent: Some(decimal("100.01")),
            points: Some(decimal("-5")),
            multiplier: Some(Decimal::ONE),
        };
        assert_eq!(odd.sound(), Benefit::default());
        let sound = Benefit {
            discount_percent: Some(100.into()),
            points: Some(decimal("0.1")),
            multiplier: Some(decimal("1.01")),
        };
        assert_eq!(sound.clone().sound(), sound);
    }

    /// Whether a local time is within a schedule, told by calendar days rather than by bits and minutes.
    fn within(schedule: Schedule, at: Timestamp, zone: &TimeZone) -> bool {
        let now = zone.to_datetime(at);
        let midnight = |day: jiff::civil::Date, minutes: u16| day.at(0, 0, 0, 0) + i64::from(minutes).minutes();
        [now.date().yesterday().unwrap(), now.date()].into_iter().any(|day| {
            let to = if schedule.to <= schedule.from { schedule.to + DAY } else { schedule.to };
            let hours = midnight(day, schedule.from)..midnight(day, to);
            schedule.days.has(day.weekday()) && hours.contains(&now)
        })
    }

    fn schedules() -> impl Strategy<Value = Schedule> {
        (0_u8..128, 0..DAY, 0..=DAY).prop_map(|(days, from, to)| Schedule { days: Days(days), from, to })
    }

    prop_compose! {
        fn channels()(online in any::<bool>(), store in any::<bool>(), other in any::<bool>()) -> Channels {
            Channels { online, store, other }
        }
    }

    prop_compose! {
        fn some_rules()(
            times in [proptest::option::of(0_i64..40), proptest::option::of(0_i64..40), proptest::option::of(0_i64..40)],
            channels in channels(),
            values in proptest::option::of(0_u8..3),
            store_ids in proptest::collection::vec(0_i64..4, 0..3),
            schedule in proptest::option::of(schedules()),
            payment in proptest::option::of(0_u8..2),
            activation in any::<bool>(),
            unread in any::<bool>(),
        ) -> Rules {
            let [begin, end, revoked] = times.map(|hours| hours.map(|hours| saturday("00:00") + hours.hours()));
            let attributes = values.map(|value| ("Format".to_owned(), vec![value.to_string()]));
            Rules {
                begin, end, revoked, schedule, activation,
                store_attributes: attributes.into_iter().collect(),
                payment_methods: payment.map(|method| method.to_string()).into_iter().collect(),
                unread: if unread { vec!["odd".to_owned()] } else { Vec::new() },
                ..Words { store_ids, ..Words::default() }.read()
            }.with(channels)
        }
    }

    impl Rules {
        fn with(self, channels: Channels) -> Self {
            Self { channels, ..self }
        }
    }

    proptest! {
        #[test]
        fn hours_are_those_of_the_calendar(
            schedule in schedules(),
            seconds in 0_i64..400 * 24 * 3600,
            zone in proptest::sample::select(vec!["Europe/Berlin", "UTC", "America/St_Johns", "Pacific/Apia"]),
        ) {
            let (at, zone) = (Timestamp::from_second(1_780_000_000 + seconds).unwrap(), TimeZone::get(zone).unwrap());
            let rules = Rules { schedule: Some(schedule), ..Rules::default() };
            prop_assert_eq!(rules.applies(&Facts::online(at, &zone)).is_ok(), within(schedule, at, &zone));
        }

        /// Each condition alone says yes or no; together, the first no in the stated order is the answer.
        #[test]
        fn the_first_reason_is_told(
            rules in some_rules(),
            hour in 0_i64..40,
            (id, format) in (0_i64..4, 0_u8..3),
            (online, known_store) in (any::<bool>(), any::<bool>()),
            payment in proptest::option::of(0_u8..2),
            (activated, uses_left) in (any::<bool>(), proptest::option::of(0_u32..2)),
        ) {
            let attributes = BTreeMap::from([("Format".to_owned(), vec![format.to_string()])]);
            let store = StoreFacts { id, attributes, zone: berlin() };
            let at = saturday("00:00") + hour.hours();
            let payment = payment.map(|method| method.to_string());
            let facts = match (online, known_store) {
                (true, _) => Facts::online(at, &berlin()),
                (_, true) => Facts::in_store(&store, at),
                _ => Facts::in_some_store(at, &berlin()),
            };
            let facts = payment.as_deref().map_or(facts, |method| facts.paid_by(method)).of_member(activated, uses_left);
            let free = Rules::default;
            let stores_alone = Channels { store: true, online: true, other: false };
            let alone = [
                Rules { revoked: rules.revoked, ..free() },
                Rules { end: rules.end, ..free() },
                free(), // Uses left are the member's.
                Rules { begin: rules.begin, ..free() },
                // Whether it names stores matters to the channel only where it names no channel.
                Rules {
                    channels: rules.channels,
                    store_ids: rules.store_ids.iter().filter(|_| online).copied().collect(),
                    store_attributes: rules.store_attributes.clone().into_iter().filter(|_| online).collect(),
                    ..free()
                },
                Rules { store_ids: rules.store_ids.clone(), channels: stores_alone, ..free() },
                Rules { store_attributes: rules.store_attributes.clone(), channels: stores_alone, ..free() },
                Rules { schedule: rules.schedule, ..free() },
                Rules { payment_methods: rules.payment_methods.clone(), ..free() },
                Rules { activation: rules.activation, ..free() },
                Rules { unread: rules.unread.clone(), ..free() },
            ];
            let reasons: Vec<_> = alone.iter().filter_map(|rules| rules.applies(&facts).err()).collect();
            // Where the member has used it up, each alone says so; what comes before that is seen without.
            let without = facts.of_member(activated, None);
            let before = alone[..2].iter().find_map(|rules| rules.applies(&without).err());
            let expected = if uses_left == Some(0) {
                Some(before.unwrap_or(WhyNot::UsedUp))
            } else {
                let certain = reasons.iter().find(|reason| **reason != WhyNot::LeftToPlatform);
                certain.or(reasons.first()).cloned()
            };
            prop_assert_eq!(rules.applies(&facts).err(), expected);
        }

        #[test]
        fn what_is_unread_never_applies(rules in some_rules(), hour in 0_i64..40) {
            let rules = Rules { unread: vec!["odd".to_owned()], ..rules };
            let at = saturday("00:00") + hour.hours();
            prop_assert!(rules.applies(&Facts::in_some_store(at, &berlin()).of_member(true, None)).is_err());
        }

        #[test]
        fn no_benefit_takes_away_or_costs_more_than_there_is(
            amounts in [any::<(i64, u8)>(), any::<(i64, u8)>(), any::<(i64, u8)>(), any::<(i64, u8)>(), any::<(i64, u8)>()],
        ) {
            let [percent, points, times, sum, base] = amounts.map(|(units, scale)| Decimal::new(units, u32::from(scale % 29)));
            let benefit = Benefit { discount_percent: Some(percent), points: Some(points), multiplier: Some(times) }.sound();
            let given = benefit.on(sum, base);
            prop_assert!(given.discount >= Decimal::ZERO && given.discount <= sum.max(Decimal::ZERO));
            prop_assert!(given.points >= Decimal::ZERO);
        }

        #[test]
        fn any_words_are_read(
            channels in proptest::collection::vec("\\PC{0,8}", 0..3),
            days in proptest::collection::vec("[a-z]{0,4}", 0..3),
            from in proptest::option::of("[0-9+:]{0,6}"),
            to in proptest::option::of("\\PC{0,6}"),
        ) {
            let schedule = Some(ScheduleWords { days, from, to });
            let rules = Words { channels, schedule, ..Words::default() }.read();
            let _ = rules.applies(&Facts::online(saturday("12:00"), &berlin()));
        }
    }
}
