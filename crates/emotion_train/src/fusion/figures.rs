//! How good one answer of three modalities is.

use std::collections::BTreeMap;

use emotion_core::{Evidence, Expression, Modality, Scores, SessionTime};
use emotion_fusion::Fuser;
use serde::{Deserialize, Serialize};

use super::readings::LabelledReading;
use super::triples::Draws;
use crate::evaluation::Tally;

/// The figures of a fusion.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FusionFigures {
    /// Labels that were drawn: those of which all three modalities have something.
    pub labels: Vec<Expression>,
    /// Readings drawn from, by modality.
    pub readings: BTreeMap<String, usize>,
    /// All three modalities there.
    pub complete: PoolFigures,
    /// Three in ten parts missing.
    pub missing_30: PoolFigures,
    /// As `missing_30`, three in ten of the others disturbed: noise, darkness.
    pub disturbed: PoolFigures,
    /// One modality alone, as the fusion answers.
    pub alone: BTreeMap<String, AloneFigures>,
    /// Conflicts that are named.
    pub conflicts: ConflictFigures,
}

/// The pool beside the mean of the probabilities, on the same triples.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoolFigures {
    /// Triples.
    pub n: usize,
    /// Share that was read right.
    pub accuracy: f64,
    /// Calibration error over 15 bins.
    pub ece: f64,
    /// The same of the mean of the probabilities.
    pub mean_accuracy: f64,
    /// The same of the mean of the probabilities.
    pub mean_ece: f64,
    /// Share of each label's triples that was read right.
    pub recall: BTreeMap<String, f64>,
}

/// A modality alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AloneFigures {
    /// Share that was read right by its model.
    pub accuracy: f64,
    /// Calibration error of its model where all labels are equally frequent.
    pub ece: f64,
    /// Share that was read right by the fusion. A face is the same.
    pub fused_accuracy: f64,
    /// Calibration error of the fusion.
    pub fused_ece: f64,
}

/// How often a conflict is named between a face and a voice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConflictFigures {
    /// Where both have one label: those are wrong.
    pub same_label: f64,
    /// Where their labels differ and none is neutral.
    pub other_label: f64,
}

/// Measures a fuser on triples that are drawn of readings.
pub fn measure(
    fuser: &Fuser,
    readings: &[LabelledReading],
    triples: usize,
    seed: u64,
) -> FusionFigures {
    let draws = |missing, disturbed| Draws::new(readings, missing, disturbed, seed);
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for reading in readings.iter().filter(|reading| !reading.is_disturbed) {
        *count.entry(reading.modality.name().to_owned()).or_default() += 1;
    }
    let alone = Modality::ALL.into_iter().map(|modality| {
        let figures = alone(fuser, &mut draws(0.0, false), modality, triples / 2);
        (modality.name().to_owned(), figures)
    });
    FusionFigures {
        labels: draws(0.0, false).labels().to_vec(),
        readings: count,
        complete: pool(fuser, draws(0.0, false), triples),
        missing_30: pool(fuser, draws(0.3, false), triples),
        disturbed: pool(fuser, draws(0.3, true), triples),
        alone: alone.collect(),
        conflicts: conflicts(fuser, &mut draws(0.0, false), triples / 2),
    }
}

fn pool(fuser: &Fuser, draws: Draws<'_>, triples: usize) -> PoolFigures {
    let (mut pooled, mut mean) = (Tally::default(), Tally::default());
    for triple in draws.take(triples) {
        let answer = fuser.fuse(&triple.parts).unwrap_or(Scores::UNIFORM);
        pooled.add(triple.label, &answer);
        mean.add(triple.label, &mean_of(&triple.parts));
    }
    let labels = Expression::ALL.into_iter();
    PoolFigures {
        n: pooled.count(),
        accuracy: pooled.accuracy(),
        ece: pooled.calibration_error(),
        mean_accuracy: mean.accuracy(),
        mean_ece: mean.calibration_error(),
        recall: labels.map(|label| (label.name().to_owned(), pooled.recall(label))).collect(),
    }
}

/// The mean of the probabilities: what a pool is compared with.
fn mean_of(parts: &[Evidence]) -> Scores {
    let mut sums = [0.0; Expression::COUNT];
    for part in parts {
        sums.iter_mut().zip(part.scores.as_array()).for_each(|(sum, p)| *sum += p);
    }
    Scores::from_weights(sums).unwrap_or(Scores::UNIFORM)
}

fn alone(fuser: &Fuser, draws: &mut Draws<'_>, modality: Modality, count: usize) -> AloneFigures {
    let (mut own, mut fused) = (Tally::default(), Tally::default());
    for _ in 0..count {
        let Some(label) = draws.label() else { break };
        let Some(part) = draws.one(modality, label) else { continue };
        own.add(label, &part.scores);
        fused.add(label, &fuser.fuse(&[part]).unwrap_or(Scores::UNIFORM));
    }
    AloneFigures {
        accuracy: own.accuracy(),
        ece: own.calibration_error(),
        fused_accuracy: fused.accuracy(),
        fused_ece: fused.calibration_error(),
    }
}

fn conflicts(fuser: &Fuser, draws: &mut Draws<'_>, count: usize) -> ConflictFigures {
    let (mut same, mut other) = ((0, 0), (0, 0));
    for _ in 0..count {
        let (Some(one), Some(another)) = (draws.label(), draws.label()) else { break };
        let is_named = |draws: &mut Draws<'_>, face, voice| {
            let parts = [draws.one(Modality::Face, face), draws.one(Modality::Voice, voice)];
            let parts: Vec<Evidence> = parts.into_iter().flatten().collect();
            let reading = fuser.read(&parts, SessionTime::ZERO);
            usize::from(reading.is_some_and(|reading| reading.conflict.is_some()))
        };
        same = (same.0 + is_named(draws, one, one), same.1 + 1);
        if one != another && ![one, another].contains(&Expression::Neutral) {
            other = (other.0 + is_named(draws, one, another), other.1 + 1);
        }
    }
    let share = |(named, all): (usize, usize)| named as f64 / all.max(1) as f64;
    ConflictFigures { same_label: share(same), other_label: share(other) }
}
