//! What the game tells the room.

use bevy::prelude::*;

use super::places::LANTERNS;

/// What the room shows.
#[derive(Resource, Debug, Clone)]
pub struct Air {
    /// Valence and arousal, each -1 to 1.
    pub mood: Vec2,
    /// Where the camera looks: -1 at the left end of the room, 1 at the right end.
    pub turn: f32,
    /// How far each lantern is filled with light, 0 to 1.
    pub lanterns: [f32; LANTERNS],
    /// The lantern that is to be lit, if one is.
    pub calling: Option<usize>,
    /// Whether it is looked at.
    pub looked_at: bool,
    /// Sparks fly from this lantern, and how far they are, 0 to 1.
    pub sparks: Option<(usize, f32)>,
    /// All is lit: 0 to 1.
    pub party: f32,
    /// A menu lies over the lower part of the screen, and the room is above it: 0 to 1.
    pub raised: f32,
}

impl Default for Air {
    fn default() -> Self {
        Self {
            mood: Vec2::ZERO,
            turn: 0.0,
            lanterns: [0.0; LANTERNS],
            calling: None,
            looked_at: false,
            sparks: None,
            party: 0.0,
            raised: 1.0,
        }
    }
}
