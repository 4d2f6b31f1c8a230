//! The pipeline as one struct: frame in, readings out. No Bevy, no threads, no files.

use std::time::Instant;

use emotion_core::{Analysis, FaceImage, Frame, FrameRect, Reading, Scores};
use emotion_models::{Classifier, ClassifierInfo, ClassifyError};
use emotion_vision::crop::face_image;
use emotion_vision::detect::{DetectError, Detection, FaceDetector};
use emotion_vision::track::{Tracker, TrackerConfig};

/// Detector, classifier and tracker in a row.
///
/// ```no_run
/// use emotion_core::Frame;
/// use emotion_models::ClassifierOptions;
/// use emotion_session::Analyzer;
/// use emotion_vision::detect::HaarDetector;
/// use emotion_vision::track::TrackerConfig;
/// # fn frames() -> Vec<Frame> { Vec::new() }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let detector = HaarDetector::from_system(None)?;
/// let classifier = ClassifierOptions::default().load()?;
/// let mut analyzer = Analyzer::new(Box::new(detector), classifier, TrackerConfig::default());
/// for frame in frames() {
///     for reading in analyzer.analyze(&frame)?.readings {
///         println!("{}: {:?}", reading.track, reading.dominant);
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Analyzer {
    detector: Box<dyn FaceDetector>,
    classifier: Box<dyn Classifier>,
    tracker: Tracker,
}

impl Analyzer {
    /// A pipeline of these parts.
    pub fn new(
        detector: Box<dyn FaceDetector>,
        classifier: Box<dyn Classifier>,
        tracker: TrackerConfig,
    ) -> Self {
        Self { detector, classifier, tracker: Tracker::new(tracker) }
    }

    /// Finds, reads and follows the faces of the next frame.
    ///
    /// Frames come in the order of their times; the same frames give the same readings.
    ///
    /// # Errors
    /// [`AnalyzeError`] when detector or classifier fail. The tracks stay as they were, and the
    /// next frame may be tried.
    pub fn analyze(&mut self, frame: &Frame) -> Result<Analysis, AnalyzeError> {
        let start = Instant::now();
        let known = self.tracker.known_faces(frame.time());
        let detections = self.detector.detect(frame, &known)?;
        let faces = self.tracker.observe(frame.time(), &detections);
        let detect_time = start.elapsed();

        let start = Instant::now();
        let scores =
            self.classify(frame, faces.iter().map(|face| (face.bbox_in_frame, face.roll)))?;
        let classify_time = start.elapsed();

        Ok(Analysis {
            sequence: frame.sequence(),
            time: frame.time(),
            readings: self.tracker.read(frame.time(), &faces, &scores),
            detect_time,
            classify_time,
        })
    }

    /// Finds and reads the faces of a picture that has nothing to do with the frames before it: it is
    /// searched thoroughly, nothing is smoothed, and its faces are numbered from 1, from the left.
    ///
    /// `smallest` is the side of the smallest face to look for, in pixels of the picture.
    ///
    /// # Errors
    /// [`AnalyzeError`] when detector or classifier fail.
    pub fn analyze_still(
        &mut self,
        frame: &Frame,
        smallest: Option<f32>,
    ) -> Result<Analysis, AnalyzeError> {
        let start = Instant::now();
        let mut detections = self.detector.detect_still(frame, smallest)?;
        let left = |detection: &Detection| detection.bbox_in_frame.x;
        detections.sort_by(|a, b| left(a).total_cmp(&left(b)));
        let detect_time = start.elapsed();

        let start = Instant::now();
        let scores =
            self.classify(frame, detections.iter().map(|face| (face.bbox_in_frame, face.roll)))?;
        let classify_time = start.elapsed();

        let floor = self.tracker.config().confidence_floor;
        let readings = detections.iter().zip(scores).zip(1..).map(|((face, scores), track)| {
            let (highest, confidence) = scores.highest();
            Reading {
                track,
                bbox_in_frame: face.bbox_in_frame,
                roll: face.roll,
                presence: face.confidence,
                scores,
                raw_scores: scores,
                dominant: (confidence >= floor).then_some(highest),
                confidence,
            }
        });
        Ok(Analysis {
            sequence: frame.sequence(),
            time: frame.time(),
            readings: readings.collect(),
            detect_time,
            classify_time,
        })
    }

    /// The scores of the faces in these boxes, each with its roll.
    fn classify(
        &mut self,
        frame: &Frame,
        faces: impl Iterator<Item = (FrameRect, f32)>,
    ) -> Result<Vec<Scores>, ClassifyError> {
        let images: Vec<FaceImage> =
            faces.map(|(bbox_in_frame, roll)| face_image(frame, bbox_in_frame, roll)).collect();
        if images.is_empty() { Ok(Vec::new()) } else { self.classifier.classify(&images) }
    }

    /// Puts another classifier in the place of the one that runs.
    pub fn set_classifier(&mut self, classifier: Box<dyn Classifier>) {
        self.classifier = classifier;
    }

    /// What reads the faces, for people.
    pub fn classifier(&self) -> &ClassifierInfo {
        self.classifier.description()
    }

    /// Forgets all faces: the next frame is of another epoch of the stream. Track numbers go on.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.tracker.reset();
    }

    /// Forgets all faces and numbers tracks from 1 again: the next frame is of another stream, and
    /// its readings do not depend on the one before.
    pub fn restart(&mut self) {
        self.detector.reset();
        self.tracker.restart();
    }
}

/// Why a frame could not be analyzed.
#[derive(Debug, thiserror::Error)]
pub enum AnalyzeError {
    /// The detector failed.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// The classifier failed.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
}
