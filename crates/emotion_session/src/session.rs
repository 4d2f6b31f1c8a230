//! Streams that run live on a thread of their own, for programs without a loop of their own.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded, unbounded};
use emotion_capture::{
    Capture, CaptureCommand, CaptureError, CaptureStatus, OpenOptions, SourceSpec,
};
use emotion_core::{Event, SessionTime, StreamId};
use emotion_models::ModelPool;

use crate::{AnalyzerSettings, EngineStatus, Stream, StreamConfig};

/// Sources that are read live: frames in, events out.
///
/// Each stream analyzes its newest frame; none waits for another one, and all share the pool's models.
/// Events of all streams come in the order in which they happened. Dropping it closes the sources.
///
/// ```no_run
/// use emotion_capture::{OpenOptions, SourceSpec};
/// use emotion_session::{Session, StreamConfig};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let session = Session::start(Default::default())?;
/// let events = session.subscribe();
/// session.open(SourceSpec::Puppet, OpenOptions::default(), StreamConfig::default())?;
/// for event in events.iter().take(100) {
///     println!("{event:?}");
/// }
/// # Ok(())
/// # }
/// ```
pub struct Session {
    orders: Sender<Order>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What is asked of a [`Session`].
#[derive(Debug, Clone)]
pub enum SessionCommand {
    /// Holds all streams, or goes on: the session's clock stands still, no frame is analyzed, and
    /// faces stay as they are.
    Pause(bool),
    /// Asks something of the source of a stream.
    Capture(StreamId, CaptureCommand),
    /// Loads another analyzer for a stream, beside the one that runs.
    SetAnalyzer(StreamId, Box<AnalyzerSettings>),
    /// Closes a stream. Its faces go.
    Close(StreamId),
}

/// How a [`Session`] is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionStatus {
    /// The session's clock.
    pub time: SessionTime,
    /// Whether it is held.
    pub paused: bool,
    /// Each stream.
    pub streams: Vec<StreamStatus>,
    /// Events that listeners missed because they were too slow.
    pub missed: u64,
}

/// How a stream of a [`Session`] is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamStatus {
    /// Which one.
    pub stream: StreamId,
    /// Its source.
    pub capture: CaptureStatus,
    /// Its analysis.
    pub engine: EngineStatus,
    /// Frames that were never analyzed because a newer one came first.
    pub dropped: u64,
    /// Frames that came out of order and were left out.
    pub late: u64,
}

enum Order {
    Command(SessionCommand),
    Open(Box<Stream>),
}

#[derive(Default)]
struct Shared {
    pool: Arc<ModelPool>,
    status: Mutex<SessionStatus>,
    listeners: Mutex<Vec<Sender<Event>>>,
    next_stream: Mutex<u32>,
}

/// How often sources and analyses are looked at.
const TICK: Duration = Duration::from_millis(4);
/// Events that wait for a listener; more than that and it misses some.
const BACKLOG: usize = 4096;
/// How long dropping a session may take.
const DROP_DEADLINE: Duration = Duration::from_secs(1);

impl Session {
    /// A session without streams, whose models come from `pool`.
    ///
    /// # Errors
    /// [`CaptureError::Thread`] when the system gives no thread.
    pub fn start(pool: Arc<ModelPool>) -> Result<Self, CaptureError> {
        let (orders, incoming) = unbounded();
        let shared = Arc::new(Shared { pool, ..Shared::default() });
        let work = Work {
            orders: incoming,
            shared: shared.clone(),
            streams: Vec::new(),
            paused: false,
            time: SessionTime::ZERO,
        };
        let thread = thread::Builder::new()
            .name("session".to_owned())
            .spawn(move || work.run())
            .map_err(CaptureError::Thread)?;
        Ok(Self { orders, shared, thread: Some(thread) })
    }

    /// Opens a source as another stream. Whether it opens is told by [`Session::status`].
    ///
    /// # Errors
    /// [`CaptureError::Thread`] when the system gives no thread.
    pub fn open(
        &self,
        source: SourceSpec,
        options: OpenOptions,
        config: StreamConfig,
    ) -> Result<StreamId, CaptureError> {
        Ok(self.add(Capture::start(source, options)?, config))
    }

    /// Adds a running source as another stream.
    pub fn add(&self, capture: Capture, config: StreamConfig) -> StreamId {
        let mut next = lock(&self.shared.next_stream);
        let id = StreamId(*next);
        *next += 1;
        let stream = Stream::new(id, Arc::new(capture), config, self.shared.pool.clone());
        // A session whose thread has ended takes no more streams; its status shows none.
        let _ = self.orders.send(Order::Open(Box::new(stream)));
        id
    }

    /// Asks for something; it is done soon, and shows in [`Session::status`].
    pub fn send(&self, command: SessionCommand) {
        let _ = self.orders.send(Order::Command(command));
    }

    /// The events from now on. A listener that is more than 4096 events late misses some, which
    /// [`SessionStatus::missed`] counts.
    pub fn subscribe(&self) -> Receiver<Event> {
        let (sender, receiver) = bounded(BACKLOG);
        lock(&self.shared.listeners).push(sender);
        receiver
    }

    /// How it is doing.
    pub fn status(&self) -> SessionStatus {
        lock(&self.shared.status).clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // The thread ends when nobody can order anything any more.
        let (nobody, _) = unbounded();
        self.orders = nobody;
        let by = Instant::now() + DROP_DEADLINE;
        if let Some(thread) = self.thread.take() {
            while !thread.is_finished() && Instant::now() < by {
                thread::sleep(TICK / 4);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The thread's own things.
struct Work {
    orders: Receiver<Order>,
    shared: Arc<Shared>,
    streams: Vec<(StreamId, Stream)>,
    paused: bool,
    time: SessionTime,
}

impl Work {
    fn run(mut self) {
        let mut last = Instant::now();
        loop {
            match self.orders.recv_timeout(TICK) {
                Ok(order) => self.obey(order),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let now = Instant::now();
            let passed = now - last;
            last = now;
            if !self.paused {
                self.time += passed;
            }
            self.poll(passed);
            self.publish_status();
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Open(stream) => {
                if self.paused {
                    stream.capture().send(CaptureCommand::Pause(true));
                }
                self.streams.push((stream.id(), *stream));
            }
            Order::Command(SessionCommand::Pause(paused)) => {
                self.paused = paused;
                for (_, stream) in &self.streams {
                    stream.capture().send(CaptureCommand::Pause(paused));
                }
            }
            Order::Command(SessionCommand::Capture(id, command)) => {
                if let Some(stream) = self.stream(id) {
                    stream.capture().send(command);
                }
            }
            Order::Command(SessionCommand::SetAnalyzer(id, settings)) => {
                if let Some(stream) = self.stream(id) {
                    stream.set_analyzer(*settings);
                }
            }
            Order::Command(SessionCommand::Close(id)) => {
                let time = self.time;
                if let Some(stream) = self.stream(id) {
                    let events = stream.close(time);
                    self.tell(events);
                }
                self.streams.retain(|(other, _)| *other != id);
            }
        }
    }

    fn stream(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.streams.iter_mut().find(|(other, _)| *other == id).map(|(_, stream)| stream)
    }

    fn poll(&mut self, passed: Duration) {
        let (time, paused) = (self.time, self.paused);
        let mut events = Vec::new();
        for (_, stream) in &mut self.streams {
            let polled = if paused {
                stream.poll_held(time, passed)
            } else {
                stream.take_frame();
                stream.poll(time, passed)
            };
            events.extend(polled.events);
        }
        // Each stream's are in order already, and those of one moment stay together.
        events.sort_by_key(|event| event.time);
        self.tell(events);
    }

    fn tell(&self, events: Vec<Event>) {
        let mut missed = 0;
        let mut listeners = lock(&self.shared.listeners);
        for event in events {
            listeners.retain(|listener| match listener.try_send(event.clone()) {
                Ok(()) => true,
                Err(TrySendError::Full(_)) => {
                    missed += 1;
                    true
                }
                Err(TrySendError::Disconnected(_)) => false,
            });
        }
        drop(listeners);
        if missed > 0 {
            lock(&self.shared.status).missed += missed;
        }
    }

    fn publish_status(&self) {
        let streams = self
            .streams
            .iter()
            .map(|(id, stream)| StreamStatus {
                stream: *id,
                capture: stream.capture().status(),
                engine: stream.engine().status(),
                dropped: stream.dropped(),
                late: stream.late(),
            })
            .collect();
        let mut status = lock(&self.shared.status);
        status.streams = streams;
        status.time = self.time;
        status.paused = self.paused;
    }
}
