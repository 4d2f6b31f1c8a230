//! The hero's moves: what the player's face sets off, and how the hero jumps, dashes and shields itself.
//! Units are as in [`run`](crate::run).

use bevy::prelude::*;

use crate::course::Kind;

/// Radius of the hero.
pub(crate) const HERO: f32 = 44.0;
const JUMP_SPEED: f32 = 640.0;
/// Gravity: with a full smile, with none, and on the way down.
const GRAVITY: [f32; 3] = [900.0, 1_900.0, 1_500.0];
/// A smile a little before landing counts.
const JUMP_BUFFER: f32 = 0.2;
/// A smile a little after the edge counts.
const EDGE_GRACE: f32 = 0.1;
const DASH_TIME: f32 = 0.65;
pub(crate) const DASH_SPEED: f32 = 260.0;
/// From the start of a dash to the next one.
pub(crate) const DASH_EVERY: f32 = 1.3;
/// The shield lasts this long, and needs that long to fill up again.
const SHIELD_TIME: f32 = 2.5;
const SHIELD_REST: f32 = 4.0;
/// An empty shield can be raised again from here on.
pub(crate) const SHIELD_LEAST: f32 = 0.25;

/// The one who runs.
#[derive(Debug, Clone, Copy)]
pub struct Hero {
    /// How far it has come.
    pub x: f32,
    /// How high its feet are above the ground; below it in a gap.
    pub y: f32,
    /// How fast it rises.
    pub rise: f32,
    /// Whether it stands on the ground.
    pub on_ground: bool,
    /// How long the dash goes on.
    pub dash: f32,
    /// How long until the next dash.
    pub dash_wait: f32,
    /// Whether the shield is up.
    pub shield: bool,
    /// How full the shield is, 0 to 1.
    pub energy: f32,
    /// How long nothing can happen to it.
    pub safe: f32,
    /// Since it left the ground.
    air_time: f32,
    /// Since the last smile began.
    smile_age: f32,
    spent: bool,
}

/// What the player does, in a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Controls {
    /// The smile began.
    pub jump: bool,
    /// How strong it is while it lasts, 0 to 1.
    pub smile: f32,
    /// The surprise began.
    pub dash: bool,
    /// The frown is held.
    pub shield: bool,
    /// How pleasant the face looks, -1 to 1.
    pub valence: f32,
}

/// Something to be heard and seen, and where.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// A jump began.
    Jumped,
    /// It ended.
    Landed,
    /// A dash began.
    Dashed,
    /// The shield went up.
    Raised,
    /// A bird flew against the shield.
    Blocked(Vec2),
    /// Crystal or rock broke.
    Broke(Kind, Vec2),
    /// A life was lost.
    Hit(Vec2),
    /// A star was taken.
    Star(Vec2),
    /// An obstacle was mastered.
    Cleared(Kind),
    /// The flag was reached.
    Won,
    /// No life is left.
    Lost,
}

impl Hero {
    /// On the ground, with a full shield.
    pub(crate) const fn at_the_start() -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            rise: 0.0,
            on_ground: true,
            dash: 0.0,
            dash_wait: 0.0,
            shield: false,
            energy: 1.0,
            safe: 0.0,
            air_time: 0.0,
            smile_age: f32::INFINITY,
            spent: false,
        }
    }

    /// The player's face sets things off.
    pub(crate) fn act(&mut self, controls: &Controls, seconds: f32, moments: &mut Vec<Moment>) {
        self.safe = (self.safe - seconds).max(0.0);
        self.dash = (self.dash - seconds).max(0.0);
        self.dash_wait = (self.dash_wait - seconds).max(0.0);
        self.smile_age = if controls.jump { 0.0 } else { self.smile_age + seconds };
        let has_ground = self.on_ground || (self.rise <= 0.0 && self.air_time < EDGE_GRACE);
        if self.smile_age < JUMP_BUFFER && has_ground {
            (self.rise, self.on_ground, self.air_time) = (JUMP_SPEED, false, EDGE_GRACE);
            self.smile_age = f32::INFINITY;
            moments.push(Moment::Jumped);
        }
        if controls.dash && self.dash_wait == 0.0 {
            (self.dash, self.dash_wait) = (DASH_TIME, DASH_EVERY);
            moments.push(Moment::Dashed);
        }
        let had_shield = std::mem::replace(&mut self.shield, controls.shield && !self.spent);
        if self.shield {
            self.energy = (self.energy - seconds / SHIELD_TIME).max(0.0);
            self.spent = self.energy == 0.0;
            if !had_shield {
                moments.push(Moment::Raised);
            }
        } else {
            self.energy = (self.energy + seconds / SHIELD_REST).min(1.0);
            self.spent &= self.energy < SHIELD_LEAST;
        }
    }

    /// Up and down. Whether it fell into a gap, from which it is thrown out at once.
    pub(crate) fn fly(
        &mut self,
        controls: &Controls,
        seconds: f32,
        over_gap: bool,
        moments: &mut Vec<Moment>,
    ) -> bool {
        self.air_time += seconds;
        let [smiling, plain, falling] = GRAVITY;
        let gravity = match self.rise {
            ..=0.0 => falling,
            _ if controls.smile > 0.0 => plain + (smiling - plain) * (0.5 + controls.smile / 2.0),
            _ => plain,
        };
        if self.dash > 0.0 {
            self.rise = 0.0;
        } else if !self.on_ground {
            self.y += self.rise * seconds - gravity * seconds * seconds / 2.0;
            self.rise -= gravity * seconds;
        }
        if over_gap && self.on_ground {
            (self.on_ground, self.rise, self.air_time) = (false, 0.0, 0.0);
        }
        // The far edge is climbed by who nearly made it.
        if !over_gap && !self.on_ground && self.rise <= 0.0 && self.y <= 0.0 && self.y > -36.0 {
            (self.y, self.rise, self.on_ground, self.air_time) = (0.0, 0.0, true, 0.0);
            moments.push(Moment::Landed);
        } else if self.y <= -36.0 && (!over_gap || self.y < -110.0) {
            (self.y, self.rise) = (0.0, JUMP_SPEED);
            return true;
        }
        false
    }
}
