//! What follows the faces of a live session: frames in, events out. It runs on the pool's threads.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use emotion_core::{Event, Frame, SessionTime, StreamId};
use emotion_session::{Analyzer, Lifecycle, LifecycleConfig, Observation};

use super::messages::{Format, Settings};
use crate::picture;
use crate::problem::{Code, Problem};

/// A frame that came.
pub struct Arrived {
    /// Its number in the session, from 0.
    pub frame: u64,
    /// Its bytes.
    pub bytes: Bytes,
    /// When it came.
    pub at: Instant,
}

/// Follows the faces of one client.
pub struct Watcher {
    analyzer: Analyzer,
    lifecycle: Lifecycle,
    settings: Settings,
    start: Instant,
}

impl Watcher {
    /// Knows no faces yet.
    pub fn new(analyzer: Analyzer, settings: Settings) -> Self {
        let lifecycle = Lifecycle::new(StreamId::default(), LifecycleConfig::default());
        Self { analyzer, lifecycle, settings, start: Instant::now() }
    }

    /// What happened in the frame.
    ///
    /// # Errors
    /// [`Problem`] when it cannot be used; the next one may be fine.
    pub fn look(&mut self, arrived: &Arrived) -> Result<Vec<Event>, Problem> {
        let since_start = arrived.at.saturating_duration_since(self.start);
        let time = self.settings.time(arrived.frame, since_start);
        let frame = self.decode(arrived, time)?;
        let analysis = self
            .analyzer
            .analyze(&frame)
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        let observation = Observation {
            time: SessionTime(time),
            frame_size: (frame.width(), frame.height()),
            analysis,
        };
        let mut events = Vec::new();
        self.lifecycle.observe(&observation, &mut events);
        Ok(events)
    }

    fn decode(&self, arrived: &Arrived, time: Duration) -> Result<Frame, Problem> {
        let frame = match self.settings.format {
            Format::Jpeg => picture::decode(&arrived.bytes, arrived.frame, time),
            Format::I420 { width, height } => {
                picture::from_i420(&arrived.bytes, (width, height), arrived.frame, time)
            }
        };
        Ok(frame?)
    }
}
