//! The output that apps get, under the priors that it can be corrected for.

use std::time::Duration;

use emotion_core::{Expression, Scores};
use emotion_session::{PriorAdapter, PriorMode};
use emotion_train::dataset::LabelledFace;
use emotion_train::evaluation::{Figures, Tally};
use indicatif::ProgressBar;
use serde::Serialize;

use super::Model;

/// What apps get, against both kinds of labels.
#[derive(Serialize)]
pub struct Output {
    pub original: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ferplus: Option<Figures>,
}

/// The output on streams of one mix.
#[derive(Serialize)]
pub struct StreamRow {
    pub name: &'static str,
    pub prior: &'static str,
    #[serde(flatten)]
    pub figures: Figures,
}

/// The uncorrected output for each face.
pub struct OutputScores {
    scores: Vec<Scores>,
    /// The prior that it is calibrated for.
    model_prior: Option<Scores>,
}

/// A part of a stream.
struct Stretch {
    seconds: u32,
    /// What nine faces in ten show; the tenth, or all faces for `None`, are of any class.
    shown: Option<Expression>,
}

const fn stretch(seconds: u32, shown: Option<Expression>) -> Stretch {
    Stretch { seconds, shown }
}

/// Streams of ten minutes, one face a second.
const STREAMS: [(&str, &[Stretch]); 4] = [
    ("all classes equal", &[stretch(600, None)]),
    ("nine in ten neutral", &[stretch(600, Some(Expression::Neutral))]),
    (
        "calm, a minute of sad",
        &[
            stretch(270, Some(Expression::Neutral)),
            stretch(60, Some(Expression::Sad)),
            stretch(270, Some(Expression::Neutral)),
        ],
    ),
    ("nine in ten happy", &[stretch(600, Some(Expression::Happy))]),
];

/// Streams of each kind, with other faces each.
const REPEATS: u32 = 10;

impl OutputScores {
    /// Reads all faces.
    ///
    /// # Errors
    /// When the model fails.
    pub fn read(
        model: &mut Model,
        faces: &[LabelledFace],
        bar: &ProgressBar,
    ) -> anyhow::Result<Self> {
        let mut scores = Vec::with_capacity(faces.len());
        for face in faces {
            scores.push(model.read(&face.image)?);
            bar.inc(1);
        }
        Ok(Self { scores, model_prior: model.classifier.prior() })
    }

    /// Corrected for a prior, as one camera that sees every face for a second. A folder's faces are
    /// sorted by class, so they come in a mixed order.
    pub fn figures(&self, faces: &[LabelledFace], prior: PriorMode) -> Output {
        let (mut original, mut ferplus) = (Tally::default(), Tally::default());
        for (index, scores) in self.watch(prior, mixed_order(faces.len())) {
            original.add(faces[index].label, &scores);
            if let Some(majority) = majority(&faces[index]) {
                ferplus.add(majority, &scores);
            }
        }
        let ferplus = (ferplus.count() > 0).then(|| ferplus.figures());
        Output { original: original.figures(), ferplus }
    }

    /// On streams of other mixes under each prior. The truth is the majority of FER+ where there are
    /// votes, else the label.
    pub fn streams(&self, faces: &[LabelledFace]) -> Vec<StreamRow> {
        let has_votes = faces.iter().any(|face| face.votes.is_some());
        let truth = |face: &LabelledFace| if has_votes { majority(face) } else { Some(face.label) };
        let mut by_class = Expression::ALL.map(|_| Vec::new());
        for (index, face) in faces.iter().enumerate() {
            if let Some(class) = truth(face) {
                by_class[class.index()].push(index);
            }
        }
        let mut rows = Vec::new();
        for (name, stretches) in STREAMS {
            for (prior, prior_name) in PriorMode::ALL {
                let mut tally = Tally::default();
                for repeat in 0..REPEATS {
                    let shown = show(stretches, &by_class, &mut Chance(repeat));
                    for (index, scores) in self.watch(prior, shown) {
                        if let Some(class) = truth(&faces[index]) {
                            tally.add(class, &scores);
                        }
                    }
                }
                rows.push(StreamRow { name, prior: prior_name, figures: tally.figures() });
            }
        }
        rows
    }

    /// The corrected scores of some faces, each in view for a second after the one before.
    fn watch(
        &self,
        prior: PriorMode,
        shown: impl IntoIterator<Item = usize>,
    ) -> impl Iterator<Item = (usize, Scores)> {
        let mut adapter = PriorAdapter::new(prior);
        shown.into_iter().zip(0..).map(move |(index, second)| {
            let scores = self.scores[index];
            let corrected = self.model_prior.and_then(|model_prior| {
                let time = Duration::from_secs(second);
                adapter.adapt(time, &model_prior, &[scores]).pop()
            });
            (index, corrected.unwrap_or(scores))
        })
    }
}

/// The faces of a stream, by index.
fn show(stretches: &[Stretch], by_class: &[Vec<usize>; 7], chance: &mut Chance) -> Vec<usize> {
    let mut shown = Vec::new();
    for stretch in stretches {
        for _ in 0..stretch.seconds {
            let any = chance.below(Expression::COUNT);
            let class = match stretch.shown {
                Some(class) if chance.below(10) > 0 => class.index(),
                _ => any,
            };
            let faces = &by_class[class];
            if !faces.is_empty() {
                shown.push(faces[chance.below(faces.len())]);
            }
        }
    }
    shown
}

/// All of `count` places, neighbours far from each other: steps of the golden section.
fn mixed_order(count: usize) -> impl Iterator<Item = usize> {
    let golden = (count as f64 * 0.618_034) as usize;
    let step = (golden.max(1)..).find(|step| gcd(*step, count) == 1).unwrap_or(1);
    (0..count).map(move |place| place * step % count)
}

const fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn majority(face: &LabelledFace) -> Option<Expression> {
    face.votes.and_then(|votes| votes.majority())
}

/// Repeatable numbers (a linear congruential generator): the same faces for each prior and model.
struct Chance(u32);

impl Chance {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(self.0) * count as u64) >> 32) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_comes_once_and_classes_are_mixed() {
        for count in [0, 1, 2, 7, 100, 3589] {
            let mut order: Vec<usize> = mixed_order(count).collect();
            let in_first_half = order.iter().take(count / 10).filter(|at| **at < count / 2).count();
            assert!(in_first_half.abs_diff(count / 20) <= 2 + count / 100, "{count}");
            order.sort_unstable();
            assert!(order.into_iter().eq(0..count), "{count}");
        }
    }

    #[test]
    fn a_stream_has_its_mix() {
        let by_class = [0, 1, 2, 3, 4, 5, 6].map(|class| vec![class; 3]);
        for (name, stretches) in STREAMS {
            let shown = show(stretches, &by_class, &mut Chance(1));
            assert_eq!(shown.len(), 600, "{name}");
            let neutral = shown.iter().filter(|class| **class == 6).count();
            let expected = match name {
                "all classes equal" => 60..120,
                "nine in ten neutral" => 520..580,
                "calm, a minute of sad" => 460..520,
                _ => 0..25,
            };
            assert!(expected.contains(&neutral), "{name}: {neutral}");
        }
    }
}
