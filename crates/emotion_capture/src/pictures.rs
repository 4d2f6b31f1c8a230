//! A picture, or a folder of pictures in the natural order of their names.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use super::decode::{self, PictureError, PictureKind};
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
            let contents = Contents::of(path, options.recursive)?;
            contents.report();
            let (files, skipped) = (contents.pictures, contents.left_out.len());
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
            say_what_is_not_read(path, decode::kind_of(path));
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
        let number = u32::try_from(self.sequence).unwrap_or(u32::MAX);
        let time = self.options.picture_time.saturating_mul(number);
        let frame =
            decode::decode_file(path, self.sequence, time).map_err(|error| match error {
                PictureError::Unreadable(error) => {
                    CaptureError::Unreadable { path: path.clone(), error }
                }
                PictureError::Damaged(reason) => {
                    CaptureError::BadPicture { path: path.clone(), reason }
                }
                PictureError::Size(error) => CaptureError::Frame { label: path_label(path), error },
            })?;
        self.sequence += 1;
        self.any_readable = true;
        Ok(Some(frame))
    }

    fn is_still(&self) -> bool {
        true
    }

    fn frame_file(&self) -> Option<&Path> {
        self.files.get(self.next.checked_sub(1)?).map(PathBuf::as_path)
    }

    fn frame_count(&self) -> Option<u64> {
        (!self.options.repeat).then_some(self.files.len() as u64)
    }
}

/// What a folder holds.
#[derive(Default)]
struct Contents {
    pictures: Vec<PathBuf>,
    /// Files that are not read, each with the reason.
    left_out: Vec<(PathBuf, &'static str)>,
}

impl Contents {
    /// Lists a folder, with its subfolders if `recursive`. Hidden files and folders are passed over.
    fn of(folder: &Path, recursive: bool) -> Result<Self, CaptureError> {
        let mut contents = Self::default();
        contents.add(folder, recursive)?;
        contents.pictures.sort_by(|a, b| natural_order(&a.to_string_lossy(), &b.to_string_lossy()));
        contents.left_out.sort();
        Ok(contents)
    }

    fn add(&mut self, folder: &Path, recursive: bool) -> Result<(), CaptureError> {
        let unreadable = |error| CaptureError::Unreadable { path: folder.to_owned(), error };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            // A link to a folder may lead back to where it is.
            if entry.file_type().map_err(unreadable)?.is_dir() {
                if recursive {
                    self.add(&path, recursive)?;
                }
            } else if path.is_dir() {
                self.left_out.push((path, "a link to a folder"));
            } else {
                match decode::kind_of(&path) {
                    Some(PictureKind::Animation) if cfg!(feature = "films") => {
                        self.left_out.push((path, "it is a moving picture; name it by itself"));
                    }
                    None if !is_named_like_a_picture(&path) => {
                        let reason = reason_to_leave_out(&path);
                        self.left_out.push((path, reason));
                    }
                    kind => {
                        say_what_is_not_read(&path, kind);
                        self.pictures.push(path);
                    }
                }
            }
        }
        Ok(())
    }

    /// Says which files are not read, and why.
    fn report(&self) {
        const MOST: usize = 20;
        for (path, reason) in self.left_out.iter().take(MOST) {
            tracing::warn!("{} is left out: {reason}", path.display());
        }
        if self.left_out.len() > MOST {
            tracing::warn!("{} more files are left out", self.left_out.len() - MOST);
        }
    }
}

/// Says of a picture with more than one page or frame that only the first is read.
fn say_what_is_not_read(path: &Path, kind: Option<PictureKind>) {
    let what = match kind {
        Some(PictureKind::Pages) => "has several pages",
        Some(PictureKind::Animation | PictureKind::FirstOfAnimation) => "is a moving picture",
        Some(PictureKind::Single) | None => return,
    };
    tracing::warn!("{} {what}; only the first is read", path.display());
}

fn reason_to_leave_out(path: &Path) -> &'static str {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    match extension.as_str() {
        "heic" | "heif" => "it is HEIC; convert it to JPEG",
        "avif" => "it is AVIF, which is not read; convert it to JPEG",
        "jp2" | "jxl" => "it is JPEG 2000 or JPEG XL, which are not read; convert it to JPEG",
        "avi" | "m4v" | "mkv" | "mov" | "mp4" | "mpg" | "ts" | "webm" => {
            "it is a film; name it by itself"
        }
        _ => "it is not a picture of a known kind",
    }
}

/// The order in which people number files: `img2` before `img10`.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (Some(first), Some(other)) = (a.chars().next(), b.chars().next()) else {
            return a.len().cmp(&b.len());
        };
        if first.is_ascii_digit() && other.is_ascii_digit() {
            let (number, rest) = split_number(a);
            let (other_number, other_rest) = split_number(b);
            let by_value = number.len().cmp(&other_number.len()).then(number.cmp(other_number));
            if by_value.is_ne() {
                return by_value;
            }
            (a, b) = (rest, other_rest);
        } else if first == other {
            (a, b) = (&a[first.len_utf8()..], &b[other.len_utf8()..]);
        } else {
            return first.cmp(&other);
        }
    }
}

/// The digits at the start of `text`, without leading zeros, and what follows them.
fn split_number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].trim_start_matches('0'), &text[end..])
}

/// Whether the file has a picture's extension. Such a file counts as a picture even if it is
/// damaged, so that the damage is reported.
fn is_named_like_a_picture(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    ["jpg", "jpeg", "png", "bmp", "gif", "webp", "tif", "tiff", "pgm", "ppm", "pbm"]
        .iter()
        .any(|known| extension == *known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_compared_as_numbers() {
        let mut names = ["img10", "img2", "img1b", "Img3", "img", "img02a", "img2a", "é1", "e"];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(names, ["Img3", "e", "img", "img1b", "img2", "img02a", "img2a", "img10", "é1"]);
    }
}
