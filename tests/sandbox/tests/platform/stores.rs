//! The stores: whole and as deltas, what they have of the goods, and what a test may do to them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use pocketcard_sandbox::{Options, Sandbox};
use reqwest::header::IF_NONE_MATCH;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::{ANNA, App, Fresh, fresh, reply};

const COFFEE: &str = "4006381333931";

/// The catalogue of an app that takes every answer as the contract says.
#[derive(Default)]
struct Catalogue {
    cursor: Option<String>,
    stores: BTreeMap<i64, Value>,
}

impl Catalogue {
    /// Asks for what is new. Gives whether the answer was the whole list.
    async fn refresh(&mut self, app: &App) -> bool {
        let since = self.cursor.as_ref().map(|cursor| format!("?since={cursor}")).unwrap_or_default();
        let answer = app.get(&format!("/app/v1/stores{since}")).await.ok();
        let full = answer["full"].as_bool().unwrap();
        if full {
            self.stores.clear();
        }
        for gone in answer["removed"].as_array().unwrap() {
            self.stores.remove(&gone.as_i64().unwrap());
        }
        for store in answer["stores"].as_array().unwrap() {
            self.stores.insert(store["id"].as_i64().unwrap(), store.clone());
        }
        self.cursor = Some(answer["cursor"].as_str().unwrap().to_owned());
        full
    }
}

async fn of_seed(seed: u64) -> Fresh {
    let folder = TempDir::new().unwrap();
    let mut options = Options::new(folder.path().join("sandbox.db"));
    (options.seed, options.stores) = (seed, 40);
    options.starts_at = Some("2031-05-04T12:00:00Z".parse().unwrap());
    let sandbox = Sandbox::start(options).await.unwrap();
    sandbox.freeze(true).await.unwrap();
    Fresh { sandbox, folder }
}

/// Throws dice that fall the same way for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Something happens to the chain.
async fn happen(sandbox: &Sandbox, dice: &mut Dice, there: &BTreeSet<i64>) {
    let nth = usize::try_from(dice.below(there.len() as u64)).unwrap();
    let store = *there.iter().nth(nth).unwrap();
    let change = match dice.below(6) {
        0 => return sandbox.remove_store(store).await.unwrap(),
        1 => {
            sandbox.open_store(json!({ "latitude": 48.2, "longitude": 16.4, "title": "New" })).await.unwrap();
            return;
        }
        2 => json!({ "scheduleModel": { "mon": [{ "from": "10:00", "to": "16:00" }] } }),
        3 => json!({ "latitude": 0.0, "longitude": 0.0, "isArchived": true }),
        4 => json!({ "attributes": { "CoffeeShop": dice.below(2) == 0, "Parking": null }, "tillSymbology": "AZTEC" }),
        _ => json!({ "exceptions": [{ "date": "2031-06-01", "intervals": [] }], "timeZone": "Pacific/Apia" }),
    };
    sandbox.change_store(store, change).await.unwrap();
}

#[tokio::test]
async fn deltas_in_order_come_to_the_whole_list() {
    for seed in 1..=6 {
        let Fresh { sandbox, folder: _folder } = of_seed(seed).await;
        let app = App::anonymous(&sandbox, "d").await;
        let mut dice = Dice(seed);
        let (mut often, mut seldom) = (Catalogue::default(), Catalogue::default());
        assert!(often.refresh(&app).await && seldom.refresh(&app).await, "the first answer is the whole list");
        assert_eq!(often.stores.len(), 40);
        for step in 0..24 {
            let there = often.stores.keys().copied().collect();
            happen(&sandbox, &mut dice, &there).await;
            assert!(!often.refresh(&app).await, "seed {seed}, step {step}: a delta");
            if step % 7 == 6 {
                assert!(!seldom.refresh(&app).await);
                assert_eq!(seldom.stores, often.stores, "seed {seed}, step {step}: in one delta or in several");
            }
            let mut whole = Catalogue::default();
            whole.refresh(&app).await;
            assert_eq!(often.stores, whole.stores, "seed {seed}, step {step}");
            assert_eq!(often.cursor, whole.cursor);
        }
    }
}

#[tokio::test]
async fn a_cursor_that_is_none_of_this_chain_gets_the_whole_list() {
    let Fresh { sandbox, folder: _folder } = of_seed(1).await;
    let Fresh { sandbox: other, folder: _other } = of_seed(2).await;
    let app = App::anonymous(&sandbox, "d").await;
    let mut elsewhere = Catalogue::default();
    elsewhere.refresh(&App::anonymous(&other, "d").await).await;
    let mut ours = Catalogue::default();
    ours.refresh(&app).await;
    assert!(!ours.refresh(&app).await);
    let known = ours.cursor.clone().unwrap();
    let ahead = format!("{}.7", known.rsplit_once('.').unwrap().0);
    let elsewhere = elsewhere.cursor.unwrap();
    for cursor in ["x", ".", "%00", "1.2.3", "99999999999999999999", elsewhere.as_str(), ahead.as_str()] {
        let answer = app.get(&format!("/app/v1/stores?since={cursor}")).await.ok();
        assert_eq!(
            (answer["full"].as_bool(), answer["stores"].as_array().unwrap().len()),
            (Some(true), 40),
            "{cursor}"
        );
    }
    // With the year the holidays change, and with them all stores.
    assert_eq!(ours.stores[&1]["exceptions"][0]["date"], "2031-01-01");
    sandbox.set_clock("2032-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
    assert!(ours.refresh(&App::anonymous(&sandbox, "e").await).await);
    assert_eq!(ours.stores[&1]["exceptions"][0]["date"], "2032-01-01");
}

#[tokio::test]
async fn a_list_that_is_known_is_not_sent_again() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let whole = app.get("/app/v1/stores").await;
    let cursor = whole.body["cursor"].as_str().unwrap().to_owned();
    let paths = ["/app/v1/stores".to_owned(), format!("/app/v1/stores?since={cursor}"), "Merchants?count=5".to_owned()];
    for path in &paths {
        let tag = app.get(path).await.header("etag").to_owned();
        let again = || reply(app.request(Method::GET, path).header(IF_NONE_MATCH, &tag));
        assert_eq!(again().await.unwrap().status, StatusCode::NOT_MODIFIED, "{path}");
        let title = json!({ "title": format!("Changed for {path}") });
        sandbox.change_store(2, title).await.unwrap();
        assert_eq!(again().await.unwrap().status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_chain_outlives_a_restart_and_does_not_grow_by_one() {
    let Fresh { sandbox, folder } = of_seed(3).await;
    let app = App::anonymous(&sandbox, "d").await;
    let mut catalogue = Catalogue::default();
    catalogue.refresh(&app).await;
    sandbox.remove_store(7).await.unwrap();
    sandbox.shutdown().await;
    let options = Options { stores: 60, ..Options::new(folder.path().join("sandbox.db")) };
    let sandbox = Sandbox::start(options).await.unwrap();
    let app = App::anonymous(&sandbox, "d").await;
    assert!(!catalogue.refresh(&app).await, "the cursor is still good");
    assert_eq!(catalogue.stores.len(), 39);
    let too_few = Options { stores: 2, ..Options::new(folder.path().join("another.db")) };
    assert!(Sandbox::start(too_few).await.is_err());
}

#[tokio::test]
async fn the_member_api_tells_the_same_stores_without_what_is_ours() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    sandbox.remove_store(9).await.unwrap();
    let opened = sandbox.open_store(json!({ "latitude": -13.84, "longitude": -171.77 })).await.unwrap();
    assert_eq!((&opened["id"], &opened["timeZone"]), (&json!(151), &json!("Pacific/Apia")));
    let mut catalogue = Catalogue::default();
    catalogue.refresh(&app).await;
    let mut paged = Vec::new();
    loop {
        let page = app.get(&format!("Merchants?from={}&count=40", paged.len())).await.data();
        let Some(page) = page.as_array() else { break };
        paged.extend(page.iter().cloned());
    }
    let ours = catalogue.stores.values().map(|store| {
        let mut store = store.clone();
        for own in ["timeZone", "exceptions", "tillSymbology"] {
            store.as_object_mut().unwrap().remove(own);
        }
        store
    });
    assert_eq!(paged, ours.collect::<Vec<_>>());
    assert_eq!(app.get("Merchants/151").await.data(), paged[149]);
    assert_eq!(app.get("Merchants/9").await.body["result"]["httpCode"], 404);
    assert_eq!(app.get("Merchants").await.data().as_array().unwrap().len(), 20);
    for query in ["merchantsIds=x", "merchantsIds=1,,2", "from=-1", "count=1001", "count=x"] {
        assert_eq!(app.get(&format!("Merchants?{query}")).await.body["result"]["state"], "ValidationError", "{query}");
    }
}

#[tokio::test]
async fn a_platform_without_the_extension_still_tells_its_stores() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let mut settings = sandbox.settings();
    settings.features.retain(|feature| feature != "storeDetails" && feature != "stock");
    sandbox.set(settings).await.unwrap();
    for path in ["/app/v1/stores", "/app/v1/goods?query=x", "/app/v1/stock?goodsId=x&storeIds=1"] {
        assert_eq!(app.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let features = app.get("/app/v1/capabilities").await.ok()["features"].clone();
    assert!(features.as_array().unwrap().iter().all(|feature| feature != "storeDetails"));
    assert_eq!(app.get("Merchants/1").await.data()["title"], "Pocket Market, Alexanderplatz");
    let nobody = App::new(&sandbox, "d");
    for path in ["Merchants", "/app/v1/stores", "/app/v1/goods", "/app/v1/stock"] {
        assert_eq!(nobody.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn stock_moves_with_what_is_sold() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut settings = sandbox.settings();
    settings.access_token_seconds = 86_400;
    sandbox.set(settings).await.unwrap();
    let app = App::signed_in(&sandbox, ANNA).await;
    let ask =
        async |store: i64| app.get(&format!("/app/v1/stock?goodsId={COFFEE}&storeIds={store}")).await.ok()[0].clone();
    sandbox.set_stock(2, COFFEE, 3).await.unwrap();
    sandbox.set_stock(3, COFFEE, 3).await.unwrap();
    let buy = async |store: i64, count: i64, channel: &str| {
        let items = json!([{ "goodsId": COFFEE, "name": "Coffee", "count": count, "price": 14.99 }]);
        let sale = json!({ "code": ANNA, "store": store, "items": items, "channel": channel });
        app.post("/till/purchases", sale).await.ok()["purchaseId"].clone()
    };
    buy(2, 2, "store").await;
    assert_eq!(ask(2).await["available"], true);
    buy(2, 3, "online").await;
    assert_eq!(ask(2).await["available"], true, "what is bought online is not this store's");
    let last = buy(2, 1, "store").await;
    assert_eq!((ask(2).await["available"].as_bool(), ask(3).await["available"].as_bool()), (Some(false), Some(true)));
    app.post("/till/refunds", json!({ "purchaseId": last })).await.ok();
    assert_eq!(ask(2).await["available"], true);

    // Each full hour a report; a sale is known at once.
    assert_eq!(ask(2).await["asOf"], "2031-05-04T12:00:00Z");
    sandbox.advance(Duration::from_mins(90)).await.unwrap();
    assert_eq!(ask(2).await["asOf"], "2031-05-04T13:00:00Z");
    buy(2, 1, "store").await;
    let sold = ask(2).await;
    assert_eq!((&sold["asOf"], &sold["available"]), (&json!("2031-05-04T13:30:00Z"), &json!(false)));
}

#[tokio::test]
async fn stock_is_asked_for_what_is_sold_in_stores_that_are_there() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let ids: Vec<String> = (1..=150).map(|id| id.to_string()).collect();
    let all = app.get(&format!("/app/v1/stock?goodsId={COFFEE}&storeIds={}", ids.join(","))).await.ok();
    let all = all.as_array().unwrap();
    assert!(all.iter().any(|stock| stock["available"] == true) && all.iter().any(|stock| stock["available"] == false));
    assert!(all.len() < 150, "archived stores are left out");
    sandbox.change_store(1, json!({ "isArchived": true })).await.unwrap();
    let some = app.get(&format!("/app/v1/stock?goodsId={COFFEE}&storeIds=1,2,999999,-1")).await.ok();
    assert_eq!(some.as_array().unwrap().len(), 1);
    for query in ["goodsId=x", "storeIds=1", "goodsId=x&storeIds=1,x", "goodsId=x&storeIds=,"] {
        let refused = app.get(&format!("/app/v1/stock?{query}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
    }
    let many: Vec<String> = (1..=201).map(|id| id.to_string()).collect();
    let refused = app.get(&format!("/app/v1/stock?goodsId={COFFEE}&storeIds={}", many.join(","))).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(sandbox.set_stock(1, COFFEE, 1).await.is_err() && sandbox.set_stock(2, "none", 1).await.is_err());
    assert_eq!(
        app.get(&format!("/app/v1/goods?query={}", "x".repeat(101))).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_till_stands_in_any_store_of_the_chain() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, ANNA).await;
    let moscow = app.get("Merchants?from=3&count=147").await.data();
    let moscow = moscow.as_array().unwrap().iter().find(|store| store["location"]["city"]["name"] == "Москва").unwrap();
    let pay = |store: &Value| app.post("/till/payments", json!({ "code": ANNA, "points": 1, "store": store }));
    pay(&moscow["id"]).await.ok();
    let told = app.get("History?filter.count=1").await.data()["rows"][0].clone();
    assert_eq!(told["location"]["description"], moscow["title"]);
    assert_eq!(told["location"]["city"]["name"], "Москва");
    let id = moscow["id"].as_i64().unwrap();
    sandbox.change_store(id, json!({ "title": "Новое имя" })).await.unwrap();
    assert_eq!(app.get("History?filter.count=1").await.data()["rows"][0]["location"]["description"], "Новое имя");
    sandbox.remove_store(id).await.unwrap();
    sandbox.change_store(1, json!({ "isArchived": true })).await.unwrap();
    for closed in [&moscow["id"], &json!(1), &json!(0), &json!(151)] {
        assert_eq!(pay(closed).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{closed}");
    }
    let past = app.get("History?filter.count=1").await.data();
    assert_eq!(past["rows"][0]["location"]["description"], moscow["title"], "the past stays where it was");
}

#[tokio::test]
async fn a_test_changes_what_it_names_and_nothing_else() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    let before = app.get("/sandbox/stores/20").await.ok();
    let bad = json!({ "mon": [{ "from": "25:00", "to": "x" }] });
    let change = json!({
        "scheduleModel": bad,
        "timeZone": "Mars/Base",
        "tillSymbology": "EAN_13",
        "attributes": { "CustomTradeFormat": "Kiosk", "Bench": { "seats": 2 } },
    });
    let after = app.put("/sandbox/stores/20", change).await.ok();
    assert_eq!(after["scheduleModel"]["mon"], bad["mon"], "an app must cope with it");
    assert_eq!((&after["timeZone"], &after["tillSymbology"]), (&json!("Mars/Base"), &json!("EAN_13")));
    let attributes = after["additionalInfo"].as_array().unwrap();
    assert_eq!(attributes[0], json!({ "name": "CustomTradeFormat", "value": "Kiosk" }));
    assert_eq!(attributes.last().unwrap(), &json!({ "name": "Bench", "value": { "seats": 2 } }));
    for same in ["id", "uid", "title", "location", "isArchived", "exceptions"] {
        assert_eq!(after[same], before[same], "{same}");
    }
    let unset = json!({ "scheduleModel": null, "exceptions": [], "tillSymbology": null, "additionalInfo": [] });
    let after = app.put("/sandbox/stores/20", unset).await.ok();
    assert_eq!((&after["scheduleModel"], &after["exceptions"]), (&Value::Null, &json!([])));
    assert_eq!((after.get("tillSymbology"), &after["additionalInfo"]), (None, &json!([])));
    for wrong in [json!({ "color": 1 }), json!({ "title": 7 }), json!({ "scheduleModel": { "monday": [] } }), json!([])]
    {
        assert_eq!(app.put("/sandbox/stores/20", wrong).await.status, StatusCode::BAD_REQUEST);
    }
    let many = vec![json!({ "name": "a", "value": 1 }); 401];
    for wrong in [json!({ "title": "" }), json!({ "latitude": 1e9 }), json!({ "additionalInfo": many })] {
        assert_eq!(app.put("/sandbox/stores/20", wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(app.post("/sandbox/stores", json!({ "latitude": 1 })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    for path in ["/sandbox/stores/0", "/sandbox/stores/x", "/sandbox/stores/151"] {
        assert_eq!(app.put(path, json!({})).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(app.delete(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_delta_can_be_spoiled() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let mut catalogue = Catalogue::default();
    catalogue.refresh(&app).await;
    sandbox.change_store(5, json!({ "title": "Five" })).await.unwrap();
    sandbox.change_store(6, json!({ "title": "Six" })).await.unwrap();
    let path = format!("/app/v1/stores?since={}", catalogue.cursor.unwrap());
    let spoil = |kind: Value| {
        let fault = json!({ "path": "/app/v1/stores", "times": 1, "kind": kind });
        sandbox.add_fault(fault.to_string().parse().unwrap()).unwrap();
    };
    spoil(json!({ "garbage": { "pointer": "/stores/1/location/latitude", "value": "north" } }));
    let spoiled = app.get(&path).await.ok();
    assert_eq!(
        (&spoiled["stores"][1]["location"]["latitude"], &spoiled["stores"][0]["title"]),
        (&json!("north"), &json!("Five"))
    );
    spoil(json!({ "garbage": { "pointer": "/cursor", "value": 7 } }));
    assert_eq!(app.get(&path).await.ok()["cursor"], 7);
    spoil(json!("cutBody"));
    assert!(app.try_get(&path).await.is_err());
    assert_eq!(app.get(&path).await.ok()["stores"].as_array().unwrap().len(), 2);
}
