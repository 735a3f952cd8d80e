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

/// How many entries are kept on the phone. Older ones are asked of the platform.
pub(crate) const KEPT: usize = 500;

/// What is kept of the history, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Without gaps from the newest on.
    pub(crate) entries: Vec<HistoryEntry>,
    /// How many the platform has in all.
    pub(crate) total: u64,
}

/// One page of the platform's history, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HistoryPage {
    /// How many entries the platform has in all.
    pub(crate) total: u64,
    /// This page's.
    pub(crate) entries: Vec<HistoryEntry>,
}

/// The history after a page that begins `from` entries behind the newest.
///
/// The newest page tells what is true of its stretch of time. Entries older than it are kept if the page reaches
/// them; otherwise there may be a gap, and they go.
pub(crate) fn apply(history: &mut History, from: usize, page: &HistoryPage) {
    history.total = page.total;
    if from == 0 {
        let reaches = page.entries.last().and_then(|oldest| history.entries.iter().position(|e| e.id == oldest.id));
        let older = reaches.map_or_else(Vec::new, |at| history.entries.split_off(at + 1));
        history.entries.clone_from(&page.entries);
        history.entries.extend(older.into_iter().filter(|entry| page.entries.iter().all(|new| new.id != entry.id)));
    } else if from <= history.entries.len() {
        // A page from further back was asked for before the list was cut: it would leave a gap.
        let known: std::collections::HashSet<&str> = history.entries.iter().map(|entry| entry.id.as_str()).collect();
        let older: Vec<_> = page.entries.iter().filter(|entry| !known.contains(entry.id.as_str())).cloned().collect();
        history.entries.extend(older);
    }
    history.entries.truncate(KEPT);
}

/// What the history screen shows.
pub(crate) fn view(history: &History, filter: HistoryFilter, freshness: Freshness) -> HistoryView {
    let wanted = |entry: &&HistoryEntry| match filter {
        HistoryFilter::All => true,
        HistoryFilter::Purchases => matches!(entry.what, HistoryWhat::Purchase { .. }),
        HistoryFilter::Rewards => matches!(entry.what, HistoryWhat::Reward { .. }),
        HistoryFilter::Withdrawals => matches!(entry.what, HistoryWhat::Withdrawal { .. }),
    };
    let kept = history.entries.len();
    HistoryView {
        entries: history.entries.iter().filter(wanted).cloned().collect(),
        more: kept < KEPT && u64::try_from(kept).is_ok_and(|kept| kept < history.total),
        freshness,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(total: u64, ids: &[u32]) -> HistoryPage {
        let entry = |id: &u32| HistoryEntry {
            id: id.to_string(),
            at: Timestamp::from_second(i64::from(*id)).unwrap(),
            description: None,
            store: None,
            what: HistoryWhat::Other { kind: "Test".to_owned() },
        };
        HistoryPage { total, entries: ids.iter().map(entry).collect() }
    }

    fn ids(history: &History) -> Vec<u32> {
        history.entries.iter().map(|entry| entry.id.parse().unwrap()).collect()
    }

    #[test]
    fn a_newer_page_that_reaches_the_old_ones_keeps_them() {
        let mut history = History::default();
        apply(&mut history, 0, &page(5, &[5, 4, 3]));
        apply(&mut history, 3, &page(5, &[2, 1]));
        assert_eq!(ids(&history), [5, 4, 3, 2, 1]);
        apply(&mut history, 0, &page(6, &[6, 5, 4]));
        assert_eq!(ids(&history), [6, 5, 4, 3, 2, 1]);
    }

    #[test]
    fn a_newer_page_with_a_gap_drops_what_lies_behind_the_gap() {
        let mut history = History::default();
        apply(&mut history, 0, &page(3, &[3, 2, 1]));
        apply(&mut history, 0, &page(9, &[9, 8, 7]));
        assert_eq!(ids(&history), [9, 8, 7]);
        assert!(view(&history, HistoryFilter::All, unknown()).more);
    }

    #[test]
    fn an_entry_that_the_platform_took_back_is_gone_and_none_stands_twice() {
        let mut history = History::default();
        apply(&mut history, 0, &page(4, &[4, 3, 2, 1]));
        apply(&mut history, 0, &page(3, &[4, 2, 1]));
        assert_eq!(ids(&history), [4, 2, 1]);
        // The list moved by one between two pages: the overlap is not added twice.
        apply(&mut history, 2, &page(3, &[2, 1]));
        assert_eq!(ids(&history), [4, 2, 1]);
        assert!(!view(&history, HistoryFilter::All, unknown()).more);
    }

    fn unknown() -> Freshness {
        Freshness::Unknown { reason: crate::types::StaleReason::NotAsked }
    }
}
