//! What happens in the app and is told to the platform: the catalogue of activities, and what a screen sees of the
//! outbox.
//!
//! Pure: ids, times and the member's zone come in as arguments. The queue itself, which loses none, is in [`outbox`].
//! What is sent is a CloudEvent 1.0; its shape is [`crate::platform`]'s.

pub(crate) mod outbox;

use std::collections::HashMap;

use jiff::tz::{Offset, TimeZone};
use litemap::LiteMap;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Number, Value};
use uuid::Uuid;

use crate::error::{Error, FieldProblem, Rejection, RejectionKind, Result};
use crate::push::IgnoredPushes;
use crate::tasks::rules::Fact;
use crate::types::{Decimal, StaleReason, Timestamp};

/// Texts of an activity are cut to so many characters.
const LONGEST_TEXT: usize = 256;
/// How many fields a custom activity may have.
const MOST_FIELDS: usize = 16;
/// Names of custom activities and of their fields have at most so many characters.
const LONGEST_NAME: usize = 64;

/// What a member did in the app. The core itself notes installations, updates, when the app comes to the front, pushes that
/// came or were opened, and links that led into the app.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Activity {
    /// The card's screen was shown.
    CardShown {
        /// Which kind of code it showed, as `rotating`; none: no code.
        code: Option<String>,
    },
    /// An offer was opened.
    OfferViewed {
        /// The offer's number.
        offer: i64,
    },
    /// An offer was activated.
    OfferActivated {
        /// The offer's number.
        offer: i64,
    },
    /// A coupon's code was shown.
    CouponShown {
        /// The coupon's number.
        coupon: i64,
    },
    /// A task was opened.
    TaskViewed {
        /// The task's id.
        task: String,
    },
    /// A step of a task was done in the app.
    TaskStep {
        /// The task's id.
        task: String,
        /// Which step.
        step: String,
    },
    /// A store's page was opened.
    StoreViewed {
        /// The store's number.
        store: i64,
    },
    /// Stores were searched for.
    SearchStores {
        /// What was typed.
        text: Option<String>,
        /// Which filters were on.
        filters: Vec<String>,
    },
    /// Something of the programme's own.
    Custom {
        /// Up to 64 of `a-z 0-9 . _ -`, as `purchase.reviewed`.
        name: String,
        /// Up to 16, named by up to 64 letters, digits and `_`; texts of up to 256 characters.
        fields: HashMap<String, FieldValue>,
    },
}

/// A value that goes with an activity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, uniffi::Enum)]
#[serde(try_from = "Value")]
pub enum FieldValue {
    /// A text.
    Text {
        /// Up to 256 characters.
        value: String,
    },
    /// An exact number.
    Number {
        /// The number.
        value: Decimal,
    },
    /// Yes or no.
    Flag {
        /// Whether it is so.
        value: bool,
    },
}

/// As JSON writes it: bare text, number or flag.
impl Serialize for FieldValue {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Self::Text { value } => to.serialize_str(value),
            Self::Flag { value } => to.serialize_bool(*value),
            // Most numbers are whole, and need not be made into text first.
            Self::Number { value } => match i64::try_from(*value) {
                Ok(whole) if value.is_integer() => to.serialize_i64(whole),
                _ => value.to_string().parse::<Number>().map_err(S::Error::custom)?.serialize(to),
            },
        }
    }
}

impl TryFrom<Value> for FieldValue {
    type Error = &'static str;

    fn try_from(value: Value) -> std::result::Result<Self, Self::Error> {
        match value {
            Value::String(value) => Ok(Self::Text { value }),
            Value::Bool(value) => Ok(Self::Flag { value }),
            Value::Number(number) => {
                let value = Decimal::from_str_exact(&number.to_string()).map_err(|_| "not an exact number")?;
                Ok(Self::Number { value })
            }
            _ => Err("neither text, number nor flag"),
        }
    }
}

/// What goes with an event. Sorted, so that an event is always written alike.
pub(crate) type Data = LiteMap<String, FieldValue>;

/// The data as they are written: an object. On its own, a flat map that is empty is written as a list.
pub(crate) struct Object<'a>(pub(crate) &'a Data);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> std::result::Result<S::Ok, S::Error> {
        to.collect_map(self.0)
    }
}

/// Something that happened, as it is kept until the platform has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    /// What tasks count of it; its id is made once and never changes.
    pub(crate) fact: Fact,
    /// When it happened, by the platform's clock, with the member's own offset: RFC 3339.
    pub(crate) time: String,
    pub(crate) data: Data,
    /// It happened while somebody was signed in, so it goes when they sign out.
    pub(crate) of_member: bool,
}

impl Event {
    /// An event of type `kind` that happened at `at`; the member's day is that of `zone`.
    pub(crate) fn new(kind: &str, data: Data, id: Uuid, at: Timestamp, zone: &TimeZone, of_member: bool) -> Self {
        // To the millisecond, as its id has it.
        let at = Timestamp::from_millisecond(at.as_millisecond()).unwrap_or(at);
        let offset = zone.to_offset(at);
        let time = at.display_with_offset(offset).to_string();
        Self { fact: fact(kind, &data, id, at, offset), time, data, of_member }
    }

    /// The event as it was stored; none where its time is none.
    pub(crate) fn stored(kind: &str, data: Data, id: Uuid, time: String, of_member: bool) -> Option<Self> {
        let offset = jiff::fmt::temporal::Pieces::parse(&time).ok()?.to_numeric_offset()?;
        let at = time.parse().ok()?;
        Some(Self { fact: fact(kind, &data, id, at, offset), time, data, of_member })
    }

    /// What stands in its place where it is given up: nothing of it but its id and when it was.
    fn given_up(&self) -> Self {
        let data = outbox::dropped(DropReason::SignedOut, 1);
        let Fact { id, at, day, .. } = self.fact;
        let event = kind::DROPPED.to_owned();
        let fact = Fact { id, event, at, day, fields: LiteMap::new(), amount: Decimal::ZERO };
        Self { fact, time: self.time.clone(), data, of_member: false }
    }

    /// Roughly how many bytes it takes on disk.
    pub(crate) fn size(&self) -> usize {
        let text = |value: &FieldValue| match value {
            FieldValue::Text { value } => value.len(),
            FieldValue::Number { .. } | FieldValue::Flag { .. } => 12,
        };
        128 + self.data.iter().map(|(name, value)| name.len() + text(value) + 6).sum::<usize>()
    }
}

fn fact(kind: &str, data: &Data, id: Uuid, at: Timestamp, offset: Offset) -> Fact {
    let text = |value: &FieldValue| match value {
        FieldValue::Text { value } => value.clone(),
        FieldValue::Number { value } => value.to_string(),
        FieldValue::Flag { value } => value.to_string(),
    };
    let amount = match data.get("amount") {
        Some(FieldValue::Number { value }) => *value,
        _ => Decimal::ZERO,
    };
    Fact {
        id,
        event: kind.to_owned(),
        at,
        day: offset.to_datetime(at).date(),
        fields: data.iter().map(|(name, value)| (name.clone(), text(value))).collect(),
        amount,
    }
}

/// The types of the events that the core makes by itself.
pub(crate) mod kind {
    pub(crate) const INSTALLED: &str = "app.installed";
    pub(crate) const UPDATED: &str = "app.updated";
    pub(crate) const ATTRIBUTED: &str = "app.attributed";
    pub(crate) const OPENED: &str = "app.opened";
    pub(crate) const SESSION: &str = "session.started";
    pub(crate) const PUSH_RECEIVED: &str = "push.received";
    pub(crate) const PUSH_OPENED: &str = "push.opened";
    pub(crate) const LINK_OPENED: &str = "link.opened";
    pub(crate) const DROPPED: &str = "events.dropped";
}

/// A text value.
pub(crate) fn text(value: impl Into<String>) -> FieldValue {
    FieldValue::Text { value: value.into() }
}

/// A whole number.
pub(crate) fn number(value: impl Into<Decimal>) -> FieldValue {
    FieldValue::Number { value: value.into() }
}

/// The type and the data of an activity.
///
/// # Errors
/// [`Error::Rejected`], naming the field, where a custom activity is out of bounds.
pub(crate) fn read(activity: Activity) -> Result<(&'static str, Data)> {
    let cut = |value: String| text(value.chars().filter(|c| !c.is_control()).take(LONGEST_TEXT).collect::<String>());
    let of = |name: &str, value: FieldValue| Data::from_iter([(name.to_owned(), value)]);
    Ok(match activity {
        Activity::CardShown { code } => ("card.shown", code.map(|code| of("codeKind", cut(code))).unwrap_or_default()),
        Activity::OfferViewed { offer } => ("offer.viewed", of("offerId", number(offer))),
        Activity::OfferActivated { offer } => ("offer.activated", of("offerId", number(offer))),
        Activity::CouponShown { coupon } => ("coupon.shown", of("couponId", number(coupon))),
        Activity::TaskViewed { task } => ("task.viewed", of("taskId", cut(task))),
        Activity::TaskStep { task, step } => {
            ("task.step", Data::from_iter([("taskId".to_owned(), cut(task)), ("step".to_owned(), cut(step))]))
        }
        Activity::StoreViewed { store } => ("store.viewed", of("storeId", number(store))),
        Activity::SearchStores { text, filters } => {
            let mut data = Data::new();
            if let Some(text) = text {
                data.insert("text".to_owned(), cut(text));
            }
            if !filters.is_empty() {
                data.insert("filters".to_owned(), cut(filters.join(",")));
            }
            ("search.stores", data)
        }
        Activity::Custom { name, fields } => ("custom", custom(name, fields)?),
    })
}

/// The data of an event about a push.
pub(crate) fn of_push(message: Option<&str>, kind: Option<&str>) -> Data {
    let fields = [("messageId", message), ("kind", kind)];
    fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), text(value?)))).collect()
}

/// The data of an event about a link. Behind `?` or `#` may stand a one-time token.
pub(crate) fn of_link(link: &str) -> Data {
    let link = link.split(['?', '#']).next().unwrap_or_default();
    Data::from_iter([("link".to_owned(), text(link.chars().take(LONGEST_TEXT).collect::<String>()))])
}

fn custom(name: String, fields: HashMap<String, FieldValue>) -> Result<Data> {
    let short = |name: &str| (1..=LONGEST_NAME).contains(&name.len());
    let named = |name: &str| {
        short(name) && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'))
    };
    let called = |name: &str| short(name) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fits = |value: &FieldValue| match value {
        FieldValue::Text { value } => value.chars().count() <= LONGEST_TEXT,
        FieldValue::Number { .. } | FieldValue::Flag { .. } => true,
    };
    if !named(&name) {
        return Err(invalid("name"));
    }
    if fields.len() > MOST_FIELDS {
        return Err(invalid("fields"));
    }
    // `name` is taken by the activity's own.
    if let Some((field, _)) = fields.iter().find(|(field, value)| !called(field) || *field == "name" || !fits(value)) {
        return Err(invalid(field));
    }
    let mut data: Data = fields.into_iter().collect();
    data.insert("name".to_owned(), text(name));
    Ok(data)
}

/// The refusal of a field that the shell gave.
pub(crate) fn invalid(field: &str) -> Error {
    let field: String = field.chars().take(LONGEST_NAME).collect();
    Error::Rejected(Rejection {
        kind: RejectionKind::Invalid,
        text: None,
        fields: vec![FieldProblem { field, texts: Vec::new() }],
    })
}

/// What waits to be told to the platform.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct OutboxView {
    /// Events that wait.
    pub queued: u32,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
    /// Events that the platform has taken since the app was installed.
    pub sent: u64,
    /// Events that were given up, by reason. The platform is told of these, too.
    pub dropped: Vec<Dropped>,
    /// The latest events that the platform refused, newest first, 20 at most.
    pub refused: Vec<RefusedEvent>,
    /// Opt-ins, answers and the like that wait, beside the events.
    pub acts: u32,
    /// Receipts of messages that wait, beside these.
    pub receipts: u32,
    /// Pushes that were of no use, since the member signed in.
    pub ignored_pushes: Vec<IgnoredPushes>,
    /// Links that led to no screen, since the member signed in.
    pub ignored_links: u64,
    /// Why the last attempt to send ended early; none: it did not.
    pub stopped: Option<StaleReason>,
}

/// Events that were given up.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Dropped {
    /// Why.
    pub reason: DropReason,
    /// How many.
    pub count: u64,
}

/// Why an event was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum DropReason {
    /// The outbox was full; the oldest that no task counts made room.
    Full,
    /// The member signed out before it could be sent.
    SignedOut,
}

/// An event that the platform refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct RefusedEvent {
    /// Its type, as `custom`.
    pub kind: String,
    /// When it happened.
    pub at: Timestamp,
    /// The platform's reason.
    pub reason: Option<String>,
}

/// What an attempt to send came to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FlushReport {
    /// Events that the platform took, or had already.
    pub sent: u32,
    /// Events that still wait.
    pub queued: u32,
    /// Opt-ins, answers and the like that still wait.
    pub acts: u32,
    /// Receipts of messages that still wait.
    pub receipts: u32,
    /// Why some wait; none: there was time for all, or none was left.
    pub stopped: Option<StaleReason>,
}

/// What is known of this installation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Installation {
    /// The platform is still to be told of it: the secret store, which holds its id, did not answer yet.
    pub(crate) untold: bool,
    /// The version of the app that was here last.
    pub(crate) version: Option<String>,
    /// Where it comes from, as the shell said.
    pub(crate) referrer: Option<String>,
    /// The event that told of it, from this very folder.
    pub(crate) event: Option<Uuid>,
}

/// The id of the event that tells of this installation: the same whenever it is made from the same installation id.
///
/// A version 7 UUID like all others, so that the platform can sort by it.
pub(crate) fn installed_id(installation: &str) -> Uuid {
    let digest = ring::digest::digest(&ring::digest::SHA256, format!("{}:{installation}", kind::INSTALLED).as_bytes());
    let mut random = [0_u8; 10];
    for (to, from) in random.iter_mut().zip(digest.as_ref()) {
        *to = *from;
    }
    let made = Uuid::parse_str(installation).ok().and_then(|id| id.get_timestamp());
    let millis = made.map_or(0, |made| {
        let (seconds, nanos) = made.to_unix();
        seconds.saturating_mul(1_000).saturating_add(u64::from(nanos / 1_000_000))
    });
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn data_are_an_object_even_when_there_are_none() {
        assert_eq!(serde_json::to_string(&Object(&Data::new())).unwrap(), "{}");
    }

    #[test]
    fn an_event_comes_back_from_disk_as_it_was() {
        let data = Data::from_iter([
            ("amount".to_owned(), number(Decimal::new(1995, 2))),
            ("flag".to_owned(), FieldValue::Flag { value: true }),
            ("text".to_owned(), text("grün")),
        ]);
        let at: Timestamp = "2026-11-22T23:30:00.125Z".parse().unwrap();
        let event = Event::new("custom", data, Uuid::from_u128(7), at, &berlin(), true);
        assert_eq!(event.time, "2026-11-23T00:30:00.125+01:00");
        assert_eq!(event.fact.day, jiff::civil::date(2026, 11, 23), "the member's own day");
        assert_eq!(
            (event.fact.amount, event.fact.fields.get("flag").unwrap().as_str()),
            (Decimal::new(1995, 2), "true")
        );
        let json = serde_json::to_string(&Object(&event.data)).unwrap();
        assert_eq!(json, r#"{"amount":19.95,"flag":true,"text":"grün"}"#);
        let data = serde_json::from_str(&json).unwrap();
        let stored = Event::stored("custom", data, event.fact.id, event.time.clone(), true);
        assert_eq!(stored.unwrap(), event);
        assert_eq!(Event::stored("custom", Data::new(), Uuid::nil(), "yesterday".to_owned(), true), None);
    }

    #[test]
    fn an_offset_of_daylight_saving_gives_the_day_its_own_length() {
        let event = |at: &str| Event::new("x", Data::new(), Uuid::nil(), at.parse().unwrap(), &berlin(), false).time;
        assert_eq!(event("2026-10-25T00:30:00Z"), "2026-10-25T02:30:00+02:00");
        assert_eq!(event("2026-10-25T01:30:00Z"), "2026-10-25T02:30:00+01:00", "the hour that comes twice");
    }

    #[test]
    fn a_custom_activity_stays_within_its_bounds() {
        let custom = |name: &str, fields: &[(&str, FieldValue)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            read(Activity::Custom { name: name.to_owned(), fields })
        };
        let (kind, data) = custom("purchase.reviewed", &[("stars", number(5))]).unwrap();
        assert_eq!((kind, data.get("name").unwrap().clone()), ("custom", text("purchase.reviewed")));
        for name in ["", "Upper", "with space", "ü", &"x".repeat(65)] {
            assert!(custom(name, &[]).is_err(), "{name}");
        }
        assert!(custom("x", &[("name", text("taken"))]).is_err());
        assert!(custom("x", &[("a-b", text("dash"))]).is_err());
        assert!(custom("x", &[("a", text("x".repeat(257)))]).is_err());
        let many: Vec<String> = (0..17).map(|n| format!("f{n}")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), number(1))).collect();
        assert!(custom("x", &many).is_err());
    }

    #[test]
    fn links_and_texts_are_told_without_what_is_not_ours_to_tell() {
        assert_eq!(of_link("https://shop.example/a?token=secret#x").get("link"), Some(&text("https://shop.example/a")));
        let (_, data) = read(Activity::TaskViewed { task: format!("a\u{0}{}", "b".repeat(400)) }).unwrap();
        assert_eq!(data.get("taskId"), Some(&text(format!("a{}", "b".repeat(255)))));
    }

    #[test]
    fn an_installation_has_one_id_for_its_event() {
        let installation = "01998a6e-7c00-7000-8000-0123456789ab";
        let id = installed_id(installation);
        assert_eq!(id, installed_id(installation));
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(id.get_timestamp(), Uuid::parse_str(installation).unwrap().get_timestamp());
        assert_ne!(id, installed_id("01998a6e-7c00-7000-8000-0123456789ac"));
        assert_eq!(installed_id("not a UUID").get_version_num(), 7);
    }
}
