//! What a push tells the core: a hint, never the truth.
//!
//! In this version a push says which part of the member's data moved, and the core pulls that part. Reading the
//! services' formats is in [`crate::platform`].

use std::collections::HashMap;

use crate::types::Timestamp;

/// What a push service handed to the app, as it handed it.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Push {
    /// A map of strings, as FCM and HMS give it.
    Data {
        /// The data, key by key.
        entries: HashMap<String, String>,
    },
    /// APNs' `userInfo`, written as JSON.
    UserInfo {
        /// A JSON object.
        json: String,
    },
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PushOutcome {
    /// The core took it; screens change by themselves.
    Taken {
        /// What to show the member, or nothing.
        notification: Option<Notification>,
    },
    /// Nothing was done, and nothing is to be shown.
    Ignored {
        /// Why.
        reason: PushIgnored,
    },
}

/// A notification for the member.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notification {
    /// In the tenant's language.
    pub title: String,
    /// In the tenant's language.
    pub body: String,
}

/// Why a push was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PushIgnored {
    /// It is not in a form the platform sends, or too large.
    Unreadable,
    /// It says itself that it is past.
    Expired,
    /// Nobody is signed in.
    SignedOut,
}

/// A push, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PushMessage {
    pub(crate) kind: PushKind,
    pub(crate) title: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) expires: Option<Timestamp>,
}

/// What a push is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushKind {
    /// Points came or went.
    Balance,
    /// A task was done.
    Task,
    /// Anything else, such as a message.
    Other,
}

/// What to do with a push at `now`.
pub(crate) fn judge(message: &PushMessage, signed_in: bool, now: Timestamp) -> PushOutcome {
    if message.expires.is_some_and(|expires| expires <= now) {
        return PushOutcome::Ignored { reason: PushIgnored::Expired };
    }
    if !signed_in {
        return PushOutcome::Ignored { reason: PushIgnored::SignedOut };
    }
    let notification = match (&message.title, &message.body) {
        (None, None) => None,
        (title, body) => {
            Some(Notification { title: title.clone().unwrap_or_default(), body: body.clone().unwrap_or_default() })
        }
    };
    PushOutcome::Taken { notification }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_pushes_and_strangers_pushes_show_nothing() {
        let now = Timestamp::from_second(1_000).unwrap();
        let message = PushMessage {
            kind: PushKind::Balance,
            title: Some("Points".to_owned()),
            body: None,
            expires: Some(Timestamp::from_second(1_001).unwrap()),
        };
        assert_eq!(
            judge(&message, true, now),
            PushOutcome::Taken { notification: Some(Notification { title: "Points".to_owned(), body: String::new() }) }
        );
        assert_eq!(judge(&message, false, now), PushOutcome::Ignored { reason: PushIgnored::SignedOut });
        let past = PushMessage { expires: Some(now), ..message };
        assert_eq!(judge(&past, true, now), PushOutcome::Ignored { reason: PushIgnored::Expired });
    }
}
