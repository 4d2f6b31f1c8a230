//! Status of a running source: written by its threads, read from any thread.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::slot::FrameSender;
use emotion_core::Frame;

/// A snapshot of a [`Capture`](super::Capture).
#[derive(Debug, Clone, PartialEq)]
pub struct CaptureStatus {
    /// What it is doing.
    pub state: CaptureState,
    /// A readable name of the source.
    pub label: String,
    /// A line for the screen, if there is something else to tell the user.
    pub note: Option<String>,
    /// Width and height of the newest frame in pixels.
    pub size: Option<(u32, u32)>,
    /// Frames offered so far, from all sources.
    pub captured: u64,
    /// Frames that were replaced by a newer one before they were taken.
    pub dropped: u64,
    /// Measured frame rate over the last two seconds, in frames per second.
    pub frames_per_second: f32,
}

/// What a [`Capture`](super::Capture) is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureState {
    /// The source is being opened, or has delivered no frame yet.
    Opening,
    /// Frames are arriving.
    Streaming,
    /// Paused by the user: no frames are offered.
    Paused,
    /// It failed and will be tried again.
    Retrying {
        /// Why it failed and what to do about it.
        reason: String,
        /// How often it failed in a row, from 1.
        attempt: u32,
        /// Time until the next try; zero while it is under way.
        next_try: Duration,
    },
    /// It reached its end.
    Ended,
    /// It failed for good and is not retried; switch to another source.
    Failed {
        /// Why it failed and what to do about it.
        reason: String,
    },
}

/// Frame rates are measured over this time.
const RATE_WINDOW: Duration = Duration::from_secs(2);

/// State that the supervisor and its readers share with users of the capture.
pub(super) struct Board {
    slot: FrameSender,
    entries: Mutex<Entries>,
}

struct Entries {
    state: CaptureState,
    /// When the next try is due, while retrying.
    next_try: Option<Instant>,
    paused: bool,
    label: String,
    note: Option<String>,
    size: Option<(u32, u32)>,
    arrivals: VecDeque<Instant>,
    /// Only the reader with this number may write here and offer frames.
    reader: u64,
}

impl Board {
    pub(super) fn new(slot: FrameSender, label: String, state: CaptureState) -> Self {
        let entries = Entries {
            state,
            next_try: None,
            paused: false,
            label,
            note: None,
            size: None,
            arrivals: VecDeque::new(),
            reader: 0,
        };
        Self { slot, entries: Mutex::new(entries) }
    }

    /// Offers a frame of reader number `reader`; frames of replaced readers are discarded.
    pub(super) fn offer(&self, reader: u64, frame: Frame) {
        let mut entries = self.entries();
        if entries.reader != reader {
            return;
        }
        entries.state = CaptureState::Streaming;
        entries.next_try = None;
        entries.size = Some((frame.width(), frame.height()));
        let now = Instant::now();
        entries.arrivals.push_back(now);
        while entries.arrivals.front().is_some_and(|time| now - *time > RATE_WINDOW) {
            entries.arrivals.pop_front();
        }
        self.slot.offer(frame);
    }

    /// Records what was opened, if reader number `reader` is still the current one.
    pub(super) fn opened(&self, reader: u64, label: String, note: Option<String>) {
        let mut entries = self.entries();
        if entries.reader == reader {
            entries.label = label;
            entries.note = note;
        }
    }

    /// Sets the line for the screen, if reader number `reader` is still the current one.
    pub(super) fn note(&self, reader: u64, note: String) {
        let mut entries = self.entries();
        if entries.reader == reader {
            entries.note = Some(note);
        }
    }

    /// Makes reader number `reader` the current one.
    pub(super) fn admit(&self, reader: u64) {
        let mut entries = self.entries();
        entries.reader = reader;
        entries.arrivals.clear();
        self.slot.begin_epoch();
    }

    /// Switches to another source and drops the frame of the previous one that still waits.
    pub(super) fn turn_to(&self, label: String) {
        let mut entries = self.entries();
        entries.state = CaptureState::Opening;
        entries.next_try = None;
        entries.label = label;
        entries.note = None;
        entries.size = None;
        self.slot.withdraw();
    }

    /// Records that it will be tried again at `next_try`.
    pub(super) fn retrying(&self, reason: String, attempt: u32, next_try: Instant) {
        let mut entries = self.entries();
        entries.state = CaptureState::Retrying { reason, attempt, next_try: Duration::ZERO };
        entries.next_try = Some(next_try);
    }

    /// Records that no more frames will come.
    pub(super) fn finished(&self, state: CaptureState) {
        let mut entries = self.entries();
        entries.state = state;
        entries.next_try = None;
    }

    pub(super) fn set_paused(&self, paused: bool) {
        self.entries().paused = paused;
    }

    /// The snapshot, with the slot's counts.
    pub(super) fn status(&self, captured: u64, dropped: u64) -> CaptureStatus {
        let entries = self.entries();
        let now = Instant::now();
        let mut state = entries.state.clone();
        if entries.paused && matches!(state, CaptureState::Streaming | CaptureState::Opening) {
            state = CaptureState::Paused;
        }
        if let CaptureState::Retrying { next_try, .. } = &mut state {
            *next_try =
                entries.next_try.map_or(Duration::ZERO, |time| time.saturating_duration_since(now));
        }
        CaptureStatus {
            state,
            label: entries.label.clone(),
            note: entries.note.clone(),
            size: entries.size,
            captured,
            dropped,
            frames_per_second: rate(&entries.arrivals, now),
        }
    }

    /// Ignores poisoning: each write is a single assignment, so a panic leaves valid entries.
    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn rate(arrivals: &VecDeque<Instant>, now: Instant) -> f32 {
    let recent = arrivals.iter().filter(|time| now - **time <= RATE_WINDOW).count();
    match (arrivals.get(arrivals.len().saturating_sub(recent)), arrivals.back()) {
        (Some(first), Some(last)) if recent > 1 => {
            (recent - 1) as f32 / (*last - *first).as_secs_f32().max(1e-3)
        }
        _ => 0.0,
    }
}
