//! The list of offers: order, filters, states, what vanishes by itself.

use jiff::civil::date;
use proptest::prelude::*;

use super::rules::{Channels, Schedule};
use super::*;
use crate::types::{Decimal, StaleReason};

fn berlin() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap()
}

/// A Saturday at noon in Berlin, and so many seconds.
fn at(second: i64) -> Timestamp {
    let noon = date(2026, 11, 28).at(12, 0, 0, 0).to_zoned(berlin()).unwrap().timestamp();
    noon + jiff::SignedDuration::from_secs(second)
}

pub(crate) fn offer(id: i64) -> Offer {
    Offer {
        id,
        version: 1,
        priority: 0,
        title: format!("Offer {id}"),
        summary: None,
        description: String::new(),
        image_url: None,
        personal: false,
        logical_name: None,
        activated: None,
        uses_left: None,
        rules: Rules::default(),
        benefit: Benefit::default(),
    }
}

fn ending(id: i64, second: i64) -> Offer {
    Offer { rules: Rules { end: Some(at(second)), ..Rules::default() }, ..offer(id) }
}

fn coupon(id: i64) -> Coupon {
    Coupon {
        id,
        code: format!("C-{id}"),
        qr_content: None,
        title: format!("Coupon {id}"),
        summary: None,
        description: String::new(),
        state: CouponState::Issued,
        from: None,
        until: None,
    }
}

fn hypermarket(id: i64) -> StoreFacts {
    let attributes = BTreeMap::from([("CustomTradeFormat".to_owned(), vec!["Hypermarket".to_owned()])]);
    StoreFacts { id, attributes, zone: berlin() }
}

fn unknown() -> Freshness {
    Freshness::Unknown { reason: StaleReason::NotAsked }
}

/// The list as the state keeps it.
struct Kept {
    offers: Vec<Offer>,
    coupons: Vec<Coupon>,
    acts: Vec<(OfferAct, Asked<'static>)>,
}

impl Kept {
    fn new(all: impl IntoIterator<Item = Offer>, coupons: impl IntoIterator<Item = Coupon>) -> Self {
        let mut offers = Vec::new();
        apply(&mut offers, all.into_iter().collect());
        let mut coupons: Vec<_> = coupons.into_iter().collect();
        sort_coupons(&mut coupons);
        Self { offers, coupons, acts: Vec::new() }
    }

    fn view(&self, query: &OffersQuery, store: Option<&StoreFacts>, now: Timestamp) -> OffersView {
        let asks: Vec<_> = self.acts.iter().map(|(act, asked)| (act, *asked)).collect();
        let ours = Ours { offers: &self.offers, coupons: &self.coupons, asks: &asks };
        view(ours, query, Seen { now, zone: &berlin(), store }, (unknown(), unknown()))
    }

    fn shown(&self, query: &OffersQuery, store: Option<&StoreFacts>) -> Vec<OfferView> {
        self.view(query, store, at(0)).offers
    }

    fn states(&self, now: Timestamp) -> Vec<OfferState> {
        self.view(&OffersQuery::default(), None, now).offers.into_iter().map(|shown| shown.state).collect()
    }
}

fn numbers(offers: &[OfferView]) -> Vec<i64> {
    offers
        .iter()
        .map(|shown| match shown.id {
            OfferId::Offer { id } | OfferId::Coupon { id } => id,
        })
        .collect()
}

#[test]
fn personal_ones_come_first_then_what_ends_soonest_then_the_programmes_priority() {
    let kept = Kept::new(
        [
            offer(1),
            Offer { priority: 9, ..offer(2) },
            ending(3, 50),
            Offer { personal: true, ..offer(4) },
            Offer { personal: true, ..ending(5, 90) },
            Offer { uses_left: Some(0), personal: true, ..ending(6, 10) },
            Offer { priority: 1, ..ending(7, 50) },
        ],
        [coupon(20), Coupon { until: Some(at(95)), ..coupon(21) }, Coupon { state: CouponState::Used, ..coupon(22) }],
    );
    assert_eq!(numbers(&kept.shown(&OffersQuery::default(), None)), [5, 21, 20, 4, 7, 3, 2, 1, 6, 22]);
}

#[test]
fn what_is_over_is_gone_from_that_instant_on() {
    let revoked = Offer { rules: Rules { revoked: Some(at(20)), ..Rules::default() }, ..offer(2) };
    let upcoming = Offer { rules: Rules { begin: Some(at(30)), ..Rules::default() }, ..offer(3) };
    let kept = Kept::new(
        [ending(1, 10), revoked, upcoming],
        [Coupon { until: Some(at(40)), ..coupon(4) }, Coupon { state: CouponState::Void, ..coupon(5) }],
    );
    let seen = |second| {
        let view = kept.view(&OffersQuery::default(), None, at(second));
        assert_eq!(view.valid_until, next_change(&kept.offers, &kept.coupons, at(second)));
        (numbers(&view.offers), view.valid_until)
    };
    assert_eq!(seen(0), (vec![4, 1, 2, 3], Some(at(10))));
    assert_eq!(seen(9), (vec![4, 1, 2, 3], Some(at(10))));
    assert_eq!(seen(10), (vec![4, 2, 3], Some(at(20))));
    assert_eq!(seen(20), (vec![4, 3], Some(at(30))));
    assert_eq!(kept.states(at(29))[1], OfferState::Upcoming { from: at(30) });
    assert_eq!(kept.states(at(30))[1], OfferState::Active);
    assert_eq!(seen(30), (vec![4, 3], Some(at(40))));
    assert_eq!(seen(40), (vec![3], None));
}

#[test]
fn in_a_store_what_applies_comes_first_and_the_rest_says_why_not() {
    let of = |id, rules: Rules| Offer { rules, ..offer(id) };
    let formats = |format: &str| BTreeMap::from([("CustomTradeFormat".to_owned(), vec![format.to_owned()])]);
    let online = Channels { online: true, ..Channels::default() };
    let kept = Kept::new(
        [
            of(1, Rules { channels: online, ..Rules::default() }),
            of(2, Rules { store_attributes: formats("Kiosk"), ..Rules::default() }),
            of(3, Rules { activation: true, ..Rules::default() }),
            of(4, Rules { store_attributes: formats("Hypermarket"), ..Rules::default() }),
            of(5, Rules { store_ids: vec![8], ..Rules::default() }),
            of(6, Rules { unread: vec!["rules".to_owned()], ..Rules::default() }),
            of(7, Rules { payment_methods: vec!["card".to_owned()], ..Rules::default() }),
        ],
        [coupon(20)],
    );
    let store = hypermarket(9);
    let all = OffersQuery { others_too: true, payment: Some("cash".to_owned()), ..OffersQuery::default() };
    let shown = kept.shown(&all, Some(&store));
    let why: Vec<_> = shown
        .iter()
        .map(|shown| match &shown.applies {
            Applies::No { why } => Some(why.clone()),
            Applies::Yes | Applies::NotAsked => None,
        })
        .collect();
    assert_eq!(numbers(&shown), [4, 20, 1, 2, 3, 5, 6, 7]);
    let lacks = WhyNot::StoreLacks { attribute: "CustomTradeFormat".to_owned() };
    assert_eq!(
        why,
        [
            None,
            Some(WhyNot::LeftToPlatform),
            Some(WhyNot::OtherChannel),
            Some(lacks),
            Some(WhyNot::NotActivated),
            Some(WhyNot::OtherStore),
            Some(WhyNot::LeftToPlatform),
            Some(WhyNot::OtherPayment),
        ]
    );
    let here = OffersQuery { others_too: false, ..all };
    assert_eq!(numbers(&kept.shown(&here, Some(&store))), [4, 20, 3, 6], "what is for elsewhere is left out");
    let online = OffersQuery { channel: Some(Channel::Online), ..OffersQuery::default() };
    assert_eq!(numbers(&kept.shown(&online, None)), [1, 7, 20, 3, 6]);
    let some_store = OffersQuery { channel: Some(Channel::Store), ..OffersQuery::default() };
    assert_eq!(numbers(&kept.shown(&some_store, None)), [2, 4, 5, 7, 20, 3, 6]);
    let by_cash = OffersQuery { payment: Some("cash".to_owned()), ..OffersQuery::default() };
    assert_eq!(numbers(&kept.shown(&by_cash, None)), [20, 1, 2, 3, 4, 5, 6], "wherever that is");
    assert!(kept.shown(&by_cash, None).iter().all(|shown| shown.applies == Applies::NotAsked));
}

#[test]
fn where_a_store_is_asked_for_the_view_holds_until_the_clock_there_says_otherwise() {
    let hours = Schedule { days: Days::ALL, from: 13 * 60, to: 14 * 60 };
    let evening = Offer { rules: Rules { schedule: Some(hours), ..Rules::default() }, ..offer(1) };
    let kept = Kept::new([evening, ending(2, 3 * 3600)], []);
    let until = |second| kept.view(&OffersQuery::default(), Some(&hypermarket(1)), at(second)).valid_until;
    assert_eq!((until(0), until(3599)), (Some(at(3600)), Some(at(3600))));
    assert_eq!((until(3600), until(2 * 3600)), (Some(at(2 * 3600)), Some(at(3 * 3600))));
    assert_eq!(until(3 * 3600), Some(at(12 * 3600)), "midnight is another day");
    assert_eq!(kept.view(&OffersQuery::default(), None, at(0)).valid_until, Some(at(3 * 3600)), "no place, no clock");
}

#[test]
fn kinds_and_words_filter() {
    let tea = Offer { title: "Green TEA".to_owned(), description: "Half price".to_owned(), ..offer(1) };
    let milk = Offer { personal: true, summary: Some("M\u{00c4}RZ milk".to_owned()), ..offer(2) };
    let kept = Kept::new([tea, milk], [coupon(3)]);
    let found = |text: &str| {
        let query = OffersQuery { text: Some(text.to_owned()), ..OffersQuery::default() };
        numbers(&kept.shown(&query, None))
    };
    assert_eq!((found("tea"), found("  "), found("m\u{00e4}rz")), (vec![1], vec![3, 2, 1], vec![2]));
    assert_eq!((found("price green"), found("green milk"), found("coup")), (vec![1], vec![], vec![3]));
    let of = |kind| {
        let query = OffersQuery { kind: Some(kind), ..OffersQuery::default() };
        numbers(&kept.shown(&query, None))
    };
    assert_eq!((of(OfferKind::Common), of(OfferKind::Personal), of(OfferKind::Coupon)), (vec![1], vec![2], vec![3]));
}

#[test]
fn an_offer_to_activate_says_how_far_that_is() {
    let rules = Rules { activation: true, ..Rules::default() };
    let gift = Offer { rules, logical_name: Some("gift".to_owned()), activated: Some(false), ..offer(1) };
    let mut kept = Kept::new([gift.clone()], []);
    let act = || OfferAct::Activate { offer: 1, logical_name: "gift".to_owned() };
    let store = hypermarket(1);
    let mut seen = |acts: &[Asked<'static>]| {
        kept.acts = acts.iter().map(|asked| (act(), *asked)).collect();
        let shown = kept.shown(&OffersQuery::default(), Some(&store)).remove(0);
        (shown.state, shown.applies == Applies::Yes)
    };
    assert_eq!(seen(&[]), (OfferState::Activate, false));
    assert_eq!(seen(&[Asked::Waiting]), (OfferState::Waiting, false), "the till does not know of it yet");
    assert_eq!(seen(&[Asked::Refused("Too late")]), (OfferState::Refused { text: "Too late".to_owned() }, false));
    assert_eq!(
        seen(&[Asked::Refused("Too late"), Asked::Waiting]),
        (OfferState::Waiting, false),
        "the last word counts"
    );
    assert_eq!(seen(&[Asked::Done]), (OfferState::Active, true));
    let state = |offer: Offer| Kept::new([offer], []).states(at(0)).remove(0);
    assert_eq!(state(Offer { activated: Some(true), ..gift.clone() }), OfferState::Active);
    assert_eq!(state(Offer { logical_name: None, ..gift.clone() }), OfferState::ActivateElsewhere);
    assert_eq!(state(Offer { uses_left: Some(0), ..gift.clone() }), OfferState::Used);
    let later = Rules { begin: Some(at(9)), ..gift.rules.clone() };
    assert_eq!(state(Offer { rules: later, ..gift }), OfferState::Upcoming { from: at(9) });
}

#[test]
fn coupons_say_where_they_stand_and_show_their_code() {
    let kept = Kept::new(
        [],
        [
            coupon(1),
            Coupon { state: CouponState::Coming, ..coupon(2) },
            Coupon { from: Some(at(9)), ..coupon(3) },
            Coupon { state: CouponState::Used, ..coupon(4) },
        ],
    );
    let expected = [OfferState::Active, OfferState::Coming, OfferState::Upcoming { from: at(9) }, OfferState::Used];
    assert_eq!(kept.states(at(0)), expected);
    let ours = Ours { offers: &kept.offers, coupons: &kept.coupons, asks: &[] };
    let seen = Seen { now: at(0), zone: &berlin(), store: None };
    let all = OffersQuery::default();
    let detail = detail(ours, OfferId::Coupon { id: 1 }, &all, seen, (None, None)).unwrap();
    let code = detail.code.unwrap();
    assert_eq!((code.text.as_str(), code.symbol.map(|symbol| symbol.height)), ("C-1", Some(1)), "as cards bear it");
    assert!(detail.more_conditions, "what it is good for its till knows");
    assert_eq!(
        super::detail(ours, OfferId::Offer { id: 1 }, &all, seen, (None, None)),
        None,
        "an offer is another thing"
    );
    let long = Coupon { code: "\u{044f}".repeat(400), ..coupon(5) };
    assert_eq!(
        long.code(None, None).symbol.map(|symbol| symbol.height > 1),
        Some(true),
        "what no bar code holds is a matrix"
    );
    assert_eq!(format!("{:?} {:?}", coupon(6), coupon(6).code(None, None)).find("C-6"), None, "no code in a log");
}

#[test]
fn a_detail_spells_the_conditions_out() {
    let rules = Rules {
        begin: Some(at(0)),
        channels: Channels { store: true, ..Channels::default() },
        store_ids: vec![3, 8],
        schedule: Some(Schedule { days: Days::new([jiff::civil::Weekday::Sunday]), from: 60, to: 90 }),
        payment_methods: vec!["card".to_owned()],
        ..Rules::default()
    };
    let benefit = Benefit { points: Some(Decimal::TEN), ..Benefit::default() };
    let summary = Some("Ten points".to_owned());
    let kept = Kept::new([Offer { rules, summary, benefit, description: "All of it".to_owned(), ..offer(1) }], []);
    let ours = Ours { offers: &kept.offers, coupons: &kept.coupons, asks: &[] };
    let store = StoreFacts { zone: TimeZone::get("Asia/Tokyo").unwrap(), ..hypermarket(3) };
    let berlin = berlin();
    let detail_at = |now| {
        let seen = Seen { now, zone: &berlin, store: Some(&store) };
        detail(ours, OfferId::Offer { id: 1 }, &OffersQuery::default(), seen, (None, None)).unwrap()
    };
    let before = detail_at(at(-1));
    assert_eq!((before.from, before.valid_until), (Some(at(0)), Some(at(0))));
    let detail = detail_at(at(0));
    assert_eq!(detail.from, None, "it has begun");
    assert_eq!((detail.summary.as_deref(), detail.description.as_str()), (Some("Ten points"), "All of it"));
    assert_eq!(detail.offer.applies, Applies::No { why: WhyNot::OtherDay });
    assert_eq!(detail.schedule, Some(OfferSchedule { days: vec![7], from: 60, to: 90 }));
    assert_eq!((detail.channels, detail.stores), (vec![Channel::Store], vec![3, 8]));
    assert_eq!((detail.time_zone.as_str(), detail.more_conditions, detail.code), ("Asia/Tokyo", false, None));
    let online = OffersQuery { channel: Some(Channel::Online), ..OffersQuery::default() };
    assert_eq!(kept.view(&online, Some(&store), at(0)).time_zone, "Europe/Berlin", "who buys online is at home");
}

#[test]
fn a_row_says_in_short_what_an_offer_gives_where_nothing_else_does() {
    let summary = || Some("Ten points with bread".to_owned());
    let benefit = Benefit { points: Some(Decimal::TEN), ..Benefit::default() };
    let says = Offer { summary: summary(), benefit: benefit.clone(), ..offer(1) };
    let kept =
        Kept::new([says, Offer { summary: summary(), ..offer(2) }], [Coupon { summary: summary(), ..coupon(3) }]);
    let shown = kept.shown(&OffersQuery::default(), None);
    let rows: Vec<_> = shown.into_iter().map(|row| (row.gives, row.summary)).collect();
    assert_eq!(rows, [(Benefit::default(), summary()), (benefit, None), (Benefit::default(), summary())]);
    let found = kept.shown(&OffersQuery { text: Some("bread".to_owned()), ..OffersQuery::default() }, None);
    assert_eq!(found.len(), 3, "it is searched all the same");
}

fn some_offer() -> impl Strategy<Value = Offer> {
    let times = [(); 3].map(|()| proptest::option::of(-20_i64..60));
    (0_i64..40, times, any::<(bool, bool, bool)>(), 0_i64..3, proptest::option::of(0_u32..2)).prop_map(
        |(id, [begin, end, revoked], (personal, activation, online), priority, uses_left)| {
            let rules = Rules {
                begin: begin.map(at),
                end: end.map(at),
                revoked: revoked.map(at),
                activation,
                channels: Channels { online, ..Channels::default() },
                ..Rules::default()
            };
            Offer { priority, personal, uses_left, rules, ..offer(id) }
        },
    )
}

proptest! {
    /// Whatever there is, the view is what the rules say of each, and does not change before it says that it may.
    #[test]
    fn the_view_holds_until_it_says(
        offers in proptest::collection::vec(some_offer(), 0..12),
        untils in proptest::collection::vec(proptest::option::of(-20_i64..60), 0..4),
        now in 0_i64..40,
        in_store in any::<bool>(),
    ) {
        let coupons = untils.into_iter().zip(100..).map(|(until, id)| Coupon { until: until.map(at), ..coupon(id) });
        let unique: BTreeMap<i64, Offer> = offers.into_iter().map(|offer| (offer.id, offer)).collect();
        let kept = Kept::new(unique.into_values(), coupons);
        let store = hypermarket(1);
        let store = in_store.then_some(&store);
        let query = OffersQuery { others_too: true, ..OffersQuery::default() };
        let view = kept.view(&query, store, at(now));
        for shown in &view.offers {
            prop_assert!(shown.until.is_none_or(|until| until > at(now)));
        }
        for offer in &kept.offers {
            let facts = Facts::in_store(&hypermarket(1), at(now)).of_member(false, offer.uses_left).applies_to(offer);
            let gone = matches!(facts, Err(WhyNot::Over | WhyNot::Revoked));
            let rows = view.offers.iter().filter(|shown| shown.id == OfferId::Offer { id: offer.id }).count();
            prop_assert_eq!(rows, usize::from(!gone));
        }
        let until = view.valid_until.unwrap_or(at(3600));
        prop_assert!(until > at(now));
        let last = until.min(at(100)) - jiff::SignedDuration::from_millis(1);
        prop_assert_eq!(kept.view(&query, store, last).offers, view.offers);
    }

    /// Words of one offer, however they come, leave the newest version, and never bring back what was taken back.
    #[test]
    fn the_newest_version_stays(words in proptest::collection::vec((1_u64..6, any::<bool>()), 1..12)) {
        let mut offers = vec![Offer { version: 0, ..offer(7) }];
        let mut newest = (0, false);
        for (version, revokes) in words {
            if revokes {
                revoke(&mut offers, 7, version, at(0));
            } else {
                put(&mut offers, &Offer { version, ..offer(7) });
            }
            newest = newest.max((version, revokes));
            let kept: Vec<_> = offers.iter().map(|offer| (offer.version, offer.rules.revoked.is_some())).collect();
            prop_assert_eq!(kept, vec![newest]);
        }
    }
}

impl Facts<'_> {
    fn applies_to(&self, offer: &Offer) -> Result<(), WhyNot> {
        offer.rules.applies(self)
    }
}

#[test]
fn what_it_gives_is_in_the_list() {
    let gives = Benefit { points: Some(Decimal::from(100)), ..Benefit::default() };
    let kept = Kept::new([Offer { benefit: gives.clone(), uses_left: Some(3), ..offer(1) }], []);
    let shown = kept.shown(&OffersQuery::default(), None).remove(0);
    assert_eq!((shown.gives, shown.uses_left, shown.applies), (gives, Some(3), Applies::NotAsked));
}
