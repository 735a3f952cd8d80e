//! The stage: the sandbox, the phone and the till, in one process and one temporary folder.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use pocketcard::push::Notification;
use pocketcard_sandbox::{ControlError, Fault, FaultKind, NewMember, Options, Sandbox, StartError};
use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::offers::Campaign;
use crate::phone::Phone;
use crate::pushes;
use crate::till::{Refused, Till};

/// A member of the sandbox's seed: Silver, with points that activate and points that expire.
pub const SEEDED_PHONE: &str = "+49 171 3920001";

/// The stores of the chain: enough that a city has pages of them, few enough that a slow machine brings them at once.
const STORES: u64 = 2_000;

/// What the phone calls. The till and the control API are elsewhere.
const PHONES_PATHS: [&str; 4] = ["/publicapi", "/authorizationService", "/app", "/push"];

/// Everything that the story needs. It ends, and its folder goes, when this is dropped.
pub struct Demo {
    /// The platform.
    pub sandbox: Sandbox,
    /// The till.
    pub till: Till,
    /// The phone.
    pub phone: Arc<Phone>,
    online: watch::Sender<bool>,
    /// Ends the phone number of the next friend who joins.
    friends: AtomicU32,
    /// The number of the next offer that is pushed.
    offers: AtomicI64,
    pushes: JoinHandle<()>,
    _folder: tempfile::TempDir,
}

/// Why the demo does not go on.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// No temporary folder, no terminal.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why not.
        error: std::io::Error,
    },
    /// The sandbox does not start.
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] StartError),
    /// The sandbox does not do as it is told.
    #[error("the sandbox: {0}")]
    Control(#[from] ControlError),
    /// The till does not work.
    #[error("the till: {0}")]
    Till(#[from] Refused),
    /// The core does not open.
    #[error("the core does not open: {0}")]
    Core(#[from] pocketcard::LoyaltyError),
    /// No client for HTTP.
    #[error("no HTTP client: {0}")]
    Http(#[from] reqwest::Error),
    /// A task of the demo panicked.
    #[error("a task of the demo failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Demo {
    /// Sets everything up; the app on the phone is not open yet. Notifications that pushes bring go to `shown`.
    ///
    /// # Errors
    /// When there is no temporary folder or the sandbox does not start.
    pub async fn start(shown: mpsc::UnboundedSender<Notification>) -> Result<Self, DemoError> {
        let made = tempfile::Builder::new().prefix("pocketcard-demo-").tempdir();
        let folder = made.map_err(|error| DemoError::Io { what: "cannot make a temporary folder", error })?;
        // Recorded, so that the script can count calls.
        let options = Options { record: true, stores: STORES, ..Options::new(folder.path().join("sandbox.db")) };
        let sandbox = Sandbox::start(options).await?;
        let client = http_client()?;
        let phone = Arc::new(Phone::new(sandbox.url(), folder.path()));
        let online = watch::Sender::new(true);
        let connection =
            pushes::Connection { client: client.clone(), url: sandbox.url().to_owned(), online: online.subscribe() };
        let pushes = tokio::spawn(pushes::deliver(Arc::clone(&phone), connection, shown));
        Ok(Self {
            till: Till::new(client, sandbox.url()),
            sandbox,
            phone,
            online,
            friends: AtomicU32::new(30),
            offers: AtomicI64::new(1000),
            pushes,
            _folder: folder,
        })
    }

    /// Takes the phone's connection away or gives it back; the till keeps its own.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub fn set_online(&self, online: bool) -> Result<(), DemoError> {
        self.sandbox.clear_faults();
        if !online {
            for path in PHONES_PATHS {
                self.sandbox.add_fault(Fault {
                    device: None,
                    path: path.to_owned(),
                    method: None,
                    kind: FaultKind::Reset,
                    skip: 0,
                    times: None,
                    processed: false,
                })?;
            }
        }
        self.online.send_replace(online);
        Ok(())
    }

    /// Somebody joins whom the member of this number invited.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn friend_joins(&self, host: i64) -> Result<(), DemoError> {
        let friend = self.friends.fetch_add(1, Ordering::Relaxed);
        // Of the block that the German regulator keeps free for films.
        let phone = format!("+49 171 39200{friend:02}");
        self.sandbox.create_member(NewMember { phone, invited_by: Some(host), ..NewMember::default() }).await?;
        Ok(())
    }

    /// The platform pushes something to the member of this number.
    ///
    /// # Errors
    /// When the sandbox refuses.
    pub async fn push(&self, campaign: Campaign, member: i64) -> Result<(), DemoError> {
        let to = json!({ "member": member });
        match campaign {
            Campaign::Offer => {
                let id = self.offers.fetch_add(1, Ordering::Relaxed) + 1;
                let offer = json!({
                    "id": id,
                    "title": "Fresh bread at noon",
                    "shortDescription": "20 points with any purchase, while there is some.",
                    "description": "Bread from our own oven: 20 points with any purchase, while there is some.",
                    "rules": { "benefit": { "points": 20 } },
                });
                self.sandbox.put_offer(offer).await?;
                self.sandbox.push(json!({ "to": to, "offer": id })).await?;
            }
            Campaign::Message => {
                let body = "We are open until ten tonight, and tomorrow from eight.";
                self.sandbox.push(json!({ "to": to, "title": "Longer hours today", "body": body })).await?;
            }
            Campaign::Revoke => _ = self.sandbox.revoke_offer(self.offers.load(Ordering::Relaxed)).await?,
        }
        Ok(())
    }

    /// Time passes, on the phone and on the platform.
    ///
    /// # Errors
    /// When the sandbox's clock comes to its end.
    pub async fn pass(&self, time: Duration) -> Result<(), DemoError> {
        self.sandbox.advance(time).await?;
        self.phone.clock.pass(time);
        Ok(())
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.phone.switch_off();
        self.pushes.abort();
    }
}

/// A client for the till and the push service. Loopback needs no TLS, but the client wants to be told which it would use.
fn http_client() -> Result<reqwest::Client, DemoError> {
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions();
    let builder = reqwest::Client::builder().no_proxy();
    let builder = match tls {
        Ok(tls) => {
            let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
            builder.tls_backend_preconfigured(tls)
        }
        // ring has all protocol versions; without them, reqwest says what is wrong.
        Err(_) => builder,
    };
    Ok(builder.build()?)
}
