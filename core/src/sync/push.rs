//! Pushes, receipts, the inbox and consents: what comes of a push, and what the platform is told of it.
//!
//! A push is judged and stored in one transaction, on what is on disk by then: of two processes that are handed the same
//! one, one takes it. What it touched is pulled soon after; who waits for the outcome does not wait for that.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::{Engine, Failure};
use crate::consents::ConsentWay;
use crate::error::{Error, Result};
use crate::events::{invalid, kind, of_link, of_push};
use crate::inbox::InboxPage;
use crate::links::{NoRoute, Route};
use crate::platform::{self, Fetched, Platform};
use crate::push::{Content, Push, PushOutcome, Receipt, Thing};
use crate::session::Phase;
use crate::state::{Answer, Change, Moment, Part};

/// Fleets do not stampede: what a push set off starts within this time, at random.
const PUSH_JITTER: Duration = Duration::from_millis(300);

/// How many messages a refresh asks for, and each further page.
const INBOX_PAGE: u32 = 50;

impl Engine {
    /// Takes what a push service handed to the app. Blocks on the disk.
    ///
    /// # Errors
    /// [`Error::Storage`] where it cannot be stored: then it was not taken.
    pub(crate) fn receive_push(self: &Arc<Self>, push: &Push) -> Result<PushOutcome> {
        let at = self.now().0.at;
        let (change, push) = match platform::push::read(push, &self.links, at) {
            Ok(push) => {
                let event = self.event(kind::PUSH_RECEIVED, of_push(push.id.as_deref(), Some(push.kind)));
                let question = self.questions.fetch_add(1, Ordering::Relaxed);
                let (event, limits) = (Arc::new(event), self.limits);
                (Change::Pushed { push: Box::new(push.clone()), at, question, event, limits }, Ok(push))
            }
            Err(reason) => (Change::PushIgnored(reason), Err(reason)),
        };
        let mut judged = Ok(());
        self.commit_by(false, |state| {
            judged = push.as_ref().map_err(|reason| *reason).and_then(|push| state.judge(push, at));
            Ok(state.apply(&change))
        })?;
        match (judged, push) {
            (Ok(()), Ok(push)) => {
                self.pull_soon(touches(&push.content));
                Ok(PushOutcome::Taken { notification: push.notification })
            }
            (Err(reason), _) | (_, Err(reason)) => {
                tracing::warn!(?reason, "a push is ignored");
                Ok(PushOutcome::Ignored { reason })
            }
        }
    }

    /// The member opened the notification of a message.
    ///
    /// # Errors
    /// [`Error::Rejected`] where `message` is no id of a message.
    pub(crate) fn push_opened(self: &Arc<Self>, message: String) -> Result<()> {
        if !platform::push::is_id(&message) {
            return Err(invalid("message"));
        }
        // Who signed out has no notifications; one that was left there is nobody's.
        if self.state().session.phase == Phase::SignedOut {
            return Ok(());
        }
        let event = Arc::new(self.event(kind::PUSH_OPENED, of_push(Some(&message), None)));
        self.commit(&[Change::PushOpened { message, at: self.now().0.at, event, limits: self.limits }])?;
        self.flush_soon();
        Ok(())
    }

    /// Where a link leads.
    pub(crate) fn route(&self, link: &str) -> std::result::Result<Route, NoRoute> {
        self.links.route(link)
    }

    /// Takes note of a link that led into the app, or to nowhere. Blocks on the disk.
    pub(crate) fn note_link(&self, link: &str, route: std::result::Result<(), NoRoute>) {
        let change = match route {
            Ok(()) => {
                let event = Arc::new(self.event(kind::LINK_OPENED, of_link(link)));
                Change::Track { events: vec![event], limits: self.limits }
            }
            Err(reason) => {
                tracing::warn!(?reason, "a link leads to no screen");
                Change::LinkIgnored
            }
        };
        if let Err(error) = self.commit_here(&[change], |_| true) {
            tracing::error!(%error, "an opened link is not noted");
        }
    }

    /// Pulls what pushes told of, and sends the receipts, without anybody waiting for it. Several pushes at once are one
    /// pull.
    fn pull_soon(self: &Arc<Self>, parts: BTreeSet<Part>) {
        {
            let mut pushed = self.pushed.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(waiting) = pushed.as_mut() {
                waiting.extend(parts);
                return;
            }
            *pushed = Some(parts);
        }
        let engine = Arc::clone(self);
        crate::runtime::spawn(async move {
            tokio::time::sleep(PUSH_JITTER.mul_f64(fastrand::f64())).await;
            let parts = engine.pushed.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
            if engine.is_signed_in() && engine.ordered_wait().is_none() {
                engine.pull_pushed(&parts).await;
            }
            if engine.may_flush() {
                engine.flush().await;
            }
        });
    }

    async fn pull_pushed(self: &Arc<Self>, parts: &BTreeSet<Part>) {
        let (money, inbox, offers) = tokio::join!(
            async {
                // A purchase moves money and counts for tasks: one push tells of both.
                if parts.contains(&Part::Balance) { self.pull_counted().await } else { Vec::new() }
            },
            async { if parts.contains(&Part::Inbox) { self.pull_inbox(0).await } else { None } },
            async { if parts.contains(&Part::Offers) { self.pull_offers().await } else { Vec::new() } },
        );
        let failures: Vec<_> = money.into_iter().chain([inbox]).chain(offers).flatten().collect();
        if !failures.is_empty() {
            self.settle(&failures);
        }
    }

    /// Tells the platform what became of messages, oldest first. A message that it does not know is not told of again.
    pub(super) async fn send_receipts(self: &Arc<Self>) -> Result<()> {
        loop {
            let state = self.state();
            if state.session.phase != Phase::SignedIn {
                return Ok(());
            }
            let Some(receipt) = state.pushes.receipts.front().cloned() else { return Ok(()) };
            let member = state.sign_out_count;
            match self.send_receipt(&receipt, member).await {
                Ok(()) => {}
                Err(Error::NotSupported | Error::Rejected(_)) => {
                    tracing::debug!(kind = ?receipt.kind, "the platform does not take a receipt; it is dropped");
                }
                Err(error) => return Err(error),
            }
            let question = self.questions.fetch_add(1, Ordering::Relaxed);
            self.commit_for(member, &[Change::Receipted { receipt, question }])?;
        }
    }

    async fn send_receipt(self: &Arc<Self>, receipt: &Arc<Receipt>, member: u64) -> Result<()> {
        let platform = self.platform().await?;
        self.authorized(|token: String| {
            let (engine, platform, receipt) = (Arc::clone(self), Arc::clone(&platform), Arc::clone(receipt));
            async move {
                engine.check_member(member)?;
                platform.receipt(&token, &receipt).await
            }
        })
        .await
    }

    /// The newest messages, and the consents.
    pub(super) async fn pull_messages(self: &Arc<Self>) -> Vec<Option<Failure>> {
        let (inbox, consents) = tokio::join!(self.pull_inbox(0), self.pull_consents());
        vec![inbox, consents]
    }

    /// Pulls a page of the inbox, the newest for `from` 0. A platform without an inbox has not failed.
    async fn pull_inbox(self: &Arc<Self>, from: usize) -> Option<Failure> {
        let call = move |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            // The condition is about the newest page.
            let etag = etag.filter(|_| from == 0);
            Ok(match platform.notifications(&token, from as u64, INBOX_PAGE, etag.as_deref()).await? {
                Fetched::NotModified => Fetched::NotModified,
                Fetched::New { value: (messages, rows), etag } => {
                    let more = rows >= INBOX_PAGE as usize;
                    let unread = if more && from == 0 {
                        match platform.unread_notifications(&token).await {
                            Err(Error::NotSupported) => None,
                            answer => Some(answer?),
                        }
                    } else {
                        None
                    };
                    Fetched::New { value: InboxPage { messages, more, unread }, etag }
                }
            })
        };
        let failure = self.fetch(Part::Inbox, call, |page| Answer::Inbox { from, page }).await;
        failure.filter(|failure| !matches!(failure.error, Error::NotSupported))
    }

    async fn pull_consents(self: &Arc<Self>) -> Option<Failure> {
        let call = |platform: Arc<Platform>, token: String, etag: Option<String>| async move {
            platform.consents(&token, etag.as_deref()).await
        };
        let failure = self.fetch(Part::Consents, call, Answer::Consents).await;
        failure.filter(|failure| !matches!(failure.error, Error::NotSupported))
    }

    /// The next page of messages, behind what is kept.
    pub(crate) async fn load_inbox(self: &Arc<Self>) -> Result<()> {
        self.check_signed_in()?;
        self.check_wait()?;
        let from = self.state().inbox.loaded();
        self.pull_inbox(from).await.map_or(Ok(()), |failure| Err(failure.error))
    }

    /// The member read messages; none given: all.
    pub(crate) fn read_messages(self: &Arc<Self>, messages: Option<Vec<String>>) -> Result<()> {
        self.commit(&[Change::MessagesRead(messages)])?;
        self.flush_soon();
        Ok(())
    }

    /// Changes a consent. Not kept for later: what the programme may do is what the platform knows.
    pub(crate) async fn set_consent(self: &Arc<Self>, kind: i64, way: ConsentWay, granted: bool) -> Result<()> {
        self.check_signed_in()?;
        self.check_wait()?;
        let member = self.state().sign_out_count;
        let platform = self.platform().await?;
        let consents = self
            .authorized(|token: String| {
                let (engine, platform, way) = (Arc::clone(self), Arc::clone(&platform), way.clone());
                async move {
                    engine.check_member(member)?;
                    platform.set_consent(&token, kind, &way, granted).await
                }
            })
            .await?;
        // Newer than whatever was asked before.
        let ticket = self.questions.fetch_add(1, Ordering::Relaxed);
        let asked = Moment::of(self.clock.read());
        let answer = Answer::Consents(consents);
        self.commit_for(member, &[Change::Answered { at: self.now().0.at, etag: None, ticket, asked, answer }])
    }
}

/// What is to be pulled after a push.
fn touches(content: &Content) -> BTreeSet<Part> {
    match content {
        Content::Balance(_) | Content::Task(_) | Content::Revoke(Thing::Balance | Thing::Task(_)) => {
            [Part::Balance].into()
        }
        Content::Message(_) | Content::Revoke(Thing::Message(_)) => [Part::Inbox].into(),
        Content::Offer { .. } | Content::Revoke(Thing::Offer(_) | Thing::Coupon(_)) => [Part::Offers].into(),
        Content::Other => BTreeSet::new(),
    }
}
