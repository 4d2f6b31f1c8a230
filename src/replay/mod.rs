//! Sessions as readings in Bevy: [`Recorder`] writes one of a running session, and [`Replay`] plays one:
//! the same entities and the same events at the same times, at any speed and any update rate.
//!
//! What a recording holds, and how it lies in a file, is in [`emotion_store`].

mod asset;
mod pictures;
mod recorder;
#[expect(clippy::module_inception, reason = "the resource's own file")]
mod replay;

pub use asset::{RecordingAsset, RecordingLoader};
pub use emotion_store::{
    Damage, Moment, Recording, RecordingError, RecordingInfo, RecordingWriter, What, format,
};
pub use recorder::{Recorder, RecorderState};
pub use replay::{Replay, ReplayPlugin, ReplayState};

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/replay.md")]
struct Guide;
