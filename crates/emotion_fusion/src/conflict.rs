//! Modalities that contradict each other.

use emotion_core::{Conflict, Expression, Scores, Stance};

use crate::fuser::Part;

/// From this divergence on two modalities contradict each other, in bits.
///
/// Measured by `emotion fuse` (`conflicts` in its figures): see docs/fusion.md.
const CONFLICT: f32 = 0.5;

/// Below this probability of its own expression a modality says too little to contradict another one.
const SURE: f32 = 0.7;

/// The strongest conflict between two parts; `None` where no two contradict each other.
///
/// Neutral contradicts nothing: a face at rest beside an angry voice shows nothing, it does not say otherwise.
pub(crate) fn conflict_of(parts: &[Part]) -> Option<Conflict> {
    let pairs = parts.iter().enumerate().flat_map(|(index, one)| {
        parts[index + 1..].iter().filter_map(move |other| between(one, other))
    });
    pairs.max_by(|one, other| one.strength.total_cmp(&other.strength))
}

fn between(one: &Part, other: &Part) -> Option<Conflict> {
    let stance = |part: &Part| {
        let (expression, probability) = part.alone.highest();
        (probability >= SURE).then_some(Stance { modality: part.modality, expression })
    };
    let mut between = [stance(one)?, stance(other)?];
    between.sort_by_key(|stance| stance.modality);
    let [a, b] = between.map(|stance| stance.expression);
    let strength = divergence(&one.alone, &other.alone);
    let contradicts = a != b && a != Expression::Neutral && b != Expression::Neutral;
    (contradicts && one.modality != other.modality && strength >= CONFLICT)
        .then_some(Conflict { between, strength })
}

/// The Jensen-Shannon divergence in bits, 0 to 1 (Lin, *Divergence measures based on the Shannon entropy*, 1991).
fn divergence(one: &Scores, other: &Scores) -> f32 {
    let mean = one.mix(other, 0.5);
    let to_mean = |scores: &Scores| -> f32 {
        let pairs = scores.as_array().iter().zip(mean.as_array());
        pairs.filter(|(p, _)| **p > 0.0).map(|(p, mean)| p * (p / mean).log2()).sum()
    };
    (0.5 * (to_mean(one) + to_mean(other))).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fuser;
    use emotion_core::{Evidence, Modality, SessionTime};

    fn conflict(face: (Expression, f32), voice: (Expression, f32), heard: f32) -> Option<Conflict> {
        let says = |modality, (expression, p): (Expression, f32), quality| Evidence {
            subject: None,
            modality,
            span: Default::default(),
            scores: Scores::UNIFORM.mix(&Scores::certain(expression), p),
            quality,
        };
        let evidence = [says(Modality::Voice, voice, heard), says(Modality::Face, face, 1.0)];
        Fuser::default().read(&evidence, SessionTime::ZERO)?.conflict
    }

    #[test]
    fn a_smile_beside_an_angry_voice_is_named() {
        let (happy, angry) = ((Expression::Happy, 0.85), (Expression::Angry, 0.85));
        let found = conflict(happy, angry, 1.0).expect("a conflict");
        assert_eq!(found.to_string(), "face happy, voice angry");
        assert!(found.strength > 0.5, "{found:?}");
        assert_eq!(conflict(happy, angry, 0.1), None, "what is hardly heard contradicts nothing");
        assert_eq!(conflict(happy, (Expression::Angry, 0.2), 1.0), None, "unsure");
        assert_eq!(conflict(happy, (Expression::Happy, 0.4), 1.0), None, "the same");
        assert_eq!(conflict(happy, (Expression::Neutral, 0.9), 1.0), None, "neutral");
    }

    #[test]
    fn divergence_is_from_nothing_to_one() {
        let certain = Scores::certain;
        assert_eq!(divergence(&Scores::UNIFORM, &Scores::UNIFORM), 0.0);
        assert_eq!(divergence(&certain(Expression::Sad), &certain(Expression::Happy)), 1.0);
    }
}
