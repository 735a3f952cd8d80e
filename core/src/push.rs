//! What a push tells the core: a hint, never the truth. One reducer for FCM, APNs, HMS and a poll.
//!
//! Pure. [`judge`] says whether a push is of any use: it may have come before, be past, be older than what is known of
//! the same thing, or be meant for somebody else. What is of use changes what the member has at once ([`crate::state`]
//! sees to that) and is followed by a pull, which has the last word. Reading the services' formats is in
//! [`crate::platform`].
//!
//! What was seen is kept across restarts and shared by the app and its extensions: [`Pushes`]. So are the receipts, until
//! the platform has answered for them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use imbl::Vector;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::balance::Account;
use crate::inbox::Message;
use crate::offers::Offer;
use crate::types::Timestamp;

/// How many pushes are remembered, and of how many things the newest version, at least.
const KEPT: usize = 500;
/// How many more there may be before the oldest go, so that not every push has to make room.
const SLACK: usize = 50;
/// For how long they are remembered: no service keeps a push for longer than four weeks.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// For so long, a push without an id is the same as one that said the same.
const SAME_CONTENT: SignedDuration = SignedDuration::from_hours(24);
/// How many receipts wait before the oldest are given up.
const RECEIPTS: usize = 1000;

/// What a push service handed to the app, as it handed it.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Push {
    /// A map of strings, as FCM gives it, and HMS' `dataOfMap`.
    Data {
        /// The data, key by key.
        entries: HashMap<String, String>,
    },
    /// APNs' `userInfo`, written as JSON.
    UserInfo {
        /// A JSON object.
        json: String,
    },
    /// HMS' `data`, which is one string.
    Hms {
        /// A JSON object.
        data: String,
    },
    /// What a phone without any push service asked for: a row of `GET Notification`, or a message of a long poll.
    Polled {
        /// A JSON object.
        json: String,
    },
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PushOutcome {
    /// The core took it; screens change by themselves.
    Taken {
        /// What to show the member; none for a push without words.
        notification: Option<Notification>,
    },
    /// Nothing was done, and nothing is to be shown. It is counted, see [`crate::events::OutboxView`].
    Ignored {
        /// Why.
        reason: PushIgnored,
    },
}

/// A notification for the member. When it is tapped, call `push_opened` with its `message`, and `open_link` with its `link`.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notification {
    /// The message's id, where the sender gave one.
    pub message: Option<String>,
    /// In the tenant's language.
    pub title: String,
    /// In the tenant's language.
    pub body: String,
    /// Under which of the app's channels it goes.
    pub channel: NotificationChannel,
    /// Where a tap leads: a link of the app's own, to a screen that this version knows.
    pub link: Option<String>,
    /// A picture to show with it, over `https`.
    pub image_url: Option<String>,
}

/// The kinds of notification that a member can turn off one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum NotificationChannel {
    /// Offers and coupons, new and revoked.
    Offers,
    /// Points that came or went.
    Balance,
    /// Tasks that are done.
    Tasks,
    /// Everything else.
    Messages,
}

/// Why a push was ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, uniffi::Enum)]
pub enum PushIgnored {
    /// It is not in a form the platform sends: too large, no JSON, a key of the wrong type or missing.
    Unreadable,
    /// Its `payload` is not what its kind says.
    WrongPayload,
    /// Its link leads to another app or host.
    ForeignLink,
    /// It says itself that it is past.
    Expired,
    /// It came before, by whichever service.
    Duplicate,
    /// A newer version of the same thing is known.
    Stale,
    /// Nobody is signed in.
    SignedOut,
    /// It was sent before this member signed in on this phone.
    OtherMember,
}

/// So many pushes were ignored.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct IgnoredPushes {
    /// Why.
    pub reason: PushIgnored,
    /// How many, since the member signed in.
    pub count: u64,
}

/// What tells pushes and things apart, however long their ids are: half a SHA-256.
pub(crate) type Key = u128;

/// The key of a text of some sort.
pub(crate) fn key<'a>(sort: &'a str, parts: impl IntoIterator<Item = &'a str>) -> Key {
    let mut digest = ring::digest::Context::new(&ring::digest::SHA256);
    for part in std::iter::once(sort).chain(parts) {
        // With the length before it, no two lists of parts read alike.
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let digest = digest.finish();
    digest.as_ref().iter().take(16).fold(0, |key, byte| key << 8 | Key::from(*byte))
}

/// A push, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PushMessage {
    /// The platform's id for it.
    pub(crate) id: Option<String>,
    /// Of the id, or of all it says where it has none.
    pub(crate) key: Key,
    /// What it is called in the catalogue of activities.
    pub(crate) kind: &'static str,
    pub(crate) content: Content,
    /// Of the thing that `content` is about.
    pub(crate) version: Option<i64>,
    /// When the platform sent it.
    pub(crate) sent: Option<Timestamp>,
    pub(crate) expires: Option<Timestamp>,
    pub(crate) notification: Option<Notification>,
    /// Nobody pushed it: there is nothing to say a receipt of.
    pub(crate) polled: bool,
}

/// What a push is about; what came with it may be shown at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// Points came or went.
    Balance(Option<Vec<Account>>),
    /// A task was done.
    Task(Option<String>),
    /// An offer is new, or changed. It may not have fitted, whole.
    Offer { id: Option<i64>, offer: Option<Box<Offer>> },
    /// A message for the inbox.
    Message(Option<Message>),
    /// Something is gone.
    Revoke(Thing),
    /// Nothing that this version keeps.
    Other,
}

/// A thing that pushes tell of, version by version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Thing {
    Balance,
    Offer(i64),
    Coupon(i64),
    Task(String),
    Message(String),
}

impl Thing {
    fn key(&self) -> Key {
        match self {
            Self::Balance => key("balance", []),
            Self::Offer(id) => key("offer", [id.to_string().as_str()]),
            Self::Coupon(id) => key("coupon", [id.to_string().as_str()]),
            Self::Task(id) => key("task", [id.as_str()]),
            Self::Message(id) => key("message", [id.as_str()]),
        }
    }
}

impl Content {
    /// The one thing that it is about, where it names one.
    fn thing(&self) -> Option<Thing> {
        match self {
            Self::Balance(_) => Some(Thing::Balance),
            Self::Task(id) => id.clone().map(Thing::Task),
            Self::Offer { id, .. } => id.map(Thing::Offer),
            Self::Message(message) => message.as_ref().map(|message| Thing::Message(message.id.clone())),
            Self::Revoke(thing) => Some(thing.clone()),
            Self::Other => None,
        }
    }
}

/// A push that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its row, as of all that follow: grows with what happens.
    pub(crate) number: i64,
    pub(crate) key: Key,
    pub(crate) at: Timestamp,
    /// Its notification was opened.
    pub(crate) opened: bool,
}

/// The newest version that a push told of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) number: i64,
    pub(crate) key: Key,
    pub(crate) version: i64,
    pub(crate) at: Timestamp,
}

/// Something that the platform is to be told of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) number: i64,
    pub(crate) kind: ReceiptKind,
    /// The message's id; empty for all messages.
    pub(crate) message: String,
}

/// What the platform is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReceiptKind {
    /// A push reached the phone.
    Delivered,
    /// The member opened its notification.
    Read,
    /// The member read a message of the inbox.
    MessageRead,
    /// The member marked all messages as read.
    AllRead,
}

/// What has been counted. Kept as one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PushTally {
    /// What was sent before is not this member's.
    pub(crate) since: Option<Timestamp>,
    pub(crate) ignored: BTreeMap<PushIgnored, u64>,
    /// Links that led to no screen.
    pub(crate) links: u64,
}

/// One thing to do to what is kept of pushes, on disk; memory has it already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Seen(Seen),
    Told(Told),
    Owed(Arc<Receipt>),
    /// What has this number is of no use any more.
    Gone(i64),
    Tally(PushTally),
    /// A message that a push brought into the inbox, or one that it took out.
    Message(Message),
    NoMessage(String),
}

/// What is kept of pushes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pushes {
    /// Oldest first.
    pub(crate) seen: Vector<Seen>,
    /// Oldest first.
    pub(crate) told: Vector<Told>,
    /// Oldest first.
    pub(crate) receipts: Vector<Arc<Receipt>>,
    pub(crate) tally: PushTally,
}

/// Whether a push is of any use at `now`.
///
/// # Errors
/// Why it is not.
pub(crate) fn judge(
    pushes: &Pushes,
    push: &PushMessage,
    signed_in: bool,
    now: Timestamp,
) -> std::result::Result<(), PushIgnored> {
    if push.expires.is_some_and(|expires| expires <= now) {
        return Err(PushIgnored::Expired);
    }
    if !signed_in {
        return Err(PushIgnored::SignedOut);
    }
    if let (Some(sent), Some(since)) = (push.sent, pushes.tally.since)
        && sent < since
    {
        return Err(PushIgnored::OtherMember);
    }
    if let Some(seen) = pushes.seen(push.key)
        && (push.id.is_some() || push.polled || now.duration_since(seen.at) < SAME_CONTENT)
    {
        return Err(PushIgnored::Duplicate);
    }
    if let (Some(version), Some(thing)) = (push.version, push.content.thing())
        && pushes.version(&thing).is_some_and(|known| version <= known)
    {
        return Err(PushIgnored::Stale);
    }
    Ok(())
}

impl Pushes {
    fn seen(&self, key: Key) -> Option<&Seen> {
        // The newest are the likeliest to come again.
        self.seen.iter().rev().find(|seen| seen.key == key)
    }

    fn version(&self, thing: &Thing) -> Option<i64> {
        let key = thing.key();
        self.told.iter().find(|told| told.key == key).map(|told| told.version)
    }

    /// Takes note of a push that is of use: that it came, which version it told of, and that the platform is to know.
    pub(crate) fn take(&mut self, push: &PushMessage, now: Timestamp) -> Vec<Record> {
        let mut records = self.see(push.key, now, false);
        if let (Some(version), Some(thing)) = (push.version, push.content.thing()) {
            let told = Told { number: self.next(), key: thing.key(), version, at: now };
            if let Some(at) = self.told.iter().position(|known| known.key == told.key) {
                records.push(Record::Gone(self.told.remove(at).number));
            }
            self.told.push_back(told);
            records.push(Record::Told(told));
        }
        if let Some(id) = push.id.as_ref().filter(|_| !push.polled) {
            // Not owed yet: what was not seen was not opened either. Of one so old that it was forgotten, it is told again.
            records.extend(self.put(ReceiptKind::Delivered, id));
        }
        records.extend(self.make_room(now));
        records
    }

    fn see(&mut self, key: Key, at: Timestamp, opened: bool) -> Vec<Record> {
        let seen = Seen { number: self.next(), key, at, opened };
        let mut records = Vec::new();
        if let Some(at) = self.seen.iter().rposition(|known| known.key == key) {
            records.push(Record::Gone(self.seen.remove(at).number));
        }
        self.seen.push_back(seen);
        records.push(Record::Seen(seen));
        records
    }

    /// The number of what happens next.
    fn next(&self) -> i64 {
        let (seen, told, receipt) = (self.seen.back(), self.told.back(), self.receipts.back());
        let last = [seen.map(|last| last.number), told.map(|last| last.number), receipt.map(|last| last.number)];
        last.into_iter().flatten().max().unwrap_or_default().saturating_add(1)
    }

    /// Takes note of a notification that was opened; nothing where that is known.
    pub(crate) fn open(&mut self, message: &str, now: Timestamp) -> Vec<Record> {
        let key = id_key(message);
        let known = self.seen(key).copied();
        if known.is_some_and(|seen| seen.opened) {
            return Vec::new();
        }
        let mut records = Vec::new();
        if known.is_none() {
            // The phone's system showed it without the app: who opened it has got it.
            records.extend(self.owe(ReceiptKind::Delivered, message));
        }
        records.extend(self.see(key, known.map_or(now, |seen| seen.at), true));
        records.extend(self.owe(ReceiptKind::Read, message));
        records.extend(self.make_room(now));
        records
    }

    /// Whether the notification of a message was opened.
    pub(crate) fn is_opened(&self, message: &str) -> bool {
        self.seen(id_key(message)).is_some_and(|seen| seen.opened)
    }

    /// Puts a receipt at the end, unless one like it waits.
    pub(crate) fn owe(&mut self, kind: ReceiptKind, message: &str) -> Vec<Record> {
        if self.owes(kind, message) { Vec::new() } else { self.put(kind, message) }
    }

    fn put(&mut self, kind: ReceiptKind, message: &str) -> Vec<Record> {
        let receipt = Arc::new(Receipt { number: self.next(), kind, message: message.to_owned() });
        self.receipts.push_back(Arc::clone(&receipt));
        let mut records = vec![Record::Owed(receipt)];
        while self.receipts.len() > RECEIPTS
            && let Some(oldest) = self.receipts.pop_front()
        {
            records.push(Record::Gone(oldest.number));
        }
        records
    }

    /// Whether such a receipt waits.
    pub(crate) fn owes(&self, kind: ReceiptKind, message: &str) -> bool {
        self.receipts.iter().any(|receipt| receipt.kind == kind && receipt.message == message)
    }

    /// The platform answered for a receipt. By what it says: another process may have sent it, too.
    pub(crate) fn settle(&mut self, answered: &Receipt) -> Vec<Record> {
        let like = |receipt: &Arc<Receipt>| receipt.kind == answered.kind && receipt.message == answered.message;
        let Some(at) = self.receipts.iter().position(like) else { return Vec::new() };
        vec![Record::Gone(self.receipts.remove(at).number)]
    }

    /// Counts a push that is of no use.
    pub(crate) fn ignore(&mut self, reason: PushIgnored) -> Record {
        *self.tally.ignored.entry(reason).or_default() += 1;
        Record::Tally(self.tally.clone())
    }

    /// Counts a link that leads nowhere.
    pub(crate) fn ignore_link(&mut self) -> Record {
        self.tally.links += 1;
        Record::Tally(self.tally.clone())
    }

    fn make_room(&mut self, now: Timestamp) -> Vec<Record> {
        let mut records = Vec::new();
        let old = |at: Timestamp| now.duration_since(at) > REMEMBERED;
        let keep = if self.seen.len() > KEPT + SLACK { KEPT } else { usize::MAX };
        while let Some(oldest) = self.seen.front().filter(|seen| self.seen.len() > keep || old(seen.at)) {
            records.push(Record::Gone(oldest.number));
            self.seen.pop_front();
        }
        let keep = if self.told.len() > KEPT + SLACK { KEPT } else { usize::MAX };
        while let Some(oldest) = self.told.front().filter(|told| self.told.len() > keep || old(told.at)) {
            records.push(Record::Gone(oldest.number));
            self.told.pop_front();
        }
        records
    }

    /// How many pushes were ignored, by reason.
    pub(crate) fn ignored(&self) -> Vec<IgnoredPushes> {
        self.tally.ignored.iter().map(|(&reason, &count)| IgnoredPushes { reason, count }).collect()
    }
}

/// The key of a push that has an id.
pub(crate) fn id_key(id: &str) -> Key {
    key("id", [id])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + second).unwrap()
    }

    fn push(id: &str) -> PushMessage {
        PushMessage {
            id: Some(id.to_owned()),
            key: id_key(id),
            kind: "other",
            content: Content::Other,
            version: None,
            sent: None,
            expires: None,
            notification: None,
            polled: false,
        }
    }

    fn of_content(text: &str) -> PushMessage {
        PushMessage { id: None, key: key("content", [text]), ..push("") }
    }

    /// What is owed, in order.
    fn owed(pushes: &Pushes) -> Vec<(ReceiptKind, &str)> {
        pushes.receipts.iter().map(|receipt| (receipt.kind, receipt.message.as_str())).collect()
    }

    #[test]
    fn keys_tell_apart_what_reads_alike() {
        assert_ne!(key("a", ["bc"]), key("ab", ["c"]));
        assert_ne!(key("a", ["b", "c"]), key("a", ["bc"]));
        assert_ne!(Thing::Offer(7).key(), Thing::Coupon(7).key());
        assert_ne!(Thing::Task("7".to_owned()).key(), Thing::Message("7".to_owned()).key());
    }

    #[test]
    fn what_has_no_id_may_come_again_the_next_day() {
        let mut pushes = Pushes::default();
        pushes.take(&of_content("good morning"), at(0));
        let again = |pushes: &Pushes, second| judge(pushes, &of_content("good morning"), true, at(second));
        assert_eq!(again(&pushes, 86_399), Err(PushIgnored::Duplicate));
        assert_eq!(again(&pushes, -5), Err(PushIgnored::Duplicate), "a clock that was set back");
        assert_eq!(again(&pushes, 86_400), Ok(()));
        pushes.take(&of_content("good morning"), at(86_400));
        assert_eq!(again(&pushes, 90_000), Err(PushIgnored::Duplicate));
        assert_eq!((pushes.seen.len(), pushes.receipts.len()), (1, 0), "there is nothing to say a receipt of");
        pushes.take(&push("1"), at(0));
        assert_eq!(judge(&pushes, &push("1"), true, at(86_400 * 20)), Err(PushIgnored::Duplicate), "an id is for ever");
    }

    #[test]
    fn a_notification_is_opened_once() {
        let mut pushes = Pushes::default();
        pushes.take(&push("1"), at(0));
        assert!(!pushes.open("1", at(1)).is_empty());
        assert!(pushes.open("1", at(2)).is_empty());
        assert_eq!(owed(&pushes), [(ReceiptKind::Delivered, "1"), (ReceiptKind::Read, "1")]);
        pushes.open("2", at(3));
        let both = [(ReceiptKind::Delivered, "2"), (ReceiptKind::Read, "2")];
        assert_eq!(owed(&pushes)[2..], both, "the system showed it without the app");
        assert_eq!(judge(&pushes, &push("2"), true, at(4)), Err(PushIgnored::Duplicate));
    }

    #[test]
    fn receipts_are_settled_by_what_they_say() {
        let mut pushes = Pushes::default();
        pushes.take(&push("1"), at(0));
        pushes.take(&push("2"), at(0));
        let answered = Receipt { number: 77, kind: ReceiptKind::Delivered, message: "1".to_owned() };
        assert_eq!(pushes.settle(&answered), [Record::Gone(2)]);
        assert_eq!(pushes.settle(&answered), [], "another process did that");
        assert_eq!(owed(&pushes), [(ReceiptKind::Delivered, "2")]);
        assert!(pushes.owe(ReceiptKind::Delivered, "2").is_empty(), "once is enough");
    }

    #[test]
    fn receipts_are_bounded() {
        let mut pushes = Pushes::default();
        for number in 0..RECEIPTS + 3 {
            pushes.owe(ReceiptKind::Read, &number.to_string());
        }
        assert_eq!((pushes.receipts.len(), owed(&pushes)[0]), (RECEIPTS, (ReceiptKind::Read, "3")));
    }

    /// What the disk has once the records are written.
    fn write(disk: &mut BTreeMap<i64, Record>, records: Vec<Record>) {
        for record in records {
            let number = match &record {
                Record::Seen(seen) => seen.number,
                Record::Told(told) => told.number,
                Record::Owed(receipt) => receipt.number,
                Record::Gone(number) => {
                    disk.remove(number).expect("what goes was there");
                    continue;
                }
                other => unreachable!("{other:?}"),
            };
            assert_eq!(disk.insert(number, record), None, "a number of its own");
        }
    }

    proptest! {
        #[test]
        fn memory_and_disk_agree_and_stay_within_bounds(
            steps in proptest::collection::vec((0_u16..900, 0_i64..4_000, any::<bool>()), 1..900),
        ) {
            let (mut pushes, mut disk, mut now) = (Pushes::default(), BTreeMap::new(), 0);
            for (id, passed, opened) in steps {
                now += passed;
                let thing = Content::Task(Some((id % 50).to_string()));
                let push = PushMessage { version: Some(now + i64::from(id)), content: thing, ..push(&id.to_string()) };
                let known = pushes.seen(push.key).is_some();
                let judged = judge(&pushes, &push, true, at(now));
                prop_assert_eq!(judged == Err(PushIgnored::Duplicate), known);
                if opened {
                    write(&mut disk, pushes.open(&id.to_string(), at(now)));
                } else if judged.is_ok() {
                    write(&mut disk, pushes.take(&push, at(now)));
                }
                prop_assert!(pushes.seen.len() <= KEPT + SLACK);
            }
            let seen = pushes.seen.iter().map(|seen| (seen.number, Record::Seen(*seen)));
            let told = pushes.told.iter().map(|told| (told.number, Record::Told(*told)));
            let owed = pushes.receipts.iter().map(|receipt| (receipt.number, Record::Owed(Arc::clone(receipt))));
            let memory: BTreeMap<_, _> = seen.chain(told).chain(owed).collect();
            let keys: BTreeMap<_, _> = pushes.seen.iter().map(|seen| (seen.key, seen)).collect();
            prop_assert_eq!(keys.len(), pushes.seen.len(), "each once");
            prop_assert_eq!(memory, disk);
        }
    }
}
