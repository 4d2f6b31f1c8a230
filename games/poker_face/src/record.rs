//! How the rounds against the puppet went.

use bevy::prelude::*;

/// How the rounds against the puppet went.
#[derive(Resource, Default, Debug, Clone, Copy)]
pub struct Record {
    /// Rounds that the puppet lost.
    pub won: u32,
    /// Rounds that it won.
    pub lost: u32,
}

impl Record {
    pub(crate) fn add(&mut self, won: bool) {
        if won {
            self.won += 1;
        } else {
            self.lost += 1;
        }
    }

    /// How calm the puppet is, 0.1 to 0.9: calmer the more often it is beaten.
    pub fn skill(&self) -> f32 {
        (0.45 + 0.12 * (self.won as f32 - self.lost as f32)).clamp(0.1, 0.9)
    }
}
