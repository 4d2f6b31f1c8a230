//! The seven expressions, their probabilities, and where they lie in valence and arousal.

#[cfg(feature = "reflect")]
use bevy_reflect::{ReflectDeserialize, ReflectSerialize};
use serde::{Deserialize, Serialize};

/// One of the seven facial expressions of FER-2013, in that data set's order.
///
/// An expression is what a face shows. What the person feels is not known to this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(
    feature = "reflect",
    derive(bevy_reflect::Reflect),
    reflect(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)
)]
#[serde(rename_all = "lowercase")]
pub enum Expression {
    /// Lowered, drawn brows; pressed or bared mouth.
    Angry,
    /// Wrinkled nose, raised upper lip.
    Disgust,
    /// Raised, drawn brows; wide eyes; stretched mouth.
    Fear,
    /// Raised cheeks, corners of the mouth up.
    Happy,
    /// Inner brows up, corners of the mouth down.
    Sad,
    /// Raised brows, wide eyes, dropped jaw.
    Surprise,
    /// None of the others.
    Neutral,
}

impl Expression {
    /// All seven, in the order of [`Scores`] and of the models' outputs.
    pub const ALL: [Self; 7] = [
        Self::Angry,
        Self::Disgust,
        Self::Fear,
        Self::Happy,
        Self::Sad,
        Self::Surprise,
        Self::Neutral,
    ];

    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Position in [`Expression::ALL`], 0 to 6.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Lower-case English name, as used in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Angry => "angry",
            Self::Disgust => "disgust",
            Self::Fear => "fear",
            Self::Happy => "happy",
            Self::Sad => "sad",
            Self::Surprise => "surprise",
            Self::Neutral => "neutral",
        }
    }

    /// `(valence, arousal)`, each -1 to 1: how pleasant and how active the expression is.
    ///
    /// After the circumplex of affect (Russell, *A circumplex model of affect*, 1980); the
    /// coordinates are this crate's own reading of its figures.
    pub const fn valence_arousal(self) -> (f32, f32) {
        match self {
            Self::Angry => (-0.65, 0.70),
            Self::Disgust => (-0.70, 0.30),
            Self::Fear => (-0.60, 0.80),
            Self::Happy => (0.85, 0.45),
            Self::Sad => (-0.75, -0.40),
            Self::Surprise => (0.15, 0.85),
            Self::Neutral => (0.0, 0.0),
        }
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

impl std::str::FromStr for Expression {
    type Err = UnknownExpression;

    fn from_str(name: &str) -> Result<Self, UnknownExpression> {
        Self::ALL
            .into_iter()
            .find(|expression| expression.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| UnknownExpression(name.to_owned()))
    }
}

/// A name that is none of the seven.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not an expression; use angry, disgust, fear, happy, sad, surprise or neutral")]
pub struct UnknownExpression(String);

/// Seven probabilities in the order of [`Expression::ALL`]: none negative, sum 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "reflect",
    derive(bevy_reflect::Reflect),
    reflect(Debug, Clone, PartialEq, Serialize, Deserialize)
)]
#[serde(try_from = "[f32; 7]", into = "[f32; 7]")]
pub struct Scores([f32; Expression::COUNT]);

impl Scores {
    /// Equal probability for each: nothing is known.
    pub const UNIFORM: Self = Self([1.0 / Expression::COUNT as f32; Expression::COUNT]);

    /// Scales `weights` to sum 1. `None` when one is negative or not finite, or all are zero.
    pub fn from_weights(weights: [f32; Expression::COUNT]) -> Option<Self> {
        let sum: f32 = weights.iter().sum();
        let usable = weights.iter().all(|weight| *weight >= 0.0) && sum.is_finite() && sum > 0.0;
        usable.then(|| Self(weights.map(|weight| weight / sum)))
    }

    /// Softmax of a model's seven outputs. `None` when one is not finite.
    pub fn from_logits(logits: [f32; Expression::COUNT]) -> Option<Self> {
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        Self::from_weights(logits.map(|logit| (logit - highest).exp()))
    }

    /// Certainty of one expression.
    pub fn certain(expression: Expression) -> Self {
        let mut scores = [0.0; Expression::COUNT];
        scores[expression.index()] = 1.0;
        Self(scores)
    }

    /// The probability of one expression, 0 to 1.
    pub fn get(&self, expression: Expression) -> f32 {
        self.0[expression.index()]
    }

    /// The probabilities in the order of [`Expression::ALL`].
    pub const fn as_array(&self) -> &[f32; Expression::COUNT] {
        &self.0
    }

    /// Each expression with its probability, in the order of [`Expression::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Expression, f32)> + '_ {
        Expression::ALL.into_iter().zip(self.0)
    }

    /// The most probable expression and its probability; the first of several equal ones.
    pub fn highest(&self) -> (Expression, f32) {
        self.iter().fold((Expression::Angry, f32::NEG_INFINITY), |best, next| {
            if next.1 > best.1 { next } else { best }
        })
    }

    /// The way from `self` (`amount` 0) to `other` (`amount` 1), straight through the simplex.
    pub fn mix(&self, other: &Self, amount: f32) -> Self {
        let amount = amount.clamp(0.0, 1.0);
        let mut mixed = self.0;
        for (value, target) in mixed.iter_mut().zip(other.0) {
            *value += (target - *value) * amount;
        }
        Self(mixed)
    }

    /// Mean valence, -1 (unpleasant) to 1 (pleasant).
    pub fn valence(&self) -> f32 {
        self.iter().map(|(expression, p)| p * expression.valence_arousal().0).sum()
    }

    /// Mean arousal, -1 (calm) to 1 (active).
    pub fn arousal(&self) -> f32 {
        self.iter().map(|(expression, p)| p * expression.valence_arousal().1).sum()
    }
}

impl TryFrom<[f32; Expression::COUNT]> for Scores {
    type Error = &'static str;

    fn try_from(weights: [f32; Expression::COUNT]) -> Result<Self, Self::Error> {
        Self::from_weights(weights)
            .ok_or("scores must be seven numbers, none negative, not all zero")
    }
}

impl From<Scores> for [f32; Expression::COUNT] {
    fn from(scores: Scores) -> Self {
        scores.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for expression in Expression::ALL {
            assert_eq!(expression.name().parse(), Ok(expression));
        }
        assert!("contempt".parse::<Expression>().is_err());
    }

    #[test]
    fn softmax_sums_to_one_even_for_huge_outputs() {
        let scores = Scores::from_logits([1000.0, 0.0, 0.0, 999.0, 0.0, 0.0, -1000.0])
            .expect("finite outputs");
        assert!((scores.as_array().iter().sum::<f32>() - 1.0).abs() < 1e-6);
        assert_eq!(scores.highest().0, Expression::Angry);
        assert!(Scores::from_logits([f32::NAN; 7]).is_none());
    }

    #[test]
    fn unusable_weights_are_refused() {
        assert!(Scores::from_weights([0.0; 7]).is_none());
        assert!(Scores::from_weights([-0.1, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]).is_none());
        assert!(Scores::from_weights([f32::INFINITY, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0]).is_none());
    }

    #[test]
    fn happy_is_pleasant_and_sad_is_calm() {
        assert!(Scores::certain(Expression::Happy).valence() > 0.5);
        assert!(Scores::certain(Expression::Sad).arousal() < 0.0);
        assert_eq!(Scores::certain(Expression::Neutral).valence(), 0.0);
    }
}
