//! Stores.

pub mod hours;
