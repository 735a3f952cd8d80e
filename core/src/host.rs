//! What the shell lends the core: a place for secrets, a sink for logs, a clock.
//!
//! The host is never called under a lock, nor from within a poll or a tracing layer: secrets are read and written on
//! blocking threads (while the core opens, on the caller's), logs and observers are served by the delivery thread. The one exception is [`Clock::read`], which
//! must answer at once and call nothing back; real shells lend none and the system's is used.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::Timestamp;

/// What the shell lends. Only secrets are required.
#[derive(uniffi::Record, Clone)]
pub struct Host {
    /// Keychain, Keystore.
    pub secrets: Arc<dyn SecretStore>,
    /// Where log records go; none: nowhere.
    #[uniffi(default)]
    pub log: Option<Arc<dyn LogSink>>,
    /// A clock for development and tests; none: the system's.
    #[uniffi(default)]
    pub clock: Option<Arc<dyn Clock>>,
    /// What tells one boot of the phone from the next, as Android's `Settings.Global.BOOT_COUNT` or Apple's
    /// `kern.bootsessionuuid`; none: the system is asked, and where it does not say, a changed phone clock makes the
    /// card fall back to a code that does not need one.
    #[uniffi(default)]
    pub boot: Option<String>,
}

/// Keeps small secrets across restarts, encrypted by the phone. Each call is atomic: all of a value or none of it.
#[uniffi::export(foreign)]
pub trait SecretStore: Send + Sync {
    /// The value last put under `key`; none if there is none, or if the phone lost it.
    fn get(&self, key: String) -> Result<Option<Vec<u8>>, SecretStoreError>;
    /// Keeps `value` durably before it returns.
    fn put(&self, key: String, value: Vec<u8>) -> Result<(), SecretStoreError>;
    /// Forgets `key`; fine if there is none.
    fn remove(&self, key: String) -> Result<(), SecretStoreError>;
}

/// Why the secret store could not serve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum SecretStoreError {
    /// The phone is locked and has not been unlocked since it started.
    #[error("the secret store is locked")]
    Locked,
    /// Anything else.
    #[error("the secret store failed: {problem}")]
    Failed {
        /// What failed; goes to the log, so no secrets in it.
        problem: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for SecretStoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed { problem: error.reason }
    }
}

/// Takes log records. Called by the delivery thread, one record at a time, in order.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// Writes one record to the platform's log.
    fn log(&self, record: LogRecord);
}

/// One line for the platform's log. It never holds a token, a code or anything that identifies a member.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct LogRecord {
    /// How much it matters.
    pub level: LogLevel,
    /// The module that said it, as `pocketcard::sync`.
    pub target: String,
    /// What happened, with its fields as `name=value`.
    pub text: String,
}

/// How much a log record matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum LogLevel {
    /// For whoever works on the core.
    Debug,
    /// Something that happens in normal work.
    Info,
    /// Something outside the core went wrong: the network, the platform.
    Warn,
    /// A bug of the core, or a fault of the phone such as a full disk.
    Error,
}

/// Told which screens changed. Called by the delivery thread: never under a lock, never from a poll.
#[uniffi::export(foreign)]
pub trait Observer: Send + Sync {
    /// These screens' views changed: pull the ones that are shown. Changes that come close together arrive as one call.
    fn changed(&self, screens: Vec<crate::types::Screen>);
}

/// Tells the time. Answers at once and calls nothing back, since it is asked from everywhere.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// The time, by all the phone's clocks at one instant.
    fn read(&self) -> ClockReading;
}

/// The phone's clocks at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct ClockReading {
    /// The clock the member can set.
    pub wall: Timestamp,
    /// Since the phone started, sleep included.
    pub since_boot: Duration,
    /// Tells this boot from others; none where nothing does.
    pub boot: Option<String>,
}

/// The system's clocks. The wall clock is the one a member can set; the other runs on through sleep.
pub(crate) struct SystemClock {
    boot: Option<String>,
}

impl SystemClock {
    /// `boot` as the shell knows it, else as the system says it.
    pub(crate) fn new(boot: Option<String>) -> Self {
        // Asked for once in a process: no process outlives a boot.
        static BOOT: OnceLock<Option<String>> = OnceLock::new();
        let boot = boot.or_else(|| {
            BOOT.get_or_init(|| {
                let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
                Some(id.trim().to_owned())
            })
            .clone()
        });
        Self { boot }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
    fn read(&self) -> ClockReading {
        // On Apple's systems the monotonic clock runs on through sleep; elsewhere that clock is named BOOTTIME.
        #[cfg(target_vendor = "apple")]
        const ID: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
        #[cfg(not(target_vendor = "apple"))]
        const ID: rustix::time::ClockId = rustix::time::ClockId::Boottime;
        let since_boot = rustix::time::clock_gettime(ID);
        let since_boot = Duration::new(
            u64::try_from(since_boot.tv_sec).unwrap_or_default(),
            u32::try_from(since_boot.tv_nsec).unwrap_or_default(),
        );
        ClockReading { wall: Timestamp::now(), since_boot, boot: self.boot.clone() }
    }
}
