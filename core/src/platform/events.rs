//! Events on the wire: CloudEvents 1.0 in the JSON batch format, and the platform's reply to each.
//!
//! Source: the CloudEvents specification 1.0.2, its JSON event format and its `sequence` extension; our App API.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::envelope::Wire;
use super::{Call, Platform};
use crate::error::{Error, Result};
use crate::events::Object;
use crate::events::outbox::{Queued, Reply};

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: Uuid,
    source: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    time: &'a str,
    sequence: i64,
    datacontenttype: &'static str,
    data: Object<'a>,
}

#[derive(Deserialize)]
struct Replies {
    results: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    status: String,
    reason: Option<String>,
}

impl Wire for Replies {
    type Domain = Vec<Reply>;

    fn read(self) -> std::result::Result<Vec<Reply>, String> {
        // What this version does not understand is no reply: the event is sent again.
        let rows = self.results.into_iter().filter_map(|row| {
            let (taken, again) = match row.status.as_str() {
                "accepted" => (true, false),
                "duplicate" => (true, true),
                "rejected" => (false, false),
                _ => return None,
            };
            Some(Reply { id: Uuid::parse_str(&row.id).ok()?, taken, again, reason: row.reason })
        });
        Ok(rows.collect())
    }
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The platform went through it.
    Replies(Vec<Reply>),
    /// Something in it is such that the platform does not even go through it.
    Refused,
}

impl Platform {
    /// Tells the platform what happened, as the member or the anonymous one whose token it is. Only events that have their
    /// place in the sequence are sent.
    pub(crate) async fn send_events(&self, token: &str, batch: &[impl AsRef<Queued>]) -> Result<Sent> {
        let source = format!("/installations/{}", self.device_id());
        let events: Vec<_> = batch
            .iter()
            .filter_map(|row| {
                let Queued { event, sequence, .. } = row.as_ref();
                Some(CloudEvent {
                    specversion: "1.0",
                    id: event.fact.id,
                    source: &source,
                    kind: &event.fact.event,
                    time: &event.time,
                    sequence: (*sequence)?,
                    datacontenttype: "application/json",
                    data: Object(&event.data),
                })
            })
            .collect();
        let body = serde_json::to_vec(&events).map_err(|_| Error::Bug("events have no JSON form".to_owned()))?;
        let call = Call::new("POST /app/v1/events").token(token);
        let call = Call { body: Some(("application/cloudevents-batch+json", body)), ..call };
        self.logged(&call, async {
            let answer = self.exchange(&call).await?;
            if matches!(answer.status.as_u16(), 400 | 413 | 422) {
                return Ok(Sent::Refused);
            }
            call.read::<Replies>(&answer).map(Sent::Replies)
        })
        .await
    }
}
