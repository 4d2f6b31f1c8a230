//! The mask: a face whose features lie between those of the seven expressions.

mod air;
mod eyes;
mod feature;
mod head;
mod mouth;
mod nose;
#[rustfmt::skip]
mod sheet;
mod tints;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::scene::Scene;

use air::{paint_air, paint_drops};
use eyes::paint_eyes;
use head::{paint_head, paint_ribbons};
use mouth::paint_mouth;
use nose::paint_nose;
use tints::Tints;

/// An egg with a rim, ribbons, and the face of the character sheet.
pub fn paint_mask(canvas: &mut Canvas, scene: &Scene, color: LinearRgba, still: bool) {
    let clock = if still { 0.0 } else { scene.clock };
    let tints = Tints::of(color);
    place(canvas, scene, clock);
    paint_ribbons(canvas, clock, &tints);
    paint_air(canvas, scene, color, clock);
    paint_head(canvas, scene, &tints);
    paint_nose(canvas, scene, tints.ink);
    paint_eyes(canvas, scene, clock, &tints, still);
    paint_mouth(canvas, scene, clock, &tints);
    paint_drops(canvas, scene, clock);
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
}

/// Where the mask is now: it breathes, leans, is squeezed, and shakes its head.
fn place(canvas: &mut Canvas, scene: &Scene, clock: f32) {
    let squeeze = scene.squeeze.value.clamp(-0.3, 0.3);
    let breath = 0.008 * (clock * 1.7).sin();
    let stretch = scene.feature(&sheet::STRETCH) + breath - squeeze;
    let tilt = scene.feature(&sheet::TILT)
        + 0.02 * (clock * 0.9).sin()
        + 0.13 * scene.shake * (scene.clock * 26.0).sin();
    let sink = scene.feature(&sheet::SINK) + 0.012 * (clock * 1.7).cos();
    let size = scene.size * Vec2::new(1.0 - 0.7 * stretch, 1.0 + stretch);
    canvas.place(scene.middle - Vec2::new(0.0, sink * scene.size), tilt, size);
}
