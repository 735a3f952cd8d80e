//! Reads a push as its service carries it. Every byte is hostile until it is parsed.

use std::collections::HashMap;

use super::time;
use crate::push::{Push, PushKind, PushMessage};

/// No service carries more than 4 KB of data.
const LARGEST: usize = 8 * 1024;

/// The push in the core's words; none when it is not in a form that the platform sends.
pub(crate) fn read(push: &Push) -> Option<PushMessage> {
    let entries = match push {
        Push::Data { entries } => {
            let size: usize = entries.iter().map(|(key, value)| key.len() + value.len()).sum();
            (size <= LARGEST).then(|| entries.clone())?
        }
        Push::UserInfo { json } => flatten(json)?,
    };
    let text = |key: &str| entries.get(key).filter(|text| !text.is_empty()).cloned();
    let kind = match entries.get("kind").map(String::as_str) {
        Some("balance") => PushKind::Balance,
        Some("task") => PushKind::Task,
        _ => PushKind::Other,
    };
    let expires = match entries.get("expires") {
        Some(at) => Some(time::parse(at)?),
        None => None,
    };
    // A message that is nothing of the platform's has neither an id nor a kind.
    if !entries.contains_key("message_id") && !entries.contains_key("kind") {
        return None;
    }
    Some(PushMessage { kind, title: text("title"), body: text("body"), expires })
}

/// APNs' `userInfo` with the texts of its alert beside the platform's own keys.
fn flatten(json: &str) -> Option<HashMap<String, String>> {
    if json.len() > LARGEST {
        return None;
    }
    let serde_json::Value::Object(object) = serde_json::from_str(json).ok()? else { return None };
    let alert = object.get("aps").and_then(|aps| aps.get("alert")).cloned().unwrap_or_default();
    let mut entries: HashMap<String, String> = HashMap::new();
    for key in ["title", "body"] {
        if let Some(text) = alert.get(key).and_then(serde_json::Value::as_str) {
            entries.insert(key.to_owned(), text.to_owned());
        }
    }
    for (key, value) in object {
        if let serde_json::Value::String(text) = value {
            entries.insert(key, text);
        }
    }
    Some(entries)
}
