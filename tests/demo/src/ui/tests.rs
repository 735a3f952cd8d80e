//! The screens as they are drawn, on a terminal in memory.

use jiff::SignedDuration;
use pocketcard::balance::{Account, BalanceView, DatedAmount, ExpectedPoints, Tier, TierLadder};
use pocketcard::card::symbol::draw as draw_symbol;
use pocketcard::card::{CardCode, CardView, CodeKind, Symbology, Unusable};
use pocketcard::consents::ConsentsView;
use pocketcard::events::{Activity, DropReason, Dropped, OutboxView, RefusedEvent};
use pocketcard::history::{HistoryEntry, HistoryView, HistoryWhat};
use pocketcard::inbox::{InboxView, Message};
use pocketcard::links::Route;
use pocketcard::offers::favourites::FavouritesView;
use pocketcard::offers::rules::{Benefit, Channel, WhyNot};
use pocketcard::offers::{
    Applies, OfferCode, OfferDetail, OfferId, OfferKind, OfferSchedule, OfferState, OfferView, OffersView,
};
use pocketcard::push::{IgnoredPushes, Notification, NotificationChannel, PushIgnored};
use pocketcard::session::{Member, PendingStep, SessionView};
use pocketcard::stores::hours::{DayHours, OpenInterval, OpenState, StoreDay};
use pocketcard::stores::{
    AttributeFilter, GoodsView, NoStores, OpenWhen, StockAnswer, StockRow, StockView, StoreAddress, StoreAttribute,
    StoreFilter, StorePage, StoreRow, StoresPlace, StoresQuery, StoresView,
};
use pocketcard::tasks::{
    Badge, Celebration, Game, GameKind, GameOutcome, Level, NextStep, Participation, Reward, StreakDot, StreakMark,
    TaskAnswer, TaskKind, TaskOption, TaskQuestionKind, TaskQuestionView, TaskSetView, TaskState, TaskView, TasksView,
};
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
use crate::offers::{Campaign, Filter};
use crate::phone::Offers;
use crate::stores::{Asked, HERE, Told};
use crate::tasks::Played;
use crate::till::{Customer, Goods, Receipt, Tried};

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
        expected: Vec::new(),
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

fn task(id: &str, title: &str, kind: TaskKind, target: &str, confirmed: &str) -> TaskView {
    TaskView {
        id: id.to_owned(),
        title: title.to_owned(),
        description: format!("What to do for {id}."),
        image_url: None,
        kind,
        target: decimal(target),
        confirmed: decimal(confirmed),
        waiting: Decimal::ZERO,
        completions: 0,
        state: TaskState::Open,
        participation: Participation::Automatic,
        refused: None,
        next: NextStep::Do { remaining: decimal(target) - decimal(confirmed) },
        ends: None,
        reward: Some(points("10")),
        streak: Vec::new(),
        questions: Vec::new(),
    }
}

fn points(amount: &str) -> Reward {
    let points = ExpectedPoints { currency_code: "POINTS".to_owned(), amount: decimal(amount) };
    Reward { points: Some(points), offer: None, badge: None }
}

/// What a programme has at most: a set, a task of each kind, a game, a badge, a level.
fn tasks() -> TasksView {
    let dot = |from: &str, mark, now| StreakDot { from: from.to_owned(), mark, now };
    let question = |id, title: &str, kind, options: &[(i64, &str)]| TaskQuestionView {
        id,
        title: title.to_owned(),
        kind,
        options: options.iter().map(|(id, name)| TaskOption { id: *id, name: (*name).to_owned() }).collect(),
        value: None,
        answered: false,
    };
    let marathon = TaskView {
        waiting: decimal("1"),
        participation: Participation::In,
        next: NextStep::ComeBack,
        ends: Some(at("2026-12-03T17:00:00Z")),
        reward: Some(Reward { badge: Some("healthy-eater".to_owned()), ..points("200") }),
        streak: vec![
            dot("2026-11-30", StreakMark::Counted, false),
            dot("2026-12-01", StreakMark::Missed, false),
            dot("2026-12-02", StreakMark::Counted, false),
            dot("2026-12-03", StreakMark::Waiting, true),
        ],
        ..task("marathon", "Healthy eating marathon", TaskKind::Streak, "5", "2")
    };
    let questionnaire = TaskView {
        next: NextStep::Answer { left: 2 },
        questions: vec![
            question(1, "Where do you shop?", TaskQuestionKind::Choice, &[(11, "In the store"), (12, "Online")]),
            question(2, "How many eat at your table?", TaskQuestionKind::Number, &[]),
        ],
        ..task("questionnaire", "Tell us what you like", TaskKind::Questionnaire, "2", "0")
    };
    TasksView {
        sets: vec![TaskSetView {
            id: "getting-started".to_owned(),
            title: "Getting started".to_owned(),
            tasks: ["install", "questionnaire", "store", "review", "invite"].map(str::to_owned).to_vec(),
            done: 2,
            waiting: 1,
            reward: Some(points("50")),
            completed: false,
        }],
        tasks: vec![
            marathon,
            questionnaire,
            TaskView {
                participation: Participation::Out,
                next: NextStep::TakePart,
                ..task("weekly", "Buy for 50 euros within a week", TaskKind::Amount, "50", "24.5")
            },
            TaskView {
                state: TaskState::DoneWaiting,
                next: NextStep::Wait,
                ..task("store", "Look at a store", TaskKind::Count, "1", "0")
            },
            TaskView {
                state: TaskState::Done,
                next: NextStep::Nothing,
                ..task("install", "Install the app", TaskKind::Count, "1", "1")
            },
        ],
        celebrations: Vec::new(),
        badges: vec![Badge {
            id: "healthy-eater".to_owned(),
            title: "Healthy eater".to_owned(),
            image_url: None,
            awarded: None,
        }],
        level: Some(Level { name: "Newcomer".to_owned(), number: 1, value: decimal("1"), next: Some(decimal("3")) }),
        games: vec![Game {
            id: "wheel".to_owned(),
            title: "Lucky wheel".to_owned(),
            kind: GameKind::Wheel,
            sectors: ["5 points", "Not this time"].map(str::to_owned).to_vec(),
            plays_left: 1,
            until: None,
        }],
        expected: Vec::new(),
        freshness: live(),
    }
}

fn outbox() -> OutboxView {
    OutboxView {
        queued: 0,
        oldest: None,
        sent: 12,
        dropped: Vec::new(),
        refused: Vec::new(),
        acts: 0,
        receipts: 0,
        ignored_pushes: Vec::new(),
        ignored_links: 0,
        stopped: None,
    }
}

fn offer(id: OfferId, kind: OfferKind, title: &str, state: OfferState, gives: Benefit) -> OfferView {
    OfferView {
        id,
        kind,
        title: title.to_owned(),
        gives,
        summary: None,
        image_url: None,
        until: None,
        uses_left: None,
        state,
        applies: Applies::NotAsked,
    }
}

/// A coupon, an offer to be activated, one for hypermarkets.
fn offers() -> Offers {
    let coupon = OfferView {
        until: Some(at("2026-12-04T10:00:00Z")),
        ..offer(OfferId::Coupon { id: 9 }, OfferKind::Coupon, "A free coffee", OfferState::Active, Benefit::default())
    };
    let percent = Benefit { discount_percent: Some(decimal("10")), ..Benefit::default() };
    let hyper = offer(OfferId::Offer { id: 2 }, OfferKind::Common, "10% at hypermarkets", OfferState::Active, percent);
    let twice = Benefit { multiplier: Some(decimal("2")), ..Benefit::default() };
    let weekend = offer(OfferId::Offer { id: 3 }, OfferKind::Common, "Double points", OfferState::Activate, twice);
    let here = |offer: &OfferView, why| OfferView { applies: Applies::No { why }, ..offer.clone() };
    let lacks = WhyNot::StoreLacks { attribute: "CustomTradeFormat".to_owned() };
    let here = vec![here(&coupon, WhyNot::LeftToPlatform), here(&hyper, lacks), here(&weekend, WhyNot::OtherDay)];
    let detail = |offer: &OfferView, description: &str| OfferDetail {
        offer: offer.clone(),
        summary: None,
        description: description.to_owned(),
        from: None,
        channels: Vec::new(),
        stores: Vec::new(),
        store_attributes: std::collections::HashMap::new(),
        schedule: None,
        payment_methods: Vec::new(),
        more_conditions: false,
        code: None,
        valid_until: None,
        time_zone: "Europe/Berlin".to_owned(),
    };
    let code = OfferCode { text: "400571".to_owned(), symbol: Some(draw_symbol(Symbology::Qr, "400571").unwrap()) };
    let format = ("CustomTradeFormat".to_owned(), vec!["Hypermarket".to_owned()]);
    let details = vec![
        OfferDetail { code: Some(code), more_conditions: true, ..detail(&here[0], "One, of any size.") },
        OfferDetail {
            channels: vec![Channel::Store],
            store_attributes: std::iter::once(format).collect(),
            ..detail(&here[1], "On everything.")
        },
        OfferDetail {
            schedule: Some(OfferSchedule { days: vec![6, 7], from: 0, to: 24 * 60 }),
            payment_methods: vec!["card".to_owned()],
            ..detail(&here[2], "Activate it once.")
        },
    ];
    let view = |offers| OffersView {
        offers,
        time_zone: "Europe/Berlin".to_owned(),
        valid_until: None,
        freshness: live(),
        coupons_freshness: live(),
    };
    let online = vec![OfferView { applies: Applies::No { why: WhyNot::OtherDay }, ..weekend.clone() }];
    Offers { all: view(vec![coupon, hyper, weekend]), here: view(here), online: view(online), details }
}

fn inbox() -> InboxView {
    let message = |id: &str, title: &str, read| Message {
        id: id.to_owned(),
        title: title.to_owned(),
        body: format!("All about {}.", title.to_lowercase()),
        summary: None,
        at: at("2026-12-03T09:05:00Z"),
        read,
        image_url: None,
    };
    InboxView {
        messages: vec![message("12", "Longer hours", false), message("11", "A new shelf", true)],
        unread: 1,
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
    let views = Views {
        session: signed_in(),
        card: card(),
        balance: balance(),
        history: history(),
        tasks: tasks(),
        offers: Some(offers()),
        favourites: FavouritesView { periods: Vec::new(), freshness: live() },
        inbox: inbox(),
        consents: ConsentsView { consents: Vec::new(), freshness: live() },
        outbox: outbox(),
    };
    let goods = [("Coffee beans, 1 kg", "14.99", "drinks"), ("Oat milk, 1 l", "1.79", "healthy")];
    let goods = goods.map(|(name, price, group)| Goods {
        id: name.to_owned(),
        name: name.to_owned(),
        price: decimal(price),
        group: group.to_owned(),
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
        discount: Decimal::ZERO,
        offers: Vec::new(),
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

#[test]
fn points_of_tasks_stand_apart_from_the_balance() {
    let mut model = model();
    press(&mut model, KeyCode::Char('2'));
    let expected = ExpectedPoints { currency_code: "POINTS".to_owned(), amount: decimal("30") };
    model.views.as_mut().unwrap().balance.expected.push(expected);
    shows(&model, SMALL, &["420.5 points", "+30 points from tasks, to be confirmed"]);
}

fn on_tasks() -> Model {
    let mut model = model();
    press(&mut model, KeyCode::Char('4'));
    model
}

#[test]
fn tasks_show_what_is_counted_what_waits_and_what_comes_next() {
    let model = on_tasks();
    let wanted = [
        "◔ Getting started ",
        "+50 pts",
        "2 of 5 done, 1 waiting",
        "Healthy eating marathon",
        "+200 pts ★",
        "2 of 5, 1 waiting · come back",
        "ends today, 18:00",
        "●×●[◐]",
        "0 of 2 · 2 questions",
        "24.5 of 50 · take part",
        "◐ Look at a store",
        "done, waiting for the platform",
        "✓ Install the app",
        "Lucky wheel",
        "1 play ",
        "Level 1, Newcomer: 1 of 3 to the next",
        "☆ Healthy eater",
    ];
    shows(&model, SMALL, &wanted);
    shows(&model, LARGE, &["━━━━━━━╍╍╍──────"]);
    shows(&model, SMALL, &["1Card 2Bal 3His 4Tsk 5Off 6Store 7In• 8Me", ", . choose", "▂▄▆"]);
    for (width, height) in [(1, 1), (10, 3), (41, 24), (200, 5)] {
        drawn(&model, Size::new(width, height));
    }
}

#[test]
fn what_is_chosen_shows_in_full_and_is_in_sight() {
    let mut model = on_tasks();
    assert_eq!(model.sight(), None);
    press(&mut model, KeyCode::Char('.'));
    assert_eq!(model.sight(), Some(Activity::TaskViewed { task: "marathon".to_owned() }));
    shows(&model, SMALL, &["What to do for marathon.", "● counted ◐ waiting × missed [ ] now", "u  leave it"]);
    assert_eq!(press(&mut model, KeyCode::Char('u')), Some(Act::TakePart("marathon".to_owned(), false)));
    press(&mut model, KeyCode::Char('.'));
    press(&mut model, KeyCode::Char('.'));
    shows(&model, SMALL, &["What to do for weekly.", "Enter  take part"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::TakePart("weekly".to_owned(), true)));
    let task = &mut model.views.as_mut().unwrap().tasks.tasks[2];
    (task.participation, task.next) = (Participation::InWaiting, NextStep::Do { remaining: decimal("25.5") });
    task.refused = Some("Not in your country.".to_owned());
    shows(&model, SMALL, &["You take part; to be sent.", "25.5 to go", "Not in your country."]);
    for _ in 0..9 {
        press(&mut model, KeyCode::PageDown);
    }
    shows(&model, Size::new(80, 14), &["▸ Lucky wheel", "· Not this time", "Enter  turn the wheel"]);
}

#[test]
fn a_questionnaire_is_answered_where_it_stands() {
    let mut model = on_tasks();
    press(&mut model, KeyCode::Char('.'));
    press(&mut model, KeyCode::Char('.'));
    shows(&model, SMALL, &["Enter  answer"]);
    assert_eq!(press(&mut model, KeyCode::Enter), None);
    shows(&model, SMALL, &["1 of 2: Where do you shop?", "1  In the store", "2  Online", "answers are kept"]);
    assert_eq!(press(&mut model, KeyCode::Char('7')), None, "there is no seventh");
    let first = TaskAnswer { question: 1, value: "12".to_owned() };
    let kept = Act::KeepAnswers("questionnaire".to_owned(), vec![first.clone()]);
    assert_eq!(press(&mut model, KeyCode::Char('2')), Some(kept));
    press(&mut model, KeyCode::Char('4'));
    shows(&model, SMALL, &["2 of 2: How many eat at your table?", "[ 4▏ ] a number"]);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.screen, Screen::Tasks);

    // Later, what was kept is not asked again.
    model.views.as_mut().unwrap().tasks.tasks[1].questions[0].value = Some("12".to_owned());
    press(&mut model, KeyCode::Enter);
    shows(&model, SMALL, &["2 of 2: How many eat at your table?"]);
    press(&mut model, KeyCode::Char('3'));
    let answers = vec![first, TaskAnswer { question: 2, value: "3".to_owned() }];
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::Answer("questionnaire".to_owned(), answers)));
    assert_eq!(model.answering, None);
}

#[test]
fn a_completion_is_celebrated_until_it_was_seen() {
    let mut model = on_tasks();
    model.views.as_mut().unwrap().tasks.celebrations.push(Celebration {
        task: "store".to_owned(),
        title: "Look at a store".to_owned(),
        reward: Some(points("10")),
        completions: 1,
    });
    shows(&model, SMALL, &["★ Done: Look at a store", "+10 pts · Enter goes on"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::Celebrated(vec!["store".to_owned()])));
}

#[test]
fn the_wheel_shows_where_it_stopped() {
    let mut model = on_tasks();
    for _ in 0..6 {
        press(&mut model, KeyCode::Char('.'));
    }
    let game = model.views.as_ref().unwrap().tasks.games[0].clone();
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::Play(Box::new(game.clone()))));
    model.done(Done::Phone(Some("No connection. Play again later.".to_owned())));
    shows(&model, SMALL, &["No connection. Play again later."]);
    let outcome = GameOutcome { sector: Some(0), outcome: "5 points".to_owned(), reward: Some(points("5")) };
    model.done(Done::Played(Played { game, outcome }));
    shows(&model, SMALL, &["▶ 5 points", "· Not this time", "5 points: +5 pts"]);
}

#[test]
fn links_of_tasks_lead_to_what_is_tracked() {
    let mut model = on_tasks();
    let follow = |link: &str| NextStep::Follow { label: "Go".to_owned(), link: link.to_owned() };
    press(&mut model, KeyCode::Char('.'));
    model.views.as_mut().unwrap().tasks.tasks[0].next = follow("pocketcard://stores");
    shows(&model, SMALL, &["Enter  Go"]);
    assert_eq!(press(&mut model, KeyCode::Enter), None);
    assert_eq!(model.screen, Screen::Stores);
    press(&mut model, KeyCode::Char('4'));
    model.views.as_mut().unwrap().tasks.tasks[0].next = follow("pocketcard://history");
    assert_eq!(press(&mut model, KeyCode::Enter), None);
    shows(&model, SMALL, &["Enter reviews the last purchase"]);
    let Some(Act::Track(Activity::Custom { name, fields })) = press(&mut model, KeyCode::Enter) else {
        panic!("no review")
    };
    assert_eq!((name.as_str(), fields.len()), ("purchase.reviewed", 2));
    press(&mut model, KeyCode::Char('1'));
    assert_eq!(model.sight(), Some(Activity::CardShown { code: Some("rotating".to_owned()) }));
}

#[test]
fn tasks_that_are_not_there_say_why() {
    let mut model = on_tasks();
    let freshness = |reason| Freshness::Unknown { reason };
    let states = [
        (live(), "There are no tasks now."),
        (freshness(StaleReason::NotAsked), "▒▒▒▒▒"),
        (freshness(StaleReason::NotSupported), "This programme has no tasks."),
        (freshness(StaleReason::Offline), "The tasks did not come."),
    ];
    for (freshness, wanted) in states {
        let tasks = TasksView { tasks: Vec::new(), sets: Vec::new(), games: Vec::new(), freshness, ..tasks() };
        model.views.as_mut().unwrap().tasks = tasks;
        shows(&model, SMALL, &[wanted]);
    }
    shows(&model, SMALL, &["No connection"]);
    model.views.as_mut().unwrap().session = SessionView::SignedOut { step: None };
    shows(&model, SMALL, &["Sign in to see them: Enter"]);
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.screen, Screen::Session);
}

#[test]
fn tasks_that_are_old_say_since_when() {
    let mut model = on_tasks();
    model.views.as_mut().unwrap().tasks.freshness =
        Freshness::Cached { as_of: at("2026-12-03T13:05:00Z"), reason: StaleReason::Offline };
    model.done(Done::Online(false));
    shows(&model, SMALL, &["No connection · as of 14:05", "off ", "Getting started"]);
}

#[test]
fn what_waits_to_be_sent_is_said_in_words() {
    let mut model = model();
    press(&mut model, KeyCode::Char('8'));
    shows(&model, SMALL, &["Anna", "Nothing waits to be sent.", "12 sent"]);
    assert!(!text(&model, SMALL).contains("may be lost"));
    model.views.as_mut().unwrap().outbox = OutboxView {
        queued: 3,
        oldest: Some(at("2026-12-03T13:05:00Z")),
        sent: 12,
        dropped: vec![
            Dropped { reason: DropReason::Full, count: 7 },
            Dropped { reason: DropReason::SignedOut, count: 2 },
        ],
        refused: vec![RefusedEvent { kind: "custom".to_owned(), at: at(NOW), reason: Some("too large".to_owned()) }],
        acts: 1,
        receipts: 2,
        ignored_pushes: vec![IgnoredPushes { reason: PushIgnored::Duplicate, count: 3 }],
        ignored_links: 1,
        stopped: Some(StaleReason::Offline),
    };
    let wanted = [
        "3 events to be sent, since 14:05",
        "1 choice of yours to be sent",
        "2 receipts to be sent",
        "4 pushes or links ignored",
        "No connection; they go by themselves",
        "7 given up: too many waited",
        "2 given up: somebody signed out first",
        "refused: custom, 14:30: too large",
        "4 unsent things may be lost",
    ];
    shows(&model, SMALL, &wanted);
}

#[test]
fn goods_of_the_healthy_group_are_marked() {
    shows(&model(), SMALL, &["Oat milk, 1 l         ♥    1.79", "♥ healthy"]);
}

fn on_offers() -> Model {
    let mut model = model();
    press(&mut model, KeyCode::Char('5'));
    model
}

#[test]
fn offers_say_what_they_give_and_what_they_ask_for() {
    for size in [SMALL, LARGE] {
        let wanted = ["★ A free coffee", "until tomorrow", "10% at hypermarkets", "−10 %", "×2", "to be activated"];
        shows(&on_offers(), size, &wanted);
    }
    shows(&on_offers(), SMALL, &["1Card 2Bal 3His 4Tsk 5Off 6Store 7In• 8Me"]);
    shows(&on_offers(), LARGE, &["4 Tasks 5 Offers 6 Stores 7 Inbox• 8 Me"]);
}

#[test]
fn a_filter_asks_for_here_for_online_or_for_coupons() {
    let mut model = on_offers();
    let titles = |model: &Model| model.offers().iter().map(|offer| offer.title.clone()).collect::<Vec<_>>();
    assert_eq!(titles(&model).len(), 3);
    press(&mut model, KeyCode::Char('f'));
    assert_eq!(model.filter, Filter::Here);
    shows(&model, SMALL, &["for stores of another format", "on other days", "the till knows"]);
    press(&mut model, KeyCode::Char('f'));
    assert_eq!(titles(&model), ["Double points"]);
    press(&mut model, KeyCode::Char('f'));
    assert_eq!(titles(&model), ["A free coffee"]);
    press(&mut model, KeyCode::Char('f'));
    assert_eq!(model.filter, Filter::All);
}

#[test]
fn the_chosen_offer_says_where_when_and_why_not_and_is_activated() {
    let mut model = on_offers();
    assert_eq!(press(&mut model, KeyCode::Enter), None, "it chooses first");
    press(&mut model, KeyCode::Char('.'));
    let wanted =
        ["▸ 10% at hypermarkets", "On everything.", "Only in stores.", "Format: Hypermarket.", "At this till: for"];
    shows(&model, LARGE, &wanted);
    assert_eq!(press(&mut model, KeyCode::Enter), None, "there is nothing to activate");
    press(&mut model, KeyCode::Char('.'));
    shows(&model, LARGE, &["Sat, Sun.", "Paid by card.", "At this till: on other days.", "Enter  activate it"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::ActivateOffer(3)));
    assert_eq!(model.sight(), Some(Activity::OfferViewed { offer: 3 }));
    let offers = model.views.as_mut().unwrap().offers.as_mut().unwrap();
    offers.all.offers[2].state = OfferState::Waiting;
    shows(&model, LARGE, &["activated, to be sent"]);
    let refused = OfferState::Refused { text: "Not for you.".to_owned() };
    let offers = model.views.as_mut().unwrap().offers.as_mut().unwrap();
    (offers.all.offers[2].state, offers.details[2].offer.state) = (refused.clone(), refused);
    shows(&model, LARGE, &["Not for you.", "Enter  try again"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::ActivateOffer(3)));
}

#[test]
fn a_coupon_is_shown_to_the_till() {
    let mut model = on_offers();
    press(&mut model, KeyCode::Enter);
    let symbol = draw_symbol(Symbology::Qr, "400571").unwrap();
    for size in [SMALL, LARGE] {
        shows(&model, size, &["▸ A free coffee"]);
        let buffer = drawn(&model, size);
        let light = buffer.content().iter().filter(|cell| cell.style().bg == ON_LIGHT.bg).count();
        let Size { width, height } = Cells::smallest(&symbol);
        assert!(light >= usize::from(width) * usize::from(height), "the symbol is not there");
    }
    shows(&model, LARGE, &["Code 400571", "s  show it to the till"]);
    assert_eq!(press(&mut model, KeyCode::Char('s')), Some(Act::ScanCoupon(Box::new(symbol))));
    model.done(Done::Coupon("400571".to_owned()));
    model.done(Done::Coupon("400571".to_owned()));
    assert_eq!(model.till.coupons, ["400571"]);
    shows(&model, SMALL, &["✓ coupon 400571"]);
    let applied = |title: &str, why_not: Option<&str>| Tried {
        offer: 1,
        title: title.to_owned(),
        why_not: why_not.map(str::to_owned),
    };
    let receipt = Receipt {
        purchase: "1".to_owned(),
        total: decimal("18"),
        money: decimal("18"),
        points: Decimal::ZERO,
        earned: decimal("1"),
        earned_later: Decimal::ZERO,
        balance: decimal("100"),
        discount: decimal("2"),
        offers: vec![applied("10% off", None), applied("Online only", Some("otherChannel"))],
        can_come_back: true,
    };
    model.done(Done::Sold(Ok(receipt)));
    assert!(model.till.coupons.is_empty());
    shows(&model, SMALL, &["−2.00 10% off"]);
    assert!(!text(&model, SMALL).contains("Online only"));
}

#[test]
fn offers_that_are_not_there_say_why() {
    let mut model = on_offers();
    let offers = model.views.as_mut().unwrap().offers.as_mut().unwrap();
    offers.all.offers.clear();
    shows(&model, SMALL, &["There are no offers now."]);
    let offers = model.views.as_mut().unwrap().offers.as_mut().unwrap();
    offers.all.freshness = Freshness::Unknown { reason: StaleReason::NotSupported };
    shows(&model, SMALL, &["This programme has no offers."]);
    model.views.as_mut().unwrap().session = SessionView::SignedOut { step: None };
    shows(&model, SMALL, &["Sign in to see them: Enter"]);
}

#[test]
fn a_message_is_opened_and_read() {
    let mut model = model();
    press(&mut model, KeyCode::Char('7'));
    shows(&model, SMALL, &["1 unread", "● Longer hours", "10:05", "A new shelf"]);
    assert_eq!(press(&mut model, KeyCode::Enter), None, "it chooses first");
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::ReadMessage("12".to_owned())));
    shows(&model, SMALL, &["All about longer hours."]);
    assert_eq!(press(&mut model, KeyCode::Enter), None, "it closes");
    assert!(!text(&model, SMALL).contains("All about"));
    press(&mut model, KeyCode::Char('.'));
    assert_eq!(press(&mut model, KeyCode::Enter), None, "it was read before");
    shows(&model, SMALL, &["All about a new shelf."]);
    let inbox = &mut model.views.as_mut().unwrap().inbox;
    inbox.messages.clear();
    shows(&model, SMALL, &["There are no messages."]);
}

#[test]
fn a_notification_leads_to_its_screen() {
    let mut model = model();
    let notification = Notification {
        message: Some("m-1".to_owned()),
        title: "Double points".to_owned(),
        body: "This weekend.".to_owned(),
        channel: NotificationChannel::Offers,
        link: Some("pocketcard://offers/3".to_owned()),
        image_url: None,
    };
    model.notification = Some(notification.clone());
    shows(&model, LARGE, &["Double points  This weekend.  v opens it"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::OpenNotification(notification.clone())));
    assert_eq!(model.notification, None, "once is enough");
    model.notification = Some(notification.clone());
    press(&mut model, KeyCode::Char('4'));
    assert_eq!(press(&mut model, KeyCode::Char('v')), Some(Act::OpenNotification(notification)));
    model.done(Done::Opened(Some(Route::Offer { offer: 3 })));
    assert_eq!((model.screen, model.offer), (Screen::Offers, Some(OfferId::Offer { id: 3 })));
    model.done(Done::Opened(Some(Route::Message { message: "11".to_owned() })));
    shows(&model, SMALL, &["All about a new shelf."]);
    model.done(Done::Opened(Some(Route::Offer { offer: 77 })));
    shows(&model, LARGE, &["This offer is there no more."]);
}

#[test]
fn the_platform_pushes_one_thing_after_the_other() {
    let mut model = model();
    for (campaign, name) in
        [(Campaign::Offer, "a new offer"), (Campaign::Message, "a message"), (Campaign::Revoke, "the offer's end")]
    {
        shows(&model, SMALL, &[&format!("b pushes {name}")]);
        assert_eq!(press(&mut model, KeyCode::Char('b')), Some(Act::Push(campaign, 1)));
        model.done(Done::Pushed(campaign));
    }
    assert_eq!(model.campaign, Campaign::Offer);
    model.views.as_mut().unwrap().session = SessionView::SignedOut { step: None };
    assert_eq!(press(&mut model, KeyCode::Char('b')), None, "there is nobody to push to");
}

fn attribute(name: &str, value: &str) -> StoreAttribute {
    StoreAttribute { name: name.to_owned(), value: value.to_owned() }
}

fn store(id: i64, title: &str, meters: f64, open: OpenState) -> StoreRow {
    StoreRow {
        id,
        title: title.to_owned(),
        position: Some(HERE),
        distance_meters: Some(meters),
        open,
        time_zone: Some("Europe/Berlin".to_owned()),
        address: StoreAddress {
            city: Some("Berlin".to_owned()),
            street: Some("Gartenstraße".to_owned()),
            house: Some("7".to_owned()),
            ..StoreAddress::default()
        },
        attributes: vec![attribute("CustomTradeFormat", "Supermarket"), attribute("CoffeeShop", "true")],
        favourite: false,
    }
}

/// One that is open, one that opens on Monday.
fn stores() -> StoresView {
    let until = OpenState::Open { until: Some(at("2026-12-03T21:00:00Z")) };
    let opens = OpenState::Closed { opens_at: Some(at("2026-12-07T07:00:00Z")) };
    let market = StoreRow { favourite: true, ..store(1, "Pocket Market, Alexanderplatz", 270.0, until) };
    StoresView {
        stores: vec![market, store(2, "Pocket Express, Gartenstraße", 1_240.0, opens)],
        further: true,
        nothing: None,
        around: Some(HERE),
        filters: vec![StoreFilter { attribute: attribute("CoffeeShop", "true"), stores: 412 }],
        freshness: live(),
    }
}

fn store_page() -> StorePage {
    let day = |weekday, hours| StoreDay {
        date: format!("2026-12-{weekday:02}"),
        weekday,
        today: weekday == 4,
        exception: weekday == 5,
        hours,
    };
    let open = |intervals: &[(u16, u16)]| DayHours::Open {
        intervals: intervals.iter().map(|(from, to)| OpenInterval { from: *from, to: *to }).collect(),
    };
    StorePage {
        store: StoreRow { distance_meters: None, ..stores().stores[0].clone() },
        description: None,
        brand: None,
        contacts: Some("store-1@pocket.example".to_owned()),
        archived: false,
        time_zone_assumed: false,
        week: vec![
            day(1, open(&[(480, 750), (780, 1_050), (1_080, 1_200)])),
            day(2, open(&[(1_320, 1_560)])),
            day(3, DayHours::RoundTheClock),
            day(4, open(&[(420, 1_320)])),
            day(5, DayHours::Closed),
            day(6, DayHours::Unknown { intervals: Vec::new() }),
            day(7, DayHours::Closed),
        ],
        exceptions: vec![StoreDay {
            date: "2026-12-24".to_owned(),
            weekday: 4,
            today: false,
            exception: true,
            hours: open(&[(480, 840)]),
        }],
        till: Some(Symbology::Pdf417),
        current: false,
        stock: vec![StockAnswer { goods: milk(), available: true, as_of: at("2026-12-03T13:00:00Z") }],
        offers: vec![OfferView { applies: Applies::Yes, ..offers().all.offers[1].clone() }],
        freshness: live(),
    }
}

fn milk() -> pocketcard::types::Goods {
    pocketcard::types::Goods { id: "4".to_owned(), name: "Oat milk, 1 l".to_owned() }
}

/// The core answers what the stores' screen asks.
fn tell(model: &mut Model, told: Told) {
    let asked = model.asked().expect("the stores' screen asks");
    model.done(Done::Stores(asked, Ok(told)));
}

fn on_stores() -> Model {
    let mut model = model();
    press(&mut model, KeyCode::Char('6'));
    tell(&mut model, Told::List(stores()));
    model
}

fn listed(model: &Model) -> StoresQuery {
    match model.asked() {
        Some(Asked::List(query)) => *query,
        other => panic!("it asks {other:?}"),
    }
}

fn write(model: &mut Model, text: &str) {
    for sign in text.chars() {
        press(model, KeyCode::Char(sign));
    }
}

#[test]
fn stores_say_how_far_they_are_and_how_long_they_are_open() {
    for size in [SMALL, LARGE] {
        let wanted = ["★ Pocket Market", "270 m", "open until 22:00 · Super", "1.2 km", "opens Monday 08:00 · Su"];
        shows(&on_stores(), size, &wanted);
        shows(&on_stores(), size, &["near you", "The stores as of 14:30", ">  further ones"]);
    }
    shows(&on_stores(), SMALL, &["1Card 2Bal 3His 4Tsk 5Off 6Store 7In• 8Me", "/ search", "f filter", "e product"]);
    let mut model = on_stores();
    press(&mut model, KeyCode::Char('.'));
    press(&mut model, KeyCode::Char('.'));
    shows(
        &model,
        SMALL,
        &["▸ Pocket Express", "Gartenstraße 7, Berlin", "Supermarket · Coffee shop", "Enter  its page"],
    );
    assert_eq!(press(&mut model, KeyCode::Char('a')), Some(Act::FavourStore(2, true)));
    assert_eq!(listed(&model).offset, 0);
    press(&mut model, KeyCode::Char('>'));
    assert_eq!((listed(&model).offset, model.stores.chosen), (20, None));
    shows(&model, SMALL, &["▒▒▒▒▒"]);
    press(&mut model, KeyCode::Char('>'));
    assert_eq!(listed(&model).offset, 20, "what is behind it is not known yet");
    tell(&mut model, Told::List(StoresView { further: false, ..stores() }));
    shows(&model, SMALL, &["From number 21 on; < goes back"]);
    press(&mut model, KeyCode::Char('<'));
    assert_eq!(listed(&model).offset, 0);
}

#[test]
fn stores_are_looked_for_by_text_around_a_place_and_from_where_the_phone_is() {
    let mut model = on_stores();
    let here = StoresPlace::Near { position: HERE, radius_meters: None };
    assert_eq!(listed(&model).place, Some(here));
    press(&mut model, KeyCode::Char('/'));
    write(&mut model, "gartn q");
    shows(&model, SMALL, &["/  gartn q▏"]);
    press(&mut model, KeyCode::Backspace);
    press(&mut model, KeyCode::Enter);
    assert_eq!((listed(&model).text.as_deref(), model.typing), (Some("gartn"), None));
    press(&mut model, KeyCode::Char('l'));
    write(&mut model, "Köln");
    press(&mut model, KeyCode::Enter);
    let around = StoresPlace::Around { text: "Köln".to_owned(), radius_meters: None };
    assert_eq!(listed(&model).place, Some(around));
    shows(&model, SMALL, &["l  around Köln", "/  gartn"]);
    tell(&mut model, Told::List(stores()));
    shows(&model, SMALL, &["Berlin · 270 m"]);
    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::Esc);
    assert_eq!(listed(&model).text, None);
    press(&mut model, KeyCode::Char('j'));
    assert_eq!(listed(&model).place, None);
    let anywhere =
        StoresView { stores: vec![StoreRow { distance_meters: None, ..stores().stores[1].clone() }], ..stores() };
    tell(&mut model, Told::List(anywhere));
    shows(&model, SMALL, &["anywhere; j finds where you are", "Berlin │"]);
}

#[test]
fn filters_combine_and_are_shown_as_chips() {
    let mut model = on_stores();
    press(&mut model, KeyCode::Char('f'));
    let wanted = ["▸  open now", "open 22:00", "open Sunday 12:00", "your favourites", "within 2 km", "Coffee shop"];
    shows(&model, LARGE, &wanted);
    shows(&model, LARGE, &["for “10% at hypermarkets”", "412"]);
    for _ in 0..10 {
        press(&mut model, KeyCode::Enter);
        press(&mut model, KeyCode::Char('.'));
    }
    shows(&model, LARGE, &["✓ your favourites", "▸✓ Coffee shop", "“Double points” · Coffee shop"]);
    press(&mut model, KeyCode::Char('f'));
    let query = listed(&model);
    assert_eq!(query.open, Some(OpenWhen::At { instant: at("2026-12-06T11:00:00Z") }), "one at a time");
    assert_eq!((query.favourites, query.offer), (true, Some(3)));
    let place = StoresPlace::Near { position: HERE, radius_meters: Some(50_000.0) };
    assert_eq!(query.place, Some(place));
    let coffee = AttributeFilter { name: "CoffeeShop".to_owned(), values: vec!["true".to_owned()] };
    assert_eq!(query.attributes, [coffee]);
    press(&mut model, KeyCode::Char('f'));
    for _ in 0..20 {
        press(&mut model, KeyCode::PageDown);
    }
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Esc);
    assert_eq!(listed(&model).attributes, [], "let go of again");
    press(&mut model, KeyCode::Esc);
    assert_eq!(listed(&model), listed(&on_stores()));
}

#[test]
fn a_product_is_picked_and_found_with_how_fresh_that_is() {
    let mut model = on_stores();
    press(&mut model, KeyCode::Char('e'));
    write(&mut model, "milk");
    shows(&model, SMALL, &["e  milk▏"]);
    assert_eq!(press(&mut model, KeyCode::Enter), Some(Act::FindGoods("milk".to_owned())));
    model.done(Done::Goods(GoodsView { goods: Vec::new(), missed: None }));
    shows(&model, SMALL, &["Nothing of this name is known.", "We do not sell it."]);
    model.done(Done::Goods(GoodsView { goods: vec![milk()], missed: Some(StaleReason::Offline) }));
    shows(&model, SMALL, &["No connection; asked about before:", "▸  Oat milk, 1 l"]);
    press(&mut model, KeyCode::Enter);
    assert!(matches!(model.asked(), Some(Asked::Stock(goods, _)) if goods == milk()));
    let row = StockRow { store: stores().stores[0].clone(), as_of: at("2026-12-03T13:00:00Z") };
    let live = StockView { stores: vec![row], without: 3, unknown: 2, nothing: None, freshness: live() };
    tell(&mut model, Told::Stock(live.clone()));
    shows(&model, LARGE, &["where is Oat milk, 1 l", "1 store has it, 3 without, of 2 not known", "had it at 14:00"]);
    let freshness = Freshness::Cached { as_of: at("2026-12-03T13:05:00Z"), reason: StaleReason::Offline };
    tell(&mut model, Told::Stock(StockView { freshness, ..live }));
    shows(&model, SMALL, &["No connection · as of 14:05", "As last known; it may be gone."]);
    press(&mut model, KeyCode::Esc);
    assert!(matches!(model.asked(), Some(Asked::List(_))));
}

#[test]
fn the_page_of_a_store_has_its_week_its_tills_and_its_offers() {
    let mut model = on_stores();
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.asked(), Some(Asked::Page(1)));
    assert_eq!(model.sight(), None, "it is not seen before it is there");
    tell(&mut model, Told::Page(Some(Box::new(store_page()))));
    assert_eq!(model.sight(), Some(Activity::StoreViewed { store: 1 }));
    let wanted = [
        "★ Pocket Market, Alexanderplatz",
        "open until 22:00",
        "store-1@pocket.example",
        "Its tills read PDF417",
        "Mon  08:00–12:30, 13:00–17:30,",
        "18:00–20:00",
        "Tue  22:00–02:00",
        "Wed  round the clock",
        "▸ Thu  07:00–22:00",
        "Fri* closed",
        "Sat  not known",
        "24 Dec 08:00–14:00",
        "At 14:00 it has Oat milk",
        "10% at hypermarkets",
        "applies here, now",
        "The stores as of 14:30",
    ];
    shows(&model, LARGE, &wanted);
    shows(&model, SMALL, &["a favourite", "n you are here", "Esc back"]);
    for _ in 0..40 {
        press(&mut model, KeyCode::Char('.'));
    }
    shows(&model, SMALL, &["The stores as of 14:30"]);
    assert_eq!(press(&mut model, KeyCode::Char('a')), Some(Act::FavourStore(1, false)));
    assert_eq!(press(&mut model, KeyCode::Char('n')), Some(Act::EnterStore(Some(1))));
    tell(&mut model, Told::Page(Some(Box::new(StorePage { current: true, ..store_page() }))));
    assert_eq!(press(&mut model, KeyCode::Char('n')), Some(Act::EnterStore(None)));
    press(&mut model, KeyCode::Esc);
    assert!(matches!(model.asked(), Some(Asked::List(_))));
    model.done(Done::Opened(Some(Route::Store { store: 77 })));
    tell(&mut model, Told::Page(None));
    shows(&model, SMALL, &["This store is there no more."]);
}

#[test]
fn a_store_far_away_keeps_its_own_time() {
    let mut model = on_stores();
    let mut view = stores();
    view.stores[0].time_zone = Some("America/New_York".to_owned());
    tell(&mut model, Told::List(view));
    shows(&model, SMALL, &["open until 16:00"]);
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Enter);
    let mut page = store_page();
    (page.store.time_zone, page.time_zone_assumed) = (Some("America/New_York".to_owned()), true);
    tell(&mut model, Told::Page(Some(Box::new(page))));
    shows(&model, LARGE, &["Times of America/New_York, as far as we know", "open until 16:00"]);
}

#[test]
fn stores_that_are_not_there_say_why() {
    let mut model = on_stores();
    let states = [
        (NoStores::NoCatalogue, "The stores have not come yet."),
        (NoStores::UnknownPlace, "We have no store around"),
        (NoStores::UnknownAttribute { name: "Pool".to_owned() }, "No store has Pool."),
        (NoStores::NoFavourites, "You have no favourite stores."),
        (NoStores::NoneMatches, "No store is all of this."),
    ];
    for (nothing, wanted) in states {
        tell(&mut model, Told::List(StoresView { stores: Vec::new(), nothing: Some(nothing), ..stores() }));
        shows(&model, SMALL, &[wanted]);
    }
    let nothing = Some(NoStores::NoCatalogue);
    tell(&mut model, Told::List(StoresView { stores: Vec::new(), nothing, ..stores() }));
    model.views.as_mut().unwrap().session = SessionView::SignedOut { step: None };
    shows(&model, SMALL, &["The stores come when you sign in.", "8 leads there."]);
    let asked = model.asked().unwrap();
    model.done(Done::Stores(asked.clone(), Err("That is not right.".to_owned())));
    shows(&model, SMALL, &["That is not right."]);
    press(&mut model, KeyCode::Char('j'));
    model.done(Done::Stores(asked, Ok(Told::List(stores()))));
    shows(&model, SMALL, &["▒▒▒▒▒"]);
    for (width, height) in [(1, 1), (10, 3), (41, 24), (200, 5)] {
        drawn(&on_stores(), Size::new(width, height));
    }
}
