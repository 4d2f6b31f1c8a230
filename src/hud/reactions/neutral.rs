//! Neutral: the ring breathes, and a mote drifts by now and then.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Breathing.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 3.0, particle };

fn pose(moment: Moment) -> Pose {
    let breath = moment.wave(0.24);
    Pose {
        stretch: Vec2::splat(0.008 + 0.016 * breath),
        glow: 0.12 + 0.06 * breath,
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.0, 1.0));
    Particle {
        shape: Shape::Dot,
        position: from * dice.between(1.06, 1.2),
        velocity: from * dice.between(0.03, 0.1),
        acceleration: Vec2::ZERO,
        drag: 0.2,
        sway: dice.between(-0.06, 0.06),
        life: dice.between(1.6, 2.6),
        size: [dice.between(0.04, 0.07), 0.02],
        heat: 0.3,
    }
}
