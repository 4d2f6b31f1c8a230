//! Models on the CPU, through Burn's `flex` backend.

use burn::backend::Flex;

use super::loaded::LoadedModel;
use super::preprocess::{FaceImage, PIXELS};
use super::readout::Readout;
use super::weights::{LoadError, ModelFile};
use super::{Classifier, ClassifierInfo, ClassifyError};
use crate::emotion::Scores;

/// The backend's name on the command line and in messages.
const BACKEND: &str = "cpu";

/// A model on one CPU thread.
pub(super) struct CpuClassifier {
    model: LoadedModel<Flex>,
    info: ClassifierInfo,
}

impl CpuClassifier {
    /// Loads the model and runs it once.
    pub(super) fn start(
        file: &ModelFile,
        readout: Readout,
        note: Option<String>,
    ) -> Result<Self, LoadError> {
        let model = LoadedModel::load(file, readout, BACKEND, Default::default())?;
        let info = ClassifierInfo {
            model: file.header().name.clone(),
            backend: BACKEND.to_owned(),
            device: format!("CPU ({})", std::env::consts::ARCH),
            note,
        };
        let mut classifier = Self { model, info };
        classifier.classify(&[FaceImage { grey: vec![128; PIXELS] }]).map_err(|error| {
            LoadError::Backend { backend: BACKEND.to_owned(), reason: error.to_string() }
        })?;
        Ok(classifier)
    }
}

impl Classifier for CpuClassifier {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        // One by one: on this backend a batch takes longer than its faces do alone.
        let mut scores = Vec::with_capacity(faces.len());
        for face in faces {
            scores.extend(self.model.scores(std::slice::from_ref(face))?);
        }
        Ok(scores)
    }

    fn description(&self) -> &ClassifierInfo {
        &self.info
    }
}
