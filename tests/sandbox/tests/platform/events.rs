//! What installations tell, and what the platform makes of it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{ANNA, App, BORIS, Fresh, Reply, fresh, reply, start};

const TIME: &str = "2031-05-04T13:00:00+02:00";

fn statuses(told: Reply) -> Vec<String> {
    let results = told.ok()["results"].as_array().unwrap().clone();
    results.iter().map(|result| result["status"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_event_counts_once_however_often_it_comes() {
    let Fresh { sandbox, folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let first: Vec<Value> = (1..=2).map(|nth| app.event(nth, "app.opened", TIME, json!({}))).collect();
    assert_eq!(statuses(app.tell(&first).await), ["accepted", "accepted"]);
    assert_eq!(statuses(app.tell(&first[1..]).await), ["duplicate"]);
    let third = app.event(3, "card.shown", TIME, json!({ "codeKind": "rotating" }));
    assert_eq!(
        statuses(app.tell(&[first[1].clone(), third.clone(), third]).await),
        ["duplicate", "accepted", "duplicate"]
    );

    let told = sandbox.events("d").await.unwrap();
    let counts: Vec<(u64, u32, &str)> =
        told.iter().map(|event| (event.sequence.unwrap(), event.received, event.status.as_str())).collect();
    assert_eq!(counts, [(1, 1, "accepted"), (2, 3, "accepted"), (3, 2, "accepted")]);
    assert_eq!(told[2].data, json!({ "codeKind": "rotating" }));
    assert_eq!(told[2].time, TIME);
    drop(sandbox);
    let sandbox = start(&folder).await;
    assert_eq!(sandbox.events("d").await.unwrap(), told, "a restart loses nothing");
}

#[tokio::test]
async fn gaps_are_seen_and_a_new_data_folder_is_none() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    for sequence in [1, 2, 5, 1, 2] {
        app.does(sequence, "app.opened", TIME, json!({})).await;
    }
    assert_eq!(sandbox.event_gaps("d").await.unwrap(), [3..=4]);
    let listed = app.get("/sandbox/events?deviceId=d").await.ok();
    assert_eq!(listed["gaps"], json!([{ "from": 3, "to": 4 }]));
    assert_eq!(listed["events"].as_array().unwrap().len(), 5);
    assert!(sandbox.events("other").await.unwrap().is_empty());
}

#[tokio::test]
async fn a_bad_event_is_rejected_and_the_rest_goes_on() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let with = |name: &str, value: Value| {
        let mut event = app.event(1, "app.opened", TIME, json!({}));
        event[name] = value;
        event
    };
    let long = "x".repeat(9_000);
    let bad = [
        json!(null),
        json!("app.opened"),
        json!([]),
        json!({}),
        with("specversion", json!("0.3")),
        with("id", json!("1")),
        with("id", json!(7)),
        with("id", json!("019aad1c5b1e7cc398c4dc0c0c07398f")),
        with("source", json!("/installations/other")),
        with("source", json!(null)),
        with("type", json!("")),
        with("type", json!("a b")),
        with("type", json!("x".repeat(65))),
        with("type", json!("purchase")),
        with("type", json!("friend.joined")),
        with("time", json!("2031-05-04T13:00:00")),
        with("time", json!("yesterday")),
        with("time", json!(1)),
        with("time", json!("1970-01-01T00:00:00Z")),
        with("sequence", json!(0)),
        with("sequence", json!("1")),
        with("sequence", json!(1.5)),
        with("sequence", json!(null)),
        with("datacontenttype", json!("text/plain")),
        with("data", json!("text")),
        with("data", json!({ "text": long })),
    ];
    for bad in bad {
        let told = app.tell(&[bad.clone(), app.event(2, "app.opened", TIME, json!({}))]).await.ok();
        assert_eq!(told["results"][0]["status"], "rejected", "{bad:.200}");
        assert!(told["results"][0]["reason"].is_string(), "{told}");
        assert_eq!(told["results"][0]["id"], bad["id"].as_str().unwrap_or_default());
        assert_eq!(told["results"][1]["status"], "accepted");
    }
    // What is rejected stays so; put right, it is taken.
    let wrong = with("sequence", json!(0));
    assert_eq!(statuses(app.tell(&[wrong.clone(), wrong.clone()]).await), ["rejected", "rejected"]);
    let told = sandbox.events("d").await.unwrap();
    let kept = told.iter().find(|event| event.id == wrong["id"].as_str().unwrap()).unwrap();
    assert_eq!((kept.status.as_str(), kept.received), ("rejected", 2));
    let mut right = wrong.clone();
    right["sequence"] = json!(3);
    assert_eq!(statuses(app.tell(&[right, wrong]).await), ["accepted", "rejected"]);
}

#[tokio::test]
async fn a_bad_batch_is_refused_whole() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let send = async |kind: &str, body: String| {
        let request = app.request(Method::POST, "/app/v1/events").header("Content-Type", kind).body(body);
        let refused = reply(request).await.unwrap();
        assert_eq!(refused.header("content-type"), "application/problem+json", "{}", refused.body);
        refused.status
    };
    let batch = "application/cloudevents-batch+json";
    for body in ["", "{", "{}", "null", "[1", "\"[]\""] {
        assert_eq!(send(batch, body.to_owned()).await, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(send("application/json", "[]".to_owned()).await, StatusCode::BAD_REQUEST);
    let event = app.event(1, "app.opened", TIME, json!({}));
    let many = vec![event.clone(); 101];
    assert_eq!(app.tell(&many).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(send(batch, format!("[{}", " ".repeat(2 << 20))).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(sandbox.events("d").await.unwrap().is_empty());
    assert_eq!(statuses(app.tell(&[]).await), Vec::<String>::new());
    let hundred: Vec<Value> = (1..=100).map(|nth| app.event(nth, "app.opened", TIME, json!({}))).collect();
    assert!(statuses(app.tell(&hundred).await).iter().all(|status| status == "accepted"));

    let nobody = App::new(&sandbox, "d");
    assert_eq!(nobody.tell(&[event]).await.status, StatusCode::UNAUTHORIZED);
    let mut settings = sandbox.settings();
    settings.features.retain(|feature| feature != "events");
    sandbox.set(settings).await.unwrap();
    assert_eq!(app.tell(&[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_installation_counts_once_for_device_and_member() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let app = App::anonymous(&sandbox, "d").await;
    let installed = app.event(1, "app.installed", TIME, json!({ "version": "1.0" }));
    assert_eq!(statuses(app.tell(std::slice::from_ref(&installed)).await), ["accepted"]);
    // Reinstalled: the secret store survived, so the id did; or the id is new, and the device the same.
    let mut app = App::anonymous(&sandbox, "d").await;
    assert_eq!(statuses(app.tell(&[installed]).await), ["duplicate"]);
    let again = app.event(1, "app.installed", TIME, json!({ "version": "1.1" }));
    let told = app.tell(&[again]).await.ok();
    assert_eq!(told["results"][0]["status"], "duplicate");
    assert!(told["results"][0]["reason"].is_string());
    app.sign_in(&sandbox, ANNA).await;
    let again = app.event(2, "app.installed", TIME, json!({}));
    assert_eq!(statuses(app.tell(&[again]).await), ["duplicate"]);
    // A second phone of the same member.
    let mut second = App::anonymous(&sandbox, "e").await;
    second.sign_in(&sandbox, ANNA).await;
    let other = second.event(1, "app.installed", TIME, json!({}));
    assert_eq!(statuses(second.tell(&[other]).await), ["duplicate"]);
    // Another member's phone is another matter.
    let third = App::signed_in(&sandbox, BORIS).await;
    third.does(1, "app.installed", TIME, json!({})).await;
    let kept = sandbox.events("d").await.unwrap();
    assert_eq!(kept.iter().filter(|event| event.status == "accepted").count(), 1);
}

#[tokio::test]
async fn the_same_installation_gets_the_same_anonymous_member_until_somebody_signs_in() {
    let Fresh { sandbox, folder: _folder } = fresh().await;
    let mut app = App::anonymous(&sandbox, "d").await;
    let first = app.get("User").await.data()["id"].clone();
    let again = App::anonymous(&sandbox, "d").await;
    assert_eq!(again.get("User").await.data()["id"], first);
    app.sign_in(&sandbox, ANNA).await;
    // A batch that was under way with the anonymous token is the member's too.
    again.does(1, "app.installed", TIME, json!({})).await;
    let second = App::signed_in(&sandbox, ANNA).await;
    let installed = second.event(1, "app.installed", TIME, json!({}));
    assert_eq!(statuses(second.tell(&[installed]).await), ["duplicate"]);
    // So is a push token that was; the device stays the member's.
    again.post("Pushes", json!({ "token": "t", "platformType": "Android" })).await.data();
    app.buy(ANNA, json!(10), json!(0)).await.ok();
    assert_eq!(app.get("/push/poll?token=t").await.ok()["messages"].as_array().unwrap().len(), 1);
    let next = App::anonymous(&sandbox, "d").await;
    assert_ne!(next.get("User").await.data()["id"], first);
}
