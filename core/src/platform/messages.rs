//! Receipts, the inbox and consents on the wire. Source: Loymax Public API v1.2.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::envelope::{List, Nothing, Wire};
use super::push::{id_of, is_picture, shown};
use super::time::Time;
use super::{Call, Fetched, Platform};
use crate::consents::{Consent, ConsentChannel, ConsentWay};
use crate::error::{Error, Rejection, RejectionKind, Result};
use crate::inbox::Message;
use crate::push::{Receipt, ReceiptKind};

type Read<T> = std::result::Result<T, String>;

/// So many characters of a message's title are kept, and of its body.
const LONGEST_TITLE: usize = 512;
const LONGEST_BODY: usize = 16 * 1024;

super::wire::wire! {
    struct NotificationRow {
        id: Value,
        title: Option<String>,
        body: Option<String>,
        summary: Option<String>,
        creation_date: Time,
        // The platform's spelling.
        #[serde(default)]
        is_readed: Option<bool>,
        image_url: Option<String>,
    }
    struct Unread {
        un_read_count: u64,
    }
}

impl Wire for NotificationRow {
    type Domain = Message;
    fn read(self) -> Read<Message> {
        let id = id_of(&json!({ "id": self.id }), "id").ok_or("id: no id")?;
        Ok(Message {
            id,
            title: shown(&self.title.unwrap_or_default(), LONGEST_TITLE),
            body: shown(&self.body.unwrap_or_default(), LONGEST_BODY),
            summary: self.summary.map(|text| shown(&text, LONGEST_TITLE)).filter(|text| !text.is_empty()),
            at: self.creation_date.0,
            read: self.is_readed.unwrap_or_default(),
            image_url: self.image_url.filter(|url| is_picture(url)),
        })
    }
}

/// A page of the inbox, and how many rows it had. One that cannot be read is left out.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Page(List<Value>);

impl Wire for Page {
    type Domain = (Vec<Message>, usize);
    fn read(self) -> Read<Self::Domain> {
        let rows = self.0.0.len();
        let message = |row: Value| match serde_json::from_str::<NotificationRow>(&row.to_string()) {
            Ok(row) => row.read().ok(),
            Err(_) => None,
        };
        let messages: Vec<_> = self.0.0.into_iter().filter_map(message).collect();
        if messages.len() < rows {
            tracing::warn!(count = rows - messages.len(), "messages cannot be read");
        }
        Ok((messages, rows))
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

impl Wire for Unread {
    type Domain = u64;
    fn read(self) -> Read<u64> {
        Ok(self.un_read_count)
    }
}

/// The consents, each a row that is given back as it came but for what the member changes.
#[derive(Deserialize, Default)]
#[serde(transparent)]
pub(super) struct Subscriptions(List<Map<String, Value>>);

/// What ends the name of each way's object.
const WAY: &str = "Notification";

impl Wire for Subscriptions {
    type Domain = Vec<Consent>;
    fn read(self) -> Read<Vec<Consent>> {
        self.0
            .0
            .iter()
            .enumerate()
            .map(|(at, row)| consent(row).map_err(|problem| format!("[{at}].{problem}")))
            .collect()
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

/// The rows themselves.
#[derive(Deserialize, Default)]
#[serde(transparent)]
struct Rows(List<Map<String, Value>>);

impl Wire for Rows {
    type Domain = Vec<Map<String, Value>>;
    fn read(self) -> Read<Self::Domain> {
        Ok(self.0.0)
    }
    fn absent() -> Option<Self> {
        Some(Self::default())
    }
}

fn consent(row: &Map<String, Value>) -> Read<Consent> {
    let kind = row.get("typeId").and_then(Value::as_i64).ok_or("typeId: no number")?;
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(|text| shown(text, LONGEST_TITLE));
    let channels = row.iter().filter_map(|(name, value)| {
        let way = way(name.strip_suffix(WAY)?);
        let flag = |key: &str| value.get(key)?.as_bool();
        Some(ConsentChannel { way, granted: flag("selected")?, read_only: flag("readOnly").unwrap_or(true) })
    });
    let mut channels: Vec<_> = channels.collect();
    channels.sort_by(|a, b| a.way.cmp(&b.way));
    Ok(Consent { kind, title: text("typeName").unwrap_or_default(), external_id: text("externalId"), channels })
}

fn way(name: &str) -> ConsentWay {
    match name {
        "sms" => ConsentWay::Sms,
        "email" => ConsentWay::Email,
        "push" => ConsentWay::Push,
        name => ConsentWay::Other { name: name.to_owned() },
    }
}

fn name_of(way: &ConsentWay) -> String {
    let name = match way {
        ConsentWay::Sms => "sms",
        ConsentWay::Email => "email",
        ConsentWay::Push => "push",
        ConsentWay::Other { name } => name,
    };
    format!("{name}{WAY}")
}

/// Pushes, the inbox, consents.
impl Platform {
    /// Says what became of a message.
    ///
    /// # Errors
    /// [`Error::NotSupported`] or [`Error::Rejected`] where the platform does not know the message (any more).
    pub(crate) async fn receipt(&self, token: &str, receipt: &Receipt) -> Result<()> {
        let state = |state: &str| {
            let call = Call::new("POST Pushes/{id}/state").token(token).id(&receipt.message);
            call.json(&json!({ "state": state }))
        };
        let call = match receipt.kind {
            ReceiptKind::Delivered => state("Delivered"),
            ReceiptKind::Read => state("Read"),
            ReceiptKind::MessageRead => {
                Call::new("POST Notification/{id}/Read").token(token).id(&receipt.message).json(&json!({}))
            }
            ReceiptKind::AllRead => Call::new("POST Notification/Read").token(token).json(&json!({})),
        };
        self.ask::<Nothing>(call).await
    }

    /// `count` messages of the inbox, from the `from`th on, counted from the newest, which is 0; and how many rows there
    /// were for them.
    pub(crate) async fn notifications(
        &self,
        token: &str,
        from: u64,
        count: u32,
        etag: Option<&str>,
    ) -> Result<Fetched<(Vec<Message>, usize)>> {
        let call = Call::new("GET Notification").token(token).etag(etag).query("from", from).query("count", count);
        self.fetch::<Page>(call).await
    }

    /// How many messages are unread, of all.
    pub(crate) async fn unread_notifications(&self, token: &str) -> Result<u64> {
        self.ask::<Unread>(Call::new("GET Notification/Count").token(token)).await
    }

    /// What the member lets the programme write about.
    pub(crate) async fn consents(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Consent>>> {
        self.fetch::<Subscriptions>(Call::new("GET User/Subscriptions").token(token).etag(etag)).await
    }

    /// Changes one consent of those that the platform has by now, and gives them all.
    ///
    /// # Errors
    /// [`Error::Rejected`] where it is read-only, or not there.
    pub(crate) async fn set_consent(
        &self,
        token: &str,
        kind: i64,
        way: &ConsentWay,
        granted: bool,
    ) -> Result<Vec<Consent>> {
        let mut rows = self.ask::<Rows>(Call::new("GET User/Subscriptions").token(token)).await?;
        let row = rows.iter_mut().find(|row| row.get("typeId").and_then(Value::as_i64) == Some(kind));
        let channel = row.and_then(|row| row.get_mut(&name_of(way))).and_then(Value::as_object_mut);
        let changeable = |channel: &&mut Map<String, Value>| channel.get("readOnly") == Some(&Value::Bool(false));
        let Some(channel) = channel.filter(changeable) else {
            return Err(Error::Rejected(Rejection { kind: RejectionKind::Invalid, ..Rejection::default() }));
        };
        channel.insert("selected".to_owned(), Value::Bool(granted));
        let body = Value::Array(rows.iter().cloned().map(Value::Object).collect());
        let call = Call::new("PUT User/Subscriptions").token(token).json(&body);
        self.ask::<Nothing>(call).await?;
        Subscriptions(List(rows))
            .read()
            .map_err(|problem| Error::Unreadable { call: "GET User/Subscriptions", problem })
    }
}
