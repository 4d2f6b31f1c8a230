//! Models on the CPU, through Burn's `flex` backend.

mod network;
mod winograd;

use self::network::CpuNetwork;
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
    model: LoadedModel<CpuNetwork>,
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
            confusion: file.header().confusion,
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
        self.model.scores(faces)
    }

    fn description(&self) -> &ClassifierInfo {
        &self.info
    }
}
