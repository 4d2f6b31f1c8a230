//! Turning around in the room.

use bevy::prelude::*;
use bevy_emotion::hud::motion::approach;

use crate::quest::IN_VIEW;

/// Where the player looks.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Gaze {
    /// -1 at the left end of the room, 1 at the right end.
    pub turn: f32,
    speed: f32,
    /// For how long the lantern that calls has not been near the middle, in seconds.
    astray: f32,
}

impl Gaze {
    /// How fast a tilted head turns, in a second.
    const SPEED: f32 = 0.85;
    /// After so many seconds the room turns to the lantern by itself, and how fast.
    const PATIENCE: f32 = 8.0;
    const HELP: f32 = 0.3;
    /// Heads lean a little while a face does something: less than this does not turn away from a
    /// lantern.
    const CLEARLY: f32 = 0.5;

    /// A moment: `steer` is -1 to 1, `lantern` the turn that shows the lantern that calls.
    pub fn advance(&mut self, steer: f32, lantern: Option<f32>, seconds: f32) {
        let way = lantern.map(|lantern| lantern - self.turn);
        let is_near = way.is_some_and(|way| way.abs() < 1.3 * IN_VIEW);
        let is_lost = way.is_some() && !is_near;
        self.astray = if is_lost { self.astray + seconds } else { 0.0 };
        let helps = self.astray > Self::PATIENCE;
        let away = helps && way.is_some_and(|way| way * steer < 0.0);
        let held = steer.abs() < Self::CLEARLY && (is_near || away);
        let steer = if held { 0.0 } else { steer };
        self.speed += (steer * Self::SPEED - self.speed) * approach(0.12, seconds);
        self.turn = (self.turn + self.speed * seconds).clamp(-1.0, 1.0);
        match way {
            // What is nearly in the middle comes there by itself.
            Some(way) if is_near && steer == 0.0 => self.turn += way * approach(0.5, seconds),
            Some(way) if helps => self.turn += way.signum() * Self::HELP * seconds,
            _ => {}
        }
    }
}
