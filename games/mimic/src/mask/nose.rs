//! The nose, what wrinkles it, and the furrow above it.

use std::f32::consts::PI;

use bevy::prelude::*;

use super::sheet;
use crate::canvas::{Canvas, curve};
use crate::scene::Scene;

pub fn paint_nose(canvas: &mut Canvas, scene: &Scene, ink: LinearRgba) {
    let nose: Vec<Vec2> = curve(14, |t| Vec2::new(0.1 * t, -0.2 - 0.06 * (1.0 - t * t)));
    canvas.stroke(&nose, |_| 0.035, ink.with_alpha(0.5));
    paint_wrinkles(canvas, scene.amount(&sheet::WRINKLES), ink);
    paint_furrow(canvas, scene.amount(&sheet::FURROW), ink);
}

/// Folds across the nose, and one at each of its sides.
fn paint_wrinkles(canvas: &mut Canvas, wrinkles: f32, ink: LinearRgba) {
    if wrinkles > 0.03 {
        for fold in 0..3 {
            let y = 0.06 - 0.075 * fold as f32;
            let wide = 0.09 + 0.012 * fold as f32;
            let line = curve(8, |t| Vec2::new(wide * t, y + 0.035 * (1.0 - t * t)));
            canvas.stroke(
                &line,
                |part| 0.026 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.75 * wrinkles.min(1.0)),
            );
        }
        for side in [-1.0, 1.0] {
            let line =
                curve(10, |t| Vec2::new(side * (0.25 + 0.09 * t - 0.03 * t * t), -0.24 - 0.13 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.55 * wrinkles.min(1.0)),
            );
        }
    }
}

/// Between the brows.
fn paint_furrow(canvas: &mut Canvas, furrow: f32, ink: LinearRgba) {
    if furrow > 0.03 {
        for side in [-1.0, 1.0] {
            let line = curve(8, |t| Vec2::new(side * (0.045 + 0.008 * t), 0.4 + 0.09 * t));
            canvas.stroke(
                &line,
                |part| 0.028 * (PI * part).sin().max(0.15),
                ink.with_alpha(0.7 * furrow.min(1.0)),
            );
        }
    }
}
