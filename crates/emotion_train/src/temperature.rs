//! Temperature scaling.

use emotion_core::{Expression, Scores};

/// Temperatures are searched between 1 / this and this.
const MAX_TEMPERATURE: f32 = 8.0;

/// Steps of the search; they leave an error of about a thousandth.
const STEPS: usize = 24;

/// The logits for a face with its label.
#[derive(Debug, Clone, Copy)]
pub struct LabelledLogits {
    /// The logits.
    pub logits: [f32; Expression::COUNT],
    /// The label.
    pub label: Expression,
}

/// The softmax temperature with the least negative log-likelihood of the labels (Guo et al., *On
/// calibration of modern neural networks*, 2017). It changes confidences, never predictions.
pub fn fit_temperature(faces: &[LabelledLogits]) -> f32 {
    // Golden-section search: over the logarithm of the temperature the likelihood has one maximum.
    let golden = (5_f32.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (-MAX_TEMPERATURE.ln(), MAX_TEMPERATURE.ln());
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

fn nll(faces: &[LabelledLogits], temperature: f32) -> f64 {
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
    fn an_overconfident_network_gets_its_accuracy_as_confidence() {
        // An accuracy of 3/4 with logits that differ by 2 and five impossible classes: at temperature
        // T the probability is 1 / (1 + exp(-2 / T)), so ln 3 = 2 / T.
        let mut logits = [-1e4; Expression::COUNT];
        logits[3] = 2.0;
        logits[4] = 0.0;
        let face = |label| LabelledLogits { logits, label };
        let mut faces = vec![face(Expression::Happy); 75];
        faces.extend(vec![face(Expression::Sad); 25]);
        let temperature = fit_temperature(&faces);
        assert!((temperature - 2.0 / 3_f32.ln()).abs() < 0.01, "{temperature}");
    }
}
