//! What a recording holds.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use emotion_core::Analysis;
use serde::{Deserialize, Serialize};

use super::format::{self, Damage, RecordingError, Unread};

/// A recorded session: what was found in each frame, and when. No pictures.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Recording {
    /// Where it comes from, and its channels.
    pub info: RecordingInfo,
    /// What happened in all channels, in order of time.
    pub moments: Vec<Moment>,
    /// From the start of the recording to its end.
    pub length: Duration,
    /// What is missing, if the file was cut off or damaged.
    pub damage: Option<Damage>,
    /// The channels that the file holds data of and this version cannot read.
    pub unread: Vec<Unread>,
}

/// Where a recording comes from, and what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordingInfo {
    /// The version of this crate that wrote it.
    pub crate_version: String,
    /// The model that read the faces; `None` if that is not known.
    pub model: Option<String>,
    /// The source, for people.
    pub source: String,
    /// Width and height of the frames at the start in pixels; `None` before the first one.
    pub frame_size: Option<(u32, u32)>,
    /// When it began, in seconds since the start of 1970 (UTC).
    pub started_at: u64,
    /// The channels. Ids are unique; of two channels with the same id, the first one counts.
    pub channels: Vec<Channel>,
}

/// A part of a recording that holds one kind of data of one source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Channel {
    /// The number that [`Moment::channel`] names it by.
    pub id: u16,
    /// What it holds.
    pub kind: ChannelKind,
    /// Its source, for people; may be empty.
    pub label: String,
}

/// What a channel holds. In files it is a word.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum ChannelKind {
    /// Analyzed frames with their faces: `faces`.
    #[default]
    Faces,
    /// A kind that this version does not know. Its data is not read.
    Other(String),
}

/// Something that happened at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// Time since the start of the recording.
    pub at: Duration,
    /// The [`Channel::id`] of the channel that it belongs to.
    pub channel: u16,
    /// What happened.
    pub what: What,
}

/// What can happen in a recording.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The source or the analyzer changed: faces from before are not those that follow.
    NewSource,
    /// A frame was analyzed.
    Frame {
        /// Width and height in pixels.
        frame_size: (u32, u32),
        /// What was found in it.
        analysis: Analysis,
    },
}

impl Recording {
    /// Reads a recording's bytes. Damaged parts are left out and reported in [`Recording::damage`];
    /// channels of an unknown kind are left out and reported in [`Recording::unread`] and the log.
    ///
    /// # Errors
    /// [`RecordingError`] if none of it can be read: it is not a recording, its format is newer, or
    /// its header is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordingError> {
        format::read(bytes)
    }

    /// Reads a recording from a file, on the calling thread.
    ///
    /// # Errors
    /// [`RecordingError`], as [`Recording::from_bytes`], and if the file cannot be read.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, RecordingError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path)
            .map_err(|error| RecordingError::Unreadable { path: path.to_owned(), error })?;
        Self::from_bytes(&bytes)
    }

    /// The recording as the bytes of a file. Numbers are rounded as described in
    /// [`mod@format`](super::format). What is in [`Recording::unread`] is not written.
    ///
    /// # Errors
    /// If a moment's channel is not in [`RecordingInfo::channels`], or is of a kind that this
    /// version does not know.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        format::write(self)
    }

    /// The analyzed frames of all channels with their times.
    pub fn frames(&self) -> impl Iterator<Item = (Duration, &Analysis)> {
        self.moments.iter().filter_map(|moment| match &moment.what {
            What::Frame { analysis, .. } => Some((moment.at, analysis)),
            What::NewSource => None,
        })
    }
}

impl RecordingInfo {
    /// A recording that begins now, of this version of the crate, with one channel of faces.
    pub fn now(source: impl Into<String>) -> Self {
        // A clock that is set before 1970 is wrong anyway.
        let started_at = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
        Self {
            crate_version: env!("CARGO_PKG_VERSION").to_owned(),
            source: source.into(),
            started_at,
            ..Self::default()
        }
    }
}

impl Default for RecordingInfo {
    /// One channel of faces with the id 0: what files have whose header names no channels.
    fn default() -> Self {
        Self {
            crate_version: String::new(),
            model: None,
            source: String::new(),
            frame_size: None,
            started_at: 0,
            channels: vec![Channel::default()],
        }
    }
}

impl Moment {
    /// A moment in channel 0.
    pub fn new(at: Duration, what: What) -> Self {
        Self { at, channel: 0, what }
    }

    /// The same moment in another channel.
    #[must_use]
    pub fn in_channel(self, channel: u16) -> Self {
        Self { channel, ..self }
    }
}

/// The word for [`ChannelKind::Faces`] in files.
const FACES: &str = "faces";

impl fmt::Display for ChannelKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faces => FACES,
            Self::Other(kind) => kind,
        })
    }
}

impl From<String> for ChannelKind {
    fn from(kind: String) -> Self {
        match kind.as_str() {
            FACES => Self::Faces,
            _ => Self::Other(kind),
        }
    }
}

impl From<ChannelKind> for String {
    fn from(kind: ChannelKind) -> Self {
        kind.to_string()
    }
}
