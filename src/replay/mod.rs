//! Sessions as readings: recorded without pictures, and played back.
//!
//! A [`Recording`] holds what the analysis said of each frame and when: tracks, boxes, scores; no
//! pixel of a picture. It is a small file ([`mod@format`] says how it is laid out), read with
//! [`Recording::load`] and written with a [`RecordingWriter`]. With the feature `plugin` it is an
//! asset, `Recorder` writes one of a running session and `Replay` plays one: the same entities and
//! the same events at the same times, at any speed and any update rate.
//!
//! | file | what |
//! | --- | --- |
//! | `recording.rs` | what a recording holds |
//! | `format.rs` | how files are laid out: written, read, and read in spite of damage |
//! | `block.rs`, `bytes.rs` | how moments become bytes |
//! | `player.rs` | where in a recording the player is |
//! | `recorder.rs`, `replay.rs`, `asset.rs`, `pictures.rs` | the same for Bevy |

#[cfg(feature = "plugin")]
mod asset;
mod block;
mod bytes;
pub mod format;
#[cfg(feature = "plugin")]
mod pictures;
#[cfg(feature = "plugin")]
mod player;
#[cfg(feature = "plugin")]
mod recorder;
mod recording;
#[cfg(feature = "plugin")]
#[expect(clippy::module_inception, reason = "the resource's own file")]
mod replay;

#[cfg(feature = "plugin")]
pub use asset::RecordingLoader;
pub use format::{Damage, RecordingError, RecordingWriter};
#[cfg(feature = "plugin")]
pub use recorder::{Recorder, RecorderState};
pub use recording::{Moment, Recording, RecordingInfo, What};
#[cfg(feature = "plugin")]
pub use replay::{Replay, ReplayPlugin, ReplayState};

/// The examples of the guide are compiled.
#[cfg(all(doctest, feature = "plugin"))]
#[doc = include_str!("../../docs/replay.md")]
struct Guide;
