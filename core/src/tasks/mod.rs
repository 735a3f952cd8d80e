//! Tasks: what a member can do for points and badges, and how far they are.

pub mod rules;
