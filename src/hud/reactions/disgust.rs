//! Disgust: the ring wobbles like something soft, and bubbles rise from it.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Wobble and bubbles.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 18.0, particle };

fn pose(moment: Moment) -> Pose {
    let wobble = moment.wave(0.55);
    Pose {
        offset: Vec2::new(0.02 * moment.wave(0.35), 0.0),
        stretch: Vec2::new(0.035 * wobble, -0.035 * wobble) + 0.02,
        ripple: 0.026 + 0.006 * moment.wave(0.8),
        glow: 0.3,
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(-0.06, 0.56));
    Particle {
        shape: Shape::Bubble,
        position: from * dice.between(1.08, 1.16),
        velocity: from * 0.12 + Vec2::new(0.0, dice.between(0.12, 0.3)),
        acceleration: Vec2::new(0.0, 0.12),
        drag: 0.3,
        sway: dice.between(-0.22, 0.22),
        life: dice.between(1.2, 2.1),
        size: [0.06, dice.between(0.16, 0.32)],
        heat: 0.35,
    }
}
