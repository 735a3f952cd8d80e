//! Journeys of tasks: done offline, counted once, celebrated once; games that are drawn once.

use std::time::Duration;

use pocketcard::LoyaltyError;
use pocketcard::events::Activity;
use pocketcard::tasks::{GameOutcome, NextStep, Participation, StreakMark, TaskAnswer, TaskKind, TaskState, TaskView};
use pocketcard::types::{Decimal, Freshness, StaleReason};
use pocketcard_tests::{ANNA, CLARA, PATIENCE, Phone, Platform, rejection, run};
use serde_json::{Value, json};

fn task(phone: &Phone, id: &str) -> TaskView {
    let tasks = phone.app().tasks().tasks;
    tasks.into_iter().find(|task| task.id == id).unwrap_or_else(|| panic!("no task {id}"))
}

/// Sends all that waits. The first call may join one that the core began by itself while there was no network.
fn flush(phone: &Phone) {
    for _ in 0..3 {
        let report = run(phone.app().flush(PATIENCE)).unwrap();
        if report.queued + report.acts == 0 {
            return;
        }
    }
    panic!("not all is sent: {:?}", phone.app().outbox());
}

fn celebrated(phone: &Phone) -> Vec<String> {
    let tasks: Vec<_> = phone.app().tasks().celebrations.into_iter().map(|shown| shown.task).collect();
    run(phone.app().celebrated(tasks.clone())).unwrap();
    tasks
}

fn expected(phone: &Phone) -> Decimal {
    phone.app().balance().expected.iter().map(|points| points.amount).sum()
}

/// Buys something with the next code: a till takes none twice.
fn buy(platform: &Platform, phone: &Phone, goods: &str, price: u32) -> Value {
    let period = Duration::from_secs(31);
    platform.advance(period);
    phone.clock.pass(period);
    let sale = json!({
        "code": phone.code().text, "items": [{ "goodsId": goods, "name": goods, "count": 1, "price": price }],
        "payWithPoints": 0
    });
    let (status, receipt) = platform.ask("POST", "/till/purchases", &sale);
    assert_eq!(status, 200, "{receipt}");
    receipt
}

/// A day goes by, on the platform and on the phone.
fn a_day_later(platform: &Platform, phone: &Phone) {
    let day = Duration::from_hours(24);
    platform.advance(day);
    phone.clock.pass(day);
}

#[test]
fn a_task_done_offline_shows_as_done_then_as_counted_and_is_celebrated_once() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    assert_eq!(celebrated(&phone), ["install"], "what this very phone has done");
    let points = phone.points();
    platform.cut_off();
    run(phone.app().track(Activity::StoreViewed { store: 1 })).unwrap();
    let seen = task(&phone, "first-store");
    assert_eq!((seen.state, seen.next), (TaskState::DoneWaiting, NextStep::Wait));
    assert_eq!((seen.confirmed, seen.waiting), (Decimal::ZERO, Decimal::ONE));
    let promised = seen.reward.unwrap().points.unwrap().amount;
    assert_eq!(expected(&phone), promised, "shown apart");
    assert_eq!(phone.points(), points, "and not added in");
    assert_eq!(celebrated(&phone), ["first-store"]);
    phone.reopen();
    assert_eq!(task(&phone, "first-store").state, TaskState::DoneWaiting, "a restart undoes nothing");
    assert!(celebrated(&phone).is_empty());
    platform.heal();
    flush(&phone);
    let seen = task(&phone, "first-store");
    assert_eq!((seen.state, seen.confirmed, seen.waiting), (TaskState::Done, Decimal::ONE, Decimal::ZERO));
    assert_eq!((expected(&phone), phone.points()), (Decimal::ZERO, points + promised));
    assert!(celebrated(&phone).is_empty());
}

#[test]
fn what_is_told_before_the_first_answers_after_a_sign_in_is_on_screen_once_it_is_told() {
    let platform = Platform::start();
    let phone = Phone::new(platform.url());
    let new = "+4915100000001";
    platform.member(json!({ "phone": new }));
    flush(&phone);
    run(phone.app().track(Activity::StoreViewed { store: 1 })).unwrap();
    // The first refresh loses its balance, and learns last whether there are tasks at all.
    platform.fault(
        json!({ "path": "/publicapi/v1.2/User/DetailedBalance", "kind": { "status": { "code": 503 } }, "times": 1 }),
    );
    platform.fault(json!({ "path": "/app/v1/capabilities", "kind": { "latency": { "millis": 1_000 } } }));
    platform.fault(json!({ "path": "/app/v1/events", "kind": { "latency": { "millis": 200 } } }));
    run(phone.app().sign_in(new.to_owned(), None)).unwrap();
    run(phone.app().confirm_code(platform.code(new))).unwrap();
    flush(&phone);
    let reward = task(&phone, "first-store").reward.unwrap().points.unwrap().amount;
    assert_eq!(phone.points(), Decimal::from(100) + reward, "for the installation and the task");
}

#[test]
fn what_was_done_on_another_phone_before_is_not_celebrated_here() {
    let platform = Platform::start();
    let first = Phone::signed_in(&platform);
    run(first.app().track(Activity::StoreViewed { store: 1 })).unwrap();
    flush(&first);
    let second = Phone::new(platform.url());
    second.sign_in(&platform, ANNA);
    assert_eq!(task(&second, "first-store").state, TaskState::Done);
    assert!(celebrated(&second).is_empty(), "not even the installation: the member was paid for one before");
}

#[test]
fn taking_part_and_answers_wait_for_a_network_and_count_from_when_they_were_given() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    platform.cut_off();
    assert_eq!(task(&phone, "healthy-marathon").participation, Participation::Out);
    assert_eq!(task(&phone, "healthy-marathon").next, NextStep::TakePart);
    run(phone.app().set_opted_in("healthy-marathon".to_owned(), true)).unwrap();
    assert_eq!(task(&phone, "healthy-marathon").participation, Participation::InWaiting);
    let questionnaire = task(&phone, "questionnaire");
    let questions = questionnaire.questions;
    assert_eq!(questionnaire.next, NextStep::Answer { left: 3 });
    let answer = |which: usize| {
        let question = &questions[which];
        let value = question.options.first().map_or_else(|| "5".to_owned(), |option| option.id.to_string());
        TaskAnswer { question: question.id, value }
    };
    // Interrupted, the answers are kept.
    run(phone.app().keep_answers("questionnaire".to_owned(), vec![answer(0)])).unwrap();
    phone.reopen();
    assert_eq!(task(&phone, "questionnaire").questions[0].value, Some(answer(0).value));
    assert!(!task(&phone, "questionnaire").questions[0].answered);
    run(phone.app().answer_task("questionnaire".to_owned(), vec![answer(0), answer(1), answer(2)])).unwrap();
    assert_eq!(task(&phone, "questionnaire").state, TaskState::DoneWaiting);
    assert_eq!(phone.app().outbox().acts, 2);
    platform.heal();
    // The till sees the healthy goods before the phone has a network, but after the member took part.
    phone.clock.pass(Duration::from_mins(1));
    platform.advance(Duration::from_mins(1));
    buy(&platform, &phone, "2000000000015", 3);
    flush(&phone);
    run(phone.app().refresh()).unwrap();
    assert_eq!(phone.app().outbox().acts, 0);
    let marathon = task(&phone, "healthy-marathon");
    assert_eq!((marathon.participation, marathon.confirmed), (Participation::In, Decimal::ONE));
    assert_eq!(marathon.next, NextStep::ComeBack);
    let questionnaire = task(&phone, "questionnaire");
    assert_eq!((questionnaire.state, questionnaire.waiting), (TaskState::Done, Decimal::ZERO));
    assert!(questionnaire.questions.iter().all(|question| question.answered));
}

#[test]
fn a_marathon_counts_days_and_a_missed_week_ends_it() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    run(phone.app().set_opted_in("healthy-marathon".to_owned(), true)).unwrap();
    flush(&phone);
    let eat = || {
        buy(&platform, &phone, "2000000000015", 2);
        run(phone.app().refresh()).unwrap();
        task(&phone, "healthy-marathon")
    };
    assert_eq!(eat().confirmed, Decimal::ONE);
    assert_eq!(eat().confirmed, Decimal::ONE, "a day is a day");
    a_day_later(&platform, &phone);
    let second = eat();
    assert_eq!(second.confirmed, Decimal::TWO);
    let marks: Vec<_> = second.streak.iter().map(|dot| (dot.mark, dot.now)).collect();
    assert_eq!(marks, [(StreakMark::Counted, false), (StreakMark::Counted, true)]);
    a_day_later(&platform, &phone);
    a_day_later(&platform, &phone);
    let marks: Vec<_> = task(&phone, "healthy-marathon").streak.iter().map(|dot| (dot.mark, dot.now)).collect();
    assert_eq!(marks[2..], [(StreakMark::Missed, false), (StreakMark::Open, true)]);
    for _ in 0..6 {
        a_day_later(&platform, &phone);
    }
    run(phone.app().refresh()).unwrap();
    assert_eq!(task(&phone, "healthy-marathon").confirmed, Decimal::ZERO, "a week was missed");
    let mut last = eat();
    for _ in 0..4 {
        a_day_later(&platform, &phone);
        last = eat();
    }
    assert_eq!(last.state, TaskState::Done);
    let view = phone.app().tasks();
    assert!(view.badges.iter().any(|badge| badge.id == "healthy-eater" && badge.awarded.is_some()));
    assert!(view.celebrations.iter().any(|shown| shown.task == "healthy-marathon"));
    assert!(view.level.is_some());
}

#[test]
fn a_refund_takes_progress_back() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let receipt = buy(&platform, &phone, "coffee", 60);
    run(phone.app().refresh()).unwrap();
    assert_eq!(task(&phone, "weekly-50").completions, 1);
    assert_eq!(task(&phone, "weekly-50").next, NextStep::ComeBack);
    let refund = json!({ "purchaseId": receipt["purchaseId"] });
    let (status, answer) = platform.ask("POST", "/till/refunds", &refund);
    assert_eq!(status, 200, "{answer}");
    run(phone.app().refresh()).unwrap();
    let weekly = task(&phone, "weekly-50");
    assert_eq!((weekly.completions, weekly.confirmed), (0, Decimal::ZERO));
    assert_eq!(weekly.next, NextStep::Do { remaining: Decimal::from(50) });
}

#[test]
fn all_tasks_of_a_set_bring_its_reward() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    run(phone.app().track(Activity::StoreViewed { store: 1 })).unwrap();
    flush(&phone);
    let set = || phone.app().tasks().sets.into_iter().find(|set| set.id == "getting-started").unwrap();
    assert_eq!((set().done, set().waiting, set().completed), (2, 0, false));
    let points = phone.points();
    platform.cut_off();
    let questions = task(&phone, "questionnaire").questions;
    let answers = questions.iter().map(|question| TaskAnswer {
        question: question.id,
        value: question.options.first().map_or_else(|| "5".to_owned(), |option| option.id.to_string()),
    });
    run(phone.app().answer_task("questionnaire".to_owned(), answers.collect())).unwrap();
    assert_eq!((set().done, set().waiting), (2, 1));
    let promised = expected(&phone);
    let own = task(&phone, "questionnaire").reward.unwrap().points.unwrap().amount;
    assert!(promised > own, "the set's reward is expected, too");
    platform.heal();
    flush(&phone);
    run(phone.app().refresh()).unwrap();
    assert!(set().completed);
    assert_eq!((phone.points(), expected(&phone)), (points + promised, Decimal::ZERO));
}

#[test]
fn a_game_whose_reply_was_lost_is_one_play_with_one_outcome() {
    let platform = Platform::start();
    let mut phone = Phone::signed_in(&platform);
    run(phone.app().refresh()).unwrap();
    let plays = |phone: &Phone| {
        let games = phone.app().tasks().games;
        games.iter().find(|game| game.id == "wheel").map_or(0, |game| game.plays_left)
    };
    assert_eq!(plays(&phone), 1);
    platform.fault(json!({ "path": "/app/v1/games/wheel", "kind": "reset", "processed": true, "times": 1 }));
    assert_eq!(run(phone.app().play("wheel".to_owned())), Err(LoyaltyError::Offline));
    phone.reopen();
    platform.exchanges();
    let GameOutcome { sector, outcome, .. } = run(phone.app().play("wheel".to_owned())).unwrap();
    assert!(sector.is_some() && !outcome.is_empty());
    assert_eq!(plays(&phone), 0);
    let none_left = rejection(run(phone.app().play("wheel".to_owned())).map(|_| ()));
    assert!(none_left.text.is_some());
}

#[test]
fn what_this_version_does_not_know_is_shown_in_the_platforms_words() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.put_task(json!({
        "id": "riddle", "title": "Solve the riddle", "description": "Ask at the counter.", "kind": "riddle",
        "trigger": { "event": "store.viewed" }, "target": 3
    }));
    platform.put_task(json!({
        "id": "moon", "title": "By the moon", "kind": "count", "window": "moon", "trigger": { "event": "store.viewed" },
        "target": 3
    }));
    run(phone.app().refresh()).unwrap();
    platform.cut_off();
    run(phone.app().track(Activity::StoreViewed { store: 1 })).unwrap();
    let riddle = task(&phone, "riddle");
    assert_eq!(riddle.kind, TaskKind::Other { name: "riddle".to_owned() });
    assert_eq!((riddle.title.as_str(), riddle.waiting), ("Solve the riddle", Decimal::ZERO), "left to the platform");
    assert_eq!(task(&phone, "moon").waiting, Decimal::ZERO);
    platform.heal();
}

#[test]
fn a_refused_act_says_why_until_the_member_tries_again() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    let question = task(&phone, "questionnaire").questions.into_iter().find(|question| !question.options.is_empty());
    let wrong = TaskAnswer { question: question.unwrap().id, value: "no such option".to_owned() };
    run(phone.app().answer_task("questionnaire".to_owned(), vec![wrong])).unwrap();
    flush(&phone);
    let refused = task(&phone, "questionnaire");
    assert!(refused.refused.is_some());
    assert_eq!((refused.state, refused.waiting), (TaskState::Open, Decimal::ZERO));
    assert_eq!(phone.app().outbox().acts, 0, "it is not sent again");
}

#[test]
fn a_platform_without_tasks_says_so() {
    let platform = Platform::start();
    platform.set(|settings| settings.features.retain(|feature| feature != "tasks" && feature != "games"));
    let phone = Phone::signed_in(&platform);
    let view = phone.app().tasks();
    assert!(view.tasks.is_empty());
    assert_eq!(view.freshness, Freshness::Unknown { reason: StaleReason::NotSupported });
}

#[test]
fn an_invited_friend_and_a_review_count() {
    let platform = Platform::start();
    let phone = Phone::signed_in(&platform);
    platform.member(json!({ "phone": "+491713920055", "invitedBy": platform.member_id(ANNA) }));
    let fields = [].into();
    run(phone.app().track(Activity::Custom { name: "purchase.reviewed".to_owned(), fields })).unwrap();
    flush(&phone);
    run(phone.app().refresh()).unwrap();
    assert_eq!(task(&phone, "invite").state, TaskState::Done);
    assert_eq!(task(&phone, "review").state, TaskState::Done);
    let stranger = Phone::new(platform.url());
    stranger.sign_in(&platform, CLARA);
    assert_eq!(task(&stranger, "invite").state, TaskState::Open);
}
