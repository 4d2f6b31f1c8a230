//! Films and network streams through FFmpeg's libraries: read with [`Film`], written with
//! [`FilmWriter`]; their sound with [`SoundFile`].

mod aspect;
mod convert;
mod decoding;
mod encoding;
mod reader;
mod sound;
mod writer;

pub(super) use reader::Film;
pub use sound::SoundFile;
pub use writer::{FilmError, FilmWriter};

use std::sync::Once;

/// Prepares FFmpeg, and keeps it from writing its own messages to the terminal: failures are returned as
/// errors.
fn prepare_ffmpeg() {
    static PREPARED: Once = Once::new();
    PREPARED.call_once(|| {
        if let Err(error) = ffmpeg_next::init() {
            tracing::warn!("FFmpeg cannot be prepared: {error}");
        }
        ffmpeg_next::log::set_level(ffmpeg_next::log::Level::Quiet);
    });
}
