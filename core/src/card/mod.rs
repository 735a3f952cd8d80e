//! The member's card: what is known of it, which code is shown at the till, and for how long that code is good.
//!
//! Pure: the clock, the key and the platform's codes come in as arguments. The rotating code is in [`rotating`],
//! drawing in [`symbol`], a till's check of a code in [`verifier`].

pub mod symbol;

use serde::{Deserialize, Serialize};

use crate::types::Timestamp;

/// A card as the platform knows it.
///
/// Source: Loymax Public API v1.2, `GET Cards`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The platform's number for it.
    pub id: i64,
    /// What is printed on it.
    pub number: String,
    /// What its linear code holds.
    pub bar_code: String,
    /// What its static QR code holds, where it differs.
    pub qr_content: Option<String>,
    /// Where it is in its life.
    pub state: CardState,
    /// It was blocked.
    pub blocked: bool,
    /// From when on it is no longer accepted.
    pub expires: Option<Timestamp>,
    /// What the programme calls this kind of card.
    pub title: String,
}

/// Where a card is in its life, as far as it matters at a till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardState {
    /// Not in use yet: `Creating`, `Created`, `Prepared`, `Packed`, `Emitted`.
    InPreparation,
    /// In use: `Issued`, `Activated`.
    Active,
    /// Another card took its place.
    Replaced,
    /// Past its life.
    Expired,
    /// A state that this version does not know: shown as usable, the till decides.
    Other(String),
}

/// A code that the platform issued for one member and a short time.
///
/// Source: Loymax Public API v1.2, `GET Cards/{id}/QrCode`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCode {
    /// What the till must read.
    pub code: String,
    /// When it was made, by the platform's clock.
    pub from: Timestamp,
    /// When it lapses.
    pub until: Timestamp,
}

/// How the platform wants rotating codes made on the phone. The secret in it lives in the host's secret store only.
///
/// Source: our App API, `cards/{id}/code-key`; the scheme is Google Wallet's `rotatingBarcode`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeKey {
    /// The code with `{totp_timestamp_millis}`, `{totp_timestamp_seconds}` and `{totp_value_0}` to be filled in.
    pub value_pattern: String,
    /// How long one code is shown, in milliseconds; at least one.
    pub period_millis: u64,
    /// The shared secret, decoded.
    pub key: Vec<u8>,
    /// Digits of the value, 1 to 9.
    pub value_length: u32,
    /// What the tills read.
    pub symbology: Symbology,
    /// From when on the platform no longer accepts codes of this key.
    pub valid_until: Timestamp,
}

/// A kind of symbol that a till can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Symbology {
    /// QR code, ISO/IEC 18004.
    Qr,
    /// Aztec code, ISO/IEC 24778.
    Aztec,
    /// PDF417, ISO/IEC 15438.
    Pdf417,
    /// Code 128, ISO/IEC 15417.
    Code128,
    /// EAN-13, ISO/IEC 15420.
    Ean13,
}

/// How the platform's tills read codes.
///
/// Source: our App API, `capabilities.tillCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillCode {
    /// For rotating and issued codes.
    pub symbology: Symbology,
    /// For the static code.
    pub static_symbology: Symbology,
}
