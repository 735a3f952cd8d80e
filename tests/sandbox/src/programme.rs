//! The loyalty programme that the sandbox runs: its currencies, tiers, rates, goods and questions.
//!
//! Fixed, so that a page of the README can describe it. What members have is in the database, stores are in `stores`.

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::wire::{ONE, number};

/// Points: what purchases earn and what pays for them. One point pays one euro.
pub(crate) const POINTS: Currency = Currency {
    id: 1,
    name: "Points",
    code: "POINTS",
    uid: "7b0f5a4e-0000-4000-8000-000000000001",
    cases: ["point", "points", "points", "pts"],
};

/// Stars: one for each purchase of ten euros or more. They never expire.
pub(crate) const STARS: Currency = Currency {
    id: 2,
    name: "Stars",
    code: "STARS",
    uid: "7b0f5a4e-0000-4000-8000-000000000002",
    cases: ["star", "stars", "stars", "★"],
};

/// Euros: what receipts are in. No member has an account in them.
pub(crate) const EURO: Currency = Currency {
    id: 978,
    name: "Euro",
    code: "EUR",
    uid: "7b0f5a4e-0000-4000-8000-000000000978",
    cases: ["euro", "euros", "euros", "EUR"],
};

/// The currencies that members have accounts in, in the order in which they are shown.
pub(crate) const ACCOUNTS: [Currency; 2] = [POINTS, STARS];

/// Points given at registration.
pub(crate) const WELCOME: i64 = 100 * ONE;
/// Of the money paid, this many parts in a thousand become points at once.
pub(crate) const BASE_RATE: i64 = 50;
/// A purchase from this sum on earns a star.
pub(crate) const STAR_FROM: i64 = 10 * ONE;
/// How long points live, from when they can be spent.
pub(crate) const POINTS_LIFE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long the tier's extra points wait.
pub(crate) const TIER_WAIT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// What a refund gives back of points that have expired meanwhile lives this long.
pub(crate) const GIVEN_BACK_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Purchases of this long count for the tier.
pub(crate) const TIER_PERIOD: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Virtual cards that one member may have.
pub(crate) const VIRTUAL_CARDS: i64 = 3;

/// A currency of the programme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Currency {
    pub(crate) id: i64,
    name: &'static str,
    pub(crate) code: &'static str,
    uid: &'static str,
    /// Nominative, genitive, plural, abbreviation.
    cases: [&'static str; 4],
}

impl Currency {
    /// The currency, as the Member API describes it.
    pub(crate) fn wire(&self) -> Value {
        let [nominative, genitive, plural, abbreviation] = self.cases;
        json!({
            "id": self.id,
            "name": self.name,
            "code": self.code,
            "uid": self.uid,
            "externalId": self.code.to_lowercase(),
            "imageId": null,
            "description": null,
            "isDeleted": false,
            "nameCases": {
                "nominative": nominative, "genitive": genitive, "plural": plural, "abbreviation": abbreviation,
            },
        })
    }

    /// An amount in it, as the Member API writes it.
    pub(crate) fn money(&self, units: i64) -> Value {
        json!({ "amount": number(units), "currency": self.cases[3], "currencyInfo": self.wire() })
    }
}

/// A tier: reached by what was bought within [`TIER_PERIOD`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tier {
    pub(crate) name: &'static str,
    pub(crate) threshold: i64,
    /// Of the money paid, this many parts in a thousand become points after [`TIER_WAIT`].
    pub(crate) extra_rate: i64,
    description: &'static str,
}

/// The tiers, lowest first.
pub(crate) const TIERS: [Tier; 3] = [
    Tier { name: "Bronze", threshold: 0, extra_rate: 0, description: "5% of what you pay comes back as points." },
    Tier { name: "Silver", threshold: 500 * ONE, extra_rate: 20, description: "2% more, 14 days later." },
    Tier { name: "Gold", threshold: 2_000 * ONE, extra_rate: 50, description: "5% more, 14 days later." },
];

/// The tier for what was bought, and the next one.
pub(crate) fn tier(bought: i64) -> (&'static Tier, Option<&'static Tier>) {
    let next = TIERS.iter().position(|tier| tier.threshold > bought).unwrap_or(TIERS.len());
    (&TIERS[next.saturating_sub(1)], TIERS.get(next))
}

impl Tier {
    /// The tier, as the Member API describes it.
    pub(crate) fn wire(&self) -> Value {
        json!({
            "name": self.name,
            "threshold": number(self.threshold),
            "description": self.description,
            "preferences": null,
        })
    }
}

/// Where the programme is at home; a member's day, where nothing tells it, is this zone's.
pub(crate) fn zone() -> TimeZone {
    TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC)
}

/// The group of goods that tasks may ask for, by id; all else is `other`.
pub(crate) fn group(goods_id: &str) -> &'static str {
    match goods_id {
        "4305615418452" | "4012345678901" | "4260012345673" | "2000000000015" => "healthy",
        "4006381333931" | "4029764001807" => "drinks",
        "4000417025005" | "4008400404127" => "sweets",
        _ => "other",
    }
}

/// Something a till sells: id, name, price.
pub(crate) const GOODS: [(&str, &str, i64); 8] = [
    ("4006381333931", "Coffee beans, 1 kg", 149_900),
    ("4000417025005", "Dark chocolate", 19_900),
    ("4305615418452", "Oat milk, 1 l", 17_900),
    ("4012345678901", "Rye bread", 34_900),
    ("4260012345673", "Olive oil, 0.75 l", 89_900),
    ("4029764001807", "Sparkling water, 6 bottles", 45_900),
    ("2000000000015", "Apples, 1 kg", 29_900),
    ("4008400404127", "Hazelnut spread", 37_900),
];

/// A question of the questionnaire.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) id: i64,
    display_name: &'static str,
    pub(crate) kind: QuestionKind,
    pub(crate) items: &'static [(i64, &'static str)],
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuestionKind {
    /// With words.
    String,
    /// With a date.
    Date,
    /// By choosing one of the items.
    Select,
}

/// The question about the given name.
pub(crate) const FIRST_NAME: i64 = 1;
/// The question about the family name.
pub(crate) const LAST_NAME: i64 = 2;
/// The question about the birthday.
pub(crate) const BIRTH_DAY: i64 = 3;

/// The questionnaire.
pub(crate) const QUESTIONS: [Question; 4] = [
    Question { id: FIRST_NAME, display_name: "Given name", kind: QuestionKind::String, items: &[] },
    Question { id: LAST_NAME, display_name: "Family name", kind: QuestionKind::String, items: &[] },
    Question { id: BIRTH_DAY, display_name: "Birthday", kind: QuestionKind::Date, items: &[] },
    Question {
        id: 4,
        display_name: "How do you like to shop?",
        kind: QuestionKind::Select,
        items: &[(41, "In the store"), (42, "Online"), (43, "Both")],
    },
];

impl Question {
    /// The question, as the Member API asks it.
    pub(crate) fn wire(&self) -> Value {
        let kind = match self.kind {
            QuestionKind::String => "String",
            QuestionKind::Date => "Date",
            QuestionKind::Select => "Select",
        };
        let items: Vec<Value> = self.items.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect();
        json!({
            "$type": "Loymax.Questionnaire.Question",
            "id": self.id,
            "questionGroupId": 1,
            "displayName": self.display_name,
            "type": kind,
            "isArchived": false,
            "items": if items.is_empty() { Value::Null } else { Value::Array(items) },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_by_what_was_bought() {
        assert_eq!(tier(0).0.name, "Bronze");
        assert_eq!(tier(-ONE).0.name, "Bronze");
        assert_eq!(tier(500 * ONE).0.name, "Silver");
        assert_eq!(tier(500 * ONE - 1).1.unwrap().name, "Silver");
        assert!(tier(i64::MAX).1.is_none());
    }
}
