//! The queue of what the platform is still to be told: in order, bounded, nothing twice.
//!
//! Pure: it plans [`Step`]s, which storage carries out in one transaction, and then takes them over. So memory is never
//! ahead of disk, and one event is written for the price of one row, however long the queue is.
//!
//! An event gets its place in the installation's sequence when it is first sent. What is given up before (the queue was
//! full, the member signed out) leaves no gap; it is counted, and an event of its own reports it.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use imbl::Vector;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Data, DropReason, Dropped, Event, OutboxView, RefusedEvent, kind, number, text};
use crate::push::Pushes;
use crate::tasks::rules::Fact;
use crate::types::StaleReason;

/// How many events the platform takes at once.
pub(crate) const BATCH: usize = 100;
/// A batch is closed when it has so many bytes, roughly.
const BATCH_BYTES: usize = 256 << 10;
/// How many refused events are remembered.
const REFUSED: usize = 20;

/// How much may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) events: usize,
    pub(crate) bytes: usize,
}

impl Limits {
    /// For what is never given up.
    pub(crate) const NONE: Self = Self { events: usize::MAX, bytes: usize::MAX };
}

/// An event in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Queued {
    /// Its row. Grows along the queue.
    pub(crate) number: i64,
    pub(crate) event: Arc<Event>,
    /// Its place among what was sent, from the first time it is.
    pub(crate) sequence: Option<i64>,
    /// The platform has taken it. It stays for the tasks' prediction until an answer about tasks that was asked for after
    /// this question; 0 for before the app was opened.
    pub(crate) answered: Option<u64>,
}

/// What the queue has seen. Kept as one row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// The last place that was given.
    pub(crate) sequence: i64,
    /// Events the platform has taken.
    pub(crate) sent: u64,
    /// Events that were given up, ever.
    pub(crate) dropped: BTreeMap<DropReason, u64>,
    /// Of these, the ones that no event reports yet.
    pub(crate) unreported: BTreeMap<DropReason, u64>,
    /// Newest first.
    pub(crate) refused: VecDeque<RefusedEvent>,
}

/// One thing to do to the queue, on disk and in memory alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A new row.
    Insert(Arc<Queued>),
    /// The row holds another event, of the same id and place.
    Rewrite(Arc<Queued>),
    /// The row goes.
    Remove(i64),
    /// The row gets its place in the sequence.
    Sequence(i64, i64),
    /// The platform has taken the row's event; which question that was answered with.
    Answered(i64, u64),
    /// The counters are these now.
    Count(Tally),
}

/// What the platform said to one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) id: Uuid,
    /// It was taken, now or before. Else it was refused for good.
    pub(crate) taken: bool,
    /// It was taken before.
    pub(crate) again: bool,
    pub(crate) reason: Option<String>,
}

/// The queue.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    /// What is to be sent, oldest first.
    queue: Vector<Arc<Queued>>,
    /// What the platform has taken and tasks may not have counted yet.
    settling: Vec<Arc<Queued>>,
    /// What the queue takes on disk, roughly.
    bytes: usize,
    last_number: i64,
    tally: Tally,
}

impl Outbox {
    /// The queue as it was stored, in the order of its numbers.
    pub(crate) fn stored(rows: impl IntoIterator<Item = Queued>, tally: Tally) -> Self {
        let mut outbox = Self { tally, ..Self::default() };
        for row in rows {
            outbox.put(Arc::new(row));
        }
        outbox
    }

    fn put(&mut self, row: Arc<Queued>) {
        self.last_number = self.last_number.max(row.number);
        if row.answered.is_some() {
            self.settling.push(row);
        } else {
            self.bytes += row.event.size();
            self.queue.push_back(row);
        }
    }

    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// How many wait to be sent.
    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Every row, for a file that is made anew.
    pub(crate) fn rows(&self) -> impl Iterator<Item = &Arc<Queued>> {
        self.settling.iter().chain(&self.queue)
    }

    /// What tasks may not have counted yet, oldest first: so the platform has it, whichever of its replies were lost.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &Fact> {
        let mut rows: Vec<_> = self.rows().collect();
        rows.sort_by_key(|row| row.number);
        rows.into_iter().map(|row| &row.event.fact)
    }

    /// Whether an event waits that must not wait for a full batch.
    pub(crate) fn any(&self, urgent: impl Fn(&Fact) -> bool) -> bool {
        self.queue.iter().any(|row| urgent(&row.event.fact))
    }

    /// What it takes to put `events` at the end. Where there is no room, the oldest go that `keeps` does not name; never
    /// one that may be on its way. When all that waits is kept, the queue grows beyond its bounds.
    pub(crate) fn track(
        &self,
        events: impl IntoIterator<Item = Arc<Event>>,
        limits: Limits,
        keeps: impl Fn(&Fact) -> bool,
    ) -> Vec<Step> {
        let mut steps = Vec::new();
        let (mut count, mut bytes) = (self.queue.len(), self.bytes);
        for (number, event) in (self.last_number + 1..).zip(events) {
            count += 1;
            bytes += event.size();
            steps.push(Step::Insert(Arc::new(Queued { number, event, sequence: None, answered: None })));
        }
        if count <= limits.events && bytes <= limits.bytes {
            return steps;
        }
        // Some more than there must be, so that a full queue is not searched for each event.
        let (most, most_bytes) = (limits.events - limits.events / 100, limits.bytes - limits.bytes / 100);
        let mut dropped = 0;
        for row in self.queue.iter().filter(|row| row.sequence.is_none()) {
            if count <= most && bytes <= most_bytes {
                break;
            }
            if !is_kept(&row.event.fact) && !keeps(&row.event.fact) {
                count -= 1;
                bytes -= row.event.size();
                dropped += 1;
                steps.push(Step::Remove(row.number));
            }
        }
        if dropped > 0 {
            steps.push(Step::Count(self.tally.dropping(DropReason::Full, dropped)));
        }
        steps
    }

    /// What it takes to report what was given up; `report` makes an event of these data.
    pub(crate) fn report(&self, mut report: impl FnMut(Data) -> Event) -> Vec<Step> {
        let events = self.tally.unreported.iter().map(|(reason, count)| report(dropped(*reason, *count)));
        let mut steps: Vec<_> = (self.last_number + 1..)
            .zip(events)
            .map(|(number, event)| {
                Step::Insert(Arc::new(Queued { number, event: Arc::new(event), sequence: None, answered: None }))
            })
            .collect();
        if !steps.is_empty() {
            steps.push(Step::Count(Tally { unreported: BTreeMap::new(), ..self.tally.clone() }));
        }
        steps
    }

    /// What it takes to add `referrer` to the event that tells of the installation; none when that is on its way.
    pub(crate) fn refer(&self, referrer: &str) -> Option<Step> {
        let row = self.queue.iter().find(|row| row.event.fact.event == kind::INSTALLED && row.sequence.is_none())?;
        let mut event = Event::clone(&row.event);
        event.data.insert("referrer".to_owned(), text(referrer));
        event.fact.fields.insert("referrer".to_owned(), referrer.to_owned());
        Some(Step::Rewrite(Arc::new(Queued { event: Arc::new(event), ..Queued::clone(row) })))
    }

    /// The oldest events, at most `most`, each with its place in the sequence once the steps are taken.
    pub(crate) fn batch(&self, most: usize) -> (Vec<Arc<Queued>>, Vec<Step>) {
        let mut steps = Vec::new();
        let mut batch = Vec::new();
        let (mut bytes, mut last) = (0, self.tally.sequence);
        for row in self.queue.iter().take(most.clamp(1, BATCH)) {
            bytes += row.event.size();
            if bytes > BATCH_BYTES && !batch.is_empty() {
                break;
            }
            if row.sequence.is_some() {
                batch.push(Arc::clone(row));
                continue;
            }
            last += 1;
            steps.push(Step::Sequence(row.number, last));
            batch.push(Arc::new(Queued { sequence: Some(last), ..Queued::clone(row) }));
        }
        if !steps.is_empty() {
            steps.push(Step::Count(Tally { sequence: last, ..self.tally.clone() }));
        }
        (batch, steps)
    }

    /// What the platform's replies to `batch` lead to. A reply to what was not sent is ignored; what got no reply stays
    /// and is sent again. `predicts` names what stays until the tasks have it, `question` what that must come after.
    pub(crate) fn answered(
        &self,
        batch: &[Arc<Queued>],
        replies: &[Reply],
        question: u64,
        predicts: impl Fn(&Fact) -> bool,
    ) -> Vec<Step> {
        let replies: HashMap<Uuid, &Reply> = replies.iter().rev().map(|reply| (reply.id, reply)).collect();
        let mut tally = self.tally.clone();
        let mut steps = Vec::new();
        for row in batch {
            let fact = &row.event.fact;
            // Another process, or a sign-out, may have removed it meanwhile.
            let known = self.queue.binary_search_by_key(&row.number, |row| row.number);
            let (Ok(_), Some(reply)) = (known, replies.get(&fact.id)) else { continue };
            if reply.taken {
                tally.sent += 1;
                let step = if predicts(fact) { Step::Answered(row.number, question) } else { Step::Remove(row.number) };
                steps.push(step);
            } else {
                tally.refuse(fact, reply.reason.clone());
                steps.push(Step::Remove(row.number));
            }
        }
        if !steps.is_empty() {
            steps.push(Step::Count(tally));
        }
        steps
    }

    /// What it takes to go on without `row`, which the platform cannot take.
    pub(crate) fn set_aside(&self, row: &Queued, reason: &str) -> Vec<Step> {
        let mut tally = self.tally.clone();
        tally.refuse(&row.event.fact, Some(reason.to_owned()));
        vec![Step::Remove(row.number), Step::Count(tally)]
    }

    /// What it takes now that the platform answered what its tasks had counted when `question` was asked. What `awaits`
    /// names it could not count yet.
    pub(crate) fn settled(&self, question: u64, awaits: impl Fn(&Fact) -> bool) -> Vec<Step> {
        let over = self.settling.iter().filter(|row| row.answered.is_some_and(|answered| answered < question));
        over.filter(|row| !awaits(&row.event.fact)).map(|row| Step::Remove(row.number)).collect()
    }

    /// What it takes when the member goes: what happened while they were signed in goes, too. What may be on its way keeps
    /// its place, so that no gap is left, and says instead that an event was given up.
    pub(crate) fn forget(&self) -> Vec<Step> {
        let mut steps = Vec::new();
        let (mut unsent, mut on_the_way) = (0, 0);
        for row in self.rows().filter(|row| row.event.of_member) {
            if row.answered.is_none() && row.sequence.is_some() {
                on_the_way += 1;
                steps.push(Step::Rewrite(Arc::new(Queued {
                    event: Arc::new(row.event.given_up()),
                    ..Queued::clone(row)
                })));
            } else {
                unsent += u64::from(row.answered.is_none());
                steps.push(Step::Remove(row.number));
            }
        }
        let mut tally = self.tally.clone();
        if unsent + on_the_way > 0 {
            tally = tally.dropping(DropReason::SignedOut, unsent);
            *tally.dropped.entry(DropReason::SignedOut).or_default() += on_the_way;
            tally.unreported.retain(|_, count| *count > 0);
        }
        // What was refused may tell of the member.
        tally.refused.clear();
        if tally != self.tally {
            steps.push(Step::Count(tally));
        }
        steps
    }

    /// Takes over what was stored. The steps are those of this very queue.
    pub(crate) fn take(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Insert(row) => self.put(Arc::clone(row)),
                Step::Rewrite(row) => _ = self.replace(Arc::clone(row)),
                Step::Remove(number) => _ = self.remove(*number),
                Step::Sequence(number, sequence) => {
                    if let Some(row) = self.get(*number) {
                        self.replace(Arc::new(Queued { sequence: Some(*sequence), ..Queued::clone(&row) }));
                    }
                }
                Step::Answered(number, question) => {
                    if let Some(row) = self.remove(*number) {
                        self.settling.push(Arc::new(Queued { answered: Some(*question), ..Queued::clone(&row) }));
                    }
                }
                Step::Count(tally) => self.tally = tally.clone(),
            }
        }
    }

    fn get(&self, number: i64) -> Option<Arc<Queued>> {
        let at = self.queue.binary_search_by_key(&number, |row| row.number).ok()?;
        self.queue.get(at).cloned()
    }

    fn replace(&mut self, row: Arc<Queued>) -> Option<()> {
        let at = self.queue.binary_search_by_key(&row.number, |row| row.number).ok()?;
        let place = self.queue.get_mut(at)?;
        self.bytes = (self.bytes - place.event.size()) + row.event.size();
        *place = row;
        Some(())
    }

    fn remove(&mut self, number: i64) -> Option<Arc<Queued>> {
        if let Ok(at) = self.queue.binary_search_by_key(&number, |row| row.number) {
            let row = self.queue.remove(at);
            self.bytes -= row.event.size();
            return Some(row);
        }
        let at = self.settling.iter().position(|row| row.number == number)?;
        Some(self.settling.remove(at))
    }

    /// Keeps what only this process knows of rows that another one may have touched: which question they were answered
    /// with.
    pub(crate) fn adopt(&mut self, before: &Self) {
        for row in &mut self.settling {
            let known = before.settling.iter().find(|known| known.event.fact.id == row.event.fact.id);
            if let Some(known) = known {
                *row = Arc::new(Queued { answered: known.answered, ..Queued::clone(row) });
            }
        }
    }

    /// What the settings screen shows.
    pub(crate) fn view(&self, acts: usize, pushes: &Pushes, stopped: Option<StaleReason>) -> OutboxView {
        OutboxView {
            queued: count(self.queue.len()),
            oldest: self.queue.front().map(|row| row.event.fact.at),
            sent: self.tally.sent,
            dropped: self.tally.dropped.iter().map(|(&reason, &count)| Dropped { reason, count }).collect(),
            refused: self.tally.refused.iter().cloned().collect(),
            acts: count(acts),
            receipts: count(pushes.receipts.len()),
            ignored_pushes: pushes.ignored(),
            ignored_links: pushes.tally.links,
            stopped,
        }
    }
}

/// The data of an event that reports others.
pub(super) fn dropped(reason: DropReason, count: u64) -> Data {
    let reason = match reason {
        DropReason::Full => "full",
        DropReason::SignedOut => "signedOut",
    };
    Data::from_iter([("reason".to_owned(), text(reason)), ("count".to_owned(), number(count))])
}

/// A count as it crosses the boundary.
pub(crate) fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What is never given up, whatever tasks there are.
fn is_kept(fact: &Fact) -> bool {
    matches!(fact.event.as_str(), kind::INSTALLED | kind::ATTRIBUTED | kind::DROPPED)
}

impl Tally {
    fn dropping(&self, reason: DropReason, count: u64) -> Self {
        let mut tally = self.clone();
        *tally.dropped.entry(reason).or_default() += count;
        *tally.unreported.entry(reason).or_default() += count;
        tally
    }

    fn refuse(&mut self, fact: &Fact, reason: Option<String>) {
        let reason = reason.map(|reason| reason.chars().take(200).collect());
        self.refused.push_front(RefusedEvent { kind: fact.event.clone(), at: fact.at, reason });
        self.refused.truncate(REFUSED);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;
    use crate::types::Timestamp;

    const LIMITS: Limits = Limits { events: 200, bytes: 1 << 20 };

    fn event(kind: &str, id: u128) -> Arc<Event> {
        let at = Timestamp::from_second(1_790_000_000).unwrap();
        Arc::new(Event::new(kind, Data::new(), Uuid::from_u128(id), at, &TimeZone::UTC, kind != "app.installed"))
    }

    fn take(outbox: &mut Outbox, steps: &[Step]) {
        outbox.take(steps);
        let numbers: Vec<_> = outbox.queue.iter().map(|row| row.number).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "the queue is in order");
        assert_eq!(outbox.bytes, outbox.queue.iter().map(|row| row.event.size()).sum::<usize>());
        let sequences: Vec<_> = outbox.queue.iter().map_while(|row| row.sequence).collect();
        assert!(sequences.is_sorted_by(|a, b| a < b));
    }

    fn tracked(ids: std::ops::Range<u128>) -> Outbox {
        let mut outbox = Outbox::default();
        let steps = outbox.track(ids.map(|id| event("card.shown", id)), LIMITS, |_| false);
        take(&mut outbox, &steps);
        outbox
    }

    fn ids(rows: &[Arc<Queued>]) -> Vec<u128> {
        rows.iter().map(|row| row.event.fact.id.as_u128()).collect()
    }

    fn taken(id: u128) -> Reply {
        Reply { id: Uuid::from_u128(id), taken: true, again: false, reason: None }
    }

    #[test]
    fn a_full_queue_gives_up_the_oldest_that_nobody_counts_and_says_so() {
        let mut outbox = Outbox::default();
        let events = [event("app.installed", 0), event("offer.viewed", 1), event("card.shown", 2)];
        let steps = outbox.track(events, LIMITS, |_| false);
        take(&mut outbox, &steps);
        for id in 3..250 {
            let steps = outbox.track([event("card.shown", id)], LIMITS, |fact| fact.event == "offer.viewed");
            take(&mut outbox, &steps);
        }
        assert!(outbox.len() <= LIMITS.events);
        let (batch, _) = outbox.batch(3);
        assert_eq!(ids(&batch)[..2], [0, 1], "what counts stays");
        let gone = 250 - outbox.len() as u64;
        assert_eq!(outbox.tally.dropped, BTreeMap::from([(DropReason::Full, gone)]));
        let steps = outbox.report(|data| Event { data, ..Event::clone(&event("events.dropped", 999)) });
        take(&mut outbox, &steps);
        let last = outbox.queue.back().unwrap();
        assert_eq!(last.event.data.get("count").unwrap().clone(), number(gone));
        assert!(outbox.report(|_| unreachable!("nothing new to report")).is_empty());
    }

    #[test]
    fn what_is_on_its_way_is_not_given_up() {
        let mut outbox = tracked(0..150);
        let (batch, steps) = outbox.batch(BATCH);
        take(&mut outbox, &steps);
        let steps = outbox.track((150..400).map(|id| event("card.shown", id)), LIMITS, |_| false);
        take(&mut outbox, &steps);
        assert_eq!(ids(&outbox.batch(BATCH).0), ids(&batch));
    }

    #[test]
    fn bytes_bound_the_queue_as_well() {
        let limits = Limits { events: 200, bytes: 20 * event("card.shown", 0).size() };
        let mut outbox = Outbox::default();
        for id in 0..50 {
            let steps = outbox.track([event("card.shown", id)], limits, |_| false);
            take(&mut outbox, &steps);
            assert!(outbox.bytes <= limits.bytes);
        }
    }

    #[test]
    fn what_gets_no_reply_is_sent_again_with_its_place() {
        let mut outbox = tracked(0..5);
        let (batch, steps) = outbox.batch(BATCH);
        take(&mut outbox, &steps);
        let replies =
            [taken(0), taken(3), taken(77), Reply { id: Uuid::from_u128(4), taken: false, again: false, reason: None }];
        let steps = outbox.answered(&batch, &replies, 9, |_| false);
        take(&mut outbox, &steps);
        let (again, steps) = outbox.batch(BATCH);
        assert!(steps.is_empty(), "they have their places");
        assert_eq!(
            again.iter().map(|row| (row.event.fact.id.as_u128(), row.sequence)).collect::<Vec<_>>(),
            [(1, Some(2)), (2, Some(3))]
        );
        assert_eq!((outbox.tally.sent, outbox.tally.refused.len()), (2, 1));
    }

    #[test]
    fn what_tasks_count_stays_until_an_answer_that_was_asked_for_later() {
        let mut outbox = tracked(0..2);
        let (batch, steps) = outbox.batch(BATCH);
        take(&mut outbox, &steps);
        let steps = outbox.answered(&batch, &[taken(0), taken(1)], 7, |fact| fact.id.as_u128() == 1);
        take(&mut outbox, &steps);
        assert_eq!(outbox.len(), 0);
        assert_eq!(outbox.facts().count(), 1);
        assert!(outbox.settled(7, |_| false).is_empty(), "that question was asked before the event arrived");
        assert!(outbox.settled(8, |_| true).is_empty(), "something else must come first");
        let steps = outbox.settled(8, |_| false);
        take(&mut outbox, &steps);
        assert_eq!(outbox.facts().count(), 0);
    }

    #[test]
    fn a_lost_reply_changes_nothing_about_the_order_for_tasks() {
        let mut outbox = tracked(0..4);
        let (batch, steps) = outbox.batch(3);
        take(&mut outbox, &steps);
        let steps = outbox.answered(&batch, &[taken(2), taken(1)], 7, |_| true);
        take(&mut outbox, &steps);
        assert_eq!(outbox.facts().map(|fact| fact.id.as_u128()).collect::<Vec<_>>(), [0, 1, 2, 3]);
    }

    #[test]
    fn a_member_who_goes_takes_their_events_along_and_leaves_the_installations() {
        let mut outbox = tracked(1..4);
        let steps = outbox.track([event("app.installed", 9)], LIMITS, |_| false);
        take(&mut outbox, &steps);
        let steps = outbox.forget();
        take(&mut outbox, &steps);
        assert_eq!(ids(&outbox.batch(BATCH).0), [9]);
        assert_eq!(outbox.tally.dropped, BTreeMap::from([(DropReason::SignedOut, 3)]));
    }

    #[test]
    fn a_referrer_joins_the_installation_until_that_is_on_its_way() {
        let mut outbox = Outbox::default();
        let steps = outbox.track([event("app.installed", 9)], LIMITS, |_| false);
        take(&mut outbox, &steps);
        let step = outbox.refer("campaign").unwrap();
        take(&mut outbox, &[step]);
        let (batch, steps) = outbox.batch(BATCH);
        assert_eq!(batch[0].event.data.get("referrer").unwrap().clone(), text("campaign"));
        take(&mut outbox, &steps);
        assert!(outbox.refer("other").is_none());
    }

    /// What can happen to a queue and the platform behind it.
    #[derive(Clone, Debug)]
    enum Turn {
        Track(u8, bool),
        /// How much of the batch arrives, which replies get lost.
        Send {
            most: u8,
            arrives: bool,
            lost: u64,
        },
        SignOut,
        Report,
    }

    fn turn() -> impl Strategy<Value = Turn> {
        prop_oneof![
            4 => (1_u8..40, any::<bool>()).prop_map(|(count, counts)| Turn::Track(count, counts)),
            4 => (1_u8..=120, any::<bool>(), any::<u64>())
                .prop_map(|(most, arrives, lost)| Turn::Send { most, arrives, lost }),
            1 => Just(Turn::SignOut),
            1 => Just(Turn::Report),
        ]
    }

    proptest! {
        #[test]
        fn nothing_is_lost_without_being_counted_and_places_have_no_gaps(turns in prop::collection::vec(turn(), 1..60)) {
            let mut outbox = Outbox::default();
            let mut next = 0_u128;
            // What the platform has: place and id, in the order of their first arrival.
            let mut arrived: Vec<(i64, Uuid)> = Vec::new();
            let mut seen = BTreeSet::new();
            for turn in turns {
                let steps = match turn {
                    Turn::Track(count, counts) => {
                        let kind = if counts { "offer.viewed" } else { "card.shown" };
                        let events = (next..next + u128::from(count)).map(|id| event(kind, id)).collect::<Vec<_>>();
                        next += u128::from(count);
                        outbox.track(events, LIMITS, |fact| fact.event == "offer.viewed")
                    }
                    Turn::Send { most, arrives, lost } => {
                        let (batch, steps) = outbox.batch(usize::from(most));
                        take(&mut outbox, &steps);
                        if !arrives {
                            continue;
                        }
                        for row in &batch {
                            if seen.insert(row.event.fact.id) {
                                arrived.push((row.sequence.unwrap(), row.event.fact.id));
                            }
                        }
                        let replies: Vec<_> = (0_u64..).zip(&batch).filter(|(at, _)| lost >> (at % 64) & 1 == 0)
                            .map(|(_, row)| Reply { id: row.event.fact.id, taken: true, again: false, reason: None }).collect();
                        outbox.answered(&batch, &replies, 1, |_| false)
                    }
                    Turn::SignOut => outbox.forget(),
                    Turn::Report => {
                        let mut id = next;
                        let steps = outbox.report(|data| {
                            id += 1;
                            Event { data, of_member: false, ..Event::clone(&event("events.dropped", id - 1)) }
                        });
                        next = id;
                        steps
                    }
                };
                take(&mut outbox, &steps);
            }
            // Drain.
            while outbox.len() > 0 {
                let (batch, steps) = outbox.batch(BATCH);
                take(&mut outbox, &steps);
                let replies: Vec<_> = batch.iter().map(|row| taken(row.event.fact.id.as_u128())).collect();
                for row in &batch {
                    if seen.insert(row.event.fact.id) {
                        arrived.push((row.sequence.unwrap(), row.event.fact.id));
                    }
                }
                let steps = outbox.answered(&batch, &replies, 1, |_| false);
                take(&mut outbox, &steps);
            }
            let places: BTreeSet<i64> = arrived.iter().map(|(place, _)| *place).collect();
            prop_assert_eq!(places.len(), arrived.len(), "no place twice");
            let given_up: u64 = outbox.tally.dropped.values().sum();
            let made = u64::try_from(next).unwrap();
            prop_assert!(arrived.len() as u64 + given_up >= made, "all arrived or are counted");
            prop_assert!(arrived.is_sorted(), "in order");
            prop_assert_eq!(places.last().copied().unwrap_or_default(), i64::try_from(places.len()).unwrap(), "without gaps");
            // What was on its way when the member went may have arrived and is counted as given up, too.
            if !outbox.tally.dropped.contains_key(&DropReason::SignedOut) {
                prop_assert_eq!(arrived.len() as u64 + given_up, made);
            }
        }
    }
}
