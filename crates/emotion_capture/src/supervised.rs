//! [`Capture`]: a source on a supervised thread.
//!
//! The outer thread (the supervisor) takes commands, watches the clock and decides what to open;
//! it never calls into a source. The inner thread (the reader) does, and is left behind when a
//! driver hangs.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, never, select, unbounded};
use emotion_core::supervise::{Backoff, Dismissed};

use super::reader::{Reader, ReaderCommand, ReaderEvent};
use super::status::Board;
use super::{
    CaptureError, CaptureState, CaptureStatus, FrameReceiver, OpenOptions, Plan, SourceControl,
    SourceSpec, frame_slot,
};

/// The first pause before a source is tried again; it doubles from try to try.
const FIRST_RETRY: Duration = Duration::from_millis(500);
/// The longest pause before a source is tried again.
const LONGEST_RETRY: Duration = Duration::from_secs(8);
/// A source that streamed for this long has recovered: the pauses start small again.
const RECOVERED_AFTER: Duration = Duration::from_secs(5);
/// Files may take this many times as long as cameras and streams.
const FILE_PATIENCE: u32 = 10;
/// How long a reader may take to close its camera before the next source is opened anyway.
const CLOSING_TIME: Duration = Duration::from_secs(2);
/// How often the supervisor checks a running reader.
const WATCH_INTERVAL: Duration = Duration::from_millis(100);
/// How often it checks one that was asked to end.
const CLOSING_INTERVAL: Duration = Duration::from_millis(5);
/// How long dropping a [`Capture`] may take.
const DROP_DEADLINE: Duration = Duration::from_millis(500);

/// A source on its own thread: the newest frame is in [`Capture::frames`], the rest in
/// [`Capture::status`].
///
/// Cameras and streams that fail are retried after half a second, then after twice the last pause,
/// up to eight seconds. Films end. A driver that hangs is detected, reported and left behind.
pub struct Capture {
    frames: FrameReceiver,
    board: Arc<Board>,
    supervisor: Option<(Sender<Message>, JoinHandle<bool>)>,
}

/// Commands to a running [`Capture`].
#[derive(Debug, Clone, PartialEq)]
pub enum CaptureCommand {
    /// Pause (no more frames, a film's clock stops) or resume.
    Pause(bool),
    /// Switch to another source.
    Switch(SourceSpec),
    /// Switch to the next camera that opens; after the last one to the puppet, then to the first.
    NextCamera,
    /// A request to the source itself.
    Control(SourceControl),
}

enum Message {
    Command(CaptureCommand),
    Stop { by: Instant },
}

impl Capture {
    /// Starts reading a source. [`Capture::status`] says whether it opens.
    ///
    /// # Errors
    /// [`CaptureError::Thread`] when the thread cannot be started.
    pub fn start(spec: SourceSpec, options: OpenOptions) -> Result<Self, CaptureError> {
        let (slot, frames) = frame_slot();
        let plan = Plan::Source(spec);
        let board = Arc::new(Board::new(slot, plan.to_string(), CaptureState::Opening));
        let (sender, messages) = unbounded();
        let supervisor = Supervisor {
            messages,
            options,
            board: board.clone(),
            plan,
            next: Next::Open,
            reader: None,
            camera: None,
            dismissed: Vec::new(),
            dismissed_at: Instant::now(),
            readers_started: 0,
            paused: false,
            retries: Backoff::new(FIRST_RETRY, LONGEST_RETRY),
        };
        let thread = thread::Builder::new()
            .name("capture".to_owned())
            .spawn(move || supervisor.run())
            .map_err(CaptureError::Thread)?;
        Ok(Self { frames, board, supervisor: Some((sender, thread)) })
    }

    /// A capture without a thread: the owner of the other end of `frames` supplies the frames.
    ///
    /// Commands have no effect, except that [`Capture::status`] shows [`CaptureCommand::Pause`].
    pub fn from_receiver(label: String, frames: FrameReceiver) -> Self {
        // The board's own slot is never used: frames bypass it.
        let (unused, _) = frame_slot();
        let board = Arc::new(Board::new(unused, label, CaptureState::Streaming));
        Self { frames, board, supervisor: None }
    }

    /// The slot in which the newest frame waits.
    pub fn frames(&self) -> &FrameReceiver {
        &self.frames
    }

    /// The state of the source. Cheap enough for every frame of a game.
    pub fn status(&self) -> CaptureStatus {
        self.board.status(self.frames.offered(), self.frames.dropped())
    }

    /// Sends a command without waiting for it; [`Capture::status`] shows its effect.
    pub fn send(&self, command: CaptureCommand) {
        if let CaptureCommand::Pause(paused) = command {
            self.board.set_paused(paused);
        }
        if let Some((sender, _)) = &self.supervisor {
            // A supervisor that was stopped takes no more commands.
            let _ = sender.send(Message::Command(command));
        }
    }

    /// Closes the source and ends its threads. Takes at most `deadline`.
    ///
    /// Returns whether all of them ended: one that hangs in a driver is left behind and ends when
    /// the driver returns.
    pub fn stop(&mut self, deadline: Duration) -> bool {
        let Some((sender, thread)) = self.supervisor.take() else { return true };
        let by = Instant::now() + deadline;
        let _ = sender.send(Message::Stop { by });
        // The supervisor itself keeps to the deadline; this gives it a little longer to end.
        while !thread.is_finished() && Instant::now() < by + CLOSING_INTERVAL * 4 {
            thread::sleep(CLOSING_INTERVAL / 5);
        }
        self.board.finished(CaptureState::Ended);
        thread.is_finished() && thread.join().unwrap_or(false)
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.stop(DROP_DEADLINE);
    }
}

/// State of the outer thread.
struct Supervisor {
    messages: Receiver<Message>,
    options: OpenOptions,
    board: Arc<Board>,
    plan: Plan,
    next: Next,
    reader: Option<Reader>,
    /// The number of the last camera, if the last source was one.
    camera: Option<u32>,
    /// Readers that were asked to end and have not ended yet.
    dismissed: Vec<Dismissed>,
    dismissed_at: Instant,
    readers_started: u64,
    paused: bool,
    retries: Backoff,
}

/// What the supervisor does when there is no reader.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    /// Open as soon as earlier readers have ended.
    Open,
    /// Open at this time.
    OpenAt(Instant),
    /// Wait for a command.
    Nothing,
}

impl Supervisor {
    /// Returns whether all readers ended.
    fn run(mut self) -> bool {
        loop {
            self.dismissed.retain(|reader| !reader.is_finished());
            self.open_when_due();
            let events = self.reader.as_ref().map_or_else(never, |reader| reader.events.clone());
            select! {
                recv(self.messages) -> message => match message {
                    Ok(Message::Command(command)) => self.obey(command),
                    Ok(Message::Stop { by }) => return self.stop(by),
                    // The capture is gone without the stop message that its drop sends.
                    Err(_) => return self.stop(Instant::now()),
                },
                // A thread that ends without its last event died in a way that cannot be caught.
                recv(events) -> event => {
                    self.hear(event.unwrap_or(ReaderEvent::Panicked(String::new())));
                }
                default(self.time_to_sleep()) => {}
            }
            self.watch();
        }
    }

    fn open_when_due(&mut self) {
        let closing = !self.dismissed.is_empty() && self.dismissed_at.elapsed() < CLOSING_TIME;
        let due = match self.next {
            Next::Open => true,
            Next::OpenAt(time) => time <= Instant::now(),
            Next::Nothing => false,
        };
        if self.reader.is_some() || closing || !due {
            return;
        }
        self.readers_started += 1;
        self.board.admit(self.readers_started);
        let reader = Reader::start(
            self.readers_started,
            self.plan.clone(),
            self.options.clone(),
            self.paused,
            self.board.clone(),
        );
        self.next = Next::Nothing;
        match reader {
            Ok(reader) => self.reader = Some(reader),
            Err(error) => self.failed(&error),
        }
    }

    fn time_to_sleep(&self) -> Duration {
        match self.next {
            _ if self.reader.is_some() => WATCH_INTERVAL,
            Next::Open => CLOSING_INTERVAL,
            Next::OpenAt(time) => {
                time.saturating_duration_since(Instant::now()).max(CLOSING_INTERVAL)
            }
            Next::Nothing => LONGEST_RETRY,
        }
    }

    fn obey(&mut self, command: CaptureCommand) {
        match command {
            CaptureCommand::Pause(paused) => {
                self.paused = paused;
                self.tell_reader(ReaderCommand::Pause(paused));
            }
            CaptureCommand::Control(control) => self.tell_reader(ReaderCommand::Control(control)),
            CaptureCommand::Switch(spec) => self.turn_to(Plan::Source(spec)),
            CaptureCommand::NextCamera => self.turn_to(Plan::NextCamera(self.camera)),
        }
    }

    fn tell_reader(&self, command: ReaderCommand) {
        if let Some(reader) = &self.reader {
            reader.send(command);
        }
    }

    fn turn_to(&mut self, plan: Plan) {
        self.dismiss_reader();
        self.board.turn_to(plan.to_string());
        self.plan = plan;
        self.next = Next::Open;
        self.retries.reset();
        self.paused = false;
        self.board.set_paused(false);
    }

    /// Retires the current reader. Frames that it still sends are discarded.
    fn dismiss_reader(&mut self) {
        self.readers_started += 1;
        self.board.admit(self.readers_started);
        if let Some(reader) = self.reader.take() {
            self.dismissed.push(reader.dismiss());
            self.dismissed_at = Instant::now();
        }
    }

    fn hear(&mut self, event: ReaderEvent) {
        let Some(reader) = &mut self.reader else { return };
        match event {
            ReaderEvent::Opened { label, camera } => {
                reader.label = label;
                self.camera = camera;
            }
            ReaderEvent::FirstFrame => reader.streaming_since = Some(Instant::now()),
            ReaderEvent::Finished(Ok(())) => {
                self.dismiss_reader();
                self.board.finished(CaptureState::Ended);
            }
            ReaderEvent::Finished(Err(error)) => self.failed(&error),
            ReaderEvent::Panicked(reason) => {
                let label = reader.label.clone();
                self.failed(&CaptureError::Crashed { label, reason });
            }
        }
    }

    /// Checks whether the reader is stuck.
    fn watch(&mut self) {
        let Some(reader) = &self.reader else { return };
        let after = reader.busy_for();
        // A file may be large and its disk slow: it gets more time than a camera.
        let patience = if self.plan.is_worth_retrying() { 1 } else { FILE_PATIENCE };
        if after > self.options.timeout * patience {
            let label = reader.label.clone();
            self.failed(&CaptureError::Stuck { label, after });
        }
    }

    /// Schedules another try if the source is worth retrying.
    fn failed(&mut self, error: &CaptureError) {
        let streamed = self.reader.as_ref().and_then(|reader| reader.streaming_since);
        self.dismiss_reader();
        if streamed.is_some_and(|since| since.elapsed() > RECOVERED_AFTER) {
            self.retries.reset();
        }
        let reason = error.to_string();
        if !self.plan.is_worth_retrying() || matches!(error, CaptureError::MissingFeature { .. }) {
            tracing::warn!("{reason}");
            self.board.finished(CaptureState::Failed { reason });
            self.next = Next::Nothing;
            return;
        }
        self.plan = self.plan_after_failure(streamed.is_some());
        let pause = self.retries.failed();
        tracing::warn!("{reason}; next try in {} s", pause.as_secs_f32());
        let next_try = Instant::now() + pause;
        self.board.retrying(reason, self.retries.failures(), next_try);
        self.next = Next::OpenAt(next_try);
    }

    /// A camera that streamed is tried again. One that was picked automatically and never gave a
    /// frame is replaced by the next one.
    fn plan_after_failure(&self, streamed: bool) -> Plan {
        match (&self.plan, self.camera) {
            (Plan::Source(SourceSpec::Auto), Some(_)) if streamed => {
                Plan::Source(SourceSpec::Camera(None))
            }
            (Plan::NextCamera(_) | Plan::InsteadOf(_), Some(index)) if streamed => {
                Plan::Source(SourceSpec::Camera(Some(index)))
            }
            (
                Plan::Source(SourceSpec::Auto) | Plan::NextCamera(_) | Plan::InsteadOf(_),
                Some(index),
            ) => Plan::InsteadOf(index),
            (plan, _) => plan.clone(),
        }
    }

    fn stop(mut self, by: Instant) -> bool {
        self.dismiss_reader();
        loop {
            self.dismissed.retain(|reader| !reader.is_finished());
            if self.dismissed.is_empty() {
                return true;
            }
            let left = by.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            thread::sleep(left.min(CLOSING_INTERVAL / 5));
        }
    }
}
