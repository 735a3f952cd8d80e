//! Runs `tests/vectors/pushes.json`, which Kotlin and Swift run too; and whatever else a service may hand over.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::json;

use super::*;
use crate::fuzzing::{Phone, check};
use crate::offers::Offer;
use crate::offers::tests::offer as any_offer;
use crate::push::PushOutcome;
use crate::session::SessionChange;
use crate::state::{Change, Moment, Part};
use crate::types::Freshness;

#[derive(Deserialize)]
struct Vectors {
    now: Timestamp,
    since: Timestamp,
    scheme: String,
    hosts: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    steps: Vec<Step>,
    shows: Option<Shows>,
}

#[derive(Deserialize)]
struct Step {
    form: String,
    push: Option<Value>,
    text: Option<String>,
    repeated: Option<Repeated>,
    padded: Option<Padded>,
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Repeated {
    text: String,
    times: usize,
}

#[derive(Deserialize)]
struct Padded {
    key: String,
    length: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Outcome {
    Taken(Option<Shown>),
    Ignored(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    message: Option<String>,
    title: String,
    body: String,
    channel: String,
    link: Option<String>,
    image_url: Option<String>,
}

#[derive(Deserialize)]
struct Shows {
    balance: Option<crate::types::Decimal>,
    inbox: Option<Vec<String>>,
    unread: Option<u32>,
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Step {
    fn push(&self) -> Push {
        let mut push = self.push.clone().unwrap_or_default();
        if let Some(Padded { key, length }) = &self.padded {
            push[key] = "x".repeat(*length).into();
        }
        let repeated = self.repeated.as_ref().map(|Repeated { text, times }| text.repeat(*times));
        let text = repeated.or_else(|| self.text.clone()).unwrap_or_else(|| push.to_string());
        match self.form.as_str() {
            "data" => Push::Data { entries: serde_json::from_value(push).unwrap() },
            "userInfo" => Push::UserInfo { json: text },
            "hms" => Push::Hms { data: text },
            "polled" => Push::Polled { json: text },
            form => panic!("no form: {form}"),
        }
    }
}

fn word(value: &impl std::fmt::Debug) -> String {
    let word = format!("{value:?}");
    word[..1].to_lowercase() + &word[1..]
}

#[test]
fn every_form_leads_to_what_the_vectors_say() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../../tests/vectors/pushes.json")).unwrap();
    let links = Links::new(&vectors.scheme, &vectors.hosts).unwrap();
    for case in vectors.cases {
        let mut phone = Phone::new(vectors.now, vectors.since, links.clone());
        for (number, step) in case.steps.iter().enumerate() {
            let name = format!("{}, step {number}", case.name);
            let (before, counted) = (phone.content(), phone.ignored());
            let outcome = phone.receive(&step.push());
            match (&step.outcome, &outcome) {
                (Outcome::Ignored(expected), PushOutcome::Ignored { reason }) => {
                    assert_eq!(word(reason), *expected, "{name}");
                    assert_eq!(phone.content(), before, "{name}: nothing but the count changes");
                    assert_eq!(phone.ignored(), counted + 1, "{name}");
                }
                (Outcome::Taken(expected), PushOutcome::Taken { notification }) => {
                    let expected = expected.as_ref().map(|shown| {
                        let Shown { message, title, body, channel, link, image_url } = shown;
                        (message.clone(), title.clone(), body.clone(), channel.clone(), link.clone(), image_url.clone())
                    });
                    let shown = notification.clone().map(|shown| {
                        let Notification { message, title, body, channel, link, image_url } = shown;
                        (message, title, body, word(&channel), link, image_url)
                    });
                    assert_eq!(shown, expected, "{name}");
                    assert_ne!(phone.content(), before, "{name}: it is remembered");
                }
                _ => panic!("{name}: {outcome:?}"),
            }
        }
        let Some(shows) = case.shows else { continue };
        if let Some(balance) = shows.balance {
            assert_eq!(phone.state.accounts[0].available, balance, "{}", case.name);
        }
        let inbox = phone.state.inbox.view(phone.state.freshness(Part::Inbox));
        if let Some(messages) = shows.inbox {
            let here: Vec<_> =
                inbox.messages.iter().map(|message| format!("{}|{}", message.title, message.body)).collect();
            assert_eq!(here, messages, "{}", case.name);
        }
        if let Some(unread) = shows.unread {
            assert_eq!(inbox.unread, unread, "{}", case.name);
        }
    }
}

fn data(pairs: &[(&str, &str)]) -> Push {
    Push::Data { entries: pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect() }
}

#[test]
fn a_push_of_somebody_else_shows_nothing() {
    let mut phone = Phone::default();
    let push = data(&[("message_id", "1"), ("title", "Anna"), ("sent", "2026-11-30T23:59:59Z")]);
    assert_eq!(phone.receive(&push), PushOutcome::Ignored { reason: PushIgnored::OtherMember });
    phone.state.apply(&Change::Forget);
    let push = data(&[("message_id", "1"), ("title", "Anna")]);
    assert_eq!(phone.receive(&push), PushOutcome::Ignored { reason: PushIgnored::SignedOut });
    assert!(phone.state.pushes.receipts.is_empty() && phone.state.pushes.seen.is_empty());
}

#[test]
fn without_a_session_receipts_wait() {
    let mut phone = Phone::default();
    phone.state.apply(&Change::Session(SessionChange::Over));
    assert!(matches!(phone.receive(&data(&[("message_id", "1"), ("title", "x")])), PushOutcome::Taken { .. }));
    assert_eq!(phone.state.pushes.receipts.len(), 1);
    assert_eq!(phone.state.outbox.facts().map(|fact| fact.event.as_str()).collect::<Vec<_>>(), ["push.received"]);
}

#[test]
fn a_later_sync_wins() {
    let mut phone = Phone::default();
    let balance = |amount: &str| {
        let currency = json!({ "id": 1, "name": "Points", "code": "POINTS" });
        let item = format!(
            r#"{{"items":[{{"currency":{currency},"amount":{amount},"notActivatedAmount":0,"accountIsBlocked":false}}]}}"#
        );
        (item.clone(), serde_json::from_str::<wire::DetailedBalance>(&item).unwrap().read().unwrap())
    };
    let push = |id: &str, version: &str, amount: &str, sent: &str| {
        let (payload, _) = balance(amount);
        data(&[("message_id", id), ("kind", "balance"), ("version", version), ("sent", sent), ("payload", &payload)])
    };
    let answer = |ticket, at, amount| Change::Answered {
        at,
        etag: Some("e".to_owned()),
        ticket,
        asked: Moment::default(),
        answer: crate::state::Answer::Balance(balance(amount).1),
    };
    let points = |phone: &Phone| phone.state.accounts[0].available.to_string();
    phone.state.apply(&answer(1, at("2026-12-03T11:30:00Z"), "10"));
    phone.receive(&push("late", "5", "5", "2026-12-03T11:29:00Z"));
    assert_eq!(points(&phone), "10", "it was sent before the platform answered");
    assert_eq!(phone.state.etag(Part::Balance).as_deref(), Some("e"));
    phone.receive(&push("new", "6", "20", "2026-12-03T11:31:00Z"));
    assert_eq!(points(&phone), "20");
    assert_eq!(phone.state.etag(Part::Balance), None, "what is shown is not what that stands for");
    let as_of = Freshness::Live { as_of: at("2026-12-03T11:30:00Z") };
    assert_eq!(phone.state.freshness(Part::Balance), as_of, "a hint makes nothing fresh");
    phone.state.apply(&answer(0, at("2026-12-03T12:00:00Z"), "10"));
    assert_eq!(points(&phone), "20", "that was asked before the push came");
    phone.state.apply(&answer(2, at("2026-12-03T12:00:01Z"), "19"));
    assert_eq!(points(&phone), "19", "the platform has the last word");
}

#[test]
fn what_was_sent_within_the_second_of_an_answer_is_shown() {
    let offer = |id: i64, version: u64| Offer { version, ..any_offer(id) };
    let answered = at("2026-12-03T11:30:00.5Z");
    let answer = |ticket, offers| Change::Answered {
        at: answered,
        etag: None,
        ticket,
        asked: Moment::default(),
        answer: crate::state::Answer::Offers(offers),
    };
    let push = |id: i64, version: u64, sent: &str| {
        let payload = json!({ "id": id, "version": version, "title": "Pushed", "rules": {} }).to_string();
        let message = format!("{id}-{version}");
        let version = version.to_string();
        data(&[
            ("message_id", &message),
            ("kind", "offer"),
            ("version", &version),
            ("sent", sent),
            ("payload", &payload),
        ])
    };
    let mut phone = Phone::default();
    phone.state.apply(&answer(0, vec![offer(1, 2)]));
    let shown = |phone: &Phone| {
        let mut shown: Vec<_> = phone.state.offers.iter().map(|offer| (offer.id, offer.version)).collect();
        shown.sort_unstable();
        shown
    };
    // The platform told its time as 11:30:00, and the phone took it for half a second more: the answer may have been first.
    phone.receive(&push(2, 1, "2026-12-03T11:30:00.2Z"));
    assert_eq!(shown(&phone), [(1, 2), (2, 1)]);
    phone.receive(&push(1, 1, "2026-12-03T11:30:00.2Z"));
    assert_eq!(shown(&phone), [(1, 2), (2, 1)], "the version tells more than the clock");
    phone.receive(&push(3, 1, "2026-12-03T11:29:59.5Z"));
    assert_eq!(shown(&phone), [(1, 2), (2, 1)], "that the platform knew of when it answered");
    phone.state.apply(&answer(2, vec![offer(1, 2)]));
    assert_eq!(shown(&phone), [(1, 2)], "a later answer wins, within the same second, too");
}

#[test]
fn a_message_without_its_id_becomes_the_platforms_own() {
    let mut phone = Phone::default();
    phone.receive(&data(&[("message_id", "p"), ("title", "Hello"), ("body", "You")]));
    phone.receive(&data(&[("message_id", "q"), ("title", "Gone"), ("body", "")]));
    let ids = |phone: &Phone| phone.state.inbox.messages.iter().map(|m| (m.id.clone(), m.read)).collect::<Vec<_>>();
    phone.state.apply(&Change::MessagesRead(Some(vec!["push:p".to_owned()])));
    assert!(phone.state.pushes.owes(crate::push::ReceiptKind::Read, "p"));
    let row = json!({ "id": 7, "title": "Hello", "body": "You", "creationDate": "2026-12-03T11:00:00" });
    let message = serde_json::from_value::<NotificationRow>(row).unwrap().read().unwrap();
    let page = inbox::InboxPage { messages: vec![message], more: false, unread: None };
    let answer = crate::state::Answer::Inbox { from: 0, page };
    phone.state.apply(&Change::Answered { at: phone.now, etag: None, ticket: 2, asked: Moment::default(), answer });
    assert_eq!(ids(&phone), [("7".to_owned(), true)], "it was read here");
    assert!(phone.state.pushes.owes(crate::push::ReceiptKind::MessageRead, "7"));
}

#[test]
fn a_message_is_found_by_where_its_link_leads_before_the_platform_tells_more() {
    let mut phone = Phone::default();
    let link = "pocketcard://inbox/7";
    phone.receive(&data(&[("message_id", "p"), ("title", "Hello"), ("body", "You"), ("link", link)]));
    phone.receive(&data(&[("message_id", "q"), ("title", "Offers"), ("body", ""), ("link", "pocketcard://offers")]));
    let mut ids: Vec<_> = phone.state.inbox.messages.iter().map(|message| message.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(ids, ["7", "push:q"]);
    phone.receive(&data(&[("message_id", "r"), ("kind", "revoke"), ("link", link)]));
    assert!(!phone.state.inbox.holds("7"));
}

/// A value that a key of a push might have, right or wrong.
fn any_value() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[0-9.eE+-]{0,24}",
        "(pocketcard|https|http|javascript|file)://?[a-z./@:%0-9]{0,24}",
        "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{0,8}(Z|[+]0[0-9]:00)?",
        r#"\{"(id|items|kind|amount)":[0-9"\[\]{}a-z:,]{0,24}\}?"#,
        Just("balance".to_owned()),
        Just("offer".to_owned()),
        Just("revoke".to_owned()),
        Just("message".to_owned()),
        Just("task".to_owned()),
    ]
}

fn any_entries() -> impl Strategy<Value = BTreeMap<String, String>> {
    let keys = prop_oneof![
        proptest::sample::select(
            [
                "message_id",
                "kind",
                "title",
                "body",
                "version",
                "expires",
                "sent",
                "link",
                "payload",
                "image",
                "imageUrl"
            ]
            .as_slice()
        )
        .prop_map(str::to_owned),
        any::<String>(),
    ];
    proptest::collection::btree_map(keys, any_value(), 0..12)
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any_value().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let keys = proptest::sample::select(
            ["message_id", "kind", "title", "link", "payload", "aps", "alert", "message", "data", "creationDate", "id"]
                .as_slice(),
        );
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(keys, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_map_is_taken_once_or_changes_nothing(entries in any_entries()) {
        let entries: HashMap<_, _> = entries.into_iter().collect();
        let json = serde_json::to_string(&entries).unwrap();
        check(&Push::Data { entries });
        check(&Push::Hms { data: json });
    }

    #[test]
    fn any_json_is_taken_once_or_changes_nothing(json in any_json()) {
        check(&Push::UserInfo { json: json.to_string() });
        check(&Push::Polled { json: json.to_string() });
    }

    #[test]
    fn any_text_is_taken_once_or_changes_nothing(text in any::<String>()) {
        check(&Push::UserInfo { json: text.clone() });
        check(&Push::Polled { json: text });
    }

    #[test]
    fn the_newest_version_that_came_is_shown(versions in proptest::collection::vec(0_i64..8, 1..12)) {
        let mut phone = Phone::default();
        let mut newest = None;
        for (number, version) in versions.into_iter().enumerate() {
            let amount = version * 100 + i64::try_from(number).unwrap();
            let payload = format!(
                r#"{{"items":[{{"currency":{{"id":1,"name":"P","code":"P"}},"amount":{amount},"notActivatedAmount":0,"accountIsBlocked":false}}]}}"#
            );
            let (id, version_text) = (number.to_string(), version.to_string());
            let push = data(&[("message_id", &id), ("kind", "balance"), ("version", &version_text), ("payload", &payload)]);
            let taken = matches!(phone.receive(&push), PushOutcome::Taken { .. });
            prop_assert_eq!(taken, newest.is_none_or(|(known, _)| version > known));
            if taken {
                newest = Some((version, amount));
            }
            let shown = phone.state.accounts[0].available;
            prop_assert_eq!(Some(shown), newest.map(|(_, amount)| amount.into()));
        }
    }
}
