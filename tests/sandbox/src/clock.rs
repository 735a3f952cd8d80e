//! The sandbox's clock: the machine's, moved or stopped as a test wants it.
//!
//! Everything in the sandbox that asks for the time asks here, so that points activate, codes lapse and tokens expire when a
//! test says so. Where the clock stands is kept in the database by whoever moves it.

use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use serde::{Deserialize, Serialize};

/// Where the clock stands, relative to the machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Setting {
    /// Ahead of the machine's clock by this many microseconds.
    pub(crate) offset: i64,
    /// It stands still at this instant, in microseconds since 1970.
    pub(crate) frozen: Option<i64>,
}

/// The clock.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    setting: Mutex<Setting>,
}

impl Clock {
    /// The instant it is now. Whole microseconds, as the database keeps them.
    pub(crate) fn now(&self) -> Timestamp {
        at(self.setting())
    }

    /// Where it stands.
    pub(crate) fn setting(&self) -> Setting {
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts it where `setting` says.
    pub(crate) fn put(&self, setting: Setting) {
        *self.setting.lock().unwrap_or_else(PoisonError::into_inner) = setting;
    }
}

impl Setting {
    /// The clock at `now`, running on from there or standing still. `None` where that is outside the years 2000 to 2199.
    pub(crate) fn standing_at(now: Timestamp, frozen: bool) -> Option<Self> {
        let year = now.strftime("%Y").to_string().parse::<i32>().ok()?;
        if !(2000..2200).contains(&year) {
            return None;
        }
        let micros = now.as_microsecond();
        let offset = micros.checked_sub(machine().as_microsecond())?;
        Some(Self { offset, frozen: frozen.then_some(micros) })
    }
}

/// Adds a span to an instant; what would lie beyond the calendar stays at its end.
pub(crate) fn later(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

fn at(setting: Setting) -> Timestamp {
    let micros = setting.frozen.unwrap_or_else(|| machine().as_microsecond().saturating_add(setting.offset));
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox reads the machine's clock")]
fn machine() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_still_and_runs_on() {
        let clock = Clock::default();
        let noon: Timestamp = "2031-05-04T12:00:00Z".parse().unwrap();
        clock.put(Setting::standing_at(noon, true).unwrap());
        assert_eq!(clock.now(), noon);
        clock.put(Setting::standing_at(noon, false).unwrap());
        assert!(clock.now() >= noon && clock.now() < later(noon, SignedDuration::from_secs(60)));
        assert!(Setting::standing_at("1999-12-31T23:59:59Z".parse().unwrap(), false).is_none());
    }
}
