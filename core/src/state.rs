//! What the member has, in memory: [`State::apply`] takes a [`Change`], each feature gives its view.
//!
//! Pure. A change is committed to storage before the state it leads to is shown: [`crate::sync`] sees to that order.
//! The parts are behind `Arc`, so a state is cloned for the price of its counters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::acts::{Act, Acts};
use crate::balance::{Account, TierLadder};
use crate::card::{Card, Cards, CodeKey, IssuedCode, TillCode};
use crate::clock::Correction;
use crate::events::outbox::{Limits, Outbox, Step};
use crate::events::{Event, Installation};
use crate::history::{self, History, HistoryPage};
use crate::session::{self, Session, SessionChange};
use crate::stores::{CurrentStore, OwnStores};
use crate::tasks::{self, Game, OwnTasks, TaskAnswer, Tasks};
use crate::types::{Freshness, Screen, StaleReason, Timestamp};

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
    Stores,
}

impl Part {
    pub(crate) const ALL: [Self; 11] = [
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
    /// What the member says of stores. The stores themselves are in a file of their own.
    Stores,
}

impl Row {
    pub(crate) const ALL: [Self; 14] = [
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
        /// Which question it answers: an answer to an older one than was answered already is dropped.
        ticket: u64,
        answer: Answer,
    },
    /// The platform said that what is known of a part is still true.
    Unchanged { part: Part, at: Timestamp, ticket: u64 },
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
    pub(crate) screens: BTreeSet<Screen>,
}

impl Touched {
    pub(crate) fn extend(&mut self, other: Self) {
        self.rows.extend(other.rows);
        self.steps.extend(other.steps);
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
    pub(crate) stores: Arc<OwnStores>,
    pub(crate) current_store: Option<CurrentStore>,
    pub(crate) answered: Arc<BTreeMap<Part, Answered>>,
    /// What the last attempt since `open` came to; a part that is not in it was not asked for.
    outcomes: Arc<BTreeMap<Part, Outcome>>,
    /// The newest question that was answered, for each part.
    tickets: Arc<BTreeMap<Part, u64>>,
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
            Change::Answered { ticket, .. } | Change::Unchanged { ticket, .. } if !self.is_news(change, *ticket) => {}
            Change::Answered { at, etag, answer, ticket } => {
                let part = answer.part();
                Arc::make_mut(&mut self.answered).insert(part, Answered { at: *at, etag: etag.clone() });
                Arc::make_mut(&mut self.outcomes).insert(part, Outcome::Answered);
                touched.add(Row::Answers, part.screen());
                self.answer(answer, &mut touched);
                if part == Part::Tasks {
                    self.settle(*ticket, &mut touched);
                }
            }
            Change::Unchanged { part, at, ticket } => {
                if let Some(answered) = Arc::make_mut(&mut self.answered).get_mut(part) {
                    answered.at = *at;
                }
                Arc::make_mut(&mut self.outcomes).insert(*part, Outcome::Answered);
                touched.add(Row::Answers, part.screen());
                if *part == Part::Tasks {
                    self.settle(*ticket, &mut touched);
                }
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
                Self::asked(&mut touched);
            }
            Change::Done { act, question } => {
                Arc::make_mut(&mut self.acts).answered(*act, *question);
                Self::asked(&mut touched);
            }
            Change::Refused { act, text } => {
                Arc::make_mut(&mut self.acts).refused(*act, text.clone());
                Self::asked(&mut touched);
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

    fn asked(touched: &mut Touched) {
        touched.add(Row::Acts, Screen::Tasks);
        touched.screens.extend([Screen::Outbox, Screen::Balance]);
    }

    /// The platform's tasks are those of `question`: what it had before that needs no prediction any more.
    fn settle(&mut self, question: u64, touched: &mut Touched) {
        if Arc::make_mut(&mut self.acts).settled(question) {
            touched.rows.insert(Row::Acts);
        }
        let acts: Vec<_> = self.acts.of_tasks().collect();
        let steps = self.outbox.settled(question, |fact| tasks::awaits(&self.tasks, &acts, fact));
        self.queue(steps, touched);
        touched.screens.insert(Screen::Balance);
    }

    /// Whether an answer is to a newer question than the last one that was answered, for its part.
    fn is_news(&mut self, change: &Change, ticket: u64) -> bool {
        let part = match change {
            Change::Answered { answer, .. } => answer.part(),
            Change::Unchanged { part, .. } => *part,
            _ => return true,
        };
        let newest = Arc::make_mut(&mut self.tickets).entry(part).or_default();
        let news = ticket >= *newest;
        *newest = ticket.max(*newest);
        news
    }

    fn answer(&mut self, answer: &Answer, touched: &mut Touched) {
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
        Change::Answered { at: at(0), etag: None, ticket, answer }
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
