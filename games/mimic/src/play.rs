//! Brings what the player shows into the game.

use bevy::prelude::*;

use crate::act::Act;
use crate::game::{Game, Happened};
use crate::player::Player;
use crate::scene::Scene;
use crate::words;

/// The seed of the next game.
#[derive(Resource, Debug, Clone, Copy)]
pub struct Seed(pub u64);

/// A new game, and what is shown of it.
pub fn open_play(
    player: Res<Player>,
    mut seed: ResMut<Seed>,
    mut game: ResMut<Game>,
    mut scene: ResMut<Scene>,
    mut commands: Commands,
) {
    *game = Game::new(seed.0, &player);
    seed.0 = seed.0.wrapping_add(1);
    scene.points = 0.0;
    scene.says = String::new();
    words::spawn(&mut commands);
}

/// The game goes on.
pub fn play(
    time: Res<Time>,
    player: Res<Player>,
    mut game: ResMut<Game>,
    mut next: ResMut<NextState<Act>>,
    mut commands: Commands,
) {
    if player.away > 0.0 {
        return;
    }
    if let Some(happened) = game.advance(time.delta_secs(), &player) {
        commands.trigger(happened);
        if happened == Happened::Over {
            next.set(Act::Over);
        }
    }
}
