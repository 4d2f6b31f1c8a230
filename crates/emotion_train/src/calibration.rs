//! Calibration of a trained model: temperatures, logit shift and confusion matrix.

use burn::backend::Flex;
use emotion_core::{Expression, Scores};
use emotion_models::Readout;
use emotion_models::weights::{ModelFile, ModelHeader};

use super::dataset::LabelledFace;
use super::error::TrainError;
use super::logits::FaceLogits;
use super::prior::Prior;
use super::temperature::{LabelledLogits, fit_temperature};

/// A model's header with temperatures and confusion matrix from `public_test`, the FER+ share, and
/// the logit shift from the prior of `training` to another prior.
///
/// The temperature of the head for FER-2013's labels is fitted to the labels; the temperatures of the
/// FER+ head and of the blend (before the shift) are fitted to the majority of the votes.
///
/// # Errors
/// [`TrainError`] when the model cannot be run.
pub fn calibrate(
    file: &ModelFile,
    training: &[LabelledFace],
    public_test: &[LabelledFace],
    ferplus_share: f64,
    prior: &Prior,
) -> Result<ModelHeader, TrainError> {
    let logits = FaceLogits::compute::<Flex>(file, public_test, &Default::default(), |_| ())?;
    let majority = |face: &LabelledFace| face.votes.and_then(|votes| votes.majority());
    let mut labels = Vec::new();
    let mut votes = Vec::new();
    let mut blended = Vec::new();
    for (face, logits) in public_test.iter().zip(&logits.faces) {
        labels.push(LabelledLogits { logits: logits.original, label: face.label });
        if let Some(label) = majority(face) {
            votes.push(LabelledLogits { logits: logits.ferplus, label });
            blended.push(LabelledLogits { logits: logits.blended(ferplus_share), label });
        }
    }

    let mut header = file.header().clone();
    header.ferplus_share = ferplus_share;
    header.labels_temperature = fit_temperature(&labels);
    header.votes_temperature = fit_temperature(&votes);
    header.temperature = fit_temperature(&blended);
    header.logit_shift = prior.shift_from(&Prior::of(training));
    let calibration = header.calibration(Readout::Output);
    let mut confusion = [[0; Expression::COUNT]; Expression::COUNT];
    for (face, logits) in public_test.iter().zip(&logits.faces) {
        let scores = calibration.scores(&logits.blended(ferplus_share)).unwrap_or(Scores::UNIFORM);
        confusion[face.label.index()][scores.highest().0.index()] += 1;
    }
    header.confusion = Some(confusion);
    Ok(header)
}
