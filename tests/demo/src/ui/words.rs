//! What the core leaves to a shell: its own words, dates and amounts as the member reads them.

use jiff::Zoned;
use jiff::tz::TimeZone;
use pocketcard::LoyaltyError;
use pocketcard::balance::{Account, ExpectedPoints};
use pocketcard::card::{RotatingHindrance, Unusable};
use pocketcard::error::RejectionKind;
use pocketcard::offers::rules::{Benefit, Channel, WhyNot};
use pocketcard::offers::{OfferDetail, OfferSchedule, OfferState};
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
    const NAMES: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let names = days.iter().filter_map(|day| NAMES.get(usize::from(*day).checked_sub(1)?).copied());
    names.collect::<Vec<_>>().join(", ")
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
}
