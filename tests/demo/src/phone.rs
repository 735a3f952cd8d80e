//! The phone: what a shell does with the core, without a screen.
//!
//! Owns what outlives the app (its data folder, its secret store, the clocks, the address for pushes) and the app while
//! it runs. A real shell does the same in its application object: opens [`Loyalty`] once, subscribes, says where pushes
//! go, and pulls views when it is told that they changed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use pocketcard::balance::BalanceView;
use pocketcard::card::CardView;
use pocketcard::consents::ConsentsView;
use pocketcard::events::OutboxView;
use pocketcard::history::{HistoryFilter, HistoryView};
use pocketcard::host::{Clock, Host, LogRecord, LogSink, Observer};
use pocketcard::inbox::InboxView;
use pocketcard::loyalty::{PlatformType, PushService};
use pocketcard::offers::favourites::FavouritesView;
use pocketcard::offers::rules::Channel;
use pocketcard::offers::{OfferDetail, OffersQuery, OffersView};
use pocketcard::session::SessionView;
use pocketcard::tasks::TasksView;
use pocketcard::types::Screen;
use pocketcard::{Config, Loyalty, LoyaltyError, Subscription};
use tokio::sync::broadcast;

use crate::clock::PhoneClock;
use crate::secrets::FileSecrets;
use crate::till;

/// The member's time zone, for the core and for dates on the screen.
pub const TIME_ZONE: &str = "Europe/Berlin";

/// The file that stands for the phone's secret store.
const SECRETS: &str = "secrets.json";

/// How many changes and log lines wait for a slow screen before the oldest are lost to it.
const WAITING: usize = 256;

/// What the phone tells whoever draws its screen.
#[derive(Clone, Debug)]
pub enum News {
    /// The views of these screens changed.
    Changed(Vec<Screen>),
    /// A line for the log.
    Log(LogRecord),
}

/// A phone with the app on it.
pub struct Phone {
    platform_url: String,
    folder: PathBuf,
    /// How often the app was killed: each life of it has a folder of its own.
    kills: AtomicUsize,
    /// The phone's clocks, which the demo moves.
    pub clock: Arc<PhoneClock>,
    /// What the phone's push service calls this installation.
    pub push_token: String,
    news: broadcast::Sender<News>,
    app: Mutex<Option<App>>,
}

/// The app while it runs.
struct App {
    loyalty: Arc<Loyalty>,
    _subscription: Arc<Subscription>,
}

/// What the screens show.
#[derive(Clone, Debug, PartialEq)]
pub struct Views {
    /// Sign-in.
    pub session: SessionView,
    /// Card.
    pub card: CardView,
    /// Balance and tier.
    pub balance: BalanceView,
    /// What happened.
    pub history: HistoryView,
    /// Tasks and games.
    pub tasks: TasksView,
    /// Offers and coupons; none where they cannot be asked for.
    pub offers: Option<Offers>,
    /// Favourite products.
    pub favourites: FavouritesView,
    /// Messages.
    pub inbox: InboxView,
    /// What the member lets the programme write about.
    pub consents: ConsentsView,
    /// What waits to be told to the platform.
    pub outbox: OutboxView,
}

/// What the offers' screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    /// All of them, wherever they are for.
    pub all: OffersView,
    /// All of them, and whether each applies at the till's store, now.
    pub here: OffersView,
    /// What is for online, now.
    pub online: OffersView,
    /// All that is known of each, as seen from the till's store.
    pub details: Vec<OfferDetail>,
}

impl Phone {
    /// A phone whose storage is `folder`; the app on it is not running.
    pub fn new(platform_url: &str, folder: &Path) -> Self {
        Self {
            platform_url: platform_url.to_owned(),
            folder: folder.to_owned(),
            kills: AtomicUsize::new(0),
            clock: Arc::new(PhoneClock::new()),
            push_token: format!("demo-{}", uuid::Uuid::new_v4().simple()),
            news: broadcast::Sender::new(WAITING),
            app: Mutex::default(),
        }
    }

    /// Where the app keeps its data.
    pub fn data_folder(&self) -> PathBuf {
        self.storage().join("data")
    }

    fn storage(&self) -> PathBuf {
        self.folder.join(format!("phone-{}", self.kills.load(Ordering::SeqCst)))
    }

    /// What the phone tells from now on.
    pub fn news(&self) -> broadcast::Receiver<News> {
        self.news.subscribe()
    }

    /// Opens the app, as a tap on its icon does. Nothing if it runs already.
    ///
    /// # Errors
    /// As [`Loyalty::open`].
    pub fn open(&self) -> Result<Arc<Loyalty>, LoyaltyError> {
        self.open_as(PlatformType::Android)
    }

    /// The same on a phone of another kind.
    ///
    /// # Errors
    /// As [`Loyalty::open`].
    pub fn open_as(&self, platform_type: PlatformType) -> Result<Arc<Loyalty>, LoyaltyError> {
        let mut app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(App { loyalty, .. }) = &*app {
            return Ok(Arc::clone(loyalty));
        }
        let config = Config {
            platform_url: self.platform_url.clone(),
            data_folder: self.data_folder().to_string_lossy().into_owned(),
            app_name: "PocketcardDemo".to_owned(),
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            platform_type,
            platform_version: "16".to_owned(),
            locale: "en-GB".to_owned(),
            time_zone: TIME_ZONE.to_owned(),
            pins: Vec::new(),
            link_scheme: "pocketcard".to_owned(),
            link_hosts: Vec::new(),
            outbox_events: 10_000,
            outbox_bytes: 5_000_000,
            store_zones: Vec::new(),
        };
        let host = Host {
            secrets: Arc::new(FileSecrets::new(&self.storage().join(SECRETS))),
            log: Some(Arc::new(Teller(self.news.clone()))),
            clock: Some(Arc::clone(&self.clock) as Arc<dyn Clock>),
            boot: None,
        };
        let loyalty = Loyalty::open(config, host)?;
        let subscription = loyalty.subscribe(Arc::new(Teller(self.news.clone())));
        loyalty.set_active(true);
        *app = Some(App { loyalty: Arc::clone(&loyalty), _subscription: subscription });
        Ok(loyalty)
    }

    /// Tells the core where pushes go, as an app does at each start, since push services change the address at will.
    ///
    /// # Errors
    /// As [`Loyalty::set_push_token`].
    pub async fn register_for_pushes(&self) -> Result<(), LoyaltyError> {
        match self.app() {
            Some(app) => app.set_push_token(self.push_token.clone(), PushService::Fcm).await,
            None => Ok(()),
        }
    }

    /// Kills the app, as a phone does that needs the memory: it is told nothing and finishes nothing.
    ///
    /// A process cannot kill a part of itself. So the next app opens on a copy of what is on disk at this instant, the
    /// database's write-ahead log included, and what the old one still does while it is dropped reaches nobody.
    ///
    /// # Errors
    /// When the disk cannot be copied; the app runs on then.
    pub fn kill(&self) -> io::Result<()> {
        self.end(true)
    }

    /// Removes the app and installs it again: its data folder is gone, what is in the secret store is not, as on an iPhone.
    ///
    /// # Errors
    /// When the disk cannot be copied; the app runs on then.
    pub fn reinstall(&self) -> io::Result<()> {
        self.end(false)
    }

    fn end(&self, keep_data: bool) -> io::Result<()> {
        let mut app = self.app.lock().unwrap_or_else(PoisonError::into_inner);
        let (storage, data) = (self.storage(), self.data_folder());
        let kills = self.kills.load(Ordering::SeqCst) + 1;
        let next = self.folder.join(format!("phone-{kills}"));
        std::fs::create_dir_all(next.join("data"))?;
        if keep_data {
            for file in std::fs::read_dir(&data)? {
                let file = file?;
                std::fs::copy(file.path(), next.join("data").join(file.file_name()))?;
            }
        }
        if storage.join(SECRETS).exists() {
            std::fs::copy(storage.join(SECRETS), next.join(SECRETS))?;
        }
        self.kills.store(kills, Ordering::SeqCst);
        app.take();
        Ok(())
    }

    /// Switches the phone off.
    pub fn switch_off(&self) {
        self.app.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The app, while it runs.
    pub fn app(&self) -> Option<Arc<Loyalty>> {
        self.app.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|app| Arc::clone(&app.loyalty))
    }

    /// What the screens show; none while the app is not running.
    pub fn views(&self) -> Option<Views> {
        self.app().map(|app| Views::of(&app))
    }
}

impl Views {
    /// What the screens show now.
    pub fn of(app: &Loyalty) -> Self {
        Self {
            session: app.session(),
            card: app.card(),
            balance: app.balance(),
            history: app.history(HistoryFilter::All),
            tasks: app.tasks(),
            offers: Offers::of(app),
            favourites: app.favourites(),
            inbox: app.inbox(),
            consents: app.consents(),
            outbox: app.outbox(),
        }
    }

    /// Pulls one screen's view.
    pub fn pull(&mut self, app: &Loyalty, screen: Screen) {
        match screen {
            Screen::Session => self.session = app.session(),
            Screen::Card => self.card = app.card(),
            Screen::Balance => self.balance = app.balance(),
            Screen::History => self.history = app.history(HistoryFilter::All),
            Screen::Tasks => self.tasks = app.tasks(),
            Screen::Outbox => self.outbox = app.outbox(),
            Screen::Offers => self.offers = Offers::of(app),
            Screen::Favourites => self.favourites = app.favourites(),
            Screen::Inbox => self.inbox = app.inbox(),
            Screen::Consents => self.consents = app.consents(),
            // Asked for, not pulled: an act, since it reads the disk.
            Screen::Stores => {}
        }
    }
}

impl Offers {
    fn of(app: &Loyalty) -> Option<Self> {
        let here = OffersQuery { store: Some(till::supermarket()), others_too: true, ..OffersQuery::default() };
        let online = OffersQuery { channel: Some(Channel::Online), ..OffersQuery::default() };
        let all = app.offers(OffersQuery::default()).ok()?;
        let details = all.offers.iter().filter_map(|offer| app.offer(offer.id, here.clone()).ok()?);
        Some(Self { details: details.collect(), here: app.offers(here).ok()?, online: app.offers(online).ok()?, all })
    }
}

/// Hands on what the core's delivery thread says, without waiting for anyone.
struct Teller(broadcast::Sender<News>);

impl Observer for Teller {
    fn changed(&self, screens: Vec<Screen>) {
        // Nobody listens before the screen is there and after it is gone.
        let _ = self.0.send(News::Changed(screens));
    }
}

impl LogSink for Teller {
    fn log(&self, record: LogRecord) {
        let _ = self.0.send(News::Log(record));
    }
}
