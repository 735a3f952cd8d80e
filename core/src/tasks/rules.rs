//! What counts for a task, and how far that brings it. The platform counts with it, and the app predicts.
//!
//! Pure. A [`Rule`] goes over [`Fact`]s one by one and keeps a [`Progress`], which holds all there is to know: counting
//! on from any point comes to the same as counting from the beginning. So the app goes on from what the platform has
//! confirmed. What the caller sees to: no fact comes twice (by its id), nor does an answer to the same question; a fact
//! that is taken back (a refund) is left out and the rest is counted anew.
//!
//! Where a task does not recur, the order of its facts does not matter. Where it does, what completes it is over, so
//! the order decides what goes into which round.
//!
//! Days are the member's own: each fact says on which it happened, so no time zone is needed here.

use std::collections::BTreeMap;
use std::ops::RangeBounds;

use jiff::SignedDuration;
use jiff::civil::{Date, Weekday};
use litemap::LiteMap;
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
    pub fields: LiteMap<String, String>,
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
    /// What is counted together; a streak counts these. A questionnaire has none: what was answered stays so.
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
    /// Questions are counted that were answered.
    Questionnaire,
    /// One that this version does not know: it is left to the platform.
    Other(String),
}

/// Which facts a task counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// It begins anew with the next window; a streak and what has no windows, when the platform gives it a new period.
    OnExpiration,
    /// One that this version does not know: as [`Self::None`], until the platform says otherwise.
    Other(String),
}

/// How far a task is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What was counted, by the first day of the window; by none where the task has no windows. Of a streak that
    /// recurs, the window that completed it stays with 0: neither it nor what lies before counts for the next one.
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
        !matches!(self.kind, Kind::Other(_)) && !matches!(self.window, Window::Other(_)) && is_positive(self.target)
    }

    /// Whether the task is about such a fact, at whatever time.
    pub fn matches(&self, fact: &Fact) -> bool {
        self.trigger.event == fact.event
            && self.trigger.conditions.iter().all(|(name, value)| fact.fields.get(name) == Some(value))
    }

    /// Whether the task counts the fact, as far as the task is not done.
    pub fn counts(&self, fact: &Fact) -> bool {
        self.matches(fact) && self.counts_match(fact)
    }

    /// The same for a fact that is known to match.
    fn counts_match(&self, fact: &Fact) -> bool {
        let takes_part = if self.opt_in { self.counts_from.is_some_and(|from| fact.at >= from) } else { true };
        self.is_known()
            && takes_part
            && fact.at >= self.starts
            && self.ends.is_none_or(|ends| fact.at < ends)
            && (self.kind != Kind::Amount || is_positive(fact.amount))
    }

    /// Counts one more fact. False where it does not count.
    pub fn count(&self, progress: &mut Progress, fact: &Fact) -> bool {
        self.matches(fact) && self.count_match(progress, fact)
    }

    /// The same for a fact that is known to match.
    pub(crate) fn count_match(&self, progress: &mut Progress, fact: &Fact) -> bool {
        if progress.completed || !self.counts_match(fact) {
            return false;
        }
        let window = self.window_of(fact.day);
        if self.is_over(progress, window) {
            return false;
        }
        let one = if self.kind == Kind::Amount { fact.amount } else { Decimal::ONE };
        let counted = progress.counted.entry(window).or_default();
        let is_new = counted.is_zero();
        *counted = counted.saturating_add(one);
        let reached = match (&self.kind, window) {
            (Kind::Streak, Some(window)) => is_new && self.is_reached_with(progress, window),
            _ => *counted >= self.target,
        };
        if reached {
            progress.completions = progress.completions.saturating_add(1);
            match self.recurrence {
                Recurrence::OnCompletion => {
                    progress.counted.clear();
                    if self.kind == Kind::Streak {
                        progress.counted.insert(window, Decimal::ZERO);
                    }
                }
                Recurrence::OnExpiration if self.is_done_by_window() => {}
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

    /// What to show on the member's day `today`: what counts towards the target by then. A window that has passed
    /// counts no longer, nor does a streak that was missed; a task that is done has its target at least.
    pub fn value(&self, progress: &Progress, today: Date) -> Decimal {
        let value = match self.kind {
            Kind::Streak if progress.completed => self.target,
            Kind::Streak => self.run(progress, today).len().into(),
            _ => progress.counted.get(&self.window_of(today)).copied().unwrap_or_default(),
        };
        if progress.completed { value.max(self.target) } else { value }
    }

    /// Whether there is nothing left to do: for good, or in the window of the member's day `today`.
    pub fn is_done(&self, progress: &Progress, today: Date) -> bool {
        progress.completed || self.is_full(progress, self.window_of(today))
    }

    /// The first day of the window that `day` is in; none where the task has no windows.
    pub fn window_of(&self, day: Date) -> Option<Date> {
        match (&self.kind, &self.window) {
            (Kind::Questionnaire, _) => None,
            (_, Window::Week) => {
                let back = day.weekday().since(Weekday::Monday);
                Some(day.saturating_sub(days(back.into())))
            }
            (Kind::Streak, _) | (_, Window::Day) => Some(day),
            (_, Window::None | Window::Other(_)) => None,
        }
    }

    /// The first day of the window that is `ahead` windows after the one that begins on `window`.
    pub fn window_after(&self, window: Date, ahead: i32) -> Date {
        window.saturating_add(days(i64::from(ahead).saturating_mul(self.window_days())))
    }

    /// How many windows `later` is after `earlier`, both first days of one: 1 for neighbours; 0 where it is not later.
    pub fn windows_between(&self, earlier: Date, later: Date) -> u32 {
        let days = later.duration_since(earlier).as_hours() / 24;
        u32::try_from(days / self.window_days()).unwrap_or_default()
    }

    /// The windows of the streak that goes on on the member's day `today`, oldest first: none where it was missed.
    /// Where the streak is done, the windows that made it so.
    pub fn run(&self, progress: &Progress, today: Date) -> Vec<Date> {
        let Some(today) = self.window_of(today) else { return Vec::new() };
        let newest = windows_with_facts(progress, ..).next_back();
        let mut run: Vec<Date> = if progress.completed {
            let ends = windows_with_facts(progress, ..).rev();
            ends.map(|end| self.run_until(progress, end).collect())
                .find(|run: &Vec<Date>| self.is_enough(run.len()))
                .unwrap_or_default()
        } else {
            // Who travels west has been in tomorrow already.
            self.run_until(progress, newest.map_or(today, |newest| newest.max(today))).collect()
        };
        run.reverse();
        run
    }

    /// The windows, newest first, of the run that is not broken at the window that begins on `end`. That one may still
    /// be without a fact: it is not missed before it is over.
    fn run_until(&self, progress: &Progress, end: Date) -> impl Iterator<Item = Date> {
        let mut before = end;
        windows_with_facts(progress, ..=Some(end)).rev().take_while(move |window| {
            let unbroken = self.windows_between(*window, before) <= self.streak.missed.max(1);
            before = *window;
            unbroken && self.is_within(*window, end)
        })
    }

    /// Whether the streak is reached by a run that the window that begins on `window` belongs to.
    fn is_reached_with(&self, progress: &Progress, window: Date) -> bool {
        let mut before = window;
        // What lies after it counts only where it came late.
        windows_with_facts(progress, Some(window)..)
            .take_while(|end| {
                let unbroken = self.windows_between(before, *end) <= self.streak.missed.max(1);
                before = *end;
                unbroken && self.is_within(window, *end)
            })
            .any(|end| self.is_enough(self.run_until(progress, end).count()))
    }

    fn is_enough(&self, windows: usize) -> bool {
        Decimal::from(windows) >= self.target
    }

    fn is_within(&self, window: Date, end: Date) -> bool {
        self.streak.within.is_none_or(|within| self.windows_between(window, end) < within.max(1))
    }

    /// Whether nothing more counts in a window.
    fn is_over(&self, progress: &Progress, window: Option<Date>) -> bool {
        let spent = |(done, counted): (&Option<Date>, &Decimal)| counted.is_zero() && *done >= window;
        let spends = self.kind == Kind::Streak && self.recurrence == Recurrence::OnCompletion;
        self.is_full(progress, window) || spends && progress.counted.iter().any(spent)
    }

    /// Whether a window has what it takes, for a task that is done anew in each.
    fn is_full(&self, progress: &Progress, window: Option<Date>) -> bool {
        self.is_done_by_window() && progress.counted.get(&window).is_some_and(|counted| *counted >= self.target)
    }

    /// Whether the task is done anew in each window. A streak is made of windows: it has none around it.
    fn is_done_by_window(&self) -> bool {
        let has_windows =
            matches!(self.kind, Kind::Count | Kind::Amount) && matches!(self.window, Window::Day | Window::Week);
        self.recurrence == Recurrence::OnExpiration && has_windows
    }

    fn window_days(&self) -> i64 {
        if self.window == Window::Week { 7 } else { 1 }
    }
}

/// More than 0. Comparing would bring both to one scale first.
fn is_positive(amount: Decimal) -> bool {
    amount.is_sign_positive() && !amount.is_zero()
}

/// Whole days, which need no calendar to be added.
fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(days.saturating_mul(24))
}

fn windows_with_facts(
    progress: &Progress,
    range: impl RangeBounds<Option<Date>>,
) -> impl DoubleEndedIterator<Item = Date> + '_ {
    progress.counted.range(range).filter(|(_, counted)| is_positive(**counted)).filter_map(|(window, _)| *window)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use proptest::prelude::*;

    use super::*;

    /// A Thursday, the 22nd day before the new year.
    const FIRST: Date = jiff::civil::date(2026, 12, 10);

    fn rule(kind: Kind, target: i64, window: Window) -> Rule {
        Rule {
            kind,
            trigger: Trigger { event: "app.opened".to_owned(), conditions: BTreeMap::new() },
            target: target.into(),
            window,
            streak: Streak::default(),
            starts: Timestamp::UNIX_EPOCH,
            ends: None,
            opt_in: false,
            counts_from: None,
            recurrence: Recurrence::None,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Something on the member's day, at noon in Greenwich.
    fn on(text: &str) -> Fact {
        fact(day(text), Decimal::ONE)
    }

    fn fact(day: Date, amount: Decimal) -> Fact {
        Fact {
            id: Uuid::nil(),
            event: "app.opened".to_owned(),
            at: day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp(),
            day,
            fields: LiteMap::new(),
            amount,
        }
    }

    fn paid(text: &str, amount: i64) -> Fact {
        fact(day(text), amount.into())
    }

    fn total(rule: &Rule, days: &[&str]) -> Progress {
        rule.total(&days.iter().map(|text| on(text)).collect::<Vec<_>>())
    }

    fn value(rule: &Rule, days: &[&str], today: &str) -> i64 {
        i64::try_from(rule.value(&total(rule, days), day(today))).unwrap()
    }

    #[test]
    fn each_fact_is_one_until_the_task_is_done() {
        let rule = rule(Kind::Count, 2, Window::None);
        let facts = ["2026-12-10", "2026-12-10", "2027-03-01"];
        assert_eq!(value(&rule, &facts[..1], "2027-01-01"), 1);
        let done = total(&rule, &facts);
        assert_eq!(done, total(&rule, &facts[..2]));
        assert_eq!((done.completions, done.completed, rule.value(&done, FIRST)), (1, true, 2.into()));
        assert!(!rule.count(&mut done.clone(), &on("2026-12-11")));
    }

    #[test]
    fn only_amounts_above_nothing_add_up() {
        let rule = rule(Kind::Amount, 100, Window::None);
        let facts = [paid("2026-12-10", 70), paid("2026-12-10", 0), paid("2026-12-11", -50), paid("2026-12-12", 70)];
        assert!(!rule.counts(&facts[1]) && !rule.counts(&facts[2]));
        assert_eq!(rule.value(&rule.total(&facts[..3]), FIRST), 70.into());
        let done = rule.total(&facts);
        assert!(done.completed);
        assert_eq!(rule.value(&done, FIRST), 140.into());
    }

    #[test]
    fn amounts_beyond_all_measure_do_no_harm() {
        let rule = rule(Kind::Amount, 1, Window::None);
        let facts = [fact(FIRST, Decimal::MAX), fact(FIRST, Decimal::MAX)];
        let rule = Rule { target: Decimal::MAX, recurrence: Recurrence::OnCompletion, ..rule };
        assert_eq!(rule.total(&facts).completions, 2);
    }

    #[test]
    fn what_is_of_another_type_or_lacks_a_field_does_not_match() {
        let mut rule = rule(Kind::Count, 5, Window::None);
        rule.trigger.conditions.insert("group".to_owned(), "healthy".to_owned());
        let mut healthy = on("2026-12-10");
        assert!(!rule.matches(&healthy));
        healthy.fields.insert("group".to_owned(), "sweet".to_owned());
        assert!(!rule.matches(&healthy));
        healthy.fields.insert("group".to_owned(), "healthy".to_owned());
        healthy.fields.insert("goodsId".to_owned(), "7".to_owned());
        assert!(rule.matches(&healthy));
        assert!(!rule.matches(&Fact { event: "purchase".to_owned(), ..healthy }));
    }

    #[test]
    fn what_lies_outside_the_period_matches_and_does_not_count() {
        let noon = |text: &str| on(text).at;
        let period =
            Rule { starts: noon("2026-12-10"), ends: Some(noon("2026-12-12")), ..rule(Kind::Count, 5, Window::None) };
        let counted = ["2026-12-09", "2026-12-10", "2026-12-11", "2026-12-12"].map(|text| period.counts(&on(text)));
        assert_eq!(counted, [false, true, true, false]);
        assert!(period.matches(&on("2026-12-09")));
    }

    #[test]
    fn who_must_take_part_first_is_counted_from_then_on() {
        let stranger = Rule { opt_in: true, ..rule(Kind::Count, 5, Window::None) };
        assert!(!stranger.counts(&on("2026-12-10")));
        let member = Rule { counts_from: Some(on("2026-12-10").at), ..stranger };
        assert_eq!(value(&member, &["2026-12-09", "2026-12-10", "2026-12-11"], "2026-12-11"), 2);
    }

    #[test]
    fn each_window_starts_from_nothing_and_what_comes_late_is_of_its_own() {
        let daily = rule(Kind::Count, 3, Window::Day);
        let days = ["2026-12-10", "2026-12-10", "2026-12-11", "2026-12-11"];
        assert_eq!(value(&daily, &days, "2026-12-11"), 2);
        assert_eq!(value(&daily, &days, "2026-12-12"), 0);
        assert!(!total(&daily, &days).completed);
        let late = ["2026-12-10", "2026-12-11", "2026-12-11", "2026-12-10", "2026-12-10"];
        assert!(total(&daily, &late).completed);
        assert_eq!(value(&daily, &late, "2026-12-20"), 3, "what is done stays done");
    }

    #[test]
    fn weeks_begin_on_monday_and_go_across_the_new_year() {
        let weekly = rule(Kind::Count, 5, Window::Week);
        let monday = Some(day("2026-12-28"));
        for text in ["2026-12-28", "2026-12-31", "2027-01-01", "2027-01-03"] {
            assert_eq!(weekly.window_of(day(text)), monday, "{text}");
        }
        assert_eq!(weekly.window_of(day("2027-01-04")), Some(day("2027-01-04")));
        assert_eq!(weekly.window_of(day("2026-12-27")), Some(day("2026-12-21")));
        assert_eq!(weekly.window_after(day("2026-12-28"), 1), day("2027-01-04"));
        assert_eq!(value(&weekly, &["2026-12-31", "2027-01-01", "2027-01-04"], "2027-01-02"), 2);
    }

    #[test]
    fn a_streak_counts_days_and_ends_with_a_missed_one() {
        let streak = rule(Kind::Streak, 5, Window::None);
        // Across the ends of a month, a year, and a February of a leap year.
        let new_year = ["2026-12-30", "2026-12-31", "2026-12-31", "2027-01-01"];
        assert_eq!(value(&streak, &new_year, "2027-01-01"), 3);
        assert_eq!(value(&streak, &new_year, "2027-01-02"), 3, "today is not over");
        assert_eq!(value(&streak, &new_year, "2027-01-03"), 0);
        assert_eq!(value(&streak, &["2028-02-28", "2028-02-29", "2028-03-01"], "2028-03-01"), 3);
        assert_eq!(value(&streak, &["2027-02-27", "2027-02-28", "2027-03-02"], "2027-03-02"), 1);
        let five = ["2026-12-30", "2027-01-03", "2026-12-31", "2027-01-02", "2027-01-01"];
        assert!(total(&streak, &five).completed, "in whatever order");
        assert_eq!(value(&streak, &five, "2027-02-01"), 5, "a streak that was reached is not missed");
        assert!(!total(&streak, &five[1..]).completed);
    }

    #[test]
    fn a_streak_of_weeks_needs_one_day_of_each() {
        let streak = rule(Kind::Streak, 3, Window::Week);
        let days = ["2026-12-20", "2026-12-21", "2027-01-03"];
        assert_eq!(value(&streak, &days[..2], "2026-12-31"), 2);
        assert_eq!(value(&streak, &days[..2], "2027-01-04"), 0, "a week was missed");
        assert!(total(&streak, &days).completed);
    }

    #[test]
    fn a_marathon_forgives_days_but_not_a_week_and_forgets_what_is_long_ago() {
        let streak = Streak { missed: 7, within: Some(14) };
        let marathon = Rule { streak, ..rule(Kind::Streak, 5, Window::Day) };
        let days = ["2026-12-01", "2026-12-08", "2026-12-14"];
        assert_eq!(value(&marathon, &days, "2026-12-14"), 3);
        assert_eq!(value(&marathon, &days, "2026-12-15"), 2, "the first is more than 14 days back");
        assert_eq!(value(&marathon, &days, "2026-12-21"), 2, "six missed, and today is not over");
        assert_eq!(value(&marathon, &days, "2026-12-22"), 0, "a missed week ends it");
        let not_within = ["2026-12-01", "2026-12-04", "2026-12-08", "2026-12-12", "2026-12-15"];
        assert!(!total(&marathon, &not_within).completed);
        assert!(total(&marathon, &["2026-12-02", "2026-12-04", "2026-12-08", "2026-12-12", "2026-12-15"]).completed);
        let broken = ["2026-12-01", "2026-12-02", "2026-12-10", "2026-12-11", "2026-12-12"];
        assert!(!total(&marathon, &broken).completed);
        assert_eq!(value(&marathon, &broken, "2026-12-12"), 3);
    }

    #[test]
    fn who_travels_west_keeps_the_day_that_they_were_in() {
        let streak = rule(Kind::Streak, 5, Window::Day);
        assert_eq!(value(&streak, &["2026-12-10", "2026-12-11"], "2026-12-10"), 2);
    }

    #[test]
    fn a_streak_done_by_late_facts_shows_the_days_that_did_it() {
        let streak = rule(Kind::Streak, 3, Window::Day);
        let done = total(&streak, &["2026-12-10", "2026-12-12", "2026-12-20", "2026-12-11"]);
        assert!(done.completed);
        assert_eq!(streak.run(&done, day("2027-01-01")), ["2026-12-10", "2026-12-11", "2026-12-12"].map(day));
    }

    #[test]
    fn answers_count_whenever_they_were_given() {
        let questions = rule(Kind::Questionnaire, 2, Window::Day);
        assert_eq!(value(&questions, &["2026-12-10"], "2027-01-01"), 1);
        assert!(total(&questions, &["2026-12-10", "2026-12-11"]).completed);
    }

    #[test]
    fn what_is_not_known_is_left_to_the_platform() {
        let kind = rule(Kind::Other("karaoke".to_owned()), 1, Window::None);
        let window = rule(Kind::Count, 1, Window::Other("moon".to_owned()));
        let target = rule(Kind::Count, 0, Window::None);
        for rule in [kind, window, target] {
            assert!(rule.matches(&on("2026-12-10")));
            assert_eq!(total(&rule, &["2026-12-10"]), Progress::default());
        }
        let recurrence =
            Rule { recurrence: Recurrence::Other("monthly".to_owned()), ..rule(Kind::Count, 1, Window::None) };
        assert!(total(&recurrence, &["2026-12-10"]).completed);
    }

    #[test]
    fn a_task_that_begins_anew_at_once_carries_nothing_over() {
        let again = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Amount, 100, Window::None) };
        let progress = again.total(&[paid("2026-12-10", 250), paid("2026-12-10", 60)]);
        assert_eq!((progress.completions, progress.completed), (1, false));
        assert_eq!(again.value(&progress, FIRST), 60.into());
    }

    #[test]
    fn no_day_of_a_streak_counts_for_the_next_one() {
        let again = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Streak, 2, Window::Day) };
        let days = ["2026-12-10", "2026-12-11", "2026-12-11", "2026-12-10", "2026-12-12"];
        let progress = total(&again, &days);
        assert_eq!(progress.completions, 1);
        assert_eq!(again.value(&progress, day("2026-12-12")), 1.into());
        let progress = total(&again, &[&days[..], &["2026-12-13"]].concat());
        assert_eq!(progress.completions, 2);
    }

    #[test]
    fn a_task_of_each_week_is_done_once_in_each() {
        let weekly = Rule { recurrence: Recurrence::OnExpiration, ..rule(Kind::Count, 2, Window::Week) };
        let days = ["2026-12-10", "2026-12-11", "2026-12-12", "2026-12-14"];
        let progress = total(&weekly, &days);
        assert_eq!((progress.completions, progress.completed), (1, false));
        assert!(weekly.is_done(&progress, day("2026-12-13")));
        assert!(!weekly.is_done(&progress, day("2026-12-14")));
        assert_eq!(weekly.value(&progress, day("2026-12-14")), 1.into());
        assert_eq!(total(&weekly, &[&days[..], &["2026-12-20"]].concat()).completions, 2);
        let once = Rule { recurrence: Recurrence::OnExpiration, ..rule(Kind::Count, 2, Window::None) };
        assert!(total(&once, &days).completed, "without windows, until the platform renews it");
    }

    #[test]
    fn what_is_stored_reads_back() {
        let daily = rule(Kind::Count, 3, Window::Day);
        let mut progress = total(&daily, &["2026-12-10", "2026-12-11", "2026-12-11"]);
        progress.counted.insert(None, "1.50".parse().unwrap());
        let stored = serde_json::to_string(&(&daily, &progress)).unwrap();
        assert_eq!(serde_json::from_str::<(Rule, Progress)>(&stored).unwrap(), (daily, progress));
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let kind = prop_oneof![Just(Kind::Count), Just(Kind::Amount), Just(Kind::Streak), Just(Kind::Questionnaire)];
        let window = prop_oneof![Just(Window::None), Just(Window::Day), Just(Window::Week)];
        let recurrence =
            prop_oneof![Just(Recurrence::None), Just(Recurrence::OnCompletion), Just(Recurrence::OnExpiration)];
        let streak = (0_u32..5, proptest::option::of(0_u32..9));
        (kind, window, recurrence, streak, 1_i64..6, 0_i32..10, proptest::option::of(10_i32..40)).prop_map(
            |(kind, window, recurrence, (missed, within), target, starts, ends)| {
                let noon = |days: i32| fact(FIRST.saturating_add(days.days()), Decimal::ONE).at;
                let streak = Streak { missed, within };
                let period = (noon(starts), ends.map(noon));
                Rule { streak, recurrence, starts: period.0, ends: period.1, ..rule(kind, target, window) }
            },
        )
    }

    fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
        let any_fact = (0_i32..45, -100_i64..300)
            .prop_map(|(days, cents)| fact(FIRST.saturating_add(days.days()), Decimal::new(cents, 2)));
        proptest::collection::vec(any_fact, 0..40)
    }

    fn any_day() -> impl Strategy<Value = Date> {
        (-10_i32..60).prop_map(|days| FIRST.saturating_add(days.days()))
    }

    proptest! {
        #[test]
        fn counting_on_from_anywhere_comes_to_the_same(rule in any_rule(), facts in any_facts(), at in 0_usize..40) {
            let (before, after) = facts.split_at(at.min(facts.len()));
            let stored = serde_json::to_string(&rule.total(before)).unwrap();
            let mut progress: Progress = serde_json::from_str(&stored).unwrap();
            for fact in after {
                rule.count(&mut progress, fact);
            }
            prop_assert_eq!(progress, rule.total(&facts));
        }

        #[test]
        fn what_does_not_count_changes_nothing(rule in any_rule(), facts in any_facts()) {
            let mut progress = Progress::default();
            for fact in &facts {
                let before = progress.clone();
                let counted = rule.count(&mut progress, fact);
                prop_assert!(rule.counts(fact) || !counted);
                prop_assert_eq!(counted, progress != before);
            }
        }

        #[test]
        fn the_order_does_not_matter_for_a_task_that_is_done_once(
            (facts, shuffled) in any_facts().prop_flat_map(|facts| (Just(facts.clone()), Just(facts).prop_shuffle())),
            rule in any_rule(),
        ) {
            let rule = Rule { recurrence: Recurrence::None, ..rule };
            let (one, other) = (rule.total(&facts), rule.total(&shuffled));
            prop_assert_eq!((one.completed, one.completions), (other.completed, other.completions));
            if !one.completed {
                prop_assert_eq!(one.counted, other.counted);
            }
        }

        #[test]
        fn what_is_taken_back_never_brings_a_task_further(
            rule in any_rule(),
            facts in any_facts(),
            kept in proptest::collection::vec(any::<bool>(), 40),
            today in any_day(),
        ) {
            let rule = Rule { recurrence: Recurrence::None, ..rule };
            let left: Vec<_> = facts.iter().zip(&kept).filter_map(|(fact, kept)| kept.then_some(fact)).collect();
            let (all, left) = (rule.total(&facts), rule.total(left));
            prop_assert!(left.completions <= all.completions);
            prop_assert!(all.completed || !left.completed);
            if !all.completed && rule.kind != Kind::Streak {
                prop_assert!(rule.value(&left, today) <= rule.value(&all, today));
            }
            if rule.kind == Kind::Streak && newest(&left) == newest(&all) {
                prop_assert!(rule.value(&left, today) <= rule.value(&all, today));
            }
        }

        #[test]
        fn more_facts_never_undo_a_completion(rule in any_rule(), facts in any_facts(), today in any_day()) {
            let mut progress = Progress::default();
            for fact in &facts {
                let before = progress.clone();
                rule.count(&mut progress, fact);
                prop_assert!(progress.completions >= before.completions);
                prop_assert!(progress.completed || !before.completed);
                prop_assert!(rule.is_done(&progress, today) || !rule.is_done(&before, today));
                prop_assert!(rule.value(&progress, today) >= Decimal::ZERO);
                prop_assert!(progress.counted.values().all(|counted| *counted >= Decimal::ZERO));
            }
        }

        #[test]
        fn a_streak_is_done_when_some_run_of_it_is_enough(rule in any_rule(), facts in any_facts()) {
            let rule = Rule { kind: Kind::Streak, recurrence: Recurrence::None, ..rule };
            let mut windows: Vec<Date> =
                facts.iter().filter(|fact| rule.counts(fact)).filter_map(|fact| rule.window_of(fact.day)).collect();
            windows.sort();
            windows.dedup();
            let progress = rule.total(&facts);
            // Spelled out: some windows, no two neighbours of which are too far apart, nor the first and the last.
            let unbroken = |run: &[Date]| {
                run.windows(2).all(|two| rule.windows_between(two[0], two[1]) <= rule.streak.missed.max(1))
                    && rule.streak.within.is_none_or(|within| {
                        rule.windows_between(run[0], *run.last().unwrap()) < within.max(1)
                    })
            };
            let target = usize::try_from(rule.target).unwrap();
            prop_assert_eq!(progress.completed, windows.windows(target).any(unbroken));
            if progress.completed {
                let run = rule.run(&progress, FIRST);
                prop_assert!(run.len() >= target && unbroken(&run));
            }
        }
    }

    fn newest(progress: &Progress) -> Option<Date> {
        windows_with_facts(progress, ..).next_back()
    }
}
