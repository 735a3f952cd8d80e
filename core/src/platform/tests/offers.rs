//! Offers, coupons and favourite products as the platform writes them, and as it should not.

use uuid::Uuid;

use super::super::offers::{CellRow, CouponRow, GoodsRow, OffersRow, Page, PeriodRow, Rows, pushed};
use super::*;
use crate::offers::CouponState::{Coming, Issued, Used, Void};
use crate::offers::rules::{Benefit, Days, Schedule};
use crate::offers::{Offer, OfferAct};
use crate::types::Decimal;

pub(super) fn read_all(wrapping: Wrapping, body: &[u8]) {
    let _ = success::<OffersRow>("t", wrapping, true, body).is_ok();
    let _ = success::<Page>("t", wrapping, true, body).is_ok();
    let _ = success::<Rows<CouponRow>>("t", wrapping, true, body).is_ok();
    let _ = success::<Rows<PeriodRow>>("t", wrapping, true, body).is_ok();
    let _ = success::<Rows<CellRow>>("t", wrapping, true, body).is_ok();
    let _ = success::<Rows<GoodsRow>>("t", wrapping, true, body).is_ok();
}

/// An offer with these rules, as the App API writes it.
fn offer(rules: Value) -> Offer {
    pushed(json!({ "id": 7, "title": "T", "rules": rules }).to_string().as_bytes()).unwrap()
}

/// What could not be read of rules.
fn unread(rules: Value) -> Vec<String> {
    offer(rules).rules.unread
}

#[tokio::test]
async fn offers_come_with_their_rules() {
    let body = json!({ "asOf": "2026-11-28T10:00:00Z", "offers": [
        { "$type": "Offer", "id": 7, "version": 3, "priority": 2, "title": "Gift", "description": "Long", "shortDescription": "",
          "imageUrl": "https://x.example/i.png", "begin": "2026-11-28T00:00:00", "end": "9999-12-31T23:59:59.9999999",
          "personal": true, "logicalName": "birthday", "activated": false, "brands": [], "merchantsCount": 0,
          "rules": { "channels": ["store", "online"], "storeAttributes": { "CustomTradeFormat": ["Hypermarket"], "Pharmacy": true },
            "storeIds": [9, 3], "schedule": { "days": ["mon", "sun"], "from": "22:00", "to": "02:00" }, "paymentMethods": ["card"],
            "benefit": { "discountPercent": 10, "points": 100.5, "multiplier": null }, "activation": "required", "usesLeft": 2 } },
        { "id": 8, "title": "Bare", "revoked": "2026-12-01T00:00:00Z", "rules": {} },
        { "id": 9, "title": "Without rules" },
        { "id": "ten", "title": SECRET },
        { "id": 7, "title": "Again" },
    ] });
    let (platform, requests) = serve(vec![http(200, "ETag: \"1\"\r\n", body.to_string())]).await;
    let offers = new(platform.offers("t", None).await.unwrap());
    assert!(requests.lock().unwrap()[0].starts_with("GET /app/v1/offers HTTP"));
    assert_eq!(offers.iter().map(|offer| offer.id).collect::<Vec<_>>(), [7, 8, 9], "what cannot be read is left out");
    let gift = &offers[0];
    assert_eq!((gift.version, gift.priority, gift.title.as_str(), gift.summary.as_deref()), (3, 2, "Gift", None));
    assert_eq!((gift.personal, gift.logical_name.as_deref(), gift.activated), (true, Some("birthday"), Some(false)));
    assert_eq!(gift.uses_left, Some(2));
    let benefit = Benefit { discount_percent: Some(10.into()), points: Some(Decimal::new(1005, 1)), multiplier: None };
    assert_eq!(gift.benefit, benefit);
    let rules = &gift.rules;
    assert_eq!((rules.begin.map(|at| at.to_string()).as_deref(), rules.end), (Some("2026-11-28T00:00:00Z"), None));
    assert!(rules.channels.online && rules.channels.store && !rules.channels.other && rules.activation);
    let days = Days::new([jiff::civil::Weekday::Monday, jiff::civil::Weekday::Sunday]);
    assert_eq!(rules.schedule, Some(Schedule { days, from: 22 * 60, to: 2 * 60 }));
    assert_eq!((&rules.store_ids[..], &rules.payment_methods[..]), (&[3, 9][..], &["card".to_owned()][..]));
    assert_eq!(rules.store_attributes["CustomTradeFormat"], ["Hypermarket"]);
    assert_eq!(rules.store_attributes["Pharmacy"], ["true"], "one value is a list of one");
    assert!(rules.unread.is_empty());
    let bare = &offers[1];
    assert!(bare.rules.unread.is_empty() && bare.activated.is_none() && bare.rules.revoked.is_some());
    assert_eq!(offers[2].rules.unread, ["rules"], "nothing is known of where it applies");
}

#[test]
fn what_cannot_be_read_of_rules_is_named() {
    for (rules, expected) in [
        (json!({ "channels": "store" }), "channels"),
        (json!({ "channels": [1] }), "channels"),
        (json!({ "storeIds": ["7"] }), "storeIds"),
        (json!({ "storeIds": [1e30] }), "storeIds"),
        (json!({ "storeAttributes": [] }), "storeAttributes"),
        (json!({ "storeAttributes": { "Format": { "is": 1 } } }), "storeAttributes"),
        (json!({ "storeAttributes": { "Format": [null] } }), "storeAttributes"),
        (json!({ "schedule": "weekends" }), "schedule"),
        (json!({ "schedule": { "days": ["holidays"] } }), "schedule"),
        (json!({ "schedule": { "from": 10 } }), "schedule"),
        (json!({ "schedule": { "to": "25:00" } }), "schedule"),
        (json!({ "paymentMethods": { "card": true } }), "paymentMethods"),
        (json!({ "activation": "maybe" }), "activation"),
        (json!({ "activation": true }), "activation"),
        (json!({ "usesLeft": -1 }), "usesLeft"),
        (json!({ "usesLeft": "2" }), "usesLeft"),
        (json!({ "usesLeft": 1.5 }), "usesLeft"),
        (json!({ "minimumAmount": 1000 }), "minimumAmount"),
    ] {
        assert_eq!(unread(rules.clone()), [expected], "{rules}");
    }
    let nothing = json!({ "$type": "Rules", "channels": null, "storeIds": null, "storeAttributes": null, "schedule": null,
        "paymentMethods": null, "activation": null, "usesLeft": null, "benefit": null, "minimumAmount": null });
    assert_eq!(unread(nothing.clone()), Vec::<String>::new());
    assert_eq!(offer(nothing), offer(json!({})));
    assert_eq!(offer(json!({ "usesLeft": 99_999_999_999_u64 })).uses_left, Some(u32::MAX));
    let odd = offer(json!({ "benefit": { "discountPercent": 150, "points": -3, "multiplier": 1 } }));
    assert_eq!(
        (odd.benefit, odd.rules.unread.len()),
        (Benefit::default(), 0),
        "where it applies is known all the same"
    );
    assert_eq!(offer(json!({ "benefit": "a cake" })).benefit, Benefit::default());
}

#[test]
fn a_pushed_offer_is_whole_or_none() {
    assert_eq!(pushed(br#"{"id":7,"title":"T","version":4,"rules":{}}"#).map(|offer| offer.version), Ok(4));
    for (payload, problem) in [
        ("{}", "id: missing"),
        ("[]", "not of the type"),
        ("{\"id\":7}", "title: missing"),
        ("{\"id\":7,\"title\":\"T\",\"version\":-1}", "version: not of the type"),
        ("{\"id\":7,", "JSON that ends too early"),
        ("<a>", "HTML instead of JSON"),
        ("", "JSON that ends too early"),
    ] {
        let told = pushed(payload.as_bytes()).unwrap_err();
        assert!(told.contains(problem), "{payload}: {told}");
    }
}

#[tokio::test]
async fn without_the_app_api_offers_come_in_pages_and_without_rules() {
    let row = |id: usize| json!({ "id": id, "priority": 1, "title": format!("O{id}"), "description": "", "logicalName": "l" });
    let page = |ids: std::ops::Range<usize>| json!(ids.map(row).collect::<Vec<_>>());
    // The two lists are asked for at once, so each may come first: the answer goes by what is asked for.
    let (platform, requests) = serve(vec![ok(page(0..100)), ok(page(100..130))]).await;
    let all = platform.paged_offers("t", "All").await.unwrap();
    assert_eq!(all.len(), 130);
    let asked = requests.lock().unwrap().clone();
    assert!(asked[0].contains("/publicapi/v1.2/Offer?filter.type=All&filter.from=0&filter.count=100"), "{}", asked[0]);
    assert!(asked[1].contains("filter.from=100&"), "{}", asked[1]);
    assert!(all.iter().all(|offer| offer.rules.unread == ["rules"] && !offer.personal && offer.activated.is_none()));
    let (platform, _) = serve(vec![ok(page(1..2)), ok(page(1..2))]).await;
    let personal = platform.plain_offers("t").await.unwrap();
    assert!(personal.len() == 1 && personal[0].personal && personal[0].rules.activation, "one that can be accepted");
    let (platform, requests) = serve((0..12).map(|from| ok(page(from * 100..from * 100 + 100))).collect()).await;
    assert_eq!(platform.paged_offers("t", "All").await.unwrap().len(), 1000);
    assert_eq!(requests.lock().unwrap().len(), 10, "no platform has so many that it would go on for ever");
}

#[tokio::test]
async fn coupons_that_can_be_read_are() {
    let row = |id: i64, state: &str| {
        json!({ "id": id, "code": format!("C{id}"), "couponState": state, "createDate": "2026-01-01T00:00:00",
        "emissionTitle": "Cake", "expiryDate": "2026-12-31T23:59:59", "activationDate": null, "qrContent": "" })
    };
    let body = json!([
        row(1, "Issued"), row(2, "Created"), row(3, "QueuedToIssue"), row(4, "Used"), row(5, "QueuedToUse"),
        row(6, "Rejected"), row(7, "Expired"), row(8, "Framed"), { "id": 9, "code": "", "couponState": "Issued" },
        { "id": 10, "code": "x".repeat(5000), "couponState": "Issued" }, { "id": 11 }, row(1, "Used"), 5,
    ]);
    let (platform, requests) = serve(vec![ok(body), ok(Value::Null)]).await;
    let coupons = new(platform.coupons("t", None).await.unwrap());
    assert!(requests.lock().unwrap()[0].starts_with("GET /publicapi/v1.2/Coupons HTTP"));
    let states: Vec<_> = coupons.iter().map(|coupon| (coupon.id, coupon.state)).collect();
    let expected = [(1, Issued), (2, Coming), (3, Coming), (4, Used), (5, Used), (6, Void), (7, Void), (8, Issued)];
    assert_eq!(states, expected);
    assert_eq!((coupons[0].title.as_str(), coupons[0].qr_content.as_deref(), coupons[0].from), ("Cake", None, None));
    assert!(new(platform.coupons("t", None).await.unwrap()).is_empty());
}

#[tokio::test]
async fn an_offer_is_activated_by_its_name_and_once() {
    let refused = json!({ "result": { "state": "Error", "message": "Only on your birthday" } });
    let gone = json!({ "result": { "state": "Error", "httpCode": 404, "message": "It is not yours any more" } });
    let nameless = json!({ "result": { "state": "Error", "httpCode": 404, "message": null } });
    let (platform, requests) = serve(vec![
        ok(Value::Null),
        http(200, "", refused.to_string()),
        http(404, "", gone.to_string()),
        http(404, "", nameless.to_string()),
        http(404, "", "<html>Not Found</html>"),
    ])
    .await;
    let act = OfferAct::Activate { offer: 7, logical_name: "birth/day".to_owned() };
    let key = Uuid::from_u128(0x7777);
    platform.offer_act("t", &act, key).await.unwrap();
    let Err(Error::Rejected(rejection)) = platform.offer_act("t", &act, key).await else { panic!("not refused") };
    assert_eq!(rejection.text.as_deref(), Some("Only on your birthday"));
    let Err(Error::Rejected(rejection)) = platform.offer_act("t", &act, key).await else { panic!("not refused") };
    assert_eq!(rejection.text.as_deref(), Some("It is not yours any more"), "a 404 has words, too");
    for what in ["a 404 without words", "a page of somebody else"] {
        assert!(matches!(platform.offer_act("t", &act, key).await, Err(Error::NotSupported)), "{what}");
    }
    for request in requests.lock().unwrap().iter() {
        assert!(request.starts_with("POST /publicapi/v1.2/user/personalOffer/birth%2Fday/accept HTTP"), "{request}");
        assert!(request.contains("idempotency-key: 00000000-0000-0000-0000-000000007777"), "{request}");
    }
}

#[tokio::test]
async fn favourite_products_come_with_their_cells_and_choices() {
    let periods = json!([
        { "id": 5, "fromDate": "2026-11-01T00:00:00", "toDate": "2026-12-01T00:00:00", "defaultGoodsCount": 1, "maxGoodsCount": 2 },
        { "id": SECRET },
    ]);
    let both = json!([
        { "position": 2, "allowChange": true, "good": null, "goodsId": 12, "name": "Milk" },
        { "position": 1, "allowChange": false, "good": { "goodsId": "tea", "name": "Tea" }, "goodsId": "tea", "name": "Tea" },
        { "position": 1, "allowChange": true, "goodsId": [] },
    ]);
    // Cells and choices are asked for at once: one answer serves as either.
    let (platform, requests) = serve(vec![ok(periods), ok(both.clone()), ok(both)]).await;
    let favourites = platform.favourites("t").await.unwrap();
    assert_eq!(favourites.len(), 1);
    let period = &favourites[0];
    assert_eq!(
        (period.id, period.most, period.until.map(|at| at.to_string()).as_deref()),
        (5, 2, Some("2026-12-01T00:00:00Z"))
    );
    let cells: Vec<_> =
        period.cells.iter().map(|cell| (cell.position, cell.allow_change, cell.goods.is_some())).collect();
    assert_eq!(cells, [(1, false, true), (2, true, false)]);
    let choices: Vec<_> = period.choices.iter().map(|goods| (goods.id.as_str(), goods.name.as_str())).collect();
    assert_eq!(choices, [("12", "Milk"), ("tea", "Tea")]);
    let asked = requests.lock().unwrap().clone();
    assert!(asked.iter().any(|request| request.starts_with("GET /publicapi/v1.2/users/favoriteGoods/5 HTTP")));
    assert!(asked.iter().any(|request| request.starts_with("GET /publicapi/v1.2/users/favoriteGoods/5/list HTTP")));
}

#[tokio::test]
async fn a_favourite_is_put_into_its_cell_or_taken_out() {
    let (platform, requests) = serve(vec![ok(Value::Null), ok(Value::Null)]).await;
    platform.choose_favourite("t", (5, 2), Some("tea")).await.unwrap();
    platform.choose_favourite("t", (5, 2), None).await.unwrap();
    let asked = requests.lock().unwrap().clone();
    assert!(asked[0].starts_with("POST /publicapi/v1.2/users/favoriteGoods/5/2 HTTP"), "{}", asked[0]);
    assert!(asked[0].ends_with(r#"{"goodsId":"tea"}"#), "{}", asked[0]);
    assert!(asked[1].starts_with("DELETE /publicapi/v1.2/users/favoriteGoods/5/2 HTTP"), "{}", asked[1]);
}
