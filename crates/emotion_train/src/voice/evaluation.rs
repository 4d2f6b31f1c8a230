//! Figures of a voice model, by set.

use std::collections::BTreeMap;
use std::sync::Arc;

use emotion_core::{Expression, Scores};
use emotion_fusion::correlation;
use emotion_voice::VoiceModel;
use emotion_voice::model::Outputs;
use serde::{Deserialize, Serialize};

use super::dataset::Utterance;
use super::hearing::{Hearing, hear};
use super::table::arousal;
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

/// The figures of each set.
pub fn evaluate(
    model: &Arc<VoiceModel>,
    utterances: &[Utterance],
    hearing: Hearing,
) -> BTreeMap<String, SetFigures> {
    let all: Vec<&Utterance> = utterances.iter().collect();
    by_set(all.iter().copied().zip(hear(model, &all, hearing)))
}

/// The figures of each set, of recordings and what a model makes of them.
pub(super) fn by_set<'a>(
    heard: impl Iterator<Item = (&'a Utterance, Option<Outputs>)>,
) -> BTreeMap<String, SetFigures> {
    let mut tallies: BTreeMap<String, (Tally, Vec<(f64, f64)>)> = BTreeMap::new();
    for (utterance, outputs) in heard {
        let (tally, arousals) = tallies.entry(utterance.set.clone()).or_default();
        // Where no voice is found nothing is known, which is an answer, too.
        let scores = outputs.map_or(Scores::UNIFORM, |outputs| outputs.scores());
        tally.add(utterance.label, &scores);
        if let Some(outputs) = outputs {
            arousals.push((f64::from(outputs.arousal), f64::from(arousal(utterance))));
        }
    }
    tallies.into_iter().map(|(set, (tally, arousals))| (set, figures(&tally, &arousals))).collect()
}

fn figures(tally: &Tally, arousals: &[(f64, f64)]) -> SetFigures {
    let all = tally.figures();
    let present = Expression::ALL
        .into_iter()
        .filter(|class| all.confusion[class.index()].iter().any(|n| *n > 0));
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
