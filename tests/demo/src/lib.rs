//! The phone and the till in a terminal, and the same story as a script. Also the shortest shell there is of the core.
//!
//! Start at [`phone`], which is all that a shell has to do with the core; then [`ui`], where a screen is a function of its
//! view; then [`terminal`], the loop between the two. The rest is the stage.
//!
//! | Module | Owns |
//! | --- | --- |
//! | [`phone`] | the app on the phone: open, observe, pull, kill |
//! | [`clock`], [`secrets`], [`pushes`] | what the phone lends the core and what stands in for its push service |
//! | [`model`], [`tasks`], [`offers`], [`stores`] | what is on the terminal, and which key leads to which act |
//! | [`acts`] | what an act does |
//! | [`ui`] | how the model looks |
//! | [`terminal`] | keys in, frames out |
//! | [`script`] | the story without a terminal, step by step |
//! | [`demo`], [`till`] | the stage: the sandbox, the folder; the till and its scanner |

pub mod acts;
pub mod clock;
pub mod demo;
pub mod model;
pub mod offers;
pub mod phone;
pub mod pushes;
pub mod script;
pub mod secrets;
pub mod stores;
pub mod tasks;
pub mod terminal;
pub mod till;
pub mod ui;
