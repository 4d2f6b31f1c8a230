//! How recordings are heard when a model is measured.

use std::collections::BTreeMap;
use std::sync::Arc;

use emotion_core::{AudioChunk, Expression, SessionTime};
use emotion_voice::functionals::{COUNT, Functionals};
use emotion_voice::model::{Outputs, Runner};
use emotion_voice::{Ear, RATE, Speaker, VoiceModel};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::augment::{Noise, add_noise};
use super::dataset::Utterance;
use super::table::{frames, windows};

/// How recordings are heard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hearing {
    /// Each speaker's recordings are heard one after another, in a mixed order, and the model gets used to the
    /// voice, as an app does; otherwise each recording is the only one.
    pub adaptive: bool,
    /// With pink noise, at this ratio in decibels.
    pub noise: Option<f32>,
    /// As a stream through an [`Ear`], with silence around each recording, instead of its windows alone.
    pub stream: bool,
}

/// What a model makes of each recording: the mean of its windows' outputs. `None` where no voice was found.
pub fn hear(
    model: &Arc<VoiceModel>,
    utterances: &[&Utterance],
    hearing: Hearing,
) -> Vec<Option<Outputs>> {
    let mut speakers: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (index, utterance) in utterances.iter().enumerate() {
        speakers.entry((&utterance.set, &utterance.speaker)).or_default().push(index);
    }
    let mut outputs = vec![None; utterances.len()];
    for (number, (_, mut recordings)) in speakers.into_iter().enumerate() {
        recordings.shuffle(&mut ChaCha8Rng::seed_from_u64(number as u64));
        let mut listener = Listener::new(model.clone());
        for index in recordings {
            let mut samples = utterances[index].samples.clone();
            if let Some(ratio) = hearing.noise {
                let mut random = ChaCha8Rng::seed_from_u64(index as u64);
                let (mut background, mut moment) = (random.clone(), &mut random);
                add_noise(&mut samples, Noise::Pink, ratio, &[], &mut background, &mut moment);
            }
            if !hearing.adaptive {
                listener = Listener::new(model.clone());
            }
            outputs[index] = match hearing.stream {
                false => listener.windows(&samples),
                true => listener.stream(&samples),
            };
        }
    }
    outputs
}

/// Somebody who hears one speaker.
struct Listener {
    model: Arc<VoiceModel>,
    speaker: Speaker,
    functionals: Functionals,
    statistics: Box<[f32; COUNT]>,
    runner: Runner,
    ear: Ear,
    time: SessionTime,
}

impl Listener {
    fn new(model: Arc<VoiceModel>) -> Self {
        Self {
            ear: Ear::new(model.clone()),
            model,
            speaker: Speaker::default(),
            functionals: Functionals::default(),
            statistics: Box::new([0.0; COUNT]),
            runner: Runner::default(),
            time: SessionTime::ZERO,
        }
    }

    fn windows(&mut self, samples: &[f32]) -> Option<Outputs> {
        let frames = frames(samples);
        let mut all = Vec::new();
        for window in windows(&frames).filter(|window| !window.is_empty()) {
            self.functionals.measure(window, &mut self.statistics);
            let heard = self.statistics.clone();
            let adaptation = self.model.header.adaptation;
            self.speaker.adapt(&self.model.mean, adaptation, &mut self.statistics);
            self.speaker.learn(&heard);
            all.push(self.runner.run(&self.model, &self.statistics));
        }
        mean(&all)
    }

    fn stream(&mut self, samples: &[f32]) -> Option<Outputs> {
        let silence = vec![0.0; RATE as usize];
        let samples = [&silence[..], samples, &silence].concat();
        let mut readings = Vec::new();
        // 16 kHz is a rate that every ear takes.
        if let Ok(chunk) = AudioChunk::new(samples, RATE, 0, self.time) {
            self.time += chunk.duration();
            let _ = self.ear.hear(&chunk, &mut readings);
        }
        let outputs: Vec<Outputs> = readings
            .iter()
            .map(|reading| Outputs {
                logits: reading.scores.as_array().map(|score| score.max(1e-9).ln()),
                arousal: reading.arousal,
            })
            .collect();
        mean(&outputs)
    }
}

fn mean(outputs: &[Outputs]) -> Option<Outputs> {
    let share = 1.0 / outputs.len().max(1) as f32;
    let mut sums = Outputs { logits: [0.0; Expression::COUNT], arousal: 0.0 };
    for output in outputs {
        sums.arousal += output.arousal * share;
        sums.logits.iter_mut().zip(output.logits).for_each(|(sum, logit)| *sum += logit * share);
    }
    (!outputs.is_empty()).then_some(sums)
}
