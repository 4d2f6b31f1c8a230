//! A network's results on the validation split.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use emotion_core::{Expression, SIDE, Scores};
use emotion_models::models::Network;

use super::dataset::LabelledFace;
use super::error::TrainError;
use super::evaluation::Tally;
use super::temperature::LabelledLogits;

/// Faces in one batch.
const BATCH: usize = 256;

/// The results on a split.
pub(super) struct Validation {
    /// Against FER-2013's labels.
    pub original: Tally,
    /// Against the majority of the FER+ votes, where there are votes.
    pub ferplus: Option<Tally>,
    /// The logits of each face with FER-2013's label.
    pub logits: Vec<LabelledLogits>,
}

/// Runs a network on faces; `ferplus_share` is the FER+ head's weight in the logits.
pub(super) fn validate<B: Backend>(
    network: &Network<B>,
    faces: &[LabelledFace],
    ferplus_share: f64,
    device: &B::Device,
) -> Result<Validation, TrainError> {
    let network = network.fold(ferplus_share);
    let mut labelled = Vec::with_capacity(faces.len());
    let mut original = Tally::default();
    let mut ferplus = Tally::default();
    for batch in faces.chunks(BATCH) {
        let pixels: Vec<f32> = batch.iter().flat_map(|face| face.image.input()).collect();
        let pixels = TensorData::new(pixels, [batch.len(), 1, SIDE, SIDE]);
        let logits = network.forward(Tensor::from_data(pixels, device)).into_data();
        let logits: Vec<f32> =
            logits.to_vec().map_err(|error| TrainError::Backend(format!("{error:?}")))?;
        for (face, row) in batch.iter().zip(logits.chunks_exact(Expression::COUNT)) {
            let mut logits = [0.0; Expression::COUNT];
            logits.copy_from_slice(row);
            let scores = Scores::from_logits(logits).unwrap_or(Scores::UNIFORM);
            original.add(face.label, &scores);
            labelled.push(LabelledLogits { logits, label: face.label });
            if let Some(majority) = face.votes.and_then(|votes| votes.majority()) {
                ferplus.add(majority, &scores);
            }
        }
    }
    let ferplus = (ferplus.count() > 0).then_some(ferplus);
    Ok(Validation { original, ferplus, logits: labelled })
}
