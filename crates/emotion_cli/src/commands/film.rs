//! Films written frame by frame through OpenCV's `VideoWriter`.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use opencv::core::{Mat, Size};
use opencv::prelude::*;
use opencv::videoio::{CAP_ANY, CAP_FFMPEG, VideoWriter, get_writer_backends};

use super::letterbox::PictureSize;

/// A film that is being written. Until [`FilmWriter::finish`] renames it to its path, it is beside
/// it as `NAME.partial.EXT`.
pub struct FilmWriter {
    writer: VideoWriter,
    size: Size,
    partial: PathBuf,
    path: PathBuf,
    finished: bool,
}

impl FilmWriter {
    /// Starts a film; the extension of `path` selects the container (`.mp4`, `.avi`, `.mkv`).
    ///
    /// H.264 if OpenCV's libraries have an encoder for it, else MPEG-4 part 2.
    ///
    /// # Errors
    /// When the folder is missing, or no encoder can write such a film.
    pub fn create(path: &Path, frames_per_second: f64, size: PictureSize) -> anyhow::Result<Self> {
        check_target(path)?;
        let (Some(stem), Some(extension)) = (path.file_stem(), path.extension()) else {
            bail!("{} has no extension to select a film format; end it in .mp4", path.display());
        };
        let mut name = stem.to_owned();
        name.push(".partial.");
        name.push(extension);
        let partial = path.with_file_name(name);
        // FFmpeg takes what stands before a colon for a protocol, unless there is a separator before it.
        let partial = if partial.is_relative() { Path::new(".").join(partial) } else { partial };
        let (width, height) = (size.width, size.height);
        let size = Size::new(i32::try_from(width)?, i32::try_from(height)?);
        for codec in [['a', 'v', 'c', '1'], ['m', 'p', '4', 'v']] {
            let fourcc = VideoWriter::fourcc(codec[0], codec[1], codec[2], codec[3])?;
            let opened = VideoWriter::new_with_backend(
                &partial,
                backend(),
                fourcc,
                frames_per_second,
                size,
                true,
            );
            if let Ok(writer) = opened
                && writer.is_opened().unwrap_or(false)
            {
                return Ok(Self { writer, size, partial, path: path.to_owned(), finished: false });
            }
        }
        // The encoders leave an empty file behind when they fail.
        let _ = std::fs::remove_file(&partial);
        bail!(
            "no encoder can write {} ({width}x{height}, {frames_per_second:.2} frames per second); \
             check that the folder is writable, or try another extension (.mp4, .avi, .mkv)",
            path.display()
        )
    }

    /// Appends a picture: 8-bit BGR, of the film's size.
    ///
    /// # Errors
    /// When the picture has another size, or the encoder refuses it.
    pub fn write(&mut self, bgr: &Mat) -> anyhow::Result<()> {
        let size = bgr.size()?;
        if size != self.size {
            // The encoder would drop it silently.
            bail!(
                "a picture of {}x{} does not fit into a film of {}x{}; use --size for a fixed size",
                size.width,
                size.height,
                self.size.width,
                self.size.height
            );
        }
        self.writer.write(bgr).with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Finishes the film and renames it to its path.
    ///
    /// # Errors
    /// When the film cannot be closed or renamed.
    pub fn finish(mut self) -> anyhow::Result<()> {
        self.writer.release().with_context(|| format!("cannot write {}", self.path.display()))?;
        std::fs::rename(&self.partial, &self.path).with_context(|| {
            format!("cannot rename {} to {}", self.partial.display(), self.path.display())
        })?;
        self.finished = true;
        Ok(())
    }
}

/// Refuses a film without its folder, and a name that no film has: encoders would write raw data into
/// such a file.
///
/// # Errors
/// What is missing, or which extensions there are.
pub fn check_target(path: &Path) -> anyhow::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder
        && !folder.is_dir()
    {
        bail!("there is no folder {}; create it first", folder.display());
    }
    const FILMS: [&str; 6] = ["avi", "m4v", "mkv", "mov", "mp4", "webm"];
    let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
    if FILMS.iter().any(|known| extension == *known) {
        return Ok(());
    }
    bail!("{} is not named as a film is; end it in .mp4, .mkv or .avi", path.display())
}

/// FFmpeg if OpenCV was built with it: other backends open films that they cannot write.
fn backend() -> i32 {
    let has_ffmpeg = get_writer_backends()
        .is_ok_and(|backends| backends.iter().any(|backend| backend as i32 == CAP_FFMPEG));
    if has_ffmpeg { CAP_FFMPEG } else { CAP_ANY }
}

impl Drop for FilmWriter {
    fn drop(&mut self) {
        if !self.finished {
            let _ = self.writer.release();
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}
