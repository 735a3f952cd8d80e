//! Runs `tests/vectors/progress.json`, which Kotlin and Swift run too.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::rules::{Fact, Kind, Progress, Recurrence, Rule, Streak, Trigger, Window};
use crate::types::{Decimal, Timestamp};

#[derive(Deserialize)]
struct Vectors {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    rule: RuleRow,
    facts: Vec<FactRow>,
    counted: Vec<CountedRow>,
    completions: u32,
    completed: bool,
    values: BTreeMap<Date, Decimal>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RuleRow {
    kind: String,
    trigger: TriggerRow,
    target: Decimal,
    window: Option<String>,
    streak: Option<Streak>,
    starts: Timestamp,
    ends: Option<Timestamp>,
    #[serde(default)]
    opt_in: bool,
    counts_from: Option<Timestamp>,
    recurrence: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriggerRow {
    event: String,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactRow {
    event: String,
    time: String,
    #[serde(default)]
    amount: Decimal,
    #[serde(default)]
    fields: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct CountedRow {
    from: Option<Date>,
    value: Decimal,
}

impl RuleRow {
    fn read(self) -> Rule {
        Rule {
            kind: match self.kind.as_str() {
                "count" => Kind::Count,
                "amount" => Kind::Amount,
                "streak" => Kind::Streak,
                "questionnaire" => Kind::Questionnaire,
                _ => Kind::Other(self.kind),
            },
            trigger: Trigger { event: self.trigger.event, conditions: self.trigger.conditions },
            target: self.target,
            window: match self.window.as_deref() {
                None => Window::None,
                Some("day") => Window::Day,
                Some("week") => Window::Week,
                Some(other) => Window::Other(other.to_owned()),
            },
            streak: self.streak.unwrap_or_default(),
            starts: self.starts,
            ends: self.ends,
            opt_in: self.opt_in,
            counts_from: self.counts_from,
            recurrence: match self.recurrence.as_deref() {
                None => Recurrence::None,
                Some("onCompletion") => Recurrence::OnCompletion,
                Some("onExpiration") => Recurrence::OnExpiration,
                Some(other) => Recurrence::Other(other.to_owned()),
            },
        }
    }
}

impl FactRow {
    fn read(self, id: u128) -> Fact {
        // The day is written in front of the offset: the member's own.
        let day = self.time[..10].parse().unwrap();
        let at = self.time.parse().unwrap();
        Fact { id: Uuid::from_u128(id), event: self.event, at, day, fields: self.fields, amount: self.amount }
    }
}

#[test]
fn progress() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/vectors/progress.json")).unwrap();
    for Case { name, rule, facts, counted, completions, completed, values } in vectors.cases {
        let rule = rule.read();
        let facts: Vec<_> = (1..).zip(facts).map(|(id, fact)| fact.read(id)).collect();
        let expected = Progress {
            counted: counted.into_iter().map(|row| (row.from, row.value)).collect(),
            completions,
            completed,
        };
        let progress = rule.total(&facts);
        assert_eq!(progress, expected, "{name}");
        for (today, value) in values {
            assert_eq!(rule.value(&progress, today), value, "{name}, on {today}");
        }
    }
}
