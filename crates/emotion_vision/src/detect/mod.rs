//! Faces in one picture: where they are and how far they lean.
//!
//! [`FaceDetector`] is the trait; [`HaarDetector`] is the implementation that ships. A detector is
//! told which faces are known, so that it can look there often and elsewhere seldom.

mod cascade;
mod engine;
mod follow;
mod haar;
mod look;
mod pictures;
mod search;
mod still;

pub use engine::{CascadeEngine, EngineError, Role as CascadeRole, sort_hits};
pub use haar::{CascadePaths, HaarDetector};
pub use pictures::Cut;

use emotion_core::{Frame, FrameRect};

/// Finds faces in frames.
///
/// A detector may keep state between frames of the same source (pictures to follow a face with,
/// whose turn it is to be searched). [`FaceDetector::reset`] forgets it.
pub trait FaceDetector: Send {
    /// Faces in `frame`, with the help of the `known` ones as predicted for this frame's time.
    ///
    /// A detection of a known face names it in [`Detection::known`]. No face is a known one twice.
    ///
    /// # Errors
    /// [`DetectError`] when the detector itself fails; a frame without faces is no error.
    fn detect(&mut self, frame: &Frame, known: &[KnownFace])
    -> Result<Vec<Detection>, DetectError>;

    /// Faces in a picture that has nothing to do with the frames before it and after it: searched
    /// thoroughly, and decided at once. What a detector keeps between frames is forgotten.
    ///
    /// `smallest` is the side of the smallest face to look for, in pixels of the picture; `None` leaves
    /// it to the detector.
    ///
    /// # Errors
    /// [`DetectError`] when the detector itself fails; a picture without faces is no error.
    fn detect_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<Vec<Detection>, DetectError> {
        let _ = smallest;
        self.reset();
        self.detect(frame, &[])
    }

    /// Forgets everything about earlier frames: the next frame comes from another source.
    fn reset(&mut self);
}

/// A face that is expected in the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KnownFace {
    /// What the tracker calls it, to be repeated in [`Detection::known`]. It is not the track's
    /// number in readings, which a face has only once it is believed.
    pub track: u64,
    /// Where it is expected.
    pub bbox_in_frame: FrameRect,
    /// How far it leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// Its confidence at the last frame, 0 to 1.
    pub confidence: f32,
}

/// A face in one frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Detection {
    /// A square as Haar frames a frontal face: from the brows to below the mouth, ear to ear.
    pub bbox_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture; 0 is upright.
    pub roll: f32,
    /// How sure it is that a face is there, 0 to 1. It decays while nothing but motion confirms it.
    pub confidence: f32,
    /// How it was found.
    pub found_by: FoundBy,
    /// The [`KnownFace::track`] that it continues.
    pub known: Option<u64>,
}

/// How a face was found in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy {
    /// The classifier for faces seen from the front said so.
    Frontal,
    /// The classifier for faces seen from the side said so.
    Profile,
    /// The picture's motion carried it here from an earlier frame.
    Followed,
}

/// Why a detector could not be made or could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// There is no cascade file anywhere.
    #[error(
        "no cascade file {name} in {}; install OpenCV's data files (Debian, Ubuntu: \
         apt install opencv-data) or name their folder",
        searched.join(", ")
    )]
    CascadeMissing {
        /// The file's name.
        name: String,
        /// The folders that were searched.
        searched: Vec<String>,
    },
    /// A cascade file is there but cannot be used.
    #[error(
        "{path} is not a usable cascade: {reason}; reinstall OpenCV's data files or name another"
    )]
    CascadeUnusable {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The detector's library failed on a frame.
    #[error("the detector failed on {frame}: {reason}")]
    Library {
        /// The frame, by number and size.
        frame: String,
        /// The library's message.
        reason: String,
    },
}
