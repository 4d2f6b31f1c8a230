//! How far a face can move: the warm-up.

use std::time::Duration;

use bevy::prelude::*;
use serde::{Deserialize, Serialize};

use crate::emotion::Expression;

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
}

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
    /// For how long, in real time.
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
    /// For how long, in real time.
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
