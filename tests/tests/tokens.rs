//! Journeys of the tokens: refreshed once for all, stored before the old pair goes, and lost only when the platform says so.

use std::sync::Arc;
use std::time::Duration;

use pocketcard::card::{CardView, CodeKind};
use pocketcard::session::SessionView;
use pocketcard::{Loyalty, LoyaltyError};
use pocketcard_sandbox::Exchange;
use pocketcard_tests::{ANNA, Phone, Platform, run};
use serde_json::json;

fn refreshes(exchanges: &[Exchange]) -> usize {
    let is_refresh = |exchange: &&Exchange| {
        exchange.path.ends_with("/token") && String::from_utf8_lossy(&exchange.request_body).contains("refresh_token")
    };
    exchanges.iter().filter(is_refresh).count()
}

#[test]
fn a_401_leads_to_one_refresh_for_all_who_wait() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    // Lapsed for the platform; the phone, whose clock did not move, does not know.
    platform.advance(Duration::from_mins(11));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let app = Arc::clone(phone.app());
            std::thread::spawn(move || run(app.refresh()))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap().unwrap();
    }
    assert_eq!(refreshes(&platform.exchanges()), 1);
}

#[test]
fn a_token_about_to_lapse_is_refreshed_before_it_is_used() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.advance(Duration::from_secs(595));
    phone.clock.pass(Duration::from_secs(595));
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
    let exchanges = platform.exchanges();
    assert_eq!(refreshes(&exchanges), 1);
    assert!(exchanges.iter().all(|exchange| exchange.status != 401), "no call was wasted");
}

#[test]
fn callers_who_leave_do_not_lose_the_new_tokens() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.storm(1);
    platform.fault(json!({ "path": "/authorizationService", "kind": { "latency": { "millis": 300 } } }));
    run(async {
        let _ = tokio::time::timeout(Duration::from_millis(150), phone.app().link_card("1".to_owned(), None)).await;
    });
    platform.heal();
    // Were the answer dropped with its caller, the spent token would be tried again and end the session.
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
    assert!(matches!(phone.app().session(), SessionView::SignedIn { .. }));
}

/// The phone dies at each write of a refresh; whichever pair is found afterwards must be good.
#[test]
fn a_crash_between_the_two_writes_of_a_refresh_loses_no_session() {
    for writes in [1, 2] {
        let platform = Platform::start();
        let mut phone = Phone::signed_in(&platform);
        phone.secrets.die_after(Some(writes));
        platform.storm(1);
        let _ = run(phone.app().refresh());
        assert_eq!(refreshes(&platform.exchanges()), 1);
        phone.kill();
        phone.secrets.die_after(None);
        let pairs = phone.secrets.all().keys().filter(|name| name.contains("tokens")).count();
        assert_eq!(pairs, 3 - writes, "the old pair goes after the new one is there");
        phone.open();
        assert!(run(phone.app().refresh()).unwrap().stale.is_empty(), "after {writes} writes");
        assert!(matches!(phone.app().session(), SessionView::SignedIn { .. }));
    }
}

#[test]
fn after_invalid_grant_the_members_data_stays_and_the_session_says_sign_in_again() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    let points = phone.points();
    platform.revoke(ANNA);
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::SignInAgain));
    for _ in 0..2 {
        let SessionView::SignInAgain { member, .. } = phone.app().session() else {
            panic!("{:?}", phone.app().session())
        };
        assert_eq!(member.unwrap().first_name.as_deref(), Some("Anna"));
        assert!(matches!(phone.app().card(), CardView::Ready { .. }), "the card is always there");
        assert_eq!(phone.points(), points);
        phone.reopen();
    }
    phone.sign_in(&platform, ANNA);
    assert_eq!(phone.points(), points);
}

#[test]
fn a_storm_of_401_ends_no_session() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.storm(1_000);
    let _ = run(phone.app().refresh());
    assert!(matches!(phone.app().session(), SessionView::SignedIn { .. }), "only the platform's invalid_grant does");
    platform.heal();
    run(phone.app().refresh()).unwrap();
}

#[test]
fn a_lost_secret_store_means_sign_in_again_not_a_crash() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    phone.kill();
    for name in phone.secrets.all().into_keys() {
        phone.secrets.set(&name, b"\xff noise");
    }
    phone.open();
    assert!(matches!(phone.app().card(), CardView::Ready { .. }), "a code that needs no key");
    assert_eq!(run(phone.app().refresh()), Err(LoyaltyError::SignInAgain));
    assert!(matches!(phone.app().session(), SessionView::SignInAgain { .. }));
}

#[test]
fn a_locked_secret_store_is_asked_again_later() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    phone.kill();
    phone.secrets.locked.store(true, std::sync::atomic::Ordering::SeqCst);
    phone.open();
    assert!(matches!(phone.app().card(), CardView::Ready { .. }));
    assert!(run(phone.app().refresh()).is_err());
    assert!(matches!(phone.app().session(), SessionView::SignedIn { .. }), "locked is not lost");
    assert!(!matches!(phone.code().kind, CodeKind::Rotating { .. }), "the key cannot be read");
    phone.secrets.locked.store(false, std::sync::atomic::Ordering::SeqCst);
    platform.cut_off();
    phone.app().set_active(true);
    phone.wait_for_code("a rotating code, from the key alone", |kind| matches!(kind, CodeKind::Rotating { .. }));
    platform.heal();
    phone.clock.pass(Duration::from_mins(6));
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
}

/// The app and its notification extension: two cores in one folder, with one secret store.
#[test]
fn a_refresh_by_another_process_ends_no_session() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let extension = Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    run(extension.refresh()).unwrap();
    platform.storm(1);
    run(extension.refresh()).unwrap();
    platform.exchanges();
    // The app still holds the pair that the extension spent.
    assert!(run(phone.app().refresh()).unwrap().stale.is_empty());
    assert_eq!(refreshes(&platform.exchanges()), 0, "it found the extension's pair");
    assert!(matches!(phone.app().session(), SessionView::SignedIn { .. }));
}

#[test]
fn two_processes_that_refresh_at_once_take_turns() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let extension = Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    run(extension.refresh()).unwrap();
    let later = Duration::from_secs(595);
    platform.advance(later);
    phone.clock.pass(later);
    platform.exchanges();
    let other = std::thread::spawn(move || run(extension.refresh()));
    run(phone.app().refresh()).unwrap();
    other.join().unwrap().unwrap();
    assert_eq!(refreshes(&platform.exchanges()), 1);
}
