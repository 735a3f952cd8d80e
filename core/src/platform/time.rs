//! Times on the wire, which are RFC 3339 but for the platform's habits.
//!
//! The zone may be missing (then it is UTC), the fraction may be longer than any clock ticks, and the last day of year 9999
//! means that there is no end.

use std::time::Duration;

use jiff::{Timestamp, civil::Date, civil::DateTime, fmt::rfc2822, tz::Offset};
use serde::{Deserialize, Deserializer, de::Error};

/// A time as the platform writes it. No end is [`Timestamp::MAX`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

impl Time {
    /// The instant, or none for the platform's "no end".
    pub(super) fn end(self) -> Option<Timestamp> {
        (self.0 != Timestamp::MAX).then_some(self.0)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        parse(&String::deserialize(from)?).map(Self).ok_or_else(|| D::Error::custom("not a time that can be held"))
    }
}

/// From this day on there is no end: the platform's own is `9999-12-31T23:59:59.9999999`, which lies beyond what an
/// instant can be, and so does most of the day before in some zones.
const NO_END: Date = jiff::civil::date(9999, 12, 30);

pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (date, clock) = text.split_once(['T', 't', ' '])?;
    let (clock, zone) = clock.split_at(clock.find(['Z', 'z', '+', '-']).unwrap_or(clock.len()));
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let made_of = |text: &str, also: &str| text.chars().all(|c| c.is_ascii_digit() || also.contains(c));
    if !made_of(date, "-") || !made_of(clock, ":") || !made_of(fraction, "") || fraction.is_empty() {
        return None;
    }
    let fraction = fraction.get(..9).unwrap_or(fraction);
    let local: DateTime = format!("{date}T{clock}.{fraction}").parse().ok()?;
    if local.date() >= NO_END {
        return Some(Timestamp::MAX);
    }
    offset(zone)?.to_timestamp(local).ok()
}

/// `Z`, `+03:00`, `+0300`, `+03`, or nothing for UTC.
fn offset(zone: &str) -> Option<Offset> {
    let (sign, rest) = match zone.split_at_checked(1) {
        None | Some(("Z" | "z", "")) => return Some(Offset::UTC),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => rest.split_at_checked(2)?,
    };
    let part = |text: &str, below: i32| {
        let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok())?.filter(|&value| value < below)
    };
    let minutes = if minutes.is_empty() { 0 } else { part(minutes, 60)? };
    Offset::from_seconds(sign * (part(hours, 24)? * 3600 + minutes * 60)).ok()
}

/// The time in a `Date` or `Retry-After` header, to the second.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// The longest wait that a `Retry-After` can ask for. More than a day is a mistake on the other side, and believing it
/// would keep a member away for years.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// A `Retry-After` header, in seconds or as a date, seen from `now`, the answer's own date.
pub(super) fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    let text = text.trim();
    let wait = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        // A date that has passed means at once.
        Duration::try_from(http_date(text)?.duration_since(now)).unwrap_or_default()
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_times_are_read() {
        for (text, expected) in [
            ("2024-03-05T10:20:30Z", Some("2024-03-05T10:20:30Z")),
            ("2024-03-05T10:20:30", Some("2024-03-05T10:20:30Z")),
            ("2024-03-05 10:20:30z", Some("2024-03-05T10:20:30Z")),
            ("2024-03-05T10:20:30.1234567+03:00", Some("2024-03-05T07:20:30.1234567Z")),
            ("2024-03-05T10:20:30.12345678901234567890", Some("2024-03-05T10:20:30.123456789Z")),
            ("2024-03-05T10:20:30-0530", Some("2024-03-05T15:50:30Z")),
            ("2024-03-05T10:20:30+03", Some("2024-03-05T07:20:30Z")),
            ("2024-02-29T23:59:60Z", Some("2024-02-29T23:59:59Z")),
            ("0001-01-01T00:00:00", Some("0001-01-01T00:00:00Z")),
            ("2023-02-29T00:00:00Z", None),
            ("2024-03-05", None),
            ("2024-03-05T10:20:30.Z", None),
            ("2024-03-05T10:20:30+", None),
            ("2024-03-05T10:20:30+99:00", None),
            ("2024-03-05T10:20:30+03:00[Europe/Moscow]", None),
            ("2024-03-05T25:00:00Z", None),
            ("10000-01-01T00:00:00Z", None),
            ("99999999999999-01-01T00:00:00Z", None),
            ("", None),
            ("T", None),
            ("сегодня", None),
        ] {
            assert_eq!(parse(text).map(|at| at.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn the_last_day_means_no_end() {
        for text in ["9999-12-31T23:59:59.9999999", "9999-12-31T23:59:59Z", "9999-12-31T00:00:00+03:00"] {
            let time: Time = serde_json::from_value(text.into()).unwrap();
            assert_eq!((time.0, time.end()), (Timestamp::MAX, None), "{text}");
        }
    }

    #[test]
    fn retry_after_has_two_forms_and_a_bound() {
        let now = "1994-11-06T08:49:37Z".parse().unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            (" 7 ", Some(7)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:00:00 GMT", Some(86_400)),
            ("99999999999999999999999", Some(86_400)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_time_or_is_not(text in ".{0,60}", shaped in "[0-9]{1,6}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{0,30}[Zz+-]?[0-9:]{0,6}") {
            let _ = (parse(&text), parse(&shaped), http_date(&text), retry_after(&text, Timestamp::UNIX_EPOCH));
        }
    }
}
