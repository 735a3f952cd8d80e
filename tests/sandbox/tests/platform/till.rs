//! The till and the pushes that follow.

use std::time::Duration;

use pocketcard::card::rotating::code_at;
use pocketcard::card::{CodeKey, Symbology};
use pocketcard::clock::PlatformTime;
use pocketcard::types::Timestamp;
use pocketcard_sandbox::Sandbox;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::app::{ANNA, App, BORIS, CLARA, DAVID, Fresh, fresh, number};

/// What the phone shows at `now`.
fn shown(key: &Value, now: Timestamp) -> String {
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let base16 = key["totp"]["key"].as_str().unwrap();
    let key = CodeKey {
        value_pattern: text("valuePattern"),
        period_millis: key["totp"]["periodMillis"].as_u64().unwrap(),
        key: (0..base16.len()).step_by(2).map(|at| u8::from_str_radix(&base16[at..at + 2], 16).unwrap()).collect(),
        value_length: 8,
        symbology: Symbology::Qr,
        valid_until: text("validUntil").parse().unwrap(),
    };
    code_at(&key, PlatformTime::exact(now)).unwrap().text
}

async fn first_card(app: &App) -> Value {
    app.get("Cards").await.data()[0].clone()
}

async fn reason(app: &App, code: &str) -> Value {
    let refused = app.post("/till/identify", json!({ "code": code })).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    refused.body["reason"].clone()
}

#[tokio::test]
async fn every_kind_of_code_is_recognised() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let card = first_card(&app).await;
    let issued = app.get(&format!("Cards/{}/QrCode", card["id"])).await.data()["code"].clone();
    let key = app.get(&format!("/app/v1/cards/{}/code-key", card["id"])).await.ok();
    let codes = [
        (card["number"].clone(), "cardNumber"),
        (card["barCode"].clone(), "barcode"),
        (card["qrContent"].clone(), "barcode"),
        (issued, "issuedCode"),
        (shown(&key, sandbox.now()).into(), "rotatingCode"),
        ("0049 171 3920001".into(), "phone"),
    ];
    for (code, how) in codes {
        let found = app.post("/till/identify", json!({ "code": code, "store": 2 })).await.ok();
        assert_eq!(found["how"], how);
        assert_eq!(found["member"]["firstName"], "Anna");
        assert_eq!(found["cardId"], card["id"]);
    }
}

#[tokio::test]
async fn codes_that_are_not_good_are_refused_with_the_reason() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let card = first_card(&app).await;
    let key = app.get(&format!("/app/v1/cards/{}/code-key", card["id"])).await.ok();
    let code = shown(&key, sandbox.now());
    app.post("/till/identify", json!({ "code": code })).await.ok();
    assert_eq!(reason(&app, &code).await, "replayed");
    let last = code.chars().last().unwrap();
    let forged = format!("{}{}", &code[..code.len() - 1], if last == '0' { '1' } else { '0' });
    assert_eq!(reason(&app, &forged).await, "forged");
    assert_eq!(reason(&app, "PC1.").await, "unknown");
    assert_eq!(reason(&app, "1001877399942540QR2058410873").await, "forged");
    assert_eq!(reason(&app, "4006381333931").await, "unknown");
    let later = shown(&key, sandbox.now() + Duration::from_secs(30));
    let issued = app.get(&format!("Cards/{}/QrCode", card["id"])).await.data()["code"].as_str().unwrap().to_owned();
    sandbox.advance(Duration::from_hours(1)).await.unwrap();
    assert_eq!(reason(&app, &later).await, "expired");
    assert_eq!(reason(&app, &issued).await, "expired");
    assert_eq!(reason(&app, DAVID).await, "blocked");
}

#[tokio::test]
async fn buying_paying_with_points_and_bringing_back() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let card = first_card(&app).await["number"].as_str().unwrap().to_owned();
    let start: Value = app.points().await;
    assert_eq!(start, 0, "the welcome points are a year old");
    app.post("/sandbox/members/3/rewards", json!({ "amount": number("40.5") })).await.ok();

    let sale = app.post("/till/identify", json!({ "code": card })).await.ok()["saleId"].clone();
    let id = Uuid::new_v4();
    let purchase = json!({
        "purchaseId": id, "saleId": sale, "store": 1, "payWithPoints": number("10.25"),
        "items": [
            { "goodsId": "a", "name": "Apples", "count": number("1.5"), "price": number("2.99") },
            { "goodsId": "b", "name": "Beans", "count": 2, "price": number("14.99") },
        ],
    });
    let receipt = app.post("/till/purchases", purchase.clone()).await.ok();
    // 1.5 × 2.99 = 4.485, so 4.49; with 29.98 it makes 34.47; 5% of the 24.22 paid in money is 1.211, so 1.21.
    assert_eq!(receipt["total"].to_string(), "34.47");
    assert_eq!(receipt["paidMoney"].to_string(), "24.22");
    assert_eq!(receipt["earned"].to_string(), "1.21");
    assert_eq!(receipt["earnedStars"], 1);
    assert_eq!(receipt["balance"].to_string(), "31.46");
    assert_eq!(app.post("/till/purchases", purchase.clone()).await.ok(), receipt, "a repeated call changes nothing");
    assert_eq!(app.points().await.to_string(), "31.46");
    let mut other = purchase;
    other["items"][0]["count"] = 3.into();
    assert_eq!(app.post("/till/purchases", other).await.status, StatusCode::CONFLICT);

    let first = json!({ "refundId": Uuid::new_v4(), "purchaseId": id, "items": [{ "goodsId": "b", "count": 1 }] });
    let back = app.post("/till/refunds", first.clone()).await.ok();
    assert_eq!(back["total"].to_string(), "14.99");
    assert_eq!(app.post("/till/refunds", first).await.ok(), back);
    let rest = app.post("/till/refunds", json!({ "purchaseId": id })).await.ok();
    assert_eq!(rest["balance"].to_string(), "40.5", "as if nothing had been bought");
    assert_eq!(app.post("/till/refunds", json!({ "purchaseId": id })).await.status, StatusCode::CONFLICT);
    let accounts = app.get("User/DetailedBalance").await.data();
    assert_eq!(accounts["items"][1]["amount"], 0, "the star is gone too");

    let paid = app.post("/till/payments", json!({ "code": card, "points": number("0.5") })).await.ok();
    assert_eq!(paid["balance"], 40);
    let poor = app.post("/till/payments", json!({ "code": card, "points": 41 })).await;
    assert_eq!((poor.status, &poor.body["spendable"]), (StatusCode::FORBIDDEN, &json!(40)));
    let poor = app.buy(&card, json!(100), json!(41)).await;
    assert_eq!(poor.status, StatusCode::FORBIDDEN);

    let history = app.get("History?filter.historyItemType=Purchase").await.data();
    assert_eq!(history["allCount"], 3);
    assert_eq!(history["rows"][0]["data"]["isRefund"], true);
    assert_eq!(history["rows"][2]["data"]["withdraws"][0]["amount"]["amount"].to_string(), "-10.25");
    assert_eq!(history["rows"][2]["location"]["id"], 1);
    assert_eq!(app.get("History?filter.historyItemType=WithdrawData").await.data()["allCount"], 1);
    assert_eq!(app.get("History?filter.count=1&filter.from=1").await.data()["rows"].as_array().unwrap().len(), 1);
    assert_eq!(app.get("History?filter.toDate=2001-01-01").await.data()["rows"], Value::Null);
}

#[tokio::test]
async fn a_tier_gives_more_and_later() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, BORIS).await;
    let status = app.get("User/Status").await.data();
    assert_eq!(status[0]["currentStatus"]["name"], "Gold");
    assert_eq!(status[0]["nextStatusValue"], Value::Null);
    let before = app.get("User/DetailedBalance").await.data()["items"][0].clone();
    let receipt = app.buy(BORIS, json!(100), json!(0)).await.ok();
    assert_eq!((&receipt["earned"], &receipt["earnedLater"]), (&json!(5), &json!(5)));
    let pending = |account: &Value| account["notActivatedAmount"].to_string().parse::<f64>().unwrap();
    let after = app.get("User/DetailedBalance").await.data()["items"][0].clone();
    assert!((pending(&after) - pending(&before) - 5.0).abs() < 1e-9);
    sandbox.advance(Duration::from_hours(15 * 24)).await.unwrap();
    let app = App::signed_in(&sandbox, BORIS).await;
    let later = app.get("User/DetailedBalance").await.data()["items"][0].clone();
    assert_eq!(later["notActivatedAmount"], 0);
}

#[tokio::test]
async fn points_start_and_end_with_the_clock() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let account = app.get("User/DetailedBalance").await.data()["items"][0].clone();
    let soon = account["lifeTimesByTime"].as_array().unwrap();
    assert_eq!(soon[0]["amount"], 25, "the campaign starts in two days: {account}");
    assert_eq!(soon[0]["date"], "2031-05-06T12:00:00.0000000");
    assert!(soon.iter().any(|row| row["amount"] == -15), "happy hour ends in three: {account}");
    assert!(account["lifeTimesByPeriod"].as_array().unwrap().iter().any(|row| row["period"] == "FromWeekToMonth"));
}

#[tokio::test]
async fn a_push_comes_as_soon_as_the_till_is_done() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    // The device registers before anyone signs in; signing in binds it to the member.
    let mut app = App::new(&sandbox, "phone");
    app.keep(&app.post("Registration/RegisterAnonym", json!({})).await.data());
    app.post("Pushes", json!({ "token": "f", "platformType": "Android" })).await.data();
    let member = signed_in_on(&sandbox, "phone", BORIS).await;
    for (device, token, service) in [("ipad", "a", "Apns"), ("watch", "h", "HMS")] {
        let app = signed_in_on(&sandbox, device, BORIS).await;
        app.post("Pushes", json!({ "token": token, "platformType": "Ios", "pushServiceType": service })).await.data();
    }
    let till = App::new(&sandbox, "till");
    let began = Instant::now();
    let (poll, receipt) = tokio::join!(member.get("/push/poll?token=f&after=0&wait=10"), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        till.buy(BORIS, json!(20), json!(0)).await.ok()
    });
    assert!(began.elapsed() < Duration::from_secs(5));
    let poll = poll.ok();
    let data = &poll["messages"][0]["payload"]["message"]["data"];
    assert_eq!(data["kind"], "balance");
    assert_eq!(data["client_external_id"], receipt["purchaseId"]);
    assert!(data.as_object().unwrap().values().all(Value::is_string), "{data}");
    let payload: Value = serde_json::from_str(data["payload"].as_str().unwrap()).unwrap();
    assert_eq!(payload["items"][0]["amount"], receipt["balance"]);
    let after = poll["next"].clone();
    assert_eq!(member.get(&format!("/push/poll?token=f&after={after}")).await.ok()["messages"], json!([]));

    let apns = &till.get("/push/poll?token=a").await.ok()["messages"][0]["payload"];
    assert!(apns["aps"]["alert"]["title"].is_string() && apns["message_id"] == data["message_id"]);
    let hms = &till.get("/push/poll?token=h").await.ok()["messages"][0]["payload"];
    let inner: Value = serde_json::from_str(hms["message"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(inner["message_id"], data["message_id"]);

    let message = data["message_id"].as_str().unwrap();
    member.post(&format!("Pushes/{message}/state"), json!({ "state": "Delivered" })).await.data();
    let receipts = till.get(&format!("/sandbox/receipts?messageId={message}")).await.ok();
    assert_eq!(receipts["receipts"][0]["deviceId"], "phone");
    let stranger = App::signed_in(&sandbox, ANNA).await;
    assert_eq!(stranger.get(&format!("Pushes/{message}")).await.body["result"]["state"], "Error");
}

async fn signed_in_on(sandbox: &Sandbox, device: &str, phone: &str) -> App {
    let mut app = App::new(sandbox, device);
    let form = [("grant_type", "password"), ("username", phone), ("password", "correct horse")];
    app.keep(&app.token(&form, None).await.ok());
    app
}
