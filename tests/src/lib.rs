//! What the journeys stand on: a phone whose parts a test can hold, and a platform to speak to.
//!
//! [`Platform`] is the sandbox, run in this process and spoken to over real HTTP. [`Phone`] lends the core what a shell lends it: secrets, a log, a clock, an observer. All of it outlives
//! [`Phone::kill`], as it would on a real phone.

mod platform;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use pocketcard::card::{CardCode, CardView, CodeKind};
use pocketcard::host::{Clock, ClockReading, Host, LogRecord, LogSink, Observer, SecretStore, SecretStoreError};
use pocketcard::loyalty::{Config, Loyalty, PlatformType};
use pocketcard::types::{Decimal, Screen, Timestamp};
use pocketcard::{LoyaltyError, Subscription};

pub use platform::{ANNA, BORIS, CLARA, DAVID, Platform};

/// How long a test waits for what must happen before it fails. Never the time that something takes when all is well.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Keeps secrets in memory; a test can read, break and lock it.
#[derive(Default)]
pub struct Secrets {
    kept: Mutex<HashMap<String, Vec<u8>>>,
    /// Every call fails with [`SecretStoreError::Locked`].
    pub locked: AtomicBool,
    /// The writes (puts and removes) still let through before the phone "dies": further ones are lost, as in a crash.
    writes_left: Mutex<Option<usize>>,
}

impl Secrets {
    /// Lets `writes` more puts and removes through; what comes after them is lost, as if the phone had died.
    pub fn die_after(&self, writes: Option<usize>) {
        *self.writes_left.lock().unwrap() = writes;
    }

    /// All that is kept, by name.
    pub fn all(&self) -> HashMap<String, Vec<u8>> {
        self.kept.lock().unwrap().clone()
    }

    /// Writes all that is kept into a file, for another process.
    pub fn write_to(&self, file: &Path) {
        std::fs::write(file, serde_json::to_vec(&self.all()).unwrap()).unwrap();
    }

    /// Reads what [`Secrets::write_to`] wrote.
    pub fn read_from(file: &Path) -> Self {
        let kept: HashMap<String, Vec<u8>> = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
        Self { kept: Mutex::new(kept), ..Self::default() }
    }

    /// Overwrites what is kept.
    pub fn set(&self, name: &str, value: &[u8]) {
        self.kept.lock().unwrap().insert(name.to_owned(), value.to_vec());
    }

    fn write(&self) -> Result<bool, SecretStoreError> {
        self.check()?;
        let mut left = self.writes_left.lock().unwrap();
        match left.as_mut() {
            Some(0) => Ok(false),
            Some(writes) => {
                *writes -= 1;
                Ok(true)
            }
            None => Ok(true),
        }
    }

    fn check(&self) -> Result<(), SecretStoreError> {
        if self.locked.load(Ordering::SeqCst) { Err(SecretStoreError::Locked) } else { Ok(()) }
    }
}

impl SecretStore for Secrets {
    fn get(&self, key: String) -> Result<Option<Vec<u8>>, SecretStoreError> {
        self.check()?;
        Ok(self.kept.lock().unwrap().get(&key).cloned())
    }

    fn put(&self, key: String, value: Vec<u8>) -> Result<(), SecretStoreError> {
        if self.write()? {
            self.kept.lock().unwrap().insert(key, value);
        }
        Ok(())
    }

    fn remove(&self, key: String) -> Result<(), SecretStoreError> {
        if self.write()? {
            self.kept.lock().unwrap().remove(&key);
        }
        Ok(())
    }
}

/// Keeps every log record.
#[derive(Default)]
pub struct Log(Mutex<Vec<LogRecord>>);

impl Log {
    /// All records so far, one a line.
    pub fn text(&self) -> String {
        let records = self.0.lock().unwrap();
        let lines = records.iter().map(|record| format!("{:?} {} {}", record.level, record.target, record.text));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl LogSink for Log {
    fn log(&self, record: LogRecord) {
        self.0.lock().unwrap().push(record);
    }
}

/// A clock that runs on by itself and that a test can move: the wall clock alone, as a member would, or all of time.
pub struct TestClock {
    moved: Mutex<Moved>,
}

struct Moved {
    start: Instant,
    wall: Timestamp,
    since_boot: Duration,
    boot: u32,
}

impl TestClock {
    /// Begins at the system's time.
    #[expect(clippy::disallowed_methods, reason = "a test's clock runs on the machine's")]
    pub fn new() -> Self {
        Self::at(Timestamp::now())
    }

    /// Begins at `wall`.
    #[expect(clippy::disallowed_methods, reason = "a test's clock runs on the machine's")]
    pub fn at(wall: Timestamp) -> Self {
        let moved = Moved { start: Instant::now(), wall, since_boot: Duration::from_secs(1_000), boot: 1 };
        Self { moved: Mutex::new(moved) }
    }

    /// Moves the clock that the member can set, and no other.
    pub fn move_wall(&self, by: jiff::SignedDuration) {
        let mut moved = self.moved.lock().unwrap();
        moved.wall = moved.wall.checked_add(by).unwrap();
    }

    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        let mut moved = self.moved.lock().unwrap();
        moved.wall = moved.wall.checked_add(time).unwrap();
        moved.since_boot += time;
    }

    /// The phone starts anew.
    #[expect(clippy::disallowed_methods, reason = "a test's clock runs on the machine's")]
    pub fn reboot(&self) {
        let mut moved = self.moved.lock().unwrap();
        moved.wall = moved.wall.checked_add(moved.start.elapsed()).unwrap();
        moved.start = Instant::now();
        moved.since_boot = Duration::from_secs(5);
        moved.boot += 1;
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for TestClock {
    fn read(&self) -> ClockReading {
        let moved = self.moved.lock().unwrap();
        let elapsed = moved.start.elapsed();
        ClockReading {
            wall: moved.wall.checked_add(elapsed).unwrap(),
            since_boot: moved.since_boot + elapsed,
            boot: Some(moved.boot.to_string()),
        }
    }
}

/// Wakes who waits when a screen changed.
#[derive(Default)]
pub struct Watch {
    told: Mutex<Vec<Screen>>,
    wake: Condvar,
}

impl Watch {
    /// Every screen told of so far, in order.
    pub fn told(&self) -> Vec<Screen> {
        self.told.lock().unwrap().clone()
    }
}

impl Observer for Watch {
    fn changed(&self, screens: Vec<Screen>) {
        self.told.lock().unwrap().extend(screens);
        self.wake.notify_all();
    }
}

/// The configuration of an app that speaks to the platform at `url`; the data folder is left to fill in.
pub fn config(url: &str) -> Config {
    Config {
        platform_url: url.to_owned(),
        data_folder: String::new(),
        app_name: "Journeys".to_owned(),
        app_version: "1.2.3".to_owned(),
        platform_type: PlatformType::Android,
        platform_version: "14".to_owned(),
        locale: "en".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        pins: Vec::new(),
        link_scheme: "pocketcard".to_owned(),
        link_hosts: vec!["loyalty.example".to_owned()],
        outbox_events: 10_000,
        outbox_bytes: 5_000_000,
        store_zones: Vec::new(),
    }
}

/// Runs a call of the app to its end.
pub fn run<T>(call: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(call)
}

/// A phone with the app on it.
pub struct Phone {
    /// Where the core keeps its data.
    pub folder: PathBuf,
    /// The phone's secret store.
    pub secrets: Arc<Secrets>,
    /// The phone's log.
    pub log: Arc<Log>,
    /// The phone's clocks.
    pub clock: Arc<TestClock>,
    /// What the observer was told.
    pub watch: Arc<Watch>,
    /// How the app is set up.
    pub config: Config,
    keeps_system_time: bool,
    app: Option<(Arc<Loyalty>, Arc<Subscription>)>,
    _home: tempfile::TempDir,
}

impl Phone {
    /// A new phone whose app speaks to the platform at `url`; the app is open.
    pub fn new(url: &str) -> Self {
        Self::of(url, tempfile::tempdir().unwrap(), TestClock::new())
    }

    /// The same with its data in `home` and with a clock of the test's own.
    pub fn of(url: &str, home: tempfile::TempDir, clock: TestClock) -> Self {
        let folder = home.path().join("pocketcard");
        let config = Config { data_folder: folder.to_str().unwrap().to_owned(), ..config(url) };
        let mut phone = Self {
            folder,
            secrets: Arc::default(),
            log: Arc::default(),
            clock: Arc::new(clock),
            watch: Arc::default(),
            config,
            keeps_system_time: false,
            app: None,
            _home: home,
        };
        phone.open();
        phone
    }

    /// What the shell lends.
    pub fn host(&self) -> Host {
        let clock = (!self.keeps_system_time).then(|| Arc::clone(&self.clock) as _);
        Host { secrets: Arc::clone(&self.secrets) as _, log: Some(Arc::clone(&self.log) as _), clock, boot: None }
    }

    /// From the next opening on the app goes by the system's clock, as a real one does.
    pub fn keep_system_time(&mut self) {
        self.keeps_system_time = true;
        self.reopen();
    }

    /// Opens the app.
    pub fn open(&mut self) -> &Loyalty {
        let app = Loyalty::open(self.config.clone(), self.host()).unwrap();
        let subscription = app.subscribe(Arc::clone(&self.watch) as _);
        &self.app.insert((app, subscription)).0
    }

    /// Ends the app as the system does when it needs the memory: without a word.
    pub fn kill(&mut self) {
        self.app = None;
    }

    /// Ends the app and opens it again.
    pub fn reopen(&mut self) -> &Loyalty {
        self.kill();
        self.open()
    }

    /// The open app.
    pub fn app(&self) -> &Arc<Loyalty> {
        &self.app.as_ref().expect("the app is open").0
    }

    /// Waits until the app shows what `seen` looks for; woken by the observer, so no key is pressed.
    ///
    /// # Panics
    /// When it has not been seen after [`PATIENCE`].
    pub fn wait<T>(&self, what: &str, mut seen: impl FnMut(&Loyalty) -> Option<T>) -> T {
        let app = Arc::clone(self.app());
        #[expect(clippy::disallowed_methods, reason = "patience is the machine's time")]
        let start = Instant::now();
        loop {
            let told = self.watch.told.lock().unwrap();
            let before = told.len();
            drop(told);
            if let Some(found) = seen(&app) {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain: {what}\n{}", self.log.text());
            let told = self.watch.told.lock().unwrap();
            if told.len() == before {
                drop(self.watch.wake.wait_timeout(told, Duration::from_millis(100)).unwrap());
            }
        }
    }
}

impl Phone {
    /// Signs in by phone number and one-time code, and waits until all that the sign-in brings is there.
    pub fn sign_in(&self, platform: &Platform, login: &str) {
        run(self.app().sign_in(login.to_owned(), None)).unwrap();
        run(self.app().confirm_code(platform.code(login))).unwrap();
        // Joins the refresh and the sending that the sign-in began, and so ends with them.
        run(self.app().refresh()).unwrap();
        run(self.app().flush(PATIENCE)).unwrap();
    }

    /// A phone on which Anna is signed in; what was said until then is not recorded any more.
    pub fn signed_in(platform: &Platform) -> Self {
        let phone = Self::new(platform.url());
        phone.sign_in(platform, ANNA);
        platform.exchanges();
        phone
    }

    /// The code that the card shows. Fails the test where there is none.
    pub fn code(&self) -> CardCode {
        match self.app().card() {
            CardView::Ready { code, .. } => code,
            other => panic!("no code: {other:?}"),
        }
    }

    /// Waits until the card shows a code of this kind.
    pub fn wait_for_code(&self, what: &str, kind: impl Fn(CodeKind) -> bool) -> CardCode {
        self.wait(what, |app| match app.card() {
            CardView::Ready { code, .. } if kind(code.kind) => Some(code),
            _ => None,
        })
    }

    /// Spendable points.
    pub fn points(&self) -> Decimal {
        self.app().balance().accounts.first().expect("an account").available
    }

    /// The access token that the phone has.
    pub fn token(&self) -> String {
        let secrets = self.secrets.all();
        let pairs = secrets.iter().filter(|(name, _)| name.starts_with("pocketcard.tokens"));
        let pairs = pairs.map(|(_, pair)| serde_json::from_slice::<serde_json::Value>(pair).unwrap());
        let newest = pairs.max_by_key(|pair| pair["generation"].as_u64()).unwrap();
        newest["access"].as_str().unwrap().to_owned()
    }

    /// Every byte of the database's files.
    pub fn files(&self) -> Vec<u8> {
        let files = std::fs::read_dir(&self.folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        files.collect::<Vec<_>>().concat()
    }
}

/// The platform's refusal. Fails the test where there was none.
pub fn rejection(outcome: Result<(), LoyaltyError>) -> pocketcard::error::Rejection {
    match outcome {
        Err(LoyaltyError::Rejected { reason }) => reason,
        other => panic!("expected a refusal, not {other:?}"),
    }
}
