//! What the player can do beside showing an expression, and what tilt or key does it.

use std::time::Duration;

use bevy::prelude::*;
use bevy_emotion::input::*;

/// What the player can do beside showing an expression.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// To the left and to the right.
    Turn,
    /// Opens the menu.
    Menu,
    /// Keys for who has no camera: cold to warm.
    Valence,
    /// Calm to lively.
    Arousal,
}

/// The tilts and keys of each action.
pub fn controls() -> ExpressionMap<Action> {
    let left_right_left = FaceCondition::sequence(
        [FaceCondition::tilt_left(), FaceCondition::tilt_right(), FaceCondition::tilt_left()],
        Duration::from_millis(800),
    );
    ExpressionMap::new()
        .with(Action::Turn, AxisBinding::new(FaceAxis::Tilt).with_dead_zone(0.3).with_full(0.75))
        .with(Action::Turn, Binding::keys(KeyCode::KeyA, KeyCode::KeyD))
        .with(Action::Menu, left_right_left)
        .with(Action::Menu, KeyCode::Tab)
        .with(Action::Valence, Binding::keys(KeyCode::ArrowLeft, KeyCode::ArrowRight))
        .with(Action::Arousal, Binding::keys(KeyCode::ArrowDown, KeyCode::ArrowUp))
}
