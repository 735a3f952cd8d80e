use proptest::prelude::*;

use super::rules::{Streak, Trigger};
use super::*;

pub(crate) fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn midday(day: Date) -> Timestamp {
    day.at(12, 0, 0, 0).in_tz("UTC").unwrap().timestamp()
}

pub(crate) fn number(value: i64) -> Decimal {
    value.into()
}

/// A rule that counts every `purchase` there is.
pub(crate) fn rule(kind: Kind, target: i64) -> Rule {
    Rule {
        kind,
        trigger: Trigger { event: "purchase".to_owned(), conditions: BTreeMap::new() },
        target: target.into(),
        window: Window::None,
        streak: Streak::default(),
        starts: Timestamp::UNIX_EPOCH,
        ends: None,
        opt_in: false,
        counts_from: None,
        recurrence: Recurrence::None,
    }
}

/// A purchase at noon.
pub(crate) fn fact(id: u128, on: &str, amount: i64) -> Fact {
    let day = day(on);
    Fact {
        id: Uuid::from_u128(id),
        event: "purchase".to_owned(),
        at: midday(day),
        day,
        fields: litemap::LiteMap::new(),
        amount: amount.into(),
    }
}

pub(crate) fn rules() -> impl Strategy<Value = Rule> {
    let kind = prop_oneof![Just(Kind::Count), Just(Kind::Amount), Just(Kind::Streak)];
    let window = prop_oneof![Just(Window::None), Just(Window::Day), Just(Window::Week)];
    let recurrence =
        prop_oneof![Just(Recurrence::None), Just(Recurrence::OnCompletion), Just(Recurrence::OnExpiration)];
    let streak = (1_u32..5, prop::option::of(1_u32..12)).prop_map(|(missed, within)| Streak { missed, within });
    let from = || prop::option::of(0_i32..20);
    (kind, window, recurrence, streak, 1_i64..6, from(), from()).prop_map(
        |(kind, window, recurrence, streak, target, starts, ends)| Rule {
            window,
            recurrence,
            streak,
            starts: starts.map_or(Timestamp::UNIX_EPOCH, |days| midday(later(days / 4))),
            ends: ends.map(|days| midday(later(20 + days))),
            ..rule(kind, target)
        },
    )
}

pub(crate) fn later(days: i32) -> Date {
    day("2026-12-20").checked_add(days.days()).unwrap()
}

mod prediction;

const TODAY: &str = "2026-12-10";

fn noon(on: &str) -> Timestamp {
    fact(0, on, 0).at
}

pub(crate) fn task(id: &str, rule: Rule) -> Task {
    Task {
        id: id.to_owned(),
        version: 1,
        title: format!("Title of {id}"),
        description: String::new(),
        image_url: None,
        rule,
        reward: None,
        status: TaskStatus::Open,
        progress: Decimal::ZERO,
        confirmed: Progress::default(),
        counted_ids: Vec::new(),
        questions: Vec::new(),
        action: None,
    }
}

/// The task when the platform has counted these.
fn counted(task: Task, facts: &[Fact]) -> Task {
    let confirmed = task.rule.total(facts);
    let status = if confirmed.completed { TaskStatus::Completed } else { TaskStatus::Open };
    let counted_ids = facts.iter().rev().map(|fact| fact.id).collect();
    Task { version: task.version + 1, confirmed, status, counted_ids, ..task }
}

fn done(task: Task) -> Task {
    let confirmed = Progress { counted: BTreeMap::new(), completions: 1, completed: true };
    Task { confirmed, status: TaskStatus::Completed, ..task }
}

fn of(tasks: Vec<Task>) -> Tasks {
    Tasks { tasks, ..Tasks::default() }
}

/// What is shown at noon of a day.
fn seen(tasks: &Tasks, facts: &[Fact], acts: &[(&TaskAct, Option<&str>)], own: &OwnTasks, on: &str) -> TasksView {
    let freshness = Freshness::Live { as_of: noon(on) };
    view(tasks, facts.iter(), Ours { acts, own }, (noon(on), day(on)), freshness)
}

fn seen_one(task: Task, facts: &[Fact], acts: &[(&TaskAct, Option<&str>)]) -> TaskView {
    seen(&of(vec![task]), facts, acts, &OwnTasks::default(), TODAY).tasks.remove(0)
}

fn opt_in(at: Timestamp) -> TaskAct {
    TaskAct::OptIn { task: "t".to_owned(), at }
}

fn points(amount: i64) -> Reward {
    let points = Some(ExpectedPoints { currency_code: "POINTS".to_owned(), amount: amount.into() });
    Reward { points, ..Reward::default() }
}

fn game(id: &str) -> Game {
    Game {
        id: id.to_owned(),
        title: String::new(),
        kind: GameKind::Wheel,
        sectors: Vec::new(),
        plays_left: 1,
        until: None,
    }
}

#[test]
fn of_contradictory_versions_the_higher_wins() {
    let named = |version, title: &str| {
        let task = task("t", rule(Kind::Count, 1));
        Task { version, title: title.to_owned(), ..task }
    };
    let titles = |tasks: &Tasks| tasks.tasks.iter().map(|task| task.title.clone()).collect::<Vec<_>>();
    let mut tasks = of(vec![named(5, "known")]);
    apply(&mut tasks, of(vec![named(4, "older")]));
    assert_eq!(titles(&tasks), ["known"]);
    apply(&mut tasks, of(vec![named(5, "same")]));
    assert_eq!(titles(&tasks), ["same"], "what is said last of a version is true");
    apply(&mut tasks, of(vec![named(6, "one"), named(8, "highest"), named(7, "other")]));
    assert_eq!(titles(&tasks), ["highest"], "twice in an answer, once on the screen");
}

#[test]
fn a_task_that_the_answer_lacks_is_gone_and_games_stay() {
    let mut tasks = Tasks { games: vec![game("wheel")], ..of(vec![task("a", rule(Kind::Count, 1))]) };
    let badge = Badge { id: "b".to_owned(), title: String::new(), image_url: None, awarded: None };
    let answer = Tasks { badges: vec![badge], games: vec![game("other")], ..of(vec![task("b", rule(Kind::Count, 1))]) };
    apply(&mut tasks, answer);
    assert_eq!((tasks.tasks.len(), tasks.tasks[0].id.as_str(), tasks.badges.len()), (1, "b", 1));
    assert_eq!(tasks.games, [game("wheel")]);
}

#[test]
fn confirmed_and_waiting_are_apart() {
    let facts: Vec<_> = (1..=4).map(|id| fact(id, TODAY, 10)).collect();
    let task = counted(task("t", rule(Kind::Amount, 100)), &facts[..2]);
    // The second is in the queue still: its answer was lost.
    let view = seen_one(task, &facts[1..], &[]);
    assert_eq!((view.confirmed, view.waiting, view.state), (number(20), number(20), TaskState::Open));
    assert_eq!(view.next, NextStep::Do { remaining: number(60) });
}

#[test]
fn an_event_in_the_queue_twice_counts_once() {
    let view = seen_one(task("t", rule(Kind::Count, 9)), &[fact(1, TODAY, 0), fact(1, TODAY, 0)], &[]);
    assert_eq!(view.waiting, number(1));
}

#[test]
fn a_list_of_counted_events_may_be_too_short_for_all_of_them() {
    let facts: Vec<_> = (1..=300).map(|id| fact(id, TODAY, 0)).collect();
    let mut task = counted(task("t", rule(Kind::Count, 320)), &facts[..260]);
    task.counted_ids.truncate(LISTED);
    let view = seen_one(task, &facts, &[]);
    assert_eq!((view.confirmed, view.waiting, view.state), (number(260), number(40), TaskState::Open));
}

#[test]
fn what_follows_an_opt_in_awaits_it() {
    let tasks = of(vec![task("t", Rule { opt_in: true, ..rule(Kind::Count, 3) })]);
    let act = opt_in(noon(TODAY));
    let other = Fact { event: "card.shown".to_owned(), ..fact(1, TODAY, 0) };
    assert!(awaits(&tasks, &[(&act, None)], &fact(1, TODAY, 0)));
    assert!(!awaits(&tasks, &[(&act, None)], &other));
    assert!(!awaits(&tasks, &[(&act, Some("no"))], &fact(1, TODAY, 0)));
    assert!(!awaits(&tasks, &[], &fact(1, TODAY, 0)));
}

#[test]
fn what_is_done_offline_waits() {
    let facts = [fact(1, TODAY, 0), fact(2, TODAY, 0)];
    let view = seen_one(task("t", rule(Kind::Count, 2)), &facts, &[]);
    assert_eq!((view.state, view.next, view.completions), (TaskState::DoneWaiting, NextStep::Wait, 0));
    let view = seen_one(counted(task("t", rule(Kind::Count, 2)), &facts), &facts, &[]);
    assert_eq!((view.state, view.next, view.completions), (TaskState::Done, NextStep::Nothing, 1));
    assert_eq!((view.confirmed, view.waiting), (number(2), number(0)));
}

#[test]
fn a_task_that_began_anew_on_this_phone_has_nothing_confirmed() {
    let again = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Count, 3) };
    let facts: Vec<_> = (1..=4).map(|id| fact(id, TODAY, 0)).collect();
    let task = Task { reward: Some(points(5)), ..counted(task("t", again), &facts[..2]) };
    let tasks = of(vec![task]);
    let view = seen(&tasks, &facts, &[], &OwnTasks::default(), TODAY);
    assert_eq!((view.tasks[0].confirmed, view.tasks[0].waiting), (number(0), number(1)), "one of the next round");
    assert_eq!((view.tasks[0].completions, view.expected[0].amount), (0, number(5)));
}

#[test]
fn what_follows_an_opt_in_counts_though_the_platform_knows_of_neither() {
    let takes_part = Rule { opt_in: true, ..rule(Kind::Count, 3) };
    let facts = [fact(1, "2026-12-08", 0), fact(2, "2026-12-09", 0), fact(3, TODAY, 0)];
    let out = seen_one(task("t", takes_part.clone()), &facts, &[]);
    assert_eq!((out.participation, out.waiting, out.next), (Participation::Out, number(0), NextStep::TakePart));
    let act = opt_in(noon("2026-12-09"));
    let waiting = seen_one(task("t", takes_part.clone()), &facts, &[(&act, None)]);
    assert_eq!((waiting.participation, waiting.waiting), (Participation::InWaiting, number(2)));
    assert_eq!(waiting.next, NextStep::Do { remaining: number(1) });
    let refused = seen_one(task("t", takes_part.clone()), &facts, &[(&act, Some("Not for you"))]);
    assert_eq!((refused.participation, refused.waiting), (Participation::Out, number(0)));
    assert_eq!(refused.refused.as_deref(), Some("Not for you"));
    let other = TaskAct::OptIn { task: "other".to_owned(), at: noon("2026-12-09") };
    assert_eq!(seen_one(task("t", takes_part), &facts, &[(&other, None)]).participation, Participation::Out);
}

#[test]
fn who_opts_out_counts_no_further_and_keeps_what_was_counted() {
    let takes_part = Rule { opt_in: true, counts_from: Some(noon("2026-12-01")), ..rule(Kind::Count, 3) };
    let facts = [fact(1, "2026-12-09", 0), fact(2, TODAY, 0)];
    let task = counted(task("t", takes_part), &facts[..1]);
    assert_eq!(seen_one(task.clone(), &facts, &[]).participation, Participation::In);
    let out = TaskAct::OptOut { task: "t".to_owned(), at: noon(TODAY) };
    let view = seen_one(task.clone(), &facts, &[(&out, None)]);
    assert_eq!((view.participation, view.next), (Participation::OutWaiting, NextStep::TakePart));
    assert_eq!((view.confirmed, view.waiting), (number(1), number(0)));
    let back = opt_in(noon(TODAY));
    let view = seen_one(task, &facts, &[(&out, None), (&back, None)]);
    assert_eq!((view.participation, view.waiting), (Participation::InWaiting, number(1)));
}

fn questionnaire() -> Task {
    let conditions = BTreeMap::from([("task".to_owned(), "t".to_owned())]);
    let question = |id, answered| Question {
        id,
        title: format!("Question {id}"),
        kind: TaskQuestionKind::Text,
        options: Vec::new(),
        answered,
    };
    let trigger = Trigger { event: ANSWERED.to_owned(), conditions };
    let task = task("t", Rule { trigger, ..rule(Kind::Questionnaire, 3) });
    let counted = BTreeMap::from([(None, number(1))]);
    let confirmed = Progress { counted, ..Progress::default() };
    Task { confirmed, questions: vec![question(1, true), question(2, false), question(3, false)], ..task }
}

fn answer(question: i64, value: &str) -> TaskAnswer {
    TaskAnswer { question, value: value.to_owned() }
}

fn answers(answers: &[TaskAnswer]) -> TaskAct {
    TaskAct::Answers { task: "t".to_owned(), answers: answers.to_vec(), at: noon(TODAY) }
}

#[test]
fn answers_that_wait_are_predicted_once_a_question() {
    let first = answers(&[answer(2, "blue"), answer(1, "again"), answer(7, "unknown")]);
    let second = answers(&[answer(2, "green")]);
    let view = seen_one(questionnaire(), &[], &[(&first, None), (&second, None)]);
    assert_eq!((view.confirmed, view.waiting), (number(1), number(1)));
    assert_eq!((view.state, view.next), (TaskState::Open, NextStep::Answer { left: 1 }));
    let values: Vec<_> = view.questions.iter().map(|question| (question.answered, question.value.as_deref())).collect();
    assert_eq!(values, [(true, Some("again")), (true, Some("green")), (false, None)]);
    let last = answers(&[answer(3, "red")]);
    let view = seen_one(questionnaire(), &[], &[(&first, None), (&last, None)]);
    assert_eq!((view.state, view.next), (TaskState::DoneWaiting, NextStep::Wait));
    let refused = seen_one(questionnaire(), &[], &[(&first, Some(""))]);
    assert_eq!((refused.waiting, refused.refused.as_deref()), (number(0), Some("")));
    assert!(!refused.questions[1].answered);
}

#[test]
fn drafts_are_kept_and_hand_in_nothing() {
    let mut own = OwnTasks::default();
    own.draft("t", vec![answer(2, "blu"), answer(3, "r")]);
    let handed_in = answers(&[answer(2, "green")]);
    let acts = [(&handed_in, None)];
    let tasks = of(vec![questionnaire()]);
    let view = seen(&tasks, &[], &acts, &own, TODAY).tasks.remove(0);
    let values: Vec<_> = view.questions.iter().map(|question| (question.answered, question.value.as_deref())).collect();
    assert_eq!(values, [(true, None), (true, Some("blu")), (false, Some("r"))]);
    assert_eq!(view.waiting, number(1));
    own.draft("t", Vec::new());
    assert!(own.drafts.is_empty());
}

#[test]
fn what_this_version_does_not_know_is_shown_as_the_platform_says() {
    let facts = [fact(1, TODAY, 10), fact(2, TODAY, 10)];
    let known = rule(Kind::Count, 2);
    let other = |name: &str| Trigger { event: name.to_owned(), conditions: BTreeMap::new() };
    for unknown in [
        Rule { kind: Kind::Other("quiz".to_owned()), ..known.clone() },
        Rule { window: Window::Other("month".to_owned()), ..known.clone() },
    ] {
        let task = Task { progress: number(1), description: "Do it".to_owned(), ..task("t", unknown) };
        let view = seen_one(task.clone(), &facts, &[]);
        assert_eq!((view.confirmed, view.waiting, view.state), (number(1), number(0), TaskState::Open));
        assert_eq!((view.description.as_str(), view.next), ("Do it", NextStep::Do { remaining: number(1) }));
        assert_eq!(seen_one(done(task), &facts, &[]).state, TaskState::Done);
    }
    let view = seen_one(task("t", Rule { trigger: other("moon.full"), ..known }), &facts, &[]);
    assert_eq!((view.kind, view.waiting, view.state), (TaskKind::Count, number(0), TaskState::Open));
    let quiz = Rule { kind: Kind::Other("quiz".to_owned()), ..rule(Kind::Count, 1) };
    assert_eq!(seen_one(task("t", quiz), &[], &[]).kind, TaskKind::Other { name: "quiz".to_owned() });
}

#[test]
fn a_link_comes_before_a_number() {
    let action = Some(("To the shop".to_owned(), "https://shop.example".to_owned()));
    let view = seen_one(Task { action, ..task("t", rule(Kind::Count, 2)) }, &[], &[]);
    let link = NextStep::Follow { label: "To the shop".to_owned(), link: "https://shop.example".to_owned() };
    assert_eq!(view.next, link);
}

#[test]
fn a_streak_that_is_counted_today_says_to_come_back() {
    let streak = rule(Kind::Streak, 5);
    let facts = [fact(1, "2026-12-09", 0), fact(2, TODAY, 0)];
    let view = seen_one(counted(task("t", streak.clone()), &facts[..1]), &facts, &[]);
    assert_eq!((view.next, view.confirmed, view.waiting), (NextStep::ComeBack, number(1), number(1)));
    let view = seen_one(counted(task("t", streak), &facts[..1]), &[], &[]);
    assert_eq!(view.next, NextStep::Do { remaining: number(4) });
    let daily = Rule { window: Window::Day, recurrence: Recurrence::OnExpiration, ..rule(Kind::Count, 1) };
    let view = seen_one(task("t", daily), &facts, &[]);
    assert_eq!((view.state, view.next), (TaskState::Open, NextStep::ComeBack));
}

#[test]
fn the_dots_of_a_streak_tell_counted_waiting_missed_and_open() {
    use StreakMark::{Counted, Missed, Open, Waiting};
    let streak = Rule { streak: Streak { missed: 3, within: None }, ..rule(Kind::Streak, 30) };
    let marks = |facts: &[Fact], confirmed: usize, today: &str| {
        let tasks = of(vec![counted(task("t", streak.clone()), &facts[..confirmed])]);
        let view = seen(&tasks, facts, &[], &OwnTasks::default(), today).tasks.remove(0);
        assert!(view.streak.iter().rev().enumerate().all(|(back, dot)| dot.now == (back == 0)));
        (view.streak[0].from.clone(), view.streak.iter().map(|dot| dot.mark).collect::<Vec<_>>())
    };
    let facts = [fact(1, "2026-12-06", 0), fact(2, "2026-12-07", 0), fact(3, "2026-12-09", 0)];
    let row = vec![Counted, Counted, Missed, Waiting, Open];
    assert_eq!(marks(&facts, 2, TODAY), ("2026-12-06".to_owned(), row));
    let long: Vec<_> = (1..=10).map(|on| fact(on, &format!("2026-12-{on:02}"), 0)).collect();
    let (from, row) = marks(&long, 9, TODAY);
    assert_eq!((from.as_str(), row.len(), row[8], row[9]), ("2026-12-01", 10, Counted, Waiting));
    assert_eq!(marks(&[], 0, TODAY).1, [Open], "nothing is missed before it begins");
    let weekly = Rule { window: Window::Week, ..rule(Kind::Streak, 4) };
    let facts = [fact(1, "2026-12-28", 0)];
    let tasks = of(vec![counted(task("t", weekly), &facts)]);
    let view = seen(&tasks, &[], &[], &OwnTasks::default(), "2027-01-06").tasks.remove(0);
    let weeks: Vec<_> = view.streak.iter().map(|dot| (dot.from.as_str(), dot.mark)).collect();
    assert_eq!(weeks, [("2026-12-28", Counted), ("2027-01-04", Open)]);
}

#[test]
fn a_set_tells_done_from_waiting_and_its_points_are_expected_with_the_last() {
    let one = |id: &str, event: &str| {
        let trigger = Trigger { event: event.to_owned(), conditions: BTreeMap::new() };
        Task { reward: Some(points(10)), ..task(id, Rule { trigger, ..rule(Kind::Count, 1) }) }
    };
    let set = TaskSet {
        id: "s".to_owned(),
        title: "All".to_owned(),
        task_ids: ["a", "b", "c"].map(str::to_owned).to_vec(),
        reward: Some(points(100)),
        completed: false,
    };
    let mut tasks = Tasks {
        sets: vec![set],
        ..of(vec![done(one("a", "x")), one("b", "purchase"), one("c", "moon"), one("d", "purchase")])
    };
    let facts = [fact(1, TODAY, 0)];
    let view = seen(&tasks, &facts, &[], &OwnTasks::default(), TODAY);
    assert_eq!((view.sets[0].done, view.sets[0].waiting, view.sets[0].completed), (1, 1, false));
    assert_eq!(view.expected, [ExpectedPoints { currency_code: "POINTS".to_owned(), amount: number(20) }]);
    tasks.tasks[2] = done(one("c", "moon"));
    let view = seen(&tasks, &facts, &[], &OwnTasks::default(), TODAY);
    assert_eq!((view.sets[0].done, view.sets[0].waiting), (2, 1));
    assert_eq!(view.expected[0].amount, number(120));
    tasks.sets[0].completed = true;
    tasks.tasks[1] = done(one("b", "purchase"));
    let view = seen(&tasks, &[], &[], &OwnTasks::default(), TODAY);
    assert_eq!((view.sets[0].done, view.sets[0].waiting, view.expected.len()), (3, 0, 0));
    tasks.sets[0].task_ids.clear();
    tasks.sets[0].completed = false;
    assert!(seen(&tasks, &[], &[], &OwnTasks::default(), TODAY).expected.is_empty(), "nothing is not all");
}

#[test]
fn a_completion_is_celebrated_once() {
    let again = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Count, 2) };
    let facts: Vec<_> = (1..=4).map(|id| fact(id, TODAY, 0)).collect();
    let mut own = OwnTasks { celebrated: Some(BTreeMap::new()), ..OwnTasks::default() };
    let celebrate = |own: &mut OwnTasks, tasks: &Tasks, facts: &[Fact]| {
        let shown = seen(tasks, facts, &[], own, TODAY).celebrations;
        let shown: BTreeMap<_, _> = shown.into_iter().map(|shown| (shown.task, shown.completions)).collect();
        own.celebrate(&shown);
        shown.get("t").copied()
    };
    let none = of(vec![task("t", again.clone())]);
    assert_eq!(celebrate(&mut own, &none, &facts[..1]), None);
    assert_eq!(celebrate(&mut own, &none, &facts[..2]), Some(1), "at once, though offline");
    let confirmed = |count: usize| of(vec![counted(task("t", again.clone()), &facts[..count])]);
    assert_eq!(celebrate(&mut own, &confirmed(2), &[]), None, "and not again when it is counted");
    assert_eq!(celebrate(&mut own, &confirmed(1), &[]), None, "a refund");
    assert_eq!(celebrate(&mut own, &confirmed(2), &[]), None, "redone");
    assert_eq!(celebrate(&mut own, &confirmed(4), &[]), Some(2));
    assert_eq!(celebrate(&mut own, &confirmed(4), &facts), None);
}

#[test]
fn what_was_done_before_this_phone_is_not_celebrated_but_for_its_own_installation() {
    let installed = fact(77, TODAY, 0);
    let first = Rule { recurrence: Recurrence::OnCompletion, ..rule(Kind::Count, 1) };
    let old = fact(5, "2026-12-01", 0);
    let tasks = of(vec![
        counted(task("install", rule(Kind::Count, 1)), std::slice::from_ref(&installed)),
        counted(task("old", rule(Kind::Count, 1)), std::slice::from_ref(&old)),
        counted(task("again", first), &[old, installed.clone()]),
    ]);
    let celebrated = Some(baseline(&tasks, &[installed.id]));
    let view = seen(&tasks, &[], &[], &OwnTasks { celebrated, ..OwnTasks::default() }, TODAY);
    let shown: Vec<_> = view.celebrations.iter().map(|shown| (shown.task.as_str(), shown.completions)).collect();
    assert_eq!(shown, [("install", 1), ("again", 2)]);
    assert_eq!(view.celebrations[0].title, "Title of install");
    let celebrated = Some(baseline(&tasks, &[]));
    let own = OwnTasks { celebrated, ..OwnTasks::default() };
    assert!(seen(&tasks, &[], &[], &own, TODAY).celebrations.is_empty());
}

#[test]
fn nothing_can_be_celebrated_before_tasks_are_known() {
    let mut own = OwnTasks::default();
    own.celebrate(&BTreeMap::new());
    assert_eq!(own.celebrated, None, "what is done is still to be taken for granted");
}

#[test]
fn tasks_stand_in_the_order_in_which_they_matter() {
    let open = |id: &str, ends: Option<&str>| task(id, Rule { ends: ends.map(noon), ..rule(Kind::Count, 1) });
    let starts = |id: &str, on: &str| task(id, Rule { starts: noon(on), ..rule(Kind::Count, 1) });
    let moon = |task: Task| {
        let trigger = Trigger { event: "moon".to_owned(), conditions: BTreeMap::new() };
        Task { rule: Rule { trigger, ..task.rule.clone() }, ..task }
    };
    let tasks = of(vec![
        moon(open("past", Some("2026-12-09"))),
        Task { status: TaskStatus::Expired, ..moon(open("expired", None)) },
        moon(done(open("done", Some("2026-12-01")))),
        open("waiting", Some("2026-12-31")),
        moon(starts("next", "2026-12-11")),
        moon(open("endless", None)),
        moon(open("now", Some(TODAY))),
        moon(open("soon", Some("2026-12-11"))),
        moon(open("later", Some("2027-01-01"))),
    ]);
    let view = seen(&tasks, &[fact(1, TODAY, 0)], &[], &OwnTasks::default(), TODAY);
    let order: Vec<_> = view.tasks.iter().map(|task| task.id.as_str()).collect();
    assert_eq!(order, ["soon", "later", "endless", "next", "done", "waiting", "past", "now", "expired"]);
    let state = |id: &str| view.tasks.iter().find(|task| task.id == id).map(|task| task.state.clone()).unwrap();
    assert_eq!(
        (state("past"), state("now"), state("expired")),
        (TaskState::Expired, TaskState::Expired, TaskState::Expired)
    );
    assert_eq!(state("next"), TaskState::Upcoming { from: noon("2026-12-11") });
    assert_eq!((state("done"), state("waiting")), (TaskState::Done, TaskState::DoneWaiting));
    assert!(
        view.tasks.iter().filter(|task| task.state == TaskState::Expired).all(|task| task.next == NextStep::Nothing)
    );
}

#[test]
fn what_changes_by_itself_next_is_known() {
    let next = |rule: Rule| next_change(&of(vec![task("one", rule)]), noon(TODAY), &TimeZone::UTC);
    let (starts, ends) = (noon("2026-12-11"), noon("2026-12-12"));
    assert_eq!(next(rule(Kind::Count, 3)), None);
    assert_eq!(next(Rule { starts, ends: Some(ends), ..rule(Kind::Count, 3) }), Some(starts));
    assert_eq!(next(Rule { ends: Some(ends), ..rule(Kind::Count, 3) }), Some(ends));
    assert_eq!(next(Rule { ends: Some(noon(TODAY)), ..rule(Kind::Count, 3) }), None, "that is past");
    let midnight: Timestamp = "2026-12-11T00:00:00Z".parse().unwrap();
    assert_eq!(next(Rule { ends: Some(ends), ..rule(Kind::Streak, 3) }), Some(midnight), "a streak goes by days");
}

#[test]
fn games_are_shown_until_they_end_and_one_play_goes_on_at_a_time() {
    let ended = Game { until: Some(noon(TODAY)), ..game("ended") };
    let running = Game { until: Some(noon("2026-12-11")), ..game("running") };
    let tasks = Tasks { games: vec![ended, running, game("endless")], ..Tasks::default() };
    let view = seen(&tasks, &[], &[], &OwnTasks::default(), TODAY);
    assert_eq!(view.games.iter().map(|game| game.id.as_str()).collect::<Vec<_>>(), ["running", "endless"]);
    let mut own = OwnTasks::default();
    own.play("wheel", Some(Uuid::from_u128(1)));
    own.play("wheel", Some(Uuid::from_u128(2)));
    assert_eq!(own.plays["wheel"], Uuid::from_u128(1));
    own.play("wheel", None);
    assert!(own.plays.is_empty());
}

#[test]
fn what_no_task_counts_is_no_trigger() {
    let tasks = of(vec![task("t", rule(Kind::Count, 1))]);
    assert!(triggers(&tasks, &fact(1, TODAY, 0)));
    assert!(!triggers(&tasks, &Fact { event: "card.shown".to_owned(), ..fact(1, TODAY, 0) }));
}
