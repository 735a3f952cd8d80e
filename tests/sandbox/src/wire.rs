//! Numbers, times, secrets and phone numbers as they go over the wire and into the database.
//!
//! Amounts are exact: in the database whole numbers of 1/10000, on the wire JSON numbers with up to four decimals.

use std::str::FromStr;

use jiff::civil::{Date, DateTime};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use pocketcard::types::{Decimal, Timestamp};
use serde_json::{Number, Value};
use sha2::{Digest, Sha256};

use crate::refusal::{Broken, Outcome};

/// How the platform writes "no end".
pub(crate) const NO_END: &str = "9999-12-31T23:59:59.9999999";

/// One whole unit of a currency, as the database keeps it.
pub(crate) const ONE: i64 = 10_000;

/// An amount as the database keeps it. `None` where it has more than four decimals or does not fit.
pub(crate) fn units(amount: Decimal) -> Option<i64> {
    let scaled = amount.checked_mul(Decimal::from(ONE))?;
    if scaled.fract().is_zero() { i64::try_from(scaled.trunc()).ok() } else { None }
}

/// An amount as the database keeps it, as a decimal.
pub(crate) fn amount(units: i64) -> Decimal {
    Decimal::new(units, 4).normalize()
}

/// An amount as a JSON number, exact.
pub(crate) fn number(units: i64) -> Value {
    decimal(amount(units))
}

/// A decimal as a JSON number, exact.
pub(crate) fn decimal(decimal: Decimal) -> Value {
    Number::from_str(&decimal.normalize().to_string()).map_or(Value::Null, Value::Number)
}

/// An instant as the database keeps it, as the platform writes it: no zone, seven digits of fraction.
pub(crate) fn time(micros: i64) -> Value {
    Value::String(instant(micros).strftime("%Y-%m-%dT%H:%M:%S%.6f0").to_string())
}

/// An instant that may never come.
pub(crate) fn end(micros: Option<i64>) -> Value {
    micros.map_or_else(|| Value::String(NO_END.to_owned()), time)
}

/// An instant with its zone, as our own API writes it.
pub(crate) fn zoned(micros: i64) -> Value {
    Value::String(instant(micros).to_string())
}

/// An instant out of the database.
pub(crate) fn instant(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MAX)
}

/// Reads an instant with or without a zone (then UTC), or a date alone (then its midnight). What lies past the calendar is its end.
pub(crate) fn read_time(text: &str) -> Option<Timestamp> {
    if text.len() > 64 {
        return None;
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    let civil = text.parse::<DateTime>().ok()?;
    Some(civil.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp()))
}

/// An instant, and where on earth the one who wrote it was: what their day was then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: Timestamp,
    pub(crate) day: Date,
    pub(crate) offset: Offset,
}

/// Reads an RFC 3339 time with its offset, of the years 2000 to 2199.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    if text.len() > 64 || text.contains('[') {
        return None;
    }
    let pieces = Pieces::parse(text).ok()?;
    pieces.time()?;
    let (day, offset) = (pieces.date(), pieces.to_numeric_offset()?);
    let at = text.parse().ok()?;
    (2000..2200).contains(&day.year()).then_some(Moment { at, day, offset })
}

/// A secret that nobody can guess: 256 random bits in base16.
pub(crate) fn secret() -> Outcome<String> {
    Ok(base16(&random::<32>()?))
}

/// Random bytes from the machine.
pub(crate) fn random<const N: usize>() -> Outcome<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(Broken::from)?;
    Ok(bytes)
}

/// Random decimal digits, each as likely as the other.
pub(crate) fn random_digits(count: usize) -> Outcome<String> {
    let mut digits = String::with_capacity(count);
    while digits.len() < count {
        for byte in random::<16>()? {
            // 250 is the largest multiple of ten that a byte holds.
            if byte < 250 && digits.len() < count {
                digits.push(char::from(b'0' + byte % 10));
            }
        }
    }
    Ok(digits)
}

/// What the database keeps of a secret.
pub(crate) fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

/// Bytes in base16, lower case.
pub(crate) fn base16(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

/// A phone number as `+` and 8 to 15 digits, out of what a person types. `None` where it is none.
pub(crate) fn phone(text: &str) -> Option<String> {
    if text.len() > 40 {
        return None;
    }
    let bare: String = text.trim().chars().filter(|sign| !matches!(sign, ' ' | '-' | '(' | ')' | '/' | '.')).collect();
    let digits = bare.strip_prefix('+').or_else(|| bare.strip_prefix("00")).unwrap_or(&bare);
    let plausible = (8..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    plausible.then(|| format!("+{digits}"))
}

/// A phone number with its middle hidden.
pub(crate) fn masked_phone(phone: &str) -> String {
    let shown = phone.len().min(3);
    let last = phone.len().saturating_sub(2).max(shown);
    format!("{}{}{}", &phone[..shown], "*".repeat(last - shown), &phone[last..])
}

/// A plausible e-mail address, in lower case.
pub(crate) fn email(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, host) = text.rsplit_once('@')?;
    let plausible = text.len() <= 254
        && !name.is_empty()
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !text.chars().any(|sign| sign.is_whitespace() || sign.is_control());
    plausible.then(|| text.to_lowercase())
}

/// The thirteenth digit of an EAN-13, over the first twelve.
pub(crate) fn ean_check_digit(twelve: &str) -> char {
    let sum: u32 = twelve
        .bytes()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_exact() {
        assert_eq!(units("12.3456".parse().unwrap()), Some(123_456));
        assert_eq!(units("0.00001".parse().unwrap()), None);
        assert_eq!(units(Decimal::MAX), None);
        assert_eq!(number(-5_000).to_string(), "-0.5");
        assert_eq!(number(1_000_000).to_string(), "100");
    }

    #[test]
    fn times_have_no_zone_and_seven_digits() {
        assert_eq!(time(1_700_000_000_123_456), "2023-11-14T22:13:20.1234560");
        assert_eq!(read_time("2023-11-14T22:13:20.1234560").unwrap().as_microsecond(), 1_700_000_000_123_456);
        assert_eq!(read_time("2023-11-14T23:13:20+01:00").unwrap().as_second(), 1_700_000_000);
        assert_eq!(read_time(NO_END), Some(Timestamp::MAX));
        assert_eq!(read_time("yesterday"), None);
    }

    #[test]
    fn a_moment_has_the_day_of_who_wrote_it() {
        let late = moment("2026-11-22T23:30:00+01:00").unwrap();
        assert_eq!((late.at.to_string(), late.day.to_string()), ("2026-11-22T22:30:00Z".into(), "2026-11-22".into()));
        assert_eq!(moment("2026-11-22T23:30:00.5-08:00").unwrap().day.to_string(), "2026-11-22");
        assert_eq!(moment("2026-11-22T23:30:00Z").unwrap().offset, Offset::UTC);
        let none = ["2026-11-22T23:30:00", "2026-11-22", "", "1999-12-31T23:59:59Z", "2026-02-30T12:00:00Z", "now"];
        for none in none.iter().chain(&["2026-11-22T23:30:00+01:00[Europe/Berlin]"]) {
            assert_eq!(moment(none), None, "{none}");
        }
    }

    #[test]
    fn phones_and_addresses() {
        assert_eq!(phone("0049 171 39200-01").as_deref(), Some("+491713920001"));
        assert_eq!(phone("+49 (171) 3920001").as_deref(), Some("+491713920001"));
        assert_eq!(phone("12345"), None);
        assert_eq!(phone("+49171392000é"), None);
        assert_eq!(masked_phone("+491713920001"), "+49********01");
        assert_eq!(email(" Anna@Example.com ").as_deref(), Some("anna@example.com"));
        assert_eq!(email("anna@example"), None);
    }

    #[test]
    fn ean_13_check_digit() {
        assert_eq!(ean_check_digit("400638133393"), '1');
    }

    #[test]
    fn digits_are_digits() {
        let digits = random_digits(40).unwrap();
        assert!(digits.len() == 40 && digits.bytes().all(|digit| digit.is_ascii_digit()));
    }
}
