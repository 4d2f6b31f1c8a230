//! The rules: how a lantern is lit, and what light that brings.

use bevy::prelude::*;

use crate::goals::GOALS;
use crate::room::{LANTERNS, bearing};

/// How long a mood is held, in seconds.
pub const HOLD: f32 = 3.0;
/// What a lantern loses in a second in which it gets nothing, of 1.
const LEAK: f32 = 0.12;
/// When a circle begins to grow, in seconds, and by how much it grows in each.
pub const PATIENCE: f32 = 15.0;
const GROWTH: f32 = 0.025;
/// How long a lit lantern is enjoyed before the next one calls, in seconds.
pub const FLOURISH: f32 = 1.8;
/// How far the camera may be off a lantern that is looked at; its turn goes from -1 to 1.
pub const IN_VIEW: f32 = 0.2;

/// How far the lanterns are.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Quest {
    /// So many are lit.
    pub lit: usize,
    /// How far the one that calls is filled, 0 to 1.
    pub fill: f32,
    /// For how long it has called, in seconds.
    pub called_for: f32,
    /// What is left of the joy about the one before, in seconds.
    pub flourish: f32,
    /// The player's light: at most 100 a lantern, less for those that took long.
    pub light: u32,
    /// All of it, in seconds.
    pub seconds: f32,
}

/// What a moment of the quest brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turnout {
    /// It goes on.
    On,
    /// A lantern was lit.
    Lit,
    /// The last one was lit and enjoyed.
    Done,
}

impl Quest {
    /// The lantern that calls; `None` in a flourish and at the end.
    pub fn calling(&self) -> Option<usize> {
        (self.flourish <= 0.0 && self.lit < LANTERNS).then_some(self.lit)
    }

    /// The radius of the circle of the lantern that calls.
    pub fn radius(&self) -> f32 {
        GOALS[self.lit.min(LANTERNS - 1)].radius + GROWTH * (self.called_for - PATIENCE).max(0.0)
    }

    /// Whether a mood is what the lantern wants.
    pub fn welcomes(&self, mood: Vec2) -> bool {
        let goal = GOALS[self.lit.min(LANTERNS - 1)];
        goal.middle().distance(mood) <= self.radius()
    }

    /// The light for a lantern that took so many seconds: 100 up to the tenth, 2 less for each
    /// second after it, but at least 40.
    pub fn worth(seconds: f32) -> u32 {
        (100.0 - 2.0 * (seconds - 10.0)).clamp(40.0, 100.0).round() as u32
    }

    /// A moment.
    pub fn advance(&mut self, mood: Vec2, turn: f32, seconds: f32) -> Turnout {
        if self.lit == LANTERNS && self.flourish <= 0.0 {
            return Turnout::Done;
        }
        self.seconds += seconds;
        if self.flourish > 0.0 {
            self.flourish -= seconds;
            let over = self.flourish <= 0.0 && self.lit == LANTERNS;
            return if over { Turnout::Done } else { Turnout::On };
        }
        self.called_for += seconds;
        let is_seen = (turn - bearing(self.lit)).abs() <= IN_VIEW;
        if !is_seen || !self.welcomes(mood) {
            self.fill = (self.fill - LEAK * seconds).max(0.0);
            return Turnout::On;
        }
        self.fill += seconds / HOLD;
        if self.fill < 1.0 {
            return Turnout::On;
        }
        self.light += Self::worth(self.called_for);
        self.lit += 1;
        (self.fill, self.called_for, self.flourish) = (0.0, 0.0, FLOURISH);
        Turnout::Lit
    }
}
