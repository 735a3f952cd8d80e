//! Messages of the programme to the member, newest first, and which of them were read.
//!
//! Pure. What was read on this phone is shown as read at once and stays so: the platform is told when there is a network,
//! and it has no way to make a message unread again. Only the newest are kept; of the others, how many are unread is
//! known from the platform.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::push::{PushMessage, Pushes, ReceiptKind, Record};
use crate::types::{Freshness, Timestamp};

/// How many messages are kept on the phone. Older ones stay with the platform.
pub(crate) const KEPT: usize = 300;
/// Up to so many are marked as read one by one, which marks no message that the member has not got yet.
const ONE_BY_ONE: usize = 20;
/// Begins the id of a message that a push brought without the platform's own.
const OF_A_PUSH: &str = "push:";
/// Goes on where the push had no id either: there is no receipt of such a one.
const OF_NO_ID: char = '~';

/// A message to the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, uniffi::Record)]
pub struct Message {
    /// The platform's id.
    pub id: String,
    /// In the tenant's language.
    pub title: String,
    /// In the tenant's language.
    pub body: String,
    /// A shorter form of it, where the platform has one.
    pub summary: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// The member has read it, here or elsewhere.
    pub read: bool,
    /// A picture, over `https`.
    pub image_url: Option<String>,
}

/// What the inbox screen shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct InboxView {
    /// Newest first; 300 at most.
    pub messages: Vec<Message>,
    /// Unread messages, those included that are not on this phone.
    pub unread: u32,
    /// There are older messages that `load_inbox` can fetch.
    pub more: bool,
    /// How fresh the newest messages are.
    pub freshness: Freshness,
}

/// What is kept of the inbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inbox {
    /// Newest first, without gaps.
    pub(crate) messages: Vec<Message>,
    pub(crate) rest: Rest,
}

/// What is known of the messages that are not kept. Kept as one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Rest {
    /// There are some.
    pub(crate) more: bool,
    /// So many of them are unread.
    pub(crate) unread: u32,
}

/// One page of the platform's inbox, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct InboxPage {
    pub(crate) messages: Vec<Message>,
    /// The platform may have older ones.
    pub(crate) more: bool,
    /// Unread messages, of all that the platform has; none where it did not say.
    pub(crate) unread: Option<u64>,
}

/// The id of a message that a push brought without the platform's own.
pub(crate) fn of_a_push(push: &PushMessage) -> String {
    match &push.id {
        Some(id) => format!("{OF_A_PUSH}{id}"),
        None => format!("{OF_A_PUSH}{OF_NO_ID}{:032x}", push.key),
    }
}

/// The order of the inbox.
pub(crate) fn newest_first(a: &Message, b: &Message) -> Ordering {
    b.at.cmp(&a.at).then_with(|| b.id.cmp(&a.id))
}

impl Inbox {
    /// Puts a message that a push brought where it belongs. What the platform or the member made of it before stands.
    pub(crate) fn add(&mut self, message: &Message) -> Option<Record> {
        if self.holds(&message.id) {
            return None;
        }
        let older = self.messages.iter().position(|known| known.at <= message.at).unwrap_or(self.messages.len());
        self.messages.insert(older, message.clone());
        Some(Record::Message(message.clone()))
    }

    pub(crate) fn holds(&self, id: &str) -> bool {
        self.messages.iter().any(|known| known.id == id)
    }

    /// Takes a message out that is revoked.
    pub(crate) fn remove(&mut self, id: &str) -> Option<Record> {
        let at = self.messages.iter().position(|known| known.id == id)?;
        Some(Record::NoMessage(self.messages.remove(at).id))
    }

    /// The inbox after a page that begins `from` messages behind the newest. `current` is false where the platform was
    /// asked before it knew what this phone had told it of reading.
    ///
    /// As with the history, the newest page tells what is true of its stretch of time, and what it does not reach goes.
    /// A message that a push brought without an id is the platform's own of the same words from now on.
    pub(crate) fn apply(&mut self, from: usize, page: &InboxPage, current: bool, pushes: &mut Pushes) -> Vec<Record> {
        let mut records = Vec::new();
        let before = std::mem::take(&mut self.messages);
        let mut unread_there = 0_usize;
        let mut newest = Vec::new();
        for message in &page.messages {
            let known = before.iter().find(|known| known.id == message.id);
            let twin = before.iter().find(|known| {
                known.id.starts_with(OF_A_PUSH) && known.title == message.title && known.body == message.body
            });
            let read_here = known.is_some_and(|known| known.read)
                || pushes.owes(ReceiptKind::MessageRead, &message.id)
                || (from > 0 && pushes.owes(ReceiptKind::AllRead, ""));
            let read_as_push = known.is_none() && !message.read && twin.is_some_and(|twin| twin.read);
            if read_as_push {
                records.extend(pushes.owe(ReceiptKind::MessageRead, &message.id));
            }
            unread_there += usize::from(!message.read);
            newest.push(Message { read: message.read || read_here || read_as_push, ..message.clone() });
        }
        let all_read = pushes.owes(ReceiptKind::AllRead, "");
        let unread_kept = |messages: &[Message]| {
            let unread = |message: &&Message| !message.read || pushes.owes(ReceiptKind::MessageRead, &message.id);
            messages.iter().filter(unread).count()
        };
        if from == 0 {
            let reaches = page.messages.last().and_then(|oldest| before.iter().position(|known| known.id == oldest.id));
            let mut older = match reaches {
                Some(at) if page.more => before.get(at + 1..).unwrap_or_default().to_vec(),
                _ => Vec::new(),
            };
            older.retain(|known| !known.id.starts_with(OF_A_PUSH) && newest.iter().all(|new| new.id != known.id));
            // More unread ones than the platform has: some of the older were read elsewhere, and which is not known.
            if page.unread.is_some_and(|all| all < (unread_there + unread_kept(&older)) as u64) {
                older.clear();
            }
            let unread = page.unread.map(|all| all.saturating_sub((unread_there + unread_kept(&older)) as u64));
            let unread = unread.map(|rest| u32::try_from(rest).unwrap_or(u32::MAX));
            // Behind what is kept there is what there was, unless the page is the end.
            let more = page.more && (older.is_empty() || self.rest.more);
            self.rest = Rest {
                more,
                unread: match unread {
                    _ if !more || all_read => 0,
                    Some(unread) if current => unread,
                    _ => self.rest.unread,
                },
            };
            newest.extend(older);
            self.messages = newest;
        } else {
            self.messages = before;
            for known in &mut self.messages {
                known.read |= newest.iter().any(|new| new.id == known.id && new.read);
            }
            newest.retain(|new| self.messages.iter().all(|known| known.id != new.id));
            let unread = u32::try_from(newest.iter().filter(|new| !new.read).count()).unwrap_or(u32::MAX);
            self.messages.extend(newest);
            self.rest.more = page.more;
            self.rest.unread = if page.more { self.rest.unread.saturating_sub(unread) } else { 0 };
        }
        self.messages.sort_by(newest_first);
        if self.messages.len() > KEPT {
            let unread = self.messages.iter().skip(KEPT).filter(|message| !message.read).count();
            self.messages.truncate(KEPT);
            self.rest =
                Rest { more: true, unread: self.rest.unread.saturating_add(u32::try_from(unread).unwrap_or(u32::MAX)) };
        }
        records
    }

    /// Marks messages as read, none given: all. What the platform is to be told of it goes into the receipts.
    pub(crate) fn read(&mut self, ids: Option<&[String]>, pushes: &mut Pushes) -> Vec<Record> {
        let chosen = |message: &Message| !message.read && ids.is_none_or(|ids| ids.contains(&message.id));
        let unread = self.messages.iter().filter(|message| chosen(message)).count();
        let at_once = ids.is_none() && (unread > ONE_BY_ONE || self.rest.unread > 0);
        let mut records = Vec::new();
        for message in self.messages.iter_mut().filter(|message| chosen(message)) {
            message.read = true;
            match message.id.strip_prefix(OF_A_PUSH) {
                // By its own id, once that is known; the push itself is read from now on.
                Some(push) if push.starts_with(OF_NO_ID) => {}
                Some(push) => records.extend(pushes.owe(ReceiptKind::Read, push)),
                None if !at_once => records.extend(pushes.owe(ReceiptKind::MessageRead, &message.id)),
                None => {}
            }
        }
        if at_once {
            records.extend(pushes.owe(ReceiptKind::AllRead, ""));
            self.rest.unread = 0;
        }
        records
    }

    /// How many messages are kept that the platform has by these ids.
    pub(crate) fn loaded(&self) -> usize {
        self.messages.iter().filter(|message| !message.id.starts_with(OF_A_PUSH)).count()
    }

    /// What the inbox screen shows.
    pub(crate) fn view(&self, freshness: Freshness) -> InboxView {
        let unread = self.messages.iter().filter(|message| !message.read).count();
        InboxView {
            unread: self.rest.unread.saturating_add(u32::try_from(unread).unwrap_or(u32::MAX)),
            messages: self.messages.clone(),
            more: self.rest.more && self.messages.len() < KEPT,
            freshness,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::types::StaleReason;

    fn message(id: i64, read: bool) -> Message {
        Message {
            id: id.to_string(),
            title: format!("Message {id}"),
            body: String::new(),
            summary: None,
            at: Timestamp::from_second(1_790_000_000 + id).unwrap(),
            read,
            image_url: None,
        }
    }

    /// The platform's messages, numbered as they came, with how many it shows a page.
    struct There(Vec<Message>);

    const PAGE: usize = 5;

    impl There {
        fn new(count: i64) -> Self {
            Self((0..count).rev().map(|id| message(id, false)).collect())
        }

        fn page(&self, from: usize) -> InboxPage {
            let messages: Vec<_> = self.0.iter().skip(from).take(PAGE).cloned().collect();
            let unread = self.0.iter().filter(|message| !message.read).count() as u64;
            InboxPage { more: messages.len() == PAGE, messages, unread: (from == 0).then_some(unread) }
        }

        fn unread(&self) -> u32 {
            u32::try_from(self.0.iter().filter(|message| !message.read).count()).unwrap()
        }

        /// Takes the receipts that wait.
        fn take(&mut self, pushes: &mut Pushes) {
            for receipt in std::mem::take(&mut pushes.receipts) {
                let of = |message: &Message| receipt.kind == ReceiptKind::AllRead || message.id == receipt.message;
                self.0.iter_mut().filter(|message| of(message)).for_each(|message| message.read = true);
            }
        }
    }

    fn view(inbox: &Inbox) -> InboxView {
        inbox.view(Freshness::Unknown { reason: StaleReason::NotAsked })
    }

    fn ids(inbox: &Inbox) -> Vec<&str> {
        inbox.messages.iter().map(|message| message.id.as_str()).collect()
    }

    #[test]
    fn unread_messages_are_counted_though_they_are_not_here() {
        let (mut inbox, mut pushes, there) = (Inbox::default(), Pushes::default(), There::new(12));
        inbox.apply(0, &there.page(0), true, &mut pushes);
        assert_eq!((view(&inbox).unread, view(&inbox).more, ids(&inbox)), (12, true, vec!["11", "10", "9", "8", "7"]));
        inbox.read(Some(&["9".to_owned(), "nobody's".to_owned()]), &mut pushes);
        assert_eq!((view(&inbox).unread, pushes.receipts.len()), (11, 1));
        inbox.apply(5, &there.page(5), true, &mut pushes);
        inbox.apply(10, &there.page(10), true, &mut pushes);
        assert_eq!((view(&inbox).unread, view(&inbox).more, inbox.messages.len()), (11, false, 12));
    }

    #[test]
    fn a_sync_does_not_undo_what_was_read_and_not_sent() {
        let (mut inbox, mut pushes, mut there) = (Inbox::default(), Pushes::default(), There::new(12));
        inbox.apply(0, &there.page(0), true, &mut pushes);
        inbox.read(Some(&["9".to_owned()]), &mut pushes);
        inbox.apply(0, &there.page(0), true, &mut pushes);
        assert_eq!(view(&inbox).unread, 11);
        let before = there.page(0);
        there.take(&mut pushes);
        inbox.apply(0, &before, false, &mut pushes);
        assert_eq!(view(&inbox).unread, 11, "the platform was asked before it knew");
        inbox.read(None, &mut pushes);
        assert_eq!((view(&inbox).unread, inbox.read(None, &mut pushes).len()), (0, 0));
        inbox.apply(0, &there.page(0), true, &mut pushes);
        assert_eq!(view(&inbox).unread, 0, "those that are not here, too");
        there.take(&mut pushes);
        assert_eq!(there.unread(), 0);
    }

    #[test]
    fn few_are_read_one_by_one_so_that_none_is_that_nobody_saw() {
        let (mut inbox, mut pushes, mut there) = (Inbox::default(), Pushes::default(), There::new(3));
        inbox.apply(0, &there.page(0), true, &mut pushes);
        inbox.read(None, &mut pushes);
        there.0.insert(0, message(3, false));
        there.take(&mut pushes);
        inbox.apply(0, &there.page(0), true, &mut pushes);
        assert_eq!((there.unread(), view(&inbox).unread), (1, 1), "one came meanwhile");
    }

    #[test]
    fn what_a_page_does_not_reach_goes() {
        let (mut inbox, mut pushes) = (Inbox::default(), Pushes::default());
        inbox.apply(0, &There::new(3).page(0), true, &mut pushes);
        inbox.apply(0, &There::new(20).page(0), true, &mut pushes);
        assert_eq!(ids(&inbox), ["19", "18", "17", "16", "15"], "what lies between is not known");
        let mut there = There::new(6);
        there.0.remove(1);
        inbox.apply(0, &there.page(0), true, &mut pushes);
        assert_eq!(ids(&inbox), ["5", "3", "2", "1", "0"], "what the platform took away is gone");
    }

    #[test]
    fn only_the_newest_are_kept() {
        let (mut inbox, mut pushes) = (Inbox::default(), Pushes::default());
        let all: Vec<_> = There::new(400).0;
        let page = InboxPage { messages: all, more: false, unread: None };
        inbox.apply(0, &page, true, &mut pushes);
        assert_eq!((inbox.messages.len(), view(&inbox).unread, view(&inbox).more), (KEPT, 400, false));
        assert_eq!(ids(&inbox)[0], "399");
    }

    proptest! {
        /// Whatever is read here or there, pulled and sent in whatever order: once all is sent and pulled, both agree.
        #[test]
        fn phone_and_platform_come_to_agree(
            count in 0_i64..14,
            steps in proptest::collection::vec((0_u8..6, 0_i64..14), 0..30),
        ) {
            let (mut inbox, mut pushes, mut there) = (Inbox::default(), Pushes::default(), There::new(count));
            let mut read_here = std::collections::BTreeSet::new();
            for (step, id) in steps {
                match step {
                    0 => drop(inbox.apply(0, &there.page(0), true, &mut pushes)),
                    1 => {
                        let from = inbox.loaded();
                        inbox.apply(from, &there.page(from), true, &mut pushes);
                    }
                    2 => {
                        if inbox.holds(&id.to_string()) {
                            read_here.insert(id.to_string());
                        }
                        inbox.read(Some(&[id.to_string()]), &mut pushes);
                    }
                    3 => there.take(&mut pushes),
                    4 => there.0.iter_mut().filter(|message| message.id == id.to_string()).for_each(|m| m.read = true),
                    _ => {
                        let next = there.0.first().map_or(0, |newest| newest.id.parse::<i64>().unwrap() + 1);
                        there.0.insert(0, message(next, false));
                    }
                }
                let unread = |id: &String| inbox.messages.iter().any(|message| message.id == *id && !message.read);
                prop_assert!(!read_here.iter().any(unread), "read stays read");
                prop_assert!(inbox.messages.is_sorted_by(|a, b| a.at > b.at), "newest first, each once");
            }
            there.take(&mut pushes);
            inbox.apply(0, &there.page(0), true, &mut pushes);
            prop_assert_eq!(view(&inbox).unread, there.unread());
        }
    }
}
