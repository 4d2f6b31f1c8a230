//! Jelly keeps calm as long as it can.

use std::f32::consts::PI;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, jolt};
use crate::figures::{eye, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "Jelly keeps calm",
    silliness: 4.8,
    seconds: 9.0,
    punch: 6.2,
    lines: &[
        (0.5, "I am jelly. I do not wobble."),
        (2.6, "This is not wobbling."),
        (4.4, "This is loud stillness."),
        (6.2, "Oh no."),
        (7.6, "I meant to do that."),
    ],
    poses: &[1.0, 3.4, 5.6, 6.8, 8.3],
    draw,
};

fn draw(canvas: &mut Canvas, t: f32) {
    let green = rgb(0x5DBE7E);
    let splat = between(t, 6.6, 6.85);
    let wild = between(t, 1.6, 6.2) * (1.0 - splat);
    let wobble = wild * (0.03 + 0.13 * wild) * (t * (7.0 + 5.0 * wild)).sin();
    let rise = 1.0 + 0.4 * between(t, 6.1, 6.5) * (1.0 - splat);
    let flat = 1.0 - 0.74 * splat + 0.1 * jolt(t, 6.85);
    shadow(canvas, 0.0, 150.0 + 90.0 * splat);
    canvas.ball(xy(0.0, -148.0), xy(176.0, 15.0), rgb(0xD8D4C8));
    let skew = |point: Vec2| {
        // The top goes furthest, and later than the bottom.
        let high = (point.y / 190.0).clamp(0.0, 1.0);
        let ripple = wild * 8.0 * (t * 13.0 + point.y * 0.05).sin();
        xy(
            point.x * (1.0 + 0.75 * splat) / rise.sqrt()
                + 420.0 * wobble * high * high
                + ripple * high,
            point.y * flat * rise * (1.0 - wobble.abs() * 0.3),
        )
    };
    let body: Vec<Vec2> = (0..=40)
        .map(|it| {
            let angle = it as f32 / 40.0 * PI;
            let scallop = 1.0 + 0.035 * (angle * 9.0).cos();
            xy(angle.cos() * 128.0 * scallop, angle.sin().max(0.0).powf(0.62) * 190.0)
        })
        .map(|point| skew(point) + xy(0.0, -146.0))
        .collect();
    canvas.blend(&body, rgb(0x9BE8AE), rgb(0x2F8A5B));
    let at = |x: f32, y: f32| skew(xy(x, y)) + xy(0.0, -146.0);
    canvas.glow(at(-50.0, 140.0), xy(30.0, 34.0 * flat), WHITE.with_alpha(0.5));
    // A cherry on top, as long as it holds.
    let falls = between(t, 6.6, 7.2);
    let cherry =
        at(0.0, 188.0) + xy(150.0 * falls, 14.0 + 70.0 * (PI * falls).sin() - 40.0 * falls);
    canvas.ball(cherry, xy(17.0, 17.0), rgb(0xC9283E));
    canvas.stroke(
        &bow(cherry + xy(0.0, 14.0), cherry + xy(4.0, 30.0), cherry + xy(16.0, 36.0)),
        3.0,
        rgb(0x4E7A3A),
    );
    let worry = between(t, 3.0, 6.0);
    for side in [-1.0, 1.0] {
        let home = at(side * 38.0, 112.0) + xy(side * 30.0 * splat, 6.0 * splat);
        let lag = xy(-wobble * 60.0, 0.0);
        eye(
            canvas,
            home + lag,
            18.0 + 5.0 * worry,
            xy(-wobble * 9.0, 0.1),
            0.36 * (1.0 - worry),
            green,
        );
        canvas.stroke(
            &[
                home + lag + xy(-side * 16.0, 28.0 + 10.0 * worry),
                home + lag + xy(side * 18.0, 30.0 - 4.0 * worry),
            ],
            5.0,
            rgb(0x1F5C3C),
        );
    }
    let mouth = at(0.0, 64.0);
    let oh = between(t, 6.0, 6.3) * (1.0 - between(t, 7.4, 7.7));
    let speaks = if (0.5..6.0).contains(&t) { (t * 8.0).sin().abs() * 5.0 } else { 0.0 };
    canvas.ball(mouth, xy(20.0 - 4.0 * oh, 3.0 + speaks + 14.0 * oh), rgb(0x174A30));
}
