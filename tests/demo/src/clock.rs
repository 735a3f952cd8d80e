//! The phone's clocks in the demo: the machine's, which the demo can move.
//!
//! The clock on the wall moves as a member sets it; the one that counts since boot is moved only by time that passes,
//! so the core can tell the two apart, as on a phone.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use pocketcard::host::{Clock, ClockReading};
use pocketcard::types::Timestamp;

/// The clocks of one phone, from its boot on.
#[derive(Debug)]
pub struct PhoneClock {
    boot: Instant,
    moved: Mutex<Moved>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Moved {
    /// By the member.
    wall: SignedDuration,
    /// Time that passed at once.
    passed: Duration,
}

impl PhoneClock {
    /// A phone that was just switched on, with the right time.
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the demo's phone lends the core")]
    pub fn new() -> Self {
        Self { boot: Instant::now(), moved: Mutex::default() }
    }

    /// The member sets the clock forward or back.
    pub fn set(&self, by: SignedDuration) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.wall = moved.wall.saturating_add(by);
    }

    /// The member has the phone set its clock by itself again.
    pub fn reset(&self) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).wall = SignedDuration::ZERO;
    }

    /// Time passes, for both clocks.
    pub fn pass(&self, time: Duration) {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).passed += time;
    }

    /// How far the member has set the clock off.
    pub fn off(&self) -> SignedDuration {
        self.moved.lock().unwrap_or_else(PoisonError::into_inner).wall
    }
}

impl Default for PhoneClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for PhoneClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the demo's phone lends the core")]
    fn read(&self) -> ClockReading {
        let moved = *self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = Timestamp::now();
        let wall = wall.checked_add(moved.passed).and_then(|wall| wall.checked_add(moved.wall)).unwrap_or(wall);
        ClockReading { wall, since_boot: self.boot.elapsed() + moved.passed, boot: Some("the only one".to_owned()) }
    }
}
