//! The fit of the weights: least negative log-likelihood of the labels of triples.

use emotion_core::{Expression, Modality, Scores};
use emotion_fusion::{Fuser, FusionWeights};

use super::readings::LabelledReading;
use super::triples::{Draws, Triple};

/// Steps that are enough for a fit.
pub const STEPS: usize = 400;
/// Triples that each step looks at.
const BATCH: usize = 768;
/// The mean of this share of the steps, the last ones, is the result: single steps waver.
const AVERAGED: f64 = 0.375;
/// Of Adam (Kingma and Ba, 2015).
const RATE: f64 = 0.04;
const DECAY: (f64, f64) = (0.9, 0.99);
/// By how much a number is changed to see what comes of it.
const NUDGE: f64 = 1e-2;
/// Pulls what is usual towards equal, and weights towards 1, where the data say little.
const RIDGE: f64 = 5e-3;
/// The largest power. Recordings are clean or as noisy as they were made: a larger one would tell these two apart,
/// and give up voices that are only a little noisy.
const MOST_POWER: f64 = 2.0;
/// The share of parts that are missing while it is fitted.
const MISSING: f64 = 0.3;

/// Numbers of a modality: the logarithm of its weight, its power as a logit of the largest, and what is usual as logits.
const OF_MODALITY: usize = 2 + Expression::COUNT;
const NUMBERS: usize = OF_MODALITY * Modality::COUNT;

type Numbers = [f64; NUMBERS];

/// Fits weights on readings, a third of them disturbed. The labels are drawn equally often, and that is the prior.
///
/// `None` where no label has all three modalities. `step` is told of each step and its loss.
pub fn fit(
    readings: &[LabelledReading],
    steps: usize,
    seed: u64,
    mut step: impl FnMut(usize, f64),
) -> Option<FusionWeights> {
    let mut draws = Draws::new(readings, MISSING, true, seed);
    let mut numbers = start();
    let (mut first, mut second) = ([0.0; NUMBERS], [0.0; NUMBERS]);
    let mut sums = [0.0; NUMBERS];
    let averaged = ((steps as f64 * AVERAGED) as usize).max(1);
    for number in 1..=steps {
        let batch: Vec<Triple> = draws.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            return None;
        }
        let here = loss(&numbers, &batch);
        step(number, here);
        let rate = RATE * (1.0 - number as f64 / (steps + 1) as f64).max(0.1);
        let mut next = numbers;
        for index in 0..NUMBERS {
            let mut nudged = numbers;
            nudged[index] += NUDGE;
            let slope = (loss(&nudged, &batch) - here) / NUDGE;
            first[index] = DECAY.0 * first[index] + (1.0 - DECAY.0) * slope;
            second[index] = DECAY.1 * second[index] + (1.0 - DECAY.1) * slope * slope;
            let mean = first[index] / (1.0 - DECAY.0.powi(number as i32));
            let square = second[index] / (1.0 - DECAY.1.powi(number as i32));
            next[index] -= rate * mean / (square.sqrt() + 1e-8);
        }
        numbers = next;
        if number + averaged > steps {
            sums.iter_mut().zip(numbers).for_each(|(sum, value)| *sum += value / averaged as f64);
        }
    }
    Some(weights(&sums))
}

/// Weights of 1, and half the largest power.
fn start() -> Numbers {
    [0.0; NUMBERS]
}

fn weights(numbers: &Numbers) -> FusionWeights {
    let mut weights = FusionWeights::default();
    for (modality, of) in Modality::ALL.into_iter().zip(numbers.chunks_exact(OF_MODALITY)) {
        let into = weights.of_mut(modality);
        into.weight = of[0].exp() as f32;
        into.power = (MOST_POWER / (1.0 + (-of[1]).exp())) as f32;
        let logits: [f32; Expression::COUNT] = std::array::from_fn(|index| of[2 + index] as f32);
        into.usual = Scores::from_logits(logits).unwrap_or(Scores::UNIFORM);
    }
    weights
}

fn loss(numbers: &Numbers, triples: &[Triple]) -> f64 {
    let fuser = Fuser::new(weights(numbers));
    let surprise = |triple: &Triple| {
        let scores = fuser.fuse(&triple.parts).unwrap_or(Scores::UNIFORM);
        -f64::from(scores.get(triple.label).max(1e-7).ln())
    };
    let mean = triples.iter().map(surprise).sum::<f64>() / triples.len().max(1) as f64;
    mean + RIDGE * numbers.iter().map(|value| value * value).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face that is right in three of four, and a voice that knows nothing.
    fn readings() -> Vec<LabelledReading> {
        let mut readings = Vec::new();
        for (index, label) in Expression::ALL.into_iter().cycle().take(280).enumerate() {
            for modality in Modality::ALL {
                let knows = modality != Modality::Voice;
                let said = match knows && index % 4 != 0 {
                    true => label,
                    false => Expression::ALL[(index * 5 + index / 7) % Expression::COUNT],
                };
                readings.push(LabelledReading {
                    modality,
                    label,
                    set: "made".to_owned(),
                    group: index.to_string(),
                    is_disturbed: false,
                    quality: 1.0,
                    scores: Scores::UNIFORM.mix(&Scores::certain(said), 0.7),
                });
            }
        }
        readings
    }

    #[test]
    fn a_modality_that_knows_nothing_gets_no_weight() {
        let readings = readings();
        let mut losses = Vec::new();
        let weights = fit(&readings, 60, 1, |_, loss| losses.push(loss)).expect("weights");
        assert!(weights.voice.weight < 0.5 * weights.words.weight, "{weights:?}");
        assert!(losses[59] < losses[0], "{losses:?}");
    }
}
