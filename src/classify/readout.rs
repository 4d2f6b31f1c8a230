//! What is asked of a network, and how its logits become probabilities.

use crate::emotion::{Expression, Scores};

/// Which of a network's answers is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Readout {
    /// What apps get: a mixture of both heads, corrected for how often expressions are seen in front
    /// of a camera.
    #[default]
    Output,
    /// The head that learned FER-2013's labels, alone: what is compared with those labels.
    Labels,
    /// The head that learned the votes of FER+, alone: what is compared with their majority.
    Votes,
}

/// How logits become probabilities: `softmax(logits / temperature + shift)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Calibration {
    /// The divisor.
    pub temperature: f32,
    /// The summand.
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
