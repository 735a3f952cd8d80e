//! What the core leaves to a shell: its own words, dates and amounts as the member reads them.

use jiff::Zoned;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pocketcard::LoyaltyError;
use pocketcard::balance::{Account, ExpectedPoints};
use pocketcard::card::{RotatingHindrance, Symbology, Unusable};
use pocketcard::error::RejectionKind;
use pocketcard::offers::rules::{Benefit, Channel, WhyNot};
use pocketcard::offers::{OfferDetail, OfferSchedule, OfferState};
use pocketcard::stores::hours::{DayHours, OpenInterval, OpenState};
use pocketcard::stores::{StoreAddress, StoreAttribute};
use pocketcard::types::{Currency, Decimal, Freshness, Money, StaleReason, Timestamp};

/// The attribute that says what kind of store it is.
const FORMAT: &str = "CustomTradeFormat";

/// Now, where the member is.
#[derive(Clone, Debug)]
pub struct Calendar {
    now: Zoned,
}

impl Calendar {
    /// The calendar in `zone` at `now`, by the phone's clock.
    pub fn new(now: Timestamp, zone: TimeZone) -> Self {
        Self { now: now.to_zoned(zone) }
    }

    /// The same where a store is, at another instant if one is asked about; here where its zone is not known.
    #[must_use]
    pub fn there(&self, zone: Option<&str>, at: Option<Timestamp>) -> Self {
        let zone = zone.and_then(|zone| TimeZone::get(zone).ok());
        let zone = zone.unwrap_or_else(|| self.now.time_zone().clone());
        Self::new(at.unwrap_or_else(|| self.now.timestamp()), zone)
    }

    fn local(&self, at: Timestamp) -> Zoned {
        at.to_zoned(self.now.time_zone().clone())
    }

    /// "14:05".
    pub fn time(&self, at: Timestamp) -> String {
        self.local(at).strftime("%H:%M").to_string()
    }

    /// "Today", "Yesterday", "3 December", "3 December 2027".
    pub fn day(&self, at: Timestamp) -> String {
        let (day, today) = (self.local(at), self.now.date());
        if day.date() == today {
            return "Today".to_owned();
        }
        if today.yesterday().is_ok_and(|yesterday| yesterday == day.date()) {
            return "Yesterday".to_owned();
        }
        self.date(at)
    }

    /// "3 December", "3 December 2027".
    pub fn date(&self, at: Timestamp) -> String {
        let day = self.local(at);
        let pattern = if day.year() == self.now.year() { "%-d %B" } else { "%-d %B %Y" };
        day.strftime(pattern).to_string()
    }

    /// "14:05" of today, else "3 December, 14:05".
    pub fn moment(&self, at: Timestamp) -> String {
        if self.local(at).date() == self.now.date() {
            self.time(at)
        } else {
            format!("{}, {}", self.date(at), self.time(at))
        }
    }

    /// "today, 18:00", "tomorrow", "3 December".
    pub fn until(&self, at: Timestamp) -> String {
        let (day, today) = (self.local(at).date(), self.now.date());
        if day == today {
            format!("today, {}", self.time(at))
        } else if today.tomorrow().is_ok_and(|tomorrow| tomorrow == day) {
            "tomorrow".to_owned()
        } else {
            self.date(at)
        }
    }

    /// "22:00" of today and of the night after it, "Monday 08:00" within the week, else "3 December, 08:00".
    pub fn clock(&self, at: Timestamp) -> String {
        let local = self.local(at);
        match (local.date() - self.now.date()).get_days() {
            0 => self.time(at),
            1 if local.hour() < 6 => self.time(at),
            1..=6 => local.strftime("%A %H:%M").to_string(),
            _ => format!("{}, {}", self.date(at), self.time(at)),
        }
    }

    /// The thin line that says why what is shown is not live; none where it is.
    pub fn freshness(&self, freshness: &Freshness) -> Option<String> {
        match freshness {
            Freshness::Live { .. } | Freshness::Unknown { reason: StaleReason::NotAsked } => None,
            Freshness::Cached { as_of, reason: StaleReason::NotAsked } => {
                Some(format!("As of {}", self.moment(*as_of)))
            }
            Freshness::Cached { as_of, reason } => Some(format!("{} · as of {}", why(*reason), self.moment(*as_of))),
            Freshness::Unknown { reason } => Some(why(*reason).to_owned()),
        }
    }
}

/// Why something is not fresh.
pub fn why(reason: StaleReason) -> &'static str {
    match reason {
        StaleReason::NotAsked => "Not asked yet",
        StaleReason::Offline => "No connection",
        StaleReason::Busy => "The programme is busy",
        StaleReason::Unreadable => "The answer could not be read",
        StaleReason::Refused => "The programme refused",
        StaleReason::SignInAgain => "Sign in again",
        StaleReason::NotSupported => "Not offered here",
        StaleReason::NotStored => "Could not be stored",
    }
}

/// "120 points".
pub fn amount(amount: Decimal, currency: &Currency) -> String {
    let name = if amount == Decimal::ONE { &currency.nominative } else { &currency.plural };
    format!("{} {name}", amount.normalize())
}

/// "+30 points": what is not there yet, in the words of the account it is for.
pub fn expected(points: &ExpectedPoints, accounts: &[Account]) -> String {
    let account = accounts.iter().find(|account| account.currency.code == points.currency_code);
    let words = account.map(|account| amount(points.amount, &account.currency));
    format!("+{}", words.unwrap_or_else(|| format!("{} {}", points.amount.normalize(), points.currency_code)))
}

/// "+30 pts": the same in short.
pub fn expected_short(points: &ExpectedPoints, accounts: &[Account]) -> String {
    let account = accounts.iter().find(|account| account.currency.code == points.currency_code);
    let currency = account.map_or(&points.currency_code, |account| &account.currency.abbreviation);
    signed(&Money { amount: points.amount, currency: currency.clone() })
}

/// "−10 % +100 pts ×2": what an offer gives, in short.
pub fn benefit(benefit: &Benefit) -> String {
    let Benefit { discount_percent, points, multiplier } = benefit;
    let parts = [
        discount_percent.map(|percent| format!("−{} %", percent.normalize())),
        points.map(|points| format!("+{} pts", points.normalize())),
        multiplier.map(|times| format!("×{}", times.normalize())),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Where an offer stands; nothing where it can simply be used.
pub fn offer_state(state: &OfferState, calendar: &Calendar) -> Option<String> {
    Some(match state {
        OfferState::Active => return None,
        OfferState::Activate => "to be activated".to_owned(),
        OfferState::ActivateElsewhere => "must be activated elsewhere".to_owned(),
        OfferState::Waiting => "activated, to be sent".to_owned(),
        OfferState::Refused { text } if text.is_empty() => "The programme refused.".to_owned(),
        OfferState::Refused { text } => text.clone(),
        OfferState::Upcoming { from } => format!("from {}", calendar.moment(*from)),
        OfferState::Coming => "on its way to you".to_owned(),
        OfferState::Used => "used up".to_owned(),
    })
}

/// Why an offer does not apply.
pub fn why_not(why: &WhyNot, calendar: &Calendar) -> String {
    match why {
        WhyNot::Revoked => "taken back".to_owned(),
        WhyNot::Over => "over".to_owned(),
        WhyNot::UsedUp => "used up".to_owned(),
        WhyNot::NotYet { from } => format!("not before {}", calendar.moment(*from)),
        WhyNot::OtherChannel => "not for stores".to_owned(),
        WhyNot::OtherStore => "for other stores".to_owned(),
        WhyNot::StoreLacks { attribute } if attribute == FORMAT => "for stores of another format".to_owned(),
        WhyNot::StoreLacks { attribute } => format!("for stores with another {attribute}"),
        WhyNot::OtherDay => "on other days".to_owned(),
        WhyNot::OtherTime { from, to } => format!("from {} to {}", minute(*from), minute(*to)),
        WhyNot::OtherPayment => "paid in another way".to_owned(),
        WhyNot::NotActivated => "not activated".to_owned(),
        WhyNot::LeftToPlatform => "the till knows".to_owned(),
    }
}

/// Where and when an offer applies, a sentence each.
pub fn where_and_when(detail: &OfferDetail) -> Vec<String> {
    let mut facts = Vec::new();
    let channels = detail.channels.iter().map(|channel| match channel {
        Channel::Online => "online",
        Channel::Store => "in stores",
    });
    let channels: Vec<_> = channels.collect();
    if !channels.is_empty() {
        facts.push(format!("Only {}.", channels.join(" and ")));
    }
    let mut attributes: Vec<_> = detail.store_attributes.iter().collect();
    attributes.sort();
    facts.extend(attributes.into_iter().map(|(name, values)| {
        let name = if name == FORMAT { "Format" } else { name.as_str() };
        format!("{name}: {}.", values.join(" or "))
    }));
    match detail.stores.len() {
        0 => {}
        stores => facts.push(format!("In {} of ours.", count(stores as u64, "store", "stores"))),
    }
    facts.extend(detail.schedule.as_ref().map(|OfferSchedule { days, from, to }| {
        let days = if days.len() == 7 { "Every day".to_owned() } else { names(days) };
        let round_the_clock = (*from, *to) == (0, 24 * 60) || from == to;
        if round_the_clock { format!("{days}.") } else { format!("{days}, {} to {}.", minute(*from), minute(*to)) }
    }));
    if !detail.payment_methods.is_empty() {
        facts.push(format!("Paid by {}.", detail.payment_methods.join(" or ")));
    }
    if detail.more_conditions && detail.code.is_none() {
        facts.push("There are more conditions, which the till knows.".to_owned());
    }
    facts
}

fn names(days: &[u8]) -> String {
    days.iter().map(|day| weekday(*day)).collect::<Vec<_>>().join(", ")
}

/// "Mon": a day of the week, from 1 on.
pub fn weekday(day: u8) -> &'static str {
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    usize::from(day).checked_sub(1).and_then(|day| NAMES.get(day)).copied().unwrap_or_default()
}

/// "24 Dec": a date of a store's.
pub fn short_date(date: &str) -> String {
    date.parse().map_or_else(|_| date.to_owned(), |date: Date| date.strftime("%-d %b").to_string())
}

/// Whether a store is open, where `there` is its calendar.
pub fn open(state: &OpenState, there: &Calendar) -> String {
    match state {
        OpenState::Open { until: Some(until) } => format!("open until {}", there.clock(*until)),
        OpenState::Open { until: None } => "open round the clock".to_owned(),
        OpenState::Closed { opens_at: Some(at) } => format!("opens {}", there.clock(*at)),
        OpenState::Closed { opens_at: None } => "closed".to_owned(),
        OpenState::Unknown => "hours not known".to_owned(),
    }
}

/// "09:00–14:00, 17:00–21:00": the hours of a day.
pub fn hours(hours: &DayHours) -> String {
    let list = |intervals: &[OpenInterval]| {
        let day = 24 * 60;
        let intervals = intervals.iter().map(|OpenInterval { from, to }| {
            let to = if *to > day { *to - day } else { *to };
            format!("{}–{}", minute(*from), minute(to))
        });
        intervals.collect::<Vec<_>>().join(", ")
    };
    match hours {
        DayHours::RoundTheClock => "round the clock".to_owned(),
        DayHours::Closed => "closed".to_owned(),
        DayHours::Open { intervals } => list(intervals),
        DayHours::Unknown { intervals } if intervals.is_empty() => "not known".to_owned(),
        DayHours::Unknown { intervals } => format!("{}, perhaps more", list(intervals)),
    }
}

/// "350 m", "1.2 km", "12 km".
pub fn distance(meters: f64) -> String {
    if meters < 995.0 {
        format!("{:.0} m", (meters / 10.0).round() * 10.0)
    } else if meters < 9_950.0 {
        format!("{:.1} km", meters / 1_000.0)
    } else {
        format!("{:.0} km", meters / 1_000.0)
    }
}

/// Where a store is.
pub fn address(address: &StoreAddress) -> String {
    let StoreAddress { city, street, house, building, office, description } = address;
    let building = building.as_ref().map(|building| format!("/{building}"));
    let house = house.as_ref().map(|house| format!(" {house}{}", building.unwrap_or_default()));
    let street = street.as_ref().map(|street| format!("{street}{}", house.unwrap_or_default()));
    let parts = [street, office.clone(), city.clone(), description.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// "Fuel station", "Coffee shop", "Parking 20": what the programme says of a store.
pub fn attribute(attribute: &StoreAttribute) -> String {
    let StoreAttribute { name, value } = attribute;
    match value.as_str() {
        value if name == FORMAT => apart(value),
        "true" | "Yes" | "" => apart(name),
        // What is nested is written as JSON.
        value => format!("{} {}", apart(name), value.replace(['[', ']', '{', '}', '"'], "").replace(',', ", ")),
    }
}

/// "Coffee shop": a name without spaces, in words.
fn apart(name: &str) -> String {
    let mut words = String::new();
    let mut small = false;
    for sign in name.chars() {
        if sign.is_uppercase() && small {
            words.push(' ');
            words.extend(sign.to_lowercase());
        } else {
            words.push(sign);
        }
        small = sign.is_lowercase();
    }
    words
}

/// What a kind of symbol is called.
pub fn symbology(symbology: Symbology) -> &'static str {
    match symbology {
        Symbology::Qr => "QR codes",
        Symbology::Aztec => "Aztec codes",
        Symbology::Pdf417 => "PDF417",
        Symbology::Code128 => "Code 128",
        Symbology::Ean13 => "EAN-13",
    }
}

/// "06:00".
fn minute(of_day: u16) -> String {
    format!("{:02}:{:02}", of_day / 60, of_day % 60)
}

/// "1 event", "3 events".
pub fn count(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Text in lines of at most `width` signs, broken between words where that can be.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let signs: Vec<char> = word.chars().collect();
        for part in signs.chunks(width) {
            match lines.last_mut() {
                Some(line) if line.chars().count() + 1 + part.len() <= width => {
                    line.push(' ');
                    line.extend(part);
                }
                _ => lines.push(part.iter().collect()),
            }
        }
    }
    lines
}

/// "+1.5 pts", "−20 pts".
pub fn signed(money: &Money) -> String {
    let sign = if money.amount.is_sign_negative() { "−" } else { "+" };
    format!("{sign}{} {}", money.amount.abs().normalize(), money.currency)
}

/// "14.90 EUR".
pub fn price(money: &Money) -> String {
    format!("{} {}", cents(money.amount), money.currency)
}

/// "14.90".
pub fn cents(amount: Decimal) -> String {
    format!("{amount:.2}")
}

/// Why a card has no symbol, and what to do.
pub fn unusable(reason: Unusable) -> [&'static str; 2] {
    match reason {
        Unusable::Blocked => ["This card is blocked.", "Ask the programme to lift the block."],
        Unusable::Replaced => ["Another card took this one's place.", "Refresh to see the new one."],
        Unusable::Expired => ["This card has expired.", "Ask for a new one at the till."],
        Unusable::NotYetActive => ["This card is being prepared.", "It will be ready soon."],
    }
}

/// Why the code shown does not rotate.
pub fn hindrance(hindrance: RotatingHindrance) -> &'static str {
    match hindrance {
        RotatingHindrance::ClockUnsure => "The phone's clock is not sure; go online once",
        RotatingHindrance::KeyExpired => "Offline for long; go online once for changing codes",
        RotatingHindrance::CannotBeDrawn => "This programme's changing codes cannot be drawn",
    }
}

/// What a call that failed says to the member.
pub fn failure(error: &LoyaltyError) -> String {
    match error {
        LoyaltyError::Offline => "No connection. Try again later.".to_owned(),
        LoyaltyError::TryLater { after: Some(after) } => format!("Busy. Try again in {} s.", after.as_secs().max(1)),
        LoyaltyError::TryLater { after: None } => "Busy. Try again later.".to_owned(),
        LoyaltyError::SignInAgain => "Sign in again.".to_owned(),
        LoyaltyError::Rejected { reason } => match (&reason.text, reason.fields.first()) {
            (_, Some(problem)) if !problem.texts.is_empty() => problem.texts.join(" "),
            (Some(text), _) => text.clone(),
            (None, _) if reason.kind == RejectionKind::NothingPending => "Begin again.".to_owned(),
            (None, _) => "That is not right.".to_owned(),
        },
        LoyaltyError::UpdateApp { minimum } => format!("Update the app: version {minimum} is needed."),
        LoyaltyError::NotSupported => "This programme does not offer that.".to_owned(),
        LoyaltyError::WrongConfig { field, problem } => format!("{field}: {problem}"),
        LoyaltyError::Internal { id, .. } => format!("Something went wrong. Error {id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        Calendar::new("2026-12-03T13:30:00Z".parse().unwrap(), TimeZone::get("Europe/Berlin").unwrap())
    }

    #[test]
    fn the_line_says_why_and_since_when() {
        let cached = |as_of: &str, reason| Freshness::Cached { as_of: as_of.parse().unwrap(), reason };
        let line = |freshness| calendar().freshness(&freshness);
        assert_eq!(line(cached("2026-12-03T13:05:00Z", StaleReason::Offline)).unwrap(), "No connection · as of 14:05");
        assert_eq!(
            line(cached("2026-12-01T13:05:00Z", StaleReason::SignInAgain)).unwrap(),
            "Sign in again · as of 1 December, 14:05"
        );
        assert_eq!(line(cached("2026-12-03T13:05:00Z", StaleReason::NotAsked)).unwrap(), "As of 14:05");
        assert_eq!(line(Freshness::Live { as_of: "2026-12-03T13:05:00Z".parse().unwrap() }), None);
    }

    #[test]
    fn days_are_the_members_days() {
        let day = |at: &str| calendar().day(at.parse().unwrap());
        assert_eq!(day("2026-12-02T23:30:00Z"), "Today", "it is past midnight in Berlin");
        assert_eq!(day("2026-12-02T12:00:00Z"), "Yesterday");
        assert_eq!(day("2027-01-31T12:00:00Z"), "31 January 2027");
    }

    #[test]
    fn a_store_says_on_its_own_clock_when_it_opens_and_closes() {
        let said = |state: OpenState, zone: Option<&str>| open(&state, &calendar().there(zone, None));
        let until = |at: &str| OpenState::Open { until: Some(at.parse().unwrap()) };
        let opens = |at: &str| OpenState::Closed { opens_at: Some(at.parse().unwrap()) };
        assert_eq!(said(until("2026-12-03T21:00:00Z"), None), "open until 22:00");
        assert_eq!(said(until("2026-12-03T21:00:00Z"), Some("Europe/Moscow")), "open until 00:00");
        assert_eq!(said(opens("2026-12-07T07:00:00Z"), None), "opens Monday 08:00");
        assert_eq!(said(opens("2026-12-12T07:00:00Z"), Some("Mars/Base")), "opens 12 December, 08:00");
        assert_eq!(open(&OpenState::Unknown, &calendar()), "hours not known");
    }

    #[test]
    fn hours_distances_and_attributes_are_in_words() {
        let intervals = vec![OpenInterval { from: 540, to: 750 }, OpenInterval { from: 1_320, to: 1_560 }];
        assert_eq!(hours(&DayHours::Open { intervals }), "09:00–12:30, 22:00–02:00");
        let intervals = vec![OpenInterval { from: 420, to: 1_440 }];
        assert_eq!(hours(&DayHours::Unknown { intervals }), "07:00–24:00, perhaps more");
        assert_eq!([4.0, 344.0, 996.0, 9_949.0, 12_345.0].map(distance), ["0 m", "340 m", "1.0 km", "9.9 km", "12 km"]);
        let said =
            |name: &str, value: &str| attribute(&StoreAttribute { name: name.to_owned(), value: value.to_owned() });
        assert_eq!(said("CustomTradeFormat", "FuelStation"), "Fuel station");
        assert_eq!(said("ChargingPoints", r#"{"ac":4,"dc":2}"#), "Charging points ac:4, dc:2");
        assert_eq!([said("CoffeeShop", "true"), said("Parking", "20")], ["Coffee shop", "Parking 20"]);
    }
}
