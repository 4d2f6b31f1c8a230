//! Takes a film in, into a temporary file.

use std::io;

use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;

use crate::app::App;
use crate::body::{Chunks, too_large};
use crate::problem::{Code, Problem};

/// A film that was sent.
pub struct Film {
    /// Where it lies, until this is dropped.
    pub file: TempPath,
    /// The hash of its bytes.
    pub sha256: [u8; 32],
}

/// Writes the body of a request to a temporary file.
///
/// # Errors
/// [`Problem`] when it is no film of a known kind, too large, comes too slowly, or there is no room.
pub async fn receive(app: &App, request: Request) -> Result<Film, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or("application/octet-stream").to_ascii_lowercase();
    if !kind.starts_with("video/") && !kind.starts_with("application/octet-stream") {
        let detail = "send the film itself, as video/mp4 or application/octet-stream";
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    let most = app.config.film_bytes;
    let declared = request.headers().get(CONTENT_LENGTH);
    let declared = declared.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|length| length > most) {
        return Err(too_large(most));
    }
    let (file, path) = NamedTempFile::new().map_err(|error| no_room(&error))?.into_parts();
    let mut file = File::from_std(file);
    let mut sha256 = Sha256::new();
    let mut start = Vec::new();
    let mut is_film = false;
    let mut chunks = Chunks::new(app, request.into_body(), most);
    while let Some(chunk) = chunks.next().await? {
        if !is_film {
            start.extend_from_slice(&chunk[..chunk.len().min(START)]);
            is_film = start.len() >= START;
            if is_film && !is_known(&start) {
                return Err(unknown());
            }
        }
        sha256.update(&chunk);
        file.write_all(&chunk).await.map_err(|error| no_room(&error))?;
    }
    if !is_film {
        return Err(unknown());
    }
    file.flush().await.map_err(|error| no_room(&error))?;
    Ok(Film { file: path, sha256: sha256.finalize().into() })
}

/// Bytes that tell what kind a film is.
const START: usize = 12;

/// Whether a film begins as one of the kinds that are taken. Playlists and descriptions, which name
/// other files and addresses, are none of them.
fn is_known(start: &[u8]) -> bool {
    let is_mp4 = start.get(4..8) == Some(b"ftyp");
    let is_matroska = start.starts_with(&[0x1A, 0x45, 0xDF, 0xA3]);
    let is_avi = start.starts_with(b"RIFF") && start.get(8..12) == Some(b"AVI ");
    is_mp4 || is_matroska || is_avi
}

fn unknown() -> Problem {
    let detail = "it is none of MP4, MOV, Matroska, WebM and AVI; convert it first";
    Problem::new(Code::UnsupportedMediaType, detail)
}

fn no_room(error: &io::Error) -> Problem {
    tracing::error!(%error, "a film cannot be stored");
    Problem::new(Code::StorageFull, "there is no room for the film; try again later")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_films_are_taken() {
        assert!(is_known(b"\0\0\0\x20ftypisom"));
        assert!(is_known(b"RIFF\0\0\0\0AVI "));
        for start in
            [&b"#EXTM3U\n#EXT"[..], b"v=0\no=- 0 0", b"RIFF\0\0\0\0WAVE", b"ffconcat ver", b""]
        {
            assert!(!is_known(start), "{start:?}");
        }
    }
}
