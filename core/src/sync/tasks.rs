//! Tasks and games: pulling them, and what a member does about them that cannot wait.

use std::sync::Arc;

use super::flush::new_id;
use super::{Engine, Failure};
use crate::acts::Ask;
use crate::balance::ExpectedPoints;
use crate::error::{Error, Result};
use crate::platform::Platform;
use crate::state::{Answer, Change, Part};
use crate::tasks::{self, GameOutcome, Ours, TaskAct, TaskAnswer, TasksView};
use crate::types::StaleReason;

impl Engine {
    /// What the tasks' screen shows.
    pub(crate) fn tasks(&self) -> TasksView {
        let state = self.state();
        let now = self.now().0.at;
        let today = now.to_zoned(self.zone.clone()).date();
        let acts: Vec<_> = state.acts.of_tasks().collect();
        let ours = Ours { acts: &acts, own: &state.own };
        tasks::view(&state.tasks, state.outbox.facts(), ours, (now, today), state.freshness(Part::Tasks))
    }

    /// Points of tasks that are done on this phone and not confirmed yet.
    pub(crate) fn expected_points(&self) -> Vec<ExpectedPoints> {
        let state = self.state();
        let acts: Vec<_> = state.acts.of_tasks().collect();
        tasks::expected_points(&state.tasks, state.outbox.facts(), &acts)
    }

    /// Hands in answers; what was kept of them before is handed in with it.
    pub(crate) fn answer_task(self: &Arc<Self>, task: String, answers: Vec<TaskAnswer>) -> Result<()> {
        self.ask(|at| Ask::Task(TaskAct::Answers { task: task.clone(), answers, at }))?;
        self.commit(&[Change::Draft { task, answers: Vec::new() }])
    }

    /// The member saw these tasks' completions celebrated.
    pub(crate) fn celebrated(&self, tasks: &[String]) -> Result<()> {
        let shown = self.tasks().celebrations.into_iter();
        let seen = shown.filter(|shown| tasks.contains(&shown.task)).map(|shown| (shown.task, shown.completions));
        self.commit(&[Change::Celebrated(seen.collect())])
    }

    /// Pulls tasks and games, where the platform has them.
    pub(super) async fn pull_tasks(self: &Arc<Self>) -> Vec<Option<Failure>> {
        let tasks = async {
            if !self.has(Part::Tasks, "tasks") {
                return None;
            }
            let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
                platform.tasks(&token, etag.as_deref()).await
            };
            self.fetch(Part::Tasks, call, Answer::Tasks).await
        };
        let games = async {
            if !self.has(Part::Games, "games") {
                return None;
            }
            let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
                platform.games(&token, etag.as_deref()).await
            };
            self.fetch(Part::Games, call, Answer::Games).await
        };
        let (tasks, games) = tokio::join!(tasks, games);
        vec![tasks, games]
    }

    /// Whether the platform has a feature; where it has not, the part says so.
    fn has(&self, part: Part, feature: &str) -> bool {
        let has = self.state().capabilities.features.contains(feature);
        if !has && let Err(error) = self.commit(&[Change::Missed { part, reason: StaleReason::NotSupported }]) {
            tracing::debug!(%error, "a missing feature is not noted");
        }
        has
    }

    /// Pulls what events, purchases and tasks that end change: the platform may have counted, and paid.
    pub(super) async fn pull_counted(self: &Arc<Self>) -> Vec<Option<Failure>> {
        // Whether there are tasks must be known first; the first refresh may be about to ask.
        if !self.state().has(Part::Capabilities) {
            self.pull_capabilities().await;
        }
        let (tasks, money, history) = tokio::join!(self.pull_tasks(), self.pull_money(), self.pull_history(0));
        [tasks, money, vec![history]].concat()
    }

    /// The same, where nobody waits for what it comes to.
    pub(super) async fn pull_tasks_and_money(self: &Arc<Self>) {
        if !self.is_signed_in() {
            return;
        }
        let failures: Vec<_> = self.pull_counted().await.into_iter().flatten().collect();
        if !failures.is_empty() {
            self.settle(&failures);
        }
    }

    /// Plays a game once: the platform draws. A play whose answer was lost is the same play again, by its key.
    pub(crate) async fn play(self: &Arc<Self>, game: String) -> Result<GameOutcome> {
        self.check_signed_in()?;
        let state = self.state();
        let member = state.sign_out_count;
        let key = if let Some(&key) = state.own.plays.get(&game) {
            key
        } else {
            let key = new_id(self.now().0.at);
            self.commit(&[Change::Playing { game: game.clone(), key: Some(key) }])?;
            // Two taps at once are one play.
            self.state().own.plays.get(&game).copied().unwrap_or(key)
        };
        let platform = self.platform().await?;
        let played = self
            .authorized(|token: String| {
                let (engine, platform, game) = (Arc::clone(self), Arc::clone(&platform), game.clone());
                async move {
                    engine.check_member(member)?;
                    platform.play(&token, &game, key).await
                }
            })
            .await;
        let over = matches!(played, Ok(_) | Err(Error::Rejected(_) | Error::NotSupported));
        if over {
            self.commit_for(member, &[Change::Playing { game, key: None }])?;
        }
        if played.is_ok() {
            self.pull_tasks_and_money().await;
        }
        played
    }
}
