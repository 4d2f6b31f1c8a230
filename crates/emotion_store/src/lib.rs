//! Recordings of sessions: what was read and when, without pictures.
//!
//! A [`Recording`] holds what the analysis found in each frame and when: tracks, boxes, scores; no
//! pixel of a picture. It is a small file ([`mod@format`] describes the layout), read with
//! [`Recording::load`] and written with a [`RecordingWriter`]. A [`Player`] steps through one.
//!
//! | file | what |
//! | --- | --- |
//! | `recording.rs` | what a recording holds, and its channels |
//! | `format.rs` | the layout of the file: writing, reading, and recovering from damage |
//! | `block.rs`, `bytes.rs` | how moments are encoded |
//! | `reader.rs` | reading block by block, for hours of recording |
//! | `player.rs` | playback: the position in a recording and what happens next |

mod block;
mod bytes;
pub mod format;
mod player;
mod reader;
mod recording;

pub use format::{Damage, RecordingError, RecordingWriter, Unread};
pub use player::{Player, Step};
pub use reader::RecordingReader;
pub use recording::{Channel, ChannelKind, Moment, Recording, RecordingInfo, What};
