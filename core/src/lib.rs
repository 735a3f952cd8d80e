//! Pocketcard: the core of a loyalty programme's mobile app.

pub mod balance;
pub mod card;
pub mod clock;
pub mod error;
pub mod history;
pub mod host;
pub mod session;
pub mod types;

uniffi::setup_scaffolding!();
