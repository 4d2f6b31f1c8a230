//! Poker Face in a window; the library says how it is played.

use bevy::app::AppExit;
use poker_face::PokerFacePlugin;

fn main() -> AppExit {
    arcade::run("Poker Face", PokerFacePlugin::default())
}
