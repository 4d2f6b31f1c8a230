//! What the player's face does, and how well that is what was asked for.

use bevy::prelude::*;
use bevy_emotion::input::ExpressionRange;
use bevy_emotion::prelude::Expression;

/// What can be asked for.
pub const ASKED: [Expression; 6] = [
    Expression::Happy,
    Expression::Surprise,
    Expression::Angry,
    Expression::Sad,
    Expression::Fear,
    Expression::Disgust,
];
/// The part of the strongest other expression that is taken off.
const OTHERS: f32 = 0.5;
/// Below this reach an expression is hard for the player; the more so the nearer it is to
/// [`ExpressionRange::LEAST_REACH`].
const HARD_REACH: f32 = 0.3;

/// What the player's face does, and can do. Arrays are in the order of [`Expression::ALL`].
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct Player {
    /// How strongly each expression is shown.
    pub strengths: [f32; Expression::COUNT],
    /// How far each can go; [`ExpressionRange::reach`].
    pub reach: [f32; Expression::COUNT],
    /// What else is there at the player's best of each: strengths, the asked one first.
    pub company: [[f32; Expression::COUNT]; Expression::COUNT],
    /// Seconds until the game goes on: it grows while nobody is in view. Above 0 time stands still.
    pub away: f32,
    /// What to do about that.
    pub away_because: &'static str,
    /// Whether a face is in view, and was warmed up.
    pub(crate) has_face: bool,
    pub(crate) warmed: bool,
    /// Whether they play with keys.
    pub(crate) by_keys: bool,
}

impl Default for Player {
    fn default() -> Self {
        let mut strengths = [0.0; Expression::COUNT];
        strengths[Expression::Neutral.index()] = 1.0;
        Self {
            strengths,
            reach: [ExpressionRange::DEFAULT_REACH; Expression::COUNT],
            company: [[0.0; Expression::COUNT]; Expression::COUNT],
            away: 0.0,
            away_because: "",
            has_face: false,
            warmed: false,
            by_keys: false,
        }
    }
}

impl Player {
    /// How well they show what is asked for, 0 to 1; the formula is in the documentation of the crate.
    pub fn matching(&self, asked: Expression) -> f32 {
        if asked == Expression::Neutral {
            return self.strengths[asked.index()];
        }
        let others = ASKED.into_iter().filter(|other| *other != asked).map(|other| {
            self.strengths[other.index()] - self.company[asked.index()][other.index()]
        });
        let other = others.fold(0.0, f32::max);
        (self.strengths[asked.index()] - OTHERS * other).clamp(0.0, 1.0)
    }

    /// How hard an expression is for them: 0 not at all, 1 their warm-up hardly showed it.
    pub fn hardness(&self, expression: Expression) -> f32 {
        let room = HARD_REACH - ExpressionRange::LEAST_REACH;
        ((HARD_REACH - self.reach[expression.index()]) / room).clamp(0.0, 1.0)
    }
}
