//! Offers and coupons: what is the member's, where and when it applies, what they can do about it.
//!
//! Pure. Where an offer applies is [`rules`]'s to say, for the till as for the app; goods that the member chooses
//! themselves are in [`favourites`]. What has ended or was taken back is left out of every view from that instant on,
//! whether or not the platform was heard since.

pub mod favourites;
pub mod rules;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod vectors;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use self::rules::{Benefit, Channel, Days, Facts, Rules, StoreFacts, WhyNot};
use crate::card::symbol::Symbol;
use crate::card::{Symbology, TillCode, lasting_code};
use crate::types::{Freshness, Timestamp};

/// An offer, as the platform last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Offer {
    pub(crate) id: i64,
    /// Grows with everything that changes about it; 0 where the platform counts none.
    pub(crate) version: u64,
    /// The higher, the further up among those that end alike.
    pub(crate) priority: i64,
    pub(crate) title: String,
    pub(crate) summary: Option<String>,
    pub(crate) description: String,
    pub(crate) image_url: Option<String>,
    /// For this member alone.
    pub(crate) personal: bool,
    /// What activating it names.
    pub(crate) logical_name: Option<String>,
    /// Whether the member has activated it; none: the platform does not say.
    pub(crate) activated: Option<bool>,
    /// How many more times the member may use it; none: as often as they like.
    pub(crate) uses_left: Option<u32>,
    pub(crate) rules: Rules,
    pub(crate) benefit: Benefit,
}

/// A coupon of the member.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Coupon {
    pub(crate) id: i64,
    /// What a till reads.
    pub(crate) code: String,
    /// The same for a matrix symbol, where that differs.
    pub(crate) qr_content: Option<String>,
    pub(crate) title: String,
    pub(crate) summary: Option<String>,
    pub(crate) description: String,
    pub(crate) state: CouponState,
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
}

/// Hides the code, which is money to whoever reads a log.
impl std::fmt::Debug for Coupon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coupon").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// Where the platform says a coupon stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CouponState {
    /// The member is to get it.
    Coming,
    /// The member has it.
    Issued,
    /// A till has taken it.
    Used,
    /// It is no good any more.
    Void,
}

/// What the member asked for about an offer, which can wait for a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OfferAct {
    /// Activates it; accepts it, where it is a personal one.
    Activate { offer: i64, logical_name: String },
}

impl OfferAct {
    /// The offer it is about.
    pub(crate) fn offer(&self) -> i64 {
        match self {
            Self::Activate { offer, .. } => *offer,
        }
    }
}

/// How far what the member asked for is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked<'a> {
    /// The platform is still to be told.
    Waiting,
    /// The platform did it; its data may not show it yet.
    Done,
    /// The platform refused, in these words, which may be empty.
    Refused(&'a str),
}

/// Which of the two an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, uniffi::Enum)]
pub enum OfferId {
    /// An offer.
    Offer {
        /// The platform's number for it.
        id: i64,
    },
    /// A coupon.
    Coupon {
        /// The platform's number for it.
        id: i64,
    },
}

/// A kind of offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OfferKind {
    /// For all members.
    Common,
    /// For this member.
    Personal,
    /// A coupon.
    Coupon,
}

/// A store, as far as offers care.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OfferStore {
    /// The platform's number for it.
    pub id: i64,
    /// Its attributes, each with one value or several, as `CustomTradeFormat` = `Hypermarket`.
    pub attributes: HashMap<String, Vec<String>>,
    /// Its zone, as the IANA database names it.
    pub time_zone: String,
}

/// Which offers the member wants to see, and where they think of using them.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct OffersQuery {
    /// Where: online, or in a store. None with no store either: wherever.
    #[uniffi(default)]
    pub channel: Option<Channel>,
    /// The store that the member is in or asks about: its offers are held against the time there.
    #[uniffi(default)]
    pub store: Option<OfferStore>,
    /// Of this kind.
    #[uniffi(default)]
    pub kind: Option<OfferKind>,
    /// With all these words, in whatever case, in title or text.
    #[uniffi(default)]
    pub text: Option<String>,
    /// Paid in this way, as the platform writes it.
    #[uniffi(default)]
    pub payment: Option<String>,
    /// What is for another channel, other stores or another way to pay is listed, too, with the reason why it does not
    /// apply; else it is left out.
    #[uniffi(default)]
    pub others_too: bool,
}

/// What the offers' screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OffersView {
    /// Where a place was asked for, what applies there comes first. Then personal ones (coupons are), then what ends
    /// soonest, then by the programme's priority; what is used up comes last.
    pub offers: Vec<OfferView>,
    /// The zone to show times in: that of the store that was asked for, else, and for what is used online, the member's.
    pub time_zone: String,
    /// When the view changes by itself: pull it again then. None: not before something is learned.
    pub valid_until: Option<Timestamp>,
    /// How fresh the offers are.
    pub freshness: Freshness,
    /// How fresh the coupons are.
    pub coupons_freshness: Freshness,
}

/// An offer or a coupon in the list.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OfferView {
    /// Which.
    pub id: OfferId,
    /// Of what kind.
    pub kind: OfferKind,
    /// For the member, in the tenant's language, as is the summary.
    pub title: String,
    /// What it gives; nothing: the text below says it.
    pub gives: Benefit,
    /// In short, where `gives` says nothing: a row has one line for the two.
    pub summary: Option<String>,
    /// Its picture.
    pub image_url: Option<String>,
    /// Until when; none: there is no end.
    pub until: Option<Timestamp>,
    /// How many more times the member can use it; none: as often as they like.
    pub uses_left: Option<u32>,
    /// Where it stands.
    pub state: OfferState,
    /// Whether it applies where and as the query says, now.
    pub applies: Applies,
}

/// Where an offer stands for the member.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OfferState {
    /// It can be used.
    Active,
    /// The member can activate it, and must, to use it.
    Activate,
    /// It must be activated, which cannot be done here.
    ActivateElsewhere,
    /// The member activated it; the platform is still to be told. A till does not know of it yet.
    Waiting,
    /// The platform refused to activate it. The member can try again.
    Refused {
        /// The platform's words, which may be empty.
        text: String,
    },
    /// It begins later.
    Upcoming {
        /// When.
        from: Timestamp,
    },
    /// The member is to get it.
    Coming,
    /// It was used as often as it can be.
    Used,
}

/// Whether an offer applies.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Applies {
    /// Neither a channel nor a store was asked for.
    NotAsked,
    /// It does.
    Yes,
    /// It does not.
    No {
        /// The first reason.
        why: WhyNot,
    },
}

/// One offer or coupon with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OfferDetail {
    /// As in the list.
    pub offer: OfferView,
    /// In short, whatever it gives.
    pub summary: Option<String>,
    /// All of the programme's words.
    pub description: String,
    /// When it begins; none: it has.
    pub from: Option<Timestamp>,
    /// Where it can be used; empty: wherever.
    pub channels: Vec<Channel>,
    /// The numbers of the stores where it applies; empty: all.
    pub stores: Vec<i64>,
    /// For each name, the store must have one of the values.
    pub store_attributes: HashMap<String, Vec<String>>,
    /// On which days, at what time; none: at any.
    pub schedule: Option<OfferSchedule>,
    /// How it must be paid, each as the platform writes it; empty: in any way.
    pub payment_methods: Vec<String>,
    /// There are conditions that this version cannot read: the description says them, and the till knows.
    pub more_conditions: bool,
    /// A coupon's code.
    pub code: Option<OfferCode>,
    /// When any of it changes by itself: pull it again then. None: not before something is learned.
    pub valid_until: Option<Timestamp>,
    /// The zone to show times in.
    pub time_zone: String,
}

/// The hours of some days of the week, in the store's zone; of what is used online, in the member's.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OfferSchedule {
    /// The days on which they begin, 1 for Monday to 7 for Sunday.
    pub days: Vec<u8>,
    /// Minutes after midnight.
    pub from: u16,
    /// Minutes after midnight, up to 1440; where that is not after `from`, on the day after.
    pub to: u16,
}

/// What a till reads.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct OfferCode {
    /// To be typed.
    pub text: String,
    /// To be scanned; none where it cannot be drawn.
    pub symbol: Option<Symbol>,
}

/// Hides the code, which is money to whoever reads a log.
impl std::fmt::Debug for OfferCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OfferCode").finish_non_exhaustive()
    }
}

/// The offers after the platform's answer. One that it lacks is gone. Where it does not say whether one is activated, what
/// is known of that stays.
pub(crate) fn apply(offers: &mut Vec<Offer>, answer: Vec<Offer>) {
    let known: BTreeMap<i64, Option<bool>> = offers.drain(..).map(|offer| (offer.id, offer.activated)).collect();
    *offers = answer;
    for offer in offers.iter_mut() {
        offer.activated = offer.activated.or(known.get(&offer.id).copied().flatten());
    }
    sort(offers);
}

/// The platform told of one offer. True where that is news: an older version than is known is none.
pub(crate) fn put(offers: &mut Vec<Offer>, offer: &Offer) -> bool {
    let known = offers.iter().position(|known| known.id == offer.id);
    let activated = match known.and_then(|at| offers.get(at)) {
        Some(known) if known.version > offer.version || known == offer => return false,
        // Of two words of one version, the one that takes it back stands.
        Some(known) if known.version == offer.version && known.rules.revoked.is_some() => return false,
        Some(known) => known.activated,
        None => None,
    };
    if let Some(at) = known {
        offers.remove(at);
    }
    offers.push(Offer { activated: offer.activated.or(activated), ..offer.clone() });
    sort(offers);
    true
}

/// The platform takes an offer back at `at`. Kept until the platform's next answer, so that no older word brings it back.
/// True where that is news.
pub(crate) fn revoke(offers: &mut [Offer], id: i64, version: u64, at: Timestamp) -> bool {
    let Some(offer) = offers.iter_mut().find(|offer| offer.id == id && offer.version <= version) else { return false };
    let revoked = Some(offer.rules.revoked.map_or(at, |revoked| revoked.min(at)));
    let news = (offer.version, offer.rules.revoked) != (version, revoked);
    (offer.version, offer.rules.revoked) = (version, revoked);
    news
}

/// The coupons, in the order in which they are shown.
pub(crate) fn sort_coupons(coupons: &mut [Coupon]) {
    coupons.sort_by_key(|coupon| (Row::Coupon(coupon).place(), coupon.id));
}

fn sort(offers: &mut [Offer]) {
    offers.sort_by_key(|offer| (Row::Offer(offer).place(), offer.id));
}

/// Where a row stands in the list: what is used up last, personal ones first, then what ends soonest.
type Place = (bool, bool, Timestamp, Reverse<i64>);

/// A row of the list.
#[derive(Clone, Copy)]
enum Row<'a> {
    Offer(&'a Offer),
    Coupon(&'a Coupon),
}

impl<'a> Row<'a> {
    fn id(self) -> OfferId {
        match self {
            Self::Offer(offer) => OfferId::Offer { id: offer.id },
            Self::Coupon(coupon) => OfferId::Coupon { id: coupon.id },
        }
    }

    fn kind(self) -> OfferKind {
        match self {
            Self::Offer(offer) if offer.personal => OfferKind::Personal,
            Self::Offer(_) => OfferKind::Common,
            Self::Coupon(_) => OfferKind::Coupon,
        }
    }

    /// Title, summary and description.
    fn texts(self) -> (&'a str, Option<&'a str>, &'a str) {
        match self {
            Self::Offer(offer) => (&offer.title, offer.summary.as_deref(), &offer.description),
            Self::Coupon(coupon) => (&coupon.title, coupon.summary.as_deref(), &coupon.description),
        }
    }

    /// From when and until when it is good.
    fn span(self) -> (Option<Timestamp>, Option<Timestamp>) {
        match self {
            Self::Offer(offer) => (offer.rules.begin, offer.rules.end),
            Self::Coupon(coupon) => (coupon.from, coupon.until),
        }
    }

    fn place(self) -> Place {
        let (used, common, priority) = match self {
            Self::Offer(offer) => (offer.uses_left == Some(0), !offer.personal, offer.priority),
            Self::Coupon(coupon) => (coupon.state == CouponState::Used, false, 0),
        };
        (used, common, self.span().1.unwrap_or(Timestamp::MAX), Reverse(priority))
    }

    fn is_over(self, now: Timestamp) -> bool {
        let gone = match self {
            Self::Offer(offer) => offer.rules.revoked.is_some_and(|revoked| revoked <= now),
            Self::Coupon(coupon) => coupon.state == CouponState::Void,
        };
        gone || self.span().1.is_some_and(|until| until <= now)
    }
}

impl Offer {
    fn is_activated(&self, asked: Option<Asked<'_>>) -> bool {
        self.activated == Some(true) || asked == Some(Asked::Done)
    }

    fn state(&self, asked: Option<Asked<'_>>, now: Timestamp) -> OfferState {
        if self.uses_left == Some(0) {
            return OfferState::Used;
        }
        let begun = match self.rules.begin {
            Some(from) if from > now => OfferState::Upcoming { from },
            _ => OfferState::Active,
        };
        if !self.rules.activation || self.is_activated(asked) {
            return begun;
        }
        match asked {
            Some(Asked::Waiting) => OfferState::Waiting,
            Some(Asked::Refused(text)) => OfferState::Refused { text: text.to_owned() },
            _ if begun != OfferState::Active => begun,
            _ if self.logical_name.is_some() => OfferState::Activate,
            _ => OfferState::ActivateElsewhere,
        }
    }
}

impl Coupon {
    fn state(&self, now: Timestamp) -> OfferState {
        match (self.state, self.from) {
            (CouponState::Used, _) => OfferState::Used,
            (_, Some(from)) if from > now => OfferState::Upcoming { from },
            (CouponState::Coming, _) => OfferState::Coming,
            _ => OfferState::Active,
        }
    }

    /// What a coupon is good for, its till knows: the platform says no more of it than when.
    fn applies(&self, now: Timestamp) -> WhyNot {
        match (self.state, self.from) {
            (CouponState::Used, _) => WhyNot::UsedUp,
            (_, Some(from)) if from > now => WhyNot::NotYet { from },
            _ => WhyNot::LeftToPlatform,
        }
    }
}

/// What the member asked for about offers that may not show it yet.
pub(crate) type Asks<'a> = [(&'a OfferAct, Asked<'a>)];

fn asked<'a>(asks: &Asks<'a>, offer: &Offer) -> Option<Asked<'a>> {
    asks.iter().rev().find(|(act, _)| act.offer() == offer.id).map(|(_, asked)| *asked)
}

/// What the member has.
#[derive(Clone, Copy)]
pub(crate) struct Ours<'a> {
    pub(crate) offers: &'a [Offer],
    pub(crate) coupons: &'a [Coupon],
    pub(crate) asks: &'a Asks<'a>,
}

/// When and where a member looks at their offers.
#[derive(Clone, Copy)]
pub(crate) struct Seen<'a> {
    pub(crate) now: Timestamp,
    /// The member's.
    pub(crate) zone: &'a TimeZone,
    /// The store that the query names.
    pub(crate) store: Option<&'a StoreFacts>,
}

impl<'a> Seen<'a> {
    /// The zone that the facts go by.
    fn zone_name(&self, query: &OffersQuery) -> String {
        let store = self.store.filter(|_| query.channel != Some(Channel::Online));
        store.map_or(self.zone, |store| &store.zone).iana_name().unwrap_or("UTC").to_owned()
    }

    /// What offers are held against; none where no place was asked for.
    fn facts(&self, query: &'a OffersQuery) -> Option<Facts<'a>> {
        let facts = match (self.store, query.channel) {
            (_, Some(Channel::Online)) => Facts::online(self.now, self.zone),
            (Some(store), _) => Facts::in_store(store, self.now),
            (None, Some(Channel::Store)) => Facts::in_some_store(self.now, self.zone),
            // To pay in some way is to ask for any place.
            (None, None) => return None,
        };
        Some(query.payment.as_deref().map_or(facts, |payment| facts.paid_by(payment)))
    }
}

/// What the offers' screen shows.
pub(crate) fn view(
    ours: Ours<'_>,
    query: &OffersQuery,
    seen: Seen<'_>,
    (freshness, coupons_freshness): (Freshness, Freshness),
) -> OffersView {
    let now = seen.now;
    let facts = seen.facts(query);
    let words: Vec<String> = query.text.iter().flat_map(|text| text.split_whitespace()).map(fold).collect();
    let wanted = |row: &Row<'_>| {
        query.kind.is_none_or(|kind| kind == row.kind())
            && (query.others_too || is_about(*row, query, facts.as_ref()))
            && (words.is_empty() || has_words(*row, &words))
    };
    // To move a row that is shown costs more than the rules do: there is room for all, and what comes later is shown later.
    let most = ours.offers.len() + ours.coupons.len();
    let (mut offers, mut others) = (Vec::with_capacity(most), Vec::with_capacity(most));
    let mut valid_until = None;
    for row in rows(ours, now).filter(wanted) {
        let held = Held::new(row, ours.asks, facts.as_ref(), now);
        valid_until = soonest(valid_until, held.change);
        match held.applies {
            Applies::No { .. } => others.push(held),
            Applies::Yes | Applies::NotAsked => offers.push(held.show(now)),
        }
    }
    offers.extend(others.into_iter().map(|held| held.show(now)));
    OffersView { offers, time_zone: seen.zone_name(query), valid_until, freshness, coupons_freshness }
}

/// All about one offer; none where there is no such offer any more.
pub(crate) fn detail(
    ours: Ours<'_>,
    id: OfferId,
    query: &OffersQuery,
    seen: Seen<'_>,
    (here, till): (Option<Symbology>, Option<TillCode>),
) -> Option<OfferDetail> {
    let row = rows(ours, seen.now).find(|row| row.id() == id)?;
    let held = Held::new(row, ours.asks, seen.facts(query).as_ref(), seen.now);
    let none = Rules::default();
    let (rules, code) = match row {
        Row::Offer(offer) => (&offer.rules, None),
        Row::Coupon(coupon) => (&none, Some(coupon.code(here, till))),
    };
    let channels = [(rules.channels.online, Channel::Online), (rules.channels.store, Channel::Store)];
    Some(OfferDetail {
        valid_until: held.change,
        offer: held.show(seen.now),
        summary: row.texts().1.map(str::to_owned),
        description: row.texts().2.to_owned(),
        from: row.span().0.filter(|from| *from > seen.now),
        channels: channels.into_iter().filter_map(|(has, channel)| has.then_some(channel)).collect(),
        stores: rules.store_ids.clone(),
        store_attributes: rules.store_attributes.clone().into_iter().collect(),
        schedule: rules.schedule.map(|schedule| OfferSchedule {
            days: numbered(schedule.days),
            from: schedule.from,
            to: schedule.to,
        }),
        payment_methods: rules.payment_methods.clone(),
        more_conditions: matches!(row, Row::Coupon(_)) || !rules.unread.is_empty() || rules.channels.other,
        code,
        time_zone: seen.zone_name(query),
    })
}

fn numbered(days: Days) -> Vec<u8> {
    days.iter().map(|day| day.to_monday_one_offset().unsigned_abs()).collect()
}

impl Coupon {
    fn code(&self, here: Option<Symbology>, till: Option<TillCode>) -> OfferCode {
        match lasting_code(self.qr_content.as_deref(), Some(&self.code), here, till) {
            Some((_, symbol)) => OfferCode { text: self.code.clone(), symbol: Some(symbol) },
            None => OfferCode { text: self.code.clone(), symbol: None },
        }
    }
}

/// The next instant at which an offer comes, goes or begins by itself.
pub(crate) fn next_change(offers: &[Offer], coupons: &[Coupon], now: Timestamp) -> Option<Timestamp> {
    let offers = offers.iter().flat_map(|offer| [offer.rules.begin, offer.rules.end, offer.rules.revoked]);
    let coupons = coupons.iter().flat_map(|coupon| [coupon.from, coupon.until]);
    offers.chain(coupons).flatten().filter(|at| *at > now).min()
}

/// What the member can see at `now`, in order: both lists are in it already.
fn rows(ours: Ours<'_>, now: Timestamp) -> impl Iterator<Item = Row<'_>> {
    let seen = move |row: &Row<'_>| !row.is_over(now);
    let mut offers = ours.offers.iter().map(Row::Offer).filter(seen).peekable();
    let mut coupons = ours.coupons.iter().map(Row::Coupon).filter(seen).peekable();
    std::iter::from_fn(move || {
        // A coupon is in the member's hand: among equals it comes first.
        let coupon_first = match (coupons.peek(), offers.peek()) {
            (Some(coupon), Some(offer)) => coupon.place() <= offer.place(),
            (coupon, _) => coupon.is_some(),
        };
        if coupon_first { coupons.next() } else { offers.next() }
    })
}

/// A row, held against where and when the member looks at it.
struct Held<'a> {
    row: Row<'a>,
    asked: Option<Asked<'a>>,
    applies: Applies,
    /// The next instant at which it changes by itself.
    change: Option<Timestamp>,
}

impl<'a> Held<'a> {
    fn new(row: Row<'a>, asks: &Asks<'a>, facts: Option<&Facts<'_>>, now: Timestamp) -> Self {
        let ahead = |at: Option<Timestamp>| at.filter(|at| *at > now);
        let (from, until) = row.span();
        let change = soonest(ahead(from), ahead(until));
        match row {
            Row::Offer(offer) => {
                let asked = asked(asks, offer);
                let mut change = soonest(change, ahead(offer.rules.revoked));
                let applies = facts.map_or(Applies::NotAsked, |facts| {
                    let schedule = offer.rules.schedule;
                    change = soonest(change, schedule.and_then(|schedule| facts.next_edge(schedule)));
                    let facts = facts.of_member(offer.is_activated(asked), offer.uses_left);
                    offer.rules.applies(&facts).map_or_else(|why| Applies::No { why }, |()| Applies::Yes)
                });
                Self { row, asked, applies, change }
            }
            Row::Coupon(coupon) => {
                let applies = facts.map_or(Applies::NotAsked, |_| Applies::No { why: coupon.applies(now) });
                Self { row, asked: None, applies, change }
            }
        }
    }

    /// As the list has it. Made where it is to stand.
    #[inline]
    fn show(self, now: Timestamp) -> OfferView {
        let (title, summary, _) = self.row.texts();
        let (state, uses_left, gives, image_url) = match self.row {
            Row::Offer(offer) => {
                (offer.state(self.asked, now), offer.uses_left, offer.benefit.clone(), offer.image_url.clone())
            }
            Row::Coupon(coupon) => {
                (coupon.state(now), Some(u32::from(coupon.state != CouponState::Used)), Benefit::default(), None)
            }
        };
        OfferView {
            id: self.row.id(),
            kind: self.row.kind(),
            title: title.to_owned(),
            summary: summary.filter(|_| gives == Benefit::default()).map(str::to_owned),
            gives,
            image_url,
            until: self.row.span().1,
            uses_left,
            state,
            applies: self.applies,
        }
    }
}

fn soonest(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Whether a row is for the channel, the store and the payment that the query names, at whatever time. What a coupon is
/// for, only its till knows.
fn is_about(row: Row<'_>, query: &OffersQuery, facts: Option<&Facts<'_>>) -> bool {
    let Row::Offer(Offer { rules, .. }) = row else { return true };
    match (facts, &query.payment) {
        (Some(facts), _) => rules.concerns(facts),
        (None, Some(payment)) => rules.takes(payment),
        (None, None) => true,
    }
}

/// Whether all of the words stand somewhere in a row's texts.
fn has_words(row: Row<'_>, words: &[String]) -> bool {
    let (title, summary, description) = row.texts();
    let texts = [title, summary.unwrap_or_default(), description].map(fold);
    words.iter().all(|word| texts.iter().any(|text| text.contains(word.as_str())))
}

/// A text in one case, so that case does not matter.
fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}
