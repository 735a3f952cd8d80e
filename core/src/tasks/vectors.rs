//! Runs `tests/vectors/progress.json`, which other languages and platforms can run, too.

use std::collections::BTreeMap;

use jiff::civil::Date;
use litemap::LiteMap;
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
    rule: Words,
    facts: Vec<Happened>,
    progress: Told,
    shown: Vec<Shown>,
}

/// A rule, as the App API writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Words {
    kind: String,
    trigger: TriggerWords,
    target: Decimal,
    #[serde(default)]
    window: String,
    streak: Option<StreakWords>,
    #[serde(default)]
    starts: Timestamp,
    ends: Option<Timestamp>,
    #[serde(default)]
    opt_in: bool,
    counts_from: Option<Timestamp>,
    #[serde(default)]
    recurrence: String,
}

#[derive(Deserialize)]
struct TriggerWords {
    event: String,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct StreakWords {
    missed: u32,
    within: Option<u32>,
}

#[derive(Deserialize)]
struct Happened {
    event: String,
    time: String,
    #[serde(default)]
    fields: LiteMap<String, String>,
    #[serde(default)]
    amount: Decimal,
    counts: bool,
}

#[derive(Deserialize)]
struct Told {
    counted: Vec<Counted>,
    completions: u32,
    completed: bool,
}

#[derive(Deserialize)]
struct Counted {
    from: Option<Date>,
    value: Decimal,
}

#[derive(Deserialize)]
struct Shown {
    day: Date,
    value: Decimal,
    done: bool,
}

impl Words {
    fn rule(self) -> Rule {
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
            window: match self.window.as_str() {
                "" | "none" => Window::None,
                "day" => Window::Day,
                "week" => Window::Week,
                _ => Window::Other(self.window),
            },
            streak: self
                .streak
                .map_or_else(Streak::default, |streak| Streak { missed: streak.missed, within: streak.within }),
            starts: self.starts,
            ends: self.ends,
            opt_in: self.opt_in,
            counts_from: self.counts_from,
            recurrence: match self.recurrence.as_str() {
                "" | "none" => Recurrence::None,
                "onCompletion" => Recurrence::OnCompletion,
                "onExpiration" => Recurrence::OnExpiration,
                _ => Recurrence::Other(self.recurrence),
            },
        }
    }
}

impl Happened {
    /// The day is the one that the time is written in.
    fn fact(&self) -> Fact {
        Fact {
            id: Uuid::nil(),
            event: self.event.clone(),
            at: self.time.parse().unwrap(),
            day: self.time.parse().unwrap(),
            fields: self.fields.clone(),
            amount: self.amount,
        }
    }
}

#[test]
fn progress() {
    let vectors: Vectors = serde_json::from_str(include_str!("../../../tests/vectors/progress.json")).unwrap();
    for Case { name, rule, facts, progress, shown } in vectors.cases {
        let rule = rule.rule();
        let mut ours = Progress::default();
        for happened in facts {
            assert_eq!(rule.count(&mut ours, &happened.fact()), happened.counts, "{name}: {}", happened.time);
        }
        let counted = progress.counted.into_iter().map(|Counted { from, value }| (from, value)).collect();
        let theirs = Progress { counted, completions: progress.completions, completed: progress.completed };
        assert_eq!(ours, theirs, "{name}");
        for Shown { day, value, done } in shown {
            assert_eq!((rule.value(&ours, day), rule.is_done(&ours, day)), (value, done), "{name}: {day}");
        }
    }
}
