//! Journeys of the inbox and of consents: what was read here is read there, whenever the phone has a network.
//!
//! In front of the sandbox stands a small platform of the test's own, which has an inbox and consents and hands on
//! everything else.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use pocketcard::LoyaltyError;
use pocketcard::consents::{ConsentChannel, ConsentWay};
use pocketcard::inbox::InboxView;
use pocketcard::push::{Push, PushOutcome};
use pocketcard::types::{Freshness, Screen, StaleReason};
use pocketcard_tests::{ANNA, PATIENCE, Phone, Platform, run};
use serde_json::{Value, json};

/// A platform with an inbox.
struct Programme {
    /// The sandbox, which knows all but this.
    sandbox: String,
    /// Newest first: id, whether it was read.
    messages: Vec<(i64, bool)>,
    consents: Value,
    /// The phone has no network.
    offline: bool,
    /// Else it answers 404.
    has_inbox: bool,
    /// What was changed: method and path.
    heard: Vec<String>,
}

type Shared = Arc<Mutex<Programme>>;

struct Setup {
    phone: Phone,
    programme: Shared,
    _runtime: tokio::runtime::Runtime,
    _platform: Platform,
}

fn start(messages: i64) -> Setup {
    let platform = Platform::start();
    let programme = Arc::new(Mutex::new(Programme {
        sandbox: platform.url().to_owned(),
        messages: (1..=messages).rev().map(|id| (id, false)).collect(),
        consents: json!([{ "typeId": 1, "typeName": "News", "externalId": null,
            "smsNotification": { "readOnly": true, "selected": true },
            "pushNotification": { "readOnly": false, "selected": false } }]),
        offline: false,
        has_inbox: true,
        heard: Vec::new(),
    }));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state((Arc::clone(&programme), reqwest::Client::new()));
    runtime.spawn(async move { axum::serve(listener, router).await });
    let phone = Phone::new(&url);
    phone.sign_in(&platform, ANNA);
    Setup { phone, programme, _runtime: runtime, _platform: platform }
}

async fn answer(State((programme, http)): State<(Shared, reqwest::Client)>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let sandbox = {
        let mut programme = programme.lock().unwrap();
        if programme.offline {
            // The connection breaks in the midst of the answer.
            let broken = std::io::Error::other("no network");
            return Response::new(Body::from_stream(futures_util::stream::iter([Err::<Vec<u8>, _>(broken)])));
        }
        let answered =
            if programme.has_inbox { programme.answer(head.method.as_str(), &head.uri, &body) } else { None };
        if let Some(data) = answered {
            return Response::new(json!({ "data": data, "result": { "state": "Success" } }).to_string().into());
        }
        if !programme.has_inbox && ["/Notification", "/Subscriptions"].iter().any(|ours| head.uri.path().contains(ours))
        {
            return Response::builder().status(404).body(Body::empty()).unwrap();
        }
        programme.sandbox.clone()
    };
    let on = http.request(head.method, format!("{sandbox}{}", head.uri)).headers(head.headers).body(body);
    let answer = on.send().await.unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in
        answer.headers().iter().filter(|(name, _)| !["content-length", "transfer-encoding"].contains(&name.as_str()))
    {
        response = response.header(name, value);
    }
    response.body(answer.bytes().await.unwrap().into()).unwrap()
}

impl Programme {
    fn answer(&mut self, method: &str, uri: &axum::http::Uri, body: &[u8]) -> Option<Value> {
        let path = uri.path().strip_prefix("/publicapi/v1.2/")?;
        let parts: Vec<_> = path.split('/').collect();
        if method != "GET" && ["Notification", "User/Subscriptions"].iter().any(|ours| path.starts_with(ours)) {
            self.heard.push(format!("{method} {path}"));
        }
        Some(match (method, parts.as_slice()) {
            ("GET", ["Notification"]) => {
                let number = |name: &str| {
                    let pair = uri.query().unwrap().split('&').find_map(|pair| pair.strip_prefix(name));
                    pair.unwrap().parse::<usize>().unwrap()
                };
                let rows = self.messages.iter().skip(number("from=")).take(number("count="));
                rows.map(|(id, read)| row(*id, *read)).collect()
            }
            ("GET", ["Notification", "Count"]) => json!({ "unReadCount": self.unread() }),
            ("POST", ["Notification", "Read"]) => {
                self.messages.iter_mut().for_each(|(_, read)| *read = true);
                Value::Null
            }
            ("POST", ["Notification", id, "Read"]) => {
                let id = id.parse::<i64>().unwrap();
                self.messages.iter_mut().filter(|(known, _)| *known == id).for_each(|(_, read)| *read = true);
                Value::Null
            }
            ("GET", ["User", "Subscriptions"]) => self.consents.clone(),
            ("PUT", ["User", "Subscriptions"]) => {
                self.consents = serde_json::from_slice(body).unwrap();
                Value::Null
            }
            _ => return None,
        })
    }

    fn unread(&self) -> usize {
        self.messages.iter().filter(|(_, read)| !read).count()
    }
}

/// The platform's spelling.
fn row(id: i64, read: bool) -> Value {
    json!({ "id": id, "title": format!("Message {id}"), "body": "…", "isReaded": read,
        "creationDate": format!("2026-11-{:02}T{:02}:00:00", 1 + id / 24, id % 24) })
}

impl Setup {
    fn set(&self, change: impl FnOnce(&mut Programme)) {
        change(&mut self.programme.lock().unwrap());
    }

    fn there(&self) -> usize {
        self.programme.lock().unwrap().unread()
    }

    fn inbox(&self) -> InboxView {
        self.phone.app().inbox()
    }

    fn read(&self, messages: &[i64]) {
        run(self.phone.app().read_messages(Some(messages.iter().map(i64::to_string).collect()))).unwrap();
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
}

#[test]
fn what_is_read_offline_is_read_at_once_and_told_later() {
    let mut setup = start(3);
    assert_eq!((setup.inbox().unread, setup.inbox().messages[0].id.as_str()), (3, "3"));
    assert!(matches!(setup.inbox().freshness, Freshness::Live { .. }));
    setup.set(|programme| programme.offline = true);
    setup.read(&[3]);
    assert_eq!((setup.inbox().unread, setup.there()), (2, 3));
    setup.phone.reopen();
    assert_eq!((setup.inbox().unread, setup.phone.app().outbox().receipts), (2, 1), "it waits through a restart");
    setup.set(|programme| {
        programme.offline = false;
        programme.messages.insert(0, (4, false));
    });
    // A pull before the phone has told it does not undo it.
    setup.phone.clock.pass(Duration::from_mins(10));
    run(setup.phone.app().refresh()).unwrap();
    assert_eq!(
        setup.inbox().messages.iter().map(|message| message.read).collect::<Vec<_>>(),
        [false, true, false, false]
    );
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (3, 3));
    run(setup.phone.app().read_messages(None)).unwrap();
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (0, 0));
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
    assert!(view.messages.is_sorted_by(|a, b| a.at > b.at));
    run(setup.phone.app().read_messages(None)).unwrap();
    assert_eq!(setup.inbox().unread, 0);
    setup.sync();
    assert_eq!((setup.inbox().unread, setup.there()), (0, 0));
    assert_eq!(setup.programme.lock().unwrap().heard, ["POST Notification/Read"], "one call for all of them");
}

#[test]
fn a_message_by_push_is_in_the_inbox_at_once() {
    let setup = start(1);
    setup.set(|programme| programme.offline = true);
    let push = |id: &str, payload: Option<String>| {
        let mut entries: Vec<_> = vec![("message_id", id.to_owned()), ("kind", "message".to_owned())];
        entries.extend([("title", "Message 2".to_owned()), ("body", "…".to_owned())]);
        entries.extend(payload.map(|payload| ("payload", payload)));
        let entries = entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        run(setup.phone.app().receive_push(Push::Data { entries })).unwrap()
    };
    let taken = |outcome| matches!(outcome, PushOutcome::Taken { notification: Some(_) });
    assert!(taken(push("a", Some(row(2, false).to_string()))));
    assert!(taken(push("b", Some(row(3, false).to_string()))));
    assert_eq!(setup.inbox().messages.iter().map(|message| message.id.as_str()).collect::<Vec<_>>(), ["3", "2", "1"]);
    assert!(setup.phone.watch.told().contains(&Screen::Inbox));
    setup.read(&[2]);
    // The third was taken back by the platform meanwhile.
    setup.set(|programme| {
        programme.offline = false;
        programme.messages.insert(0, (2, false));
    });
    setup.sync();
    assert_eq!((setup.inbox().messages.len(), setup.inbox().unread, setup.there()), (2, 1, 1));
}

#[test]
fn a_consent_counts_when_the_platform_has_it() {
    let setup = start(0);
    let consents = || setup.phone.app().consents().consents[0].channels.clone();
    let channel = |way, granted, read_only| ConsentChannel { way, granted, read_only };
    assert_eq!(consents(), [channel(ConsentWay::Sms, true, true), channel(ConsentWay::Push, false, false)]);
    let set = |way, granted| run(setup.phone.app().set_consent(1, way, granted));
    set(ConsentWay::Push, true).unwrap();
    assert!(consents()[1].granted);
    assert_eq!(setup.programme.lock().unwrap().consents[0]["pushNotification"]["selected"], true);
    assert!(matches!(set(ConsentWay::Sms, false), Err(LoyaltyError::Rejected { .. })), "it cannot be changed here");
    setup.set(|programme| programme.offline = true);
    assert!(matches!(set(ConsentWay::Push, false), Err(LoyaltyError::Offline)));
    assert!(consents()[1].granted, "what the platform has not taken has not changed");
    assert_eq!(setup.programme.lock().unwrap().heard, ["PUT User/Subscriptions"]);
    run(setup.phone.app().sign_out()).unwrap();
    assert!(setup.phone.app().consents().consents.is_empty());
}

#[test]
fn a_platform_without_an_inbox_has_not_failed() {
    let setup = start(2);
    setup.set(|programme| programme.has_inbox = false);
    assert!(run(setup.phone.app().refresh()).unwrap().stale.is_empty());
    let view = setup.inbox();
    assert!(
        matches!(view.freshness, Freshness::Cached { reason: StaleReason::NotSupported, .. }),
        "{:?}",
        view.freshness
    );
    run(setup.phone.app().load_inbox()).unwrap();
    // What it is told all the same, it does not take, and that is that.
    setup.read(&[2]);
    setup.sync();
    assert_eq!(setup.inbox().unread, 1);
}
