//! The member's card: what is known of it, which code is shown at the till, and for how long that code is good.
//!
//! Pure: the clock, the key and the platform's codes come in as arguments. The rotating code is in [`rotating`],
//! drawing in [`symbol`], a till's check of a code in [`verifier`].

pub mod rotating;
pub mod symbol;
#[cfg(test)]
mod vectors;
pub mod verifier;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::rotating::{CodeError, code_at};
use self::symbol::{Symbol, draw};
use crate::clock::PlatformTime;
use crate::host::ClockReading;
use crate::types::{Freshness, Timestamp};

/// A card as the platform knows it.
///
/// Source: Loymax Public API v1.2, `GET Cards`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The platform's number for it.
    pub id: i64,
    /// What is printed on it.
    pub number: String,
    /// What its linear code holds.
    pub bar_code: String,
    /// What its static QR code holds, where it differs.
    pub qr_content: Option<String>,
    /// Where it is in its life.
    pub state: CardState,
    /// It was blocked.
    pub blocked: bool,
    /// From when on it is no longer accepted.
    pub expires: Option<Timestamp>,
    /// What the programme calls this kind of card.
    pub title: String,
}

/// Where a card is in its life, as far as it matters at a till.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CardState {
    /// Not in use yet: `Creating`, `Created`, `Prepared`, `Packed`, `Emitted`.
    InPreparation,
    /// In use: `Issued`, `Activated`.
    Active,
    /// Another card took its place.
    Replaced,
    /// Past its life.
    Expired,
    /// A state that this version does not know: shown as usable, the till decides.
    Other(String),
}

/// A code that the platform issued for one member and a short time.
///
/// Source: Loymax Public API v1.2, `GET Cards/{id}/QrCode`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCode {
    /// What the till must read.
    pub code: String,
    /// When it was made, by the platform's clock.
    pub from: Timestamp,
    /// When it lapses.
    pub until: Timestamp,
}

/// How the platform wants rotating codes made on the phone. The secret in it lives in the host's secret store only.
///
/// Source: our App API, `cards/{id}/code-key`; the scheme is Google Wallet's `rotatingBarcode`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeKey {
    /// The code with `{totp_timestamp_millis}`, `{totp_timestamp_seconds}` and `{totp_value_0}` to be filled in.
    pub value_pattern: String,
    /// How long one code is shown, in milliseconds; a second to a day.
    pub period_millis: u64,
    /// The shared secret, decoded.
    pub key: Vec<u8>,
    /// Digits of the value, 1 to 9.
    pub value_length: u32,
    /// What the tills read.
    pub symbology: Symbology,
    /// From when on the platform no longer accepts codes of this key.
    pub valid_until: Timestamp,
}

/// A kind of symbol that a till can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum Symbology {
    /// QR code, ISO/IEC 18004.
    Qr,
    /// Aztec code, ISO/IEC 24778.
    Aztec,
    /// PDF417, ISO/IEC 15438.
    Pdf417,
    /// Code 128, ISO/IEC 15417.
    Code128,
    /// EAN-13, ISO/IEC 15420.
    Ean13,
}

/// How the platform's tills read codes.
///
/// Source: our App API, `capabilities.tillCode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillCode {
    /// For rotating and issued codes.
    pub symbology: Symbology,
    /// For the static code.
    pub static_symbology: Symbology,
}

/// All that is known of the member's card. The code key is not kept with the rest: it comes from the secret store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cards {
    /// The one that is shown, of all that the member has.
    pub card: Option<Card>,
    /// The last code that the platform issued for it.
    pub issued: Option<IssuedCode>,
    /// How to make rotating codes for it.
    #[serde(skip)]
    pub key: Option<Arc<CodeKey>>,
    /// What the tills read, where the platform says so.
    pub till: Option<TillCode>,
    /// What the tills of the store read that the member is in, where it differs.
    #[serde(skip)]
    pub here: Option<Symbology>,
    /// The member may ask for a virtual card.
    pub can_issue_virtual: bool,
}

/// What the card screen shows. Times are by the phone's own clock, so that a countdown is right even when that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CardView {
    /// The member has no card, or the platform has not said yet.
    NoCard {
        /// The member may ask for a virtual one.
        can_issue: bool,
        /// How fresh that is.
        freshness: Freshness,
    },
    /// A card that a till takes.
    Ready {
        /// What to hold under the scanner.
        code: CardCode,
        /// The printed number, as the platform has it.
        number: String,
        /// The same for reading out loud, digits in fours.
        number_grouped: String,
        /// What the programme calls this kind of card.
        title: String,
        /// How fresh the card is.
        freshness: Freshness,
    },
    /// A card that no till takes: it is said rather than scanned.
    Unusable {
        /// Why.
        reason: Unusable,
        /// The printed number, as the platform has it.
        number: String,
        /// The same for reading out loud, digits in fours.
        number_grouped: String,
        /// What the programme calls this kind of card.
        title: String,
        /// How fresh the card is.
        freshness: Freshness,
    },
}

/// Why a card cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Unusable {
    /// The member or the programme blocked it.
    Blocked,
    /// Another card took its place.
    Replaced,
    /// Its life is over.
    Expired,
    /// It is being prepared.
    NotYetActive,
}

/// A code as a screen shows it.
#[derive(Clone, PartialEq, Eq, uniffi::Record)]
pub struct CardCode {
    /// Where it comes from.
    pub kind: CodeKind,
    /// What the symbol says, or the printed number where there is no symbol.
    pub text: String,
    /// What to draw; none for [`CodeKind::NumberOnly`].
    pub symbol: Option<Symbol>,
    /// Since when it is the one to show, by the phone's clock; none: always.
    pub valid_from: Option<Timestamp>,
    /// When it lapses, by the phone's clock; none: never. Pull the view again then.
    pub valid_until: Option<Timestamp>,
    /// Why there is no rotating code, where the platform has them.
    pub why_not_rotating: Option<RotatingHindrance>,
}

/// Hides the code, which would open the member's account to whoever reads a log.
impl std::fmt::Debug for CardCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CardCode")
            .field("kind", &self.kind)
            .field("symbol", &self.symbol)
            .field("valid_from", &self.valid_from)
            .field("valid_until", &self.valid_until)
            .field("why_not_rotating", &self.why_not_rotating)
            .finish_non_exhaustive()
    }
}

/// Where a code comes from, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CodeKind {
    /// Computed on the phone.
    Rotating {
        /// How long each code is shown.
        period: Duration,
    },
    /// Issued by the platform for a short time.
    Issued,
    /// The card's own, which never changes.
    Static,
    /// Nothing that could be drawn: the cashier types the number.
    NumberOnly,
}

/// What keeps the rotating code off the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum RotatingHindrance {
    /// The time is not known well enough; a moment online mends it.
    ClockUnsure,
    /// The key has lapsed; a moment online mends it.
    KeyExpired,
    /// The tills' symbology cannot hold it, or the key is no good: for the programme to mend.
    CannotBeDrawn,
}

impl Cards {
    /// The id of the card that is shown.
    pub(crate) fn card_id(&self) -> Option<i64> {
        self.card.as_ref().map(|card| card.id)
    }

    /// Takes the platform's list. Another card's codes go with the card that they were for.
    pub(crate) fn replace(&mut self, cards: Vec<Card>, can_issue_virtual: bool, now: Timestamp) {
        let card = choose(cards, now);
        if card.as_ref().map(|card| card.id) != self.card_id() {
            self.issued = None;
            self.key = None;
        }
        self.card = card;
        self.can_issue_virtual = can_issue_virtual;
    }
}

/// The card to show out of the platform's list: one that a till takes before one that is not active yet, then blocked,
/// expired and replaced ones; among equals the one that lives longest, then the newest (highest id).
pub(crate) fn choose(cards: Vec<Card>, now: Timestamp) -> Option<Card> {
    cards.into_iter().max_by_key(|card| {
        let rank = match unusable(card, now) {
            None => 4,
            Some(Unusable::NotYetActive) => 3,
            Some(Unusable::Blocked) => 2,
            Some(Unusable::Expired) => 1,
            Some(Unusable::Replaced) => 0,
        };
        (rank, card.expires.unwrap_or(Timestamp::MAX), card.id)
    })
}

/// What the card screen shows at `now`, which is the platform's time at `reading`.
pub(crate) fn view(cards: &Cards, freshness: Freshness, now: PlatformTime, reading: &ClockReading) -> CardView {
    let Some(card) = &cards.card else { return CardView::NoCard { can_issue: cards.can_issue_virtual, freshness } };
    let (number, number_grouped, title) = (card.number.clone(), grouped(&card.number), card.title.clone());
    match unusable(card, now.at) {
        Some(reason) => CardView::Unusable { reason, number, number_grouped, title, freshness },
        None => CardView::Ready { code: best(cards, card, now, reading), number, number_grouped, title, freshness },
    }
}

/// The next instant, in the platform's time, at which the view changes by itself; none: not before something is learned.
/// Until then it can be kept, as long as the platform's time neither goes back nor moves against the phone's wall clock.
pub(crate) fn next_change(cards: &Cards, now: PlatformTime) -> Option<Timestamp> {
    let key = cards.key.as_deref();
    let rotating = key.and_then(|key| code_at(key, now).ok());
    [
        rotating.map(|code| code.until),
        key.map(|key| key.valid_until),
        cards.issued.as_ref().map(|issued| issued.until),
        cards.card.as_ref().and_then(|card| card.expires),
    ]
    .into_iter()
    .flatten()
    .filter(|&instant| instant > now.at)
    .min()
}

/// The card for which a code should be issued now: there is none, or it has less than a fifth of its life left, an hour at
/// most. None where the member has no card that a till takes.
pub(crate) fn renewal_due(cards: &Cards, now: PlatformTime) -> Option<i64> {
    let card = cards.card.as_ref().filter(|card| unusable(card, now.at).is_none())?;
    let fresh = cards.issued.as_ref().filter(|issued| issued.from < issued.until).is_some_and(|issued| {
        let life = issued.until.duration_since(issued.from);
        let left = issued.until.duration_since(now.at);
        left >= (life / 5).min(jiff::SignedDuration::from_hours(1))
    });
    (!fresh).then_some(card.id)
}

fn unusable(card: &Card, now: Timestamp) -> Option<Unusable> {
    match card.state {
        CardState::Replaced => Some(Unusable::Replaced),
        _ if card.blocked => Some(Unusable::Blocked),
        CardState::Expired => Some(Unusable::Expired),
        _ if card.expires.is_some_and(|expires| expires <= now) => Some(Unusable::Expired),
        CardState::InPreparation => Some(Unusable::NotYetActive),
        CardState::Active | CardState::Other(_) => None,
    }
}

/// The best code that there is and that can be drawn.
fn best(cards: &Cards, card: &Card, now: PlatformTime, reading: &ClockReading) -> CardCode {
    let wall = |instant| Some(now.on_the_wall(reading, instant));
    let why_not_rotating = match cards.key.as_deref().map(|key| (key, code_at(key, now))) {
        None => None,
        Some((key, Ok(code))) => match draw_best(cards.here, key.symbology, &code.text) {
            Some(symbol) => {
                return CardCode {
                    kind: CodeKind::Rotating { period: Duration::from_millis(key.period_millis) },
                    text: code.text,
                    symbol: Some(symbol),
                    valid_from: wall(code.from),
                    valid_until: wall(code.until),
                    why_not_rotating: None,
                };
            }
            None => Some(RotatingHindrance::CannotBeDrawn),
        },
        Some((_, Err(CodeError::ClockUnsure))) => Some(RotatingHindrance::ClockUnsure),
        Some((_, Err(CodeError::KeyExpired))) => Some(RotatingHindrance::KeyExpired),
        Some((_, Err(CodeError::KeyUnusable))) => Some(RotatingHindrance::CannotBeDrawn),
    };
    // `from` is not held against it: a platform that issues a code takes it at once.
    let issued = cards.issued.as_ref().filter(|issued| issued.from < issued.until && now.at < issued.until);
    if let Some(issued) = issued
        && let Some(symbol) =
            draw_best(cards.here, cards.till.map_or(Symbology::Qr, |till| till.symbology), &issued.code)
    {
        return CardCode {
            kind: CodeKind::Issued,
            text: issued.code.clone(),
            symbol: Some(symbol),
            valid_from: wall(issued.from),
            valid_until: wall(issued.until),
            why_not_rotating,
        };
    }
    let lasting =
        |kind, text, symbol| CardCode { kind, text, symbol, valid_from: None, valid_until: None, why_not_rotating };
    match lasting_code(card.qr_content.as_deref(), Some(&card.bar_code), cards.here, cards.till) {
        Some((text, symbol)) => lasting(CodeKind::Static, text, Some(symbol)),
        None => lasting(CodeKind::NumberOnly, card.number.clone(), None),
    }
}

/// A code in what the tills here read, where that can hold it, else in what the programme's do.
fn draw_best(here: Option<Symbology>, programme: Symbology, text: &str) -> Option<Symbol> {
    here.and_then(|here| draw(here, text).ok()).or_else(|| draw(programme, text).ok())
}

/// A code that never changes, in what the tills here read, else in what the programme's do, else as Code 128, which is what
/// cards bear, else as a QR code. `qr_content` is what a matrix symbol says, `bar_code` what a linear one says; one stands
/// in for the other.
pub(crate) fn lasting_code(
    qr_content: Option<&str>,
    bar_code: Option<&str>,
    here: Option<Symbology>,
    till: Option<TillCode>,
) -> Option<(String, Symbol)> {
    let qr_content = qr_content.filter(|text| !text.is_empty());
    let bar_code = bar_code.filter(|text| !text.is_empty());
    let usual = if qr_content.is_some() { Symbology::Qr } else { Symbology::Code128 };
    let asked = till.map_or(usual, |till| till.static_symbology);
    [here.unwrap_or(asked), asked, Symbology::Code128, Symbology::Qr].into_iter().find_map(|symbology| {
        let text = match symbology {
            Symbology::Qr | Symbology::Aztec | Symbology::Pdf417 => qr_content.or(bar_code),
            Symbology::Code128 | Symbology::Ean13 => bar_code.or(qr_content),
        }?;
        Some((text.to_owned(), draw(symbology, text).ok()?))
    })
}

/// Digits in fours; anything else as it is.
fn grouped(number: &str) -> String {
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut grouped = String::with_capacity(number.len() * 5 / 4);
    for (place, digit) in number.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn card() -> Card {
        Card {
            id: 7,
            number: "1001877399942".to_owned(),
            bar_code: "4006381333931".to_owned(),
            qr_content: Some("Q-1001877399942".to_owned()),
            state: CardState::Active,
            blocked: false,
            expires: None,
            title: "Gold".to_owned(),
        }
    }

    fn cards() -> Cards {
        let key = CodeKey {
            value_pattern: "M1001.{totp_value_0}".to_owned(),
            period_millis: 30_000,
            key: b"12345678901234567890".to_vec(),
            value_length: 8,
            symbology: Symbology::Aztec,
            valid_until: at(100_000),
        };
        Cards {
            card: Some(card()),
            issued: Some(IssuedCode { code: "ISSUED-1".to_owned(), from: at(-3_600), until: at(82_800) }),
            key: Some(Arc::new(key)),
            till: Some(TillCode { symbology: Symbology::Qr, static_symbology: Symbology::Ean13 }),
            here: None,
            can_issue_virtual: true,
        }
    }

    /// The phone's clock is an hour ahead.
    fn reading(now: PlatformTime) -> ClockReading {
        let wall = crate::clock::later(now.at, Duration::from_hours(1));
        ClockReading { wall, since_boot: Duration::ZERO, boot: None }
    }

    fn look(cards: &Cards, now: PlatformTime) -> CardView {
        view(cards, Freshness::Live { as_of: at(0) }, now, &reading(now))
    }

    fn code(cards: &Cards, now: PlatformTime) -> CardCode {
        match look(cards, now) {
            CardView::Ready { code, .. } => code,
            other => panic!("{other:?}"),
        }
    }

    fn reason(card: Card) -> Option<Unusable> {
        match look(&Cards { card: Some(card), ..cards() }, PlatformTime::exact(at(0))) {
            CardView::Unusable { reason, .. } => Some(reason),
            _ => None,
        }
    }

    fn drawn(code: &CardCode) -> Option<Symbology> {
        code.symbol.as_ref().map(|symbol| symbol.symbology)
    }

    #[test]
    fn the_best_code_is_shown() {
        let (sure, unsure) = (PlatformTime::exact(at(0)), PlatformTime { at: at(0), within: None });
        let mut cards = cards();
        let rotating = code(&cards, sure);
        assert_eq!(rotating.kind, CodeKind::Rotating { period: Duration::from_secs(30) });
        assert_eq!(drawn(&rotating), Some(Symbology::Aztec));
        // The period ends in 10 s by the platform, and by the phone's clock an hour later.
        assert_eq!(rotating.valid_until, Some(at(3_610)));
        assert_eq!(next_change(&cards, sure), Some(at(10)));

        let issued = code(&cards, unsure);
        assert_eq!((issued.kind, issued.text.as_str()), (CodeKind::Issued, "ISSUED-1"));
        assert_eq!(issued.why_not_rotating, Some(RotatingHindrance::ClockUnsure));
        assert_eq!(issued.valid_until, Some(at(86_400)));
        assert_eq!(next_change(&cards, unsure), Some(at(82_800)));

        let late = PlatformTime::exact(at(100_000));
        let fixed = code(&cards, late);
        assert_eq!((fixed.kind, fixed.text.as_str()), (CodeKind::Static, "4006381333931"));
        assert_eq!(fixed.why_not_rotating, Some(RotatingHindrance::KeyExpired));
        assert_eq!((drawn(&fixed), fixed.valid_until, next_change(&cards, late)), (Some(Symbology::Ean13), None, None));

        cards.card = Some(Card { bar_code: String::new(), qr_content: None, ..card() });
        let number = code(&cards, late);
        assert_eq!((number.kind, number.text.as_str(), drawn(&number)), (CodeKind::NumberOnly, "1001877399942", None));
    }

    #[test]
    fn what_the_symbology_cannot_hold_gives_way() {
        let now = PlatformTime::exact(at(0));
        let mut cards = cards();
        cards.key = cards.key.map(|key| Arc::new(CodeKey { symbology: Symbology::Ean13, ..(*key).clone() }));
        let issued = code(&cards, now);
        assert_eq!((issued.kind, issued.why_not_rotating), (CodeKind::Issued, Some(RotatingHindrance::CannotBeDrawn)));
        cards.till = Some(TillCode { symbology: Symbology::Ean13, static_symbology: Symbology::Ean13 });
        assert_eq!(code(&cards, now).kind, CodeKind::Static);
        cards.card = Some(Card { bar_code: "not a number".to_owned(), ..card() });
        assert_eq!(drawn(&code(&cards, now)), Some(Symbology::Code128));
        cards.card = Some(Card { bar_code: "Ё".to_owned(), ..card() });
        assert_eq!(drawn(&code(&cards, now)), Some(Symbology::Qr));
    }

    #[test]
    fn the_tills_of_the_store_that_the_member_is_in_come_first() {
        let (now, late) = (PlatformTime::exact(at(0)), PlatformTime::exact(at(100_000)));
        let mut cards = Cards { here: Some(Symbology::Pdf417), ..cards() };
        assert_eq!(drawn(&code(&cards, now)), Some(Symbology::Pdf417));
        let fixed = code(&cards, late);
        assert_eq!((drawn(&fixed), fixed.text.as_str()), (Some(Symbology::Pdf417), "Q-1001877399942"));
        // What cannot hold a code gives way to what the programme's tills read.
        cards.here = Some(Symbology::Ean13);
        assert_eq!(code(&cards, now).kind, CodeKind::Rotating { period: Duration::from_secs(30) });
        assert_eq!(drawn(&code(&cards, now)), Some(Symbology::Aztec));
        cards.key = None;
        assert_eq!(drawn(&code(&cards, now)), Some(Symbology::Qr));
        assert_eq!(drawn(&code(&cards, late)), Some(Symbology::Ean13));
        assert!(!serde_json::to_string(&cards).unwrap().contains("here"), "where the member is, is not kept");
    }

    #[test]
    fn an_issued_code_without_a_life_is_not_shown() {
        let mut cards = Cards { key: None, ..cards() };
        cards.issued = Some(IssuedCode { code: "X".to_owned(), from: at(10), until: at(10) });
        assert_eq!(code(&cards, PlatformTime::exact(at(0))).kind, CodeKind::Static);
        assert_eq!(renewal_due(&cards, PlatformTime::exact(at(0))), Some(7));
    }

    #[test]
    fn a_card_that_no_till_takes_says_so() {
        assert_eq!(reason(card()), None);
        assert_eq!(reason(Card { state: CardState::Other("Lent".to_owned()), ..card() }), None);
        assert_eq!(reason(Card { blocked: true, ..card() }), Some(Unusable::Blocked));
        assert_eq!(reason(Card { state: CardState::Replaced, blocked: true, ..card() }), Some(Unusable::Replaced));
        assert_eq!(reason(Card { state: CardState::Expired, ..card() }), Some(Unusable::Expired));
        assert_eq!(reason(Card { expires: Some(at(0)), ..card() }), Some(Unusable::Expired));
        assert_eq!(reason(Card { expires: Some(at(1)), ..card() }), None);
        assert_eq!(reason(Card { state: CardState::InPreparation, ..card() }), Some(Unusable::NotYetActive));
        let none = look(&Cards { card: None, ..cards() }, PlatformTime::exact(at(0)));
        assert!(matches!(none, CardView::NoCard { can_issue: true, .. }));
    }

    #[test]
    fn the_usable_card_is_chosen() {
        let list = vec![
            Card { id: 9, blocked: true, ..card() },
            Card { id: 8, expires: Some(at(-1)), ..card() },
            Card { id: 2, expires: Some(at(9)), ..card() },
            Card { id: 1, ..card() },
            Card { id: 3, state: CardState::InPreparation, ..card() },
        ];
        assert_eq!(choose(list, at(0)).map(|card| card.id), Some(1));
        assert_eq!(choose(Vec::new(), at(0)), None);
    }

    #[test]
    fn an_issued_code_is_renewed_before_it_lapses() {
        let due = |cards: &Cards, second| renewal_due(cards, PlatformTime::exact(at(second)));
        // A day long: an hour ahead. Ten minutes long: two ahead.
        assert_eq!((due(&cards(), 79_200), due(&cards(), 79_201)), (None, Some(7)));
        let short = Cards { issued: Some(IssuedCode { code: "X".to_owned(), from: at(0), until: at(600) }), ..cards() };
        assert_eq!((due(&short, 480), due(&short, 481), due(&short, 9_999)), (None, Some(7), Some(7)));
        assert_eq!(due(&Cards { issued: None, ..cards() }, 0), Some(7));
        assert_eq!(due(&Cards { card: Some(Card { blocked: true, ..card() }), issued: None, ..cards() }, 0), None);
    }

    #[test]
    fn the_key_is_not_kept_with_the_rest() {
        let kept = serde_json::to_string(&cards()).unwrap();
        assert!(!kept.contains("key") && !kept.contains("M1001"));
        assert_eq!(serde_json::from_str::<Cards>(&kept).unwrap(), Cards { key: None, ..cards() });
    }

    #[test]
    fn numbers_are_grouped_for_reading() {
        assert_eq!(grouped("1001877399942"), "1001 8773 9994 2");
        assert_eq!(grouped("AB-12345"), "AB-12345");
        assert_eq!(grouped(""), "");
    }
}
