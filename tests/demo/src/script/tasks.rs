//! The story's steps about the installation, tasks, games and the outbox.
//!
//! Days pass on the phone's and the platform's clocks at once, to noon where the member is, so that no step depends on the
//! hour at which the story is played.

use std::collections::HashMap;
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::time;
use jiff::tz::TimeZone;
use pocketcard::LoyaltyError;
use pocketcard::events::{Activity, DropReason, FieldValue, OutboxView};
use pocketcard::history::HistoryWhat;
use pocketcard::host::Clock;
use pocketcard::session::SessionView;
use pocketcard::tasks::{
    Game, NextStep, Participation, StreakMark, TaskAnswer, TaskQuestionKind, TaskSetView, TaskState, TaskView,
};
use pocketcard::types::Decimal;
use pocketcard_sandbox::{Fault, FaultKind, ReceivedEvent};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::{Holds, NEXT_CODE, OK, PATIENCE, Stage, files, hold, number, spendable, text};
use crate::demo::SEEDED_PHONE;
use crate::phone::{TIME_ZONE, Views};
use crate::till::{Goods, Receipt, STORE};

/// When no push came for so long, none is on its way: each is taken within less.
const SILENCE: Duration = Duration::from_millis(600);
/// What the member types, to be looked for on the disk when they have signed out.
const SECRET_WORD: &str = "buckwheat-secret";

impl Stage {
    pub(super) async fn tells_of_itself(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        drop(self.demo.sandbox.exchanges());
        self.delivered().await?;
        hold(matches!(self.views()?.session, SessionView::SignedOut { .. }), "somebody is signed in")?;
        let calls = self.demo.sandbox.exchanges();
        let batch = calls.iter().find(|call| call.path == "/app/v1/events").ok_or("no event was sent")?;
        let batch: Value = serde_json::from_slice(&batch.request_body).map_err(text)?;
        let source = batch[0]["source"].as_str().and_then(|source| source.strip_prefix("/installations/"));
        source.ok_or("the event does not say where it comes from")?.clone_into(&mut self.device);
        let installed = self.received("app.installed").await?;
        hold(installed.len() == 1, format!("app.installed came {} times", installed.len()))?;
        self.before_bonus = self.demo.till.spendable(&SEEDED_PHONE.replace(' ', "")).await.map_err(text)?;
        Ok(format!("installation {}", self.device))
    }

    pub(super) async fn installation_is_paid(&mut self) -> Holds {
        let views = self.until("the reward is in the history", |views| rewards(views, "Install the app") == 1).await?;
        let wanted = self.before_bonus + Decimal::ONE_HUNDRED;
        hold(spendable(&views) == Some(wanted), format!("{:?} are spendable, not {wanted}", spendable(&views)))?;
        let done = |views: &Views| is_done(views, "install") && celebrates(views, "install");
        self.until("the task is done and celebrated", done).await?;
        self.app()?.celebrated(vec!["install".to_owned()]).await.map_err(text)?;
        self.until("the celebration is over", |views| !celebrates(views, "install")).await?;
        Ok(format!("{} + 100 = {wanted}", self.before_bonus))
    }

    pub(super) async fn installed_again(&mut self) -> Holds {
        let before = self.account()?.available;
        self.demo.phone.reinstall().map_err(text)?;
        self.demo.phone.open().map_err(text)?;
        hold(self.views()?.session == SessionView::SignedOut { step: None }, "somebody is signed in")?;
        self.demo.phone.register_for_pushes().await.map_err(text)?;
        self.delivered().await?;
        self.sign_in().await?;
        self.app()?.refresh().await.map_err(text)?;
        let views = self.until("the tasks are there", |views| is_done(views, "install")).await?;
        let paid = rewards(&views, "Install the app");
        hold(paid == 1, format!("it was paid {paid} times"))?;
        hold(spendable(&views) == Some(before), format!("{:?} are spendable, not {before}", spendable(&views)))?;
        let installed = self.received("app.installed").await?;
        let [event] = installed.as_slice() else { return Err(format!("{} events tell of it", installed.len())) };
        hold(event.received >= 2, "the new data folder did not tell of it")?;
        // A phone that forgot what was celebrated may show it once more.
        let again: Vec<String> = views.tasks.celebrations.iter().map(|celebration| celebration.task.clone()).collect();
        self.app()?.celebrated(again).await.map_err(text)?;
        Ok(format!("one event, which came {} times; still {before} points", event.received))
    }

    pub(super) async fn done_offline(&mut self) -> Holds {
        let before = self.views()?.balance.accounts;
        self.demo.set_online(false).map_err(text)?;
        let task = task(&self.views()?, "first-store")?;
        let follow = matches!(&task.next, NextStep::Follow { link, .. } if link == "pocketcard://stores");
        hold(follow, format!("its next step is {:?}", task.next))?;
        let app = self.app()?;
        app.track(Activity::TaskViewed { task: task.id }).await.map_err(text)?;
        app.track(Activity::StoreViewed { store: STORE }).await.map_err(text)?;
        let waits = |views: &Views| state(views, "first-store") == Some(TaskState::DoneWaiting);
        let views = self.until("the task is done and waits", waits).await?;
        let task = self::task(&views, "first-store")?;
        hold(task.confirmed.is_zero() && task.waiting == Decimal::ONE, "what waits is shown as counted")?;
        let expected: Vec<_> = views.balance.expected.iter().map(|points| points.amount).collect();
        hold(expected == [Decimal::TEN], format!("{expected:?} points are expected"))?;
        hold(views.balance.accounts == before, "expected points are in an account")?;
        hold(celebrates(&views, "first-store"), "it is not celebrated")?;
        app.celebrated(vec!["first-store".to_owned()]).await.map_err(text)?;
        self.until("the celebration is over", |views| !celebrates(views, "first-store")).await?;
        hold(views.outbox.queued >= 2, format!("{} events wait", views.outbox.queued))?;
        Ok(format!("{} events wait, 10 points are expected, apart", views.outbox.queued))
    }

    pub(super) async fn killed_before_sending(&mut self) -> Holds {
        let queued = self.views()?.outbox.queued;
        self.kill_and_open().await?;
        let views = self.views()?;
        hold(views.outbox.queued >= queued, format!("{} events wait, not {queued}", views.outbox.queued))?;
        hold(state(&views, "first-store") == Some(TaskState::DoneWaiting), "the task is not done any more")?;
        hold(!celebrates(&views, "first-store"), "it is celebrated again")?;
        Ok(format!("{queued} events are still there"))
    }

    pub(super) async fn counted_once(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let paid = |views: &Views| is_done(views, "first-store") && rewards(views, "Look at a store") == 1;
        let views = self.until("it is counted and paid", paid).await?;
        hold(views.balance.expected.is_empty(), "points are still expected")?;
        hold(!celebrates(&views, "first-store"), "it is celebrated again")?;
        for kind in ["store.viewed", "task.viewed"] {
            let events = self.received(kind).await?;
            hold(events.len() == 1, format!("{kind} arrived {} times", events.len()))?;
        }
        let gaps = self.demo.sandbox.event_gaps(&self.device).await.map_err(text)?;
        hold(gaps.is_empty(), format!("the sequence has gaps: {gaps:?}"))?;
        Ok(format!("{} events sent, no gap", views.outbox.sent))
    }

    pub(super) async fn questionnaire_interrupted(&mut self) -> Holds {
        let answers = answers(&task(&self.views()?, "questionnaire")?);
        hold(answers.len() == 3, format!("{} questions are open", answers.len()))?;
        let some = answers.iter().take(2).cloned().collect();
        self.app()?.keep_answers("questionnaire".to_owned(), some).await.map_err(text)?;
        self.demo.set_online(false).map_err(text)?;
        self.kill_and_open().await?;
        let task = task(&self.views()?, "questionnaire")?;
        let kept: Vec<_> = task.questions.iter().map(|question| question.value.is_some()).collect();
        hold(kept == [true, true, false], format!("kept: {kept:?}"))?;
        hold(task.next == NextStep::Answer { left: 3 }, "what is kept counts as handed in")?;
        self.app()?.answer_task("questionnaire".to_owned(), answers).await.map_err(text)?;
        let waits = |views: &Views| state(views, "questionnaire") == Some(TaskState::DoneWaiting);
        let views = self.until("the questionnaire waits", waits).await?;
        hold(views.outbox.acts == 1, format!("{} acts wait", views.outbox.acts))?;
        Ok("two answers outlived the app; three are handed in offline".to_owned())
    }

    pub(super) async fn set_is_done(&mut self) -> Holds {
        let set = |views: &Views| views.tasks.sets.first().cloned();
        let before = set(&self.views()?).ok_or("there is no set")?;
        hold((before.done, before.waiting) == (2, 1), format!("{} done, {} waiting", before.done, before.waiting))?;
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let done = |views: &Views| {
            set(views).is_some_and(|set: TaskSetView| set.completed && set.done == 3)
                && is_done(views, "questionnaire")
                && rewards(views, "Tell us what you like") == 1
                && rewards(views, "Getting started") == 1
                && game(views, "wheel").map(|game| game.plays_left) == Ok(2)
        };
        self.until("the set is done and paid", done).await?;
        self.celebrate("questionnaire").await?;
        Ok("30 points, 50 for the set, and another turn of the wheel".to_owned())
    }

    pub(super) async fn lost_reply(&mut self) -> Holds {
        const PLAY: &str = "/app/v1/games/wheel/play";
        let before = game(&self.views()?, "wheel")?.plays_left;
        let entries = rewards(&self.views()?, "Lucky wheel");
        drop(self.demo.sandbox.exchanges());
        let fault = Fault {
            device: None,
            path: PLAY.to_owned(),
            method: None,
            kind: FaultKind::Reset,
            skip: 0,
            times: Some(1),
            processed: true,
        };
        self.demo.sandbox.add_fault(fault).map_err(text)?;
        match self.app()?.play("wheel".to_owned()).await {
            Err(LoyaltyError::Offline) => {}
            other => return Err(format!("without a reply it said {other:?}")),
        }
        let outcome = self.app()?.play("wheel".to_owned()).await.map_err(text)?;
        let calls = self.demo.sandbox.exchanges();
        let plays: Vec<_> = calls.iter().filter(|call| call.path == PLAY).map(|call| &call.response_body).collect();
        let [lost, shown] = plays.as_slice() else { return Err(format!("{} calls were made", plays.len())) };
        hold(lost == shown, "the platform drew twice")?;
        let drawn: Value = serde_json::from_slice(shown).map_err(text)?;
        hold(drawn["outcome"] == outcome.outcome.as_str(), "another outcome is shown")?;
        let won = usize::from(outcome.reward.as_ref().is_some_and(|reward| reward.points.is_some()));
        let once = |views: &Views| {
            let left = game(views, "wheel").map(|game| game.plays_left);
            left == Ok(before - 1) && rewards(views, "Lucky wheel") == entries + won
        };
        self.until("one play is gone", once).await?;
        Ok(format!("{}; {before} plays became {}", outcome.outcome, before - 1))
    }

    pub(super) async fn played_offline(&mut self) -> Holds {
        self.demo.set_online(false).map_err(text)?;
        match self.app()?.play("wheel".to_owned()).await {
            Err(LoyaltyError::Offline) => {}
            other => return Err(format!("offline it said {other:?}")),
        }
        self.kill_and_open().await?;
        self.demo.set_online(true).map_err(text)?;
        let outcome = self.app()?.play("wheel".to_owned()).await.map_err(text)?;
        let gone = |views: &Views| game(views, "wheel").map(|game| game.plays_left) == Ok(0);
        self.until("no play is left", gone).await?;
        match self.app()?.play("wheel".to_owned()).await {
            Err(LoyaltyError::Rejected { .. }) => Ok(format!("{}; a third play is refused", outcome.outcome)),
            other => Err(format!("the third play said {other:?}")),
        }
    }

    pub(super) async fn reviewed(&mut self) -> Holds {
        let views = self.views()?;
        let bought = views.history.entries.iter().find(|entry| matches!(entry.what, HistoryWhat::Purchase { .. }));
        let purchase = bought.ok_or("nothing was bought")?.id.clone();
        let fields = HashMap::from([
            ("purchaseId".to_owned(), FieldValue::Text { value: purchase }),
            ("stars".to_owned(), FieldValue::Number { value: Decimal::from(5) }),
        ]);
        let review = Activity::Custom { name: "purchase.reviewed".to_owned(), fields };
        self.app()?.track(review).await.map_err(text)?;
        // No key is pressed: what tasks count goes at once.
        let paid = |views: &Views| is_done(views, "review") && rewards(views, "Review a purchase") == 1;
        self.until("the review is counted and paid", paid).await?;
        self.celebrate("review").await?;
        Ok("20 points, no key pressed".to_owned())
    }

    pub(super) async fn friend_joins(&mut self) -> Holds {
        let SessionView::SignedIn { member: Some(member), .. } = self.views()?.session else {
            return Err("nobody is signed in".to_owned());
        };
        self.demo.friend_joins(member.id).await.map_err(text)?;
        let paid = |views: &Views| is_done(views, "invite") && rewards(views, "Invite a friend") == 1;
        self.until("the invitation is counted and paid", paid).await?;
        self.celebrate("invite").await?;
        Ok("50 points, by push".to_owned())
    }

    pub(super) async fn weekly_amount(&mut self) -> Holds {
        self.to_noon(1).await?;
        let coffee = self.goods(0)?;
        let week = |views: &Views| task(views, "weekly-50").map(|task| (task.confirmed, task.completions));
        self.app()?.refresh().await.map_err(text)?;
        let (before, _) = week(&self.views()?)?;
        let first = before + self.buy(&coffee, 2).await?.total;
        self.until("half of it is counted", |views| week(views) == Ok((first, 0))).await?;
        let second = self.buy(&coffee, 2).await?;
        let sum = first + second.total;
        let views = self.until("the week's task is done", |views| week(views) == Ok((sum, 1))).await?;
        hold(task(&views, "weekly-50")?.next == NextStep::ComeBack, "it does not say to come back next week")?;
        self.celebrate("weekly-50").await?;
        self.demo.till.refund(&second).await.map_err(text)?;
        self.until("the refund is counted", |views| week(views) == Ok((first, 0))).await?;
        Ok(format!("{sum} of 50, after the refund {first}"))
    }

    pub(super) async fn takes_part(&mut self) -> Holds {
        let marathon = |views: &Views| task(views, MARATHON).map(|task| task.participation);
        hold(task(&self.views()?, MARATHON)?.next == NextStep::TakePart, "it does not ask to take part")?;
        self.demo.set_online(false).map_err(text)?;
        self.app()?.set_opted_in(MARATHON.to_owned(), true).await.map_err(text)?;
        let waits = |views: &Views| marathon(views) == Ok(Participation::InWaiting) && views.outbox.acts == 1;
        self.until("the member takes part and it waits", waits).await?;
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let told = |views: &Views| marathon(views) == Ok(Participation::In) && views.outbox.acts == 0;
        self.until("the platform knows", told).await?;
        // By the phone's word it begins now, and phones know the time to a second.
        self.demo.pass(NEXT_CODE).await.map_err(text)?;
        OK
    }

    pub(super) async fn marathon_begins(&mut self) -> Holds {
        let healthy = self.healthy()?;
        self.buy(&healthy, 1).await?;
        self.marathon(1).await?;
        let again = self.buy(&healthy, 1).await?;
        self.balance_comes(&again).await?;
        self.to_noon(1).await?;
        self.marathon(1).await?;
        let second = self.buy(&healthy, 2).await?;
        self.marathon(2).await?;
        self.demo.till.refund(&second).await.map_err(text)?;
        self.marathon(1).await?;
        self.buy(&healthy, 1).await?;
        self.marathon(2).await?;
        Ok("twice on one day is one; a refund takes a day back".to_owned())
    }

    pub(super) async fn week_without(&mut self) -> Holds {
        self.demo.set_online(false).map_err(text)?;
        self.to_noon(8).await?;
        let offline = task(&self.views()?, MARATHON)?;
        hold(offline.confirmed.is_zero(), format!("{} days count", offline.confirmed))?;
        let missed = offline.streak.iter().rev().skip(1).take_while(|dot| dot.mark == StreakMark::Missed).count();
        hold(missed >= 6, format!("{missed} days are marked as missed"))?;
        self.demo.set_online(true).map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        self.marathon(0).await?;
        Ok(format!("{missed} days missed; the phone knows without a network, the platform agrees"))
    }

    pub(super) async fn marathon_is_run(&mut self) -> Holds {
        let healthy = self.healthy()?;
        for day in 1..=4 {
            self.buy(&healthy, 1).await?;
            self.marathon(day).await?;
            self.to_noon(2).await?;
        }
        self.buy(&healthy, 1).await?;
        let done = |views: &Views| {
            is_done(views, MARATHON)
                && rewards(views, "Healthy eating marathon") == 1
                && game(views, "scratch").map(|game| game.plays_left) == Ok(1)
                && views.tasks.badges.iter().any(|badge| badge.id == "healthy-eater" && badge.awarded.is_some())
        };
        self.until("the marathon is done and paid", done).await?;
        self.celebrate(MARATHON).await?;
        let outcome = self.app()?.play("scratch".to_owned()).await.map_err(text)?;
        Ok(format!("200 points, the badge, and a scratch card: {}", outcome.outcome))
    }

    /// Prepares what [`Stage::signed_out`] looks for: events and an act that nobody can be told of.
    pub(super) async fn not_sent(&mut self) -> Result<OutboxView, String> {
        // That a push came is an event, too: those that are on their way come first.
        while let Ok(Some(_)) = timeout(SILENCE, self.notifications.recv()).await {}
        self.delivered().await?;
        self.demo.set_online(false).map_err(text)?;
        let app = self.app()?;
        let search = Activity::SearchStores { text: Some(SECRET_WORD.to_owned()), filters: Vec::new() };
        app.track(search).await.map_err(text)?;
        app.track(Activity::CardShown { code: Some("rotating".to_owned()) }).await.map_err(text)?;
        app.set_opted_in(MARATHON.to_owned(), false).await.map_err(text)?;
        let outbox = self.views()?.outbox;
        hold(outbox.queued == 2 && outbox.acts == 1, format!("{} and {} wait", outbox.queued, outbox.acts))?;
        Ok(outbox)
    }

    /// Holds the outbox after a sign-out against what waited `before`.
    pub(super) fn nothing_is_left(&mut self, before: &OutboxView) -> Holds {
        let views = self.views()?;
        let given_up = |outbox: &OutboxView| {
            let signed_out = outbox.dropped.iter().find(|dropped| dropped.reason == DropReason::SignedOut);
            signed_out.map_or(0, |dropped| dropped.count)
        };
        let outbox = &views.outbox;
        let lost = given_up(outbox) - given_up(before);
        // What had its place in the sequence keeps it, and says no more than that it was given up.
        let places = u64::from(outbox.queued) <= lost && outbox.acts == 0;
        hold(places, format!("{} and {} wait", outbox.queued, outbox.acts))?;
        hold(lost == u64::from(before.queued), format!("{lost} are said to be given up"))?;
        hold(views.tasks.tasks.is_empty() && views.tasks.badges.is_empty(), "tasks are there")?;
        hold(views.balance.expected.is_empty(), "points are expected")?;
        for file in files(&self.demo.phone.data_folder())? {
            let bytes = std::fs::read(&file).map_err(text)?;
            let left = bytes.windows(SECRET_WORD.len()).any(|window| window == SECRET_WORD.as_bytes());
            hold(!left, format!("an event is in {}", file.display()))?;
        }
        self.given_up = lost;
        Ok(format!("{lost} events were not sent, and it says so"))
    }

    pub(super) async fn hears_of_it(&mut self) -> Holds {
        self.demo.set_online(true).map_err(text)?;
        self.delivered().await?;
        let searched = self.received("search.stores").await?;
        hold(searched.is_empty(), "what was given up was sent")?;
        let reports = self.received("events.dropped").await?;
        let signed_out = reports.iter().filter(|report| report.data["reason"] == "signedOut");
        let told: u64 = signed_out.filter_map(|report| report.data["count"].as_u64()).sum();
        hold(told == self.given_up, format!("it hears of {told}"))?;
        let gaps = self.demo.sandbox.event_gaps(&self.device).await.map_err(text)?;
        hold(gaps.is_empty(), format!("{gaps:?} are missing"))?;
        Ok(format!("it hears of {} that it will not get", self.given_up))
    }

    /// Waits until nothing waits to be sent, without waiting for the timer.
    pub(super) async fn delivered(&self) -> Result<(), String> {
        let app = self.app()?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            let report = app.flush(PATIENCE).await.map_err(text)?;
            let outbox = app.outbox();
            if outbox.queued == 0 && outbox.acts == 0 && outbox.receipts == 0 {
                return Ok(());
            }
            hold(Instant::now() < deadline, format!("{} events wait: {:?}", outbox.queued, report.stopped))?;
            // A flush that was under way may have begun before there was a network.
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn received(&self, kind: &str) -> Result<Vec<ReceivedEvent>, String> {
        let events = self.demo.sandbox.events(&self.device).await.map_err(text)?;
        Ok(events.into_iter().filter(|event| event.kind == kind).collect())
    }

    /// Sees a completion celebrated, and that it is not celebrated a second time.
    async fn celebrate(&mut self, task: &str) -> Result<(), String> {
        self.until("it is celebrated", |views| celebrates(views, task)).await?;
        self.app()?.celebrated(vec![task.to_owned()]).await.map_err(text)?;
        self.app()?.refresh().await.map_err(text)?;
        hold(!celebrates(&self.views()?, task), "it is celebrated again")
    }

    /// So many of the marathon's days count.
    async fn marathon(&mut self, days: u32) -> Result<(), String> {
        let counted = |views: &Views| task(views, MARATHON).map(|task| task.confirmed) == Ok(days.into());
        self.until(&format!("{days} days of the marathon count"), counted).await.map(drop)
    }

    fn healthy(&self) -> Result<Goods, String> {
        self.goods.iter().find(|goods| goods.is_healthy()).cloned().ok_or_else(|| "nothing is healthy".to_owned())
    }

    /// The cashier types the card's number, and the phone learns of the purchase by push.
    async fn buy(&mut self, goods: &Goods, count: u32) -> Result<Receipt, String> {
        let number = number(&self.views()?).ok_or("there is no card")?;
        let customer = self.demo.till.identify(&number).await.map_err(text)?;
        self.demo.till.sell(&customer, &[(goods.clone(), count)], Decimal::ZERO).await.map_err(text)
    }

    /// Noon of the member's day that is so many days ahead.
    async fn to_noon(&self, days: i64) -> Result<(), String> {
        let zone = TimeZone::get(TIME_ZONE).map_err(text)?;
        let now = self.demo.phone.clock.read().wall;
        let day = now.to_zoned(zone.clone()).date().checked_add(days.days()).map_err(text)?;
        let noon = day.to_datetime(time(12, 0, 0, 0)).to_zoned(zone).map_err(text)?.timestamp();
        let passes = Duration::try_from(noon.duration_since(now)).map_err(text)?;
        self.demo.pass(passes).await.map_err(text)
    }
}

const MARATHON: &str = "healthy-marathon";

fn task(views: &Views, id: &str) -> Result<TaskView, String> {
    views.tasks.tasks.iter().find(|task| task.id == id).cloned().ok_or_else(|| format!("there is no task {id}"))
}

fn state(views: &Views, id: &str) -> Option<TaskState> {
    task(views, id).ok().map(|task| task.state)
}

fn is_done(views: &Views, id: &str) -> bool {
    state(views, id) == Some(TaskState::Done)
}

fn game(views: &Views, id: &str) -> Result<Game, String> {
    views.tasks.games.iter().find(|game| game.id == id).cloned().ok_or_else(|| format!("there is no game {id}"))
}

fn celebrates(views: &Views, task: &str) -> bool {
    views.tasks.celebrations.iter().any(|celebration| celebration.task == task)
}

/// How many rewards of this name the history has.
fn rewards(views: &Views, name: &str) -> usize {
    let named = |description: &Option<String>| description.as_ref().is_some_and(|text| text.starts_with(name));
    let rewards = views.history.entries.iter().filter(|entry| matches!(entry.what, HistoryWhat::Reward { .. }));
    rewards.filter(|entry| named(&entry.description)).count()
}

/// An answer to each question that is open.
fn answers(task: &TaskView) -> Vec<TaskAnswer> {
    let open = task.questions.iter().filter(|question| !question.answered);
    let answers = open.map(|question| {
        let value = match (&question.kind, question.options.first()) {
            (TaskQuestionKind::Choice, Some(option)) => option.id.to_string(),
            (TaskQuestionKind::Number, _) => "2".to_owned(),
            _ => "Buckwheat".to_owned(),
        };
        TaskAnswer { question: question.id, value }
    });
    answers.collect()
}
