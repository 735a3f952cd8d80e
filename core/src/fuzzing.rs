//! What holds of any push whatever, for property tests and the fuzz target: a phone without a disk or a network.

use std::collections::HashMap;
use std::sync::Arc;

use crate::events::outbox::Limits;
use crate::events::{Event, kind, of_push};
use crate::links::Links;
use crate::platform::push::read;
use crate::push::{Push, PushIgnored, PushOutcome, Pushes};
use crate::session::SessionChange;
use crate::state::{Change, State};
use crate::types::Timestamp;

/// A phone on which somebody signed in, as far as pushes need one.
pub(crate) struct Phone {
    pub(crate) state: State,
    pub(crate) links: Links,
    pub(crate) now: Timestamp,
}

/// One of the vectors' own.
impl Default for Phone {
    fn default() -> Self {
        let links = Links::new("pocketcard", &["loyalty.example".to_owned()]);
        let links = links.unwrap_or_else(|problem| panic!("{problem:?}"));
        let at = |second| Timestamp::from_second(second).unwrap_or_default();
        Self::new(at(1_796_299_200), at(1_796_083_200), links)
    }
}

impl Phone {
    pub(crate) fn new(now: Timestamp, since: Timestamp, links: Links) -> Self {
        let mut state = State::default();
        state.apply(&Change::Session(SessionChange::SignedIn(None)));
        state.apply(&Change::PushesSince(since));
        Self { state, links, now }
    }

    /// As the engine does, without the disk.
    pub(crate) fn receive(&mut self, push: &Push) -> PushOutcome {
        let push = match read(push, &self.links, self.now) {
            Ok(push) => push,
            Err(reason) => {
                self.state.apply(&Change::PushIgnored(reason));
                return PushOutcome::Ignored { reason };
            }
        };
        let judged = self.state.judge(&push, self.now);
        let data = of_push(push.id.as_deref(), Some(push.kind));
        let id = uuid::Uuid::from_u128(u128::from(self.state.revision));
        let event = Event::new(kind::PUSH_RECEIVED, data, id, self.now, &jiff::tz::TimeZone::UTC, true);
        let notification = push.notification.clone();
        let (push, event) = (Box::new(push), Arc::new(event));
        self.state.apply(&Change::Pushed { push, at: self.now, question: 1, event, limits: Limits::NONE });
        match judged {
            Ok(()) => PushOutcome::Taken { notification },
            Err(reason) => PushOutcome::Ignored { reason },
        }
    }

    /// All that pushes can change, but what is counted.
    pub(crate) fn content(&self) -> String {
        let State { accounts, inbox, tasks, outbox, offers, .. } = &self.state;
        let Pushes { seen, told, receipts, tally: _ } = &*self.state.pushes;
        let events = outbox.facts().collect::<Vec<_>>();
        format!("{accounts:?} {inbox:?} {tasks:?} {offers:?} {events:?} {seen:?} {told:?} {receipts:?}")
    }

    /// How many pushes were ignored.
    pub(crate) fn ignored(&self) -> u64 {
        self.state.pushes.tally.ignored.values().sum()
    }
}

/// What holds of any push: it is taken once, or changes nothing but a count; a link that is shown is the app's own.
///
/// # Panics
/// When it does not hold.
pub(crate) fn check(push: &Push) {
    let mut phone = Phone::default();
    let before = phone.content();
    match phone.receive(push) {
        PushOutcome::Ignored { .. } => {
            assert_eq!(phone.content(), before);
            assert_eq!(phone.ignored(), 1);
        }
        PushOutcome::Taken { notification } => {
            let link = notification.as_ref().and_then(|notification| notification.link.as_ref());
            assert!(link.is_none_or(|link| phone.links.route(link).is_ok()));
            let after = phone.content();
            assert_eq!(phone.receive(push), PushOutcome::Ignored { reason: PushIgnored::Duplicate });
            assert_eq!(phone.content(), after);
        }
    }
}

/// Hands `bytes` over in each form that a service has: as JSON, and as lines of `key=value`.
///
/// # Panics
/// When something does not hold that should of any push.
pub fn push(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let entries = text.split('\n').filter_map(|line| line.split_once('='));
    let entries: HashMap<_, _> = entries.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    check(&Push::Data { entries });
    check(&Push::Hms { data: text.clone() });
    check(&Push::Polled { json: text.clone() });
    check(&Push::UserInfo { json: text });
}
