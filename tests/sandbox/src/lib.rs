//! A loyalty platform to develop against: members, till, stores, pushes, and failures on demand.
//!
//! A real server on a real socket with a real database, whose clock a test can move. It answers the Member API and the App
//! API as `core/platform-api.yaml` describes them. `cargo sandbox` runs it alone; a test starts it within its own runtime:
//!
//! ```
//! # async fn example(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
//! use pocketcard_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::new(folder.join("sandbox.db"))).await?;
//! println!("{}", sandbox.url());
//! sandbox.advance(std::time::Duration::from_secs(3600)).await?;
//! sandbox.add_fault(r#"{"path": "/publicapi", "kind": {"status": {"code": 503}}, "times": 1}"#.parse()?)?;
//! sandbox.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! The map, from the wire to the disk: `serve` accepts, `faults` spoils, `recorder` keeps; `member_api`, `app_api`, `till`,
//! `push_poll`, `control` and `help` read requests and write answers; `members`, `sign_in`, `cards`, `sales`, `ledger`,
//! `events`, `facts`, `tasks`, `games`, `stores` and `pushes` are the rules, each with its SQL; `programme` is what the programme offers, `seed` who is there at first; `database`
//! and `clock` are underneath.

mod app_api;
mod cards;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod control;
mod database;
mod events;
mod extract;
mod facts;
mod faults;
mod games;
mod help;
mod keyed;
mod ledger;
mod member_api;
mod members;
mod platform;
mod problem;
mod programme;
mod push_poll;
mod pushes;
mod recorder;
mod refusal;
mod sales;
mod seed;
mod serve;
mod sign_in;
mod stores;
mod tasks;
mod till;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tower_http::compression::CompressionLayer;

pub use control::{NewMember, Sent};
pub use database::OpenError;
pub use events::ReceivedEvent;
pub use faults::{Fault, FaultKind};
pub use platform::Settings;
pub use recorder::Exchange;

use clock::{Clock, Setting, later};
use database::Database;
use platform::{App, Platform};
use refusal::{Failure, Outcome};
use stores::chain::Chain;

/// The stores of a whole chain, as `cargo sandbox` has it.
pub const WHOLE_CHAIN: u64 = 20_000;

/// How a sandbox is started.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it listens; port 0 takes any that is free.
    pub address: SocketAddr,
    /// The database file; made if it is not there.
    pub database: PathBuf,
    /// What the first members are made from. Matters only to a database that is made.
    pub seed: u64,
    /// What the clock says at the start of a database that is made; the machine's time if absent.
    pub starts_at: Option<Timestamp>,
    /// How many stores the chain has, from 3 to 100 000. Matters only to a database that has none yet.
    pub stores: u64,
    /// Keep what is said on the Member API and App API, for [`Sandbox::exchanges`].
    pub record: bool,
}

impl Options {
    /// A sandbox on loopback, any free port, with this database file and a small chain: a store in each city.
    pub fn new(database: impl Into<PathBuf>) -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: database.into(),
            seed: 1,
            starts_at: None,
            stores: 150,
            record: false,
        }
    }
}

/// Why a sandbox did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen there.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why not.
        error: io::Error,
    },
    /// The database cannot be used.
    #[error("cannot open the database {path}: {error}")]
    Open {
        /// Which file.
        path: PathBuf,
        /// Why not.
        error: OpenError,
    },
    /// The database could be opened, not filled or read.
    #[error("cannot use the database {path}: {reason}")]
    Fill {
        /// Which file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
}

/// What the sandbox refused to do for a test.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ControlError(String);

impl From<Failure> for ControlError {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            Failure::Refused(refusal) | Failure::Counted(refusal) => refusal.message,
            Failure::Broken(broken) => broken.to_string(),
        })
    }
}

/// A running sandbox. It stops when this is dropped; [`Sandbox::shutdown`] lets calls end first.
#[derive(Debug)]
pub struct Sandbox {
    platform: App,
    address: SocketAddr,
    stop: watch::Sender<bool>,
    serving: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox in the caller's tokio runtime.
    ///
    /// # Errors
    /// When it cannot listen, or its database cannot be used.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let address = options.address;
        let listener = TcpListener::bind(address).await.map_err(|error| StartError::Listen { address, error })?;
        let address = listener.local_addr().map_err(|error| StartError::Listen { address, error })?;
        let path = options.database.clone();
        let database = open(path.clone()).await?;
        let (setting, settings) = prepare(&database, &options)
            .await
            .map_err(|failure| StartError::Fill { path, reason: ControlError::from(failure).0 })?;
        let platform = Arc::new(Platform::new(database, setting, settings, serve::url(address), options.record));
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(serve::serve(listener, router(&platform), stopped));
        Ok(Self { platform, address, stop, serving: Some(serving) })
    }

    /// Where it listens, as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.platform.url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its clock says.
    pub fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }

    /// Puts the clock to `now`; it runs on from there, or stands still if it did.
    ///
    /// # Errors
    /// Outside the years 2000 to 2199.
    pub async fn set_clock(&self, now: Timestamp) -> Result<(), ControlError> {
        self.platform.move_clock(now, self.frozen()).await?;
        Ok(())
    }

    /// Moves the clock ahead.
    ///
    /// # Errors
    /// Beyond the year 2199.
    pub async fn advance(&self, by: Duration) -> Result<(), ControlError> {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.platform.move_clock(later(self.now(), by), self.frozen()).await?;
        Ok(())
    }

    /// Stops the clock, or lets it run on.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn freeze(&self, frozen: bool) -> Result<(), ControlError> {
        self.platform.move_clock(self.now(), frozen).await?;
        Ok(())
    }

    /// Adds a fault, after those in force. `"{…}".parse()` reads one from the JSON of the control API.
    ///
    /// # Errors
    /// When it makes no sense.
    pub fn add_fault(&self, fault: Fault) -> Result<(), ControlError> {
        Ok(self.platform.faults.add(fault)?)
    }

    /// Ends all faults and storms.
    pub fn clear_faults(&self) {
        self.platform.faults.clear();
    }

    /// Ends the faults of one installation.
    pub fn clear_faults_of(&self, device_id: &str) {
        self.platform.faults.clear_of(device_id);
    }

    /// The next so many calls with a token get 401.
    pub fn unauthorized(&self, calls: u32) {
        self.platform.faults.storm(calls);
    }

    /// What an operator would set.
    pub fn settings(&self) -> Settings {
        self.platform.settings()
    }

    /// Changes what an operator would set.
    ///
    /// # Errors
    /// When the sandbox cannot serve it.
    pub async fn set(&self, settings: Settings) -> Result<(), ControlError> {
        Ok(self.platform.set(settings).await?)
    }

    /// The text messages sent to a phone number, newest first.
    ///
    /// # Errors
    /// When `phone` is no phone number.
    pub async fn sms(&self, phone: &str) -> Result<Vec<Sent>, ControlError> {
        let phone = wire::phone(phone).ok_or_else(|| ControlError("not a phone number".to_owned()))?;
        Ok(self.platform.read(move |tx, _| control::sent(tx, "sms", Some(&phone))).await?)
    }

    /// The e-mails sent to an address, newest first.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn emails(&self, address: &str) -> Result<Vec<Sent>, ControlError> {
        let address = address.to_lowercase();
        Ok(self.platform.read(move |tx, _| control::sent(tx, "email", Some(&address))).await?)
    }

    /// Makes a member, with a virtual card unless told otherwise. Gives `{id, phone, card}` as the control API does.
    ///
    /// # Errors
    /// When somebody has the phone number, or a field is wrong.
    pub async fn create_member(&self, new: NewMember) -> Result<serde_json::Value, ControlError> {
        Ok(self.platform.act(move |tx, now| control::create_member(tx, &new, now)).await?)
    }

    /// Adds a task, or replaces the one of the same id, and counts it for all members.
    ///
    /// `task` is the part of the wire's task that an author writes: `id`, `title`, `kind`, `trigger`, `target`, and if need be
    /// `description`, `imageUrl`, `window`, `streak`, `starts`, `ends`, `optIn`, `recurrence`, `reward`, `questions`, `action`;
    /// beside them `pointsNeverExpire` and `game` (what each completion lets the member play).
    ///
    /// # Errors
    /// When it makes no sense.
    pub async fn put_task(&self, task: serde_json::Value) -> Result<(), ControlError> {
        Ok(self.platform.act(move |tx, now| tasks::put(tx, task, now)).await?)
    }

    /// Drops a task. What it gave stays given.
    ///
    /// # Errors
    /// When there is none of this id.
    pub async fn remove_task(&self, id: &str) -> Result<(), ControlError> {
        let id = id.to_owned();
        Ok(self.platform.act(move |tx, now| tasks::remove(tx, &id, now)).await?)
    }

    /// Gives a member the right to play a game (`wheel`, `scratch`) so many times more.
    ///
    /// # Errors
    /// When there is no such member or game.
    pub async fn grant_plays(&self, member: i64, game: &str, count: u32) -> Result<(), ControlError> {
        let game = game.to_owned();
        let given = self.platform.act(move |tx, now| games::present(tx, member, &game, count.into(), None, now));
        Ok(given.await?)
    }

    /// A store as the App API tells it, with the exceptions of the clock's year.
    ///
    /// # Errors
    /// When there is none of this number.
    pub async fn store(&self, id: i64) -> Result<serde_json::Value, ControlError> {
        Ok(self.platform.read(move |tx, now| stores::one(tx, id, now)).await?)
    }

    /// Opens a store at `latitude` and `longitude`, in the city that is nearest; gives it. What else may be given is as for
    /// [`Sandbox::change_store`].
    ///
    /// # Errors
    /// When it makes no sense.
    pub async fn open_store(&self, store: serde_json::Value) -> Result<serde_json::Value, ControlError> {
        let change = stores::read_change(store)?;
        Ok(self.platform.act(move |tx, now| stores::open(tx, change, now)).await?)
    }

    /// Changes a store; gives it. What is absent stays: `title`, `latitude`, `longitude`, `street`, `house`, `isArchived`,
    /// `timeZone`, `scheduleModel`, `exceptions`, `tillSymbology`, `additionalInfo` (all attributes), `attributes` (`{name: value}`,
    /// null drops one). Hours, dates' hours and zones are not judged: apps are told them as they stand.
    ///
    /// # Errors
    /// When there is none of this number, or a field is none of these.
    pub async fn change_store(&self, id: i64, change: serde_json::Value) -> Result<serde_json::Value, ControlError> {
        let change = stores::read_change(change)?;
        Ok(self.platform.act(move |tx, now| stores::change(tx, id, change, now)).await?)
    }

    /// Takes a store off the list, for good.
    ///
    /// # Errors
    /// When there is none of this number.
    pub async fn remove_store(&self, id: i64) -> Result<(), ControlError> {
        Ok(self.platform.act(move |tx, _| stores::remove(tx, id)).await?)
    }

    /// A store has so many pieces of something from now on.
    ///
    /// # Errors
    /// When there is no such store, or no till sells it.
    pub async fn set_stock(&self, store: i64, goods_id: &str, count: u32) -> Result<(), ControlError> {
        let goods = goods_id.to_owned();
        Ok(self.platform.act(move |tx, now| stores::stock::set(tx, store, &goods, count.into(), now)).await?)
    }

    /// What an installation has told, in the order in which each event came first.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn events(&self, device_id: &str) -> Result<Vec<ReceivedEvent>, ControlError> {
        let device = device_id.to_owned();
        Ok(self.platform.read(move |tx, _| events::of_device(tx, &device)).await?)
    }

    /// What is missing of an installation's sequence. Where it begins again at 1, a new data folder of the app does, and
    /// nothing is missing.
    ///
    /// # Errors
    /// When the disk fails.
    pub async fn event_gaps(&self, device_id: &str) -> Result<Vec<RangeInclusive<u64>>, ControlError> {
        Ok(events::gaps(&self.events(device_id).await?))
    }

    /// What was said on the Member API and the App API since the last time, oldest first. Empty unless
    /// [`Options::record`] is set.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.platform.recorder.take()
    }

    /// Stops: no new calls, and half a second for those that are under way.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Some(serving) = self.serving.take() {
            // It ends by itself, or panicked and is over anyway.
            let _ = serving.await;
        }
    }

    fn frozen(&self) -> bool {
        self.platform.clock.setting().frozen.is_some()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
        }
    }
}

/// A database file in the temporary folder of this user, for a sandbox that was given none.
pub fn default_database() -> PathBuf {
    std::env::temp_dir().join("pocketcard-sandbox.db")
}

async fn open(path: PathBuf) -> Result<Database, StartError> {
    let opening = path.clone();
    let opened = tokio::task::spawn_blocking(move || Database::open(Path::new(&opening))).await;
    match opened {
        Ok(Ok(database)) => Ok(database),
        Ok(Err(error)) => Err(StartError::Open { path, error }),
        Err(error) => Err(StartError::Fill { path, reason: error.to_string() }),
    }
}

/// Sows a database that is new; reads clock and settings of one that is not.
async fn prepare(database: &Database, options: &Options) -> Outcome<(Setting, Settings)> {
    let (seed, starts_at, stores) = (options.seed, options.starts_at, options.stores);
    database
        .act(move |tx| {
            if database::setting(tx, "seed")?.is_none() {
                let setting = match starts_at {
                    Some(now) => Setting::standing_at(now, false)
                        .ok_or_else(|| refusal::invalid("starts_at", "The clock goes from the year 2000 to 2199."))?,
                    None => Setting::default(),
                };
                let clock = Clock::default();
                clock.put(setting);
                seed::sow(tx, seed, starts_at.unwrap_or_else(|| clock.now()))?;
                database::set(tx, "seed", &seed.to_string())?;
                database::set(tx, "clock", &serde_json::to_string(&setting)?)?;
            }
            if database::setting(tx, "stores")?.is_none() {
                Chain::check(stores)?;
                database::set(tx, "stores", &stores.to_string())?;
            }
            let setting = database::setting(tx, "clock")?.map(|text| serde_json::from_str(&text)).transpose()?;
            let settings = database::setting(tx, "settings")?.map(|text| serde_json::from_str(&text)).transpose()?;
            Ok((setting.unwrap_or_default(), settings.unwrap_or_default()))
        })
        .await
}

/// All routes, and around them, from the inside: what records, compresses, spoils, dates and logs.
fn router(platform: &App) -> Router {
    Router::new()
        .merge(member_api::routes())
        .merge(app_api::routes())
        .merge(till::routes())
        .merge(push_poll::routes())
        .merge(control::routes())
        .merge(help::routes())
        .fallback(control::not_found)
        .layer(DefaultBodyLimit::max(extract::BODY_LIMIT))
        .layer(from_fn_with_state(Arc::clone(platform), recorder::record))
        .layer(CompressionLayer::new().gzip(true).zstd(true))
        .layer(from_fn_with_state(Arc::clone(platform), faults::happen))
        .layer(from_fn_with_state(Arc::clone(platform), date))
        .layer(from_fn(log))
        .with_state(Arc::clone(platform))
}

/// Dates every answer by the sandbox's clock: an app corrects its own by it.
async fn date(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    let now = app.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    if let Ok(now) = HeaderValue::from_str(&now) {
        answer.headers_mut().insert(header::DATE, now);
    }
    answer
}

/// Logs what was asked and how it ended; never headers, queries or bodies, which hold tokens and codes.
async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let began = Instant::now();
    let answer = next.run(request).await;
    tracing::info!(%method, path, status = answer.status().as_u16(), ms = began.elapsed().as_millis(), "call");
    answer
}
