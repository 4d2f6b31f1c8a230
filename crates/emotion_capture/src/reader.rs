//! The inner thread: opens a source and reads it, at the pace of its frames.
//!
//! It may hang in a driver for as long as it likes: nobody waits for it without a deadline.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, unbounded};
use emotion_core::supervise::{Busy, Dismissed, catch_panic};

use super::status::Board;
use super::{CaptureError, FrameSource, OpenOptions, Opened, Pacing, Plan, SourceControl};

/// A frame that is later than this is shown at once, and the clock starts anew from it.
const LARGEST_LAG: Duration = Duration::from_millis(500);

/// A reader, as its supervisor sees it. Dropping it asks the thread to end.
pub(super) struct Reader {
    commands: Sender<ReaderCommand>,
    /// Closed when the thread ended.
    pub(super) events: Receiver<ReaderEvent>,
    busy: Busy,
    thread: JoinHandle<()>,
    /// The source's name, as far as it is known.
    pub(super) label: String,
    /// When its first frame came.
    pub(super) streaming_since: Option<Instant>,
}

/// What a supervisor asks of a reader.
pub(super) enum ReaderCommand {
    Pause(bool),
    Control(SourceControl),
}

/// What a reader tells its supervisor; the last is always [`ReaderEvent::Finished`] or
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
        // A reader that has just ended has nothing to do with it.
        let _ = self.commands.send(command);
    }

    /// Asks the thread to end, which it does as soon as the source lets it.
    pub(super) fn dismiss(self) -> Dismissed {
        Dismissed::new(self.thread)
    }

    /// For how long the source has been working on one call.
    pub(super) fn busy_for(&self) -> Duration {
        self.busy.time().unwrap_or_default()
    }
}

/// The thread's own things.
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
    /// Drivers are other people's code: a panic in them is a failure like any other.
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
        // Nobody listens any more when the supervisor has turned to another reader.
        let _ = self.events.send(ReaderEvent::Finished(result));
    }

    fn read(&mut self, opened: Opened) -> Result<(), CaptureError> {
        let Opened { mut source, note, camera } = opened;
        self.board.opened(self.number, source.label(), note);
        let _ = self.events.send(ReaderEvent::Opened { label: source.label(), camera });
        let result = self.read_frames(source.as_mut());
        // Closing a device may hang as well as reading it.
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
                // A camera goes on: what it shows meanwhile is thrown away, so that nothing old
                // waits in its buffers afterwards.
                continue;
            }
            self.board.offer(self.number, frame);
            if std::mem::take(&mut first) {
                let _ = self.events.send(ReaderEvent::FirstFrame);
            }
        }
    }

    /// Does what the supervisor asked; with a paused film it waits here.
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

    /// Waits until a film's frame is to be shown. The film's clock stands still while paused.
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

/// Turns a film's times into moments.
#[derive(Default)]
struct PlayClock {
    /// A moment and the film's time then.
    anchor: Option<(Instant, Duration)>,
    paused_at: Option<Instant>,
}

impl PlayClock {
    /// The moment at which the frame of `time` is to be shown.
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
