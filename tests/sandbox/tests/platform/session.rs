//! Codes, tokens and what wrong ones cost.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use crate::app::{ANNA, App, BORIS, Fresh, fresh, start};

const MINUTE: Duration = Duration::from_mins(1);

#[tokio::test]
async fn five_wrong_codes_block_for_a_while() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    let first = app.token(&[("grant_type", "password"), ("username", "+49 (171) 392-0001")], None).await;
    let ticket = first.header("x-loymax-2fa");
    let guess = [("grant_type", "password"), ("password", "nope")];
    for left in (0..5).rev() {
        let wrong = app.token(&guess, Some(ticket)).await;
        let said = wrong.body["error_description"].as_str().unwrap().to_owned();
        assert!(said.contains(&format!("Tries left: {left}.")), "{said}");
    }
    let code = sandbox.sms(ANNA).await.unwrap()[0].code.clone();
    let right = [("grant_type", "password"), ("password", code.as_str())];
    assert_eq!(app.token(&right, Some(ticket)).await.body["error"], "IncorrectLoginOrPassword");
    let again = [("grant_type", "password"), ("username", ANNA)];
    assert_eq!(app.token(&again, None).await.body["error"], "IncorrectLoginOrPassword");
    sandbox.advance(16 * MINUTE).await.unwrap();
    assert_eq!(app.token(&again, None).await.body["error"], "TwoFactorAuthenticationCodeRequired");
}

#[tokio::test]
async fn a_code_is_good_once_and_for_five_minutes() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    let ask = [("grant_type", "password"), ("username", ANNA)];
    let ticket = app.token(&ask, None).await.header("x-loymax-2fa").to_owned();
    let code = sandbox.sms(ANNA).await.unwrap()[0].code.clone();
    let right = [("grant_type", "password"), ("password", code.as_str())];
    sandbox.advance(6 * MINUTE).await.unwrap();
    assert_eq!(app.token(&right, Some(&ticket)).await.status, StatusCode::BAD_REQUEST);
    let ticket = app.token(&ask, None).await.header("x-loymax-2fa").to_owned();
    let code = sandbox.sms(ANNA).await.unwrap()[0].code.clone();
    let right = [("grant_type", "password"), ("password", code.as_str())];
    app.token(&right, Some(&ticket)).await.ok();
    assert_eq!(app.token(&right, Some(&ticket)).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn passwords_where_the_member_has_one() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::new(&sandbox, "d");
    let right = [("grant_type", "password"), ("username", BORIS), ("password", "correct horse")];
    app.keep(&app.token(&right, None).await.ok());
    assert_eq!(app.get("User").await.data()["firstName"], "Boris");
    for (login, password) in [(BORIS, "wrong"), (ANNA, "has none"), ("+4915112345678", "nobody"), ("", "")] {
        let refused = app.token(&[("grant_type", "password"), ("username", login), ("password", password)], None).await;
        assert_eq!(refused.body["error"], "IncorrectLoginOrPassword", "{login}");
        assert!(refused.body["error_description"].as_str().unwrap().contains("Tries left: 4"), "{}", refused.body);
    }
}

#[tokio::test]
async fn tokens_expire_and_refresh_once() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::signed_in(&sandbox, ANNA).await;
    sandbox.advance(11 * MINUTE).await.unwrap();
    let expired = app.get("User").await;
    assert_eq!(expired.status, StatusCode::UNAUTHORIZED);
    assert!(expired.body["message"].is_string() && expired.body.get("result").is_none());
    // The old bearer must come along.
    let without = App { access: None, ..App::new(&sandbox, "d") };
    let without = App { refresh: app.refresh.clone(), ..without };
    assert_eq!(without.refreshed().await.body["error"], "invalid_grant");
    let fresh = app.refreshed().await.ok();
    assert_eq!(app.refreshed().await.body["error"], "invalid_grant");
    app.keep(&fresh);
    app.get("User").await.data();
    sandbox.advance(61 * 24 * 60 * MINUTE).await.unwrap();
    assert_eq!(app.refreshed().await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn a_restart_loses_nothing() {
    let Fresh { sandbox, folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    app.post("Pushes", json!({ "token": "t", "platformType": "Android" })).await.data();
    let points = app.points().await;
    let card = app.get("Cards").await.data()[0].clone();
    let code = app.get(&format!("Cards/{}/QrCode", card["id"])).await.data()["code"].clone();
    app.buy(card["number"].as_str().unwrap(), json!(40), json!(0)).await.ok();
    let now = sandbox.now();
    drop(sandbox);

    let sandbox = start(&folder).await;
    assert_eq!(sandbox.now(), now, "the clock stood still, and does");
    let app = App { url: sandbox.url().to_owned(), ..app };
    assert_ne!(app.points().await, points);
    assert_eq!(app.get("/push/poll?token=t").await.ok()["messages"].as_array().unwrap().len(), 1);
    let found = app.post("/till/identify", json!({ "code": code })).await.ok();
    assert_eq!(found["how"], "issuedCode");
    sandbox.shutdown().await;
}
