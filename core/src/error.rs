//! What can go wrong: [`Error`] inside, [`LoyaltyError`] outside, one mapping between them.
//!
//! The outer error is named by what the member (or, for [`LoyaltyError::WrongConfig`], the app team) can do about it.
//! No text in either holds a token, a code or anything that identifies a member, but for the platform's own words
//! inside [`Rejection`], which are meant for that member and are never logged.

use std::time::Duration;

/// Why a call did not do what was asked, named by what can be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum LoyaltyError {
    /// No connection. What is on screen stays; try again when there is one.
    #[error("no connection to the platform")]
    Offline,
    /// The platform is busy or failing on its side. Try again, not before `after`.
    #[error("the platform asks to try later")]
    TryLater {
        /// How long the platform asked to wait, when it said so.
        after: Option<Duration>,
    },
    /// The session is over. Sign in again; the member's data stays on screen.
    #[error("the member must sign in again")]
    SignInAgain,
    /// The platform refused. Show its words.
    #[error("the platform refused: {reason:?}")]
    Rejected {
        /// Why, in the platform's words.
        reason: Rejection,
    },
    /// This version of the app is no longer served.
    #[error("this version of the app is no longer served; at least {minimum} is needed")]
    UpdateApp {
        /// The oldest version that is.
        minimum: String,
    },
    /// The platform does not offer this.
    #[error("the platform does not offer this")]
    NotSupported,
    /// The library was given a configuration that cannot work. For the app team, not for the member.
    #[error("the configuration's `{field}` is wrong: {problem}")]
    WrongConfig {
        /// The field of `Config`.
        field: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// A fault of the library or the phone (a full disk, a locked secret store). Support can find it in the log by `id`.
    #[error("internal error {id}: {problem}")]
    Internal {
        /// Stands in the log beside the cause.
        id: String,
        /// What failed, without anything that identifies a member.
        problem: String,
    },
}

/// Why the platform refused, in its words.
#[derive(Clone, PartialEq, Eq, Default, uniffi::Record)]
pub struct Rejection {
    /// What kind of refusal, where the platform's code for it is known.
    pub kind: RejectionKind,
    /// For the member, in the tenant's language. Tries left and blocks are said here.
    pub text: Option<String>,
    /// What is wrong with each field of what was sent.
    pub fields: Vec<FieldProblem>,
}

/// Hides the platform's words, which may name the member, from logs.
impl std::fmt::Debug for Rejection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rejection").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The kinds of refusal that a screen treats differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, uniffi::Enum)]
pub enum RejectionKind {
    /// The one-time code, login or password was wrong; the text says how many tries are left.
    WrongCode,
    /// There is such a member already: sign in instead.
    AlreadyRegistered,
    /// Registration is blocked for now.
    Blocked,
    /// A field of what was sent is wrong: see `fields`.
    Invalid,
    /// There is no step under way that this call belongs to.
    NothingPending,
    /// Anything else: show the text.
    #[default]
    Other,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FieldProblem {
    /// The platform's name for the field.
    pub field: String,
    /// For the member.
    pub texts: Vec<String>,
}

/// What can go wrong inside.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum Error {
    /// No connection, a name that does not resolve, a time-out, a handshake that failed, a body that was cut.
    #[error("offline: {0}")]
    Offline(String),
    /// 401: the access token is not accepted (any more).
    #[error("the access token is not accepted")]
    Unauthorized,
    /// The refresh token is spent or expired, or there is none.
    #[error("the session is over")]
    SessionOver,
    /// The platform refused.
    #[error("rejected: {0:?}")]
    Rejected(Rejection),
    /// 429 or 5xx.
    #[error("the platform is busy: HTTP {status}")]
    Busy {
        /// The HTTP status.
        status: u16,
        /// The `Retry-After` header, read as a duration.
        retry_after: Option<Duration>,
    },
    /// The answer was not what the contract says. `problem` names the field, never its value.
    #[error("the answer to {call} cannot be read: {problem}")]
    Unreadable {
        /// Which call, as `GET User/DetailedBalance`.
        call: &'static str,
        /// Which field, and what was expected.
        problem: String,
    },
    /// 404, or a feature that the platform's capabilities lack.
    #[error("not supported by the platform")]
    NotSupported,
    /// `minimumAppVersion` is above ours.
    #[error("app too old, {0} is needed")]
    UpdateApp(String),
    /// `Config` cannot work.
    #[error("config `{field}`: {problem}")]
    Config {
        /// The field.
        field: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// SQLite or the file system failed.
    #[error("storage: {0}")]
    Storage(String),
    /// The host's secret store failed.
    #[error("secret store: {0}")]
    Secrets(String),
    /// A bug of ours, such as a task that panicked.
    #[error("bug: {0}")]
    Bug(String),
}

/// The result of what happens inside.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// The refusal of a call that belongs to a step which is not under way.
    pub(crate) fn nothing_pending() -> Self {
        Self::Rejected(Rejection { kind: RejectionKind::NothingPending, ..Rejection::default() })
    }
}

/// The one mapping. It also decides what is logged: faults of ours as errors with an id, the network at most as a warning.
impl From<Error> for LoyaltyError {
    fn from(error: Error) -> Self {
        match error {
            Error::Offline(_) => Self::Offline,
            Error::Busy { retry_after, .. } => Self::TryLater { after: retry_after },
            Error::Unauthorized | Error::SessionOver => Self::SignInAgain,
            Error::Rejected(reason) => Self::Rejected { reason },
            Error::UpdateApp(minimum) => Self::UpdateApp { minimum },
            Error::NotSupported => Self::NotSupported,
            Error::Config { field, problem } => Self::WrongConfig { field: field.to_owned(), problem },
            Error::Unreadable { .. } | Error::Storage(_) | Error::Secrets(_) | Error::Bug(_) => {
                let id = uuid::Uuid::new_v4().simple().to_string();
                tracing::error!(id, %error, "internal error");
                Self::Internal { id, problem: error.to_string() }
            }
        }
    }
}
