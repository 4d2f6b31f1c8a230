//! Prior probabilities of the expressions, and the correction of logits for another prior.

use emotion_core::{Expression, Scores};

use super::dataset::LabelledFace;

/// The prior probability of each expression, in the order of [`Expression::ALL`]; the sum is 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior([f32; Expression::COUNT]);

impl Prior {
    /// The prior for a person in front of a camera: mostly neutral, sometimes happy. It is an
    /// assumption, not measured. In FER-2013 a quarter of the faces is happy and a sixth neutral.
    pub const IN_FRONT_OF_A_CAMERA: Self = Self([0.09, 0.02, 0.07, 0.22, 0.10, 0.10, 0.40]);

    /// From seven numbers above 0, which are scaled to sum 1.
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

    /// The frequencies of the labels of some faces.
    pub(super) fn of(faces: &[LabelledFace]) -> Self {
        let mut counts = [0.5; Expression::COUNT];
        for face in faces {
            counts[face.label.index()] += 1.0;
        }
        Self(*Scores::from_weights(counts).unwrap_or(Scores::UNIFORM).as_array())
    }

    /// What has to be added to logits that were learned under another prior (Saerens et al.,
    /// *Adjusting the outputs of a classifier to new a priori probabilities*, 2002).
    pub(super) fn shift_from(&self, learned: &Self) -> [f32; Expression::COUNT] {
        let mut shift = self.0;
        for (shift, learned) in shift.iter_mut().zip(learned.0) {
            *shift = (*shift / learned).ln();
        }
        shift
    }
}

/// Numbers that are not a prior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a prior needs seven numbers above 0, from angry to neutral")]
pub struct PriorError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_that_are_more_frequent_than_in_training_are_raised() {
        let learned = Prior::new(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0]).expect("shares");
        let wanted = Prior::new(&[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 18.0]).expect("shares");
        let shift = wanted.shift_from(&learned);
        assert!((shift[Expression::Neutral.index()] - (0.75_f32 / 0.25).ln()).abs() < 1e-5);
        assert!((shift[0] - (1.0_f32 / 24.0 / 0.125).ln()).abs() < 1e-5);
        assert!((Prior::IN_FRONT_OF_A_CAMERA.0.iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert!(Prior::new(&[0.0; 7]).is_err() && Prior::new(&[1.0; 6]).is_err());
    }
}
