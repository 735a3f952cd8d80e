//! Tasks and games on the wire. Source: our App API.

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::envelope::{List, Nothing, Wire};
use super::number::Num;
use super::time::Time;
use super::{Call, Fetched, Platform};
use crate::balance::ExpectedPoints;
use crate::error::Result;
use crate::tasks::rules::{Kind, Progress, Recurrence, Rule, Streak, Trigger, Window};
use crate::tasks::{
    Badge, Game, GameKind, GameOutcome, Level, Question, Reward, Task, TaskAct, TaskOption, TaskQuestionKind, TaskSet,
    TaskStatus, Tasks,
};

type Read<T> = std::result::Result<T, String>;

super::wire::wire! {
    struct TasksRow {
        #[serde(default)]
        sets: List<SetRow>,
        #[serde(default)]
        tasks: List<TaskRow>,
        #[serde(default)]
        badges: List<BadgeRow>,
        level: Option<LevelRow>,
    }
    struct SetRow {
        id: String,
        title: String,
        #[serde(default)]
        task_ids: List<String>,
        reward: Option<RewardRow>,
        #[serde(default)]
        completed: bool,
    }
    struct RewardRow {
        points: Option<PointsRow>,
        offer_id: Option<Value>,
        badge: Option<String>,
    }
    struct PointsRow {
        amount: Num,
        currency_code: String,
    }
    struct BadgeRow {
        id: String,
        title: String,
        image_url: Option<String>,
        awarded: Option<Time>,
    }
    struct LevelRow {
        name: String,
        number: u32,
        value: Num,
        next: Option<Num>,
    }
    struct TaskRow {
        id: String,
        version: u64,
        title: String,
        description: Option<String>,
        image_url: Option<String>,
        kind: String,
        trigger: TriggerRow,
        target: Num,
        window: Option<String>,
        streak: Option<StreakRow>,
        starts: Time,
        ends: Option<Time>,
        #[serde(default)]
        opt_in: bool,
        counts_from: Option<Time>,
        recurrence: Option<String>,
        reward: Option<RewardRow>,
        status: String,
        progress: Num,
        #[serde(default)]
        completions: u32,
        #[serde(default)]
        counted: List<CountedRow>,
        #[serde(default)]
        counted_event_ids: List<Uuid>,
        #[serde(default)]
        questions: List<QuestionRow>,
        action: Option<ActionRow>,
    }
    struct TriggerRow {
        event: String,
        #[serde(default, rename = "where")]
        conditions: Option<serde_json::Map<String, Value>>,
    }
    struct StreakRow {
        missed: u32,
        within: Option<u32>,
    }
    struct CountedRow {
        from: Option<Date>,
        value: Num,
    }
    struct QuestionRow {
        id: i64,
        title: String,
        kind: String,
        #[serde(default)]
        options: List<OptionRow>,
        #[serde(default)]
        answered: bool,
    }
    struct OptionRow {
        id: i64,
        name: String,
    }
    struct ActionRow {
        label: String,
        link: String,
    }
    struct GameRow {
        id: String,
        title: String,
        kind: String,
        #[serde(default)]
        sectors: List<SectorRow>,
        plays: u32,
        until: Option<Time>,
    }
    struct SectorRow {
        label: String,
    }
    struct PlayRow {
        sector: Option<u32>,
        outcome: String,
        reward: Option<RewardRow>,
    }
}

impl RewardRow {
    fn reward(self) -> Reward {
        Reward {
            points: self
                .points
                .map(|points| ExpectedPoints { currency_code: points.currency_code, amount: points.amount.0 }),
            offer: self.offer_id.as_ref().map(scalar),
            badge: self.badge,
        }
    }
}

/// A value that is compared as text.
fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Wire for TasksRow {
    type Domain = Tasks;

    fn read(self) -> Read<Tasks> {
        let rows = self.tasks.0.into_iter().enumerate();
        let tasks = rows.map(|(at, row)| row.task().map_err(|problem| format!("tasks[{at}].{problem}")));
        Ok(Tasks {
            sets: self.sets.0.into_iter().map(SetRow::set).collect(),
            tasks: tasks.collect::<Read<_>>()?,
            badges: self.badges.0.into_iter().map(BadgeRow::badge).collect(),
            level: self.level.map(|level| Level {
                name: level.name,
                number: level.number,
                value: level.value.0,
                next: level.next.map(|next| next.0),
            }),
            games: Vec::new(),
        })
    }
}

impl SetRow {
    fn set(self) -> TaskSet {
        TaskSet {
            id: self.id,
            title: self.title,
            task_ids: self.task_ids.0,
            reward: self.reward.map(RewardRow::reward),
            completed: self.completed,
        }
    }
}

impl BadgeRow {
    fn badge(self) -> Badge {
        let awarded = self.awarded.and_then(Time::end);
        Badge { id: self.id, title: self.title, image_url: self.image_url, awarded }
    }
}

impl TaskRow {
    fn task(self) -> Read<Task> {
        if self.starts.end().is_none() {
            return Err("starts: never".to_owned());
        }
        let questions = self.questions.0.into_iter().map(|row| Question {
            id: row.id,
            title: row.title,
            kind: match row.kind.as_str() {
                "choice" => TaskQuestionKind::Choice,
                "text" => TaskQuestionKind::Text,
                "number" => TaskQuestionKind::Number,
                "date" => TaskQuestionKind::Date,
                _ => TaskQuestionKind::Other { name: row.kind },
            },
            options: row.options.0.into_iter().map(|OptionRow { id, name }| TaskOption { id, name }).collect(),
            answered: row.answered,
        });
        let status = match self.status.as_str() {
            "completed" => TaskStatus::Completed,
            "expired" => TaskStatus::Expired,
            // What this version does not know is not over.
            _ => TaskStatus::Open,
        };
        let rule = Rule {
            kind: match self.kind.as_str() {
                "count" => Kind::Count,
                "amount" => Kind::Amount,
                "streak" => Kind::Streak,
                "questionnaire" => Kind::Questionnaire,
                _ => Kind::Other(self.kind),
            },
            trigger: Trigger {
                event: self.trigger.event,
                conditions: self
                    .trigger
                    .conditions
                    .unwrap_or_default()
                    .iter()
                    .map(|(name, value)| (name.clone(), scalar(value)))
                    .collect(),
            },
            target: self.target.0,
            window: match self.window.as_deref() {
                None | Some("none") => Window::None,
                Some("day") => Window::Day,
                Some("week") => Window::Week,
                Some(other) => Window::Other(other.to_owned()),
            },
            streak: self
                .streak
                .map_or_else(Streak::default, |StreakRow { missed, within }| Streak { missed: missed.max(1), within }),
            starts: self.starts.0,
            ends: self.ends.and_then(Time::end),
            opt_in: self.opt_in,
            counts_from: self.counts_from.and_then(Time::end),
            recurrence: match self.recurrence.as_deref() {
                None | Some("none") => Recurrence::None,
                Some("onCompletion") => Recurrence::OnCompletion,
                Some("onExpiration") => Recurrence::OnExpiration,
                Some(other) => Recurrence::Other(other.to_owned()),
            },
        };
        let counted = self.counted.0.into_iter().map(|row| (row.from, row.value.0)).collect();
        let completed = status == TaskStatus::Completed;
        Ok(Task {
            id: self.id,
            version: self.version,
            title: self.title,
            description: self.description.unwrap_or_default(),
            image_url: self.image_url,
            rule,
            reward: self.reward.map(RewardRow::reward),
            status,
            progress: self.progress.0,
            confirmed: Progress { counted, completions: self.completions, completed },
            counted_ids: self.counted_event_ids.0,
            questions: questions.collect(),
            action: self.action.map(|ActionRow { label, link }| (label, link)),
        })
    }
}

impl Wire for GameRow {
    type Domain = Game;

    fn read(self) -> Read<Game> {
        Ok(Game {
            id: self.id,
            title: self.title,
            kind: match self.kind.as_str() {
                "wheel" => GameKind::Wheel,
                "scratch" => GameKind::Scratch,
                _ => GameKind::Other { name: self.kind },
            },
            sectors: self.sectors.0.into_iter().map(|sector| sector.label).collect(),
            plays_left: self.plays,
            until: self.until.and_then(Time::end),
        })
    }
}

impl Wire for PlayRow {
    type Domain = GameOutcome;

    fn read(self) -> Read<GameOutcome> {
        let reward = self.reward.map(RewardRow::reward);
        Ok(GameOutcome { sector: self.sector, outcome: self.outcome, reward })
    }
}

impl Platform {
    /// The member's tasks, and how far each is. Games are not among them.
    pub(crate) async fn tasks(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Tasks>> {
        self.fetch::<TasksRow>(Call::new("GET /app/v1/tasks").token(token).etag(etag)).await
    }

    /// The games that the member may play.
    pub(crate) async fn games(&self, token: &str, etag: Option<&str>) -> Result<Fetched<Vec<Game>>> {
        self.fetch::<List<GameRow>>(Call::new("GET /app/v1/games").token(token).etag(etag)).await
    }

    /// Does what the member asked for about a task, once for each `key`.
    pub(crate) async fn task_act(&self, token: &str, act: &TaskAct, key: Uuid) -> Result<()> {
        let (name, body) = match act {
            TaskAct::OptIn { at, .. } => ("POST /app/v1/tasks/{id}/opt-in", json!({ "at": at })),
            TaskAct::OptOut { at, .. } => ("POST /app/v1/tasks/{id}/opt-out", json!({ "at": at })),
            TaskAct::Answers { answers, at, .. } => {
                let answers =
                    answers.iter().map(|answer| json!({ "questionId": answer.question, "value": answer.value }));
                ("POST /app/v1/tasks/{id}/answers", json!({ "answers": answers.collect::<Vec<_>>(), "at": at }))
            }
        };
        self.ask::<Nothing>(Call::new(name).id(act.task()).key(key).token(token).json(&body)).await
    }

    /// Plays a game once for each `key`.
    pub(crate) async fn play(&self, token: &str, game: &str, key: Uuid) -> Result<GameOutcome> {
        let call = Call::new("POST /app/v1/games/{id}/play").id(game).key(key).token(token);
        self.ask::<PlayRow>(call).await
    }
}
