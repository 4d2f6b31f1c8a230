//! `smile_runner`, played: by faces that the tests move, and by the puppet through the real detector and
//! model.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests fail by panicking too")]
#![expect(clippy::duplicate_mod, reason = "the game brings what the stage needs, too")]

#[expect(dead_code, reason = "the tests have no window")]
#[path = "../../examples/arcade/mod.rs"]
mod arcade;
#[expect(dead_code, reason = "main() is for the window")]
#[path = "../../examples/smile_runner.rs"]
mod smile_runner;
mod smile_runner_plays;
#[allow(dead_code, reason = "each game uses a part of it")]
mod stage;
