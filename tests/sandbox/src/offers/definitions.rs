//! What offers there are: the programme's own, and what tests made of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use pocketcard::offers::rules::{Benefit, Rules, Words};
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::extract::short;
use crate::programme::{TIERS, tier};
use crate::refusal::{Outcome, conflict, invalid, malformed, missing};

/// A programme that cannot be read has no offers; a test sees that this one can.
static PROGRAMME: LazyLock<Vec<Definition>> =
    LazyLock::new(|| serde_json::from_str(include_str!("programme.json")).unwrap_or_default());

/// What rules say that is read, by its names. Anything else is a condition that is left to the platform.
const KNOWN: [&str; 9] = [
    "$type",
    "channels",
    "storeAttributes",
    "storeIds",
    "schedule",
    "paymentMethods",
    "benefit",
    "activation",
    "usesLeft",
];

/// The most points that an offer gives, and times that it gives them.
const MOST_GIVEN: Decimal = Decimal::ONE_THOUSAND;

/// An offer, as its author writes it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) priority: i64,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) short_description: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begin: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<Timestamp>,
    /// From then on it is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revoked: Option<Timestamp>,
    #[serde(default)]
    pub(crate) personal: bool,
    /// By which it is activated or accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) logical_name: Option<String>,
    /// The goods that it is about, for those who want to look.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) goods: Vec<String>,
    #[serde(rename = "for", default)]
    pub(crate) audience: Audience,
    /// So many purchases of one member; absent: any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uses: Option<u32>,
    /// In the App API's words, as they are told.
    #[serde(default)]
    pub(crate) rules: Map<String, Value>,
    /// One more each time that a test changes it.
    #[serde(skip, default = "first")]
    pub(crate) version: i64,
}

fn first() -> i64 {
    1
}

/// Whose an offer is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Audience {
    /// Everybody's.
    #[default]
    Everyone,
    /// A member's from their birthday on, for so many days.
    Birthday {
        /// With the birthday.
        days: i32,
    },
    /// A member's who bought something, and then nothing for so many days.
    Away {
        /// Since the last purchase.
        days: i32,
    },
    /// The members' of this tier and of those above it.
    Tier(String),
    /// These members'.
    Members(Vec<i64>),
}

/// What decides whose an offer is.
#[derive(Debug)]
pub(super) struct Who {
    pub(super) member: i64,
    /// Not somebody whom nobody knows yet.
    pub(super) known: bool,
    pub(super) birth_day: Option<Date>,
    pub(super) last_purchase: Option<Timestamp>,
    /// What counts for the tier.
    pub(super) bought: i64,
}

/// From when until when an offer is a member's, as far as the member decides that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) begin: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

impl Audience {
    /// The span in which the offer is this member's, if `now` is in one.
    pub(super) fn has(&self, who: &Who, zone: &TimeZone, now: Timestamp) -> Option<Span> {
        if *self != Self::Everyone && !who.known {
            return None;
        }
        match self {
            Self::Everyone => Some(Span::default()),
            Self::Birthday { days } => {
                let today = zone.to_datetime(now).date();
                let birth_day = who.birth_day?;
                // It may have been at the end of last year.
                [today.year(), today.year() - 1].into_iter().find_map(|year| {
                    // Whoever was born on a leap day celebrates on the first of March.
                    let begin = Date::new(year, birth_day.month(), birth_day.day()).unwrap_or(date(year, 3, 1));
                    let end = begin.saturating_add((*days).days());
                    let instant = |day: Date| zone.to_zoned(day.into()).ok().map(|zoned| zoned.timestamp());
                    (begin <= today && today < end).then(|| Span { begin: instant(begin), end: instant(end) })
                })
            }
            Self::Away { days } => {
                let begin = who.last_purchase?.checked_add((24 * i64::from(*days)).hours()).ok()?;
                (begin <= now).then_some(Span { begin: Some(begin), end: None })
            }
            Self::Tier(name) => {
                let least = TIERS.iter().find(|tier| tier.name == name)?;
                (tier(who.bought).0.threshold >= least.threshold).then(Span::default)
            }
            Self::Members(members) => members.contains(&who.member).then(Span::default),
        }
    }

    fn check(&self) -> Outcome<()> {
        match self {
            Self::Birthday { days } | Self::Away { days } if !(1..=365).contains(days) => {
                Err(invalid("for", "1 to 365 days"))
            }
            Self::Tier(name) if TIERS.iter().all(|tier| tier.name != name) => {
                Err(invalid("for", format!("one of {}", TIERS.map(|tier| tier.name).join(", "))))
            }
            _ => Ok(()),
        }
    }
}

impl Definition {
    /// The rules, as both sides read them, for a member whose own span this is.
    pub(super) fn rules(&self, span: Span) -> Outcome<Rules> {
        let later = |a: Option<Timestamp>, b| a.max(b);
        let sooner = |a: Option<Timestamp>, b: Option<Timestamp>| a.into_iter().chain(b).min();
        Ok(Rules {
            begin: later(self.begin, span.begin),
            end: sooner(self.end, span.end),
            revoked: self.revoked,
            ..self.words()?.read()
        })
    }

    fn words(&self) -> Outcome<Words> {
        let more = self.rules.keys().filter(|name| !KNOWN.contains(&name.as_str())).cloned().collect();
        let words: Words = serde_json::from_value(Value::Object(self.rules.clone()))
            .map_err(|error| malformed(format!("These are no rules: {error}")))?;
        Ok(Words { unread: more, ..words })
    }

    /// What it gives.
    pub(super) fn benefit(&self) -> Outcome<Benefit> {
        self.rules.get("benefit").map_or(Ok(Benefit::default()), benefit)
    }

    /// It is over, or taken back.
    pub(super) fn gone(&self, now: Timestamp) -> bool {
        self.end.is_some_and(|end| end <= now) || self.revoked.is_some_and(|revoked| revoked <= now)
    }

    fn check(&self) -> Outcome<()> {
        short("title", &self.title, 200)?;
        for (field, text) in
            [("description", Some(&self.description)), ("shortDescription", self.short_description.as_ref())]
        {
            if text.is_some_and(|text| text.chars().count() > 4_000) {
                return Err(invalid(field, "at most 4000 characters"));
            }
        }
        if self.end.zip(self.begin).is_some_and(|(end, begin)| end <= begin) {
            return Err(invalid("end", "It lies before the beginning."));
        }
        let is_word = |name: &String| {
            let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (1..=64).contains(&name.len()) && name.bytes().all(letter)
        };
        if self.logical_name.as_ref().is_some_and(|name| !is_word(name)) {
            return Err(invalid("logicalName", "1 to 64 letters, digits and hyphens"));
        }
        if self.words()?.activation.as_deref() == Some("required") && self.logical_name.is_none() {
            return Err(invalid("logicalName", "An offer that must be activated has one."));
        }
        self.benefit()?;
        self.audience.check()
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BenefitWords {
    #[serde(default, with = "rust_decimal::serde::arbitrary_precision_option")]
    discount_percent: Option<Decimal>,
    #[serde(default, with = "rust_decimal::serde::arbitrary_precision_option")]
    points: Option<Decimal>,
    #[serde(default, with = "rust_decimal::serde::arbitrary_precision_option")]
    multiplier: Option<Decimal>,
}

/// Reads a benefit in the App API's words.
pub(crate) fn benefit(words: &Value) -> Outcome<Benefit> {
    let BenefitWords { discount_percent, points, multiplier } =
        serde_json::from_value(words.clone()).map_err(|error| malformed(format!("This is no benefit: {error}")))?;
    if points.max(multiplier).is_some_and(|most| most > MOST_GIVEN) {
        return Err(invalid("benefit", format!("at most {MOST_GIVEN}")));
    }
    Ok(Benefit { discount_percent, points, multiplier }.sound())
}

/// All offers that there are or were, by their numbers.
pub(super) fn all(tx: &Connection) -> Outcome<BTreeMap<i64, Definition>> {
    let mut all: BTreeMap<i64, Definition> = PROGRAMME.iter().map(|offer| (offer.id, offer.clone())).collect();
    let mut query = tx.prepare_cached("SELECT version, definition FROM offer_change")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let text = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let offer = Definition { version: row.get(0)?, ..serde_json::from_str(text)? };
        all.insert(offer.id, offer);
    }
    Ok(all)
}

/// One offer.
pub(super) fn one(tx: &Connection, id: i64) -> Outcome<Definition> {
    all(tx)?.remove(&id).ok_or_else(|| missing("OfferNotFound", "There is no such offer."))
}

/// Adds an offer, or replaces the one of the same number. Gives it, with its version.
pub(super) fn put(tx: &Connection, definition: Value) -> Outcome<Definition> {
    let offer: Definition = serde_json::from_value(definition)
        .map_err(|error| malformed(format!("This is no offer as an author writes it: {error}")))?;
    offer.check()?;
    let all = all(tx)?;
    let named_so = |other: &&Definition| other.id != offer.id && other.logical_name == offer.logical_name;
    if offer.logical_name.is_some() && all.values().any(|other| named_so(&other)) {
        return Err(conflict("NameTaken", "Another offer has this logicalName."));
    }
    keep(tx, Definition { version: all.get(&offer.id).map_or(1, |known| known.version + 1), ..offer })
}

/// Keeps an offer as it is now.
pub(super) fn keep(tx: &Connection, offer: Definition) -> Outcome<Definition> {
    tx.execute(
        "INSERT INTO offer_change (offer, version, definition) VALUES (?1, ?2, ?3)
         ON CONFLICT (offer) DO UPDATE SET version = excluded.version, definition = excluded.definition",
        params![offer.id, offer.version, serde_json::to_string(&offer)?],
    )?;
    Ok(offer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ONE;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn who() -> Who {
        Who { member: 1, known: true, birth_day: Some(date(1990, 12, 29)), last_purchase: None, bought: 0 }
    }

    #[test]
    fn the_programme_makes_sense() {
        let offers: Vec<Definition> = serde_json::from_str(include_str!("programme.json")).unwrap();
        assert_eq!(offers.len(), PROGRAMME.len());
        for offer in offers {
            offer.check().unwrap();
            assert!(offer.rules(Span::default()).unwrap().unread.is_empty(), "{}", offer.title);
            assert_ne!(offer.benefit().unwrap(), Benefit::default(), "{}", offer.title);
        }
    }

    #[test]
    fn a_birthday_lasts_its_days_even_over_new_year() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let gift = Audience::Birthday { days: 7 };
        let has = |who: &Who, now: &str| gift.has(who, &zone, at(now));
        assert_eq!(has(&who(), "2030-12-28T22:59:59Z"), None);
        let span = Span { begin: Some(at("2030-12-28T23:00:00Z")), end: Some(at("2031-01-04T23:00:00Z")) };
        assert_eq!(has(&who(), "2030-12-28T23:00:00Z"), Some(span));
        assert_eq!(has(&who(), "2031-01-04T22:59:59Z"), Some(span));
        assert_eq!(has(&who(), "2031-01-04T23:00:00Z"), None);
        let leap = Who { birth_day: Some(date(1992, 2, 29)), ..who() };
        assert_eq!(has(&leap, "2031-02-28T12:00:00Z"), None);
        assert!(has(&leap, "2031-03-01T12:00:00Z").is_some() && has(&leap, "2032-02-29T12:00:00Z").is_some());
        assert_eq!(has(&Who { birth_day: None, ..who() }, "2030-12-29T12:00:00Z"), None);
        assert_eq!(has(&Who { known: false, ..who() }, "2030-12-29T12:00:00Z"), None);
    }

    #[test]
    fn whose_an_offer_is_else() {
        let now = at("2031-05-04T12:00:00Z");
        let has = |audience: &Audience, who: &Who| audience.has(who, &TimeZone::UTC, now).is_some();
        let away = Audience::Away { days: 30 };
        assert!(!has(&away, &who()), "who never was here is not away");
        assert!(has(&away, &Who { last_purchase: Some(at("2031-04-04T12:00:00Z")), ..who() }));
        assert!(!has(&away, &Who { last_purchase: Some(at("2031-04-04T12:00:01Z")), ..who() }));
        let silver = Audience::Tier("Silver".to_owned());
        assert!(!has(&silver, &who()) && has(&silver, &Who { bought: 2_000 * ONE, ..who() }), "and above");
        assert!(has(&Audience::Members(vec![1]), &who()) && !has(&Audience::Members(vec![2]), &who()));
        assert!(has(&Audience::Everyone, &Who { known: false, ..who() }));
    }
}
