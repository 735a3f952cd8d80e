//! What the member asked for that the platform has not answered yet: kept in order, sent when there is a network, once.
//!
//! Pure. Each act has an id made once, which goes with it as its idempotency key, so that one whose answer was lost is
//! sent again without doing anything twice. Until the platform's data shows what an act led to, screens show the act
//! itself as waiting; a refusal stays, in the platform's words, until the member tries again.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::offers::{Asked, OfferAct};
use crate::tasks::TaskAct;

/// How many refusals are remembered.
const REFUSED: usize = 20;

/// What a member can ask for without a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// Of a task.
    Task(TaskAct),
    /// Of an offer.
    Offer(OfferAct),
}

/// What shows what came of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// The platform's tasks.
    Tasks,
    /// The platform's offers.
    Offers,
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

    /// The platform's tasks or offers, asked for by `question`, show what came of what it did before. True when that was
    /// something.
    pub(crate) fn settled(&mut self, of: Of, question: u64) -> bool {
        let before = self.0.len();
        self.0.retain(|act| act.ask.of() != of || act.answered.is_none_or(|answered| answered >= question));
        before != self.0.len()
    }

    /// What is asked for by `id`.
    pub(crate) fn ask(&self, id: Uuid) -> Option<&Ask> {
        self.0.iter().find(|act| act.id == id).map(|act| &act.ask)
    }

    /// What tasks were asked for and may not show yet, oldest first.
    pub(crate) fn of_tasks(&self) -> impl Iterator<Item = (&TaskAct, Option<&str>)> {
        self.0.iter().filter_map(|act| match &act.ask {
            Ask::Task(ask) => Some((ask, act.refused.as_deref())),
            Ask::Offer(_) => None,
        })
    }

    /// What offers were asked for and may not show yet, oldest first.
    pub(crate) fn of_offers(&self) -> impl Iterator<Item = (&OfferAct, Asked<'_>)> {
        self.0.iter().filter_map(|act| match &act.ask {
            Ask::Offer(ask) => Some((
                ask,
                match (&act.refused, act.answered) {
                    (Some(text), _) => Asked::Refused(text),
                    (None, Some(_)) => Asked::Done,
                    (None, None) => Asked::Waiting,
                },
            )),
            Ask::Task(_) => None,
        })
    }
}

/// What an act is about.
#[derive(PartialEq, Eq)]
enum Subject<'a> {
    Task(&'a str),
    Offer(i64),
}

impl Ask {
    /// What it is about: a refusal of one act is over when the member tries the same thing again.
    fn subject(&self) -> Subject<'_> {
        match self {
            Self::Task(act) => Subject::Task(act.task()),
            Self::Offer(act) => Subject::Offer(act.offer()),
        }
    }

    pub(crate) fn of(&self) -> Of {
        match self {
            Self::Task(_) => Of::Tasks,
            Self::Offer(_) => Of::Offers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::Timestamp;

    fn act(id: u128, task: &str) -> Act {
        let ask = Ask::Task(TaskAct::OptIn { task: task.to_owned(), at: Timestamp::UNIX_EPOCH });
        Act { id: Uuid::from_u128(id), ask, answered: None, refused: None }
    }

    fn id(id: u128) -> Uuid {
        Uuid::from_u128(id)
    }

    fn asked(acts: &[Act]) -> Acts {
        let mut all = Acts::default();
        for act in acts {
            all.add(act.clone());
        }
        all
    }

    /// Each with its task and its refusal.
    fn shown(acts: &Acts) -> Vec<(&str, Option<&str>)> {
        acts.of_tasks().map(|(act, refusal)| (act.task(), refusal)).collect()
    }

    #[test]
    fn acts_are_sent_one_after_the_other() {
        let mut acts = asked(&[act(1, "a"), act(2, "b"), act(3, "a")]);
        assert_eq!((acts.next(), acts.len()), (Some(&act(1, "a")), 3));
        acts.answered(id(1), 5);
        acts.refused(id(2), String::new());
        assert_eq!((acts.next(), acts.len()), (Some(&act(3, "a")), 1));
        acts.answered(id(77), 6);
        acts.refused(id(77), String::new());
        assert_eq!(acts.len(), 1, "what nobody asked for changes nothing");
        acts.answered(id(3), 6);
        assert_eq!((acts.next(), acts.len()), (None, 0));
    }

    #[test]
    fn what_was_done_is_shown_until_an_answer_that_was_asked_for_later() {
        let mut acts = asked(&[act(1, "a"), act(2, "b"), act(3, "c"), act(4, "d")]);
        acts.answered(id(1), 5);
        acts.answered(id(2), 8);
        acts.refused(id(3), "No".to_owned());
        assert!(!acts.settled(Of::Tasks, 5), "that was asked before it was done");
        assert!(acts.settled(Of::Tasks, 6));
        assert_eq!(shown(&acts), [("b", None), ("c", Some("No")), ("d", None)]);
        assert!(!acts.settled(Of::Tasks, 8) && acts.settled(Of::Tasks, 9) && !acts.settled(Of::Tasks, 99));
        assert_eq!(shown(&acts), [("c", Some("No")), ("d", None)], "a refusal and what waits stay");
    }

    #[test]
    fn who_tries_again_forgets_the_refusal_of_the_same_thing() {
        let mut acts = asked(&[act(1, "a"), act(2, "b"), act(3, "a")]);
        acts.refused(id(1), "Too early".to_owned());
        acts.refused(id(2), String::new());
        assert_eq!(shown(&acts), [("a", Some("Too early")), ("b", Some("")), ("a", None)]);
        acts.add(act(4, "a"));
        assert_eq!(shown(&acts), [("b", Some("")), ("a", None), ("a", None)], "what waits is not a refusal");
        acts.refused(id(3), "Too late".to_owned());
        assert_eq!(acts.next(), Some(&act(4, "a")));
    }

    #[test]
    fn only_the_last_refusals_are_remembered() {
        let count = REFUSED as u128;
        let all: Vec<_> = (0..count + 5).map(|at| act(at, &at.to_string())).collect();
        let mut acts = asked(&all);
        acts.answered(id(0), 7);
        for at in 1..count + 4 {
            acts.refused(id(at), String::new());
        }
        let refused: Vec<_> = acts.0.iter().filter(|act| act.refused.is_some()).map(|act| act.id).collect();
        assert_eq!(refused, (4..count + 4).map(id).collect::<Vec<_>>(), "the oldest went");
        assert_eq!((acts.0[0].id, acts.next().map(|act| act.id)), (id(0), Some(id(count + 4))), "others did not");
    }

    #[test]
    fn what_is_of_offers_is_settled_by_offers_alone() {
        let activate = |number: u128, offer| {
            let ask = Ask::Offer(OfferAct::Activate { offer, logical_name: "gift".to_owned() });
            Act { id: id(number), ask, answered: None, refused: None }
        };
        let mut acts = asked(&[act(1, "7"), activate(2, 7), activate(3, 8)]);
        let of_offers =
            |acts: &Acts| acts.of_offers().map(|(act, asked)| (act.offer(), asked == Asked::Done)).collect::<Vec<_>>();
        acts.answered(id(1), 5);
        acts.answered(id(2), 5);
        assert_eq!(of_offers(&acts), [(7, true), (8, false)]);
        assert!(acts.settled(Of::Tasks, 9));
        assert_eq!((shown(&acts), of_offers(&acts)), (vec![], vec![(7, true), (8, false)]));
        assert!(acts.settled(Of::Offers, 9));
        acts.refused(id(3), "Not yours".to_owned());
        assert_eq!(acts.of_offers().map(|(_, asked)| asked).collect::<Vec<_>>(), [Asked::Refused("Not yours")]);
        acts.add(act(4, "8"));
        assert_eq!(acts.of_offers().count(), 1, "a task of that name is another thing");
        acts.add(activate(5, 8));
        assert_eq!(acts.of_offers().map(|(_, asked)| asked).collect::<Vec<_>>(), [Asked::Waiting]);
    }

    #[test]
    fn after_a_restart_any_question_comes_later_than_what_was_done() {
        let mut acts = asked(&[act(1, "a"), act(2, "b"), act(3, "c"), act(4, "d")]);
        acts.answered(id(1), 900);
        acts.refused(id(2), "No".to_owned());
        acts.refused(id(4), String::new());
        let text = serde_json::to_string(&acts).unwrap();
        let mut acts = serde_json::from_str::<Acts>(&text).unwrap().stored();
        assert_eq!(shown(&acts), [("a", None), ("b", Some("No")), ("c", None), ("d", Some(""))]);
        assert_eq!((acts.next(), acts.len()), (Some(&act(3, "c")), 1), "what was done or refused is not asked again");
        assert!(acts.settled(Of::Tasks, 1));
        assert_eq!(shown(&acts), [("b", Some("No")), ("c", None), ("d", Some(""))]);
    }
}
