//! What counts for a task, and how far that brings it. The platform counts with it, and the app predicts.
//!
//! Pure. A [`Rule`] goes over [`Fact`]s one by one and keeps a [`Progress`], which holds all there is to know: counting on
//! from any point comes to the same as counting from the beginning. So the app goes on from what the platform has
//! confirmed. Who counts sees to it that no fact comes twice; a fact that is taken back (a refund) is left out and the
//! rest is counted anew.
//!
//! Days are the member's own: each fact says on which it happened, so no time zone is needed here.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::types::{Decimal, Timestamp};

/// Something that happened, as far as tasks care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The event's id.
    pub id: Uuid,
    /// The event's type, as `app.opened` or `purchase`.
    pub event: String,
    /// When it happened.
    pub at: Timestamp,
    /// The member's day on which it happened.
    pub day: Date,
    /// What else is known of it, as text.
    pub fields: BTreeMap<String, String>,
    /// The sum it is about; 0 where it is about none.
    pub amount: Decimal,
}

/// What a task counts, and when it is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// How facts are counted.
    pub kind: Kind,
    /// Which facts.
    pub trigger: Trigger,
    /// How much is needed.
    pub target: Decimal,
    /// Within what.
    pub window: Window,
    /// For a streak: what ends it.
    pub streak: Streak,
    /// Facts from this instant on count.
    pub starts: Timestamp,
    /// Facts before this instant count; none: there is no end.
    pub ends: Option<Timestamp>,
    /// The member must take part first.
    pub opt_in: bool,
    /// Since when the member takes part, where they must.
    pub counts_from: Option<Timestamp>,
    /// What comes after the task is done.
    pub recurrence: Recurrence,
}

/// How facts are counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Each fact is 1.
    Count,
    /// Each fact is its amount, where that is above 0.
    Amount,
    /// Windows are counted in which there was a fact.
    Streak,
    /// Questions are counted that were answered, on whatever day.
    Questionnaire,
    /// One that this version does not know: it is left to the platform.
    Other(String),
}

/// Which facts a task counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trigger {
    /// The type of the event.
    pub event: String,
    /// Fields that must have these values.
    pub conditions: BTreeMap<String, String>,
}

/// A stretch of the member's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Window {
    /// All the time there is.
    None,
    /// A day.
    Day,
    /// A week, from Monday.
    Week,
    /// One that this version does not know: the task is left to the platform.
    Other(String),
}

/// What ends a streak. In windows; days, where the task has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Streak {
    /// So many in a row without a fact end it. At least 1.
    pub missed: u32,
    /// What is counted lies within so many, the last one included; none: anywhere.
    pub within: Option<u32>,
}

impl Default for Streak {
    fn default() -> Self {
        Self { missed: 1, within: None }
    }
}

/// What comes after a task is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Recurrence {
    /// Nothing: it is done for good.
    None,
    /// It begins anew at once. What was more than needed is not carried over.
    OnCompletion,
    /// It begins anew with the next window; without windows, when the platform says so.
    OnExpiration,
    /// One that this version does not know: as [`Self::None`], until the platform says otherwise.
    Other(String),
}

/// How far a task is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What was counted, by the first day of the window; by none where the task has no windows. A window with 0 has gone into
    /// a streak that was completed, and counts for the next one no more.
    #[serde(with = "windows")]
    pub counted: BTreeMap<Option<Date>, Decimal>,
    /// How many times it was done.
    pub completions: u32,
    /// It is done, and nothing counts any more.
    pub completed: bool,
}

/// Maps in JSON have texts for keys; a list of pairs has not.
mod windows {
    use super::{BTreeMap, Date, Decimal};
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(map: &BTreeMap<Option<Date>, Decimal>, to: S) -> Result<S::Ok, S::Error> {
        map.iter().collect::<Vec<_>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Option<Date>, Decimal>, D::Error> {
        Ok(Vec::deserialize(from)?.into_iter().collect())
    }
}

impl Rule {
    /// Whether this version can count for the task at all.
    pub fn is_known(&self) -> bool {
        !matches!(self.kind, Kind::Other(_)) && !matches!(self.window, Window::Other(_)) && self.target > Decimal::ZERO
    }

    /// Whether the task is about such a fact, at whatever time.
    pub fn matches(&self, fact: &Fact) -> bool {
        self.trigger.event == fact.event
            && self.trigger.conditions.iter().all(|(name, value)| fact.fields.get(name) == Some(value))
    }

    /// Whether the task counts the fact, as far as the task is not done.
    pub fn counts(&self, fact: &Fact) -> bool {
        let takes_part = if self.opt_in { self.counts_from.is_some_and(|from| fact.at >= from) } else { true };
        self.is_known()
            && takes_part
            && fact.at >= self.starts
            && self.ends.is_none_or(|ends| fact.at < ends)
            && (self.kind != Kind::Amount || fact.amount > Decimal::ZERO)
            && self.matches(fact)
    }

    /// Counts one more fact. False where it does not count.
    pub fn count(&self, progress: &mut Progress, fact: &Fact) -> bool {
        if progress.completed || !self.counts(fact) {
            return false;
        }
        let window = self.window_of(fact.day);
        let one = match self.kind {
            Kind::Amount => fact.amount,
            _ => Decimal::ONE,
        };
        // A window of a repeated task that is done counts no further.
        let full = self.kind != Kind::Streak
            && self.recurrence == Recurrence::OnExpiration
            && progress.counted.get(&window).is_some_and(|counted| *counted >= self.target);
        let used = self.kind == Kind::Streak && progress.counted.get(&window).is_some_and(Decimal::is_zero);
        if full || used {
            return false;
        }
        let counted = progress.counted.entry(window).or_default();
        *counted = counted.saturating_add(one);
        let reached = match self.kind {
            Kind::Streak => self.longest(&progress.counted) >= self.target,
            _ => *counted >= self.target,
        };
        if reached {
            progress.completions = progress.completions.saturating_add(1);
            match self.recurrence {
                // What comes late for a day of this streak, or again on its last one, is not the next one's.
                Recurrence::OnCompletion if self.kind == Kind::Streak => {
                    progress.counted.values_mut().for_each(|counted| *counted = Decimal::ZERO);
                }
                Recurrence::OnCompletion => progress.counted.clear(),
                // Each window is done by itself.
                Recurrence::OnExpiration if window.is_some() && self.kind != Kind::Streak => {}
                Recurrence::None | Recurrence::OnExpiration | Recurrence::Other(_) => progress.completed = true,
            }
        }
        true
    }

    /// How far the task is when these are all the facts there are.
    pub fn total<'a>(&self, facts: impl IntoIterator<Item = &'a Fact>) -> Progress {
        let mut progress = Progress::default();
        for fact in facts {
            self.count(&mut progress, fact);
        }
        progress
    }

    /// What to show on the member's day `today`: what counts towards the target by then. A window that has passed counts
    /// no longer, nor does a streak that was missed; a task that is done has its target at least.
    pub fn value(&self, progress: &Progress, today: Date) -> Decimal {
        let value = match self.kind {
            Kind::Streak => self.running(&progress.counted, today),
            _ => progress.counted.get(&self.window_of(today)).copied().unwrap_or_default(),
        };
        if progress.completed { value.max(self.target) } else { value }
    }

    /// The first day of the window that `day` is in; none where the task has no windows.
    pub fn window_of(&self, day: Date) -> Option<Date> {
        match (&self.kind, &self.window) {
            (Kind::Questionnaire, _) => None,
            (_, Window::Week) => {
                let back = i32::from(day.weekday().since(Weekday::Monday));
                Some(day.checked_sub(back.days()).unwrap_or(day))
            }
            (Kind::Streak, _) | (_, Window::Day) => Some(day),
            (_, Window::None | Window::Other(_)) => None,
        }
    }

    /// How many windows lie between two first days.
    pub fn windows_between(&self, earlier: Date, later: Date) -> u32 {
        let days = later.since(earlier).map_or(0, |span| span.get_days());
        let length = if self.window == Window::Week { 7 } else { 1 };
        u32::try_from(days / length).unwrap_or_default()
    }

    /// The most windows that ever counted together.
    fn longest(&self, counted: &BTreeMap<Option<Date>, Decimal>) -> Decimal {
        let mut run: Vec<Date> = Vec::new();
        let mut longest = 0;
        for window in windows_with_facts(counted) {
            self.go_on(&mut run, window);
            longest = longest.max(run.len());
        }
        longest.into()
    }

    /// The run that goes on until `today`.
    fn running(&self, counted: &BTreeMap<Option<Date>, Decimal>, today: Date) -> Decimal {
        self.run(counted, today).len().into()
    }

    /// The windows of the streak that goes on on the member's day `today`, oldest first; none where it was missed.
    pub fn run(&self, counted: &BTreeMap<Option<Date>, Decimal>, today: Date) -> Vec<Date> {
        let Some(current) = self.window_of(today) else { return Vec::new() };
        let mut run: Vec<Date> = Vec::new();
        for window in windows_with_facts(counted).filter(|window| *window <= current) {
            self.go_on(&mut run, window);
        }
        // Today is not missed before it is over.
        let missed = run.last().is_some_and(|last| self.windows_between(*last, current) > self.streak.missed.max(1));
        if missed {
            return Vec::new();
        }
        self.keep_within(&mut run, current);
        run
    }

    /// Adds the next window to a run, which may begin anew with it.
    fn go_on(&self, run: &mut Vec<Date>, window: Date) {
        if run.last().is_some_and(|last| self.windows_between(*last, window) > self.streak.missed.max(1)) {
            run.clear();
        }
        run.push(window);
        self.keep_within(run, window);
    }

    /// Leaves out of a run what lies too far behind its last window.
    fn keep_within(&self, run: &mut Vec<Date>, last: Date) {
        if let Some(within) = self.streak.within {
            run.retain(|window| self.windows_between(*window, last) < within.max(1));
        }
    }
}

fn windows_with_facts(counted: &BTreeMap<Option<Date>, Decimal>) -> impl Iterator<Item = Date> {
    counted.iter().filter(|(_, value)| **value > Decimal::ZERO).filter_map(|(window, _)| *window)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
pub(crate) mod tests;
