//! Telling the platform what happened: tracking, batches, what becomes of the replies.
//!
//! An event that was tracked is on disk before the caller hears so; events that come at the same time share one commit.
//! [`Engine::flush`] sends what the member asked for, then receipts, then the events, oldest first. Delivery is at least once: an event
//! leaves the outbox with the platform's reply to it, and its id makes sure that the effect is there once.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::Shared;
use jiff::SignedDuration;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::tokens::{Turn, take_turn, wait_for_turn};
use super::{Engine, Wait, stale_reason};
use crate::acts::{Act, Ask, Of};
use crate::error::{Error, Result};
use crate::events::outbox::{BATCH, Queued, Step, count};
use crate::events::{Activity, Data, Event, FlushReport, Installation, installed_id, kind, text};
use crate::platform::Sent;
use crate::runtime::blocking;
use crate::session::Phase;
use crate::state::{Change, Part, State};
use crate::storage::vault::StoredTokens;
use crate::tasks;
use crate::types::{Screen, StaleReason, Timestamp};

/// While the app is in front, events wait at most this long for others to go with.
const FLUSH_EVERY: Duration = Duration::from_secs(10);

/// How long a sign-out waits for what is still to be told.
pub(super) const FLUSH_BEFORE_SIGN_OUT: Duration = Duration::from_secs(4);

/// A member who was away for longer begins a new session.
const SESSION_GAP: Duration = Duration::from_mins(30);

/// Events on their way to the disk.
#[derive(Default)]
pub(super) struct Incoming {
    next: Option<Commit>,
    /// Somebody is writing, and will look again before they stop.
    writing: bool,
}

/// Events that share a commit, and what became of it: one signal for all who wait.
struct Commit {
    events: Vec<Arc<Event>>,
    tell: oneshot::Sender<Result<()>>,
    told: CommitOutcome,
}

/// What became of the commit; an error, too, where nobody writes any more.
pub(crate) type CommitOutcome = Shared<oneshot::Receiver<Result<()>>>;

impl Default for Commit {
    fn default() -> Self {
        let (tell, told) = oneshot::channel();
        Self { events: Vec::new(), tell, told: told.shared() }
    }
}

/// Says at the end that nobody is writing any more.
struct Writing<'a>(&'a Mutex<Incoming>);

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut incoming = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            incoming.writing = false;
            incoming.next = None;
        }
    }
}

/// What is known of the way to the platform.
#[derive(Default)]
pub(super) struct Outgoing {
    wait: Wait,
    /// How many events the platform took at once, while it refuses more.
    most: Option<usize>,
    /// When events were sent last, since boot.
    last: Option<Duration>,
    /// Why the last attempt ended early.
    stopped: Option<StaleReason>,
    /// When the app was last in front, since boot.
    active: Option<Duration>,
}

impl Engine {
    /// An event that happens now, to whoever is signed in.
    pub(super) fn event(&self, kind: &str, data: Data) -> Event {
        let state = self.state();
        let at = state.clock.now(&self.clock.read()).at;
        let of_member = state.session.phase != Phase::SignedOut;
        Event::new(kind, data, new_id(at), at, &self.zone, of_member)
    }

    /// The event of an activity that happens now.
    ///
    /// # Errors
    /// [`Error::Rejected`] where a custom activity is out of bounds.
    pub(crate) fn happened(&self, activity: Activity) -> Result<Event> {
        let (kind, data) = crate::events::read(activity)?;
        Ok(self.event(kind, data))
    }

    /// Puts an event in the way to the disk. True for the one who must now call [`Self::write_incoming`].
    pub(crate) fn take_in(&self, event: Event) -> (CommitOutcome, bool) {
        let event = Arc::new(event);
        let mut incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
        let commit = incoming.next.get_or_insert_default();
        commit.events.push(event);
        let told = commit.told.clone();
        let first = !std::mem::replace(&mut incoming.writing, true);
        (told, first)
    }

    /// Writes what is on its way, all of it in one commit, until there is no more. Blocks on the disk.
    pub(crate) fn write_incoming(self: &Arc<Self>) {
        // A panic must not leave those who come later waiting for a writer that is gone.
        let _done = Writing(&self.incoming);
        loop {
            let Commit { events, tell, .. } = {
                let mut incoming = self.incoming.lock().unwrap_or_else(PoisonError::into_inner);
                let Some(commit) = incoming.next.take() else {
                    // Under this very lock, so that who comes next becomes the writer.
                    incoming.writing = false;
                    return;
                };
                commit
            };
            let outcome = self.commit_outbox_here(|state| state.track(events.iter().cloned(), self.limits));
            let (outcome, screens) = match outcome {
                Ok(screens) => (Ok(()), screens),
                Err(error) => (Err(error), BTreeSet::new()),
            };
            // All may have left.
            let _ = tell.send(outcome);
            // Who tracked goes on first: they may have been woken on the processor that we are on.
            std::thread::yield_now();
            self.delivery.publish(screens);
            if self.state().outbox.len() >= BATCH && self.may_flush() {
                self.flush_soon();
            }
        }
    }

    /// Tracks what the core itself notes; what cannot be stored is logged.
    fn note(&self, kind: &'static str, data: Data) {
        let event = self.event(kind, data);
        if let Err(error) = self.commit(&[Change::Track { events: vec![Arc::new(event)], limits: self.limits }]) {
            tracing::error!(%error, kind, "an event is not stored");
        }
    }

    /// Notes that the app is on this phone for the first time, or was updated. Reads the secret store.
    ///
    /// # Errors
    /// When the secret store or the disk does not answer: to be tried again.
    pub(crate) fn note_installation(&self) -> Result<()> {
        let state = self.state();
        let known = &state.installation;
        let version = &self.settings.app_version;
        if !known.untold && known.version.as_ref() == Some(version) {
            return Ok(());
        }
        let at = self.now().0.at;
        let next = Installation { untold: false, version: Some(version.clone()), ..Installation::clone(known) };
        let of_version = |data: &[(&str, &str)]| -> Data {
            data.iter().map(|(name, value)| ((*name).to_owned(), text(*value))).collect()
        };
        let (installation, event) = if known.untold {
            let id = installed_id(&self.installation_id()?);
            let mut data = of_version(&[("version", version)]);
            data.extend(known.referrer.iter().map(|referrer| ("referrer".to_owned(), text(referrer))));
            let event = Event::new(kind::INSTALLED, data, id, at, &self.zone, false);
            (Installation { event: Some(id), ..next }, Some(event))
        } else if let Some(before) = &known.version {
            let data = of_version(&[("from", before), ("to", version)]);
            (next, Some(Event::new(kind::UPDATED, data, new_id(at), at, &self.zone, false)))
        } else {
            // A version of the core that told of no installations was here before.
            (next, None)
        };
        self.commit_here(&[Change::Installed { installation, event: event.map(Arc::new) }], |_| true)
    }

    /// What tells this installation from all others. Of two processes that start at once, one makes it.
    pub(super) fn installation_id(&self) -> Result<String> {
        if let Some(id) = self.vault.installation()? {
            return Ok(id);
        }
        let _turn = wait_for_turn(&self.folder.join("installation.lock"));
        if let Some(id) = self.vault.installation()? {
            return Ok(id);
        }
        let id = new_id(self.now().0.at).to_string();
        self.vault.put_installation(&id)?;
        Ok(id)
    }

    /// Where this installation comes from, as the shell learned it.
    pub(crate) fn set_referrer(&self, referrer: &str) -> Result<()> {
        let referrer: String = referrer.chars().filter(|c| !c.is_control()).take(512).collect();
        let data = Data::from_iter([("referrer".to_owned(), text(referrer.clone()))]);
        let event = Event { of_member: false, ..self.event(kind::ATTRIBUTED, data) };
        self.commit(&[Change::Referrer { referrer, event: Arc::new(event) }])
    }

    /// Keeps what the member asked for, to be sent as soon as that is possible.
    pub(crate) fn ask(self: &Arc<Self>, ask: impl FnOnce(Timestamp) -> Ask) -> Result<()> {
        self.check_signed_in()?;
        let (now, _) = self.now();
        // No later than the platform's clock said it, so that what happens right after counts.
        let at = crate::clock::shifted(
            now.at,
            -SignedDuration::try_from(now.within.unwrap_or_default()).unwrap_or_default(),
        );
        let act = Act { id: new_id(at), ask: ask(at), answered: None, refused: None };
        self.commit(&[Change::Asked(act)])?;
        self.flush_soon();
        Ok(())
    }

    /// Sends what waits, without anybody waiting for it.
    pub(super) fn flush_soon(self: &Arc<Self>) {
        // Where no thread was to be had for the runtime, it is left to the next time.
        if tokio::runtime::Handle::try_current().is_ok() {
            let engine = Arc::clone(self);
            crate::runtime::spawn(async move { engine.flush().await });
        }
    }

    /// Sends what waits. Several calls at once are one; it goes on though all who called have left. One that is under way
    /// already may have passed by what came since: then the next is waited for.
    pub(crate) async fn flush(self: &Arc<Self>) -> FlushReport {
        let engine = Arc::clone(self);
        let work = Box::pin(async move { engine.send_all().await });
        let sent = self.flushing.join_next(work).await.unwrap_or_default();
        self.flush_report(sent, self.stopped())
    }

    fn flush_report(&self, sent: u32, stopped: Option<StaleReason>) -> FlushReport {
        let state = self.state();
        FlushReport {
            sent,
            queued: count(state.outbox.len()),
            acts: count(state.acts.len()),
            receipts: count(state.pushes.receipts.len()),
            stopped,
        }
    }

    /// The same, for as long as there is time.
    pub(crate) async fn flush_within(self: &Arc<Self>, deadline: Duration) -> FlushReport {
        match tokio::time::timeout(deadline, self.flush()).await {
            Ok(report) => report,
            Err(_) => self.flush_report(0, Some(StaleReason::Offline)),
        }
    }

    /// Why the last attempt to send ended early.
    pub(crate) fn stopped(&self) -> Option<StaleReason> {
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).stopped
    }

    /// While the app is in front: whether it is time to send.
    pub(super) fn flush_due(&self) -> bool {
        let state = self.state();
        if !state.owes_platform() {
            return false;
        }
        let rested = {
            let now = self.clock.read().since_boot;
            let outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
            outgoing.last.is_none_or(|last| now >= last.saturating_add(FLUSH_EVERY))
        };
        // What tasks count, the member waits to see counted.
        self.may_flush()
            && (rested
                || state.acts.len() > 0
                || state.outbox.len() >= BATCH
                || state.outbox.any(|fact| fact.event == kind::INSTALLED || tasks::triggers(&state.tasks, fact)))
    }

    /// Whether the core may send without having been told to.
    pub(super) fn may_flush(&self) -> bool {
        let now = self.clock.read().since_boot;
        let outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        now >= outgoing.wait.until && outgoing.wait.ordered(now).is_none()
    }

    /// The app came to the front.
    pub(super) fn note_opened(&self) {
        let now = self.clock.read().since_boot;
        let away = {
            let mut outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
            outgoing.active.replace(now).is_none_or(|last| now >= last.saturating_add(SESSION_GAP))
        };
        if away {
            self.note(kind::SESSION, Data::new());
        }
        self.note(kind::OPENED, Data::new());
    }

    /// The app is in front still.
    pub(super) fn note_active(&self) {
        let now = self.clock.read().since_boot;
        self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).active = Some(now);
    }

    async fn send_all(self: &Arc<Self>) -> Result<u32> {
        let now = self.clock.read().since_boot;
        if self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).wait.ordered(now).is_some() {
            return Ok(0);
        }
        let mut sent = 0;
        // An extension of the app may be at the same, in a process of its own; or the app, if we are the extension. It is
        // not waited for: a phone may have suspended it half-way.
        let outcome = match take_turn(&self.folder.join("flush.lock")) {
            Turn::Ours(_turn) => self.send_waiting(&mut sent).await,
            Turn::Taken => Err(Error::Busy { status: 0, retry_after: None }),
        };
        let now = self.clock.read().since_boot;
        let mut outgoing = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner);
        outgoing.last = Some(now);
        let before = outgoing.stopped;
        outgoing.stopped = outcome.as_ref().err().map(stale_reason);
        if before != outgoing.stopped {
            self.delivery.publish([Screen::Outbox]);
        }
        match outcome {
            Ok(()) => outgoing.wait = Wait::default(),
            Err(error) => {
                tracing::warn!(%error, "not all that waits is sent");
                outgoing.wait.failed(now, [&error]);
            }
        }
        drop(outgoing);
        Ok(sent)
    }

    async fn send_waiting(self: &Arc<Self>, sent: &mut u32) -> Result<()> {
        let engine = Arc::clone(self);
        blocking(move || engine.note_installation()).await?;
        // What another process tracked is seen by a commit.
        self.commit(&[])?;
        let mut did = Vec::new();
        let acted = self.send_acts(&mut did).await;
        let receipted = self.send_receipts().await;
        let told = self.send_events(sent).await;
        if did.contains(&Of::Tasks) || matches!(told, Ok(true)) {
            self.pull_tasks_and_money().await;
        }
        if did.contains(&Of::Offers) {
            self.pull_offers_again().await;
        }
        acted?;
        receipted?;
        told.map(|_| ())
    }

    /// Sends what the member asked for, in order. Into `did` goes what the platform did something of.
    async fn send_acts(self: &Arc<Self>, did: &mut Vec<Of>) -> Result<()> {
        if self.state().session.phase != Phase::SignedIn {
            return Ok(());
        }
        loop {
            let state = self.state();
            let Some(act) = state.acts.next().cloned() else { return Ok(()) };
            let of = act.ask.of();
            let member = state.sign_out_count;
            let platform = self.platform().await?;
            let outcome = self
                .authorized(|token: String| {
                    let (engine, platform, act) = (Arc::clone(self), Arc::clone(&platform), act.clone());
                    async move {
                        engine.check_member(member)?;
                        match act.ask {
                            Ask::Task(ask) => platform.task_act(&token, &ask, act.id).await,
                            Ask::Offer(ask) => platform.offer_act(&token, &ask, act.id).await,
                        }
                    }
                })
                .await;
            let change = match outcome {
                Ok(()) => {
                    did.push(of);
                    Change::Done { act: act.id, question: self.questions.fetch_add(1, Ordering::Relaxed) }
                }
                Err(Error::Rejected(rejection)) => {
                    Change::Refused { act: act.id, text: rejection.text.unwrap_or_default() }
                }
                Err(Error::NotSupported) => Change::Refused { act: act.id, text: String::new() },
                Err(error) => return Err(error),
            };
            self.commit_for(member, &[change])?;
        }
    }

    /// Refuses to speak for a member who has gone.
    pub(super) fn check_member(&self, member: u64) -> Result<()> {
        if self.state().sign_out_count == member { Ok(()) } else { Err(Error::SessionOver) }
    }

    /// Sends events, oldest first. True when the platform took one that tasks may count.
    async fn send_events(self: &Arc<Self>, sent: &mut u32) -> Result<bool> {
        let mut counted = false;
        // One refused event is that event's fault; a platform that refuses one after the other is at fault itself.
        let mut set_aside = false;
        self.commit_outbox(|state| {
            state.outbox.report(|data| Event { of_member: false, ..self.event(kind::DROPPED, data) })
        })?;
        loop {
            let state = self.state();
            if state.outbox.len() == 0 || state.session.phase == Phase::SignInAgain {
                return Ok(counted);
            }
            let most = self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).most.unwrap_or(BATCH);
            let (mut batch, mut member): (Vec<Arc<Queued>>, u64) = (Vec::new(), 0);
            self.commit_outbox(|state| {
                let (next, steps) = state.outbox.batch(most);
                (batch, member) = (next, state.sign_out_count);
                steps
            })?;
            if batch.is_empty() {
                return Ok(counted);
            }
            match self.deliver(&batch, member).await? {
                Sent::Replies(replies) => {
                    let question = self.questions.fetch_add(1, Ordering::Relaxed);
                    self.commit_outbox(|state| {
                        if state.sign_out_count != member {
                            return Vec::new();
                        }
                        let predicts = |fact: &tasks::rules::Fact| tasks::triggers(&state.tasks, fact);
                        state.outbox.answered(&batch, &replies, question, predicts)
                    })?;
                    let of_batch = |id| batch.iter().any(|row| row.event.fact.id == id);
                    let (taken, refused): (Vec<_>, Vec<_>) =
                        replies.iter().filter(|reply| of_batch(reply.id)).partition(|reply| reply.taken);
                    if taken.is_empty() && refused.is_empty() {
                        // Not one of them was replied to: it would go on like that for ever.
                        return Err(Error::Unreadable {
                            call: "POST /app/v1/events",
                            problem: "no event of the batch was replied to".to_owned(),
                        });
                    }
                    *sent = sent.saturating_add(count(taken.len()));
                    let state = self.state();
                    // After a sign-in the tasks may be on their way still, or even whether there are any; the balance that
                    // comes with them may be older than these events.
                    let may_have_tasks =
                        state.capabilities.features.contains("tasks") || !state.has(Part::Capabilities);
                    let unknown = !taken.is_empty() && may_have_tasks && !state.has(Part::Tasks);
                    counted |= unknown
                        || batch.iter().any(|row| {
                            row.event.fact.event == kind::INSTALLED || tasks::triggers(&state.tasks, &row.event.fact)
                        });
                    let known = Installation::clone(&self.state().installation);
                    if taken.iter().any(|reply| reply.again && Some(reply.id) == known.event) {
                        // The app was here before: what that brought is no news to celebrate.
                        let installation = Installation { event: None, ..known };
                        self.commit(&[Change::Installed { installation, event: None }])?;
                    }
                    if !refused.is_empty() {
                        // The reasons are for the settings screen: they may quote what an event holds.
                        tracing::warn!(count = refused.len(), "the platform refused events");
                    }
                    self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).most = None;
                    set_aside = false;
                }
                Sent::Refused => {
                    if let [row] = batch.as_slice() {
                        if set_aside {
                            return Err(Error::Rejected(crate::error::Rejection::default()));
                        }
                        tracing::error!(
                            kind = row.event.fact.event,
                            "an event is refused whenever it is sent; it is set aside"
                        );
                        self.commit_outbox(|state| state.outbox.set_aside(row, "refused with its batch"))?;
                        set_aside = true;
                    }
                    let half = (batch.len() / 2).max(1);
                    self.outgoing.lock().unwrap_or_else(PoisonError::into_inner).most = Some(half);
                }
            }
        }
    }

    /// Changes the queue by a plan that is made on what is on disk.
    fn commit_outbox(&self, plan: impl FnMut(&State) -> Vec<Step>) -> Result<()> {
        let screens = tokio::task::block_in_place(|| self.commit_outbox_here(plan))?;
        self.delivery.publish(screens);
        Ok(())
    }

    /// The same on a thread that may block; gives the screens to tell.
    fn commit_outbox_here(&self, mut plan: impl FnMut(&State) -> Vec<Step>) -> Result<BTreeSet<Screen>> {
        loop {
            let mut storage = self.storage.lock().unwrap_or_else(PoisonError::into_inner);
            // The lock keeps everybody else in this process from changing the queue meanwhile.
            if let Some(steps) = storage.append(|| plan(&self.state()))? {
                let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                // In place, unless a view is being made of it just now.
                return Ok(Arc::make_mut(&mut state).take(&steps));
            }
            drop(storage);
            // Another process wrote, or nothing was written before: the long way takes over what is there.
            self.commit_here(&[], |_| true)?;
        }
    }

    /// Sends a batch as the member; where nobody has signed in yet, as the anonymous member of this installation.
    /// What is of `member`, the one whose sign-out count this is, is sent as nobody else.
    async fn deliver(self: &Arc<Self>, batch: &[Arc<Queued>], member: u64) -> Result<Sent> {
        let platform = self.platform().await?;
        if self.state().session.phase != Phase::SignedOut {
            let send = |token: String| {
                let (engine, platform, batch) = (Arc::clone(self), Arc::clone(&platform), batch.to_vec());
                async move {
                    engine.check_member(member)?;
                    platform.send_events(&token, &batch).await
                }
            };
            return self.authorized(send).await;
        }
        self.check_member(member)?;
        let vault = self.vault.clone();
        let kept = blocking(move || vault.anonymous()).await?;
        if let Some(tokens) = kept.filter(|tokens| tokens.expires_at > self.now().0.at) {
            match platform.send_events(&tokens.access, batch).await {
                Err(Error::Unauthorized) => {}
                outcome => return outcome,
            }
        }
        let tokens = platform.register_anonymous().await?;
        let expires_at = crate::clock::later(self.now().0.at, tokens.expires_in);
        let kept = StoredTokens { generation: 0, access: tokens.access.clone(), refresh: tokens.refresh, expires_at };
        let vault = self.vault.clone();
        blocking(move || vault.put_anonymous(&kept)).await?;
        match platform.send_events(&tokens.access, batch).await {
            // A fresh token is refused: the platform is at fault.
            Err(Error::Unauthorized) => Err(Error::Busy { status: 401, retry_after: None }),
            outcome => outcome,
        }
    }
}

/// A version 7 UUID of the platform's time. Its other bits tell what happens at the same time on one phone apart, and
/// are no secret: to ask the system for each of them would cost as much as all else about an event.
pub(super) fn new_id(at: Timestamp) -> Uuid {
    let mut bits = [0; 10];
    fastrand::fill(&mut bits);
    let millis = u64::try_from(at.as_millisecond()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &bits).into_uuid()
}
