//! How far a face can move: the warm-up.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use super::baseline::RestingBaseline;
use super::measure::travelled;
use crate::plugin::{Emotion, Face, Faces};
use emotion_core::Expression;

/// How far a face can move each expression away from its rest. Every face has one.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct ExpressionRange {
    reach: [f32; Expression::COUNT],
}

impl ExpressionRange {
    /// The reach of a face that has not been warmed up: 0.6 of the way from its rest to certainty
    /// is full strength.
    pub const DEFAULT_REACH: f32 = 0.6;
    /// No expression is stretched further than from this: less is mostly noise.
    pub const LEAST_REACH: f32 = 0.15;

    /// The part of the way from rest to certainty that is full strength, 0 to 1.
    pub const fn reach(&self, expression: Expression) -> f32 {
        self.reach[expression.index()]
    }

    /// Writes a reach, as of settings that were kept; it stays in its bounds.
    pub fn set_reach(&mut self, expression: Expression, reach: f32) {
        self.reach[expression.index()] = reach.clamp(Self::LEAST_REACH, 1.0);
    }

    /// Takes the peaks of a warm-up: of what was asked for, or of all that was shown at all.
    fn take(&mut self, warm_up: &WarmUp) {
        match warm_up.expression {
            Some(expression) => self.set_reach(expression, warm_up.peak(expression) * COMFORT),
            None => {
                for expression in Expression::ALL {
                    if warm_up.peak(expression) >= Self::LEAST_REACH {
                        self.set_reach(expression, warm_up.peak(expression) * COMFORT);
                    }
                }
            }
        }
    }
}

/// Full strength is at this part of the most that a face could do: nobody has to be at their
/// limit.
const COMFORT: f32 = 0.9;

impl Default for ExpressionRange {
    fn default() -> Self {
        Self { reach: [Self::DEFAULT_REACH; Expression::COUNT] }
    }
}

/// Asks a face to show what it can: trigger it, and tell the player to exaggerate.
///
/// ```
/// use std::time::Duration;
///
/// use bevy::prelude::*;
/// use bevy_emotion::input::{PlayerSlots, WarmUpFace};
/// use bevy_emotion::prelude::*;
///
/// fn smile_as_you_can(slots: Res<PlayerSlots>, mut commands: Commands) {
///     if let Some(entity) = slots.face(1) {
///         let time = Duration::from_secs(3);
///         commands.trigger(WarmUpFace { entity, expression: Some(Expression::Happy), time });
///     }
/// }
/// ```
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmUpFace {
    /// The face.
    pub entity: Entity,
    /// What it is asked for; `None` for whatever it shows, each expression for itself.
    pub expression: Option<Expression>,
    /// For how long, on the faces' clock.
    pub time: Duration,
}

/// A warm-up is over, and [`ExpressionRange`] is written.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq)]
pub struct FaceWarmedUp {
    /// The face.
    pub entity: Entity,
    /// What it was asked for.
    pub expression: Option<Expression>,
    /// The furthest it came on the way from rest to certainty, 0 to 1, of what it was asked for.
    pub reached: f32,
}

/// A face that is being warmed up carries it.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq)]
#[reflect(Component, Debug, Clone, PartialEq)]
pub struct WarmUp {
    /// What it is asked for.
    pub expression: Option<Expression>,
    /// For how long, on the faces' clock.
    pub time: Duration,
    /// How much of it is over.
    pub passed: Duration,
    peaks: [f32; Expression::COUNT],
}

impl WarmUp {
    /// How much of it is over, 0 to 1.
    pub fn progress(&self) -> f32 {
        (self.passed.as_secs_f32() / self.time.as_secs_f32().max(f32::EPSILON)).min(1.0)
    }

    /// The furthest way from rest to certainty so far, 0 to 1.
    pub const fn peak(&self, expression: Expression) -> f32 {
        self.peaks[expression.index()]
    }
}

/// Does what [`WarmUpFace`] asks for.
pub(super) fn start(asked: On<WarmUpFace>, faces: Query<&Face>, mut commands: Commands) {
    let WarmUpFace { entity, expression, time } = *asked;
    if !faces.contains(entity) {
        warn!("{entity} cannot be warmed up: it is no face");
        return;
    }
    let peaks = [0.0; Expression::COUNT];
    commands.entity(entity).insert(WarmUp { expression, time, passed: Duration::ZERO, peaks });
}

/// Watches the faces that are being warmed up. Their scores are smoothed already: a peak is no
/// outlier of one frame.
pub(super) fn watch(
    time: Res<Time<Faces>>,
    mut faces: Query<(
        Entity,
        &Face,
        &Emotion,
        &RestingBaseline,
        &mut ExpressionRange,
        &mut WarmUp,
    )>,
    mut commands: Commands,
) {
    for (entity, face, emotion, resting, mut range, mut warm_up) in &mut faces {
        if !face.visible {
            continue;
        }
        warm_up.passed += time.delta();
        let travelled = travelled(&emotion.scores, &resting.baseline);
        for (peak, travelled) in warm_up.peaks.iter_mut().zip(travelled) {
            *peak = peak.max(travelled);
        }
        if warm_up.passed >= warm_up.time {
            range.take(&warm_up);
            let reached = match warm_up.expression {
                Some(expression) => warm_up.peak(expression),
                None => warm_up.peaks.into_iter().fold(0.0, f32::max),
            };
            commands.entity(entity).remove::<WarmUp>();
            commands.trigger(FaceWarmedUp { entity, expression: warm_up.expression, reached });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warm_up(expression: Option<Expression>, happy: f32) -> WarmUp {
        let mut peaks = [0.0; Expression::COUNT];
        peaks[Expression::Happy.index()] = happy;
        WarmUp { expression, time: Duration::ZERO, passed: Duration::ZERO, peaks }
    }

    #[test]
    fn full_strength_is_a_little_below_the_peak() {
        let mut range = ExpressionRange::default();
        range.take(&warm_up(Some(Expression::Happy), 0.4));
        assert!((range.reach(Expression::Happy) - 0.36).abs() < 1e-6);
        assert_eq!(range.reach(Expression::Sad), ExpressionRange::DEFAULT_REACH);
    }

    #[test]
    fn noise_is_no_reach() {
        let mut range = ExpressionRange::default();
        range.take(&warm_up(None, 0.1));
        assert_eq!(range, ExpressionRange::default());
        range.take(&warm_up(Some(Expression::Happy), 0.0));
        assert_eq!(range.reach(Expression::Happy), ExpressionRange::LEAST_REACH);
    }
}
