use proptest::prelude::*;

use super::catalogue::Builder;
use super::hours::{Day, DayHours};
use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn position(latitude: f64, longitude: f64) -> Position {
    Position::new(latitude, longitude).unwrap()
}

fn attribute(name: &str, value: &str) -> StoreAttribute {
    StoreAttribute { name: name.to_owned(), value: value.to_owned() }
}

fn day_of(texts: &[(&str, &str)]) -> Day {
    Day::read(texts.iter().copied())
}

/// These hours every day.
fn daily(texts: &[(&str, &str)]) -> Hours {
    Hours { week: Some(std::array::from_fn(|_| day_of(texts))), ..Hours::default() }
}

/// A store in Berlin's zone, open from 9 to 18 o'clock every day.
pub(crate) fn store(id: i64, position: Option<Position>, attributes: &[(&str, &str)]) -> Store {
    Store {
        id,
        listed: Listed {
            title: format!("Store {id}"),
            position,
            address: StoreAddress { city: Some("Berlin".to_owned()), ..StoreAddress::default() },
            attributes: attributes.iter().map(|(name, value)| attribute(name, value)).collect(),
        },
        detail: Detail {
            zone: Some("Europe/Berlin".to_owned()),
            hours: daily(&[("09:00", "18:00")]),
            ..Detail::default()
        },
    }
}

fn catalogue(stores: &[Store]) -> Catalogue {
    let mut builder = Builder::default();
    for store in stores {
        builder.add(store);
    }
    let blobs = builder.finish();
    Catalogue::read(blobs.stores, blobs.places).unwrap()
}

fn known<'a>(catalogue: &'a Catalogue, own: &'a OwnStores) -> Known<'a> {
    let freshness = Freshness::Live { as_of: at(0) };
    Known { catalogue: Some(catalogue), matches: None, place: None, own, freshness, now: at(0) }
}

/// What a query finds, with rows for all.
fn ask(stores: &[Store], own: &OwnStores, query: &StoresQuery) -> StoresView {
    query.check().unwrap();
    let catalogue = catalogue(stores);
    let known = known(&catalogue, own);
    let rows = stores.iter().map(|store| (store.id, store.listed.clone())).collect();
    view(&known, query, find(&known, query, None), rows)
}

fn ids(view: &StoresView) -> Vec<i64> {
    view.stores.iter().map(|store| store.id).collect()
}

fn near(latitude: f64, longitude: f64) -> StoresPlace {
    StoresPlace::Near { position: position(latitude, longitude), radius_meters: None }
}

fn having(name: &str, values: &[&str]) -> AttributeFilter {
    AttributeFilter { name: name.to_owned(), values: values.iter().map(|value| (*value).to_owned()).collect() }
}

#[test]
fn the_nearest_come_first_with_what_is_known_of_them() {
    let mut stores = [
        store(1, Some(position(52.60, 13.40)), &[("Format", "Hypermarket")]),
        store(2, Some(position(52.52, 13.40)), &[("Coffee", "true")]),
        store(3, None, &[]),
        store(4, Some(position(52.52, 13.40)), &[]),
        store(5, Some(position(48.1, 11.6)), &[]),
    ];
    stores[3].detail.archived = true;
    stores[4].detail.zone = Some("Mars/Base".to_owned());
    let own = OwnStores { favourites: [2].into() };
    let view = ask(&stores, &own, &StoresQuery { place: Some(near(52.521, 13.41)), ..StoresQuery::default() });
    assert_eq!(ids(&view), [2, 1, 5], "an archived one and one without a place are not near anything");
    let first = &view.stores[0];
    assert!((first.distance_meters.unwrap() - 686.0).abs() < 2.0, "{first:?}");
    assert_eq!(first.open, OpenState::Open { until: Some("2026-09-21T18:00:00+02:00".parse().unwrap()) });
    assert_eq!((first.time_zone.as_deref(), first.favourite), (Some("Europe/Berlin"), true));
    assert_eq!(view.stores[2].open, OpenState::Unknown, "a zone that is none is never open");
    assert_eq!(view.stores[2].time_zone, None);
    assert_eq!((view.further, view.nothing, view.around), (false, None, Some(position(52.521, 13.41))));
    assert_eq!(view.filters.len(), 2);
    let anywhere = ask(&stores, &own, &StoresQuery::default());
    assert_eq!(ids(&anywhere), [1, 2, 3, 5], "without a place, those that have none are there, too");
}

#[test]
fn filters_combine() {
    let mut stores: Vec<Store> = (0_i32..40)
        .map(|id| {
            let format = if id % 2 == 0 { "Hypermarket" } else { "Express" };
            let parking = if id % 3 == 0 { "yes" } else { "no" };
            let place = Some(position(50.0, 8.0 + f64::from(id) / 100.0));
            store(id.into(), place, &[("Format", format), ("Parking", parking)])
        })
        .collect();
    stores[6].detail.hours = daily(&[]);
    stores[12].detail.hours = Hours::default();
    let own = OwnStores { favourites: [12, 18, 19, 77].into() };
    let query = StoresQuery {
        place: Some(near(50.0, 8.0)),
        attributes: vec![having("Format", &["Hypermarket"]), having("Parking", &["yes"])],
        ..StoresQuery::default()
    };
    assert_eq!(ids(&ask(&stores, &own, &query)), [0, 6, 12, 18, 24, 30, 36]);
    let open = StoresQuery { open: Some(OpenWhen::Now), ..query.clone() };
    assert_eq!(ids(&ask(&stores, &own, &open)), [0, 18, 24, 30, 36], "closed and unknown are not open");
    let night = StoresQuery { open: Some(OpenWhen::At { instant: at(12 * 3600) }), ..query.clone() };
    let none = ask(&stores, &own, &night);
    assert_eq!((ids(&none), none.nothing), (vec![], Some(NoStores::NoneMatches)));
    let favourites = StoresQuery { favourites: true, ..query.clone() };
    assert_eq!(ids(&ask(&stores, &own, &favourites)), [12, 18]);
    let none = ask(&stores, &OwnStores::default(), &favourites);
    assert_eq!(none.nothing, Some(NoStores::NoFavourites));
    let either = vec![having("Format", &["Hypermarket", "Express", "Kiosk"])];
    let either = StoresQuery { attributes: either, limit: 100, ..query.clone() };
    assert_eq!(ask(&stores, &own, &either).stores.len(), 40, "one of the values is enough");
    let any = StoresQuery { attributes: vec![having("Parking", &[])], limit: 100, ..query.clone() };
    assert_eq!(ask(&stores, &own, &any).stores.len(), 40);
    for unknown in [having("Format", &["Kiosk"]), having("Pool", &[]), having("Form", &[]), having("", &[])] {
        let none = ask(&stores, &own, &StoresQuery { attributes: vec![unknown.clone()], ..query.clone() });
        assert_eq!((ids(&none), none.nothing), (vec![], Some(NoStores::UnknownAttribute { name: unknown.name })));
    }
}

#[test]
fn an_offer_narrows_the_list_to_where_it_applies() {
    let format = |id| if id < 4 { "A" } else { "B" };
    let stores: Vec<Store> = (0..9).map(|id| store(id, Some(position(50.0, 8.0)), &[("Format", format(id))])).collect();
    let catalogue = catalogue(&stores);
    let own = OwnStores::default();
    let applies =
        |candidate: &Candidate<'_>| candidate.id == 7 || candidate.attributes.contains(&attribute("Format", "A"));
    let query = StoresQuery { place: Some(near(50.0, 8.0)), ..StoresQuery::default() };
    let hits = find(&known(&catalogue, &own), &query, Some(&applies));
    let found: Vec<_> = hits.found.stores.iter().map(|hit| catalogue.id(hit.store).unwrap()).collect();
    assert_eq!(found, [0, 1, 2, 3, 7]);
}

#[test]
fn what_nothing_can_be_found_by_is_refused_by_name() {
    let place = |place| StoresQuery { place: Some(place), ..StoresQuery::default() };
    let position = |latitude, longitude| Position { latitude, longitude };
    let near = |at, radius_meters| place(StoresPlace::Near { position: at, radius_meters });
    let map = |south, west, north, east| place(StoresPlace::Box { south, west, north, east });
    let around = |radius_meters| place(StoresPlace::Around { text: "Berlin".to_owned(), radius_meters });
    let fine = position(1.0, 2.0);
    for (query, field) in [
        (near(position(f64::NAN, 0.0), None), "position"),
        (near(position(90.1, 0.0), None), "position"),
        (near(position(0.0, -180.5), None), "position"),
        (near(position(0.0, f64::INFINITY), None), "position"),
        (near(fine, Some(0.0)), "radius_meters"),
        (near(fine, Some(-5.0)), "radius_meters"),
        (near(fine, Some(f64::NAN)), "radius_meters"),
        (around(Some(0.0)), "radius_meters"),
        (map(2.0, 0.0, 1.0, 1.0), "box"),
        (map(f64::NAN, 0.0, 1.0, 1.0), "box"),
        (map(0.0, 0.0, 1.0, 181.0), "box"),
        (StoresQuery { limit: 0, ..StoresQuery::default() }, "limit"),
    ] {
        let Err(Error::Rejected(rejection)) = query.check() else { panic!("{query:?}") };
        assert_eq!((rejection.kind, rejection.fields[0].field.as_str()), (RejectionKind::Invalid, field), "{query:?}");
    }
    let tiny = near(position(0.0, 0.0), Some(1e-9));
    for query in [near(fine, Some(f64::INFINITY)), tiny, map(-1.0, 170.0, 1.0, -170.0)] {
        query.check().unwrap();
    }
}

#[test]
fn without_a_catalogue_the_list_says_so() {
    let own = OwnStores::default();
    let freshness = Freshness::Unknown { reason: StaleReason::Offline };
    let known =
        Known { catalogue: None, matches: None, place: None, own: &own, freshness: freshness.clone(), now: at(0) };
    let query = StoresQuery { place: Some(near(1.0, 1.0)), ..StoresQuery::default() };
    let view = view(&known, &query, find(&known, &query, None), BTreeMap::new());
    assert_eq!((view.stores, view.nothing, view.freshness), (vec![], Some(NoStores::NoCatalogue), freshness));
}

#[test]
fn an_assumed_zone_is_the_nearest_configured_one() {
    let zone_at =
        |name: &str, latitude, longitude| ZoneAt { name: name.to_owned(), position: position(latitude, longitude) };
    let zones = [zone_at("Europe/Moscow", 55.75, 37.62), zone_at("Asia/Yekaterinburg", 56.84, 60.61)];
    let of = |at| assumed_zone(at, &zones, "Europe/Berlin");
    assert_eq!(of(Some(position(56.0, 59.0))), "Asia/Yekaterinburg");
    assert_eq!(of(Some(position(59.9, 30.3))), "Europe/Moscow");
    assert_eq!(of(None), "Europe/Berlin", "where the store is nowhere, the member's own");
    assert_eq!(assumed_zone(Some(position(56.0, 59.0)), &[], "Europe/Berlin"), "Europe/Berlin");
}

#[test]
fn a_page_shows_the_week_with_today_and_the_days_that_differ() {
    let mut store = store(7, Some(position(52.5, 13.4)), &[]);
    let days =
        [("2026-09-20", day_of(&[])), ("2026-09-23", day_of(&[("10:00", "14:00")])), ("2026-10-03", day_of(&[]))];
    store.detail.hours.exceptions = days.map(|(date, day)| (date.parse().unwrap(), day)).into();
    let week = store.detail.hours.week.as_mut().unwrap();
    week[6] = day_of(&[("00:00", "24:00")]);
    week[5] = day_of(&[("10:00", "25:00"), ("8:00", "9:00")]);
    store.detail.till = Some(Symbology::Aztec);
    let own = OwnStores::default();
    let current = Some(CurrentStore { id: 7, till: store.detail.till });
    let page = |store| page(store, &own, current, Vec::new(), Freshness::Live { as_of: at(0) }, at(0));
    let shown = page(store.clone());
    let days: Vec<_> =
        shown.week.iter().map(|day| (day.date.as_str(), day.weekday, day.today, day.exception)).collect();
    assert_eq!(days[0], ("2026-09-21", 1, true, false));
    assert_eq!(days[2], ("2026-09-23", 3, false, true));
    assert_eq!((days.len(), days[6].0), (7, "2026-09-27"));
    let open = |texts| DayHours::Open { intervals: day_of(texts).intervals };
    assert_eq!(shown.week[0].hours, open(&[("09:00", "18:00")]));
    assert_eq!(shown.week[6].hours, DayHours::RoundTheClock);
    assert_eq!(shown.week[5].hours, DayHours::Unknown { intervals: day_of(&[("08:00", "09:00")]).intervals });
    let ahead: Vec<_> = shown.exceptions.iter().map(|day| (day.date.as_str(), day.hours.clone())).collect();
    let expected = [("2026-09-23", open(&[("10:00", "14:00")])), ("2026-10-03", DayHours::Closed)];
    assert_eq!(ahead, expected, "what is past is left out");
    assert!(shown.current && shown.till == Some(Symbology::Aztec));
    let mut lost = store.clone();
    lost.detail.zone = Some("Nowhere/At_All".to_owned());
    let lost = page(lost);
    assert_eq!((lost.week, lost.store.open, lost.store.time_zone), (vec![], OpenState::Unknown, None));
    store.detail.archived = true;
    assert_eq!(page(store).store.open, OpenState::Closed { opens_at: None });
}

#[test]
fn stock_says_who_has_it_who_has_not_and_who_did_not_say() {
    let stores: Vec<Store> = (0..5).map(|id| store(id, Some(position(50.0, 8.0)), &[])).collect();
    let query = StoresQuery { place: Some(near(50.0, 8.0)), ..StoresQuery::default() };
    let around = ask(&stores, &OwnStores::default(), &query);
    let goods = Goods { id: "beans".to_owned(), name: "Beans".to_owned() };
    let answer = |available| StockAnswer { goods: goods.clone(), available, as_of: at(-60) };
    let answers = [(1, answer(true)), (3, answer(false)), (4, answer(true)), (9, answer(true))].into();
    let view = stock_view(around, &answers, Freshness::Live { as_of: at(0) });
    assert_eq!(view.stores.iter().map(|row| row.store.id).collect::<Vec<_>>(), [1, 4]);
    assert_eq!((view.without, view.unknown, view.stores[0].as_of), (1, 2, at(-60)));
}

#[test]
fn equal_chains_make_equal_blobs_in_any_order() {
    let attributes = [("A", "x"), ("B", "y"), ("C", "z")];
    let stores: Vec<Store> = (0_i32..200)
        .map(|id| {
            let place = Some(position(f64::from(id % 80), 5.0));
            store(id.into(), place, &attributes[..=usize::try_from(id % 3).unwrap()])
        })
        .collect();
    let blobs = |stores: Vec<&Store>| {
        let mut builder = Builder::default();
        for store in stores {
            builder.add(store);
        }
        builder.finish()
    };
    let (one, other) = (blobs(stores.iter().collect()), blobs(stores.iter().rev().collect()));
    assert_eq!(one.places, other.places);
    // Hours are numbered as they come; here all are the same.
    assert_eq!(one.stores, other.stores);
}

/// A chain in three cities; the middle one's stores are far apart from the others' of the same name.
fn cities() -> Vec<Store> {
    let named = |id, title: &str, city: &str, street: &str, (latitude, longitude)| {
        let mut store = store(id, Some(position(latitude, longitude)), &[]);
        store.listed.title = title.to_owned();
        store.listed.address.city = Some(city.to_owned());
        store.listed.address.street = Some(street.to_owned());
        store
    };
    let mut nowhere = named(9, "Airport", "München", "Nordallee", (0.0, 1.0));
    nowhere.listed.position = None;
    vec![
        named(1, "Marienplatz", "München", "Kaufingerstraße", (48.137, 11.575)),
        named(2, "Ostbahnhof", "München", "Orleansplatz", (48.127, 11.604)),
        named(3, "Alexanderplatz", "Berlin", "Alexanderplatz", (52.522, 13.413)),
        named(4, "Арбат", "Москва", "улица Арбат", (55.752, 37.593)),
        named(5, "Airport", "Berlin", "Willy-Brandt-Platz", (52.364, 13.509)),
        nowhere,
    ]
}

fn ask_in_words(query: &StoresQuery) -> StoresView {
    let stores = cities();
    let mut builder = Builder::default();
    for store in &stores {
        builder.add(store);
    }
    let blobs = builder.finish();
    let (names, addresses) = (catalogue::names(&blobs.names, true), catalogue::names(&blobs.names, false));
    let catalogue = Catalogue::read(blobs.stores, blobs.places).unwrap();
    let matches = query.text.as_ref().map(|text| names.find(text, usize::MAX));
    let place = match &query.place {
        Some(StoresPlace::Around { text, .. }) => catalogue.middle(&addresses.find(text, usize::MAX)),
        _ => None,
    };
    let own = OwnStores::default();
    let known = Known { matches: matches.as_deref(), place, ..known(&catalogue, &own) };
    let rows = stores.iter().map(|store| (store.id, store.listed.clone())).collect();
    view(&known, query, find(&known, query, None), rows)
}

#[test]
fn stores_are_found_by_what_is_typed() {
    let typed = |text: &str, place| {
        ids(&ask_in_words(&StoresQuery { text: Some(text.to_owned()), place, ..StoresQuery::default() }))
    };
    assert_eq!(typed("munchen", None), [1, 2, 9], "without accents, and those that are nowhere, too");
    assert_eq!(typed("MÜNCHEN marien", None), [1]);
    assert_eq!(typed("Alexandreplatz", None), [3], "with an error");
    assert_eq!(typed("arbat", None), [4], "in the other script");
    assert_eq!(typed("airport", Some(near(48.0, 11.0))), [5], "what is nowhere is not near");
    assert_eq!(typed("platz", Some(near(52.5, 13.4))), [3, 5, 1, 2], "nearest first");
    let none = ask_in_words(&StoresQuery { text: Some("Zürich".to_owned()), ..StoresQuery::default() });
    assert_eq!((ids(&none), none.nothing), (vec![], Some(NoStores::NoneMatches)));
}

#[test]
fn a_place_that_is_typed_is_the_middle_of_the_stores_there() {
    let around = |text: &str, radius_meters| {
        let place = Some(StoresPlace::Around { text: text.to_owned(), radius_meters });
        ask_in_words(&StoresQuery { place, ..StoresQuery::default() })
    };
    let munich = around("Munchen", Some(50_000.0));
    assert_eq!(ids(&munich), [1, 2]);
    assert!(munich.around.unwrap().meters_to(position(48.132, 11.5895)) < 100.0);
    let street = around("Berlin Willy-Brandt-Platz", Some(1_000.0));
    assert_eq!(ids(&street), [5]);
    assert_eq!(around("moskva", None).stores[0].id, 4);
    for nowhere in ["Marienplatz", "Nordallee", "Zürich", "", "?!"] {
        let none = around(nowhere, None);
        assert_eq!((ids(&none), none.nothing), (vec![], Some(NoStores::UnknownPlace)), "{nowhere:?}");
    }
}

#[derive(Clone, Debug)]
struct Asked {
    stores: Vec<Store>,
    query: StoresQuery,
    favourites: BTreeSet<i64>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let place = || {
        prop_oneof![
            3 => (40.0..60.0_f64, 0.0..20.0_f64),
            1 => (-90.0..=90.0_f64, -180.0..=180.0_f64),
            1 => (88.0..=90.0_f64, -180.0..=180.0_f64),
            1 => (-20.0..20.0_f64, prop_oneof![175.0..=180.0_f64, -180.0..-175.0_f64]),
        ]
    };
    // Up to 80 attributes, so that some have no bit.
    let attributes = prop::collection::vec((0_u8..4, 0_u8..20), 0..6);
    let hours = prop_oneof![
        Just(None),
        Just(Some(("09:00", "18:00"))),
        Just(Some(("20:00", "04:00"))),
        Just(Some(("25:00", "26:00"))),
    ];
    let one = (prop::option::weighted(0.95, place()), attributes, hours);
    let radius = || prop::option::of(1.0..3_000_000.0_f64);
    let wanted = prop_oneof![
        2 => Just(None),
        4 => (place(), radius()).prop_map(|((latitude, longitude), radius_meters)| {
            Some(StoresPlace::Near { position: position(latitude, longitude), radius_meters })
        }),
        3 => (place(), place()).prop_map(|((a, west), (b, east))| {
            Some(StoresPlace::Box { south: a.min(b), west, north: a.max(b), east })
        }),
    ];
    let filter = (0_u8..4, prop::collection::vec(0_u8..20, 0..4)).prop_map(|(name, values)| {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        AttributeFilter { name: name.to_string(), values }
    });
    let filters = prop_oneof![3 => Just(Vec::new()), 2 => prop::collection::vec(filter, 1..3)];
    let open = prop::option::weighted(0.3, Just(OpenWhen::Now));
    let query = (wanted, filters, open, prop::bool::weighted(0.2), 0_u32..30, 1_u32..30);
    let favourites = prop::collection::btree_set(0_i64..150, 1..40);
    (prop::collection::vec(one, 0..150), query, favourites).prop_map(|(stores, query, favourites)| {
        let stores = stores.into_iter().zip(0..).map(|((at, attributes, hours), id)| {
            let mut store = store(id, at.map(|(latitude, longitude)| position(latitude, longitude)), &[]);
            let attributes = attributes.iter().map(|(name, value)| attribute(&name.to_string(), &value.to_string()));
            store.listed.attributes = attributes.collect();
            store.detail.hours = hours.map_or_else(Hours::default, |hours| daily(&[hours]));
            store
        });
        let (place, attributes, open, favourites_only, offset, limit) = query;
        let query = StoresQuery {
            place,
            text: None,
            attributes,
            open,
            favourites: favourites_only,
            offer: None,
            offset,
            limit,
        };
        Asked { stores: stores.collect(), query, favourites }
    })
}

/// Slow and obvious: each store is held against each thing that was asked for. With some metres of slack around edges.
fn plainly(asked: &Asked, slack: f64) -> Vec<(i64, Option<f64>)> {
    let Asked { stores, query, favourites } = asked;
    let zone = zone("Europe/Berlin").unwrap();
    let fits = |store: &Store| {
        let attributes = query.attributes.iter().all(|filter| {
            let known = store.listed.attributes.iter().filter(|known| known.name == filter.name);
            let mut values = known.map(|known| &known.value);
            values.any(|value| filter.values.is_empty() || filter.values.contains(value))
        });
        let open = query.open.is_none() || store.detail.hours.state(&zone, at(0)).is_open();
        let own = !query.favourites || favourites.contains(&store.id);
        if !(attributes && open && own) {
            return None;
        }
        let (middle, within) = match &query.place {
            None => return Some((store.id, None)),
            Some(StoresPlace::Near { position, radius_meters }) => {
                let meters = store.listed.position?.meters_to(*position);
                (*position, radius_meters.is_none_or(|radius| meters <= radius + slack))
            }
            Some(StoresPlace::Box { south, west, north, east }) => {
                let (south, west, north, east) = (*south, *west, *north, *east);
                let at = store.listed.position?;
                let width = if east >= west { east - west } else { east - west + 360.0 };
                let middle = west + width / 2.0;
                let middle = position(south.midpoint(north), if middle > 180.0 { middle - 360.0 } else { middle });
                // Near a pole, a metre is many degrees.
                let wide = slack / 111_000.0 / at.latitude.to_radians().cos().max(1e-9);
                let in_width = width + 2.0 * wide >= 360.0
                    || (width + 2.0 * wide >= 0.0
                        && (at.longitude - west + wide).rem_euclid(360.0) <= width + 2.0 * wide);
                let high = slack / 111_000.0;
                (middle, in_width && at.latitude >= south - high && at.latitude <= north + high)
            }
            Some(StoresPlace::Around { .. }) => unreachable!(),
        };
        within.then(|| (store.id, Some(store.listed.position.unwrap().meters_to(middle))))
    };
    stores.iter().filter_map(fits).collect()
}

proptest! {
    #[test]
    fn a_list_is_what_a_look_at_every_store_finds(asked in asked()) {
        let own = OwnStores { favourites: asked.favourites.clone() };
        let all = ask(&asked.stores, &own, &StoresQuery { offset: 0, limit: 500, ..asked.query.clone() });
        prop_assert!(!all.further);
        // Points are kept to a metre, so what is that close to an edge may be on either side.
        let (surely, maybe) = (plainly(&asked, -2.0), plainly(&asked, 2.0));
        let found = ids(&all);
        prop_assert!(surely.iter().all(|(id, _)| found.contains(id)), "{:?} lacks some of {:?}", found, surely);
        for row in &all.stores {
            let Some((_, plain)) = maybe.iter().find(|(id, _)| *id == row.id) else {
                return Err(TestCaseError::fail(format!("{row:?} is beyond {maybe:?}")));
            };
            prop_assert_eq!(plain.is_some(), row.distance_meters.is_some());
            let plain = plain.unwrap_or_default();
            let off = (plain - row.distance_meters.unwrap_or_default()).abs();
            prop_assert!(off < if plain > 10_000_000.0 { 3_000.0 } else { 1.5 }, "{} is {} m off", row.id, off);
        }
        prop_assert!(all.stores.is_sorted_by_key(|row| row.distance_meters.unwrap_or_default()));
        // A page is a part of the whole.
        let page = ask(&asked.stores, &own, &asked.query);
        let (offset, limit) = (asked.query.offset as usize, asked.query.limit as usize);
        let expected: Vec<i64> = found.iter().copied().skip(offset).take(limit).collect();
        prop_assert_eq!(ids(&page), expected);
        prop_assert_eq!(page.further, found.len() > offset + limit);
        prop_assert_eq!(page.stores.is_empty(), page.nothing.is_some());
    }

    #[test]
    fn damaged_columns_are_refused_or_read_as_nothing(
        cut in 0_usize..2,
        noise in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40),
    ) {
        let place = |id: i32| Some(position(50.0, f64::from(id)));
        let mut builder = Builder::default();
        for id in 0_i32..60 {
            builder.add(&store(id.into(), place(id), &[("A", "x"), ("B", "y")]));
        }
        let blobs = builder.finish();
        let mut columns = blobs.stores;
        let noisy = !noise.is_empty();
        for (at, byte) in noise {
            let at = at.index(columns.len());
            columns[at] = byte;
        }
        columns.truncate(columns.len() - cut);
        let Some(catalogue) = Catalogue::read(columns, blobs.places) else { return Ok(()) };
        prop_assert!(cut == 0 || noisy, "lengths are checked");
        let own = OwnStores { favourites: [3, 9].into() };
        for favourites in [false, true] {
            let query = StoresQuery {
                place: Some(near(50.0, 8.0)),
                open: Some(OpenWhen::Now),
                attributes: vec![having("A", &["x"]), having("B", &[])],
                favourites,
                ..StoresQuery::default()
            };
            let known = known(&catalogue, &own);
            let _ = view(&known, &query, find(&known, &query, None), BTreeMap::new());
            let _ = catalogue.filters();
        }
    }
}
