//! The second half of an analyzer: faces in, readings out.

use emotion_core::{Analysis, Reading, Scores};
use emotion_models::{Classifier, ClassifierInfo, ClassifyError};
use emotion_vision::track::{ScoreSmoothing, TrackerConfig};
use web_time::Instant;

use crate::{FoundFaces, PriorAdapter, PriorMode};

/// Reads the faces that a [`FaceFinder`](crate::FaceFinder) found.
pub struct FaceReader {
    classifier: Box<dyn Classifier>,
    smoothing: ScoreSmoothing,
    prior: PriorAdapter,
}

impl FaceReader {
    /// A reader of these parts, which learns what its camera sees ([`PriorMode::Adaptive`]).
    pub fn new(classifier: Box<dyn Classifier>, tracker: TrackerConfig) -> Self {
        let prior = PriorAdapter::new(PriorMode::default());
        Self { classifier, smoothing: ScoreSmoothing::new(tracker), prior }
    }

    /// The same reader with scores that are corrected for another prior.
    #[must_use]
    pub fn with_prior(mut self, mode: PriorMode) -> Self {
        self.prior = PriorAdapter::new(mode);
        self
    }

    /// Reads the faces of the next frame.
    ///
    /// # Errors
    /// [`ClassifyError`] when the classifier fails.
    pub fn read(&mut self, found: &FoundFaces) -> Result<Analysis, ClassifyError> {
        let start = Instant::now();
        let scores = if found.images.is_empty() {
            Vec::new()
        } else {
            self.classifier.classify(&found.images)?
        };
        let classify_time = found.crop_time + start.elapsed();
        let readings = if found.is_still {
            self.read_still(found, &scores)
        } else {
            let scores = match self.classifier.prior() {
                Some(model_prior) => self.prior.adapt(found.time, &model_prior, &scores),
                None => scores,
            };
            self.smoothing.read(found.time, &found.faces, &scores)
        };
        Ok(Analysis {
            sequence: found.sequence,
            time: found.time,
            readings,
            detect_time: found.detect_time,
            classify_time,
        })
    }

    /// Readings as the classifier gives them.
    fn read_still(&self, found: &FoundFaces, scores: &[Scores]) -> Vec<Reading> {
        let floor = self.smoothing.config().confidence_floor;
        let readings = found.faces.iter().zip(scores).map(|(face, scores)| {
            let (highest, confidence) = scores.highest();
            Reading {
                track: face.track,
                bbox_in_frame: face.bbox_in_frame,
                roll: face.roll,
                presence: face.presence,
                scores: *scores,
                raw_scores: *scores,
                dominant: (confidence >= floor).then_some(highest),
                confidence,
            }
        });
        readings.collect()
    }

    /// Puts another classifier in the place of the one that runs.
    pub fn set_classifier(&mut self, classifier: Box<dyn Classifier>) {
        self.classifier = classifier;
    }

    /// What reads the faces, for people.
    pub fn classifier(&self) -> &ClassifierInfo {
        self.classifier.description()
    }

    /// Forgets all faces and what was learnt of them: the next one is of another epoch, or of another
    /// stream.
    pub fn reset(&mut self) {
        self.smoothing.reset();
        self.prior.reset();
    }
}
