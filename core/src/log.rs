//! The delivery thread: hands log records to the host's sink and tells observers which screens changed.
//!
//! It exists so that the host is never called under a lock, from within a poll or from a tracing layer. Records and
//! changes are queued; a slow host delays only itself. When the queue of records is full, records are dropped and
//! counted, and the count is told after those that fit.

use std::collections::{BTreeSet, VecDeque};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use tracing::field::{Field, Visit};
use tracing::span;
use tracing::{Dispatch, Event, Level, Metadata, Subscriber};

use crate::host::{LogLevel, LogRecord, LogSink, Observer};
use crate::types::Screen;

/// How many records wait for a slow sink before new ones are dropped.
const RECORDS_WAITING: usize = 1024;

/// The way to the delivery thread, which is started with the first thing to deliver and ends with the last sender.
pub(crate) struct Delivery {
    shared: Arc<Shared>,
    wake: OnceLock<Sender<()>>,
}

/// What the delivery thread works on.
struct Shared {
    changed: Mutex<BTreeSet<Screen>>,
    observers: Mutex<Vec<Weak<Subscription>>>,
    sink: Option<Arc<dyn LogSink>>,
    records: Mutex<Records>,
}

/// The records that wait for the sink, and how many found no room.
#[derive(Default)]
struct Records {
    waiting: VecDeque<LogRecord>,
    dropped: u64,
}

/// An observer's registration. It is told of changes until this is dropped; a call that is under way then still ends.
#[derive(uniffi::Object)]
pub struct Subscription {
    observer: Arc<dyn Observer>,
}

impl Delivery {
    /// Records go to `sink`; without one they go nowhere.
    pub(crate) fn new(sink: Option<Arc<dyn LogSink>>) -> Arc<Self> {
        let shared = Arc::new(Shared {
            changed: Mutex::default(),
            observers: Mutex::default(),
            sink,
            records: Mutex::default(),
        });
        Arc::new(Self { shared, wake: OnceLock::new() })
    }

    /// From now on `observer` is told of changes, until the subscription is dropped.
    pub(crate) fn subscribe(&self, observer: Arc<dyn Observer>) -> Arc<Subscription> {
        let subscription = Arc::new(Subscription { observer });
        let mut observers = self.shared.observers.lock().unwrap_or_else(PoisonError::into_inner);
        observers.retain(is_there);
        observers.push(Arc::downgrade(&subscription));
        subscription
    }

    /// Has observers told that these screens changed. Where there are none, no thread is woken for it.
    pub(crate) fn publish(&self, screens: impl IntoIterator<Item = Screen>) {
        if !self.shared.observers.lock().unwrap_or_else(PoisonError::into_inner).iter().any(is_there) {
            return;
        }
        let news = {
            let mut changed = self.shared.changed.lock().unwrap_or_else(PoisonError::into_inner);
            let before = changed.len();
            changed.extend(screens);
            changed.len() > before
        };
        if news {
            self.wake();
        }
    }

    /// What the core's log events go to.
    pub(crate) fn dispatch(self: &Arc<Self>) -> Dispatch {
        if self.shared.sink.is_some() { Dispatch::new(Journal(Arc::downgrade(self))) } else { Dispatch::none() }
    }

    fn record(&self, record: LogRecord) {
        {
            let mut records = self.shared.records.lock().unwrap_or_else(PoisonError::into_inner);
            if records.waiting.len() < RECORDS_WAITING {
                records.waiting.push_back(record);
            } else {
                records.dropped += 1;
            }
        }
        self.wake();
    }

    fn wake(&self) {
        let wake = self.wake.get_or_init(|| {
            let (wake, woken) = channel();
            let shared = Arc::clone(&self.shared);
            // Without a thread nothing is delivered, but the core goes on: views can still be pulled.
            let _ = std::thread::Builder::new().name("pocketcard-host".to_owned()).spawn(move || {
                while woken.recv().is_ok() {
                    shared.deliver();
                }
                shared.deliver();
            });
            wake
        });
        let _ = wake.send(());
    }
}

fn is_there(subscription: &Weak<Subscription>) -> bool {
    subscription.strong_count() > 0
}

impl Shared {
    fn deliver(&self) {
        if let Some(sink) = &self.sink {
            let Records { waiting, dropped } =
                std::mem::take(&mut *self.records.lock().unwrap_or_else(PoisonError::into_inner));
            let lost = (dropped > 0).then(|| LogRecord {
                level: LogLevel::Warn,
                target: module_path!().to_owned(),
                text: format!("log records dropped count={dropped}"),
            });
            for record in waiting.into_iter().chain(lost) {
                // A host that throws must not end the thread that serves it.
                let _ = catch_unwind(AssertUnwindSafe(|| sink.log(record)));
            }
        }
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        if changed.is_empty() {
            return;
        }
        let observers: Vec<_> = {
            let observers = self.observers.lock().unwrap_or_else(PoisonError::into_inner);
            observers.iter().filter_map(Weak::upgrade).collect()
        };
        let screens: Vec<_> = changed.into_iter().collect();
        for subscription in observers {
            let _ = catch_unwind(AssertUnwindSafe(|| subscription.observer.changed(screens.clone())));
        }
    }
}

/// Turns the core's tracing events into records. Events only: the core opens no spans.
struct Journal(Weak<Delivery>);

impl Subscriber for Journal {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().starts_with("pocketcard") && *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let Some(delivery) = self.0.upgrade() else { return };
        let mut text = Text(String::new());
        event.record(&mut text);
        let metadata = event.metadata();
        delivery.record(LogRecord {
            level: match *metadata.level() {
                Level::ERROR => LogLevel::Error,
                Level::WARN => LogLevel::Warn,
                Level::INFO => LogLevel::Info,
                _ => LogLevel::Debug,
            },
            target: metadata.target().to_owned(),
            text: text.0,
        });
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The message first, then each field as `name=value`.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        // Writing to a string cannot fail.
        if field.name() == "message" {
            self.0.insert_str(0, &format!("{value:?}"));
        } else {
            let _ = write!(self.0, " {}={value:?}", field.name());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Kept(Mutex<Sender<LogRecord>>);

    impl LogSink for Kept {
        fn log(&self, record: LogRecord) {
            self.0.lock().unwrap().send(record).unwrap();
        }
    }

    struct Told(Mutex<Sender<Vec<Screen>>>);

    impl Observer for Told {
        fn changed(&self, screens: Vec<Screen>) {
            self.0.lock().unwrap().send(screens).unwrap();
        }
    }

    struct Throws;

    impl Observer for Throws {
        fn changed(&self, _: Vec<Screen>) {
            panic!("a host that throws");
        }
    }

    const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

    #[test]
    fn records_reach_the_sink_with_their_fields() {
        let (send, kept) = channel();
        let delivery = Delivery::new(Some(Arc::new(Kept(Mutex::new(send)))));
        tracing::dispatcher::with_default(&delivery.dispatch(), || {
            tracing::warn!(status = 503, "the platform is busy");
            tracing::trace!("too fine");
        });
        let record = kept.recv_timeout(PATIENCE).unwrap();
        assert_eq!((record.level, record.text.as_str()), (LogLevel::Warn, "the platform is busy status=503"));
        assert!(kept.recv_timeout(std::time::Duration::from_millis(50)).is_err());
    }

    #[test]
    fn what_nobody_was_there_to_hear_is_not_told_later() {
        let (send, told) = channel();
        let delivery = Delivery::new(None);
        delivery.publish([Screen::Balance]);
        let _subscription = delivery.subscribe(Arc::new(Told(Mutex::new(send))));
        delivery.publish([Screen::Card]);
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), [Screen::Card]);
    }

    #[test]
    fn a_dropped_subscription_is_told_nothing_more_and_a_throwing_one_harms_nobody() {
        let (send, told) = channel();
        let delivery = Delivery::new(None);
        let throwing = delivery.subscribe(Arc::new(Throws));
        let subscription = delivery.subscribe(Arc::new(Told(Mutex::new(send))));
        delivery.publish([Screen::Card]);
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), [Screen::Card]);
        delivery.publish([Screen::Balance]);
        assert_eq!(told.recv_timeout(PATIENCE).unwrap(), [Screen::Balance], "the thread outlives a host that throws");
        drop((subscription, throwing));
        delivery.publish([Screen::Card]);
        assert!(told.recv_timeout(PATIENCE).is_err(), "the observer is gone with its subscription");
    }
}
