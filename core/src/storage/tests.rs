use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use super::*;
use crate::events::outbox::Reply;
use crate::history::{HistoryEntry, HistoryPage, HistoryWhat};
use crate::session::{Member, Phase, SessionChange};
use crate::state::{self, Change, Moment, Touched};
use crate::types::{Decimal, Freshness, StaleReason, Timestamp};

fn open(folder: &Path) -> Opened {
    Storage::open(folder).unwrap()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn member() -> Member {
    Member { id: 7, first_name: Some("Anna".to_owned()), last_name: None, phone: None, email: None }
}

fn page(ids: std::ops::Range<i64>) -> Change {
    let entry = |id: i64| HistoryEntry {
        id: format!("entry-{id}"),
        at: at(id),
        description: None,
        store: None,
        what: HistoryWhat::Other { kind: "Test".to_owned() },
    };
    let page = HistoryPage { total: 100, entries: ids.rev().map(entry).collect() };
    Change::Answered {
        at: at(0),
        etag: None,
        ticket: 0,
        asked: Moment::default(),
        answer: state::Answer::History { from: 0, page },
    }
}

/// Applies and stores, as the engine does.
fn commit(opened: &mut Opened, changes: &[Change]) {
    for change in changes {
        let touched = opened.state.apply(change);
        store(opened, touched).unwrap();
    }
}

fn store(opened: &mut Opened, touched: Touched) -> Result<()> {
    let state = Arc::new(opened.state.clone());
    let Touched { rows, steps, records, .. } = touched;
    opened.storage.commit(|_| {
        let (rows, steps, records) = (rows.clone(), steps.clone(), records.clone());
        Ok(Written { state: Arc::clone(&state), rows, steps, records })
    })
}

/// Tracks so many events.
fn track(ids: std::ops::Range<u128>) -> Change {
    let event = |id| {
        let data = [("text".to_owned(), crate::events::text("x".repeat(100)))].into_iter().collect();
        Arc::new(Event::new("custom", data, uuid::Uuid::from_u128(id), at(0), &jiff::tz::TimeZone::UTC, true))
    };
    Change::Track { events: ids.map(event).collect(), limits: crate::events::outbox::Limits::NONE }
}

fn ids(state: &State) -> Vec<u128> {
    state.outbox.facts().map(|fact| fact.id.as_u128()).collect()
}

#[test]
fn events_wait_in_order_through_a_restart_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), track(1..8)]);
    let (batch, steps) = opened.state.outbox.batch(3);
    assert_eq!(opened.storage.append(|| steps.clone()).unwrap().as_ref(), Some(&steps));
    opened.state.take(&steps);
    let replies: Vec<_> = batch[..2]
        .iter()
        .map(|row| crate::events::outbox::Reply { id: row.event.fact.id, taken: true, again: false, reason: None })
        .collect();
    let steps = opened.state.outbox.answered(&batch, &replies, 5, |fact| fact.id.as_u128() == 1);
    opened.storage.append(|| steps.clone()).unwrap();
    opened.state.take(&steps);
    let again = open(folder.path());
    assert_eq!(ids(&again.state), [1, 3, 4, 5, 6, 7], "the first is answered and waits for the tasks");
    assert_eq!(again.state.outbox.len(), 5);
    let (kept, now) = (again.state.outbox.batch(9), opened.state.outbox.batch(9));
    assert_eq!((kept.0[0].sequence, kept.0[1].sequence), (Some(3), Some(4)));
    assert_eq!(kept, now, "memory and disk agree");
    assert_eq!(again.state.outbox.tally(), opened.state.outbox.tally());
}

#[test]
fn many_events_of_one_commit_are_written_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), track(1..40)]);
    let again = open(folder.path());
    assert_eq!(ids(&again.state), (1..40).collect::<Vec<_>>());
    assert_eq!(again.state.outbox.batch(99), opened.state.outbox.batch(99), "memory and disk agree");
}

#[test]
fn two_processes_track_into_one_queue() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = open(folder.path());
    commit(&mut app, &[Change::Session(SessionChange::SignedIn(Some(member()))), track(1..3)]);
    let mut extension = open(folder.path());
    commit(&mut extension, &[track(3..5)]);
    assert!(app.storage.append(Vec::new).unwrap().is_none(), "the app must look first");
    app.state = news(&mut app).unwrap();
    commit(&mut app, &[track(5..6)]);
    assert_eq!(ids(&open(folder.path()).state), [1, 2, 3, 4, 5]);
}

#[test]
fn what_another_process_is_writing_is_read_at_one_moment() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = open(folder.path());
    commit(&mut app, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    let ended = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for id in 1..400 {
                commit(&mut app, &[track(id..id + 1)]);
                let (batch, _) = app.state.outbox.batch(1);
                let reply = Reply { id: uuid::Uuid::from_u128(id), taken: true, again: false, reason: None };
                let steps = app.state.outbox.answered(&batch, &[reply], 1, |_| false);
                store(&mut app, Touched { steps: steps.clone(), ..Touched::default() }).unwrap();
                app.state.take(&steps);
            }
            ended.store(true, std::sync::atomic::Ordering::Relaxed);
        });
        while !ended.load(std::sync::atomic::Ordering::Relaxed) {
            let state = open(folder.path()).state;
            let sent = i64::try_from(state.outbox.tally().sent).unwrap();
            assert!(state.outbox.rows().all(|row| row.number == sent + 1), "the queue and its tally are of one moment");
        }
    });
}

#[test]
fn what_can_still_be_read_of_the_events_survives_a_broken_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), track(1..200)]);
    opened.storage.scrub().unwrap();
    drop(opened);
    let path = folder.path().join(FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    // One page in the middle of the events is noise, and so is the root of another table.
    let pages = bytes.len() / 4096;
    assert!(pages > 8, "the events take several pages");
    let noise = |bytes: &mut [u8], page: usize| bytes[(page - 1) * 4096..page * 4096].fill(0xA5);
    let root: u32 = Connection::open(&path)
        .unwrap()
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'history'", [], |row| row.get(0))
        .unwrap();
    noise(&mut bytes, root as usize);
    noise(&mut bytes, pages - 2);
    std::fs::write(&path, bytes).unwrap();
    let mut opened = open(folder.path());
    assert!(opened.lost);
    let saved = ids(&opened.state);
    assert!(saved.len() > 100 && saved.len() < 199 && saved.is_sorted(), "{}", saved.len());
    commit(&mut opened, &[track(500..501)]);
    assert_eq!(open(folder.path()).state.outbox.len(), saved.len() + 1, "they are in the new file");
}

/// What another process wrote since, as a commit is told it.
fn news(opened: &mut Opened) -> Option<State> {
    let state = Arc::new(opened.state.clone());
    let mut seen = None;
    let look = |stored| {
        seen = stored;
        Ok(Written { state: Arc::clone(&state), rows: BTreeSet::new(), steps: Vec::new(), records: Vec::new() })
    };
    opened.storage.commit(look).unwrap();
    seen
}

#[test]
fn what_was_committed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(folder.path());
    assert!(!first.lost);
    commit(
        &mut first,
        &[
            Change::Session(SessionChange::SignedIn(Some(member()))),
            page(0..40),
            page(2..42),
            Change::Answered {
                at: at(9),
                etag: Some("x".to_owned()),
                ticket: 0,
                asked: Moment::default(),
                answer: state::Answer::Balance(Vec::new()),
            },
        ],
    );
    let second = open(folder.path());
    assert_eq!(second.state.session, first.state.session);
    assert_eq!(second.state.history, first.state.history);
    assert_eq!(second.state.etag(Part::Balance).as_deref(), Some("x"));
    let expected = Freshness::Cached { as_of: at(9), reason: StaleReason::NotAsked };
    assert_eq!(second.state.freshness(Part::Balance), expected, "what a restart finds is cached, not live");
}

#[test]
fn a_history_that_shrinks_leaves_no_rows_behind() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = open(folder.path());
    commit(&mut first, &[page(0..40), page(100..103)]);
    assert_eq!(open(folder.path()).state.history.entries.len(), 3);
}

#[test]
fn a_file_that_is_no_database_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    std::fs::write(folder.path().join(FILE), b"not a database at all, and long enough to have a header of some kind")
        .unwrap();
    let mut opened = open(folder.path());
    assert!(opened.lost);
    assert!(folder.path().join("pocketcard.db.broken").exists(), "support can look at it");
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    assert_eq!(open(folder.path()).state.session.phase, Phase::SignedIn);
}

#[test]
fn a_file_broken_in_the_middle_is_made_anew_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), page(0..60)]);
    opened.storage.scrub().unwrap();
    // The header stays; every page behind it is noise.
    let path = folder.path().join(FILE);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    drop(opened.storage.connection.take());
    opened.storage.connection = Connection::open(&path).ok();
    commit(&mut opened, &[page(0..61)]);
    let again = open(folder.path());
    assert!(!again.lost);
    assert_eq!(again.state.session.member, Some(member()));
    assert_eq!(again.state.history.entries.len(), 61);
}

#[test]
fn a_newer_versions_database_is_set_aside_not_misread() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    Connection::open(folder.path().join(FILE)).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert!(open(folder.path()).lost);
}

#[test]
fn a_row_that_cannot_be_read_counts_as_never_answered_and_the_others_stand() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(
        &mut opened,
        &[
            Change::Session(SessionChange::SignedIn(Some(member()))),
            Change::Answered {
                at: at(1),
                etag: Some("x".to_owned()),
                ticket: 0,
                asked: Moment::default(),
                answer: state::Answer::Balance(Vec::new()),
            },
        ],
    );
    let other = Connection::open(folder.path().join(FILE)).unwrap();
    other.execute("UPDATE part SET body = '{\"not\": \"a list' WHERE name = 'balance'", []).unwrap();
    let opened = open(folder.path());
    assert!(!opened.lost, "the session and the card are there");
    assert_eq!(opened.state.etag(Part::Balance), None, "it is asked for again without a condition");
    assert_eq!(opened.state.session.member, Some(member()));
}

#[test]
fn a_database_of_version_1_opens() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Connection::open(folder.path().join(FILE)).unwrap();
    kept.execute_batch(include_str!("fixtures/version_1.sql")).unwrap();
    drop(kept);
    let Opened { state, lost, .. } = open(folder.path());
    assert!(!lost);
    assert_eq!(state.session.member.as_ref().map(|member| member.id), Some(7));
    assert_eq!(state.cards.card.as_ref().map(|card| card.number.as_str()), Some("1001"));
    assert_eq!(state.accounts[0].available, Decimal::new(12_405, 1), "amounts are exact");
    assert_eq!(state.history.entries.len(), 1);
    assert_eq!(state.etag(Part::Balance).as_deref(), Some("\"b1\""));
}

#[test]
fn a_database_of_version_2_opens() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Connection::open(folder.path().join(FILE)).unwrap();
    kept.execute_batch(include_str!("fixtures/version_2.sql")).unwrap();
    drop(kept);
    let Opened { state, lost, .. } = open(folder.path());
    assert!(!lost);
    assert_eq!(state.installation.referrer.as_deref(), Some("flyer"));
    assert_eq!((state.outbox.len(), state.outbox.facts().count()), (1, 2), "one is sent and waits for the tasks");
    assert_eq!(state.outbox.tally().sequence, 12);
    assert_eq!(state.outbox.facts().last().unwrap().day, jiff::civil::date(2026, 11, 22), "the member's own day");
    assert_eq!(state.tasks.tasks[0].rule.target, Decimal::ONE);
    assert_eq!(state.own.celebrated.as_ref().unwrap()["first-store"], 0);
    assert_eq!((state.own.drafts.len(), state.own.plays.len(), state.acts.len()), (1, 1, 1));
}

#[test]
fn what_another_process_wrote_is_seen_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = open(folder.path());
    let mut extension = open(folder.path());
    commit(&mut extension, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    assert_eq!(news(&mut app).expect("the extension wrote").session.member, Some(member()));
    assert!(news(&mut app).is_none());
    commit(&mut app, &[page(0..2)]);
    assert!(news(&mut app).is_none(), "our own writes are no news");
}

#[test]
fn two_first_openings_at_once_make_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let path: Arc<Path> = folder.path().into();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let path = Arc::clone(&path);
            std::thread::spawn(move || drop(open(&path)))
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(!folder.path().join("pocketcard.db.broken").exists(), "none took another's beginning for a broken file");
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    assert_eq!(open(folder.path()).state.session.member, Some(member()));
}

#[test]
fn where_nothing_can_be_written_what_is_there_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    opened.storage.scrub().unwrap();
    drop(opened);
    // A folder in the place of the log: SQLite can then neither make nor open it, as on a disk without a free block.
    std::fs::create_dir(folder.path().join("pocketcard.db-wal")).unwrap();
    let mut opened = open(folder.path());
    assert_eq!(opened.state.session.member, Some(member()));
    let Touched { rows, .. } = opened.state.apply(&page(0..1));
    let touched_again = || Touched { rows: rows.clone(), ..Touched::default() };
    assert!(matches!(store(&mut opened, touched_again()), Err(Error::Storage(_))));
    std::fs::remove_dir(folder.path().join("pocketcard.db-wal")).unwrap();
    store(&mut opened, touched_again()).expect("there is room again");
    assert_eq!(open(folder.path()).state.history.entries.len(), 1);
}

#[test]
fn nothing_of_what_was_forgotten_is_left_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    let planted = Member { first_name: Some("PLANTED-NAME".to_owned()), ..member() };
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(planted))), page(0..50)]);
    let all = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        String::from_utf8_lossy(&files.collect::<Vec<_>>().concat()).into_owned()
    };
    assert!(all().contains("PLANTED-NAME") && all().contains("entry-49"));
    commit(&mut opened, &[Change::Forget]);
    opened.storage.scrub().unwrap();
    assert!(!all().contains("PLANTED-NAME") && !all().contains("entry-4"), "{}", all());
    assert!(open(folder.path()).state.session.wiping, "the secret store is still to be wiped");
}

/// A push with an id, which brings a message.
fn push(id: u32) -> Change {
    let links = crate::links::Links::new("pocketcard", &[]).unwrap();
    let row = format!(r#"{{"id":{id},"title":"PLANTED-TITLE","body":"x","creationDate":"2026-12-03T12:00:00Z"}}"#);
    let entries = [("message_id", format!("push-{id}")), ("kind", "message".to_owned()), ("version", "1".to_owned())]
        .into_iter()
        .chain([("title", "PLANTED-TITLE".to_owned()), ("payload", row)]);
    let entries = entries.map(|(key, value)| (key.to_owned(), value)).collect();
    let push = crate::platform::push::read(&crate::push::Push::Data { entries }, &links, at(0)).unwrap();
    let (id, now) = (uuid::Uuid::from_u128(u128::from(id)), at(i64::from(id)));
    let event =
        Arc::new(Event::new("push.received", crate::events::Data::new(), id, at(0), &jiff::tz::TimeZone::UTC, true));
    let limits = crate::events::outbox::Limits::NONE;
    Change::Pushed { push: Box::new(push), at: now, question: 1, event, limits }
}

#[test]
fn pushes_receipts_and_messages_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), Change::PushesSince(at(-9))]);
    for id in 1..4 {
        commit(&mut opened, &[push(id)]);
    }
    commit(&mut opened, &[push(2), Change::PushIgnored(crate::push::PushIgnored::ForeignLink), Change::LinkIgnored]);
    let receipt = opened.state.pushes.receipts[1].clone();
    commit(
        &mut opened,
        &[Change::Receipted { receipt, question: 1 }, Change::MessagesRead(Some(vec!["3".to_owned()]))],
    );
    let again = open(folder.path()).state;
    assert_eq!(again.pushes, opened.state.pushes);
    assert_eq!(again.inbox, opened.state.inbox);
    assert_eq!((again.pushes.seen.len(), again.pushes.told.len(), again.inbox.messages.len()), (3, 3, 3));
    assert_eq!(ids(&again), [1, 2, 3], "each was told of once");
    let owed: Vec<_> = again.pushes.receipts.iter().map(|receipt| receipt.message.as_str()).collect();
    assert_eq!(owed, ["push-1", "push-3", "3"]);
}

#[test]
fn of_two_processes_that_get_the_same_push_one_takes_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = open(folder.path());
    commit(&mut app, &[Change::Session(SessionChange::SignedIn(Some(member())))]);
    let mut extension = open(folder.path());
    commit(&mut extension, &[push(1)]);
    // As the engine does: what is on disk by then is what the push is judged by.
    let mut state = app.state.clone();
    app.storage
        .commit(|stored| {
            state = stored.expect("the extension wrote");
            let Touched { rows, steps, records, .. } = state.apply(&push(1));
            Ok(Written { state: Arc::new(state.clone()), rows, steps, records })
        })
        .unwrap();
    let again = open(folder.path()).state;
    assert_eq!((again.pushes.seen.len(), again.pushes.receipts.len(), again.inbox.messages.len()), (1, 1, 1));
    assert_eq!(again.pushes.tally.ignored[&crate::push::PushIgnored::Duplicate], 1);
    assert_eq!(ids(&again), [1]);
}

#[test]
fn nothing_of_pushes_is_left_when_the_member_goes() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), push(1), push(2)]);
    let seen = opened.state.pushes.seen[0].key;
    commit(&mut opened, &[Change::Forget]);
    opened.storage.scrub().unwrap();
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
    let all = files.collect::<Vec<_>>().concat();
    let holds = |what: &[u8]| all.windows(what.len()).any(|window| window == what);
    assert!(!holds(b"PLANTED-TITLE") && !holds(b"push-1") && !holds(&seen.to_be_bytes()));
    let again = open(folder.path()).state;
    assert_eq!(*again.pushes, crate::push::Pushes::default());
    assert_eq!(*again.inbox, crate::inbox::Inbox::default());
}

#[test]
fn a_receipt_or_message_that_cannot_be_read_takes_no_other_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut opened = open(folder.path());
    commit(&mut opened, &[Change::Session(SessionChange::SignedIn(Some(member()))), push(1), push(2)]);
    let other = Connection::open(folder.path().join(FILE)).unwrap();
    other.execute("UPDATE message SET body = '{' WHERE id = '1'", []).unwrap();
    other.execute("UPDATE push SET key = x'00' WHERE kind = 'seen' AND number > 1", []).unwrap();
    other.execute("UPDATE push SET kind = 'lost' WHERE kind = 'delivered'", []).unwrap();
    let mut again = open(folder.path());
    let pushes = &again.state.pushes;
    assert_eq!((pushes.receipts.len(), again.state.inbox.messages.len(), pushes.seen.len()), (0, 1, 1));
    commit(&mut again, &[push(3)]);
    assert_eq!(open(folder.path()).state.pushes.receipts.len(), 1, "nor does it stand in the way of the next");
}

#[test]
fn a_database_of_version_4_opens() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Connection::open(folder.path().join(FILE)).unwrap();
    kept.execute_batch(include_str!("fixtures/version_4.sql")).unwrap();
    drop(kept);
    let Opened { state, lost, .. } = open(folder.path());
    assert!(!lost);
    let seen: Vec<_> = state.pushes.seen.iter().map(|seen| (seen.number, seen.opened)).collect();
    assert_eq!((seen, state.pushes.told[0].version), (vec![(2, false), (9, true)], 4));
    let owed: Vec<_> = state.pushes.receipts.iter().map(|receipt| (receipt.number, receipt.message.as_str())).collect();
    assert_eq!(owed, [(5, "3f0c"), (10, "3f0c")]);
}

#[test]
fn a_database_of_version_3_opens() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Connection::open(folder.path().join(FILE)).unwrap();
    kept.execute_batch(include_str!("fixtures/version_3.sql")).unwrap();
    drop(kept);
    let Opened { state, lost, .. } = open(folder.path());
    assert!(!lost);
    let pushes = &state.pushes;
    assert_eq!((pushes.seen.len(), pushes.seen[0].opened, pushes.told[0].version), (1, true, 4));
    let owed: Vec<_> = pushes.receipts.iter().map(|receipt| (receipt.number, receipt.message.as_str())).collect();
    assert_eq!(owed, [(3, "3f0c"), (4, "3f0c"), (5, "31"), (6, "")]);
    assert_eq!(pushes.tally.ignored.values().sum::<u64>(), 3);
    assert_eq!((state.inbox.messages[0].title.as_str(), state.inbox.rest.unread), ("Hello", 2));
    assert!(state.consents[0].channels[0].granted);
}
