//! What a path leads to: a folder, a picture, or perhaps a film.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::CaptureError;
use super::decode::{self, PictureKind};

/// The path that stands for standard input.
pub(super) const STANDARD_INPUT: &str = "-";

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PathKind {
    Folder,
    Picture,
    /// Neither of these; perhaps a film.
    Other,
}

/// What `path` leads to, judged by its first bytes, not by its name.
pub(super) fn look_at(path: &Path) -> Result<PathKind, CaptureError> {
    if path == Path::new(STANDARD_INPUT) {
        return Ok(PathKind::Other);
    }
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
    if !metadata.is_file() {
        // What is taken out of a pipe to look at it would be lost.
        return Ok(PathKind::Other);
    }
    let mut start = Vec::new();
    File::open(path).and_then(|file| file.take(512).read_to_end(&mut start)).map_err(unreadable)?;
    if start.is_empty() {
        return Err(CaptureError::EmptyFile { path: path.to_owned() });
    }
    if is_plain_text(&start) && !is_playlist(path) {
        // FFmpeg would render it as a film of scrolling text.
        let reason = "it is a text file".to_owned();
        return Err(CaptureError::NotMedia { path: path.to_owned(), reason });
    }
    Ok(match decode::kind_of(path) {
        Some(PictureKind::Animation) if cfg!(feature = "films") => PathKind::Other,
        Some(_) => PathKind::Picture,
        None => PathKind::Other,
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
