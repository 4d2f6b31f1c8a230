//! An analyzer and the life of its faces: frames in, events out.

use std::time::Duration;

use emotion_core::{Event, FaceReading, Frame, SessionTime, StreamId};
use emotion_models::weights::ModelFile;
use emotion_models::{ClassifierInfo, LoadError, Readout, on_cpu};
use emotion_session::{AnalyzeError, Analyzer, Lifecycle, LifecycleConfig, Observation};
use emotion_vision::detect::HaarDetector;
use emotion_vision::haar::{Cascade, CascadeError};
use emotion_vision::track::TrackerConfig;
use serde::Serialize;

use crate::PixelsError;

/// The files that an analyzer is made of.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// OpenCV's `haarcascade_frontalface_default.xml`.
    pub frontal: &'a [u8],
    /// OpenCV's `haarcascade_frontalface_alt2.xml`.
    pub frontal_strict: &'a [u8],
    /// OpenCV's `haarcascade_profileface.xml`.
    pub profile: &'a [u8],
    /// A model's `.safetensors` file.
    pub model: &'a [u8],
}

/// Reads the frames of one camera, one after the other.
pub struct WebAnalyzer {
    analyzer: Analyzer,
    lifecycle: Lifecycle,
    frames: u64,
    time: SessionTime,
}

/// What was found in a picture of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StillFaces {
    /// Width and height in pixels.
    pub frame_size: (u32, u32),
    /// Its faces, from the left.
    pub faces: Vec<FaceReading>,
    /// Time spent on finding faces, in seconds.
    pub detect_seconds: f32,
    /// Time spent on reading them, in seconds.
    pub classify_seconds: f32,
}

impl WebAnalyzer {
    /// An analyzer of these parts, which knows no faces yet.
    ///
    /// # Errors
    /// [`WebError`] when a part cannot be used.
    pub fn new(parts: &Parts<'_>) -> Result<Self, WebError> {
        let cascade = |name, bytes| {
            Cascade::from_xml(bytes).map_err(|error| WebError::Cascade { name, error })
        };
        let detector = HaarDetector::from_cascades(
            cascade("frontal", parts.frontal)?,
            cascade("frontal_strict", parts.frontal_strict)?,
            cascade("profile", parts.profile)?,
        );
        let file = ModelFile::from_bytes("that was given", parts.model.to_vec())?;
        let classifier = on_cpu(&file, Readout::default())?;
        let analyzer = Analyzer::new(Box::new(detector), classifier, TrackerConfig::default());
        let lifecycle = Lifecycle::new(StreamId::default(), LifecycleConfig::default());
        Ok(Self { analyzer, lifecycle, frames: 0, time: SessionTime::ZERO })
    }

    /// What reads the faces.
    pub fn classifier(&self) -> &ClassifierInfo {
        self.analyzer.classifier()
    }

    /// The number that the next frame has.
    pub const fn next_sequence(&self) -> u64 {
        self.frames
    }

    /// What happened in the next frame. Frames come in the order of their times.
    ///
    /// # Errors
    /// [`WebError::Analyze`]; the next frame may be fine.
    pub fn analyze(&mut self, frame: &Frame) -> Result<Vec<Event>, WebError> {
        self.frames += 1;
        let analysis = self.analyzer.analyze(frame)?;
        self.time = SessionTime(frame.time());
        let frame_size = (frame.width(), frame.height());
        let observation = Observation { time: self.time, frame_size, analysis };
        let mut events = Vec::new();
        self.lifecycle.observe(&observation, &mut events);
        Ok(events)
    }

    /// The faces of a picture that has nothing to do with the frames before it, and which are forgotten
    /// by that. `smallest` is the side of the smallest face to look for, in pixels.
    ///
    /// # Errors
    /// [`WebError::Analyze`].
    pub fn analyze_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<StillFaces, WebError> {
        let analysis = self.analyzer.analyze_still(frame, smallest)?;
        let frame_size = (frame.width(), frame.height());
        let faces = analysis.readings.iter().map(|face| FaceReading::new(face, frame_size));
        Ok(StillFaces {
            frame_size,
            faces: faces.collect(),
            detect_seconds: analysis.detect_time.as_secs_f32(),
            classify_seconds: analysis.classify_time.as_secs_f32(),
        })
    }

    /// Another camera, or another film, begins at `time`: all faces go, and what was learnt of them. Before the
    /// first frame nothing has to end.
    pub fn restart(&mut self, time: Duration) -> Vec<Event> {
        if self.frames == 0 {
            return Vec::new();
        }
        let (epoch, time) = (self.lifecycle.origin().epoch.next(), SessionTime(time));
        self.analyzer.reset();
        self.frames = 0;
        let mut events = Vec::new();
        self.lifecycle.begin_epoch(epoch, self.time.max(time), time, &mut events);
        self.time = time;
        events
    }
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum WebError {
    /// A cascade cannot be used.
    #[error("the cascade \"{name}\" cannot be used: {error}; build the package again")]
    Cascade {
        /// Which one.
        name: &'static str,
        /// What is wrong with it.
        error: CascadeError,
    },
    /// The model cannot be used.
    #[error(transparent)]
    Model(#[from] LoadError),
    /// Bytes are no frame.
    #[error(transparent)]
    Pixels(#[from] PixelsError),
    /// A frame could not be analyzed.
    #[error(transparent)]
    Analyze(#[from] AnalyzeError),
    /// The events are no JSON.
    #[error("the result cannot be written: {0}; please report this")]
    Json(#[from] serde_json::Error),
}
