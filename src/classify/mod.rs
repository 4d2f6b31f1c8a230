//! Seven probabilities for a face: preprocessing, models, weights and backends.

pub mod preprocess;

use crate::emotion::Scores;
use preprocess::FaceImage;

/// Reads expressions from faces.
pub trait Classifier: Send {
    /// The scores of each face, in the faces' order.
    ///
    /// # Errors
    /// [`ClassifyError`] when the backend fails; the caller may go on with another classifier.
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError>;

    /// What runs, for people: model, backend and device.
    fn description(&self) -> &ClassifierInfo;
}

/// What a classifier is made of, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassifierInfo {
    /// The model's name, `cnn4` for one.
    pub model: String,
    /// The backend's name: `wgpu` or `cpu`.
    pub backend: String,
    /// The device's name as its driver gives it.
    pub device: String,
}

/// Why faces could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The backend failed while it ran.
    #[error("the {backend} backend failed: {reason}; try --backend cpu")]
    Backend {
        /// The backend's name.
        backend: String,
        /// Its message.
        reason: String,
    },
    /// The model's outputs are not numbers.
    #[error("the model {model} gave outputs that are not numbers; its weights are damaged")]
    NotFinite {
        /// The model's name.
        model: String,
    },
}
