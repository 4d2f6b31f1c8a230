//! What many figures have: eyes, legs and a shadow.

use std::f32::consts::PI;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{INK, WHITE};
use crate::shapes::{bow, xy};

/// An eye that looks somewhere; `lid` closes it, 0 to 1, in the colour of its face.
pub(crate) fn eye(canvas: &mut Canvas, at: Vec2, radius: f32, looks: Vec2, lid: f32, skin: Color) {
    if lid > 0.86 {
        // Shut: lashes only.
        let bent = xy(0.0, radius * -0.55);
        let side = xy(radius * 0.9, 0.0);
        canvas.stroke(&bow(at - side, at + bent, at + side), radius * 0.26, INK.with_alpha(0.95));
        return;
    }
    let skin = skin.mix(&Color::BLACK, 0.07);
    canvas.disc(at, radius, WHITE);
    canvas.disc(at + looks.clamp_length_max(1.0) * radius * 0.45, radius * 0.5, INK);
    canvas.disc(
        at + looks.clamp_length_max(1.0) * radius * 0.45 + radius * xy(-0.16, 0.18),
        radius * 0.14,
        WHITE,
    );
    if lid > 0.02 {
        let low = radius * (1.06 - 2.12 * lid);
        let half = (1.06_f32.powi(2) * radius * radius - low * low).max(0.0).sqrt();
        let start = low.atan2(half);
        let edge: Vec<Vec2> = (0..=16)
            .map(|it| {
                at + Vec2::from_angle(start + (PI - 2.0 * start) * it as f32 / 16.0) * radius * 1.06
            })
            .collect();
        canvas.flat(&edge, skin);
        canvas.stroke(
            &[at + xy(-half, low), at + xy(half, low)],
            radius * 0.14,
            INK.with_alpha(0.55),
        );
    }
}

/// Legs, left and right, that walk by `step`.
pub(crate) fn legs(
    canvas: &mut Canvas,
    hip: Vec2,
    apart: f32,
    length: f32,
    step: f32,
    color: Color,
) {
    for side in [-1.0, 1.0] {
        let swing = (step + side * PI / 2.0).sin();
        let foot =
            hip + xy(side * apart + swing * length * 0.45, -length + (swing * side).max(0.0) * 4.0);
        canvas.stroke(&[hip + xy(side * apart, 0.0), foot], 7.0, color);
        canvas.ball(foot + xy(6.0, -1.0), xy(14.0, 6.0), color);
    }
}

/// A shadow on the floor.
pub(crate) fn shadow(canvas: &mut Canvas, x: f32, width: f32) {
    canvas.glow(xy(x, -152.0), xy(width, width * 0.16), Color::BLACK.with_alpha(0.55));
}
