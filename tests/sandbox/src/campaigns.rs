//! Campaigns: what an operator sends to one member, or to all of a segment, by push and into the inbox.

use pocketcard::types::Timestamp;
use rusqlite::{Connection, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::clock::later;
use crate::inbox;
use crate::members;
use crate::offers;
use crate::programme::{TIERS, tier};
use crate::pushes::{self, Push, Raw, Told};
use crate::refusal::{Outcome, invalid, malformed};

/// What is sent, and to whom.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Campaign {
    /// Whoever has the offer, if absent and there is one.
    #[serde(default)]
    to: Option<Segment>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    image: Option<String>,
    #[serde(default)]
    link: Option<String>,
    #[serde(default)]
    version: Option<i64>,
    #[serde(default)]
    expires: Option<Timestamp>,
    #[serde(default)]
    payload: Option<Value>,
    #[serde(default)]
    client_external_id: Option<String>,
    /// The offer that it is about: what is absent above comes of it.
    #[serde(default)]
    offer: Option<i64>,
    /// Into the inbox, too; if absent, what is a message or about an offer.
    #[serde(default)]
    inbox: Option<bool>,
    /// This and nothing else.
    #[serde(default)]
    raw: Option<Raw>,
}

/// To whom it goes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Segment {
    /// Every member.
    All,
    /// This one, be they known yet or not.
    Member(i64),
    /// These.
    Members(Vec<i64>),
    /// The members of exactly this tier.
    Tier(String),
    /// Whoever has this offer.
    Offer(i64),
    /// The members with a device of this platform: `Android`, `Ios`, `Harmony`.
    Platform(String),
}

/// Sends what `campaign` says. Tells what was sent to whom.
pub(crate) fn send(tx: &Connection, campaign: Value, now: Timestamp) -> Outcome<Value> {
    let campaign: Campaign = serde_json::from_value(campaign)
        .map_err(|error| malformed(format!("This is nothing that can be sent: {error}")))?;
    let to = match (&campaign.to, campaign.offer) {
        (Some(to), _) => recipients(tx, to, now)?,
        (None, Some(offer)) => offers::audience(tx, offer, now)?,
        (None, None) => return Err(invalid("to", "It is missing.")),
    };
    let mut messages = Vec::new();
    for member in to {
        if let Some(told) = campaign.tell(tx, member, now)? {
            messages.push(json!({
                "memberId": member,
                "messageId": told.id,
                "notificationId": inbox::of_push(tx, &told.id)?,
                "devices": told.devices,
            }));
        }
    }
    Ok(json!({ "messages": messages }))
}

fn recipients(tx: &Connection, to: &Segment, now: Timestamp) -> Outcome<Vec<i64>> {
    let there = |member: &i64| members::member(tx, *member).map(|member| member.id);
    match to {
        Segment::All => members::all(tx),
        Segment::Member(member) => Ok(vec![there(member)?]),
        Segment::Members(members) => members.iter().map(there).collect(),
        Segment::Offer(offer) => offers::audience(tx, *offer, now),
        Segment::Tier(name) => {
            let wanted = TIERS.iter().find(|tier| tier.name == name);
            let wanted = wanted.ok_or_else(|| invalid("to", "There is no such tier."))?;
            let mut members = members::all(tx)?;
            let mut failed = None;
            members.retain(|member| match members::bought(tx, *member, now) {
                Ok(bought) => tier(bought).0.threshold == wanted.threshold,
                Err(failure) => {
                    failed = Some(failure);
                    false
                }
            });
            failed.map_or(Ok(members), Err)
        }
        Segment::Platform(platform) => Ok(tx
            .prepare_cached(
                "SELECT DISTINCT member.id FROM member JOIN device ON device.member = member.id
                 WHERE member.state = 'Normal' AND device.platform_type = ?1 ORDER BY member.id",
            )?
            .query_map(params![platform], |row| row.get(0))?
            .collect::<Result<_, _>>()?),
    }
}

impl Campaign {
    /// Sends it to a member. None where it is about an offer that is not theirs.
    fn tell(&self, tx: &Connection, member: i64, now: Timestamp) -> Outcome<Option<Told>> {
        if let Some(raw) = &self.raw {
            return pushes::send_raw(tx, member, raw, now).map(Some);
        }
        let kind = match (&self.kind, self.offer) {
            (Some(kind), _) => kind.clone(),
            (None, Some(_)) => "offer".to_owned(),
            (None, None) => "message".to_owned(),
        };
        let mut push = Push {
            title: self.title.clone().unwrap_or_default(),
            body: self.body.clone().unwrap_or_default(),
            kind,
            client_external_id: self.client_external_id.clone().unwrap_or_default(),
            version: self.version,
            expires: self.expires,
            link: self.link.clone(),
            payload: self.payload.clone(),
            image_url: self.image.clone(),
        };
        if let Some(id) = self.offer {
            let Some(news) = offers::news(tx, member, id, now)? else { return Ok(None) };
            if self.title.is_none() && self.body.is_none() {
                (push.title, push.body) = (news.title, news.body);
            }
            push.version.get_or_insert(news.version);
            push.expires.get_or_insert(later(now, offers::PUSH_LIFE));
            push.link.get_or_insert_with(|| format!("pocketcard://offers/{id}"));
            push.payload.get_or_insert(news.offer);
            push.image_url = push.image_url.or(news.image_url);
        }
        let has_words = !push.title.is_empty() || !push.body.is_empty();
        if self.inbox.unwrap_or(has_words && matches!(push.kind.as_str(), "message" | "offer")) {
            if !has_words {
                return Err(invalid("title", "What goes into the inbox has words."));
            }
            return pushes::send_to_inbox(tx, member, &push, now).map(Some);
        }
        pushes::send(tx, member, &push, now).map(Some)
    }
}
