//! Input from whoever means ill: refused, and the sandbox is well after.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{ANNA, App, Fresh, fresh, number, reply};

#[tokio::test]
async fn nonsense_gets_a_refusal_and_never_a_failure() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let long = "9".repeat(200_000);
    let texts = [
        "",
        " ",
        "\u{0}",
        "💥",
        "PC1.",
        "PC1..",
        "PC1.1001.99999999999999999999.1",
        "QR",
        "1QR2",
        "'; DROP TABLE card",
        &long,
    ];
    for text in texts {
        assert!(app.post("/till/identify", json!({ "code": text })).await.status.is_client_error(), "{text:.40}");
        let form = [("grant_type", "password"), ("username", text), ("password", text)];
        assert_eq!(app.token(&form, None).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(app.token(&form, Some("no ticket")).await.status, StatusCode::BAD_REQUEST);
        for (path, body) in [
            ("Cards/Set", json!({ "cardNumber": text })),
            ("User/PhoneNumber", json!({ "phoneNumber": text })),
            ("User/Email", json!({ "email": text })),
            ("User/Email/Confirm", json!({ "confirmCode": text })),
            ("User/Deregistration/Confirm", json!({ "confirmCode": text, "reason": text })),
            ("ResetPassword/Start", json!({ "notifierIdentity": text })),
            ("Registration/BeginRegistration", json!({ "login": text })),
            ("User/Answers", json!([{ "questionId": 3, "value": text }])),
            ("users/favoriteGoods/203105/1", json!({ "goodsId": text })),
            ("/sandbox/pushes", json!({ "to": { "tier": text }, "title": text, "link": text, "kind": text })),
            ("/sandbox/offers", json!({ "id": 100, "title": text, "logicalName": text })),
            ("/sandbox/members/1/coupons", json!({ "title": text, "code": text, "benefit": { "points": 1 } })),
        ] {
            let answer = app.post(path, body).await;
            assert!(!answer.status.is_server_error(), "{path} {text:.40}: {}", answer.body);
        }
        let items = json!([{ "goodsId": "g", "name": "n", "price": 1 }]);
        for (field, value) in [("payment", json!(text)), ("coupons", json!([text])), ("timeZone", json!(text))] {
            let mut body = json!({ "code": ANNA, "items": items, "channel": "online" });
            body[field] = value;
            let answer = app.post("/till/purchases", body).await;
            assert!(!answer.status.is_server_error(), "{field} {text:.40}: {}", answer.body);
        }
    }
    for query in
        ["filter.count=-1", "filter.count=99999999999999999999", "filter.fromDate=x", "filter.historyItemType=%ff"]
    {
        assert_eq!(app.get(&format!("History?{query}")).await.body["result"]["state"], "ValidationError", "{query}");
    }
    for id in ["-1", "x", "%ff", "99999999999999999999"] {
        for path in [
            "Cards/{}/QrCode",
            "Offer/{}",
            "Offer/{}/merchants",
            "users/favoriteGoods/{}",
            "users/favoriteGoods/{}/list",
        ] {
            let refused = app.get(&path.replace("{}", id)).await.body["result"]["state"].clone();
            assert_eq!(refused, "Error", "{path} {id}");
        }
        for path in ["Notification/{}/Read", "user/personalOffer/{}/accept"] {
            let refused = app.post(&path.replace("{}", id), json!({})).await.body["result"]["state"].clone();
            assert_eq!(refused, "Error", "{path} {id}");
        }
        for path in ["users/favoriteGoods/203105/{}", "users/favoriteGoods/{}/1"] {
            let refused = app.delete(&path.replace("{}", id)).await.body["result"]["state"].clone();
            assert_eq!(refused, "Error", "{path} {id}");
        }
    }
    app.get("User").await.data();
}

#[tokio::test]
async fn amounts_have_bounds() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let before = app.points().await;
    for amount in ["-1", "0.00001", "1e30", "79228162514264337593543950335", "1e999999", "\"x\"", "null", "{}"] {
        let amount = number(amount);
        let prices = app.buy(ANNA, amount.clone(), json!(0)).await;
        assert!(prices.status.is_client_error(), "price {amount}: {}", prices.body);
        if !amount.is_null() {
            let points = app.buy(ANNA, json!(10), amount.clone()).await;
            assert!(points.status.is_client_error(), "points {amount}: {}", points.body);
        }
        let payment = app.post("/till/payments", json!({ "code": ANNA, "points": amount })).await;
        assert!(payment.status.is_client_error(), "{amount}: {}", payment.body);
    }
    let item = json!({ "goodsId": "g", "name": "n", "price": 100_000, "count": 1000 });
    for items in [json!([]), json!([item]), Value::Array(vec![item.clone(); 201])] {
        let refused = app.post("/till/purchases", json!({ "code": ANNA, "items": items })).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let none = app.post("/till/refunds", json!({ "purchaseId": Uuid::new_v4() })).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
    assert_eq!(app.points().await, before);
}

#[tokio::test]
async fn bodies_that_are_none() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = "x".repeat(300 * 1024);
    for body in ["", "{", "[]", "null", "\u{feff}{}", deep.as_str(), huge.as_str()] {
        for path in ["Cards/Set", "/till/purchases", "/sandbox/faults", "/sandbox/pushes", "/sandbox/offers", "Pushes"]
        {
            let answer = reply(app.request(Method::POST, path).body(body.to_owned())).await;
            // Whoever sends too much may find the connection closed.
            if let Ok(answer) = answer {
                assert!(answer.status.is_client_error(), "{path} {body:.20}: {}", answer.status);
            }
        }
    }
    app.get("User").await.data();
}
