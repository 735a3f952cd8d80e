//! A phone and a platform, and whatever lies between them: what the phone shows is what the platform will say.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::acts::{Act, Acts, Ask, Of};
use crate::events::outbox::{Limits, Outbox, Queued, Reply};
use crate::events::{self, Data, Event};

/// The types of facts that tasks of the model count. Both happen on the phone and elsewhere.
const KINDS: [&str; 2] = ["offer.viewed", "purchase"];

/// What the platform has, in the order in which it came.
#[derive(Default)]
struct Platform {
    facts: Vec<Fact>,
    tasks: Vec<Task>,
    /// How many facts of others than the phone came, and how many were taken back.
    foreign: usize,
    refunds: usize,
}

impl Platform {
    fn new(rules: Vec<Rule>) -> Self {
        let tasks = (0..).zip(rules).map(|(number, rule): (u32, Rule)| task(&number.to_string(), rule)).collect();
        Self { tasks, ..Self::default() }
    }

    fn recount(&mut self) {
        for task in &mut self.tasks {
            let mut progress = Progress::default();
            let mut counted_ids = Vec::new();
            for fact in &self.facts {
                if task.rule.count(&mut progress, fact) {
                    counted_ids.insert(0, fact.id);
                }
            }
            assert_eq!(progress, task.rule.total(&self.facts));
            counted_ids.truncate(200);
            if (&progress, &counted_ids) != (&task.confirmed, &task.counted_ids) {
                task.version += 1;
                task.status = if progress.completed { TaskStatus::Completed } else { TaskStatus::Open };
                (task.confirmed, task.counted_ids) = (progress, counted_ids);
            }
        }
    }

    fn take(&mut self, fact: &Fact) {
        if !self.facts.iter().any(|known| known.id == fact.id) {
            self.facts.push(fact.clone());
        }
    }

    fn opt_in(&mut self, act: &Act) {
        let Ask::Task(TaskAct::OptIn { task, at }) = &act.ask else { unreachable!() };
        let task = self.tasks.iter_mut().find(|known| known.id == *task).unwrap();
        if task.rule.counts_from.is_none() {
            task.rule.counts_from = Some(*at);
            task.version += 1;
        }
        self.recount();
    }

    fn answer(&self, ticket: u64) -> Answer {
        Answer { ticket, tasks: of(self.tasks.clone()), foreign: self.foreign, refunds: self.refunds }
    }
}

/// What the platform said of tasks, on its way.
struct Answer {
    ticket: u64,
    tasks: Tasks,
    foreign: usize,
    refunds: usize,
}

/// The phone, as far as tasks go.
#[derive(Default)]
struct Phone {
    outbox: Outbox,
    acts: Acts,
    tasks: Tasks,
    /// The next question's number, and the newest that was answered.
    questions: u64,
    newest: u64,
    /// What the newest that it knows tells of.
    foreign: usize,
    refunds: usize,
}

impl Phone {
    fn question(&mut self) -> u64 {
        self.questions += 1;
        self.questions
    }

    fn take(&mut self, steps: Vec<events::outbox::Step>) {
        self.outbox.take(&steps);
    }

    fn receive(&mut self, answer: Answer) {
        if answer.ticket < self.newest {
            return;
        }
        self.newest = answer.ticket;
        apply(&mut self.tasks, answer.tasks);
        self.acts.settled(Of::Tasks, answer.ticket);
        let acts: Vec<_> = self.acts.of_tasks().collect();
        let steps = self.outbox.settled(answer.ticket, |fact| awaits(&self.tasks, &acts, fact));
        self.take(steps);
        self.foreign = self.foreign.max(answer.foreign);
        self.refunds = self.refunds.max(answer.refunds);
    }

    fn restart(&mut self) {
        let mut rows: Vec<_> = self.outbox.rows().map(|row| Queued::clone(row)).collect();
        rows.sort_by_key(|row| row.number);
        for row in &mut rows {
            row.answered = row.answered.map(|_| 0);
        }
        self.outbox = Outbox::stored(rows, self.outbox.tally().clone());
        self.acts = std::mem::take(&mut self.acts).stored();
        (self.questions, self.newest) = (0, 0);
    }
}

/// Both, and what is on its way between them.
struct World {
    platform: Platform,
    phone: Phone,
    today: i32,
    ids: u128,
    /// A batch that the platform has, and whose replies the phone has not.
    in_flight: Option<Vec<Arc<Queued>>>,
    asked: Vec<u64>,
    answers: Vec<Answer>,
    /// The tasks that were seen done since something was last taken back.
    done: HashSet<String>,
    foreign_ever: bool,
}

/// What can happen.
#[derive(Clone, Debug)]
enum Turn {
    Day(i32),
    Track { kind: usize, amount: i64, times: usize },
    Foreign { kind: usize, amount: i64, days_ago: i32 },
    Refund(prop::sample::Index),
    OptIn(prop::sample::Index),
    SendAct { replied: bool },
    Send { most: usize, twice: bool },
    Replied { lost: u64 },
    NotReplied,
    Ask,
    Answer(prop::sample::Index),
    Receive(prop::sample::Index),
    Sync,
    Restart,
}

fn turn() -> impl Strategy<Value = Turn> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        3 => (1_i32..4).prop_map(Turn::Day),
        8 => (0_usize..2, 0_i64..4, prop_oneof![9 => 1_usize..3, 1 => 1_usize..130])
            .prop_map(|(kind, amount, times)| Turn::Track { kind, amount, times }),
        3 => (0_usize..2, 0_i64..4, 0_i32..9)
            .prop_map(|(kind, amount, days_ago)| Turn::Foreign { kind, amount, days_ago }),
        1 => index().prop_map(Turn::Refund),
        1 => index().prop_map(Turn::OptIn),
        2 => any::<bool>().prop_map(|replied| Turn::SendAct { replied }),
        6 => (prop_oneof![1_usize..6, Just(100)], any::<bool>()).prop_map(|(most, twice)| Turn::Send { most, twice }),
        6 => prop_oneof![Just(0), any::<u64>()].prop_map(|lost| Turn::Replied { lost }),
        1 => Just(Turn::NotReplied),
        3 => Just(Turn::Ask),
        4 => index().prop_map(Turn::Answer),
        4 => index().prop_map(Turn::Receive),
        1 => Just(Turn::Sync),
        1 => Just(Turn::Restart),
    ]
}

impl World {
    fn new(rules: Vec<Rule>) -> Self {
        let mut world = Self {
            platform: Platform::new(rules),
            phone: Phone::default(),
            today: 0,
            ids: 0,
            in_flight: None,
            asked: Vec::new(),
            answers: Vec::new(),
            done: HashSet::new(),
            foreign_ever: false,
        };
        world.sync();
        world
    }

    /// Later with each, on a day of the member's.
    fn event(&mut self, kind: usize, amount: i64, day: i32) -> Event {
        self.ids += 1;
        let at = noon(&later(day).to_string()) + SignedDuration::from_millis(i64::try_from(self.ids).unwrap());
        let data = Data::from_iter([("amount".to_owned(), events::number(amount))]);
        Event::new(KINDS[kind], data, Uuid::from_u128(self.ids), at, &TimeZone::UTC, true)
    }

    fn sync(&mut self) {
        let ticket = self.phone.question();
        let answer = self.platform.answer(ticket);
        self.phone.receive(answer);
    }

    fn send(&mut self, most: usize) {
        let (batch, steps) = self.phone.outbox.batch(most);
        self.phone.take(steps);
        for row in &batch {
            self.platform.take(&row.event.fact);
        }
        self.platform.recount();
        self.in_flight = Some(batch);
    }

    fn replied(&mut self, lost: u64) {
        let Some(batch) = self.in_flight.take() else { return };
        let replies: Vec<_> = (0_u64..)
            .zip(&batch)
            .filter(|(at, _)| lost >> (at % 64) & 1 == 0)
            .map(|(_, row)| Reply { id: row.event.fact.id, taken: true, again: false, reason: None })
            .collect();
        let question = self.phone.question();
        let predicts = |fact: &Fact| triggers(&self.phone.tasks, fact);
        let steps = self.phone.outbox.answered(&batch, &replies, question, predicts);
        self.phone.take(steps);
    }

    fn send_act(&mut self, replied: bool) -> bool {
        let Some(act) = self.phone.acts.next().cloned() else { return false };
        self.platform.opt_in(&act);
        if replied {
            let question = self.phone.question();
            self.phone.acts.answered(act.id, question);
        }
        true
    }

    fn turn(&mut self, turn: Turn) {
        match turn {
            Turn::Day(days) => self.today += days,
            Turn::Track { kind, amount, times } => {
                let events: Vec<_> = (0..times).map(|_| self.event(kind, amount, self.today)).collect();
                let keeps = |fact: &Fact| triggers(&self.phone.tasks, fact);
                let steps = self.phone.outbox.track(events.into_iter().map(Arc::new), Limits::NONE, keeps);
                self.phone.take(steps);
            }
            Turn::Foreign { kind, amount, days_ago } => {
                let fact = self.event(kind, amount, self.today - days_ago).fact;
                // What is not the phone's has ids of its own kind.
                self.platform.take(&Fact { id: Uuid::from_u128(self.ids | 1 << 100), ..fact });
                self.platform.foreign += 1;
                self.foreign_ever = true;
                self.platform.recount();
            }
            Turn::Refund(index) => {
                let foreign = |fact: &Fact| fact.id.as_u128() >> 100 == 1;
                let places: Vec<_> =
                    (0..self.platform.facts.len()).filter(|&at| foreign(&self.platform.facts[at])).collect();
                if !places.is_empty() {
                    self.platform.facts.remove(*index.get(&places));
                    self.platform.refunds += 1;
                    self.done.clear();
                    self.platform.recount();
                }
            }
            Turn::OptIn(index) => {
                let task = index.get(&self.phone.tasks.tasks);
                if task.rule.opt_in && task.rule.counts_from.is_none() {
                    let id = task.id.clone();
                    let at = self.event(0, 0, self.today).fact.at;
                    let ask = Ask::Task(TaskAct::OptIn { task: id, at });
                    let act = Act { id: Uuid::from_u128(self.ids), ask, answered: None, refused: None };
                    self.phone.acts.add(act);
                }
            }
            Turn::SendAct { replied } => _ = self.send_act(replied),
            Turn::Send { most, twice } => {
                if self.in_flight.is_none() {
                    self.send(most);
                    if twice {
                        self.send(most);
                    }
                }
            }
            Turn::Replied { lost } => self.replied(lost),
            Turn::NotReplied => self.in_flight = None,
            Turn::Ask => {
                let ticket = self.phone.question();
                self.asked.push(ticket);
            }
            Turn::Answer(index) => {
                if !self.asked.is_empty() {
                    let ticket = self.asked.remove(index.index(self.asked.len()));
                    self.answers.push(self.platform.answer(ticket));
                }
            }
            Turn::Receive(index) => {
                if !self.answers.is_empty() {
                    let answer = self.answers.remove(index.index(self.answers.len()));
                    self.phone.receive(answer);
                }
            }
            Turn::Sync => self.sync(),
            Turn::Restart => {
                self.phone.restart();
                self.in_flight = None;
                self.asked.clear();
                self.answers.clear();
            }
        }
    }

    fn view(&self) -> TasksView {
        let acts: Vec<_> = self.phone.acts.of_tasks().collect();
        let today = later(self.today).to_string();
        let facts: Vec<_> = self.phone.outbox.facts().cloned().collect();
        // All completions are shown as not celebrated, with what is predicted.
        seen(&self.phone.tasks, &facts, &acts, &OwnTasks::default(), &today)
    }

    /// Nothing that was seen done is seen as not done.
    fn check(&mut self) -> Result<(), TestCaseError> {
        for task in self.view().tasks {
            let done = matches!(task.state, TaskState::Done | TaskState::DoneWaiting);
            prop_assert!(done || !self.done.contains(&task.id), "task {} is not done any more", task.id);
            // What the phone does not know yet of refunds may still undo it.
            if done && self.phone.refunds == self.platform.refunds {
                self.done.insert(task.id);
            }
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), TestCaseError> {
        self.replied(0);
        while self.send_act(true) {
            self.check()?;
        }
        while self.phone.outbox.len() > 0 {
            self.send(100);
            self.check()?;
            self.replied(0);
            self.check()?;
        }
        self.sync();
        self.check()
    }
}

/// What is shown of each task in all, and how many times it will have been done.
fn shown(view: &TasksView) -> BTreeMap<String, (Decimal, u32)> {
    let completions = |id: &str| view.celebrations.iter().find(|shown| shown.task == id).map_or(0, |it| it.completions);
    view.tasks.iter().map(|task| (task.id.clone(), (task.confirmed + task.waiting, completions(&task.id)))).collect()
}

fn some_rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = (
        rules(),
        0_usize..2,
        prop_oneof![2 => Just(false), 1 => Just(true)],
        prop_oneof![4 => Just(1_i64), 1 => 1_i64..90],
    );
    let rule = rule.prop_map(|(rule, kind, opt_in, more)| {
        let trigger = Trigger { event: KINDS[kind].to_owned(), conditions: BTreeMap::new() };
        let target = if rule.kind == Kind::Streak { rule.target } else { rule.target * Decimal::from(more) };
        Rule { trigger, target, opt_in, ..rule }
    });
    prop::collection::vec(rule, 1..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_phone_shows_what_the_platform_will_say(rules in some_rules(), turns in prop::collection::vec(turn(), 1..80)) {
        let mut world = World::new(rules);
        for turn in turns {
            world.turn(turn);
            world.check()?;
        }
        let before = shown(&world.view());
        let undisturbed = (world.phone.foreign, world.phone.refunds) == (world.platform.foreign, world.platform.refunds);
        world.drain()?;
        let view = world.view();
        prop_assert_eq!(world.phone.outbox.facts().count(), 0, "nothing is left to predict from");
        let after = shown(&view);
        for task in &view.tasks {
            let known = world.platform.tasks.iter().find(|known| known.id == task.id).unwrap();
            let total = known.rule.total(&world.platform.facts);
            let value = known.rule.value(&total, later(world.today));
            prop_assert_eq!((task.confirmed, task.waiting, task.completions), (value, Decimal::ZERO, total.completions));
            // Who takes part later brings along what came from elsewhere before.
            if undisturbed && !(known.rule.opt_in && world.foreign_ever) {
                prop_assert_eq!(before[&task.id], after[&task.id], "task {}", task.id);
            }
        }
    }
}
