//! Failures on demand.

use std::io::ErrorKind;
use std::time::Duration;

use pocketcard_sandbox::Sandbox;
use reqwest::{Method, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::app::{ANNA, App, Fresh, fresh, reply};

/// What a bare connection gets for a call of `/app/v1/capabilities`: the bytes, and how it ended.
async fn raw(sandbox: &Sandbox) -> (Vec<u8>, std::io::Result<usize>) {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    stream.write_all(b"GET /app/v1/capabilities HTTP/1.1\r\nHost: s\r\n\r\n").await.unwrap();
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes).await;
    (bytes, end)
}

fn fault(sandbox: &Sandbox, json: &str) {
    sandbox.add_fault(json.parse().unwrap()).unwrap();
}

#[tokio::test]
async fn a_reset_is_a_reset() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    fault(&sandbox, r#"{"path": "/app", "kind": "reset", "times": 1}"#);
    let (bytes, end) = raw(&sandbox).await;
    assert!(bytes.is_empty());
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    App::new(&sandbox, "d").get("/app/v1/capabilities").await.ok();
}

#[tokio::test]
async fn a_cut_body_is_shorter_than_promised() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    fault(&sandbox, r#"{"path": "/app", "kind": "cutBody", "times": 1}"#);
    let (bytes, _) = raw(&sandbox).await;
    let text = String::from_utf8(bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let promised = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    assert_eq!(promised.map(|promised: usize| promised / 2), Some(body.len()), "{text}");
}

#[tokio::test]
async fn statuses_pages_garbage_and_giants() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    fault(&sandbox, r#"{"path": "/publicapi", "kind": {"status": {"code": 503, "retryAfter": 7}}, "times": 1}"#);
    let busy = app.get("User").await;
    assert_eq!((busy.status, busy.header("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "7"));
    fault(&sandbox, r#"{"path": "/publicapi", "kind": "html", "times": 1}"#);
    assert!(app.get("User").await.body.as_str().unwrap().starts_with("<!doctype html>"));
    fault(&sandbox, r#"{"path": "/publicapi", "kind": "fail", "times": 1}"#);
    assert_eq!(app.get("User").await.body["result"]["state"], "Fail");
    let garbage = r#"{"path": "/publicapi", "kind": {"garbage": {"pointer": "/data/items/0/amount", "value": "lots"}}, "times": 1}"#;
    fault(&sandbox, garbage);
    assert_eq!(app.get("User/DetailedBalance").await.data()["items"][0]["amount"], "lots");
    fault(&sandbox, r#"{"path": "/publicapi", "kind": {"hugeBody": {"bytes": 3000000}}, "times": 1}"#);
    assert!(app.get("User").await.body["data"].as_str().unwrap().len() >= 2_999_000);
    fault(&sandbox, r#"{"path": "/publicapi", "kind": {"gzipBomb": {"bytes": 3000000}}, "times": 1}"#);
    let bomb = app.http.get(format!("{}/publicapi/v1.2/User", app.url)).send().await.unwrap();
    assert_eq!(bomb.bytes().await.unwrap().len(), 3_000_000);
    app.get("User").await.data();
}

#[tokio::test]
async fn late_and_slow_answers() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    fault(&sandbox, r#"{"path": "/app", "kind": {"latency": {"millis": 150}}, "times": 1}"#);
    fault(&sandbox, r#"{"path": "/app", "kind": {"slowBody": {"millis": 300}}, "times": 1}"#);
    let began = Instant::now();
    app.get("/app/v1/capabilities").await.ok();
    assert!(began.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn an_answer_can_be_lost_after_the_work_was_done() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::signed_in(&sandbox, ANNA).await;
    fault(
        &sandbox,
        r#"{"path": "/authorizationService", "kind": {"status": {"code": 502}}, "times": 1, "processed": true}"#,
    );
    assert_eq!(app.refreshed().await.status, StatusCode::BAD_GATEWAY);
    assert_eq!(app.refreshed().await.body["error"], "invalid_grant", "the token was spent");
    // Not processed: nothing was spent.
    app = App::signed_in(&sandbox, ANNA).await;
    fault(&sandbox, r#"{"path": "/authorizationService", "kind": "reset", "times": 1}"#);
    assert!(app.try_get("/authorizationService/token").await.is_err());
    app.refreshed().await.ok();
}

#[tokio::test]
async fn a_storm_of_401() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    app.put("/sandbox/unauthorized", json!({ "calls": 2 })).await.ok();
    assert_eq!(app.get("User").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.get("Cards").await.status, StatusCode::UNAUTHORIZED);
    app.get("User").await.data();
}

#[tokio::test]
async fn a_fault_can_be_one_installations() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let (app, other) = (App::new(&sandbox, "d"), App::new(&sandbox, "e"));
    fault(&sandbox, r#"{"path": "/app", "device": "d", "kind": {"status": {"code": 429, "retryAfter": 3}}}"#);
    fault(&sandbox, r#"{"path": "/app", "device": "e", "kind": "hold", "skip": 1}"#);
    let busy = app.get("/app/v1/capabilities").await;
    assert_eq!((busy.status, busy.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "3"));
    other.get("/app/v1/capabilities").await.ok();
    let rules = app.get("/sandbox/faults").await.ok();
    assert_eq!(rules["faults"][0]["device"], "d");
    reply(app.request(Method::DELETE, "/sandbox/faults?deviceId=d")).await.unwrap();
    app.get("/app/v1/capabilities").await.ok();
    assert!(other.try_get("/app/v1/capabilities").await.is_err(), "the other's fault stays");
    sandbox.clear_faults_of("e");
    other.get("/app/v1/capabilities").await.ok();
}

#[tokio::test]
async fn a_call_can_be_done_twice() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    fault(&sandbox, r#"{"path": "/app/v1/events", "kind": "duplicate", "times": 1}"#);
    let event = app.event(1, "store.viewed", "2031-05-04T14:00:00+02:00", json!({ "storeId": 1 }));
    let told = app.tell(&[event]).await.ok();
    assert_eq!(told["results"][0]["status"], "duplicate", "the answer is the second one's");
    assert_eq!(sandbox.events(&app.device).await.unwrap()[0].received, 2);
}

#[tokio::test]
async fn a_call_can_be_overtaken() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let event = |place| app.event(place, "store.viewed", "2031-05-04T14:00:00+02:00", json!({ "storeId": place }));
    fault(&sandbox, r#"{"path": "/app/v1/events", "kind": "hold", "times": 1}"#);
    let send = |event| {
        let body = serde_json::to_vec(&[event]).unwrap();
        let request = app.request(Method::POST, "/app/v1/events").body(body);
        reply(request.header("Content-Type", "application/cloudevents-batch+json"))
    };
    assert!(send(event(1)).await.is_err(), "its connection is reset");
    App::new(&sandbox, "another").get("/app/v1/capabilities").await.ok();
    assert!(sandbox.events(&app.device).await.unwrap().is_empty(), "it waits for a call of the same installation");
    send(event(2)).await.unwrap().ok();
    let places: Vec<_> = sandbox.events(&app.device).await.unwrap().iter().map(|event| event.sequence).collect();
    assert_eq!(places, [Some(2), Some(1)]);
    fault(&sandbox, r#"{"path": "/app/v1/events", "kind": "hold", "times": 1}"#);
    assert!(send(event(3)).await.is_err());
    sandbox.clear_faults();
    send(event(4)).await.unwrap().ok();
    assert_eq!(sandbox.events(&app.device).await.unwrap().len(), 3, "what was held when all was cleared is lost");
}
