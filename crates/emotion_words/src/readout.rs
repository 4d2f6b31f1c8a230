//! From seven logits to seven probabilities and labels.

use emotion_core::{Expression, Scores};
use serde::{Deserialize, Serialize};

/// How logits become probabilities and labels; fitted on lines that were not trained on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct WordsReadout {
    /// The logit from which on a line has a label, by expression.
    pub thresholds: [f32; Expression::COUNT],
    /// What logits are multiplied by before the softmax that makes [`Scores`] of them.
    pub scale: f32,
    /// What is added then, by expression.
    pub shift: [f32; Expression::COUNT],
    /// The share of known words below which a line is not read ([`crate::KnownWords::share_of`]).
    pub least_known: f32,
    /// The probability below which the highest expression is not named.
    pub least_sure: f32,
}

impl Default for WordsReadout {
    fn default() -> Self {
        Self {
            thresholds: [0.0; Expression::COUNT],
            scale: 1.0,
            shift: [0.0; Expression::COUNT],
            least_known: 0.5,
            least_sure: 0.35,
        }
    }
}

impl WordsReadout {
    /// The seven probabilities: logits of labels that may come together, as shares of one whole.
    pub fn scores(&self, logits: &[f32; Expression::COUNT]) -> Scores {
        let mut shifted = self.shift;
        for (value, logit) in shifted.iter_mut().zip(logits) {
            *value += logit * self.scale;
        }
        Scores::from_logits(shifted).unwrap_or(Scores::UNIFORM)
    }

    /// The labels: all whose logit reaches its threshold, or the one that comes closest.
    pub fn labels(&self, logits: &[f32; Expression::COUNT]) -> [bool; Expression::COUNT] {
        let above: [f32; Expression::COUNT] =
            std::array::from_fn(|index| logits[index] - self.thresholds[index]);
        let mut labels = above.map(|above| above >= 0.0);
        if !labels.contains(&true) {
            let best = above.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
            if let Some((best, _)) = best {
                labels[best] = true;
            }
        }
        labels
    }

    pub(crate) fn is_finite(&self) -> bool {
        self.thresholds.iter().chain(&self.shift).all(|value| value.is_finite())
            && self.scale.is_finite()
            && (0.0..=1.0).contains(&self.least_known)
            && (0.0..=1.0).contains(&self.least_sure)
    }
}
