//! Which of a network's outputs is read, and how its logits become probabilities.

use emotion_core::{Expression, Scores};

/// Which of a network's outputs is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readout {
    /// What apps get: a blend of both heads. A session corrects it for how often each expression is
    /// seen by its camera ([`Classifier::prior`](crate::Classifier::prior)).
    #[default]
    Output,
    /// Only the head that learned FER-2013's labels, to be compared with those labels.
    Labels,
    /// Only the head that learned the votes of FER+, to be compared with their majority.
    Votes,
}

/// How logits become probabilities: `softmax(logits / temperature + shift)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The softmax temperature.
    pub temperature: f32,
    /// Added to the logits after the division.
    pub shift: [f32; Expression::COUNT],
}

impl Calibration {
    /// The probabilities; `None` where a logit is not finite.
    pub fn scores(&self, logits: &[f32; Expression::COUNT]) -> Option<Scores> {
        let mut changed = *logits;
        for (logit, shift) in changed.iter_mut().zip(self.shift) {
            *logit = *logit / self.temperature + shift;
        }
        Scores::from_logits(changed)
    }
}
