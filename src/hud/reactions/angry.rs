//! Angry: the ring shakes, glows and sheds embers.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Shaking and embers.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 60.0, particle };

fn pose(moment: Moment) -> Pose {
    // Two waves that never meet the same way: shaking that does not look like a machine.
    let burst = 0.55 + 0.45 * moment.wave(0.7);
    let shake = (moment.wave(7.3) + 0.6 * moment.wave(11.9)) * burst;
    Pose {
        offset: Vec2::new(0.016 * shake, 0.005 * moment.wave(9.1) * burst),
        stretch: Vec2::splat(0.03 + 0.01 * moment.wave(1.4)),
        ripple: 0.006,
        glow: 0.95 + 0.12 * moment.wave(5.3) * moment.wave(2.9),
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.0, 1.0));
    Particle {
        shape: Shape::Dot,
        position: from * dice.between(1.01, 1.12),
        velocity: from * dice.between(0.1, 0.5) + Vec2::new(0.0, dice.between(0.1, 0.4)),
        acceleration: Vec2::new(0.0, 0.45),
        drag: 0.8,
        sway: dice.between(-0.35, 0.35),
        life: dice.between(0.7, 1.5),
        size: [dice.between(0.08, 0.17), 0.03],
        heat: dice.between(0.1, 0.7),
    }
}
