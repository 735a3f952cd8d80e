//! Journeys of sync: parts fail apart, bad answers are refused with a bound, and nobody is asked too often.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::history::{HistoryFilter, HistoryWhat};
use pocketcard::host::Observer;
use pocketcard::loyalty::{Config, Loyalty};
use pocketcard::types::{Decimal, Freshness, Screen, StaleReason};
use pocketcard_tests::{BORIS, Phone, Platform, run};
use serde_json::{Value, json};

const BALANCE: &str = "/publicapi/v1.2/User/DetailedBalance";

#[test]
fn what_was_there_is_on_screen_without_the_network() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    let (balance, history) = (phone.app().balance(), phone.app().history(HistoryFilter::All));
    platform.cut_off();
    phone.reopen();
    let shown = phone.app().balance();
    assert_eq!(shown.accounts, balance.accounts);
    assert!(matches!(shown.freshness, Freshness::Cached { reason: StaleReason::NotAsked, .. }));
    assert_eq!(phone.app().history(HistoryFilter::All).entries, history.entries);
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::Offline));
    assert!(matches!(phone.app().balance().freshness, Freshness::Cached { reason: StaleReason::Offline, .. }));
    assert_eq!(phone.app().balance().accounts, balance.accounts);
}

#[test]
fn balance_tier_and_history_are_what_the_platform_says() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let balance = phone.app().balance();
    let points = &balance.accounts[0];
    assert!(balance.accounts.len() > 1, "several currencies");
    assert!(points.available > Decimal::ZERO && points.pending > Decimal::ZERO);
    assert!(points.activations.iter().all(|dated| dated.amount > Decimal::ZERO));
    assert!(!points.expirations.is_empty() || !points.later.is_empty(), "something expires");
    let ladder = &balance.tiers[0];
    assert!(ladder.current.is_some() && ladder.tiers.len() > 1);
    assert!(ladder.next_at.is_none_or(|next| next > ladder.value));
    let history = phone.app().history(HistoryFilter::All);
    assert!(history.entries.windows(2).all(|pair| pair[0].at >= pair[1].at), "newest first");
    let purchases = phone.app().history(HistoryFilter::Purchases).entries;
    assert!(!purchases.is_empty());
    assert!(
        purchases.iter().all(|entry| matches!(&entry.what, HistoryWhat::Purchase { items, .. } if !items.is_empty()))
    );
}

#[test]
fn one_part_that_cannot_be_read_keeps_its_old_value_and_says_so_and_the_rest_goes_on() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let before = phone.points();
    platform.sell(&phone.code().text, "20.00", "0");
    for (pointer, value) in [
        ("/data/items/0/amount", json!("a lot")),
        ("/data/items/0/currency", json!(7)),
        ("/data", json!("SECRET-IN-DATA")),
    ] {
        platform.fault(json!({ "path": BALANCE, "kind": { "garbage": { "pointer": pointer, "value": value } } }));
        let report = run(phone.app().refresh()).unwrap();
        assert_eq!(report.stale.len(), 1, "{report:?}");
        assert_eq!((report.stale[0].screen, report.stale[0].reason), (Screen::Balance, StaleReason::Unreadable));
        let balance = phone.app().balance();
        assert_eq!(phone.points(), before, "the old value");
        assert!(matches!(balance.freshness, Freshness::Cached { reason: StaleReason::Unreadable, .. }));
        assert!(matches!(balance.tiers_freshness, Freshness::Live { .. }), "the tier is another part");
        platform.heal();
    }
    let log = phone.log.text();
    assert!(log.contains("amount") && log.contains("DetailedBalance"), "the log names the field: {log}");
    assert!(!log.contains("a lot") && !log.contains("SECRET-IN-DATA"), "and not its value");
    run(phone.app().refresh()).unwrap();
    assert!(phone.points() > before);
}

#[test]
fn hostile_bodies_are_refused_with_a_bound() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let before = phone.app().balance().accounts;
    // Something new to say, or the platform would say "unchanged" and have no body to spoil.
    platform.sell(&phone.code().text, "20.00", "0");
    let bad: [(Value, StaleReason); 6] = [
        (json!("html"), StaleReason::Unreadable),
        (json!({ "hugeBody": { "bytes": 10_000_000 } }), StaleReason::Unreadable),
        (json!({ "gzipBomb": { "bytes": 100_000_000 } }), StaleReason::Unreadable),
        (json!("cutBody"), StaleReason::Offline),
        (json!("reset"), StaleReason::Offline),
        (json!("fail"), StaleReason::Refused),
    ];
    for (kind, reason) in bad {
        platform.fault(json!({ "path": BALANCE, "kind": kind }));
        let report = run(phone.app().refresh()).unwrap();
        assert_eq!(report.stale.iter().map(|stale| stale.reason).collect::<Vec<_>>(), [reason], "{kind}");
        assert_eq!(phone.app().balance().accounts, before);
        platform.heal();
    }
}

#[test]
fn unchanged_parts_are_not_sent_again() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    run(phone.app().refresh()).unwrap();
    let exchanges = platform.exchanges();
    let statuses = |path: &str| -> Vec<u16> {
        exchanges.iter().filter(|exchange| exchange.path.ends_with(path)).map(|exchange| exchange.status).collect()
    };
    for path in ["/User", "/User/Status", "/User/DetailedBalance", "/Cards", "/History", "/capabilities"] {
        assert_eq!(statuses(path), [304], "{path}");
    }
    assert!(exchanges.iter().all(|exchange| exchange.request_headers.iter().any(|name| name == "accept-encoding")));
    assert!(matches!(phone.app().balance().freshness, Freshness::Live { .. }), "unchanged is fresh");
}

#[test]
fn several_refreshes_at_once_are_one() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": "/publicapi", "kind": { "latency": { "millis": 150 } } }));
    let threads: Vec<_> = (0..100)
        .map(|_| {
            let app = Arc::clone(phone.app());
            std::thread::spawn(move || run(app.refresh()))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    let calls = platform.exchanges().iter().filter(|exchange| exchange.path == BALANCE).count();
    assert!(calls <= 2, "{calls} calls for 100 refreshes");
}

#[test]
fn retry_after_is_honoured_even_by_the_members_own_refresh() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": "/publicapi", "kind": { "status": { "code": 429, "retryAfter": 120 } } }));
    assert!(matches!(run(phone.app().refresh()), Err(LoyaltyError::TryLater { after: Some(_) })));
    platform.heal();
    platform.exchanges();
    let Err(LoyaltyError::TryLater { after: Some(after) }) = run(phone.app().refresh()) else {
        panic!("asked too early")
    };
    assert!(after > Duration::from_mins(1) && after <= Duration::from_mins(2));
    assert!(platform.exchanges().is_empty(), "the platform was left alone");
    phone.clock.pass(Duration::from_secs(121));
    run(phone.app().refresh()).unwrap();
}

#[test]
fn a_passing_failure_is_retried_and_not_noticed() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": BALANCE, "kind": { "status": { "code": 503 } }, "times": 1 }));
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
}

#[test]
fn back_in_the_network_the_screens_refresh_by_themselves_while_the_app_is_in_front() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    phone.app().set_active(true);
    platform.cut_off();
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::Offline));
    platform.heal();
    phone.clock.pass(Duration::from_mins(10));
    phone.wait("live again", |app| matches!(app.balance().freshness, Freshness::Live { .. }).then_some(()));
}

#[test]
fn what_the_platform_refuses_is_not_asked_for_again_and_again() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": "/publicapi/v1.2/Cards/", "kind": { "status": { "code": 404 } } }));
    platform.advance(Duration::from_mins(6));
    phone.clock.pass(Duration::from_mins(6));
    phone.app().set_active(true);
    std::thread::sleep(Duration::from_secs(4));
    let asked = phone.log.text().matches("Cards/{id}/QrCode").count();
    assert!((1..=6).contains(&asked), "asked {asked} times in 4 s\n{}", phone.log.text());
}

#[test]
fn pushes_leave_a_busy_platform_alone() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": "/publicapi", "kind": { "status": { "code": 429, "retryAfter": 120 } } }));
    assert!(run(phone.app().refresh()).is_err());
    platform.heal();
    platform.exchanges();
    let entries = [("kind", "balance"), ("message_id", "1")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    let _ = run(phone.app().receive_push(pocketcard::push::Push::Data { entries: entries.into() }));
    assert!(run(phone.app().load_history()).is_err());
    assert!(platform.exchanges().is_empty());
}

#[test]
fn an_app_too_old_is_told_and_keeps_its_data() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let points = phone.points();
    platform.set(|settings| settings.minimum_app_version = Some("1.10".to_owned()));
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::UpdateApp { minimum: "1.10".to_owned() }));
    assert_eq!(phone.points(), points);
}

#[test]
fn older_history_comes_page_by_page() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, BORIS);
    for _ in 0..55 {
        platform.sell(BORIS, "1.00", "0");
    }
    run(phone.app().refresh()).unwrap();
    let first = phone.app().history(HistoryFilter::All);
    assert!(first.more, "{} entries", first.entries.len());
    run(phone.app().load_history()).unwrap();
    let second = phone.app().history(HistoryFilter::All);
    assert!(second.entries.len() > first.entries.len());
    assert!(second.entries.starts_with(&first.entries));
    let mut ids: Vec<_> = second.entries.iter().map(|entry| entry.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), second.entries.len(), "none stands twice");
}

/// An observer that calls the app back, as shells do, from within the callback.
struct CallsBack {
    app: std::sync::Weak<Loyalty>,
    done: AtomicBool,
}

impl Observer for CallsBack {
    fn changed(&self, _: Vec<Screen>) {
        if let Some(app) = self.app.upgrade() {
            // A view, and a whole refresh: neither may find a lock held or a runtime blocked.
            let _ = app.balance();
            let _ = run(app.refresh());
            self.done.store(true, Ordering::SeqCst);
        }
    }
}

#[test]
fn an_observer_may_call_the_app_back() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let observer = Arc::new(CallsBack { app: Arc::downgrade(phone.app()), done: AtomicBool::new(false) });
    let _subscription = phone.app().subscribe(Arc::clone(&observer) as _);
    run(phone.app().refresh()).unwrap();
    phone.wait("the observer came through", |_| observer.done.load(Ordering::SeqCst).then_some(()));
}

#[test]
fn a_wrong_configuration_names_the_field() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let good = || phone.config.clone();
    let wrong: [(&str, Config); 10] = [
        ("platform_url", Config { platform_url: "ftp://example.com".to_owned(), ..good() }),
        ("platform_url", Config { platform_url: "http://example.com".to_owned(), ..good() }),
        ("data_folder", Config { data_folder: "relative".to_owned(), ..good() }),
        ("data_folder", Config { data_folder: "/proc/nowhere/to/write".to_owned(), ..good() }),
        ("app_name", Config { app_name: String::new(), ..good() }),
        ("app_version", Config { app_version: "1\r\nX-Injected: 1".to_owned(), ..good() }),
        ("platform_version", Config { platform_version: "é".to_owned(), ..good() }),
        ("locale", Config { locale: "deutsch!".to_owned(), ..good() }),
        ("time_zone", Config { time_zone: "Mars/Olympus".to_owned(), ..good() }),
        ("pins", Config { pins: vec!["not a pin".to_owned()], ..good() }),
    ];
    for (expected, config) in wrong {
        match Loyalty::open(config, phone.host()) {
            Err(LoyaltyError::WrongConfig { field, problem }) => {
                assert_eq!(field, expected);
                assert!(problem.len() > 10, "{problem}");
            }
            Err(other) => panic!("{expected}: {other:?}"),
            Ok(_) => panic!("{expected}: taken"),
        }
    }
}

#[test]
fn closing_while_calls_run_harms_nothing() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    platform.fault(json!({ "path": "/publicapi", "kind": { "latency": { "millis": 400 } } }));
    let app = Arc::clone(phone.app());
    let call = std::thread::spawn(move || {
        run(async { tokio::time::timeout(Duration::from_millis(100), app.refresh()).await })
    });
    let _ = call.join().unwrap();
    phone.kill();
    platform.heal();
    phone.open();
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
}

#[test]
fn the_sandbox_keeps_its_data_through_a_restart() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.sell(&phone.code().text, "20.00", "0");
    run(phone.app().refresh()).unwrap();
    let points = phone.points();
    platform.restart();
    run(phone.app().refresh()).unwrap();
    assert_eq!(phone.points(), points, "member, tokens and accounts are still there");
}
