//! The screens as they are drawn, on a terminal in memory.

use jiff::SignedDuration;
use pocketcard::balance::{Account, BalanceView, DatedAmount, Tier, TierLadder};
use pocketcard::card::symbol::draw as draw_symbol;
use pocketcard::card::{CardCode, CardView, CodeKind, Symbology, Unusable};
use pocketcard::history::{HistoryEntry, HistoryView, HistoryWhat};
use pocketcard::session::{Member, PendingStep, SessionView};
use pocketcard::types::{Currency, Decimal, Money, StaleReason, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget;

use super::symbol::{Cells, ON_LIGHT};
use super::*;
use crate::model::{Act, Done};
use crate::till::{Customer, Goods, Receipt};

/// Half past two in Berlin.
const NOW: &str = "2026-12-03T13:30:00Z";
const CODE: &str = "PC1.1001877399942540.1796304600.94287082";

fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

fn decimal(amount: &str) -> Decimal {
    amount.parse().unwrap()
}

fn card() -> CardView {
    CardView::Ready {
        code: CardCode {
            kind: CodeKind::Rotating { period: std::time::Duration::from_secs(30) },
            text: CODE.to_owned(),
            symbol: Some(draw_symbol(Symbology::Qr, CODE).unwrap()),
            valid_from: Some(at(NOW)),
            valid_until: Some(at(NOW) + SignedDuration::from_millis(11_800)),
            why_not_rotating: None,
        },
        number: "1001877399942540".to_owned(),
        number_grouped: "1001 8773 9994 2540".to_owned(),
        title: "Virtual card".to_owned(),
        freshness: live(),
    }
}

fn live() -> Freshness {
    Freshness::Live { as_of: at(NOW) }
}

fn balance() -> BalanceView {
    let currency = Currency {
        id: 1,
        name: "Points".to_owned(),
        code: "POINTS".to_owned(),
        nominative: "point".to_owned(),
        genitive: "points".to_owned(),
        plural: "points".to_owned(),
        abbreviation: "pts".to_owned(),
    };
    let dated = |amount: &str, time: &str| DatedAmount { amount: decimal(amount), at: at(time) };
    let tier =
        |name: &str, threshold: &str| Tier { name: name.to_owned(), threshold: decimal(threshold), description: None };
    BalanceView {
        accounts: vec![Account {
            currency,
            available: decimal("420.50"),
            pending: decimal("120"),
            blocked: false,
            activations: vec![dated("120", "2026-12-06T12:00:00Z")],
            expirations: vec![dated("80", "2026-12-31T12:00:00Z")],
            later: Vec::new(),
        }],
        tiers: vec![TierLadder {
            name: "Tier".to_owned(),
            logical_name: "tier".to_owned(),
            tiers: vec![tier("Silver", "500"), tier("Gold", "2000")],
            current: Some(tier("Silver", "500")),
            value: decimal("1000"),
            next_at: Some(decimal("2000")),
        }],
        freshness: live(),
        tiers_freshness: live(),
    }
}

fn history() -> HistoryView {
    let points = |amount: &str| Money { amount: decimal(amount), currency: "pts".to_owned() };
    let entry = |id: &str, time: &str, what| HistoryEntry {
        id: id.to_owned(),
        at: at(time),
        description: None,
        store: Some("Pocket Market".to_owned()),
        what,
    };
    let purchase = |refund, spent, earned| HistoryWhat::Purchase {
        amount: Money { amount: decimal("18.97"), currency: "EUR".to_owned() },
        refund,
        receipt: None,
        items: Vec::new(),
        spent: vec![points(spent)],
        earned: vec![points(earned)],
    };
    HistoryView {
        entries: vec![
            entry("2", "2026-12-03T09:00:00Z", purchase(true, "5", "-0.7")),
            entry("1", "2026-12-02T09:00:00Z", purchase(false, "5", "0.7")),
        ],
        more: false,
        freshness: live(),
    }
}

fn signed_in() -> SessionView {
    let member = Member {
        id: 1,
        first_name: Some("Anna".to_owned()),
        last_name: None,
        phone: Some("+49********01".to_owned()),
        email: None,
    };
    SessionView::SignedIn { member: Some(member), deletion_code: None }
}

fn model() -> Model {
    let views = Views { session: signed_in(), card: card(), balance: balance(), history: history() };
    let goods = [("Coffee beans, 1 kg", "14.99"), ("Dark chocolate", "1.99")].map(|(name, price)| Goods {
        id: name.to_owned(),
        name: name.to_owned(),
        price: decimal(price),
    });
    Model::new(Some(views), at(NOW), goods.to_vec(), "+49 171 3920001".to_owned())
}

fn drawn(model: &Model, size: Size) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(size.width, size.height)).unwrap();
    terminal.draw(|frame| draw(frame, model)).unwrap();
    terminal.backend().buffer().clone()
}

const SMALL: Size = Size::new(80, 24);
const LARGE: Size = Size::new(120, 40);

fn text(model: &Model, size: Size) -> String {
    let buffer = drawn(model, size);
    let rows = buffer.area.rows();
    rows.map(|row| row.columns().map(|cell| buffer[cell.as_position()].symbol()).collect::<String>() + "\n").collect()
}

#[track_caller]
fn shows(model: &Model, size: Size, wanted: &[&str]) {
    let text = text(model, size);
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in\n{text}");
    }
}

fn press(model: &mut Model, key: KeyCode) -> Option<Act> {
    model.key(KeyEvent::new(key, KeyModifiers::NONE))
}

/// Whether the symbol stands somewhere on the screen, cell by cell as [`Cells`] draws it; its quiet zone included.
fn has_symbol(buffer: &Buffer, scale: u32) -> bool {
    let symbol = draw_symbol(Symbology::Qr, CODE).unwrap();
    let cells = Cells::fitting(&symbol, buffer.area.as_size(), scale).unwrap();
    let Size { width, height } = cells.size();
    let mut wanted = Buffer::empty(Rect::new(0, 0, width, height));
    cells.render(wanted.area, &mut wanted);
    let stands_at = |left: u16, top: u16| {
        wanted.area.positions().all(|place| buffer[(left + place.x, top + place.y)] == wanted[place])
    };
    let (right, bottom) = (buffer.area.width - width, buffer.area.height - height);
    (0..=right).any(|left| (0..=bottom).any(|top| stands_at(left, top)))
}

#[test]
fn the_card_fits_a_small_terminal_and_a_large_one() {
    for size in [SMALL, LARGE] {
        assert!(has_symbol(&drawn(&model(), size), 1));
        shows(&model(), size, &["1001 8773 9994 2540", "◑ new code in 12 s", "Till · Pocket Market"]);
    }
    shows(&model(), LARGE, &["Virtual card · Silver · 420.5 points"]);
}

#[test]
fn a_pane_without_room_says_so_instead_of_a_broken_symbol() {
    let size = Size::new(80, 20);
    assert!(!drawn(&model(), size).content.iter().any(|cell| cell.bg == ON_LIGHT.bg.unwrap()));
    shows(&model(), size, &["no room for the symbol", "needs 37 columns and 19 rows", "1001 8773 9994 2540"]);
    // Nothing panics, however small.
    for (width, height) in [(1, 1), (10, 3), (41, 24), (200, 5)] {
        drawn(&model(), Size::new(width, height));
    }
}

#[test]
fn enlarged_there_is_nothing_but_symbol_and_number_on_white() {
    let mut model = model();
    press(&mut model, KeyCode::Char('z'));
    let buffer = drawn(&model, LARGE);
    assert!(has_symbol(&buffer, 2), "twice as large");
    assert!(buffer.content.iter().all(|cell| cell.bg == ON_LIGHT.bg.unwrap()));
    shows(&model, LARGE, &["1001 8773 9994 2540"]);
    assert!(!text(&model, LARGE).contains("Till"));
}

#[test]
fn a_card_that_cannot_be_used_has_no_symbol() {
    let mut model = model();
    let unusable = CardView::Unusable {
        reason: Unusable::Blocked,
        number: "1001877399942540".to_owned(),
        number_grouped: "1001 8773 9994 2540".to_owned(),
        title: "Virtual card".to_owned(),
        freshness: live(),
    };
    model.views.as_mut().unwrap().card = unusable;
    shows(&model, SMALL, &["This card is blocked.", "1001 8773 9994 2540"]);
    assert_eq!(press(&mut model, KeyCode::Char('s')), None);
    shows(&model, SMALL, &["✗ There is no code on the phone."]);
}

#[test]
fn the_thin_line_says_since_when_and_never_covers_the_code() {
    let mut model = model();
    let views = model.views.as_mut().unwrap();
    views.balance.freshness = Freshness::Cached { as_of: at("2026-12-03T13:05:00Z"), reason: StaleReason::Offline };
    if let CardView::Ready { freshness, .. } = &mut views.card {
        freshness.clone_from(&views.balance.freshness);
    }
    shows(&model, SMALL, &["No connection · as of 14:05"]);
    assert!(has_symbol(&drawn(&model, SMALL), 1));
    model.screen = Screen::Balance;
    shows(&model, SMALL, &["No connection · as of 14:05"]);
    model.screen = Screen::History;
    assert!(!text(&model, SMALL).contains("No connection"), "the history is live");
}

#[test]
fn the_balance_never_adds_up_what_is_not_spendable() {
    let mut model = model();
    press(&mut model, KeyCode::Char('2'));
    let wanted =
        ["420.5 points", "+120 on 6 December", "80 expire on 31 December", "Silver", "1000 of 2000 to Gold", "━─"];
    shows(&model, SMALL, &wanted);
}

#[test]
fn the_history_goes_by_day() {
    let mut model = model();
    press(&mut model, KeyCode::Char('3'));
    let wanted =
        [" Today", "10:00 Refund  ", "18.97 EUR", "+5 pts −0.7 pts", " Yesterday", "Purchase", "−5 pts +0.7 pts"];
    shows(&model, SMALL, &wanted);
}

#[test]
fn a_sign_in_goes_from_number_to_code_to_card() {
    let mut model = model();
    let mut views = model.views.clone().unwrap();
    let freshness = Freshness::Unknown { reason: StaleReason::NotAsked };
    views.session = SessionView::SignedOut { step: None };
    views.card = CardView::NoCard { can_issue: false, freshness };
    model.show(Some(views.clone()));
    shows(&model, SMALL, &["There is no card on this phone.", "Sign in"]);
    assert_eq!(press(&mut model, KeyCode::Enter), None);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::SignIn("+49 171 3920001".to_owned())));

    let login = "+49 171 3920001".to_owned();
    views.session = SessionView::SignedOut { step: Some(PendingStep::SignInCode { login, sent_at: at(NOW) }) };
    model.show(Some(views.clone()));
    shows(&model, SMALL, &["We sent a code to +49 171 3920001"]);
    for digit in "123456".chars() {
        press(&mut model, KeyCode::Char(digit));
    }
    shows(&model, SMALL, &["[ 123456▏ ]"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::ConfirmCode("123456".to_owned())));
    model.done(Done::Phone(Some("That is not right. Tries left: 4.".to_owned())));
    shows(&model, SMALL, &["Tries left: 4."]);

    views.session = signed_in();
    model.show(Some(views));
    assert_eq!((model.screen, model.typing), (Screen::Card, None));
}

#[test]
fn the_till_sells_what_is_on_the_counter() {
    let mut model = model();
    assert!(matches!(press(&mut model, KeyCode::Char('s')), Some(Act::Scan(_))));
    assert_eq!(press(&mut model, KeyCode::Char('m')), None, "to nobody it sells nothing");
    let customer = Customer {
        sale: "1".to_owned(),
        how: "rotatingCode".to_owned(),
        first_name: "Anna".to_owned(),
        tier: "Silver".to_owned(),
        spendable: decimal("420.5"),
    };
    model.done(Done::Identified(Ok(customer)));
    for key in ['+', '+'] {
        press(&mut model, KeyCode::Char(key));
    }
    shows(&model, SMALL, &["✓ Anna, Silver, 420.5 pts", "2 × Coffee beans, 1 kg", "Total   29.98"]);
    assert!(matches!(press(&mut model, KeyCode::Char('p')), Some(Act::Sell { with_points: true, .. })));
    let receipt = Receipt {
        purchase: "1".to_owned(),
        total: decimal("29.98"),
        money: decimal("0"),
        points: decimal("29.98"),
        earned: decimal("0"),
        earned_later: decimal("0.6"),
        balance: decimal("390.52"),
        can_come_back: true,
    };
    model.done(Done::Sold(Ok(receipt)));
    shows(&model, SMALL, &["Receipt  29.98 EUR", "paid 0.00 EUR and 29.98 pts", "+0 pts, +0.6 later; now 390.52 pts"]);
    assert!(matches!(press(&mut model, KeyCode::Char('r')), Some(Act::Refund(_))));
    assert_eq!(model.paste("PC1.1\n"), Some(Act::Identify("PC1.1".to_owned())));
}

#[test]
fn the_keys_have_a_page() {
    let mut model = model();
    press(&mut model, KeyCode::Char('?'));
    shows(&model, SMALL, &["kill the app hard", "quit"]);
    assert_eq!(press(&mut model, KeyCode::Char('q')), Some(Act::Quit));
}
