//! What a member does on the tasks' screen, key by key: chooses, takes part, answers, plays.
//!
//! Pure, as all of [`crate::model`], of which this is a part. What can be done next, and whether it can, the core says.

use pocketcard::tasks::{
    Game, GameOutcome, NextStep, Participation, TaskAnswer, TaskQuestionKind, TaskQuestionView, TaskView,
};
use pocketcard::types::Screen;
use ratatui::crossterm::event::KeyCode;

use crate::model::{Act, Model};

/// What is chosen on the tasks' screen. By id: what is above it may come and go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// A task.
    Task(String),
    /// A game.
    Game(String),
}

/// A questionnaire while it is filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answering {
    /// Which task's.
    pub task: String,
    /// What was answered and is not handed in.
    pub answers: Vec<TaskAnswer>,
    /// The answer under way, as far as it is typed.
    pub text: String,
}

/// What a game came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Which game, as it was when it was played.
    pub game: Game,
    /// What the platform drew.
    pub outcome: GameOutcome,
}

impl Answering {
    /// The question that is asked now, and how many there were before it.
    pub fn question<'a>(&self, task: &'a TaskView) -> Option<(usize, &'a TaskQuestionView)> {
        task.questions.iter().enumerate().find(|(_, question)| !question.answered && !self.has(question.id))
    }

    fn has(&self, question: i64) -> bool {
        self.answers.iter().any(|answer| answer.question == question)
    }
}

impl Model {
    /// The task of this id.
    pub fn task(&self, id: &str) -> Option<&TaskView> {
        self.views.as_ref()?.tasks.tasks.iter().find(|task| task.id == id)
    }

    fn game(&self, id: &str) -> Option<&Game> {
        self.views.as_ref()?.tasks.games.iter().find(|game| game.id == id)
    }

    /// The next or the previous task or game.
    pub(crate) fn choose(&mut self, forward: bool) {
        let Some(views) = &self.views else { return };
        let tasks = views.tasks.tasks.iter().map(|task| Chosen::Task(task.id.clone()));
        let games = views.tasks.games.iter().map(|game| Chosen::Game(game.id.clone()));
        let all: Vec<Chosen> = tasks.chain(games).collect();
        let now = all.iter().position(|item| Some(item) == self.chosen.as_ref());
        let next = match now {
            None => 0,
            Some(now) if forward => (now + 1).min(all.len().saturating_sub(1)),
            Some(now) => now.saturating_sub(1),
        };
        self.chosen = all.into_iter().nth(next);
    }

    /// Enter on the tasks' screen: what was celebrated is put away, then what is chosen goes on.
    pub(crate) fn do_next(&mut self) -> Option<Act> {
        let celebrations = &self.views.as_ref()?.tasks.celebrations;
        if !celebrations.is_empty() {
            return Some(Act::Celebrated(celebrations.iter().map(|celebration| celebration.task.clone()).collect()));
        }
        match self.chosen.clone() {
            None => {
                self.choose(true);
                None
            }
            Some(Chosen::Game(id)) => self.game(&id).cloned().map(|game| Act::Play(Box::new(game))),
            Some(Chosen::Task(id)) => self.do_task(&id),
        }
    }

    fn do_task(&mut self, id: &str) -> Option<Act> {
        let task = self.task(id)?;
        match task.next.clone() {
            NextStep::TakePart => Some(Act::TakePart(id.to_owned(), true)),
            NextStep::Answer { .. } => {
                let kept = task.questions.iter().filter(|question| !question.answered);
                let answers = kept
                    .filter_map(|question| Some(TaskAnswer { question: question.id, value: question.value.clone()? }));
                let answering = Answering { task: id.to_owned(), answers: answers.collect(), text: String::new() };
                if answering.question(task).is_none() {
                    return Some(Act::Answer(answering.task, answering.answers));
                }
                self.answering = Some(answering);
                None
            }
            NextStep::Follow { link, .. } => self.follow(link),
            NextStep::Nothing | NextStep::Do { .. } | NextStep::ComeBack | NextStep::Wait => None,
        }
    }

    /// Where a task's link leads in this app.
    fn follow(&mut self, link: String) -> Option<Act> {
        match link.as_str() {
            "pocketcard://history" => {
                self.screen = Screen::History;
                None
            }
            "pocketcard://stores" => {
                self.lead_to_stores(None);
                None
            }
            _ => Some(Act::OpenLink(link)),
        }
    }

    /// Leaves the task that is chosen, where the member takes part in it.
    pub(crate) fn leave_task(&self) -> Option<Act> {
        let Some(Chosen::Task(id)) = &self.chosen else { return None };
        let takes_part = matches!(self.task(id)?.participation, Participation::In | Participation::InWaiting);
        takes_part.then(|| Act::TakePart(id.clone(), false))
    }

    /// A key while a questionnaire is filled in.
    pub(crate) fn answer_key(&mut self, key: KeyCode) -> Option<Act> {
        let mut answering = self.answering.take()?;
        let question =
            self.task(&answering.task).and_then(|task| answering.question(task)).map(|(_, question)| question);
        let value = match (key, question) {
            // What was answered is kept already.
            (KeyCode::Esc | KeyCode::Tab, _) | (_, None) => return None,
            (KeyCode::Char(sign), Some(question)) if question.kind == TaskQuestionKind::Choice => {
                let place = sign.to_digit(10).and_then(|digit| usize::try_from(digit).ok()?.checked_sub(1));
                place.and_then(|place| question.options.get(place)).map(|option| option.id.to_string())
            }
            (KeyCode::Char(sign), _) => {
                answering.text.push(sign);
                None
            }
            (KeyCode::Backspace, _) => {
                answering.text.pop();
                None
            }
            (KeyCode::Enter, _) => Some(answering.text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        };
        let (Some(value), Some(question)) = (value, question.map(|question| question.id)) else {
            self.answering = Some(answering);
            return None;
        };
        answering.answers.push(TaskAnswer { question, value });
        answering.text.clear();
        let more = self.task(&answering.task).is_some_and(|task| answering.question(task).is_some());
        let (task, answers) = (answering.task.clone(), answering.answers.clone());
        self.answering = more.then_some(answering);
        Some(if more { Act::KeepAnswers(task, answers) } else { Act::Answer(task, answers) })
    }
}
