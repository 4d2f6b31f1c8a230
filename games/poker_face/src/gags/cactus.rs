//! A cactus tells a joke.

use std::f32::consts::TAU;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::easing::{between, jolt, pop};
use crate::figures::{eye, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, oval, xy};

pub(super) const GAG: Gag = Gag {
    name: "A cactus tells a joke",
    silliness: 1.6,
    seconds: 7.5,
    punch: 3.6,
    lines: &[],
    poses: &[1.2, 4.0, 6.3],
    draw,
};

const GREEN: Color = rgb(0x4E9A63);

fn draw(canvas: &mut Canvas, t: f32) {
    let proud = pop(t, 4.9) * 0.06;
    shadow(canvas, 0.0, 100.0);
    canvas.within(
        xy(0.0, -150.0),
        0.03 * (t * 2.0).sin(),
        xy(1.0 - proud, 1.0 + proud),
        |canvas| {
            body(canvas, t);
            face(canvas, t);
        },
    );
    microphone(canvas);
    drum(canvas, t);
    // Nobody laughs.
    let rolls = between(t, 5.7, 7.5);
    if rolls > 0.0 {
        tumbleweed(canvas, t, rolls);
    }
}

/// Whether the joke has been told.
fn is_told(t: f32) -> bool {
    t > 3.6
}

fn body(canvas: &mut Canvas, t: f32) {
    let told = is_told(t);
    canvas.solid(&[xy(-46.0, 46.0), xy(-36.0, 0.0), xy(36.0, 0.0), xy(46.0, 46.0)], rgb(0xB5643C));
    canvas.solid(&block(xy(0.0, 50.0), xy(54.0, 10.0), 6.0), rgb(0xC9744A));
    let lift = if told { 24.0 * pop(t, 4.9) } else { 0.0 };
    canvas.stroke(&bow(xy(-30.0, 112.0), xy(-82.0, 104.0), xy(-78.0, 150.0 + lift)), 30.0, GREEN);
    canvas.stroke(&bow(xy(30.0, 122.0), xy(78.0, 112.0), xy(66.0, 138.0)), 28.0, GREEN);
    canvas.solid(&block(xy(0.0, 138.0), xy(44.0, 86.0), 44.0), GREEN);
    for (x, y) in [
        (-28.0, 84.0),
        (24.0, 74.0),
        (0.0, 96.0),
        (30.0, 112.0),
        (-30.0, 198.0),
        (26.0, 204.0),
        (0.0, 66.0),
    ] {
        canvas.stroke(&[xy(x - 4.0, y + 4.0), xy(x, y), xy(x + 4.0, y + 4.0)], 2.0, rgb(0xDDEBC8));
    }
    let flower = pop(t, 4.9) * if told { 1.0 } else { 0.0 };
    for petal in 0..6 {
        let way = Vec2::from_angle(petal as f32 * TAU / 6.0) * 12.0 * flower;
        canvas.disc(xy(8.0, 228.0) + way, 9.0 * flower.max(0.0), rgb(0xE86F9C));
    }
    canvas.disc(xy(8.0, 228.0), 7.0 * flower.max(0.0), rgb(0xF5D25D));
}

fn face(canvas: &mut Canvas, t: f32) {
    let talks = (0.7..2.2).contains(&t) || (3.6..5.2).contains(&t);
    let waits = t > 5.2;
    let looks = if waits { xy((t * 2.4).sin(), 0.0) } else { xy(0.2, 0.1) };
    for side in [-1.0, 1.0] {
        eye(canvas, xy(side * 18.0, 170.0), 14.0, looks, if waits { 0.15 } else { 0.3 }, GREEN);
    }
    let open = if talks { (t * 12.0).sin().abs() } else { 0.0 };
    canvas.ball(
        xy(0.0, 138.0),
        xy(15.0 + 3.0 * f32::from(u8::from(waits)), 2.5 + 8.0 * open),
        rgb(0x21442D),
    );
}

fn microphone(canvas: &mut Canvas) {
    canvas.stroke(&[xy(58.0, -150.0), xy(58.0, -22.0), xy(38.0, -2.0)], 5.0, rgb(0x6C7080));
    canvas.ball(xy(58.0, -150.0), xy(30.0, 6.0), rgb(0x4A4D5A));
    canvas.within(xy(34.0, 2.0), 0.8, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(11.0, 14.0), rgb(0x9DA2B4))
    });
}

/// Ba-dum-tss.
fn drum(canvas: &mut Canvas, t: f32) {
    let hit = if is_told(t) { jolt(t, 5.0) } else { 0.0 };
    canvas.within(xy(-226.0, -150.0), 0.0, Vec2::ONE, |canvas| {
        canvas.ball(xy(0.0, 46.0), xy(62.0, 48.0), rgb(0x9A3147));
        canvas.ball(xy(0.0, 46.0), xy(48.0, 36.0), rgb(0xE9E1D0));
        canvas.stroke(&[xy(70.0, 0.0), xy(70.0, 108.0)], 4.0, rgb(0x6C7080));
        canvas.within(xy(70.0, 110.0), hit * 0.5, Vec2::ONE, |canvas| {
            canvas.ball(Vec2::ZERO, xy(46.0, 7.0), rgb(0xE2B84B));
        });
    });
    if (5.0..6.0).contains(&t) {
        let words = if t < 5.15 {
            "ba"
        } else if t < 5.3 {
            "ba-dum"
        } else {
            "ba-dum – tss!"
        };
        canvas.write(words, xy(-210.0, 30.0), 24.0, rgb(0xF1D68A));
    }
}

fn tumbleweed(canvas: &mut Canvas, t: f32, rolls: f32) {
    let x = 420.0 - 840.0 * rolls;
    canvas.within(xy(x, -120.0 + 24.0 * (t * 6.0).sin().abs()), t * 6.0, Vec2::ONE, |canvas| {
        for turn in 0..7 {
            canvas.within(
                Vec2::ZERO,
                turn as f32 * 0.9,
                xy(1.0, 0.5 + 0.06 * turn as f32),
                |canvas| {
                    let mut loops = oval(Vec2::ZERO, Vec2::splat(26.0));
                    loops.push(loops[0]);
                    canvas.stroke(&loops, 2.5, rgb(0xB08A52));
                },
            );
        }
    });
}
