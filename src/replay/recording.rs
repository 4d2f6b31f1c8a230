//! What a recording holds.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::format::{self, Damage, RecordingError};
use crate::analyzer::Analysis;

/// A session as readings: what was said of each frame, and when. No pictures.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "plugin", derive(bevy::asset::Asset, bevy::reflect::TypePath))]
pub struct Recording {
    /// Where it comes from.
    pub info: RecordingInfo,
    /// What happened, in the order of the times.
    pub moments: Vec<Moment>,
    /// From the start of the recording to its end.
    pub length: Duration,
    /// What is missing, where the file was cut off or damaged.
    pub damage: Option<Damage>,
}

/// Where a recording comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingInfo {
    /// The version of this crate that wrote it.
    pub crate_version: String,
    /// The model that read the faces; `None` where that is not known.
    pub model: Option<String>,
    /// The source, for people.
    pub source: String,
    /// Width and height of the frames at the start in pixels; `None` before the first one.
    pub frame_size: Option<(u32, u32)>,
    /// When it began, in seconds since the start of 1970 (UTC).
    pub started_at: u64,
}

/// Something that happened at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Time since the start of the recording.
    pub at: Duration,
    /// What happened.
    pub what: What,
}

/// What can happen in a recording.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// Another source, or another analyzer: faces of before have nothing to do with those after.
    NewSource,
    /// A frame was analyzed.
    Frame {
        /// Width and height in pixels.
        frame_size: (u32, u32),
        /// What was found in it.
        analysis: Analysis,
    },
}

impl RecordingInfo {
    /// A recording that begins now, of this version of the crate.
    pub fn now(source: impl Into<String>) -> Self {
        // A clock before 1970 is no clock.
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
        Self {
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            source: source.into(),
            started_at,
            ..Self::default()
        }
    }
}

impl Recording {
    /// Reads a recording's bytes. What is damaged is left out and told in [`Recording::damage`].
    ///
    /// # Errors
    /// [`RecordingError`] when nothing can be read of it: it is no recording, of a newer version, or
    /// damaged at its very start.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordingError> {
        format::read(bytes)
    }

    /// Reads a recording from a file, on the calling thread.
    ///
    /// # Errors
    /// [`RecordingError`], as [`Recording::from_bytes`], and when the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|error| RecordingError::Unreadable { path: path.to_owned(), error })?;
        Self::from_bytes(&bytes)
    }

    /// The recording as a whole file's bytes. Numbers are rounded as [`mod@format`](super::format) says.
    pub fn to_bytes(&self) -> Vec<u8> {
        format::write(self)
    }

    /// The analyzed frames with their times.
    pub fn frames(&self) -> impl Iterator<Item = (Duration, &Analysis)> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            What::Frame { analysis, .. } => Some((moment.at, analysis)),
            What::NewSource => None,
        })
    }
}
