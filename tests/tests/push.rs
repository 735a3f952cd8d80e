//! Journeys of pushes: points earned at the till are on the phone before the member has left it, without a key pressed.

use std::collections::HashMap;
use std::time::Duration;

use pocketcard::loyalty::PushService;
use pocketcard::push::{Push, PushIgnored, PushOutcome};
use pocketcard::types::Decimal;
use pocketcard_tests::{ANNA, Phone, Platform, run};

fn amount(receipt: &serde_json::Value, key: &str) -> Decimal {
    receipt[key].to_string().parse().unwrap()
}

#[test]
fn points_arrive_by_push_from_every_service() {
    for service in [PushService::Fcm, PushService::Apns, PushService::Hms] {
        let platform = Platform::start();
        let phone = Phone::new(platform.url());
        let token = format!("token-{service:?}");
        run(phone.app().set_push_token(token.clone(), service)).unwrap();
        phone.sign_in(&platform, ANNA);
        phone.wait("the platform knows where pushes go", |_| {
            platform.exchanges().iter().any(|exchange| exchange.path.ends_with("/Pushes")).then_some(())
        });
        let outcomes = platform.deliver_pushes(phone.app(), &token);
        let before = phone.points();

        let receipt = platform.sell(&phone.code().text, "20.00", "0");
        let earned = amount(&receipt, "earned");
        assert!(earned > Decimal::ZERO);
        phone.wait("the points", |app| (app.balance().accounts[0].available == before + earned).then_some(()));
        phone.wait("a notification", |_| {
            let shown = |outcome: &PushOutcome| matches!(outcome, PushOutcome::Taken { notification: Some(_) });
            outcomes.lock().unwrap().iter().any(shown).then_some(())
        });

        // Paid with points: they go as they came.
        let (period, before) = (Duration::from_mins(1), phone.points());
        platform.advance(period);
        phone.clock.pass(period);
        let receipt = platform.sell(&phone.code().text, "20.00", "5");
        let expected = before - amount(&receipt, "paidPoints") + amount(&receipt, "earned");
        phone.wait("the points gone", |app| (app.balance().accounts[0].available == expected).then_some(()));
    }
}

#[test]
fn a_refund_takes_the_points_back() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().set_push_token("token".to_owned(), PushService::Fcm)).unwrap();
    phone.sign_in(&platform, ANNA);
    let _outcomes = platform.deliver_pushes(phone.app(), "token");
    let before = phone.points();
    let receipt = platform.sell(&phone.code().text, "40.00", "0");
    let (status, refund) =
        platform.ask("POST", "/till/refunds", &serde_json::json!({ "purchaseId": receipt["purchaseId"] }));
    assert_eq!(status, 200, "{refund}");
    run(phone.app().refresh()).unwrap();
    assert_eq!(phone.points(), before);
}

#[test]
fn a_push_token_given_before_the_sign_in_waits_for_it() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().set_push_token("early".to_owned(), PushService::Fcm)).unwrap();
    assert!(platform.exchanges().is_empty(), "nobody to register it for");
    phone.sign_in(&platform, ANNA);
    phone.wait("registered", |_| {
        platform.exchanges().iter().any(|exchange| exchange.path.ends_with("/Pushes")).then_some(())
    });
    run(phone.app().set_push_token("early".to_owned(), PushService::Fcm)).unwrap();
    assert!(platform.exchanges().iter().all(|exchange| !exchange.path.ends_with("/Pushes")), "known already");
}

#[test]
fn pushes_of_any_shape_do_no_harm() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let data = |pairs: &[(&str, &str)]| Push::Data {
        entries: pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
    };
    let user_info = |json: &str| Push::UserInfo { json: json.to_owned() };
    let unreadable = [
        data(&[]),
        data(&[("title", "from nowhere")]),
        data(&[("kind", "balance"), ("expires", "yesterday-ish")]),
        Push::Data { entries: HashMap::from([("kind".to_owned(), "x".repeat(100_000))]) },
        user_info(""),
        user_info("[]"),
        user_info("{\"aps\": 7}"),
        user_info(&"[".repeat(100_000)),
    ];
    for push in unreadable {
        let outcome = run(phone.app().receive_push(push)).unwrap();
        assert_eq!(outcome, PushOutcome::Ignored { reason: PushIgnored::Unreadable });
    }
    let stranger = run(phone.app().receive_push(data(&[("kind", "balance"), ("message_id", "1")]))).unwrap();
    assert_eq!(stranger, PushOutcome::Ignored { reason: PushIgnored::SignedOut });
    let past = data(&[("kind", "balance"), ("expires", "2020-01-01T00:00:00Z")]);
    assert_eq!(run(phone.app().receive_push(past)).unwrap(), PushOutcome::Ignored { reason: PushIgnored::Expired });
}
