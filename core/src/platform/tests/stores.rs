//! Stores, stock and goods, as they should come and as they should not.

use std::io::Write as _;

use super::*;
use crate::stores::{Delta, Position, Store};
use crate::types::Goods;

fn merchant(id: i64) -> Value {
    json!({
        "id": id, "uid": "8f14e45f-ceea-467f-a0e6-6c8d3c1d0a51", "title": format!("Store {id}"),
        "brandId": "45c48cce-2e2d-4fbd-aa1a-fc51c7c6ad26",
        "location": {
            "id": 1, "latitude": 52.52, "longitude": 13.405, "city": { "id": 1, "name": "Berlin", "prefix": "city" },
            "street": "Unter den Linden", "house": "1",
        },
        "scheduleModel": { "mon": [{ "from": "09:00", "to": "18:00" }], "sun": null },
        "isArchived": false,
        "additionalInfo": [
            { "name": "CustomTradeFormat", "value": "Hypermarket" }, { "name": "Parking", "value": true },
            { "name": "Floors", "value": 2 }, { "name": "Empty", "value": null }, { "value": "nameless" }, 7,
            { "name": "Pickup", "value": ["desk", "locker", null] }, { "name": "Chargers", "value": { "ac": 4 } },
        ],
    })
}

async fn delta(body: Value, since: Option<&str>) -> Result<Delta> {
    let (platform, _) = serve(vec![http(200, "", body.to_string())]).await;
    platform.stores("t", since).await.unwrap().read()
}

#[tokio::test]
async fn stores_are_read_with_their_hours_zones_and_attributes() {
    let mut store = merchant(7);
    store["timeZone"] = json!("Europe/Berlin");
    store["tillSymbology"] = json!("Aztec");
    store["contacts"] = json!("+49 30 1234567");
    store["exceptions"] = json!([
        { "date": "2026-12-25", "intervals": [] }, { "date": "2026-12-26T00:00:00", "intervals": [{ "from": "12:00", "to": "16:00" }] },
        { "date": "2026-13-01", "intervals": [] }, { "date": "2026-12-27" }, 5,
    ]);
    let body = json!({ "cursor": "c1", "full": true, "stores": [store], "removed": null });
    let delta = delta(body, None).await.unwrap();
    assert_eq!((delta.cursor.as_deref(), delta.full, delta.removed.len()), (Some("c1"), true, 0));
    let [store] = &delta.stores[..] else { panic!("{delta:?}") };
    assert_eq!((store.id, store.listed.title.as_str()), (7, "Store 7"));
    assert_eq!(store.listed.position, Position::new(52.52, 13.405));
    let address = &store.listed.address;
    assert_eq!((address.city.as_deref(), address.street.as_deref()), (Some("city Berlin"), Some("Unter den Linden")));
    let attributes: Vec<_> = store.listed.attributes.iter().map(|a| (a.name.as_str(), a.value.as_str())).collect();
    let plain = [("CustomTradeFormat", "Hypermarket"), ("Parking", "true"), ("Floors", "2")];
    let several = [("Pickup", "desk"), ("Pickup", "locker"), ("Chargers", r#"{"ac":4}"#)];
    assert_eq!(attributes, [plain, several].concat());
    assert_eq!((store.detail.zone.as_deref(), store.detail.till), (Some("Europe/Berlin"), Some(Symbology::Aztec)));
    let hours = &store.detail.hours;
    assert_eq!(hours.week.as_ref().unwrap()[0].intervals.len(), 1);
    assert!(hours.week.as_ref().unwrap()[6].intervals.is_empty() && !hours.week.as_ref().unwrap()[6].unsure);
    let exceptions: Vec<_> =
        hours.exceptions.iter().map(|(date, day)| (date.to_string(), day.intervals.len())).collect();
    let expected =
        [("2026-12-25", 0), ("2026-12-26", 1), ("2026-12-27", 0)].map(|(date, count)| (date.to_owned(), count));
    assert_eq!(exceptions, expected, "a date that is none is nowhere");
}

#[tokio::test]
async fn a_store_that_is_odd_is_read_as_far_as_it_can_be() {
    let odd = |change: Value| {
        let mut store = merchant(1);
        for (name, value) in change.as_object().unwrap() {
            store[name] = value.clone();
        }
        store
    };
    let at = |latitude: Value, longitude: Value| {
        odd(json!({ "location": { "latitude": latitude, "longitude": longitude } }))
    };
    let nowhere = [
        at(json!(0), json!(0)),
        at(json!(91), json!(5)),
        at(json!(5), json!(-180.1)),
        at(Value::Null, json!(5)),
        at(json!("52.5"), json!(5)),
        at(serde_json::from_str("1e999").unwrap(), json!(5)),
    ];
    let unsure = [
        odd(json!({ "scheduleModel": { "mon": [{ "from": "25:00", "to": "26:00" }] } })),
        odd(json!({ "scheduleModel": { "mon": [{ "from": 9, "to": 17 }] } })),
        odd(json!({ "scheduleModel": { "mon": "always" } })),
        odd(json!({ "scheduleModel": { "mon": [null] } })),
    ];
    let unknown = [
        odd(json!({ "scheduleModel": null })),
        odd(json!({ "scheduleModel": {} })),
        odd(json!({ "scheduleModel": "Mo-Fr" })),
        odd(json!({ "scheduleModel": { "Montag": [] } })),
    ];
    let all: Vec<Value> = nowhere.iter().chain(&unsure).chain(&unknown).cloned().collect();
    let delta = delta(json!({ "cursor": "c", "full": true, "stores": all, "removed": [] }), None).await.unwrap();
    assert_eq!((delta.stores.len(), delta.unreadable.len()), (14, 0));
    assert!(delta.stores[..6].iter().all(|store| store.listed.position.is_none()));
    let monday = |store: &Store| store.detail.hours.week.as_ref().map(|week| week[0].unsure);
    assert!(delta.stores[6..10].iter().all(|store| monday(store) == Some(true)));
    assert!(delta.stores[10..].iter().all(|store| monday(store).is_none()));
    let long = odd(
        json!({ "title": "x\u{0}\u{7}y".repeat(10_000), "description": "ö".repeat(10_000), "tillSymbology": "runes",
        "timeZone": 5, "additionalInfo": vec![json!({ "name": "n\u{0}", "value": ["a", { "b": 1 }] }); 100] }),
    );
    let delta =
        self::delta(json!({ "cursor": "c", "full": true, "stores": [long], "removed": [] }), None).await.unwrap();
    let store = &delta.stores[0];
    assert!(store.listed.title.len() <= 256 && !store.listed.title.contains(char::is_control));
    assert!(store.detail.description.as_ref().unwrap().len() <= 4096);
    assert_eq!((store.listed.attributes.len(), store.detail.till), (64, None));
    assert_eq!(store.listed.attributes[0].name, "n ", "nothing that could be taken for what divides names and values");
}

#[tokio::test]
async fn one_store_that_cannot_be_read_leaves_the_others_and_a_bad_delta_leaves_all() {
    let good = merchant(1);
    let bad =
        [json!({ "id": 2, "title": 7 }), json!({ "id": 3 }), json!({ "title": "x" }), json!("store"), json!(null)];
    let stores: Vec<_> = std::iter::once(good).chain(bad.clone()).collect();
    let read =
        delta(json!({ "cursor": "c", "full": false, "stores": stores, "removed": [9] }), Some("b")).await.unwrap();
    assert_eq!((read.stores.len(), read.unreadable, read.removed), (1, vec![2, 3], vec![9]));
    for (body, since) in [
        (json!({ "cursor": "c", "full": true, "stores": bad, "removed": [] }), None),
        (json!({ "cursor": "", "full": true, "stores": [], "removed": [] }), None),
        (json!({ "cursor": "c".repeat(257), "full": true, "stores": [], "removed": [] }), None),
        (json!({ "cursor": 5, "full": true, "stores": [], "removed": [] }), None),
        (json!({ "full": true, "stores": [], "removed": [] }), None),
        (json!({ "cursor": "c", "stores": [], "removed": [] }), Some("b")),
        (json!({ "cursor": "c", "full": false, "stores": [], "removed": [] }), None),
        (json!({ "cursor": "c", "full": true, "stores": {}, "removed": [] }), None),
        (json!({ "cursor": "c", "full": true, "stores": [], "removed": ["x"] }), None),
        (json!([]), None),
    ] {
        let error = delta(body.clone(), since).await.unwrap_err();
        assert!(matches!(&error, Error::Unreadable { call: "GET /app/v1/stores", .. }), "{body}: {error:?}");
    }
    let none = delta(json!({ "cursor": "c", "full": true, "stores": null, "removed": null }), None).await.unwrap();
    assert!(none.stores.is_empty(), "a chain may have no store");
}

#[tokio::test]
async fn the_whole_chain_may_be_large_but_not_endless() {
    let stores: Vec<Value> = (0..6_000).map(merchant).collect();
    let body = json!({ "cursor": "c", "full": true, "stores": stores, "removed": [] }).to_string();
    assert!(body.len() > LIMITS.body, "more than other answers may have");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(body.as_bytes()).unwrap();
    let replies = vec![http(200, "Content-Encoding: gzip\r\n", gzip.finish().unwrap()), Reply::Endless];
    let (mut platform, requests) = serve(replies).await;
    assert_eq!(platform.stores("t", Some("a b&c")).await.unwrap().read().unwrap().stores.len(), 6_000);
    assert!(requests.lock().unwrap()[0].starts_with("GET /app/v1/stores?since=a+b%26c HTTP/1.1"));
    platform.limits.large = 4 << 20;
    let Err(error) = platform.stores("t", None).await else { panic!("read to no end") };
    assert_eq!(kind(&error), "Unreadable larger than 4194304 bytes");
}

#[tokio::test]
async fn refused_stores_say_why() {
    for (status, expected) in
        [(401, "Unauthorized"), (404, "NotSupported"), (403, "Rejected Other"), (304, "Unreadable HTTP 304")]
    {
        let (platform, _) = serve(vec![http(status, "", "")]).await;
        let Err(error) = platform.stores("t", None).await else { panic!("{status}") };
        assert_eq!(kind(&error), expected);
    }
}

#[tokio::test]
async fn merchants_come_by_the_page() {
    let page = json!([merchant(1), { "id": 2 }, merchant(3)]);
    let (platform, requests) = serve(vec![ok(page), ok(Value::Null)]).await;
    let page = platform.merchants("t", 40, 3).await.unwrap();
    assert_eq!((page.stores.len(), page.unreadable, page.count), (2, vec![2], 3));
    assert!(page.stores[0].detail.zone.is_none() && page.stores[0].detail.hours.exceptions.is_empty());
    assert_eq!(platform.merchants("t", 43, 3).await.unwrap().count, 0);
    assert!(requests.lock().unwrap()[0].starts_with("GET /publicapi/v1.2/Merchants?from=40&count=3 HTTP/1.1"));
}

#[tokio::test]
async fn stock_and_goods_are_read() {
    let stock = json!([
        { "storeId": 2, "goodsId": "g", "available": true, "asOf": "2026-11-22T22:00:00Z" },
        { "storeId": 5, "goodsId": "g", "available": false, "asOf": "2026-11-22T22:00:00Z" },
        { "storeId": 99, "goodsId": "g", "available": true, "asOf": "2026-11-22T22:00:00Z" },
    ]);
    let goods = json!([{ "goodsId": "g", "name": "Coffee beans, 1 kg" }]);
    let replies = vec![http(200, "", stock.to_string()), http(200, "", goods.to_string()), http(404, "", "")];
    let (platform, requests) = serve(replies).await;
    let beans = Goods { id: "g".to_owned(), name: "Beans".to_owned() };
    let stock = platform.stock("t", &beans, &[2, 5, 7]).await.unwrap();
    let answers: Vec<_> = stock.iter().map(|(store, answer)| (*store, answer.available)).collect();
    assert_eq!(answers, [(2, true), (5, false)], "nobody asked about another");
    assert_eq!(platform.goods("t", "coffee & tea").await.unwrap()[0].id, "g");
    assert_eq!(kind(&platform.stock("t", &beans, &[2]).await.unwrap_err()), "NotSupported");
    let requests = requests.lock().unwrap();
    assert!(requests[0].starts_with("GET /app/v1/stock?goodsId=g&storeIds=2%2C5%2C7 HTTP/1.1"), "{}", requests[0]);
    assert!(requests[1].starts_with("GET /app/v1/goods?query=coffee+%26+tea HTTP/1.1"), "{}", requests[1]);
}

pub(super) fn read_all(wrapping: Wrapping, body: &[u8]) {
    let _ = success::<super::super::stores::Merchants>("t", wrapping, true, body).is_ok();
    let _ = success::<List<super::super::stores::StockRow>>("t", wrapping, true, body).is_ok();
    let _ = success::<List<super::super::stores::GoodsRow>>("t", wrapping, true, body).is_ok();
    for since in [false, true] {
        let _ = super::super::stores::StoresAnswer { body: body.to_vec(), since }.read().is_ok();
    }
}
