//! What is told when a player presses or releases an action: to observers, and as messages.

use std::time::Duration;

use bevy::prelude::*;

use super::map::InputAction;
use super::slots::PlayerSlot;

/// A player pressed an action: for observers, and as a message.
///
/// ```
/// use bevy::prelude::*;
/// use bevy_emotion::input::ActionPressed;
/// # #[derive(Reflect, Debug, Clone, Copy, PartialEq, Eq, Hash)]
/// # enum Action { Jump, Shield }
///
/// App::new().add_observer(|press: On<ActionPressed<Action>>| match press.action {
///     Action::Jump => info!("player {} jumps", press.slot.0),
///     Action::Shield => {}
/// });
/// ```
#[derive(Event, Message, Reflect, Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionPressed<A: InputAction> {
    /// What was pressed.
    pub action: A,
    /// The player.
    pub slot: PlayerSlot,
    /// The player's face; `None` when there is none, and a key was pressed.
    pub face: Option<Entity>,
}

/// A player released an action, or left while it was pressed: for observers, and as a message.
#[derive(Event, Message, Reflect, Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionReleased<A: InputAction> {
    /// What was released.
    pub action: A,
    /// The player.
    pub slot: PlayerSlot,
    /// The player's face; `None` when there is none.
    pub face: Option<Entity>,
    /// For how long it was pressed, on the map's clock.
    pub held_for: Duration,
}
