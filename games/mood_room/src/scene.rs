//! Where the player is in the game.

use bevy::prelude::*;

/// Where the player is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scene {
    /// The menu.
    #[default]
    Title,
    /// The face finds its rest and its reach.
    WarmUp,
    /// The six lanterns.
    Play,
    /// The room without a goal.
    Stay,
    /// All lanterns are lit.
    Over,
}
