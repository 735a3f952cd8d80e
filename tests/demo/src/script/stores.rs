//! The story's steps about stores: found, filtered and read without a network; brought as deltas, and not spoilt by bad ones.
//!
//! Whatever works offline is asked of an app that was killed and opened without a network, and at the end the platform says
//! that nobody asked it.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use pocketcard::LoyaltyError;
use pocketcard::card::{CardView, Symbology};
use pocketcard::loyalty::PlatformType;
use pocketcard::offers::Applies;
use pocketcard::stores::hours::{DayHours, OpenInterval, OpenState, StoreDay};
use pocketcard::stores::{
    AttributeFilter, NoStores, OpenWhen, Position, StorePage, StoreRow, StoresPlace, StoresQuery, StoresView,
};
use pocketcard::types::{Freshness, Goods, Screen, StaleReason};
use pocketcard_sandbox::{Fault, FaultKind};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};

use super::offers::{HYPER, id};
use super::{Holds, PATIENCE, Stage, hold, is_cached, is_live, text};
use crate::phone::News;
use crate::stores::HERE;
use crate::till::{HYPERMARKET, STORE};
use crate::ui::words::{self, Calendar};

/// Stores that the story changes, far from where it looks for others.
const BAD_HOURS: i64 = 4;
const BAD_ZONE: i64 = 5;
const OVERLAPPING: i64 = 6;
/// The attribute of what kind a store is.
const FORMAT: &str = "CustomTradeFormat";
/// Where the phone asks for stores.
const STORES_PATH: &str = "/app/v1/stores";
/// As old as this, the chain is asked for again: a quarter of an hour, and up to a quarter of that.
const DUE: Duration = Duration::from_mins(20);
/// The most stores of one page.
const MANY: u32 = 500;

impl Stage {
    pub(super) async fn chain_is_brought(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        let view = self.brought("the stores are live", |view| is_live(&view.freshness)).await?;
        hold(
            view.nothing.is_none() && view.stores.len() == 20,
            format!("{} stores: {:?}", view.stores.len(), view.nothing),
        )?;
        let all: u32 =
            view.filters.iter().filter(|filter| filter.attribute.name == FORMAT).map(|filter| filter.stores).sum();
        hold(all > 1_000, format!("only {all} have a format"))?;
        Ok(format!("{all} stores, {} filters", view.filters.len()))
    }

    pub(super) async fn where_to_buy(&mut self) -> Holds {
        let app = self.app()?;
        let found = app.find_goods("oil".to_owned()).await.map_err(text)?;
        let goods: Goods = found.goods.into_iter().next().ok_or("there is no such product")?;
        for (store, count) in [(STORE, 5), (HYPERMARKET, 0)] {
            self.demo.sandbox.set_stock(store, &goods.id, count).await.map_err(text)?;
        }
        let around = StoresQuery { limit: 50, ..near(HERE) };
        let live = app.check_stock(goods.clone(), around.clone()).await.map_err(text)?;
        hold(is_live(&live.freshness) && live.unknown == 0, format!("it is {:?}", live.freshness))?;
        hold(live.stores.first().is_some_and(|row| row.store.id == STORE), "the nearest that has it is another")?;
        hold(live.stores.iter().all(|row| row.store.id != HYPERMARKET) && live.without > 0, "all have it")?;
        self.demo.set_online(false).map_err(text)?;
        self.kill_and_open().await?;
        let app = self.app()?;
        let known = app.check_stock(goods.clone(), around).await.map_err(text)?;
        let when = |view: &pocketcard::stores::StockView| {
            view.stores.iter().map(|row| (row.store.id, row.as_of)).collect::<Vec<_>>()
        };
        hold(when(&known) == when(&live), "offline the last answer is another")?;
        hold(is_cached(&known.freshness, StaleReason::Offline), format!("offline it is {:?}", known.freshness))?;
        let again = app.find_goods("OIL".to_owned()).await.map_err(text)?;
        let remembered = again.goods == [goods.clone()] && again.missed == Some(StaleReason::Offline);
        hold(remembered, format!("offline it finds {again:?}"))?;
        let page = self.store(STORE).await?;
        let kept = page.stock.first().is_some_and(|answer| answer.goods == goods && answer.available);
        hold(kept, "the store's page does not know of it")?;
        // From here on nothing may reach the platform.
        drop(self.demo.sandbox.exchanges());
        Ok(format!(
            "{}: {} of {} stores; offline the same, marked",
            goods.name,
            known.stores.len(),
            known.stores.len() + known.without as usize
        ))
    }

    pub(super) async fn nearest_offline(&mut self) -> Holds {
        let view = self.list(near(HERE)).await?;
        let Freshness::Cached { as_of, .. } = view.freshness else {
            return Err(format!("offline it is {:?}", view.freshness));
        };
        hold(view.stores.first().is_some_and(|store| store.id == STORE), "the nearest is another")?;
        hold(view.stores.iter().map(meters).is_sorted(), "they are not nearest first")?;
        for store in &view.stores {
            let told = store.position.is_some_and(|place| (HERE.meters_to(place) - meters(store)).abs() < 1.0);
            hold(told, format!("{} is {:?} m away", store.title, store.distance_meters))?;
            let whole = store.address.city.is_some() && !store.attributes.is_empty() && store.time_zone.is_some();
            hold(whole, format!("{} lacks something", store.title))?;
        }
        let first = &view.stores[0];
        let calendar = Calendar::new(self.demo.sandbox.now(), zone(first)?);
        let open = words::open(&first.open, &calendar);
        let far = words::distance(meters(first));
        Ok(format!("{}, {far}, {open}; the stores as of {}", first.title, calendar.moment(as_of)))
    }

    pub(super) async fn hours_in_their_zones(&mut self) -> Holds {
        let mut told = Vec::new();
        for city in ["New York", "Tokyo", "Москва", "Adelaide"] {
            // These close at night, when no clock is set forward or back.
            let query = StoresQuery { attributes: vec![having(FORMAT, "Supermarket")], limit: 10, ..around(city) };
            let view = self.list(query).await?;
            let first = view.stores.first().ok_or(format!("there is none around {city}"))?;
            let name = first.time_zone.clone().unwrap_or_default();
            hold(name != crate::phone::TIME_ZONE, format!("{city} is in {name}"))?;
            told.push(name);
            for store in &view.stores {
                let (instant, closes) = match store.open {
                    OpenState::Open { until: Some(until) } => (until, true),
                    OpenState::Closed { opens_at: Some(opens) } => (opens, false),
                    OpenState::Open { until: None } | OpenState::Closed { opens_at: None } | OpenState::Unknown => {
                        continue;
                    }
                };
                let wall = instant.to_zoned(zone(store)?);
                let page = self.store(store.id).await?;
                let minute = u16::try_from(i32::from(wall.hour()) * 60 + i32::from(wall.minute())).unwrap_or_default();
                let is =
                    |interval: &OpenInterval| minute == if closes { interval.to } else { interval.from } % (24 * 60);
                let days = page.week.iter().chain(&page.exceptions);
                let known = days.flat_map(intervals).any(is);
                hold(known, format!("{}: {wall} is none of its hours", store.title))?;
            }
        }
        Ok(told.join(", "))
    }

    pub(super) async fn by_radius_box_and_page(&mut self) -> Holds {
        let all = self.list(StoresQuery { limit: MANY, ..near(HERE) }).await?.stores;
        let radius = 5_000.0;
        let within = StoresPlace::Near { position: HERE, radius_meters: Some(radius) };
        let circle = self.list(StoresQuery { place: Some(within), limit: MANY, ..StoresQuery::default() }).await?;
        let expected = ids(all.iter().filter(|store| meters(store) <= radius));
        hold(ids(&circle.stores) == expected && !expected.is_empty(), "the circle has others")?;
        let edges = StoresPlace::Box { south: 52.3, west: 13.0, north: 52.7, east: 13.8 };
        let map = self.list(StoresQuery { place: Some(edges), limit: MANY, ..StoresQuery::default() }).await?;
        let inside = |store: &&StoreRow| {
            store
                .position
                .is_some_and(|at| (52.3..=52.7).contains(&at.latitude) && (13.0..=13.8).contains(&at.longitude))
        };
        let expected: BTreeSet<i64> = all.iter().filter(inside).map(|store| store.id).collect();
        let shown: BTreeSet<i64> = map.stores.iter().map(|store| store.id).collect();
        hold(shown == expected && !expected.is_empty(), "the map has others")?;
        let three = self.list(StoresQuery { limit: 3, ..near(HERE) }).await?;
        hold(ids(&three.stores) == ids(&all[..3]) && three.further, "the nearest three are others")?;
        let mut pages = Vec::new();
        for offset in [0, 40, 80] {
            let page = self.list(StoresQuery { offset, limit: 40, ..near(HERE) }).await?;
            hold(page.further, format!("there is nothing behind {offset}"))?;
            pages.extend(ids(&page.stores));
        }
        hold(pages == ids(&all[..120]), "the pages do not follow one another")?;
        Ok(format!("{} within 5 km, {} on the map, 3 pages of 40", circle.stores.len(), shown.len()))
    }

    pub(super) async fn around_a_place(&mut self) -> Holds {
        let mut found = Vec::new();
        for (typed, city) in [("koln", "Köln"), ("Warszava", "Warszawa"), ("moskva", "Москва"), ("МОСКВА", "Москва")]
        {
            let view = self.list(around(typed)).await?;
            let first = view.stores.first().ok_or(format!("there is nothing around {typed}"))?;
            let there = first.address.city.as_ref().is_some_and(|name| name.ends_with(city));
            hold(there, format!("around {typed} is {:?}", first.address.city))?;
            let middle = view.around.ok_or("it does not say where that is")?;
            let near = meters(first) < 50_000.0 && view.stores.iter().map(meters).is_sorted();
            hold(near, format!("around {typed} it is {} m to the first", meters(first)))?;
            found.push(format!("{typed} at {:.2}, {:.2}", middle.latitude, middle.longitude));
        }
        let nowhere = self.list(around("Xyzzyxville")).await?.nothing;
        hold(nowhere == Some(NoStores::UnknownPlace), format!("around nowhere: {nowhere:?}"))?;
        Ok(found.join("; "))
    }

    pub(super) async fn open_then(&mut self) -> Holds {
        let is_open = |store: &StoreRow| matches!(store.open, OpenState::Open { .. });
        let (mut same, mut count) = (false, 0);
        // A store may open or close between two questions.
        for _ in 0..3 {
            let all = self.list(StoresQuery { limit: MANY, ..near(HERE) }).await?.stores;
            let last = all.last().map_or(0.0, meters);
            let now = self.list(StoresQuery { open: Some(OpenWhen::Now), limit: MANY, ..near(HERE) }).await?.stores;
            hold(now.iter().all(is_open) && !now.is_empty(), "one of those that are open now is closed")?;
            let near = ids(now.iter().filter(|store| meters(store) <= last));
            count = near.len();
            same = near == ids(all.iter().filter(|store| is_open(store)));
            if same {
                break;
            }
        }
        hold(same, "some that are open now are missing")?;
        // At the instant at which a store opens or closes, it comes or goes.
        let store = self.store(STORE).await?.store;
        let (edge, closes) = match store.open {
            OpenState::Open { until: Some(until) } => (until, true),
            OpenState::Closed { opens_at: Some(opens) } => (opens, false),
            other => return Err(format!("it is {other:?}")),
        };
        let there = async |instant| -> Result<bool, String> {
            let view = self.list(StoresQuery { open: Some(OpenWhen::At { instant }), ..near(HERE) }).await?;
            hold(view.stores.iter().all(is_open), "one of those that are open then is closed")?;
            Ok(view.stores.first().is_some_and(|store| store.id == STORE))
        };
        let minute = SignedDuration::from_mins(1);
        hold(there(edge - minute).await? == closes, "a minute before, it is wrong")?;
        hold(there(edge + minute).await? != closes, "a minute after, it is wrong")?;
        let edge = edge.to_zoned(zone(&store)?);
        Ok(format!(
            "{count} of {MANY} are open; at {} one {}",
            edge.strftime("%A %H:%M"),
            if closes { "goes" } else { "comes" }
        ))
    }

    pub(super) async fn by_attribute(&mut self) -> Holds {
        let all = self.list(StoresQuery { limit: MANY, ..near(HERE) }).await?;
        let mut told = Vec::new();
        let coffee = || having("CoffeeShop", "true");
        let parking = || AttributeFilter { name: "Parking".to_owned(), values: Vec::new() };
        for attributes in [vec![coffee()], vec![parking()], vec![coffee(), parking(), having(FORMAT, "Hypermarket")]] {
            let has = |store: &&StoreRow| attributes.iter().all(|filter| has(store, filter));
            let expected = ids(all.stores.iter().filter(has));
            let found = self.list(StoresQuery { attributes: attributes.clone(), limit: MANY, ..near(HERE) }).await?;
            hold(found.stores.iter().all(|store| has(&store)), format!("one lacks {attributes:?}"))?;
            hold(ids(&found.stores).starts_with(&expected) && !expected.is_empty(), "some that have it are missing")?;
            told.push(expected.len().to_string());
        }
        let counted = all.filters.iter().find(|filter| filter.attribute.name == "CoffeeShop");
        hold(counted.is_some_and(|filter| filter.stores > 0), "it does not offer the filter")?;
        Ok(format!("{} with coffee, {} with parking, {} large ones with both", told[0], told[1], told[2]))
    }

    pub(super) async fn by_offer(&mut self) -> Holds {
        let for_offer = self.list(StoresQuery { offer: Some(HYPER), limit: MANY, ..near(HERE) }).await?.stores;
        let large = vec![having(FORMAT, "Hypermarket")];
        let hyper = self.list(StoresQuery { attributes: large, limit: MANY, ..near(HERE) }).await?.stores;
        hold(ids(&for_offer) == ids(&hyper) && !hyper.is_empty(), "10 % is for other stores than hypermarkets")?;
        let there = self.store(HYPERMARKET).await?;
        let applies = there.offers.iter().any(|offer| offer.id == id(HYPER) && offer.applies == Applies::Yes);
        hold(applies, "the hypermarket's page does not have it")?;
        let mine_first = there.offers.iter().map(|offer| offer.applies != Applies::Yes).is_sorted();
        hold(mine_first, "what applies there is not first")?;
        let here = self.store(STORE).await?;
        let applies = here.offers.iter().any(|offer| offer.id == id(HYPER) && offer.applies == Applies::Yes);
        hold(!applies, "the supermarket's page has it")?;
        Ok(format!("10 % in {} stores; {} offers on the hypermarket's page", hyper.len(), there.offers.len()))
    }

    pub(super) async fn favourite_stores(&mut self) -> Holds {
        let mine = || StoresQuery { favourites: true, ..near(HERE) };
        let none = self.list(mine()).await?.nothing;
        hold(none == Some(NoStores::NoFavourites), format!("without favourites: {none:?}"))?;
        let app = self.app()?;
        for store in [HYPERMARKET, STORE, 3] {
            app.set_favourite_store(store, true).await.map_err(text)?;
        }
        app.set_favourite_store(3, false).await.map_err(text)?;
        self.kill_and_open().await?;
        let view = self.list(mine()).await?;
        hold(ids(&view.stores) == [STORE, HYPERMARKET], format!("they are {:?}", ids(&view.stores)))?;
        hold(view.stores.iter().all(|store| store.favourite), "they do not say that they are")?;
        Ok("chosen offline, killed, still there".to_owned())
    }

    pub(super) async fn searched(&mut self) -> Holds {
        for typed in ["Alexanderplatz", "alexandreplatz", "ALEXANDERPLATZ berlin", "Pocket Market Alexanderplaz"] {
            let found = self.typed(typed).await?;
            let first = found.first().ok_or(format!("nothing is found by {typed}"))?;
            hold(first.id == STORE, format!("{typed} finds {}", first.title))?;
        }
        // Accents and case folded, letters of both scripts, a slip of the finger in each.
        let expected = [
            ("gartenstrasse berlin", "Gartenstraße", "Berlin"),
            ("GÄRTENSTRASE bérlin", "Gartenstraße", "Berlin"),
            ("lakowa lodz", "ulica Łąkowa", "Łódź"),
            ("ленина москва", "улица Ленина", "Москва"),
            ("lenina moskva", "улица Ленина", "Москва"),
            ("ленена масква", "улица Ленина", "Москва"),
        ];
        for (typed, street, city) in expected {
            let found = self.typed(typed).await?;
            let first = found.first().ok_or(format!("nothing is found by {typed}"))?;
            let right = first.address.street.as_deref() == Some(street)
                && first.address.city.as_ref().is_some_and(|name| name.ends_with(city));
            hold(right, format!("{typed} finds {}", words::address(&first.address)))?;
        }
        let none = self.list(StoresQuery { text: Some("qwxzjk".to_owned()), ..StoresQuery::default() }).await?.nothing;
        hold(none == Some(NoStores::NoneMatches), format!("by nothing that there is: {none:?}"))?;
        Ok("“lenina moskva” and “ленена масква” find улица Ленина, Москва".to_owned())
    }

    pub(super) async fn pages_of_stores(&mut self) -> Holds {
        let (mut breaks, mut late, mut always, mut closed) = (None, None, None, None);
        let around = self.list(StoresQuery { limit: MANY, ..near(HERE) }).await?.stores;
        for store in around {
            let page = self.store(store.id).await?;
            if page.week.is_empty() {
                continue;
            }
            let today = page.week.iter().filter(|day| day.today).count();
            hold(page.week.len() == 7 && today == 1, format!("the week of {} is {:?}", store.title, page.week))?;
            let days = || page.week.iter().filter(|day| !day.exception);
            let name = &store.title;
            let found = |slot: &mut Option<String>, is: bool| {
                if is && slot.is_none() {
                    *slot = Some(name.clone());
                }
            };
            found(&mut breaks, days().any(|day| intervals(day).len() > 1));
            found(&mut late, days().flat_map(intervals).any(|interval| interval.to > 24 * 60));
            found(&mut always, days().all(|day| day.hours == DayHours::RoundTheClock));
            found(&mut closed, page.exceptions.iter().any(|day| day.exception && day.hours == DayHours::Closed));
            if [&breaks, &late, &always, &closed].into_iter().all(Option::is_some) {
                break;
            }
        }
        let say = |what: &str, found: Option<String>| {
            found.map(|name| format!("{what}: {name}")).ok_or(format!("none has {what}"))
        };
        let told = [
            say("breaks", breaks)?,
            say("past midnight", late)?,
            say("round the clock", always)?,
            say("holidays", closed)?,
        ];
        Ok(told.join("; "))
    }

    pub(super) async fn card_follows_the_tills(&mut self) -> Holds {
        let usual = self.drawn()?;
        let mut there = None;
        for store in self.list(StoresQuery { limit: MANY, ..near(HERE) }).await?.stores {
            let page = self.store(store.id).await?;
            if let Some(till @ (Symbology::Aztec | Symbology::Pdf417)) = page.till.filter(|till| *till != usual) {
                there = Some((page, till));
                break;
            }
        }
        let (page, till) = there.ok_or("all tills read the same")?;
        hold(!page.current, "the member is there already")?;
        let app = self.app()?;
        app.set_current_store(Some(page.store.id)).await.map_err(text)?;
        hold(self.drawn()? == till, format!("the card shows {:?}, not {till:?}", self.drawn()?))?;
        hold(self.store(page.store.id).await?.current, "the page does not say that the member is there")?;
        app.set_current_store(None).await.map_err(text)?;
        hold(self.drawn()? == usual, format!("outside the card shows {:?}", self.drawn()?))?;
        let nowhere = app.set_current_store(Some(987_654)).await;
        hold(matches!(nowhere, Err(LoyaltyError::Rejected { .. })), format!("in no store it said {nowhere:?}"))?;
        Ok(format!("{}: {}, outside {}", page.store.title, words::symbology(till), words::symbology(usual)))
    }

    pub(super) async fn stores_watched(&mut self) -> Holds {
        let mut told = Vec::new();
        for (phone, most) in [(PlatformType::Ios, 20), (PlatformType::Android, 100)] {
            self.demo.phone.kill().map_err(text)?;
            self.demo.phone.open_as(phone).map_err(text)?;
            let app = self.app()?;
            let watched = app.stores_to_watch(HERE, 1_000).await.map_err(text)?;
            hold(watched.len() == most, format!("{phone:?} watches {}", watched.len()))?;
            let far = watched.iter().map(|store| HERE.meters_to(store.position));
            hold(far.is_sorted() && watched[0].id == STORE, "they are not the nearest")?;
            hold(watched.iter().all(|store| store.radius_meters >= 100.0), "a circle is too small to be noticed")?;
            let few = app.stores_to_watch(HERE, 3).await.map_err(text)?;
            hold(few.len() == 3, format!("of three, {} are watched", few.len()))?;
            told.push(format!("{most} on {phone:?}"));
        }
        let asked = self.demo.sandbox.exchanges();
        let asked: Vec<&str> = asked.iter().map(|call| call.path.as_str()).collect();
        hold(asked.is_empty(), format!("offline the platform was asked {asked:?}"))?;
        Ok(format!("{}; since it was killed, nobody asked the platform", told.join(", ")))
    }

    pub(super) async fn delta_swapped_in(&mut self) -> Holds {
        let before = self.list(near(HERE)).await?;
        let gone = before.stores[1].id;
        self.change(STORE, json!({ "title": "Alex, renewed" })).await?;
        self.demo.sandbox.remove_store(gone).await.map_err(text)?;
        let place = json!({ "latitude": HERE.latitude, "longitude": HERE.longitude, "title": "Just opened" });
        let opened =
            self.demo.sandbox.open_store(place).await.map_err(text)?["id"].as_i64().ok_or("it has no number")?;
        let offline = self.list(near(HERE)).await?;
        hold(ids(&offline.stores) == ids(&before.stores), "it is known before it is told")?;
        self.demo.set_online(true).map_err(text)?;
        drop(self.demo.sandbox.exchanges());
        self.demo.pass(DUE).await.map_err(text)?;
        // Never a part of it.
        let new = |view: &StoresView| {
            let has = |store: i64| view.stores.iter().any(|row| row.id == store);
            let renamed = view.stores.iter().any(|row| row.title == "Alex, renewed");
            [has(opened), !has(gone), renamed]
        };
        let mut torn = false;
        let view = self
            .brought("what changed is there", |view| {
                let new = new(view);
                torn |= new.contains(&true) && new.contains(&false);
                new == [true; 3]
            })
            .await?;
        hold(!torn, "for a while a part of it was there")?;
        hold(view.stores[0].id == opened && is_live(&view.freshness), "the new one is not the nearest, or not live")?;
        hold(self.app()?.store(gone).await.map_err(text)?.is_none(), "the page of the one that is gone is there")?;
        let calls = self.demo.sandbox.exchanges();
        let answers: Vec<_> = calls.iter().filter(|call| call.path == STORES_PATH && call.status == 200).collect();
        let [answer] = answers[..] else { return Err(format!("{} deltas came", answers.len())) };
        let delta: Value = serde_json::from_slice(&answer.response_body).map_err(text)?;
        let count = delta["stores"].as_array().map_or(0, Vec::len);
        hold(delta["full"] == false && count == 2, format!("full: {}, {count} stores", delta["full"]))?;
        Ok(format!("one changed, one opened, one gone, in {} bytes", answer.response_body.len()))
    }

    pub(super) async fn bad_delta(&mut self) -> Holds {
        let before = self.list(near(HERE)).await?;
        self.change(STORE, json!({ "title": "Alex, once more" })).await?;
        let bad = [("/cursor", json!("")), ("/stores", json!({})), ("/removed", json!(["1"])), ("/full", json!(null))];
        for (pointer, value) in bad.clone() {
            let kind = FaultKind::Garbage { pointer: pointer.to_owned(), value };
            let path = STORES_PATH.to_owned();
            let fault = Fault { device: None, path, method: None, kind, skip: 0, times: None, processed: false };
            self.demo.sandbox.add_fault(fault).map_err(text)?;
            drop(self.demo.sandbox.exchanges());
            self.demo.pass(DUE).await.map_err(text)?;
            let view = self
                .brought("the list says that it could not be read", |view| {
                    is_cached(&view.freshness, StaleReason::Unreadable)
                })
                .await?;
            self.demo.sandbox.clear_faults();
            let asked = self.demo.sandbox.exchanges().iter().any(|call| call.path == STORES_PATH);
            hold(asked, format!("{pointer}: no delta came"))?;
            let same = view
                .stores
                .iter()
                .zip(&before.stores)
                .all(|(now, then)| (now.id, &now.title) == (then.id, &then.title));
            hold(same && view.stores.len() == before.stores.len(), format!("{pointer}: the stores are others"))?;
        }
        self.demo.pass(DUE).await.map_err(text)?;
        let renamed = |view: &StoresView| view.stores.iter().any(|store| store.title == "Alex, once more");
        self.brought("the good delta is there", |view| is_live(&view.freshness) && renamed(view)).await?;
        Ok(format!("{} of them, none taken in; then a good one is", bad.len()))
    }

    pub(super) async fn bad_input(&mut self) -> Holds {
        let at = |latitude, longitude| near(Position { latitude, longitude });
        let within = |radius| {
            let place = StoresPlace::Near { position: HERE, radius_meters: Some(radius) };
            StoresQuery { place: Some(place), ..StoresQuery::default() }
        };
        let upside_down = StoresPlace::Box { south: 53.0, west: 13.0, north: 52.0, east: 14.0 };
        let bad = [
            (at(f64::NAN, 0.0), "position"),
            (at(91.0, 0.0), "position"),
            (at(0.0, -181.0), "position"),
            (within(0.0), "radius_meters"),
            (within(-5.0), "radius_meters"),
            (within(f64::NAN), "radius_meters"),
            (StoresQuery { place: Some(upside_down), ..StoresQuery::default() }, "box"),
            (StoresQuery { limit: 0, ..near(HERE) }, "limit"),
            (StoresQuery { offer: Some(987_654), ..near(HERE) }, "offer"),
        ];
        let app = self.app()?;
        let count = bad.len();
        for (query, field) in bad {
            match app.stores(query).await {
                Err(LoyaltyError::Rejected { reason })
                    if reason.fields.iter().any(|problem| problem.field == field) => {}
                other => return Err(format!("of a wrong {field} it said {other:?}")),
            }
        }
        let watched = app.stores_to_watch(Position { latitude: f64::INFINITY, longitude: 0.0 }, 5).await;
        hold(matches!(watched, Err(LoyaltyError::Rejected { .. })), format!("it watches {watched:?}"))?;
        let unknown = AttributeFilter { name: "Pool".to_owned(), values: Vec::new() };
        let nothing = self.list(StoresQuery { attributes: vec![unknown], ..near(HERE) }).await?.nothing;
        let said = nothing == Some(NoStores::UnknownAttribute { name: "Pool".to_owned() });
        hold(said, format!("of an unknown attribute it said {nothing:?}"))?;
        Ok(format!("{count} refused, each by its field; an unknown attribute is named"))
    }

    pub(super) async fn bad_hours(&mut self) -> Holds {
        let day = |intervals: &Value| -> Value {
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
                .map(|day| (day.to_owned(), intervals.clone()))
                .into_iter()
                .collect()
        };
        let hours = |from: &str, to: &str| json!({ "from": from, "to": to });
        let impossible = day(&json!([hours("25:00", "26:00")]));
        let always = day(&json!([hours("00:00", "24:00")]));
        let overlap = day(&json!([hours("00:00", "14:00"), hours("12:00", "24:00")]));
        self.change(BAD_HOURS, json!({ "scheduleModel": impossible, "exceptions": [] })).await?;
        self.change(BAD_ZONE, json!({ "scheduleModel": always, "timeZone": "Mars/Base" })).await?;
        self.change(OVERLAPPING, json!({ "scheduleModel": overlap, "exceptions": [] })).await?;
        self.demo.pass(DUE).await.map_err(text)?;
        let before = self.demo.sandbox.now();
        self.brought(
            "they are told",
            |view| matches!(view.freshness, Freshness::Live { as_of } if as_of >= before - 5.seconds()),
        )
        .await?;
        for store in [BAD_HOURS, BAD_ZONE] {
            let row = self.store(store).await?.store;
            hold(row.open == OpenState::Unknown, format!("{} is {:?}", row.title, row.open))?;
        }
        let row = self.store(OVERLAPPING).await?.store;
        hold(matches!(row.open, OpenState::Open { .. }), format!("{} is {:?}", row.title, row.open))?;
        let open = self.list(StoresQuery { open: Some(OpenWhen::Now), limit: MANY, ..near(HERE) }).await?.stores;
        let wrong = open.iter().any(|store| [BAD_HOURS, BAD_ZONE].contains(&store.id));
        hold(!wrong, "one of them is among those that are open now")?;
        Ok("25:00 and Mars/Base are unknown, and never open".to_owned())
    }

    /// Asks for everything, and waits until the nearest stores are as they should be.
    async fn brought(&mut self, what: &str, mut shows: impl FnMut(&StoresView) -> bool) -> Result<StoresView, String> {
        let app = self.app()?;
        let deadline = Instant::now() + PATIENCE * 2;
        app.refresh().await.map_err(text)?;
        loop {
            let view = self.list(near(HERE)).await?;
            if shows(&view) {
                return Ok(view);
            }
            loop {
                match timeout_at(deadline, self.news.recv()).await {
                    Ok(Ok(News::Changed(screens))) if !screens.contains(&Screen::Stores) => {}
                    Ok(Ok(News::Log(_))) => {}
                    Ok(Ok(_) | Err(RecvError::Lagged(_))) => break,
                    Ok(Err(RecvError::Closed)) => return Err("the phone fell silent".to_owned()),
                    Err(_) => return Err(format!("waited until {what}, but the list is {:?}", view.freshness)),
                }
            }
        }
    }

    async fn list(&self, query: StoresQuery) -> Result<StoresView, String> {
        self.app()?.stores(query).await.map_err(text)
    }

    async fn typed(&self, typed: &str) -> Result<Vec<StoreRow>, String> {
        Ok(self.list(StoresQuery { text: Some(typed.to_owned()), ..StoresQuery::default() }).await?.stores)
    }

    async fn store(&self, id: i64) -> Result<StorePage, String> {
        self.app()?.store(id).await.map_err(text)?.ok_or_else(|| format!("there is no store {id}"))
    }

    async fn change(&self, store: i64, change: Value) -> Result<(), String> {
        self.demo.sandbox.change_store(store, change).await.map(drop).map_err(text)
    }

    /// The kind of symbol that the card shows.
    fn drawn(&self) -> Result<Symbology, String> {
        match self.views()?.card {
            CardView::Ready { code, .. } => {
                code.symbol.map(|symbol| symbol.symbology).ok_or_else(|| "there is no symbol".to_owned())
            }
            _ => Err("there is no card".to_owned()),
        }
    }
}

fn near(position: Position) -> StoresQuery {
    StoresQuery { place: Some(StoresPlace::Near { position, radius_meters: None }), ..StoresQuery::default() }
}

fn around(place: &str) -> StoresQuery {
    let place = StoresPlace::Around { text: place.to_owned(), radius_meters: None };
    StoresQuery { place: Some(place), ..StoresQuery::default() }
}

fn having(name: &str, value: &str) -> AttributeFilter {
    AttributeFilter { name: name.to_owned(), values: vec![value.to_owned()] }
}

fn has(store: &StoreRow, filter: &AttributeFilter) -> bool {
    let mut attributes = store.attributes.iter().filter(|attribute| attribute.name == filter.name);
    attributes.any(|attribute| filter.values.is_empty() || filter.values.contains(&attribute.value))
}

fn ids<'s>(stores: impl IntoIterator<Item = &'s StoreRow>) -> Vec<i64> {
    stores.into_iter().map(|store| store.id).collect()
}

/// How far it is; far away where that is not known.
fn meters(store: &StoreRow) -> f64 {
    store.distance_meters.unwrap_or(f64::MAX)
}

fn zone(store: &StoreRow) -> Result<TimeZone, String> {
    TimeZone::get(store.time_zone.as_deref().ok_or("its zone is not known")?).map_err(text)
}

/// The hours of a day as far as they are given.
fn intervals(day: &StoreDay) -> &[OpenInterval] {
    match &day.hours {
        DayHours::Open { intervals } | DayHours::Unknown { intervals } => intervals,
        DayHours::RoundTheClock | DayHours::Closed => &[],
    }
}
