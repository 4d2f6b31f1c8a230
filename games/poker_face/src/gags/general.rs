//! The eyes of a general leave his portrait.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::easing::{between, jolt, pop};
use crate::figures::eye;
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "The general's eyes",
    silliness: 3.8,
    seconds: 8.5,
    punch: 4.3,
    lines: &[
        (0.4, "The general has never laughed."),
        (2.6, "Today he was shown the bill."),
        (5.9, "It was two soups."),
    ],
    poses: &[1.0, 3.9, 5.2, 7.8],
    draw,
};

const SKIN: Color = rgb(0xD9A078);

fn draw(canvas: &mut Canvas, t: f32) {
    let strain = between(t, 2.8, 4.2) * f32::from(u8::from(t < 4.3));
    let out = if t < 6.6 {
        pop(t, 4.3) * f32::from(u8::from(t > 4.3))
    } else {
        1.0 - between(t, 6.6, 6.8)
    };
    let shiver = strain * 2.5 * (t * 50.0).sin();
    // A portrait in gold.
    canvas.solid(&block(xy(0.0, 10.0), xy(196.0, 206.0), 16.0), rgb(0xC4973F));
    canvas.solid(&block(xy(0.0, 10.0), xy(172.0, 182.0), 8.0), rgb(0x39485A));
    canvas.glow(xy(0.0, 60.0), xy(170.0, 150.0), rgb(0x7C93A8).with_alpha(0.5));
    // The uniform stays in its frame.
    uniform(canvas);
    canvas.within(xy(shiver, 14.0), 0.0, xy(1.0 + 0.04 * strain, 1.0 - 0.03 * strain), |canvas| {
        head(canvas, t, strain, out);
        for side in [-1.0, 1.0] {
            popping_eye(canvas, t, side, strain, out);
        }
    });
}

fn uniform(canvas: &mut Canvas) {
    canvas.solid(
        &[xy(-96.0, -92.0), xy(-150.0, -170.0), xy(150.0, -170.0), xy(96.0, -92.0), xy(0.0, -64.0)],
        rgb(0x8E2C3B),
    );
    for side in [-1.0, 1.0] {
        canvas.solid(&block(xy(side * 108.0, -104.0), xy(36.0, 11.0), 10.0), rgb(0xE2B84B));
        for thread in 0..5 {
            let x = side * 108.0 - 26.0 + 13.0 * thread as f32;
            canvas.stroke(&[xy(x, -112.0), xy(x, -126.0)], 4.0, rgb(0xE2B84B));
        }
    }
    for row in 0..2 {
        for column in 0..3 {
            canvas.ball(
                xy(-62.0 + 26.0 * column as f32, -122.0 - 26.0 * row as f32),
                xy(9.0, 9.0),
                [rgb(0xE2B84B), rgb(0x58A5D8), rgb(0xD8D4C8)][(row + column) % 3],
            );
        }
    }
}

/// With cap, eye sockets, nose, moustache and mouth.
fn head(canvas: &mut Canvas, t: f32, strain: f32, out: f32) {
    canvas.ball(xy(0.0, -10.0), xy(94.0, 104.0), SKIN.mix(&rgb(0xD8433A), 0.55 * strain));
    canvas.solid(
        &[
            xy(-118.0, 58.0),
            xy(-96.0, 96.0),
            xy(0.0, 150.0),
            xy(96.0, 96.0),
            xy(118.0, 58.0),
            xy(0.0, 78.0),
        ],
        rgb(0x2E3350),
    );
    canvas.ball(xy(0.0, 104.0), xy(15.0, 17.0), rgb(0xE2B84B));
    let sockets = out.clamp(0.0, 1.0);
    for side in [-1.0, 1.0] {
        let home = xy(side * 38.0, 14.0);
        canvas.disc(home, 21.0, rgb(0x55302A).with_alpha(sockets.max(0.25)));
    }
    canvas.ball(xy(0.0, -22.0), xy(21.0, 26.0), SKIN.mix(&rgb(0xC46A4E), 0.35));
    let twirl = 0.18 * (t * 1.3).sin() + 0.35 * jolt(t, 6.8);
    for side in [-1.0, 1.0] {
        canvas.within(xy(0.0, -52.0), side * twirl, Vec2::ONE, |canvas| {
            let points = bow(xy(0.0, 0.0), xy(side * 66.0, -34.0), xy(side * 92.0, 22.0));
            for (it, point) in points.iter().enumerate() {
                canvas.disc(*point, 17.0 - it as f32 * 0.85, rgb(0x4B3B34));
            }
        });
    }
    canvas.stroke(
        &bow(xy(-20.0, -80.0), xy(0.0, -80.0 + 10.0 * out.min(1.0)), xy(20.0, -80.0)),
        5.0,
        rgb(0x6B2F36),
    );
}

/// An eye and its brow; the eye is `out` of its socket by 0 to 1, on a spring.
fn popping_eye(canvas: &mut Canvas, t: f32, side: f32, strain: f32, out: f32) {
    let home = xy(side * 38.0, 14.0);
    let swing = 0.12 * out * (t * 9.0 + side).sin();
    let away = Vec2::from_angle(-PI / 2.0 + side * 0.75 + swing) * 150.0 * out;
    let at = home + away;
    if out.abs() > 0.03 {
        // The spring.
        let turns: Vec<Vec2> = (0..=44)
            .map(|it| {
                let part = it as f32 / 44.0;
                home + away * part
                    + away.normalize_or_zero().perp() * 11.0 * (part * TAU * 7.0).sin()
            })
            .collect();
        canvas.stroke(&turns, 3.5, rgb(0xAEB4C2));
    }
    let looks = if t < 2.6 {
        xy((t * 1.4).sin() * 0.8, 0.0)
    } else if t > 5.3 && t < 6.6 {
        xy(-side, 0.2)
    } else {
        Vec2::ZERO
    };
    let size = 19.0 + 11.0 * strain + 13.0 * out.clamp(0.0, 1.2);
    let lid = if t < 2.6 { 0.34 } else { 0.34 * (1.0 - strain) * (1.0 - out.clamp(0.0, 1.0)) };
    eye(canvas, at, size, looks, lid, SKIN);
    let rises = 30.0 * strain + 26.0 * out.clamp(0.0, 1.0);
    canvas.stroke(
        &[home + xy(-side * 20.0, 26.0 + rises * 0.6), home + xy(side * 28.0, 34.0 + rises)],
        10.0,
        rgb(0x4B3B34),
    );
}
