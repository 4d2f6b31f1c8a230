//! How the players' faces look.

use bevy::prelude::*;
use bevy_emotion::prelude::Expression;

/// What is known of both players in this update.
#[derive(Resource, Default)]
pub struct Players(pub [Player; 2]);

/// What is known of a player.
#[derive(Clone, Copy, Default, Debug)]
pub struct Player {
    /// Their face, while they have one.
    pub face: Option<Entity>,
    /// It is in view, and its rest is known.
    pub ready: bool,
    /// Its rest is being measured.
    pub measuring: bool,
    /// How it looks.
    pub looks: Looks,
}

/// How a face looks: strengths in the order of [`Expression::ALL`] from its own rest, and its tilt.
#[derive(Clone, Copy, Default, Debug)]
pub struct Looks {
    /// Of each expression, 0 to 1.
    pub strengths: [f32; 7],
    /// In radians, positive to the player's right.
    pub tilt: f32,
}

impl Looks {
    /// How far the face has left its rest, 0 to 1, and by what. Smiles count most: they are what
    /// the game is about.
    pub fn heat(&self) -> (f32, Expression) {
        let mut most = (0.0, Expression::Neutral);
        for expression in Expression::ALL {
            let weight = match expression {
                Expression::Neutral => 0.0,
                Expression::Happy => 1.0,
                Expression::Surprise => 0.85,
                _ => 0.75,
            };
            let heat = self.strengths[expression.index()] * weight;
            if heat > most.0 {
                most = (heat, expression);
            }
        }
        most
    }
}
