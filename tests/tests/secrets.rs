//! No token, no code and nothing that identifies a member is in a log; no token and no key in the database or its log.

use std::time::Duration;

use pocketcard_tests::{BORIS, Phone, Platform, run};
use serde_json::{Value, json};

/// Every string that the platform sends or gets which is secret, by the name of its field.
fn planted(platform: &Platform) -> Vec<String> {
    let mut found = Vec::new();
    for exchange in platform.exchanges() {
        for body in [&exchange.request_body, &exchange.response_body] {
            if let Ok(json) = serde_json::from_slice::<Value>(body) {
                collect(&json, &mut found);
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

fn collect(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Object(object) => {
            for (name, value) in object {
                match (name.as_str(), value) {
                    ("access_token" | "refresh_token" | "authToken" | "key", Value::String(secret)) => {
                        found.push(secret.clone());
                    }
                    (_, value) => collect(value, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// All strings in a JSON value that are long enough to be a secret.
fn strings(json: &Value) -> Vec<String> {
    match json {
        Value::String(text) if text.len() >= 6 => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(strings).collect(),
        Value::Object(object) => object.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn no_secret_is_in_log_database_or_wal() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let password = "correct horse";
    let mut errors = Vec::new();
    let mut note = |outcome: Result<(), pocketcard::LoyaltyError>| {
        if let Err(error) = outcome {
            errors.push(format!("{error} {error:?}"));
        }
    };
    note(run(phone.app().sign_in(BORIS.to_owned(), Some("planted-password".to_owned()))));
    note(run(phone.app().reset_password(BORIS.to_owned())));
    note(run(phone.app().set_new_password("999999".to_owned(), "planted-password".to_owned())));
    run(phone.app().sign_in(BORIS.to_owned(), None)).unwrap();
    let one_time_code = platform.code(BORIS);
    let two_factor: Vec<_> = phone.secrets.all().values().flat_map(|value| strings(&json_of(value))).collect();
    note(run(phone.app().confirm_code("999999".to_owned())));
    run(phone.app().confirm_code(one_time_code.clone())).unwrap();
    run(phone.app().sign_out()).unwrap();
    run(phone.app().sign_in(BORIS.to_owned(), Some(password.to_owned()))).unwrap();
    phone.wait("everything", |app| (!app.balance().accounts.is_empty()).then_some(()));
    run(phone.app().set_push_token("planted-push-token".to_owned(), pocketcard::loyalty::PushService::Fcm)).unwrap();
    run(phone.app().refresh()).unwrap();
    // Tokens renewed, calls failing in every way, values of the wrong type: whatever could end up in a message.
    platform.storm(2);
    note(run(phone.app().refresh()).map(drop));
    for kind in [
        json!({ "garbage": { "pointer": "/data/0/number", "value": { "planted-value": 1 } } }),
        json!({ "garbage": { "pointer": "/data/0/id", "value": "planted-value" } }),
        json!("html"),
        json!("cutBody"),
        json!({ "status": { "code": 500 } }),
    ] {
        platform.fault(json!({ "path": "/publicapi/v1.2/Cards", "kind": kind }));
        note(run(phone.app().refresh()).map(drop));
        platform.heal();
    }
    platform.advance(Duration::from_hours(1));
    note(run(phone.app().refresh()).map(drop));
    note(run(phone.app().link_card("planted-card-number".to_owned(), Some("planted-pin".to_owned()))));
    let code = phone.code().text;

    let log = phone.log.text();
    assert!(log.lines().count() > 10, "there is a log to search: {log}");
    let everywhere = [log.clone(), errors.join("\n"), String::from_utf8_lossy(&phone.files()).into_owned()];
    let mut secrets = planted(&platform);
    let kept = phone.secrets.all();
    let token = kept.iter().filter(|(name, _)| name.contains("tokens")).flat_map(|(_, value)| strings(&json_of(value)));
    let installation = kept.get("pocketcard.installation").map(|value| strings(&json_of(value))).unwrap_or_default();
    secrets.extend(two_factor.into_iter().filter(|text| !installation.contains(text)));
    secrets.extend(token.filter(|text| !text.contains('T') || text.len() > 40));
    let mine = [
        "planted-password",
        "planted-push-token",
        "planted-value",
        "planted-pin",
        "planted-card-number",
        password,
        &one_time_code,
    ];
    secrets.extend(mine.map(str::to_owned));
    assert!(secrets.len() > 8, "secrets to look for");
    for text in &everywhere {
        for secret in secrets.iter().chain(std::iter::once(&code)) {
            assert!(!text.contains(secret.as_str()), "`{secret}` is in {text}");
        }
    }
    for personal in ["Boris", "Kaya", "boris@example.com", BORIS, &BORIS[1..]] {
        assert!(!log.contains(personal) && !errors.join("\n").contains(personal), "`{personal}` is in the log\n{log}");
    }
}
