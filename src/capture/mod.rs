//! Where frames come from: webcams, films, streams, pictures and the puppet.
//!
//! [`FrameSource`] is read frame by frame (`emotion analyze` does that). `Capture` runs a source
//! on a thread of its own, offers only the newest frame, and keeps going when a source ends, fails
//! or vanishes (the plugin does that).

pub mod puppet;
mod slot;

use std::path::PathBuf;

pub use slot::{FrameReceiver, FrameSender, frame_slot};

use crate::emotion::Expression;
use crate::frame::Frame;

/// Reads frames one by one. It is opened and read on one thread.
pub trait FrameSource {
    /// For people: `camera 0 (Integrated Camera) 640x480 MJPEG`, `clip.mp4`, `puppet`.
    fn label(&self) -> String;

    /// Whether frames come at their own pace, or have to be waited for by their times.
    fn pacing(&self) -> Pacing;

    /// The next frame; `None` at the end. Blocks until there is one.
    ///
    /// # Errors
    /// [`CaptureError`] when the source fails or vanishes.
    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError>;

    /// How many frames there will be, where that is known.
    fn frame_count(&self) -> Option<u64> {
        None
    }

    /// Nominal frames per second, where that is known.
    fn frame_rate(&self) -> Option<f64> {
        None
    }

    /// Acts on a wish of the user; sources that have nothing to do with it ignore it.
    fn control(&mut self, _control: SourceControl) {}
}

/// Who sets the pace of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pacing {
    /// The source itself, as a camera does.
    Live,
    /// The frames' times: whoever shows them waits until each is due.
    Timed,
}

/// A wish of the user to a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SourceControl {
    /// The puppet shows this expression from now on.
    Expression(Expression),
}

/// What `--source` names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SourceSpec {
    /// The first camera that opens, else the puppet.
    #[default]
    Auto,
    /// A camera by its number; without one the first that opens.
    Camera(Option<u32>),
    /// The drawn face.
    Puppet,
    /// A film, a picture or a folder of pictures.
    Path(PathBuf),
    /// A network stream (`rtsp://`, `http://`, …).
    Url(String),
}

/// Why a source could not be opened or read.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {}
