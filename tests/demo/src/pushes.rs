//! What stands in for the phone's push service: a long poll on the sandbox, in place of Google's connection.
//!
//! The service belongs to the phone and not to the app: it hands a message to the app that runs. It learns what the
//! sandbox sent to the token that the phone gave the core, in FCM's own form.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use pocketcard::push::{Notification, Push, PushOutcome};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::phone::Phone;

/// How long one poll waits for a message.
const WAIT: Duration = Duration::from_secs(30);
/// How long after a failure the next poll begins.
const PAUSE: Duration = Duration::from_millis(200);

/// The phone's way to the push service.
pub struct Connection {
    /// What polls.
    pub client: reqwest::Client,
    /// Where the sandbox is.
    pub url: String,
    /// Whether the phone has a connection.
    pub online: watch::Receiver<bool>,
}

/// Delivers pushes to the phone for as long as it is polled. Notifications to show go to `shown`.
pub async fn deliver(phone: Arc<Phone>, connection: Connection, shown: mpsc::UnboundedSender<Notification>) {
    let Connection { client, url, mut online } = connection;
    let mut after = 0;
    loop {
        // Fails only with the demo, which then ends this as well.
        let _ = online.wait_for(|online| *online).await;
        let answer = tokio::select! {
            answer = poll(&client, &url, &phone.push_token, after) => answer,
            _ = online.wait_for(|online| !*online) => continue,
        };
        let Ok(answer) = answer else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        after = answer["next"].as_i64().unwrap_or(after);
        for message in answer["messages"].as_array().into_iter().flatten() {
            let (Some(push), Some(app)) = (fcm(&message["payload"]), phone.app()) else { continue };
            if let Ok(PushOutcome::Taken { notification: Some(notification) }) = app.receive_push(push).await {
                let _ = shown.send(notification);
            }
        }
    }
}

async fn poll(client: &reqwest::Client, url: &str, token: &str, after: i64) -> reqwest::Result<Value> {
    let url = format!("{url}/push/poll?token={token}&after={after}&wait={}", WAIT.as_secs());
    client.get(url).timeout(WAIT * 2).send().await?.error_for_status()?.json().await
}

/// The data of a message as FCM's library hands it to an app.
fn fcm(payload: &Value) -> Option<Push> {
    let data = payload["message"]["data"].as_object()?;
    let entries: HashMap<String, String> =
        data.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
    Some(Push::Data { entries })
}
