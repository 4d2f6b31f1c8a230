//! Where the player is in the game.

use bevy::prelude::*;

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// The menu.
    #[default]
    Title,
    /// The face finds its rest and its reach.
    WarmUp,
    /// The run.
    Play,
    /// What came of it.
    Over,
}
