//! Mimic in a window; the library says how it is played.

use std::time::{SystemTime, UNIX_EPOCH};

use bevy::app::AppExit;
use mimic::MimicPlugin;

fn main() -> AppExit {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    arcade::run("Mimic", MimicPlugin { seed })
}
