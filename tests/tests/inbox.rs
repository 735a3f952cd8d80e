//! Journeys of the inbox and of consents: what was read here is read there, whenever the phone has a network.

use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::consents::{ConsentChannel, ConsentWay};
use pocketcard::inbox::InboxView;
use pocketcard::loyalty::PushService;
use pocketcard::push::{Push, PushOutcome};
use pocketcard::types::{Freshness, Screen, StaleReason};
use pocketcard_tests::{ANNA, PATIENCE, Phone, Platform, rejection, run};
use serde_json::{Value, json};

/// Where the inbox is.
const INBOX: &str = "/publicapi/v1.2/Notification";
/// Where the consents are.
const CONSENTS: &str = "/publicapi/v1.2/User/Subscriptions";

struct Setup {
    phone: Phone,
    platform: Platform,
}

/// Anna, with so many messages that she has not read, and a phone that gets pushes.
fn start(messages: u32) -> Setup {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    run(phone.app().set_push_token("token".to_owned(), PushService::Fcm)).unwrap();
    let setup = Setup { phone, platform };
    for number in 1..=messages {
        setup.write(number);
    }
    setup.phone.sign_in(&setup.platform, ANNA);
    setup.phone.wait("the platform knows where pushes go", |_| {
        setup.platform.exchanges().iter().any(|exchange| exchange.path.ends_with("/Pushes")).then_some(())
    });
    setup
}

impl Setup {
    /// The programme writes to Anna.
    fn write(&self, number: u32) {
        let to = json!({ "member": self.platform.member_id(ANNA) });
        self.platform.send(&json!({ "to": to, "title": format!("Message {number}"), "body": "…" }));
    }

    /// How many the platform has that were not read. It must answer.
    fn there(&self) -> Option<u64> {
        let count = self.platform.get(&format!("{INBOX}/Count"), &self.phone.token());
        count["data"]["unReadCount"].as_u64()
    }

    fn inbox(&self) -> InboxView {
        self.phone.app().inbox()
    }

    /// The numbers of the messages, newest first, and whether they were read.
    fn messages(&self) -> Vec<(u32, bool)> {
        let number = |title: &str| title.strip_prefix("Message ").unwrap().parse().unwrap();
        self.inbox().messages.iter().map(|message| (number(&message.title), message.read)).collect()
    }

    fn read(&self, number: u32) {
        let title = format!("Message {number}");
        let message = self.inbox().messages.into_iter().find(|message| message.title == title).unwrap();
        run(self.phone.app().read_messages(Some(vec![message.id]))).unwrap();
    }

    /// Has all that waits sent and all that is new pulled.
    fn sync(&self) {
        self.phone.clock.pass(Duration::from_mins(10));
        // An attempt that was under way already may have been past it, or have failed.
        self.phone.wait("all is sent", |app| {
            let report = run(app.flush(PATIENCE)).unwrap();
            ((report.receipts, report.stopped) == (0, None)).then_some(())
        });
        run(self.phone.app().refresh()).unwrap();
    }

    /// The calls since the last time that change something there, as method and path.
    fn heard(&self, path: &str) -> Vec<String> {
        let calls = self.platform.exchanges();
        let changes = calls.iter().filter(|call| call.method != "GET" && call.path.starts_with(path));
        changes.map(|call| format!("{} {}", call.method, call.path)).collect()
    }
}

#[test]
fn what_is_read_offline_is_read_at_once_and_told_later() {
    let mut setup = start(3);
    assert_eq!((setup.inbox().unread, setup.there()), (3, Some(3)));
    assert_eq!(setup.messages(), [(3, false), (2, false), (1, false)]);
    assert!(matches!(setup.inbox().freshness, Freshness::Live { .. }));
    let device: String = serde_json::from_slice(&setup.phone.secrets.all()["pocketcard.installation"]).unwrap();
    setup.platform.fault(json!({ "path": "/", "device": device, "kind": "reset" }));
    // It stays when the phone has a network again, so that what was read is pulled before it is told.
    setup.platform.fault(json!({ "path": INBOX, "method": "POST", "kind": "reset" }));
    setup.read(3);
    assert_eq!(setup.inbox().unread, 2);
    setup.phone.reopen();
    assert_eq!((setup.inbox().unread, setup.phone.app().outbox().receipts), (2, 1), "it waits through a restart");
    setup.platform.heal_device(&device);
    setup.write(4);
    // A pull before the phone has told it does not undo it.
    setup.phone.clock.pass(Duration::from_mins(10));
    run(setup.phone.app().refresh()).unwrap();
    assert_eq!(setup.messages(), [(4, false), (3, true), (2, false), (1, false)]);
    assert_eq!((setup.inbox().unread, setup.there()), (3, Some(4)));
    setup.platform.heal();
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (3, Some(3)));
    run(setup.phone.app().read_messages(None)).unwrap();
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (0, Some(0)));
}

#[test]
fn what_is_read_on_one_phone_is_read_on_the_other() {
    let setup = start(2);
    let other = Phone::signed_in(&setup.platform);
    assert_eq!(other.app().inbox().unread, 2);
    setup.read(1);
    setup.sync();
    run(other.app().refresh()).unwrap();
    assert_eq!((other.app().inbox().unread, setup.inbox().unread, setup.there()), (1, 1, Some(1)));
}

#[test]
fn a_long_inbox_is_counted_whole_and_loaded_page_by_page() {
    let setup = start(120);
    let view = setup.inbox();
    assert_eq!((view.messages.len(), view.unread, view.more), (50, 120, true));
    run(setup.phone.app().load_inbox()).unwrap();
    run(setup.phone.app().load_inbox()).unwrap();
    let view = setup.inbox();
    assert_eq!((view.messages.len(), view.unread, view.more), (120, 120, false));
    assert!(setup.messages().is_sorted_by(|a, b| a > b), "newest first");
    setup.platform.exchanges();
    run(setup.phone.app().read_messages(None)).unwrap();
    assert_eq!(setup.inbox().unread, 0);
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (0, Some(0)));
    assert_eq!(setup.heard(INBOX), [format!("POST {INBOX}/Read")], "one call for all of them");
}

#[test]
fn a_message_by_push_is_in_the_inbox_at_once() {
    let setup = start(1);
    setup.platform.cut_off();
    setup.write(2);
    let push = setup.platform.pushes("token").pop().unwrap();
    let Push::Data { mut entries } = push.clone() else { panic!("not FCM's") };
    let take = |push| {
        let outcome = run(setup.phone.app().receive_push(push)).unwrap();
        assert!(matches!(outcome, PushOutcome::Taken { notification: Some(_) }), "{outcome:?}");
    };
    take(push);
    assert_eq!(setup.messages(), [(2, false), (1, false)]);
    assert!(setup.phone.watch.told().contains(&Screen::Inbox));
    // One that the platform takes back before the phone asks.
    let mut row: Value = serde_json::from_str(&entries["payload"]).unwrap();
    row["id"] = 4711.into();
    row["title"] = "Message 3".into();
    entries.insert("message_id".to_owned(), "third".to_owned());
    entries.insert("payload".to_owned(), row.to_string());
    take(Push::Data { entries });
    assert_eq!(setup.inbox().unread, 3);
    setup.read(2);
    setup.platform.heal();
    setup.sync();
    assert_eq!(setup.messages(), [(2, true), (1, false)]);
    assert_eq!((setup.inbox().unread, setup.there()), (1, Some(1)));
}

#[test]
fn a_consent_counts_when_the_platform_has_it() {
    let setup = start(0);
    let other = Phone::signed_in(&setup.platform);
    let of = |phone: &Phone, kind: i64| {
        let consents = phone.app().consents().consents;
        consents.into_iter().find(|consent| consent.kind == kind).unwrap().channels
    };
    let channel = |way, granted| ConsentChannel { way, granted, read_only: false };
    let (marketing, account) = (1, 3);
    let all = |granted: [bool; 3]| {
        let ways = [ConsentWay::Sms, ConsentWay::Email, ConsentWay::Push].into_iter();
        ways.zip(granted).map(|(way, granted)| channel(way, granted)).collect::<Vec<_>>()
    };
    assert_eq!(of(&setup.phone, marketing), all([false, true, true]));
    let set = |kind, way, granted| run(setup.phone.app().set_consent(kind, way, granted));
    set(marketing, ConsentWay::Sms, true).unwrap();
    set(marketing, ConsentWay::Email, false).unwrap();
    assert_eq!(of(&setup.phone, marketing), all([true, false, true]), "each by itself");
    run(other.app().refresh()).unwrap();
    assert_eq!(of(&other, marketing), all([true, false, true]), "so the platform has it");
    assert!(of(&setup.phone, account).iter().all(|channel| channel.granted && channel.read_only));
    rejection(set(account, ConsentWay::Sms, false));
    setup.platform.exchanges();
    setup.platform.cut_off();
    assert_eq!(set(marketing, ConsentWay::Push, false), Err(LoyaltyError::Offline));
    assert_eq!(
        of(&setup.phone, marketing),
        all([true, false, true]),
        "what the platform has not taken has not changed"
    );
    setup.platform.heal();
    setup.sync();
    assert!(setup.heard(CONSENTS).is_empty(), "and it is not sent later");
    run(setup.phone.app().sign_out()).unwrap();
    assert!(setup.phone.app().consents().consents.is_empty());
}

#[test]
fn a_platform_without_an_inbox_has_not_failed() {
    let setup = start(2);
    for path in [INBOX, CONSENTS] {
        setup.platform.fault(json!({ "path": path, "kind": { "status": { "code": 404 } } }));
    }
    assert!(run(setup.phone.app().refresh()).unwrap().stale.is_empty());
    let view = setup.inbox();
    assert!(
        matches!(view.freshness, Freshness::Cached { reason: StaleReason::NotSupported, .. }),
        "{:?}",
        view.freshness
    );
    run(setup.phone.app().load_inbox()).unwrap();
    // What it is told all the same, it does not take, and that is that.
    setup.read(2);
    setup.sync();
    assert_eq!(setup.inbox().unread, 1);
}
