//! Particles: where they fly, and how they are drawn.

use std::f32::consts::TAU;

use arcade::dice::Dice;
use bevy::prelude::*;

use crate::brush::Brush;
use crate::view::View;

/// Particles.
#[derive(Resource, Debug, Default)]
pub struct Dust(Vec<Mote>);

#[derive(Debug, Clone, Copy)]
struct Mote {
    position: Vec2,
    velocity: Vec2,
    weight: f32,
    size: f32,
    color: LinearRgba,
    age: f32,
    life: f32,
}

impl Dust {
    /// Throws some of them from a place.
    pub fn burst(
        &mut self,
        dice: &mut Dice,
        count: u32,
        at: Vec2,
        speed: f32,
        color: LinearRgba,
        weight: f32,
    ) {
        for _ in 0..count {
            let way = Vec2::from_angle(dice.between(0.0, TAU)) * dice.between(0.3, 1.0) * speed;
            self.0.push(Mote {
                position: at,
                velocity: way + Vec2::Y * speed * 0.35,
                weight,
                size: dice.between(3.0, 8.0),
                color,
                age: 0.0,
                life: dice.between(0.4, 0.9) + if weight < 0.0 { 0.4 } else { 0.0 },
            });
        }
    }

    /// Moves them on; those that are old go.
    pub fn settle(&mut self, seconds: f32, is_calm: bool) {
        self.0.retain_mut(|mote| {
            mote.age += seconds;
            mote.velocity.y += mote.weight * seconds;
            mote.velocity *= (-1.8 * seconds).exp();
            mote.position += mote.velocity * seconds;
            mote.age < mote.life && !is_calm
        });
    }
}

impl View<'_> {
    pub fn motes(&self, brush: &mut Brush, dust: &Dust) {
        for mote in &dust.0 {
            let left = 1.0 - mote.age / mote.life;
            let color = mote.color.with_alpha(0.9 * left);
            let position = self.at(mote.position.x, mote.position.y);
            brush.disc(position, Vec2::splat(mote.size * (0.4 + 0.6 * left)), color);
        }
    }
}
