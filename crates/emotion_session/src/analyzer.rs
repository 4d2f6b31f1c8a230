//! The pipeline as one struct: frame in, readings out. No Bevy, no threads, no files.

use emotion_core::{Analysis, Frame};
use emotion_models::{Classifier, ClassifierInfo, ClassifyError};
use emotion_vision::detect::{DetectError, FaceDetector};
use emotion_vision::track::TrackerConfig;

use crate::{FaceFinder, FaceReader, PriorMode};

/// Detector, classifier and tracker in a row: a [`FaceFinder`] and a [`FaceReader`], which
/// [`Analyzer::into_halves`] gives to run them on two threads.
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
    finder: FaceFinder,
    reader: FaceReader,
}

impl Analyzer {
    /// A pipeline of these parts, which learns what its camera sees ([`PriorMode::Adaptive`]).
    pub fn new(
        detector: Box<dyn FaceDetector>,
        classifier: Box<dyn Classifier>,
        tracker: TrackerConfig,
    ) -> Self {
        Self {
            finder: FaceFinder::new(detector, tracker),
            reader: FaceReader::new(classifier, tracker),
        }
    }

    /// The same pipeline with scores that are corrected for another prior.
    #[must_use]
    pub fn with_prior(mut self, mode: PriorMode) -> Self {
        self.reader = self.reader.with_prior(mode);
        self
    }

    /// Finds, reads and follows the faces of the next frame.
    ///
    /// Frames come in the order of their times; the same frames give the same readings.
    ///
    /// # Errors
    /// [`AnalyzeError`] when detector or classifier fail. The next frame may be tried.
    pub fn analyze(&mut self, frame: &Frame) -> Result<Analysis, AnalyzeError> {
        let found = self.finder.find(frame)?;
        Ok(self.reader.read(&found)?)
    }

    /// Finds and reads the faces of a picture that has nothing to do with the frames before it: it is
    /// searched thoroughly, nothing is smoothed or corrected for a prior, and its faces are numbered from 1,
    /// from the left.
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
        let found = self.finder.find_still(frame, smallest)?;
        Ok(self.reader.read(&found)?)
    }

    /// The two halves: what one finds, the other reads, in the same order.
    pub fn into_halves(self) -> (FaceFinder, FaceReader) {
        (self.finder, self.reader)
    }

    /// Puts another classifier in the place of the one that runs.
    pub fn set_classifier(&mut self, classifier: Box<dyn Classifier>) {
        self.reader.set_classifier(classifier);
    }

    /// What reads the faces, for people.
    pub fn classifier(&self) -> &ClassifierInfo {
        self.reader.classifier()
    }

    /// Forgets all faces and what was learnt of them: the next frame is of another epoch of the stream.
    /// Track numbers go on.
    pub fn reset(&mut self) {
        self.finder.reset();
        self.reader.reset();
    }

    /// Forgets all faces and numbers tracks from 1 again: the next frame is of another stream, and
    /// its readings do not depend on the one before.
    pub fn restart(&mut self) {
        self.finder.restart();
        self.reader.reset();
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
