//! What reaches members: pushes to one and to many, the inbox, receipts, consents.

use std::time::Duration;

use pocketcard_sandbox::Sandbox;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::app::{ANNA, App, BORIS, CLARA, Fresh, Reply, fresh};

/// A member's app that hears pushes under the name of its member.
async fn hearing(sandbox: &Sandbox, phone: &str, service: &str) -> App {
    let app = App::signed_in(sandbox, phone).await;
    let token = json!({ "token": phone, "platformType": "Android", "pushServiceType": service });
    app.post("Pushes", token).await.data();
    app
}

/// What was pushed to a member, oldest first, as the service carries it.
async fn heard(app: &App, phone: &str) -> Vec<Value> {
    let token = phone.replace('+', "%2B");
    let poll = app.get(&format!("/push/poll?token={token}")).await.ok();
    poll["messages"].as_array().unwrap().iter().map(|message| message["payload"].clone()).collect()
}

/// The data of what FCM carries.
async fn data(app: &App, phone: &str) -> Vec<Value> {
    heard(app, phone).await.into_iter().map(|payload| payload["message"]["data"].clone()).collect()
}

async fn send(sandbox: &Sandbox, push: Value) -> Vec<Value> {
    sandbox.push(push).await.unwrap()["messages"].as_array().unwrap().clone()
}

fn inner(text: &Value) -> Value {
    serde_json::from_str(text.as_str().unwrap()).unwrap()
}

#[track_caller]
fn refused(reply: &Reply, code: &str) {
    assert_eq!(reply.body["result"]["messageCode"], code, "{}", reply.body);
}

#[tokio::test]
async fn a_message_is_pushed_kept_and_read() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = hearing(&sandbox, ANNA, "Fcm").await;
    let message = json!({
        "to": { "member": 1 }, "title": "Closed on Monday", "body": "All stores.", "image": "https://example.com/1.png",
        "clientExternalId": "c-7", "expires": "2031-05-05T00:00:00Z",
    });
    let sent = anna.post("/sandbox/pushes", message).await.ok()["messages"][0].clone();
    assert_eq!((&sent["memberId"], &sent["devices"]), (&json!(1), &json!(1)));
    let (id, row) = (sent["messageId"].as_str().unwrap(), &sent["notificationId"]);
    let data = data(&anna, ANNA).await.pop().unwrap();
    let inbox = anna.get("Notification").await.data();
    assert_eq!(inbox.as_array().unwrap().len(), 1);
    assert_eq!(inner(&data["payload"]), inbox[0]);
    assert_eq!(
        (&inbox[0]["id"], &inbox[0]["isReaded"], &inbox[0]["title"]),
        (row, &json!(false), &json!("Closed on Monday"))
    );
    assert_eq!(
        (&inbox[0]["creationDate"], &inbox[0]["imageUrl"]),
        (&json!("2031-05-04T12:00:00.0000000"), &json!("https://example.com/1.png"))
    );
    assert_eq!(
        (&data["kind"], &data["message_id"], &data["client_external_id"]),
        (&json!("message"), &json!(id), &json!("c-7"))
    );
    assert_eq!(
        (&data["link"], &data["image"]),
        (&json!(format!("pocketcard://inbox/{row}")), &json!("https://example.com/1.png"))
    );
    assert_eq!((&data["sent"], &data["expires"]), (&json!("2031-05-04T12:00:00Z"), &json!("2031-05-05T00:00:00Z")));
    let told = anna.get(&format!("Pushes/{id}")).await.data();
    assert_eq!(
        (&told["notificationId"], &told["shortText"], &told["content"]),
        (&json!(row.to_string()), &json!("Closed on Monday"), &json!("All stores."))
    );
    assert_eq!(told["imageUrl"], "https://example.com/1.png");

    for state in ["Delivered", "Read", "Read"] {
        anna.post(&format!("Pushes/{id}/state"), json!({ "state": state })).await.data();
    }
    let receipts = anna.get(&format!("/sandbox/receipts?messageId={id}")).await.ok();
    let states: Vec<&Value> =
        receipts["receipts"].as_array().unwrap().iter().map(|receipt| &receipt["state"]).collect();
    assert_eq!(states, ["Delivered", "Read"], "each once");

    assert_eq!(
        anna.get("Notification/Count").await.data(),
        json!({ "unReadCount": 1 }),
        "to open a push is not to read the inbox"
    );
    let stranger = App::signed_in(&sandbox, CLARA).await;
    refused(&stranger.post(&format!("Notification/{row}/Read"), json!({})).await, "NotificationNotFound");
    for _ in 0..2 {
        anna.post(&format!("Notification/{row}/Read"), json!({})).await.data();
    }
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 0);
    assert_eq!(anna.get("Notification").await.data()[0]["isReaded"], true);
    assert_eq!(stranger.get("Notification").await.data(), Value::Null);
}

#[tokio::test]
async fn the_inbox_is_told_page_by_page_newest_first() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = App::signed_in(&sandbox, ANNA).await;
    for nth in 1..=5 {
        send(&sandbox, json!({ "to": { "member": 1 }, "title": format!("Message {nth}"), "body": "" })).await;
        sandbox.advance(Duration::from_secs(1)).await.unwrap();
    }
    let titles = async |query: &str| -> Vec<String> {
        let page = anna.get(&format!("Notification?{query}")).await.data();
        page.as_array()
            .into_iter()
            .flatten()
            .map(|row| row["title"].as_str().unwrap().replace("Message ", ""))
            .collect()
    };
    assert_eq!(titles("").await, ["5", "4", "3", "2", "1"], "though no device was there to hear");
    assert_eq!(titles("from=1&count=2").await, ["4", "3"]);
    assert!(titles("from=5&count=2").await.is_empty());
    assert_eq!(anna.get("Notification?count=0").await.body["result"]["state"], "ValidationError");
    anna.post("Notification/Read", json!({})).await.data();
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 0);
    send(&sandbox, json!({ "to": { "member": 1 }, "title": "", "body": "One more" })).await;
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 1);
}

#[tokio::test]
async fn segments_are_who_they_say() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anonymous = App::anonymous(&sandbox, "nobody's").await;
    let _anna = App::signed_in(&sandbox, ANNA).await;
    let to = async |to: Value| -> Vec<i64> {
        let sent = send(&sandbox, json!({ "to": to, "title": "News", "body": "" })).await;
        sent.iter().map(|told| told["memberId"].as_i64().unwrap()).collect()
    };
    assert_eq!(to(json!("all")).await, [1, 2, 3, 4]);
    assert_eq!(to(json!({ "members": [2, 1] })).await, [2, 1]);
    assert_eq!(to(json!({ "tier": "Gold" })).await, [2]);
    assert_eq!(to(json!({ "tier": "Silver" })).await, [1]);
    assert_eq!(to(json!({ "offer": 6 })).await, [2]);
    assert_eq!(to(json!({ "platform": "Android" })).await, [1], "who uses the app, and is known");
    assert_eq!(to(json!({ "platform": "Harmony" })).await, [0_i64; 0]);
    for wrong in
        [json!({ "tier": "Diamond" }), json!({ "member": 999 }), json!({ "offer": 999 }), json!("some"), Value::Null]
    {
        sandbox.push(json!({ "to": wrong, "title": "News" })).await.expect_err(&wrong.to_string());
    }
    assert!(
        send(&sandbox, json!({ "to": "all" })).await.iter().all(|told| told["notificationId"].is_null()),
        "no words"
    );
    sandbox.push(json!({ "to": "all", "inbox": true })).await.expect_err("no words for the inbox");
    assert_eq!(
        anonymous.post("/sandbox/pushes", json!({ "title": "x" })).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    // What somebody unknown was told is theirs when they turn out to be known.
    let id = anonymous.get("User").await.data()["id"].clone();
    send(&sandbox, json!({ "to": { "member": id }, "title": "Welcome", "body": "" })).await;
    assert_eq!(anonymous.get("Notification/Count").await.data()["unReadCount"], 1);
    let mut clara = anonymous;
    clara.sign_in(&sandbox, CLARA).await;
    let titles = clara.get("Notification").await.data();
    assert!(titles.as_array().unwrap().iter().any(|row| row["title"] == "Welcome"), "{titles}");
}

#[tokio::test]
async fn an_offer_is_pushed_to_whom_it_is_for_with_its_version() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = hearing(&sandbox, ANNA, "Fcm").await;
    let boris = hearing(&sandbox, BORIS, "Apns").await;
    assert_eq!(send(&sandbox, json!({ "offer": 6 })).await.len(), 1);
    assert!(heard(&anna, ANNA).await.is_empty());
    let push = heard(&boris, BORIS).await.pop().unwrap();
    assert_eq!(push["aps"]["alert"]["title"], "VIP early sale");
    assert_eq!(
        (&push["kind"], &push["version"], &push["link"]),
        (&json!("offer"), &json!("1"), &json!("pocketcard://offers/6"))
    );
    let offers = boris.get("/app/v1/offers").await.ok();
    let listed = offers["offers"].as_array().unwrap().iter().find(|offer| offer["id"] == 6).unwrap();
    assert_eq!(inner(&push["payload"]), *listed, "it is the offer as it is listed");
    assert_eq!(boris.get("Notification").await.data()[0]["title"], "VIP early sale");
    assert!(send(&sandbox, json!({ "to": { "member": 1 }, "offer": 6 })).await.is_empty(), "it is not hers");

    // A change has a higher version; what does not fit in a push is left out.
    let long = json!({ "id": 100, "title": "Long", "description": "x".repeat(3_900), "for": { "members": [1] } });
    for _ in 0..2 {
        sandbox.put_offer(long.clone()).await.unwrap();
    }
    send(&sandbox, json!({ "offer": 100, "title": "Look", "body": "A long one" })).await;
    let push = data(&anna, ANNA).await.pop().unwrap();
    assert_eq!((&push["version"], &push["title"], &push["payload"]), (&json!("2"), &json!("Look"), &Value::Null));
    assert!(push.to_string().len() < 4_096);
}

#[tokio::test]
async fn consents_are_kept_and_some_cannot_be_changed() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let anna = hearing(&sandbox, ANNA, "Fcm").await;
    let first = anna.get("User/Subscriptions").await.data();
    assert_eq!(first[0]["pushNotification"], json!({ "readOnly": false, "selected": true }));
    assert_eq!((&first[0]["smsNotification"]["selected"], &first[1]["smsNotification"]), (&json!(false), &Value::Null));
    let mut wanted = first.clone();
    wanted[0]["pushNotification"]["selected"] = false.into();
    wanted[1]["emailNotification"]["selected"] = true.into();
    for _ in 0..2 {
        anna.put("User/Subscriptions", wanted.clone()).await.data();
    }
    assert_eq!(anna.get("User/Subscriptions").await.data(), wanted);
    let boris = App::signed_in(&sandbox, BORIS).await;
    assert_eq!(boris.get("User/Subscriptions").await.data(), first);

    // Not pushed, and in the inbox all the same. Points are another kind.
    let sent = send(&sandbox, json!({ "to": { "member": 1 }, "title": "News", "body": "" })).await;
    assert_eq!(sent[0]["devices"], 0);
    assert!(heard(&anna, ANNA).await.is_empty());
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 1);
    anna.buy(ANNA, json!(10), json!(0)).await.ok();
    assert_eq!(data(&anna, ANNA).await[0]["kind"], "balance");

    let mut fixed = wanted.clone();
    fixed[0]["pushNotification"]["selected"] = true.into();
    fixed[2]["smsNotification"] = json!({ "readOnly": false, "selected": false });
    refused(&anna.put("User/Subscriptions", fixed).await, "SubscriptionReadOnly");
    assert_eq!(anna.get("User/Subscriptions").await.data(), wanted, "nothing of it was done");
    for wrong in [json!([{ "typeId": 9 }]), json!([{ "typeId": 2, "smsNotification": { "selected": true } }])] {
        assert_eq!(anna.put("User/Subscriptions", wrong).await.body["result"]["state"], "ValidationError");
    }
    assert_eq!(anna.put("User/Subscriptions", json!({})).await.status, StatusCode::BAD_REQUEST);
    anna.put("User/Subscriptions", json!([{ "typeId": 1, "pushNotification": { "selected": true } }])).await.data();
    assert_eq!(anna.get("User/Subscriptions").await.data()[0]["pushNotification"]["selected"], true);
}

#[tokio::test]
async fn what_is_bad_is_sent_as_it_is() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let (anna, boris, clara) = (
        hearing(&sandbox, ANNA, "Fcm").await,
        hearing(&sandbox, BORIS, "Apns").await,
        hearing(&sandbox, CLARA, "HMS").await,
    );
    let bad = json!({ "message_id": "m-1", "version": ["x"], "payload": "{not json", "link": "javascript:alert(1)" });
    let sent = send(&sandbox, json!({ "to": { "members": [1, 2, 3] }, "raw": { "data": bad } })).await;
    assert_eq!(sent.iter().map(|told| &told["devices"]).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(data(&anna, ANNA).await, std::slice::from_ref(&bad));
    assert_eq!(heard(&boris, BORIS).await, std::slice::from_ref(&bad));
    assert_eq!(inner(&heard(&clara, CLARA).await[0]["message"]["data"]), bad);
    // Its id is good for receipts, of the first who got it.
    anna.post("Pushes/m-1/state", json!({ "state": "Delivered" })).await.data();
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 0);

    for data in [json!("{broken"), json!("x".repeat(20_000)), json!(null), json!([1])] {
        send(&sandbox, json!({ "to": { "member": 3 }, "raw": { "data": data } })).await;
        let told = heard(&clara, CLARA).await.pop().unwrap();
        let expected = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
        assert_eq!(told["message"]["data"], expected);
    }
    for payload in [json!({ "aps": 7 }), json!("nothing"), json!({})] {
        send(&sandbox, json!({ "to": "all", "raw": { "payload": payload } })).await;
        assert_eq!(heard(&boris, BORIS).await.pop().unwrap(), payload);
    }
    // Of the right form, of a kind that nobody knows, and not for the inbox.
    send(&sandbox, json!({ "to": { "member": 1 }, "kind": "lottery", "title": "?", "payload": [1, 2], "version": -5 }))
        .await;
    let odd = data(&anna, ANNA).await.pop().unwrap();
    assert_eq!((&odd["kind"], &odd["payload"], &odd["version"]), (&json!("lottery"), &json!("[1,2]"), &json!("-5")));
    assert_eq!(anna.get("Notification/Count").await.data()["unReadCount"], 0);
}
