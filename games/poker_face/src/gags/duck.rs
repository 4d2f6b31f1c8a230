//! A very serious duck walks in and slips.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::easing::{between, jolt};
use crate::figures::{eye, legs, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, oval, xy};

pub(super) const GAG: Gag = Gag {
    name: "A very serious duck",
    silliness: 2.6,
    seconds: 8.5,
    punch: 5.7,
    lines: &[
        (0.8, "A very serious duck."),
        (3.2, "It has never been late."),
        (4.6, "Ahem."),
        (6.6, "quack."),
    ],
    poses: &[1.6, 3.9, 5.9, 7.6],
    draw,
};

const YELLOW: Color = rgb(0xF2C744);

fn draw(canvas: &mut Canvas, t: f32) {
    let walks = between(t, 0.2, 2.8);
    let steps = between(t, 5.1, 5.7);
    let slips = ((t - 5.7) / 0.75).clamp(0.0, 1.0);
    let lies = t > 6.45;
    let x = -440.0 + 420.0 * walks + 90.0 * steps + 110.0 * slips;
    peel(canvas, t);
    shadow(canvas, x, 84.0 - 30.0 * (PI * slips).sin());
    let up = 104.0 * (PI * slips).sin();
    let turned = -(slips * 3.0 * PI);
    let land = if lies { jolt(t, 6.45) * 0.3 } else { 0.0 };
    let walking = if walks < 1.0 || (steps > 0.0 && steps < 1.0) { 1.0 } else { 0.0 };
    let waddle = 0.07 * walking * (t * 11.0).sin();
    let middle = if lies { xy(x, -2.0) } else { xy(x, -82.0 + up) };
    canvas.within(middle, turned + waddle, xy(1.0 + land, 1.0 - land), |canvas| {
        let step = if lies { t * 14.0 } else { t * 11.0 * walking };
        let reach = if lies { 40.0 } else { 30.0 };
        legs(canvas, xy(0.0, -36.0), 15.0, reach, step, rgb(0xE8863A));
        body(canvas, t);
        face(canvas, t, slips, lies);
    });
    if lies {
        for star in 0..4 {
            let angle = t * 3.0 + star as f32 * TAU / 4.0;
            canvas.disc(
                xy(x - 40.0, -150.0 + 20.0) + Vec2::from_angle(angle) * xy(84.0, 18.0),
                5.0,
                rgb(0xFFE9A0),
            );
        }
    }
}

fn peel(canvas: &mut Canvas, t: f32) {
    canvas.within(
        xy(72.0 + 190.0 * between(t, 5.7, 6.2), -146.0 + 120.0 * (PI * between(t, 5.7, 6.2)).sin()),
        6.0 * between(t, 5.7, 6.2),
        Vec2::ONE,
        |canvas| {
            for turn in [-1.1, 0.0, 1.1] {
                canvas.within(xy(0.0, 6.0), turn, Vec2::ONE, |canvas| {
                    canvas.stroke(
                        &bow(Vec2::ZERO, xy(12.0, 2.0), xy(6.0, -16.0)),
                        9.0,
                        rgb(0xE9D15B),
                    );
                });
            }
        },
    );
}

/// With wing, beak and bow tie.
fn body(canvas: &mut Canvas, t: f32) {
    canvas.solid(&[xy(-66.0, 8.0), xy(-108.0, 38.0), xy(-60.0, 34.0)], YELLOW);
    canvas.ball(xy(-8.0, 0.0), xy(76.0, 48.0), YELLOW);
    let ahem = between(t, 4.5, 4.7) * (1.0 - between(t, 5.2, 5.5));
    canvas.within(xy(-14.0, 4.0), 0.2 - 0.9 * ahem, Vec2::ONE, |canvas| {
        canvas.ball(xy(-14.0, -2.0), xy(44.0, 25.0), rgb(0xDDA92F));
    });
    canvas.ball(xy(50.0, 66.0), xy(42.0, 42.0), YELLOW);
    let open = if (4.6..5.1).contains(&t) || (6.6..7.1).contains(&t) { 9.0 } else { 1.0 };
    canvas.ball(xy(98.0, 50.0 - open), xy(22.0, 7.0), rgb(0xD97426));
    canvas.ball(xy(98.0, 58.0), xy(28.0, 8.0), rgb(0xEE9440));
    // The bow tie.
    for side in [-1.0, 1.0] {
        canvas.solid(
            &[xy(44.0, 24.0), xy(44.0 + side * 26.0, 36.0), xy(44.0 + side * 26.0, 10.0)],
            rgb(0xB32A44),
        );
    }
    canvas.disc(xy(44.0, 23.0), 6.0, rgb(0x7F1A30));
}

/// Eye, monocle and hat.
fn face(canvas: &mut Canvas, t: f32, slips: f32, lies: bool) {
    let stare = between(t, 2.8, 3.1) * (1.0 - between(t, 5.0, 5.2));
    let blink = if (3.7..3.85).contains(&t) { 1.0 } else { 0.35 };
    let lid = if slips > 0.0 && !lies { 0.0 } else { blink };
    eye(canvas, xy(62.0, 76.0), 14.0, xy(1.0 - stare, -0.1), lid, YELLOW);
    let mut rim = oval(xy(62.0, 76.0), Vec2::splat(19.0));
    rim.push(rim[0]);
    canvas.stroke(&rim, 3.0, rgb(0xF6EFD8));
    canvas.within(
        xy(40.0, 104.0 + 70.0 * (PI * slips).sin()),
        0.12 + slips * 0.6 * f32::from(u8::from(!lies)),
        Vec2::ONE,
        |canvas| {
            canvas.solid(&block(xy(0.0, 22.0), xy(24.0, 24.0), 5.0), rgb(0x2B2936));
            canvas.solid(&block(xy(0.0, 0.0), xy(38.0, 5.0), 5.0), rgb(0x2B2936));
            canvas.flat(&block(xy(0.0, 9.0), xy(24.0, 5.0), 1.0), rgb(0xB32A44));
        },
    );
}
