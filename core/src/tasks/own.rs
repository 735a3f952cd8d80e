//! What the phone adds to the platform's tasks: what was celebrated, answers not handed in, games under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::TaskAnswer;

/// What only this phone knows of the member's tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnTasks {
    /// How many completions of each task the member saw celebrated; none before tasks were known on this phone.
    pub(crate) celebrated: Option<BTreeMap<String, u32>>,
    /// Answers that are not handed in yet, by task.
    pub(crate) drafts: BTreeMap<String, Vec<TaskAnswer>>,
    /// The key of each game that is being played.
    pub(crate) plays: BTreeMap<String, Uuid>,
}

impl OwnTasks {
    /// Keeps answers; none forgets them.
    pub(crate) fn draft(&mut self, task: &str, answers: Vec<TaskAnswer>) {
        if answers.is_empty() {
            self.drafts.remove(task);
        } else {
            self.drafts.insert(task.to_owned(), answers);
        }
    }

    /// So many completions were celebrated. What was celebrated once stays so. Before tasks are known there is nothing to
    /// celebrate.
    pub(crate) fn celebrate(&mut self, completions: &BTreeMap<String, u32>) {
        let Some(celebrated) = &mut self.celebrated else { return };
        for (task, completions) in completions {
            let known = celebrated.entry(task.clone()).or_default();
            *known = (*known).max(*completions);
        }
    }

    /// The game is played by this key, unless a play is under way already; none: it is over.
    pub(crate) fn play(&mut self, game: &str, key: Option<Uuid>) {
        match key {
            Some(key) => _ = self.plays.entry(game.to_owned()).or_insert(key),
            None => _ = self.plays.remove(game),
        }
    }
}
