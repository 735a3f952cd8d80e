//! Journeys of offers: found, activated with or without a network, held against stores, and held against the till.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use pocketcard::card::symbol::{Pixels, Symbol};
use pocketcard::offers::favourites::{CellChange, FavouritesPeriod};
use pocketcard::offers::rules::{Channel, WhyNot};
use pocketcard::offers::{Applies, OfferId, OfferKind, OfferState, OfferStore, OfferView, OffersQuery};
use pocketcard::stores::{StoreAttribute, StoreRow, StoresQuery};
use pocketcard::types::{Decimal, Screen, Timestamp};
use pocketcard::{Loyalty, LoyaltyError};
use pocketcard_tests::{ANNA, BORIS, CLARA, PATIENCE, Phone, Platform, TestClock, rejection, run};
use serde_json::{Value, json};

/// Of the programme's own offers: 100 points for paying online.
const PAY_ONLINE: i64 = 1;
/// 10 % off at hypermarkets.
const HYPER: i64 = 2;
/// Double points at weekends, once activated.
const WEEKEND: i64 = 3;
/// 50 points in the week of the birthday, once accepted.
const BIRTHDAY: i64 = 4;
/// 15 % off for who was away for 30 days.
const WE_MISSED_YOU: i64 = 5;
/// 20 % off online for Gold, from 6 to 10 in the morning.
const EARLY_SALE: i64 = 6;
/// A personal one, to be accepted: half as many points again, three times.
const HEALTHY_WEEK: i64 = 7;

/// Half past seven in Berlin on a Saturday, which is the birthday of all who are seeded.
const SATURDAY: &str = "2030-05-04T05:30:00Z";
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn offer(app: &Loyalty, id: i64) -> Option<OfferView> {
    let offers = app.offers(OffersQuery::default()).unwrap().offers;
    offers.into_iter().find(|offer| offer.id == OfferId::Offer { id })
}

fn state(app: &Loyalty, id: i64) -> Option<OfferState> {
    offer(app, id).map(|offer| offer.state)
}

fn signed_in(platform: &Platform) -> Phone {
    let phone = Phone::signed_in(platform);
    phone.wait("the offers", |app| offer(app, WEEKEND));
    phone
}

/// A platform on that Saturday, and a phone on which this member is signed in.
fn on_saturday(login: &str) -> (Platform, Phone) {
    let now: Timestamp = SATURDAY.parse().unwrap();
    let platform = Platform::unrecorded(tempfile::tempdir().unwrap(), now);
    let phone = Phone::of(platform.url(), tempfile::tempdir().unwrap(), TestClock::at(now));
    phone.sign_in(&platform, login);
    (platform, phone)
}

/// Lets time pass everywhere, and has the phone hear of what came of it.
fn pass(platform: &Platform, phone: &Phone, time: Duration) {
    platform.advance(time);
    phone.clock.pass(time);
    run(phone.app().refresh()).unwrap();
}

/// Waits until what the member asked for is sent. The app that was killed may be at it still for a while.
fn sent(phone: &Phone) {
    phone.wait("it is sent", |app| (run(app.flush(PATIENCE)).unwrap().acts == 0).then_some(()));
}

/// Activates an offer while there is a network.
fn activate(phone: &Phone, id: i64) {
    run(phone.app().activate_offer(id)).unwrap();
    sent(phone);
    run(phone.app().refresh()).unwrap();
    assert_eq!(state(phone.app(), id), Some(OfferState::Active));
}

fn store(id: i64, format: &str) -> OfferStore {
    let attributes = HashMap::from([("CustomTradeFormat".to_owned(), vec![format.to_owned()])]);
    OfferStore { id, attributes, time_zone: "Europe/Berlin".to_owned() }
}

fn supermarket() -> OfferStore {
    store(1, "Supermarket")
}

fn hypermarket() -> OfferStore {
    store(2, "Hypermarket")
}

/// The titles of what the app lists.
fn titles(app: &Loyalty, query: OffersQuery) -> Vec<String> {
    app.offers(query).unwrap().offers.into_iter().map(|offer| offer.title).collect()
}

/// What the till reads of a symbol, from its pixels alone.
fn scan(symbol: &Symbol) -> String {
    let Pixels { width, height, luma } = symbol.to_pixels(4);
    rxing::helpers::detect_in_luma(luma, width, height, None).unwrap().getText().to_owned()
}

fn amount(value: &Value) -> Decimal {
    value.to_string().parse().unwrap()
}

#[test]
fn an_offer_activated_offline_waits_through_a_restart_and_is_sent_once() {
    let platform = Platform::start();
    let mut phone = signed_in(&platform);
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Activate));
    platform.cut_off();
    run(phone.app().activate_offer(WEEKEND)).unwrap();
    run(phone.app().activate_offer(WEEKEND)).unwrap();
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Waiting));
    phone.reopen();
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Waiting), "a restart undoes nothing");
    platform.exchanges();
    platform.heal();
    sent(&phone);
    assert_eq!(state(phone.app(), WEEKEND), Some(OfferState::Active));
    assert_eq!(accepted(&platform), 1);
}

/// How often the platform was asked to activate something since the last time.
fn accepted(platform: &Platform) -> usize {
    platform.exchanges().iter().filter(|call| call.method == "POST" && call.path.ends_with("/accept")).count()
}

#[test]
fn a_personal_offer_accepted_offline_is_sent_once_and_counts_at_the_till() {
    let platform = Platform::start();
    let mut phone = signed_in(&platform);
    let before = offer(phone.app(), HEALTHY_WEEK).unwrap();
    assert_eq!((before.kind, before.state), (OfferKind::Personal, OfferState::Activate));
    let given = || {
        let offers = platform.sell(ANNA, "10.00", "0")["offers"].clone();
        offers.as_array().unwrap().iter().find(|tried| tried["offerId"] == HEALTHY_WEEK).unwrap()["applied"].clone()
    };
    platform.cut_off();
    run(phone.app().activate_offer(HEALTHY_WEEK)).unwrap();
    assert_eq!(given(), false, "the till knows nothing of what waits");
    phone.reopen();
    assert_eq!(state(phone.app(), HEALTHY_WEEK), Some(OfferState::Waiting));
    platform.exchanges();
    platform.heal();
    sent(&phone);
    assert_eq!((state(phone.app(), HEALTHY_WEEK), accepted(&platform)), (Some(OfferState::Active), 1));
    assert_eq!(given(), true);
    run(phone.app().refresh()).unwrap();
    assert_eq!(offer(phone.app(), HEALTHY_WEEK).unwrap().uses_left, Some(2));
}

#[test]
fn a_refusal_is_explained_however_the_platform_says_it() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let brunch = |name: &str| {
        let rules = json!({ "benefit": { "points": 10 }, "activation": "required" });
        platform.put_offer(&json!({ "id": 4711, "title": "Brunch", "logicalName": name, "rules": rules }));
    };
    let refused = |words: &str| Some(OfferState::Refused { text: words.to_owned() });
    brunch("brunch");
    run(phone.app().refresh()).unwrap();
    platform.cut_off();
    run(phone.app().activate_offer(4711)).unwrap();
    assert_eq!(state(phone.app(), 4711), Some(OfferState::Waiting));
    // Meanwhile the programme has given the name to another. It says so in an answer of 200.
    brunch("late-brunch");
    platform.heal();
    sent(&phone);
    assert_eq!(state(phone.app(), 4711), refused("There is no such offer for you."));
    // In one of 404.
    run(phone.app().refresh()).unwrap();
    let not_found = json!({ "status": { "code": 404 } });
    platform.fault(json!({ "path": "/publicapi/v1.2/user/personalOffer", "kind": not_found }));
    run(phone.app().activate_offer(4711)).unwrap();
    sent(&phone);
    assert_eq!(state(phone.app(), 4711), refused("The sandbox was told to fail."));
    // Tried again, it works.
    platform.heal();
    activate(&phone, 4711);
}

#[test]
fn what_is_no_offer_of_the_members_cannot_be_activated() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let refused = run(phone.app().activate_offer(4_711));
    assert!(matches!(refused, Err(LoyaltyError::Rejected { .. })), "{refused:?}");
}

#[test]
fn a_store_knows_which_offers_apply_in_it_and_an_offer_where() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let all = |query: StoresQuery| run(phone.app().stores(query)).unwrap().stores;
    let everywhere = StoresQuery { limit: 500, ..StoresQuery::default() };
    phone.wait("the chain", |_| (!all(everywhere.clone()).is_empty()).then_some(()));
    platform.cut_off();
    let format = |store: &StoreRow| {
        let format = store.attributes.iter().find(|attribute| attribute.name == "CustomTradeFormat");
        format.map(|StoreAttribute { value, .. }| value.clone())
    };
    let is_hyper = |store: &StoreRow| format(store).as_deref() == Some("Hypermarket");
    let there = all(StoresQuery { offer: Some(HYPER), ..everywhere.clone() });
    let wanted: Vec<i64> =
        all(everywhere.clone()).iter().filter(|store| is_hyper(store)).map(|store| store.id).collect();
    assert!(!wanted.is_empty() && there.iter().map(|store| store.id).eq(wanted), "{there:?}");
    assert!(all(StoresQuery { offer: Some(PAY_ONLINE), ..everywhere.clone() }).is_empty(), "a store is not online");
    let refused = run(phone.app().stores(StoresQuery { offer: Some(4_711), ..everywhere.clone() }));
    assert!(matches!(refused, Err(LoyaltyError::Rejected { .. })), "{refused:?}");

    let applies = |store: i64, id| {
        let page = run(phone.app().store(store)).unwrap().unwrap();
        page.offers.into_iter().find(|offer| offer.id == OfferId::Offer { id }).map(|offer| offer.applies)
    };
    let other = all(everywhere).into_iter().find(|store| !is_hyper(store)).unwrap().id;
    assert_eq!(applies(there[0].id, HYPER), Some(Applies::Yes));
    assert_eq!(applies(other, HYPER), None, "what is for other stores is not there");
    let why = applies(other, WEEKEND);
    let not_now = [WhyNot::NotActivated, WhyNot::OtherDay].map(|why| Some(Applies::No { why }));
    assert!(not_now.contains(&why), "{why:?}");
}

#[test]
fn the_list_is_filtered_by_text_kind_channel_and_store_without_a_network() {
    let platform = Platform::start();
    let mut phone = signed_in(&platform);
    platform.cut_off();
    phone.reopen();
    let app = phone.app();
    let all = app.offers(OffersQuery::default()).unwrap().offers;
    for kind in [OfferKind::Common, OfferKind::Personal, OfferKind::Coupon] {
        let of_kind = app.offers(OffersQuery { kind: Some(kind), ..OffersQuery::default() }).unwrap().offers;
        assert!(!of_kind.is_empty() && of_kind.iter().all(|offer| offer.kind == kind), "{kind:?}");
        assert_eq!(of_kind.len(), all.iter().filter(|offer| offer.kind == kind).count());
    }
    let found = |query: OffersQuery| {
        let offers = app.offers(query).unwrap().offers;
        move |id| offers.iter().any(|offer| offer.id == OfferId::Offer { id })
    };
    let words = |text: &str| titles(app, OffersQuery { text: Some(text.to_owned()), ..OffersQuery::default() });
    assert_eq!(words("HYPERMARKETS off"), ["10% off at hypermarkets"]);
    assert!(words("no such word").is_empty());
    let online = found(OffersQuery { channel: Some(Channel::Online), ..OffersQuery::default() });
    assert_eq!((online(PAY_ONLINE), online(HYPER), online(WEEKEND)), (true, false, true));
    let in_store = found(OffersQuery { channel: Some(Channel::Store), ..OffersQuery::default() });
    assert_eq!((in_store(PAY_ONLINE), in_store(HYPER), in_store(WEEKEND)), (false, true, true));
    for (place, is_hyper) in [(hypermarket(), true), (supermarket(), false)] {
        let there = found(OffersQuery { store: Some(place), ..OffersQuery::default() });
        assert_eq!((there(PAY_ONLINE), there(HYPER), there(WEEKEND)), (false, is_hyper, true));
    }
    let narrow = OffersQuery {
        store: Some(hypermarket()),
        kind: Some(OfferKind::Common),
        text: Some("10%".to_owned()),
        ..OffersQuery::default()
    };
    assert_eq!(titles(app, narrow), ["10% off at hypermarkets"], "all of it at once");
}

#[test]
fn a_coupon_is_scanned_from_the_screen_and_good_for_one_purchase() {
    let platform = Platform::start();
    let phone = signed_in(&platform);
    let coupon = |app: &Loyalty| {
        let offers =
            app.offers(OffersQuery { kind: Some(OfferKind::Coupon), ..OffersQuery::default() }).unwrap().offers;
        offers.into_iter().find(|offer| offer.title == "20% off your next purchase")
    };
    let shown = phone.wait("the coupon", coupon);
    platform.cut_off();
    let detail = phone.app().offer(shown.id, OffersQuery::default()).unwrap().unwrap();
    let code = detail.code.unwrap();
    let read = scan(&code.symbol.unwrap());
    assert_eq!(read, code.text, "shown without a network");
    platform.heal();
    let goods = json!([{ "goodsId": "coffee", "name": "Coffee", "count": 1, "price": 10 }]);
    let sale = json!({ "code": ANNA, "items": goods, "coupons": [read] });
    assert_eq!(amount(&platform.ring_up(&sale)["discount"]), Decimal::TWO);
    run(phone.app().refresh()).unwrap();
    assert!(coupon(phone.app()).is_none_or(|coupon| coupon.state == OfferState::Used));
    let (status, refusal) = platform.ask("POST", "/till/purchases", &sale);
    assert_eq!((status, &refusal["reason"]), (403, &json!("used")));
}

/// Why each offer does not apply, in the till's words; none: it does.
type Verdicts = BTreeMap<i64, Option<String>>;

fn of_the_app(app: &Loyalty, query: OffersQuery) -> Verdicts {
    let offers = app.offers(OffersQuery { others_too: true, ..query }).unwrap().offers;
    let verdicts = offers.into_iter().filter_map(|offer| match (offer.id, offer.applies) {
        (OfferId::Offer { id }, Applies::Yes) => Some((id, None)),
        (OfferId::Offer { id }, Applies::No { why }) => {
            let name: String = format!("{why:?}").chars().take_while(|letter| letter.is_alphanumeric()).collect();
            Some((id, Some(name[..1].to_lowercase() + &name[1..])))
        }
        _ => None,
    });
    verdicts.collect()
}

fn of_the_till(receipt: &Value) -> Verdicts {
    let tried = receipt["offers"].as_array().unwrap().iter();
    tried.map(|tried| (tried["offerId"].as_i64().unwrap(), tried["reason"].as_str().map(str::to_owned))).collect()
}

/// Buys for 100 what the query says where and how, asks the app before whether offers apply, and sees that the till agrees
/// on each. Gives the verdicts and the receipt; the phone knows of the purchase then.
fn buy(platform: &Platform, phone: &Phone, query: OffersQuery) -> (Verdicts, Value) {
    let online = query.channel == Some(Channel::Online);
    let mut sale = json!({
        "code": BORIS,
        "items": [{ "goodsId": "coffee", "name": "Coffee", "count": 1, "price": 100 }],
        "payment": query.payment.clone().unwrap(),
        "channel": if online { "online" } else { "store" },
    });
    if let Some(store) = &query.store {
        sale["store"] = store.id.into();
    }
    let said = of_the_app(phone.app(), query);
    let receipt = platform.ring_up(&sale);
    let mut till = of_the_till(&receipt);
    // What is over the app does not list.
    till.retain(|_, why| !matches!(why.as_deref(), Some("over" | "revoked")));
    assert_eq!(said, till, "{sale}");
    run(phone.app().refresh()).unwrap();
    (said, receipt)
}

#[test]
fn the_programmes_own_offers_apply_alike_in_the_app_and_at_the_till() {
    let (platform, phone) = on_saturday(BORIS);
    let paid = |payment: &str| OffersQuery { payment: Some(payment.to_owned()), ..OffersQuery::default() };
    let online = |payment| OffersQuery { channel: Some(Channel::Online), ..paid(payment) };
    let at = |store| OffersQuery { store: Some(store), ..paid("cash") };
    let given = |receipt: &Value, id: i64, what: &str| {
        let tried = receipt["offers"].as_array().unwrap().iter().find(|tried| tried["offerId"] == id).unwrap();
        amount(&tried[what])
    };
    let no = |why: &str| Some(why.to_owned());
    let ten = Decimal::TEN;

    let (said, _) = buy(&platform, &phone, at(supermarket()));
    assert_eq!((&said[&WEEKEND], &said[&BIRTHDAY]), (&no("notActivated"), &no("notActivated")));
    assert_eq!((&said[&HYPER], &said[&PAY_ONLINE]), (&no("storeLacks"), &no("otherChannel")));
    activate(&phone, WEEKEND);
    activate(&phone, BIRTHDAY);

    let (said, receipt) = buy(&platform, &phone, at(hypermarket()));
    assert_eq!((&said[&HYPER], &said[&WEEKEND], &said[&BIRTHDAY]), (&None, &None, &None));
    assert_eq!((given(&receipt, HYPER, "discount"), amount(&receipt["discount"])), (ten, ten));
    assert_eq!(given(&receipt, BIRTHDAY, "points"), Decimal::from(50));
    // Of the 90 that are paid, 5 % come at once and 5 % later, for Gold: as much again.
    assert_eq!(given(&receipt, WEEKEND, "points"), Decimal::from(9));

    let (said, receipt) = buy(&platform, &phone, online("card"));
    assert_eq!((&said[&PAY_ONLINE], &said[&EARLY_SALE], &said[&WEEKEND]), (&None, &None, &None), "in every channel");
    assert_eq!((&said[&BIRTHDAY], &said[&HYPER]), (&no("usedUp"), &no("otherChannel")), "a gift is given once");
    assert_eq!(given(&receipt, PAY_ONLINE, "points"), Decimal::ONE_HUNDRED);
    assert_eq!(given(&receipt, EARLY_SALE, "discount"), ten + ten);

    pass(&platform, &phone, 3 * HOUR);
    let (said, _) = buy(&platform, &phone, online("cash"));
    assert_eq!((&said[&EARLY_SALE], &said[&PAY_ONLINE]), (&no("otherTime"), &no("otherPayment")));

    pass(&platform, &phone, 2 * DAY);
    let (said, _) = buy(&platform, &phone, at(hypermarket()));
    assert_eq!((&said[&WEEKEND], &said[&HYPER]), (&no("otherDay"), &None), "it is Monday");

    assert!(offer(phone.app(), WE_MISSED_YOU).is_none());
    // Trusted time is told to the second, and may be that much behind.
    pass(&platform, &phone, 30 * DAY + HOUR);
    assert!(offer(phone.app(), BIRTHDAY).is_none(), "the week is over");
    let (said, receipt) = buy(&platform, &phone, at(supermarket()));
    assert_eq!(said[&WE_MISSED_YOU], None);
    assert_eq!(given(&receipt, WE_MISSED_YOU, "discount"), Decimal::from(15));
    assert!(offer(phone.app(), WE_MISSED_YOU).is_none(), "who has come back is not away");
}

#[test]
fn what_ends_is_gone_at_its_instant_without_a_network() {
    let (platform, phone) = on_saturday(ANNA);
    let end = SATURDAY.parse::<Timestamp>().unwrap() + HOUR;
    platform.put_offer(&json!({ "id": 4711, "title": "Flash sale", "end": end, "rules": {} }));
    let coupon = json!({ "title": "Flash coupon", "benefit": { "points": 5 }, "expires": end });
    let (status, answer) =
        platform.ask("POST", &format!("/sandbox/members/{}/coupons", platform.member_id(ANNA)), &coupon);
    assert!(status < 300, "{answer}");
    run(phone.app().refresh()).unwrap();
    platform.cut_off();
    let shown = || {
        let all = titles(phone.app(), OffersQuery { text: Some("flash".to_owned()), ..OffersQuery::default() });
        all.len()
    };
    assert_eq!(shown(), 2);
    assert!(phone.app().offers(OffersQuery::default()).unwrap().valid_until.is_some_and(|until| until <= end));
    phone.clock.pass(59 * Duration::from_mins(1));
    assert_eq!(shown(), 2);
    // Trusted time is told to the second, and may be that much behind.
    phone.clock.pass(Duration::from_secs(62));
    assert_eq!(shown(), 0);
}

#[test]
fn what_ends_and_a_new_day_are_told_while_the_app_is_open() {
    let (platform, phone) = on_saturday(ANNA);
    let end = SATURDAY.parse::<Timestamp>().unwrap() + HOUR;
    platform.put_offer(&json!({ "id": 4711, "title": "Flash sale", "end": end, "rules": {} }));
    run(phone.app().refresh()).unwrap();
    let noted = |app: &Loyalty| u64::from(app.outbox().queued) + app.outbox().sent;
    let before = noted(phone.app());
    phone.app().set_active(true);
    // With the first look: what is told after it is for what passes alone.
    phone.wait("the opening", |app| (noted(app) > before).then_some(()));
    sent(&phone);
    let before = phone.watch.told().len();
    platform.advance(DAY);
    phone.clock.pass(DAY);
    phone.wait("the end of the sale, and the new day of the tasks", |_| {
        let told = phone.watch.told().split_off(before);
        [Screen::Offers, Screen::Tasks].iter().all(|screen| told.contains(screen)).then_some(())
    });
}

#[test]
fn favourites_are_chosen_within_their_cells_and_dates() {
    let (platform, phone) = on_saturday(CLARA);
    let period = || phone.app().favourites().periods[0].clone();
    let cell = |position: u32| {
        let FavouritesPeriod { cells, .. } = period();
        cells.into_iter().find(|cell| cell.position == position).unwrap()
    };
    let may = period();
    let choose =
        |position: u32, goods: &str| run(phone.app().choose_favourite(may.id, position, Some(goods.to_owned())));
    let wrong = |outcome| rejection(outcome).fields.remove(0).field;
    let [first, second] = [0, 1].map(|at: usize| may.choices[at].id.clone());
    choose(1, &first).unwrap();
    assert_eq!((cell(1).goods.map(|goods| goods.id), cell(1).change), (Some(first.clone()), CellChange::Fixed));
    assert_eq!(wrong(choose(1, &second)), "position", "a cell stays for a day");
    assert_eq!(wrong(choose(2, &first)), "goods", "it stands in another cell");
    assert_eq!(wrong(choose(2, "nobody's")), "goods");
    assert_eq!(cell(4).change, CellChange::Fixed);
    assert_eq!(wrong(choose(4, &second)), "position", "the cell is for members from Silver on");
    assert_eq!(wrong(choose(9, &second)), "position");
    platform.cut_off();
    assert_eq!(choose(2, &second), Err(LoyaltyError::Offline));
    platform.heal();
    pass(&platform, &phone, DAY + HOUR);
    assert_eq!(cell(2).goods, None, "what could not be chosen is not chosen later");
    assert_eq!(cell(1).change, CellChange::Allowed);
    choose(1, &second).unwrap();
    assert_eq!(cell(1).goods.map(|goods| goods.id), Some(second.clone()));
    // The month ends, before the phone has heard of the next one.
    let left = may.until.unwrap().duration_since(SATURDAY.parse().unwrap());
    phone.clock.pass(left.unsigned_abs());
    assert!(phone.app().favourites().periods.is_empty());
    assert_eq!(wrong(choose(2, &first)), "period");
    platform.advance(left.unsigned_abs());
    run(phone.app().refresh()).unwrap();
    assert_ne!(period().id, may.id);
    assert!(period().cells.iter().all(|cell| cell.goods.is_none()), "a new month, with all to choose");
}
