//! What time it is on the platform, told by a phone whose own clock the member can set.
//!
//! Pure: readings of the phone's clocks and the platform's time stamps come in as arguments. The platform's time is
//! anchored to the monotonic clock, which no setting moves, so a changed phone clock does not spoil codes.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::host::ClockReading;
use crate::types::Timestamp;

/// How far the monotonic clock may run off, in parts per million. Quartz in phones stays well within it, cold included.
const DRIFT_PPM: u32 = 100;
/// How far the wall clock may move against the monotonic one and still count as the same boot, where nothing names the
/// boot. Larger steps are a restart or a member who set the clock.
const SAME_BOOT: Duration = Duration::from_secs(5);
/// A change smaller than this is not worth a write to disk.
const WORTH_A_WRITE: Duration = Duration::from_millis(500);
/// Platform times outside of this are taken for a fault: 2020-01-01 to 2200-01-01, in seconds since 1970.
const PLAUSIBLE: std::ops::Range<i64> = 1_577_836_800..7_258_118_400;

/// What is known of the platform's clock. Default: nothing. Kept on disk, since it outlives the process, and as an
/// estimate even the phone's restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    anchor: Option<Anchor>,
}

/// The platform's time at one reading of the phone's clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Anchor {
    platform: Timestamp,
    within: Duration,
    reading: ClockReading,
}

/// The platform's time, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformTime {
    /// The best estimate.
    pub at: Timestamp,
    /// The true time is at most this far from it; none: nobody knows.
    pub within: Option<Duration>,
}

impl PlatformTime {
    /// A time that is known exactly, as the platform knows its own.
    pub fn exact(at: Timestamp) -> Self {
        Self { at, within: Some(Duration::ZERO) }
    }

    /// What the phone's wall clock shows at `instant` of the platform's time. `reading` is the one that `self` was made
    /// from. For whatever a shell compares with its own clock, so that a countdown is right even when that clock is wrong.
    pub fn on_the_wall(&self, reading: &ClockReading, instant: Timestamp) -> Timestamp {
        shifted(reading.wall, instant.duration_since(self.at))
    }
}

impl Correction {
    /// Learns from an answer of the platform: `platform` is the time it carries (`Date` header, `serverTime`), cut to
    /// `granularity` (a second for `Date`); `sent` and `received` are the phone's clocks around the request.
    ///
    /// The better of the old estimate, aged by drift, and the new one is kept; where they contradict each other the new
    /// one is. Absurd input is ignored. Returns whether what is known changed enough to be worth keeping on disk.
    pub fn learn(
        &mut self,
        platform: Timestamp,
        granularity: Duration,
        sent: &ClockReading,
        received: &ClockReading,
    ) -> bool {
        let Some(round_trip) = received.since_boot.checked_sub(sent.since_boot) else { return false };
        if sent.boot != received.boot || !PLAUSIBLE.contains(&platform.as_second()) {
            return false;
        }
        // The stamp was made somewhere between the two readings, and its last digits were cut off.
        let estimate = later(platform, (round_trip / 2).saturating_add(granularity / 2));
        let within = (round_trip / 2).saturating_add(granularity);
        let fresh = Anchor { platform: estimate, within, reading: received.clone() };

        let Some(old) = &self.anchor else {
            self.anchor = Some(fresh);
            return true;
        };
        let Some(aged) = old.aged(received) else {
            self.anchor = Some(fresh);
            return true;
        };
        let contradiction = apart(aged.platform, fresh.platform) > aged.within.saturating_add(fresh.within);
        let better = if contradiction || fresh.within <= aged.within { fresh } else { aged.clone() };
        // Also when the wall clock moved: after a restart the wall clock and its last offset are all there is.
        let changed = contradiction
            || apart(better.platform, aged.platform) > WORTH_A_WRITE
            || aged.within / 2 > better.within
            || apart(better.on_the_wall(), old.on_the_wall()) > WORTH_A_WRITE;
        // Held at the newest reading either way, so that drift is reckoned from what was measured last.
        self.anchor = Some(better);
        changed
    }

    /// The platform's time at `reading`. Sure within a bound while the phone has not restarted since something was
    /// learned; else the wall clock with its last known offset, unsure.
    pub fn now(&self, reading: &ClockReading) -> PlatformTime {
        let Some(anchor) = &self.anchor else { return PlatformTime { at: reading.wall, within: None } };
        match anchor.carried(reading) {
            Some((at, within)) => PlatformTime { at, within: Some(within) },
            None => PlatformTime { at: shifted(reading.wall, anchor.offset()), within: None },
        }
    }
}

impl Anchor {
    /// This anchor carried on to `reading` by the monotonic clock; none if that is not of the same boot.
    fn aged(&self, reading: &ClockReading) -> Option<Self> {
        let (platform, within) = self.carried(reading)?;
        Some(Self { platform, within, reading: reading.clone() })
    }

    /// The platform's time at `reading`, and how far it may be off.
    fn carried(&self, reading: &ClockReading) -> Option<(Timestamp, Duration)> {
        let elapsed = reading.since_boot.checked_sub(self.reading.since_boot)?;
        let same_boot = match (&self.reading.boot, &reading.boot) {
            (Some(then), Some(now)) => then == now,
            (None, None) => apart(later(self.reading.wall, elapsed), reading.wall) <= SAME_BOOT,
            _ => false,
        };
        let drift = (elapsed / 1_000_000).saturating_mul(DRIFT_PPM);
        same_boot.then(|| (later(self.platform, elapsed), self.within.saturating_add(drift)))
    }

    /// How far the platform's clock is ahead of the phone's wall clock.
    fn offset(&self) -> SignedDuration {
        self.platform.duration_since(self.reading.wall)
    }

    /// The offset as an instant, to compare offsets with.
    fn on_the_wall(&self) -> Timestamp {
        shifted(Timestamp::UNIX_EPOCH, self.offset())
    }
}

/// `at` plus `by`, at most the last instant there is.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    shifted(at, SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX))
}

/// `at` plus `by`, held within the instants there are.
pub(crate) fn shifted(at: Timestamp, by: SignedDuration) -> Timestamp {
    // Adding a duration saturates; only calendar units can fail.
    at.saturating_add(by).unwrap_or(at)
}

fn apart(one: Timestamp, other: Timestamp) -> Duration {
    one.duration_since(other).unsigned_abs()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn reading(wall: i64, since_boot: u64, boot: Option<&str>) -> ClockReading {
        ClockReading { wall: at(wall), since_boot: Duration::from_secs(since_boot), boot: boot.map(str::to_owned) }
    }

    fn learned(boot: Option<&str>) -> Correction {
        let mut correction = Correction::default();
        // The phone is an hour behind.
        assert!(correction.learn(at(3600), SECOND, &reading(0, 100, boot), &reading(0, 100, boot)));
        correction
    }

    #[test]
    fn knows_nothing_at_first() {
        let now = Correction::default().now(&reading(5, 1, None));
        assert_eq!(now, PlatformTime { at: at(5), within: None });
    }

    #[test]
    fn a_changed_phone_clock_changes_nothing() {
        let now = learned(Some("a")).now(&reading(-90_000, 110, Some("a")));
        assert_eq!(now.at, later(at(3610), SECOND / 2));
        assert_eq!(now.within, Some(Duration::from_millis(1001)));
    }

    #[test]
    fn a_restart_makes_unsure() {
        let now = learned(Some("a")).now(&reading(50, 110, Some("b")));
        assert_eq!(now, PlatformTime { at: later(at(3650), SECOND / 2), within: None });
        assert_eq!(learned(Some("a")).now(&reading(50, 99, Some("a"))).within, None, "the monotonic clock went back");
        assert_eq!(learned(Some("a")).now(&reading(50, 150, None)).within, None);
    }

    #[test]
    fn without_a_boot_id_the_clocks_must_move_together() {
        assert!(learned(None).now(&reading(63, 160, None)).within.is_some());
        assert_eq!(learned(None).now(&reading(600, 160, None)).within, None);
    }

    #[test]
    fn the_countdown_is_by_the_phones_clock() {
        let reading = reading(10, 110, Some("a"));
        let now = learned(Some("a")).now(&reading);
        assert_eq!(now.on_the_wall(&reading, later(now.at, SECOND)), at(11));
    }

    #[test]
    fn the_better_estimate_is_kept() {
        let mut correction = learned(Some("a"));
        let before = correction.now(&reading(20, 120, Some("a")));
        // A slow round trip that agrees teaches nothing.
        assert!(!correction.learn(at(3610), SECOND, &reading(2, 102, Some("a")), &reading(20, 120, Some("a"))));
        assert_eq!(correction.now(&reading(20, 120, Some("a"))), before);
        // A finer stamp is better.
        let fine = Duration::from_millis(1);
        assert!(correction.learn(at(3621), fine, &reading(20, 120, Some("a")), &reading(20, 120, Some("a"))));
        assert_eq!(correction.now(&reading(20, 120, Some("a"))).within, Some(fine));
        // One that contradicts is the truth, however coarse.
        assert!(correction.learn(at(0), SECOND, &reading(20, 120, Some("a")), &reading(30, 130, Some("a"))));
        assert_eq!(correction.now(&reading(30, 130, Some("a"))).at, later(at(5), SECOND / 2));
    }

    #[test]
    fn a_moved_wall_clock_is_worth_a_write() {
        let mut correction = learned(Some("a"));
        assert!(correction.learn(at(3601), SECOND, &reading(-500, 101, Some("a")), &reading(-500, 101, Some("a"))));
        let restarted = correction.now(&reading(-490, 5, Some("b")));
        assert_eq!(restarted.at, later(at(3611), SECOND / 2));
    }

    #[test]
    fn absurd_input_is_ignored() {
        let mut correction = Correction::default();
        let (early, late) = (reading(0, 100, Some("a")), reading(0, 101, Some("a")));
        assert!(!correction.learn(at(0), SECOND, &late, &early));
        assert!(!correction.learn(Timestamp::MIN, SECOND, &early, &late));
        assert!(!correction.learn(Timestamp::MAX, SECOND, &early, &late));
        assert!(!correction.learn(at(0), SECOND, &early, &reading(0, 101, Some("b"))));
        assert_eq!(correction, Correction::default());
    }

    fn any_reading() -> impl Strategy<Value = ClockReading> {
        let wall = prop_oneof![Just(Timestamp::MIN), Just(Timestamp::MAX), (0..9_000_000_000_i64).prop_map(at)];
        let since_boot = prop_oneof![Just(Duration::MAX), any::<u32>().prop_map(|s| Duration::from_secs(s.into()))];
        (wall, since_boot, proptest::option::of("[ab]")).prop_map(|(wall, since_boot, boot)| ClockReading {
            wall,
            since_boot,
            boot,
        })
    }

    proptest! {
        #[test]
        fn nothing_panics(
            steps in proptest::collection::vec((any_reading(), any_reading(), any::<u32>(), any::<u64>()), 1..8),
        ) {
            let mut correction = Correction::default();
            for (sent, received, platform, granularity) in steps {
                let platform = Timestamp::from_second(i64::from(platform) * 2).unwrap();
                correction.learn(platform, Duration::from_secs(granularity), &sent, &received);
                let now = correction.now(&sent);
                now.on_the_wall(&received, Timestamp::MAX);
            }
        }

        /// Whatever the phone's clock says and however the round trip splits, the truth lies within the bound.
        #[test]
        fn the_truth_is_within(
            stamped in 0..20_000_u64, rest in 0..20_000_u64, start in 0..2_000_u64, wall in -100_000..100_000_i64, wait in 0..100_000_u64,
        ) {
            let truth = |millis: u64| later(at(0), Duration::from_millis(start + millis));
            let read = |millis: u64| ClockReading {
                wall: later(at(wall), Duration::from_millis(millis)),
                since_boot: Duration::from_millis(millis + 7),
                boot: Some("a".to_owned()),
            };
            let mut correction = Correction::default();
            let date = Timestamp::from_second(truth(stamped).as_second()).unwrap();
            correction.learn(date, SECOND, &read(0), &read(stamped + rest));
            let then = stamped + rest + wait;
            let now = correction.now(&read(then));
            prop_assert!(apart(now.at, truth(then)) <= now.within.unwrap());
        }
    }
}
