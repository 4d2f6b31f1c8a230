//! Steady scores and a steady dominant expression.

use std::time::Duration;

use crate::emotion::{Expression, Scores};

/// Scores of one face, smoothed over time, and the expression shown for them.
#[derive(Debug, Clone)]
pub struct ScoreSmoother {
    scores: Option<(Duration, Scores)>,
    dominant: Option<Expression>,
}

/// How [`ScoreSmoother`] smooths.
#[derive(Debug, Clone, Copy)]
pub struct Smoothing {
    /// After this time, a new value has 63 % of the weight.
    pub time_constant: Duration,
    /// Below this probability nothing is dominant.
    pub floor: f32,
    /// By how much another expression must lead before it takes over.
    pub margin: f32,
}

impl ScoreSmoother {
    /// Knows nothing yet.
    pub const fn new() -> Self {
        Self { scores: None, dominant: None }
    }

    /// Takes the scores of the frame at `time`; gives the smoothed ones and the one to show.
    pub fn update(
        &mut self,
        time: Duration,
        raw: &Scores,
        smoothing: &Smoothing,
    ) -> (Scores, Option<Expression>) {
        let scores = match &self.scores {
            Some((before, scores)) => {
                let passed = time.saturating_sub(*before).as_secs_f32();
                let constant = smoothing.time_constant.as_secs_f32().max(f32::EPSILON);
                scores.mix(raw, 1.0 - (-passed / constant).exp())
            }
            None => *raw,
        };
        self.scores = Some((time, scores));
        let (highest, lead) = scores.highest();
        let shown = self.dominant.filter(|shown| scores.get(*shown) >= smoothing.floor);
        self.dominant = match shown {
            Some(shown) if lead - scores.get(shown) < smoothing.margin => Some(shown),
            _ => (lead >= smoothing.floor).then_some(highest),
        };
        (scores, self.dominant)
    }
}
