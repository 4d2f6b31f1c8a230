//! Records and replays sessions in Bevy: [`Recorder`] writes the readings of a running session, and
//! [`Replay`] plays them with the same entities and events at the same times, at any speed and any
//! update rate.
//!
//! [`emotion_store`] describes what a recording holds, and the file format.

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

/// Compiles the guide's examples.
#[cfg(doctest)]
#[doc = include_str!("../../docs/replay.md")]
struct Guide;
