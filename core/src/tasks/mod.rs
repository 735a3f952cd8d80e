//! Tasks: what a member can do for points and badges, how far they are, and what comes next.
//!
//! Pure. What counts is [`rules`]'s to say, for the platform as for the app. Progress has two parts: what the platform has
//! confirmed, and what the events of this phone will add that it has not answered for yet. The second is counted by the
//! same rule, from where the first ends; it is shown apart, and gone once the platform lists the events as counted.

mod own;
pub mod rules;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod vectors;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub(crate) use self::own::OwnTasks;
use self::rules::{Fact, Kind, Progress, Recurrence, Rule, Trigger, Window};
use crate::balance::ExpectedPoints;
use crate::types::{Decimal, Freshness, Timestamp};

/// The type of the facts that a questionnaire counts.
const ANSWERED: &str = "task.answered";
/// A streak's row of dots goes back so many windows at most.
const MOST_DOTS: i32 = 31;
/// The platform lists so many counted events of a task at most, the newest.
const LISTED: usize = 200;

/// A task, as the platform last said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    /// Grows with everything that changes about it, for this member.
    pub(crate) version: u64,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) image_url: Option<String>,
    pub(crate) rule: Rule,
    pub(crate) reward: Option<Reward>,
    pub(crate) status: TaskStatus,
    /// How far it is, in the platform's own words: what is shown of a task that this version cannot count.
    pub(crate) progress: Decimal,
    pub(crate) confirmed: Progress,
    /// The events that are in it, newest first.
    pub(crate) counted_ids: Vec<Uuid>,
    pub(crate) questions: Vec<Question>,
    pub(crate) action: Option<(String, String)>,
}

/// Where the platform says a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TaskStatus {
    Open,
    Completed,
    Expired,
}

/// A question of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) id: i64,
    pub(crate) title: String,
    pub(crate) kind: TaskQuestionKind,
    pub(crate) options: Vec<TaskOption>,
    /// The platform has an answer.
    pub(crate) answered: bool,
}

/// Tasks that have a reward for doing all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TaskSet {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) task_ids: Vec<String>,
    pub(crate) reward: Option<Reward>,
    pub(crate) completed: bool,
}

/// What the platform says of tasks and games.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "tasks are what it is named for, and what the wire calls them")]
pub(crate) struct Tasks {
    pub(crate) sets: Vec<TaskSet>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) level: Option<Level>,
    pub(crate) games: Vec<Game>,
}

/// What a task or game brings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Reward {
    /// Points of an account.
    pub points: Option<ExpectedPoints>,
    /// An offer.
    pub offer: Option<String>,
    /// A badge's id.
    pub badge: Option<String>,
}

/// A badge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Badge {
    /// The platform's id.
    pub id: String,
    /// For the member.
    pub title: String,
    /// Its picture.
    pub image_url: Option<String>,
    /// Since when the member has it; none: not yet.
    pub awarded: Option<Timestamp>,
}

/// How far a member has come with tasks as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Level {
    /// For the member.
    pub name: String,
    /// Counted from 1.
    pub number: u32,
    /// What the member has towards the next.
    pub value: Decimal,
    /// Where the next begins; none on the highest.
    pub next: Option<Decimal>,
}

/// A game of chance. The platform draws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Game {
    /// The platform's id.
    pub id: String,
    /// For the member.
    pub title: String,
    /// How it is played.
    pub kind: GameKind,
    /// What a wheel's sectors say, in order.
    pub sectors: Vec<String>,
    /// How many times the member may play.
    pub plays_left: u32,
    /// Until when; none: there is no end.
    pub until: Option<Timestamp>,
}

/// How a game is played.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum GameKind {
    /// A wheel that comes to rest on a sector.
    Wheel,
    /// A card whose cover is scratched off.
    Scratch,
    /// One that this version does not know: a button will do.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// What a play came to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct GameOutcome {
    /// The wheel's sector, counted from 0, where the game has sectors.
    pub sector: Option<u32>,
    /// For the member, in the tenant's language.
    pub outcome: String,
    /// What it brings; none: nothing.
    pub reward: Option<Reward>,
}

/// An answer to a question of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct TaskAnswer {
    /// The question's number.
    pub question: i64,
    /// The text; for a choice, the option's number.
    pub value: String,
}

/// What a member does about a task that can wait for a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TaskAct {
    /// Takes part.
    OptIn { task: String, at: Timestamp },
    /// Does so no longer.
    OptOut { task: String, at: Timestamp },
    /// Hands in answers.
    Answers { task: String, answers: Vec<TaskAnswer>, at: Timestamp },
}

impl TaskAct {
    /// The task it is about.
    pub(crate) fn task(&self) -> &str {
        match self {
            Self::OptIn { task, .. } | Self::OptOut { task, .. } | Self::Answers { task, .. } => task,
        }
    }
}

/// What the tasks' screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TasksView {
    /// Sets of tasks, in the programme's order.
    pub sets: Vec<TaskSetView>,
    /// What can be done now, soonest end first; then what comes; then what is done; then what is past.
    pub tasks: Vec<TaskView>,
    /// What was completed and not celebrated yet. Tell the core by `celebrated` when it was.
    pub celebrations: Vec<Celebration>,
    /// All badges of the programme, with those that the member has.
    pub badges: Vec<Badge>,
    /// The member's level, where the programme has any.
    pub level: Option<Level>,
    /// Games that can be played.
    pub games: Vec<Game>,
    /// Points of tasks that are done on this phone and not confirmed yet. The balance shows them apart.
    pub expected: Vec<ExpectedPoints>,
    /// How fresh the tasks are.
    pub freshness: Freshness,
}

/// A set of tasks.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TaskSetView {
    /// The platform's id.
    pub id: String,
    /// For the member.
    pub title: String,
    /// Its tasks.
    pub tasks: Vec<String>,
    /// How many of them the platform has counted as done.
    pub done: u32,
    /// How many more are done on this phone.
    pub waiting: u32,
    /// For doing them all.
    pub reward: Option<Reward>,
    /// The platform has counted the set as done.
    pub completed: bool,
}

/// A task, as a screen shows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TaskView {
    /// The platform's id.
    pub id: String,
    /// For the member, as is the next.
    pub title: String,
    /// What is to be done, in the tenant's language.
    pub description: String,
    /// Its picture.
    pub image_url: Option<String>,
    /// How it is counted.
    pub kind: TaskKind,
    /// How much is needed.
    pub target: Decimal,
    /// What the platform has counted, for the time that counts now.
    pub confirmed: Decimal,
    /// What events of this phone add that the platform has not counted yet.
    pub waiting: Decimal,
    /// How many times it was done, as far as the platform has counted.
    pub completions: u32,
    /// Where it stands.
    pub state: TaskState,
    /// Whether the member takes part.
    pub participation: Participation,
    /// Why the platform refused what the member last asked about it: its words, which may be empty.
    pub refused: Option<String>,
    /// What the member can do.
    pub next: NextStep,
    /// When it ends; none: there is no end.
    pub ends: Option<Timestamp>,
    /// What it brings.
    pub reward: Option<Reward>,
    /// For a streak: its days or weeks, oldest first, up to now.
    pub streak: Vec<StreakDot>,
    /// For a questionnaire.
    pub questions: Vec<TaskQuestionView>,
}

/// How a task is counted.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TaskKind {
    /// By the number of times.
    Count,
    /// By a sum.
    Amount,
    /// By days or weeks.
    Streak,
    /// By answers.
    Questionnaire,
    /// One that this version does not know: its texts say all.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// Where a task stands.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum TaskState {
    /// It begins later.
    Upcoming {
        /// When.
        from: Timestamp,
    },
    /// It can be done.
    Open,
    /// It is done on this phone, and waits for the platform to count it.
    DoneWaiting,
    /// It is done.
    Done,
    /// Its time is over.
    Expired,
}

/// Whether the member takes part in a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Participation {
    /// Everybody does.
    Automatic,
    /// The member can.
    Out,
    /// The member does.
    In,
    /// The member does; the platform is still to be told.
    InWaiting,
    /// The member does no longer; the platform is still to be told.
    OutWaiting,
}

/// What a member can do next about a task.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NextStep {
    /// Nothing.
    Nothing,
    /// Take part.
    TakePart,
    /// Answer questions.
    Answer {
        /// How many.
        left: u32,
    },
    /// Follow the programme's link.
    Follow {
        /// What it says, in the tenant's language.
        label: String,
        /// Where it leads.
        link: String,
    },
    /// Do what the description says.
    Do {
        /// How much is left.
        remaining: Decimal,
    },
    /// Come back in the next day or week: this one is counted.
    ComeBack,
    /// Wait until the platform has counted it.
    Wait,
}

/// A day or week of a streak.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StreakDot {
    /// Its first day, as `2026-11-22`.
    pub from: String,
    /// What happened in it.
    pub mark: StreakMark,
    /// It is the one that goes on now.
    pub now: bool,
}

/// What happened in a day or week of a streak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum StreakMark {
    /// The platform has counted it.
    Counted,
    /// It is done on this phone, and waits to be counted.
    Waiting,
    /// Nothing was done in it.
    Missed,
    /// Nothing yet; there is time.
    Open,
}

/// A question of a task.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TaskQuestionView {
    /// The platform's number for it.
    pub id: i64,
    /// In the tenant's language.
    pub title: String,
    /// What an answer is.
    pub kind: TaskQuestionKind,
    /// What can be chosen.
    pub options: Vec<TaskOption>,
    /// What the member typed or chose, handed in or not.
    pub value: Option<String>,
    /// An answer was handed in.
    pub answered: bool,
}

/// What an answer to a question is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum TaskQuestionKind {
    /// One of the options, by its number.
    Choice,
    /// A text.
    Text,
    /// A number.
    Number,
    /// A day, as `2026-11-22`.
    Date,
    /// One that this version does not know: take a text.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// An option of a question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct TaskOption {
    /// The platform's number for it.
    pub id: i64,
    /// In the tenant's language.
    pub name: String,
}

/// A completion to be celebrated.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Celebration {
    /// The task's id.
    pub task: String,
    /// The task's title.
    pub title: String,
    /// What it brings.
    pub reward: Option<Reward>,
    /// How many times it is done by now.
    pub completions: u32,
}

/// The tasks after the platform's answer. Of two versions of a task the higher wins; one that the answer lacks is gone.
/// Games are another answer's.
pub(crate) fn apply(tasks: &mut Tasks, answer: Tasks) {
    let mut known: HashMap<String, Task> = tasks.tasks.drain(..).map(|task| (task.id.clone(), task)).collect();
    let mut listed: Vec<Task> = Vec::new();
    for task in answer.tasks {
        let task = match known.remove(&task.id) {
            Some(known) if known.version > task.version => known,
            _ => task,
        };
        match listed.iter_mut().find(|other| other.id == task.id) {
            Some(other) if other.version >= task.version => {}
            Some(other) => *other = task,
            None => listed.push(task),
        }
    }
    *tasks = Tasks { tasks: listed, games: std::mem::take(&mut tasks.games), ..answer };
}

/// Whether some task may count such a fact: it is not given up, and stays until the platform has counted it.
pub(crate) fn triggers(tasks: &Tasks, fact: &Fact) -> bool {
    tasks.tasks.iter().any(|task| task.rule.matches(fact))
}

/// Whether such a fact may count once the platform knows of an opt-in that is among `acts`.
pub(crate) fn awaits(tasks: &Tasks, acts: &[(&TaskAct, Option<&str>)], fact: &Fact) -> bool {
    acts.iter().any(|(act, refusal)| {
        let opted_in =
            |task: &&Task| refusal.is_none() && matches!(act, TaskAct::OptIn { task: id, .. } if *id == task.id);
        tasks.tasks.iter().filter(opted_in).any(|task| task.rule.matches(fact))
    })
}

/// What counts as celebrated where tasks are known for the first time on this phone: all that is done, but for what
/// events of this very phone (`own`) have done.
pub(crate) fn baseline(tasks: &Tasks, own: &[Uuid]) -> BTreeMap<String, u32> {
    let celebrated = tasks.tasks.iter().map(|task| {
        let ours = u32::from(task.counted_ids.iter().any(|id| own.contains(id)));
        (task.id.clone(), task.confirmed.completions.saturating_sub(ours))
    });
    celebrated.collect()
}

/// What of the member's own comes on top of what the platform says.
#[derive(Clone, Copy)]
pub(crate) struct Ours<'a> {
    /// Acts on tasks, oldest first, each with its refusal.
    pub(crate) acts: &'a [(&'a TaskAct, Option<&'a str>)],
    pub(crate) own: &'a OwnTasks,
}

/// A task with what this phone knows beyond the platform.
struct Predicted<'a> {
    task: &'a Task,
    rule: Rule,
    progress: Progress,
    participation: Participation,
    refused: Option<String>,
}

impl Predicted<'_> {
    fn is_done(&self) -> bool {
        self.task.status == TaskStatus::Completed || self.progress.completed
    }

    /// Done by the platform's count.
    fn is_confirmed(&self) -> bool {
        self.task.status == TaskStatus::Completed || self.task.confirmed.completed
    }

    fn completions_waiting(&self) -> u32 {
        self.progress.completions.saturating_sub(self.task.confirmed.completions)
    }
}

/// Facts by what may count them. However many tasks have a trigger, and however many triggers ask for a field, a fact is
/// looked at once for each.
type ByTrigger<'a> = HashMap<&'a Trigger, Vec<&'a Fact>>;

/// The task once the platform has answered for all that this phone knows.
fn predict<'a>(task: &'a Task, facts: &ByTrigger<'_>, acts: &[(&TaskAct, Option<&str>)]) -> Predicted<'a> {
    let mut rule = task.rule.clone();
    let mut participation = match (rule.opt_in, rule.counts_from) {
        (false, _) => Participation::Automatic,
        (true, Some(_)) => Participation::In,
        (true, None) => Participation::Out,
    };
    let mut refused = None;
    let mut answers: Vec<Fact> = Vec::new();
    for (act, refusal) in acts.iter().filter(|(act, _)| act.task() == task.id) {
        if let Some(text) = refusal {
            refused = Some((*text).to_owned());
            continue;
        }
        match act {
            TaskAct::OptIn { at, .. } => {
                rule.counts_from = Some(rule.counts_from.unwrap_or(*at));
                participation = Participation::InWaiting;
            }
            TaskAct::OptOut { .. } => {
                rule.counts_from = None;
                participation = Participation::OutWaiting;
            }
            TaskAct::Answers { answers: given, at, .. } => {
                for answer in given {
                    let known =
                        task.questions.iter().any(|question| question.id == answer.question && !question.answered);
                    let question = answer.question.to_string();
                    let twice = answers.iter().any(|fact| fact.fields.get("question") == Some(&question));
                    if known && !twice {
                        answers.push(answered(&task.id, question, *at));
                    }
                }
            }
        }
    }
    let mut progress = task.confirmed.clone();
    if participation == Participation::OutWaiting {
        // As the platform will: who takes part again begins anew.
        progress.counted.clear();
    }
    let queued = facts.get(&rule.trigger).map(Vec::as_slice).unwrap_or_default();
    if !queued.is_empty() && rule.is_known() {
        let counted: HashSet<Uuid> = task.counted_ids.iter().copied().collect();
        // It has what came before one that it lists, too, though the list may be too short for that.
        let listed = queued.iter().rposition(|fact| task.counted_ids.len() >= LISTED && counted.contains(&fact.id));
        for fact in queued.iter().skip(listed.map_or(0, |at| at + 1)).filter(|fact| !counted.contains(&fact.id)) {
            rule.count_match(&mut progress, fact);
        }
    }
    for fact in &answers {
        rule.count(&mut progress, fact);
    }
    Predicted { task, rule, progress, participation, refused }
}

/// A question that was answered on this phone, as the platform will count it.
fn answered(task: &str, question: String, at: Timestamp) -> Fact {
    Fact {
        id: Uuid::nil(),
        event: ANSWERED.to_owned(),
        at,
        // Questionnaires have no days.
        day: Date::ZERO,
        fields: [("task".to_owned(), task.to_owned()), ("question".to_owned(), question)].into_iter().collect(),
        amount: Decimal::ZERO,
    }
}

/// What the screen shows at `now`, which is on the member's day `today`. `facts` are the events that the platform has not
/// answered for yet, oldest first.
pub(crate) fn view<'a>(
    tasks: &'a Tasks,
    facts: impl Iterator<Item = &'a Fact>,
    ours: Ours<'a>,
    (now, today): (Timestamp, Date),
    freshness: Freshness,
) -> TasksView {
    let facts = by_trigger(tasks, facts);
    let predicted: Vec<_> = tasks.tasks.iter().map(|task| predict(task, &facts, ours.acts)).collect();
    let mut shown: Vec<_> = predicted.iter().map(|task| show(task, ours, now, today)).collect();
    shown.sort_by_key(|task| {
        let group = match task.state {
            TaskState::Open => 0,
            TaskState::Upcoming { .. } => 1,
            TaskState::DoneWaiting | TaskState::Done => 2,
            TaskState::Expired => 3,
        };
        (group, task.ends.unwrap_or(Timestamp::MAX))
    });
    let sets = tasks.sets.iter().map(|set| show_set(set, &predicted)).collect::<Vec<_>>();
    let none = BTreeMap::new();
    let celebrated = ours.own.celebrated.as_ref().unwrap_or(&none);
    let celebrations = predicted
        .iter()
        .filter(|task| task.progress.completions > celebrated.get(&task.task.id).copied().unwrap_or_default());
    TasksView {
        celebrations: celebrations
            .map(|Predicted { task, progress, .. }| Celebration {
                task: task.id.clone(),
                title: task.title.clone(),
                reward: task.reward.clone(),
                completions: progress.completions,
            })
            .collect(),
        expected: expected(tasks, &predicted, &sets),
        sets,
        tasks: shown,
        badges: tasks.badges.clone(),
        level: tasks.level.clone(),
        games: tasks.games.iter().filter(|game| game.until.is_none_or(|until| until > now)).cloned().collect(),
        freshness,
    }
}

/// The next instant at which a task or a game comes or goes by itself, or the member's day ends that a task goes by.
pub(crate) fn next_change(tasks: &Tasks, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = zone.to_datetime(now).date();
    let by_days = tasks.tasks.iter().any(|task| task.rule.window_of(today).is_some());
    let tomorrow = if by_days { today.tomorrow().and_then(|day| day.to_zoned(zone.clone())).ok() } else { None };
    let rules = tasks.tasks.iter().flat_map(|task| [Some(task.rule.starts), task.rule.ends]);
    let games = tasks.games.iter().map(|game| game.until);
    let ahead = rules.chain(games).chain([tomorrow.map(|day| day.timestamp())]).flatten();
    ahead.filter(|at| *at > now).min()
}

/// Points of what is done on this phone and not confirmed yet, for the balance: without a view being made.
pub(crate) fn expected_points<'a>(
    tasks: &'a Tasks,
    facts: impl Iterator<Item = &'a Fact>,
    acts: &'a [(&'a TaskAct, Option<&'a str>)],
) -> Vec<ExpectedPoints> {
    let mut facts = facts.peekable();
    if facts.peek().is_none() && acts.is_empty() {
        return Vec::new();
    }
    let facts = by_trigger(tasks, facts);
    let predicted: Vec<_> = tasks.tasks.iter().map(|task| predict(task, &facts, acts)).collect();
    let sets: Vec<_> = tasks.sets.iter().map(|set| show_set(set, &predicted)).collect();
    expected(tasks, &predicted, &sets)
}

fn by_trigger<'a>(tasks: &'a Tasks, facts: impl Iterator<Item = &'a Fact>) -> ByTrigger<'a> {
    let mut by_type: HashMap<&str, Vec<&Fact>> = HashMap::new();
    let mut seen = HashSet::new();
    for fact in facts.filter(|fact| seen.insert(fact.id)) {
        by_type.entry(fact.event.as_str()).or_default().push(fact);
    }
    let mut by_value: HashMap<(&str, &str), HashMap<&str, Vec<&Fact>>> = HashMap::new();
    let mut by_trigger = ByTrigger::new();
    for Task { rule, .. } in &tasks.tasks {
        let Trigger { event, conditions } = &rule.trigger;
        let Some(of_type) = by_type.get(event.as_str()) else { continue };
        by_trigger.entry(&rule.trigger).or_insert_with(|| {
            let Some((name, value)) = conditions.first_key_value() else { return of_type.clone() };
            let of_field = by_value.entry((event, name)).or_insert_with(|| {
                let mut of_field: HashMap<&str, Vec<&Fact>> = HashMap::new();
                for fact in of_type {
                    if let Some(value) = fact.fields.get(name) {
                        of_field.entry(value).or_default().push(fact);
                    }
                }
                of_field
            });
            let facts = of_field.get(value.as_str()).map(Vec::as_slice).unwrap_or_default();
            facts.iter().copied().filter(|fact| rule.matches(fact)).collect()
        });
    }
    by_trigger
}

fn show(predicted: &Predicted<'_>, ours: Ours<'_>, now: Timestamp, today: Date) -> TaskView {
    let Predicted { task, rule, progress, participation, refused } = predicted;
    let (confirmed, total) = if rule.is_known() {
        // What was counted of a round that is done on this phone is not the next one's.
        let anew = rule.recurrence == Recurrence::OnCompletion && predicted.completions_waiting() > 0;
        let confirmed = if anew { Decimal::ZERO } else { rule.value(&task.confirmed, today) };
        (confirmed, rule.value(progress, today))
    } else {
        (task.progress, task.progress)
    };
    let waiting = (total - confirmed).max(Decimal::ZERO);
    let state = if predicted.is_confirmed() {
        TaskState::Done
    } else if predicted.is_done() {
        TaskState::DoneWaiting
    } else if task.status == TaskStatus::Expired || rule.ends.is_some_and(|ends| ends <= now) {
        TaskState::Expired
    } else if rule.starts > now {
        TaskState::Upcoming { from: rule.starts }
    } else {
        TaskState::Open
    };
    let questions = questions(task, ours);
    let next = next_step(predicted, &state, &questions, total, today);
    TaskView {
        id: task.id.clone(),
        title: task.title.clone(),
        description: task.description.clone(),
        image_url: task.image_url.clone(),
        kind: match &rule.kind {
            Kind::Count => TaskKind::Count,
            Kind::Amount => TaskKind::Amount,
            Kind::Streak => TaskKind::Streak,
            Kind::Questionnaire => TaskKind::Questionnaire,
            Kind::Other(name) => TaskKind::Other { name: name.clone() },
        },
        target: rule.target,
        confirmed,
        waiting,
        completions: task.confirmed.completions,
        state,
        participation: *participation,
        refused: refused.clone(),
        next,
        ends: rule.ends,
        reward: task.reward.clone(),
        streak: if rule.kind == Kind::Streak { dots(predicted, today) } else { Vec::new() },
        questions,
    }
}

fn questions(task: &Task, ours: Ours<'_>) -> Vec<TaskQuestionView> {
    let handed_in = |id: i64| {
        let acts = ours.acts.iter().rev().filter(|(act, refusal)| refusal.is_none() && act.task() == task.id);
        acts.filter_map(|(act, _)| match act {
            TaskAct::Answers { answers, .. } => answers.iter().rev().find(|answer| answer.question == id),
            TaskAct::OptIn { .. } | TaskAct::OptOut { .. } => None,
        })
        .map(|answer| answer.value.clone())
        .next()
    };
    let drafts = ours.own.drafts.get(&task.id).map(Vec::as_slice).unwrap_or_default();
    let questions = task.questions.iter().map(|question| {
        let handed_in = handed_in(question.id);
        let draft = drafts.iter().rev().find(|answer| answer.question == question.id);
        TaskQuestionView {
            id: question.id,
            title: question.title.clone(),
            kind: question.kind.clone(),
            options: question.options.clone(),
            answered: question.answered || handed_in.is_some(),
            value: draft.map(|draft| draft.value.clone()).or(handed_in),
        }
    });
    questions.collect()
}

fn next_step(
    predicted: &Predicted<'_>,
    state: &TaskState,
    questions: &[TaskQuestionView],
    total: Decimal,
    today: Date,
) -> NextStep {
    let Predicted { task, rule, progress, participation, .. } = predicted;
    match state {
        TaskState::DoneWaiting => return NextStep::Wait,
        TaskState::Done | TaskState::Expired | TaskState::Upcoming { .. } => return NextStep::Nothing,
        TaskState::Open => {}
    }
    if matches!(participation, Participation::Out | Participation::OutWaiting) {
        return NextStep::TakePart;
    }
    let open = questions.iter().filter(|question| !question.answered).count();
    if open > 0 {
        return NextStep::Answer { left: crate::events::outbox::count(open) };
    }
    let window = rule.window_of(today);
    let counted = progress.counted.get(&window).copied();
    let this_one_is_done = match rule.kind {
        Kind::Streak => counted.is_some(),
        _ => rule.recurrence == Recurrence::OnExpiration && counted.is_some_and(|counted| counted >= rule.target),
    };
    if this_one_is_done && window.is_some() {
        return NextStep::ComeBack;
    }
    if let Some((label, link)) = &task.action {
        return NextStep::Follow { label: label.clone(), link: link.clone() };
    }
    NextStep::Do { remaining: (rule.target - total).max(Decimal::ZERO) }
}

/// The days or weeks of a streak up to the one that goes on, from the first in which something was done.
fn dots(predicted: &Predicted<'_>, today: Date) -> Vec<StreakDot> {
    let Predicted { task, rule, progress, .. } = predicted;
    let Some(current) = rule.window_of(today) else { return Vec::new() };
    let length = if rule.window == Window::Week { 7 } else { 1 };
    let first = progress.counted.keys().flatten().next().copied().unwrap_or(current);
    let back = i32::try_from(rule.windows_between(first, current)).unwrap_or(MOST_DOTS).min(MOST_DOTS - 1);
    let dots = (0..=back).rev().filter_map(|back| {
        let from = current.checked_sub((back * length).days()).ok()?;
        let mark = if task.confirmed.counted.contains_key(&Some(from)) {
            StreakMark::Counted
        } else if progress.counted.contains_key(&Some(from)) {
            StreakMark::Waiting
        } else if back == 0 {
            StreakMark::Open
        } else {
            StreakMark::Missed
        };
        Some(StreakDot { from: from.to_string(), mark, now: back == 0 })
    });
    dots.collect()
}

fn show_set(set: &TaskSet, predicted: &[Predicted<'_>]) -> TaskSetView {
    let of_set = || predicted.iter().filter(|task| set.task_ids.contains(&task.task.id));
    // A task that begins anew counts for its set when it was done once.
    let done = |task: &&Predicted<'_>| task.is_confirmed() || task.task.confirmed.completions > 0;
    let waiting = |task: &&Predicted<'_>| !done(task) && (task.is_done() || task.progress.completions > 0);
    TaskSetView {
        id: set.id.clone(),
        title: set.title.clone(),
        tasks: set.task_ids.clone(),
        done: crate::events::outbox::count(of_set().filter(done).count()),
        waiting: crate::events::outbox::count(of_set().filter(waiting).count()),
        reward: set.reward.clone(),
        completed: set.completed,
    }
}

/// Points of what is done here and not confirmed, by currency.
fn expected(tasks: &Tasks, predicted: &[Predicted<'_>], sets: &[TaskSetView]) -> Vec<ExpectedPoints> {
    let of_tasks = predicted.iter().map(|task| (task.task.reward.as_ref(), task.completions_waiting()));
    let of_sets = tasks.sets.iter().zip(sets).map(|(set, view)| {
        let all = (view.done + view.waiting) as usize == set.task_ids.len() && !set.task_ids.is_empty();
        (set.reward.as_ref(), u32::from(all && !set.completed))
    });
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for (reward, times) in of_tasks.chain(of_sets) {
        if let Some(points) = reward.and_then(|reward| reward.points.as_ref()).filter(|_| times > 0) {
            let sum = sums.entry(&points.currency_code).or_default();
            *sum = sum.saturating_add(points.amount.saturating_mul(times.into()));
        }
    }
    sums.into_iter().map(|(code, amount)| ExpectedPoints { currency_code: code.to_owned(), amount }).collect()
}
