//! Tasks: counted, rewarded once, undone by refunds.

use std::time::Duration;

use pocketcard_sandbox::{NewMember, Sandbox};
use reqwest::header::IF_NONE_MATCH;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{ANNA, App, BORIS, CLARA, Fresh, fresh, reply};

const NOW: &str = "2031-05-04T14:00:00+02:00";
const DAY: Duration = Duration::from_hours(24);
const APPLES: &str = "2000000000015";

async fn installed(app: &App) -> Uuid {
    app.does(1, "app.installed", NOW, json!({ "version": "1.0" })).await
}

async fn answer(app: &App, answers: Value) -> StatusCode {
    let body = json!({ "answers": answers, "at": NOW });
    app.keyed("/app/v1/tasks/questionnaire/answers", Uuid::new_v4(), body).await.status
}

async fn opt_in(app: &App, at: &str) {
    let path = "/app/v1/tasks/healthy-marathon/opt-in";
    let done = app.keyed(path, Uuid::new_v4(), json!({ "at": at })).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
}

/// Sells one piece of these goods. Gives the purchase's id.
async fn buy(app: &App, phone: &str, goods: &str, price: i64) -> Value {
    let items = json!([{ "goodsId": goods, "name": "Thing", "price": price }]);
    app.post("/till/purchases", json!({ "code": phone, "items": items })).await.ok()["purchaseId"].clone()
}

/// A day later, signed in again.
async fn next_day(sandbox: &Sandbox, app: &mut App, phone: &str) {
    sandbox.advance(DAY).await.unwrap();
    app.sign_in(sandbox, phone).await;
}

fn ids(task: &Value) -> Vec<String> {
    let ids = task["countedEventIds"].as_array().unwrap();
    ids.iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn installing_pays_once_and_for_ever() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::anonymous(&sandbox, "d").await;
    let id = installed(&app).await;
    let task = app.task("install").await;
    assert_eq!((&task["status"], &task["progress"], &task["completions"]), (&json!("completed"), &json!(1), &json!(1)));
    assert_eq!(ids(&task), [id.to_string()]);
    assert_eq!(app.points().await, 0, "nobody is known yet");
    app.post("Pushes", json!({ "token": "t", "platformType": "Android" })).await.data();

    app.sign_in(&sandbox, CLARA).await;
    assert_eq!(app.points().await, 100);
    let account = app.get("User/DetailedBalance").await.data()["items"][0].clone();
    assert_eq!((&account["lifeTimesByTime"], &account["lifeTimesByPeriod"]), (&Value::Null, &json!([])), "for ever");
    let row = app.get("History").await.data()["rows"][0].clone();
    assert_eq!((&row["description"], &row["data"]["offerExternalId"]), (&json!("Install the app"), &json!("install")));
    let member = app.task("install").await;
    assert!(member["version"].as_i64() > task["version"].as_i64(), "{member}");
    let messages = app.get("/push/poll?token=t").await.ok()["messages"].clone();
    let kinds: Vec<&Value> =
        messages.as_array().unwrap().iter().map(|message| &message["payload"]["message"]["data"]["kind"]).collect();
    assert_eq!(kinds, ["balance", "task"]);
    let data = &messages[1]["payload"]["message"]["data"];
    assert_eq!(data["version"].as_str().unwrap(), member["version"].to_string());
    let payload: Value = serde_json::from_str(data["payload"].as_str().unwrap()).unwrap();
    assert_eq!(payload, member);

    // A second phone counts nothing more, signed in before or after.
    let mut second = App::anonymous(&sandbox, "e").await;
    installed(&second).await;
    second.sign_in(&sandbox, CLARA).await;
    assert_eq!(second.points().await, 100);
    assert_eq!(second.task("install").await, member);
}

#[tokio::test]
async fn a_new_member_gets_it_when_the_registration_is_complete() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::anonymous(&sandbox, "d").await;
    installed(&app).await;
    let begun = app.post("Registration/BeginRegistration", json!({ "login": "+491713920009" })).await.data();
    app.keep(&begun["authResult"]);
    assert_eq!(app.task("install").await["status"], "completed");
    assert_eq!(app.points().await, 0);
    app.post("User/AcceptTenderOffer", json!({})).await.data();
    app.post("User/PhoneNumber", json!({ "phoneNumber": "+491713920009" })).await.data();
    let code = sandbox.sms("+491713920009").await.unwrap()[0].code.clone();
    app.keep(&app.post("User/PhoneNumber/Confirm", json!({ "confirmCode": code })).await.data());
    app.keep(&app.post("Registration/TryFinishRegistration", json!({})).await.data());
    assert_eq!(app.points().await, 200, "100 for joining, 100 for the app");
}

#[tokio::test]
async fn a_set_is_rewarded_when_all_is_done() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    installed(&app).await;
    app.does(2, "store.viewed", NOW, json!({ "storeId": 2 })).await;
    let before = app.get("/app/v1/tasks").await.ok();
    assert_eq!((&before["sets"][0]["completed"], &before["level"]["name"]), (&json!(false), &json!("Newcomer")));
    assert_eq!((&before["level"]["value"], &before["level"]["next"]), (&json!(2), &json!(3)));
    let all = json!([
        { "questionId": 1, "value": "13" }, { "questionId": 2, "value": "2.50" }, { "questionId": 3, "value": "Figs" },
    ]);
    assert_eq!(answer(&app, all).await, StatusCode::NO_CONTENT);
    let after = app.get("/app/v1/tasks").await.ok();
    assert_eq!((&after["sets"][0]["completed"], &after["level"]["name"]), (&json!(true), &json!("Regular")));
    assert_eq!(app.points().await, 100 + 10 + 30 + 50);
    let games = app.get("/app/v1/games").await.ok();
    assert_eq!(games[0]["plays"], 2, "one from the start, one for the set");
    app.does(3, "store.viewed", NOW, json!({ "storeId": 1 })).await;
    assert_eq!(app.points().await, 190, "once");
}

#[tokio::test]
async fn questions_are_answered_in_several_calls() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let path = "/app/v1/tasks/questionnaire/answers";
    let wrong = json!([
        { "questionId": 1, "value": "99" }, { "questionId": 2, "value": "two" }, { "questionId": 3, "value": " " },
        { "questionId": 4, "value": "x" }, { "questionId": 1, "value": "11" },
    ]);
    let refused = app.keyed(path, Uuid::new_v4(), json!({ "answers": wrong, "at": NOW })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<&Value> = refused.body["errors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!(fields, ["answers/1", "answers/2", "answers/3", "answers/4"]);
    assert_eq!(app.task("questionnaire").await["status"], "notStarted", "none was taken");

    let (key, first) = (Uuid::new_v4(), json!({ "answers": [{ "questionId": 1, "value": "11" }], "at": NOW }));
    for _ in 0..2 {
        assert_eq!(app.keyed(path, key, first.clone()).await.status, StatusCode::NO_CONTENT);
    }
    let other = json!({ "answers": [{ "questionId": 1, "value": "12" }], "at": NOW });
    assert_eq!(
        app.keyed(path, key, other.clone()).await.status,
        StatusCode::CONFLICT,
        "the key was for something else"
    );
    assert_eq!(app.keyed(path, Uuid::new_v4(), other).await.status, StatusCode::NO_CONTENT, "changed its mind");
    let task = app.task("questionnaire").await;
    assert_eq!((&task["status"], &task["progress"]), (&json!("inProgress"), &json!(1)));
    assert_eq!(ids(&task).len(), 1);
    assert_eq!(answer(&app, json!([{ "questionId": 3, "value": "Figs" }])).await, StatusCode::NO_CONTENT);
    assert_eq!(app.points().await, 0);
    assert_eq!(answer(&app, json!([{ "questionId": 2, "value": "4" }])).await, StatusCode::NO_CONTENT);
    assert_eq!(app.task("questionnaire").await["status"], "completed");
    assert_eq!(app.points().await, 30);

    for (path, body) in [
        ("/app/v1/tasks/nothing/answers", json!({ "answers": [{ "questionId": 1, "value": "1" }], "at": NOW })),
        ("/app/v1/tasks/nothing/opt-in", json!({ "at": NOW })),
        ("/app/v1/tasks/nothing/opt-out", json!({ "at": NOW })),
    ] {
        assert_eq!(app.keyed(path, Uuid::new_v4(), body).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    for body in [json!({ "answers": [], "at": NOW }), json!({ "answers": [], "at": "soon" })] {
        assert_eq!(app.keyed(path, Uuid::new_v4(), body).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(app.keyed(path, Uuid::new_v4(), json!([])).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(app.post(path, json!({ "answers": [], "at": NOW })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_marathon_counts_from_opting_in_and_a_refund_undoes_it() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::signed_in(&sandbox, CLARA).await;
    buy(&app, CLARA, APPLES, 3).await;
    assert_eq!(app.task("healthy-marathon").await["status"], "notStarted", "who does not take part is not counted");
    next_day(&sandbox, &mut app, CLARA).await;
    opt_in(&app, "2031-05-05T10:00:00+02:00").await;
    opt_in(&app, "2031-05-05T14:30:00+02:00").await;
    let task = app.task("healthy-marathon").await;
    assert_eq!((&task["optedIn"], &task["countsFrom"]), (&json!(true), &json!("2031-05-05T08:00:00Z")));
    assert_eq!(task["progress"], 0, "yesterday's apples were before");

    let mut last = Value::Null;
    for nth in 1..=5 {
        last = buy(&app, CLARA, APPLES, 3).await;
        buy(&app, CLARA, APPLES, 3).await;
        buy(&app, CLARA, "4000417025005", 3).await;
        let task = app.task("healthy-marathon").await;
        assert_eq!(task["progress"], nth, "{task}");
        assert_eq!(task["status"], if nth < 5 { "inProgress" } else { "completed" });
        if nth < 5 {
            next_day(&sandbox, &mut app, CLARA).await;
        }
    }
    let reward = |body: &Value| body["badges"].as_array().unwrap()[0]["awarded"].clone();
    let tasks = app.get("/app/v1/tasks").await.ok();
    assert_eq!((&tasks["badges"][0]["id"], reward(&tasks)), (&json!("healthy-eater"), json!("2031-05-09T12:00:00Z")));
    assert_eq!(app.get("/app/v1/games").await.ok()[1]["plays"], 1);
    let points = app.points().await;

    // The day's other apples still count; without them it is undone.
    app.post("/till/refunds", json!({ "purchaseId": last })).await.ok();
    assert_eq!(app.task("healthy-marathon").await["status"], "completed");
    let rows = app.get("History?filter.count=20").await.data();
    let other = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .find(|row| row["data"]["chequeItems"][0]["itemId"] == APPLES && row["data"]["externalPurchaseId"] != last);
    let other = other.unwrap()["data"]["externalPurchaseId"].clone();
    let version = app.task("healthy-marathon").await["version"].as_i64();
    app.post("/till/refunds", json!({ "purchaseId": other })).await.ok();
    let task = app.task("healthy-marathon").await;
    assert_eq!(
        (&task["status"], &task["progress"], &task["completions"]),
        (&json!("inProgress"), &json!(4), &json!(0))
    );
    assert!(task["version"].as_i64() > version);
    let left = app.points().await.to_string().parse::<f64>().unwrap();
    assert!((points.to_string().parse::<f64>().unwrap() - 200.0 - left - 0.3).abs() < 1e-9, "{points} {left}");
    let taken = app.get("History?filter.historyItemType=WithdrawData").await.data();
    assert_eq!(taken["rows"][0]["data"]["amount"]["amount"], -200);
    assert_eq!(reward(&app.get("/app/v1/tasks").await.ok()), Value::Null);
    assert_eq!(app.get("/app/v1/games").await.ok()[1]["plays"], 0);
    // Done again, rewarded again: once.
    buy(&app, CLARA, APPLES, 3).await;
    assert_eq!(app.task("healthy-marathon").await["status"], "completed");
    assert_ne!(reward(&app.get("/app/v1/tasks").await.ok()), Value::Null);
}

#[tokio::test]
async fn opting_out_and_in_again_is_no_second_reward() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    sandbox
        .put_task(json!({
            "id": "looks", "title": "Look twice", "kind": "count", "trigger": { "event": "offer.viewed" }, "target": 2,
            "optIn": true, "reward": { "points": { "amount": 7, "currencyCode": "POINTS" } },
        }))
        .await
        .unwrap();
    let way = async |way: &str, key: Uuid| {
        let done = app.keyed(&format!("/app/v1/tasks/looks/{way}"), key, json!({ "at": NOW })).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    };
    let first = Uuid::new_v4();
    way("opt-in", first).await;
    for sequence in 1..=2 {
        app.does(sequence, "offer.viewed", NOW, json!({ "offerId": 1 })).await;
    }
    assert_eq!(app.points().await, 7);
    way("opt-out", Uuid::new_v4()).await;
    let out = app.task("looks").await;
    assert_eq!((&out["optedIn"], &out["progress"], &out["completions"]), (&json!(false), &json!(0), &json!(0)));
    assert_eq!(ids(&out), Vec::<String>::new());
    way("opt-in", first).await;
    assert_eq!(app.task("looks").await["optedIn"], false, "a repeated call changes nothing");
    way("opt-in", Uuid::new_v4()).await;
    assert_eq!(app.task("looks").await["status"], "completed");
    let purchase = buy(&app, CLARA, "1", 1).await;
    app.post("/till/refunds", json!({ "purchaseId": purchase })).await.ok();
    assert_eq!(app.points().await, 7, "neither paid again nor taken back");
}

#[tokio::test]
async fn three_days_in_a_row_and_again() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let days = ["25", "26", "26", "28", "29", "30"];
    for (sequence, day) in (1..).zip(days) {
        app.does(sequence, "app.opened", &format!("2031-04-{day}T23:30:00+02:00"), json!({})).await;
    }
    let task = app.task("three-days").await;
    let used = json!([{ "from": "2031-04-30", "value": 0 }]);
    assert_eq!((&task["completions"], &task["counted"]), (&json!(1), &used), "{task}");
    assert_eq!(app.points().await, 5);
    // A batch may hold two completions.
    let batch: Vec<Value> = (1..=6)
        .map(|day| app.event(6 + day, "app.opened", &format!("2031-05-0{day}T01:00:00+02:00"), json!({})))
        .collect();
    app.tell(&batch).await.ok();
    assert_eq!(app.task("three-days").await["completions"], 3);
    assert_eq!(app.points().await, 15);
}

#[tokio::test]
async fn fifty_euros_a_week_in_every_week() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::signed_in(&sandbox, ANNA).await;
    assert_eq!(app.task("weekly-50").await["progress"], 0, "what the seed bought is no fact");
    let points = app.points().await;
    let first = buy(&app, ANNA, "1", 30).await;
    assert_eq!(app.task("weekly-50").await["progress"], 30);
    // Sunday was the last of its week.
    next_day(&sandbox, &mut app, ANNA).await;
    assert_eq!(app.task("weekly-50").await["progress"], 0);
    let items = json!([{ "goodsId": "1", "name": "Thing", "count": 3, "price": 20 }]);
    let online = json!({ "code": ANNA, "items": items, "channel": "online" });
    let second = app.post("/till/purchases", online).await.ok()["purchaseId"].clone();
    let task = app.task("weekly-50").await;
    assert_eq!((&task["completions"], &task["reward"]["offerId"]), (&json!(1), &json!("free-coffee")));
    let sums = json!([{ "from": "2031-04-28", "value": 30 }, { "from": "2031-05-05", "value": 60 }]);
    assert_eq!(task["counted"], sums);
    assert_eq!(ids(&task).len(), 2);
    // Part of it is brought back.
    let part = json!({ "purchaseId": second, "items": [{ "goodsId": "1", "count": 1 }] });
    app.post("/till/refunds", part).await.ok();
    let task = app.task("weekly-50").await;
    assert_eq!((&task["completions"], &task["progress"], ids(&task).len()), (&json!(0), &json!(40), 2));
    app.post("/till/refunds", json!({ "purchaseId": first })).await.ok();
    app.post("/till/refunds", json!({ "purchaseId": second })).await.ok();
    let task = app.task("weekly-50").await;
    assert_eq!((&task["progress"], &task["counted"], ids(&task).len()), (&json!(0), &json!([]), 0));
    assert_eq!(app.points().await, points, "only the offer was at stake");
}

#[tokio::test]
async fn friends_and_reviews() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let friend = NewMember { phone: "+491713920050".to_owned(), invited_by: Some(3), ..NewMember::default() };
    sandbox.create_member(friend).await.unwrap();
    assert_eq!(app.task("invite").await["status"], "completed");
    assert_eq!(app.points().await, 50);
    let nobodys = NewMember { phone: "+491713920051".to_owned(), invited_by: Some(99), ..NewMember::default() };
    assert!(sandbox.create_member(nobodys).await.is_err());
    app.does(1, "custom", NOW, json!({ "name": "something.else" })).await;
    assert_eq!(app.task("review").await["status"], "notStarted");
    app.does(2, "custom", NOW, json!({ "name": "purchase.reviewed" })).await;
    assert_eq!(app.task("review").await["status"], "completed");
    assert_eq!(app.points().await, 70);
}

#[tokio::test]
async fn what_was_done_before_signing_in_joins_what_the_member_did() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let member = App::signed_in(&sandbox, BORIS).await;
    member.does(1, "app.opened", "2031-05-01T12:00:00+02:00", json!({})).await;
    member.does(2, "app.opened", "2031-05-02T12:00:00+02:00", json!({})).await;
    assert_eq!(answer(&member, json!([{ "questionId": 1, "value": "11" }])).await, StatusCode::NO_CONTENT);
    let before = member.points().await;
    let mut app = App::anonymous(&sandbox, "d").await;
    app.does(1, "app.opened", "2031-05-03T12:00:00+02:00", json!({})).await;
    opt_in(&app, NOW).await;
    for question in [1, 2] {
        let value = if question == 1 { "12" } else { "3" };
        let answers = json!([{ "questionId": question, "value": value }]);
        assert_eq!(answer(&app, answers).await, StatusCode::NO_CONTENT);
    }
    let versions = [app.task("three-days").await, app.task("questionnaire").await].map(|task| task["version"].as_i64());
    app.sign_in(&sandbox, BORIS).await;
    let days = app.task("three-days").await;
    let questions = app.task("questionnaire").await;
    assert_eq!((&days["completions"], &questions["progress"]), (&json!(1), &json!(2)));
    assert!(days["version"].as_i64() > versions[0] && questions["version"].as_i64() > versions[1]);
    assert_eq!(app.task("healthy-marathon").await["optedIn"], true);
    let difference =
        app.points().await.to_string().parse::<f64>().unwrap() - before.to_string().parse::<f64>().unwrap();
    assert!((difference - 5.0).abs() < 1e-9);
    assert_eq!(sandbox.events("d").await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    let tag = app.get("/app/v1/tasks").await.header("etag").to_owned();
    sandbox.advance(Duration::from_mins(1)).await.unwrap();
    let known = async || reply(app.request(Method::GET, "/app/v1/tasks").header(IF_NONE_MATCH, &tag)).await.unwrap();
    assert_eq!(known().await.status, StatusCode::NOT_MODIFIED);
    installed(&app).await;
    assert_eq!(known().await.status, StatusCode::OK);
}

#[tokio::test]
async fn at_most_two_hundred_ids_newest_first() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    sandbox
        .put_task(json!({
            "id": "looks", "title": "Look often", "kind": "count", "trigger": { "event": "offer.viewed" }, "target": 1000,
        }))
        .await
        .unwrap();
    let events: Vec<Value> = (1..=250).map(|nth| app.event(nth, "offer.viewed", NOW, json!({}))).collect();
    for batch in events.chunks(100) {
        app.tell(batch).await.ok();
    }
    let task = app.task("looks").await;
    let newest: Vec<String> =
        events.iter().rev().take(200).map(|event| event["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((&task["progress"], ids(&task)), (&json!(250), newest));
    assert_eq!(task["version"], 5, "one of its making, one of being there, three of being counted");
}

#[tokio::test]
async fn tests_add_replace_and_drop_tasks() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::signed_in(&sandbox, CLARA).await;
    app.does(1, "coupon.shown", NOW, json!({ "couponId": 1, "amount": 2.5 })).await;
    let mut task = json!({
        "id": "coupons", "title": "Show coupons", "kind": "amount", "trigger": { "event": "coupon.shown" }, "target": 5,
        "reward": { "points": { "amount": 3, "currencyCode": "STARS" }, "badge": "shown" },
    });
    app.post("/sandbox/tasks", task.clone()).await;
    let first = app.task("coupons").await;
    assert_eq!(first["progress"].to_string(), "2.5");
    task["target"] = json!(2);
    sandbox.put_task(task.clone()).await.unwrap();
    let second = app.task("coupons").await;
    assert_eq!(second["status"], "completed");
    assert!(second["version"].as_i64() > first["version"].as_i64());
    let stars = app.get("User/DetailedBalance").await.data()["items"][1]["amount"].clone();
    assert_eq!(stars, 3);
    task["target"] = json!(100);
    sandbox.put_task(task.clone()).await.unwrap();
    task["target"] = json!(1);
    sandbox.put_task(task.clone()).await.unwrap();
    assert_eq!(app.get("User/DetailedBalance").await.data()["items"][1]["amount"], stars, "once");
    let badges = app.get("/app/v1/tasks").await.ok()["badges"].clone();
    assert_eq!(badges[1]["id"], "shown");

    // A kind that nobody knows is shown, and left alone.
    task["kind"] = json!("photo");
    task["window"] = json!("month");
    sandbox.put_task(task.clone()).await.unwrap();
    let shown = app.task("coupons").await;
    assert_eq!((&shown["kind"], &shown["window"], &shown["progress"]), (&json!("photo"), &json!("month"), &json!(0)));
    task["kind"] = json!("count");
    task["ends"] = json!("2031-05-01T00:00:00Z");
    sandbox.put_task(task.clone()).await.unwrap();
    assert_eq!(app.task("coupons").await["status"], "expired");

    for (name, value) in [
        ("target", json!(0)),
        ("target", json!("x")),
        ("starts", json!("soon")),
        ("recurrence", json!(1)),
        ("more", json!(1)),
        ("id", json!("a/b")),
        ("reward", json!({ "points": { "amount": 1, "currencyCode": "EUR" } })),
    ] {
        let mut wrong = task.clone();
        wrong[name] = value;
        assert!(sandbox.put_task(wrong).await.is_err(), "{name}");
    }
    sandbox.remove_task("coupons").await.unwrap();
    sandbox.remove_task("install").await.unwrap();
    assert!(sandbox.remove_task("coupons").await.is_err());
    let left = app.get("/app/v1/tasks").await.ok();
    assert!(left["tasks"].as_array().unwrap().iter().all(|task| task["id"] != "coupons" && task["id"] != "install"));
    assert_eq!(left["sets"][0]["taskIds"], json!(["questionnaire", "first-store"]));
}

#[tokio::test]
async fn tasks_are_for_who_calls_and_where_they_are_served() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::new(&sandbox, "d");
    assert_eq!(app.get("/app/v1/tasks").await.status, StatusCode::UNAUTHORIZED);
    let app = App::signed_in(&sandbox, CLARA).await;
    let mut settings = sandbox.settings();
    settings.features.retain(|feature| feature != "tasks");
    sandbox.set(settings).await.unwrap();
    assert_eq!(app.get("/app/v1/tasks").await.status, StatusCode::NOT_FOUND);
    for (path, body) in [
        ("opt-in", json!({ "at": NOW })),
        ("opt-out", json!({ "at": NOW })),
        ("answers", json!({ "answers": [], "at": NOW })),
    ] {
        let refused = app.keyed(&format!("/app/v1/tasks/questionnaire/{path}"), Uuid::new_v4(), body).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{path}");
    }
}
