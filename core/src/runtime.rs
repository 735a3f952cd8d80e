//! Where the core's work runs: one tokio runtime with one worker, made when the first call needs it.
//!
//! Exported futures would otherwise be polled on the caller's thread, the phone's main thread. [`Runtime::run`] spawns
//! the work and hands its result back. What a member began is finished though the screen that asked has gone: a one-time
//! code is spent, a sign-out is half done, and every call has a time-out of its own. [`SingleFlight`] is for work that
//! must not run twice at once.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::task::{AbortHandle, JoinError, JoinHandle};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::error::{Error, Result};

/// The core's threads. Dropping it ends what still runs, without waiting for more than is being done at that instant.
pub(crate) struct Runtime {
    tokio: OnceLock<tokio::runtime::Runtime>,
    dispatch: Dispatch,
    gate: Arc<Gate>,
}

/// Open while the runtime is there. A task is held up while it is polled, and stands still once it is closed.
///
/// A task that blocks in place gives its worker away, and that may end the runtime before the task has been polled to the
/// end: a timer beside it would panic then, and a crash reporter tell of it.
#[derive(Default)]
struct Gate(RwLock<bool>);

tokio::task_local! {
    /// That of the runtime which runs this.
    static GATE: Arc<Gate>;
}

impl Gate {
    /// `work` with this gate before it, and before what it spawns.
    async fn before<T>(self: Arc<Self>, work: impl Future<Output = T>) -> T {
        let mut work = pin!(GATE.scope(Arc::clone(&self), work));
        poll_fn(|context| {
            let closed = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if *closed { Poll::Pending } else { work.as_mut().poll(context) }
        })
        .await
    }

    /// Waits until nothing is being polled. Not to be called by what is.
    fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = true;
    }
}

/// Spawns `work` on the core's runtime from what runs there, with the same log.
pub(crate) fn spawn<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> JoinHandle<T> {
    let gate = GATE.try_with(Arc::clone).unwrap_or_default();
    tokio::spawn(gate.before(work.with_current_subscriber()))
}

impl Runtime {
    /// No thread is started before the first call. What runs logs to `dispatch`.
    pub(crate) fn new(dispatch: Dispatch) -> Self {
        Self { tokio: OnceLock::new(), dispatch, gate: Arc::default() }
    }

    /// Runs `work` on the core's worker, to its end even if the caller leaves. A panic in it is an [`Error::Bug`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        joined(self.tokio()?.spawn(self.gated(work)).await)
    }

    /// The same for `work` that blocks on the disk, off the worker: one thread is woken for it, not two.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        joined(self.tokio()?.spawn_blocking(self.gated_blocking(work)).await)
    }

    /// Starts `work`; it ends early when the task is dropped.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<Task> {
        Ok(Task(self.tokio()?.spawn(self.gated(work)).abort_handle()))
    }

    /// Starts `work`, which blocks, off the worker; where there is no thread to be had, on this one.
    pub(crate) fn blocking(&self, work: impl FnOnce() + Send + 'static) {
        let work = self.gated_blocking(work);
        match self.tokio() {
            Ok(tokio) => drop(tokio.spawn_blocking(work)),
            Err(_) => work(),
        }
    }

    fn gated<T, W: Future<Output = T>>(&self, work: W) -> impl Future<Output = T> + use<T, W> {
        Arc::clone(&self.gate).before(work.with_subscriber(self.dispatch.clone()))
    }

    /// What blocks holds nothing up: it has a thread of its own, and no timer.
    fn gated_blocking<T, W: FnOnce() -> T>(&self, work: W) -> impl FnOnce() -> T + use<T, W> {
        let (dispatch, gate) = (self.dispatch.clone(), Arc::clone(&self.gate));
        move || GATE.sync_scope(gate, || tracing::dispatcher::with_default(&dispatch, work))
    }

    fn tokio(&self) -> Result<&tokio::runtime::Runtime> {
        if let Some(tokio) = self.tokio.get() {
            return Ok(tokio);
        }
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("pocketcard")
            .enable_all()
            .build()
            .map_err(|error| Error::Bug(format!("no thread for the runtime: {error}")))?;
        // Of two first calls at once, one runtime stays and the other is let go of.
        if let Err(spare) = self.tokio.set(tokio) {
            spare.shutdown_background();
        }
        self.tokio.get().ok_or_else(|| Error::Bug("the runtime is gone".to_owned()))
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(tokio) = self.tokio.take() {
            self.gate.close();
            tokio.shutdown_background();
        }
    }
}

/// Work that was started; dropping it aborts the work.
pub(crate) struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn joined<T>(outcome: std::result::Result<Result<T>, JoinError>) -> Result<T> {
    outcome.unwrap_or_else(|error| Err(Error::Bug(format!("a task ended early: {error}"))))
}

/// Runs `work`, which blocks, off the worker: this is how the host's secret store is called. Not aborted half-way.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let dispatch = tracing::dispatcher::get_default(Clone::clone);
    tokio::task::spawn_blocking(move || tracing::dispatcher::with_default(&dispatch, work))
        .await
        .unwrap_or_else(|error| Err(Error::Bug(format!("a blocking call ended early: {error}"))))
}

/// Work that at most one task does at a time: who comes while it runs waits for the same result. It goes on when all
/// who wait have left.
pub(crate) struct SingleFlight<T: Clone>(Arc<Mutex<Option<Flight<T>>>>);

/// Work that was begun: the task tells whether it still runs, the other half is what who waits for it polls.
struct Flight<T: Clone> {
    task: AbortHandle,
    result: Shared<BoxFuture<'static, Result<T>>>,
}

impl<T: Clone + Send + Sync + 'static> SingleFlight<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// Joins the flight that is under way, or starts `work`. Must be called on the core's runtime.
    pub(crate) async fn join(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let result = {
            let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(flight) = running.as_ref().filter(|flight| !flight.task.is_finished()) {
                flight.result.clone()
            } else {
                let handle = spawn(work);
                let task = handle.abort_handle();
                let result = async move { joined(handle.await) }.boxed().shared();
                *running = Some(Flight { task, result: result.clone() });
                result
            }
        };
        result.await
    }

    /// The same, where what came before this call has to be seen to: a flight that is under way is waited for, and then the
    /// next one is joined, or started.
    pub(crate) async fn join_next(&self, work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let before = {
            let running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            running.as_ref().filter(|flight| !flight.task.is_finished()).map(|flight| flight.result.clone())
        };
        if let Some(before) = before {
            // Whoever began it has its error.
            let _ = before.await;
        }
        self.join(work).await
    }

    /// Who comes from now on starts anew; who waits already keeps waiting.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    fn runtime() -> Runtime {
        Runtime::new(Dispatch::none())
    }

    fn waiting<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
    }

    #[test]
    fn a_panic_in_a_task_is_an_error() {
        let outcome: Result<()> = waiting(runtime().run(async { panic!("planted") }));
        assert!(matches!(outcome, Err(Error::Bug(_))), "{outcome:?}");
    }

    #[test]
    fn a_runtime_ends_only_where_nothing_is_half_polled() {
        let runtime = runtime();
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel();
        let (polled, polls) = mpsc::channel();
        let task = runtime.spawn(async move {
            spawn(async move {
                // Two at once in one task: one blocks in place, and after it the other asks its timer.
                let blocks = async move {
                    tokio::task::block_in_place(|| {
                        begun.send(()).unwrap();
                        ends.recv().unwrap();
                    });
                };
                let waits = async move {
                    let mut sleep = pin!(tokio::time::sleep(Duration::from_mins(1)));
                    let pending = poll_fn(|context| Poll::Ready(sleep.as_mut().poll(context).is_pending())).await;
                    polled.send(pending).unwrap();
                    sleep.await;
                    polled.send(pending).unwrap();
                };
                tokio::join!(blocks, waits);
            });
        });
        begins.recv().unwrap();
        let dropped = std::thread::spawn(move || drop((runtime, task)));
        // Time for the worker that took over to shut the timer down.
        std::thread::sleep(Duration::from_millis(200));
        end.send(()).unwrap();
        dropped.join().unwrap();
        assert!(polls.recv().unwrap(), "the timer was there");
        assert!(polls.recv().is_err(), "the task ended with the runtime");
    }

    #[test]
    fn a_flight_that_ended_unseen_is_not_joined() {
        let runtime = runtime();
        let flights = Arc::new(SingleFlight::<u32>::new());
        let turn = |flights: Arc<SingleFlight<u32>>, turn| async move { flights.join(async move { Ok(turn) }).await };
        waiting(async {
            let task = runtime.spawn({
                let flights = Arc::clone(&flights);
                async move {
                    let join = turn(flights, 1);
                    // The flight starts, and its only caller leaves before it ends.
                    let _ = tokio::time::timeout(Duration::ZERO, join).await;
                }
            });
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(task);
            assert_eq!(runtime.run(turn(flights, 2)).await.unwrap(), 2);
        });
    }

    #[test]
    fn a_flight_that_began_before_is_not_the_next() {
        let runtime = runtime();
        let flights = Arc::new(SingleFlight::<u32>::new());
        let begun = Arc::new(AtomicUsize::new(0));
        let fly = || {
            let (flights, begun) = (Arc::clone(&flights), Arc::clone(&begun));
            runtime.run(async move {
                let work = async move {
                    let number = begun.fetch_add(1, Ordering::SeqCst);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    Ok(u32::try_from(number).unwrap())
                };
                flights.join_next(work).await
            })
        };
        waiting(async {
            let first = async { fly().await.unwrap() };
            let others = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let (a, b) = tokio::join!(fly(), fly());
                (a.unwrap(), b.unwrap())
            };
            assert_eq!(tokio::join!(first, others), (0, (1, 1)), "both who came later share one of their own");
        });
    }

    #[test]
    fn one_flight_serves_all_who_wait_and_outlives_them() {
        let started = Arc::new(AtomicUsize::new(0));
        let ended = Arc::new(AtomicUsize::new(0));
        let runtime = runtime();
        let flights = Arc::new(SingleFlight::<usize>::new());
        let join = |flights: Arc<SingleFlight<usize>>| {
            let (started, ended) = (Arc::clone(&started), Arc::clone(&ended));
            async move {
                flights
                    .join(async move {
                        let turn = started.fetch_add(1, Ordering::SeqCst);
                        tokio::time::sleep(Duration::from_millis(50)).await;
                        ended.fetch_add(1, Ordering::SeqCst);
                        Ok(turn)
                    })
                    .await
            }
        };
        waiting(async {
            let left = tokio::time::timeout(Duration::from_millis(10), runtime.run(join(Arc::clone(&flights)))).await;
            assert!(left.is_err(), "the first caller left");
            let (a, b) = tokio::join!(runtime.run(join(Arc::clone(&flights))), runtime.run(join(Arc::clone(&flights))));
            assert_eq!((a.unwrap(), b.unwrap()), (0, 0), "both joined the flight whose first caller left");
            assert_eq!(runtime.run(join(Arc::clone(&flights))).await.unwrap(), 1, "a new flight after the old one");
        });
        assert_eq!((started.load(Ordering::SeqCst), ended.load(Ordering::SeqCst)), (2, 2));
    }
}
