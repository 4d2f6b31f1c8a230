//! How the HUD answers to each expression: one file for each, all of the same make.
//!
//! A [`Reaction`] says how the ring is posed at a moment and what flies off it. Reactions are
//! mixed by their strength, so that one goes while the next comes and nothing ever jumps. To change
//! one, open its file; an eighth would be a file and a line in [`of`].

mod angry;
mod disgust;
mod fear;
mod happy;
mod neutral;
mod sad;
mod surprise;

use std::f32::consts::TAU;

use bevy::math::Vec2;

use crate::emotion::Expression;

/// What an expression does to the ring around a face.
pub struct Reaction {
    /// The ring's pose at full strength.
    pub pose: fn(Moment) -> Pose,
    /// Particles a second at full strength.
    pub particles_per_second: f32,
    /// The next particle.
    pub particle: fn(&mut Dice) -> Particle,
}

/// The reaction to an expression.
pub const fn of(expression: Expression) -> &'static Reaction {
    match expression {
        Expression::Angry => &angry::REACTION,
        Expression::Disgust => &disgust::REACTION,
        Expression::Fear => &fear::REACTION,
        Expression::Happy => &happy::REACTION,
        Expression::Sad => &sad::REACTION,
        Expression::Surprise => &surprise::REACTION,
        Expression::Neutral => &neutral::REACTION,
    }
}

/// When a pose is asked for, in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Since the expression came.
    pub since: f32,
    /// On the face's own clock, which never jumps: for movement that goes on and on.
    pub clock: f32,
}

impl Moment {
    /// A wave of `cycles` a second on the face's clock, -1 to 1.
    pub fn wave(self, cycles: f32) -> f32 {
        (self.clock * cycles * TAU).sin()
    }
}

/// How the ring differs from a circle at rest around the face. Lengths are in ring radii.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Pose {
    /// Shift, y up.
    pub offset: Vec2,
    /// Added to the scale in x and y.
    pub stretch: Vec2,
    /// Height of the ripples that run around the ring.
    pub ripple: f32,
    /// How far the lower half hangs down.
    pub sag: f32,
    /// Glow around the ring, 0 to 1.
    pub glow: f32,
    /// How far the ring that spreads has come, 0 to 1.
    pub wave_progress: f32,
    /// How visible that ring is, 0 to 1.
    pub wave_opacity: f32,
    /// How far the darkness at the edge of the picture closes in, 0 to 1.
    pub gloom: f32,
}

impl Pose {
    /// Adds `strength` (0 to 1) of another pose.
    pub fn add(&mut self, other: &Self, strength: f32) {
        self.offset += other.offset * strength;
        self.stretch += other.stretch * strength;
        self.ripple += other.ripple * strength;
        self.sag += other.sag * strength;
        self.glow += other.glow * strength;
        self.gloom += other.gloom * strength;
        if other.wave_opacity > 0.0 {
            self.wave_progress = other.wave_progress;
            self.wave_opacity = other.wave_opacity * strength;
        }
    }
}

/// A small thing that flies off the ring. Lengths are in ring radii, times in seconds.
#[derive(Debug, Clone, Copy)]
pub struct Particle {
    /// What it looks like.
    pub shape: Shape,
    /// Where it starts, from the ring's middle, y up.
    pub position: Vec2,
    /// Radii a second.
    pub velocity: Vec2,
    /// Radii a second squared.
    pub acceleration: Vec2,
    /// Share of the velocity that is lost a second, in e-folds.
    pub drag: f32,
    /// Sideways swing, in radii a second.
    pub sway: f32,
    /// How long it lives.
    pub life: f32,
    /// Size at its birth and at its end.
    pub size: [f32; 2],
    /// How white-hot it is, 0 to 1.
    pub heat: f32,
}

/// What a particle looks like; the order of the cells in the particles' picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A bright streak along its flight.
    Streak,
    /// A tear, its tip against its flight.
    Drop,
    /// A glowing dot.
    Dot,
    /// A ring with a highlight.
    Bubble,
}

impl Shape {
    /// All, in the order of the particles' picture.
    pub const ALL: [Self; 4] = [Self::Streak, Self::Drop, Self::Dot, Self::Bubble];
}

/// The unit vector at `turns` (0 to 1) around the ring, from the right, counter-clockwise.
fn around(turns: f32) -> Vec2 {
    Vec2::from_angle(turns * TAU)
}

/// Random numbers for particles: the same every run, so that pictures can be compared.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// Dice for one face.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform between the two. SplitMix64 (Steele, Lea, Flood, 2014).
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        let unit = (mixed >> 40) as f32 / (1u64 << 24) as f32;
        low + (high - low) * unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poses(expression: Expression) -> impl Iterator<Item = Pose> {
        (0..600).map(move |step| {
            let since = step as f32 / 120.0;
            (of(expression).pose)(Moment { since, clock: since + 7.3 })
        })
    }

    #[test]
    fn no_pose_jumps_or_covers_the_face() {
        for expression in Expression::ALL {
            let poses: Vec<_> = poses(expression).collect();
            for pair in poses.windows(2) {
                let moved = (pair[1].offset - pair[0].offset).length();
                let stretched = (pair[1].stretch - pair[0].stretch).length();
                assert!(moved < 0.02 && stretched < 0.03, "{expression}: {pair:?}");
            }
            for pose in poses {
                // The box's corners lie at 0.71 / 0.8 = 0.89 radii.
                let closest = 1.0 + pose.stretch.min_element() - pose.offset.length() - pose.ripple;
                assert!(closest > 0.82, "{expression}: {pose:?} comes to {closest}");
            }
        }
    }

    #[test]
    fn every_expression_moves_in_its_own_way() {
        for (index, one) in Expression::ALL.into_iter().enumerate() {
            for other in Expression::ALL.into_iter().skip(index + 1) {
                let differs = poses(one).zip(poses(other)).any(|(a, b)| a != b);
                assert!(differs, "{one} moves like {other}");
            }
        }
    }

    #[test]
    fn particles_start_outside_the_face_and_end() {
        for expression in Expression::ALL {
            let mut dice = Dice::new(1);
            for _ in 0..200 {
                let particle = (of(expression).particle)(&mut dice);
                assert!(particle.position.length() > 0.95, "{expression}: {particle:?}");
                assert!(particle.life > 0.1 && particle.life < 4.0, "{expression}: {particle:?}");
            }
        }
    }

    #[test]
    fn dice_are_even() {
        let mut dice = Dice::new(3);
        let mean = (0..10_000).map(|_| dice.between(-1.0, 1.0)).sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 0.02);
    }
}
