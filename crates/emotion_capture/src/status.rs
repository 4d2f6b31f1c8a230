//! How a running source is doing: written by its threads, read by everybody.

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
    /// The source, for people.
    pub label: String,
    /// A line for the screen: what else the user should know.
    pub note: Option<String>,
    /// Width and height of the newest frame in pixels.
    pub size: Option<(u32, u32)>,
    /// Frames offered so far, from all sources that were shown.
    pub captured: u64,
    /// Those of them that were replaced by a newer one before anybody took them.
    pub dropped: u64,
    /// Frames that came per second, over the last two seconds.
    pub frames_per_second: f32,
}

/// What a [`Capture`](super::Capture) is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaptureState {
    /// The source is being opened; there was no frame yet.
    Opening,
    /// Frames come.
    Streaming,
    /// The user holds it: no frames are offered.
    Paused,
    /// It failed and will be tried again.
    Retrying {
        /// Why it failed and what helps.
        reason: String,
        /// How often it failed in a row, from 1.
        attempt: u32,
        /// Time until the next try; zero while it is under way.
        next_try: Duration,
    },
    /// It came to its end.
    Ended,
    /// It failed for good; only another source helps.
    Failed {
        /// Why it failed and what helps.
        reason: String,
    },
}

/// Frame rates are counted over this time.
const RATE_WINDOW: Duration = Duration::from_secs(2);

/// What the supervisor and its readers share with everybody.
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

    /// Offers a frame of reader number `reader`; frames of replaced readers vanish.
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

    /// Says what was opened, if reader number `reader` is still the one to show.
    pub(super) fn opened(&self, reader: u64, label: String, note: Option<String>) {
        let mut entries = self.entries();
        if entries.reader == reader {
            entries.label = label;
            entries.note = note;
        }
    }

    /// Leaves a line for the screen, if reader number `reader` is still the one to show.
    pub(super) fn note(&self, reader: u64, note: String) {
        let mut entries = self.entries();
        if entries.reader == reader {
            entries.note = Some(note);
        }
    }

    /// From now on only reader number `reader` counts.
    pub(super) fn admit(&self, reader: u64) {
        let mut entries = self.entries();
        entries.reader = reader;
        entries.arrivals.clear();
        self.slot.begin_epoch();
    }

    /// Another source is to be shown: what the one before left waiting is taken back.
    pub(super) fn turn_to(&self, label: String) {
        let mut entries = self.entries();
        entries.state = CaptureState::Opening;
        entries.next_try = None;
        entries.label = label;
        entries.note = None;
        entries.size = None;
        self.slot.withdraw();
    }

    /// Says that it will be tried again at `next_try`.
    pub(super) fn retrying(&self, reason: String, attempt: u32, next_try: Instant) {
        let mut entries = self.entries();
        entries.state = CaptureState::Retrying { reason, attempt, next_try: Duration::ZERO };
        entries.next_try = Some(next_try);
    }

    /// Says that nothing more will come.
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

    /// A thread that panicked while it held the lock left whole entries behind: each write is one
    /// assignment.
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
