//! The jobs of a server, and how far each is.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use emotion_core::Event;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::Config;
use crate::guard::Client;
use crate::guard::keys::hex;
use crate::problem::{Code, Problem};

/// All jobs that are not forgotten.
pub struct Jobs {
    jobs: Mutex<HashMap<String, Arc<Job>>>,
    places: Arc<Semaphore>,
    /// Films that are read at the same time.
    pub running: Semaphore,
}

/// A place for a job, free again when this is dropped.
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Jobs {
    /// No jobs yet.
    pub fn new(config: &Config) -> Self {
        Self {
            jobs: Mutex::default(),
            places: Arc::new(Semaphore::new(config.jobs.get())),
            running: Semaphore::new(config.threads.get().div_ceil(2)),
        }
    }

    /// A place for another job.
    ///
    /// # Errors
    /// [`Code::TooMany`] when there is none.
    pub fn place(&self) -> Result<Place, Problem> {
        let permit = self.places.clone().try_acquire_owned().map_err(|_| {
            let detail = "no further job is taken; delete one whose result you have, or wait";
            Problem::new(Code::TooMany, detail).retry_after(10)
        })?;
        Ok(Place { _permit: permit })
    }

    /// The client's job of this name, or a new one; and whether it is new.
    ///
    /// # Errors
    /// [`Code::IdempotencyConflict`] when the name is that of another film.
    pub fn find_or_add(
        &self,
        client: Client,
        name: Option<String>,
        sha256: [u8; 32],
        place: Place,
    ) -> Result<(Arc<Job>, bool), Problem> {
        // Locked for both, so that the same request twice at once makes one job.
        let mut jobs = self.lock();
        let same = |job: &&Arc<Job>| name.is_some() && job.client == client && job.name == name;
        match jobs.values().find(same) {
            Some(job) if job.sha256 == sha256 => return Ok((job.clone(), false)),
            Some(_) => {
                let detail = "this Idempotency-Key belongs to another film; take another key";
                return Err(Problem::new(Code::IdempotencyConflict, detail));
            }
            None => {}
        }
        let job = Arc::new(Job {
            id: hex(&rand::random::<[u8; 16]>()),
            client,
            name,
            sha256,
            cancelled: AtomicBool::new(false),
            state: watch::Sender::new(State::Queued),
            _place: place,
        });
        jobs.insert(job.id.clone(), job.clone());
        Ok((job, true))
    }

    /// The client's job with this id. Those of others are as if they were not there.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub fn get(&self, client: Client, id: &str) -> Result<Arc<Job>, Problem> {
        let job = self.lock().get(id).filter(|job| job.client == client).cloned();
        job.ok_or_else(|| {
            Problem::new(
                Code::NotFound,
                "there is no such job; results are forgotten after a while",
            )
        })
    }

    /// Forgets a job.
    pub fn forget(&self, id: &str) {
        self.lock().remove(id);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Job>>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A film and what becomes of it.
pub struct Job {
    /// Its id, which nobody can guess.
    pub id: String,
    client: Client,
    name: Option<String>,
    sha256: [u8; 32],
    cancelled: AtomicBool,
    state: watch::Sender<State>,
    _place: Place,
}

/// How far a job is.
#[derive(Debug, Clone)]
pub enum State {
    /// Others are before it.
    Queued,
    /// Its film is read.
    Running {
        /// Frames that were analyzed.
        frames: u64,
        /// Frames that the film has, where that is known.
        expected: Option<u64>,
    },
    /// Its film was read to the end.
    Done {
        /// Frames that were analyzed.
        frames: u64,
        /// What happened in them.
        events: Arc<Vec<Event>>,
    },
    /// It failed.
    Failed(Problem),
}

impl State {
    /// Whether nothing changes any more.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::Failed(_))
    }
}

impl Job {
    /// How far it is.
    pub fn state(&self) -> State {
        self.state.borrow().clone()
    }

    /// How far it is, whenever that changes.
    pub fn states(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }

    /// Says how far it is.
    pub fn set(&self, state: State) {
        self.state.send_replace(state);
    }

    /// Stops it soon.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
