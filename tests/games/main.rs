//! The games of `examples/`, played: by faces that the tests move, and by the puppet through the
//! real detector and model.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]

#[expect(dead_code, reason = "the tests have no window")]
#[path = "../../examples/arcade/mod.rs"]
mod arcade;
mod stage;

macro_rules! game {
    ($name:ident, $path:literal, $plays:ident) => {
        #[expect(dead_code, reason = "main() is for the window")]
        #[path = $path]
        mod $name;
        mod $plays;
    };
}

game!(smile_runner, "../../examples/smile_runner.rs", smile_runner_plays);
game!(mimic, "../../examples/mimic.rs", mimic_plays);
game!(poker_face, "../../examples/poker_face.rs", poker_face_plays);
game!(mood_room, "../../examples/mood_room.rs", mood_room_plays);
