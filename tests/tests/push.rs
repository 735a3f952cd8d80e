//! Journeys of pushes: points earned at the till are on the phone before the member has left it, without a key pressed.

use std::collections::HashMap;
use std::time::Duration;

use pocketcard::Loyalty;
use pocketcard::links::Route;
use pocketcard::loyalty::PushService;
use pocketcard::offers::OffersQuery;
use pocketcard::push::{NotificationChannel, Push, PushIgnored, PushOutcome};
use pocketcard::session::SessionView;
use pocketcard::types::Decimal;
use pocketcard_tests::{ANNA, BORIS, CLARA, PATIENCE, Phone, Platform, run};
use serde_json::{Value, json};

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

/// A phone that gets pushes, and a push about points that is on its way to it.
fn pushed(platform: &Platform) -> (Phone, Push, String) {
    let phone = Phone::new(platform.url());
    run(phone.app().set_push_token("token".to_owned(), PushService::Fcm)).unwrap();
    phone.sign_in(platform, ANNA);
    platform.sell(&phone.code().text, "20.00", "0");
    let balance = |push: &Push| matches!(push, Push::Data { entries } if entries["kind"] == "balance");
    let push = platform.pushes("token").into_iter().find(balance).unwrap();
    let Push::Data { entries } = &push else { panic!("{}", "not FCM's") };
    let id = entries["message_id"].clone();
    (phone, push, id)
}

fn receive(app: &Loyalty, push: &Push) -> PushOutcome {
    run(app.receive_push(push.clone())).unwrap()
}

fn is_taken(outcome: &PushOutcome) -> bool {
    matches!(outcome, PushOutcome::Taken { notification: Some(_) })
}

fn ignored(reason: PushIgnored) -> PushOutcome {
    PushOutcome::Ignored { reason }
}

/// What the platform was told of pushes and links by the phone's events.
fn told(platform: &Platform, phone: &Phone) -> Vec<String> {
    let device: String = serde_json::from_slice(&phone.secrets.all()["pocketcard.installation"]).unwrap();
    let kinds = platform.events(&device).into_iter().map(|event| event.kind);
    kinds.filter(|kind| kind.starts_with("push.") || kind.starts_with("link.")).collect()
}

/// Has all sent that waits. An attempt that was under way already may have been past it, or have failed.
fn flush(phone: &Phone) {
    phone.wait("all is sent", |app| {
        let report = run(app.flush(PATIENCE)).unwrap();
        ((report.queued, report.receipts, report.stopped) == (0, 0, None)).then_some(())
    });
}

#[test]
fn a_push_that_comes_again_is_told_of_once() {
    let platform = Platform::start();
    let (mut phone, push, id) = pushed(&platform);
    assert!(is_taken(&receive(phone.app(), &push)));
    assert_eq!(receive(phone.app(), &push), ignored(PushIgnored::Duplicate));
    phone.reopen();
    assert_eq!(receive(phone.app(), &push), ignored(PushIgnored::Duplicate), "it is known after a restart");
    let extension = Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    assert_eq!(receive(&extension, &push), ignored(PushIgnored::Duplicate), "and to another process");
    let Push::Data { entries } = &push else { unreachable!() };
    let same = Push::UserInfo { json: serde_json::to_string(entries).unwrap() };
    assert_eq!(receive(phone.app(), &same), ignored(PushIgnored::Duplicate), "by whichever service");
    let counted = phone.wait("the count", |app| {
        let counted = app.outbox().ignored_pushes;
        (counted.iter().map(|ignored| ignored.count).sum::<u64>() == 4).then_some(counted)
    });
    assert_eq!(counted[0].reason, PushIgnored::Duplicate);
    for _ in 0..2 {
        run(phone.app().push_opened(id.clone())).unwrap();
    }
    flush(&phone);
    assert_eq!(platform.receipts(), [(id.clone(), "Delivered".to_owned()), (id, "Read".to_owned())]);
    assert_eq!(told(&platform, &phone), ["push.received", "push.opened"]);
}

#[test]
fn what_a_push_brings_is_shown_without_asking_the_platform() {
    let platform = Platform::start();
    let (mut phone, push, id) = pushed(&platform);
    let before = phone.points();
    platform.cut_off();
    let extension = Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    let PushOutcome::Taken { notification: Some(notification) } = receive(&extension, &push) else { panic!("nothing") };
    assert_eq!(notification.channel, NotificationChannel::Balance);
    assert_eq!(phone.points(), before, "another process took it");
    assert_eq!(phone.app().open_link(notification.link.unwrap()), Some(Route::Balance));
    phone.app().set_active(true);
    phone.wait("the points", |app| (app.balance().accounts[0].available > before).then_some(()));
    phone.app().set_active(false);
    drop(extension);
    // What could not be told waits, through a restart.
    phone.reopen();
    assert_eq!(phone.app().outbox().receipts, 1);
    assert!(phone.points() > before);
    platform.heal();
    flush(&phone);
    assert_eq!(platform.receipts(), [(id, "Delivered".to_owned())]);
}

#[test]
fn receipts_wait_for_a_session() {
    let platform = Platform::start();
    let (phone, push, id) = pushed(&platform);
    platform.revoke(ANNA);
    run(phone.app().refresh()).unwrap_err();
    assert!(matches!(phone.app().session(), SessionView::SignInAgain { .. }));
    assert!(is_taken(&receive(phone.app(), &push)), "the member's data is on screen still");
    run(phone.app().flush(PATIENCE)).unwrap();
    assert_eq!(phone.app().outbox().receipts, 1);
    phone.sign_in(&platform, ANNA);
    flush(&phone);
    assert_eq!(platform.receipts(), [(id, "Delivered".to_owned())]);
}

#[test]
fn what_was_sent_to_the_member_before_is_not_shown_to_the_next() {
    let platform = Platform::start();
    let (phone, push, _) = pushed(&platform);
    assert!(is_taken(&receive(phone.app(), &push)));
    run(phone.app().sign_out()).unwrap();
    assert_eq!(receive(phone.app(), &push), ignored(PushIgnored::SignedOut));
    platform.advance(Duration::from_mins(1));
    phone.clock.pass(Duration::from_mins(1));
    phone.sign_in(&platform, BORIS);
    let before = phone.points();
    assert_eq!(receive(phone.app(), &push), ignored(PushIgnored::OtherMember));
    assert_eq!((phone.points(), phone.app().outbox().receipts), (before, 0));
}

#[test]
fn a_message_that_the_platform_does_not_know_is_told_of_no_more() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    run(phone.app().push_opened("nobody's".to_owned())).unwrap();
    flush(&phone);
    assert!(platform.receipts().is_empty());
    for id in ["", "a b", "..", &"x".repeat(500)] {
        run(phone.app().push_opened(id.to_owned())).unwrap_err();
    }
}

#[test]
fn links_lead_to_screens_of_the_app_and_nowhere_else() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let open = |link: &str| phone.app().open_link(link.to_owned());
    assert_eq!(open("https://loyalty.example/offers/7?token=PLANTED"), Some(Route::Offer { offer: 7 }));
    assert_eq!(open("https://planted.example/offers/7"), None);
    assert_eq!(open("pocketcard://PLANTED"), None);
    phone.wait("both are counted", |app| (app.outbox().ignored_links == 2).then_some(()));
    phone.wait("one is told", |_| {
        flush(&phone);
        (told(&platform, &phone) == ["link.opened"]).then_some(())
    });
    let planted = Push::Data {
        entries: [("message_id", "PLANTED-ID"), ("kind", "balance"), ("title", "PLANTED"), ("payload", "{PLANTED")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
    };
    assert_eq!(receive(phone.app(), &planted), ignored(PushIgnored::WrongPayload));
    // A thread of its own hands the log over.
    phone.wait("the reason is logged", |_| phone.log.text().to_lowercase().contains("wrongpayload").then_some(()));
    assert!(!phone.log.text().to_lowercase().contains("planted"), "{}", phone.log.text());
}

/// The pushes that came to the phone's token since there were `before`.
fn newer(platform: &Platform, before: usize) -> Vec<Push> {
    platform.pushes("token").split_off(before)
}

#[test]
fn an_offer_by_push_is_on_screen_at_once_and_gone_when_it_is_taken_back() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    let member = platform.member_id(ANNA);
    let before = platform.pushes("token").len();
    let rules = json!({ "channels": ["online", "store"], "activation": "none", "benefit": { "points": 5 } });
    let offer = json!({ "id": 4711, "title": "By push alone", "rules": rules, "for": { "members": [member] } });
    platform.put_offer(&offer);
    platform.send(&json!({ "to": { "member": member }, "kind": "offer", "offer": 4711 }));
    let (status, answer) = platform.ask("POST", "/sandbox/offers/4711/revoke", &json!({}));
    assert!(status < 300, "{answer}");
    let mut pushes = newer(&platform, before).into_iter();
    let (Some(told), Some(revoked), None) = (pushes.next(), pushes.next(), pushes.next()) else { panic!("not two") };
    platform.cut_off();
    let shown = |app: &Loyalty| {
        app.offers(OffersQuery::default()).unwrap().offers.iter().any(|offer| offer.title == "By push alone")
    };
    assert!(!shown(phone.app()));
    let PushOutcome::Taken { notification: Some(notification) } = receive(phone.app(), &told) else {
        panic!("no words")
    };
    assert_eq!(notification.channel, NotificationChannel::Offers);
    assert_eq!(phone.app().open_link(notification.link.unwrap()), Some(Route::Offer { offer: 4711 }));
    assert!(shown(phone.app()), "without asking the platform");
    assert_eq!(receive(phone.app(), &revoked), PushOutcome::Taken { notification: None });
    assert!(!shown(phone.app()));
    // The platform gave the first one version 1, as a push that was late might say it.
    let Push::Data { mut entries } = told else { panic!("not FCM's") };
    entries.insert("message_id".to_owned(), "late".to_owned());
    assert_eq!(receive(phone.app(), &Push::Data { entries }), ignored(PushIgnored::Stale));
    assert!(!shown(phone.app()));
}

#[test]
fn a_campaign_reaches_the_inbox_by_whichever_way_and_once() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    let before = platform.pushes("token").len();
    platform.send(&json!({ "to": "all", "title": "To all", "body": "of you" }));
    let unread = phone.app().inbox().unread;
    let push = newer(&platform, before).remove(0);
    assert!(is_taken(&receive(phone.app(), &push)));
    let of_campaign = |app: &Loyalty| {
        app.inbox().messages.into_iter().filter(|message| message.title == "To all").collect::<Vec<_>>()
    };
    let [message] = of_campaign(phone.app()).try_into().unwrap();
    assert_eq!((message.read, phone.app().inbox().unread), (false, unread + 1));
    run(phone.app().refresh()).unwrap();
    assert_eq!(of_campaign(phone.app()), std::slice::from_ref(&message), "the platform's own is the same");
    run(phone.app().read_messages(Some(vec![message.id]))).unwrap();
    flush(&phone);
    run(phone.app().refresh()).unwrap();
    assert_eq!((of_campaign(phone.app())[0].read, phone.app().inbox().unread), (true, unread));
}

#[test]
fn whatever_a_platform_sends_it_does_no_harm() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    let before = platform.pushes("token").len();
    for data in [
        json!({ "kind": "offer", "message_id": "1", "payload": "{\"id\":" }),
        json!({ "kind": "balance", "message_id": "2", "link": "https://evil.example/balance" }),
        json!({ "kind": "revoke", "message_id": "3" }),
        json!({ "kind": "message", "message_id": "4", "payload": "x".repeat(5000) }),
    ] {
        platform.send(&json!({ "to": "all", "raw": { "data": data } }));
    }
    let pushes = newer(&platform, before);
    assert_eq!(pushes.len(), 4);
    let screens = |app: &Loyalty| (app.balance(), app.inbox(), app.offers(OffersQuery::default()).unwrap().offers);
    let shown = screens(phone.app());
    let reasons: Vec<_> = pushes.iter().map(|push| receive(phone.app(), push)).collect();
    let unreadable = ignored(PushIgnored::Unreadable);
    let expected =
        [ignored(PushIgnored::WrongPayload), ignored(PushIgnored::ForeignLink), unreadable.clone(), unreadable];
    assert_eq!(reasons, expected);
    assert_eq!(screens(phone.app()), shown);
}

#[test]
fn a_push_to_a_segment_reaches_those_in_it_and_nobody_else() {
    let platform = Platform::start();
    // Silver, Gold, and somebody who has just joined.
    let members = [ANNA, BORIS, CLARA];
    let token = |login: &str| login.replace('+', "token-");
    let _phones = members.map(|login| {
        let phone = Phone::new(platform.url());
        run(phone.app().set_push_token(token(login), PushService::Fcm)).unwrap();
        phone.sign_in(&platform, login);
        phone.wait("the platform knows where pushes go", |_| {
            platform.exchanges().iter().any(|exchange| exchange.path.ends_with("/Pushes")).then_some(())
        });
        phone
    });
    let [anna, _, clara] = members.map(|login| platform.member_id(login));
    for (to, expected) in [
        (json!("all"), [true, true, true]),
        (json!({ "member": anna }), [true, false, false]),
        (json!({ "members": [anna, clara] }), [true, false, true]),
        (json!({ "tier": "Gold" }), [false, true, false]),
        (json!({ "tier": "Silver" }), [true, false, false]),
        // The early sale is for Gold.
        (json!({ "offer": 6 }), [false, true, false]),
        (json!({ "platform": "Android" }), [true, true, true]),
        (json!({ "platform": "Ios" }), [false, false, false]),
    ] {
        let is_it = |push: &Push| matches!(push, Push::Data { entries } if entries["title"] == "To some");
        let count = || members.map(|login| platform.pushes(&token(login)).into_iter().filter(is_it).count());
        let before = count();
        platform.send(&json!({ "to": to, "title": "To some", "body": "of you" }));
        let after = count();
        assert_eq!([0, 1, 2].map(|member| after[member] > before[member]), expected, "{to}");
    }
}

#[test]
fn of_two_processes_that_get_a_push_at_once_one_shows_it() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    let extension = Loyalty::open(phone.config.clone(), phone.host()).unwrap();
    for _ in 0..8 {
        let before = platform.pushes("token").len();
        platform.send(&json!({ "to": "all", "title": "To all", "body": "of you" }));
        let push = newer(&platform, before).remove(0);
        let outcomes = std::thread::scope(|scope| {
            let receiving = [phone.app(), &extension].map(|app| scope.spawn(|| receive(app, &push)));
            receiving.map(|thread| thread.join().unwrap())
        });
        assert_eq!(outcomes.iter().filter(|outcome| is_taken(outcome)).count(), 1, "{outcomes:?}");
        assert!(outcomes.contains(&ignored(PushIgnored::Duplicate)), "{outcomes:?}");
    }
}

#[test]
fn what_was_polled_is_known_when_it_comes_by_push() {
    let platform = Platform::start();
    let (phone, _, _) = pushed(&platform);
    platform.send(&json!({ "to": { "member": platform.member_id(ANNA) }, "title": "Polled", "body": "by the phone" }));
    let (_, answer) = platform.ask("GET", "/push/poll?token=token&after=0&wait=0", &Value::Null);
    let message = answer["messages"].as_array().unwrap().last().unwrap()["payload"].clone();
    assert!(is_taken(&receive(phone.app(), &Push::Polled { json: message.to_string() })));
    let push = platform.pushes("token").pop().unwrap();
    assert_eq!(receive(phone.app(), &push), ignored(PushIgnored::Duplicate));
    let Push::Data { entries } = push else { panic!("not FCM's") };
    let row = Push::Polled { json: entries["payload"].clone() };
    assert_eq!(receive(phone.app(), &row), ignored(PushIgnored::Duplicate), "nor is its row in the inbox news");
    let shown = phone.app().inbox().messages;
    assert_eq!(shown.iter().filter(|message| message.title == "Polled").count(), 1);
    flush(&phone);
    assert!(platform.receipts().is_empty(), "nobody pushed it");
}
