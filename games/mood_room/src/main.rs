//! Mood Room in a window; the library says how it is played.

use bevy::app::AppExit;
use mood_room::MoodRoomPlugin;

fn main() -> AppExit {
    arcade::run("Mood Room", MoodRoomPlugin::default())
}
