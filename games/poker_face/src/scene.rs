//! The scenes of the game.

use bevy::prelude::*;

/// Where the game is.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Scene {
    /// The menu.
    #[default]
    Title,
    /// Both players' rest is measured.
    WarmUp,
    /// A match.
    Play,
    /// Who has won.
    Over,
}
