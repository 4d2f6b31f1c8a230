//! Sad: the ring sinks, hangs down and drips.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Sag and drops.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 9.0, particle };

fn pose(moment: Moment) -> Pose {
    let sigh = moment.wave(0.16);
    Pose {
        offset: Vec2::new(0.0, -0.05 + 0.012 * sigh),
        stretch: Vec2::new(-0.012, 0.012 - 0.01 * sigh),
        sag: 0.2 - 0.04 * sigh,
        glow: 0.15,
        gloom: 0.2,
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.56, 0.94));
    Particle {
        shape: Shape::Drop,
        position: from * Vec2::new(1.03, 1.16),
        velocity: Vec2::new(0.0, -0.05),
        acceleration: Vec2::new(0.0, -dice.between(0.7, 1.1)),
        drag: 0.25,
        sway: 0.0,
        life: dice.between(1.1, 1.6),
        size: [dice.between(0.1, 0.16), 0.12],
        heat: 0.25,
    }
}
