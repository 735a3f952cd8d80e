//! Accounts and tier: what is spendable, what is pending and what expires.
//!
//! Pure: `now` comes in as an argument. Never a guess: only what the platform said is shown.

use serde::{Deserialize, Serialize};

use crate::types::{Currency, Decimal, Freshness, Timestamp};

/// One account of the member, in one currency. Amounts are exact decimals of that currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Account {
    /// What the amounts count.
    pub currency: Currency,
    /// Spendable now.
    pub available: Decimal,
    /// Earned, not yet spendable.
    pub pending: Decimal,
    /// The platform refuses spending from this account.
    pub blocked: bool,
    /// When pending amounts become spendable, soonest first.
    pub activations: Vec<DatedAmount>,
    /// When spendable amounts lapse, soonest first. Amounts are positive.
    pub expirations: Vec<DatedAmount>,
    /// What lies further ahead than the platform gives dates for.
    pub later: Vec<PeriodAmount>,
}

/// An amount, and the instant at which it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct DatedAmount {
    /// Positive.
    pub amount: Decimal,
    /// When it activates or expires.
    pub at: Timestamp,
}

/// Amounts that change within a period that the platform names without a date. Both are positive or zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct PeriodAmount {
    /// Which stretch of time.
    pub period: Period,
    /// Becomes spendable in it.
    pub activates: Decimal,
    /// Lapses in it.
    pub expires: Decimal,
}

/// A stretch of time ahead, as the platform buckets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Enum)]
pub enum Period {
    /// From a week to a month ahead.
    WeekToMonth,
    /// From a month to a year ahead.
    MonthToYear,
    /// More than a year ahead.
    BeyondYear,
    /// One that this version does not know.
    Other {
        /// The platform's word for it.
        name: String,
    },
}

/// A ladder of tiers, and where the member stands on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct TierLadder {
    /// Name for the member.
    pub name: String,
    /// The platform's own name for the ladder.
    pub logical_name: String,
    /// All tiers, lowest threshold first.
    pub tiers: Vec<Tier>,
    /// The tier held now.
    pub current: Option<Tier>,
    /// What the member has towards the next tier, in the unit of the thresholds.
    pub value: Decimal,
    /// The value at which the next tier begins; none on the highest.
    pub next_at: Option<Decimal>,
}

/// A tier of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Tier {
    /// Name for the member.
    pub name: String,
    /// The value at which it begins.
    pub threshold: Decimal,
    /// What it brings, in the platform's words.
    pub description: Option<String>,
}

/// What the balance screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct BalanceView {
    /// The accounts, the programme's main one first.
    pub accounts: Vec<Account>,
    /// The tier ladders.
    pub tiers: Vec<TierLadder>,
    /// What tasks will bring that are done on this phone and not counted yet. In no account: it may come otherwise.
    pub expected: Vec<ExpectedPoints>,
    /// How fresh the accounts are.
    pub freshness: Freshness,
    /// How fresh the tiers are.
    pub tiers_freshness: Freshness,
}

/// Points that are not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct ExpectedPoints {
    /// The code of the account's currency, as `POINTS`.
    pub currency_code: String,
    /// How many.
    pub amount: Decimal,
}

/// What the balance screen shows at `now`: dates that have passed are left out, since the platform has counted them by then.
pub(crate) fn view(
    accounts: &[Account],
    tiers: &[TierLadder],
    expected: Vec<ExpectedPoints>,
    freshness: Freshness,
    tiers_freshness: Freshness,
    now: Timestamp,
) -> BalanceView {
    let ahead = |amounts: &[DatedAmount]| {
        let mut ahead: Vec<_> = amounts.iter().filter(|dated| dated.at > now).cloned().collect();
        ahead.sort_by_key(|dated| dated.at);
        ahead
    };
    let accounts = accounts
        .iter()
        .map(|account| Account {
            activations: ahead(&account.activations),
            expirations: ahead(&account.expirations),
            ..account.clone()
        })
        .collect();
    BalanceView { accounts, tiers: tiers.to_vec(), expected, freshness, tiers_freshness }
}
