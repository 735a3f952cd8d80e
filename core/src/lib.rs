//! Pocketcard: the core of a loyalty programme's mobile app.
//!
//! One object, [`Loyalty`], holds what a member has and speaks to the platform; native screens pull whole views of it
//! and are told when one changed. Start at [`loyalty`], the boundary; then [`state`], what the member has; then
//! [`sync`], how an answer becomes a view.
//!
//! | Module | Owns |
//! | --- | --- |
//! | [`loyalty`] | the boundary: open, views, acts, the observer |
//! | [`sync`] | flush, pull, apply, publish; tokens; what a member does to their session |
//! | [`state`] | what the member has, in memory: `apply(&Change)` |
//! | [`card`] | which code is shown, how it rotates, how it is drawn; the till's verifier of it |
//! | [`balance`] | accounts, tier, what is pending and what expires |
//! | [`history`] | purchases, rewards, withdrawals |
//! | [`session`] | where a sign-in or registration stands |
//! | [`push`] | what a push means, whether it is of use, which receipts are owed |
//! | [`inbox`] | messages, and which were read |
//! | [`consents`] | what the member lets the programme write about |
//! | [`links`] | where a link leads |
//! | [`events`] | the catalogue of activities and the outbox that loses none |
//! | [`offers`] | offers and coupons; where and when each applies, what it gives |
//! | [`tasks`] | tasks, sets, streaks, games; what is predicted and what is confirmed |
//! | [`stores`] | where the stores are, when they are open, what they have, which is meant |
//! | [`acts`] | what the member asked for and the platform has not answered yet |
//! | [`clock`] | what time it is on the platform, though the phone's clock be wrong |
//! | [`platform`] | the platform's API: the only module that knows HTTP and JSON |
//! | [`storage`] | SQLite: the only module that knows SQL; what is kept in the host's secret store |
//! | [`host`] | what the shell lends: secrets, log sink, clock |
//! | [`log`] | the delivery thread, which alone calls observers and the log sink |
//! | [`runtime`] | the core's one tokio runtime |
//! | [`error`], [`types`] | the words that all share |
//!
//! An arrow means "may import", and none points back up:
//! `loyalty -> sync -> { platform, storage } -> state -> { card balance history session push inbox consents links events
//! acts offers tasks stores } -> clock -> host, types, error`, and beside them `loyalty, sync -> runtime, log`. Of [`host`] the
//! features know the shape of a clock reading, never a clock.
//!
//! Feature modules are pure: time, ids and places come in as arguments. Everything that changes what the member has is
//! a `Change`: stored in one transaction, then applied in memory, then told. Memory is never ahead of disk.

// No panic may cross the boundary, so there is nothing here that panics.
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::unreachable)
)]

mod acts;
pub mod balance;
pub mod card;
pub mod clock;
pub mod consents;
pub mod error;
pub mod events;
/// For tests and the fuzz target only: see [`fuzzing::push`].
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
#[cfg_attr(not(test), expect(clippy::panic, reason = "a fuzz target panics where something does not hold"))]
pub mod fuzzing;
pub mod history;
pub mod host;
pub mod inbox;
pub mod links;
mod log;
pub mod loyalty;
pub mod offers;
mod platform;
pub mod push;
mod runtime;
pub mod session;
mod state;
mod storage;
pub mod stores;
mod sync;
pub mod tasks;
pub mod types;

/// For the tests' simulation only: see [`simulation::stop_after`].
#[cfg(feature = "simulation")]
#[doc(hidden)]
pub mod simulation {
    pub use crate::storage::stops::stop_after;
}

pub use error::LoyaltyError;
pub use log::Subscription;
pub use loyalty::{Config, Loyalty};

uniffi::setup_scaffolding!();
