//! What is kept in the host's secret store: tokens, the code key, what a card needs when the database is gone.
//!
//! Every call blocks on the host, so it is made on a blocking thread, or while the core opens. A value that cannot be
//! read counts as lost: the member signs in again, the card falls back to a code that needs no key.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::card::{Card, CodeKey};
use crate::clock::Correction;
use crate::error::{Error, Result};
use crate::host::{SecretStore, SecretStoreError};
use crate::types::Timestamp;

/// The names under which the host keeps our secrets.
mod name {
    pub(super) const TOKENS: [&str; 2] = ["pocketcard.tokens.0", "pocketcard.tokens.1"];
    pub(super) const TWO_FACTOR: &str = "pocketcard.two_factor";
    pub(super) const CODE_KEY: &str = "pocketcard.code_key";
    pub(super) const CARD: &str = "pocketcard.card";
    pub(super) const PUSH: &str = "pocketcard.push";
    /// The tokens of the anonymous member that this installation is before anybody signs in.
    pub(super) const ANONYMOUS: &str = "pocketcard.anonymous";
    pub(super) const INSTALLATION: &str = "pocketcard.installation";
    /// What is a member's, so what goes with the member.
    pub(super) const OF_A_MEMBER: [&str; 5] = [TOKENS[0], TOKENS[1], TWO_FACTOR, CODE_KEY, CARD];
}

/// A token pair, and which one of the session's it is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredTokens {
    /// Grows with each pair; of two pairs that a crash left behind, the higher one is good.
    pub(crate) generation: u64,
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// When the access token lapses, by the platform's clock.
    pub(crate) expires_at: Timestamp,
}

impl std::fmt::Debug for StoredTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredTokens").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// What the card needs when the database is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Backup {
    pub(crate) card: Card,
    /// Rotating codes need to know the time.
    pub(crate) clock: Correction,
}

/// Where pushes for this installation go.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PushAddress {
    pub(crate) token: String,
    /// `Fcm`, `Apns` or `HMS`.
    pub(crate) service: String,
    /// The platform knows it for the member who is signed in.
    pub(crate) registered: bool,
}

/// The key, and the card whose codes it makes.
#[derive(Serialize, Deserialize)]
struct KeyOfCard {
    card: i64,
    key: CodeKey,
}

/// The host's secret store, typed.
#[derive(Clone)]
pub(crate) struct Vault(Arc<dyn SecretStore>);

impl From<SecretStoreError> for Error {
    fn from(error: SecretStoreError) -> Self {
        Self::Secrets(error.to_string())
    }
}

impl Vault {
    pub(crate) fn new(store: Arc<dyn SecretStore>) -> Self {
        Self(store)
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let Some(bytes) = self.0.get(name.to_owned())? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).ok();
        if value.is_none() {
            tracing::error!(name, "a secret cannot be read and counts as lost");
        }
        Ok(value)
    }

    fn put(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let bytes = serde_json::to_vec(value).map_err(|_| Error::Bug(format!("{name} has no JSON form")))?;
        Ok(self.0.put(name.to_owned(), bytes)?)
    }

    /// The newest pair.
    pub(crate) fn tokens(&self) -> Result<Option<StoredTokens>> {
        let [a, b] = name::TOKENS;
        let pairs: [Option<StoredTokens>; 2] = [self.get(a)?, self.get(b)?];
        Ok(pairs.into_iter().flatten().max_by_key(|pair| pair.generation))
    }

    /// Keeps a new pair, then forgets the one before: whichever moment the phone dies at, a good pair is there.
    pub(crate) fn put_tokens(&self, tokens: &StoredTokens) -> Result<()> {
        // An older pair that comes late, held up by a locked store, must not push out a newer one.
        if self.tokens()?.is_some_and(|kept| kept.generation > tokens.generation) {
            return Ok(());
        }
        let [even, odd] = name::TOKENS;
        let (slot, before) = if tokens.generation.is_multiple_of(2) { (even, odd) } else { (odd, even) };
        self.put(slot, tokens)?;
        Ok(self.0.remove(before.to_owned())?)
    }

    pub(crate) fn forget_tokens(&self) -> Result<()> {
        for slot in name::TOKENS {
            self.0.remove(slot.to_owned())?;
        }
        Ok(())
    }

    /// What the platform wants back with the one-time code.
    pub(crate) fn two_factor(&self) -> Result<Option<String>> {
        self.get(name::TWO_FACTOR)
    }

    pub(crate) fn put_two_factor(&self, token: &str) -> Result<()> {
        self.put(name::TWO_FACTOR, &token)
    }

    /// The code key of this card.
    pub(crate) fn code_key(&self, card: i64) -> Result<Option<CodeKey>> {
        Ok(self.get::<KeyOfCard>(name::CODE_KEY)?.filter(|kept| kept.card == card).map(|kept| kept.key))
    }

    pub(crate) fn put_code_key(&self, card: i64, key: CodeKey) -> Result<()> {
        self.put(name::CODE_KEY, &KeyOfCard { card, key })
    }

    /// The card, for when the database is gone.
    pub(crate) fn backup(&self) -> Result<Option<Backup>> {
        self.get(name::CARD)
    }

    pub(crate) fn put_backup(&self, backup: &Backup) -> Result<()> {
        self.put(name::CARD, backup)
    }

    pub(crate) fn forget_card(&self) -> Result<()> {
        self.0.remove(name::CARD.to_owned())?;
        Ok(self.0.remove(name::CODE_KEY.to_owned())?)
    }

    pub(crate) fn push_address(&self) -> Result<Option<PushAddress>> {
        self.get(name::PUSH)
    }

    pub(crate) fn put_push_address(&self, address: &PushAddress) -> Result<()> {
        self.put(name::PUSH, address)
    }

    /// The tokens of the anonymous member of this installation.
    pub(crate) fn anonymous(&self) -> Result<Option<StoredTokens>> {
        self.get(name::ANONYMOUS)
    }

    pub(crate) fn put_anonymous(&self, tokens: &StoredTokens) -> Result<()> {
        self.put(name::ANONYMOUS, tokens)
    }

    pub(crate) fn forget_anonymous(&self) -> Result<()> {
        Ok(self.0.remove(name::ANONYMOUS.to_owned())?)
    }

    /// What tells this installation from all others. Kept through sign-out, and where the phone lets it be, through
    /// removing the app and installing it again.
    pub(crate) fn installation(&self) -> Result<Option<String>> {
        self.get(name::INSTALLATION)
    }

    pub(crate) fn put_installation(&self, id: &str) -> Result<()> {
        self.put(name::INSTALLATION, &id)
    }

    /// Forgets all that is a member's. Goes on past a failure, so that as much as possible is gone.
    pub(crate) fn forget_member(&self) -> Result<()> {
        let mut outcome = Ok(());
        for name in name::OF_A_MEMBER {
            if let Err(error) = self.0.remove(name.to_owned()) {
                outcome = Err(error.into());
            }
        }
        outcome
    }
}
