//! What the member has, in memory: [`State::apply`] takes a [`Change`], each feature gives its view.
//!
//! Pure. A change is committed to storage before the state it leads to is shown: [`crate::sync`] sees to that order.
//! The parts are behind `Arc`, so a state is cloned for the price of its counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::acts::{Act, Acts, Ask, Of};
use crate::balance::{Account, TierLadder};
use crate::card::{Card, Cards, CodeKey, IssuedCode, TillCode};
use crate::clock::{Correction, shifted};
use crate::consents::Consent;
use crate::events::outbox::{Limits, Outbox, Step};
use crate::events::{Event, Installation};
use crate::history::{self, History, HistoryPage};
use crate::host::ClockReading;
use crate::inbox::{Inbox, InboxPage, Message};
use crate::offers::favourites::Favourites;
use crate::offers::{self, Coupon, Offer};
use crate::push::{self, Content, PushIgnored, PushMessage, Pushes, Receipt, ReceiptKind, Record, Thing};
use crate::session::{self, Phase, Session, SessionChange};
use crate::stores::{CurrentStore, OwnStores};
use crate::tasks::{self, Game, OwnTasks, TaskAnswer, Tasks};
use crate::types::{Freshness, Screen, StaleReason, Timestamp};

/// To this the platform's `Date` tells its time, so by as much an answer may seem later than it was.
const DATE_GRAIN: SignedDuration = SignedDuration::from_secs(1);
/// No call takes longer, all its attempts included.
const LONGEST_CALL: Duration = Duration::from_mins(5);

/// What the platform answers for in one call, so what is fresh or stale as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Member,
    Cards,
    IssuedCode,
    CodeKey,
    Balance,
    Tiers,
    History,
    Capabilities,
    Tasks,
    Games,
    Inbox,
    Consents,
    Offers,
    Coupons,
    Favourites,
    Stores,
}

impl Part {
    pub(crate) const ALL: [Self; 16] = [
        Self::Member,
        Self::Cards,
        Self::IssuedCode,
        Self::CodeKey,
        Self::Balance,
        Self::Tiers,
        Self::History,
        Self::Capabilities,
        Self::Tasks,
        Self::Games,
        Self::Inbox,
        Self::Consents,
        Self::Offers,
        Self::Coupons,
        Self::Favourites,
        Self::Stores,
    ];

    /// The row that keeps this part. A code key itself is in the secret store; that there is one is known by the cards.
    pub(crate) fn row(self) -> Row {
        match self {
            Self::Member => Row::Session,
            Self::Cards | Self::IssuedCode | Self::CodeKey => Row::Cards,
            Self::Balance => Row::Balance,
            Self::Tiers => Row::Tiers,
            Self::History => Row::History,
            Self::Capabilities => Row::Capabilities,
            Self::Tasks | Self::Games => Row::Tasks,
            Self::Inbox => Row::Inbox,
            Self::Consents => Row::Consents,
            Self::Offers => Row::Offers,
            Self::Coupons => Row::Coupons,
            Self::Favourites => Row::Favourites,
            Self::Stores => Row::Stores,
        }
    }

    /// The screen that shows this part.
    pub(crate) fn screen(self) -> Screen {
        match self {
            Self::Member | Self::Capabilities => Screen::Session,
            Self::Cards | Self::IssuedCode | Self::CodeKey => Screen::Card,
            Self::Balance | Self::Tiers => Screen::Balance,
            Self::History => Screen::History,
            Self::Tasks | Self::Games => Screen::Tasks,
            Self::Inbox => Screen::Inbox,
            Self::Consents => Screen::Consents,
            Self::Offers | Self::Coupons => Screen::Offers,
            Self::Favourites => Screen::Favourites,
            Self::Stores => Screen::Stores,
        }
    }
}

/// What storage keeps as one row each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Row {
    Session,
    Cards,
    Balance,
    Tiers,
    History,
    Capabilities,
    Clock,
    /// When each part was answered.
    Answers,
    /// Whether the platform was told of this installation.
    Installation,
    /// What the outbox has seen; the events themselves are a table.
    Outbox,
    /// The platform's tasks and games.
    Tasks,
    /// What the phone adds to them.
    Own,
    /// What the member asked for.
    Acts,
    /// What was counted of pushes; what was seen of them, and the receipts, are a table.
    Pushes,
    /// What is known of messages that are not kept; those that are are a table.
    Inbox,
    Consents,
    Offers,
    Coupons,
    Favourites,
    /// What the member says of stores. The stores themselves are in a file of their own.
    Stores,
}

impl Row {
    pub(crate) const ALL: [Self; 20] = [
        Self::Session,
        Self::Cards,
        Self::Balance,
        Self::Tiers,
        Self::History,
        Self::Capabilities,
        Self::Clock,
        Self::Answers,
        Self::Installation,
        Self::Outbox,
        Self::Tasks,
        Self::Own,
        Self::Acts,
        Self::Pushes,
        Self::Inbox,
        Self::Consents,
        Self::Offers,
        Self::Coupons,
        Self::Favourites,
        Self::Stores,
    ];
}

/// When the platform last answered for a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answered {
    /// By the platform's clock.
    pub(crate) at: Timestamp,
    /// What a conditional request names.
    pub(crate) etag: Option<String>,
    /// When it was asked.
    #[serde(default)]
    pub(crate) asked: Moment,
}

/// An instant by the clock that all processes of a phone share and that no setting moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Moment {
    boot: Option<String>,
    since_boot: Duration,
}

impl Moment {
    pub(crate) fn of(reading: ClockReading) -> Self {
        Self { boot: reading.boot, since_boot: reading.since_boot }
    }

    /// Whether `other` is later, by no more than a call can take: where nothing names the boot, a longer time may as well
    /// be another one.
    fn was_overtaken_by(&self, other: &Self) -> bool {
        let by = other.since_boot.saturating_sub(self.since_boot);
        self.boot == other.boot && !by.is_zero() && by < LONGEST_CALL
    }
}

/// What this platform offers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Capabilities {
    /// The App API's features; empty where the platform has Loymax's API alone.
    pub(crate) features: BTreeSet<String>,
    /// The oldest version of the app that is served.
    pub(crate) minimum_app_version: Option<String>,
    /// How tills read codes.
    pub(crate) till: Option<TillCode>,
}

/// Everything that changes what the member has.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// The platform answered for a part.
    Answered {
        /// By the platform's clock.
        at: Timestamp,
        etag: Option<String>,
        /// Which question of this process it answers: an answer to an older one than was answered already is dropped.
        ticket: u64,
        /// When that was asked: another process may have had an answer to a newer question since.
        asked: Moment,
        answer: Answer,
    },
    /// The platform said that what is known of a part is still true.
    Unchanged { part: Part, at: Timestamp, ticket: u64, asked: Moment },
    /// There is no answer for a part. Memory only.
    Missed { part: Part, reason: StaleReason },
    /// The session moved on.
    Session(SessionChange),
    /// The phone's clock was held against the platform's.
    Clock(Correction),
    /// The secret store completed what the database holds. A card or a clock that the database has is left alone.
    Recalled { card: Option<Card>, key: Option<Arc<CodeKey>>, clock: Option<Correction> },
    /// Something happened that the platform is to be told. Where the queue is full, the oldest goes that no task counts.
    Track { events: Vec<Arc<Event>>, limits: Limits },
    /// The app is on this phone for the first time, or is of another version than the last time.
    Installed { installation: Installation, event: Option<Arc<Event>> },
    /// Where this installation comes from; the event is for when the one about the installation is gone already.
    Referrer { referrer: String, event: Arc<Event> },
    /// The member asked for something that can wait for a network.
    Asked(Act),
    /// The platform did what was asked for; `question` as in [`Change::Answered`]'s ticket.
    Done { act: uuid::Uuid, question: u64 },
    /// The platform refused what was asked for, in its words.
    Refused { act: uuid::Uuid, text: String },
    /// Answers to a task's questions that are not handed in yet.
    Draft { task: String, answers: Vec<TaskAnswer> },
    /// The member saw so many completions of these tasks celebrated.
    Celebrated(BTreeMap<String, u32>),
    /// A game is played by this key until its outcome is known; none: it is.
    Playing { game: String, key: Option<uuid::Uuid> },
    /// A push came. The event tells of it, where it is of use; `question` as in [`Change::Answered`]'s ticket: an answer to
    /// an older one knows less than the push.
    Pushed { push: Box<PushMessage>, at: Timestamp, question: u64, event: Arc<Event>, limits: Limits },
    /// A push came that is of no use.
    PushIgnored(PushIgnored),
    /// The member opened a notification.
    PushOpened { message: String, at: Timestamp, event: Arc<Event>, limits: Limits },
    /// A link led to no screen.
    LinkIgnored,
    /// Pushes that were sent before are none of the member's.
    PushesSince(Timestamp),
    /// The member read these messages; none: all.
    MessagesRead(Option<Vec<String>>),
    /// The platform answered for a receipt, or does not know what it is about; `question` as above.
    Receipted { receipt: Arc<Receipt>, question: u64 },
    /// A push told of an offer; `question` as in [`Change::Answered`]'s ticket: an answer to an older one knows less.
    OfferPushed { offer: Box<Offer>, question: u64 },
    /// A push says that an offer is taken back at an instant; `question` as above.
    OfferRevoked { offer: i64, version: u64, at: Timestamp, question: u64 },
    /// A store is one of the member's favourites, or no longer.
    Favourite { store: i64, favourite: bool },
    /// The member is in a store, or in none. Memory only.
    InStore(Option<CurrentStore>),
    /// Everything of the member goes.
    Forget,
}

/// What the platform answered.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    Member(crate::session::Member),
    /// The member's cards, and whether a virtual one can be had.
    Cards {
        cards: Vec<Card>,
        can_issue: bool,
    },
    IssuedCode(IssuedCode),
    CodeKey(Arc<CodeKey>),
    Balance(Vec<Account>),
    Tiers(Vec<TierLadder>),
    History {
        from: usize,
        page: HistoryPage,
    },
    Capabilities(Capabilities),
    Tasks(Tasks),
    Games(Vec<Game>),
    Inbox {
        from: usize,
        page: InboxPage,
    },
    Consents(Vec<Consent>),
    Offers(Vec<Offer>),
    Coupons(Vec<Coupon>),
    Favourites(Vec<Favourites>),
    /// The chain is in its own file by now.
    Stores,
}

impl Answer {
    fn part(&self) -> Part {
        match self {
            Self::Member(_) => Part::Member,
            Self::Cards { .. } => Part::Cards,
            Self::IssuedCode(_) => Part::IssuedCode,
            Self::CodeKey(_) => Part::CodeKey,
            Self::Balance(_) => Part::Balance,
            Self::Tiers(_) => Part::Tiers,
            Self::History { .. } => Part::History,
            Self::Capabilities(_) => Part::Capabilities,
            Self::Tasks(_) => Part::Tasks,
            Self::Games(_) => Part::Games,
            Self::Inbox { .. } => Part::Inbox,
            Self::Consents(_) => Part::Consents,
            Self::Offers(_) => Part::Offers,
            Self::Coupons(_) => Part::Coupons,
            Self::Favourites(_) => Part::Favourites,
            Self::Stores => Part::Stores,
        }
    }
}

/// What a change touched: what storage must write, which screens must be told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) rows: BTreeSet<Row>,
    /// What becomes of the events that wait.
    pub(crate) steps: Vec<Step>,
    /// What becomes of single pushes, receipts and messages.
    pub(crate) records: Vec<Record>,
    pub(crate) screens: BTreeSet<Screen>,
}

impl Touched {
    pub(crate) fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.steps.extend(other.steps);
        self.records.extend(other.records);
        self.screens.extend(other.screens);
    }

    fn add(&mut self, row: Row, screen: Screen) {
        self.rows.insert(row);
        self.screens.insert(screen);
    }
}

/// What the member has.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    pub(crate) session: Arc<Session>,
    pub(crate) cards: Arc<Cards>,
    pub(crate) accounts: Arc<Vec<Account>>,
    pub(crate) tiers: Arc<Vec<TierLadder>>,
    pub(crate) history: Arc<History>,
    pub(crate) capabilities: Arc<Capabilities>,
    pub(crate) clock: Correction,
    pub(crate) installation: Arc<Installation>,
    pub(crate) outbox: Arc<Outbox>,
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) own: Arc<OwnTasks>,
    pub(crate) acts: Arc<Acts>,
    pub(crate) pushes: Arc<Pushes>,
    pub(crate) inbox: Arc<Inbox>,
    pub(crate) consents: Arc<Vec<Consent>>,
    /// In the order in which they are shown, as are coupons.
    pub(crate) offers: Arc<Vec<Offer>>,
    pub(crate) coupons: Arc<Vec<Coupon>>,
    pub(crate) favourites: Arc<Vec<Favourites>>,
    pub(crate) stores: Arc<OwnStores>,
    pub(crate) current_store: Option<CurrentStore>,
    pub(crate) answered: Arc<BTreeMap<Part, Answered>>,
    /// What the last attempt since `open` came to; a part that is not in it was not asked for.
    outcomes: Arc<BTreeMap<Part, Outcome>>,
    /// The newest question that was answered, for each part.
    tickets: Arc<BTreeMap<Part, u64>>,
    /// The question with which the platform last learned that messages were read.
    read_told: u64,
    /// Grows when a member's data goes: an answer that was asked for before belongs to nobody any more.
    pub(crate) sign_out_count: u64,
    /// Grows with every change: what was computed from a state can tell whether it still holds.
    pub(crate) revision: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Answered,
    Missed(StaleReason),
}

impl State {
    /// The state after `change`, and what that touched.
    pub(crate) fn apply(&mut self, change: &Change) -> Touched {
        let mut touched = Touched::default();
        self.revision += 1;
        match change {
            Change::Answered { .. } | Change::Unchanged { .. } if !self.is_news(change) => {}
            Change::Answered { at, etag, answer, ticket, asked } => {
                let part = answer.part();
                let answered = Answered { at: *at, etag: etag.clone(), asked: asked.clone() };
                Arc::make_mut(&mut self.answered).insert(part, answered);
                Arc::make_mut(&mut self.outcomes).insert(part, Outcome::Answered);
                touched.add(Row::Answers, part.screen());
                self.answer(answer, *ticket, &mut touched);
                self.settle(part, *ticket, &mut touched);
            }
            Change::Unchanged { part, at, ticket, asked } => {
                if let Some(answered) = Arc::make_mut(&mut self.answered).get_mut(part) {
                    answered.at = *at;
                    answered.asked.clone_from(asked);
                }
                Arc::make_mut(&mut self.outcomes).insert(*part, Outcome::Answered);
                touched.add(Row::Answers, part.screen());
                self.settle(*part, *ticket, &mut touched);
            }
            Change::Missed { part, reason } => {
                let before = Arc::make_mut(&mut self.outcomes).insert(*part, Outcome::Missed(*reason));
                if before != Some(Outcome::Missed(*reason)) {
                    touched.screens.insert(part.screen());
                }
            }
            Change::Session(change) => {
                if let SessionChange::SignedIn(member) = change
                    && !session::belongs_to(&self.session, member.as_ref())
                {
                    self.forget(&mut touched);
                }
                session::apply(Arc::make_mut(&mut self.session), change);
                touched.add(Row::Session, Screen::Session);
            }
            Change::Clock(correction) => {
                self.clock = correction.clone();
                touched.add(Row::Clock, Screen::Card);
            }
            Change::Recalled { card, key, clock } => {
                let cards = Arc::make_mut(&mut self.cards);
                if cards.card.is_none() {
                    cards.card.clone_from(card);
                }
                cards.key.clone_from(key);
                if self.clock == Correction::default() {
                    self.clock = clock.clone().unwrap_or_default();
                }
                touched.rows.extend([Row::Cards, Row::Clock]);
                touched.screens.insert(Screen::Card);
            }
            Change::Track { events, limits } => {
                let steps = self.track(events.iter().cloned(), *limits);
                self.queue(steps, &mut touched);
            }
            Change::Installed { installation, event } => {
                // Another process may have told it since.
                if *self.installation != *installation {
                    // What was saved from a broken file may hold it still.
                    let news = event.clone().filter(|event| self.outbox.facts().all(|fact| fact.id != event.fact.id));
                    let steps = self.outbox.track(news, Limits::NONE, |_| true);
                    self.queue(steps, &mut touched);
                    self.installation = Arc::new(installation.clone());
                    touched.rows.insert(Row::Installation);
                }
            }
            Change::Referrer { referrer, event } => {
                if self.installation.referrer.as_ref() != Some(referrer) {
                    let steps = match self.outbox.refer(referrer) {
                        Some(step) => vec![step],
                        None => self.outbox.track([event.clone()], Limits::NONE, |_| true),
                    };
                    self.queue(steps, &mut touched);
                    Arc::make_mut(&mut self.installation).referrer = Some(referrer.clone());
                    touched.rows.insert(Row::Installation);
                }
            }
            Change::Asked(act) => {
                Arc::make_mut(&mut self.acts).add(act.clone());
                self.asked(act.id, &mut touched);
            }
            Change::Done { act, question } => {
                if let Some(Ask::Offer(done)) = self.acts.ask(*act)
                    && let Some(offer) =
                        Arc::make_mut(&mut self.offers).iter_mut().find(|offer| offer.id == done.offer())
                {
                    // The platform may never say so: not all do.
                    offer.activated = Some(true);
                    touched.rows.insert(Row::Offers);
                }
                Arc::make_mut(&mut self.acts).answered(*act, *question);
                self.asked(*act, &mut touched);
            }
            Change::Refused { act, text } => {
                self.asked(*act, &mut touched);
                Arc::make_mut(&mut self.acts).refused(*act, text.clone());
            }
            Change::Draft { task, answers } => {
                Arc::make_mut(&mut self.own).draft(task, answers.clone());
                touched.add(Row::Own, Screen::Tasks);
            }
            Change::Celebrated(completions) => {
                Arc::make_mut(&mut self.own).celebrate(completions);
                touched.add(Row::Own, Screen::Tasks);
            }
            Change::Playing { game, key } => {
                Arc::make_mut(&mut self.own).play(game, *key);
                touched.add(Row::Own, Screen::Tasks);
            }
            Change::Pushed { push, at, question, event, limits } => match self.judge(push, *at) {
                Ok(()) => {
                    touched.records.extend(Arc::make_mut(&mut self.pushes).take(push, *at));
                    let steps = self.track([Arc::clone(event)], *limits);
                    self.queue(steps, &mut touched);
                    self.show_pushed(push, *at, *question, &mut touched);
                }
                Err(reason) => self.ignore_push(reason, &mut touched),
            },
            Change::PushIgnored(reason) => self.ignore_push(*reason, &mut touched),
            Change::PushOpened { message, at, event, limits } => {
                let records = Arc::make_mut(&mut self.pushes).open(message, *at);
                if !records.is_empty() {
                    touched.records.extend(records);
                    let steps = self.track([Arc::clone(event)], *limits);
                    self.queue(steps, &mut touched);
                }
            }
            Change::LinkIgnored => {
                touched.records.push(Arc::make_mut(&mut self.pushes).ignore_link());
                touched.screens.insert(Screen::Outbox);
            }
            Change::PushesSince(since) => {
                let pushes = Arc::make_mut(&mut self.pushes);
                pushes.tally.since = Some(*since);
                touched.records.push(Record::Tally(pushes.tally.clone()));
            }
            Change::MessagesRead(messages) => {
                let pushes = Arc::make_mut(&mut self.pushes);
                let records = Arc::make_mut(&mut self.inbox).read(messages.as_deref(), pushes);
                touched.records.extend(records);
                touched.add(Row::Inbox, Screen::Inbox);
                touched.screens.insert(Screen::Outbox);
            }
            Change::Receipted { receipt, question } => {
                touched.records.extend(Arc::make_mut(&mut self.pushes).settle(receipt));
                touched.screens.insert(Screen::Outbox);
                if matches!(receipt.kind, ReceiptKind::MessageRead | ReceiptKind::AllRead) {
                    self.read_told = *question;
                }
            }
            Change::OfferPushed { offer, question } => {
                if offers::put(Arc::make_mut(&mut self.offers), offer) {
                    self.overtake(Part::Offers, *question, &mut touched);
                    touched.add(Row::Offers, Screen::Offers);
                }
            }
            Change::OfferRevoked { offer, version, at, question } => {
                if offers::revoke(Arc::make_mut(&mut self.offers).as_mut_slice(), *offer, *version, *at) {
                    self.overtake(Part::Offers, *question, &mut touched);
                    touched.add(Row::Offers, Screen::Offers);
                }
            }
            Change::Favourite { store, favourite } => {
                Arc::make_mut(&mut self.stores).set_favourite(*store, *favourite);
                touched.add(Row::Stores, Screen::Stores);
            }
            Change::InStore(current) => {
                self.current_store = *current;
                Arc::make_mut(&mut self.cards).here = current.and_then(|current| current.till);
                touched.screens.extend([Screen::Stores, Screen::Card]);
            }
            Change::Forget => {
                self.forget(&mut touched);
                Arc::make_mut(&mut self.session).wiping = true;
            }
        }
        touched
    }

    /// What it takes to put events into the outbox.
    pub(crate) fn track(&self, events: impl IntoIterator<Item = Arc<Event>>, limits: Limits) -> Vec<Step> {
        self.outbox.track(events, limits, |fact| tasks::triggers(&self.tasks, fact))
    }

    /// Takes over what becomes of events that wait.
    fn queue(&mut self, steps: Vec<Step>, touched: &mut Touched) {
        touched.screens.extend(self.take(&steps));
        touched.steps.extend(steps);
    }

    /// Takes over steps that are stored; gives the screens that show it. On its own for the quick way to track.
    pub(crate) fn take(&mut self, steps: &[Step]) -> BTreeSet<Screen> {
        if steps.is_empty() {
            return BTreeSet::new();
        }
        Arc::make_mut(&mut self.outbox).take(steps);
        // What tasks count of it is predicted, in points, too.
        [Screen::Outbox, Screen::Tasks, Screen::Balance].into()
    }

    /// Whether a push is of any use at `now`.
    ///
    /// # Errors
    /// Why it is not.
    pub(crate) fn judge(&self, push: &PushMessage, now: Timestamp) -> Result<(), PushIgnored> {
        push::judge(&self.pushes, push, self.session.phase != Phase::SignedOut, now)?;
        match &push.content {
            // Who polls sees again what is known, however it came.
            Content::Message(Some(message)) if push.polled && self.inbox.holds(&message.id) => {
                Err(PushIgnored::Duplicate)
            }
            Content::Offer { id: Some(id), .. } => {
                let known = self.offers.iter().find(|offer| offer.id == *id).map(|offer| offer.version);
                let version = push.version.and_then(|version| u64::try_from(version).ok());
                // The version that a sync brought first may still be told of.
                if known.zip(version).is_some_and(|(known, version)| version < known) {
                    return Err(PushIgnored::Stale);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn ignore_push(&mut self, reason: PushIgnored, touched: &mut Touched) {
        touched.records.push(Arc::make_mut(&mut self.pushes).ignore(reason));
        touched.screens.insert(Screen::Outbox);
    }

    /// Shows at once what a push brought, until the platform's next answer; not where one surely came after the push was
    /// sent. Which of them was first within a second of each other nobody can tell: then the push is shown, and the pull
    /// that follows it has the last word. What was asked before is not listened to any more: it may know less.
    fn show_pushed(&mut self, push: &PushMessage, at: Timestamp, question: u64, touched: &mut Touched) {
        let later = |part: Part| {
            let answered = self.answered.get(&part).map(|answered| answered.at);
            push.sent.zip(answered).is_none_or(|(sent, answered)| sent > shifted(answered, -DATE_GRAIN))
        };
        match &push.content {
            Content::Balance(Some(accounts)) if later(Part::Balance) => {
                self.accounts = Arc::new(accounts.clone());
                self.overtake(Part::Balance, question, touched);
                touched.add(Row::Balance, Screen::Balance);
            }
            Content::Message(Some(message)) if later(Part::Inbox) => {
                let opened = push.id.as_ref().is_some_and(|id| self.pushes.is_opened(id));
                let message = Message { read: message.read || opened, ..message.clone() };
                touched.records.extend(Arc::make_mut(&mut self.inbox).add(&message));
                self.overtake(Part::Inbox, question, touched);
                touched.screens.insert(Screen::Inbox);
            }
            Content::Offer { offer: Some(offer), .. } if later(Part::Offers) => {
                touched.extend(self.apply(&Change::OfferPushed { offer: offer.clone(), question }));
            }
            Content::Revoke(Thing::Offer(offer)) if later(Part::Offers) => {
                // Without a version, whatever is known is taken back.
                let version = push.version.and_then(|version| u64::try_from(version).ok()).unwrap_or(u64::MAX);
                touched.extend(self.apply(&Change::OfferRevoked { offer: *offer, version, at, question }));
            }
            Content::Revoke(Thing::Coupon(id)) if later(Part::Coupons) => {
                Arc::make_mut(&mut self.coupons).retain(|coupon| coupon.id != *id);
                self.overtake(Part::Coupons, question, touched);
                touched.add(Row::Coupons, Screen::Offers);
            }
            Content::Revoke(Thing::Message(id)) if later(Part::Inbox) => {
                touched.records.extend(Arc::make_mut(&mut self.inbox).remove(id));
                self.overtake(Part::Inbox, question, touched);
                touched.screens.insert(Screen::Inbox);
            }
            _ => {}
        }
    }

    /// What is shown of a part is not what the platform last answered: the next question is put without a condition, and
    /// answers to older ones are too old.
    fn overtake(&mut self, part: Part, question: u64, touched: &mut Touched) {
        let newest = Arc::make_mut(&mut self.tickets).entry(part).or_default();
        *newest = question.max(*newest);
        if self.etag(part).is_some()
            && let Some(answered) = Arc::make_mut(&mut self.answered).get_mut(&part)
        {
            answered.etag = None;
            touched.rows.insert(Row::Answers);
        }
    }

    /// What the member asked for by `act` is shown.
    fn asked(&self, act: uuid::Uuid, touched: &mut Touched) {
        touched.add(Row::Acts, Screen::Outbox);
        match self.acts.ask(act).map(Ask::of) {
            Some(Of::Offers) => _ = touched.screens.insert(Screen::Offers),
            Some(Of::Tasks) | None => touched.screens.extend([Screen::Tasks, Screen::Balance]),
        }
    }

    /// The platform's tasks or offers are those of `question`: what it had before that needs no prediction any more.
    fn settle(&mut self, part: Part, question: u64, touched: &mut Touched) {
        let of = match part {
            Part::Tasks => Of::Tasks,
            Part::Offers => Of::Offers,
            _ => return,
        };
        if Arc::make_mut(&mut self.acts).settled(of, question) {
            touched.rows.insert(Row::Acts);
        }
        if of != Of::Tasks {
            return;
        }
        let acts: Vec<_> = self.acts.of_tasks().collect();
        let steps = self.outbox.settled(question, |fact| tasks::awaits(&self.tasks, &acts, fact));
        self.queue(steps, touched);
        touched.screens.insert(Screen::Balance);
    }

    /// Whether an answer is to a newer question than the last one that was answered, for its part, here or in another
    /// process.
    fn is_news(&mut self, change: &Change) -> bool {
        let (part, ticket, asked) = match change {
            Change::Answered { answer, ticket, asked, .. } => (answer.part(), *ticket, asked),
            Change::Unchanged { part, ticket, asked, .. } => (*part, *ticket, asked),
            _ => return true,
        };
        let newest = Arc::make_mut(&mut self.tickets).entry(part).or_default();
        let news = ticket >= *newest;
        *newest = ticket.max(*newest);
        news && !self.answered.get(&part).is_some_and(|answered| asked.was_overtaken_by(&answered.asked))
    }

    fn answer(&mut self, answer: &Answer, ticket: u64, touched: &mut Touched) {
        match answer {
            Answer::Member(member) => {
                session::apply(Arc::make_mut(&mut self.session), &SessionChange::Member(member.clone()));
                touched.rows.insert(Row::Session);
            }
            Answer::Cards { cards, can_issue } => {
                let now = self.answered.get(&Part::Cards).map_or(Timestamp::UNIX_EPOCH, |answered| answered.at);
                Arc::make_mut(&mut self.cards).replace(cards.clone(), *can_issue, now);
                touched.rows.insert(Row::Cards);
            }
            Answer::IssuedCode(code) => {
                Arc::make_mut(&mut self.cards).issued = Some(code.clone());
                touched.rows.insert(Row::Cards);
            }
            // The key itself is the secret store's: no row.
            Answer::CodeKey(key) => Arc::make_mut(&mut self.cards).key = Some(Arc::clone(key)),
            Answer::Balance(accounts) => {
                self.accounts = Arc::new(accounts.clone());
                touched.rows.insert(Row::Balance);
            }
            Answer::Tiers(tiers) => {
                self.tiers = Arc::new(tiers.clone());
                touched.rows.insert(Row::Tiers);
            }
            Answer::History { from, page } => {
                history::apply(Arc::make_mut(&mut self.history), *from, page);
                touched.rows.insert(Row::History);
            }
            Answer::Capabilities(capabilities) => {
                Arc::make_mut(&mut self.cards).till = capabilities.till;
                self.capabilities = Arc::new(capabilities.clone());
                touched.add(Row::Cards, Screen::Card);
                touched.rows.insert(Row::Capabilities);
            }
            Answer::Tasks(tasks) => {
                tasks::apply(Arc::make_mut(&mut self.tasks), tasks.clone());
                if self.own.celebrated.is_none() {
                    let own = self.installation.event.into_iter().collect::<Vec<_>>();
                    Arc::make_mut(&mut self.own).celebrated = Some(tasks::baseline(&self.tasks, &own));
                    touched.rows.insert(Row::Own);
                }
                touched.rows.insert(Row::Tasks);
            }
            Answer::Games(games) => {
                Arc::make_mut(&mut self.tasks).games.clone_from(games);
                touched.rows.insert(Row::Tasks);
            }
            Answer::Inbox { from, page } => {
                let pushes = Arc::make_mut(&mut self.pushes);
                let inbox = Arc::make_mut(&mut self.inbox);
                touched.records.extend(inbox.apply(*from, page, ticket >= self.read_told, pushes));
                touched.rows.insert(Row::Inbox);
            }
            Answer::Consents(consents) => {
                self.consents = Arc::new(consents.clone());
                touched.rows.insert(Row::Consents);
            }
            Answer::Offers(offers) => {
                offers::apply(Arc::make_mut(&mut self.offers), offers.clone());
                touched.rows.insert(Row::Offers);
            }
            Answer::Coupons(coupons) => {
                let mut coupons = coupons.clone();
                offers::sort_coupons(&mut coupons);
                self.coupons = Arc::new(coupons);
                touched.rows.insert(Row::Coupons);
            }
            Answer::Favourites(favourites) => {
                self.favourites = Arc::new(favourites.clone());
                touched.rows.insert(Row::Favourites);
            }
            // That they were answered for is kept with the others.
            Answer::Stores => _ = touched.rows.insert(Row::Stores),
        }
    }

    /// Nothing of the member is left; what is true of the platform and the phone's clock stays.
    fn forget(&mut self, touched: &mut Touched) {
        let steps = self.outbox.forget();
        self.queue(steps, touched);
        *self = Self {
            clock: self.clock.clone(),
            installation: Arc::clone(&self.installation),
            outbox: Arc::clone(&self.outbox),
            capabilities: Arc::clone(&self.capabilities),
            cards: Arc::new(Cards { till: self.capabilities.till, ..Cards::default() }),
            revision: self.revision,
            sign_out_count: self.sign_out_count + 1,
            ..Self::default()
        };
        touched.rows.extend(Row::ALL);
        touched.screens.extend(Screen::ALL);
    }

    /// The state after another process wrote `stored`. What is not on disk stays: the key, what the attempts came to.
    pub(crate) fn adopt(&mut self, stored: Self) -> Touched {
        let outbox = Arc::clone(&self.outbox);
        let here = self.cards.here;
        let key = self.cards.key.clone().filter(|_| stored.cards.card_id() == self.cards.card_id());
        let kept = self.session.member.as_ref().map(|member| member.id);
        let gone = kept.is_some() && kept != stored.session.member.as_ref().map(|member| member.id);
        *self = Self {
            outcomes: Arc::clone(&self.outcomes),
            tickets: Arc::clone(&self.tickets),
            read_told: self.read_told,
            current_store: self.current_store.filter(|_| !gone),
            revision: self.revision + 1,
            sign_out_count: self.sign_out_count + u64::from(gone),
            ..stored
        };
        let cards = Arc::make_mut(&mut self.cards);
        cards.key = key;
        cards.here = here.filter(|_| !gone);
        Arc::make_mut(&mut self.outbox).adopt(&outbox);
        Touched { screens: Screen::ALL.into(), ..Touched::default() }
    }

    /// Whether the platform is still to be told something.
    pub(crate) fn owes_platform(&self) -> bool {
        self.outbox.len() > 0 || self.acts.len() > 0 || !self.pushes.receipts.is_empty()
    }

    /// Whether a part that every refresh asks for failed for something that passes. Codes are asked for when they are due.
    pub(crate) fn is_waiting_for_network(&self) -> bool {
        let passing = |outcome| matches!(outcome, &Outcome::Missed(StaleReason::Offline | StaleReason::Busy));
        self.outcomes
            .iter()
            .any(|(part, outcome)| !matches!(part, Part::IssuedCode | Part::CodeKey) && passing(outcome))
    }

    /// How fresh a part is.
    pub(crate) fn freshness(&self, part: Part) -> Freshness {
        let outcome = self.outcomes.get(&part).copied().unwrap_or(Outcome::Missed(StaleReason::NotAsked));
        match (self.answered.get(&part), outcome) {
            (Some(answered), Outcome::Answered) => Freshness::Live { as_of: answered.at },
            (Some(answered), Outcome::Missed(reason)) => Freshness::Cached { as_of: answered.at, reason },
            (None, Outcome::Missed(reason)) => Freshness::Unknown { reason },
            (None, Outcome::Answered) => Freshness::Unknown { reason: StaleReason::NotAsked },
        }
    }

    /// Whether the platform ever answered for a part.
    pub(crate) fn has(&self, part: Part) -> bool {
        self.answered.contains_key(&part)
    }

    /// What a conditional request for a part names.
    pub(crate) fn etag(&self, part: Part) -> Option<String> {
        self.answered.get(&part)?.etag.clone()
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::acts::Ask;
    use crate::card::Symbology;
    use crate::events::Data;
    use crate::events::outbox::Reply;
    use crate::session::{Member, Phase};
    use crate::tasks::TaskAct;
    use crate::tasks::rules::{Kind, Rule};
    use crate::tasks::tests::rule;
    use crate::types::Decimal;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn tiers(names: &[&str]) -> Answer {
        let ladder = |name: &&str| TierLadder {
            name: (*name).to_owned(),
            logical_name: String::new(),
            tiers: Vec::new(),
            current: None,
            value: Decimal::ZERO,
            next_at: None,
        };
        Answer::Tiers(names.iter().map(ladder).collect())
    }

    fn answered(ticket: u64, answer: Answer) -> Change {
        Change::Answered { at: at(0), etag: None, ticket, asked: Moment::default(), answer }
    }

    fn signed_in(id: i64) -> Change {
        let member = Member { id, first_name: None, last_name: None, phone: None, email: None };
        Change::Session(SessionChange::SignedIn(Some(member)))
    }

    #[test]
    fn an_answer_that_was_overtaken_changes_nothing() {
        let mut state = State::default();
        state.apply(&answered(2, tiers(&["new"])));
        let touched = state.apply(&answered(1, tiers(&["old"])));
        assert_eq!(touched, Touched::default());
        assert_eq!(state.tiers[0].name, "new");
        state.apply(&answered(3, tiers(&["newest"])));
        assert_eq!(state.tiers[0].name, "newest");
    }

    #[test]
    fn an_answer_that_another_process_overtook_changes_nothing() {
        let asked =
            |boot: &str, second| Moment { boot: Some(boot.to_owned()), since_boot: Duration::from_secs(second) };
        let told = |asked, answer| Change::Answered { at: at(0), etag: None, ticket: 1, asked, answer };
        let mut ours = State::default();
        ours.apply(&told(asked("a", 100), tiers(&["first"])));
        // The other process asks after us and is answered before us; what it stored is taken over by our commit.
        let mut theirs = ours.clone();
        theirs.apply(&told(asked("a", 102), tiers(&["newest"])));
        ours.adopt(theirs.clone());
        let late = ours.apply(&told(asked("a", 101), tiers(&["older"])));
        assert_eq!((late, ours.tiers[0].name.as_str()), (Touched::default(), "newest"));
        ours.apply(&told(asked("b", 3), tiers(&["after a restart"])));
        assert_eq!(ours.tiers[0].name, "after a restart");
        let unnamed = |second| Moment { boot: None, since_boot: Duration::from_secs(second) };
        ours.apply(&told(unnamed(100_000), tiers(&["before a restart"])));
        ours.apply(&told(unnamed(30), tiers(&["after it"])));
        assert_eq!(ours.tiers[0].name, "after it", "which no boot id tells");
    }

    #[test]
    fn what_is_not_known_to_be_the_members_goes_when_they_sign_in() {
        let mut state = State::default();
        state.apply(&signed_in(1));
        state.apply(&answered(1, tiers(&["Annas"])));
        state.apply(&signed_in(1));
        assert_eq!(state.tiers.len(), 1, "the same member keeps what they have");
        state.apply(&signed_in(2));
        assert!(state.tiers.is_empty());
        state.apply(&answered(2, tiers(&["Boriss"])));
        state.apply(&Change::Session(SessionChange::SignedIn(None)));
        assert!(state.tiers.is_empty(), "nobody knows who this is");
        assert_eq!(state.session.phase, Phase::SignedIn);
    }

    #[test]
    fn what_followed_an_opt_in_stays_until_the_platform_knows_of_that() {
        let rule = Rule { opt_in: true, ..rule(Kind::Count, 3) };
        let task = |counts_from| tasks::tests::task("t", Rule { counts_from, ..rule.clone() });
        let pulled = |ticket, counts_from| {
            answered(ticket, Answer::Tasks(Tasks { tasks: vec![task(counts_from)], ..Tasks::default() }))
        };
        let mut state = State::default();
        state.apply(&pulled(1, None));
        let act = uuid::Uuid::from_u128(1);
        let ask = Ask::Task(TaskAct::OptIn { task: "t".to_owned(), at: at(0) });
        state.apply(&Change::Asked(Act { id: act, ask, answered: None, refused: None }));
        let event = Event::new("purchase", Data::new(), uuid::Uuid::from_u128(2), at(1), &TimeZone::UTC, true);
        state.apply(&Change::Track { events: vec![Arc::new(event)], limits: Limits::NONE });
        let (batch, steps) = state.outbox.batch(100);
        state.take(&steps);
        let replies = [Reply { id: uuid::Uuid::from_u128(2), taken: true, again: false, reason: None }];
        let steps = state.outbox.answered(&batch, &replies, 2, |_| true);
        state.take(&steps);
        state.apply(&pulled(3, None));
        assert_eq!(state.outbox.facts().count(), 1, "the opt-in is still to be told");
        state.apply(&Change::Done { act, question: 4 });
        state.apply(&pulled(4, None));
        assert_eq!(state.outbox.facts().count(), 1, "asked before the platform knew of it");
        let touched = state.apply(&pulled(5, Some(at(0))));
        assert_eq!((state.outbox.facts().count(), touched.steps.len()), (0, 1));
        assert!(touched.rows.contains(&Row::Acts));
    }

    #[test]
    fn a_push_changes_an_offer_at_once_and_a_later_answer_wins() {
        let offer = |version, title: &str| Offer { version, title: title.to_owned(), ..offers::tests::offer(7) };
        let titles = |state: &State| state.offers.iter().map(|offer| offer.title.clone()).collect::<Vec<_>>();
        let pulled = |ticket, offers| Change::Answered {
            at: at(0),
            etag: Some("e".to_owned()),
            ticket,
            asked: Moment::default(),
            answer: Answer::Offers(offers),
        };
        let pushed =
            |version, title, question| Change::OfferPushed { offer: Box::new(offer(version, title)), question };
        let mut state = State::default();
        state.apply(&pulled(1, vec![offer(2, "two")]));
        assert_eq!(state.apply(&pushed(1, "one", 3)), Touched::default(), "older than what is known");
        let touched = state.apply(&pushed(3, "three", 3));
        assert_eq!((titles(&state), touched.screens), (vec!["three".to_owned()], [Screen::Offers].into()));
        assert_eq!(state.etag(Part::Offers), None, "what the next answer is compared with has changed");
        state.apply(&pulled(2, vec![offer(2, "two")]));
        assert_eq!(titles(&state), ["three"], "that was asked before the push came");
        state.apply(&pulled(4, vec![offer(2, "two")]));
        assert_eq!(titles(&state), ["two"], "the platform is the truth");
        let revoke = |version| Change::OfferRevoked { offer: 7, version, at: at(5), question: 6 };
        assert_eq!(state.apply(&revoke(1)), Touched::default());
        assert_eq!(state.apply(&revoke(2)).screens, [Screen::Offers].into());
        assert_eq!(state.offers[0].rules.revoked, Some(at(5)));
        assert_eq!(state.apply(&revoke(2)), Touched::default(), "no news twice");
        state.apply(&pulled(5, vec![offer(2, "two")]));
        assert_eq!(state.offers[0].rules.revoked, Some(at(5)), "asked before it was taken back");
        state.apply(&pulled(7, Vec::new()));
        assert!(state.offers.is_empty());
    }

    #[test]
    fn an_activated_offer_stays_so_where_the_platform_does_not_say() {
        let mut state = State::default();
        let of_platform = |activated| vec![Offer { activated, ..offers::tests::offer(7) }];
        state.apply(&answered(1, Answer::Offers(of_platform(None))));
        let act = uuid::Uuid::from_u128(1);
        let ask = Ask::Offer(offers::OfferAct::Activate { offer: 7, logical_name: "gift".to_owned() });
        let touched = state.apply(&Change::Asked(Act { id: act, ask, answered: None, refused: None }));
        assert_eq!(touched.screens, [Screen::Offers, Screen::Outbox].into());
        let touched = state.apply(&Change::Done { act, question: 2 });
        assert!(touched.rows.is_superset(&[Row::Offers, Row::Acts].into()));
        state.apply(&answered(3, Answer::Offers(of_platform(None))));
        assert_eq!((state.offers[0].activated, state.acts.of_offers().count()), (Some(true), 0));
        state.apply(&answered(4, Answer::Offers(of_platform(Some(false)))));
        assert_eq!(state.offers[0].activated, Some(false), "the platform says so");
    }

    #[test]
    fn the_store_that_the_member_is_in_is_known_until_they_leave_it() {
        let mut state = State::default();
        state.apply(&signed_in(1));
        let current = CurrentStore { id: 7, till: Some(Symbology::Aztec) };
        let touched = state.apply(&Change::InStore(Some(current)));
        assert_eq!((touched.rows, touched.screens), (BTreeSet::new(), [Screen::Stores, Screen::Card].into()));
        assert_eq!(state.cards.here, Some(Symbology::Aztec));
        let mut stored = State::default();
        stored.apply(&signed_in(1));
        state.adopt(stored);
        assert_eq!((state.current_store, state.cards.here), (Some(current), Some(Symbology::Aztec)));
        state.apply(&Change::InStore(None));
        assert_eq!((state.current_store, state.cards.here), (None, None));
        state.apply(&Change::InStore(Some(current)));
        state.apply(&Change::Favourite { store: 7, favourite: true });
        state.apply(&Change::Forget);
        assert_eq!((state.current_store, state.cards.here, state.stores.favourites.len()), (None, None, 0));
        let mut state = State::default();
        state.apply(&signed_in(1));
        state.apply(&Change::InStore(Some(current)));
        state.adopt(State::default());
        assert_eq!((state.current_store, state.cards.here), (None, None), "another process signed the member out");
    }

    #[test]
    fn freshness_says_why_there_is_nothing_newer() {
        let mut state = State::default();
        assert_eq!(state.freshness(Part::Tiers), Freshness::Unknown { reason: StaleReason::NotAsked });
        let missed = Change::Missed { part: Part::Tiers, reason: StaleReason::Offline };
        assert_eq!(state.apply(&missed).screens, [Screen::Balance].into());
        assert_eq!(state.apply(&missed), Touched::default(), "no news twice");
        assert_eq!(state.freshness(Part::Tiers), Freshness::Unknown { reason: StaleReason::Offline });
        state.apply(&answered(1, tiers(&[])));
        assert_eq!(state.freshness(Part::Tiers), Freshness::Live { as_of: at(0) });
        state.apply(&missed);
        assert_eq!(state.freshness(Part::Tiers), Freshness::Cached { as_of: at(0), reason: StaleReason::Offline });
    }
}
