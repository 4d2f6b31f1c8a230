//! The first half of an analyzer: frame in, faces out.

use std::time::Duration;

use emotion_core::{FaceImage, Frame};
use emotion_vision::crop::face_image;
use emotion_vision::detect::{DetectError, Detection, FaceDetector};
use emotion_vision::track::{TrackedFace, Tracker, TrackerConfig};
use web_time::Instant;

/// Finds faces, follows them, and cuts them out for a [`FaceReader`](crate::FaceReader).
pub struct FaceFinder {
    detector: Box<dyn FaceDetector>,
    tracker: Tracker,
}

/// The faces of one frame, not yet read.
#[derive(Debug, Clone)]
pub struct FoundFaces {
    pub(crate) sequence: u64,
    pub(crate) time: Duration,
    pub(crate) faces: Vec<TrackedFace>,
    /// One for each face.
    pub(crate) images: Vec<FaceImage>,
    /// Whether the frame is a picture of its own: nothing is smoothed.
    pub(crate) is_still: bool,
    pub(crate) detect_time: Duration,
    /// What cutting the faces out took.
    pub(crate) crop_time: Duration,
}

impl FoundFaces {
    /// Where they are, and which track each is.
    pub fn faces(&self) -> &[TrackedFace] {
        &self.faces
    }
}

impl FaceFinder {
    /// A finder of these parts.
    pub fn new(detector: Box<dyn FaceDetector>, tracker: TrackerConfig) -> Self {
        Self { detector, tracker: Tracker::new(tracker) }
    }

    /// Finds and follows the faces of the next frame. Frames come in the order of their times.
    ///
    /// # Errors
    /// [`DetectError`] when the detector fails. The tracks stay as they were.
    pub fn find(&mut self, frame: &Frame) -> Result<FoundFaces, DetectError> {
        let start = Instant::now();
        let known = self.tracker.known_faces(frame.time());
        let detections = self.detector.detect(frame, &known)?;
        let faces = self.tracker.observe(frame.time(), &detections);
        Ok(cut_out(frame, faces, false, start.elapsed()))
    }

    /// Finds the faces of a picture that has nothing to do with the frames before it. They are numbered
    /// from 1, from the left. `smallest` is the side of the smallest face to look for, in pixels of the
    /// picture.
    ///
    /// # Errors
    /// [`DetectError`] when the detector fails.
    pub fn find_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<FoundFaces, DetectError> {
        let start = Instant::now();
        let mut detections = self.detector.detect_still(frame, smallest)?;
        let left = |detection: &Detection| detection.bbox_in_frame.x;
        detections.sort_by(|a, b| left(a).total_cmp(&left(b)));
        let faces = detections.iter().zip(1..).map(|(detection, track)| TrackedFace {
            track,
            bbox_in_frame: detection.bbox_in_frame,
            roll: detection.roll,
            presence: detection.confidence,
        });
        Ok(cut_out(frame, faces.collect(), true, start.elapsed()))
    }

    /// Forgets all faces: the next frame is of another epoch of the stream. Track numbers go on.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.tracker.reset();
    }

    /// Forgets all faces and numbers tracks from 1 again: the next frame is of another stream.
    pub fn restart(&mut self) {
        self.detector.reset();
        self.tracker.restart();
    }
}

fn cut_out(
    frame: &Frame,
    faces: Vec<TrackedFace>,
    is_still: bool,
    detect_time: Duration,
) -> FoundFaces {
    let start = Instant::now();
    let images =
        faces.iter().map(|face| face_image(frame, face.bbox_in_frame, face.roll)).collect();
    FoundFaces {
        sequence: frame.sequence(),
        time: frame.time(),
        faces,
        images,
        is_still,
        detect_time,
        crop_time: start.elapsed(),
    }
}
