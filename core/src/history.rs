//! What happened on the member's accounts: purchases, rewards, withdrawals, refunds.
//!
//! Pure. Newest first; an entry's id decides what is new, so a page that overlaps an older one adds nothing twice.

use serde::{Deserialize, Serialize};

use crate::types::{Decimal, Freshness, Money, Timestamp};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct HistoryEntry {
    /// The platform's id (a UUID), the same on every channel.
    pub id: String,
    /// When it happened.
    pub at: Timestamp,
    /// The platform's words for it.
    pub description: Option<String>,
    /// The store's description, where it happened in one.
    pub store: Option<String>,
    /// What it was.
    pub what: HistoryWhat,
}

/// What a history entry is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum HistoryWhat {
    /// A purchase, or the refund of one.
    Purchase {
        /// The sum, in money.
        amount: Money,
        /// Goods came back.
        refund: bool,
        /// The number on the receipt.
        receipt: Option<String>,
        /// What was bought.
        items: Vec<ReceiptItem>,
        /// Points that paid for it; amounts are positive.
        spent: Vec<Money>,
        /// Points that it earned; negative where a refund takes them back.
        earned: Vec<Money>,
    },
    /// Points that the programme gave.
    Reward {
        /// How many.
        amount: Money,
        /// The offer that gave them.
        offer: Option<String>,
    },
    /// Points that the programme took; the amount is negative.
    Withdrawal {
        /// How many.
        amount: Money,
    },
    /// A kind that this version does not know.
    Other {
        /// The platform's word for it.
        kind: String,
    },
}

/// One line of a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct ReceiptItem {
    /// What it was.
    pub description: String,
    /// How many, in `unit`.
    pub count: Decimal,
    /// As "pcs" or "kg".
    pub unit: Option<String>,
    /// The line's sum, in money.
    pub amount: Decimal,
}

/// Which entries the member wants to see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum HistoryFilter {
    /// Everything.
    All,
    /// Purchases and refunds.
    Purchases,
    /// Rewards.
    Rewards,
    /// Withdrawals.
    Withdrawals,
}

/// What the history screen shows, newest first.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct HistoryView {
    /// The entries that the filter lets through.
    pub entries: Vec<HistoryEntry>,
    /// There are older entries that `load_history` can fetch.
    pub more: bool,
    /// How fresh the newest entries are.
    pub freshness: Freshness,
}
