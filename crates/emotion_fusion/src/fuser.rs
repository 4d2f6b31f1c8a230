//! One answer from all that is known of a subject.

use emotion_core::{
    Contribution, Evidence, Expression, FusedReading, Modality, Scores, SessionTime,
};

use crate::conflict::conflict_of;
use crate::weights::{FusionFile, FusionWeights, WeightsError, logarithm};

/// Below this probability the answer is unsure.
const LEAST_SURE: f32 = 0.4;

type Logits = [f32; Expression::COUNT];

/// Makes one set of scores of the evidence of several modalities.
///
/// A face alone passes through bit for bit. Several modalities are pooled log-linearly (Genest and Zidek,
/// *Combining probability distributions*, 1986): each has a weight, is taken relative to what it says as a rule,
/// and counts less where its quality is low or it is old. One that is missing changes nothing. A voice or words
/// alone go the same way, because their models expect another mix of expressions than the answer does.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Fuser {
    weights: FusionWeights,
}

/// A piece of evidence as it counts in the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub modality: Modality,
    scores: Scores,
    reliability: f32,
    /// How it moves the logarithms of the answer.
    evidence: Logits,
    /// What it says by itself, as far as it can be relied on.
    pub alone: Scores,
}

impl Fuser {
    /// A fuser with these weights.
    pub const fn new(weights: FusionWeights) -> Self {
        Self { weights }
    }

    /// The fuser with the weights that ship.
    ///
    /// # Errors
    /// [`WeightsError`] when the program was built with damaged ones.
    pub fn shipped() -> Result<Self, WeightsError> {
        Ok(Self::new(FusionFile::shipped()?.weights))
    }

    /// The same fuser where expressions are expected this often.
    #[must_use]
    pub fn with_prior(mut self, prior: Scores) -> Self {
        self.weights.prior = prior;
        self
    }

    /// The weights.
    pub const fn weights(&self) -> &FusionWeights {
        &self.weights
    }

    /// The scores of evidence of one moment; `None` when there is none of any quality.
    pub fn fuse(&self, evidence: &[Evidence]) -> Option<Scores> {
        let parts: Vec<Part> =
            evidence.iter().filter_map(|evidence| self.part(evidence, 0.0)).collect();
        self.pool(&parts).map(|(scores, _)| scores)
    }

    /// What evidence says together at `now`: older evidence counts less. `None` when none of any quality is fresh.
    pub fn read(&self, evidence: &[Evidence], now: SessionTime) -> Option<FusedReading> {
        let age = |evidence: &Evidence| now.since(evidence.span.1).as_secs_f32();
        let parts: Vec<Part> =
            evidence.iter().filter_map(|evidence| self.part(evidence, age(evidence))).collect();
        let (scores, moves) = self.pool(&parts)?;
        let (highest, confidence) = scores.highest();
        Some(FusedReading {
            scores,
            dominant: (confidence >= LEAST_SURE).then_some(highest),
            confidence,
            contributions: contributions(&parts, &moves),
            conflict: conflict_of(&parts),
        })
    }

    fn part(&self, evidence: &Evidence, age: f32) -> Option<Part> {
        let of = self.weights.of(evidence.modality);
        let reliability = of.reliability(evidence.quality, age);
        (reliability > 0.0).then(|| {
            let moves = of.evidence(&evidence.scores, reliability);
            let alone = softmax(&self.prior_and([moves].iter())).unwrap_or(evidence.scores);
            Part {
                modality: evidence.modality,
                scores: evidence.scores,
                reliability,
                evidence: moves,
                alone,
            }
        })
    }

    /// The pooled scores, and how each part moved their logarithms.
    fn pool(&self, parts: &[Part]) -> Option<(Scores, Vec<Logits>)> {
        let face = parts.iter().position(|part| part.modality == Modality::Face);
        let Some(face) = face else {
            let logits = self.prior_and(parts.iter().map(|part| &part.evidence));
            let moves = parts.iter().map(|part| part.evidence).collect();
            return if parts.is_empty() { None } else { Some((softmax(&logits)?, moves)) };
        };
        if parts.len() == 1 {
            return Some((parts[face].scores, vec![parts[face].evidence]));
        }
        // The others fade in: an answer does not jump when a voice begins or is forgotten.
        let others = parts.iter().enumerate().filter(|(index, _)| *index != face);
        let fade = others.map(|(_, part)| part.reliability).sum::<f32>().min(1.0);
        let pooled = self.prior_and(parts.iter().map(|part| &part.evidence));
        let alone = parts[face].scores.as_array().map(logarithm);
        let between = |index: usize| alone[index] + fade * (pooled[index] - alone[index]);
        let moves = parts.iter().enumerate().map(|(number, part)| {
            let own = |index: usize| match number == face {
                true => (1.0 - fade) * alone[index] + fade * part.evidence[index],
                false => fade * part.evidence[index],
            };
            std::array::from_fn(own)
        });
        Some((softmax(&std::array::from_fn(between))?, moves.collect()))
    }

    fn prior_and<'a>(&self, evidence: impl Iterator<Item = &'a Logits>) -> Logits {
        let mut logits = self.weights.prior.as_array().map(logarithm);
        for part in evidence {
            logits.iter_mut().zip(part).for_each(|(logit, moved)| *logit += moved);
        }
        logits
    }
}

fn softmax(logits: &Logits) -> Option<Scores> {
    Scores::from_logits(*logits)
}

/// How far each modality moved the answer, as shares of all.
fn contributions(parts: &[Part], moves: &[Logits]) -> Vec<Contribution> {
    let spreads: Vec<f32> = moves.iter().map(spread).collect();
    let whole: f32 = spreads.iter().sum();
    let mut contributions: Vec<Contribution> = parts
        .iter()
        .zip(&spreads)
        .map(|(part, spread)| {
            let (expression, confidence) = part.alone.highest();
            let share = if whole > 0.0 { spread / whole } else { 1.0 / parts.len() as f32 };
            Contribution { modality: part.modality, share, expression, confidence }
        })
        .collect();
    contributions.sort_by_key(|contribution| contribution.modality);
    contributions
}

/// The standard deviation over the expressions.
fn spread(moves: &Logits) -> f32 {
    let count = Expression::COUNT as f32;
    let mean = moves.iter().sum::<f32>() / count;
    (moves.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn says(modality: Modality, scores: Scores, quality: f32) -> Evidence {
        let span = (SessionTime::ZERO, SessionTime::ZERO);
        Evidence { subject: None, modality, span, scores, quality }
    }

    fn mostly(expression: Expression, p: f32) -> Scores {
        Scores::UNIFORM.mix(&Scores::certain(expression), p)
    }

    fn both() -> [Fuser; 2] {
        [Fuser::default(), Fuser::shipped().expect("weights")]
    }

    #[test]
    fn a_lone_face_passes_through_bit_for_bit() {
        let scores = Scores::from_weights([0.1, 0.2, 0.05, 0.3, 0.123_456_7, 0.1, 0.2]);
        let scores = scores.expect("weights");
        for fuser in both() {
            for quality in [1.0, 0.3] {
                let alone = [says(Modality::Face, scores, quality)];
                assert_eq!(fuser.fuse(&alone), Some(scores));
                let beside_nothing = [alone[0], says(Modality::Voice, Scores::UNIFORM, 0.0)];
                assert_eq!(fuser.fuse(&beside_nothing), Some(scores));
            }
            assert_eq!(fuser.fuse(&[]), None);
        }
    }

    #[test]
    fn two_that_agree_agree_and_the_better_one_leads() {
        let (happy, sad) = (mostly(Expression::Happy, 0.6), mostly(Expression::Sad, 0.6));
        let fuse = |a, b| Fuser::default().fuse(&[a, b]).expect("scores").highest().0;
        let (face, voice) = (Modality::Face, Modality::Voice);
        assert_eq!(fuse(says(face, happy, 0.9), says(voice, happy, 0.2)), Expression::Happy);
        assert_eq!(fuse(says(face, happy, 0.9), says(voice, sad, 0.2)), Expression::Happy);
        assert_eq!(fuse(says(face, happy, 0.2), says(voice, sad, 0.9)), Expression::Sad);
    }

    #[test]
    fn a_voice_fades_out_without_a_jump() {
        let face = mostly(Expression::Happy, 0.6);
        let voice = says(Modality::Voice, mostly(Expression::Angry, 0.9), 1.0);
        for fuser in both() {
            let mut before = None;
            for tenth in 0..120 {
                let now: SessionTime = Duration::from_millis(tenth * 100).into();
                let mut face = says(Modality::Face, face, 1.0);
                face.span = (now, now);
                let happy = fuser.read(&[face, voice], now).expect("a reading").scores;
                let happy = happy.get(Expression::Happy);
                assert!(before.is_none_or(|before: f32| (happy - before).abs() < 0.08), "{tenth}");
                before = Some(happy);
            }
            assert_eq!(before, Some(face.get(Expression::Happy)), "and is gone");
        }
    }

    #[test]
    fn it_says_what_counted() {
        let now = SessionTime::ZERO;
        let (happy, nothing) = (mostly(Expression::Happy, 0.8), Scores::UNIFORM);
        let (face, voice) = (says(Modality::Face, happy, 1.0), says(Modality::Voice, nothing, 1.0));
        let reading = Fuser::default().read(&[voice, face], now).expect("a reading");
        assert!((reading.share_of(Modality::Face) - 1.0).abs() < 1e-3, "{reading:?}");
        assert_eq!(reading.share_of(Modality::Words), 0.0);
        assert_eq!(reading.contributions[0].modality, Modality::Face);
        assert_eq!(reading.conflict, None);
    }
}
