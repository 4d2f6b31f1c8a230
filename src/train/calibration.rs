//! Probabilities that mean what they say.

use burn::backend::Flex;

use super::dataset::LabelledFace;
use super::learner::TrainError;
use super::teacher::Opinions;
use crate::classify::weights::{ModelFile, ModelHeader};
use crate::emotion::{Expression, Scores};

/// Temperatures are looked for between 1 / this and this.
const WIDEST: f32 = 8.0;

/// Halvings of the range by the golden section: the answer is good to a thousandth.
const STEPS: usize = 24;

/// How often each expression is seen, in the order of [`Expression::ALL`]; the sum is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior([f32; Expression::COUNT]);

impl Prior {
    /// What a person in front of a camera shows, by and large: mostly a face at rest, and now and
    /// then a smile. This is an assumption, not a measurement; in FER-2013 a quarter of the faces is
    /// happy and a sixth neutral.
    pub const IN_FRONT_OF_A_CAMERA: Self = Self([0.09, 0.02, 0.07, 0.22, 0.10, 0.10, 0.40]);

    /// From seven shares above 0; scaled to sum 1.
    ///
    /// # Errors
    /// [`PriorError`] for other numbers.
    pub fn new(shares: &[f32]) -> Result<Self, PriorError> {
        let shares: [f32; Expression::COUNT] = shares.try_into().map_err(|_| PriorError)?;
        if !shares.iter().all(|share| *share > 0.0) {
            return Err(PriorError);
        }
        Ok(Self(*Scores::from_weights(shares).ok_or(PriorError)?.as_array()))
    }

    /// How often the labels of these faces are seen among them.
    fn of(faces: &[LabelledFace]) -> Self {
        let mut counts = [0.5; Expression::COUNT];
        for face in faces {
            counts[face.label.index()] += 1.0;
        }
        Self(*Scores::from_weights(counts).unwrap_or(Scores::UNIFORM).as_array())
    }

    /// What has to be added to logits that were learned under another prior (Saerens et al.,
    /// *Adjusting the outputs of a classifier to new a priori probabilities*, 2002).
    fn shift_from(&self, learned: &Self) -> [f32; Expression::COUNT] {
        let mut shift = self.0;
        for (shift, learned) in shift.iter_mut().zip(learned.0) {
            *shift = (*shift / learned).ln();
        }
        shift
    }
}

/// Shares that are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a prior is seven numbers above 0, angry to neutral")]
pub struct PriorError;

/// A model's header with its temperatures fitted on `public_test`, its FER+ share, the shift from the
/// prior of `training` to another one, and what is mistaken for what.
///
/// The temperature of the head for FER-2013's labels is fitted to these, that of the FER+ head to the
/// majority of the votes, that of the mixture to the same majority before the shift.
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
    let opinions = Opinions::straight::<Flex>(file, public_test, &Default::default(), |_| ())?;
    let majority = |face: &LabelledFace| face.votes.and_then(|votes| votes.majority());
    let mut labels = Vec::new();
    let mut votes = Vec::new();
    let mut mixed = Vec::new();
    for (face, logits) in public_test.iter().zip(&opinions.faces) {
        labels.push(Labelled { logits: logits.original, label: face.label });
        let mix = logits.mixed(ferplus_share);
        if let Some(label) = majority(face) {
            votes.push(Labelled { logits: logits.ferplus, label });
            mixed.push(Labelled { logits: mix, label });
        }
    }

    let mut header = file.header().clone();
    header.ferplus_share = ferplus_share;
    header.labels_temperature = fit_temperature(&labels);
    header.votes_temperature = fit_temperature(&votes);
    header.temperature = fit_temperature(&mixed);
    header.logit_shift = prior.shift_from(&Prior::of(training));
    let calibration = header.calibration(crate::classify::Readout::Output);
    let mut confusion = [[0; Expression::COUNT]; Expression::COUNT];
    for (face, logits) in public_test.iter().zip(&opinions.faces) {
        let scores = calibration.scores(&logits.mixed(ferplus_share)).unwrap_or(Scores::UNIFORM);
        confusion[face.label.index()][scores.highest().0.index()] += 1;
    }
    header.confusion = Some(confusion);
    Ok(header)
}

/// A network's outputs for a face whose expression is known.
#[derive(Debug, Clone, Copy)]
pub struct Labelled {
    /// The outputs.
    pub logits: [f32; Expression::COUNT],
    /// The expression.
    pub label: Expression,
}

/// The temperature under which the labels are most likely (Guo et al., *On calibration of modern
/// neural networks*, 2017). It changes how sure a network is, never what it says.
pub fn fit_temperature(faces: &[Labelled]) -> f32 {
    // In the logarithm the likelihood has one peak.
    let golden = (5_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-WIDEST.ln(), WIDEST.ln());
    for _ in 0..STEPS {
        let width = (high - low) * golden;
        let (left, right) = (high - width, low + width);
        if nll(faces, left.exp()) < nll(faces, right.exp()) {
            high = right;
        } else {
            low = left;
        }
    }
    ((low + high) / 2.0).exp()
}

fn nll(faces: &[Labelled], temperature: f32) -> f64 {
    faces
        .iter()
        .filter_map(|face| {
            let scores = Scores::from_logits(face.logits.map(|logit| logit / temperature))?;
            Some(-f64::from(scores.get(face.label).max(1e-7).ln()))
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_frequent_than_in_training_is_raised() {
        let learned = Prior::new(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]).expect("shares");
        let wanted = Prior::new(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 18.0]).expect("shares");
        let shift = wanted.shift_from(&learned);
        assert!((shift[Expression::Neutral.index()] - (0.75_f32 / 0.25).ln()).abs() < 1e-5);
        assert!((shift[0] - (1.0_f32 / 24.0 / 0.125).ln()).abs() < 1e-5);
        assert!((Prior::IN_FRONT_OF_A_CAMERA.0.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(Prior::new(&[0.0; 7]).is_err() && Prior::new(&[1.0; 6]).is_err());
    }

    #[test]
    fn a_network_that_is_too_sure_is_cooled_down_to_what_it_knows() {
        // Right three times in four, and two logits apart: with temperature T the probability is
        // 1 / (1 + exp(-2 / T)) next to five impossible classes, so ln 3 = 2 / T.
        let mut logits = [-1e4; Expression::COUNT];
        logits[3] = 2.0;
        logits[4] = 0.0;
        let face = |label| Labelled { logits, label };
        let mut faces = vec![face(Expression::Happy); 75];
        faces.extend(vec![face(Expression::Sad); 25]);
        let temperature = fit_temperature(&faces);
        assert!((temperature - 2.0 / 3_f32.ln()).abs() < 0.01, "{temperature}");
    }
}
