//! A puppet's nerves: how close it is to laughing.

use arcade::dice::Dice;
use bevy_emotion::prelude::Expression;

use crate::easing::between;
use crate::gags::{GAGS, Gag};

/// How close a puppet is to laughing.
#[derive(Clone)]
pub struct Nerves {
    /// It laughs at 1.
    pub urge: f32,
    /// How much breath is left for biting the lip, 0 to 1.
    pub breath: f32,
    /// How calm it is, 0 to 1.
    pub skill: f32,
    /// How funny it finds each gag.
    tastes: [f32; GAGS.len()],
    dice: Dice,
    /// What the face shows in spite of itself: expression, strength and the seconds that are left.
    twitch: (Expression, f32, f32),
    /// Seconds to the next one.
    next_twitch: f32,
    /// Since it began to laugh, in seconds.
    laughs_for: Option<f32>,
}

impl Nerves {
    /// At the beginning of a round.
    pub fn new(seed: u64, skill: f32) -> Self {
        let mut dice = Dice(seed);
        let mood = dice.between(0.7, 1.3);
        let tastes = std::array::from_fn(|_| mood * dice.between(0.3, 1.7));
        let twitch = (Expression::Happy, 0.0, 0.0);
        Self {
            urge: 0.0,
            breath: 1.0,
            skill,
            tastes,
            dice,
            twitch,
            next_twitch: 1.0,
            laughs_for: None,
        }
    }

    /// Whether it has begun to laugh in this round.
    pub(crate) fn laughs(&self) -> bool {
        self.laughs_for.is_some()
    }

    /// `seconds` pass with a gag that is as funny as `tickle`, 0 to 1. What the face shows then.
    pub fn endure(
        &mut self,
        seconds: f32,
        gag: usize,
        tickle: f32,
        bites: bool,
    ) -> (Expression, f32) {
        if let Some(laughs_for) = &mut self.laughs_for {
            *laughs_for += seconds;
            return (Expression::Happy, (0.4 + *laughs_for * 2.0).min(1.0));
        }
        let bites = bites && self.breath > 0.0;
        self.breath = (self.breath + seconds * if bites { -0.5 } else { 0.2 }).clamp(0.0, 1.0);
        let pull = if bites { 0.3 } else { 1.0 };
        self.urge += seconds * pull * tickle * self.tastes[gag] * (1.0 - 0.55 * self.skill);
        let calms = 0.05 + 0.1 * self.skill + if bites { 0.5 } else { 0.0 };
        self.urge = (self.urge - seconds * calms * self.urge).max(0.0);
        if self.urge >= 1.0 {
            self.laughs_for = Some(0.0);
        }
        self.next_twitch -= seconds;
        self.twitch.2 -= seconds;
        if self.next_twitch <= 0.0 {
            // Mostly the corner of the mouth; sometimes it fights with all it has.
            let fights = self.urge > 0.5 && self.dice.between(0.0, 1.0) < 0.4;
            let expression = if fights { Expression::Angry } else { Expression::Happy };
            let size = self.dice.between(0.25, 0.6) * (0.25 + self.urge * 0.5);
            self.twitch = (expression, size, self.dice.between(0.15, 0.5));
            self.next_twitch = self.dice.between(0.5, 2.4) / (0.4 + self.urge);
        }
        match self.twitch {
            (expression, size, left) if left > 0.0 => (expression, size),
            _ => (Expression::Happy, 0.15 * self.urge),
        }
    }
}

/// How funny a gag is `t` seconds after it began, 0 to 1.
pub fn tickle(gag: usize, t: f32) -> f32 {
    let Gag { silliness, punch, .. } = GAGS[gag];
    let awaited = 0.2 * between(t, punch - 3.0, punch);
    let landed = if t > punch { (-(t - punch) / 1.6).exp() } else { 0.0 };
    silliness / 5.0 * (awaited + landed)
}
