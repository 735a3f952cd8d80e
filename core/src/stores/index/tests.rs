use std::f64::consts::{FRAC_PI_2, PI};

use proptest::prelude::*;

use super::*;

type Store = (u32, Position, u64);

const ANYWHERE: Near =
    Near { from: Position { latitude: 0.0, longitude: 0.0 }, within: f64::INFINITY, wanted: 0, skip: 0, most: 20 };

fn at(latitude: f64, longitude: f64) -> Position {
    Position::new(latitude, longitude).unwrap()
}

fn build(places: &[(f64, f64)]) -> Index {
    Index::build((0..).zip(places).map(|(number, place)| (number, at(place.0, place.1), 0)))
}

fn numbers(found: &[Found]) -> Vec<u32> {
    found.iter().map(|found| found.number).collect()
}

fn nearest(index: &Index, latitude: f64, longitude: f64, most: usize) -> Vec<u32> {
    numbers(&index.nearest(&Near { from: at(latitude, longitude), most, ..ANYWHERE }, |_| true))
}

/// What a found distance may be off by.
fn tolerance(meters: f64) -> f64 {
    let half = (meters / EARTH / 2.0).min(FRAC_PI_2);
    (1.0 + meters * 1.2e-7).min(3.0) / half.cos().max(3e-4)
}

/// All that may be found, by the slow and obvious way, nearest first.
fn model(stores: &[Store], near: &Near) -> Vec<Found> {
    let mut all: Vec<_> = stores
        .iter()
        .filter(|(_, _, mask)| mask & near.wanted == near.wanted)
        .map(|&(number, place, _)| Found { number, meters: near.from.meters_to(place) })
        .filter(|found| found.meters <= near.within)
        .collect();
    all.sort_by(|a, b| a.meters.total_cmp(&b.meters).then(a.number.cmp(&b.number)));
    all
}

/// The same in the tree's own numbers, by which it has to agree to the last bit.
fn rounded_model(stores: &[Store], near: &Near) -> Vec<Found> {
    let mut all: Vec<_> = stores
        .iter()
        .filter(|(_, _, mask)| mask & near.wanted == near.wanted)
        .map(|&(number, place, _)| {
            let (from, to) = (on_sphere(near.from), on_sphere(place));
            let [x, y, z] = [0, 1, 2].map(|axis| (to[axis] - from[axis]) * (to[axis] - from[axis]));
            (x + y + z, number)
        })
        .filter(|(square, _)| *square <= square_chord(near.within))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all.into_iter().skip(near.skip).take(near.most).map(|(square, number)| Found::of(key(square, number))).collect()
}

#[test]
fn a_place_is_in_range() {
    for (latitude, longitude) in [
        (f64::NAN, 0.0),
        (0.0, f64::NAN),
        (f64::INFINITY, 0.0),
        (0.0, f64::NEG_INFINITY),
        (90.1, 0.0),
        (-90.1, 0.0),
        (0.0, 180.1),
        (0.0, -181.0),
    ] {
        assert_eq!(Position::new(latitude, longitude), None);
    }
    assert!(Position::new(-90.0, 180.0).is_some() && Position::new(0.0, 0.0).is_some());
    assert!(Position::of_store(0.0, -0.0).is_none() && Position::of_store(0.0, 0.1).is_some());
}

#[test]
fn distances_are_those_along_the_surface() {
    // By the spherical law of cosines, worked out elsewhere.
    let (berlin, sydney) = (at(52.52, 13.405), at(-33.8688, 151.2093));
    let meters = berlin.meters_to(sydney);
    assert!((meters - 16_094_522.2).abs() < 1.0, "{meters}");
    // A degree of a great circle.
    assert!((at(10.0, 7.0).meters_to(at(11.0, 7.0)) - EARTH * PI / 180.0).abs() < 1e-6);
    assert!((at(0.0, 0.0).meters_to(at(0.0, 180.0)) - EARTH * PI).abs() < 1e-6);
    let [found] = Index::build([(9, berlin, 0)]).nearest(&Near { from: sydney, ..ANYWHERE }, |_| true)[..] else {
        panic!()
    };
    assert!(found.number == 9 && (found.meters - meters).abs() < tolerance(meters), "{found:?}");
}

#[test]
fn the_dateline_and_the_poles_are_nothing_special() {
    let index = build(&[(-18.0, 179.9), (-18.0, -179.8), (-18.0, 170.0), (89.9, 10.0), (89.8, -170.0), (-90.0, 0.0)]);
    assert_eq!(nearest(&index, -18.0, -179.99, 3), [0, 1, 2]);
    assert_eq!(nearest(&index, 90.0, 77.0, 2), [3, 4]);
    assert_eq!(nearest(&index, -89.0, 120.0, 1), [5]);
}

#[test]
fn of_stores_at_one_place_the_lower_numbers_come_first() {
    let index = build(&[(48.1, 11.5); 300]);
    assert_eq!(nearest(&index, 48.1, 11.5, 40), (0..40).collect::<Vec<_>>());
    assert_eq!(nearest(&index, -47.0, 11.5, 1_000), (0..300).collect::<Vec<_>>());
}

#[test]
fn nothing_is_found_where_nothing_is_looked_for() {
    let index = build(&[(1.0, 1.0), (2.0, 2.0)]);
    let here = Near { from: at(1.0, 1.0), ..ANYWHERE };
    let find = |near: Near| numbers(&index.nearest(&near, |_| true));
    assert_eq!(find(here), [0, 1]);
    assert_eq!(numbers(&build(&[(3.0, 3.0)]).nearest(&here, |_| true)), [0]);
    assert!(build(&[]).is_empty() && build(&[]).nearest(&here, |_| true).is_empty());
    for near in [
        Near { most: 0, ..here },
        Near { skip: 2, ..here },
        Near { skip: usize::MAX, most: usize::MAX, ..here },
        Near { within: -1.0, ..here },
        Near { within: f64::NAN, ..here },
        Near { wanted: 4, ..here },
    ] {
        assert!(find(near).is_empty(), "{near:?}");
    }
    assert!(index.nearest(&here, |_| false).is_empty());
    assert_eq!(find(Near { within: 0.0, ..here }), [0], "what is here is within nothing");
    assert_eq!(find(Near { most: usize::MAX, skip: 1, ..here }), [1]);
}

#[test]
fn a_box_may_cross_the_dateline_and_go_around_the_earth() {
    let index = build(&[(-18.0, 179.9), (-18.0, -179.8), (-18.0, 170.0), (60.0, 0.0), (90.0, 50.0), (0.0, 180.0)]);
    let find = |south, west, north, east| {
        let mut found = numbers(&index.within(&MapBox { south, west, north, east }, 0, 0, 10, |_| true));
        found.sort_unstable();
        found
    };
    assert_eq!(find(-19.0, 179.0, -17.0, -179.0), [0, 1]);
    assert_eq!(find(-19.0, -179.0, -17.0, 179.0), [2], "the other way round");
    assert_eq!(find(-90.0, -180.0, 90.0, 180.0), [0, 1, 2, 3, 4, 5]);
    assert_eq!(find(60.0, 0.0, 60.0, 0.0), [3], "its edges are within");
    assert_eq!(find(-1.0, 0.0, 1.0, 0.0), [0_u32; 0], "not what is beyond the axis");
    assert_eq!(find(-1.0, 180.0, 1.0, -180.0), [5]);
    assert_eq!(find(80.0, -3.0, 90.0, -2.0), [4], "at a pole each longitude is the same");
    assert_eq!(find(1.0, 0.0, -1.0, 1.0), [0_u32; 0]);
    assert_eq!(find(0.0, f64::NAN, 1.0, 1.0), [0_u32; 0]);
    let map = MapBox { south: -19.0, west: 165.0, north: -17.0, east: -179.0 };
    assert_eq!(numbers(&index.within(&map, 0, 0, 10, |_| true)), [2, 0, 1], "from the middle");
    assert_eq!(numbers(&index.within(&map, 0, 1, 1, |number| number != 0)), [1]);
}

#[test]
fn it_takes_less_than_forty_bytes_a_store() {
    for count in [1_000, 10_001, 20_000] {
        let place = |number: f64| at(number * 0.7 % 90.0, number * 1.3 % 180.0);
        let index = Index::build((0..count).map(|number| (number, place(f64::from(number)), u64::from(number))));
        assert!(index.as_bytes().len() <= 29 * index.len(), "{} bytes for {count}", index.as_bytes().len());
    }
}

#[test]
fn a_damaged_blob_is_refused() {
    let blob = build(&[(1.0, 1.0), (2.0, 3.0)].repeat(20)).as_bytes().to_vec();
    assert!(Index::from_bytes(blob.clone()).is_ok());
    for length in 0..blob.len() {
        assert_eq!(Index::from_bytes(blob[..length].to_vec()), Err(DamagedIndex));
    }
    assert_eq!(Index::from_bytes([&blob[..], &[0]].concat()), Err(DamagedIndex));
    for place in 0..blob.len() {
        let mut blob = blob.clone();
        blob[place] ^= 1 << (place % 8);
        assert_eq!(Index::from_bytes(blob), Err(DamagedIndex), "byte {place}");
    }
}

/// Anywhere, in a few crowded places, on the dateline, or at a pole.
fn place() -> impl Strategy<Value = Position> {
    let crowd = (0..6_i32, -50..50_i32, -50..50_i32).prop_map(|(city, north, east)| {
        let city = f64::from(city);
        at(city * 14.0 - 40.0 + f64::from(north) / 1e3, city * 55.0 - 140.0 + f64::from(east) / 1e3)
    });
    let pair = |(latitude, longitude)| at(latitude, longitude);
    prop_oneof![
        4 => (-90.0..=90.0, -180.0..=180.0).prop_map(pair),
        6 => crowd,
        1 => (-80.0..80.0, prop_oneof![179.9..=180.0, -180.0..=-179.9]).prop_map(pair),
        1 => (prop_oneof![89.9..=90.0, -90.0..=-89.9], -180.0..=180.0).prop_map(pair),
    ]
}

fn stores() -> impl Strategy<Value = Vec<Store>> {
    prop::collection::vec((place(), any::<u64>()), 0..400)
        .prop_map(|stores| (0..).zip(stores).map(|(number, (at, mask))| (number, at, mask)).collect())
}

fn near() -> impl Strategy<Value = Near> {
    let within = prop_oneof![Just(f64::INFINITY), 0.0..3e7, 0.0..5e3];
    (place(), within, 0_u32..4, 0_u32..61, 0_usize..30, 1_usize..60).prop_map(
        |(from, within, bits, bit, skip, most)| Near { from, within, wanted: ((1 << bits) - 1) << bit, skip, most },
    )
}

proptest! {
    #[test]
    fn it_finds_what_a_slow_search_finds(stores in stores(), near in near()) {
        let index = Index::build(stores.iter().copied());
        prop_assert_eq!(index.nearest(&near, |_| true), rounded_model(&stores, &near));
    }

    #[test]
    fn its_distances_are_right(stores in stores(), near in near()) {
        let index = Index::build(stores.iter().copied());
        let near = Near { skip: 0, ..near };
        let found = index.nearest(&near, |_| true);
        for found in &found {
            let (_, place, mask) = stores[found.number as usize];
            let meters = near.from.meters_to(place);
            prop_assert!((found.meters - meters).abs() <= tolerance(meters), "{found:?} for {meters}");
            prop_assert!(meters <= near.within + 2.0 * tolerance(meters) && mask & near.wanted == near.wanted);
        }
        // Within the rounding, the same distances in the same order; and none that is surely within is left out.
        let all = model(&stores, &Near { within: f64::INFINITY, ..near });
        for (found, right) in found.iter().zip(&all) {
            prop_assert!((found.meters - right.meters).abs() <= tolerance(right.meters), "{found:?} for {right:?}");
        }
        prop_assert!(found.len() >= model(&stores, &near).len().min(near.most));
        prop_assert!(found.is_sorted_by_key(|found| found.meters));
    }

    #[test]
    fn pages_follow_one_another(stores in stores(), near in near(), page in 7_usize..50) {
        let index = Index::build(stores.iter().copied());
        let all = index.nearest(&Near { skip: 0, most: usize::MAX, ..near }, |number| number % 5 != 0);
        let mut pages = Vec::new();
        loop {
            let next = index.nearest(&Near { skip: pages.len(), most: page, ..near }, |number| number % 5 != 0);
            if next.is_empty() {
                break;
            }
            pages.extend(next);
        }
        prop_assert_eq!(&pages, &all);
        let some: Vec<_> = stores.iter().copied().filter(|store| store.0 % 5 != 0).collect();
        prop_assert_eq!(all, rounded_model(&some, &Near { skip: 0, most: usize::MAX, ..near }));
    }

    #[test]
    fn a_box_holds_what_lies_in_it(
        stores in stores(), wanted in prop_oneof![Just(0), Just(1_u64 << 63)], corner in place(),
        height in prop_oneof![0.0..0.1, 0.0..180.0], width in prop_oneof![0.0..0.1, 0.0..360.0],
    ) {
        let Position { latitude: south, longitude: west } = corner;
        let east = if west + width > 180.0 { west + width - 360.0 } else { west + width };
        let map = MapBox { south, west, north: f64::min(south + height, 90.0), east };
        let index = Index::build(stores.iter().copied());
        let found = index.within(&map, wanted, 0, usize::MAX, |_| true);
        for (number, place, mask) in &stores {
            // How far within the edges, in metres; below 0 outside of them.
            let east = (place.longitude - west).rem_euclid(360.0);
            let metre = 180.0 / PI / EARTH;
            let around = place.latitude.to_radians().cos() / metre;
            let north = f64::min(place.latitude - south, map.north - place.latitude) / metre;
            let inside = f64::min(north, f64::min(east, map.width() - east) * around);
            let outside = f64::max(-north, f64::min(east - map.width(), 360.0 - east) * around);
            let has = found.iter().any(|found| found.number == *number);
            if mask & wanted != wanted || outside > 4.0 && around * metre > 1e-3 {
                prop_assert!(!has, "{place:?} is not in {map:?}");
            } else if inside >= 0.0 {
                prop_assert!(has, "{place:?} is in {map:?}");
            }
        }
        let (middle, _) = map.around().unwrap();
        let same = index.nearest(&Near { from: middle, most: usize::MAX, ..ANYWHERE }, |number| {
            found.iter().any(|found| found.number == number)
        });
        prop_assert_eq!(found, same, "from the middle");
    }

    #[test]
    fn a_blob_is_read_back_as_it_was(stores in stores(), near in near()) {
        let index = Index::build(stores.iter().copied());
        let again = Index::from_bytes(index.as_bytes().to_vec()).unwrap();
        prop_assert_eq!(again.len(), stores.len());
        prop_assert_eq!(again.nearest(&near, |_| true), index.nearest(&near, |_| true));
        prop_assert!(again == index);
    }

    /// Whoever made it: its sum is right, its contents are not.
    #[test]
    fn a_hostile_blob_is_searched_to_its_end(
        count in 0_u32..200, noise in prop::collection::vec(any::<u8>(), 1..500), near in near(), map in (place(), place()),
    ) {
        let length = length(count as usize) - HEAD;
        let rest: Vec<u8> = noise.iter().copied().cycle().take(length).collect();
        let sum = checksum(count, &rest);
        let blob = [&MAGIC[..], &sum.to_le_bytes(), &u64::from(count).to_le_bytes(), &rest].concat();
        let index = Index::from_bytes(blob).unwrap();
        prop_assert!(index.nearest(&near, |_| true).len() <= near.most);
        let (south, north) = (f64::min(map.0.latitude, map.1.latitude), f64::max(map.0.latitude, map.1.latitude));
        let map = MapBox { south, west: map.0.longitude, north, east: map.1.longitude };
        prop_assert!(index.within(&map, near.wanted, 0, usize::MAX, |_| true).len() <= count as usize);
    }

    #[test]
    fn noise_is_no_blob(noise in prop::collection::vec(any::<u8>(), 0..500)) {
        prop_assert_eq!(Index::from_bytes(noise), Err(DamagedIndex));
    }
}
