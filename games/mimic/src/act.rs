//! The parts of the evening.

use bevy::prelude::*;

/// The parts of the evening.
#[derive(States, Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Act {
    /// The title and its menu.
    #[default]
    Title,
    /// The player shows each of the six as well as they can.
    WarmUp,
    /// Twenty rounds.
    Play,
    /// How it went.
    Over,
}
