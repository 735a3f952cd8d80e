//! The figures that the issues name, each as ours against a bare baseline, measured alternately in one run.
//!
//! Prints `ratio NAME VALUE BAR` a figure (lower is better, VALUE at most BAR is good), beside what a person wants to
//! read. Nothing here fails: machines are noisy, a reader judges.
//!
//! `cargo bench --bench ratios`

use std::collections::HashMap;
use std::hint::black_box;
use std::num::NonZero;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kiddo::{ImmutableKdTree, SquaredEuclidean};
use pocketcard::card::{CardView, CodeKind, Symbology, symbol};
use pocketcard::events::{Activity, FieldValue};
use pocketcard::history::HistoryFilter;
use pocketcard::host::Host;
use pocketcard::loyalty::Config;
use pocketcard::offers::rules::{Benefit, Facts, Rules, ScheduleWords, StoreFacts, WhyNot, Words};
use pocketcard::offers::{Applies, OfferId, OfferKind, OfferState, OfferStore, OfferView, OffersQuery, OffersView};
use pocketcard::push::{Push, PushOutcome};
use pocketcard::stores::index::{Index, Near};
use pocketcard::stores::search::Names;
use pocketcard::stores::{AttributeFilter, OpenWhen, Position, StoresPlace, StoresQuery};
use pocketcard::types::{Decimal, Freshness, Timestamp};
use pocketcard::{Loyalty, UniFfiTag};
use pocketcard_tests::{ANNA, Phone, Platform, Secrets, config, run};
use serde_json::json;
use uniffi::{Lift, Lower, RustBuffer};

fn main() {
    // Asked for by ourselves below: a fresh process whose memory is the core's.
    if let Ok(folder) = std::env::var("POCKETCARD_IDLE") {
        return idle(&folder);
    }
    // As with any bench: names, or parts of names, of what to run.
    let wanted: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|part| name.contains(part.as_str()));
    if runs("screens") {
        screens();
    }
    if runs("track") {
        track();
    }
    if runs("track_together") {
        track_together();
    }
    if runs("tasks") {
        tasks();
    }
    if runs("push") {
        push();
    }
    if runs("offers") {
        offers_here();
    }
    if runs("boundary") {
        boundary();
    }
    if runs("stores_file") {
        stores_file();
    }
    if runs("stores_nearest") {
        stores();
    }
    if runs("stores_find") {
        find();
    }
}

/// What a member waits for: the card, its symbol, the views; and what the open core takes.
fn screens() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.keep_system_time();
    phone.sign_in(&platform, ANNA);
    phone.wait_for_code("a rotating code", |kind| matches!(kind, CodeKind::Rotating { .. }));
    open_to_card(&mut phone);
    qr_symbol();
    pulls(&phone);
    phone.kill();
    memory(&phone);
}

/// Times two things in turn, `turns` times each, and gives the medians.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn alternate<A, B>(turns: usize, mut ours: impl FnMut() -> A, mut bare: impl FnMut() -> B) -> (Duration, Duration) {
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..turns {
        let start = Instant::now();
        let kept = black_box(ours());
        times.0.push(start.elapsed());
        drop(kept);
        let start = Instant::now();
        let kept = black_box(bare());
        times.1.push(start.elapsed());
        drop(kept);
    }
    (median(times.0), median(times.1))
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn say(name: &str, ours: Duration, bare: Duration, bar: f64) {
    let ratio = ours.as_secs_f64() / bare.as_secs_f64();
    println!("{name}: ours {ours:.1?}, bare {bare:.1?}");
    println!("ratio {name} {ratio:.3} {bar}");
}

/// From `open` to a card with its symbol, against opening the same database bare and reading one row.
fn open_to_card(phone: &mut Phone) {
    phone.kill();
    let host = || Host { secrets: Arc::clone(&phone.secrets) as _, log: None, clock: None, boot: None };
    let file = phone.folder.join("pocketcard.db");
    let (ours, bare) = alternate(
        1_000,
        || {
            let app = Loyalty::open(phone.config.clone(), host()).unwrap();
            let CardView::Ready { code, .. } = app.card() else { panic!("no card") };
            assert!(matches!(code.kind, CodeKind::Rotating { .. }) && code.symbol.is_some());
            app
        },
        || {
            let connection = rusqlite::Connection::open(&file).unwrap();
            let body: String =
                connection.query_row("SELECT body FROM part WHERE name = 'cards'", [], |row| row.get(0)).unwrap();
            assert!(!body.is_empty());
            connection
        },
    );
    say("open_to_card", ours, bare, 1.5);
    phone.open();
}

/// A rotating code's symbol, against the bare `qrcode` crate.
fn qr_symbol() {
    let text = "PC1.1001877399942540.1795370880.94287082";
    let (ours, bare) = alternate(
        2_000,
        || symbol::draw(Symbology::Qr, black_box(text)).unwrap(),
        || qrcode::QrCode::with_error_correction_level(black_box(text), qrcode::EcLevel::M).unwrap(),
    );
    say("qr_symbol", ours, bare, 1.1);
}

/// Pulling views when nothing changed: the card against its bar of 5 µs, the others to read.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn pulls(phone: &Phone) {
    let app = phone.app();
    let measure = |name: &str, pull: &dyn Fn()| {
        pull();
        let mut times = Vec::new();
        for _ in 0..200 {
            let start = Instant::now();
            for _ in 0..50 {
                pull();
            }
            times.push(start.elapsed() / 50);
        }
        let time = median(times);
        println!("pull_{name}: {time:.2?}");
        time
    };
    let card = measure("card", &|| drop(black_box(app.card())));
    measure("session", &|| drop(black_box(app.session())));
    measure("balance", &|| drop(black_box(app.balance())));
    measure("history", &|| drop(black_box(app.history(HistoryFilter::All))));
    println!("ratio pull_card_of_5us {:.3} 1", card.as_secs_f64() / 5e-6);
}

/// A bare database with a table like the core's, durable in the same way.
fn bare_outbox(folder: &Path) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE event (number INTEGER NOT NULL PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, time TEXT NOT NULL,
                 data TEXT NOT NULL, of_member INTEGER NOT NULL, sequence INTEGER, answered INTEGER NOT NULL DEFAULT 0) STRICT;",
        )
        .unwrap();
    connection
}

fn insert_bare(connection: &rusqlite::Connection) {
    let row = (
        "01998a6e-7c00-7000-8000-0123456789ab",
        "offer.viewed",
        "2026-11-22T21:50:11.125+01:00",
        r#"{"offerId":4711}"#,
    );
    connection
        .prepare_cached("INSERT INTO event (id, type, time, data, of_member) VALUES (?1, ?2, ?3, ?4, 1)")
        .unwrap()
        .execute(row)
        .unwrap();
}

/// A phone whose platform is not there, so that everything waits. With room for all that a benchmark tracks.
fn offline_phone() -> Phone {
    let mut phone = Phone::new("http://127.0.0.1:1");
    phone.config.outbox_events = 1_000_000;
    phone.config.outbox_bytes = 1 << 30;
    phone.keep_system_time();
    phone
}

/// An activity from the call to the disk, one by one, against a bare commit of the same row; and against the same on a
/// thread of its own, as whoever may not keep a screen waiting for the disk has to do it.
fn track() {
    let phone = offline_phone();
    let app = phone.app();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let outbox = Arc::new(Mutex::new(bare_outbox(&phone.folder)));
    let track = || runtime.block_on(app.track(Activity::OfferViewed { offer: 4711 })).unwrap();
    let (ours, bare) = alternate(2_000, track, || insert_bare(&outbox.lock().unwrap()));
    say("track", ours, bare, 1.1);
    let elsewhere = || {
        let outbox = Arc::clone(&outbox);
        let insert = tokio::task::spawn_blocking(move || insert_bare(&outbox.lock().unwrap()));
        runtime.block_on(insert).unwrap();
    };
    let _runtime = runtime.enter();
    let (ours, bare) = alternate(2_000, track, elsewhere);
    say("track_from_a_screen", ours, bare, 1.1);
}

/// Fifty activities at once: what one costs of the processors, against a bare batch of fifty in one commit.
fn track_together() {
    const CALLERS: u32 = 50;
    let phone = offline_phone();
    let app = phone.app();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut bare = bare_outbox(&phone.folder);
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        let start = processors();
        runtime.block_on(async {
            let calls = (0..CALLERS).map(|_| app.track(Activity::OfferViewed { offer: 4711 }));
            futures_util::future::try_join_all(calls).await.unwrap();
        });
        ours.push(processors().saturating_sub(start) / CALLERS);
        let start = processors();
        let batch = bare.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
        for _ in 0..CALLERS {
            insert_bare(&batch);
        }
        batch.commit().unwrap();
        others.push(processors().saturating_sub(start) / CALLERS);
    }
    say("track_together", median(ours), median(others), 1.2);
}

/// A push from the service to the disk (read, judged, its balance taken over, its receipt and its event queued), each a new
/// one, against a bare commit of one row as long as the push. The platform cannot be reached, so everything waits.
fn push() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.keep_system_time();
    phone.sign_in(&platform, ANNA);
    platform.cut_off();
    let app = phone.app();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let payload = json!({ "items": [{
        "$type": "Loymax.Balance.DetailedBalanceItem",
        "currency": { "id": 1, "name": "Points", "code": "POINTS", "uid": "4f0a", "externalId": "points", "isDeleted": false,
            "nameCases": { "nominative": "point", "genitive": "points", "plural": "points", "abbreviation": "pts" } },
        "amount": 1240.5, "notActivatedAmount": 120, "accountIsBlocked": false,
        "lifeTimesByTime": [{ "amount": 120, "date": "2027-01-03T00:00:00Z" }], "lifeTimesByPeriod": null,
    }] });
    let payload = payload.to_string();
    let message = |number: u32| -> HashMap<String, String> {
        [
            ("message_id", format!("01998a6e-7c00-7000-8000-{number:012}")),
            ("client_external_id", "purchase".to_owned()),
            ("kind", "balance".to_owned()),
            ("title", "Points".to_owned()),
            ("body", "120 points are yours".to_owned()),
            ("version", number.to_string()),
            ("expires", "2099-01-01T00:00:00Z".to_owned()),
            ("link", "pocketcard://balance".to_owned()),
            ("payload", payload.clone()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into()
    };
    let row: String = serde_json::to_string(&message(0)).unwrap();
    let bare = rusqlite::Connection::open(phone.folder.join("bare.db")).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE push (number INTEGER NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT;",
    )
    .unwrap();
    let mut number = 0;
    let (ours, others) = alternate(
        1_500,
        || {
            number += 1;
            let push = Push::Data { entries: message(number) };
            let outcome = runtime.block_on(app.receive_push(push)).unwrap();
            assert!(matches!(outcome, PushOutcome::Taken { notification: Some(_) }), "{outcome:?}");
        },
        || bare.prepare_cached("INSERT INTO push (body) VALUES (?1)").unwrap().execute([&row]).unwrap(),
    );
    say("push", ours, others, 1.5);
    platform.exchanges();
}

/// The tasks' screen with 50 tasks and 1 000 events that wait, each event counted by five tasks, against its bar of a
/// millisecond.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn tasks() {
    const KINDS: [(&str, &str); 3] = [("count", "none"), ("amount", "day"), ("streak", "week")];
    let platform = Platform::start();
    for task in 0..50 {
        let (kind, window) = KINDS[task % 3];
        platform.put_task(json!({
            "id": format!("task-{task}"), "title": "Look around", "kind": kind, "window": window, "target": 400,
            "trigger": { "event": "custom", "where": { "name": format!("look.{}", task % 10) } },
        }));
    }
    let phone = Phone::signed_in(&platform);
    platform.cut_off();
    for event in 0..1_000 {
        let fields = [("amount".to_owned(), FieldValue::Number { value: Decimal::new(125, 2) })].into();
        run(phone.app().track(Activity::Custom { name: format!("look.{}", event % 10), fields })).unwrap();
    }
    let app = phone.app();
    assert!(app.tasks().tasks.len() >= 50 && app.tasks().tasks.iter().any(|task| task.waiting > Decimal::ZERO));
    let mut times = Vec::new();
    for _ in 0..300 {
        let start = Instant::now();
        drop(black_box(app.tasks()));
        times.push(start.elapsed());
    }
    let time = median(times);
    println!("tasks_view: {time:.1?}");
    println!("ratio tasks_view_of_1ms {:.3} 1", time.as_secs_f64() / 1e-3);
    platform.exchanges();
}

/// The rules of the benchmark's offers: of each kind that the programme has, a fifth.
fn rules_of(offer: i64) -> Rules {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let words = match offer % 5 {
        0 => Words { channels: owned(&["online"]), payment_methods: owned(&["card", "wallet"]), ..Words::default() },
        1 => Words {
            channels: owned(&["store"]),
            store_attributes: [("CustomTradeFormat".to_owned(), owned(&["Hypermarket", "Supermarket"]))].into(),
            ..Words::default()
        },
        2 => Words {
            schedule: Some(ScheduleWords {
                days: owned(&["sat", "sun"]),
                from: Some("08:00".to_owned()),
                to: Some("20:00".to_owned()),
            }),
            ..Words::default()
        },
        3 => Words { store_ids: (0..20).map(|store| store * 7 + offer).collect(), ..Words::default() },
        _ => Words { activation: Some("required".to_owned()), ..Words::default() },
    };
    Rules { begin: Some(Timestamp::UNIX_EPOCH), end: Some(Timestamp::MAX), ..words.read() }
}

/// What a loop needs of rules at the least, as somebody would write it for this one question.
struct BareRules {
    begin: i64,
    end: i64,
    online: bool,
    format: Option<[&'static str; 2]>,
    stores: Vec<i64>,
    hours: Option<(u8, u16, u16)>,
    payment: Option<[&'static str; 2]>,
    activation: bool,
}

impl BareRules {
    fn of(offer: i64) -> Self {
        let kind = offer % 5;
        Self {
            begin: 0,
            end: i64::MAX,
            online: kind == 0,
            format: (kind == 1).then_some(["Hypermarket", "Supermarket"]),
            stores: if kind == 3 { (0..20).map(|store| store * 7 + offer).collect() } else { Vec::new() },
            hours: (kind == 2).then_some((0b110_0000, 8 * 60, 20 * 60)),
            payment: (kind == 0).then_some(["card", "wallet"]),
            activation: kind == 4,
        }
    }

    /// 0 for yes, or which condition says no.
    fn applies(&self, store: &StoreFacts, format: &str, (now, day, minute): (i64, u8, u16), paid: Option<&str>) -> u8 {
        if now >= self.end {
            1
        } else if now < self.begin {
            2
        } else if self.online {
            3
        } else if !self.stores.is_empty() && !self.stores.contains(&store.id) {
            4
        } else if self.format.is_some_and(|formats| !formats.contains(&format)) {
            5
        } else if self.hours.is_some_and(|(days, from, to)| days >> day & 1 == 0 || minute < from || minute >= to) {
            6
        } else if paid.is_some_and(|paid| self.payment.is_some_and(|methods| !methods.contains(&paid))) {
            7
        } else if self.activation {
            8
        } else {
            0
        }
    }
}

/// `offers at this store now` over 500 offers: the whole view against its bar of 100 µs, the rules against a bare loop
/// over parsed structs that answers the same question.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn offers_here() {
    const OFFERS: i64 = 500;
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.keep_system_time();
    phone.sign_in(&platform, ANNA);
    phone.kill();
    let offers: Vec<_> = (0..OFFERS)
        .map(|id| {
            json!({
                "id": id, "version": 1, "priority": id % 7, "title": format!("Ten per cent off everything, offer {id}"),
                "summary": "At all our hypermarkets, on weekends, for members with a card", "description": "word ".repeat(60),
                "image_url": format!("https://images.example/offers/{id}/large.webp"), "personal": id % 10 == 0,
                "logical_name": null, "activated": null, "uses_left": null, "rules": rules_of(id),
                "benefit": { "discount_percent": "10", "points": null, "multiplier": null },
            })
        })
        .collect();
    let database = rusqlite::Connection::open(phone.folder.join("pocketcard.db")).unwrap();
    database
        .execute(
            "INSERT OR REPLACE INTO part (name, version, body) VALUES ('offers', 1, ?1)",
            [serde_json::to_string(&offers).unwrap()],
        )
        .unwrap();
    drop(database);
    phone.open();
    let app = phone.app();
    let attributes = || [("CustomTradeFormat".to_owned(), vec!["Hypermarket".to_owned()])];
    let query = OffersQuery {
        store: Some(OfferStore { id: 21, attributes: attributes().into(), time_zone: "Europe/Berlin".to_owned() }),
        others_too: true,
        ..OffersQuery::default()
    };
    let view = app.offers(query.clone()).unwrap();
    assert!(view.offers.len() >= 500);
    assert!(view.offers.iter().filter(|offer| offer.applies == Applies::Yes).count() >= 100);
    let mut times = Vec::new();
    for _ in 0..2_000 {
        let query = query.clone();
        let start = Instant::now();
        let view = black_box(app.offers(query)).unwrap();
        times.push(start.elapsed());
        drop(view);
    }
    let time = median(times);
    println!("offers_here: {time:.1?}");
    println!("ratio offers_here_of_100us {:.3} 1", time.as_secs_f64() / 1e-4);

    let rules: Vec<Rules> = (0..OFFERS).map(rules_of).collect();
    let bare: Vec<BareRules> = (0..OFFERS).map(BareRules::of).collect();
    let zone = jiff::tz::TimeZone::get("Europe/Berlin").unwrap();
    let store = StoreFacts { id: 21, attributes: attributes().into(), zone };
    let now: Timestamp = "2026-11-28T11:00:00Z".parse().unwrap();
    let ours = || {
        let facts = Facts::in_store(black_box(&store), black_box(now));
        rules.iter().map(|rules| rules.applies(&facts)).collect::<Vec<Result<(), WhyNot>>>()
    };
    let theirs = || {
        let local = store.zone.to_datetime(black_box(now));
        let day = local.weekday().to_monday_zero_offset().unsigned_abs();
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let format = store.attributes["CustomTradeFormat"][0].as_str();
        let now = (now.as_second(), day, minute);
        bare.iter().map(|bare| bare.applies(black_box(&store), format, now, None)).collect::<Vec<u8>>()
    };
    assert!(ours().iter().zip(theirs()).all(|(ours, theirs)| ours.is_ok() == (theirs == 0)));
    let (ours, bare) = alternate(5_000, ours, theirs);
    say("offer_rules", ours, bare, 3.0);
}

/// A view of 1 000 offers across the boundary and back, as the bindings do it at this side, against the same bytes packed
/// beforehand. What Kotlin takes to read them is for its own tests to say.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn boundary() {
    let rows = (0..1_000).map(|id| OfferView {
        id: OfferId::Offer { id },
        kind: OfferKind::Personal,
        title: format!("Ten per cent off everything, offer {id}"),
        gives: Benefit { discount_percent: Some(Decimal::TEN), ..Benefit::default() },
        summary: None,
        image_url: Some(format!("https://images.example/offers/{id}/large.webp")),
        until: Some(Timestamp::MAX),
        uses_left: None,
        state: OfferState::Active,
        applies: Applies::Yes,
    });
    let now = Timestamp::UNIX_EPOCH;
    let view = OffersView {
        offers: rows.collect(),
        time_zone: "Europe/Berlin".to_owned(),
        valid_until: None,
        freshness: Freshness::Live { as_of: now },
        coupons_freshness: Freshness::Live { as_of: now },
    };
    let lower = <OffersView as Lower<UniFfiTag>>::lower_into_rust_buffer;
    let lift = |buffer| <OffersView as Lift<UniFfiTag>>::try_lift_from_rust_buffer(buffer).unwrap();
    let bytes = lower(view.clone()).destroy_into_vec();
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..500 {
        let sent = view.clone();
        let start = Instant::now();
        let back = black_box(lift(black_box(lower(sent))));
        ours.push(start.elapsed());
        assert!(back == view);
        let sent = bytes.clone();
        let start = Instant::now();
        let back = black_box(black_box(RustBuffer::from_vec(sent)).destroy_into_vec().clone());
        bare.push(start.elapsed());
        assert!(back == bytes);
    }
    println!("boundary: 1000 rows are {} bytes", bytes.len());
    say("boundary_rows", median(ours), median(bare), 50.0);
}

/// A chain of 10 000 stores from the disk: the first filtered answer of an app that was just opened, against reading the
/// blobs bare; then what a list takes once they are in memory.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn stores_file() {
    let platform = Platform::with_stores(10_000);
    let mut phone = Phone::new(platform.url());
    phone.keep_system_time();
    phone.sign_in(&platform, ANNA);
    let near = StoresPlace::Near { position: Position { latitude: 52.52, longitude: 13.40 }, radius_meters: None };
    let query = StoresQuery { place: Some(near), ..StoresQuery::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    phone.wait("the chain", |app| run(app.stores(query.clone())).unwrap().stores.first().map(|_| ()));
    let filters = runtime.block_on(phone.app().stores(query.clone())).unwrap().filters;
    let rare = filters.iter().find(|filter| (500..1_500).contains(&filter.stores)).unwrap_or(&filters[0]);
    let attribute = &rare.attribute;
    let attributes = vec![AttributeFilter { name: attribute.name.clone(), values: vec![attribute.value.clone()] }];
    let filtered = StoresQuery { attributes, ..query.clone() };
    let open_now = StoresQuery { open: Some(OpenWhen::Now), ..query.clone() };
    println!("stores: {} has the filter {}={}", rare.stores, attribute.name, attribute.value);
    phone.kill();
    let file = phone.folder.join("stores.db");
    let host = || Host { secrets: Arc::clone(&phone.secrets) as _, log: None, clock: None, boot: None };
    let (mut ours, mut bare, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..300 {
        let app = Loyalty::open(phone.config.clone(), host()).unwrap();
        // What any act of a new app needs first is not the stores'.
        runtime.block_on(app.celebrated(Vec::new())).unwrap();
        let (asked, times) = if turn % 2 == 0 { (&filtered, &mut ours) } else { (&open_now, &mut open) };
        let start = Instant::now();
        let view = runtime.block_on(app.stores(asked.clone())).unwrap();
        times.push(start.elapsed());
        assert_eq!(view.stores.len(), 20);
        drop(app);
        let start = Instant::now();
        let connection = rusqlite::Connection::open(&file).unwrap();
        let blobs: (Vec<u8>, Vec<u8>) = connection
            .query_row("SELECT stores, places FROM catalogue", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        bare.push(start.elapsed());
        if turn == 0 {
            println!("stores: blobs of {} and {} bytes", blobs.0.len(), blobs.1.len());
        }
    }
    let bare = median(bare);
    println!("stores_first_open_now: {:.1?}", median(open));
    say("stores_first_filtered_10k", median(ours), bare, 2.0);
    phone.open();
    for (name, query) in [("near", &query), ("near_filtered", &filtered), ("near_open_now", &open_now)] {
        let mut times = Vec::new();
        for _ in 0..500 {
            let start = Instant::now();
            drop(black_box(runtime.block_on(phone.app().stores(query.clone())).unwrap()));
            times.push(start.elapsed());
        }
        println!("stores_{name}: {:.1?} to a view of 20", median(times));
    }
}

/// One store in eleven has it: a coffee shop, say.
const COFFEE: u64 = 1 << 5;

/// A chain of so many stores in 250 cities, most of them in few; each with its attributes.
fn chain(random: &mut fastrand::Rng, count: u32) -> Vec<(u32, Position, u64)> {
    let mut city = || (random.f64() * 125.0 - 55.0, random.f64() * 340.0 - 170.0, 0.02 + 0.3 * random.f64());
    let cities: [_; 250] = std::array::from_fn(|_| city());
    let mut store = |number| {
        let (latitude, longitude, radius) = cities[random.usize(..250).min(random.usize(..250))];
        let mut off = || radius * (0..4).map(|_| random.f64() - 0.5).sum::<f64>();
        let place = Position::new(latitude + off(), longitude + 1.5 * off()).unwrap();
        let half = u64::from(random.bool()) << 9;
        (number, place, if random.f64() < 0.09 { COFFEE | half } else { half })
    };
    (0..count).map(&mut store).collect()
}

#[expect(clippy::cast_possible_truncation, reason = "as the index has it")]
fn on_sphere(place: Position) -> [f32; 3] {
    let (latitude, longitude) = (place.latitude.to_radians(), place.longitude.to_radians());
    [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()].map(|part| part as f32)
}

/// The nearest 20 of a chain, by a query somewhere in a city and one anywhere, against `kiddo` over the same points:
/// without a filter, and with one that 9 % pass against its time without.
fn stores() {
    const TOGETHER: u32 = 50;
    let twenty = NonZero::new(20).unwrap();
    for (name, count) in [("1k", 1_000), ("10k", 10_000), ("100k", 100_000), ("1m", 1_000_000)] {
        let mut random = fastrand::Rng::with_seed(7);
        let stores = chain(&mut random, count);
        let index = Index::build(stores.iter().copied());
        let points: Vec<_> = stores.iter().map(|(_, place, _)| on_sphere(*place)).collect();
        let tree: ImmutableKdTree<f32, 3> = ImmutableKdTree::new_from_slice(&points).unwrap();
        let mut query = || {
            let (_, near, _) = stores[random.usize(..stores.len())];
            let near = Position::new(near.latitude + random.f64() * 0.02, near.longitude + random.f64() * 0.02);
            [near.unwrap(), Position::new(random.f64() * 180.0 - 90.0, random.f64() * 360.0 - 180.0).unwrap()]
        };
        let queries: Vec<Position> = (0..1_000).flat_map(|_| query()).collect();
        let near = |from, wanted| Near { from, within: f64::INFINITY, wanted, skip: 0, most: 20 };
        let ours = |wanted| {
            let mut turns = queries.chunks(TOGETHER as usize).cycle();
            let (index, near) = (&index, &near);
            move || {
                let found = |from: &Position| index.nearest(&near(*from, wanted), |_| true).len();
                assert_eq!(turns.next().unwrap().iter().map(found).sum::<usize>(), 20 * TOGETHER as usize);
            }
        };
        let bare = || {
            let mut turns = queries.chunks(TOGETHER as usize).cycle();
            let tree = &tree;
            move || {
                let nearest = |from: &Position| {
                    let nearest = tree.query(&on_sphere(*from)).nearest_n::<SquaredEuclidean<f32>>(twenty).execute();
                    nearest.len()
                };
                assert_eq!(turns.next().unwrap().iter().map(nearest).sum::<usize>(), 20 * TOGETHER as usize);
            }
        };
        // Of fifty queries in a turn, one.
        let say = |name: &str, (ours, bare): (Duration, Duration), bar| {
            say(&format!("stores_{name}"), ours / TOGETHER, bare / TOGETHER, bar);
        };
        say(&format!("nearest_{name}"), alternate(1_000, ours(0), bare()), 1.2);
        say(&format!("filtered_{name}"), alternate(1_000, ours(COFFEE), bare()), 2.6);
        let bytes = f64::from(u32::try_from(index.as_bytes().len()).unwrap()) / f64::from(count);
        println!("stores_memory_{name}: {bytes:.1} bytes a store");
        println!("ratio stores_memory_{name}_of_40_bytes {:.3} 1", bytes / 40.0);
        if count == 10_000 {
            load(&index, &near(queries[0], COFFEE));
            // What a filter costs where it comes after.
            let mut turns = queries.chunks(TOGETHER as usize).cycle();
            let overfetch = || {
                for from in turns.next().unwrap() {
                    let from = on_sphere(*from);
                    let passing = |most: &usize| {
                        let most = NonZero::new(*most).unwrap();
                        let found = tree.query(&from).nearest_n::<SquaredEuclidean<f32>>(most).execute();
                        found.iter().filter(|found| stores[found.item as usize].2 & COFFEE != 0).count() >= 20
                    };
                    let most = std::iter::successors(Some(160), |most| Some(most * 2)).find(passing);
                    assert!(most.is_some());
                }
            };
            let (over, _) = alternate(200, overfetch, || ());
            println!("stores_filtered_{name}: by asking kiddo for more until 20 pass, {:.1?}", over / TOGETHER);
        }
    }
}

/// From the file to the first filtered answer, against reading the file.
fn load(index: &Index, near: &Near) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("index");
    std::fs::write(&file, index.as_bytes()).unwrap();
    let (ours, bare) = alternate(
        2_000,
        || {
            let index = Index::from_bytes(std::fs::read(&file).unwrap()).unwrap();
            assert_eq!(index.nearest(near, |_| true).len(), 20);
            index
        },
        || std::fs::read(&file).unwrap(),
    );
    say("stores_load_10k", ours, bare, 2.0);
}

/// What is typed into the search of 20 000 stores with 12 000 different words, against a millisecond: a phone may take a
/// few times as long.
#[expect(clippy::disallowed_methods, reason = "a benchmark's time is the machine's")]
fn find() {
    const SYLLABLES: [&str; 20] = [
        "бо", "ве", "ги", "до", "жу", "за", "ка", "ле", "ми", "но", "пе", "ра", "ска", "тве", "фо", "хи", "ца", "чер",
        "шо", "щел",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut words = |count: usize, end: &str| -> Vec<String> {
        let mut word = || (0..random.usize(2..5)).map(|_| SYLLABLES[random.usize(..20)]).collect::<String>() + end;
        (0..count).map(|_| word()).collect()
    };
    let (streets, cities, landmarks) = (words(6_000, "ская"), words(1_000, "во"), words(5_000, "к"));
    let mut any = fastrand::Rng::with_seed(8);
    let stores: Vec<_> = (0..20_000)
        .map(|number| {
            let street = format!("ул. {}, {}", streets[any.usize(..streets.len())], any.u8(1..));
            let name = format!("Пятёрочка {}", landmarks[any.usize(..landmarks.len())]);
            (number, [name, street, cities[any.usize(..cities.len())].clone()])
        })
        .collect();
    let start = processors();
    let names = Names::build(stores.iter().map(|(number, texts)| (*number, texts)));
    println!("stores_find_20k: built in {:.1?}", processors().saturating_sub(start));
    let (_, [_, street, city]) = &stores[4_711];
    for (kind, query) in [
        ("one letter", "п".to_owned()),
        ("a name that all have", "пятерочка".to_owned()),
        ("a street and a city", format!("{} {city}", street.trim_start_matches("ул. "))),
        ("two errors in Latin letters", "tveckaskya pyaterocka".to_owned()),
        ("eight long words", "тверскаяяя ".repeat(8)),
        ("nothing that there is", "международная".to_owned()),
    ] {
        let mut times = Vec::new();
        for _ in 0..300 {
            let start = Instant::now();
            black_box(names.find(black_box(&query), 20));
            times.push(start.elapsed());
        }
        let time = median(times);
        println!("stores_find_20k, {kind}: {time:.1?}, {} found", names.find(&query, usize::MAX).len());
        let name = kind.replace(',', "").replace(' ', "_");
        println!("ratio stores_find_20k_{name}_of_1ms {:.3} 1", time.as_secs_f64() / 1e-3);
    }
}

/// What this process has had of the processors, all its threads together.
fn processors() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap())
}

/// Peak memory of a process that opened the core and sits idle, against one that did nothing.
fn memory(phone: &Phone) {
    let child = |folder: &Path| {
        let output = Command::new(std::env::current_exe().unwrap())
            .env("POCKETCARD_IDLE", folder)
            .env("POCKETCARD_SECRETS", phone.folder.with_extension("secrets"))
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().trim().parse::<u64>().unwrap()
    };
    phone.secrets.write_to(&phone.folder.with_extension("secrets"));
    let (opened, nothing) = (child(&phone.folder), child(Path::new("")));
    println!("idle_memory: {opened} KiB peak with the core open and the card shown, {nothing} KiB without");
}

/// What the child of [`memory`] does: opens the core if there is a folder, shows the card, and tells its peak memory.
fn idle(folder: &str) {
    let app = (!folder.is_empty()).then(|| {
        let secrets = Arc::new(Secrets::read_from(Path::new(&std::env::var("POCKETCARD_SECRETS").unwrap())));
        let config = Config { data_folder: folder.to_owned(), ..config("http://127.0.0.1:1") };
        let app = Loyalty::open(config, Host { secrets, log: None, clock: None, boot: None }).unwrap();
        assert!(matches!(app.card(), CardView::Ready { .. }));
        app
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    println!("{}", peak.unwrap_or("0"));
    drop(app);
}
