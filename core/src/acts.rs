//! What the member asked for that the platform has not answered yet: kept in order, sent when there is a network, once.
//!
//! Pure. Each act has an id made once, which goes with it as its idempotency key, so that one whose answer was lost is
//! sent again without doing anything twice. Until the platform's data shows what an act led to, screens show the act
//! itself as waiting; a refusal stays, in the platform's words, until the member tries again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::tasks::TaskAct;

/// How many refusals are remembered.
const REFUSED: usize = 20;

/// What a member can ask for without a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// Of a task.
    Task(TaskAct),
}

/// One thing that the member asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Act {
    /// Made once: the idempotency key.
    pub(crate) id: Uuid,
    pub(crate) ask: Ask,
    /// The platform did it. The act stays until an answer that was asked for after this question shows what came of it; 0
    /// for before the app was opened.
    pub(crate) answered: Option<u64>,
    /// The platform refused: its words, which may be empty.
    pub(crate) refused: Option<String>,
}

/// What the member asked for, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Acts(Vec<Act>);

impl Acts {
    /// As it was stored: what was answered then was answered before anything that is asked from now on.
    pub(crate) fn stored(mut self) -> Self {
        for act in &mut self.0 {
            act.answered = act.answered.map(|_| 0);
        }
        self
    }

    /// Puts an act at the end. What was refused of the same thing before is forgotten.
    pub(crate) fn add(&mut self, act: Act) {
        self.0.retain(|known| known.refused.is_none() || known.ask.subject() != act.ask.subject());
        self.0.push(act);
    }

    /// The next one to send.
    pub(crate) fn next(&self) -> Option<&Act> {
        self.0.iter().find(|act| act.answered.is_none() && act.refused.is_none())
    }

    /// How many wait to be sent.
    pub(crate) fn len(&self) -> usize {
        self.0.iter().filter(|act| act.answered.is_none() && act.refused.is_none()).count()
    }

    /// The platform did what `id` asks for.
    pub(crate) fn answered(&mut self, id: Uuid, question: u64) {
        if let Some(act) = self.0.iter_mut().find(|act| act.id == id) {
            act.answered = Some(question);
        }
    }

    /// The platform refused what `id` asks for.
    pub(crate) fn refused(&mut self, id: Uuid, text: String) {
        if let Some(act) = self.0.iter_mut().find(|act| act.id == id) {
            act.refused = Some(text);
        }
        let refused = self.0.iter().filter(|act| act.refused.is_some()).count();
        if refused > REFUSED
            && let Some(oldest) = self.0.iter().position(|act| act.refused.is_some())
        {
            self.0.remove(oldest);
        }
    }

    /// The platform's tasks, asked for by `question`, show what came of what it did before. True when that was something.
    pub(crate) fn settled(&mut self, question: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|act| act.answered.is_none_or(|answered| answered >= question));
        before != self.0.len()
    }

    /// What tasks were asked for and may not show yet, oldest first.
    pub(crate) fn of_tasks(&self) -> impl Iterator<Item = (&TaskAct, Option<&str>)> {
        self.0.iter().map(|act| {
            let Ask::Task(ask) = &act.ask;
            (ask, act.refused.as_deref())
        })
    }
}

impl Ask {
    /// What it is about: a refusal of one act is over when the member tries the same thing again.
    fn subject(&self) -> &str {
        match self {
            Self::Task(act) => act.task(),
        }
    }
}
