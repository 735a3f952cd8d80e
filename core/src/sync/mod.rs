//! Flush, pull, apply, publish: the one place where what the platform says becomes what the screens show.
//!
//! [`Engine::commit`] is the one way in: a change is stored in one transaction, then applied in memory, then the screens
//! it touches are told. [`Engine::refresh`] pulls every part; the parts fail apart, each with a freshness of its own.
//! Tokens are in [`tokens`], what a member does to their session in [`acts`], to tasks in [`tasks`], to offers in
//! [`offers`], what they ask of stores in [`stores`]; what the platform is told in [`flush`], pushes, messages and consents
//! in [`push`].

pub(crate) mod acts;
mod flush;
mod offers;
mod push;
mod stores;
mod tasks;
mod tokens;

use std::collections::BTreeSet;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use crate::card;
use crate::clock::PlatformTime;
use crate::error::{Error, Result};
use crate::events::outbox::Limits;
use crate::host::{Clock, ClockReading};
use crate::links::Links;
use crate::log::Delivery;
use crate::platform::{Fetched, Platform, Settings, TimeSample};
use crate::runtime::{SingleFlight, blocking};
use crate::session::SessionChange;
use crate::state::{Answer, Capabilities, Change, Moment, Part, State, Touched};
use crate::storage::vault::{Backup, PushAddress, Vault};
use crate::storage::{Opened, Storage, Written};
use crate::stores::ZoneAt;
use crate::types::{Screen, StaleReason, Timestamp};

use flush::{FLUSH_BEFORE_SIGN_OUT, Incoming, Outgoing};
use jiff::tz::TimeZone;
use stores::Chain;
use tokens::Tokens;

/// How many history entries a refresh asks for, and each further page.
const HISTORY_PAGE: u32 = 50;

/// How long before it lapses a code key is replaced.
const KEY_RENEWAL: Duration = Duration::from_hours(24);

/// Waits between attempts that nobody asked for: doubled from the first to the last, each with full jitter.
const FIRST_WAIT: Duration = Duration::from_secs(2);
const LAST_WAIT: Duration = Duration::from_mins(5);

/// How often the core looks for what is due while the app is in front.
const TICK: Duration = Duration::from_secs(1);

/// What works behind [`crate::Loyalty`].
pub(crate) struct Engine {
    /// `device_id` is filled in when the platform is first spoken to.
    settings: Settings,
    /// The member's.
    zone: TimeZone,
    /// For stores of which the platform does not say theirs.
    zones: Vec<ZoneAt>,
    /// How much the outbox holds.
    limits: Limits,
    /// Which links are the app's.
    links: Links,
    /// Where the database is.
    folder: PathBuf,
    platform: tokio::sync::OnceCell<Arc<Platform>>,
    vault: Vault,
    storage: Mutex<Storage>,
    state: RwLock<Arc<State>>,
    delivery: Arc<Delivery>,
    clock: Arc<dyn Clock>,
    tokens: Tokens,
    refreshing: SingleFlight<Vec<Failure>>,
    wait: Mutex<Wait>,
    /// Counts what is asked of the platform, so that an answer that was overtaken is known.
    questions: AtomicU64,
    /// The secret store was asked for what the database lacks.
    recalled: AtomicBool,
    incoming: Mutex<Incoming>,
    outgoing: Mutex<Outgoing>,
    /// Gives how many events were sent.
    flushing: SingleFlight<u32>,
    /// What pushes told of and is still to be pulled; none: nobody is about to.
    pushed: Mutex<Option<BTreeSet<Part>>>,
    /// When offers, favourite products and tasks change by themselves next: the app may have been away meanwhile.
    due: Mutex<[Option<Timestamp>; 3]>,
    chain: Chain,
}

/// How the app sets the engine up.
pub(crate) struct Setup {
    pub(crate) settings: Settings,
    pub(crate) zone: TimeZone,
    pub(crate) zones: Vec<ZoneAt>,
    pub(crate) limits: Limits,
    pub(crate) links: Links,
    pub(crate) folder: PathBuf,
}

/// A part that the platform did not answer for.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) part: Part,
    pub(crate) error: Error,
}

/// When the core may ask again without having been told to.
#[derive(Clone, Copy, Debug, Default)]
struct Wait {
    /// Since boot. The platform said so itself: holds for the member's own refresh too.
    ordered_until: Option<Duration>,
    /// Since boot.
    until: Duration,
    /// Failed attempts in a row.
    failed: u32,
}

impl Wait {
    /// What is left at `now` of the time that the platform asked to wait.
    fn ordered(&self, now: Duration) -> Option<Duration> {
        self.ordered_until?.checked_sub(now).filter(|left| !left.is_zero())
    }

    /// An attempt failed for these errors.
    fn failed<'a>(&mut self, now: Duration, errors: impl IntoIterator<Item = &'a Error>) {
        // What does not pass by itself, such as a refusal, is not asked for again and again either.
        let longest = LAST_WAIT.min(FIRST_WAIT.saturating_mul(2_u32.saturating_pow(self.failed)));
        self.failed = self.failed.saturating_add(1);
        self.until = now.saturating_add(FIRST_WAIT / 2).saturating_add(longest.mul_f64(fastrand::f64()));
        let ordered = errors.into_iter().filter_map(|error| match error {
            Error::Busy { retry_after, .. } => *retry_after,
            _ => None,
        });
        self.ordered_until = ordered.max().map(|ordered| now.saturating_add(ordered.min(Duration::from_hours(1))));
    }
}

impl Engine {
    pub(crate) fn new(
        Setup { settings, zone, zones, limits, links, folder }: Setup,
        vault: Vault,
        opened: Opened,
        recalled: bool,
        delivery: Arc<Delivery>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        Arc::new(Self {
            settings,
            zone,
            zones,
            limits,
            links,
            chain: Chain::new(&folder),
            folder,
            platform: tokio::sync::OnceCell::new(),
            vault,
            storage: Mutex::new(opened.storage),
            state: RwLock::new(Arc::new(opened.state)),
            delivery,
            clock,
            tokens: Tokens::new(),
            refreshing: SingleFlight::new(),
            wait: Mutex::default(),
            questions: AtomicU64::new(1),
            recalled: AtomicBool::new(recalled),
            incoming: Mutex::default(),
            outgoing: Mutex::default(),
            flushing: SingleFlight::new(),
            pushed: Mutex::default(),
            due: Mutex::default(),
        })
    }

    /// What the member has, as of now. Never blocks for longer than a pointer is swapped.
    pub(crate) fn state(&self) -> Arc<State> {
        Arc::clone(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The time on the platform, and the reading it was told from.
    pub(crate) fn now(&self) -> (PlatformTime, ClockReading) {
        let reading = self.clock.read();
        (self.state().clock.now(&reading), reading)
    }

    /// Stores what the changes lead to in one transaction, applies it in memory, has the screens told.
    ///
    /// # Errors
    /// [`Error::Storage`]: then nothing changed, in memory neither.
    pub(crate) fn commit(&self, changes: &[Change]) -> Result<()> {
        self.commit_while(changes, |_| true)
    }

    /// The same for what the platform answered a member who may have signed out since: then it is dropped.
    fn commit_for(&self, member: u64, changes: &[Change]) -> Result<()> {
        self.commit_while(changes, |state| state.sign_out_count == member)
    }

    fn commit_while(&self, changes: &[Change], still: impl Fn(&State) -> bool) -> Result<()> {
        // The disk may take its time; the worker goes on with other tasks meanwhile.
        tokio::task::block_in_place(|| self.commit_here(changes, still))
    }

    /// The same on a thread that may block.
    fn commit_here(&self, changes: &[Change], still: impl Fn(&State) -> bool) -> Result<()> {
        // What failed is told without the disk: it may be the disk that failed.
        let in_memory = changes.iter().all(|change| matches!(change, Change::Missed { .. })) && !changes.is_empty();
        self.commit_by(in_memory, |next| {
            if !still(next) {
                return Err(Error::SessionOver);
            }
            let mut touched = Touched::default();
            for change in changes {
                touched.extend(next.apply(change));
            }
            Ok(touched)
        })
    }

    /// Stores what `change` makes of the state, as it is on disk by now, in one transaction; then shows and tells it. It may
    /// be asked a second time, when the file breaks and is made anew.
    fn commit_by(&self, in_memory: bool, mut change: impl FnMut(&mut State) -> Result<Touched>) -> Result<()> {
        let outcome = (|| {
            let mut touched = Touched::default();
            let mut storage = self.storage.lock().unwrap_or_else(PoisonError::into_inner);
            let mut apply = |touched: &mut Touched| -> Result<Written> {
                let mut next = State::clone(&self.state());
                let Touched { rows, steps, records, screens } = change(&mut next)?;
                touched.screens.extend(screens);
                Ok(Written { state: Arc::new(next), rows, steps, records })
            };
            if in_memory {
                let Written { state, .. } = apply(&mut touched)?;
                self.show(state);
                return Ok(touched);
            }
            let mut stored_next = None;
            let outcome = storage.commit(|stored| {
                if let Some(stored) = stored {
                    // What another process wrote is true whatever becomes of our own change.
                    let mut next = State::clone(&self.state());
                    touched.extend(next.adopt(stored));
                    self.show(Arc::new(next));
                }
                let written = apply(&mut touched)?;
                stored_next = Some(Arc::clone(&written.state));
                Ok(written)
            });
            if let (Ok(()), Some(next)) = (&outcome, stored_next) {
                self.show(next);
            }
            drop(storage);
            // After a failure, too: another process may have changed what is shown.
            outcome.map(|()| std::mem::take(&mut touched)).inspect_err(|_| self.delivery.publish(touched.screens))
        })();
        self.delivery.publish(outcome?.screens);
        Ok(())
    }

    fn show(&self, state: Arc<State>) {
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = state;
    }

    /// Pulls every part. Who comes while this runs waits for the same answers; it goes on though all have left.
    pub(crate) async fn refresh(self: &Arc<Self>) -> Result<Vec<Failure>> {
        self.check_wait()?;
        let engine = Arc::clone(self);
        self.refreshing
            .join(async move {
                let failures = engine.pull().await?;
                engine.settle(&failures);
                Ok(failures)
            })
            .await
    }

    /// Refuses while the platform asked to wait.
    fn check_wait(&self) -> Result<()> {
        self.ordered_wait().map_or(Ok(()), |after| Err(Error::Busy { status: 429, retry_after: Some(after) }))
    }

    /// What is left of the time that the platform asked to wait.
    fn ordered_wait(&self) -> Option<Duration> {
        let now = self.clock.read().since_boot;
        self.wait.lock().unwrap_or_else(PoisonError::into_inner).ordered(now)
    }

    /// Decides when the core may try again by itself.
    fn settle(&self, failures: &[Failure]) {
        let now = self.clock.read().since_boot;
        let mut wait = self.wait.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.is_empty() {
            *wait = Wait::default();
            return;
        }
        wait.failed(now, failures.iter().map(|failure| &failure.error));
    }

    /// The core's own connection to the platform.
    async fn platform(self: &Arc<Self>) -> Result<Arc<Platform>> {
        let platform = self.platform.get_or_try_init(|| async {
            let engine = Arc::clone(self);
            let device_id = blocking(move || engine.installation_id()).await?;
            let engine = Arc::downgrade(self);
            let on_time = move |sample: TimeSample| {
                if let Some(engine) = engine.upgrade() {
                    engine.learn_time(&sample);
                }
            };
            let settings = Settings { device_id, ..self.settings.clone() };
            Ok(Arc::new(Platform::new(&settings, Arc::clone(&self.clock), Arc::new(on_time))?))
        });
        platform.await.cloned()
    }

    fn learn_time(&self, sample: &TimeSample) {
        let mut correction = self.state().clock.clone();
        if correction.learn(sample.platform, sample.granularity, &sample.sent, &sample.received)
            && let Err(error) = self.commit(&[Change::Clock(correction)])
        {
            tracing::error!(%error, "the clock's correction is not stored");
        }
    }

    async fn pull(self: &Arc<Self>) -> Result<Vec<Failure>> {
        // Without a session there is nothing to ask; that is no failure of any part.
        self.check_signed_in()?;
        self.tokens().await?;
        let (cards, others) = tokio::join!(
            async {
                let capabilities = self.pull_capabilities().await;
                let (cards, tasks, offers, stores) =
                    tokio::join!(self.pull_cards(), self.pull_tasks(), self.pull_offers(), self.pull_stores());
                [vec![capabilities, stores], cards, tasks, offers].concat()
            },
            async {
                let (member, money, history, messages) =
                    tokio::join!(self.pull_member(), self.pull_money(), self.pull_history(0), self.pull_messages(),);
                [vec![member], money, vec![history], messages].concat()
            },
        );
        self.send_push_address().await;
        self.check_version()?;
        Ok(cards.into_iter().chain(others).flatten().collect())
    }

    /// Pulls what a purchase changes: for pushes and timers.
    pub(crate) async fn pull_money(self: &Arc<Self>) -> Vec<Option<Failure>> {
        let (balance, tiers) = tokio::join!(
            self.fetch(
                Part::Balance,
                |platform, token, etag| async move { platform.balance(&token, etag.as_deref()).await },
                Answer::Balance,
            ),
            self.fetch(
                Part::Tiers,
                |platform, token, etag| async move { platform.status(&token, etag.as_deref()).await },
                Answer::Tiers,
            ),
        );
        vec![balance, tiers]
    }

    async fn pull_member(self: &Arc<Self>) -> Option<Failure> {
        let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            platform.user(&token, etag.as_deref()).await
        };
        self.fetch(Part::Member, call, Answer::Member).await
    }

    /// Pulls a page of the history, the newest for `from` 0.
    pub(crate) async fn pull_history(self: &Arc<Self>, from: usize) -> Option<Failure> {
        let call = move |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            // The condition is about the newest page.
            let etag = etag.filter(|_| from == 0);
            platform.history(&token, from as u64, HISTORY_PAGE, etag.as_deref()).await
        };
        self.fetch(Part::History, call, |page| Answer::History { from, page }).await
    }

    async fn pull_capabilities(self: &Arc<Self>) -> Option<Failure> {
        let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            match platform.capabilities(&token, etag.as_deref()).await {
                // The platform has part 1 of the API alone: that is an answer.
                Err(Error::NotSupported) => Ok(Fetched::New { value: Capabilities::default(), etag: None }),
                answer => answer,
            }
        };
        self.fetch(Part::Capabilities, call, Answer::Capabilities).await
    }

    /// The cards, then what the chosen card needs to show a code.
    pub(crate) async fn pull_cards(self: &Arc<Self>) -> Vec<Option<Failure>> {
        let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            Ok(match platform.cards(&token, etag.as_deref()).await? {
                Fetched::NotModified => Fetched::NotModified,
                Fetched::New { value: cards, etag } => {
                    let can_issue = cards.is_empty()
                        && match platform.virtual_card_allowed(&token).await {
                            // A tenant without virtual cards.
                            Err(Error::NotSupported) => false,
                            answer => answer?,
                        };
                    Fetched::New { value: (cards, can_issue), etag }
                }
            })
        };
        let cards = self.fetch(Part::Cards, call, |(cards, can_issue)| Answer::Cards { cards, can_issue }).await;
        if cards.is_none() {
            self.back_up_card().await;
        }
        let (key, code) = tokio::join!(self.renew_code_key(), self.renew_issued_code());
        vec![cards, key, code]
    }

    /// Keeps the card where it is found even without the database.
    async fn back_up_card(self: &Arc<Self>) {
        let state = self.state();
        let vault = self.vault.clone();
        let backup = state.cards.card.clone().map(|card| Backup { card, clock: state.clock.clone() });
        let outcome = blocking(move || match backup {
            Some(backup) if vault.backup()?.as_ref() == Some(&backup) => Ok(()),
            Some(backup) => vault.put_backup(&backup),
            None => vault.forget_card(),
        });
        if let Err(error) = outcome.await {
            tracing::error!(%error, "the card is not kept in the secret store");
        }
        self.take_back_card(state.sign_out_count).await;
    }

    /// Takes the card and its key out of the secret store again if the member left while they were put in.
    async fn take_back_card(self: &Arc<Self>, member: u64) {
        if self.state().sign_out_count != member {
            let vault = self.vault.clone();
            if let Err(error) = blocking(move || vault.forget_card()).await {
                tracing::error!(%error, "a card is left in the secret store");
            }
        }
    }

    async fn renew_code_key(self: &Arc<Self>) -> Option<Failure> {
        let state = self.state();
        let card = self.code_key_due(&state)?;
        let vault = self.vault.clone();
        let call = move |platform: Arc<Platform>, token: String, _| {
            let vault = vault.clone();
            async move {
                let key = platform.code_key(&token, card).await?;
                let kept = key.clone();
                blocking(move || vault.put_code_key(card, kept)).await?;
                Ok(Fetched::New { value: key, etag: None })
            }
        };
        let outcome = self.fetch(Part::CodeKey, call, |key| Answer::CodeKey(Arc::new(key))).await;
        self.take_back_card(state.sign_out_count).await;
        outcome
    }

    /// The card that needs a code key: it has none, or one that lapses soon.
    fn code_key_due(&self, state: &State) -> Option<i64> {
        let card = state.cards.card_id()?;
        let lapses = crate::clock::later(self.now().0.at, KEY_RENEWAL);
        let due = state.cards.key.as_ref().is_none_or(|key| key.valid_until <= lapses);
        (due && state.capabilities.features.contains("codeKeys")).then_some(card)
    }

    async fn renew_issued_code(self: &Arc<Self>) -> Option<Failure> {
        let state = self.state();
        let (now, _) = self.now();
        let card = card::renewal_due(&state.cards, now)?;
        let call = move |platform: Arc<Platform>, token: String, _| async move {
            Ok(Fetched::New { value: platform.issued_code(&token, card).await?, etag: None })
        };
        self.fetch(Part::IssuedCode, call, Answer::IssuedCode).await
    }

    /// Asks for one part and commits the answer; what failed is noted as the part's freshness and given back.
    async fn fetch<T, F>(
        self: &Arc<Self>,
        part: Part,
        call: impl Fn(Arc<Platform>, String, Option<String>) -> F,
        answer: impl FnOnce(T) -> Answer,
    ) -> Option<Failure>
    where
        F: Future<Output = Result<Fetched<T>>>,
    {
        let state = self.state();
        let member = state.sign_out_count;
        let outcome = async {
            let platform = self.platform().await?;
            let asking = self.authorized(|token| {
                // Each attempt is a question of its own: what it waited for before makes its answer no older.
                let ticket = self.questions.fetch_add(1, Ordering::Relaxed);
                let asked = Moment::of(self.clock.read());
                let answer = call(Arc::clone(&platform), token, state.etag(part));
                async move { Ok((answer.await?, ticket, asked)) }
            });
            // Boxed: half a dozen of these are held at once, each with all the layers of a request.
            let (fetched, ticket, asked) = Box::pin(asking).await?;
            let at = self.now().0.at;
            let change = match fetched {
                Fetched::NotModified => Change::Unchanged { part, at, ticket, asked },
                Fetched::New { value, etag } => Change::Answered { at, etag, ticket, asked, answer: answer(value) },
            };
            self.commit_for(member, &[change])
        };
        let error = outcome.await.err()?;
        match &error {
            Error::Unreadable { call, problem } => tracing::warn!(?part, call, problem, "the answer cannot be read"),
            error => tracing::warn!(?part, %error, "a part is not refreshed"),
        }
        // Memory only, so this fails at most when another process broke the database.
        if let Err(error) = self.commit_for(member, &[Change::Missed { part, reason: stale_reason(&error) }]) {
            tracing::debug!(%error, "a failure is not noted");
        }
        Some(Failure { part, error })
    }

    /// Refuses to go on when the platform no longer serves this version of the app.
    fn check_version(&self) -> Result<()> {
        let state = self.state();
        match &state.capabilities.minimum_app_version {
            Some(minimum) if is_older(&self.settings.app_version, minimum) => Err(Error::UpdateApp(minimum.clone())),
            _ => Ok(()),
        }
    }

    /// Tells the platform where pushes for this installation go, until it knows.
    pub(crate) async fn send_push_address(self: &Arc<Self>) {
        let vault = self.vault.clone();
        let outcome = async {
            let read = vault.clone();
            let Some(address) = blocking(move || read.push_address()).await? else { return Ok(()) };
            if address.registered {
                return Ok(());
            }
            let platform = self.platform().await?;
            let sent = self.authorized(|token| {
                let (platform, address) = (Arc::clone(&platform), address.clone());
                async move { platform.register_push(&token, &address.token, &address.service).await }
            });
            sent.await?;
            // The service may have given another token meanwhile: that one is not registered by this.
            blocking(move || match vault.push_address()? {
                Some(now) if now == address => vault.put_push_address(&PushAddress { registered: true, ..address }),
                _ => Ok(()),
            })
            .await
        };
        if let Err(error) = outcome.await {
            tracing::warn!(%error, "the platform does not know yet where pushes go");
        }
    }

    /// Keeps where pushes go, and tells the platform if somebody is signed in; else that waits for the sign-in.
    pub(crate) async fn set_push_address(self: &Arc<Self>, token: String, service: String) -> Result<()> {
        let vault = self.vault.clone();
        let news = blocking(move || {
            let known = vault.push_address()?;
            let same = known.is_some_and(|known| known.token == token && known.service == service && known.registered);
            if !same {
                vault.put_push_address(&PushAddress { token, service, registered: false })?;
            }
            Ok(!same)
        });
        if news.await? && self.is_signed_in() {
            self.send_push_address().await;
        }
        Ok(())
    }

    pub(crate) fn is_signed_in(&self) -> bool {
        self.state().session.phase == crate::session::Phase::SignedIn
    }

    /// While the app is in front: reads what an extension wrote and what a locked secret store kept back, renews codes
    /// before they lapse, and tries again what failed for want of a network.
    pub(crate) async fn stay_current(self: Arc<Self>) {
        if let Err(error) = self.commit(&[]) {
            tracing::error!(%error, "what another process wrote is not read");
        }
        self.note_opened();
        loop {
            self.note_active();
            self.tell_what_passed();
            if self.flush_due() {
                self.flush().await;
            }
            if let Err(error) = self.recall().await {
                tracing::warn!(%error, "the secret store does not answer");
            }
            let wait = *self.wait.lock().unwrap_or_else(PoisonError::into_inner);
            let may = self.clock.read().since_boot >= wait.until && self.ordered_wait().is_none();
            if may && self.is_signed_in() {
                let state = self.state();
                if state.is_waiting_for_network() {
                    // What fails is noted part by part.
                    let _ = self.refresh().await;
                } else if self.code_key_due(&state).is_some() || card::renewal_due(&state.cards, self.now().0).is_some()
                {
                    let (key, code) = tokio::join!(self.renew_code_key(), self.renew_issued_code());
                    self.settle(&[key, code].into_iter().flatten().collect::<Vec<_>>());
                }
            }
            tokio::time::sleep(TICK).await;
        }
    }

    /// Has the screens told of which something came, went or began since the last look, and says when to look again.
    fn tell_what_passed(&self) {
        let (state, now) = (self.state(), self.now().0.at);
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = [Screen::Offers, Screen::Favourites, Screen::Tasks].into_iter().zip(*due);
        let passed: Vec<_> = passed.filter(|(_, due)| due.is_some_and(|at| at <= now)).collect();
        *due = [
            crate::offers::next_change(&state.offers, &state.coupons, now),
            crate::offers::favourites::next_change(&state.favourites, now),
            crate::tasks::next_change(&state.tasks, now, &self.zone),
        ];
        drop(due);
        for (screen, _) in passed {
            self.delivery.publish([screen]);
        }
    }

    /// Asks the secret store for what the database lacks, where it did not answer when the core opened.
    async fn recall(self: &Arc<Self>) -> Result<()> {
        if self.recalled.load(Ordering::Acquire) {
            return Ok(());
        }
        let state = self.state();
        if state.session.wiping {
            self.wipe().await?;
        }
        let vault = self.vault.clone();
        let card = state.cards.card_id();
        let recalled = blocking(move || recall(&vault, card)).await?;
        self.commit_for(state.sign_out_count, &[recalled])?;
        self.recalled.store(true, Ordering::Release);
        Ok(())
    }

    /// Signs out, after a moment for what is still to be told.
    pub(crate) async fn sign_out(self: &Arc<Self>) -> Result<()> {
        let state = self.state();
        if self.is_signed_in() && state.owes_platform() {
            self.flush_within(FLUSH_BEFORE_SIGN_OUT).await;
        }
        self.forget_member().await
    }

    /// All that is a member's goes: from memory and database, from the secret store, from the database's log. Each is
    /// tried whatever becomes of the others; what could not be done is finished at the next start.
    pub(crate) async fn forget_member(self: &Arc<Self>) -> Result<()> {
        if let Err(error) = self.commit(&[Change::Forget]) {
            tracing::error!(%error, "rows cannot be deleted; the database's files are");
            self.erase();
        }
        self.tokens.forget();
        self.refreshing.forget();
        self.wipe().await
    }

    /// What is left of a member once the rows are gone.
    pub(crate) async fn wipe(self: &Arc<Self>) -> Result<()> {
        let vault = self.vault.clone();
        let forgotten = blocking(move || {
            let outcome = vault.forget_member();
            // The phone's address for pushes stays; the next member's sign-in tells it to the platform again.
            if let Some(address) = vault.push_address()? {
                vault.put_push_address(&PushAddress { registered: false, ..address })?;
            }
            outcome
        });
        let forgotten = forgotten.await;
        let scrub = || self.storage.lock().unwrap_or_else(PoisonError::into_inner).scrub();
        tokio::task::block_in_place(scrub)?;
        forgotten?;
        self.commit(&[Change::Session(SessionChange::Wiped)])
    }

    fn erase(&self) {
        let mut storage = self.storage.lock().unwrap_or_else(PoisonError::into_inner);
        storage.erase();
        let mut next = State::clone(&self.state());
        let touched = next.apply(&Change::Forget);
        self.show(Arc::new(next));
        drop(storage);
        self.delivery.publish(touched.screens);
    }
}

/// What the secret store knows of the card that is shown, or of the one that was, where there is none.
pub(crate) fn recall(vault: &Vault, card: Option<i64>) -> Result<Change> {
    let backup = if card.is_none() { vault.backup()? } else { None };
    let (kept, clock) = backup.map_or((None, None), |backup| (Some(backup.card), Some(backup.clock)));
    let key = match card.or(kept.as_ref().map(|card| card.id)) {
        Some(card) => vault.code_key(card)?.map(Arc::new),
        None => None,
    };
    Ok(Change::Recalled { card: kept, key, clock })
}

/// What a screen says of a part that is not fresh.
pub(crate) fn stale_reason(error: &Error) -> StaleReason {
    match error {
        Error::Offline(_) => StaleReason::Offline,
        Error::Busy { .. } => StaleReason::Busy,
        Error::Unreadable { .. } => StaleReason::Unreadable,
        Error::Unauthorized | Error::SessionOver => StaleReason::SignInAgain,
        Error::NotSupported | Error::UpdateApp(_) => StaleReason::NotSupported,
        Error::Rejected(_) | Error::Config { .. } => StaleReason::Refused,
        Error::Storage(_) | Error::Secrets(_) | Error::Bug(_) => StaleReason::NotStored,
    }
}

/// Whether a version such as `4.10.1` comes before another. What is not a number counts as 0.
fn is_older(version: &str, minimum: &str) -> bool {
    let numbers = |version: &str| -> Vec<u64> {
        version.split(['.', '-', '+']).map(|number| number.parse().unwrap_or(0)).collect()
    };
    let (mut version, mut minimum) = (numbers(version), numbers(minimum));
    let length = version.len().max(minimum.len());
    version.resize(length, 0);
    minimum.resize(length, 0);
    version < minimum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(is_older("4.9", "4.10"));
        assert!(is_older("4.9.9", "5"));
        assert!(!is_older("4.10", "4.10.0"));
        assert!(!is_older("5", "4.99.99"));
    }
}
