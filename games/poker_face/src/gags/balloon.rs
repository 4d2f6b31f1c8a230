//! A balloon makes a speech until its air is let out.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::between;
use crate::figures::{eye, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, oval, xy};

pub(super) const GAG: Gag = Gag {
    name: "A balloon makes a speech",
    silliness: 3.2,
    seconds: 8.5,
    punch: 4.5,
    lines: &[
        (0.6, "Ladies and gentlemen,"),
        (2.0, "I have prepared seven hours of remarks."),
        (4.5, "Pffffffthhhrrrt."),
        (7.1, "In short: thank you."),
    ],
    poses: &[1.0, 3.4, 5.2, 7.6],
    draw,
};

const RED: Color = rgb(0xD9475C);

fn draw(canvas: &mut Canvas, t: f32) {
    let flies = between(t, 4.5, 6.7);
    let air = (0.86 + 0.24 * between(t, 0.4, 4.4)) * (1.0 - 0.72 * flies);
    lectern(canvas);
    let rests = t > 6.7;
    let at = if flies > 0.0 && !rests {
        let start = between(t, 4.5, 4.9);
        xy(0.0, 78.0).lerp(route(flies), start)
    } else if rests {
        xy(0.0, -22.0)
    } else {
        xy(6.0 * (t * 1.6).sin(), 78.0 + 5.0 * (t * 2.3).sin())
    };
    if flies > 0.0 && !rests {
        for puff in 1..7 {
            let past = (flies - puff as f32 * 0.018).max(0.0);
            canvas.disc(
                route(past),
                3.0 + puff as f32 * 1.8,
                WHITE.with_alpha(0.30 - puff as f32 * 0.04),
            );
        }
    }
    let angle = if flies > 0.0 && !rests { flies * 23.0 } else { 0.04 * (t * 1.9).sin() };
    let scale =
        if rests { xy(0.62, 0.16) } else { xy(air, air * (1.0 + 0.05 * flies * (t * 40.0).sin())) };
    canvas.within(at, angle, scale, |canvas| body(canvas, t, flies, rests));
    if flies == 0.0 && t > 0.6 {
        // Its speech, all of it.
        canvas.solid(
            &[xy(-26.0, -24.0), xy(26.0, -24.0), xy(20.0, -14.0), xy(-20.0, -14.0)],
            rgb(0xEFE7D3),
        );
    }
}

/// Where it flies, from the start to the end of its air.
fn route(part: f32) -> Vec2 {
    let angle = part * 11.0;
    xy(
        (angle * 1.0).sin() * 250.0 * (1.0 - part * 0.7),
        60.0 + (angle * 1.7).cos() * 110.0 * (1.0 - part) - 130.0 * part,
    )
}

fn lectern(canvas: &mut Canvas) {
    shadow(canvas, 0.0, 96.0);
    canvas.solid(
        &[xy(-58.0, -38.0), xy(-44.0, -150.0), xy(44.0, -150.0), xy(58.0, -38.0)],
        rgb(0x6B4A33),
    );
    canvas.solid(&block(xy(0.0, -34.0), xy(70.0, 9.0), 4.0), rgb(0x835C40));
    canvas.solid(&block(xy(0.0, -92.0), xy(20.0, 20.0), 20.0), rgb(0xD8B25A));
}

fn body(canvas: &mut Canvas, t: f32, flies: f32, rests: bool) {
    if !rests {
        canvas.stroke(&bow(xy(0.0, -92.0), xy(14.0, -112.0), xy(-4.0, -132.0)), 2.5, rgb(0xC9C2B2));
    }
    canvas.solid(&[xy(-12.0, -98.0), xy(0.0, -80.0), xy(12.0, -98.0)], rgb(0xB93349));
    let mut skin = oval(Vec2::ZERO, xy(80.0, 92.0));
    for point in &mut skin {
        // Narrower towards the knot.
        if point.y < 0.0 {
            point.x *= 1.0 + point.y / 400.0;
        }
    }
    canvas.solid(&skin, RED);
    canvas.glow(xy(-30.0, 44.0), xy(30.0, 24.0), WHITE.with_alpha(0.5));
    let speaks = if (0.6..4.3).contains(&t) { (t * 9.0).sin().abs() } else { 0.0 };
    let shock = if flies > 0.0 && !rests { 1.0 } else { 0.0 };
    for side in [-1.0, 1.0] {
        eye(
            canvas,
            xy(side * 26.0, 14.0),
            15.0 + 4.0 * shock,
            xy(0.1, 0.2),
            0.3 * (1.0 - shock),
            RED,
        );
        let mut rim = oval(xy(side * 26.0, 14.0), Vec2::splat(22.0));
        rim.push(rim[0]);
        canvas.stroke(&rim, 3.0, rgb(0x3A2030));
    }
    canvas.stroke(&[xy(-5.0, 14.0), xy(5.0, 14.0)], 3.0, rgb(0x3A2030));
    canvas.ball(xy(0.0, -28.0), xy(17.0, 3.0 + 11.0 * speaks.max(shock)), rgb(0x641526));
}
