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
            let pushed = before.iter().find(|known| {
                known.id.starts_with(OF_A_PUSH) && known.title == message.title && known.body == message.body
            });
            let read_here = known.is_some_and(|known| known.read);
            let read_as_push = known.is_none() && !message.read && pushed.is_some_and(|pushed| pushed.read);
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
            self.rest = Rest {
                more: true,
                unread: self.rest.unread.saturating_add(u32::try_from(unread).unwrap_or(u32::MAX)),
            };
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
