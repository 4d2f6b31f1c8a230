//! Fear: the ring trembles and shrinks; motes are drawn in, and so is the dark.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Trembling and closing in.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 22.0, particle };

fn pose(moment: Moment) -> Pose {
    let tremble = Vec2::new(moment.wave(8.7), moment.wave(10.3) * moment.wave(3.1));
    Pose {
        offset: tremble * 0.008,
        stretch: Vec2::splat(-0.05 + 0.008 * moment.wave(1.9)),
        ripple: 0.008,
        glow: 0.35,
        gloom: 0.9 + 0.1 * moment.wave(0.8),
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.0, 1.0));
    Particle {
        shape: Shape::Dot,
        position: from * dice.between(1.5, 1.9),
        velocity: -from * dice.between(0.3, 0.5),
        acceleration: Vec2::ZERO,
        drag: 0.35,
        sway: dice.between(-0.12, 0.12),
        life: dice.between(1.0, 1.5),
        size: [dice.between(0.07, 0.12), 0.02],
        heat: 0.35,
    }
}
