//! The chain on disk, in a file of its own: it is public, large, and can be asked for again.
//!
//! Apart from what is the member's, so that taking in twenty thousand stores holds up no event that is tracked meanwhile, a
//! sign-out leaves the chain, and a broken chain takes nothing of the member's with it: such a file is removed. What the
//! member asked about, goods and stock, goes with the member all the same, see [`StoresFile::forget`].
//!
//! A delta changes rows and makes a new blob of all of them, in one transaction: whoever reads has the chain of before or
//! of after. `version` grows with each, so that a reader knows when what it holds in memory is not the rows' any more.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, params};

use super::{is_broken, json, remove, suffixed, version};
use crate::error::{Error, Result};
use crate::stores::catalogue::{Blobs, Builder};
use crate::stores::{Delta, Listed, StockAnswer, Store};
use crate::types::{Goods, Timestamp};

const MIGRATIONS: [&str; 1] = [include_str!("stores_001.sql")];

const FILE: &str = "stores.db";

/// About how many goods answers are kept: those that were asked about last.
const MOST_GOODS: u32 = 20;

/// The chain's file. Reads and small writes go over the connection that it keeps; a delta has one of its own, so that nobody
/// who reads waits for it.
pub(crate) struct StoresFile {
    path: PathBuf,
    /// None until it is first needed.
    connection: Option<Connection>,
}

/// What is known of the chain as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) version: i64,
    pub(crate) cursor: Option<String>,
    pub(crate) as_of: Timestamp,
}

/// The chain: what is known of it, its blobs of columns and of places.
type Loaded = (Head, Vec<u8>, Vec<u8>);

impl StoresFile {
    /// The file in `folder`, which is opened when it is first needed.
    pub(crate) fn new(folder: &Path) -> Self {
        Self { path: folder.join(FILE), connection: None }
    }

    /// Works on the file; a broken one is removed and made anew, once.
    fn with<T>(&mut self, mut work: impl FnMut(&mut Connection) -> rusqlite::Result<T>) -> Result<T> {
        let mut attempt = || {
            let connection = match &mut self.connection {
                Some(connection) => connection,
                none => none.insert(connect(&self.path)?),
            };
            work(connection)
        };
        match attempt() {
            Err(error) if is_broken(&error) => {
                tracing::error!(%error, "the stores cannot be read and are asked for anew");
                self.connection = None;
                for suffix in ["", "-wal", "-shm"] {
                    remove(&suffixed(&self.path, suffix));
                }
                let connection = self.connection.insert(connect(&self.path)?);
                Ok(work(connection)?)
            }
            outcome => Ok(outcome?),
        }
    }

    /// What is known of the chain as a whole; none where it never came.
    pub(crate) fn head(&mut self) -> Result<Option<Head>> {
        self.with(|connection| head(connection))
    }

    /// The chain's blobs, of columns and of places, with what is known of it.
    pub(crate) fn load(&mut self) -> Result<Option<Loaded>> {
        self.with(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT version, cursor, as_of, stores, places FROM catalogue")?;
            statement.query_row([], |row| Ok((read_head(row)?, row.get(3)?, row.get(4)?))).optional()
        })
    }

    /// The chain's blob of names; none where the chain is not `version` any more.
    pub(crate) fn names(&mut self, version: i64) -> Result<Option<Vec<u8>>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT names FROM catalogue WHERE version = ?1")?;
            statement.query_row([version], |row| row.get(0)).optional()
        })
    }

    /// What lists show of these stores, by number; none where the chain is not `version` any more.
    pub(crate) fn listed(&mut self, version: i64, ids: &[i64]) -> Result<Option<BTreeMap<i64, Listed>>> {
        self.with(|connection| {
            // At one moment: another process may be writing.
            let look = connection.transaction()?;
            let now: Option<i64> =
                look.prepare_cached("SELECT version FROM catalogue")?.query_row([], |row| row.get(0)).optional()?;
            if now != Some(version) {
                return Ok(None);
            }
            let mut rows = BTreeMap::new();
            let mut statement = look.prepare_cached("SELECT listed FROM store WHERE id = ?1")?;
            for &id in ids {
                let mut found = statement.query([id])?;
                let Some(row) = found.next()? else { continue };
                if let Ok(listed) = serde_json::from_str(row.get_ref(0)?.as_str().unwrap_or_default()) {
                    rows.insert(id, listed);
                } else {
                    tracing::error!("a store's row cannot be read");
                }
            }
            Ok(Some(rows))
        })
    }

    /// One store; none where there is none of this number.
    pub(crate) fn store(&mut self, id: i64) -> Result<Option<Store>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT id, listed, detail FROM store WHERE id = ?1")?;
            Ok(statement.query_row([id], |row| Ok(read_store(row))).optional()?.flatten())
        })
    }

    /// Takes in what changed of `base`, and gives the new chain's version; none where the chain is not `base` any more: then
    /// another process was faster.
    pub(crate) fn apply(folder: &Path, base: Option<i64>, delta: &Delta, at: Timestamp) -> Result<Option<i64>> {
        let mut file = Self::new(folder);
        file.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let found = head(&transaction)?.map(|head| head.version);
            if found != base {
                return Ok(None);
            }
            {
                let mut put = transaction.prepare(
                    "INSERT INTO store (id, listed, detail) VALUES (?1, ?2, ?3)
                     ON CONFLICT (id) DO UPDATE SET listed = excluded.listed, detail = excluded.detail
                     WHERE listed <> excluded.listed OR detail <> excluded.detail",
                )?;
                for store in &delta.stores {
                    put.execute(params![store.id, json(&store.listed)?, json(&store.detail)?])?;
                }
                let mut delete = transaction.prepare("DELETE FROM store WHERE id = ?1")?;
                let gone = if delta.full {
                    let kept: BTreeSet<i64> =
                        delta.stores.iter().map(|store| store.id).chain(delta.unreadable.iter().copied()).collect();
                    let mut ids = transaction.prepare("SELECT id FROM store")?;
                    let ids = ids.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
                    ids.into_iter().filter(|id| !kept.contains(id)).collect()
                } else {
                    delta.removed.clone()
                };
                for id in gone {
                    delete.execute([id])?;
                }
            }
            let next = base.unwrap_or_default() + 1;
            build(&transaction, &Head { version: next, cursor: delta.cursor.clone(), as_of: at })?;
            transaction.commit()?;
            Ok(Some(next))
        })
    }

    /// Makes the blob anew of the rows, where it is in the form of another version of the app.
    pub(crate) fn rebuild(&mut self) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(found) = head(&transaction)? {
                build(&transaction, &Head { version: found.version + 1, ..found })?;
            }
            transaction.commit()
        })
    }

    /// The platform said that the chain is still this one.
    pub(crate) fn confirm(&mut self, version: i64, cursor: Option<&str>, at: Timestamp) -> Result<()> {
        self.with(|connection| {
            let mut update =
                connection.prepare_cached("UPDATE catalogue SET as_of = ?2, cursor = ?3 WHERE version = ?1")?;
            update.execute(params![version, at.to_string(), cursor]).map(|_| ())
        })
    }

    /// Keeps what the platform answered about goods.
    pub(crate) fn put_stock(&mut self, goods: &Goods, answers: &BTreeMap<i64, StockAnswer>) -> Result<()> {
        self.with(|connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction
                .prepare_cached(
                    "INSERT INTO goods (id, name, asked) VALUES (?1, ?2, (SELECT ifnull(max(asked), 0) + 1 FROM goods))
                     ON CONFLICT (id) DO UPDATE SET name = excluded.name, asked = excluded.asked",
                )?
                .execute(params![goods.id, goods.name])?;
            let mut put = transaction.prepare_cached(
                "INSERT OR REPLACE INTO stock (goods_id, store_id, available, as_of) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (store, answer) in answers {
                put.execute(params![goods.id, store, answer.available, answer.as_of.to_string()])?;
            }
            drop(put);
            transaction
                .prepare_cached(
                    "DELETE FROM goods WHERE id NOT IN (SELECT id FROM goods ORDER BY asked DESC LIMIT ?1)",
                )?
                .execute([MOST_GOODS])?;
            transaction.commit()
        })
    }

    /// What is known of goods in these stores, by number.
    pub(crate) fn stock(&mut self, goods: &str, stores: &[i64]) -> Result<BTreeMap<i64, StockAnswer>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT goods.id, goods.name, stock.available, stock.as_of FROM stock JOIN goods ON goods.id = stock.goods_id
                 WHERE stock.goods_id = ?1 AND stock.store_id = ?2",
            )?;
            let mut answers = BTreeMap::new();
            for &store in stores {
                let answer = statement.query_row(params![goods, store], |row| Ok(read_stock(row))).optional()?;
                answers.extend(answer.flatten().map(|answer| (store, answer)));
            }
            Ok(answers)
        })
    }

    /// What is known of goods in a store, the last asked first.
    pub(crate) fn stock_in(&mut self, store: i64) -> Result<Vec<StockAnswer>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT goods.id, goods.name, stock.available, stock.as_of FROM stock JOIN goods ON goods.id = stock.goods_id
                 WHERE stock.store_id = ?1 ORDER BY goods.asked DESC",
            )?;
            let answers = statement.query_map([store], |row| Ok(read_stock(row)))?;
            Ok(answers.collect::<rusqlite::Result<Vec<_>>>()?.into_iter().flatten().collect())
        })
    }

    /// The goods that were asked about, the last first.
    pub(crate) fn goods(&mut self) -> Result<Vec<Goods>> {
        self.with(|connection| {
            let mut statement = connection.prepare_cached("SELECT id, name FROM goods ORDER BY asked DESC")?;
            let goods = statement.query_map([], |row| Ok(Goods { id: row.get(0)?, name: row.get(1)? }))?;
            goods.collect()
        })
    }

    /// Leaves nothing of what the member asked about, in the file or in its log. The chain stays.
    ///
    /// # Errors
    /// [`Error::Storage`] when another process reads the log just now: to be tried again.
    pub(crate) fn forget(&mut self) -> Result<()> {
        if !self.path.exists() {
            return Ok(());
        }
        let busy = self.with(|connection| {
            connection.execute_batch("DELETE FROM stock; DELETE FROM goods;")?;
            // Deleted rows are overwritten in the pages (`secure_delete`), the pages carried into the file, the log emptied.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
        })?;
        if busy == 0 { Ok(()) } else { Err(Error::Storage("the stores' log is in use".to_owned())) }
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    // What a power cut takes can be asked for again, so a commit need not wait for the disk.
    connection.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON;",
    )?;
    let found = version(&connection)?;
    if found > MIGRATIONS.len() {
        // A newer app wrote it: it is asked for anew.
        return Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_NOTADB), None));
    }
    if found < MIGRATIONS.len() {
        // The file remembers it.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        for (done, migration) in (1_u32..).zip(MIGRATIONS) {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have run it since.
            if version(&transaction)? < done as usize {
                transaction.execute_batch(migration)?;
                transaction.pragma_update(None, "user_version", done)?;
                transaction.commit()?;
            }
        }
    }
    Ok(connection)
}

fn head(connection: &Connection) -> rusqlite::Result<Option<Head>> {
    let mut statement = connection.prepare_cached("SELECT version, cursor, as_of FROM catalogue")?;
    statement.query_row([], read_head).optional()
}

fn read_head(row: &rusqlite::Row<'_>) -> rusqlite::Result<Head> {
    let as_of = row.get_ref(2)?.as_str().ok().and_then(|text| text.parse().ok());
    Ok(Head { version: row.get(0)?, cursor: row.get(1)?, as_of: as_of.unwrap_or(Timestamp::UNIX_EPOCH) })
}

/// None for one that cannot be read.
fn read_store(row: &rusqlite::Row<'_>) -> Option<Store> {
    let text = |column| row.get_ref(column).ok()?.as_str().ok();
    let store = (|| {
        let (listed, detail) = (serde_json::from_str(text(1)?).ok()?, serde_json::from_str(text(2)?).ok()?);
        Some(Store { id: row.get(0).ok()?, listed, detail })
    })();
    if store.is_none() {
        tracing::error!("a store's row cannot be read");
    }
    store
}

fn read_stock(row: &rusqlite::Row<'_>) -> Option<StockAnswer> {
    let goods = Goods { id: row.get(0).ok()?, name: row.get(1).ok()? };
    let as_of = row.get_ref(3).ok()?.as_str().ok()?.parse().ok()?;
    Some(StockAnswer { goods, available: row.get(2).ok()?, as_of })
}

/// Makes the blob of the rows.
fn build(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    let mut builder = Builder::default();
    let mut statement = connection.prepare("SELECT id, listed, detail FROM store ORDER BY id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(store) = read_store(row) {
            builder.add(&store);
        }
    }
    let mut put = connection.prepare(
        "INSERT OR REPLACE INTO catalogue (one, version, cursor, as_of, stores, places, names)
         VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let Blobs { stores, places, names } = builder.finish();
    put.execute(params![head.version, head.cursor, head.as_of.to_string(), stores, places, names])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Symbology;
    use crate::stores::catalogue::Catalogue;
    use crate::stores::tests::store;
    use crate::stores::{Position, StoreAttribute};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn chain(ids: std::ops::Range<i64>) -> Vec<Store> {
        ids.map(|id| store(id, Position::new(50.0, 8.0), &[("Format", "Express")])).collect()
    }

    fn delta(cursor: &str, full: bool, stores: Vec<Store>, removed: &[i64]) -> Delta {
        Delta { cursor: Some(cursor.to_owned()), full, stores, unreadable: Vec::new(), removed: removed.to_vec() }
    }

    fn ids(file: &mut StoresFile) -> Vec<i64> {
        let (_, stores, places) = file.load().unwrap().unwrap();
        let catalogue = Catalogue::read(stores, places).unwrap();
        (0..catalogue.len()).map(|place| catalogue.id(place).unwrap()).collect()
    }

    #[test]
    fn deltas_change_the_chain_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StoresFile::new(folder.path());
        assert_eq!((file.head().unwrap(), file.load().unwrap()), (None, None));
        let apply = |base, delta: &Delta| StoresFile::apply(folder.path(), base, delta, at(1)).unwrap();
        assert_eq!(apply(None, &delta("a", true, chain(1..6), &[])), Some(1));
        assert_eq!(ids(&mut file), [1, 2, 3, 4, 5]);
        let mut changed = chain(2..3);
        changed[0].listed.title = "Renamed".to_owned();
        changed.extend(chain(9..10));
        let mut next = delta("b", false, changed, &[4, 77]);
        next.unreadable = vec![5];
        assert_eq!(apply(Some(1), &next), Some(2));
        assert_eq!(ids(&mut file), [1, 2, 3, 5, 9], "one that cannot be read stays as it was");
        assert_eq!(file.store(2).unwrap().unwrap().listed.title, "Renamed");
        assert_eq!(file.head().unwrap(), Some(Head { version: 2, cursor: Some("b".to_owned()), as_of: at(1) }));
        assert_eq!(apply(Some(1), &delta("c", false, chain(50..60), &[])), None, "another process was faster");
        assert_eq!(ids(&mut file), [1, 2, 3, 5, 9]);
        let mut whole = delta("d", true, chain(20..22), &[]);
        whole.unreadable = vec![3];
        assert_eq!(apply(Some(2), &whole), Some(3));
        assert_eq!(ids(&mut file), [3, 20, 21], "a whole list takes the place of what was there");
        assert_eq!(file.store(1).unwrap(), None);
        assert_eq!(file.store(20).unwrap(), chain(20..21).pop());
    }

    #[test]
    fn rows_are_of_the_version_that_was_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut app = StoresFile::new(folder.path());
        let mut extension = StoresFile::new(folder.path());
        StoresFile::apply(folder.path(), None, &delta("a", true, chain(1..4), &[]), at(1)).unwrap();
        assert_eq!(app.listed(1, &[3, 1, 8]).unwrap().unwrap().len(), 2);
        assert_eq!(extension.head().unwrap().unwrap().version, 1);
        StoresFile::apply(folder.path(), Some(1), &delta("b", false, Vec::new(), &[1]), at(2)).unwrap();
        assert_eq!(app.listed(1, &[3]).unwrap(), None, "the chain is another by now");
        assert_eq!(app.listed(2, &[3, 1]).unwrap().unwrap().len(), 1);
        app.confirm(2, Some("c"), at(9)).unwrap();
        let head = extension.head().unwrap().unwrap();
        assert_eq!((head.version, head.cursor.as_deref(), head.as_of), (2, Some("c"), at(9)));
        app.confirm(1, Some("x"), at(10)).unwrap();
        assert_eq!(extension.head().unwrap().unwrap().as_of, at(9), "of a chain that is gone nothing is confirmed");
    }

    #[test]
    fn a_blob_of_another_form_is_made_anew_of_the_rows() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StoresFile::new(folder.path());
        StoresFile::apply(folder.path(), None, &delta("a", true, chain(1..4), &[]), at(1)).unwrap();
        let other = Connection::open(folder.path().join(FILE)).unwrap();
        other.execute("UPDATE catalogue SET stores = x'00'", []).unwrap();
        other.execute("UPDATE store SET listed = '{' WHERE id = 2", []).unwrap();
        file.rebuild().unwrap();
        assert_eq!(ids(&mut file), [1, 3], "a row that cannot be read is left out");
        assert_eq!(file.head().unwrap().unwrap().version, 2);
        assert_eq!(file.listed(2, &[1, 2]).unwrap().unwrap().len(), 1);
        assert_eq!(file.store(2).unwrap(), None);
    }

    #[test]
    fn a_file_of_version_1_opens() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Connection::open(folder.path().join(FILE)).unwrap();
        kept.execute_batch(include_str!("fixtures/stores_version_1.sql")).unwrap();
        drop(kept);
        let mut file = StoresFile::new(folder.path());
        let head = Head { version: 3, cursor: Some("c3".to_owned()), as_of: "2026-11-22T22:00:00Z".parse().unwrap() };
        assert_eq!(file.head().unwrap(), Some(head));
        let store = file.store(7).unwrap().expect("store 7");
        assert_eq!((store.listed.title.as_str(), store.listed.attributes.len()), ("Alexanderplatz", 1));
        assert_eq!(
            (store.listed.position, store.detail.till),
            (Position::new(52.5219, 13.4132), Some(Symbology::Aztec))
        );
        let week = store.detail.hours.week.unwrap();
        assert_eq!((week[0].intervals[0].to, week[5].unsure, store.detail.hours.exceptions.len()), (1080, true, 1));
        assert_eq!(file.stock_in(7).unwrap()[0].goods.name, "Coffee beans, 1 kg");
        file.rebuild().unwrap();
        assert_eq!(ids(&mut file), [7]);
    }

    #[test]
    fn a_broken_file_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        StoresFile::apply(folder.path(), None, &delta("a", true, chain(1..400), &[]), at(1)).unwrap();
        let path = folder.path().join(FILE);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100..].fill(0xA5);
        std::fs::write(&path, bytes).unwrap();
        let mut file = StoresFile::new(folder.path());
        assert_eq!(file.head().unwrap(), None, "it is asked for anew");
        std::fs::write(&path, "not a database at all, and long enough to have a header of some kind".repeat(9))
            .unwrap();
        let mut file = StoresFile::new(folder.path());
        assert_eq!(file.load().unwrap(), None);
        assert_eq!(
            StoresFile::apply(folder.path(), None, &delta("a", true, chain(1..3), &[]), at(1)).unwrap(),
            Some(1)
        );
        Connection::open(&path).unwrap().pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(StoresFile::new(folder.path()).head().unwrap(), None, "a newer version's is not misread");
    }

    fn goods(id: &str) -> Goods {
        Goods { id: id.to_owned(), name: format!("Goods {id}") }
    }

    #[test]
    fn the_last_answers_about_goods_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StoresFile::new(folder.path());
        let answer = |id: &str, available, second| StockAnswer { goods: goods(id), available, as_of: at(second) };
        for number in 0..25 {
            let id = format!("g{number}");
            file.put_stock(&goods(&id), &[(1, answer(&id, true, number)), (2, answer(&id, false, number))].into())
                .unwrap();
        }
        file.put_stock(&goods("g7"), &[(1, answer("g7", false, 100))].into()).unwrap();
        let known = file.goods().unwrap();
        assert_eq!((known.len(), known[0].id.as_str(), known[1].id.as_str()), (20, "g7", "g24"));
        assert_eq!(
            file.stock("g7", &[1, 2, 3]).unwrap(),
            [(1, answer("g7", false, 100)), (2, answer("g7", false, 7))].into()
        );
        assert!(file.stock("g1", &[1]).unwrap().is_empty(), "too long ago");
        assert_eq!(file.stock_in(1).unwrap()[0], answer("g7", false, 100));
        assert_eq!(file.stock_in(2).unwrap().len(), 20);
    }

    #[test]
    fn what_the_member_asked_about_is_gone_from_the_file_and_the_chain_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = StoresFile::new(folder.path());
        file.forget().unwrap();
        assert!(!folder.path().join(FILE).exists(), "nothing to forget makes no file");
        StoresFile::apply(folder.path(), None, &delta("a", true, chain(1..4), &[]), at(1)).unwrap();
        let planted = Goods { id: "PLANTED-ID".to_owned(), name: "PLANTED-NAME".to_owned() };
        let answer = StockAnswer { goods: planted.clone(), available: true, as_of: at(0) };
        file.put_stock(&planted, &[(1, answer)].into()).unwrap();
        let all = || {
            let files =
                std::fs::read_dir(folder.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
            String::from_utf8_lossy(&files.collect::<Vec<_>>().concat()).into_owned()
        };
        assert!(all().contains("PLANTED-NAME"));
        file.forget().unwrap();
        assert!(!all().contains("PLANTED"));
        assert_eq!(ids(&mut file), [1, 2, 3]);
    }

    #[test]
    fn who_reads_while_a_delta_comes_has_the_chain_of_before_or_after() {
        let folder = tempfile::tempdir().unwrap();
        StoresFile::apply(folder.path(), None, &delta("0", true, chain(1..50), &[]), at(1)).unwrap();
        let ended = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 1..30 {
                    let mut stores = chain(1..50);
                    for store in &mut stores {
                        store.listed.attributes =
                            vec![StoreAttribute { name: "Turn".to_owned(), value: turn.to_string() }];
                    }
                    StoresFile::apply(folder.path(), Some(turn), &delta("n", false, stores, &[]), at(1))
                        .unwrap()
                        .unwrap();
                }
                ended.store(true, std::sync::atomic::Ordering::Relaxed);
            });
            let mut file = StoresFile::new(folder.path());
            while !ended.load(std::sync::atomic::Ordering::Relaxed) {
                let (head, stores, places) = file.load().unwrap().unwrap();
                let catalogue = Catalogue::read(stores, places).unwrap();
                let Some(rows) = file.listed(head.version, &[1, 49]).unwrap() else { continue };
                let shown = &catalogue.filters()[0].attribute;
                assert!(rows.values().all(|row| row.attributes[0] == *shown), "rows and blob are of one moment");
            }
        });
    }
}
