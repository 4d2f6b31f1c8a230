//! Films and network streams through OpenCV's `VideoCapture`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use opencv::core::{Mat, Vector};
use opencv::prelude::*;
use opencv::videoio::{
    CAP_ANY, CAP_FFMPEG, CAP_PROP_FPS, CAP_PROP_FRAME_COUNT, CAP_PROP_OPEN_TIMEOUT_MSEC,
    CAP_PROP_POS_MSEC, CAP_PROP_READ_TIMEOUT_MSEC, VideoCapture, get_stream_backends,
};

use super::opencv::{frame_from_bgr, library_error, quiet_opencv};
use super::spec::without_password;
use super::{CaptureError, FrameSource, OpenOptions, Pacing, path_label};
use emotion_core::Frame;

/// A film or a stream.
pub(super) struct Video {
    capture: VideoCapture,
    origin: Origin,
    label: String,
    repeat: bool,
    /// Frame count according to the header; live streams have none.
    promised: Option<u64>,
    frame_rate: Option<f64>,
    /// OpenCV's picture, kept to reuse its memory.
    bgr: Mat,
    sequence: u64,
    /// The time of the last frame.
    time: Option<Duration>,
    /// Number and time of the first frame of this round.
    round_start: (u64, Duration),
    finished: bool,
}

enum Origin {
    File(PathBuf),
    Stream { url: String },
}

impl Video {
    /// Opens a film file.
    pub(super) fn open_file(path: &Path, options: &OpenOptions) -> Result<Self, CaptureError> {
        quiet_opencv();
        let not_media = |reason: &str| CaptureError::NotMedia {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let capture = open_capture(path).ok_or_else(|| {
            not_media("unknown format, or a damaged or missing header; convert it to MP4")
        })?;
        Ok(Self::new(capture, Origin::File(path.to_owned()), path_label(path), options))
    }

    /// Opens a network stream.
    pub(super) fn open_stream(url: &str, options: &OpenOptions) -> Result<Self, CaptureError> {
        quiet_opencv();
        let shown = without_password(url);
        let timeout = i32::try_from(options.timeout.as_millis()).unwrap_or(i32::MAX);
        let timeouts = Vector::from_slice(&[
            CAP_PROP_OPEN_TIMEOUT_MSEC,
            timeout,
            CAP_PROP_READ_TIMEOUT_MSEC,
            timeout,
        ]);
        let capture = VideoCapture::from_file_with_params(url, backend(), &timeouts)
            .ok()
            .filter(|capture| capture.is_opened().unwrap_or(false))
            .ok_or_else(|| CaptureError::StreamUnreachable { url: shown.clone() })?;
        Ok(Self::new(capture, Origin::Stream { url: shown.clone() }, shown, options))
    }

    fn new(capture: VideoCapture, origin: Origin, label: String, options: &OpenOptions) -> Self {
        let number = |property| capture.get(property).ok().filter(|value| value.is_finite());
        let frame_rate = number(CAP_PROP_FPS).filter(|rate| (0.01..=1000.0).contains(rate));
        let promised = number(CAP_PROP_FRAME_COUNT)
            .filter(|count| (1.0..1e9).contains(count))
            .map(|count| count as u64);
        Self {
            promised,
            frame_rate,
            capture,
            origin,
            label,
            repeat: options.repeat,
            bgr: Mat::default(),
            sequence: 0,
            time: None,
            round_start: (0, Duration::ZERO),
            finished: false,
        }
    }

    /// How long a frame lasts; 1/25 s if the file gives no frame rate.
    fn frame_time(&self) -> Duration {
        Duration::from_secs_f64(1.0 / self.frame_rate.unwrap_or(25.0))
    }

    /// The time of the frame just read: the file's own, made to increase from frame to frame.
    fn time_of_frame(&self) -> Duration {
        let in_file = self.capture.get(CAP_PROP_POS_MSEC).unwrap_or(0.0).clamp(0.0, 1e12);
        let time = self.round_start.1 + Duration::from_secs_f64(in_file / 1000.0);
        match self.time {
            Some(last) if time <= last => last + self.frame_time(),
            _ => time,
        }
    }

    /// Handles the lack of a next frame: the end, a new round or an error.
    fn end_of_round(&mut self) -> Result<Option<Frame>, CaptureError> {
        let (first, start) = self.round_start;
        let read = self.sequence - first;
        let played = self.time.map_or(Duration::ZERO, |time| time - start + self.frame_time());
        let Origin::File(path) = &self.origin else {
            self.finished = true;
            let Origin::Stream { url } = &self.origin else { return Ok(None) };
            return match self.promised {
                Some(promised) if read + read / 10 >= promised => Ok(None),
                _ => Err(CaptureError::StreamLost { url: url.clone(), read }),
            };
        };
        let path = path.clone();
        let broke_off = match self.promised {
            // Both figures have to be far off: one alone is often wrong for variable frame rates.
            Some(promised) => {
                let promised_time = self.frame_time().as_secs_f64() * promised as f64;
                read * 10 < promised * 9 && played.as_secs_f64() < promised_time * 0.9
            }
            None => false,
        };
        if read == 0 {
            self.finished = true;
            let reason = "it has no frame that can be decoded".to_owned();
            return Err(CaptureError::NotMedia { path, reason });
        }
        if self.repeat
            && let Some(capture) = open_capture(&path)
        {
            self.capture = capture;
            self.round_start = (self.sequence, start + played);
        } else {
            self.finished = true;
        }
        if broke_off && first == 0 {
            let expected = self.promised.unwrap_or(read);
            return Err(CaptureError::Truncated { path, read, expected });
        }
        self.next_frame()
    }
}

impl FrameSource for Video {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn pacing(&self) -> Pacing {
        match self.origin {
            Origin::Stream { .. } if self.promised.is_none() => Pacing::Live,
            Origin::Stream { .. } | Origin::File(_) => Pacing::Timed,
        }
    }

    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError> {
        if self.finished {
            return Ok(None);
        }
        let read = self.capture.read(&mut self.bgr).map_err(|error| {
            self.finished = true;
            library_error(&self.label, &error)
        })?;
        if !read || self.bgr.empty() {
            return self.end_of_round();
        }
        let time = self.time_of_frame();
        let frame = frame_from_bgr(&self.bgr, &self.label, self.sequence, time)
            .inspect_err(|_| self.finished = true)?;
        self.sequence += 1;
        self.time = Some(time);
        Ok(Some(frame))
    }

    fn frame_count(&self) -> Option<u64> {
        self.promised.filter(|_| !self.repeat)
    }

    fn frame_rate(&self) -> Option<f64> {
        self.frame_rate
    }
}

fn open_capture(path: &Path) -> Option<VideoCapture> {
    // FFmpeg takes what stands before a colon for a protocol, unless there is a separator before it.
    let path = if path.is_relative() { &Path::new(".").join(path) } else { path };
    VideoCapture::from_file(path, backend())
        .ok()
        .filter(|capture| capture.is_opened().unwrap_or(false))
}

/// FFmpeg if OpenCV was built with it: other backends read file names as image sequence patterns.
fn backend() -> i32 {
    let has_ffmpeg = get_stream_backends()
        .is_ok_and(|backends| backends.iter().any(|backend| backend as i32 == CAP_FFMPEG));
    if has_ffmpeg { CAP_FFMPEG } else { CAP_ANY }
}
