//! A till's check of a rotating code, for tills and the sandbox alike: one implementation for both sides.
//!
//! Pure: the time comes in as an argument and what must be remembered of a card goes out in [`CodeMemory`]. Input is
//! hostile: any length, any characters.

use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::CodeKey;
use super::rotating::{self, CodeKeyError};
use crate::types::Timestamp;

/// Codes without a time stamp are looked for this many periods before and after the window, to tell a member whose code
/// lapsed from a forger.
const LOOK_AROUND: i128 = 120;
/// More skew than this is taken as this: it bounds the search, and codes older than that are no proof of presence.
const WIDEST_SKEW: Duration = Duration::from_hours(1);

/// Checks the codes of one key.
#[derive(Clone, Debug)]
pub struct Verifier {
    key: CodeKey,
    skew_millis: i128,
}

/// What a till must remember of a card between checks, and keep before it acts on [`Verdict::Valid`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeMemory {
    /// The period of the last code that was accepted.
    last: Option<u64>,
    /// How far the member's clock is ahead, in milliseconds.
    drift_millis: i64,
}

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Genuine, and shown now.
    Valid {
        /// How far the member's clock is ahead of the till's, as far as their codes tell; negative: behind.
        drift: SignedDuration,
    },
    /// Genuine, but not shown now: lapsed, not begun, or of a key that lapsed.
    Expired,
    /// Genuine, but this code or a later one was accepted before.
    Replayed,
    /// Not made with this key. Also a code that has no time stamp and is far from its time.
    Forged,
}

/// A pattern in parts.
enum Part<'a> {
    Text(&'a str),
    Millis,
    Seconds,
    Value,
}

impl Verifier {
    /// A verifier for codes of `key`. A code counts as shown now while its period is within `skew` of now, either way;
    /// at most an hour. Towards the side on which the member's clock was off before, the window reaches up to `skew` further.
    ///
    /// # Errors
    /// As [`CodeKey::validate`].
    pub fn new(key: CodeKey, skew: Duration) -> Result<Self, CodeKeyError> {
        key.validate()?;
        let skew_millis = i128::try_from(skew.min(WIDEST_SKEW).as_millis()).unwrap_or_default();
        Ok(Self { key, skew_millis })
    }

    /// Checks `code` as scanned at `now`, and remembers it if it is valid. Each period's code is accepted once; after it,
    /// so are only later ones.
    ///
    /// Where the pattern has time stamps, any within the code's period will do: the app writes the period's start, a
    /// wallet the moment it drew.
    pub fn check(&self, memory: &mut CodeMemory, code: &str, now: Timestamp) -> Verdict {
        let Some((periods, value)) = self.read(code) else { return Verdict::Forged };
        let period = i128::from(self.key.period_millis);
        let drift = i128::from(memory.drift_millis).clamp(-self.skew_millis, self.skew_millis);
        let now = i128::from(now.as_millisecond());
        let theirs = now + drift;
        // What was learned widens the window on one side and narrows it on none: a code may have been scanned late.
        let first = (now.min(theirs) - self.skew_millis).div_euclid(period);
        let last = (now.max(theirs) + self.skew_millis).div_euclid(period);
        let periods = periods.unwrap_or((first - LOOK_AROUND).max(0)..=last + LOOK_AROUND);

        let mut verdict = Verdict::Forged;
        for index in periods {
            let Ok(counter) = u64::try_from(index) else { continue };
            if !bool::from(rotating::value(&self.key, counter).as_bytes().ct_eq(value)) {
                continue;
            }
            let start = index.saturating_mul(period);
            if memory.last.is_some_and(|last| counter <= last) {
                verdict = Verdict::Replayed;
            } else if !(first..=last).contains(&index) || start >= i128::from(self.key.valid_until.as_millisecond()) {
                verdict = Verdict::Expired;
            } else {
                // Moved just far enough for the code's period to be now.
                let drift = drift + theirs.clamp(start, start + period - 1) - theirs;
                let drift = drift.clamp(-self.skew_millis, self.skew_millis);
                memory.last = Some(counter);
                memory.drift_millis = i64::try_from(drift).unwrap_or_default();
                return Verdict::Valid { drift: SignedDuration::from_millis(memory.drift_millis) };
            }
        }
        verdict
    }

    /// The value in `code`, and the periods that its time stamps allow; none if it does not match the pattern.
    fn read<'c>(&self, code: &'c str) -> Option<(Option<std::ops::RangeInclusive<i128>>, &'c [u8])> {
        let parts = parts(&self.key.value_pattern);
        let digits = usize::try_from(self.key.value_length).ok()?;
        // The value's length is known; what is left over is the time stamps', and millis have three digits more.
        let (mut fixed, mut stamps) = (0, 0);
        for part in &parts {
            match part {
                Part::Text(text) => fixed += text.len(),
                Part::Value => fixed += digits,
                Part::Millis => (fixed, stamps) = (fixed + 3, stamps + 1),
                Part::Seconds => stamps += 1,
            }
        }
        let spare = code.len().checked_sub(fixed)?;
        let seconds_length = spare.checked_div(stamps).unwrap_or(0);
        if seconds_length * stamps != spare {
            return None;
        }

        let (mut rest, mut value, mut millis, mut seconds) = (code.as_bytes(), None, None, None);
        for part in &parts {
            let length = match part {
                Part::Text(text) => text.len(),
                Part::Value => digits,
                Part::Millis => seconds_length + 3,
                Part::Seconds => seconds_length,
            };
            let (here, after) = rest.split_at_checked(length)?;
            rest = after;
            match part {
                Part::Text(text) => (here == text.as_bytes()).then_some(())?,
                // Where it stands twice it must be the same twice.
                Part::Value => bool::from(value.replace(here).unwrap_or(here).ct_eq(here)).then_some(())?,
                Part::Millis => same(&mut millis, number(here)?)?,
                Part::Seconds => same(&mut seconds, number(here)?)?,
            }
        }
        let period = i128::from(self.key.period_millis);
        let periods = match (millis, seconds) {
            (Some(millis), Some(seconds)) if millis / 1000 != seconds => return None,
            (Some(millis), _) => Some(millis / period..=millis / period),
            // Any of the thousand milliseconds of that second.
            (None, Some(seconds)) => Some(seconds * 1000 / period..=(seconds * 1000 + 999) / period),
            (None, None) => None,
        };
        Some((periods, value?))
    }
}

fn parts(mut pattern: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    loop {
        let places =
            [(rotating::MILLIS, Part::Millis), (rotating::SECONDS, Part::Seconds), (rotating::VALUE, Part::Value)];
        let next = places.into_iter().filter_map(|(name, part)| Some((pattern.split_once(name)?, part)));
        let Some(((before, after), part)) = next.min_by_key(|((before, _), _)| before.len()) else {
            parts.push(Part::Text(pattern));
            return parts;
        };
        parts.extend([Part::Text(before), part]);
        pattern = after;
    }
}

/// A decimal number as our side writes it: no sign, no leading zeros, at most 19 digits.
fn number(digits: &[u8]) -> Option<i128> {
    let plain = digits.iter().all(u8::is_ascii_digit) && (digits.len() == 1 || digits.first() != Some(&b'0'));
    (plain && digits.len() <= 19).then(|| str::from_utf8(digits).ok()?.parse().ok())?
}

fn same(known: &mut Option<i128>, number: i128) -> Option<()> {
    (*known.get_or_insert(number) == number).then_some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::card::Symbology;
    use crate::card::rotating::code_at;
    use crate::clock::PlatformTime;

    const PATTERNS: [&str; 5] = [
        "M{totp_value_0}",
        "M.{totp_timestamp_millis}.{totp_value_0}",
        "{totp_timestamp_seconds}{totp_value_0}/{totp_value_0}",
        "{totp_value_0}{totp_timestamp_millis}{totp_timestamp_seconds}",
        "{totp_value_0}",
    ];

    fn key(pattern: &str, period_millis: u64) -> CodeKey {
        CodeKey {
            value_pattern: pattern.to_owned(),
            period_millis,
            key: b"12345678901234567890".to_vec(),
            value_length: 8,
            symbology: Symbology::Qr,
            valid_until: Timestamp::MAX,
        }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_790_000_000_000 + millis).unwrap()
    }

    fn code(key: &CodeKey, millis: i64) -> String {
        code_at(key, PlatformTime::exact(at(millis))).unwrap().text
    }

    #[test]
    fn the_window_follows_the_members_clock() {
        let key = key(PATTERNS[0], 30_000);
        let verifier = Verifier::new(key.clone(), Duration::from_secs(30)).unwrap();
        let mut memory = CodeMemory::default();
        // 1_790_000_000_000 is 20 s into a period. This phone is 55 s ahead: 15 s more than the till allows at first.
        assert_eq!(verifier.check(&mut memory, &code(&key, 55_000), at(0)), Verdict::Expired);
        // 35 s ahead the code begins 10 s from now; so the clock is ahead by 10 s at least.
        let Verdict::Valid { drift } = verifier.check(&mut memory, &code(&key, 35_000), at(0)) else { panic!() };
        assert_eq!(drift, SignedDuration::from_secs(10));
        // Now what begins 40 s from now is taken too, and the drift ends at the skew.
        let Verdict::Valid { drift } = verifier.check(&mut memory, &code(&key, 65_000), at(0)) else { panic!() };
        assert_eq!(drift, SignedDuration::from_secs(30));
    }

    #[test]
    fn a_wallets_time_stamp_is_taken() {
        let key = key(PATTERNS[1], 30_000);
        let ours = code(&key, 0);
        let wallets = ours.replace("1789999980000", "1790000003123");
        assert_ne!(ours, wallets);
        let verifier = Verifier::new(key, Duration::ZERO).unwrap();
        let mut memory = CodeMemory::default();
        assert!(matches!(verifier.check(&mut memory, &wallets, at(5_000)), Verdict::Valid { .. }));
        assert_eq!(verifier.check(&mut memory, &ours, at(5_000)), Verdict::Replayed);
    }

    #[test]
    fn nothing_outlives_its_key() {
        let mut key = key(PATTERNS[0], 30_000);
        let late = code(&key, 60_000);
        key.valid_until = at(40_000);
        let verifier = Verifier::new(key, Duration::from_secs(30)).unwrap();
        assert_eq!(verifier.check(&mut CodeMemory::default(), &late, at(60_000)), Verdict::Expired);
    }

    proptest! {
        #[test]
        fn valid_once_within_the_skew(
            pattern in 0..PATTERNS.len(), period in 1_000..90_000_u64, shown in 0..100_000_000_i64, off in -30_000..30_000_i64,
        ) {
            let key = key(PATTERNS[pattern], period);
            let code = code(&key, shown);
            let verifier = Verifier::new(key, Duration::from_secs(30)).unwrap();
            let mut memory = CodeMemory::default();
            let verdict = verifier.check(&mut memory, &code, at(shown + off));
            prop_assert!(matches!(verdict, Verdict::Valid { .. }), "{:?}", verdict);
            prop_assert_eq!(verifier.check(&mut memory, &code, at(shown + off)), Verdict::Replayed);
            prop_assert_eq!(verifier.check(&mut memory, &code, at(shown + off + 86_400_000 * 400)), match pattern {
                // Without a time stamp nobody knows any more.
                0 | 4 => Verdict::Forged,
                _ => Verdict::Replayed,
            });
        }

        /// But for the time stamp within its period, which the value does not cover and which changes nothing: the period
        /// is still accepted once.
        #[test]
        fn a_changed_character_is_never_valid(
            pattern in 0..PATTERNS.len(), shown in 0..100_000_000_i64, place in any::<prop::sample::Index>(), other in "[0-9A-Za-z.]",
        ) {
            let key = key(PATTERNS[pattern], 30_000);
            let mut changed = code(&key, shown);
            let place = place.index(changed.len());
            prop_assume!(changed[place..=place] != other);
            changed.replace_range(place..=place, &other);
            let verifier = Verifier::new(key.clone(), Duration::from_mins(1)).unwrap();
            let mut memory = CodeMemory::default();
            if let Verdict::Valid { .. } = verifier.check(&mut memory, &changed, at(shown)) {
                prop_assert!(PATTERNS[pattern].contains("timestamp"));
                prop_assert_eq!(verifier.check(&mut memory, &code(&key, shown), at(shown)), Verdict::Replayed);
            }
        }

        #[test]
        fn hostile_input_is_forged(pattern in 0..PATTERNS.len(), text in "\\PC{0,60}|[0-9]{0,60}|M\\.[0-9]{1,40}\\.[0-9]{8}", now in any::<i64>()) {
            let verifier = Verifier::new(key(PATTERNS[pattern], 1_000), Duration::MAX).unwrap();
            let now = crate::clock::shifted(Timestamp::UNIX_EPOCH, SignedDuration::from_millis(now));
            let mut memory = CodeMemory { last: None, drift_millis: i64::MIN };
            prop_assume!(text.len() != 8 && text.len() != 9);
            let verdict = verifier.check(&mut memory, &text, now);
            prop_assert!(!matches!(verdict, Verdict::Valid { .. }), "{:?}", verdict);
        }
    }
}
