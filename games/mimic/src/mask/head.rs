//! The mask itself: ribbons, and an egg with a rim and cheeks.

use std::f32::consts::TAU;

use bevy::prelude::*;

use super::sheet;
use super::tints::Tints;
use crate::canvas::Canvas;
use crate::scene::Scene;

/// Ribbons from the temples.
pub fn paint_ribbons(canvas: &mut Canvas, clock: f32, tints: &Tints) {
    let Tints { own: color, black, .. } = *tints;
    for side in [-1.0, 1.0] {
        for (end, phase) in [(Vec2::new(1.24, -0.86), 0.0), (Vec2::new(1.02, -1.08), 1.4)] {
            let ribbon: Vec<Vec2> = (0..=18)
                .map(|step| {
                    let part = step as f32 / 18.0;
                    let flutter = 0.07 * part * (part * 7.0 - clock * 2.2 + phase).sin();
                    let hang = Vec2::new(0.8, 0.12).lerp(end, part)
                        + Vec2::new(flutter, -0.1 * part * (1.0 - part));
                    hang * Vec2::new(side, 1.0)
                })
                .collect();
            canvas.stroke(&ribbon, |part| 0.075 + 0.05 * part, color.mix(&black, 0.55));
        }
    }
}

/// A shadow, a rim, a vaulted front.
pub fn paint_head(canvas: &mut Canvas, scene: &Scene, tints: &Tints) {
    let Tints { own: color, black, .. } = *tints;
    let shadow: Vec<Vec2> = egg(1.05).iter().map(|at| *at - Vec2::new(0.0, 0.07)).collect();
    canvas.fill(&shadow, Vec2::ZERO, black.with_alpha(0.6), black.with_alpha(0.25));
    canvas.fill(&egg(1.0), Vec2::ZERO, color.mix(&black, 0.5), color.mix(&black, 0.45));
    let front = egg(0.955);
    let light = color.mix(&LinearRgba::WHITE, 0.2);
    canvas.fill(&front, Vec2::new(-0.1, 0.3), light, color.mix(&black, 0.12));
    canvas.glow(Vec2::new(-0.27, 0.57), 0.34, LinearRgba::WHITE.with_alpha(0.22));
    let blush = LinearRgba::rgb(1.0, 0.12, 0.14);
    for side in [-1.0, 1.0] {
        let cheeks = 0.36 * scene.amount(&sheet::CHEEKS);
        canvas.glow(Vec2::new(0.53 * side, -0.16), 0.27, blush.with_alpha(cheeks));
    }
}

/// The outline, grown.
fn egg(grow: f32) -> Vec<Vec2> {
    (0..64)
        .map(|step| {
            let (x, y) = (TAU * step as f32 / 64.0).sin_cos();
            let chin =
                if y < 0.0 { 1.0 - 0.13 * y * y - 0.05 * y.powi(4) } else { 1.0 - 0.05 * y * y };
            let high = if y < 0.0 { 1.1 } else { 1.02 };
            Vec2::new(0.92 * x * chin, high * y) * grow
        })
        .collect()
}
