//! One answer from all that is known of a subject.

use emotion_core::{Evidence, Expression, Reading, Scores, SessionTime, StreamId};

/// Makes one set of scores of the evidence of several modalities.
///
/// A lone modality passes through bit for bit. Several are pooled log-linearly, each weighted by its
/// quality (Genest and Zidek, *Combining probability distributions*, 1986): a modality that is unsure
/// of itself changes little, and one that is missing changes nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fuser;

/// What a probability counts as at least: one modality alone cannot rule an expression out.
const LEAST_PROBABILITY: f32 = 1e-4;

impl Fuser {
    /// The scores of the evidence; `None` when there is none of any quality.
    pub fn fuse(&self, evidence: &[Evidence]) -> Option<Scores> {
        let mut usable = evidence.iter().filter(|evidence| evidence.quality > 0.0);
        let first = usable.next()?;
        let mut rest = usable.peekable();
        if rest.peek().is_none() {
            return Some(first.scores);
        }
        let mut logits = [0.0; Expression::COUNT];
        let mut weights = 0.0;
        for evidence in std::iter::once(first).chain(rest) {
            weights += evidence.quality;
            for (logit, p) in logits.iter_mut().zip(evidence.scores.as_array()) {
                *logit += evidence.quality * p.max(LEAST_PROBABILITY).ln();
            }
        }
        Scores::from_logits(logits.map(|logit| logit / weights))
    }

    /// The reading of a face with the fused scores. A face is the only modality there is today, so
    /// it is the reading itself.
    pub(crate) fn fuse_face(
        &self,
        stream: StreamId,
        time: SessionTime,
        reading: &Reading,
    ) -> Reading {
        let evidence = Evidence::of_face(stream, time, reading);
        let scores = self.fuse(&[evidence]).unwrap_or(reading.scores);
        Reading { scores, ..reading.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::Modality;

    fn says(modality: Modality, scores: Scores, quality: f32) -> Evidence {
        let span = (SessionTime::ZERO, SessionTime::ZERO);
        Evidence { subject: None, modality, span, scores, quality }
    }

    fn mostly(expression: Expression, p: f32) -> Scores {
        Scores::UNIFORM.mix(&Scores::certain(expression), p)
    }

    #[test]
    fn a_lone_modality_passes_through_bit_for_bit() {
        let scores = Scores::from_weights([0.1, 0.2, 0.05, 0.3, 0.123_456_7, 0.1, 0.2]);
        let scores = scores.expect("weights");
        for quality in [1.0, 0.3] {
            let alone = [says(Modality::Face, scores, quality)];
            assert_eq!(Fuser.fuse(&alone), Some(scores));
            let beside_nothing = [alone[0], says(Modality::Voice, Scores::UNIFORM, 0.0)];
            assert_eq!(Fuser.fuse(&beside_nothing), Some(scores));
        }
        assert_eq!(Fuser.fuse(&[]), None);
    }

    #[test]
    fn two_that_agree_agree_and_the_better_one_leads() {
        let (happy, sad) = (mostly(Expression::Happy, 0.6), mostly(Expression::Sad, 0.6));
        let fuse = |a, b| Fuser.fuse(&[a, b]).expect("scores").highest().0;
        let (face, voice) = (Modality::Face, Modality::Voice);
        assert_eq!(fuse(says(face, happy, 0.9), says(voice, happy, 0.2)), Expression::Happy);
        assert_eq!(fuse(says(face, happy, 0.9), says(voice, sad, 0.2)), Expression::Happy);
        assert_eq!(fuse(says(face, happy, 0.2), says(voice, sad, 0.9)), Expression::Sad);
    }
}
