//! The programme's stores.
//!
//! Pure. Where they are is in [`index`], finding one by what the member types in [`search`].

pub mod index;
pub mod position;
pub mod search;
