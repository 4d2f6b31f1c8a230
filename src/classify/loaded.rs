//! A model on one backend: faces in, scores out.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};

use super::ClassifyError;
use super::models::layers::FoldedNetwork;
use super::preprocess::{FaceImage, PIXELS, SIDE};
use super::readout::{Calibration, Readout};
use super::weights::{LoadError, ModelFile};
use crate::emotion::{Expression, Scores};

/// A folded network with its calibration, loaded on a device.
pub(super) struct LoadedModel<B: Backend> {
    network: FoldedNetwork<B>,
    calibration: Calibration,
    name: String,
    backend: &'static str,
    device: B::Device,
}

impl<B: Backend> LoadedModel<B> {
    pub(super) fn load(
        file: &ModelFile,
        readout: Readout,
        backend: &'static str,
        device: B::Device,
    ) -> Result<Self, LoadError> {
        let header = file.header();
        Ok(Self {
            network: file.network::<B>(&device)?.fold(header.share(readout)),
            calibration: header.calibration(readout),
            name: header.name.clone(),
            backend,
            device,
        })
    }

    /// The scores of some faces, computed in one batch.
    pub(super) fn scores(&self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let failed =
            |reason: String| ClassifyError::Backend { backend: self.backend.to_owned(), reason };
        let mut input = Vec::with_capacity(faces.len() * PIXELS);
        for face in faces {
            if face.grey.len() != PIXELS {
                return Err(failed(format!("a face has {} pixels", face.grey.len())));
            }
            input.extend(face.input());
        }
        let input = TensorData::new(input, [faces.len(), 1, SIDE, SIDE]);
        let logits = self.network.forward(Tensor::from_data(input, &self.device));
        let logits = logits.try_into_data().map_err(|error| failed(format!("{error:?}")))?;
        let logits: Vec<f32> = logits.to_vec().map_err(|error| failed(format!("{error:?}")))?;
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
