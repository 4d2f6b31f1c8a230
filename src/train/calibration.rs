//! Probabilities that mean what they say.

use crate::emotion::{Expression, Scores};

/// Temperatures are looked for between 1 / this and this.
const WIDEST: f32 = 8.0;

/// Halvings of the range by the golden section: the answer is good to a thousandth.
const STEPS: usize = 24;

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
