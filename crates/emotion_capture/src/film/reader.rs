//! A film or stream as a source of frames.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use emotion_core::{Frame, FrameSource, Pacing};
use ffmpeg_next::Dictionary;

use super::decoding::{DecodeError, Decoded, Decoding, OpenError, Patience};
use crate::path::STANDARD_INPUT;
use crate::spec::without_password;
use crate::{CaptureError, OpenOptions, path_label};

/// A film or a stream.
pub(crate) struct Film {
    decoding: Decoding,
    origin: Origin,
    label: String,
    repeat: bool,
    sequence: u64,
    /// The time of the last frame.
    time: Option<Duration>,
    /// Number and time of the first frame of this round.
    round_start: (u64, Duration),
    opened_at: Instant,
    finished: bool,
}

enum Origin {
    File(FilmFile),
    Stream { url: String },
}

impl Film {
    /// Opens a film file, a pipe or, as `-`, standard input.
    pub(crate) fn open_file(path: &Path, options: &OpenOptions) -> Result<Self, CaptureError> {
        let file = FilmFile::new(path)?;
        let decoding = file.open()?;
        Ok(Self::new(decoding, Origin::File(file), label_of(path), options))
    }

    /// Opens a network stream.
    pub(crate) fn open_stream(url: &str, options: &OpenOptions) -> Result<Self, CaptureError> {
        let shown = without_password(url);
        let mut settings = Dictionary::new();
        // Over UDP, lost packets tear pictures apart.
        settings.set("rtsp_transport", "tcp");
        let patience = Patience::new(options.timeout);
        let decoding = Decoding::open(url, settings, Some(patience)).map_err(|error| {
            CaptureError::StreamUnreachable { url: shown.clone(), reason: error.to_string() }
        })?;
        Ok(Self::new(decoding, Origin::Stream { url: shown.clone() }, shown, options))
    }

    fn new(decoding: Decoding, origin: Origin, label: String, options: &OpenOptions) -> Self {
        Self {
            decoding,
            origin,
            label,
            repeat: options.repeat,
            sequence: 0,
            time: None,
            round_start: (0, Duration::ZERO),
            opened_at: Instant::now(),
            finished: false,
        }
    }

    /// How long a frame lasts; 1/25 s if the file gives no frame rate.
    fn frame_time(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.decoding.facts.frame_rate.unwrap_or(25.0))
    }

    /// The time of a frame: the file's own, made to increase from frame to frame.
    fn time_of(&self, in_file: Option<Duration>) -> Duration {
        let facts = self.decoding.facts;
        let in_round = if facts.is_live && !facts.has_times {
            Some(self.opened_at.elapsed())
        } else {
            in_file
        };
        let time = in_round.map(|time| self.round_start.1 + time);
        match (time, self.time) {
            (Some(time), Some(last)) if time > last => time,
            (_, Some(last)) => last + self.frame_time(),
            (time, None) => time.unwrap_or(self.round_start.1),
        }
    }

    /// Handles the lack of a next frame: the end, a new round or an error.
    fn end_of_round(&mut self) -> Result<Option<Frame>, CaptureError> {
        let (first, start) = self.round_start;
        let read = self.sequence - first;
        let played = self.time.map_or(Duration::ZERO, |time| time - start + self.frame_time());
        let promised = self.decoding.facts.frames;
        let file = match &self.origin {
            Origin::File(file) => file,
            Origin::Stream { url } => {
                self.finished = true;
                return match promised {
                    Some(promised) if read + read / 10 >= promised => Ok(None),
                    _ => Err(CaptureError::StreamLost { url: url.clone(), read }),
                };
            }
        };
        let path = file.path.clone();
        if read == 0 {
            self.finished = true;
            let reason = "it has no frame that can be decoded".to_owned();
            return Err(CaptureError::NotMedia { path, reason });
        }
        if self.decoding.damaged() > 0 && first == 0 {
            let damaged = self.decoding.damaged();
            tracing::warn!("{}: {damaged} damaged parts were passed over", self.label);
        }
        let broke_off = promised.is_some_and(|promised| {
            // Both figures have to be far off: one alone is often wrong for variable frame rates.
            let promised_time = self.frame_time().as_secs_f64() * promised as f64;
            read * 10 < promised * 9 && played.as_secs_f64() < promised_time * 0.9
        });
        match self.repeat.then(|| file.open()) {
            Some(Ok(decoding)) => {
                self.decoding = decoding;
                self.round_start = (self.sequence, start + played);
            }
            Some(Err(error)) => {
                self.finished = true;
                return Err(error);
            }
            None => self.finished = true,
        }
        if broke_off && first == 0 {
            let expected = promised.unwrap_or(read);
            return Err(CaptureError::Truncated { path, read, expected });
        }
        self.next_frame()
    }
}

impl FrameSource for Film {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn pacing(&self) -> Pacing {
        match self.origin {
            Origin::Stream { .. } if self.decoding.facts.is_live => Pacing::Live,
            Origin::Stream { .. } | Origin::File(_) => Pacing::Timed,
        }
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError> {
        if self.finished {
            return Ok(None);
        }
        let label = || self.label.clone();
        let decoded = match self.decoding.next() {
            Ok(decoded) => decoded,
            Err(error) => {
                self.finished = true;
                return Err(match (error, &self.origin) {
                    (DecodeError::Size(error), _) => CaptureError::Frame { label: label(), error },
                    (DecodeError::Library(_), Origin::Stream { url }) => CaptureError::StreamLost {
                        url: url.clone(),
                        read: self.sequence - self.round_start.0,
                    },
                    (DecodeError::Library(error), Origin::File(_)) => {
                        CaptureError::Library { label: label(), reason: error.to_string() }
                    }
                });
            }
        };
        let Some(Decoded { picture, time }) = decoded else { return self.end_of_round() };
        let time = self.time_of(time);
        let (width, height) = picture.dimensions();
        let frame = Frame::from_rgb(picture.into_raw(), width, height, self.sequence, time)
            .map_err(|error| CaptureError::Frame { label: label(), error })
            .inspect_err(|_| self.finished = true)?;
        self.sequence += 1;
        self.time = Some(time);
        Ok(Some(frame))
    }

    fn frame_count(&self) -> Option<u64> {
        self.decoding.facts.frames.filter(|_| !self.repeat)
    }

    fn frame_rate(&self) -> Option<f64> {
        self.decoding.facts.frame_rate
    }
}

/// What people call it.
pub(super) fn label_of(path: &Path) -> String {
    if path == Path::new(STANDARD_INPUT) { "standard input".to_owned() } else { path_label(path) }
}

/// A film file, which is opened once, or again for each round.
pub(super) struct FilmFile {
    path: PathBuf,
    /// What FFmpeg calls it.
    url: String,
    /// Keeps a file open whose name FFmpeg does not take.
    _file: Option<File>,
}

impl FilmFile {
    pub(super) fn new(path: &Path) -> Result<Self, CaptureError> {
        let (url, file) = match path.to_str() {
            Some(STANDARD_INPUT) => ("pipe:0".to_owned(), None),
            // Without `file:`, what stands before a colon would be a protocol.
            Some(name) => (format!("file:{name}"), None),
            None => {
                let (url, file) = by_descriptor(path)?;
                (url, Some(file))
            }
        };
        Ok(Self { path: path.to_owned(), url, _file: file })
    }

    /// What FFmpeg calls it.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    fn open(&self) -> Result<Decoding, CaptureError> {
        Decoding::open(&self.url, Dictionary::new(), None).map_err(|error| {
            let reason = match error {
                OpenError::Unknown(_) if !self.path.is_file() => {
                    format!("{error}; a film whose index is at its end cannot be read from a pipe")
                }
                error => error.to_string(),
            };
            CaptureError::NotMedia { path: self.path.clone(), reason }
        })
    }
}

/// A file whose name is not UTF-8, which FFmpeg's bindings want, by the number under which it is open.
#[cfg(unix)]
fn by_descriptor(path: &Path) -> Result<(String, File), CaptureError> {
    let file = File::open(path)
        .map_err(|error| CaptureError::Unreadable { path: path.to_owned(), error })?;
    let number = std::os::fd::AsRawFd::as_raw_fd(&file);
    Ok((format!("file:/dev/fd/{number}"), file))
}

#[cfg(not(unix))]
fn by_descriptor(path: &Path) -> Result<(String, File), CaptureError> {
    let reason = "its name is not Unicode; rename it".to_owned();
    Err(CaptureError::NotMedia { path: path.to_owned(), reason })
}
