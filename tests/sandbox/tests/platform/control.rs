//! The control API, the help page, dates and compression.

use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{ANNA, App, Fresh, fresh, reply};

#[tokio::test]
async fn the_clock_dates_every_answer() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    assert_eq!(app.get("/app/v1/capabilities").await.header("date"), "Sun, 04 May 2031 12:00:00 GMT");
    let moved = app.put("/sandbox/clock", json!({ "set": "2032-02-29T23:59:59Z", "advanceMillis": 1000 })).await.ok();
    assert_eq!((&moved["now"], &moved["frozen"]), (&json!("2032-03-01T00:00:00Z"), &json!(true)));
    let answer = app.get("/app/v1/capabilities").await;
    assert_eq!(answer.header("date"), "Mon, 01 Mar 2032 00:00:00 GMT");
    assert_eq!(answer.body["serverTime"], "2032-03-01T00:00:00Z");
    assert_eq!(
        app.put("/sandbox/clock", json!({ "set": "9999-12-31" })).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn the_help_page_is_for_people() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    app.post("/sandbox/members", json!({ "phone": "+491713920099", "firstName": "<script>" })).await.ok();
    let page = app.get("/").await;
    assert!(page.header("content-type").starts_with("text/html"));
    let page = page.body.as_str().unwrap().to_owned();
    assert!(page.contains(sandbox.url()) && page.contains(ANNA) && page.contains("/sandbox/sms"));
    assert!(!page.contains("<script>") && !page.contains("{{"));
}

#[tokio::test]
async fn answers_are_compressed_for_who_can_unpack() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::signed_in(&sandbox, ANNA).await;
    app.http = Client::builder().no_gzip().no_zstd().build().unwrap();
    for encoding in ["gzip", "zstd"] {
        let request = app.request(Method::GET, "History").header("Accept-Encoding", encoding);
        assert_eq!(reply(request).await.unwrap().header("content-encoding"), encoding);
    }
}

#[tokio::test]
async fn settings_are_served_and_kept() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let mut settings: Value = app.get("/sandbox/settings").await.ok();
    settings["minimumAppVersion"] = "2.0".into();
    settings["symbology"] = "AZTEC".into();
    settings["features"] = json!([]);
    app.put("/sandbox/settings", settings.clone()).await.ok();
    let capabilities = app.get("/app/v1/capabilities").await.ok();
    assert_eq!(capabilities["minimumAppVersion"], "2.0");
    assert_eq!(capabilities["tillCode"]["symbology"], "AZTEC");
    let card = app.get("Cards").await.data()[0]["id"].clone();
    assert_eq!(app.get(&format!("/app/v1/cards/{card}/code-key")).await.status, StatusCode::NOT_FOUND);
    for features in [json!(["weather"]), json!(["events", "events"])] {
        settings["features"] = features;
        assert_eq!(app.put("/sandbox/settings", settings.clone()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn members_are_made_to_order() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    let new = json!({ "phone": "+491713920050", "firstName": "Test", "points": 12, "password": "secret" });
    let made = app.post("/sandbox/members", new.clone()).await.ok();
    assert_eq!(app.post("/sandbox/members", new).await.status, StatusCode::CONFLICT);
    let app = App::signed_in(&sandbox, "+491713920050").await;
    assert_eq!(app.points().await, 12);
    let out = app.request(Method::DELETE, &format!("/sandbox/members/{}/sessions", made["id"]));
    assert_eq!(reply(out).await.unwrap().status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("User").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.refreshed().await.body["error"], "invalid_grant");
}
