//! Work beside the main thread: a task, or a thread where no task gets its turn any more.

use bevy::platform::cell::SyncCell;
use bevy::tasks::{AsyncComputeTaskPool, Task, futures::check_ready};
use crossbeam_channel::{Receiver, bounded};

/// Work that goes on elsewhere and ends with a `T`.
pub(super) enum Job<T> {
    /// On Bevy's pool.
    Task(Task<T>),
    /// On a thread of its own.
    Thread(SyncCell<Receiver<T>>),
}

/// What became of a [`Job`].
pub(super) enum Outcome<T> {
    /// It is under way.
    Pending,
    /// It is done.
    Done(T),
    /// It ended without a result.
    Lost,
}

impl<T: Send + 'static> Job<T> {
    /// Starts work on the `AsyncComputeTaskPool`.
    pub fn on_pool(work: impl FnOnce() -> T + Send + 'static) -> Self {
        Self::Task(AsyncComputeTaskPool::get().spawn(async move { work() }))
    }

    /// Starts work on a thread of its own.
    pub fn on_thread(work: impl FnOnce() -> T + Send + 'static) -> Self {
        let (sender, receiver) = bounded(1);
        // Without a thread the sender is dropped, and the work is lost.
        let _ = std::thread::Builder::new().name("analysis".to_owned()).spawn(move || {
            let _ = sender.send(work());
        });
        Self::Thread(SyncCell::new(receiver))
    }

    /// Looks whether it is done. Never waits.
    pub fn poll(&mut self) -> Outcome<T> {
        use crossbeam_channel::TryRecvError::{Disconnected, Empty};
        match self {
            Self::Task(task) => check_ready(task).map_or(Outcome::Pending, Outcome::Done),
            Self::Thread(receiver) => match receiver.get().try_recv() {
                Ok(value) => Outcome::Done(value),
                Err(Empty) => Outcome::Pending,
                Err(Disconnected) => Outcome::Lost,
            },
        }
    }

    /// Leaves it to itself: its result is nobody's any more.
    pub fn leave(self) {
        if let Self::Task(task) = self {
            task.detach();
        }
    }
}
