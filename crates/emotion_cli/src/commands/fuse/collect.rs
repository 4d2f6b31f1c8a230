//! What the models say of labelled faces, recordings and lines.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;
use std::sync::Arc;

use emotion_core::{AudioChunk, Expression, FaceImage, Modality, SessionTime};
use emotion_models::{BackendChoice, Classifier, ClassifierOptions, ModelChoice, Readout};
use emotion_train::dataset::Split;
use emotion_train::disturb::DISTURBANCES;
use emotion_train::fusion::readings::LabelledReading;
use emotion_train::voice::augment::{Noise, add_noise};
use emotion_train::voice::dataset::{TRAIN, VoiceData};
use emotion_train::words::Lines;
use emotion_voice::{Ear, RATE, VoiceModel, VoiceReading};
use emotion_words::WordReader;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::commands::data::read_data;
use crate::commands::text_evaluate::without_training;
use crate::commands::text_train::report_skipped;
use crate::commands::voice;

/// Every third face is read once more with a disturbance, of these in turn.
const DISTURBED_FACES: [&str; 2] = ["24 pixels across", "dark (gamma 3)"];
/// Recordings are heard with pink noise, too, at these ratios in decibels.
const NOISES: [f32; 2] = [10.0, 5.0];
/// A face of so many pixels across has all that models read.
const WHOLE_FACE: f32 = 48.0;

/// What a model says of the faces of a split. Copies of one picture are of one group.
pub fn faces(
    data: &Path,
    split: Split,
    model: &ModelChoice,
) -> anyhow::Result<Vec<LabelledReading>> {
    let data = read_data(data, None)?;
    let faces = data.faces(split)?;
    let mut model = ClassifierOptions {
        readout: Readout::Output,
        ..ClassifierOptions::new(BackendChoice::Cpu, model.clone())
    }
    .load()?;
    eprintln!("{} faces", faces.len());
    let mut readings = Vec::new();
    for (index, face) in faces.iter().enumerate() {
        let group = hash(&face.image.grey);
        let mut read = |image: &FaceImage, side: f32, is_disturbed| -> anyhow::Result<()> {
            readings.push(LabelledReading {
                modality: Modality::Face,
                label: face.label,
                set: split.to_string(),
                group: group.clone(),
                is_disturbed,
                quality: face_quality(image, side),
                scores: read_face(model.as_mut(), image)?,
            });
            Ok(())
        };
        read(&face.image, WHOLE_FACE, false)?;
        if index.is_multiple_of(3) {
            let name = DISTURBED_FACES[index / 3 % DISTURBED_FACES.len()];
            let side = if name.starts_with("24") { 24.0 } else { WHOLE_FACE };
            for disturbance in DISTURBANCES.iter().filter(|disturbance| disturbance.name == name) {
                read(&disturbance.apply(&face.image), side, true)?;
            }
        }
    }
    Ok(readings)
}

fn read_face(
    model: &mut dyn Classifier,
    image: &FaceImage,
) -> anyhow::Result<emotion_core::Scores> {
    use anyhow::Context;
    let scores = model.classify(std::slice::from_ref(image))?;
    scores.first().copied().context("the model returned no scores for a face")
}

/// The quality that such a face has in a film, where it is `side` pixels across.
fn face_quality(image: &FaceImage, side: f32) -> f32 {
    use emotion_core::{Evidence, FrameRect, Reading, Scores, StreamId};
    let count = image.grey.len().max(1) as f32;
    let mean = image.grey.iter().map(|grey| f32::from(*grey)).sum::<f32>() / count;
    let squares = image.grey.iter().map(|grey| (f32::from(*grey) - mean).powi(2)).sum::<f32>();
    let reading = Reading {
        track: 1,
        bbox_in_frame: FrameRect::square((0.0, 0.0), side),
        roll: 0.0,
        presence: 1.0,
        scores: Scores::UNIFORM,
        raw_scores: Scores::UNIFORM,
        dominant: None,
        confidence: 0.0,
    };
    let evidence = Evidence::of_face(StreamId::default(), SessionTime::ZERO, &reading);
    evidence.in_light((squares / count).sqrt()).quality
}

/// What a model says of recordings, heard as a stream. Those of one speaker are of one group.
pub fn voices(
    data: &Path,
    split: Option<&str>,
    model: &str,
) -> anyhow::Result<Vec<LabelledReading>> {
    let model = Arc::new(VoiceModel::shipped_or_file(model)?);
    let trained_on = model.header.trained_on.clone();
    let splits = VoiceData::splits(data)?;
    // Sets that the model knows, which share the terms of its weights; without --voice-split no others.
    let is_known = |set: &str| {
        trained_on.iter().any(|known| known.to_lowercase().contains(&set.to_lowercase()))
    };
    let wanted = |set: &str, of: &str| match split {
        Some(split) => of == split,
        None => of != TRAIN && is_known(set),
    };
    let left_out: Vec<&str> =
        splits.keys().map(String::as_str).filter(|set| split.is_none() && !is_known(set)).collect();
    if !left_out.is_empty() {
        eprintln!("voices of other sets than the model's are left out: {}", left_out.join(", "));
    }
    let data = voice::read(data, wanted)?;
    eprintln!("{} recordings", data.utterances.len());
    let mut readings = Vec::new();
    for (ratio, is_disturbed) in
        [(None, false)].into_iter().chain(NOISES.map(|ratio| (Some(ratio), true)))
    {
        let mut speakers: std::collections::BTreeMap<(&str, &str), Vec<usize>> = Default::default();
        for (index, utterance) in data.utterances.iter().enumerate() {
            speakers.entry((&utterance.set, &utterance.speaker)).or_default().push(index);
        }
        for ((set, speaker), recordings) in speakers {
            let mut ear = Listener { ear: Ear::new(model.clone()), time: SessionTime::ZERO };
            for index in recordings {
                let utterance = &data.utterances[index];
                let mut samples = utterance.samples.clone();
                if let Some(ratio) = ratio {
                    let mut random = ChaCha8Rng::seed_from_u64(index as u64);
                    let (mut place, mut moment) = (random.clone(), &mut random);
                    add_noise(&mut samples, Noise::Pink, ratio, &[], &mut place, &mut moment);
                }
                let heard = ear.hear(&samples);
                let Some(scores) = emotion_voice::whole(&heard) else { continue };
                let quality = heard.iter().map(|reading| reading.quality.as_share()).sum::<f32>();
                readings.push(LabelledReading {
                    modality: Modality::Voice,
                    label: utterance.label,
                    set: set.to_owned(),
                    group: speaker.to_owned(),
                    is_disturbed,
                    quality: quality / heard.len() as f32,
                    scores,
                });
            }
        }
    }
    Ok(readings)
}

/// Somebody who hears the recordings of one speaker, one after the other.
struct Listener {
    ear: Ear,
    time: SessionTime,
}

impl Listener {
    fn hear(&mut self, samples: &[f32]) -> Vec<VoiceReading> {
        let silence = vec![0.0; RATE as usize];
        let samples = [&silence[..], samples, &silence].concat();
        let mut readings = Vec::new();
        // 16 kHz is a rate that every ear takes.
        if let Ok(chunk) = AudioChunk::new(samples, RATE, 0, self.time) {
            self.time += chunk.duration();
            let _ = self.ear.hear(&chunk, &mut readings);
        }
        readings
    }
}

/// What the model of words says of lines with one label. Lines that are alike are of one group.
pub fn lines(data: &Path) -> anyhow::Result<Vec<LabelledReading>> {
    let reader = WordReader::shipped()?;
    let lines = Lines::read(data)?;
    report_skipped(&lines);
    let mut readings = Vec::new();
    for line in without_training(&lines) {
        let mut labels = Expression::ALL.into_iter().filter(|label| line.labels[label.index()]);
        let (Some(label), None) = (labels.next(), labels.next()) else { continue };
        let reading = reader.read(&line.text);
        readings.push(LabelledReading {
            modality: Modality::Words,
            label,
            set: line.set.clone(),
            group: hash(line.text.to_lowercase().as_bytes()),
            is_disturbed: false,
            quality: reading.evidence(None, Default::default()).quality,
            scores: reading.scores,
        });
    }
    eprintln!("{} lines with one label", readings.len());
    Ok(readings)
}

fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
