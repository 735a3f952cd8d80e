//! The sandbox over real HTTP: what an app, a till and a test get from it.

mod app;
mod contract;
mod control;
mod events;
mod faults;
mod games;
mod hostile;
mod session;
mod stores;
mod tasks;
mod till;
