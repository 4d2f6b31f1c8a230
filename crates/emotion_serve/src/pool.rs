//! Analyzers on a fixed number of threads behind a bounded queue.
//!
//! The runtime's threads only move bytes: whatever decodes, detects or reads runs here.

use std::fs;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use emotion_models::{ClassifierInfo, ClassifierOptions, LoadError, ModelPool};
use emotion_session::Analyzer;
use emotion_vision::detect::{CascadePaths, DetectError, HaarDetector};
use emotion_vision::haar::Cascade;
use emotion_vision::track::TrackerConfig;
use tokio::sync::oneshot;

/// What analyzers are made of: cascades that were read once, and one model for all.
pub struct Parts {
    cascades: [Cascade; 3],
    models: ModelPool,
    options: ClassifierOptions,
}

impl Parts {
    /// Reads the cascades of `folder`, or those that are installed.
    ///
    /// # Errors
    /// [`DetectError`] when there are none, or one cannot be used.
    pub fn new(folder: Option<&Path>, options: ClassifierOptions) -> Result<Self, DetectError> {
        let paths = CascadePaths::find(folder)?;
        let cascades = [read(&paths.frontal)?, read(&paths.frontal_strict)?, read(&paths.profile)?];
        Ok(Self { cascades, models: ModelPool::new(), options })
    }

    /// A new analyzer, which knows no faces.
    ///
    /// # Errors
    /// [`LoadError`] when the model cannot be used.
    pub fn analyzer(&self) -> Result<Analyzer, LoadError> {
        let [frontal, frontal_strict, profile] = self.cascades.clone();
        let detector = HaarDetector::from_cascades(frontal, frontal_strict, profile);
        let classifier = self.models.load(&self.options)?;
        Ok(Analyzer::new(Box::new(detector), classifier, TrackerConfig::default()))
    }
}

fn read(path: &Path) -> Result<Cascade, DetectError> {
    let unusable =
        |reason: String| DetectError::CascadeUnusable { path: path.display().to_string(), reason };
    let bytes = fs::read(path).map_err(|error| unusable(error.to_string()))?;
    Cascade::from_xml(&bytes).map_err(|error| unusable(error.to_string()))
}

type Work = Box<dyn FnOnce(&mut Analyzer) + Send>;

/// Threads with an analyzer each. They end when the pool is dropped and its queue is empty.
pub struct AnalyzerPool {
    queue: Sender<Work>,
    info: ClassifierInfo,
}

impl AnalyzerPool {
    /// Loads the model and starts the threads; `queue` is how much may wait.
    ///
    /// # Errors
    /// [`PoolStartError`] when the model cannot be used, or there is no thread.
    pub fn start(
        parts: &Arc<Parts>,
        threads: NonZeroUsize,
        queue: NonZeroUsize,
    ) -> Result<Self, PoolStartError> {
        let (sender, receiver) = bounded(queue.get());
        let first = parts.analyzer()?;
        let info = first.classifier().clone();
        let mut analyzers = vec![first];
        for _ in 1..threads.get() {
            analyzers.push(parts.analyzer()?);
        }
        for (number, analyzer) in analyzers.into_iter().enumerate() {
            let (receiver, parts) = (receiver.clone(), parts.clone());
            thread::Builder::new()
                .name(format!("analyzer {number}"))
                .spawn(move || work(&receiver, analyzer, &parts))
                .map_err(PoolStartError::Thread)?;
        }
        Ok(Self { queue: sender, info })
    }

    /// Does `work` on one of the threads, with an analyzer whose faces belong to nobody.
    ///
    /// Whoever drops the future before its turn saves the work.
    ///
    /// # Errors
    /// [`PoolError::Full`] at once when the queue is full, [`PoolError::Crashed`] when the work
    /// panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Analyzer) -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |analyzer| {
            if !answer.is_closed() {
                // Who has left needs no answer.
                let _ = answer.send(work(analyzer));
            }
        });
        self.queue.try_send(work).map_err(|error| match error {
            TrySendError::Full(_) => PoolError::Full,
            TrySendError::Disconnected(_) => PoolError::Crashed,
        })?;
        answered.await.map_err(|_| PoolError::Crashed)
    }

    /// What reads the faces.
    pub const fn info(&self) -> &ClassifierInfo {
        &self.info
    }

    /// How much waits.
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }
}

/// What a thread of the pool does.
fn work(queue: &Receiver<Work>, mut analyzer: Analyzer, parts: &Parts) {
    for work in queue {
        if catch_unwind(AssertUnwindSafe(|| work(&mut analyzer))).is_ok() {
            continue;
        }
        tracing::error!("an analysis panicked; its analyzer is replaced");
        match parts.analyzer() {
            Ok(fresh) => analyzer = fresh,
            Err(error) => {
                tracing::error!(%error, "no analyzer can be made; this thread ends");
                return;
            }
        }
    }
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// As much waits as may wait.
    #[error("as many analyses wait as may wait; try again in a moment")]
    Full,
    /// The work panicked.
    #[error("the analysis crashed; this is a fault of the server, please report it")]
    Crashed,
}

/// Why a pool does not start.
#[derive(Debug, thiserror::Error)]
pub enum PoolStartError {
    /// The model cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The system gives no thread.
    #[error("no thread can be started to analyze on: {0}; close other programs")]
    Thread(std::io::Error),
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use emotion_models::{BackendChoice, ModelChoice};

    use super::*;

    fn pool(queue: usize) -> AnalyzerPool {
        let options = ClassifierOptions::new(BackendChoice::Cpu, ModelChoice::Default);
        let parts = Arc::new(Parts::new(None, options).expect("cascades"));
        let one = NonZeroUsize::MIN;
        AnalyzerPool::start(&parts, one, NonZeroUsize::new(queue).expect("not 0")).expect("a pool")
    }

    #[tokio::test]
    async fn a_full_queue_refuses_and_work_of_those_who_left_is_not_done() {
        let pool = Arc::new(pool(1));
        let (release, held) = mpsc::channel::<()>();
        let (started, begun) = mpsc::channel();
        let holder = pool.clone();
        let first = tokio::spawn(async move {
            let hold = move |_: &mut Analyzer| {
                started.send(()).expect("a listener");
                held.recv_timeout(Duration::from_secs(10))
            };
            holder.run(hold).await
        });
        tokio::task::spawn_blocking(move || begun.recv()).await.expect("ran").expect("begun");
        let (touched, untouched) = mpsc::channel();
        let mut waits = Box::pin(pool.run(move |_| touched.send(())));
        let moment = tokio::time::timeout(Duration::from_millis(1), &mut waits).await;
        assert!(moment.is_err(), "it waits for its turn");
        assert_eq!(pool.waiting(), 1);
        assert_eq!(pool.run(|_| ()).await, Err(PoolError::Full));
        drop(waits);
        release.send(()).expect("held");
        assert!(matches!(first.await, Ok(Ok(Ok(())))));
        // The work that nobody waits for is in the queue until the thread passes it over.
        while pool.waiting() > 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(pool.run(|_| 3).await, Ok(3));
        assert!(untouched.try_recv().is_err(), "work of a client that left was done");
    }

    #[tokio::test]
    async fn a_panic_costs_one_answer() {
        let pool = pool(4);
        let crashed = pool.run(|_| -> () { panic!("a test") }).await;
        assert_eq!(crashed, Err(PoolError::Crashed));
        assert_eq!(pool.run(|_| 3).await, Ok(3));
    }
}
