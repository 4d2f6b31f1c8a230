//! What every classifier offers, whatever it runs on.

use emotion_core::{Expression, FaceImage, Scores};

/// Reads expressions from faces.
pub trait Classifier: Send {
    /// The scores of each face, in the faces' order.
    ///
    /// # Errors
    /// [`ClassifyError`] when the backend fails; the caller may go on with another classifier.
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError>;

    /// What runs, for people: model, backend and device.
    fn description(&self) -> &ClassifierInfo;

    /// How frequent each expression is in the data that the scores are calibrated for. Where it is
    /// known, an `Analyzer` corrects the scores for what its camera sees; `None` leaves them as they
    /// are.
    fn prior(&self) -> Option<Scores> {
        None
    }

    /// Another user of the same weights, for another thread, where that costs nothing; `None` where
    /// all have to share this one.
    fn share(&self) -> Option<Box<dyn Classifier>> {
        None
    }
}

/// What a classifier is made of, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct ClassifierInfo {
    /// The model's name, `cnn4` for one.
    pub model: String,
    /// The backend's name: `wgpu` or `cpu`.
    pub backend: String,
    /// The device's name as its driver gives it.
    pub device: String,
    /// Why this backend was taken, where it was not asked for.
    pub note: Option<String>,
    /// What the model mistakes for what, where that was measured.
    pub confusion: Option<Confusion>,
}

/// Faces counted by what they show (rows) and what they were read as (columns), in the order of
/// [`Expression::ALL`].
pub type Confusion = [[u32; Expression::COUNT]; Expression::COUNT];

/// Why faces could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The backend failed while it ran.
    #[error("the {backend} backend failed: {reason}; try the CPU")]
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
