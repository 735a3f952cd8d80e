//! Offers, coupons and favourites: whose they are, where they apply, what the till makes of them.

use std::collections::BTreeMap;
use std::time::Duration;

use fastrand::Rng;
use jiff::tz::TimeZone;
use pocketcard::offers::rules::{Benefit, Facts, Rules, StoreFacts, WhyNot, Words};
use pocketcard::types::{Decimal, Timestamp};
use pocketcard_sandbox::Sandbox;
use reqwest::header::IF_NONE_MATCH;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{ANNA, App, BORIS, CLARA, Fresh, fresh, number, reply};

const DAY: Duration = Duration::from_hours(24);

/// The numbers of the offers that the member sees.
async fn seen(app: &App) -> Vec<i64> {
    let offers = app.get("/app/v1/offers").await.ok();
    offers["offers"].as_array().unwrap().iter().map(|offer| offer["id"].as_i64().unwrap()).collect()
}

/// What the till says of a purchase of one thing at this price.
async fn sell(app: &App, phone: &str, price: Value, how: Value) -> Value {
    tried(app, phone, price, how).await.ok()
}

async fn tried(app: &App, phone: &str, price: Value, how: Value) -> crate::app::Reply {
    let mut body = json!({ "code": phone, "items": [{ "goodsId": "1", "name": "Thing", "price": price }] });
    body.as_object_mut().unwrap().extend(how.as_object().unwrap().clone());
    app.post("/till/purchases", body).await
}

/// What became of an offer on a purchase.
fn told(receipt: &Value, offer: i64) -> Value {
    let offers = receipt["offers"].as_array().unwrap();
    offers.iter().find(|told| told["offerId"] == offer).cloned().unwrap_or(Value::Null)
}

async fn accept(app: &App, name: &str) -> crate::app::Reply {
    app.keyed(&format!("user/personalOffer/{name}/accept"), Uuid::new_v4(), json!({})).await
}

#[track_caller]
fn refused(reply: &crate::app::Reply, code: &str) {
    assert_eq!(reply.body["result"]["messageCode"], code, "{}", reply.body);
    assert_eq!(reply.body["result"]["state"], "Error");
    assert!(!reply.body["result"]["message"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn an_offer_is_seen_while_it_is_the_members() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    // The fourth of May is everybody's birthday here. Anna is Silver, Boris Gold, Clara never bought anything.
    let mut anna = App::signed_in(&sandbox, ANNA).await;
    assert_eq!(seen(&anna).await, [1, 2, 3, 4, 7]);
    assert_eq!(seen(&App::signed_in(&sandbox, BORIS).await).await, [1, 2, 3, 4, 6, 7], "the VIP sale, too");
    assert_eq!(seen(&App::anonymous(&sandbox, "new").await).await, [1, 2, 3, 7], "nobody is known yet");
    let list = anna.get("/app/v1/offers").await.ok();
    assert_eq!(
        (&list["offers"][3]["begin"], &list["offers"][3]["end"]),
        (&json!("2031-05-03T22:00:00Z"), &json!("2031-05-10T22:00:00Z"))
    );

    sandbox.set_clock("2031-05-10T21:59:59Z".parse().unwrap()).await.unwrap();
    anna.sign_in(&sandbox, ANNA).await;
    assert_eq!(seen(&anna).await, [1, 2, 3, 4, 7]);
    sandbox.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(seen(&anna).await, [1, 2, 3, 7], "the birthday is over");
    // She bought something two days before the sandbox began.
    sandbox.set_clock("2031-06-01T11:59:59Z".parse().unwrap()).await.unwrap();
    anna.sign_in(&sandbox, ANNA).await;
    assert_eq!(seen(&anna).await, [1, 2, 3, 7]);
    sandbox.advance(Duration::from_secs(1)).await.unwrap();
    assert_eq!(seen(&anna).await, [1, 2, 3, 5, 7], "thirty days away");
    let clara = App::signed_in(&sandbox, CLARA).await;
    assert_eq!(seen(&clara).await, [1, 2, 3, 7], "who never was here is not away");
    let receipt = sell(&anna, ANNA, json!(20), json!({})).await;
    assert_eq!((&told(&receipt, 5)["applied"], &receipt["total"]), (&json!(true), &json!(17)));
    assert_eq!(seen(&anna).await, [1, 2, 3, 7], "back again");
}

#[tokio::test]
async fn the_programmes_offers_at_the_till() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let clara = App::signed_in(&sandbox, CLARA).await;

    let online = |payment: &str| json!({ "channel": "online", "payment": payment });
    let receipt = sell(&clara, CLARA, json!(20), online("card")).await;
    assert_eq!(
        (&receipt["earned"], &receipt["offerPoints"], &receipt["balance"]),
        (&json!(101), &json!(100), &json!(101))
    );
    assert_eq!(
        told(&receipt, 1),
        json!({
            "offerId": 1, "title": "100 points for paying online", "applied": true, "discount": 0, "points": 100,
        })
    );
    assert_eq!(told(&receipt, 2)["reason"], "otherChannel");
    assert_eq!(told(&receipt, 3)["reason"], "notActivated", "it is a Sunday");
    assert_eq!(told(&receipt, 4)["reason"], "notActivated");
    assert_eq!(told(&receipt, 6), Value::Null, "it is not hers");
    assert_eq!(told(&sell(&clara, CLARA, json!(20), online("cash")).await, 1)["reason"], "otherPayment");
    assert_eq!(
        told(&sell(&clara, CLARA, json!(20), json!({ "store": 1, "payment": "card" })).await, 1)["reason"],
        "otherChannel"
    );

    let receipt = sell(&clara, CLARA, number("19.99"), json!({ "store": 2 })).await;
    assert_eq!((receipt["total"].to_string(), receipt["discount"].to_string()), ("17.99".into(), "2".into()));
    assert_eq!(receipt["earned"].to_string(), "0.89", "of what was paid");
    let elsewhere = told(&sell(&clara, CLARA, json!(20), json!({ "store": 1 })).await, 2);
    assert_eq!((&elsewhere["reason"], &elsewhere["attribute"]), (&json!("storeLacks"), &json!("CustomTradeFormat")));
    let nowhere = told(&sell(&clara, CLARA, json!(20), json!({})).await, 2);
    assert_eq!(nowhere["reason"], "storeLacks", "a till that does not say where it stands is no hypermarket");

    accept(&clara, "weekend").await.data();
    for how in [json!({ "store": 1 }), json!({ "channel": "online" })] {
        let receipt = sell(&clara, CLARA, json!(20), how).await;
        assert_eq!((&receipt["earned"], &told(&receipt, 3)["points"]), (&json!(2), &json!(1)));
    }
    // By the store's clock it is Monday before it is for the platform.
    sandbox.change_store(3, json!({ "timeZone": "Pacific/Auckland" })).await.unwrap();
    assert_eq!(told(&sell(&clara, CLARA, json!(20), json!({ "store": 3 })).await, 3)["reason"], "otherDay");
    let there = json!({ "channel": "online", "timeZone": "Pacific/Auckland" });
    assert_eq!(told(&sell(&clara, CLARA, json!(20), there).await, 3)["reason"], "otherDay");
    let nonsense = json!({ "channel": "online", "timeZone": "Europe/Nowhere" });
    assert_eq!(tried(&clara, CLARA, json!(20), nonsense).await.status, StatusCode::UNPROCESSABLE_ENTITY);

    // Gold, from six to ten in the morning.
    let vip = json!({ "channel": "online" });
    let late = told(&sell(&clara, BORIS, json!(100), vip.clone()).await, 6);
    assert_eq!((&late["reason"], &late["from"], &late["to"]), (&json!("otherTime"), &json!("06:00"), &json!("10:00")));
    sandbox.set_clock("2031-05-05T06:30:00Z".parse().unwrap()).await.unwrap();
    assert_eq!(sell(&clara, BORIS, json!(100), vip).await["total"], 80);
}

#[tokio::test]
async fn uses_are_counted_and_a_refund_takes_all_back() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let clara = App::signed_in(&sandbox, CLARA).await;
    let left = async || clara.get("/app/v1/offers/4/rules").await.ok()["usesLeft"].clone();
    assert_eq!(left().await, 1);
    accept(&clara, "birthday").await.data();
    let items = json!([{ "goodsId": "a", "name": "A", "price": 30 }, { "goodsId": "b", "name": "B", "price": 10 }]);
    let purchase = Uuid::new_v4();
    let body = json!({ "purchaseId": purchase, "code": CLARA, "store": 2, "items": items });
    let receipt = clara.post("/till/purchases", body.clone()).await.ok();
    // 40 less 10% is 36; 5% of that are 1.8 points, and 50 for the birthday.
    assert_eq!((receipt["total"].to_string(), receipt["earned"].to_string()), ("36".into(), "51.8".into()));
    assert_eq!(left().await, 0);
    assert_eq!(told(&sell(&clara, CLARA, json!(20), json!({})).await, 4)["reason"], "usedUp");
    assert_eq!(clara.post("/till/purchases", body).await.ok(), receipt, "a repeated call uses nothing");
    refused(&clara.post("user/personalOffer/nothing/accept", json!({})).await, "OfferNotFound");
    accept(&clara, "birthday").await.data();

    let part = json!({ "purchaseId": purchase, "items": [{ "goodsId": "b" }] });
    let back = clara.post("/till/refunds", part).await.ok();
    assert_eq!((back["total"].to_string(), back["takenBack"].to_string()), ("9".into(), "12.95".into()));
    assert_eq!(left().await, 0, "the rest was bought with it");
    let back = clara.post("/till/refunds", json!({ "purchaseId": purchase })).await.ok();
    assert_eq!((back["total"].to_string(), back["takenBack"].to_string()), ("27".into(), "38.85".into()));
    assert_eq!((left().await, clara.points().await), (json!(1), json!(1)), "as if it had not been bought");
    assert_eq!(told(&sell(&clara, CLARA, json!(20), json!({})).await, 4)["points"], 50);
}

#[tokio::test]
async fn discounts_add_up_and_never_to_more_than_the_price() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let clara = App::signed_in(&sandbox, CLARA).await;
    for (id, percent) in [(100, "60"), (101, "33.3")] {
        let rules = json!({ "benefit": { "discountPercent": number(percent) } });
        sandbox.put_offer(json!({ "id": id, "title": "Sale", "rules": rules })).await.unwrap();
    }
    let receipt = sell(&clara, CLARA, number("0.99"), json!({})).await;
    // 0.594 is 0.59, 0.32967 is 0.33.
    assert_eq!((receipt["discount"].to_string(), receipt["total"].to_string()), ("0.92".into(), "0.07".into()));
    let receipt = sell(&clara, CLARA, json!(10), json!({ "store": 2 })).await;
    assert_eq!((receipt["discount"].to_string(), receipt["total"].to_string()), ("10".into(), "0".into()));
    let back = clara.post("/till/refunds", json!({ "purchaseId": receipt["purchaseId"] })).await.ok();
    assert_eq!(back["moneyBack"], 0);
    let rich = tried(&clara, CLARA, json!(10), json!({ "store": 2, "payWithPoints": 1 })).await;
    assert_eq!(rich.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is left to pay");
}

#[tokio::test]
async fn accepting_is_done_once_and_refused_with_a_reason() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut clara = App::signed_in(&sandbox, CLARA).await;
    let activated = async |app: &App, offer: i64| {
        let list = app.get("/app/v1/offers").await.ok();
        let list = list["offers"].as_array().unwrap().clone();
        list.into_iter().find(|one| one["id"] == offer).unwrap()["activated"].clone()
    };
    assert_eq!(activated(&clara, 7).await, false);
    accept(&clara, "healthy-week").await.data();
    accept(&clara, "healthy-week").await.data();
    assert_eq!(activated(&clara, 7).await, true);
    assert_eq!(activated(&App::signed_in(&sandbox, ANNA).await, 7).await, false);
    let goods = clara.get("user/personalOffer/healthy-week/contents").await.data();
    assert_eq!(goods[0], json!({ "goodsId": "4305615418452", "name": "Oat milk, 1 l" }));
    refused(&clara.get("user/personalOffer/no-such/contents").await, "OfferNotFound");
    refused(&accept(&App::anonymous(&sandbox, "new").await, "weekend").await, "RegistrationNotCompleted");

    let offer = |more: Value| {
        let mut offer =
            json!({ "id": 100, "title": "Short", "logicalName": "short", "rules": { "activation": "required" } });
        offer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        offer
    };
    sandbox.put_offer(offer(json!({ "for": { "members": [1] } }))).await.unwrap();
    refused(&accept(&clara, "short").await, "OfferNotFound");
    sandbox.put_offer(offer(json!({ "end": "2031-05-04T12:00:00Z" }))).await.unwrap();
    refused(&accept(&clara, "short").await, "OfferIsOver");
    sandbox.put_offer(offer(json!({ "uses": 0 }))).await.unwrap();
    refused(&accept(&clara, "short").await, "OfferUsedUp");
    sandbox.put_offer(offer(json!({ "end": "2031-05-04T12:00:01Z" }))).await.unwrap();
    accept(&clara, "short").await.data();
    sandbox.advance(DAY).await.unwrap();
    clara.sign_in(&sandbox, CLARA).await;
    accept(&clara, "short").await.data();
    assert!(!seen(&clara).await.contains(&100), "over, and still it was accepted in time");
    // Next year's birthday gift has to be accepted anew.
    accept(&clara, "birthday").await.data();
    sandbox.advance(DAY * 365).await.unwrap();
    clara.sign_in(&sandbox, CLARA).await;
    assert_eq!(activated(&clara, 4).await, false);
}

#[tokio::test]
async fn an_offer_changes_and_is_taken_back() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = App::signed_in(&sandbox, ANNA).await;
    anna.post("Pushes", json!({ "token": "t", "platformType": "Ios" })).await.data();
    let list = anna.get("/app/v1/offers").await;
    let unchanged = anna.request(Method::GET, "/app/v1/offers").header(IF_NONE_MATCH, list.header("etag"));
    assert_eq!(reply(unchanged).await.unwrap().status, StatusCode::NOT_MODIFIED);

    let sale = |percent: i64| {
        json!({
            "id": 100, "title": "Sale", "rules": { "benefit": { "discountPercent": percent }, "storeIds": [1, 2] },
        })
    };
    assert_eq!(sandbox.put_offer(sale(5)).await.unwrap(), json!({ "id": 100, "version": 1 }));
    assert_eq!(anna.post("/sandbox/offers", sale(7)).await.ok(), json!({ "id": 100, "version": 2 }));
    let list = anna.get("/app/v1/offers").await.ok();
    let offer = list["offers"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&offer["version"], &offer["rules"]["benefit"]), (&json!(2), &json!({ "discountPercent": 7 })));
    let written = anna.get("/sandbox/offers").await.ok();
    assert_eq!(written["offers"].as_array().unwrap().last().unwrap()["version"], 2);

    // What will be taken back says when.
    let later = json!({ "at": "2031-05-04T12:05:00Z" });
    assert_eq!(anna.post("/sandbox/offers/100/revoke", later).await.ok()["version"], 3);
    let list = anna.get("/app/v1/offers").await.ok();
    assert_eq!(list["offers"].as_array().unwrap().last().unwrap()["revoked"], "2031-05-04T12:05:00Z");
    assert_eq!(told(&sell(&anna, ANNA, json!(10), json!({ "store": 1 })).await, 100)["applied"], true);
    sandbox.advance(Duration::from_mins(5)).await.unwrap();
    assert!(!seen(&anna).await.contains(&100));
    assert_eq!(told(&sell(&anna, ANNA, json!(10), json!({ "store": 1 })).await, 100)["reason"], "revoked");

    // Of what is taken back at once, whoever has it hears, and nothing is shown.
    let before = anna.get("/push/poll?token=t").await.ok()["next"].clone();
    assert_eq!(sandbox.revoke_offer(1).await.unwrap(), json!({ "id": 1, "version": 2 }));
    let push = &anna.get(&format!("/push/poll?token=t&after={before}")).await.ok()["messages"][0]["payload"];
    assert_eq!((&push["kind"], &push["version"], &push["title"]), (&json!("revoke"), &json!("2"), &json!("")));
    assert_eq!(push["aps"], json!({ "content-available": 1 }));
    assert_eq!(
        serde_json::from_str::<Value>(push["payload"].as_str().unwrap()).unwrap(),
        json!({ "kind": "offer", "id": 1 })
    );
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 0);
    assert!(!seen(&anna).await.contains(&1));
    refused(&anna.get("Offer/1").await, "OfferNotFound");
    assert_eq!(anna.get("/app/v1/offers/1/rules").await.status, StatusCode::NOT_FOUND);
    assert_eq!(anna.post("/sandbox/offers/999/revoke", json!({})).await.status, StatusCode::NOT_FOUND);

    for wrong in [
        json!({ "id": 101 }),
        json!({ "id": 101, "title": "" }),
        json!({ "id": 101, "title": "x", "rules": { "activation": "required" } }),
        json!({ "id": 101, "title": "x", "rules": { "channels": "online" } }),
        json!({ "id": 101, "title": "x", "rules": { "benefit": { "discount": 5 } } }),
        json!({ "id": 101, "title": "x", "rules": { "benefit": { "points": 1e30 } } }),
        json!({ "id": 101, "title": "x", "logicalName": "weekend" }),
        json!({ "id": 101, "title": "x", "for": { "tier": "Diamond" } }),
        json!({ "id": 101, "title": "x", "for": { "away": { "days": 0 } } }),
        json!({ "id": 101, "title": "x", "begin": "2031-05-04T12:00:00Z", "end": "2031-05-04T12:00:00Z" }),
    ] {
        sandbox.put_offer(wrong.clone()).await.expect_err(&wrong.to_string());
    }
}

#[tokio::test]
async fn offers_without_rules_are_there_where_the_extension_is_not() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = App::signed_in(&sandbox, ANNA).await;
    let mut settings = sandbox.settings();
    settings.features.retain(|feature| feature != "offers");
    sandbox.set(settings).await.unwrap();
    for path in ["/app/v1/offers", "/app/v1/offers/1/rules"] {
        assert_eq!(anna.get(path).await.status, StatusCode::NOT_FOUND);
    }
    let ids = async |query: &str| -> Vec<i64> {
        let page = anna.get(&format!("Offer?{query}")).await.data();
        page.as_array().into_iter().flatten().map(|offer| offer["id"].as_i64().unwrap()).collect()
    };
    assert_eq!(ids("").await, [1, 2, 3, 4, 7]);
    assert_eq!(ids("filter.type=All&filter.from=1&filter.count=2").await, [2, 3]);
    assert_eq!(ids("filter.type=Original").await, [1, 2, 3]);
    assert_eq!(ids("filter.type=PersonalOffer").await, [4, 7]);
    assert_eq!(ids("filter.type=PersonalGoods").await, [0_i64; 0]);
    assert_eq!(ids("filter.merchantId=1").await, [3, 4, 7], "neither online nor at hypermarkets alone");
    assert_eq!(ids("filter.merchantId=2").await, [2, 3, 4, 7]);
    refused(&anna.get("Offer?filter.merchantId=999999").await, "StoreNotFound");
    assert_eq!(anna.get("Offer?filter.type=Some").await.body["result"]["state"], "ValidationError");
    let offer = anna.get("Offer/2").await.data();
    let there = anna.get("Offer/2/merchants").await.data();
    let there = there.as_array().unwrap();
    assert_eq!(offer["merchantsCount"], there.len());
    assert!(
        there.len() > 1 && there.iter().any(|store| store["id"] == 2) && there.iter().all(|store| store["id"] != 1)
    );
    assert_eq!(anna.get("Offer/1/merchants").await.data(), Value::Null, "it is for the web");
}

#[tokio::test]
async fn coupons_are_good_once_and_come_back_with_a_refund() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = App::signed_in(&sandbox, ANNA).await;
    let coupons = anna.get("Coupons").await.data();
    assert_eq!(
        (&coupons[0]["emissionTitle"], &coupons[0]["couponState"]),
        (&json!("20% off your next purchase"), &json!("Issued"))
    );
    assert_eq!(
        (coupons.as_array().unwrap().len(), &coupons[0]["expiryDate"]),
        (2, &json!("2031-05-11T12:00:00.0000000"))
    );
    assert_eq!(App::signed_in(&sandbox, CLARA).await.get("Coupons").await.data(), Value::Null);
    let codes: Vec<&str> = coupons.as_array().unwrap().iter().map(|coupon| coupon["code"].as_str().unwrap()).collect();
    let reason = async |phone: &str, codes: &[&str]| {
        let refused = tried(&anna, phone, json!(10), json!({ "coupons": codes })).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
        refused.body["reason"].clone()
    };
    assert_eq!(reason(ANNA, &["4711"]).await, "unknown");
    assert_eq!(reason(BORIS, &codes[..1]).await, "unknown", "it is not his");
    assert_eq!(reason(ANNA, &[codes[0], codes[0]]).await, "used");

    let before = anna.points().await;
    let receipt = sell(&anna, ANNA, json!(10), json!({ "coupons": codes })).await;
    assert_eq!((receipt["total"].to_string(), receipt["discount"].to_string()), ("8".into(), "2".into()));
    assert_eq!(receipt["coupons"][0]["code"], codes[0]);
    assert_eq!(receipt["coupons"][1]["points"], 5);
    assert_eq!(reason(ANNA, &codes[..1]).await, "used");
    let coupons = anna.get("Coupons").await.data();
    assert_eq!((&coupons[0]["couponState"], &coupons[1]["couponState"]), (&json!("Used"), &json!("Used")));
    anna.post("/till/refunds", json!({ "purchaseId": receipt["purchaseId"] })).await.ok();
    assert_eq!(anna.get("Coupons").await.data()[0]["couponState"], "Issued");
    assert_eq!(anna.points().await, before);

    let new = json!({
        "title": "Later", "code": "LATER-1", "benefit": { "points": 1 },
        "activates": "2031-05-04T12:01:00Z", "expires": "2031-05-04T12:02:00Z",
    });
    let issued = anna.post("/sandbox/members/1/coupons", new.clone()).await.ok();
    assert_eq!((&issued["code"], &issued["couponState"]), (&json!("LATER-1"), &json!("Created")));
    assert_eq!(reason(ANNA, &["LATER-1"]).await, "notYet");
    sandbox.advance(Duration::from_mins(1)).await.unwrap();
    sell(&anna, ANNA, json!(10), json!({ "coupons": ["LATER-1"] })).await;
    let short = json!({ "title": "Short", "code": "S", "benefit": {}, "expires": "2031-05-04T12:02:00Z" });
    sandbox.issue_coupon(1, short).await.unwrap();
    sandbox.advance(Duration::from_mins(1)).await.unwrap();
    assert_eq!(reason(ANNA, &["S"]).await, "expired");
    assert_eq!(anna.post("/sandbox/members/1/coupons", new).await.status, StatusCode::CONFLICT);
    sandbox.issue_coupon(999, json!({ "title": "x", "benefit": {} })).await.unwrap_err();
    sandbox.issue_coupon(1, json!({ "title": "x", "benefit": { "points": "many" } })).await.unwrap_err();
}

#[tokio::test]
async fn favourites_are_chosen_within_cells_and_dates() {
    const OATS: &str = "4305615418452";
    const BREAD: &str = "4012345678901";
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut clara = App::signed_in(&sandbox, CLARA).await;
    let months = clara.get("users/favoriteGoods").await.data();
    assert_eq!(months[0]["id"], 203_105);
    assert_eq!(
        (&months[0]["fromDate"], &months[0]["toDate"]),
        (&json!("2031-04-30T22:00:00.0000000"), &json!("2031-05-31T22:00:00.0000000"))
    );
    assert_eq!(clara.get("users/favoriteGoods/203105/list").await.data().as_array().unwrap().len(), 8);
    let choose = async |app: &App, position: i64, goods: &str| {
        app.post(&format!("users/favoriteGoods/203105/{position}"), json!({ "goodsId": goods })).await
    };
    choose(&clara, 1, OATS).await.data();
    choose(&clara, 1, OATS).await.data();
    let cells = clara.get("users/favoriteGoods/203105").await.data();
    assert_eq!(cells[0]["good"], json!({ "goodsId": OATS, "name": "Oat milk, 1 l" }));
    assert_eq!(
        (&cells[0]["allowChange"], &cells[0]["lastChanged"]),
        (&json!(false), &json!("2031-05-04T12:00:00.0000000"))
    );
    assert_eq!((&cells[1]["allowChange"], &cells[1]["good"]), (&json!(true), &Value::Null));
    assert_eq!((&cells[3]["allowChange"], &cells[3]["positionType"]), (&json!(false), &json!("Additional")));

    refused(&choose(&clara, 1, BREAD).await, "FavoriteGoodsChangedRecently");
    refused(&choose(&clara, 2, OATS).await, "FavoriteGoodsChosenAlready");
    refused(&choose(&clara, 2, "nothing").await, "GoodsNotFound");
    refused(&choose(&clara, 4, BREAD).await, "FavoriteGoodsCellNotAllowed");
    refused(&choose(&clara, 6, BREAD).await, "FavoriteGoodsCellNotFound");
    for unknown in ["users/favoriteGoods/203106/1", "users/favoriteGoods/203113/1", "users/favoriteGoods/x/1"] {
        refused(&clara.post(unknown, json!({ "goodsId": BREAD })).await, "FavoriteGoodsNotFound");
    }
    choose(&App::signed_in(&sandbox, ANNA).await, 4, OATS).await.data();
    refused(&clara.delete("users/favoriteGoods/203105/1").await, "FavoriteGoodsChangedRecently");
    clara.delete("users/favoriteGoods/203105/2").await.data();
    sandbox.advance(DAY).await.unwrap();
    clara.sign_in(&sandbox, CLARA).await;
    clara.delete("users/favoriteGoods/203105/1").await.data();
    choose(&clara, 2, OATS).await.data();
    sandbox.set_clock("2031-05-31T22:00:00Z".parse().unwrap()).await.unwrap();
    clara.sign_in(&sandbox, CLARA).await;
    assert_eq!(clara.get("users/favoriteGoods").await.data()[0]["id"], 203_106);
    refused(&choose(&clara, 3, BREAD).await, "FavoriteGoodsPeriodOver");
    choose(&clara, 2, OATS).await.data();
    assert_eq!(
        clara.get("users/favoriteGoods/203106").await.data()[1]["good"],
        Value::Null,
        "a new month, a new choice"
    );
}

/// What the app makes of an offer that it was told.
struct Told {
    rules: Rules,
    benefit: Benefit,
    activated: bool,
    uses_left: Option<u32>,
}

impl Told {
    fn read(offer: &Value) -> Self {
        let known = [
            "channels",
            "storeAttributes",
            "storeIds",
            "schedule",
            "paymentMethods",
            "benefit",
            "activation",
            "usesLeft",
        ];
        let rules = &offer["rules"];
        let more = rules.as_object().unwrap().keys().filter(|key| !known.contains(&key.as_str())).cloned().collect();
        let words = Words { unread: more, ..serde_json::from_value(rules.clone()).unwrap() };
        let time = |key: &str| -> Option<Timestamp> { Some(offer[key].as_str()?.parse().unwrap()) };
        let amount = |key: &str| -> Option<Decimal> {
            let amount = rules.get("benefit")?.get(key)?;
            Some(amount.to_string().parse().unwrap())
        };
        Self {
            rules: Rules { begin: time("begin"), end: time("end"), revoked: time("revoked"), ..words.read() },
            benefit: Benefit {
                discount_percent: amount("discountPercent"),
                points: amount("points"),
                multiplier: amount("multiplier"),
            }
            .sound(),
            activated: offer["activated"] == true,
            uses_left: rules.get("usesLeft").map(|left| u32::try_from(left.as_u64().unwrap()).unwrap()),
        }
    }
}

fn store_facts(store: &Value) -> StoreFacts {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let attributes = store["additionalInfo"].as_array().unwrap().iter().map(|info| {
        let values =
            info["value"].as_array().map_or_else(|| vec![text(&info["value"])], |all| all.iter().map(text).collect());
        (info["name"].as_str().unwrap().to_owned(), values)
    });
    StoreFacts {
        id: store["id"].as_i64().unwrap(),
        attributes: attributes.collect(),
        zone: TimeZone::get(store["timeZone"].as_str().unwrap()).unwrap(),
    }
}

/// The reason, as the till writes it.
fn written(answer: &Result<(), WhyNot>) -> Value {
    let reason = match answer {
        Ok(()) => return json!({ "applied": true }),
        Err(why_not) => why_not,
    };
    let clock = |minute: &u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let mut told = json!({ "applied": false });
    told["reason"] = match reason {
        WhyNot::Revoked => "revoked",
        WhyNot::Over => "over",
        WhyNot::UsedUp => "usedUp",
        WhyNot::NotYet { from } => {
            told["from"] = from.to_string().into();
            "notYet"
        }
        WhyNot::OtherChannel => "otherChannel",
        WhyNot::OtherStore => "otherStore",
        WhyNot::StoreLacks { attribute } => {
            told["attribute"] = attribute.clone().into();
            "storeLacks"
        }
        WhyNot::OtherDay => "otherDay",
        WhyNot::OtherTime { from, to } => {
            told["from"] = clock(from).into();
            told["to"] = clock(to).into();
            "otherTime"
        }
        WhyNot::OtherPayment => "otherPayment",
        WhyNot::NotActivated => "notActivated",
        WhyNot::LeftToPlatform => "leftToPlatform",
    }
    .into();
    told
}

const PAYMENTS: [&str; 3] = ["card", "wallet", "cash"];
const ZONES: [&str; 4] = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"];

/// Any of these, each as likely as not.
fn some<'a>(dice: &mut Rng, of: &[&'a str]) -> Vec<&'a str> {
    of.iter().filter(|_| dice.bool()).copied().collect()
}

/// An offer with whatever conditions.
fn any_offer(dice: &mut Rng, id: i64, around: Timestamp) -> Value {
    let mut offer =
        json!({ "id": id, "title": format!("Offer {id}"), "logicalName": format!("offer-{id}"), "rules": {} });
    let hours =
        |dice: &mut Rng| (around + Duration::from_hours(dice.u64(0..400)) - Duration::from_hours(200)).to_string();
    let rules = &mut offer["rules"];
    let one_in = |dice: &mut Rng, of: u32| dice.u32(0..of) == 0;
    if one_in(dice, 2) {
        rules["channels"] = some(dice, &["online", "store", "store"]).into();
    }
    if one_in(dice, 12) {
        rules["channels"] = json!(["kiosk"]);
    }
    if one_in(dice, 4) {
        let formats = some(dice, &["Hypermarket", "Supermarket", "Convenience"]);
        rules["storeAttributes"] = match dice.u32(0..4) {
            0 => json!({ "CoffeeShop": ["true"] }),
            1 => json!({ "Parking": ["400", "20"] }),
            2 => json!({ "Pickup": ["desk"], "CustomTradeFormat": formats }),
            _ => json!({ "CustomTradeFormat": formats }),
        };
    }
    if one_in(dice, 5) {
        rules["storeIds"] = (0..dice.u32(0..5)).map(|_| json!(dice.i64(1..12))).collect();
    }
    if one_in(dice, 2) {
        let times = ["00:00", "06:30", "12:00", "18:00", "22:00", "24:00", "25:00"];
        let mut schedule = json!({ "days": some(dice, &["mon", "tue", "wed", "thu", "fri", "sat", "sun"]) });
        for end in ["from", "to"] {
            if one_in(dice, 2) {
                let which = dice.usize(0..times.len());
                schedule[end] = times[which].into();
            }
        }
        rules["schedule"] = schedule;
    }
    if one_in(dice, 3) {
        rules["paymentMethods"] = some(dice, &PAYMENTS).into();
    }
    if one_in(dice, 3) {
        rules["activation"] = "required".into();
    }
    if one_in(dice, 10) {
        rules["minimumAmount"] = 10.into();
    }
    rules["benefit"] = match dice.u32(0..4) {
        0 => json!({ "discountPercent": dice.u32(1..40) }),
        1 => json!({ "points": dice.u32(1..50) }),
        2 => json!({ "multiplier": number("1.25"), "discountPercent": number("0.5") }),
        _ => json!({ "multiplier": dice.u32(2..5) }),
    };
    match dice.u32(0..8) {
        0 => offer["begin"] = hours(dice).into(),
        1 => offer["end"] = hours(dice).into(),
        2 => offer["revoked"] = hours(dice).into(),
        _ => {}
    }
    if one_in(dice, 4) {
        offer["uses"] = dice.u32(0..4).into();
    }
    offer
}

/// How many purchases were made, and how often an offer applied to one.
async fn compare(sandbox: &Sandbox, seed: u64, counts: &mut BTreeMap<String, u32>) {
    let dice = &mut Rng::with_seed(seed);
    let start = sandbox.now();
    for id in 100..140 {
        sandbox.put_offer(any_offer(dice, id, start)).await.unwrap();
    }
    let mut app = App::new(sandbox, "phone");
    for _ in 0..6 {
        sandbox.set_clock(start + Duration::from_mins(dice.u64(0..14 * 24 * 60))).await.unwrap();
        app.sign_in(sandbox, CLARA).await;
        let stores = app.get("/app/v1/stores").await.ok();
        let stores: Vec<&Value> =
            stores["stores"].as_array().unwrap().iter().filter(|store| store["isArchived"] == false).take(30).collect();
        for _ in 0..5 {
            let id = dice.i64(100..140);
            let _ = app.post(&format!("user/personalOffer/offer-{id}/accept"), json!({})).await;
            let offers = app.get("/app/v1/offers").await.ok();
            let offers: BTreeMap<i64, Told> = offers["offers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|offer| (offer["id"].as_i64().unwrap(), Told::read(offer)))
                .collect();

            let store = store_facts(stores[dice.usize(0..stores.len())]);
            let zone = ZONES[dice.usize(0..ZONES.len())];
            let payment = PAYMENTS[dice.usize(0..PAYMENTS.len())];
            let price = Decimal::new(dice.i64(1..20_000), 2);
            let at = sandbox.now();
            let mut how = json!({ "payment": payment });
            let mine = TimeZone::get(zone).unwrap();
            let facts = if dice.bool() {
                how["store"] = store.id.into();
                Facts::in_store(&store, at)
            } else {
                how["channel"] = "online".into();
                how["timeZone"] = zone.into();
                Facts::online(at, &mine)
            };
            let facts = facts.paid_by(payment);
            let receipt = sell(&app, CLARA, number(&price.to_string()), how.clone()).await;

            let amount = |key: &str| -> Decimal { receipt[key].to_string().parse().unwrap() };
            let earned = amount("earned") - amount("offerPoints") + amount("earnedLater");
            let (mut discount, mut points) = (Decimal::ZERO, Decimal::ZERO);
            for told in receipt["offers"].as_array().unwrap() {
                let id = told["offerId"].as_i64().unwrap();
                let Some(offer) = offers.get(&id) else {
                    assert!(told["reason"] == "over" || told["reason"] == "revoked", "seed {seed}: not listed: {told}");
                    continue;
                };
                let answer = offer.rules.applies(&facts.of_member(offer.activated, offer.uses_left));
                for (key, value) in written(&answer).as_object().unwrap() {
                    assert_eq!(told[key], *value, "seed {seed}, {at}, {how}: {told} and {:?}", offer.rules);
                }
                *counts.entry(told["reason"].as_str().unwrap_or("yes").to_owned()).or_default() += 1;
                if answer.is_ok() {
                    let given = offer.benefit.on(price, earned);
                    (discount, points) = (discount + given.discount, points + given.points);
                }
            }
            let told = receipt["offers"].as_array().unwrap();
            assert!(offers.keys().all(|id| told.iter().any(|told| told["offerId"] == *id)), "seed {seed}: {receipt}");
            assert_eq!(
                (amount("discount"), amount("offerPoints")),
                (discount.min(price), points),
                "seed {seed}: {receipt}"
            );
        }
    }
}

#[tokio::test]
async fn app_and_till_never_disagree() {
    let mut counts = BTreeMap::new();
    for seed in 1..=3 {
        let Fresh { sandbox, folder: _folder } = fresh().await;
        compare(&sandbox, seed, &mut counts).await;
    }
    // All answers came up, or the dice are loaded.
    for answer in [
        "yes",
        "usedUp",
        "notYet",
        "otherChannel",
        "otherStore",
        "storeLacks",
        "otherDay",
        "otherTime",
        "otherPayment",
        "notActivated",
        "leftToPlatform",
    ] {
        assert!(counts.contains_key(answer), "{answer}: {counts:?}");
    }
}
