//! Calibration of a trained model: temperatures, prior and confusion matrix.

use emotion_core::{Expression, Scores};
use emotion_models::Readout;
use emotion_models::weights::{ModelFile, ModelHeader};

use super::backend::TrainBackend;
use super::dataset::LabelledFace;
use super::error::TrainError;
use super::logits::FaceLogits;
use super::temperature::{LabelledLogits, fit_temperature};

/// Training faces that the output is calibrated on at most: one number and the mean of seven need no
/// more.
const MOST_TRAINING_FACES: usize = 7200;

/// A model's header with temperatures, prior, confusion matrix and FER+ share.
///
/// The blend that apps get is calibrated on `training` alone: its temperature is fitted to the
/// majority of the votes, and the prior is its mean over the faces. The temperatures of the single
/// heads are fitted on `public_test`, to the labels and to the majority.
///
/// # Errors
/// [`TrainError`] when the model cannot be run.
pub fn calibrate(
    file: &ModelFile,
    training: &[LabelledFace],
    public_test: &[LabelledFace],
    ferplus_share: f64,
) -> Result<ModelHeader, TrainError> {
    let mut header = file.header().clone();
    header.ferplus_share = ferplus_share;
    header.logit_shift = [0.0; Expression::COUNT];
    calibrate_output(&mut header, file, training)?;

    let logits = FaceLogits::compute(file, public_test, TrainBackend::Flex, |_| ())?;
    let calibration = header.calibration(Readout::Output);
    let mut labels = Vec::new();
    let mut votes = Vec::new();
    let mut confusion = [[0; Expression::COUNT]; Expression::COUNT];
    for (face, logits) in public_test.iter().zip(&logits.faces) {
        labels.push(LabelledLogits { logits: logits.original, label: face.label });
        if let Some(label) = majority(face) {
            votes.push(LabelledLogits { logits: logits.ferplus, label });
        }
        let scores = calibration.scores(&logits.blended(ferplus_share)).unwrap_or(Scores::UNIFORM);
        confusion[face.label.index()][scores.highest().0.index()] += 1;
    }
    header.labels_temperature = fit_temperature(&labels);
    header.votes_temperature = fit_temperature(&votes);
    header.confusion = Some(confusion);
    Ok(header)
}

/// Fits the temperature of the blend, and takes its mean as the prior.
fn calibrate_output(
    header: &mut ModelHeader,
    file: &ModelFile,
    training: &[LabelledFace],
) -> Result<(), TrainError> {
    let every = training.len().div_ceil(MOST_TRAINING_FACES).max(1);
    let faces: Vec<LabelledFace> = training.iter().step_by(every).cloned().collect();
    let logits = FaceLogits::compute(file, &faces, TrainBackend::Flex, |_| ())?;
    let blended: Vec<_> =
        logits.faces.iter().map(|face| face.blended(header.ferplus_share)).collect();
    let labelled: Vec<LabelledLogits> = faces
        .iter()
        .zip(&blended)
        .filter_map(|(face, logits)| {
            Some(LabelledLogits { logits: *logits, label: majority(face)? })
        })
        .collect();
    header.temperature = fit_temperature(&labelled);

    let calibration = header.calibration(Readout::Output);
    let mut sums = [0.0; Expression::COUNT];
    for scores in blended.iter().filter_map(|logits| calibration.scores(logits)) {
        for (sum, p) in sums.iter_mut().zip(scores.as_array()) {
            *sum += p;
        }
    }
    header.prior = Scores::from_weights(sums).filter(|prior| prior.iter().all(|(_, p)| p > 0.0));
    Ok(())
}

fn majority(face: &LabelledFace) -> Option<Expression> {
    face.votes.and_then(|votes| votes.majority())
}
