//! A model on one backend: faces in, scores out.

use burn::tensor::Device;
use burn::tensor::backend::Backend;
use emotion_core::{Expression, FaceImage, PIXELS, Scores};

use super::classifier::ClassifyError;
use super::models::layers::FoldedNetwork;
use super::readout::{Calibration, Readout};
use super::weights::{LoadError, ModelFile};

/// Runs a folded network on a backend.
pub(super) trait Runner: Sized {
    /// The backend that the network's weights are loaded with.
    type Backend: Backend;

    /// Prepares the network.
    fn new(
        network: FoldedNetwork<Self::Backend>,
        device: Device<Self::Backend>,
    ) -> Result<Self, String>;

    /// The logits of some faces from their normalised pixels, both one face after the other.
    fn logits(&self, pixels: Vec<f32>, faces: usize) -> Result<Vec<f32>, String>;
}

/// A folded network with its calibration, ready to run.
pub(super) struct LoadedModel<R: Runner> {
    runner: R,
    calibration: Calibration,
    prior: Option<Scores>,
    name: String,
    backend: &'static str,
}

impl<R: Runner> LoadedModel<R> {
    pub(super) fn load(
        file: &ModelFile,
        readout: Readout,
        backend: &'static str,
        device: Device<R::Backend>,
    ) -> Result<Self, LoadError> {
        let header = file.header();
        let network = file.network::<R::Backend>(&device)?.fold(header.share(readout));
        let runner = R::new(network, device)
            .map_err(|reason| LoadError::Backend { backend: backend.to_owned(), reason })?;
        Ok(Self {
            runner,
            calibration: header.calibration(readout),
            prior: header.prior(readout),
            name: header.name.clone(),
            backend,
        })
    }

    /// The prior that the scores are calibrated for.
    pub(super) const fn prior(&self) -> Option<Scores> {
        self.prior
    }

    /// The scores of some faces, computed in one batch.
    pub(super) fn scores(&self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let failed =
            |reason: String| ClassifyError::Backend { backend: self.backend.to_owned(), reason };
        let mut input = Vec::with_capacity(faces.len() * PIXELS);
        for face in faces {
            if face.grey.len() != PIXELS {
                return Err(failed(format!(
                    "a face has {} pixels instead of {PIXELS}",
                    face.grey.len()
                )));
            }
            input.extend(face.input());
        }
        let logits = self.runner.logits(input, faces.len()).map_err(failed)?;
        logits
            .chunks_exact(Expression::COUNT)
            .map(|row| {
                let mut logits = [0.0; Expression::COUNT];
                logits.copy_from_slice(row);
                self.calibration
                    .scores(&logits)
                    .ok_or_else(|| ClassifyError::NotFinite { model: self.name.clone() })
            })
            .collect()
    }
}
