//! Where the core's work runs: one tokio runtime with one worker, made when the first call needs it.
//!
//! Exported futures would otherwise be polled on the caller's thread, the phone's main thread. [`Runtime::run`] spawns
//! the work and hands its result back. What a member began is finished though the screen that asked has gone: a one-time
//! code is spent, a sign-out is half done, and every call has a time-out of its own. [`SingleFlight`] is for work that
//! must not run twice at once.

use std::future::Future;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::task::{AbortHandle, JoinError};
use tracing::Dispatch;
use tracing::instrument::WithSubscriber;

use crate::error::{Error, Result};

/// The core's threads. Dropping it ends what still runs, without waiting.
pub(crate) struct Runtime {
    tokio: OnceLock<tokio::runtime::Runtime>,
    dispatch: Dispatch,
}

impl Runtime {
    /// No thread is started before the first call. What runs logs to `dispatch`.
    pub(crate) fn new(dispatch: Dispatch) -> Self {
        Self { tokio: OnceLock::new(), dispatch }
    }

    /// Runs `work` on the core's worker, to its end even if the caller leaves. A panic in it is an [`Error::Bug`].
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        joined(self.tokio()?.spawn(work.with_subscriber(self.dispatch.clone())).await)
    }

    /// The same for `work` that blocks on the disk, off the worker: one thread is woken for it, not two.
    pub(crate) async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let dispatch = self.dispatch.clone();
        let work = move || tracing::dispatcher::with_default(&dispatch, work);
        joined(self.tokio()?.spawn_blocking(work).await)
    }

    /// Starts `work`; it ends early when the task is dropped.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) -> Result<Task> {
        Ok(Task(self.tokio()?.spawn(work.with_subscriber(self.dispatch.clone())).abort_handle()))
    }

    /// Starts `work`, which blocks, off the worker; where there is no thread to be had, on this one.
    pub(crate) fn blocking(&self, work: impl FnOnce() + Send + 'static) {
        let dispatch = self.dispatch.clone();
        let work = move || tracing::dispatcher::with_default(&dispatch, work);
        match self.tokio() {
            Ok(tokio) => drop(tokio.spawn_blocking(work)),
            Err(_) => work(),
        }
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

/// Waits. What has blocked in place may have outlived the runtime, whose timer panics then: it ends here instead, since a
/// runtime that is gone does not go on with a task that has yielded.
pub(crate) async fn sleep(time: Duration) {
    tokio::task::yield_now().await;
    tokio::time::sleep(time).await;
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
                let handle = tokio::spawn(work.with_current_subscriber());
                let task = handle.abort_handle();
                let result = async move { joined(handle.await) }.boxed().shared();
                *running = Some(Flight { task, result: result.clone() });
                result
            }
        };
        result.await
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
    fn work_that_outlives_the_runtime_ends_quietly() {
        let runtime = runtime();
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel();
        let task = runtime.tokio().unwrap().spawn(async move {
            tokio::task::block_in_place(|| {
                begun.send(()).unwrap();
                ends.recv().unwrap();
            });
            sleep(Duration::from_mins(1)).await;
        });
        begins.recv().unwrap();
        drop(runtime);
        // Time for the worker that took over to shut the timer down.
        std::thread::sleep(Duration::from_millis(200));
        end.send(()).unwrap();
        let outcome = waiting(task);
        assert!(outcome.as_ref().is_err_and(JoinError::is_cancelled), "{outcome:?}");
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
