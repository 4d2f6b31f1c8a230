//! Eyes and brows.

use std::f32::consts::PI;

use bevy::prelude::*;

use super::feature::Feature;
use super::sheet;
use super::tints::Tints;
use crate::canvas::{Canvas, curve};
use crate::scene::Scene;

/// The middle of the right eye.
const EYE: Vec2 = Vec2::new(0.36, 0.14);

/// Both eyes, each with its brow.
pub fn paint_eyes(canvas: &mut Canvas, scene: &Scene, clock: f32, tints: &Tints, still: bool) {
    let open = if still { 1.0 } else { openness(clock) };
    for side in [-1.0, 1.0] {
        paint_eye(canvas, scene, tints, side, open);
        paint_brow(canvas, scene, tints.ink, side);
    }
}

/// How far the eyes are open, 0 to 1: they blink now and then.
fn openness(clock: f32) -> f32 {
    let blink = (clock + 1.2 * (clock * 0.21).sin()).rem_euclid(3.7);
    1.0 - (1.0 - ((blink - 0.09) / 0.09).abs()).clamp(0.0, 1.0)
}

/// The left eye with side -1, the right one with 1.
fn paint_eye(canvas: &mut Canvas, scene: &Scene, tints: &Tints, side: f32, open: f32) {
    let Tints { own, ink, black, white, .. } = *tints;
    let of = |feature: &Feature| scene.feature(feature);
    let (lid_up, lid_low) = (of(&sheet::LID_UP), of(&sheet::LID_LOW));
    let (slant, pupil, gaze) = (of(&sheet::SLANT), of(&sheet::PUPIL), of(&sheet::GAZE));
    let eye = Vec2::new(side, 1.0) * EYE;
    // `t` runs from -1 at the nose to 1 at the temple.
    let bow = |t: f32| (1.0 - t * t).max(0.0).powf(0.72);
    let low = |t: f32| -lid_low * bow(t);
    let high = |t: f32| {
        let up = lid_up * bow(t) * (1.0 + slant * (t - 0.15)).clamp(0.1, 1.7);
        low(t) + (up - low(t)).max(0.015) * open
    };
    let wide = 0.225;
    let at = |t: f32, y: f32| eye + Vec2::new(side * wide * t, y);
    let upper = curve(20, |t| at(t, high(t)));
    let lower = curve(20, |t| at(t, low(t)));
    canvas.band(&upper, &lower, white.mix(&own, 0.12), white);
    // The pupil, where the lids leave it free.
    let centre = gaze + 0.25 * (lid_up - lid_low);
    let dark = |radius: f32, offset: Vec2, color: LinearRgba, canvas: &mut Canvas| {
        let chord = |s: f32| radius * (1.0 - s * s).max(0.0).sqrt();
        let column = |s: f32| (offset.x + radius * s) / wide;
        let middle = centre + offset.y;
        let top = curve(14, |s| {
            let t = column(s);
            at(t, (middle + chord(s)).min(high(t)).max(low(t)))
        });
        let bottom = curve(14, |s| {
            let t = column(s);
            at(t, (middle - chord(s)).max(low(t)).min(high(t)))
        });
        canvas.band(&top, &bottom, color, color);
    };
    dark(pupil * 1.12, Vec2::ZERO, ink.mix(&own, 0.25), canvas);
    dark(pupil * 0.82, Vec2::ZERO, black, canvas);
    // The light comes from the left for both eyes.
    let shine = Vec2::new(-0.36 * side * pupil, 0.36 * pupil);
    dark(pupil * 0.3, shine, LinearRgba::WHITE, canvas);
    canvas.stroke(&upper, |part| 0.05 * (0.35 + 0.65 * (PI * part).sin()), ink);
    canvas.stroke(&lower, |part| 0.022 * (0.4 + 0.6 * (PI * part).sin()), ink.with_alpha(0.7));
}

fn paint_brow(canvas: &mut Canvas, scene: &Scene, ink: LinearRgba, side: f32) {
    let of = |feature: &Feature| scene.feature(feature);
    let (inner, mid, outer) = (of(&sheet::BROW_IN), of(&sheet::BROW_MID), of(&sheet::BROW_OUT));
    let gap = of(&sheet::BROW_GAP);
    let brow = curve(18, |t| {
        let part = (t + 1.0) / 2.0;
        let ends = inner + (outer - inner) * part;
        let arch = mid - (inner + outer) / 2.0;
        let x = gap + (0.64 - gap) * part;
        Vec2::new(0.0, EYE.y) + Vec2::new(side * x, ends + arch * (1.0 - t * t))
    });
    canvas.stroke(&brow, |part| 0.115 - 0.075 * part * part, ink);
}
