//! Every operation of the contract, over real HTTP, checked in both directions.

use std::collections::BTreeSet;

use pocketcard_sandbox::contract::Contract;
use reqwest::header::IF_NONE_MATCH;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::{ANNA, App, CLARA, Fresh, fresh, reply};

#[tokio::test]
async fn all_traffic_is_as_the_contract_says() {
    let Fresh { sandbox, folder: _folder } = fresh().await;

    // A fresh installation, nobody known yet.
    let mut app = App::new(&sandbox, "installation-1");
    app.get("/app/v1/capabilities").await.ok();
    app.keep(&app.post("Registration/RegisterAnonym", json!({})).await.data());
    app.post("Pushes", json!({ "token": "fcm-1", "platformType": "Android", "pushServiceType": "Fcm" })).await.data();
    assert_eq!(app.get("User").await.data()["state"], "Anonymous");
    assert_eq!(app.get("Cards").await.data(), Value::Null);
    assert_eq!(app.get("User/Status").await.data(), Value::Null);
    app.does(1, "app.installed", "2031-05-04T13:00:00+02:00", json!({ "version": "1.0" })).await;

    // A new member.
    let begun =
        app.post("Registration/BeginRegistration", json!({ "login": "+49 171 3920009", "password": null })).await;
    app.keep(&begun.data()["authResult"]);
    let actions = app.get("User/RegistrationActions").await.data();
    assert_eq!(actions["actions"][0]["userActionType"], "AcceptTenderOffer");
    app.post("User/AcceptTenderOffer", json!({})).await.data();
    let open = app.post("Registration/TryFinishRegistration", json!({})).await.data();
    assert_eq!(open["registrationCompleted"], false);
    assert_eq!(open["uncompletedActions"][0]["userActionType"], "ChangePhone");
    app.post("User/PhoneNumber", json!({ "phoneNumber": "+491713920009" })).await.data();
    app.post("User/PhoneNumber/SendConfirmCode", json!({})).await.data();
    let wrong = app.post("User/PhoneNumber/Confirm", json!({ "confirmCode": "wrong" })).await;
    assert_eq!((wrong.status, &wrong.body["result"]["state"]), (StatusCode::OK, &json!("Error")));
    let code = sandbox.sms("+491713920009").await.unwrap()[0].code.clone();
    app.keep(
        &app.post("User/PhoneNumber/Confirm", json!({ "confirmCode": code, "password": "new member" })).await.data(),
    );
    let questions = app.get("Anketa/Questions").await.data();
    let choice = &questions[3]["items"][0]["id"];
    let answers = json!([
        { "questionId": 1, "questionGroupId": 1, "value": "Erik", "fixedAnswerIds": [] },
        { "questionId": 3, "questionGroupId": 1, "value": "1985-02-28", "fixedAnswerIds": [], "tag": null },
        { "questionId": 4, "questionGroupId": null, "value": null, "fixedAnswerIds": [choice] },
    ]);
    app.post("User/Answers", answers).await.data();
    let wrong = app.post("User/Answers", json!([{ "questionId": 3, "value": "soon", "fixedAnswerIds": [] }])).await;
    assert_eq!(wrong.body["data"]["errors"][0]["idQuestion"], "3");
    let finished = app.post("Registration/TryFinishRegistration", json!({})).await.data();
    assert_eq!(finished["registrationCompleted"], true);
    app.keep(&finished);
    assert_eq!(app.get("User").await.data()["firstName"], "Erik");
    let refused = app.post("Registration/BeginRegistration", json!({ "login": "+491713920009" })).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.body["data"]["state"], "RegistrationAlreadyCompleted");

    // Balance, history, tier; and nothing twice where it is known.
    assert_eq!(app.points().await, 200, "the welcome points, and those for installing the app");
    for path in ["User", "User/Status", "User/DetailedBalance", "Cards", "History", "/app/v1/capabilities"] {
        let tag = app.get(path).await.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        let again = reply(app.request(Method::GET, path).header(IF_NONE_MATCH, tag)).await.unwrap();
        assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path}");
    }

    // Cards and their codes.
    let card = app.get("Cards").await.data()[0]["id"].clone();
    app.get(&format!("Cards/{card}/QrCode")).await.data();
    app.get(&format!("/app/v1/cards/{card}/code-key")).await.ok();
    assert_eq!(app.get("/app/v1/cards/999999/code-key").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("Cards/999999/QrCode").await.body["result"]["state"], "Error");
    assert_eq!(app.get("Cards/EmitVirtual").await.data()["isVirtualCardEmissionAllowed"], true);
    let second = app.put("Cards/EmitVirtual", json!({})).await.data();
    let blocked = app.post(&format!("Cards/{}/ChangeBlockState", second["id"]), json!({})).await.data();
    assert_eq!(blocked["block"], true);
    app.post(&format!("Cards/{}/ChangeBlockState", second["id"]), json!({})).await.data();
    let third = app.post(&format!("Cards/{}/Replace", second["id"]), json!({})).await.data();
    assert_ne!(third["number"], second["number"]);
    let plastic = app.post("/sandbox/cards", json!({ "pin": "1234" })).await.ok();
    let refused = app.post("Cards/Set", json!({ "cardNumber": plastic["number"], "password": "0000" })).await;
    assert_eq!(refused.body["result"]["state"], "Error");
    app.post("Cards/Set", json!({ "cardNumber": plastic["number"], "password": "1234" })).await.data();

    // Tasks and games.
    let at = "2031-05-04T14:00:00+02:00";
    let tasks = app.get("/app/v1/tasks").await;
    let known = app.request(Method::GET, "/app/v1/tasks").header(IF_NONE_MATCH, tasks.header("etag"));
    assert_eq!(reply(known).await.unwrap().status, StatusCode::NOT_MODIFIED);
    assert_eq!(tasks.ok()["tasks"][0]["status"], "completed", "installed before signing in");
    for way in ["opt-in", "opt-out", "opt-in"] {
        let done =
            app.keyed(&format!("/app/v1/tasks/healthy-marathon/{way}"), Uuid::new_v4(), json!({ "at": at })).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.body);
    }
    for (value, status) in [("11", StatusCode::NO_CONTENT), ("10", StatusCode::UNPROCESSABLE_ENTITY)] {
        let answers = json!({ "answers": [{ "questionId": 1, "value": value }], "at": at });
        let answered = app.keyed("/app/v1/tasks/questionnaire/answers", Uuid::new_v4(), answers).await;
        assert_eq!(answered.status, status, "{}", answered.body);
    }
    assert_eq!(app.get("/app/v1/games").await.ok()[0]["plays"], 1);
    app.keyed("/app/v1/games/wheel/play", Uuid::from_u128(1), Value::Null).await.ok();
    let none = app.keyed("/app/v1/games/wheel/play", Uuid::from_u128(2), Value::Null).await;
    assert_eq!(none.status, StatusCode::CONFLICT);

    // Stores, and what they have.
    assert_eq!(app.get("Merchants?from=3&count=200").await.data().as_array().unwrap().len(), 147);
    assert_eq!(app.get("Merchants?merchantsIds=1,3,999999").await.data().as_array().unwrap().len(), 2);
    assert_eq!(app.get("Merchants?from=150").await.data(), Value::Null);
    assert_eq!(app.get("Merchants/2").await.data()["title"], "Pocket Hypermarket, Schönefeld");
    assert_eq!(app.get("Merchants/999999").await.body["result"]["state"], "Error");
    let stores = app.get("/app/v1/stores").await;
    let known = app.request(Method::GET, "/app/v1/stores").header(IF_NONE_MATCH, stores.header("etag"));
    assert_eq!(reply(known).await.unwrap().status, StatusCode::NOT_MODIFIED);
    let cursor = stores.ok()["cursor"].as_str().unwrap().to_owned();
    app.delete("/sandbox/stores/4").await.ok();
    app.put("/sandbox/stores/5", json!({ "exceptions": null, "attributes": { "Anything": [1.5, null] } })).await.ok();
    let delta = app.get(&format!("/app/v1/stores?since={cursor}")).await.ok();
    assert_eq!((&delta["removed"], &delta["stores"][0]["id"]), (&json!([4]), &json!(5)));
    let goods = app.get("/app/v1/goods?query=chocolate").await.ok()[0]["goodsId"].as_str().unwrap().to_owned();
    let stock = app.get(&format!("/app/v1/stock?goodsId={goods}&storeIds=1,2,4")).await.ok();
    assert_eq!(stock.as_array().unwrap().len(), 2);
    assert_eq!(app.get("/app/v1/stock?goodsId=none&storeIds=1").await.status, StatusCode::NOT_FOUND);

    // E-mail.
    app.post("User/Email", json!({ "email": "erik@example.com" })).await.data();
    assert_eq!(app.get("User/Email").await.data()["newEmail"]["email"], "erik@example.com");
    let code = sandbox.emails("erik@example.com").await.unwrap()[0].code.clone();
    app.post("User/Email/Confirm", json!({ "confirmCode": code, "password": null })).await.data();
    assert_eq!(app.get("User/Email").await.data()["currentEmail"], "erik@example.com");

    // A purchase, its push, and what becomes of that.
    let number = app.get("Cards").await.data()[0]["number"].as_str().unwrap().to_owned();
    app.buy(&number, json!(20), json!(5)).await.ok();
    let pushed = app.get("/push/poll?token=fcm-1").await.ok();
    let message = pushed["messages"][0]["payload"]["message"]["data"]["message_id"].as_str().unwrap().to_owned();
    app.get(&format!("Pushes/{message}")).await.data();
    app.post(&format!("Pushes/{message}/state"), json!({ "state": "Delivered" })).await.data();
    app.post(&format!("Pushes/{message}/state"), json!({ "state": "Read" })).await.data();
    let history = "History?filter.fromDate=2031-01-01T00:00:00&filter.toDate=2031-12-31T00:00:00\
                   &filter.historyItemType=All&filter.from=0&filter.count=10";
    assert!(app.get(history).await.data()["allCount"].as_u64() >= Some(3), "welcome, installation, purchase");

    // Signing in again, elsewhere; a lost password; leaving.
    let mut other = App::new(&sandbox, "installation-2");
    let first = other.token(&[("grant_type", "password"), ("username", "erik@example.com")], None).await;
    let ticket = first.header("x-loymax-2fa").to_owned();
    let resend = other.request(Method::POST, "/authorizationService/v1.2/auth/SendConfirmationCode");
    reply(resend.header("X-Loymax-2FA", &ticket)).await.unwrap().data();
    let wrong = other.token(&[("grant_type", "password"), ("password", "000000x")], Some(&ticket)).await;
    assert_eq!(wrong.body["error"], "IncorrectLoginOrPassword");
    let code = sandbox.sms("+491713920009").await.unwrap()[0].code.clone();
    other.keep(&other.token(&[("grant_type", "password"), ("password", &code)], Some(&ticket)).await.ok());
    other.keep(&other.refreshed().await.ok());
    other.post("ResetPassword/Start", json!({ "notifierIdentity": "+491713920009" })).await.data();
    let code = sandbox.sms("+491713920009").await.unwrap()[0].code.clone();
    let reset = json!({ "notifierIdentity": "+491713920009", "confirmCode": code, "newPassword": "once again" });
    other.keep(&other.post("ResetPassword/Confirm", reset).await.data());
    assert_eq!(app.get("User").await.status, StatusCode::UNAUTHORIZED);
    other.post("User/Deregistration/SendConfirmCode", json!({})).await.data();
    let code = sandbox.sms("+491713920009").await.unwrap()[0].code.clone();
    other.post("User/Deregistration/Confirm", json!({ "confirmCode": code, "reason": "too many points" })).await.data();
    assert_eq!(other.get("User").await.status, StatusCode::UNAUTHORIZED);

    // Members with a past, and one without.
    for phone in [ANNA, CLARA] {
        let app = App::signed_in(&sandbox, phone).await;
        for path in ["User", "User/Status", "User/DetailedBalance", "Cards", "History"] {
            app.get(path).await.data();
        }
    }

    let contract = Contract::load().unwrap();
    let exchanges = sandbox.exchanges();
    let mut seen = BTreeSet::new();
    let mut problems = Vec::new();
    for exchange in &exchanges {
        match contract.check(exchange) {
            Ok(operation) => drop(seen.insert(operation)),
            Err(wrong) => problems.extend(wrong),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert_eq!(contract.operations(), seen, "left: of the contract; right: called");
}
