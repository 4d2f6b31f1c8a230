//! Surprise: the ring pops beyond its size, and a ring spreads from it.

use bevy::math::Vec2;

use super::{Dice, Moment, Particle, Pose, Reaction, Shape, around};

/// Pop and spreading ring.
pub const REACTION: Reaction = Reaction { pose, particles_per_second: 26.0, particle };

/// Seconds between two rings that spread.
const WAVE_PERIOD: f32 = 1.5;

fn pose(moment: Moment) -> Pose {
    let ringing = (-moment.since * 3.2).exp() * (moment.since * 13.0).sin();
    let wave_progress = (moment.since / WAVE_PERIOD).fract();
    // Later rings are quieter than the first; each comes in softly and is gone at its end.
    let loudness = 0.55 + 0.45 * (-moment.since).exp();
    let fade = (wave_progress * 8.0).min(1.0) * (1.0 - wave_progress).powi(2);
    Pose {
        stretch: Vec2::splat(0.06 + 0.16 * ringing),
        glow: 0.5 + 0.4 * (-moment.since * 2.0).exp(),
        wave_progress,
        wave_opacity: loudness * fade,
        ..Pose::default()
    }
}

fn particle(dice: &mut Dice) -> Particle {
    let from = around(dice.between(0.0, 1.0));
    Particle {
        shape: Shape::Streak,
        position: from * dice.between(1.1, 1.18),
        velocity: from * dice.between(0.9, 1.5),
        acceleration: Vec2::ZERO,
        drag: 2.2,
        sway: 0.0,
        life: dice.between(0.4, 0.8),
        size: [dice.between(0.16, 0.26), 0.08],
        heat: dice.between(0.2, 0.6),
    }
}
