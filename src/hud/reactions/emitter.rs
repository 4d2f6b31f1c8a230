//! What flies off a ring, as data.

use std::f32::consts::TAU;

use bevy::math::Vec2;
use serde::Deserialize;

/// What flies off a ring: where from, how, and for how long. Lengths are in ring radii, times in
/// seconds; a pair is the least and the most, and each particle gets a value between.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emitter {
    /// Particles a second at full strength, 0 to 240.
    pub per_second: f32,
    /// What they look like.
    pub shape: Shape,
    /// Where around the ring they start: 0 is the right, 0.25 the top, 0.75 the bottom.
    #[serde(default = "all_around")]
    pub turns: [f32; 2],
    /// How far from the ring's middle they start, 0.95 or more.
    pub distance: [f32; 2],
    /// Speed away from the middle; negative is towards it.
    #[serde(default)]
    pub outward: [f32; 2],
    /// Speed upwards; negative is downwards.
    #[serde(default)]
    pub upward: [f32; 2],
    /// Acceleration upwards; negative is downwards, as weight is.
    #[serde(default)]
    pub lift: [f32; 2],
    /// How fast they lose speed, in e-folds a second.
    #[serde(default)]
    pub drag: f32,
    /// Sideways swing.
    #[serde(default)]
    pub sway: [f32; 2],
    /// How long they live, 0.1 to 4.
    pub life: [f32; 2],
    /// Size at their birth.
    pub size: [f32; 2],
    /// Size at their end.
    pub end_size: [f32; 2],
    /// How white-hot they are, 0 to 1.
    #[serde(default)]
    pub heat: [f32; 2],
}

const fn all_around() -> [f32; 2] {
    [0.0, 1.0]
}

impl Emitter {
    /// The next particle.
    pub fn next(&self, dice: &mut Dice) -> Particle {
        let mut roll = |[least, most]: [f32; 2]| dice.between(least, most);
        let from = Vec2::from_angle(roll(self.turns) * TAU);
        Particle {
            shape: self.shape,
            position: from * roll(self.distance),
            velocity: from * roll(self.outward) + Vec2::new(0.0, roll(self.upward)),
            lift: roll(self.lift),
            drag: self.drag,
            sway: roll(self.sway),
            life: roll(self.life),
            size: [roll(self.size), roll(self.end_size)],
            heat: roll(self.heat),
        }
    }

    /// What is wrong with its numbers.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let within = |[least, most]: [f32; 2], [low, high]: [f32; 2]| {
            least <= most && least >= low && most <= high
        };
        let checks = [
            ((0.0..=240.0).contains(&self.per_second), "`per_second` has to be from 0 to 240"),
            (within(self.turns, [-2.0, 2.0]), "`turns` has to be a pair from -2 to 2"),
            (
                within(self.distance, [0.95, 3.0]),
                "`distance` has to be a pair from 0.95 to 3: particles start outside of the face",
            ),
            (within(self.outward, [-4.0, 4.0]), "`outward` has to be a pair from -4 to 4"),
            (within(self.upward, [-4.0, 4.0]), "`upward` has to be a pair from -4 to 4"),
            (within(self.lift, [-8.0, 8.0]), "`lift` has to be a pair from -8 to 8"),
            ((0.0..=20.0).contains(&self.drag), "`drag` has to be from 0 to 20"),
            (within(self.sway, [-2.0, 2.0]), "`sway` has to be a pair from -2 to 2"),
            (within(self.life, [0.1, 4.0]), "`life` has to be a pair from 0.1 to 4 seconds"),
            (within(self.size, [0.0, 1.0]), "`size` has to be a pair from 0 to 1"),
            (within(self.end_size, [0.0, 1.0]), "`end_size` has to be a pair from 0 to 1"),
            (within(self.heat, [0.0, 1.0]), "`heat` has to be a pair from 0 to 1"),
        ];
        checks.into_iter().find(|(good, _)| !good).map(|(_, problem)| problem)
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
    /// Upwards, in radii a second squared.
    pub lift: f32,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
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

    #[test]
    fn dice_are_even() {
        let mut dice = Dice::new(3);
        let mean = (0..10_000).map(|_| dice.between(-1.0, 1.0)).sum::<f32>() / 10_000.0;
        assert!(mean.abs() < 0.02);
    }

    #[test]
    fn particles_start_between_the_given_turns() {
        let emitter: Emitter = ron::from_str(
            "(per_second: 1, shape: dot, turns: (0.2, 0.3), distance: (1, 1), life: (1, 1), \
             size: (0.1, 0.1), end_size: (0, 0))",
        )
        .expect("an emitter");
        assert_eq!(emitter.problem(), None);
        let mut dice = Dice::new(1);
        for _ in 0..100 {
            let position = emitter.next(&mut dice).position;
            assert!(position.y > 0.9 && position.x.abs() < 0.32, "{position}");
        }
    }
}
