//! The sandbox's one `SQLite` file: opening, migrating, and one transaction after the other.
//!
//! SQL of a subject lives beside that subject's rules; this module knows only how a transaction is run.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::refusal::{Failure, Outcome};

const MIGRATIONS: [&str; 3] = [
    include_str!("../migrations/001_first.sql"),
    include_str!("../migrations/002_events_and_tasks.sql"),
    include_str!("../migrations/003_stores.sql"),
];

/// The one writer.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
}

/// Why the database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// `SQLite` refused.
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    /// It was written by a newer sandbox.
    #[error("its schema is {found}, this sandbox knows up to {known}: delete it or use the sandbox that wrote it")]
    Newer {
        /// What the file says.
        found: usize,
        /// What this sandbox can.
        known: usize,
    },
}

impl Database {
    /// Opens `path`, creating and migrating it as needed.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.pragma_update(None, "foreign_keys", true)?;
        migrate(&mut connection)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Does `work` in one transaction, off the runtime's threads. It is committed when the work succeeds or is
    /// [`Failure::Counted`], and rolled back otherwise.
    pub(crate) async fn act<T, W>(&self, work: W) -> Outcome<T>
    where
        T: Send + 'static,
        W: FnOnce(&Transaction<'_>) -> Outcome<T> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        tokio::task::spawn_blocking(move || {
            // A poisoned lock is a bug in one call; its transaction was rolled back, so the next may go on.
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let outcome = work(&transaction);
            if matches!(outcome, Ok(_) | Err(Failure::Counted(_))) {
                transaction.commit()?;
            }
            outcome
        })
        .await?
    }
}

/// A setting by name.
pub(crate) fn setting(tx: &Connection, name: &str) -> Outcome<Option<String>> {
    Ok(tx.query_row("SELECT value FROM setting WHERE name = ?1", [name], |row| row.get(0)).optional()?)
}

/// Keeps a setting.
pub(crate) fn set(tx: &Connection, name: &str, value: &str) -> Outcome<()> {
    tx.execute(
        "INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        params![name, value],
    )?;
    Ok(())
}

fn migrate(connection: &mut Connection) -> Result<(), OpenError> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let found = usize::try_from(found).unwrap_or(usize::MAX);
    if found > MIGRATIONS.len() {
        return Err(OpenError::Newer { found, known: MIGRATIONS.len() });
    }
    for (number, migration) in (1..).zip(MIGRATIONS).skip(found) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
        transaction.commit()?;
    }
    Ok(())
}
