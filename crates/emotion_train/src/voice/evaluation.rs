//! Figures of a voice model, by set.

use std::collections::BTreeMap;

use emotion_core::{AudioChunk, Expression, SessionTime};
use emotion_voice::{Ear, RATE, VoiceModel};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::augment::{Noise, add_noise};
use super::dataset::Utterance;
use super::learner::outputs;
use crate::evaluation::Tally;

/// The figures of one set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SetFigures {
    /// Recordings.
    pub n: usize,
    /// Share that was read right.
    pub accuracy: f64,
    /// Unweighted average recall: the mean over the classes that the set has.
    pub uar: f64,
    /// Calibration error over 15 bins.
    pub ece: f64,
    /// Share of each class's recordings that was read right, by name; without the classes that the set lacks.
    pub per_class_recall: BTreeMap<String, f64>,
    /// Rows are labels, columns what was read, in the order of [`Expression::ALL`].
    pub confusion: [[usize; Expression::COUNT]; Expression::COUNT],
    /// The correlation of arousal with what the labels say, where it varies.
    pub arousal_correlation: Option<f64>,
}

/// How a recording is read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hearing {
    /// As it is, cut as it was recorded.
    Recording,
    /// With pink noise, at this ratio in decibels.
    Noisy(f32),
    /// As a stream through an [`Ear`], with silence around it: what apps get.
    Stream,
}

/// The figures of each set.
pub fn evaluate(
    model: &std::sync::Arc<VoiceModel>,
    utterances: &[Utterance],
    hearing: Hearing,
) -> BTreeMap<String, SetFigures> {
    let mut tallies: BTreeMap<String, (Tally, Vec<(f64, f64)>)> = BTreeMap::new();
    for (index, utterance) in utterances.iter().enumerate() {
        let (scores, arousal) = match hearing {
            Hearing::Recording => read(model, utterance),
            Hearing::Noisy(ratio) => {
                let mut noisy = utterance.clone();
                let mut random = ChaCha8Rng::seed_from_u64(index as u64);
                add_noise(&mut noisy.samples, Noise::Pink, ratio, &[], &mut random);
                read(model, &noisy)
            }
            Hearing::Stream => stream(model, utterance),
        };
        let (tally, arousals) = tallies.entry(utterance.set.clone()).or_default();
        tally.add(utterance.label, &scores);
        arousals.push((f64::from(arousal), f64::from(super::table::arousal(utterance))));
    }
    tallies.into_iter().map(|(set, (tally, arousals))| (set, figures(&tally, &arousals))).collect()
}

fn figures(tally: &Tally, arousals: &[(f64, f64)]) -> SetFigures {
    let all = tally.figures();
    let present =
        Expression::ALL.into_iter().filter(|class| all.confusion[class.index()].iter().any(|n| *n > 0));
    SetFigures {
        n: all.n,
        accuracy: all.accuracy,
        uar: all.mean_class_accuracy,
        ece: all.ece,
        per_class_recall: present
            .map(|class| (class.name().to_owned(), tally.recall(class)))
            .collect(),
        confusion: all.confusion,
        arousal_correlation: correlation(arousals),
    }
}

fn read(model: &VoiceModel, utterance: &Utterance) -> (emotion_core::Scores, f32) {
    let said = outputs(model, &utterance.samples);
    (said.scores(), said.arousal)
}

/// What an ear says of it in half a second of silence on both sides; nothing known where it heard no voice.
fn stream(
    model: &std::sync::Arc<VoiceModel>,
    utterance: &Utterance,
) -> (emotion_core::Scores, f32) {
    let silence = vec![0.0; RATE as usize / 2];
    let samples = [&silence[..], &utterance.samples, &silence].concat();
    let mut ear = Ear::new(model.clone());
    let mut readings = Vec::new();
    if let Ok(chunk) = AudioChunk::new(samples, RATE, 0, SessionTime::ZERO) {
        // 16 kHz is a rate that every ear takes.
        let _ = ear.hear(&chunk, &mut readings);
    }
    ear.finish(&mut readings);
    let arousal = readings.iter().map(|reading| reading.arousal).sum::<f32>();
    let scores = emotion_voice::whole(&readings).unwrap_or(emotion_core::Scores::UNIFORM);
    (scores, arousal / readings.len().max(1) as f32)
}

/// Pearson's correlation; `None` where one side does not vary.
fn correlation(pairs: &[(f64, f64)]) -> Option<f64> {
    let count = pairs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let (mut products, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for pair in pairs {
        products += (pair.0 - x) * (pair.1 - y);
        xx += (pair.0 - x).powi(2);
        yy += (pair.1 - y).powi(2);
    }
    (xx > 0.0 && yy > 0.0).then(|| products / (xx * yy).sqrt())
}
