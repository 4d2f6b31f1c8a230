//! What frames and sound are read from.

use std::path::Path;

use crate::{AudioChunk, CaptureError, Expression, Frame};

/// Reads frames one by one. It is opened and read on one thread.
pub trait FrameSource {
    /// For people: `camera 0 (Integrated Camera) 640x480 MJPEG`, `clip.mp4`, `puppet`.
    fn label(&self) -> String;

    /// Whether frames come at their own pace, or have to be waited for by their times.
    fn pacing(&self) -> Pacing;

    /// The next frame; `None` at the end. Blocks until there is one.
    ///
    /// # Errors
    /// [`CaptureError`] when the source fails or vanishes. The next call then goes on with what is
    /// left (the other pictures of the folder); where nothing is left it gives `None`.
    fn next_frame(&mut self) -> Result<Option<Frame>, CaptureError>;

    /// How many frames there will be, where that is known. Films only estimate it.
    fn frame_count(&self) -> Option<u64> {
        None
    }

    /// Nominal frames per second, where that is known.
    fn frame_rate(&self) -> Option<f64> {
        None
    }

    /// Whether frames are pictures that have nothing to do with one another, as those of a folder.
    fn is_still(&self) -> bool {
        false
    }

    /// The file of the last frame, where each frame has its own.
    fn frame_file(&self) -> Option<&Path> {
        None
    }

    /// Acts on a wish of the user; sources that have nothing to do with it ignore it.
    fn control(&mut self, _control: SourceControl) {}
}

/// Reads sound piece by piece. It is opened and read on one thread.
pub trait AudioSource {
    /// For people: `microphone (Built-in Audio) 48000 Hz`, `talk.wav`.
    fn label(&self) -> String;

    /// Whether sound comes at its own pace, or has to be waited for by its times.
    fn pacing(&self) -> Pacing;

    /// The next piece; `None` at the end. Blocks until there is one.
    ///
    /// # Errors
    /// [`CaptureError`] when the source fails or vanishes. The next call then goes on with what is
    /// left; where nothing is left it gives `None`.
    fn next_chunk(&mut self) -> Result<Option<AudioChunk>, CaptureError>;

    /// How long it will sound, where that is known. Files only estimate it.
    fn duration(&self) -> Option<std::time::Duration> {
        None
    }

    /// Samples that were lost so far, because nobody took them in time.
    fn lost_samples(&self) -> u64 {
        0
    }
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
