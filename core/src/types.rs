//! The words that every part of the core shares: instants, amounts, currencies, freshness, screens.
//!
//! Owns no behaviour of a feature. Times are instants ([`Timestamp`]); amounts are exact decimals ([`Decimal`]),
//! never binary floats. Both cross the boundary as the platform's own types (`Instant`/`Date`, `BigDecimal`/`Decimal`).

pub use jiff::Timestamp;
pub use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

uniffi::custom_type!(Timestamp, std::time::SystemTime, {
    remote,
    try_lift: |time| Ok(Timestamp::try_from(time)?),
    lower: |time| time.into(),
});

uniffi::custom_type!(Decimal, String, {
    remote,
    try_lift: |text| Ok(Decimal::from_str_exact(&text)?),
    lower: |amount| amount.to_string(),
});

/// A screen of the app, and the view that it shows.
///
/// The observer is told which of these changed; the shell then pulls that view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Screen {
    /// Who is signed in, and what the sign-in waits for.
    Session,
    /// The card and its code.
    Card,
    /// Accounts and tier.
    Balance,
    /// Purchases, rewards, withdrawals.
    History,
    /// Tasks, sets, games.
    Tasks,
    /// Messages.
    Inbox,
    /// What the member lets the programme write about.
    Consents,
    /// Offers and coupons.
    Offers,
    /// Favourite products.
    Favourites,
    /// What waits to be told to the platform.
    Outbox,
    /// Where the stores are, and which the member likes.
    Stores,
}

impl Screen {
    /// All of them.
    pub(crate) const ALL: [Self; 11] = [
        Self::Session,
        Self::Card,
        Self::Balance,
        Self::History,
        Self::Tasks,
        Self::Inbox,
        Self::Consents,
        Self::Offers,
        Self::Favourites,
        Self::Outbox,
        Self::Stores,
    ];
}

/// How fresh the cached data of a view is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Freshness {
    /// The last time the core asked, the platform answered.
    Live {
        /// When the platform answered.
        as_of: Timestamp,
    },
    /// What is shown is from before; `reason` says why there is nothing newer.
    Cached {
        /// When the platform gave what is shown.
        as_of: Timestamp,
        /// Why it is not newer.
        reason: StaleReason,
    },
    /// The platform never gave this part; nothing is shown as if it were known.
    Unknown {
        /// Why it is not known.
        reason: StaleReason,
    },
}

/// Why a part is not live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum StaleReason {
    /// The core has not asked since it was opened.
    NotAsked,
    /// There was no connection.
    Offline,
    /// The platform asked to wait, or failed on its side.
    Busy,
    /// The platform answered something the core could not read.
    Unreadable,
    /// The platform refused the request.
    Refused,
    /// The member must sign in again.
    SignInAgain,
    /// This platform does not offer the part.
    NotSupported,
    /// The answer could not be stored on the phone.
    NotStored,
}

/// A currency of the programme, with the grammatical cases the platform gives for its name.
///
/// Source: Loymax Public API v1.2, `currency`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Currency {
    /// The platform's number for it.
    pub id: i64,
    /// Name for the member, in the tenant's language.
    pub name: String,
    /// The platform's code, as `POINTS`.
    pub code: String,
    /// Name in the nominative, as after "1".
    pub nominative: String,
    /// Name in the genitive, as after "2" in Slavic languages.
    pub genitive: String,
    /// Name in the plural, as after "5".
    pub plural: String,
    /// Short form, as "pts".
    pub abbreviation: String,
}

/// An exact amount in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Money {
    /// Exact, up to four decimals on the wire.
    pub amount: Decimal,
    /// The currency's short form, as "pts" or "EUR".
    pub currency: String,
}

/// Something to buy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Goods {
    /// The platform's id for it.
    pub id: String,
    /// For the member, in the tenant's language.
    pub name: String,
}
