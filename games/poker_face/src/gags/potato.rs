//! A potato comes nearer.

use std::f32::consts::TAU;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, pop};
use crate::figures::eye;
use crate::gags::gag::Gag;
use crate::shapes::{bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "A potato, slowly",
    silliness: 2.0,
    seconds: 9.0,
    punch: 6.4,
    lines: &[
        (0.7, "A potato."),
        (2.8, "Closer."),
        (4.6, "Closer …"),
        (6.4, "It knows what you did."),
    ],
    poses: &[0.8, 3.2, 5.4, 8.0],
    draw,
};

const SKIN: Color = rgb(0xB98B56);

fn draw(canvas: &mut Canvas, t: f32) {
    let near = between(t, 0.6, 6.2);
    let size = 0.34 + 1.5 * near * near;
    let wakes = between(t, 6.4, 6.7);
    // The light narrows.
    canvas.glow(xy(0.0, -10.0), xy(420.0, 300.0), rgb(0xFFE2A8).with_alpha(0.10 + 0.08 * near));
    canvas.glow(
        xy(0.0, -150.0 - 30.0 * near),
        xy(150.0 * size, 22.0 * size),
        Color::BLACK.with_alpha(0.6),
    );
    canvas.within(xy(0.0, -100.0 + 72.0 * near), 0.0, Vec2::splat(size), |canvas| {
        body(canvas);
        if wakes > 0.0 {
            awake_face(canvas, t, wakes);
        } else {
            shut_eyes(canvas);
        }
    });
}

fn body(canvas: &mut Canvas) {
    let lumps: Vec<Vec2> = (0..64)
        .map(|it| {
            let angle = it as f32 / 64.0 * TAU;
            let lump = 1.0 + 0.045 * (angle * 3.0 + 0.7).sin() + 0.03 * (angle * 5.0).cos();
            Vec2::from_angle(angle) * xy(132.0, 100.0) * lump
        })
        .collect();
    canvas.solid(&lumps, SKIN);
    canvas.glow(xy(-44.0, 46.0), xy(64.0, 36.0), WHITE.with_alpha(0.2));
    for (x, y, turn) in [
        (-90.0, -8.0, 0.3),
        (70.0, 56.0, -0.4),
        (96.0, -14.0, 0.1),
        (-26.0, -66.0, 0.0),
        (40.0, -58.0, 0.5),
        (-58.0, 66.0, -0.2),
        (8.0, 80.0, 0.1),
    ] {
        canvas.within(xy(x, y), turn, Vec2::ONE, |canvas| {
            canvas.ball(Vec2::ZERO, xy(8.0, 3.5), rgb(0x8E6537));
            canvas.stroke(&bow(xy(-9.0, -5.0), xy(0.0, -10.0), xy(9.0, -5.0)), 1.6, rgb(0xD6AE79));
        });
    }
}

fn awake_face(canvas: &mut Canvas, t: f32, wakes: f32) {
    let brow = pop(t, 7.4) * f32::from(u8::from(t > 7.4));
    for side in [-1.0, 1.0] {
        let at = xy(side * 34.0, 12.0);
        canvas.disc(at, 19.5, rgb(0x8E6537));
        eye(canvas, at, 18.0, xy(0.0, -0.1), 1.0 - wakes * 0.62, SKIN);
    }
    canvas.stroke(
        &bow(
            xy(14.0, 40.0 + 14.0 * brow),
            xy(34.0, 48.0 + 26.0 * brow),
            xy(56.0, 36.0 + 10.0 * brow),
        ),
        6.0,
        rgb(0x5E3F1C),
    );
    canvas.stroke(&[xy(-54.0, 37.0), xy(-14.0, 35.0)], 6.0, rgb(0x5E3F1C));
    canvas.stroke(&[xy(-16.0, -34.0), xy(18.0, -34.0 + 5.0 * brow)], 4.0, rgb(0x5E3F1C));
}

fn shut_eyes(canvas: &mut Canvas) {
    for side in [-1.0, 1.0] {
        canvas.stroke(
            &bow(xy(side * 34.0 - 16.0, 10.0), xy(side * 34.0, 4.0), xy(side * 34.0 + 16.0, 10.0)),
            2.5,
            rgb(0x8E6537),
        );
    }
}
