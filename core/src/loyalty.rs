//! [`Loyalty`], the one object a shell holds: the whole boundary of the core.
//!
//! Views are pulled and never block; acts are asynchronous and run on the core's own runtime. Every view is one whole
//! value. An observer is told which screen changed, and pulls that view.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use jiff::tz::TimeZone;

use crate::acts::Ask;
use crate::balance::{self, BalanceView};
use crate::card::{self, CardView};
use crate::consents::{self, ConsentWay, ConsentsView};
use crate::error::{Error, LoyaltyError, Result};
use crate::events::outbox::Limits;
use crate::events::{Activity, FlushReport, OutboxView};
use crate::history::{self, HistoryFilter, HistoryView};
use crate::host::{Clock, ClockReading, Host, Observer, SystemClock};
use crate::inbox::InboxView;
use crate::links::{Links, Route};
use crate::log::{Delivery, Subscription};
use crate::offers::favourites::FavouritesView;
use crate::offers::{OfferDetail, OfferId, OffersQuery, OffersView};
use crate::platform::{self, Settings};
use crate::push::{Push, PushOutcome};
use crate::runtime::{Runtime, Task};
use crate::session::{self, Answer, Phase, Question, RegistrationStep, SessionChange, SessionView};
use crate::state::{Change, Part, Row};
use crate::storage::vault::Vault;
use crate::storage::{Opened, Storage, Written};
use crate::stores::{self, GoodsView, Position, StockView, StorePage, StoresQuery, StoresView, WatchedStore, ZoneAt};
use crate::sync::{self, Engine, Failure, Setup, stale_reason};
use crate::tasks::{GameOutcome, TaskAct, TaskAnswer, TasksView};
use crate::types::{Goods, Screen, StaleReason, Timestamp};

/// How the app sets the core up. Checked by [`Loyalty::open`], which names the field that cannot work.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct Config {
    /// The tenant's address, as `https://loyalty.example.com`. Plain `http` is taken for this machine only.
    pub platform_url: String,
    /// A folder of the app's own, absolute; made if it is not there. Leave it out of backups.
    pub data_folder: String,
    /// The app's name, as the platform's statistics show it. ASCII.
    pub app_name: String,
    /// The app's version, as `4.10.1`.
    pub app_version: String,
    /// Which phone this is.
    pub platform_type: PlatformType,
    /// The version of the phone's system, as `14` or `18.2`.
    pub platform_version: String,
    /// The language for the platform's texts, as BCP 47 has it: `de`, `en-GB`.
    pub locale: String,
    /// The member's time zone, as the IANA database names it: `Europe/Berlin`.
    pub time_zone: String,
    /// SHA-256 digests of public keys, base64. When there are any, the platform's certificate chain must hold one.
    #[uniffi(default)]
    pub pins: Vec<String>,
    /// The scheme of the links into the app, as in `pocketcard://offers/7`; an app's own.
    #[uniffi(default = "pocketcard")]
    pub link_scheme: String,
    /// The hosts whose `https` links lead into the app, as the phone's system was told: `loyalty.example.com`.
    #[uniffi(default)]
    pub link_hosts: Vec<String>,
    /// How many events may wait for a network, at least 200. When more do, the oldest are given up that no task counts;
    /// the platform is told how many.
    #[uniffi(default = 10_000)]
    pub outbox_events: u32,
    /// How many bytes these may take, roughly, at least 100 000.
    #[uniffi(default = 5_000_000)]
    pub outbox_bytes: u64,
    /// Zones with a place in each, for stores of which the platform does not say theirs: they have the nearest one's. None:
    /// they have the member's own.
    #[uniffi(default = [])]
    pub store_zones: Vec<ZoneAt>,
}

/// The kinds of phone that the platform tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PlatformType {
    /// Android with Google's services, or without any.
    Android,
    /// iPhone and iPad.
    Ios,
    /// Huawei.
    Harmony,
}

/// A service that carries pushes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PushService {
    /// Firebase Cloud Messaging.
    Fcm,
    /// Apple Push Notification service.
    Apns,
    /// Huawei Push Kit.
    Hms,
}

/// What a refresh came to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RefreshReport {
    /// What is not fresh now, and why. Empty when all is.
    pub stale: Vec<StaleScreen>,
}

/// A screen of which some part could not be refreshed.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct StaleScreen {
    /// Which.
    pub screen: Screen,
    /// Why.
    pub reason: StaleReason,
}

/// The member's side of a loyalty programme. Open one, keep it as long as the app lives.
#[derive(uniffi::Object)]
pub struct Loyalty {
    engine: Arc<Engine>,
    delivery: Arc<Delivery>,
    dispatch: tracing::Dispatch,
    card: Mutex<Option<CachedCard>>,
    active: Mutex<Option<Task>>,
    runtime: Runtime,
}

/// A card view, and what it holds for.
struct CachedCard {
    revision: u64,
    /// By the phone's wall clock; none: until the state changes.
    until: Option<Timestamp>,
    /// The reading it was made at: a clock that was moved makes it void.
    at: ClockReading,
    view: CardView,
}

#[uniffi::export]
impl Loyalty {
    /// Opens the core on `config.data_folder`. What was there before is on screen at once, without the network.
    ///
    /// # Errors
    /// [`LoyaltyError::WrongConfig`] names the field that cannot work. Nothing else fails: a broken database is set
    /// aside, a locked secret store is asked again later.
    #[uniffi::constructor]
    pub fn open(config: Config, host: Host) -> std::result::Result<Arc<Self>, LoyaltyError> {
        let delivery = Delivery::new(host.log.clone());
        let dispatch = delivery.dispatch();
        tracing::dispatcher::with_default(&dispatch, || {
            let setup = check(&config)?;
            let vault = Vault::new(Arc::clone(&host.secrets));
            let mut opened = Storage::open(&setup.folder)?;
            let recalled = recall(&mut opened, &vault);
            if let Err(error) = &recalled {
                tracing::warn!(%error, "the secret store does not answer and is asked again later");
            }
            let clock: Arc<dyn Clock> = host.clock.unwrap_or_else(|| Arc::new(SystemClock::new(host.boot)));
            let told = Arc::clone(&delivery);
            let engine = Engine::new(setup, vault, opened, recalled.is_ok(), told, clock);
            if let Err(error) = engine.note_installation() {
                tracing::warn!(%error, "this installation is noted later");
            }
            Ok(Arc::new(Self {
                engine,
                delivery: Arc::clone(&delivery),
                dispatch: dispatch.clone(),
                card: Mutex::default(),
                active: Mutex::default(),
                runtime: Runtime::new(dispatch.clone()),
            }))
        })
    }

    /// From now on `observer` is told which screens changed, until the subscription is let go of.
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Arc<Subscription> {
        self.delivery.subscribe(observer)
    }

    /// Who is signed in, and what a sign-in or registration waits for.
    pub fn session(&self) -> SessionView {
        session::view(&self.engine.state().session)
    }

    /// The card with its code. Pull it again when the observer says so, and at the code's `valid_until`.
    pub fn card(&self) -> CardView {
        let state = self.engine.state();
        let (now, reading) = self.engine.now();
        let mut cached = self.card.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cached) = cached.as_ref().filter(|cached| cached.holds(state.revision, &reading)) {
            return cached.view.clone();
        }
        let view = card::view(&state.cards, state.freshness(Part::Cards), now, &reading);
        let until = card::next_change(&state.cards, now).map(|next| now.on_the_wall(&reading, next));
        *cached = Some(CachedCard { revision: state.revision, until, at: reading, view: view.clone() });
        view
    }

    /// The accounts and the tier.
    pub fn balance(&self) -> BalanceView {
        let state = self.engine.state();
        let (balance, tiers) = (state.freshness(Part::Balance), state.freshness(Part::Tiers));
        let expected = self.engine.expected_points();
        balance::view(&state.accounts, &state.tiers, expected, balance, tiers, self.engine.now().0.at)
    }

    /// What happened on the member's accounts, newest first.
    pub fn history(&self, filter: HistoryFilter) -> HistoryView {
        let state = self.engine.state();
        history::view(&state.history, filter, state.freshness(Part::History))
    }

    /// The tasks, with what the member has done for them on this phone and the platform has not counted yet.
    pub fn tasks(&self) -> TasksView {
        self.engine.tasks()
    }

    /// The offers and coupons that are the member's; where the query names a place, whether each applies there now.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where the store's zone is none.
    pub fn offers(&self, query: OffersQuery) -> std::result::Result<OffersView, LoyaltyError> {
        self.engine.offers(&query).map_err(|error| self.outward(error))
    }

    /// One offer or coupon with all that is known of it, a coupon's code included; none where it is there no more. Of the
    /// query only channel, store and payment matter.
    ///
    /// # Errors
    /// As [`Self::offers`].
    pub fn offer(&self, id: OfferId, query: OffersQuery) -> std::result::Result<Option<OfferDetail>, LoyaltyError> {
        self.engine.offer(id, &query).map_err(|error| self.outward(error))
    }

    /// The products that the member chose as their favourites, and may choose.
    pub fn favourites(&self) -> FavouritesView {
        self.engine.favourites()
    }

    /// What waits to be told to the platform.
    pub fn outbox(&self) -> OutboxView {
        let state = self.engine.state();
        state.outbox.view(state.acts.len(), &state.pushes, self.engine.stopped())
    }

    /// The newest messages.
    pub fn inbox(&self) -> InboxView {
        let state = self.engine.state();
        state.inbox.view(state.freshness(Part::Inbox))
    }

    /// What the member lets the programme write about.
    pub fn consents(&self) -> ConsentsView {
        let state = self.engine.state();
        consents::view(&state.consents, state.freshness(Part::Consents))
    }

    /// Asks the platform for everything. Several calls at once are one. What fails leaves what was there, and its view
    /// says why it is not fresh.
    ///
    /// # Errors
    /// Only when nothing could be refreshed, or the app is too old.
    pub async fn refresh(&self) -> std::result::Result<RefreshReport, LoyaltyError> {
        let failures = self.act(|engine| async move { engine.refresh().await }).await?;
        let asked = failures.iter().filter(|failure| {
            matches!(failure.part, Part::Cards | Part::Balance | Part::Member | Part::Tiers | Part::History)
        });
        if asked.count() == 5
            && let Some(Failure { error, .. }) = failures.first()
        {
            return Err(self.outward(error.clone()));
        }
        let mut stale: Vec<StaleScreen> = Vec::new();
        for Failure { part, error } in failures {
            if stale.iter().all(|known| known.screen != part.screen()) {
                stale.push(StaleScreen { screen: part.screen(), reason: stale_reason(&error) });
            }
        }
        Ok(RefreshReport { stale })
    }

    /// Fetches the next page of older history.
    pub async fn load_history(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.load_history().await }).await
    }

    /// Says whether the app is in front. While it is, codes are renewed before they lapse and what failed for want of a
    /// network is tried again. Coming to the front also reads what an extension wrote; call [`Loyalty::refresh`] then.
    pub fn set_active(&self, active: bool) {
        let engine = Arc::clone(&self.engine);
        let task = active.then(|| self.runtime.spawn(engine.stay_current()).ok()).flatten();
        *self.active.lock().unwrap_or_else(PoisonError::into_inner) = task;
    }

    /// Begins a sign-in with a phone number, e-mail address or card number. Where the programme asks for a one-time
    /// code, the session then waits for [`Loyalty::confirm_code`].
    pub async fn sign_in(&self, login: String, password: Option<String>) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.sign_in(login, password).await }).await
    }

    /// Hands in the one-time code that the sign-in or registration waits for.
    pub async fn confirm_code(&self, code: String) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.confirm_code(code).await }).await
    }

    /// Has the one-time code sent again.
    pub async fn resend_code(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.resend_code().await }).await
    }

    /// Lets go of the sign-in, registration, password reset or account deletion that is under way.
    pub async fn leave_step(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.leave_step() }).await
    }

    /// Begins a registration, or resumes one; the session then says what is asked for.
    pub async fn register(&self, login: String, password: Option<String>) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.register(login, password).await }).await
    }

    /// Does one thing that the registration asks for. With the last required one the member is signed in.
    pub async fn registration_step(&self, step: RegistrationStep) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.registration_step(step).await }).await
    }

    /// The programme's questionnaire.
    pub async fn questions(&self) -> std::result::Result<Vec<Question>, LoyaltyError> {
        self.act(|engine| async move { engine.questions().await }).await
    }

    /// Answers questions of the programme's questionnaire.
    pub async fn answer(&self, answers: Vec<Answer>) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.answer(answers).await }).await
    }

    /// Has a code sent that allows a new password.
    pub async fn reset_password(&self, login: String) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.reset_password(login).await }).await
    }

    /// Sets a new password and signs in.
    pub async fn set_new_password(&self, code: String, new_password: String) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.set_new_password(code, new_password).await }).await
    }

    /// Links a plastic card by the number printed on it.
    pub async fn link_card(&self, number: String, password: Option<String>) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.link_card(number, password).await }).await
    }

    /// Has the platform issue a virtual card.
    pub async fn issue_virtual_card(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.issue_virtual_card().await }).await
    }

    /// Signs out. All that is the member's goes from this phone; works without a network. What is still to be told has some
    /// seconds for it; what then waits goes, too, and is counted in [`OutboxView::dropped`].
    pub async fn sign_out(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.sign_out().await }).await
    }

    /// Has a code sent that confirms leaving the programme.
    pub async fn request_deletion(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.request_deletion().await }).await
    }

    /// Leaves the programme for good: the account is deleted, and all that is the member's goes from this phone.
    pub async fn confirm_deletion(
        &self,
        code: String,
        reason: Option<String>,
    ) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.confirm_deletion(code, reason).await }).await
    }

    /// Says where pushes for this installation go. Kept, and told to the platform as soon as somebody is signed in.
    pub async fn set_push_token(&self, token: String, service: PushService) -> std::result::Result<(), LoyaltyError> {
        let service = match service {
            PushService::Fcm => "Fcm",
            PushService::Apns => "Apns",
            PushService::Hms => "HMS",
        };
        self.act(|engine| async move { engine.set_push_address(token, service.to_owned()).await }).await
    }

    /// Takes an activity. It is on disk when this returns, and reaches the platform some time, once.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where a custom activity is out of bounds; [`LoyaltyError::Internal`] where the disk is full.
    pub async fn track(&self, activity: Activity) -> std::result::Result<(), LoyaltyError> {
        let event = self.engine.happened(activity).map_err(|error| self.outward(error))?;
        let (written, first) = self.engine.take_in(event);
        // Who calls at the same time gets their turn before the writing begins, and shares the commit.
        if let Some(_writer) = first.then(|| Writer(self)) {
            yield_once().await;
        }
        let outcome = written.await.unwrap_or_else(|_| Err(Error::Bug("an event was not written".to_owned())));
        outcome.map_err(|error| self.outward(error))
    }

    /// Sends what waits, for at most `deadline`: for the seconds that a background task gets. What is under way then goes
    /// on as long as the phone lets it, and what is not sent is sent the next time. While the app is in front this happens
    /// by itself.
    pub async fn flush(&self, deadline: Duration) -> std::result::Result<FlushReport, LoyaltyError> {
        self.act(move |engine| async move { Ok(engine.flush_within(deadline).await) }).await
    }

    /// Says where this installation comes from: an install referrer or an attribution token, up to 512 characters. Told to
    /// the platform once, with the installation where that was not sent yet.
    pub async fn set_install_referrer(&self, referrer: String) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.set_referrer(&referrer) }).await
    }

    /// Takes part in a task, or no longer. Works without a network: the view shows it as waiting.
    pub async fn set_opted_in(&self, task: String, opted_in: bool) -> std::result::Result<(), LoyaltyError> {
        let ask =
            move |at| Ask::Task(if opted_in { TaskAct::OptIn { task, at } } else { TaskAct::OptOut { task, at } });
        self.act(move |engine| async move { engine.ask(ask) }).await
    }

    /// Keeps answers to a task's questions through restarts, without handing them in.
    pub async fn keep_answers(&self, task: String, answers: Vec<TaskAnswer>) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.commit(&[Change::Draft { task, answers }]) }).await
    }

    /// Hands in answers to a task's questions. Works without a network: the view shows them as waiting.
    pub async fn answer_task(&self, task: String, answers: Vec<TaskAnswer>) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.answer_task(task, answers) }).await
    }

    /// Says that the member has seen the completion of these tasks celebrated: [`TasksView`] does not name them again.
    pub async fn celebrated(&self, tasks: Vec<String>) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.celebrated(&tasks) }).await
    }

    /// Plays a game. The platform draws; a play whose answer was lost gives the same outcome when it is tried again.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where the member has no play left; [`LoyaltyError::Offline`]: play again later.
    pub async fn play(&self, game: String) -> std::result::Result<GameOutcome, LoyaltyError> {
        self.act(move |engine| async move { engine.play(game).await }).await
    }

    /// Activates an offer, or accepts a personal one. Works without a network: the view shows it as waiting, then what came
    /// of it.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where there is no such offer; [`LoyaltyError::NotSupported`] where it is not activated here.
    pub async fn activate_offer(&self, offer: i64) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.activate_offer(offer) }).await
    }

    /// Puts a product into a cell of favourites; none empties it. Needs a network: what counts is what the platform has.
    ///
    /// # Errors
    /// [`LoyaltyError::Offline`]: nothing changed. [`LoyaltyError::Rejected`] where it is not allowed: the field named is
    /// `period` (it is not its time), `position` (the cell stays as it is, or enough are chosen) or `goods` (it cannot be
    /// chosen, or is already), or the text is the platform's.
    pub async fn choose_favourite(
        &self,
        period: i64,
        position: u32,
        goods: Option<String>,
    ) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.choose_favourite((period, position), goods).await }).await
    }

    /// The stores that a query asks for, a page at a time. Works without a network, over the whole chain.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] that names what nothing can be found by: a position or a box that is none, a radius that is
    /// not above 0, a limit of 0, an offer that the member does not have.
    pub async fn stores(&self, query: StoresQuery) -> std::result::Result<StoresView, LoyaltyError> {
        self.act(|engine| async move { engine.stores(query).await }).await
    }

    /// The page of a store; none where the chain has no store of this number. Works without a network.
    pub async fn store(&self, store: i64) -> std::result::Result<Option<StorePage>, LoyaltyError> {
        self.act(move |engine| async move { engine.store(store).await }).await
    }

    /// Goods by name, to ask [`Loyalty::check_stock`] about. Without a network, those that were asked about before.
    ///
    /// # Errors
    /// [`LoyaltyError::NotSupported`] where the platform does not know what stores have.
    pub async fn find_goods(&self, query: String) -> std::result::Result<GoodsView, LoyaltyError> {
        self.act(|engine| async move { engine.find_goods(query).await }).await
    }

    /// Which of the stores that a query asks for have something, of its first 200. Without a network, the last known
    /// answers, marked so.
    ///
    /// # Errors
    /// As [`Loyalty::stores`] and [`Loyalty::find_goods`].
    pub async fn check_stock(&self, goods: Goods, around: StoresQuery) -> std::result::Result<StockView, LoyaltyError> {
        self.act(|engine| async move { engine.check_stock(goods, around).await }).await
    }

    /// Makes a store one of the member's favourites, or no longer. Kept on this phone; at most 500.
    pub async fn set_favourite_store(&self, store: i64, favourite: bool) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.set_favourite_store(store, favourite) }).await
    }

    /// Says which store the member is in, none where they left it: the card shows the code as its tills read it. Holds until
    /// the app ends.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where the chain has no store of this number.
    pub async fn set_current_store(&self, store: Option<i64>) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.set_current_store(store).await }).await
    }

    /// The stores to have the phone's system watch, nearest first, at most `limit`, and no more than such a system watches:
    /// 20 on iOS, 100 elsewhere. Ask again when the member has moved on.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] for a position that is none, and a limit of 0.
    pub async fn stores_to_watch(
        &self,
        position: Position,
        limit: u32,
    ) -> std::result::Result<Vec<WatchedStore>, LoyaltyError> {
        self.act(move |engine| async move { engine.stores_to_watch(position, limit).await }).await
    }

    /// Takes what a push service handed to the app, whatever it is, and says what to show. Screens change by themselves. What
    /// the push told of is pulled after this has returned, and its receipt sent: where the process lives for the push
    /// alone, call [`Loyalty::flush`] after it.
    ///
    /// # Errors
    /// [`LoyaltyError::Internal`] where the disk is full: then it was not taken, and may come again.
    pub async fn receive_push(&self, push: Push) -> std::result::Result<PushOutcome, LoyaltyError> {
        let engine = Arc::clone(&self.engine);
        let outcome = self.runtime.run_blocking(move || engine.receive_push(&push)).await;
        outcome.map_err(|error| self.outward(error))
    }

    /// Says that the member opened the notification of this message. Told to the platform once, as soon as that is possible.
    ///
    /// # Errors
    /// [`LoyaltyError::Rejected`] where `message` is no id of a message.
    pub async fn push_opened(&self, message: String) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.push_opened(message) }).await
    }

    /// Where a link leads that the app was opened with, or that it shows; none: to no screen of this app. Noted as an
    /// activity, or counted as a link that led nowhere.
    pub fn open_link(&self, link: String) -> Option<Route> {
        let route = self.engine.route(&link);
        let outcome = route.as_ref().map(|_| ()).map_err(|reason| *reason);
        let engine = Arc::clone(&self.engine);
        self.runtime.blocking(move || engine.note_link(&link, outcome));
        route.ok()
    }

    /// Fetches the next page of older messages.
    pub async fn load_inbox(&self) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.load_inbox().await }).await
    }

    /// Says that the member has read these messages; none: all of them. Works without a network: shown at once, told to the
    /// platform later.
    pub async fn read_messages(&self, messages: Option<Vec<String>>) -> std::result::Result<(), LoyaltyError> {
        self.act(|engine| async move { engine.read_messages(messages) }).await
    }

    /// Grants or withdraws a consent. Needs a network: what counts is what the platform has.
    ///
    /// # Errors
    /// [`LoyaltyError::Offline`]: nothing changed. [`LoyaltyError::Rejected`] where the consent cannot be changed here.
    pub async fn set_consent(
        &self,
        kind: i64,
        way: ConsentWay,
        granted: bool,
    ) -> std::result::Result<(), LoyaltyError> {
        self.act(move |engine| async move { engine.set_consent(kind, way, granted).await }).await
    }
}

impl Loyalty {
    /// Runs an act on the core's runtime; its error is mapped and logged once. Boxed, so that a caller's own future does
    /// not grow by all that an act holds (23 KB for a refresh, 2026-11).
    async fn act<T: Send + 'static, F>(
        &self,
        act: impl FnOnce(Arc<Engine>) -> F,
    ) -> std::result::Result<T, LoyaltyError>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        self.runtime.run(Box::pin(act(Arc::clone(&self.engine)))).await.map_err(|error| self.outward(error))
    }

    fn outward(&self, error: Error) -> LoyaltyError {
        tracing::dispatcher::with_default(&self.dispatch, || error.into())
    }
}

/// Begins to write what is on its way to the disk when it goes out of scope: also when the caller leaves before that,
/// since others may wait for it by then.
struct Writer<'a>(&'a Loyalty);

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        let engine = Arc::clone(&self.0.engine);
        self.0.runtime.blocking(move || engine.write_incoming());
    }
}

/// Lets the caller's other work go first, once.
async fn yield_once() {
    let mut yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl CachedCard {
    fn holds(&self, revision: u64, reading: &ClockReading) -> bool {
        let elapsed = reading.since_boot.checked_sub(self.at.since_boot);
        let moved = elapsed.is_none_or(|elapsed| {
            let expected = self.at.wall.checked_add(elapsed).unwrap_or(Timestamp::MAX);
            reading.wall.duration_since(expected).unsigned_abs() > Duration::from_secs(1)
        });
        self.revision == revision && !moved && self.until.is_none_or(|until| reading.wall < until)
    }
}

/// Completes what the database holds by what the secret store holds: the key of the card's codes, and, where the
/// database was lost, the card and the fact that somebody is signed in.
///
/// # Errors
/// When the secret store does not answer; what is in the database stands all the same.
fn recall(opened: &mut Opened, vault: &Vault) -> Result<()> {
    let recalled = recall_secrets(opened, vault);
    let Opened { storage, state, lost, new } = opened;
    if *lost || *new {
        // The event that tells of it has the same id each time, so it may be made again when it may have been lost.
        Arc::make_mut(&mut state.installation).untold = true;
        // Whose secrets these are that an installation before this one left is not known: they go when they can.
        Arc::make_mut(&mut state.session).wiping |= *new && recalled.is_err();
        let mut kept = Arc::new(state.clone());
        let outcome = storage.commit(|stored| {
            // Of two processes that start at once, one makes what both have.
            if let Some(stored) = stored.filter(|_| *new) {
                kept = Arc::new(stored);
                let (rows, steps, records) = Default::default();
                return Ok(Written { state: Arc::clone(&kept), rows, steps, records });
            }
            let (steps, records) = Default::default();
            Ok(Written { state: Arc::clone(&kept), rows: Row::ALL.into(), steps, records })
        });
        match outcome {
            Ok(()) => *state = Arc::unwrap_or_clone(kept),
            // What cannot be stored is shown all the same.
            Err(error) => tracing::error!(%error, "what was recalled is not stored"),
        }
    }
    recalled
}

fn recall_secrets(opened: &mut Opened, vault: &Vault) -> Result<()> {
    let Opened { storage, state, lost, new } = opened;
    if state.session.wiping || *new {
        // A sign-out that was interrupted, or an app that was removed and installed again.
        vault.forget_member()?;
        if state.session.wiping {
            storage.scrub()?;
            state.apply(&Change::Session(SessionChange::Wiped));
        }
    }
    if *lost && state.session.phase == Phase::SignedOut && vault.tokens()?.is_some() {
        // Who it is, the next refresh tells.
        state.apply(&Change::Session(SessionChange::Found));
    }
    if state.session.phase != Phase::SignedOut {
        state.apply(&sync::recall(vault, state.cards.card_id())?);
    }
    Ok(())
}

/// Holds each field of the configuration against what it must be.
fn check(config: &Config) -> Result<Setup> {
    let wrong = |field: &'static str, problem: &str| Err(Error::Config { field, problem: problem.to_owned() });
    platform::validate_url(&config.platform_url)?;
    platform::validate_pins(&config.pins)?;
    if !PathBuf::from(&config.data_folder).is_absolute() {
        return wrong("data_folder", "it must be an absolute path to a folder of the app's own");
    }
    let subtags = |locale: &str| {
        locale
            .split('-')
            .all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    };
    if !(2..=35).contains(&config.locale.len()) || !subtags(&config.locale) {
        return wrong("locale", "it must be a BCP 47 language tag such as `de` or `en-GB`");
    }
    let Ok(zone) = TimeZone::get(&config.time_zone) else {
        return wrong("time_zone", "it must be a name of the IANA database such as `Europe/Berlin`");
    };
    if config.outbox_events < 200 {
        return wrong("outbox_events", "it must be at least 200: one batch that is on its way, and one that waits");
    }
    if config.outbox_bytes < 100_000 {
        return wrong("outbox_bytes", "it must be at least 100 000");
    }
    let links = Links::new(&config.link_scheme, &config.link_hosts)
        .map_err(|(field, problem)| Error::Config { field, problem: problem.to_owned() })?;
    let settings = Settings {
        url: config.platform_url.clone(),
        app_name: config.app_name.clone(),
        app_version: config.app_version.clone(),
        platform_type: match config.platform_type {
            PlatformType::Android => "Android",
            PlatformType::Ios => "Ios",
            PlatformType::Harmony => "Harmony",
        },
        platform_version: config.platform_version.clone(),
        // Known when the secret store is asked, before the first call.
        device_id: "unknown".to_owned(),
        locale: config.locale.clone(),
        pins: config.pins.clone(),
    };
    platform::headers(&settings)?;
    let limits = Limits {
        events: usize::try_from(config.outbox_events).unwrap_or(usize::MAX),
        bytes: usize::try_from(config.outbox_bytes).unwrap_or(usize::MAX),
    };
    let zones = config.store_zones.clone();
    if zones.iter().any(|at| stores::zone(&at.name).is_none() || stores::check_position(at.position).is_err()) {
        return wrong("store_zones", "each must have a name of the IANA database and a position on the earth");
    }
    Ok(Setup { settings, zone, zones, limits, links, folder: PathBuf::from(&config.data_folder) })
}
