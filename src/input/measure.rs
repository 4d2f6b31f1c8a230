//! What a face does, measured from its own rest.

use bevy::prelude::*;

use crate::emotion::{Expression, Scores};

/// What a face does, measured from its own rest: the numbers that conditions and axes read.
///
/// Written in [`EmotionSystems::Input`](crate::plugin::EmotionSystems::Input) for every face. While
/// the face is out of view, everything is as last seen.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq)]
#[reflect(Component, Default, Debug, Clone, PartialEq)]
pub struct FaceInput {
    /// The smoothed probabilities, corrected by the face's rest: a resting face is neutral.
    pub scores: Scores,
    /// How pleasant the corrected scores are, -1 to 1.
    pub valence: f32,
    /// How active the corrected scores are, -1 to 1.
    pub arousal: f32,
    /// How far the head leans from its rest, in radians; positive to the player's right shoulder.
    pub tilt: f32,
    /// The middle of the face in the view, as the player sees it in a mirror: (-1, -1) at the lower
    /// left, (1, 1) at the upper right.
    pub position_in_mirror: Vec2,
    /// The side of the face's box as a part of the frame's height.
    pub size_in_view: f32,
    strengths: [f32; Expression::COUNT],
}

impl FaceInput {
    /// How strongly an expression is shown, 0 to 1: from the face's own rest to what it can reach.
    /// For [`Expression::Neutral`], how little all others are.
    pub const fn strength(&self, expression: Expression) -> f32 {
        self.strengths[expression.index()]
    }

    /// The strongest expression other than neutral, and its strength.
    pub fn strongest(&self) -> (Expression, f32) {
        Expression::ALL
            .into_iter()
            .filter(|expression| *expression != Expression::Neutral)
            .map(|expression| (expression, self.strength(expression)))
            .fold(
                (Expression::Neutral, 0.0),
                |best, next| if next.1 > best.1 { next } else { best },
            )
    }
}

impl Default for FaceInput {
    fn default() -> Self {
        let mut strengths = [0.0; Expression::COUNT];
        strengths[Expression::Neutral.index()] = 1.0;
        Self {
            scores: Scores::certain(Expression::Neutral),
            valence: 0.0,
            arousal: 0.0,
            tilt: 0.0,
            position_in_mirror: Vec2::ZERO,
            size_in_view: 0.0,
            strengths,
        }
    }
}
