//! Offers: what the programme gives, where and when.
//!
//! Pure. Where an offer applies is [`rules`]'s to say, for the till as for the app.

pub mod rules;
#[cfg(test)]
mod vectors;
