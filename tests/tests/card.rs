//! Journeys of the card: to the till with and without signal, with a clock that lies, with a phone that broke.

use std::time::Duration;

use jiff::SignedDuration;
use pocketcard::card::{CardView, CodeKind, RotatingHindrance, Symbology};
use pocketcard_tests::{ANNA, Phone, Platform, run};

fn at_the_till(platform: &Platform) -> Phone {
    let phone = Phone::new(platform.url());
    phone.sign_in(platform, ANNA);
    phone.wait_for_code("a rotating code", |kind| matches!(kind, CodeKind::Rotating { .. }));
    phone
}

fn is_rotating(phone: &Phone) -> bool {
    matches!(phone.code().kind, CodeKind::Rotating { .. })
}

#[test]
fn the_till_takes_a_rotating_code_once_and_the_next_one_again() {
    let platform = Platform::start();
    let phone = at_the_till(&platform);
    let first = phone.code();
    let (status, answer) = platform.identify(&first.text);
    assert_eq!((status, answer["how"].as_str()), (200, Some("rotatingCode")), "{answer}");
    assert_eq!(answer["member"]["firstName"], "Anna");
    let (status, answer) = platform.identify(&first.text);
    assert_ne!(status, 200, "a code that was photographed is worth nothing: {answer}");

    let CodeKind::Rotating { period } = first.kind else { panic!("{first:?}") };
    platform.advance(period);
    phone.clock.pass(period);
    let second = phone.code();
    assert_ne!(first.text, second.text);
    assert_eq!(platform.identify(&second.text).0, 200);
    let forged = second.text.replace(&second.text[second.text.len() - 1..], "x");
    assert_ne!(platform.identify(&forged).0, 200);
}

#[test]
fn the_card_works_offline_after_a_kill_and_with_a_moved_clock() {
    let platform = Platform::start();
    let mut phone = at_the_till(&platform);
    platform.cut_off();
    phone.reopen();
    for moved in [SignedDuration::from_hours(26), SignedDuration::from_hours(-200)] {
        phone.clock.move_wall(moved);
        let code = phone.code();
        assert!(is_rotating(&phone), "the monotonic clock knows better than the one the member moved: {code:?}");
        assert_eq!(platform.identify(&code.text).0, 200);
        platform.advance(Duration::from_mins(1));
        phone.clock.pass(Duration::from_mins(1));
    }
}

#[test]
fn after_a_reboot_offline_a_code_that_needs_no_clock_is_shown_and_says_why() {
    let platform = Platform::start();
    let mut phone = at_the_till(&platform);
    platform.cut_off();
    phone.kill();
    phone.clock.reboot();
    phone.open();
    let code = phone.code();
    assert_eq!(code.kind, CodeKind::Issued);
    assert_eq!(code.why_not_rotating, Some(RotatingHindrance::ClockUnsure));
    let (status, answer) = platform.identify(&code.text);
    assert_eq!((status, answer["how"].as_str()), (200, Some("issuedCode")), "{answer}");

    platform.heal();
    run(phone.app().refresh()).unwrap();
    assert!(is_rotating(&phone), "a moment online mends it");
}

#[test]
fn when_all_else_has_lapsed_the_static_code_is_left() {
    let platform = Platform::start();
    let mut phone = at_the_till(&platform);
    platform.cut_off();
    phone.kill();
    phone.clock.pass(Duration::from_hours(24 * 40));
    phone.clock.reboot();
    phone.open();
    let code = phone.code();
    assert_eq!(code.kind, CodeKind::Static);
    assert!(code.valid_until.is_none());
    assert_eq!(platform.identify(&code.text).0, 200);
}

#[test]
fn an_issued_code_is_renewed_before_it_lapses_while_the_app_is_in_front() {
    let platform = Platform::start();
    platform.set(|settings| settings.features.clear());
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let first = phone.wait_for_code("an issued code", |kind| kind == CodeKind::Issued);
    phone.app().set_active(true);
    // The sandbox's codes live for five minutes.
    let almost = Duration::from_secs(270);
    platform.advance(almost);
    phone.clock.pass(almost);
    phone.wait("the next code, though the first is still good", |app| match app.card() {
        CardView::Ready { code, .. } => (code.text != first.text).then_some(()),
        _ => None,
    });
}

#[test]
fn a_platform_without_our_extension_still_gives_a_card() {
    let platform = Platform::start();
    platform.fault(serde_json::json!({ "path": "/app", "kind": { "status": { "code": 404 } } }));
    let phone = Phone::new(platform.url());
    phone.sign_in(&platform, ANNA);
    let code = phone.wait_for_code("an issued code", |kind| kind == CodeKind::Issued);
    assert_eq!(code.why_not_rotating, None, "nothing is missing: this platform has no rotating codes");
    assert_eq!(platform.identify(&code.text).0, 200);
}

#[test]
fn a_broken_database_still_shows_the_card_offline() {
    let platform = Platform::start();
    let mut phone = at_the_till(&platform);
    platform.cut_off();
    phone.kill();
    std::fs::write(phone.folder.join("pocketcard.db"), b"a file system that lost its mind, and more than a header")
        .unwrap();
    for _ in 0..2 {
        phone.reopen();
        assert!(is_rotating(&phone), "key, card and clock are in the secret store: {:?}", phone.code());
    }
    assert_eq!(platform.identify(&phone.code().text).0, 200);
    platform.heal();
    phone.clock.pass(Duration::from_mins(1));
    run(phone.app().refresh()).unwrap();
    assert!(is_rotating(&phone));
    assert!(!phone.app().balance().accounts.is_empty(), "the session was not lost with the file");
}

#[test]
fn a_folder_that_cannot_be_written_still_shows_the_card() {
    let platform = Platform::start();
    let mut phone = at_the_till(&platform);
    platform.cut_off();
    phone.kill();
    std::fs::remove_file(phone.folder.join("pocketcard.db-wal")).ok();
    std::fs::create_dir(phone.folder.join("pocketcard.db-wal")).unwrap();
    phone.open();
    assert!(matches!(phone.app().card(), CardView::Ready { .. }));
    assert_eq!(platform.identify(&phone.code().text).0, 200);
}

#[test]
fn the_tills_symbology_is_drawn() {
    for (name, symbology) in
        [("AZTEC", Symbology::Aztec), ("PDF_417", Symbology::Pdf417), ("CODE_128", Symbology::Code128)]
    {
        let platform = Platform::start();
        platform.set(|settings| settings.symbology = name.to_owned());
        let phone = at_the_till(&platform);
        assert_eq!(phone.code().symbol.unwrap().symbology, symbology);
    }
}

#[test]
fn the_code_says_how_long_it_is_good_by_the_phones_own_clock() {
    use pocketcard::host::Clock;
    let platform = Platform::start();
    let phone = at_the_till(&platform);
    phone.clock.move_wall(SignedDuration::from_hours(5));
    let code = phone.code();
    let CodeKind::Rotating { period } = code.kind else { panic!("{code:?}") };
    let left = code.valid_until.unwrap().duration_since(phone.clock.read().wall);
    assert!(left.is_positive() && left.unsigned_abs() <= period, "a countdown of {left:?}");
}
