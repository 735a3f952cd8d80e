//! What the member lets the programme write to them about, and by which ways.
//!
//! Pure. A consent is the platform's: what is shown is what it last said, and a change counts when it has taken it.

use serde::{Deserialize, Serialize};

use crate::types::Freshness;

/// A kind of message, and the ways by which the member gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Consent {
    /// The platform's number of the kind.
    pub kind: i64,
    /// What it is called, in the tenant's language.
    pub title: String,
    /// The tenant's own name for it, where it has one.
    pub external_id: Option<String>,
    /// The ways that the platform offers for it.
    pub channels: Vec<ConsentChannel>,
}

/// One way by which a kind of message comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct ConsentChannel {
    /// Which.
    pub way: ConsentWay,
    /// The member gets the messages by it.
    pub granted: bool,
    /// It cannot be changed here.
    pub read_only: bool,
}

/// The ways by which messages come.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, uniffi::Enum)]
pub enum ConsentWay {
    /// Text messages.
    Sms,
    /// E-mail.
    Email,
    /// Pushes to the app.
    Push,
    /// One that this version does not know.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// What the settings screen shows of consents.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ConsentsView {
    /// In the platform's order.
    pub consents: Vec<Consent>,
    /// How fresh they are.
    pub freshness: Freshness,
}

/// What the settings screen shows of consents.
pub(crate) fn view(consents: &[Consent], freshness: Freshness) -> ConsentsView {
    ConsentsView { consents: consents.to_vec(), freshness }
}
