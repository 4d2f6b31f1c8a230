//! A picture, or a folder of pictures in the order of their names.

use std::fs;
use std::path::{Path, PathBuf};

use opencv::imgcodecs::{self, IMREAD_COLOR};
use opencv::prelude::*;

use super::opencv::frame_from_bgr;
use super::{CaptureError, FrameSource, OpenOptions, Pacing, path_label};
use emotion_core::Frame;

/// Gives each picture once (or repeatedly), [`OpenOptions::picture_time`] apart.
pub(super) struct Pictures {
    files: Vec<PathBuf>,
    label: String,
    options: OpenOptions,
    /// Index in `files` of the next picture.
    next: usize,
    sequence: u64,
    /// Whether any picture of this round could be read: a folder without one is not repeated.
    any_readable: bool,
}

impl Pictures {
    pub(super) fn open(path: &Path, options: &OpenOptions) -> Result<Self, CaptureError> {
        let name = path_label(path);
        let (files, label) = if path.is_dir() {
            let (files, skipped) = pictures_in(path)?;
            if files.is_empty() {
                return Err(CaptureError::NoPictures { path: path.to_owned(), skipped });
            }
            let label = match (files.len(), skipped) {
                (count, 0) => format!("{name} ({count} pictures)"),
                (count, 1) => format!("{name} ({count} pictures, 1 other file skipped)"),
                (count, _) => format!("{name} ({count} pictures, {skipped} other files skipped)"),
            };
            (files, label)
        } else {
            (vec![path.to_owned()], name)
        };
        let options = options.clone();
        Ok(Self { files, label, options, next: 0, sequence: 0, any_readable: false })
    }
}

impl FrameSource for Pictures {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Timed
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError> {
        if self.next == self.files.len() && self.options.repeat && self.any_readable {
            self.next = 0;
            self.any_readable = false;
        }
        let Some(path) = self.files.get(self.next) else { return Ok(None) };
        self.next += 1;
        // Damage shows as an exception or as a picture without pixels, depending on the format.
        let bgr = match imgcodecs::imread(path, IMREAD_COLOR) {
            Ok(bgr) if !bgr.empty() => bgr,
            Ok(_) | Err(_) => return Err(CaptureError::BadPicture { path: path.clone() }),
        };
        let number = u32::try_from(self.sequence).unwrap_or(u32::MAX);
        let time = self.options.picture_time.saturating_mul(number);
        let frame = frame_from_bgr(&bgr, &path_label(path), self.sequence, time)?;
        self.sequence += 1;
        self.any_readable = true;
        Ok(Some(frame))
    }

    fn frame_count(&self) -> Option<u64> {
        (!self.options.repeat).then_some(self.files.len() as u64)
    }
}

/// A folder's pictures, sorted by name, and the number of other files. Subfolders are ignored.
fn pictures_in(folder: &Path) -> Result<(Vec<PathBuf>, usize), CaptureError> {
    let unreadable = |error| CaptureError::Unreadable { path: folder.to_owned(), error };
    let mut pictures = Vec::new();
    let mut skipped = 0;
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            continue;
        }
        if is_named_like_a_picture(&path) || imgcodecs::have_image_reader(&path).unwrap_or(false) {
            pictures.push(path);
        } else {
            skipped += 1;
        }
    }
    pictures.sort();
    Ok((pictures, skipped))
}

/// Whether the file has a picture's extension. Such a file counts as a picture even if it is
/// damaged, so that the damage is reported.
fn is_named_like_a_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["jpg", "jpeg", "png", "bmp", "webp", "tif", "tiff", "pgm", "ppm", "pbm", "jp2"]
        .iter()
        .any(|known| extension == *known)
}
