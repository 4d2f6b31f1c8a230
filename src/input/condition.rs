//! When an action is pressed: conditions that a face can meet.

use std::time::Duration;

use bevy::prelude::*;
use bevy::reflect::{ReflectDeserialize, ReflectSerialize};
use serde::{Deserialize, Serialize};

use super::axis::FaceAxis;
use super::seconds;
use emotion_core::Expression;

/// Something that a face can do, and by that press an action.
///
/// Written from the face's parts, and put together:
///
/// ```
/// use std::time::Duration;
///
/// use bevy_emotion::input::{FaceAxis, FaceCondition};
/// use bevy_emotion::prelude::*;
///
/// let second = Duration::from_secs(1);
/// let smile = Expression::Happy.above(0.6);
/// let long_smile = Expression::Happy.above(0.6).hold(second);
/// let startled = Expression::Surprise.above(0.6).within(Duration::from_millis(300));
/// let leaning_smile = FaceCondition::tilt_left().and(smile);
/// let shake = FaceAxis::Tilt.past(-0.4).then(FaceAxis::Tilt.past(0.4), second);
/// // With a voice and words, where some are taken in:
/// let roar = FaceCondition::shout();
/// let laugh = Expression::Happy.in_voice(0.6).and(FaceAxis::VoiceArousal.past(0.3));
/// let calm_frown = Expression::Angry.above(0.5).and(FaceAxis::VoiceArousal.past(-0.3));
/// let thanks = Expression::Happy.in_words(0.6);
/// # let _ = (long_smile, startled, leaning_smile, shake, roar, laugh, calm_frown, thanks);
/// ```
///
/// Each has two levels, one at which it presses and a lower one at which it releases, so that a
/// face that wavers at the level does not press again and again.
#[derive(Reflect, Debug, Clone, PartialEq, Serialize, Deserialize)]
// Bevy does not reflect boxes.
#[reflect(opaque)]
#[reflect(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FaceCondition {
    /// An expression is strong enough. [`ExpressionConditions::above`] writes it.
    Above {
        /// The expression.
        expression: Expression,
        /// The strength that presses, above 0, at most 1.
        #[serde(default = "default_press")]
        press: f32,
        /// The strength at which it is released, at least 0, below `press`; `None` for two thirds
        /// of that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<f32>,
        /// In which time the strength has to rise from `release` to `press`: a fast onset, not a
        /// slow one. `None` for any time.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "seconds::optional")]
        within: Option<Duration>,
    },
    /// An axis is far enough from 0. [`FaceAxis::past`] writes it.
    Past {
        /// The axis.
        axis: FaceAxis,
        /// The value that presses, -1 to 1, not 0; it counts away from 0.
        press: f32,
        /// The value at which it is released, between 0 and `press`; `None` for two thirds of
        /// that.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<f32>,
        /// In which time the value has to go from `release` to `press`; `None` for any time.
        #[serde(default, skip_serializing_if = "Option::is_none", with = "seconds::optional")]
        within: Option<Duration>,
    },
    /// Another condition, met for some time without a break. [`FaceCondition::hold`] writes it.
    Hold {
        /// What is to be held.
        condition: Box<FaceCondition>,
        /// For how long; seconds in files.
        #[serde(with = "seconds")]
        time: Duration,
    },
    /// A chord: all of them at the same time. [`FaceCondition::and`] writes it.
    All(Vec<FaceCondition>),
    /// One after the other, each pressed anew. It is pressed with the last of them, and released
    /// with it. [`FaceCondition::then`] writes it.
    Sequence {
        /// In this order.
        steps: Vec<FaceCondition>,
        /// The longest time from one step to the next; seconds in files.
        #[serde(with = "seconds")]
        within: Duration,
    },
}

/// The strength that presses where none is named.
pub(super) const DEFAULT_PRESS: f32 = 0.6;
/// What is pressed at a level is released at this part of it.
pub(super) const RELEASE_SHARE: f32 = 2.0 / 3.0;

fn default_press() -> f32 {
    DEFAULT_PRESS
}

/// Conditions written from an expression: `Expression::Happy.above(0.6)`.
pub trait ExpressionConditions {
    /// Pressed while this expression's strength is at least `press`, above 0 and at most 1;
    /// released at two thirds of that.
    fn above(self, press: f32) -> FaceCondition;

    /// Pressed while the voice sounds like this expression with a probability of at least `press`, above 0 and at
    /// most 1; released at two thirds of that. A reading counts for a second.
    fn in_voice(self, press: f32) -> FaceCondition;

    /// Pressed while the words say this expression with a probability of at least `press`, above 0 and at most 1;
    /// released at two thirds of that. A line counts for three seconds.
    fn in_words(self, press: f32) -> FaceCondition;
}

impl ExpressionConditions for Expression {
    fn above(self, press: f32) -> FaceCondition {
        FaceCondition::Above { expression: self, press, release: None, within: None }
    }

    fn in_voice(self, press: f32) -> FaceCondition {
        FaceAxis::Voice(self).past(press)
    }

    fn in_words(self, press: f32) -> FaceCondition {
        FaceAxis::Words(self).past(press)
    }
}

impl FaceCondition {
    /// The head leans at least 15° to the player's left shoulder.
    pub const fn tilt_left() -> Self {
        FaceAxis::Tilt.past(-0.5)
    }

    /// The head leans at least 15° to the player's right shoulder.
    pub const fn tilt_right() -> Self {
        FaceAxis::Tilt.past(0.5)
    }

    /// The voice is loud: at least 12 dB above its usual loudness, until it is 6 dB above that.
    pub const fn shout() -> Self {
        Self::Past { axis: FaceAxis::Loudness, press: 0.6, release: Some(0.3), within: None }
    }

    /// Two of face, voice and words contradict each other: a smile, and a voice that sounds angry.
    pub const fn conflict() -> Self {
        FaceAxis::Conflict.past(0.5)
    }

    /// One after the other, with at most `within` between two.
    pub fn sequence(steps: impl IntoIterator<Item = impl Into<Self>>, within: Duration) -> Self {
        Self::Sequence { steps: steps.into_iter().map(Into::into).collect(), within }
    }

    /// The level at which it is released. For holds, that of what is held; chords and sequences
    /// stay as they are.
    pub fn release_at(mut self, level: f32) -> Self {
        match &mut self {
            Self::Above { release, .. } | Self::Past { release, .. } => *release = Some(level),
            Self::Hold { condition, .. } => {
                **condition =
                    std::mem::replace(&mut **condition, Self::All(Vec::new())).release_at(level);
            }
            Self::All(_) | Self::Sequence { .. } => {}
        }
        self
    }

    /// A fast onset: from release to press in at most this time. Only levels have one; other
    /// conditions stay as they are.
    pub fn within(mut self, time: Duration) -> Self {
        if let Self::Above { within, .. } | Self::Past { within, .. } = &mut self {
            *within = Some(time);
        }
        self
    }

    /// Pressed once this was met for `time` without a break.
    pub fn hold(self, time: Duration) -> Self {
        Self::Hold { condition: Box::new(self), time }
    }

    /// Both at the same time.
    pub fn and(self, other: impl Into<Self>) -> Self {
        match self {
            Self::All(mut parts) => {
                parts.push(other.into());
                Self::All(parts)
            }
            one => Self::All(vec![one, other.into()]),
        }
    }

    /// First this, then the other, at most `within` later.
    pub fn then(self, other: impl Into<Self>, within: Duration) -> Self {
        Self::sequence([self, other.into()], within)
    }

    /// Whether its numbers are in their ranges.
    ///
    /// # Errors
    /// [`ConditionProblem`] names the first that is not.
    pub fn check(&self) -> Result<(), ConditionProblem> {
        match self {
            Self::Above { expression, press, release, .. } => {
                check_level(FaceAxis::Strength(*expression), *press, *release)
            }
            Self::Past { axis, press, release, .. } => check_level(*axis, *press, *release),
            Self::Hold { condition, .. } => condition.check(),
            Self::All(parts) | Self::Sequence { steps: parts, .. } => {
                if parts.is_empty() {
                    return Err(ConditionProblem::Empty);
                }
                parts.iter().try_for_each(Self::check)
            }
        }
    }
}

impl From<Expression> for FaceCondition {
    /// The expression's strength is at least 0.6.
    fn from(expression: Expression) -> Self {
        expression.above(DEFAULT_PRESS)
    }
}

/// The release level where none is named.
pub(super) fn release_level(press: f32, release: Option<f32>) -> f32 {
    release.unwrap_or(press * RELEASE_SHARE)
}

fn check_level(axis: FaceAxis, press: f32, release: Option<f32>) -> Result<(), ConditionProblem> {
    let (lowest, highest) = axis.range();
    if !(lowest..=highest).contains(&press) || press == 0.0 {
        return Err(ConditionProblem::Press { axis, press, lowest, highest });
    }
    let release = release_level(press, release);
    // Away from 0: turned to the side of `press`.
    let (size, back) = (press.abs(), release * press.signum());
    if !(0.0..size).contains(&back) {
        return Err(ConditionProblem::Release { axis, press, release });
    }
    Ok(())
}

/// A number in a condition that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum ConditionProblem {
    /// The level that presses is 0 or out of range.
    #[error("{axis:?} cannot press at {press}; use a level from {lowest} to {highest}, but not 0")]
    Press {
        /// The axis.
        axis: FaceAxis,
        /// The level that was asked for.
        press: f32,
        /// The lowest value of the axis.
        lowest: f32,
        /// The highest value of the axis.
        highest: f32,
    },
    /// The level that releases is not between 0 and the one that presses.
    #[error(
        "{axis:?} cannot be released at {release} when it is pressed at {press}; \
         use a level nearer to 0 than that, on the same side"
    )]
    Release {
        /// The axis.
        axis: FaceAxis,
        /// The level that presses.
        press: f32,
        /// The level that was asked for.
        release: f32,
    },
    /// A chord or a sequence has no parts.
    #[error("a chord or a sequence needs at least one part")]
    Empty,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_out_of_range_are_named() {
        for press in [0.0, -0.1, 1.2, f32::NAN] {
            let problem = Expression::Happy.above(press).check();
            assert!(matches!(problem, Err(ConditionProblem::Press { .. })), "{press}: {problem:?}");
        }
        assert!(Expression::Happy.above(1.0).check().is_ok());
        assert!(FaceAxis::Tilt.past(-1.0).check().is_ok());
        assert!(FaceAxis::Tilt.past(-1.1).check().is_err());
        let text = FaceAxis::Valence.past(1.5).check().expect_err("too high").to_string();
        assert!(text.contains("Valence") && text.contains("1.5"), "{text}");
    }

    #[test]
    fn release_lies_between_rest_and_press() {
        let tilt = |release| FaceAxis::Tilt.past(-0.5).release_at(release).check();
        assert!(tilt(-0.2).is_ok() && tilt(0.0).is_ok());
        for release in [-0.5, -0.9, 0.2, f32::NAN] {
            assert!(matches!(tilt(release), Err(ConditionProblem::Release { .. })), "{release}");
        }
    }

    #[test]
    fn parts_are_checked_too() {
        let bad = Expression::Sad.above(2.0);
        let second = Duration::from_secs(1);
        assert!(bad.clone().hold(second).check().is_err());
        assert!(FaceCondition::tilt_left().and(bad.clone()).check().is_err());
        assert!(FaceCondition::tilt_left().then(bad, second).check().is_err());
        assert_eq!(FaceCondition::All(Vec::new()).check(), Err(ConditionProblem::Empty));
    }

    #[test]
    fn chords_grow_flat() {
        let chord = FaceCondition::tilt_left().and(Expression::Happy).and(Expression::Surprise);
        assert!(matches!(chord, FaceCondition::All(parts) if parts.len() == 3));
    }
}
