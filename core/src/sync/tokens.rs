//! The session's tokens: read once, refreshed once for all who wait, stored before the old pair is forgotten.
//!
//! A refresh token is good for one use. So the refresh is a flight of its own that no caller can abort, and its result
//! is put into the secret store before anyone uses it. A 401 leads to one refresh; only the platform's `invalid_grant`
//! ends a session.

use std::fs::{File, TryLockError};
use std::future::Future;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::Engine;
use crate::error::{Error, Result};
use crate::platform;
use crate::runtime::{SingleFlight, blocking};
use crate::session::SessionChange;
use crate::state::Change;
use crate::storage::vault::StoredTokens;
use crate::types::Timestamp;

/// An access token that lapses within this time is refreshed before it is used.
const MARGIN: Duration = Duration::from_secs(20);

/// What is known of the tokens.
pub(super) struct Tokens {
    known: Mutex<Known>,
    renewing: SingleFlight<Arc<StoredTokens>>,
}

#[derive(Clone)]
enum Known {
    /// The secret store was not asked yet.
    NotRead,
    Nothing,
    /// `stored` is false while the secret store refuses to take the pair.
    Pair {
        tokens: Arc<StoredTokens>,
        stored: bool,
    },
}

impl Tokens {
    pub(super) fn new() -> Self {
        Self { known: Mutex::new(Known::NotRead), renewing: SingleFlight::new() }
    }

    pub(super) fn forget(&self) {
        self.set(Known::Nothing);
    }

    fn set(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }

    fn get(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Engine {
    /// The tokens in use.
    ///
    /// # Errors
    /// [`Error::SessionOver`] where there are none; a session that lost them asks for a new sign-in.
    pub(super) async fn tokens(self: &Arc<Self>) -> Result<Arc<StoredTokens>> {
        match self.read_tokens().await? {
            Known::Pair { tokens, stored: true } => Ok(tokens),
            // The secret store was locked when the pair came: it may be open by now.
            Known::Pair { tokens, stored: false } => Ok(self.keep(tokens).await),
            Known::NotRead | Known::Nothing => {
                if self.is_signed_in() {
                    self.commit(&[Change::Session(SessionChange::Over)])?;
                }
                Err(Error::SessionOver)
            }
        }
    }

    /// What is known of the tokens; the secret store is asked once.
    async fn read_tokens(self: &Arc<Self>) -> Result<Known> {
        if let Known::NotRead = self.tokens.get() {
            let vault = self.vault.clone();
            let tokens = blocking(move || vault.tokens()).await?.map(Arc::new);
            let read = tokens.map_or(Known::Nothing, |tokens| Known::Pair { tokens, stored: true });
            let mut known = self.tokens.known.lock().unwrap_or_else(PoisonError::into_inner);
            // Meanwhile another task may have read them too and got a newer pair, which must not be forgotten.
            if let Known::NotRead = *known {
                *known = read;
            }
        }
        Ok(self.tokens.get())
    }

    /// Makes a call with an access token; where that is no longer taken, once more with a new one.
    pub(super) async fn authorized<T, F>(self: &Arc<Self>, call: impl Fn(String) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut tokens = self.tokens().await?;
        if tokens.expires_at <= self.now().0.at.checked_add(MARGIN).unwrap_or(Timestamp::MAX) {
            tokens = self.renew(tokens.generation).await?;
        }
        match call(tokens.access.clone()).await {
            Err(Error::Unauthorized) => {
                let tokens = self.renew(tokens.generation).await?;
                match call(tokens.access.clone()).await {
                    // A fresh token is refused too: the platform is at fault, which must not end the session.
                    Err(Error::Unauthorized) => Err(Error::Busy { status: 401, retry_after: None }),
                    outcome => outcome,
                }
            }
            outcome => outcome,
        }
    }

    /// A pair newer than `used`: one refresh for all who wait.
    async fn renew(self: &Arc<Self>, used: u64) -> Result<Arc<StoredTokens>> {
        let engine = Arc::clone(self);
        self.tokens
            .renewing
            .join(async move {
                let current = engine.tokens().await?;
                if current.generation != used {
                    return Ok(current);
                }
                // An extension of the app may be at the same, in a process of its own: one after the other.
                let file = engine.folder.join("tokens.lock");
                let _turn = blocking(move || Ok(wait_for_turn(&file))).await?;
                if let Some(newer) = engine.newer_pair(used).await? {
                    return Ok(newer);
                }
                let member = engine.state().sign_out_count;
                let spent = platform::Tokens {
                    access: current.access.clone(),
                    refresh: current.refresh.clone(),
                    expires_in: Duration::ZERO,
                };
                let refreshed = engine.platform().await?.token_refresh(&spent).await;
                if engine.state().sign_out_count != member {
                    return Err(Error::SessionOver);
                }
                match refreshed {
                    Ok(tokens) => engine.adopt_tokens(tokens).await,
                    Err(Error::SessionOver) => {
                        // A sign-in may have ended while this ran.
                        if let Some(newer) = engine.newer_pair(used).await? {
                            return Ok(newer);
                        }
                        engine.commit(&[Change::Session(SessionChange::Over)])?;
                        engine.tokens.forget();
                        let vault = engine.vault.clone();
                        blocking(move || vault.forget_tokens()).await?;
                        Err(Error::SessionOver)
                    }
                    // The platform must answer a refresh by `invalid_grant`, never by 401: it is at fault.
                    Err(Error::Unauthorized) => Err(Error::Busy { status: 401, retry_after: None }),
                    Err(error) => Err(error),
                }
            })
            .await
    }

    /// A pair newer than `used` that is in use or stored by now, by this process or another.
    async fn newer_pair(self: &Arc<Self>, used: u64) -> Result<Option<Arc<StoredTokens>>> {
        if let Known::Pair { tokens, .. } = self.tokens.get()
            && tokens.generation > used
        {
            return Ok(Some(tokens));
        }
        let vault = self.vault.clone();
        let stored = blocking(move || vault.tokens()).await?.filter(|stored| stored.generation > used).map(Arc::new);
        if let Some(tokens) = &stored {
            self.tokens.set(Known::Pair { tokens: Arc::clone(tokens), stored: true });
        }
        Ok(stored)
    }

    /// Takes a pair that the platform gave into use, stored first.
    pub(super) async fn adopt_tokens(self: &Arc<Self>, tokens: platform::Tokens) -> Result<Arc<StoredTokens>> {
        let vault = self.vault.clone();
        let stored = blocking(move || vault.tokens()).await.ok().flatten().map_or(0, |tokens| tokens.generation);
        let before = match self.tokens.get() {
            Known::Pair { tokens, .. } => tokens.generation.max(stored),
            Known::NotRead | Known::Nothing => stored,
        };
        let tokens = Arc::new(StoredTokens {
            generation: before + 1,
            access: tokens.access,
            refresh: tokens.refresh,
            expires_at: self.now().0.at.checked_add(tokens.expires_in).unwrap_or(Timestamp::MAX),
        });
        Ok(self.keep(tokens).await)
    }

    /// Stores a pair, then has it used. One that cannot be stored is used from memory, and stored when that is possible:
    /// the old one is spent.
    pub(super) async fn keep(self: &Arc<Self>, tokens: Arc<StoredTokens>) -> Arc<StoredTokens> {
        if let Known::Pair { tokens: newer, .. } = self.tokens.get()
            && newer.generation > tokens.generation
        {
            return newer;
        }
        let member = self.state().sign_out_count;
        let (vault, pair) = (self.vault.clone(), Arc::clone(&tokens));
        let stored = blocking(move || vault.put_tokens(&pair)).await;
        if let Err(error) = &stored {
            tracing::error!(%error, "the tokens are not stored");
        }
        if self.state().sign_out_count == member {
            self.tokens.set(Known::Pair { tokens: Arc::clone(&tokens), stored: stored.is_ok() });
        } else {
            // The member signed out while the pair was being stored.
            let vault = self.vault.clone();
            let _ = blocking(move || vault.forget_tokens()).await;
        }
        tokens
    }
}

/// Waits until no other process is at what this file stands for; the turn ends when the file is dropped, or with the process. Without a
/// file to wait at, each takes its chance.
pub(super) fn wait_for_turn(file: &Path) -> Option<File> {
    let file = File::options().create(true).append(true).open(file).ok()?;
    file.lock().ok()?;
    Some(file)
}

/// Whose turn it is at a file that processes wait at.
pub(super) enum Turn {
    /// Ours, until it is dropped. Without a file to wait at, each takes its chance.
    Ours(Option<File>),
    /// Another process's.
    Taken,
}

/// Takes the turn if no other process has it.
pub(super) fn take_turn(file: &Path) -> Turn {
    let Ok(file) = File::options().create(true).append(true).open(file) else { return Turn::Ours(None) };
    match file.try_lock() {
        Ok(()) => Turn::Ours(Some(file)),
        Err(TryLockError::WouldBlock) => Turn::Taken,
        Err(TryLockError::Error(_)) => Turn::Ours(None),
    }
}
