//! Happy: the ring bobs upwards and throws sparks.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Lift and sparks.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 42.0, particle };

fn pose(moment: Moment) -> Pose {
    let bob = moment.wave(0.9);
    Pose {
        offset: Vec2::new(0.0, 0.045 + 0.03 * bob),
        stretch: Vec2::new(0.035 - 0.012 * bob, 0.035 + 0.018 * bob),
        glow: 0.6 + 0.15 * bob,
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.02, 0.48));
    let position = from * dice.between(1.02, 1.1);
    let upwards = Vec2::new(0.0, dice.between(0.5, 1.1));
    Particle {
        shape: Shape::Streak,
        position,
        velocity: from * dice.between(0.25, 0.8) + upwards,
        acceleration: Vec2::new(0.0, -1.1),
        drag: 0.5,
        sway: 0.0,
        life: dice.between(0.6, 1.25),
        size: [dice.between(0.14, 0.24), 0.05],
        heat: dice.between(0.1, 0.65),
    }
}
