//! Code shared by films and pictures: classifying a path, silencing OpenCV, converting its pictures
//! to frames.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Once;
use std::time::Duration;

use opencv::core::{LogLevel, Mat, set_log_level};
use opencv::prelude::*;
use opencv::{imgcodecs, imgproc};

use super::CaptureError;
use emotion_core::Frame;

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathKind {
    Folder,
    Picture,
    /// Neither of these; perhaps a film.
    Other,
}

impl PathKind {
    pub(super) fn is_pictures(self) -> bool {
        self != Self::Other
    }
}

/// What `path` leads to, judged by its first bytes, not by its name.
pub(super) fn look_at(path: &Path) -> Result<PathKind, CaptureError> {
    quiet_opencv();
    let unreadable = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound => CaptureError::NotFound { path: path.to_owned() },
        _ => CaptureError::Unreadable { path: path.to_owned(), error },
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if metadata.is_dir() {
        return Ok(PathKind::Folder);
    }
    if is_device(&metadata) {
        let reason = "it is a device; cameras are named by number, as in camera:0".to_owned();
        return Err(CaptureError::NotMedia { path: path.to_owned(), reason });
    }
    if metadata.is_file() {
        let mut start = Vec::new();
        File::open(path)
            .and_then(|file| file.take(512).read_to_end(&mut start))
            .map_err(unreadable)?;
        if start.is_empty() {
            return Err(CaptureError::EmptyFile { path: path.to_owned() });
        }
        if is_plain_text(&start) && !is_playlist(path) {
            // FFmpeg would render it as a film of scrolling text.
            let reason = "it is a text file".to_owned();
            return Err(CaptureError::NotMedia { path: path.to_owned(), reason });
        }
    }
    Ok(if imgcodecs::have_image_reader(path).unwrap_or(false) {
        PathKind::Picture
    } else {
        PathKind::Other
    })
}

#[cfg(unix)]
fn is_device(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::FileTypeExt::is_char_device(&metadata.file_type())
}

#[cfg(not(unix))]
fn is_device(_metadata: &fs::Metadata) -> bool {
    false
}

/// Whether a file's first bytes are text. PNM pictures, which start with text too, are not counted.
fn is_plain_text(start: &[u8]) -> bool {
    let pnm = start.len() > 2
        && start[0] == b'P'
        && start[1].is_ascii_digit()
        && start[2].is_ascii_whitespace();
    !pnm && start.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..))
        && String::from_utf8_lossy(start).chars().filter(|c| *c == '\u{FFFD}').count() <= 1
}

/// Whether it is a playlist or a session description: text that FFmpeg can play.
fn is_playlist(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["m3u8", "m3u", "mpd", "sdp"].iter().any(|known| extension == *known)
}

/// Keeps OpenCV from writing its own messages to the terminal: failures are returned as errors.
pub(super) fn quiet_opencv() {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let quieted = set_log_level(LogLevel::LOG_LEVEL_SILENT);
        tracing::debug!("OpenCV's log level was {quieted:?}");
    });
}

/// An OpenCV error with the source's name.
pub(super) fn library_error(label: &str, error: &opencv::Error) -> CaptureError {
    CaptureError::Library { label: label.to_owned(), reason: error.message.clone() }
}

/// A frame from a picture in OpenCV's channel order (blue, green, red).
pub(super) fn frame_from_bgr(
    bgr: &Mat,
    label: &str,
    sequence: u64,
    time: Duration,
) -> Result<Frame, CaptureError> {
    let library = |error: opencv::Error| library_error(label, &error);
    let (width, height) = (bgr.cols().unsigned_abs(), bgr.rows().unsigned_abs());
    let mut rgb = Mat::default();
    imgproc::cvt_color_def(bgr, &mut rgb, imgproc::COLOR_BGR2RGB).map_err(library)?;
    let rgb = rgb.data_bytes().map_err(library)?.to_vec();
    Frame::from_rgb(rgb, width, height, sequence, time)
        .map_err(|error| CaptureError::Frame { label: label.to_owned(), error })
}
