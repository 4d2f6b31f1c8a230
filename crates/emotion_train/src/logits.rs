//! The logits of a model for the faces of a data set.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use emotion_core::{Expression, SIDE};
use emotion_models::weights::ModelFile;

use super::backend::{TrainBackend, with_backend};
use super::dataset::LabelledFace;
use super::error::TrainError;

/// Faces in one batch.
const BATCH: usize = 64;

/// The logits of both heads for a face.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeadLogits {
    /// Of the head for FER-2013's labels.
    pub original: [f32; Expression::COUNT],
    /// Of the head for the votes of FER+.
    pub ferplus: [f32; Expression::COUNT],
}

impl HeadLogits {
    /// Both heads blended; `ferplus_share` is the FER+ head's weight, 0 to 1.
    pub fn blended(&self, ferplus_share: f64) -> [f32; Expression::COUNT] {
        let mut blended = self.original;
        for (logit, other) in blended.iter_mut().zip(self.ferplus) {
            *logit += (other - *logit) * ferplus_share as f32;
        }
        blended
    }
}

/// A network's logits for some faces.
#[derive(Debug, Clone)]
pub struct FaceLogits {
    /// The faces' rows in the data set.
    pub rows: Vec<usize>,
    /// The logits of each face.
    pub faces: Vec<HeadLogits>,
}

impl FaceLogits {
    /// A model's logits. `step` is called with the number of faces that are done.
    ///
    /// # Errors
    /// [`TrainError`] when the model cannot be run.
    pub fn compute(
        file: &ModelFile,
        faces: &[LabelledFace],
        backend: TrainBackend,
        step: impl Fn(usize),
    ) -> Result<Self, TrainError> {
        with_backend!(backend, B => Self::compute_on::<B>(file, faces, &Default::default(), &step))
    }

    fn compute_on<B: Backend>(
        file: &ModelFile,
        faces: &[LabelledFace],
        device: &B::Device,
        step: &dyn Fn(usize),
    ) -> Result<Self, TrainError> {
        let network = file.network::<B>(device)?;
        let heads = [network.fold(0.0), network.fold(1.0)];
        let mut logits = Vec::with_capacity(faces.len());
        for batch in faces.chunks(BATCH) {
            let pixels: Vec<f32> = batch.iter().flat_map(|face| face.image.input()).collect();
            let pixels = TensorData::new(pixels, [batch.len(), 1, SIDE, SIDE]);
            let pixels = Tensor::<B, 4>::from_data(pixels, device);
            let [original, ferplus] = heads.each_ref().map(|head| {
                let data = head.forward(pixels.clone()).into_data().to_vec::<f32>();
                data.map_err(|error| TrainError::Backend(format!("{error:?}")))
            });
            let rows = |numbers: &[f32]| {
                let rows = numbers.chunks_exact(Expression::COUNT);
                rows.filter_map(|row| row.try_into().ok()).collect::<Vec<_>>()
            };
            let both = rows(&original?).into_iter().zip(rows(&ferplus?));
            logits.extend(both.map(|(original, ferplus)| HeadLogits { original, ferplus }));
            step(logits.len());
        }
        Ok(Self { rows: faces.iter().map(|face| face.row).collect(), faces: logits })
    }

    /// A model's logits, averaged over each face and its mirror image (test-time augmentation).
    /// `step` is called with the number of faces that are done.
    ///
    /// # Errors
    /// [`TrainError`] when the model cannot be run.
    pub fn compute_with_tta(
        file: &ModelFile,
        faces: &[LabelledFace],
        backend: TrainBackend,
        step: impl Fn(usize),
    ) -> Result<Self, TrainError> {
        let mut logits = Self::compute(file, faces, backend, &step)?;
        let mirrored: Vec<LabelledFace> = faces
            .iter()
            .map(|face| LabelledFace { image: face.image.mirrored(), ..face.clone() })
            .collect();
        let others = Self::compute(file, &mirrored, backend, &step)?;
        for (face, other) in logits.faces.iter_mut().zip(others.faces) {
            for (head, others) in
                [(&mut face.original, other.original), (&mut face.ferplus, other.ferplus)]
            {
                for (logit, other) in head.iter_mut().zip(others) {
                    *logit = 0.5 * (*logit + other);
                }
            }
        }
        Ok(logits)
    }
}
