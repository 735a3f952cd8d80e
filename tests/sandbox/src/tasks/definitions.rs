//! What tasks there are: the programme's own, and what tests made of them.

use std::collections::{BTreeMap, BTreeSet};

use pocketcard::tasks::rules::{self, Kind, Recurrence, Rule, Window};
use pocketcard::types::{Decimal, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::extract::short;
use crate::programme::{ACCOUNTS, Currency};
use crate::refusal::{Broken, Outcome, invalid, missing};
use crate::wire::{self, ONE};

const PROGRAMME: &str = include_str!("programme.json");

/// Since when tasks count that do not say so.
const LONG_AGO: &str = "2020-01-01T00:00:00Z";
const MOST_POINTS: i64 = 1_000_000 * ONE;

/// All tasks, sets, badges and levels of the programme.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Programme {
    pub(crate) sets: Vec<Set>,
    pub(crate) badges: Vec<Badge>,
    /// Lowest first.
    pub(crate) levels: Vec<Level>,
    pub(crate) tasks: Vec<Definition>,
    /// How often tests replaced a task.
    #[serde(skip)]
    pub(crate) revisions: BTreeMap<String, i64>,
}

/// Tasks that belong together, with a reward for finishing all.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Set {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) task_ids: Vec<String>,
    #[serde(default)]
    pub(crate) reward: Reward,
    /// The game that may be played once when all are finished.
    #[serde(default)]
    pub(crate) game: Option<String>,
}

/// Something to be proud of.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Badge {
    pub(crate) id: String,
    pub(crate) title: String,
}

/// What a member is, from so many completed tasks on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Level {
    pub(crate) name: String,
    pub(crate) from: usize,
}

/// A task, as its author writes it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Definition {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(default)]
    pub(crate) description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) image_url: Option<String>,
    pub(crate) kind: String,
    pub(crate) trigger: Trigger,
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    pub(crate) target: Decimal,
    #[serde(default = "none")]
    pub(crate) window: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) streak: Option<Streak>,
    #[serde(default = "long_ago")]
    pub(crate) starts: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ends: Option<String>,
    #[serde(default)]
    pub(crate) opt_in: bool,
    #[serde(default = "none")]
    pub(crate) recurrence: String,
    #[serde(default)]
    pub(crate) reward: Reward,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) questions: Vec<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) action: Option<Action>,
    /// The points that it gives are for ever; else they live as others do.
    #[serde(default)]
    pub(crate) points_never_expire: bool,
    /// The game that may be played once for each completion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) game: Option<String>,
}

/// What counts.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trigger {
    pub(crate) event: String,
    #[serde(rename = "where", default)]
    pub(crate) conditions: BTreeMap<String, String>,
}

/// How a streak ends.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Streak {
    pub(crate) missed: u32,
    #[serde(default)]
    pub(crate) within: Option<u32>,
}

/// What finishing gives.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Reward {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) points: Option<Points>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) offer_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) badge: Option<String>,
}

/// Points that finishing gives.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Points {
    #[serde(with = "rust_decimal::serde::arbitrary_precision")]
    amount: Decimal,
    currency_code: String,
}

/// A question of a questionnaire.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) kind: QuestionKind,
    #[serde(default)]
    pub(crate) options: Vec<Choice>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum QuestionKind {
    /// With the id of one of the options.
    Choice,
    /// With words.
    Text,
    /// With a decimal.
    Number,
    /// With a day.
    Date,
}

/// An answer that can be chosen.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    pub(crate) id: i64,
    name: String,
}

/// What the member can do next.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Action {
    label: String,
    link: String,
}

fn none() -> String {
    "none".to_owned()
}

fn long_ago() -> String {
    LONG_AGO.to_owned()
}

impl Points {
    /// Which, and how many as the database keeps them.
    pub(crate) fn units(&self) -> Outcome<(Currency, i64)> {
        let currency = ACCOUNTS
            .into_iter()
            .find(|currency| currency.code == self.currency_code)
            .ok_or_else(|| invalid("reward", "currencyCode: POINTS or STARS"))?;
        let units = wire::units(self.amount).filter(|units| (1..=MOST_POINTS).contains(units));
        let units = units.ok_or_else(|| invalid("reward", format!("amount: up to {}", wire::amount(MOST_POINTS))))?;
        Ok((currency, units))
    }
}

impl Definition {
    /// How it is counted for a member who takes part since `counts_from`.
    pub(crate) fn rule(&self, counts_from: Option<Timestamp>) -> Outcome<Rule> {
        let (starts, ends) = self.period()?;
        let streak = self.streak.unwrap_or(Streak { missed: 1, within: None });
        Ok(Rule {
            kind: match self.kind.as_str() {
                "count" => Kind::Count,
                "amount" => Kind::Amount,
                "streak" => Kind::Streak,
                "questionnaire" => Kind::Questionnaire,
                other => Kind::Other(other.to_owned()),
            },
            trigger: rules::Trigger { event: self.trigger.event.clone(), conditions: self.trigger.conditions.clone() },
            target: self.target,
            window: match self.window.as_str() {
                "none" => Window::None,
                "day" => Window::Day,
                "week" => Window::Week,
                other => Window::Other(other.to_owned()),
            },
            streak: rules::Streak { missed: streak.missed, within: streak.within },
            starts,
            ends,
            counts_from,
            opt_in: self.opt_in,
            recurrence: match self.recurrence.as_str() {
                "onCompletion" => Recurrence::OnCompletion,
                "onExpiration" => Recurrence::OnExpiration,
                "none" => Recurrence::None,
                other => Recurrence::Other(other.to_owned()),
            },
        })
    }

    /// When it starts and ends.
    pub(crate) fn period(&self) -> Outcome<(Timestamp, Option<Timestamp>)> {
        let time = |field, text: &str| wire::read_time(text).ok_or_else(|| invalid(field, "a time"));
        let ends = self.ends.as_deref().map(|ends| time("ends", ends)).transpose()?;
        Ok((time("starts", &self.starts)?, ends))
    }

    /// Reads one that a test brings.
    pub(crate) fn read(value: Value) -> Outcome<Self> {
        let read: Self = serde_json::from_value(value).map_err(|error| invalid("task", error.to_string()))?;
        short("id", &read.id, 64)?;
        if read.id.contains([':', '/']) {
            return Err(invalid("id", "without : and /"));
        }
        short("title", &read.title, 200)?;
        short("kind", &read.kind, 64)?;
        short("event", &read.trigger.event, 64)?;
        if read.target <= Decimal::ZERO {
            return Err(invalid("target", "more than nothing"));
        }
        read.period()?;
        read.reward.points.as_ref().map(Points::units).transpose()?;
        let ids: BTreeSet<i64> = read.questions.iter().map(|question| question.id).collect();
        if ids.len() < read.questions.len() {
            return Err(invalid("questions", "Each has an id of its own."));
        }
        Ok(read)
    }
}

impl Programme {
    /// The programme's own, with what tests made of it.
    pub(crate) fn load(tx: &Connection) -> Outcome<Self> {
        let mut programme: Self = serde_json::from_str(PROGRAMME)?;
        let mut changed = tx.prepare_cached("SELECT id, revision, definition FROM task_definition ORDER BY rowid")?;
        let mut rows = changed.query([])?;
        while let Some(row) = rows.next()? {
            let (id, revision, definition): (String, i64, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let place = programme.tasks.iter().position(|task| task.id == id);
            match (definition, place) {
                (Some(text), Some(place)) => {
                    let task = programme.tasks.get_mut(place).ok_or(Broken::Impossible("a task lost its place"))?;
                    *task = serde_json::from_str(&text)?;
                }
                (Some(text), None) => programme.tasks.push(serde_json::from_str(&text)?),
                (None, Some(place)) => drop(programme.tasks.remove(place)),
                (None, None) => {}
            }
            programme.revisions.insert(id, revision);
        }
        Ok(programme)
    }

    /// The task of this id.
    pub(crate) fn task(&self, id: &str) -> Outcome<&Definition> {
        self.tasks.iter().find(|task| task.id == id).ok_or_else(|| missing("TaskNotFound", "There is no such task."))
    }

    /// What a member is who has completed so many tasks.
    pub(crate) fn level(&self, completed: usize) -> Value {
        let next = self.levels.iter().position(|level| level.from > completed).unwrap_or(self.levels.len());
        let Some(level) = next.checked_sub(1).and_then(|number| self.levels.get(number)) else { return Value::Null };
        json!({
            "name": level.name,
            "number": next,
            "value": completed,
            "next": self.levels.get(next).map(|level| level.from),
        })
    }

    /// All badges: the programme's, and those that tasks of tests give, which go by their ids.
    pub(crate) fn badges(&self) -> BTreeMap<&str, &str> {
        let of_tasks = self.tasks.iter().filter_map(|task| task.reward.badge.as_deref());
        let of_sets = self.sets.iter().filter_map(|set| set.reward.badge.as_deref());
        let mut badges: BTreeMap<&str, &str> = of_tasks.chain(of_sets).map(|badge| (badge, badge)).collect();
        badges.extend(self.badges.iter().map(|badge| (badge.id.as_str(), badge.title.as_str())));
        badges
    }
}

/// Adds a task, or replaces the one of the same id.
pub(crate) fn put(tx: &Connection, task: &Definition) -> Outcome<()> {
    change(tx, &task.id, Some(&serde_json::to_string(task)?))
}

/// Drops a task.
pub(crate) fn remove(tx: &Connection, id: &str) -> Outcome<()> {
    Programme::load(tx)?.task(id)?;
    change(tx, id, None)
}

fn change(tx: &Connection, id: &str, definition: Option<&str>) -> Outcome<()> {
    tx.query_row(
        "INSERT INTO task_definition (id, revision, definition) VALUES (?1, 1, ?2)
         ON CONFLICT (id) DO UPDATE SET revision = revision + 1, definition = excluded.definition RETURNING revision",
        params![id, definition],
        |row| row.get::<_, i64>(0),
    )
    .optional()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programme_can_be_read() {
        let programme: Programme = serde_json::from_str(PROGRAMME).unwrap();
        for task in &programme.tasks {
            Definition::read(serde_json::to_value(task).unwrap()).unwrap();
        }
        for id in programme.sets.iter().flat_map(|set| &set.task_ids) {
            programme.task(id).unwrap();
        }
        let names = [0, 2, 3, 8, 80].map(|completed| programme.level(completed)["name"].as_str().unwrap().to_owned());
        assert_eq!(names, ["Newcomer", "Newcomer", "Regular", "Champion", "Champion"]);
    }
}
