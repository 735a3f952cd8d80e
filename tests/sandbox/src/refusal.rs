//! Why the platform does not do what it was asked, before anyone decided how that looks on the wire.

use serde_json::Value;

/// What a piece of work came to.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// Why a piece of work did not come to an end.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The platform says no. Nothing was written.
    Refused(Refusal),
    /// The platform says no, and what was written until then stands: a wrong code costs a try.
    Counted(Refusal),
    /// A bug of the sandbox, or its disk.
    Broken(Broken),
}

/// What broke.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The database did.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// A stored body could not be read back.
    #[error("stored JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The machine gave no randomness.
    #[error("no randomness: {0}")]
    Random(#[from] getrandom::Error),
    /// The thread that did the work is gone.
    #[error("worker: {0}")]
    Worker(#[from] tokio::task::JoinError),
    /// Something that cannot be, was.
    #[error("{0}")]
    Impossible(&'static str),
}

impl<E: Into<Broken>> From<E> for Failure {
    fn from(broken: E) -> Self {
        Self::Broken(broken.into())
    }
}

/// A "no" with its reason.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// What sort of no.
    pub(crate) kind: Kind,
    /// The reason, for programs.
    pub(crate) code: &'static str,
    /// The reason, for people.
    pub(crate) message: String,
    /// What goes beside the reason, where the caller is told more.
    pub(crate) data: Option<Value>,
}

/// What sort of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// This field of the request is wrong.
    Invalid(&'static str),
    /// The request itself cannot be read.
    Malformed,
    /// The request is larger than anything that is read.
    TooLarge,
    /// There is no such thing, or not for this member.
    Missing,
    /// It is understood and not allowed now.
    Forbidden,
    /// It contradicts what was said before.
    Conflict,
}

impl Refusal {
    fn new(kind: Kind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), data: None }
    }
}

impl Failure {
    /// The same no, telling more.
    pub(crate) fn telling(mut self, data: Value) -> Self {
        if let Self::Refused(refusal) | Self::Counted(refusal) = &mut self {
            refusal.data = Some(data);
        }
        self
    }
}

/// A field is wrong.
pub(crate) fn invalid(field: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::Invalid(field), "ValidationError", message))
}

/// The request cannot be read.
pub(crate) fn malformed(message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::Malformed, "MalformedRequest", message))
}

/// The request is too large.
pub(crate) fn too_large(message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::TooLarge, "TooLarge", message))
}

/// There is no such thing.
pub(crate) fn missing(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::Missing, code, message))
}

/// Not now, not for you.
pub(crate) fn forbidden(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::Forbidden, code, message))
}

/// Not now, and the attempt counts.
pub(crate) fn counted(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Counted(Refusal::new(Kind::Forbidden, code, message))
}

/// It contradicts what was said before.
pub(crate) fn conflict(code: &'static str, message: impl Into<String>) -> Failure {
    Failure::Refused(Refusal::new(Kind::Conflict, code, message))
}
