//! What both panes show, and which key leads to which act.
//!
//! Pure: a key or an outcome goes in, the model changes, perhaps an act comes out. What an act does is in
//! [`crate::acts`], how the model looks in [`crate::ui`].

use std::collections::VecDeque;

use jiff::SignedDuration;
use pocketcard::card::symbol::Symbol;
use pocketcard::card::{CardView, CodeKind};
use pocketcard::events::{Activity, FieldValue};
use pocketcard::history::HistoryWhat;
use pocketcard::host::LogRecord;
use pocketcard::links::Route;
use pocketcard::offers::OfferId;
use pocketcard::push::Notification;
use pocketcard::session::{Member, PendingStep, RegistrationActionKind, SessionView};
use pocketcard::stores::GoodsView;
use pocketcard::tasks::{Game, TaskAnswer};
use pocketcard::types::{Decimal, Screen, Timestamp};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::offers::{Campaign, ChosenMessage, Filter};
use crate::phone::Views;
use crate::stores::{Asked, Stores, Told};
use crate::tasks::{Answering, Chosen, Played};
use crate::till::{Customer, Goods, Receipt, Sms};

/// Lines of the log that are kept.
const LOG_KEPT: usize = 50;

/// Everything that is on the terminal.
#[derive(Clone, Debug)]
pub struct Model {
    /// What the phone's screens show; none while the app is not running.
    pub views: Option<Views>,
    /// Which of the phone's screens is shown.
    pub screen: Screen,
    /// The symbol and the number alone.
    pub enlarged: bool,
    /// The page of keys.
    pub help: bool,
    /// The phone's clock on the wall.
    pub now: Timestamp,
    /// How far the member set that clock off.
    pub clock_off: SignedDuration,
    /// The phone has a connection.
    pub online: bool,
    /// Where typed keys go; none: they are commands.
    pub typing: Option<Field>,
    /// The phone number in the sign-in.
    pub login: String,
    /// The one-time code as far as it is typed.
    pub code: String,
    /// What the last thing the member did came to.
    pub notice: Option<String>,
    /// The last notification a push brought.
    pub notification: Option<Notification>,
    /// What is chosen on the tasks' screen.
    pub chosen: Option<Chosen>,
    /// The questionnaire that is being filled in.
    pub answering: Option<Answering>,
    /// What the last game came to.
    pub played: Option<Played>,
    /// Which offers are listed.
    pub filter: Filter,
    /// The offer that is chosen.
    pub offer: Option<OfferId>,
    /// The message that is chosen.
    pub message: Option<ChosenMessage>,
    /// The stores' screen.
    pub stores: Stores,
    /// What the platform pushes next.
    pub campaign: Campaign,
    /// The till.
    pub till: Till,
    /// The last message that the sandbox sent to a phone.
    pub sms: Option<Sms>,
    /// Newest last.
    pub log: VecDeque<LogRecord>,
}

/// A field that can be typed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The phone number to sign in with.
    Login,
    /// The one-time code.
    Code,
    /// A code for the till to look at.
    TillCode,
    /// What stores are called, or where they are.
    StoreText,
    /// Where to look for stores.
    Place,
    /// A product that stores may have.
    Goods,
}

/// The till's pane.
#[derive(Clone, Debug, Default)]
pub struct Till {
    /// What it sells.
    pub goods: Vec<Goods>,
    /// How many of each are on the counter.
    pub counts: Vec<u32>,
    /// Which of the goods + and − mean.
    pub chosen: usize,
    /// The code as far as it is typed.
    pub code: String,
    /// Whose card was scanned for the sale under way, or why nobody's.
    pub customer: Option<Result<Customer, String>>,
    /// The coupons that were shown for the sale under way.
    pub coupons: Vec<String>,
    /// The last sale.
    pub receipt: Option<Receipt>,
    /// Why the last thing failed.
    pub problem: Option<String>,
}

/// What a key asks for beyond the model.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// Begin to sign in.
    SignIn(String),
    /// Begin to register.
    Register(String),
    /// Do the next thing that the registration asks for.
    AcceptTerms,
    /// Have a code sent to the phone number that is being registered.
    SendPhoneCode(String),
    /// Hand in the one-time code.
    ConfirmCode(String),
    /// Have the one-time code sent again.
    ResendCode,
    /// Let go of the sign-in or registration.
    LeaveStep,
    /// Pull to refresh.
    Refresh,
    /// Sign out.
    SignOut,
    /// Tell of something that the member did in the app.
    Track(Activity),
    /// Open a link of the programme's.
    OpenLink(String),
    /// Take part in a task, or no longer.
    TakePart(String, bool),
    /// Keep answers to a task's questions without handing them in.
    KeepAnswers(String, Vec<TaskAnswer>),
    /// Hand in answers to a task's questions.
    Answer(String, Vec<TaskAnswer>),
    /// The member has seen these tasks' completion celebrated.
    Celebrated(Vec<String>),
    /// Activate an offer, or accept a personal one.
    ActivateOffer(i64),
    /// Ask for stores, or for one.
    AskStores(Asked),
    /// Look for products of this name.
    FindGoods(String),
    /// Make a store a favourite, or no longer.
    FavourStore(i64, bool),
    /// The member is in this store; none: in none any more.
    EnterStore(Option<i64>),
    /// A message was read.
    ReadMessage(String),
    /// The member taps a notification.
    OpenNotification(Notification),
    /// The platform pushes something to the member of this number.
    Push(Campaign, i64),
    /// Play a game.
    Play(Box<Game>),
    /// Go offline or online.
    SetOnline(bool),
    /// Kill the app hard, and open it again on what it left behind.
    KillAndOpen,
    /// The member sets the phone's clock.
    SetClock(SignedDuration),
    /// The phone's clock is right again.
    ResetClock,
    /// Time passes, on the phone and on the platform.
    Pass(SignedDuration),
    /// The till's scanner reads the symbol on the phone's screen.
    Scan(Box<Symbol>),
    /// The till's scanner reads a coupon's symbol.
    ScanCoupon(Box<Symbol>),
    /// The till looks at a code that was typed.
    Identify(String),
    /// The till sells what is on the counter.
    Sell {
        /// For whom.
        customer: Customer,
        /// What and how many.
        goods: Vec<(Goods, u32)>,
        /// Coupons that the member shows.
        coupons: Vec<String>,
        /// Points pay as much as they can.
        with_points: bool,
    },
    /// The till takes the last sale back.
    Refund(Receipt),
    /// Somebody joins whom the member of this number invited.
    FriendJoins(i64),
    /// Leave the demo.
    Quit,
}

/// What became of an act.
#[derive(Clone, Debug)]
pub enum Done {
    /// Something the member did on the phone; a text if it failed or is worth a word.
    Phone(Option<String>),
    /// Something that the member is not waiting for.
    Noted,
    /// The app was killed and opened again.
    Reopened,
    /// A game was played.
    Played(Played),
    /// The core answered what the stores' screen asked.
    Stores(Asked, Result<Told, String>),
    /// There are these products.
    Goods(GoodsView),
    /// The till looked at a code.
    Identified(Result<Customer, String>),
    /// A link led to this screen; none: to none.
    Opened(Option<Route>),
    /// The platform pushed this.
    Pushed(Campaign),
    /// The till read a coupon's code.
    Coupon(String),
    /// The till sold or took back.
    Sold(Result<Receipt, String>),
    /// The phone is on- or offline now.
    Online(bool),
    /// The demo itself failed.
    Failed(String),
}

impl Model {
    /// The demo as it begins, with `login` to try.
    pub fn new(views: Option<Views>, now: Timestamp, goods: Vec<Goods>, login: String) -> Self {
        Self {
            views,
            screen: Screen::Card,
            enlarged: false,
            help: false,
            now,
            clock_off: SignedDuration::ZERO,
            online: true,
            typing: None,
            login,
            code: String::new(),
            notice: None,
            notification: None,
            chosen: None,
            answering: None,
            played: None,
            filter: Filter::default(),
            offer: None,
            message: None,
            stores: Stores::default(),
            campaign: Campaign::default(),
            till: Till { counts: vec![0; goods.len()], goods, ..Till::default() },
            sms: None,
            log: VecDeque::new(),
        }
    }

    /// New views. The screen follows the session: to the card once somebody is signed in, to the field when a code is due.
    pub fn show(&mut self, views: Option<Views>) {
        let was_signed_in = self.is_signed_in();
        let was_due = self.code_is_due();
        self.views = views;
        if self.is_signed_in() && !was_signed_in {
            (self.screen, self.typing, self.notice) = (Screen::Card, None, None);
        }
        if self.code_is_due() != was_due {
            self.code.clear();
            self.typing = self.code_is_due().then_some(Field::Code);
        }
    }

    /// What an act came to.
    pub fn done(&mut self, done: Done) {
        self.till.problem = None;
        match done {
            Done::Phone(notice) => self.notice = notice,
            Done::Noted => {}
            Done::Reopened => self.notice = Some("The app was killed and opened again.".to_owned()),
            Done::Played(played) => (self.notice, self.played) = (None, Some(played)),
            Done::Stores(asked, told) => self.stores.tell(asked, told),
            Done::Goods(found) => self.pick_goods(found),
            Done::Identified(customer) => self.till.customer = Some(customer),
            Done::Opened(route) => self.lead_to(route),
            Done::Pushed(campaign) => self.campaign = campaign.next(),
            Done::Coupon(code) => {
                if !self.till.coupons.contains(&code) {
                    self.till.coupons.push(code);
                }
            }
            Done::Sold(Ok(receipt)) => {
                self.till.coupons.clear();
                self.till.counts.fill(0);
                self.till.customer = None;
                self.till.receipt = Some(receipt);
            }
            Done::Sold(Err(problem)) | Done::Failed(problem) => self.till.problem = Some(problem),
            Done::Online(online) => self.online = online,
        }
    }

    /// A line for the log.
    pub fn log(&mut self, record: LogRecord) {
        if self.log.len() == LOG_KEPT {
            self.log.pop_front();
        }
        self.log.push_back(record);
    }

    /// Text that was pasted: into the field that is open, else it is a code for the till.
    pub fn paste(&mut self, text: &str) -> Option<Act> {
        let text: String = text.trim().chars().filter(|sign| !sign.is_control()).collect();
        if let Some(answering) = &mut self.answering {
            answering.text.push_str(&text);
            return None;
        }
        match self.typing {
            Some(field) => {
                self.field(field).push_str(&text);
                self.stores.begin_again();
            }
            None => return Some(Act::Identify(text)),
        }
        None
    }

    /// A key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Act> {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return (key.code == KeyCode::Char('c')).then_some(Act::Quit);
        }
        if self.help || self.enlarged {
            (self.help, self.enlarged) = (false, false);
            return (key.code == KeyCode::Char('q')).then_some(Act::Quit);
        }
        match self.typing {
            _ if self.answering.is_some() => self.answer_key(key.code),
            Some(field) => self.typed(field, key.code),
            None => self.command(key.code),
        }
    }

    fn typed(&mut self, field: Field, key: KeyCode) -> Option<Act> {
        match key {
            KeyCode::Char(sign) => {
                self.field(field).push(sign);
                self.stores.begin_again();
            }
            KeyCode::Backspace => {
                self.field(field).pop();
                self.stores.begin_again();
            }
            // As phones offer a code that has just come by SMS.
            KeyCode::Tab if field == Field::Code => {
                return self.sms.as_ref().map(|sms| Act::ConfirmCode(sms.code.clone()));
            }
            KeyCode::Esc | KeyCode::Tab => self.typing = None,
            // What is found shows while it is typed.
            KeyCode::Enter if matches!(field, Field::StoreText | Field::Place) => self.typing = None,
            KeyCode::Enter if field == Field::Goods => {
                self.typing = None;
                return Some(Act::FindGoods(self.stores.wanted.trim().to_owned()));
            }
            KeyCode::Enter => {
                let text = self.field(field).trim().to_owned();
                if text.is_empty() {
                    return None;
                }
                self.typing = None;
                return match field {
                    Field::Login => Some(Act::SignIn(text)),
                    Field::Code => {
                        self.code.clear();
                        // Open until the code is right: a wrong one is typed again.
                        self.typing = Some(Field::Code);
                        Some(Act::ConfirmCode(text))
                    }
                    Field::TillCode => {
                        self.till.code.clear();
                        Some(Act::Identify(text))
                    }
                    Field::StoreText | Field::Place | Field::Goods => None,
                };
            }
            _ => {}
        }
        None
    }

    fn command(&mut self, key: KeyCode) -> Option<Act> {
        const HOUR: SignedDuration = SignedDuration::from_hours(1);
        const DAY: SignedDuration = SignedDuration::from_hours(24);
        let session = self.screen == Screen::Session;
        let tasks = self.screen == Screen::Tasks;
        let offers = self.screen == Screen::Offers;
        let stores = self.screen == Screen::Stores;
        let inbox = self.screen == Screen::Inbox;
        self.notice = None;
        match key {
            KeyCode::Char('q') => return Some(Act::Quit),
            KeyCode::Char('?') => self.help = true,

            // The phone.
            KeyCode::Char('1') => self.screen = Screen::Card,
            KeyCode::Char('2') => self.screen = Screen::Balance,
            KeyCode::Char('3') => self.screen = Screen::History,
            KeyCode::Char('4') => self.screen = Screen::Tasks,
            KeyCode::Char('5') => self.screen = Screen::Offers,
            KeyCode::Char('6') => self.screen = Screen::Stores,
            KeyCode::Char('7') => self.screen = Screen::Inbox,
            KeyCode::Char('8') => self.screen = Screen::Session,
            KeyCode::Tab => {
                self.screen = match self.screen {
                    Screen::Card => Screen::Balance,
                    Screen::Balance => Screen::History,
                    Screen::History => Screen::Tasks,
                    Screen::Tasks => Screen::Offers,
                    Screen::Offers => Screen::Stores,
                    Screen::Stores => Screen::Inbox,
                    Screen::Inbox => Screen::Session,
                    _ => Screen::Card,
                }
            }
            KeyCode::Char('z') => (self.screen, self.enlarged) = (Screen::Card, true),
            KeyCode::Char('g') => return Some(Act::Refresh),
            KeyCode::Enter => return self.go_on(),
            KeyCode::Char('e') if session => self.typing = Some(Field::Login),
            KeyCode::Char('n') if session => return Some(Act::Register(self.login.clone())),
            KeyCode::Char('.') | KeyCode::PageDown if stores => self.choose_store(true),
            KeyCode::Char(',') | KeyCode::PageUp if stores => self.choose_store(false),
            KeyCode::Char('>') if stores => self.turn_page(true),
            KeyCode::Char('<') if stores => self.turn_page(false),
            KeyCode::Char('/') if stores => self.type_store(Field::StoreText),
            KeyCode::Char('l') if stores => self.type_store(Field::Place),
            KeyCode::Char('e') if stores => self.type_store(Field::Goods),
            KeyCode::Char('j') if stores => self.locate(),
            KeyCode::Char('f') if stores => self.pick_filter(),
            KeyCode::Char('a') if stores => return self.favour(),
            KeyCode::Char('n') if stores => return self.enter_store(),
            KeyCode::Esc if stores => self.step_back(),
            KeyCode::Char('a') if self.code_is_due() => return Some(Act::ResendCode),
            KeyCode::Esc if session && self.step().is_some() => return Some(Act::LeaveStep),
            KeyCode::Char('x') => return Some(Act::SignOut),
            KeyCode::Char('.') | KeyCode::PageDown if tasks => self.choose(true),
            KeyCode::Char(',') | KeyCode::PageUp if tasks => self.choose(false),
            KeyCode::Char('.') | KeyCode::PageDown if offers => self.choose_offer(true),
            KeyCode::Char(',') | KeyCode::PageUp if offers => self.choose_offer(false),
            KeyCode::Char('f') if offers => self.filter_on(),
            KeyCode::Char('.') | KeyCode::PageDown if inbox => self.choose_message(true),
            KeyCode::Char(',') | KeyCode::PageUp if inbox => self.choose_message(false),
            KeyCode::Char('v') => return self.open_notification(),
            KeyCode::Char('u') if tasks => return self.leave_task(),

            // What happens to the phone.
            KeyCode::Char('o') => return Some(Act::SetOnline(!self.online)),
            KeyCode::Char('k') => return Some(Act::KillAndOpen),
            KeyCode::Char('d') => return Some(Act::SetClock(DAY)),
            KeyCode::Char('h') => return Some(Act::SetClock(-HOUR)),
            KeyCode::Char('0') => return Some(Act::ResetClock),
            KeyCode::Char('t') => return Some(Act::Pass(SignedDuration::from_secs(30))),
            KeyCode::Char('y') => return Some(Act::Pass(DAY)),
            KeyCode::Char('w') => return Some(Act::Pass(DAY * 14)),
            KeyCode::Char('b') => return self.member().map(|member| Act::Push(self.campaign, member.id)),
            KeyCode::Char('i') => return self.member().map(|member| Act::FriendJoins(member.id)),

            // The till.
            KeyCode::Char('s') if offers && self.coupon_symbol().is_some() => {
                return self.coupon_symbol().map(|symbol| Act::ScanCoupon(Box::new(symbol)));
            }
            KeyCode::Char('s') => match self.shown_symbol() {
                Some(symbol) => return Some(Act::Scan(Box::new(symbol))),
                None => self.till.customer = Some(Err("There is no code on the phone.".to_owned())),
            },
            KeyCode::Char('c') => self.typing = Some(Field::TillCode),
            KeyCode::Up => self.till.chosen = self.till.chosen.saturating_sub(1),
            KeyCode::Down => self.till.chosen = (self.till.chosen + 1).min(self.till.goods.len().saturating_sub(1)),
            KeyCode::Char('+' | '=') | KeyCode::Right => self.count(1),
            KeyCode::Char('-') | KeyCode::Left => self.count(-1),
            KeyCode::Char('m') => return self.sell(false),
            KeyCode::Char('p') => return self.sell(true),
            KeyCode::Char('r') => return self.till.receipt.take_if(|receipt| receipt.can_come_back).map(Act::Refund),
            _ => {}
        }
        None
    }

    /// Enter: the next thing that the screen waits for; on that of the sign-in, what the session waits for.
    fn go_on(&mut self) -> Option<Act> {
        if self.screen == Screen::Stores {
            return self.open_store();
        }
        if self.screen != Screen::Session {
            if !self.is_signed_in() {
                self.screen = Screen::Session;
                return None;
            }
            return match self.screen {
                Screen::Tasks => self.do_next(),
                Screen::History => self.review(),
                Screen::Offers => self.activate(),
                Screen::Inbox => self.open_message(),
                _ => self.open_notification(),
            };
        }
        if self.code_is_due() {
            self.typing = Some(Field::Code);
            return None;
        }
        match self.step() {
            Some(PendingStep::Registration { actions, .. }) => {
                let next = actions.iter().find(|action| action.required && !action.done)?;
                match next.kind {
                    RegistrationActionKind::AcceptTerms => Some(Act::AcceptTerms),
                    RegistrationActionKind::ChangePhone => Some(Act::SendPhoneCode(self.login.clone())),
                    _ => None,
                }
            }
            _ if self.is_signed_in() => None,
            _ => Some(Act::SignIn(self.login.clone())),
        }
    }

    /// The member says how they like what they bought last.
    fn review(&mut self) -> Option<Act> {
        let entries = &self.views.as_ref()?.history.entries;
        let bought = entries.iter().find(|entry| matches!(entry.what, HistoryWhat::Purchase { refund: false, .. }))?;
        let fields = [
            ("purchaseId".to_owned(), FieldValue::Text { value: bought.id.clone() }),
            ("stars".to_owned(), FieldValue::Number { value: Decimal::from(5) }),
        ];
        let activity = Activity::Custom { name: "purchase.reviewed".to_owned(), fields: fields.into() };
        self.notice = Some("Five stars for your last purchase. Thank you.".to_owned());
        Some(Act::Track(activity))
    }

    /// What the member looks at, as far as a shell tells the platform of it: when that changes, it is tracked.
    pub fn sight(&self) -> Option<Activity> {
        let views = self.views.as_ref().filter(|_| !self.help)?;
        match (self.screen, &views.card, &self.chosen) {
            (Screen::Card, CardView::Ready { code, .. }, _) => {
                let kind = match code.kind {
                    CodeKind::Rotating { .. } => "rotating",
                    CodeKind::Issued => "issued",
                    CodeKind::Static => "static",
                    CodeKind::NumberOnly => "number",
                };
                Some(Activity::CardShown { code: Some(kind.to_owned()) })
            }
            (Screen::Card, CardView::Unusable { .. }, _) => Some(Activity::CardShown { code: None }),
            (Screen::Offers, ..) => match self.offer()?.offer.id {
                OfferId::Offer { id } => Some(Activity::OfferViewed { offer: id }),
                OfferId::Coupon { id } => Some(Activity::CouponShown { coupon: id }),
            },
            (Screen::Stores, ..) => Some(Activity::StoreViewed { store: self.stores.page()?.store.id }),
            (Screen::Tasks, _, Some(Chosen::Task(task))) => Some(Activity::TaskViewed { task: task.clone() }),
            _ => None,
        }
    }

    fn sell(&mut self, with_points: bool) -> Option<Act> {
        let Some(Ok(customer)) = self.till.customer.clone() else {
            self.till.problem = Some("Scan a card first: s".to_owned());
            return None;
        };
        let goods: Vec<(Goods, u32)> = self.till.basket().map(|(goods, count)| (goods.clone(), count)).collect();
        if goods.is_empty() {
            self.till.problem = Some("Put something on the counter first: +".to_owned());
            return None;
        }
        Some(Act::Sell { customer, goods, coupons: self.till.coupons.clone(), with_points })
    }

    fn count(&mut self, by: i32) {
        if let Some(count) = self.till.counts.get_mut(self.till.chosen) {
            *count = count.saturating_add_signed(by).min(99);
        }
    }

    fn field(&mut self, field: Field) -> &mut String {
        match field {
            Field::Login => &mut self.login,
            Field::Code => &mut self.code,
            Field::TillCode => &mut self.till.code,
            Field::StoreText => &mut self.stores.text,
            Field::Place => &mut self.stores.place,
            Field::Goods => &mut self.stores.wanted,
        }
    }

    /// What is held under the scanner.
    fn shown_symbol(&self) -> Option<Symbol> {
        match &self.views.as_ref()?.card {
            CardView::Ready { code, .. } => code.symbol.clone(),
            CardView::NoCard { .. } | CardView::Unusable { .. } => None,
        }
    }

    /// The symbol of the coupon that is chosen.
    fn coupon_symbol(&self) -> Option<Symbol> {
        self.offer()?.code.as_ref()?.symbol.clone()
    }

    fn is_signed_in(&self) -> bool {
        self.views.as_ref().is_some_and(|views| matches!(views.session, SessionView::SignedIn { .. }))
    }

    fn member(&self) -> Option<&Member> {
        match &self.views.as_ref()?.session {
            SessionView::SignedIn { member, .. } | SessionView::SignInAgain { member, .. } => member.as_ref(),
            SessionView::SignedOut { .. } => None,
        }
    }

    fn step(&self) -> Option<&PendingStep> {
        match &self.views.as_ref()?.session {
            SessionView::SignedOut { step } | SessionView::SignInAgain { step, .. } => step.as_ref(),
            SessionView::SignedIn { .. } => None,
        }
    }

    fn code_is_due(&self) -> bool {
        match self.step() {
            Some(PendingStep::SignInCode { .. } | PendingStep::PasswordReset { .. }) => true,
            Some(PendingStep::Registration { phone_code, email_code, .. }) => {
                phone_code.is_some() || email_code.is_some()
            }
            None => false,
        }
    }
}

impl Till {
    /// What is on the counter.
    pub fn basket(&self) -> impl Iterator<Item = (&Goods, u32)> {
        self.goods.iter().zip(self.counts.iter().copied()).filter(|(_, count)| *count > 0)
    }
}
