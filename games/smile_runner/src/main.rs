//! Smile Runner in a window; the library says how it is played.

use std::time::{SystemTime, UNIX_EPOCH};

use bevy::app::AppExit;
use smile_runner::SmileRunnerPlugin;

fn main() -> AppExit {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(7, |since| since.as_secs());
    arcade::run("Smile Runner", SmileRunnerPlugin { seed })
}
