//! Journeys of stores: found without a network, refreshed by deltas, and never open by mistake.

use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::card::Symbology;
use pocketcard::loyalty::{Config, PlatformType};
use pocketcard::stores::hours::OpenState;
use pocketcard::stores::{
    AttributeFilter, NoStores, OpenWhen, Position, StoreRow, StoresPlace, StoresQuery, StoresView, ZoneAt,
};
use pocketcard::types::{Freshness, Goods, Screen, StaleReason};
use pocketcard_tests::{ANNA, Phone, Platform, run};
use serde_json::{Value, json};

/// Alexanderplatz in Berlin, where the sandbox's store 1 is.
const ALEX: Position = Position { latitude: 52.5219, longitude: 13.4132 };

fn near(position: Position) -> StoresQuery {
    StoresQuery { place: Some(StoresPlace::Near { position, radius_meters: None }), ..StoresQuery::default() }
}

fn list(phone: &Phone, query: StoresQuery) -> StoresView {
    run(phone.app().stores(query)).unwrap()
}

fn row(phone: &Phone, id: i64) -> Option<StoreRow> {
    run(phone.app().store(id)).unwrap().map(|page| page.store)
}

/// An operator changes a store.
fn change(platform: &Platform, id: i64, change: Value) {
    let (status, answer) = platform.ask("PUT", &format!("/sandbox/stores/{id}"), &change);
    assert!(status < 300, "{answer}");
}

/// So much later that the chain is asked for again.
fn later(platform: &Platform, phone: &Phone) {
    platform.advance(Duration::from_mins(30));
    phone.clock.pass(Duration::from_mins(30));
}

#[test]
fn the_nearest_stores_are_found_without_a_network() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    let live = list(&phone, near(ALEX));
    assert!(matches!(live.freshness, Freshness::Live { .. }));
    platform.cut_off();
    phone.reopen();
    let view = list(&phone, near(ALEX));
    assert_eq!(view.stores, live.stores, "an app that was just opened shows the same, without having asked");
    assert!(matches!(view.freshness, Freshness::Cached { reason: StaleReason::NotAsked, .. }));
    let first = &view.stores[0];
    assert_eq!((first.id, first.title.is_empty()), (1, false));
    assert!(first.distance_meters.unwrap() < 2_000.0 && first.address.city.is_some() && !first.attributes.is_empty());
    assert!(view.stores.is_sorted_by_key(|store| store.distance_meters.unwrap()));
    assert!(view.further && view.stores.len() == 20 && !view.filters.is_empty());
    let second = list(&phone, StoresQuery { offset: 20, ..near(ALEX) });
    assert!(second.stores[0].distance_meters >= view.stores[19].distance_meters, "the next page goes on");
    assert!(second.filters.is_empty());
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::Offline));
    let page = run(phone.app().store(1)).unwrap().expect("store 1");
    assert_eq!((page.week.len(), page.week.iter().filter(|day| day.today).count()), (7, 1));
    assert!(!page.time_zone_assumed && page.store.time_zone.as_deref() == Some("Europe/Berlin"));
    assert_eq!(run(phone.app().store(987_654)).unwrap(), None);
}

#[test]
fn filters_and_boxes_narrow_the_list() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.cut_off();
    let all = list(&phone, StoresQuery { limit: 500, ..near(ALEX) });
    let filter = &all.filters[0];
    let attributes =
        vec![AttributeFilter { name: filter.attribute.name.clone(), values: vec![filter.attribute.value.clone()] }];
    let having = list(&phone, StoresQuery { attributes, limit: 500, ..near(ALEX) });
    assert!(having.stores.iter().all(|store| store.attributes.contains(&filter.attribute)));
    assert!(!having.stores.is_empty() && having.stores.len() < all.stores.len());
    let open = list(&phone, StoresQuery { open: Some(OpenWhen::Now), limit: 500, ..near(ALEX) });
    assert!(open.stores.iter().all(|store| matches!(store.open, OpenState::Open { .. })));
    let expected = all.stores.iter().filter(|store| matches!(store.open, OpenState::Open { .. })).count();
    assert_eq!(open.stores.len(), expected);
    let edges = StoresPlace::Box { south: 47.0, west: 5.0, north: 55.0, east: 15.5 };
    let germany = list(&phone, StoresQuery { place: Some(edges), limit: 500, ..StoresQuery::default() });
    let inside = |at: Position| (47.0..=55.0).contains(&at.latitude) && (5.0..=15.5).contains(&at.longitude);
    assert!(!germany.stores.is_empty() && germany.stores.iter().all(|store| inside(store.position.unwrap())));
    let expected = all.stores.iter().filter(|store| inside(store.position.unwrap())).count();
    assert_eq!(germany.stores.len(), expected);
    let pool = vec![AttributeFilter { name: "Pool".to_owned(), values: Vec::new() }];
    let none = list(&phone, StoresQuery { attributes: pool, ..near(ALEX) });
    assert_eq!(none.nothing, Some(NoStores::UnknownAttribute { name: "Pool".to_owned() }));
    let nowhere = Position { latitude: f64::NAN, longitude: 0.0 };
    let refused = run(phone.app().stores(near(nowhere))).unwrap_err();
    assert!(matches!(refused, LoyaltyError::Rejected { reason } if reason.fields[0].field == "position"));
}

#[test]
fn stores_are_found_by_what_is_typed_and_around_a_typed_place() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.cut_off();
    let typed = |text: &str| list(&phone, StoresQuery { text: Some(text.to_owned()), ..StoresQuery::default() }).stores;
    assert_eq!(typed("alexanderplatz berlin")[0].id, 1);
    assert_eq!(typed("Alexandreplatz")[0].id, 1, "with an error");
    let around = |text: &str| {
        let place = StoresPlace::Around { text: text.to_owned(), radius_meters: None };
        list(&phone, StoresQuery { place: Some(place), ..StoresQuery::default() })
    };
    let berlin = around("berlin");
    assert!(berlin.stores[0].address.city.as_ref().unwrap().contains("Berlin"), "{:?}", berlin.stores[0]);
    assert!(berlin.around.is_some());
    assert_eq!(around("Xyzzyxville").nothing, Some(NoStores::UnknownPlace));
}

#[test]
fn what_changed_comes_as_a_delta() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let count = list(&phone, StoresQuery { limit: 500, ..StoresQuery::default() }).stores.len();
    change(&platform, 1, json!({ "title": "Alex, renewed" }));
    let (status, _) = platform.ask("DELETE", "/sandbox/stores/2", &Value::Null);
    assert!(status < 300);
    let here = Position { latitude: 52.54, longitude: 13.45 };
    let (_, opened) =
        platform.ask("POST", "/sandbox/stores", &json!({ "latitude": here.latitude, "longitude": here.longitude }));
    let opened = opened["id"].as_i64().unwrap();
    run(phone.app().refresh()).unwrap();
    assert_ne!(row(&phone, 1).unwrap().title, "Alex, renewed", "it was asked for a moment ago");
    later(&platform, &phone);
    assert_eq!(run(phone.app().refresh()).unwrap().stale, []);
    assert_eq!(row(&phone, 1).unwrap().title, "Alex, renewed");
    assert_eq!(row(&phone, 2), None);
    assert_eq!(list(&phone, near(here)).stores[0].id, opened);
    let now = list(&phone, StoresQuery { limit: 500, ..StoresQuery::default() });
    assert_eq!(now.stores.len(), count);
    let asked: Vec<String> = platform
        .exchanges()
        .into_iter()
        .map(|exchange| exchange.path)
        .filter(|path| path.contains("/app/v1/stores"))
        .collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(phone.watch.told().contains(&Screen::Stores));
}

#[test]
fn a_bad_delta_leaves_the_chain_as_it_was() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let before = list(&phone, near(ALEX)).stores;
    change(&platform, 1, json!({ "title": "Alex, renewed" }));
    for (pointer, value) in
        [("/cursor", json!("")), ("/stores", json!({})), ("/removed", json!(["1"])), ("/full", json!(null))]
    {
        platform
            .fault(json!({ "path": "/app/v1/stores", "kind": { "garbage": { "pointer": pointer, "value": value } } }));
        later(&platform, &phone);
        let report = run(phone.app().refresh()).unwrap();
        let [stale] = &report.stale[..] else { panic!("{report:?}") };
        assert_eq!((stale.screen, stale.reason), (Screen::Stores, StaleReason::Unreadable), "{pointer}");
        let now = list(&phone, near(ALEX));
        let titles = |stores: &[StoreRow]| stores.iter().map(|store| store.title.clone()).collect::<Vec<_>>();
        assert_eq!(titles(&now.stores), titles(&before));
        assert!(matches!(now.freshness, Freshness::Cached { reason: StaleReason::Unreadable, .. }));
        platform.heal();
    }
    // One store that cannot be read stays as it was, and the others come.
    change(&platform, 3, json!({ "title": "Marienplatz, renewed" }));
    platform.fault(
        json!({ "path": "/app/v1/stores", "kind": { "garbage": { "pointer": "/stores/0/title", "value": 7 } } }),
    );
    later(&platform, &phone);
    run(phone.app().refresh()).unwrap();
    assert_ne!(row(&phone, 1).unwrap().title, "Alex, renewed");
    assert_eq!(row(&phone, 3).unwrap().title, "Marienplatz, renewed");
}

#[test]
fn hours_and_zones_that_are_none_are_never_open() {
    // What breaks the contract is not held against it.
    let platform = Platform::with_stores(150);
    let phone = Phone::signed_in(&platform);
    let always = json!([{ "from": "00:00", "to": "24:00" }]);
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let week = |day: &Value| -> Value { days.iter().map(|name| ((*name).to_owned(), day.clone())).collect() };
    change(&platform, 1, json!({ "scheduleModel": week(&always) }));
    change(&platform, 2, json!({ "scheduleModel": week(&json!([{ "from": "25:00", "to": "26:00" }])) }));
    change(&platform, 3, json!({ "scheduleModel": week(&always), "timeZone": "Mars/Base" }));
    later(&platform, &phone);
    run(phone.app().refresh()).unwrap();
    assert!(matches!(row(&phone, 1).unwrap().open, OpenState::Open { .. }));
    assert_eq!(row(&phone, 2).unwrap().open, OpenState::Unknown);
    assert_eq!(row(&phone, 3).unwrap().open, OpenState::Unknown);
    let open = list(&phone, StoresQuery { open: Some(OpenWhen::Now), limit: 500, ..near(ALEX) });
    let ids: Vec<i64> = open.stores.iter().map(|store| store.id).collect();
    assert!(ids.contains(&1) && !ids.contains(&2) && !ids.contains(&3));
}

#[test]
fn without_store_details_the_list_comes_by_the_page_with_assumed_zones() {
    let platform = Platform::start();
    platform.set(|settings| settings.features.retain(|feature| feature != "storeDetails"));
    let mut phone = Phone::new(platform.url());
    let zone =
        |name: &str, latitude, longitude| ZoneAt { name: name.to_owned(), position: Position { latitude, longitude } };
    phone.config.store_zones = vec![zone("Europe/Berlin", 52.5, 13.4), zone("America/New_York", 40.7, -74.0)];
    phone.reopen();
    phone.sign_in(&platform, ANNA);
    let page = run(phone.app().store(1)).unwrap().unwrap();
    assert!(page.time_zone_assumed && page.store.time_zone.as_deref() == Some("Europe/Berlin"));
    let view = list(&phone, near(Position { latitude: 41.0, longitude: -74.0 }));
    assert_eq!(view.stores[0].time_zone.as_deref(), Some("America/New_York"));
    let wrong = Config { store_zones: vec![zone("Mars/Base", 0.0, 0.0)], ..phone.config.clone() };
    let refused = pocketcard::Loyalty::open(wrong, phone.host()).err().unwrap();
    assert!(matches!(refused, LoyaltyError::WrongConfig { field, .. } if field == "store_zones"));
}

#[test]
fn favourites_go_with_the_member_and_the_chain_stays() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    run(phone.app().set_favourite_store(3, true)).unwrap();
    run(phone.app().set_favourite_store(1, true)).unwrap();
    run(phone.app().set_favourite_store(1, false)).unwrap();
    phone.reopen();
    let own = StoresQuery { favourites: true, ..near(ALEX) };
    let view = list(&phone, own.clone());
    assert_eq!(view.stores.iter().map(|store| (store.id, store.favourite)).collect::<Vec<_>>(), [(3, true)]);
    run(phone.app().sign_out()).unwrap();
    assert_eq!(list(&phone, own).nothing, Some(NoStores::NoFavourites));
    assert_eq!(list(&phone, near(ALEX)).stores[0].id, 1, "where the stores are is nobody's secret");
}

#[test]
fn the_card_follows_the_tills_of_the_store_that_the_member_is_in() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    change(&platform, 1, json!({ "tillSymbology": "PDF_417" }));
    later(&platform, &phone);
    run(phone.app().refresh()).unwrap();
    let drawn = |phone: &Phone| phone.code().symbol.unwrap().symbology;
    let usual = drawn(&phone);
    assert_ne!(usual, Symbology::Pdf417);
    run(phone.app().set_current_store(Some(1))).unwrap();
    assert_eq!(drawn(&phone), Symbology::Pdf417);
    let page = run(phone.app().store(1)).unwrap().unwrap();
    assert!(page.current && page.till == Some(Symbology::Pdf417));
    run(phone.app().set_current_store(None)).unwrap();
    assert_eq!(drawn(&phone), usual);
    let refused = run(phone.app().set_current_store(Some(987_654))).unwrap_err();
    assert!(matches!(refused, LoyaltyError::Rejected { .. }));
}

#[test]
fn where_something_can_be_bought_is_known_offline_as_it_was() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    let found = run(phone.app().find_goods("coffee".to_owned())).unwrap();
    assert_eq!(found.missed, None);
    let goods: Goods = found.goods.into_iter().next().expect("coffee");
    for (store, count) in [(1, 5), (2, 0)] {
        let (status, answer) = platform.ask(
            "PUT",
            &format!("/sandbox/stores/{store}/stock"),
            &json!({ "goodsId": goods.id, "count": count }),
        );
        assert!(status < 300, "{answer}");
    }
    let live = run(phone.app().check_stock(goods.clone(), near(ALEX))).unwrap();
    assert!(matches!(live.freshness, Freshness::Live { .. }));
    assert_eq!(live.stores[0].store.id, 1, "the nearest that has it");
    assert!(live.stores.iter().all(|row| row.store.id != 2) && live.without > 0 && live.unknown == 0);
    platform.cut_off();
    phone.reopen();
    let known = run(phone.app().check_stock(goods.clone(), near(ALEX))).unwrap();
    let ids = |view: &pocketcard::stores::StockView| view.stores.iter().map(|row| row.store.id).collect::<Vec<_>>();
    assert_eq!(ids(&known), ids(&live));
    assert!(matches!(known.freshness, Freshness::Cached { reason: StaleReason::Offline, .. }));
    let remembered = run(phone.app().find_goods("COFFEE".to_owned())).unwrap();
    assert_eq!((remembered.goods, remembered.missed), (vec![goods.clone()], Some(StaleReason::Offline)));
    let page = run(phone.app().store(1)).unwrap().unwrap();
    assert_eq!(page.stock.first().map(|answer| (&answer.goods, answer.available)), Some((&goods, true)));
    let needle = goods.name.as_bytes();
    let kept = |phone: &Phone| phone.files().windows(needle.len()).any(|part| part == needle);
    assert!(kept(&phone));
    run(phone.app().sign_out()).unwrap();
    assert!(!kept(&phone), "what the member looked for goes with them");
}

#[test]
fn as_many_stores_are_watched_as_the_phones_system_takes() {
    let platform = Platform::start();
    for (platform_type, most) in [(PlatformType::Ios, 20), (PlatformType::Android, 100), (PlatformType::Harmony, 100)] {
        let mut phone = Phone::new(platform.url());
        phone.config.platform_type = platform_type;
        phone.reopen();
        phone.sign_in(&platform, ANNA);
        let watched = run(phone.app().stores_to_watch(ALEX, 1_000)).unwrap();
        assert_eq!((watched.len(), watched[0].id), (most, 1));
        assert!(watched.iter().all(|store| store.radius_meters >= 100.0));
        assert_eq!(run(phone.app().stores_to_watch(ALEX, 3)).unwrap().len(), 3);
    }
}
