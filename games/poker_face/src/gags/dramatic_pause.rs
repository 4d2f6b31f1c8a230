//! A pear tries Shakespeare and forgets its line.

use std::f32::consts::TAU;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{INK, rgb};
use crate::easing::between;
use crate::figures::{eye, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "A dramatic pause",
    silliness: 1.0,
    seconds: 7.5,
    punch: 4.2,
    lines: &[(0.5, "To be …"), (1.9, "…"), (4.2, "(whispers) … a pear."), (5.6, "To be a pear.")],
    poses: &[1.0, 3.0, 4.6, 6.4],
    draw,
};

const SKIN: Color = rgb(0xB7C94B);

fn draw(canvas: &mut Canvas, t: f32) {
    let breath = 1.0 + 0.015 * (t * 2.2).sin();
    let panic = between(t, 2.4, 3.4) * (1.0 - between(t, 4.3, 4.8));
    let bow_down = between(t, 6.2, 6.8);
    shadow(canvas, 0.0, 120.0);
    canvas.within(xy(0.0, -150.0), -0.22 * bow_down, xy(1.0, breath), |canvas| {
        pear(canvas, t, panic);
    });
    // What it speaks to.
    canvas.within(xy(118.0, -60.0 - 70.0 * bow_down), 0.2, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(27.0, 24.0), rgb(0xC98A4B));
        canvas.stroke(&[xy(0.0, 22.0), xy(3.0, 36.0)], 4.0, rgb(0x8B6A3A));
        canvas.stroke(&bow(xy(-12.0, 18.0), xy(-22.0, 0.0), xy(-8.0, -20.0)), 2.0, rgb(0x9A6230));
        canvas.stroke(&bow(xy(12.0, 18.0), xy(22.0, 0.0), xy(8.0, -20.0)), 2.0, rgb(0x9A6230));
    });
    canvas.stroke(
        &bow(xy(70.0, -60.0), xy(104.0, -110.0), xy(114.0, -84.0 - 70.0 * bow_down)),
        10.0,
        SKIN,
    );
    prompter(canvas, t);
}

/// With cape, face and sweat.
fn pear(canvas: &mut Canvas, t: f32, panic: f32) {
    // The cape, then the pear.
    canvas.solid(
        &[xy(-40.0, 150.0), xy(-112.0, 2.0), xy(112.0, 2.0), xy(40.0, 150.0)],
        rgb(0x7A2036),
    );
    let pear: Vec<Vec2> = (0..44)
        .map(|it| {
            let angle = it as f32 / 44.0 * TAU;
            let narrow = 0.5 + 0.5 * angle.sin();
            xy(angle.cos() * (84.0 - 40.0 * narrow * narrow), 98.0 + angle.sin() * 98.0)
        })
        .collect();
    canvas.solid(&pear, SKIN);
    canvas.stroke(&bow(xy(0.0, 194.0), xy(2.0, 212.0), xy(16.0, 222.0)), 7.0, rgb(0x5B4026));
    canvas.within(xy(14.0, 210.0), 0.5, Vec2::ONE, |canvas| {
        canvas.ball(xy(18.0, 0.0), xy(20.0, 9.0), rgb(0x5E8F3A))
    });
    let looks = xy(panic * (t * 5.0).sin(), 0.25 * (1.0 - panic));
    for side in [-1.0, 1.0] {
        eye(canvas, xy(side * 19.0, 158.0), 14.0, looks, 0.28 * (1.0 - panic), SKIN);
        canvas.stroke(
            &[xy(side * 8.0, 178.0 + 6.0 * panic), xy(side * 32.0, 176.0 + 12.0 * panic)],
            5.0,
            INK,
        );
    }
    let speaks = if (0.5..1.6).contains(&t) || t > 5.6 { (t * 11.0).sin().abs() } else { 0.0 };
    canvas.ball(xy(0.0, 124.0), xy(12.0, 2.5 + 8.0 * speaks), rgb(0x5A2530));
    if panic > 0.3 {
        canvas.ball(
            xy(48.0, 168.0 - 16.0 * (t * 0.9).fract()),
            xy(5.0, 8.0),
            rgb(0x8FD3EE).with_alpha(0.9),
        );
    }
}

fn prompter(canvas: &mut Canvas, t: f32) {
    let peeks = between(t, 3.7, 4.1) * (1.0 - between(t, 5.2, 5.6));
    canvas.within(xy(-380.0 + 66.0 * peeks, -70.0), -0.25, Vec2::ONE, |canvas| {
        canvas.ball(Vec2::ZERO, xy(46.0, 52.0), rgb(0xE0A27E));
        eye(canvas, xy(22.0, 12.0), 11.0, xy(1.0, 0.0), 0.2, rgb(0xE0A27E));
        canvas.ball(xy(38.0, -16.0), xy(7.0, 9.0), rgb(0x6B2F36));
    });
}
