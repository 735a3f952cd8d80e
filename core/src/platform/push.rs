//! Reads a push as its service carries it. Every byte is hostile until it is parsed.
//!
//! All services carry the same keys, as strings or, in JSON, as what they are: Loymax's `message_id`,
//! `client_external_id`, `title`, `body`, and ours, which `core/platform-api.yaml` describes. A key that is not known is
//! no business of ours; one that is and holds something else than it should makes the whole push unreadable.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use super::envelope::Wire;
use super::messages::NotificationRow;
use super::{offers, time, wire};
use crate::inbox;
use crate::links::{Links, NoRoute, Route};
use crate::push::{Content, Notification, NotificationChannel, Push, PushIgnored, PushMessage, Thing, id_key, key};
use crate::types::Timestamp;

/// No service carries more than 4 KB of data; HMS writes it twice as long, with its escapes.
const LARGEST: usize = 8 * 1024;
/// A row of the inbox is no push, and may be longer.
const LARGEST_ROW: usize = 64 * 1024;
/// The payload that a push may have.
const LARGEST_PAYLOAD: usize = 4 * 1024;
/// So many characters of a title are shown, and of a body.
const LONGEST_TITLE: usize = 256;
const LONGEST_BODY: usize = 4096;
/// No id is longer.
const LONGEST_ID: usize = 128;

type Read<T> = Result<T, PushIgnored>;

/// The push, which came at `now`, in the core's words.
///
/// # Errors
/// Why it is of no use, whatever is known besides.
pub(crate) fn read(push: &Push, links: &Links, now: Timestamp) -> Read<PushMessage> {
    let (fields, polled) = match push {
        Push::Data { entries } => {
            let size: usize = entries.iter().map(|(key, value)| key.len().saturating_add(value.len())).sum();
            if size > LARGEST {
                return Err(PushIgnored::Unreadable);
            }
            let text = |(key, value): (&String, &String)| (key.clone(), Value::String(value.clone()));
            (entries.iter().map(text).collect(), false)
        }
        Push::UserInfo { json } | Push::Hms { data: json } => (object(json, LARGEST)?, false),
        Push::Polled { json } => (object(json, LARGEST_ROW)?, true),
    };
    if polled && fields.contains_key("creationDate") {
        return row(fields, links);
    }
    Fields(unwrapped(fields)?).read(links, polled, now)
}

type Object = BTreeMap<String, Value>;

fn object(json: &str, largest: usize) -> Read<Object> {
    if json.len() > largest {
        return Err(PushIgnored::Unreadable);
    }
    match serde_json::from_str(json) {
        Ok(Value::Object(object)) => Ok(object.into_iter().collect()),
        _ => Err(PushIgnored::Unreadable),
    }
}

/// The data within what a sender hands to its service: `{"message": {"data": …}}`. What a phone gets is bare.
fn unwrapped(fields: Object) -> Read<Object> {
    let data = fields.get("message").and_then(|message| message.get("data"));
    match data {
        Some(Value::Object(data)) => Ok(data.clone().into_iter().collect()),
        Some(Value::String(data)) => object(data, LARGEST),
        _ => Ok(fields),
    }
}

/// A row of the inbox that a phone without a push service asked for.
fn row(fields: Object, links: &Links) -> Read<PushMessage> {
    let row = Value::Object(fields.into_iter().collect()).to_string();
    let row: NotificationRow = typed(&row).map_err(|_| PushIgnored::Unreadable)?;
    let message = row.read().map_err(|_| PushIgnored::Unreadable)?;
    let notification = (!message.read).then(|| Notification {
        message: None,
        title: shown(&message.title, LONGEST_TITLE),
        body: shown(message.summary.as_ref().unwrap_or(&message.body), LONGEST_BODY),
        channel: NotificationChannel::Messages,
        link: Some(links.message(&message.id)),
        image_url: message.image_url.clone(),
    });
    Ok(PushMessage {
        id: None,
        key: key("row", [message.id.as_str()]),
        kind: "message",
        sent: Some(message.at),
        content: Content::Message(Some(message)),
        version: None,
        expires: None,
        notification,
        polled: true,
    })
}

/// The keys of a push.
struct Fields(Object);

impl Fields {
    fn read(&self, links: &Links, polled: bool, now: Timestamp) -> Read<PushMessage> {
        let id = self.word("message_id")?;
        if id.as_ref().is_some_and(|id| !is_id(id)) {
            return Err(PushIgnored::Unreadable);
        }
        let kind = self.word("kind")?;
        // A message that is nothing of the platform's has neither an id nor a kind.
        if id.is_none() && kind.is_none() {
            return Err(PushIgnored::Unreadable);
        }
        let (link, route) = match self.word("link")? {
            None => (None, None),
            Some(link) => match links.route(&link) {
                Ok(route) => (Some(link), Some(route)),
                Err(NoRoute::Unknown) => (None, None),
                Err(NoRoute::Foreign) => return Err(PushIgnored::ForeignLink),
            },
        };
        let (kind, channel, content) = self.content(kind.as_deref(), route.as_ref())?;
        let (title, body) = self.words()?;
        let image_url = match self.word("image")? {
            None => self.word("imageUrl")?,
            image => image,
        };
        let notification = (!title.is_empty() || !body.is_empty()).then(|| Notification {
            message: id.clone(),
            title: shown(&title, LONGEST_TITLE),
            body: shown(&body, LONGEST_BODY),
            channel,
            link,
            image_url: image_url.filter(|url| is_picture(url)),
        });
        let mut push = PushMessage {
            key: id.as_deref().map_or_else(|| self.content_key(), id_key),
            id,
            kind,
            content,
            version: self.version()?,
            sent: self.time("sent")?,
            expires: self.time("expires")?,
            notification,
            polled,
        };
        if matches!(push.content, Content::Message(None)) {
            push.content = Content::Message(message_of(&push, route, now));
        }
        Ok(push)
    }

    /// What the push is about. The thing is named by the payload, or by the link.
    fn content(&self, kind: Option<&str>, route: Option<&Route>) -> Read<(&'static str, NotificationChannel, Content)> {
        let payload = self.payload()?;
        let payload = payload.as_deref();
        let wrong = || PushIgnored::WrongPayload;
        Ok(match kind {
            Some("balance") => {
                let read = |payload| typed::<wire::DetailedBalance>(payload)?.read().map_err(|_| wrong());
                let accounts = payload.map(read).transpose()?;
                ("balance", NotificationChannel::Balance, Content::Balance(accounts))
            }
            Some("task") => {
                let task = match (payload, route) {
                    (Some(payload), _) => Some(id_of(&typed(payload)?, "id").ok_or_else(wrong)?),
                    (None, Some(Route::Task { task })) => Some(task.clone()),
                    (None, _) => None,
                };
                ("task", NotificationChannel::Tasks, Content::Task(task))
            }
            Some("offer") => {
                let id = match (payload, route) {
                    (Some(payload), _) => Some(number_of(&typed(payload)?, "id").ok_or_else(wrong)?),
                    (None, Some(Route::Offer { offer })) => Some(*offer),
                    (None, _) => None,
                };
                // What is not all of an offer is a hint that there is one.
                let whole = payload.and_then(|payload| offers::pushed(payload.as_bytes()).ok());
                let offer = whole.filter(|offer| Some(offer.id) == id).map(Box::new);
                ("offer", NotificationChannel::Offers, Content::Offer { id, offer })
            }
            Some("revoke") => {
                let thing = match payload {
                    Some(payload) => revoked(&typed(payload)?).ok_or_else(wrong)?,
                    None => route.and_then(led_to).ok_or(PushIgnored::Unreadable)?,
                };
                let channel = match thing {
                    Thing::Offer(_) | Thing::Coupon(_) => NotificationChannel::Offers,
                    Thing::Balance => NotificationChannel::Balance,
                    Thing::Task(_) => NotificationChannel::Tasks,
                    Thing::Message(_) => NotificationChannel::Messages,
                };
                ("revoke", channel, Content::Revoke(thing))
            }
            // Loymax's own pushes name no kind: they are messages.
            None | Some("message") => {
                let read = |payload| typed::<NotificationRow>(payload)?.read().map_err(|_| wrong());
                let message = payload.map(read).transpose()?;
                ("message", NotificationChannel::Messages, Content::Message(message))
            }
            Some(_) => {
                payload.map(typed::<IgnoredAny>).transpose()?;
                ("other", NotificationChannel::Messages, Content::Other)
            }
        })
    }

    /// A text or a number; none where it is empty, too.
    fn word(&self, key: &str) -> Read<Option<String>> {
        match self.0.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok((!text.is_empty()).then(|| text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(PushIgnored::Unreadable),
        }
    }

    fn version(&self) -> Read<Option<i64>> {
        let version = self.word("version")?.map(|text| text.parse::<i64>());
        version.transpose().map_err(|_| PushIgnored::Unreadable)
    }

    fn time(&self, key: &str) -> Read<Option<Timestamp>> {
        let time = self.word(key)?.map(|text| time::parse(&text).ok_or(PushIgnored::Unreadable));
        time.transpose()
    }

    /// JSON within a text, or, where the service carries JSON anyway, as it is. Its text, not yet read.
    fn payload(&self) -> Read<Option<Cow<'_, str>>> {
        let text = match self.0.get("payload") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
            Some(payload @ Value::Object(_)) => Cow::Owned(payload.to_string()),
            Some(_) => return Err(PushIgnored::Unreadable),
        };
        if text.len() > LARGEST_PAYLOAD { Err(PushIgnored::Unreadable) } else { Ok(Some(text)) }
    }

    /// Title and body: the data's own, or those that APNs shows.
    fn words(&self) -> Read<(String, String)> {
        let alert = self.0.get("aps").and_then(|aps| aps.get("alert"));
        let shown = |key: &str| match alert {
            Some(Value::String(text)) if key == "body" => text.clone(),
            Some(alert) => alert.get(key).and_then(Value::as_str).unwrap_or_default().to_owned(),
            None => String::new(),
        };
        let of = |key: &str| Ok(self.word(key)?.unwrap_or_else(|| shown(key)));
        Ok((of("title")?, of("body")?))
    }

    /// What tells a push without an id from others: all that the platform says in it, however it is carried.
    fn content_key(&self) -> crate::push::Key {
        let (title, body) = self.words().unwrap_or_default();
        let text = |key: &str| match self.0.get(key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let own = ["kind", "version", "link", "payload", "expires", "sent", "client_external_id"].map(text);
        key("content", [title.as_str(), body.as_str()].into_iter().chain(own.iter().map(String::as_str)))
    }
}

/// A message whose payload did not fit: what is known of it, until the platform tells the rest. Where the link leads to it,
/// that is the platform's id.
fn message_of(push: &PushMessage, route: Option<Route>, now: Timestamp) -> Option<inbox::Message> {
    let notification = push.notification.as_ref()?;
    Some(inbox::Message {
        id: match route {
            Some(Route::Message { message }) => message,
            _ => inbox::of_a_push(push),
        },
        title: notification.title.clone(),
        body: notification.body.clone(),
        summary: None,
        at: push.sent.unwrap_or(now),
        read: false,
        image_url: notification.image_url.clone(),
    })
}

/// What a payload says. Read from its text at once, so that numbers are exact.
fn typed<T: DeserializeOwned>(payload: &str) -> Read<T> {
    serde_json::from_str(payload).map_err(|_| PushIgnored::WrongPayload)
}

/// An id: short, visible, and no step in a path.
pub(crate) fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic()) && id != "." && id != ".."
}

/// An id as text, whether it is written as one or as a number.
pub(super) fn id_of(object: &Value, key: &str) -> Option<String> {
    let id = match object.get(key)? {
        Value::String(id) => id.clone(),
        Value::Number(id) => id.to_string(),
        _ => return None,
    };
    is_id(&id).then_some(id)
}

fn number_of(object: &Value, key: &str) -> Option<i64> {
    id_of(object, key)?.parse().ok()
}

/// What is revoked: `{"kind": "offer", "id": 7}`; without a kind it is an offer.
fn revoked(payload: &Value) -> Option<Thing> {
    match payload.get("kind").map(Value::as_str) {
        None | Some(Some("offer")) => number_of(payload, "id").map(Thing::Offer),
        Some(Some("coupon")) => number_of(payload, "id").map(Thing::Coupon),
        Some(Some("task")) => id_of(payload, "id").map(Thing::Task),
        Some(Some("message")) => id_of(payload, "id").map(Thing::Message),
        Some(_) => None,
    }
}

fn led_to(route: &Route) -> Option<Thing> {
    match route {
        Route::Offer { offer } => Some(Thing::Offer(*offer)),
        Route::Coupon { coupon } => Some(Thing::Coupon(*coupon)),
        Route::Task { task } => Some(Thing::Task(task.clone())),
        Route::Message { message } => Some(Thing::Message(message.clone())),
        _ => None,
    }
}

/// A text as it may be shown: no control characters but ends of lines, and not longer than anybody reads.
pub(super) fn shown(text: &str, longest: usize) -> String {
    let text = text.trim().chars().filter(|letter| !letter.is_control() || *letter == '\n');
    text.take(longest).collect()
}

/// A picture is loaded over `https` and from nowhere on this phone.
pub(super) fn is_picture(link: &str) -> bool {
    link.len() <= 2048
        && url::Url::parse(link).is_ok_and(|url| {
            url.scheme() == "https" && url.host_str().is_some() && url.username().is_empty() && url.password().is_none()
        })
}

#[cfg(test)]
mod tests;
