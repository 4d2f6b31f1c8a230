//! One answer of several modalities: what it is, what it was made of, and where they contradict each other.

use serde::{Deserialize, Serialize};

use crate::{Expression, Modality, Scores, SubjectId};

/// What all modalities of a subject say together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct FusedReading {
    /// The answer: seven probabilities in the order of [`Expression::ALL`].
    pub scores: Scores,
    /// The most probable expression; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The probability of `dominant`, or of the highest one when unsure.
    pub confidence: f32,
    /// What each modality said and how much it counted, in the order of [`Modality::ALL`].
    pub contributions: Vec<Contribution>,
    /// The two modalities that contradict each other, if two do.
    pub conflict: Option<Conflict>,
}

impl FusedReading {
    /// How much a modality counted, 0 to 1; 0 where there was nothing of it.
    pub fn share_of(&self, modality: Modality) -> f32 {
        let of = self.contributions.iter().find(|part| part.modality == modality);
        of.map_or(0.0, |part| part.share)
    }
}

/// What a modality said, and how much it counted in the answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct Contribution {
    /// Which one.
    pub modality: Modality,
    /// Its part of the answer, 0 to 1: all together are 1.
    pub share: f32,
    /// What it reads itself as most probable.
    pub expression: Expression,
    /// How probable that is, by itself and as far as it can be relied on.
    pub confidence: f32,
}

/// Two modalities that contradict each other: a face that smiles, and a voice that sounds angry.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct Conflict {
    /// The two, in the order of [`Modality::ALL`].
    pub between: [Stance; 2],
    /// How strong it is, 0 to 1: the Jensen-Shannon divergence of what the two say.
    pub strength: f32,
}

impl Conflict {
    /// Whether it is between the same two, with the same expressions.
    pub fn is_like(&self, other: &Self) -> bool {
        self.between == other.between
    }
}

impl std::fmt::Display for Conflict {
    /// `face happy, voice angry`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [one, other] = self.between;
        write!(f, "{one}, {other}")
    }
}

/// What a modality stands for in a [`Conflict`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct Stance {
    /// Which one.
    pub modality: Modality,
    /// What it says.
    pub expression: Expression,
}

impl std::fmt::Display for Stance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.modality, self.expression)
    }
}

/// Whose voice is heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Nobody speaks.
    #[default]
    Nobody,
    /// Somebody speaks, and it is not clear who: nobody gets the voice.
    Unsure,
    /// Somebody who is not in the picture.
    Unseen,
    /// Somebody whose face is in view.
    Face(SubjectId),
}

impl Speaker {
    /// The subject that gets the voice; whoever is not seen in `stream` is one, too.
    pub const fn subject(self, stream: crate::StreamId) -> Option<SubjectId> {
        match self {
            Self::Nobody | Self::Unsure => None,
            Self::Unseen => Some(SubjectId::unseen(stream)),
            Self::Face(subject) => Some(subject),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StreamId;

    #[test]
    fn who_is_unsure_gives_the_voice_to_nobody() {
        let stream = StreamId(2);
        let face = SubjectId { stream, track: 3 };
        assert_eq!(Speaker::Face(face).subject(stream), Some(face));
        assert_eq!(Speaker::Unseen.subject(stream), Some(SubjectId::unseen(stream)));
        assert!(Speaker::Unseen.subject(stream).is_some_and(SubjectId::is_unseen));
        assert_eq!(Speaker::Unsure.subject(stream), None);
    }
}
