//! [`Listening`]: sound on a supervised thread.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, unbounded};
use emotion_core::supervise::{Backoff, Worker, WorkerFailure};
use emotion_core::{AudioChunk, AudioSource, Epoch, Origin, StreamId};

use crate::{CaptureError, CaptureState};

/// Makes a source; runs on the thread that reads it.
pub type OpenSound = dyn Fn() -> Result<Box<dyn AudioSource>, CaptureError> + Send + Sync;

/// The first and the longest pause before a source is tried again.
const RETRY: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));
/// Chunks that wait to be taken.
const WAITING: usize = 512;
/// How long dropping may take.
const CLOSING: Duration = Duration::from_millis(500);

/// What is known of a [`Listening`].
#[derive(Debug, Clone, PartialEq)]
pub struct ListeningStatus {
    /// Whether sound comes, and why not.
    pub state: CaptureState,
    /// The source, for people.
    pub label: String,
    /// Which opening of the source it is.
    pub epoch: Epoch,
    /// The level of the last chunk: its root mean square, in decibels of full scale.
    pub level_db: f32,
    /// Chunks that came.
    pub chunks: u64,
    /// Samples that the source or this thread lost since it was started.
    pub lost_samples: u64,
}

/// A source of sound on a thread of its own. It is opened again when it fails or vanishes, with growing pauses, and left
/// behind when it hangs; each opening is an epoch of its own.
pub struct Listening {
    chunks: Receiver<AudioChunk>,
    status: Arc<Mutex<ListeningStatus>>,
    supervisor: Option<(Sender<Command>, JoinHandle<()>)>,
}

enum Command {
    Switch(Arc<OpenSound>),
    Stop,
}

impl Listening {
    /// Starts to listen. A call to the source that takes longer than `timeout` hangs.
    ///
    /// # Errors
    /// [`CaptureError::Thread`] when the thread cannot be started.
    pub fn start(
        stream: StreamId,
        open: Arc<OpenSound>,
        timeout: Duration,
    ) -> Result<Self, CaptureError> {
        let (sender, chunks) = bounded(WAITING);
        let (commands, incoming) = unbounded();
        let status = Arc::new(Mutex::new(ListeningStatus {
            state: CaptureState::Opening,
            label: String::new(),
            epoch: Epoch(0),
            level_db: f32::NEG_INFINITY,
            chunks: 0,
            lost_samples: 0,
        }));
        let supervisor = Supervisor {
            commands: incoming,
            chunks: sender,
            status: status.clone(),
            stream,
            open,
            timeout,
            retries: Backoff::new(RETRY.0, RETRY.1),
            lost: 0,
        };
        let thread = thread::Builder::new()
            .name("listening".to_owned())
            .spawn(move || supervisor.run())
            .map_err(CaptureError::Thread)?;
        Ok(Self { chunks, status, supervisor: Some((commands, thread)) })
    }

    /// The sound, in order; what is not taken in time is lost and counted.
    pub fn chunks(&self) -> &Receiver<AudioChunk> {
        &self.chunks
    }

    /// How it goes.
    pub fn status(&self) -> ListeningStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes to another source.
    pub fn switch(&self, open: Arc<OpenSound>) {
        if let Some((commands, _)) = &self.supervisor {
            // A supervisor that has ended listens to nothing any more.
            let _ = commands.send(Command::Switch(open));
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let Some((commands, thread)) = self.supervisor.take() else { return };
        let _ = commands.send(Command::Stop);
        let step = Duration::from_millis(5);
        let mut waited = Duration::ZERO;
        while !thread.is_finished() && waited < CLOSING {
            thread::sleep(step);
            waited += step;
        }
    }
}

struct Supervisor {
    commands: Receiver<Command>,
    chunks: Sender<AudioChunk>,
    status: Arc<Mutex<ListeningStatus>>,
    stream: StreamId,
    open: Arc<OpenSound>,
    timeout: Duration,
    retries: Backoff,
    /// Samples that earlier openings lost.
    lost: u64,
}

/// What a reader's thread gives.
enum Given {
    Chunk { label: String, lost: u64, chunk: AudioChunk },
    End,
}

/// Why an opening is over.
enum Over {
    Stopped,
    Switched,
    Ended,
    Failed(String),
}

impl Supervisor {
    fn run(mut self) {
        loop {
            match self.listen() {
                Over::Stopped => return,
                Over::Switched => self.retries.reset(),
                Over::Ended => {
                    self.set(|status| status.state = CaptureState::Ended);
                    match self.commands.recv() {
                        Ok(Command::Switch(open)) => self.open = open,
                        Ok(Command::Stop) | Err(_) => return,
                    }
                }
                Over::Failed(reason) => {
                    let pause = self.retries.failed();
                    let attempt = self.retries.failures();
                    tracing::warn!("{reason}; tried again in {:.1} s", pause.as_secs_f32());
                    let state = CaptureState::Retrying { reason, attempt, next_try: pause };
                    self.set(|status| status.state = state);
                    match self.commands.recv_timeout(pause) {
                        Ok(Command::Switch(open)) => self.open = open,
                        Err(RecvTimeoutError::Timeout) => {}
                        Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                    }
                }
            }
            self.set(|status| status.epoch = status.epoch.next());
        }
    }

    /// Opens the source and hands its chunks on until it is over.
    fn listen(&mut self) -> Over {
        self.set(|status| status.state = CaptureState::Opening);
        let open = self.open.clone();
        let worker = Worker::start("sound", move || {
            let mut source = None;
            move |()| next(&mut source, &*open)
        });
        let mut worker = match worker {
            Ok(worker) => worker,
            Err(error) => return Over::Failed(error.to_string()),
        };
        let over = loop {
            match self.commands.try_recv() {
                Ok(Command::Stop) => break Over::Stopped,
                Ok(Command::Switch(open)) => {
                    self.open = open;
                    break Over::Switched;
                }
                Err(_) => {}
            }
            let given = worker.ask(()).and_then(|()| worker.wait(self.timeout));
            match given {
                Ok(Ok(Given::Chunk { label, lost, chunk })) => self.hand_on(label, lost, chunk),
                Ok(Ok(Given::End)) => break Over::Ended,
                Ok(Err(error)) => break Over::Failed(error.to_string()),
                Err(WorkerFailure::Hung(after)) => {
                    let label = self.set(|status| status.label.clone());
                    break Over::Failed(CaptureError::Stuck { label, after }.to_string());
                }
                Err(error) => break Over::Failed(error.to_string()),
            }
        };
        self.lost = self.set(|status| status.lost_samples);
        over
    }

    fn hand_on(&mut self, label: String, lost: u64, mut chunk: AudioChunk) {
        let samples = chunk.samples();
        let power = samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32;
        let stream = self.stream;
        let before = self.lost;
        let epoch = self.set(|status| {
            status.state = CaptureState::Streaming;
            status.label = label;
            status.level_db = 10.0 * power.max(1e-12).log10();
            status.chunks += 1;
            status.lost_samples = before + lost;
            status.epoch
        });
        chunk.set_origin(Origin { stream, epoch });
        self.retries.reset();
        if let Err(TrySendError::Full(chunk)) = self.chunks.try_send(chunk) {
            self.lost += chunk.samples().len() as u64;
        }
    }

    fn set<T>(&self, change: impl FnOnce(&mut ListeningStatus) -> T) -> T {
        change(&mut self.status.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Opens the source where it is not open yet, and takes its next chunk.
fn next(
    source: &mut Option<Box<dyn AudioSource>>,
    open: &OpenSound,
) -> Result<Given, CaptureError> {
    let source = match source {
        Some(source) => source,
        None => source.insert(open()?),
    };
    Ok(match source.next_chunk()? {
        Some(chunk) => Given::Chunk { label: source.label(), lost: source.lost_samples(), chunk },
        None => Given::End,
    })
}
