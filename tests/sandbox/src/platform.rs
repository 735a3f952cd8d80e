//! The running platform: what all handlers share.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::SignedDuration;
use pocketcard::types::Timestamp;
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::clock::{Clock, Setting};
use crate::database::{self, Database};
use crate::faults::Faults;
use crate::recorder::Recorder;
use crate::refusal::{Outcome, invalid, missing};
use crate::stores::LastTold;

/// What of the App API can be served beside `capabilities`.
const FEATURES: [&str; 6] = ["codeKeys", "events", "tasks", "games", "storeDetails", "stock"];

/// The platform, shared.
pub(crate) type App = Arc<Platform>;

/// What all handlers share.
#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) database: Database,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) recorder: Recorder,
    /// The chain of stores, written out.
    pub(crate) last_told: LastTold,
    /// Counts the pieces of work that may have sent a push, so that long polls look again.
    pub(crate) pushed: watch::Sender<u64>,
    /// Where it listens.
    pub(crate) url: String,
    settings: Mutex<Settings>,
}

/// What an operator of the platform would set, and tests change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The oldest version of the app that the platform serves, as `capabilities` says it.
    #[serde(default)]
    pub minimum_app_version: Option<String>,
    /// What rotating and issued codes are drawn as: `QR_CODE`, `AZTEC`, `PDF_417`, `CODE_128`.
    pub symbology: String,
    /// What static codes are drawn as: these, or `EAN_13`.
    pub static_symbology: String,
    /// The App API's features that `capabilities` lists and that are served: of `codeKeys`, `events`,
    /// `tasks`, `games`, `storeDetails`, `stock`.
    pub features: Vec<String>,
    /// How long access tokens issued from now on live.
    pub access_token_seconds: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            minimum_app_version: None,
            symbology: "QR_CODE".to_owned(),
            static_symbology: "CODE_128".to_owned(),
            features: FEATURES.map(str::to_owned).to_vec(),
            access_token_seconds: 600,
        }
    }
}

impl Settings {
    /// Lets go on when the App API's `feature` is served.
    pub(crate) fn served(&self, feature: &str) -> Outcome<()> {
        if self.features.iter().any(|served| served == feature) {
            Ok(())
        } else {
            Err(missing("NotServed", format!("This platform does not serve {feature}.")))
        }
    }

    fn check(&self) -> Outcome<()> {
        const SYMBOLOGIES: [&str; 4] = ["QR_CODE", "AZTEC", "PDF_417", "CODE_128"];
        if self.minimum_app_version.as_ref().is_some_and(|version| version.is_empty() || version.len() > 64) {
            return Err(invalid("minimumAppVersion", "1 to 64 characters"));
        }
        if !SYMBOLOGIES.contains(&self.symbology.as_str()) {
            return Err(invalid("symbology", format!("one of {}", SYMBOLOGIES.join(", "))));
        }
        if self.static_symbology != "EAN_13" && !SYMBOLOGIES.contains(&self.static_symbology.as_str()) {
            return Err(invalid("staticSymbology", format!("one of {}, EAN_13", SYMBOLOGIES.join(", "))));
        }
        let known = |feature: &&String| FEATURES.contains(&feature.as_str());
        let different: BTreeSet<&String> = self.features.iter().filter(known).collect();
        if different.len() < self.features.len() {
            return Err(invalid("features", format!("of {}, each once: more is not served", FEATURES.join(", "))));
        }
        if !(1..=86_400).contains(&self.access_token_seconds) {
            return Err(invalid("accessTokenSeconds", "1 to 86400"));
        }
        Ok(())
    }
}

impl Platform {
    /// The platform of a database that is open and has its clock.
    pub(crate) fn new(database: Database, setting: Setting, settings: Settings, url: String, record: bool) -> Self {
        let clock = Clock::default();
        clock.put(setting);
        Self {
            database,
            clock,
            faults: Faults::default(),
            recorder: Recorder::new(record),
            last_told: LastTold::default(),
            pushed: watch::Sender::new(0),
            url,
            settings: Mutex::new(settings),
        }
    }

    /// Does `work`, which only reads, in one transaction.
    pub(crate) async fn read<T, W>(&self, work: W) -> Outcome<T>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>, Timestamp) -> Outcome<T> + Send + 'static,
    {
        let now = self.clock.now();
        self.database.act(move |tx| work(tx, now)).await
    }

    /// Does `work` in one transaction, then wakes the long polls.
    pub(crate) async fn act<T, W>(&self, work: W) -> Outcome<T>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>, Timestamp) -> Outcome<T> + Send + 'static,
    {
        let outcome = self.read(work).await;
        self.pushed.send_modify(|count| *count = count.wrapping_add(1));
        outcome
    }

    /// The settings.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long an access token lives.
    pub(crate) fn access_life(&self) -> SignedDuration {
        SignedDuration::from_secs(self.settings().access_token_seconds)
    }

    /// Changes the settings, for good.
    pub(crate) async fn set(&self, settings: Settings) -> Outcome<()> {
        settings.check()?;
        let text = serde_json::to_string(&settings)?;
        self.database.act(move |tx| database::set(tx, "settings", &text)).await?;
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) = settings;
        Ok(())
    }

    /// Moves the clock, for good. Gives where it stands then.
    pub(crate) async fn move_clock(&self, to: Timestamp, frozen: bool) -> Outcome<Timestamp> {
        let setting = Setting::standing_at(to, frozen)
            .ok_or_else(|| invalid("now", "The clock goes from the year 2000 to 2199."))?;
        let text = serde_json::to_string(&setting)?;
        self.database.act(move |tx| database::set(tx, "clock", &text)).await?;
        self.clock.put(setting);
        self.pushed.send_modify(|count| *count = count.wrapping_add(1));
        Ok(self.clock.now())
    }
}
