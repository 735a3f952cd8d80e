//! The code that rotates: computed on the phone from a key, so that it needs no signal and a screenshot soon lapses.
//!
//! RFC 6238 (TOTP) over HMAC-SHA1 with T0 = 0, in the scheme of Google Wallet's `rotatingBarcode`, so one verifier serves
//! the app and the wallet's pass. Pure: the time comes in as an argument.

use std::fmt;

use jiff::SignedDuration;
use ring::hmac;

use super::CodeKey;
use crate::clock::PlatformTime;
use crate::types::Timestamp;

pub(super) const MILLIS: &str = "{totp_timestamp_millis}";
pub(super) const SECONDS: &str = "{totp_timestamp_seconds}";
pub(super) const VALUE: &str = "{totp_value_0}";

/// A code, and when it is the one to show, in the platform's time.
#[derive(Clone, PartialEq, Eq)]
pub struct RotatingCode {
    /// What the till must read.
    pub text: String,
    /// When its period begins.
    pub from: Timestamp,
    /// When the next code takes over, or the key lapses.
    pub until: Timestamp,
}

/// Hides the code, which would open the member's account to whoever reads a log.
impl fmt::Debug for RotatingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotatingCode").field("from", &self.from).field("until", &self.until).finish_non_exhaustive()
    }
}

/// Why there is no rotating code to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The time may be off by more than half a period: the till would likely refuse the code.
    #[error("the time is not known well enough for a rotating code")]
    ClockUnsure,
    /// The platform no longer accepts codes of this key.
    #[error("the code key has expired")]
    KeyExpired,
    /// The key never passed [`CodeKey::validate`].
    #[error("the code key cannot be used")]
    KeyUnusable,
}

/// What is wrong with a code key. Says the field, never its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{field}` of the code key {problem}")]
pub struct CodeKeyError {
    /// The field, as the App API names it.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl CodeKey {
    /// Checks what the platform sent: a period of a second to a day, a value of 1 to 9 digits (RFC 4226 has 6 to 8), a
    /// key of 1 to 128 bytes, and a pattern of at most 512 printable ASCII characters that holds the value and no
    /// placeholder that we cannot fill.
    ///
    /// # Errors
    /// [`CodeKeyError`] names the field that is wrong.
    pub fn validate(&self) -> Result<(), CodeKeyError> {
        let check = |fine: bool, field, problem| if fine { Ok(()) } else { Err(CodeKeyError { field, problem }) };
        let pattern = &self.value_pattern;
        let printable = pattern.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        let rest = pattern.replace(MILLIS, "").replace(SECONDS, "").replace(VALUE, "");
        check((1_000..=86_400_000).contains(&self.period_millis), "periodMillis", "is not from a second to a day")?;
        check((1..=9).contains(&self.value_length), "valueLength", "is not from 1 to 9")?;
        check((1..=128).contains(&self.key.len()), "key", "does not have 1 to 128 bytes")?;
        check(pattern.len() <= 512, "valuePattern", "is longer than 512 characters")?;
        check(printable, "valuePattern", "is not printable ASCII")?;
        check(pattern.contains(VALUE), "valuePattern", "lacks {totp_value_0}")?;
        check(!rest.contains("{totp_"), "valuePattern", "holds a placeholder that is not known")
    }
}

/// Hides the secret, and the pattern, which may hold the card's number.
impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CodeKey")
            .field("period_millis", &self.period_millis)
            .field("value_length", &self.value_length)
            .field("symbology", &self.symbology)
            .field("valid_until", &self.valid_until)
            .finish_non_exhaustive()
    }
}

/// The till code at `now`, and the instant at which the next one begins.
///
/// RFC 6238 with T0 = 0 over `now / period`, as Google Wallet's `rotatingBarcode` has it. Where the pattern asks for a
/// time stamp, the wallet fills in the moment at which it draws; we fill in the period's start, so that one period has one
/// text and the symbol is drawn once. [`super::verifier`] takes both.
///
/// # Errors
/// [`CodeError::ClockUnsure`] when the clock may be off by more than half a period, else [`CodeError::KeyExpired`].
pub fn code_at(key: &CodeKey, now: PlatformTime) -> Result<RotatingCode, CodeError> {
    key.validate().map_err(|_| CodeError::KeyUnusable)?;
    let millis = u64::try_from(now.at.as_millisecond()).map_err(|_| CodeError::ClockUnsure)?;
    let half = std::time::Duration::from_millis(key.period_millis) / 2;
    if now.within.is_none_or(|within| within > half) {
        return Err(CodeError::ClockUnsure);
    }
    if now.at >= key.valid_until {
        return Err(CodeError::KeyExpired);
    }
    let counter = millis.checked_div(key.period_millis).ok_or(CodeError::KeyUnusable)?;
    let start = counter * key.period_millis;
    let from = instant(start);
    let until = instant(start.saturating_add(key.period_millis)).min(key.valid_until);
    let text = key
        .value_pattern
        .replace(MILLIS, &start.to_string())
        .replace(SECONDS, &(start / 1000).to_string())
        .replace(VALUE, &value(key, counter));
    Ok(RotatingCode { text, from, until })
}

/// The HOTP value of RFC 4226 for `counter`, with leading zeros.
pub(super) fn value(key: &CodeKey, counter: u64) -> String {
    let secret = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key.key);
    let tag = hmac::sign(&secret, &counter.to_be_bytes());
    let bytes = tag.as_ref();
    let offset = usize::from(bytes.last().copied().unwrap_or_default() & 0xf);
    let word = bytes.get(offset..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    let number = u32::from_be_bytes(word) & 0x7fff_ffff;
    let digits = key.value_length.min(9);
    format!("{:0width$}", number % 10_u32.pow(digits), width = digits as usize)
}

fn instant(millis: u64) -> Timestamp {
    let since = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
    crate::clock::shifted(Timestamp::UNIX_EPOCH, since)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::card::Symbology;

    fn key() -> CodeKey {
        CodeKey {
            value_pattern: "M{totp_value_0}".to_owned(),
            period_millis: 3_000,
            key: b"12345678901234567890".to_vec(),
            value_length: 8,
            symbology: Symbology::Qr,
            valid_until: Timestamp::MAX,
        }
    }

    #[test]
    fn needs_a_clock_within_half_a_period() {
        let at = Timestamp::from_second(59).unwrap();
        let within = |millis| PlatformTime { at, within: Some(Duration::from_millis(millis)) };
        assert_eq!(code_at(&key(), within(1_500)).unwrap().text, "M21578337");
        assert_eq!(code_at(&key(), within(1_501)), Err(CodeError::ClockUnsure));
        assert_eq!(code_at(&key(), PlatformTime { at, within: None }), Err(CodeError::ClockUnsure));
        let before = PlatformTime::exact(Timestamp::from_second(-1).unwrap());
        assert_eq!(code_at(&key(), before), Err(CodeError::ClockUnsure));
    }

    #[test]
    fn ends_with_its_key() {
        let key = CodeKey { valid_until: Timestamp::from_millisecond(58_000).unwrap(), ..key() };
        let code = |millis| code_at(&key, PlatformTime::exact(Timestamp::from_millisecond(millis).unwrap()));
        assert_eq!(code(57_999).unwrap().until, key.valid_until);
        assert_eq!(code(58_000), Err(CodeError::KeyExpired));
    }

    #[test]
    fn a_key_is_checked_field_by_field() {
        let wrong = |change: &dyn Fn(&mut CodeKey)| {
            let mut key = key();
            change(&mut key);
            key.validate().unwrap_err().field
        };
        assert_eq!(key().validate(), Ok(()));
        assert_eq!(wrong(&|key| key.period_millis = 0), "periodMillis");
        assert_eq!(wrong(&|key| key.period_millis = u64::MAX), "periodMillis");
        assert_eq!(wrong(&|key| key.value_length = 10), "valueLength");
        assert_eq!(wrong(&|key| key.key.clear()), "key");
        assert_eq!(wrong(&|key| key.value_pattern = "no value".to_owned()), "valuePattern");
        assert_eq!(wrong(&|key| key.value_pattern.push_str("{totp_value_1}")), "valuePattern");
        assert_eq!(wrong(&|key| key.value_pattern.push('é')), "valuePattern");
        assert_eq!(wrong(&|key| key.value_pattern.push_str(&"x".repeat(512))), "valuePattern");
    }

    #[test]
    fn debug_hides_the_secret() {
        let text = format!("{:?} {:?}", key(), code_at(&key(), PlatformTime::exact(Timestamp::UNIX_EPOCH)));
        assert!(!text.contains("49, 50") && !text.contains("12345") && !text.contains("M{") && !text.contains("text"));
    }

    proptest! {
        #[test]
        fn one_period_has_one_text(millis in 0..253_402_207_200_000_i64, period in 1_000..86_400_000_u64) {
            let key = CodeKey { period_millis: period, ..key() };
            let code = |at| code_at(&key, PlatformTime::exact(at)).unwrap();
            let now = Timestamp::from_millisecond(millis).unwrap();
            let shown = code(now);
            prop_assert!(shown.from <= now && now < shown.until);
            prop_assert_eq!(code(shown.from), shown.clone());
            prop_assert_eq!(code(shown.until).from, shown.until);
        }
    }
}
