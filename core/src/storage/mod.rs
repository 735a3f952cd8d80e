//! SQLite: what the core keeps across restarts. The only module that knows SQL.
//!
//! One file, WAL, `synchronous=FULL`: what was acknowledged survives a power cut. Small parts are one row each; history
//! and the events that wait are tables. Secrets are not here but in the host's secret store, see [`vault`]; the chain's
//! stores, which are nobody's secret, are in another file, see [`stores`].
//!
//! A file that cannot be read is set aside and made anew, with the events that could still be read from it; a row that
//! cannot be read is as if it had never been answered.
//! A folder that cannot be written leaves a core that shows what it has, and stores again when it can.

#[cfg(feature = "simulation")]
pub(crate) mod stops;
pub(crate) mod stores;
#[cfg(test)]
mod tests;
pub(crate) mod vault;

use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::events::outbox::{Outbox, Queued, Step, Tally};
use crate::events::{Event, Object};
use crate::history::HistoryEntry;
use crate::inbox::{self, Message};
use crate::push::{Pushes, Receipt, ReceiptKind, Record, Seen, Told};
use crate::session::Phase;
use crate::state::{Answered, Part, Row, State};

/// Numbered migrations, each in a transaction of its own; `user_version` is how many have run.
const MIGRATIONS: [&str; 4] = [
    include_str!("001_first.sql"),
    include_str!("002_events.sql"),
    include_str!("003_pushes.sql"),
    include_str!("004_push_log.sql"),
];

/// The shape of the bodies. A row of another shape is as if it had never been answered.
const BODY_VERSION: i64 = 1;

const FILE: &str = "pocketcard.db";

/// A step at which a simulation may have the process die. Nothing without the feature.
macro_rules! may_stop {
    ($life:expr) => {
        #[cfg(feature = "simulation")]
        $life.step()?;
    };
}

/// The one connection that writes.
pub(crate) struct Storage {
    path: PathBuf,
    #[cfg(feature = "simulation")]
    life: stops::Life,
    /// None until the first commit where the file could be read at rest, and while it can neither be opened nor made:
    /// then commits fail and views go on.
    connection: Option<Connection>,
    /// SQLite's count of changes by others, as of our last look.
    data_version: i64,
    /// The connection was prepared to write.
    writes: bool,
}

/// What opening found.
pub(crate) struct Opened {
    pub(crate) storage: Storage,
    pub(crate) state: State,
    /// There was something, and at least the session or the card of it is gone.
    pub(crate) lost: bool,
    /// There was no database: the app is new on this phone, or was removed and installed again.
    pub(crate) new: bool,
}

/// What a file holds.
struct Kept {
    state: State,
    /// The row that says who is signed in, or the card's, is not there.
    lost: bool,
}

impl Row {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Cards => "cards",
            Self::Balance => "balance",
            Self::Tiers => "tiers",
            Self::History => "history",
            Self::Capabilities => "capabilities",
            Self::Clock => "clock",
            Self::Answers => "answers",
            Self::Installation => "installation",
            Self::Outbox => "outbox",
            Self::Tasks => "tasks",
            Self::Own => "own",
            Self::Acts => "acts",
            Self::Pushes => "pushes",
            Self::Inbox => "inbox",
            Self::Consents => "consents",
            Self::Offers => "offers",
            Self::Coupons => "coupons",
            Self::Favourites => "favourites",
            Self::Stores => "stores",
        }
    }
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Cards => "cards",
            Self::IssuedCode => "issuedCode",
            Self::CodeKey => "codeKey",
            Self::Balance => "balance",
            Self::Tiers => "tiers",
            Self::History => "history",
            Self::Capabilities => "capabilities",
            Self::Tasks => "tasks",
            Self::Games => "games",
            Self::Inbox => "inbox",
            Self::Consents => "consents",
            Self::Offers => "offers",
            Self::Coupons => "coupons",
            Self::Favourites => "favourites",
            Self::Stores => "stores",
        }
    }
}

/// What a commit writes.
pub(crate) struct Written {
    /// What the member has once it is written.
    pub(crate) state: Arc<State>,
    /// Which rows of that.
    pub(crate) rows: BTreeSet<Row>,
    /// What becomes of the events that wait.
    pub(crate) steps: Vec<Step>,
    /// What becomes of single pushes, receipts and messages.
    pub(crate) records: Vec<Record>,
}

impl Storage {
    /// Opens the database of `folder` and reads what it holds. Never fails for what is in the file: a broken one is set
    /// aside, and where nothing can be written the state is what could be read.
    ///
    /// # Errors
    /// [`Error::Config`] when `folder` is neither there nor can be made.
    pub(crate) fn open(folder: &Path) -> Result<Opened> {
        let path = folder.join(FILE);
        let new = !path.exists();
        if new {
            std::fs::create_dir_all(folder).map_err(|error| Error::Config {
                field: "data_folder",
                problem: format!("the folder is not there and cannot be made: {error}"),
            })?;
        }
        let mut storage = Self {
            #[cfg(feature = "simulation")]
            life: stops::Life::new(folder),
            path,
            connection: None,
            data_version: 0,
            writes: false,
        };
        if let Some(Kept { state, lost }) = read_at_rest(&storage.path) {
            return Ok(Opened { storage, state, lost, new });
        }
        let read = connect(&storage.path).and_then(|mut connection| {
            // At one moment: another process may be writing.
            let look = connection.transaction()?;
            let found = (read(&look)?, data_version(&look)?);
            look.finish()?;
            Ok((connection, found))
        });
        match read {
            Ok((connection, (Kept { state, lost }, data_version))) => {
                storage.hold(connection, data_version);
                Ok(Opened { storage, state, lost: lost && !new, new })
            }
            Err(error) if is_broken(&error) => {
                tracing::error!(%error, "the database cannot be read and is set aside");
                let mut state = State::default();
                state.outbox = Arc::new(salvage(&storage.path));
                set_aside(&storage.path);
                Ok(Opened { storage, state, lost: true, new: false })
            }
            Err(error) => {
                tracing::error!(%error, "the database cannot be written; what it holds is shown, nothing is stored");
                let Kept { state, lost } =
                    read_only(&storage.path).unwrap_or(Kept { state: State::default(), lost: true });
                Ok(Opened { storage, state, lost, new: false })
            }
        }
    }

    /// Changes the database in one transaction. Durable when it returns.
    ///
    /// `change` is told what is on disk where others wrote it, or where it could not be read before; it gives the state
    /// to store, and which rows of it. It may be asked a second time, when the file breaks and is made anew.
    ///
    /// # Errors
    /// [`Error::Storage`] when nothing was written, or what `change` refuses with.
    pub(crate) fn commit(&mut self, mut change: impl FnMut(Option<State>) -> Result<Written>) -> Result<()> {
        match self.try_commit(&mut change) {
            Ok(outcome) => outcome,
            Err(error) if is_broken(&error) => {
                tracing::error!(%error, "the database broke; it is set aside and made anew");
                self.connection = None;
                set_aside(&self.path);
                let connection = connect(&self.path)?;
                prepare_to_write(&connection)?;
                let Written { state, .. } = change(None)?;
                let transaction = Begun::on(&connection)?;
                write(&transaction, &state, Row::ALL)?;
                put_events(&transaction, &state.outbox)?;
                let data_version = data_version(&transaction)?;
                may_stop!(self.life);
                transaction.commit()?;
                may_stop!(self.life);
                self.writes = true;
                self.hold(connection, data_version);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Writes the steps of `plan` and nothing else, durably, and gives them back. None where nothing was written because
    /// the long way must be taken first, by [`Self::commit`]: the file was not opened for writing yet, somebody else wrote
    /// since our last look, or it broke. `plan` is asked within the transaction.
    ///
    /// # Errors
    /// [`Error::Storage`] when nothing was written.
    pub(crate) fn append(&mut self, plan: impl FnOnce() -> Vec<Step>) -> Result<Option<Vec<Step>>> {
        let (Some(connection), true) = (&mut self.connection, self.writes) else { return Ok(None) };
        let seen = self.data_version;
        let write = || {
            may_stop!(self.life);
            let transaction = Begun::on(connection)?;
            if data_version(&transaction)? != seen {
                return Ok(None);
            }
            let steps = plan();
            carry_out(&transaction, &steps)?;
            may_stop!(self.life);
            transaction.commit()?;
            may_stop!(self.life);
            Ok(Some(steps))
        };
        match write() {
            Err(error) if is_broken(&error) => Ok(None),
            outcome => Ok(outcome?),
        }
    }

    fn try_commit(
        &mut self,
        change: &mut impl FnMut(Option<State>) -> Result<Written>,
    ) -> rusqlite::Result<Result<()>> {
        // Where the file could not be opened before, it may be by now, and hold what memory does not.
        let late = self.connection.is_none();
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => {
                self.writes = false;
                none.insert(connect(&self.path)?)
            }
        };
        if !self.writes {
            prepare_to_write(connection)?;
            self.writes = true;
        }
        may_stop!(self.life);
        let transaction = Begun::on(connection)?;
        let version = data_version(&transaction)?;
        let stored = if late || version != self.data_version { Some(read(&transaction)?) } else { None };
        // A file without a session holds nothing that memory should give way to, and needs all that memory has.
        let empty = stored.as_ref().is_some_and(|kept| kept.lost);
        let outcome = change(stored.filter(|kept| !kept.lost).map(|kept| kept.state));
        self.data_version = version;
        let Written { state, mut rows, steps, records } = match outcome {
            Ok(next) => next,
            Err(error) => return Ok(Err(error)),
        };
        if empty {
            rows.extend(Row::ALL);
            put_events(&transaction, &state.outbox)?;
        } else {
            carry_out(&transaction, &steps)?;
            put_records(&transaction, &records)?;
        }
        write(&transaction, &state, rows)?;
        may_stop!(self.life);
        transaction.commit()?;
        may_stop!(self.life);
        Ok(Ok(()))
    }

    fn hold(&mut self, connection: Connection, data_version: i64) {
        self.data_version = data_version;
        self.connection = Some(connection);
    }

    /// Removes every file of the database, for when its rows cannot be deleted one by one.
    pub(crate) fn erase(&mut self) {
        #[cfg(feature = "simulation")]
        if self.life.step().is_err() {
            return; // The dead remove nothing.
        }
        self.connection = None;
        for suffix in ["", "-wal", "-shm"] {
            remove(&suffixed(&self.path, suffix));
        }
        self.remove_set_aside();
    }

    fn remove_set_aside(&self) {
        for suffix in [".broken", ".broken-wal", ".broken-shm"] {
            remove(&suffixed(&self.path, suffix));
        }
    }

    /// Leaves nothing of what was deleted in the file, in its log, or in a file that was set aside.
    ///
    /// # Errors
    /// [`Error::Storage`] when another process reads the log just now: to be tried again.
    pub(crate) fn scrub(&self) -> Result<()> {
        self.remove_set_aside();
        if let Some(folder) = self.path.parent() {
            stores::StoresFile::new(folder).forget()?;
        }
        let Some(connection) = &self.connection else { return Ok(()) };
        // Deleted rows are overwritten in the pages (`secure_delete`), the pages carried into the file, the log emptied.
        let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(Error::Storage("the log is in use".to_owned())) }
    }
}

fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn remove(file: &Path) {
    if let Err(error) = std::fs::remove_file(file)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::error!(kind = ?error.kind(), "a file of the database cannot be removed");
    }
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        // The message of a constraint or a statement may hold values; the code never does.
        Self::Storage(
            error.sqlite_error_code().map_or_else(|| "unexpected answer".to_owned(), |code| format!("{code:?}")),
        )
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    may_stop!(stops::newest(path));
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    may_stop!(stops::newest(path));
    migrate(&mut connection)?;
    may_stop!(stops::newest(path));
    Ok(connection)
}

/// What matters to writing alone, so that opening need not wait for it.
fn prepare_to_write(connection: &Connection) -> rusqlite::Result<()> {
    // Room for every statement that a commit may be made of.
    connection.set_prepared_statement_cache_capacity(32);
    // Android has no folder for temporary files.
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;",
    )
}

/// How many migrations have run.
fn version(connection: &Connection) -> rusqlite::Result<usize> {
    connection.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0)).map(|version| version as usize)
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let found = version(connection)?;
    if found == MIGRATIONS.len() {
        return Ok(());
    }
    if found > MIGRATIONS.len() {
        // A newer app wrote it, then an older one was installed over: what it holds cannot be understood here.
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOTADB),
            Some("written by a newer version".to_owned()),
        ));
    }
    // The file remembers it.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    for (done, migration) in (1_u32..).zip(MIGRATIONS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have run it since.
        if version(&transaction)? < done as usize {
            transaction.execute_batch(migration)?;
            transaction.pragma_update(None, "user_version", done)?;
            may_stop!(stops::newest(Path::new(transaction.path().unwrap_or_default())));
            transaction.commit()?;
            may_stop!(stops::newest(Path::new(connection.path().unwrap_or_default())));
        }
    }
    Ok(())
}

fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt))
        || matches!(error, rusqlite::Error::SqliteFailure(code, _) if code.extended_code == rusqlite::ffi::SQLITE_ERROR)
}

/// Keeps the broken file for support, under another name, one at most.
fn set_aside(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let to = suffixed(&suffixed(path, ".broken"), suffix);
        if let Err(error) = std::fs::rename(suffixed(path, suffix), to)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::error!(kind = ?error.kind(), "a broken file cannot be set aside");
        }
    }
}

/// What the file holds, when nobody has it open: then there is no log beside it, and no lock or shared memory is needed
/// to read it, which takes half the time. It is opened for writing with the first commit, which looks again.
fn read_at_rest(path: &Path) -> Option<Kept> {
    let log = suffixed(path, "-wal");
    if log.exists() {
        return None;
    }
    // Had somebody begun to write meanwhile, there would be a log by now.
    read_only(path).filter(|_| !log.exists())
}

/// What the file holds without its log, as the last checkpoint left it.
fn read_only(path: &Path) -> Option<Kept> {
    let name = path.to_str()?.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(format!("file:{name}?immutable=1"), flags).ok()?;
    if version(&connection).ok()? != MIGRATIONS.len() {
        return None;
    }
    read(&connection).ok()
}

/// A transaction that writes, as rusqlite's own, with a beginning and an end that are kept prepared: to parse them takes as
/// long as to write a row. It is rolled back where it goes out of scope before its end.
struct Begun<'a>(&'a Connection);

impl<'a> Begun<'a> {
    fn on(connection: &'a Connection) -> rusqlite::Result<Self> {
        connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(Self(connection))
    }

    fn commit(self) -> rusqlite::Result<()> {
        self.prepare_cached("COMMIT")?.execute([]).map(drop)
    }
}

impl Deref for Begun<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        if !self.is_autocommit() {
            // SQLite rolls back by itself where this fails.
            let _ = self.execute_batch("ROLLBACK");
        }
    }
}

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    // Kept prepared: it is asked with every commit.
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}

fn read(connection: &Connection) -> rusqlite::Result<Kept> {
    let mut state = State::default();
    let mut held = BTreeSet::new();
    let mut answers: Vec<(String, Answered)> = Vec::new();
    let mut tally = Tally::default();
    let mut statement = connection.prepare("SELECT name, version, body FROM part")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().unwrap_or_default();
        let version: i64 = row.get(1)?;
        let body = row.get_ref(2)?.as_str().unwrap_or_default();
        let Some(row) = Row::ALL.into_iter().find(|known| known.name() == name && version == BODY_VERSION) else {
            tracing::info!(row = name, "a row of another version is not read");
            continue;
        };
        let read = match row {
            Row::Session => take(body, &mut state.session),
            Row::Cards => take(body, &mut state.cards),
            Row::Balance => take(body, &mut state.accounts),
            Row::Tiers => take(body, &mut state.tiers),
            Row::Capabilities => take(body, &mut state.capabilities),
            Row::Clock => take(body, &mut state.clock),
            Row::Answers => take(body, &mut answers),
            Row::Installation => take(body, &mut state.installation),
            Row::Outbox => take(body, &mut tally),
            Row::Tasks => take(body, &mut state.tasks),
            Row::Own => take(body, &mut state.own),
            Row::Acts => take(body, &mut state.acts),
            Row::Pushes => take(body, &mut Arc::make_mut(&mut state.pushes).tally),
            Row::Inbox => take(body, &mut Arc::make_mut(&mut state.inbox).rest),
            Row::Consents => take(body, &mut state.consents),
            Row::Offers => take(body, &mut state.offers),
            Row::Coupons => take(body, &mut state.coupons),
            Row::Favourites => take(body, &mut state.favourites),
            Row::Stores => take(body, &mut state.stores),
            Row::History => take(body, &mut Arc::make_mut(&mut state.history).total),
        };
        match read {
            Ok(()) => _ = held.insert(row),
            // The error's own words may quote what the row holds.
            Err(error) => tracing::error!(row = name, column = error.column(), "a row cannot be read"),
        }
    }
    if held.contains(&Row::History) && !read_history(connection, &mut Arc::make_mut(&mut state.history).entries)? {
        held.remove(&Row::History);
    }
    read_pushes(connection, Arc::make_mut(&mut state.pushes))?;
    if !read_messages(connection, &mut Arc::make_mut(&mut state.inbox).messages)? {
        held.remove(&Row::Inbox);
    }
    state.acts = Arc::new(std::mem::take(Arc::make_mut(&mut state.acts)).stored());
    state.outbox = Arc::new(Outbox::stored(read_events(connection)?, tally));
    // A part whose row is gone counts as never answered: it is asked for again, without a condition.
    let answered = answers.into_iter().filter_map(|(name, answered)| {
        let part = Part::ALL.into_iter().find(|part| part.name() == name && held.contains(&part.row()))?;
        Some((part, answered))
    });
    state.answered = Arc::new(answered.collect());
    // Each commit that makes a session or a card writes its row: one that is not there was lost.
    let lost =
        !held.contains(&Row::Session) || (state.session.phase != Phase::SignedOut && !held.contains(&Row::Cards));
    Ok(Kept { state, lost })
}

/// Reads the entries; false where one cannot be read. What lies behind it is asked for again.
fn read_history(connection: &Connection, entries: &mut Vec<HistoryEntry>) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare("SELECT body FROM history ORDER BY position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(entry) = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()) else {
            tracing::error!(position = entries.len(), "a history entry cannot be read");
            return Ok(false);
        };
        entries.push(entry);
    }
    Ok(true)
}

/// What was seen of pushes, and the receipts that wait. A row that cannot be read is left out.
fn read_pushes(connection: &Connection, pushes: &mut Pushes) -> rusqlite::Result<()> {
    let mut statement =
        connection.prepare("SELECT number, kind, key, at, version, message FROM push ORDER BY number")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if !read_push(row, pushes) {
            tracing::error!(number = ?row.get_ref(0)?, "what is known of a push cannot be read");
        }
    }
    Ok(())
}

fn read_push(row: &rusqlite::Row<'_>, pushes: &mut Pushes) -> bool {
    let (Ok(number), Ok(kind)) = (row.get(0), row.get_ref(1)) else { return false };
    let kind = kind.as_str().unwrap_or_default();
    let known = || Some((read_key(row, 2)?, read_time(row, 3)?));
    match kind {
        SEEN | OPENED => {
            known().map(|(key, at)| pushes.seen.push_back(Seen { number, key, at, opened: kind == OPENED }))
        }
        TOLD => known()
            .zip(row.get(4).ok())
            .map(|((key, at), version)| pushes.told.push_back(Told { number, key, version, at })),
        _ => ReceiptKind::ALL
            .into_iter()
            .find(|receipt| receipt.name() == kind)
            .zip(row.get(5).ok())
            .map(|(kind, message)| pushes.receipts.push_back(Arc::new(Receipt { number, kind, message }))),
    }
    .is_some()
}

fn read_key(row: &rusqlite::Row<'_>, column: usize) -> Option<u128> {
    Some(u128::from_be_bytes(row.get_ref(column).ok()?.as_blob().ok()?.try_into().ok()?))
}

fn read_time(row: &rusqlite::Row<'_>, column: usize) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_millisecond(row.get(column).ok()?).ok()
}

/// Reads the messages, newest first; false where one cannot be read: the platform is asked for all of them.
fn read_messages(connection: &Connection, messages: &mut Vec<Message>) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare("SELECT body FROM message")?;
    let mut rows = statement.query([])?;
    let mut whole = true;
    while let Some(row) = rows.next()? {
        match serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()) {
            Ok(message) => messages.push(message),
            Err(_) => whole = false,
        }
    }
    if !whole {
        tracing::error!("a message cannot be read");
    }
    messages.sort_by(inbox::newest_first);
    Ok(whole)
}

/// The events that wait, oldest first. One that cannot be read is left out.
fn read_events(connection: &Connection) -> rusqlite::Result<Vec<Queued>> {
    let mut statement = connection
        .prepare("SELECT number, id, type, time, data, of_member, sequence, answered FROM event ORDER BY number")?;
    let mut rows = statement.query([])?;
    let mut events = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        if let Some((event, sequence, answered)) = read_event(row) {
            events.push(Queued { number, event: Arc::new(event), sequence, answered: answered.then_some(0) });
        } else {
            tracing::error!(number, "an event cannot be read");
        }
    }
    Ok(events)
}

fn read_event(row: &rusqlite::Row<'_>) -> Option<(Event, Option<i64>, bool)> {
    let text = |column| row.get_ref(column).ok()?.as_str().ok();
    let id = uuid::Uuid::parse_str(text(1)?).ok()?;
    let data = serde_json::from_str(text(4)?).ok()?;
    let event = Event::stored(text(2)?, data, id, text(3)?.to_owned(), row.get(5).ok()?)?;
    Some((event, row.get(6).ok()?, row.get(7).ok()?))
}

/// What can still be read of the events in a broken file.
fn salvage(path: &Path) -> Outbox {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let Ok(connection) = Connection::open_with_flags(path, flags) else { return Outbox::default() };
    let mut tally = Tally::default();
    let row = connection.query_row("SELECT body FROM part WHERE name = ?1", [Row::Outbox.name()], |row| {
        Ok(take(row.get_ref(0)?.as_str().unwrap_or_default(), &mut tally))
    });
    let mut events = Vec::new();
    let mut number = 0_i64;
    // One by one, each found by its number: what is behind a broken page may be readable.
    while let Ok(next) =
        connection.query_row("SELECT min(number) FROM event WHERE number > ?1", [number], |row| row.get::<_, i64>(0))
    {
        number = next;
        let read = connection.query_row(
            "SELECT number, id, type, time, data, of_member, sequence, answered FROM event WHERE number = ?1",
            [number],
            |row| Ok(read_event(row)),
        );
        if let Ok(Some((event, sequence, answered))) = read {
            events.push(Queued { number, event: Arc::new(event), sequence, answered: answered.then_some(0) });
        }
    }
    // Without the tally, places go on from the highest that is known.
    if !matches!(row, Ok(Ok(()))) {
        tally.sequence = events.iter().filter_map(|row| row.sequence).max().unwrap_or_default();
    }
    tracing::warn!(count = events.len(), "events were saved from a broken database");
    Outbox::stored(events, tally)
}

/// Reads a row's body over what is there; one that cannot be read changes nothing.
fn take<T: DeserializeOwned>(body: &str, into: &mut T) -> serde_json::Result<()> {
    *into = serde_json::from_str(body)?;
    Ok(())
}

fn write(transaction: &Begun<'_>, state: &State, rows: impl IntoIterator<Item = Row>) -> rusqlite::Result<()> {
    for row in rows {
        match row {
            Row::Session => put(transaction, row, &state.session)?,
            Row::Cards => put(transaction, row, &state.cards)?,
            Row::Balance => put(transaction, row, &state.accounts)?,
            Row::Tiers => put(transaction, row, &state.tiers)?,
            Row::Capabilities => put(transaction, row, &state.capabilities)?,
            Row::Clock => put(transaction, row, &state.clock)?,
            Row::Answers => {
                let answers: Vec<_> = state.answered.iter().map(|(part, answered)| (part.name(), answered)).collect();
                put(transaction, row, &answers)?;
            }
            Row::Installation => put(transaction, row, &state.installation)?,
            Row::Outbox => put(transaction, row, state.outbox.tally())?,
            Row::Tasks => put(transaction, row, &state.tasks)?,
            Row::Own => put(transaction, row, &state.own)?,
            Row::Acts => put(transaction, row, &state.acts)?,
            Row::Pushes => {
                put(transaction, row, &state.pushes.tally)?;
                put_pushes(transaction, &state.pushes)?;
            }
            Row::Inbox => {
                put(transaction, row, &state.inbox.rest)?;
                put_messages(transaction, &state.inbox.messages)?;
            }
            Row::Consents => put(transaction, row, &state.consents)?,
            Row::Offers => put(transaction, row, &state.offers)?,
            Row::Coupons => put(transaction, row, &state.coupons)?,
            Row::Favourites => put(transaction, row, &state.favourites)?,
            Row::Stores => put(transaction, row, &state.stores)?,
            Row::History => {
                put(transaction, row, &state.history.total)?;
                put_history(transaction, &state.history.entries)?;
            }
        }
    }
    Ok(())
}

fn put(transaction: &Begun<'_>, row: Row, body: &impl Serialize) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO part (name, version, body) VALUES (?1, ?2, ?3)")?
        .execute(params![row.name(), BODY_VERSION, json(body)?])?;
    Ok(())
}

/// Writes what becomes of the events that wait.
fn carry_out(transaction: &Begun<'_>, steps: &[Step]) -> rusqlite::Result<()> {
    // New rows first: other steps may name them.
    let inserts = steps.iter().filter_map(|step| if let Step::Insert(row) = step { Some(row) } else { None });
    insert_events(transaction, inserts)?;
    for step in steps {
        match step {
            Step::Insert(_) => {}
            Step::Rewrite(row) => {
                let mut update = transaction
                    .prepare_cached("UPDATE event SET type = ?2, data = ?3, of_member = ?4 WHERE number = ?1")?;
                let event = &row.event;
                update.execute(params![row.number, event.fact.event, json(&Object(&event.data))?, event.of_member])?;
            }
            Step::Remove(number) => {
                transaction.prepare_cached("DELETE FROM event WHERE number = ?1")?.execute([number])?;
            }
            Step::Sequence(number, sequence) => {
                let mut update = transaction.prepare_cached("UPDATE event SET sequence = ?2 WHERE number = ?1")?;
                update.execute(params![number, sequence])?;
            }
            Step::Answered(number, _) => {
                transaction.prepare_cached("UPDATE event SET answered = 1 WHERE number = ?1")?.execute([number])?;
            }
            Step::Count(tally) => put(transaction, Row::Outbox, tally)?,
        }
    }
    Ok(())
}

/// Writes new rows, many with one statement where there are many.
fn insert_events<'a>(transaction: &Begun<'_>, rows: impl IntoIterator<Item = &'a Arc<Queued>>) -> rusqlite::Result<()> {
    const MANY: usize = 16;
    const ONE_ROW: &str = "(?, ?, ?, ?, ?, ?, ?, ?)";
    let insert = |rows: &[&Arc<Queued>]| {
        let values = vec![ONE_ROW; rows.len()].join(", ");
        let mut insert = transaction.prepare_cached(&format!(
            "INSERT INTO event (number, id, type, time, data, of_member, sequence, answered) VALUES {values}"
        ))?;
        rows.iter().zip((1..).step_by(8)).try_for_each(|(row, at)| bind_event(&mut insert, at, row))?;
        insert.raw_execute().map(drop)
    };
    let rows: Vec<_> = rows.into_iter().collect();
    let many = rows.chunks_exact(MANY);
    let rest = many.remainder();
    many.chain(rest.chunks(1)).try_for_each(insert)
}

/// Binds the columns of a row, the first of them to parameter `at`.
fn bind_event(insert: &mut Statement<'_>, at: usize, row: &Queued) -> rusqlite::Result<()> {
    let Queued { number, event, sequence, answered } = row;
    let mut id = uuid::Uuid::encode_buffer();
    insert.raw_bind_parameter(at, number)?;
    insert.raw_bind_parameter(at + 1, &*event.fact.id.hyphenated().encode_lower(&mut id))?;
    insert.raw_bind_parameter(at + 2, &event.fact.event)?;
    insert.raw_bind_parameter(at + 3, &event.time)?;
    insert.raw_bind_parameter(at + 4, json(&Object(&event.data))?)?;
    insert.raw_bind_parameter(at + 5, event.of_member)?;
    insert.raw_bind_parameter(at + 6, sequence)?;
    insert.raw_bind_parameter(at + 7, answered.is_some())
}

/// Writes every event that waits, into a table that holds what memory knows, or nothing.
fn put_events(transaction: &Begun<'_>, outbox: &Outbox) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM event", [])?;
    insert_events(transaction, outbox.rows())
}

fn put_history(transaction: &Begun<'_>, entries: &[HistoryEntry]) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT INTO history (position, body) VALUES (?1, ?2)
         ON CONFLICT (position) DO UPDATE SET body = excluded.body WHERE body <> excluded.body",
    )?;
    let mut position = 0_i64;
    for entry in entries {
        insert.execute(params![position, json(entry)?])?;
        position += 1;
    }
    transaction.prepare_cached("DELETE FROM history WHERE position >= ?1")?.execute(params![position])?;
    Ok(())
}

/// Writes what becomes of single pushes, receipts and messages.
fn put_records(transaction: &Begun<'_>, records: &[Record]) -> rusqlite::Result<()> {
    for record in records {
        match record {
            Record::Seen(seen) => put_seen(transaction, seen)?,
            Record::Told(told) => put_told(transaction, told)?,
            Record::Owed(receipt) => put_receipt(transaction, receipt)?,
            Record::Gone(number) => {
                transaction.prepare_cached("DELETE FROM push WHERE number = ?1")?.execute([number])?;
            }
            Record::Tally(tally) => put(transaction, Row::Pushes, tally)?,
            Record::Message(message) => put_message(transaction, message)?,
            Record::NoMessage(id) => {
                transaction.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?;
            }
        }
    }
    Ok(())
}

fn put_seen(transaction: &Begun<'_>, Seen { number, key, at, opened }: &Seen) -> rusqlite::Result<()> {
    put_push(transaction, *number, if *opened { OPENED } else { SEEN }, *key, *at, None)
}

fn put_told(transaction: &Begun<'_>, Told { number, key, version, at }: &Told) -> rusqlite::Result<()> {
    put_push(transaction, *number, TOLD, *key, *at, Some(*version))
}

fn put_push(
    transaction: &Begun<'_>,
    number: i64,
    kind: &str,
    key: u128,
    at: jiff::Timestamp,
    version: Option<i64>,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO push (number, kind, key, at, version) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![number, kind, key.to_be_bytes(), at.as_millisecond(), version])?;
    Ok(())
}

fn put_receipt(transaction: &Begun<'_>, receipt: &Receipt) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO push (number, kind, message) VALUES (?1, ?2, ?3)")?
        .execute(params![receipt.number, receipt.kind.name(), receipt.message])?;
    Ok(())
}

fn put_message(transaction: &Begun<'_>, message: &Message) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO message (id, body) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET body = excluded.body WHERE body <> excluded.body",
        )?
        .execute(params![message.id, json(message)?])?;
    Ok(())
}

/// Writes all that is known of pushes, and nothing else, into their table.
fn put_pushes(transaction: &Begun<'_>, pushes: &Pushes) -> rusqlite::Result<()> {
    transaction.execute("DELETE FROM push", [])?;
    pushes.seen.iter().try_for_each(|seen| put_seen(transaction, seen))?;
    pushes.told.iter().try_for_each(|told| put_told(transaction, told))?;
    pushes.receipts.iter().try_for_each(|receipt| put_receipt(transaction, receipt))
}

/// Writes the messages that are kept, and no others.
fn put_messages(transaction: &Begun<'_>, messages: &[Message]) -> rusqlite::Result<()> {
    let gone: Vec<String> = {
        let kept: BTreeSet<&str> = messages.iter().map(|message| message.id.as_str()).collect();
        let mut statement = transaction.prepare_cached("SELECT id FROM message")?;
        let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        ids.into_iter().filter(|id| !kept.contains(id.as_str())).collect()
    };
    for id in gone {
        transaction.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?;
    }
    messages.iter().try_for_each(|message| put_message(transaction, message))
}

/// The kinds of rows that are no receipts.
const SEEN: &str = "seen";
const OPENED: &str = "opened";
const TOLD: &str = "told";

impl ReceiptKind {
    const ALL: [Self; 4] = [Self::Delivered, Self::Read, Self::MessageRead, Self::AllRead];

    fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::MessageRead => "messageRead",
            Self::AllRead => "allRead",
        }
    }
}

fn json(body: &impl Serialize) -> rusqlite::Result<String> {
    serde_json::to_string(body).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
