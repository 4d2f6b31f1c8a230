//! A dog that takes long to pass.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{INK, rgb};
use crate::figures::{eye, legs, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "A dog",
    silliness: 3.6,
    seconds: 10.0,
    punch: 5.4,
    lines: &[
        (0.9, "A dog."),
        (3.4, "Still the dog."),
        (5.4, "We apologise for the dog."),
        (8.4, "End of dog."),
    ],
    poses: &[2.0, 4.4, 6.4, 9.0],
    draw,
};

const BROWN: Color = rgb(0xA8683C);

fn draw(canvas: &mut Canvas, t: f32) {
    let front = -470.0 + 205.0 * t;
    let length = 1180.0;
    let back = front - length;
    let bob = |x: f32| 4.0 * (t * 9.0 + x * 0.02).sin();
    // Legs first, wherever they come into view.
    for pair in 0..11 {
        let x = front - 20.0 - pair as f32 * 114.0;
        if x.abs() < 460.0 {
            shadow(canvas, x, 46.0);
            legs(
                canvas,
                xy(x, -92.0 + bob(x)),
                12.0,
                54.0,
                t * 10.0 + pair as f32 * 1.3,
                rgb(0x8B522C),
            );
        }
    }
    let left = back.max(-480.0);
    if left < 480.0 {
        let count = 24;
        let spine: Vec<Vec2> = (0..=count)
            .map(|it| {
                let x = left + (front.min(480.0) - left) * it as f32 / count as f32;
                xy(x, -80.0 + bob(x))
            })
            .collect();
        canvas.stroke(&spine, 62.0, BROWN);
        let lit: Vec<Vec2> = spine.iter().map(|point| *point + xy(0.0, 17.0)).collect();
        canvas.stroke(&lit, 9.0, rgb(0xC98652).with_alpha(0.8));
    }
    if front < 500.0 {
        canvas.within(
            xy(front + 18.0, -44.0 + bob(front)),
            0.05 * (t * 4.5).sin(),
            Vec2::ONE,
            |canvas| head(canvas, t),
        );
    }
    // A passenger, half-way.
    let seat = front - 640.0;
    if seat.abs() < 460.0 {
        canvas.within(xy(seat, -40.0 + bob(seat)), 0.0, Vec2::ONE, passenger);
    }
    if back > -300.0 {
        canvas.within(xy(back - 18.0, -62.0 + bob(back)), 0.35 * (t * 14.0).sin(), Vec2::ONE, tail);
    }
}

fn head(canvas: &mut Canvas, t: f32) {
    canvas.ball(xy(0.0, 10.0), xy(46.0, 42.0), BROWN);
    canvas.ball(xy(42.0, -4.0), xy(34.0, 20.0), rgb(0xBD7B4A));
    canvas.ball(xy(72.0, 4.0), xy(10.0, 9.0), INK);
    eye(canvas, xy(18.0, 24.0), 11.0, xy(0.7, 0.0), 0.3, BROWN);
    canvas.within(xy(-20.0, 34.0), 0.2 + 0.1 * (t * 9.0).sin(), Vec2::ONE, |canvas| {
        canvas.ball(xy(-6.0, -28.0), xy(17.0, 38.0), rgb(0x7A4524))
    });
    canvas.stroke(&bow(xy(30.0, -14.0), xy(44.0, -20.0), xy(58.0, -12.0)), 3.0, rgb(0x5A3018));
}

/// It reads a newspaper.
fn passenger(canvas: &mut Canvas) {
    canvas.ball(xy(0.0, 20.0), xy(24.0, 27.0), rgb(0x9AA3B5));
    canvas.ball(xy(0.0, 56.0), xy(20.0, 20.0), rgb(0xB4BCCB));
    for side in [-1.0, 1.0] {
        canvas.ball(xy(side * 18.0, 72.0), xy(11.0, 11.0), rgb(0xD9A9B4));
        eye(canvas, xy(side * 8.0, 58.0), 6.0, xy(0.0, 0.0), 0.35, rgb(0xB4BCCB));
    }
    canvas.solid(&block(xy(30.0, 18.0), xy(20.0, 15.0), 2.0), rgb(0xEFE7D3));
    canvas.stroke(&[xy(30.0, 30.0), xy(30.0, 6.0)], 1.5, rgb(0xAFA58D));
}

/// With a flag that says where the dog ends.
fn tail(canvas: &mut Canvas) {
    canvas.stroke(&bow(Vec2::ZERO, xy(-34.0, 10.0), xy(-44.0, 64.0)), 11.0, BROWN);
    canvas.solid(&[xy(-44.0, 116.0), xy(-44.0, 74.0), xy(-106.0, 95.0)], rgb(0xEFE7D3));
    canvas.write("fin", xy(-62.0, 95.0), 17.0, INK);
    canvas.stroke(&[xy(-44.0, 62.0), xy(-44.0, 118.0)], 4.0, rgb(0xB7AFA0));
}
