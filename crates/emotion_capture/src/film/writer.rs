//! Films written frame by frame, on a thread of their own.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::encoding::Encoding;
use super::prepare_ffmpeg;

/// Containers that a film's name may ask for.
const EXTENSIONS: [&str; 6] = ["avi", "m4v", "mkv", "mov", "mp4", "webm"];

/// Pictures that wait for the encoder at most: who writes faster waits.
const MOST_WAITING: usize = 3;

/// Why a film cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum FilmError {
    /// Its folder is missing.
    #[error("there is no folder {}; create it first", folder.display())]
    NoFolder {
        /// The folder.
        folder: PathBuf,
    },
    /// Its name does not say what kind of film it is.
    #[error("{} is not named as a film is; end it in .mp4, .mkv or .avi", path.display())]
    NotAFilm {
        /// The film.
        path: PathBuf,
    },
    /// Its pictures are too small for any encoder.
    #[error("pictures of {width}x{height} are too small for the film {}", path.display())]
    TooSmall {
        /// The film.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// No encoder takes it.
    #[error(
        "no encoder can write {} ({width}x{height}): {reason}; check that the folder is writable, or try \
         another extension (.mp4, .avi, .mkv)",
        path.display()
    )]
    NoEncoder {
        /// The film.
        path: PathBuf,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// What the last encoder says.
        reason: String,
    },
    /// A picture has another size than the film.
    #[error("a picture of {} bytes does not fit into a film of {width}x{height}", bytes)]
    Size {
        /// The film's width in pixels.
        width: u32,
        /// The film's height in pixels.
        height: u32,
        /// Bytes of the picture.
        bytes: usize,
    },
    /// The film cannot be written on.
    #[error("cannot write {}: {reason}; check the space on its disk", path.display())]
    Write {
        /// The film.
        path: PathBuf,
        /// What the library says.
        reason: String,
    },
    /// It is written, but does not get its name.
    #[error("cannot rename {} to {}: {error}", partial.display(), path.display())]
    Rename {
        /// Where it is now.
        partial: PathBuf,
        /// Its name.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}

/// A film that is being written: H.264 where there is an encoder for it, else MPEG-4 part 2; VP8 in `.webm`.
/// Until [`FilmWriter::finish`] renames it to its path, it is beside it as `NAME.partial.EXT`. Pictures are
/// encoded on a thread of its own.
pub struct FilmWriter {
    pictures: Option<SyncSender<Picture>>,
    thread: Option<JoinHandle<Result<(), String>>>,
    size: (u32, u32),
    partial: PathBuf,
    path: PathBuf,
    finished: bool,
}

/// A picture on its way to the encoder.
struct Picture {
    rgb: Vec<u8>,
    time: Duration,
}

impl FilmWriter {
    /// Starts a film of pictures of this size; the extension of `path` selects the container (`.mp4`,
    /// `.mkv`, `.mov`, `.avi`, `.webm`). `frame_rate` is the usual one: frames have times of their own,
    /// except in AVI, which knows only constant rates.
    ///
    /// Encoders want even sides: of a picture with an odd one the last row or column is left out.
    ///
    /// # Errors
    /// [`FilmError`] when the folder is missing, or no encoder can write such a film.
    pub fn create(path: &Path, frame_rate: f64, size: (u32, u32)) -> Result<Self, FilmError> {
        prepare_ffmpeg();
        Self::check_target(path)?;
        let (width, height) = size;
        if width < 2 || height < 2 {
            return Err(FilmError::TooSmall { path: path.to_owned(), width, height });
        }
        let mut name = path.file_stem().unwrap_or_default().to_owned();
        name.push(".partial.");
        name.push(path.extension().unwrap_or_default());
        let partial = path.with_file_name(name);
        let (pictures, waiting) = sync_channel(MOST_WAITING);
        let (started, start) = channel();
        let file = partial.clone();
        let refused =
            |reason: String| FilmError::NoEncoder { path: path.to_owned(), width, height, reason };
        let thread = thread::Builder::new()
            .name("film".to_owned())
            .spawn(move || encode(&file, frame_rate, size, &started, &waiting))
            .map_err(|error| refused(error.to_string()))?;
        let opened = start.recv().unwrap_or_else(|_| Err("the encoder crashed".to_owned()));
        let path = path.to_owned();
        let writer = Self {
            pictures: Some(pictures),
            thread: Some(thread),
            size,
            partial,
            path: path.clone(),
            finished: false,
        };
        opened.map_err(|reason| FilmError::NoEncoder { path, width, height, reason })?;
        Ok(writer)
    }

    /// Refuses what [`FilmWriter::create`] would refuse by name alone: a film without its folder, and a
    /// name that no film has.
    ///
    /// # Errors
    /// [`FilmError`] says what is missing, or which extensions there are.
    pub fn check_target(path: &Path) -> Result<(), FilmError> {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            return Err(FilmError::NoFolder { folder: folder.to_owned() });
        }
        let extension = path.extension().unwrap_or_default().to_ascii_lowercase();
        if path.to_str().is_none() || !EXTENSIONS.iter().any(|known| extension == *known) {
            return Err(FilmError::NotAFilm { path: path.to_owned() });
        }
        Ok(())
    }

    /// Appends a picture, shown from `time` on: 8-bit RGB, rows from the top, of the film's size. A time
    /// that is not after the last one is moved behind it.
    ///
    /// # Errors
    /// [`FilmError`] when the picture has another size, or the encoder or the disk refused an earlier one.
    pub fn write(&mut self, rgb: Vec<u8>, time: Duration) -> Result<(), FilmError> {
        let (width, height) = self.size;
        if rgb.len() != width as usize * height as usize * 3 {
            return Err(FilmError::Size { width, height, bytes: rgb.len() });
        }
        let sent = self.pictures.as_ref().map(|pictures| pictures.send(Picture { rgb, time }));
        match sent {
            Some(Ok(())) => Ok(()),
            // The thread has ended, and says why.
            Some(Err(_)) | None => self.end(),
        }
    }

    /// Finishes the film and renames it to its path.
    ///
    /// # Errors
    /// [`FilmError`] when the film cannot be closed or renamed.
    pub fn finish(mut self) -> Result<(), FilmError> {
        self.end()?;
        std::fs::rename(&self.partial, &self.path).map_err(|error| FilmError::Rename {
            partial: self.partial.clone(),
            path: self.path.clone(),
            error,
        })?;
        self.finished = true;
        Ok(())
    }

    /// Waits until all pictures are written.
    fn end(&mut self) -> Result<(), FilmError> {
        self.pictures = None;
        let failed = |reason| FilmError::Write { path: self.path.clone(), reason };
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(result)) => result.map_err(failed),
            Some(Err(_)) => Err(failed("the encoder crashed".to_owned())),
            None => Err(failed("it has already failed".to_owned())),
        }
    }
}

impl Drop for FilmWriter {
    fn drop(&mut self) {
        if !self.finished {
            self.pictures = None;
            if let Some(thread) = self.thread.take() {
                // What it says was not asked for: the film is given up.
                let _ = thread.join();
            }
            let _ = std::fs::remove_file(&self.partial);
        }
    }
}

/// What the thread does.
fn encode(
    file: &Path,
    frame_rate: f64,
    size: (u32, u32),
    started: &Sender<Result<(), String>>,
    pictures: &Receiver<Picture>,
) -> Result<(), String> {
    let mut encoding = match Encoding::open(file, frame_rate, size) {
        Ok(encoding) => encoding,
        Err(reason) => {
            // Whoever asked for the film waits for the answer.
            let _ = started.send(Err(reason));
            return Ok(());
        }
    };
    let _ = started.send(Ok(()));
    let text = |error: ffmpeg_next::Error| error.to_string();
    for Picture { rgb, time } in pictures {
        encoding.write(&rgb, time).map_err(text)?;
    }
    encoding.close().map_err(text)
}
