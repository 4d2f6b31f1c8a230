//! Models on the CPU, through Burn's `flex` backend.

mod activation;
mod conv;
mod dense;
mod depthwise;
mod feature_map;
mod kernel;
mod network;
mod winograd;

use std::sync::Arc;

use emotion_core::{FaceImage, PIXELS, Scores};

use self::network::CpuNetwork;
use super::classifier::{Classifier, ClassifierInfo, ClassifyError};
use super::loaded::LoadedModel;
use super::readout::Readout;
use super::weights::{LoadError, ModelFile};

/// The backend's name in messages and in [`ClassifierInfo`].
const BACKEND: &str = "cpu";

/// A model on the CPU threads of its users; each of them shares the weights.
#[derive(Clone)]
pub(super) struct CpuClassifier {
    model: Arc<LoadedModel<CpuNetwork>>,
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
        let mut classifier = Self { model: Arc::new(model), info };
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

    fn prior(&self) -> Option<Scores> {
        self.model.prior()
    }

    fn share(&self) -> Option<Box<dyn Classifier>> {
        Some(Box::new(self.clone()))
    }
}
