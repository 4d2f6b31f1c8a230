//! What the player can do, and what face or key does it.

use std::time::Duration;

use bevy::prelude::*;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

/// What the player can do.
#[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// A smile; the longer, the higher.
    Jump,
    /// A look of surprise that comes fast, or a shout.
    Dash,
    /// A frown, for as long as it is held.
    Shield,
}

/// All of them, in the order in which they are shown.
pub const ACTIONS: [Action; 3] = [Action::Jump, Action::Dash, Action::Shield];

/// What the face shows for it.
pub const fn expression(action: Action) -> Expression {
    match action {
        Action::Jump => Expression::Happy,
        Action::Dash => Expression::Surprise,
        Action::Shield => Expression::Angry,
    }
}

/// The faces and keys of each action.
pub fn bindings() -> ExpressionMap<Action> {
    let fast = Duration::from_millis(500);
    ExpressionMap::new()
        .with(Action::Jump, Expression::Happy.above(0.5).release_at(0.3))
        .with(Action::Jump, KeyCode::ArrowUp)
        .with(Action::Jump, KeyCode::Space)
        .with(Action::Dash, Expression::Surprise.above(0.5).release_at(0.25).within(fast))
        .with(Action::Dash, FaceCondition::shout())
        .with(Action::Dash, KeyCode::ArrowRight)
        .with(Action::Shield, Expression::Angry.above(0.45).release_at(0.25))
        .with(Action::Shield, FaceAxis::VoiceArousal.past(0.4).and(Expression::Angry.in_voice(0.5)))
        .with(Action::Shield, KeyCode::ArrowDown)
}
