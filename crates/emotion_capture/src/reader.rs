//! The inner thread: opens a source and reads it at the pace of its frames.
//!
//! It may hang in a driver: nothing waits for it without a deadline.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};
use emotion_core::supervise::{Busy, Dismissed, catch_panic};

use super::status::Board;
use super::{CaptureError, FrameSource, OpenOptions, Opened, Pacing, Plan, SourceControl};

/// A frame that is later than this is shown at once, and the clock restarts from it.
const LARGEST_LAG: Duration = Duration::from_millis(500);

/// The supervisor's handle to a reader. Dropping it asks the thread to end.
pub(super) struct Reader {
    commands: Sender<ReaderCommand>,
    /// Closed when the thread has ended.
    pub(super) events: Receiver<ReaderEvent>,
    busy: Busy,
    thread: JoinHandle<()>,
    /// The source's name; until it is open, the plan's.
    pub(super) label: String,
    /// When its first frame arrived.
    pub(super) streaming_since: Option<Instant>,
}

/// Commands from the supervisor to a reader.
pub(super) enum ReaderCommand {
    Pause(bool),
    Control(SourceControl),
}

/// Events from a reader to its supervisor; the last is always [`ReaderEvent::Finished`] or
/// [`ReaderEvent::Panicked`].
pub(super) enum ReaderEvent {
    Opened { label: String, camera: Option<u32> },
    FirstFrame,
    Finished(Result<(), CaptureError>),
    Panicked(String),
}

impl Reader {
    pub(super) fn start(
        number: u64,
        plan: Plan,
        options: OpenOptions,
        paused: bool,
        board: Arc<Board>,
    ) -> Result<Self, CaptureError> {
        let (commands, command_receiver) = unbounded();
        let (event_sender, events) = unbounded();
        let busy = Busy::default();
        let label = plan.to_string();
        let work = Work {
            number,
            plan,
            options,
            paused,
            board,
            commands: command_receiver,
            events: event_sender,
            busy: busy.clone(),
        };
        let thread = thread::Builder::new()
            .name(format!("capture {number}"))
            .spawn(move || work.run_guarded())
            .map_err(CaptureError::Thread)?;
        Ok(Self { commands, events, busy, thread, label, streaming_since: None })
    }

    pub(super) fn send(&self, command: ReaderCommand) {
        // A reader that has just ended needs no commands.
        let _ = self.commands.send(command);
    }

    /// Asks the thread to end, which it does as soon as the source lets it.
    pub(super) fn dismiss(self) -> Dismissed {
        Dismissed::new(self.thread)
    }

    /// How long the source has been busy with the current call.
    pub(super) fn busy_for(&self) -> Duration {
        self.busy.time().unwrap_or_default()
    }
}

/// State of the thread.
struct Work {
    number: u64,
    plan: Plan,
    options: OpenOptions,
    paused: bool,
    board: Arc<Board>,
    commands: Receiver<ReaderCommand>,
    events: Sender<ReaderEvent>,
    busy: Busy,
}

/// The supervisor wants no more frames.
struct Dismissal;

impl Work {
    /// Drivers are third-party code: a panic in one is reported as a failure of the source.
    fn run_guarded(self) {
        let events = self.events.clone();
        if let Err(message) = catch_panic(|| self.run()) {
            let _ = events.send(ReaderEvent::Panicked(message));
        }
    }

    fn run(mut self) {
        let result = match self.busy.during(|| self.plan.open(&self.options)) {
            Ok(opened) => self.read(opened),
            Err(error) => Err(error),
        };
        // Nobody listens once the supervisor has turned to another reader.
        let _ = self.events.send(ReaderEvent::Finished(result));
    }

    fn read(&mut self, opened: Opened) -> Result<(), CaptureError> {
        let Opened { mut source, note, camera } = opened;
        self.board.opened(self.number, source.label(), note);
        let _ = self.events.send(ReaderEvent::Opened { label: source.label(), camera });
        let result = self.read_frames(source.as_mut());
        // Closing a device may hang, too.
        self.busy.during(|| drop(source));
        result
    }

    fn read_frames(&mut self, source: &mut dyn FrameSource) -> Result<(), CaptureError> {
        let timed = source.pacing() == Pacing::Timed;
        let mut clock = PlayClock::default();
        let mut first = true;
        let mut last_error = None;
        loop {
            if self.obey(source, &mut clock, timed).is_err() {
                return Ok(());
            }
            let mut frame = match self.busy.during(|| source.next_frame()) {
                Ok(Some(frame)) => frame,
                Ok(None) => return last_error.map_or(Ok(()), Err),
                Err(error) if timed => {
                    self.board.note(self.number, error.to_string());
                    last_error = Some(error);
                    continue;
                }
                Err(error) => return Err(error),
            };
            last_error = None;
            if timed {
                let due = clock.due(frame.time());
                if self.wait_until_due(due, source, &mut clock, frame.time()).is_err() {
                    return Ok(());
                }
                frame = frame.with_captured_at(Instant::now());
            } else if self.paused {
                // A camera keeps streaming: its frames are discarded, so that no old ones wait in
                // its buffers when it resumes.
                continue;
            }
            self.board.offer(self.number, frame);
            if std::mem::take(&mut first) {
                let _ = self.events.send(ReaderEvent::FirstFrame);
            }
        }
    }

    /// Executes pending commands; waits here while a film is paused.
    fn obey(
        &mut self,
        source: &mut dyn FrameSource,
        clock: &mut PlayClock,
        timed: bool,
    ) -> Result<(), Dismissal> {
        loop {
            let command = if self.paused && timed {
                self.commands.recv().map_err(|_| Dismissal)?
            } else {
                match self.commands.try_recv() {
                    Ok(command) => command,
                    Err(TryRecvError::Empty) => return Ok(()),
                    Err(TryRecvError::Disconnected) => return Err(Dismissal),
                }
            };
            self.execute(command, source, clock);
        }
    }

    /// Waits until a film's frame is due. The film's clock stops while paused.
    fn wait_until_due(
        &mut self,
        mut due: Instant,
        source: &mut dyn FrameSource,
        clock: &mut PlayClock,
        time: Duration,
    ) -> Result<(), Dismissal> {
        loop {
            match self.commands.recv_deadline(due) {
                Ok(command) => self.execute(command, source, clock),
                Err(RecvTimeoutError::Timeout) => return Ok(()),
                Err(RecvTimeoutError::Disconnected) => return Err(Dismissal),
            }
            self.obey(source, clock, true)?;
            due = clock.due(time);
        }
    }

    fn execute(
        &mut self,
        command: ReaderCommand,
        source: &mut dyn FrameSource,
        clock: &mut PlayClock,
    ) {
        match command {
            ReaderCommand::Pause(paused) => {
                self.paused = paused;
                clock.pause(paused);
            }
            ReaderCommand::Control(control) => source.control(control),
        }
    }
}

/// Converts a film's times to instants.
#[derive(Default)]
struct PlayClock {
    /// An instant and the film's time then.
    anchor: Option<(Instant, Duration)>,
    paused_at: Option<Instant>,
}

impl PlayClock {
    /// The instant at which the frame of `time` is due.
    fn due(&mut self, time: Duration) -> Instant {
        let now = Instant::now();
        if let Some((moment, start)) = self.anchor {
            let due = moment + time.saturating_sub(start);
            if due + LARGEST_LAG >= now {
                return due;
            }
        }
        self.anchor = Some((now, time));
        now
    }

    fn pause(&mut self, paused: bool) {
        match (paused, self.paused_at) {
            (true, None) => self.paused_at = Some(Instant::now()),
            (false, Some(since)) => {
                if let Some((moment, _)) = &mut self.anchor {
                    *moment += since.elapsed();
                }
                self.paused_at = None;
            }
            _ => {}
        }
    }
}
