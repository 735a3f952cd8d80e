//! Journeys of events: what happened reaches the platform, once, whatever happens to phone and network in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::events::{Activity, DropReason, FieldValue};
use pocketcard::loyalty::{Config, Loyalty};
use pocketcard::types::{Decimal, StaleReason};
use pocketcard_tests::{ANNA, PATIENCE, Phone, Platform, rejection, run};
use serde_json::json;

const EVENTS: &str = "/app/v1/events";

/// What tells the phone's installation from others.
fn device(phone: &Phone) -> String {
    serde_json::from_slice(&phone.secrets.all()["pocketcard.installation"]).unwrap()
}

fn view(phone: &Phone, offer: i64) {
    run(phone.app().track(Activity::OfferViewed { offer })).unwrap();
}

fn flush(phone: &Phone) -> pocketcard::events::FlushReport {
    run(phone.app().flush(PATIENCE)).unwrap()
}

/// The offers that the platform was told were viewed, in the order in which that came.
fn viewed(platform: &Platform, phone: &Phone) -> Vec<i64> {
    let events = platform.events(&device(phone));
    events
        .iter()
        .filter(|event| event.kind == "offer.viewed")
        .map(|event| event.data["offerId"].as_i64().unwrap())
        .collect()
}

fn kinds(platform: &Platform, phone: &Phone) -> Vec<String> {
    platform.events(&device(phone)).into_iter().map(|event| event.kind).collect()
}

#[test]
fn an_installation_is_found_without_being_told_and_rewarded_once() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    // Nobody has signed in: the platform makes an anonymous member of this installation.
    assert_eq!(flush(&phone).sent, 1);
    assert_eq!(kinds(&platform, &phone), ["app.installed"]);
    phone.sign_in(&platform, ANNA);
    let rewarded = phone.points();
    let history = phone.app().history(pocketcard::history::HistoryFilter::Rewards).entries;
    assert!(format!("{:?}", history[0]).contains("100"), "the newest reward is the installation's: {:?}", history[0]);
    let installation = device(&phone);
    // Started again, and even installed again where the secret store survived, it is the same installation.
    phone.reopen();
    flush(&phone);
    phone.kill();
    std::fs::remove_dir_all(&phone.folder).unwrap();
    phone.open();
    phone.sign_in(&platform, ANNA);
    assert_eq!(device(&phone), installation);
    let statuses: Vec<_> = platform
        .events(&installation)
        .into_iter()
        .filter(|event| event.kind == "app.installed")
        .map(|event| (event.status, event.received))
        .collect();
    assert_eq!(statuses, [("accepted".to_owned(), 2)], "it is one and the same event");
    assert_eq!(phone.points(), rewarded);
    assert!(phone.app().tasks().celebrations.is_empty(), "nor is it celebrated again");
}

#[test]
fn two_processes_that_start_at_once_are_one_installation() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_folder: folder.path().to_str().unwrap().to_owned(), ..phone.config.clone() };
    let secrets: Arc<pocketcard_tests::Secrets> = Arc::default();
    let host = || pocketcard::host::Host { secrets: Arc::clone(&secrets) as _, ..phone.host() };
    let apps: Vec<_> = std::thread::scope(|scope| {
        let open = || scope.spawn(|| Loyalty::open(config.clone(), host()).unwrap());
        let (a, b) = (open(), open());
        [a, b].into_iter().map(|app| app.join().unwrap()).collect()
    });
    for app in &apps {
        run(app.track(Activity::StoreViewed { store: 1 })).unwrap();
    }
    for app in &apps {
        run(app.flush(PATIENCE)).unwrap();
    }
    let installation: String = serde_json::from_slice(&secrets.all()["pocketcard.installation"]).unwrap();
    let events = platform.events(&installation);
    let kinds: Vec<_> = events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["app.installed", "store.viewed", "store.viewed"]);
    assert!(platform.event_gaps(&installation).is_empty());
}

#[test]
fn what_was_tracked_offline_arrives_once_and_in_order_after_the_app_was_killed() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    platform.cut_off();
    for offer in 0..250 {
        view(&phone, offer);
    }
    let report = flush(&phone);
    assert_eq!((report.sent, report.stopped), (0, Some(StaleReason::Offline)));
    assert_eq!(phone.app().outbox().queued, report.queued);
    phone.reopen();
    assert_eq!(phone.app().outbox().queued, report.queued, "nothing is lost with the process");
    platform.heal();
    assert_eq!(flush(&phone).queued, 0);
    assert_eq!(viewed(&platform, &phone), (0..250).collect::<Vec<_>>());
    assert!(platform.event_gaps(&device(&phone)).is_empty());
    let posts = platform.exchanges().into_iter().filter(|exchange| exchange.path == EVENTS).count();
    assert_eq!(posts, 3, "in batches of a hundred");
}

#[test]
fn a_lost_reply_counts_nothing_twice() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    platform.fault(json!({ "path": EVENTS, "kind": "reset", "processed": true, "times": 1 }));
    assert_eq!(flush(&phone).stopped, Some(StaleReason::Offline));
    view(&phone, 2);
    assert_eq!(flush(&phone).queued, 0);
    let events = platform.events(&device(&phone));
    let event = events.iter().find(|event| event.kind == "offer.viewed").unwrap();
    assert_eq!((event.received, event.status.as_str()), (2, "accepted"));
    assert_eq!(viewed(&platform, &phone), [1, 2]);
}

#[test]
fn what_gets_no_reply_is_sent_again_and_what_was_not_asked_is_ignored() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    view(&phone, 2);
    let stranger = json!([{ "id": "01998a6e-7c00-7000-8000-0123456789ab", "status": "accepted" }]);
    platform.fault(
        json!({ "path": EVENTS, "kind": { "garbage": { "pointer": "/results", "value": stranger } }, "times": 1 }),
    );
    let report = flush(&phone);
    assert_eq!((report.sent, report.queued, report.stopped), (0, 2, Some(StaleReason::Unreadable)));
    // Only the second one's reply is missing.
    platform.fault(json!({
        "path": EVENTS, "kind": { "garbage": { "pointer": "/results/1/id", "value": "nobody" } }, "times": 1
    }));
    flush(&phone);
    assert_eq!(phone.app().outbox().queued, 0);
    let received: Vec<_> = platform
        .events(&device(&phone))
        .into_iter()
        .filter(|event| event.kind == "offer.viewed")
        .map(|event| event.received)
        .collect();
    assert_eq!(received, [2, 3], "twice both, then the second once more");
}

#[test]
fn a_refused_event_is_set_aside_and_the_rest_goes_on() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    view(&phone, 2);
    platform.fault(json!({
        "path": EVENTS, "kind": { "garbage": { "pointer": "/results/0/status", "value": "rejected" } }, "times": 1
    }));
    assert_eq!(flush(&phone).queued, 0);
    let outbox = phone.app().outbox();
    assert_eq!(outbox.refused.len(), 1);
    assert_eq!(outbox.refused[0].kind, "offer.viewed");
}

#[test]
fn a_batch_that_the_platform_cannot_take_is_halved_until_the_poison_is_alone() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    for offer in 0..8 {
        view(&phone, offer);
    }
    // The first four tries fail: eight, four, two, and the first event alone.
    platform.fault(json!({ "path": EVENTS, "kind": { "status": { "code": 400 } }, "times": 4 }));
    assert_eq!(flush(&phone).queued, 0);
    assert_eq!(viewed(&platform, &phone), (1..8).collect::<Vec<_>>());
    assert_eq!(phone.app().outbox().refused.len(), 1);
    // A platform that refuses everything is at fault itself: it costs one event a try, not all.
    for offer in 0..8 {
        view(&phone, offer);
    }
    platform.fault(json!({ "path": EVENTS, "kind": { "status": { "code": 400 } } }));
    let report = flush(&phone);
    assert_eq!((report.queued, report.stopped), (7, Some(StaleReason::Refused)));
}

#[test]
fn the_platforms_wish_to_wait_is_kept() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    platform.fault(json!({ "path": EVENTS, "kind": { "status": { "code": 429, "retryAfter": 60 } }, "times": 1 }));
    assert_eq!(flush(&phone).stopped, Some(StaleReason::Busy));
    platform.exchanges();
    assert_eq!(flush(&phone).sent, 0);
    assert!(platform.exchanges().is_empty(), "nobody is asked while the platform wants to be left alone");
    phone.clock.pass(Duration::from_secs(61));
    assert_eq!(flush(&phone).sent, 1);
}

#[test]
fn a_full_outbox_gives_up_the_oldest_and_reports_it() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.config.outbox_events = 200;
    phone.reopen();
    platform.cut_off();
    for offer in 0..300 {
        view(&phone, offer);
    }
    let outbox = phone.app().outbox();
    assert!(outbox.queued <= 200);
    assert_eq!(outbox.dropped.len(), 1);
    assert_eq!(outbox.dropped[0].reason, DropReason::Full);
    let dropped = i64::try_from(outbox.dropped[0].count).unwrap();
    platform.heal();
    assert_eq!(flush(&phone).queued, 0);
    assert_eq!(kinds(&platform, &phone)[0], "app.installed", "it is never given up");
    let seen = viewed(&platform, &phone);
    assert!(seen.is_sorted() && seen.ends_with(&[297, 298, 299]), "the newest are there");
    assert_eq!(i64::try_from(seen.len()).unwrap(), 300 - dropped);
    let events = platform.events(&device(&phone));
    let report = events.iter().find(|event| event.kind == "events.dropped").unwrap();
    assert_eq!(report.data, json!({ "count": dropped, "reason": "full" }));
    assert!(platform.event_gaps(&device(&phone)).is_empty());
}

#[test]
fn signing_out_sends_what_waits_and_counts_what_it_could_not_send() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    view(&phone, 1);
    run(phone.app().sign_out()).unwrap();
    assert_eq!(viewed(&platform, &phone), [1]);
    phone.sign_in(&platform, ANNA);
    platform.cut_off();
    view(&phone, 4711);
    run(phone.app().sign_out()).unwrap();
    let outbox = phone.app().outbox();
    assert_eq!(outbox.dropped.len(), 1);
    assert_eq!(outbox.dropped[0].reason, DropReason::SignedOut);
    assert!(!String::from_utf8_lossy(&phone.files()).contains("4711"), "nothing of the member's is left");
    phone.reopen();
    assert_eq!(phone.app().outbox().dropped[0].reason, DropReason::SignedOut);
    platform.heal();
    flush(&phone);
    assert_eq!(viewed(&platform, &phone), [1]);
    let events = platform.events(&device(&phone));
    let given_up = events.iter().find(|event| event.kind == "events.dropped").unwrap();
    assert_eq!(given_up.data, json!({ "count": 1, "reason": "signedOut" }));
    assert!(platform.event_gaps(&device(&phone)).is_empty(), "what may have been on its way left no gap");
}

#[test]
fn while_the_app_is_in_front_events_leave_by_themselves() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    phone.app().set_active(true);
    phone.wait("all is sent", |app| (app.outbox().queued == 0).then_some(()));
    view(&phone, 7);
    phone.clock.pass(Duration::from_secs(11));
    phone.wait("the event is sent", |_| viewed(&platform, &phone).contains(&7).then_some(()));
    let kinds = kinds(&platform, &phone);
    assert!(kinds.contains(&"app.opened".to_owned()) && kinds.contains(&"session.started".to_owned()), "{kinds:?}");
    phone.app().set_active(false);
}

#[test]
fn a_full_batch_leaves_by_itself_and_no_storm_follows_where_it_cannot() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    for offer in 0..100 {
        view(&phone, offer);
    }
    phone.wait("the batch is sent", |app| (app.outbox().queued == 0).then_some(()));
    platform.cut_off();
    platform.exchanges();
    for offer in 0..150 {
        view(&phone, offer);
    }
    phone.wait("one try failed", |app| app.outbox().stopped);
    view(&phone, 1);
    assert!(platform.exchanges().len() <= 1, "the next try waits");
}

#[test]
fn who_leaves_while_an_event_is_written_keeps_nobody_from_tracking() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    for offer in 0..20 {
        // As a screen that is closed does: the call is dropped after its first step.
        let mut call = Box::pin(phone.app().track(Activity::OfferViewed { offer }));
        let waker = std::task::Waker::noop();
        let _ = call.as_mut().poll(&mut std::task::Context::from_waker(waker));
        drop(call);
    }
    view(&phone, 20);
    flush(&phone);
    let mut seen = viewed(&platform, &phone);
    seen.sort_unstable();
    assert_eq!(seen, (0..=20).collect::<Vec<_>>());
}

#[test]
fn a_referrer_goes_with_the_installation_or_after_it() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().set_install_referrer("utm_source=flyer".to_owned())).unwrap();
    flush(&phone);
    run(phone.app().set_install_referrer("utm_source=flyer".to_owned())).unwrap();
    run(phone.app().set_install_referrer("late".to_owned())).unwrap();
    flush(&phone);
    let events = platform.events(&device(&phone));
    let told: Vec<_> =
        events.iter().map(|event| (event.kind.as_str(), event.data["referrer"].as_str().unwrap())).collect();
    assert_eq!(told, [("app.installed", "utm_source=flyer"), ("app.attributed", "late")]);
}

#[test]
fn an_update_is_noticed() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    flush(&phone);
    phone.config.app_version = "9.9.9".to_owned();
    phone.reopen();
    flush(&phone);
    let events = platform.events(&device(&phone));
    assert_eq!(events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["app.installed", "app.updated"]);
    assert_eq!(events[1].data["to"], "9.9.9");
}

#[test]
fn a_locked_secret_store_delays_the_installation_and_does_not_lose_it() {
    let platform = Platform::start();
    let mut phone = Phone::new(platform.url());
    phone.kill();
    std::fs::remove_dir_all(&phone.folder).unwrap();
    phone.secrets = Arc::default();
    phone.secrets.locked.store(true, Ordering::SeqCst);
    phone.open();
    view(&phone, 1);
    assert!(flush(&phone).stopped.is_some());
    phone.reopen();
    phone.secrets.locked.store(false, Ordering::SeqCst);
    flush(&phone);
    let mut kinds = kinds(&platform, &phone);
    kinds.sort();
    assert_eq!(kinds, ["app.installed", "offer.viewed"]);
}

#[test]
fn an_expired_token_does_not_stop_events() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    platform.storm(1);
    assert_eq!(flush(&phone).sent, 1);
    // Of an anonymous member, too.
    let stranger = Phone::new(platform.url());
    flush(&stranger);
    view(&stranger, 2);
    platform.storm(1);
    assert_eq!(flush(&stranger).sent, 1);
}

#[test]
fn a_platform_without_our_extension_is_not_asked_again_and_again() {
    let platform = Platform::start();
    platform.set(|settings| settings.features.clear());
    let phone = Phone::signed_in(&platform);
    view(&phone, 1);
    let report = flush(&phone);
    assert_eq!((report.sent, report.stopped), (0, Some(StaleReason::NotSupported)));
    assert!(phone.app().outbox().queued > 0, "it is kept, for a platform that learns");
}

#[test]
fn a_custom_activity_out_of_bounds_is_refused_with_the_fields_name() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let fields = [("stars".to_owned(), FieldValue::Number { value: Decimal::from(5) })].into();
    run(phone.app().track(Activity::Custom { name: "purchase.reviewed".to_owned(), fields })).unwrap();
    let refused = rejection(run(phone.app().track(Activity::Custom { name: "Not So".to_owned(), fields: [].into() })));
    assert_eq!(refused.fields[0].field, "name");
    assert!(matches!(
        run(phone.app().track(Activity::Custom { name: "x".repeat(70), fields: [].into() })),
        Err(LoyaltyError::Rejected { .. })
    ));
    flush(&phone);
    let events = platform.events(&device(&phone));
    assert_eq!(events[1].data, json!({ "name": "purchase.reviewed", "stars": 5 }));
}
