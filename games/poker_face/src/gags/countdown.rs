//! A countdown to one piece of confetti.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, pop};
use crate::gags::gag::Gag;
use crate::shapes::{block, square, xy};

pub(super) const GAG: Gag = Gag {
    name: "Countdown to nothing",
    silliness: 2.4,
    seconds: 9.0,
    punch: 5.6,
    lines: &[
        (0.2, "Prepare yourselves."),
        (3.6, "This is it!"),
        (4.9, ""),
        (6.2, "…"),
        (7.5, "Worth every second."),
    ],
    poses: &[0.5, 2.3, 4.2, 5.4, 7.8],
    draw,
};

fn draw(canvas: &mut Canvas, t: f32) {
    let number = 5 - (t / 0.96).floor() as i32;
    if number > 0 {
        dial(canvas, t, number);
    } else {
        nothing(canvas, t);
    }
}

/// A number that burns down.
fn dial(canvas: &mut Canvas, t: f32, number: i32) {
    let part = (t / 0.96).fract();
    let heat = t / 4.8;
    canvas.glow(
        Vec2::ZERO,
        Vec2::splat(260.0 + 120.0 * heat),
        rgb(0xF2A03D).with_alpha(0.12 + 0.2 * heat),
    );
    for spoke in 0..12 {
        let way = Vec2::from_angle(spoke as f32 * TAU / 12.0 + t * 0.3);
        canvas.stroke(
            &[way * 170.0, way * (186.0 + 34.0 * heat)],
            5.0,
            rgb(0xF2A03D).with_alpha(0.25 + 0.5 * heat),
        );
    }
    let grown = 1.0 + 0.12 * (1.0 - pop(part * 0.96, 0.0));
    canvas.within(xy(0.0, 10.0), 0.0, Vec2::splat(grown), |canvas| {
        canvas.ball(Vec2::ZERO, Vec2::splat(146.0), rgb(0x3A2233));
        let arc: Vec<Vec2> = (0..=48)
            .map(|it| Vec2::from_angle(PI / 2.0 - TAU * (1.0 - part) * it as f32 / 48.0) * 146.0)
            .collect();
        canvas.stroke(&arc, 13.0, rgb(0xF6C453));
        canvas.write(&number.to_string(), xy(0.0, 4.0), 170.0 * grown, WHITE);
    });
}

/// An empty stage.
fn nothing(canvas: &mut Canvas, t: f32) {
    canvas.flat(
        &square(xy(-380.0, -240.0), xy(380.0, 240.0)),
        rgb(0x0A0810).with_alpha(0.75 * between(t, 4.8, 4.9)),
    );
    let light = between(t, 5.4, 5.8);
    canvas.blend(
        &[xy(-16.0, 240.0), xy(16.0, 240.0), xy(120.0, -150.0), xy(-120.0, -150.0)],
        rgb(0xFFE7B0).with_alpha(0.22 * light),
        rgb(0xFFE7B0).with_alpha(0.04 * light),
    );
    canvas.glow(xy(0.0, -150.0), xy(130.0, 22.0), rgb(0xFFE7B0).with_alpha(0.35 * light));
    // One piece of confetti.
    let falls = ((t - 6.0) / 1.5).clamp(0.0, 1.0);
    let sways = (1.0 - falls) * 36.0 * (t * 4.0).sin();
    if t > 6.0 {
        canvas.within(
            xy(sways, 250.0 - 398.0 * falls),
            2.0 * (1.0 - falls) * (t * 3.0).sin(),
            xy(1.0, 0.45 + 0.4 * (1.0 - falls) * (t * 5.0).cos().abs()),
            |canvas| {
                canvas.solid(&block(Vec2::ZERO, xy(13.0, 8.0), 2.0), rgb(0xE86F9C));
            },
        );
    }
    // A tiny flag, for the occasion.
    let waves = pop(t, 7.5) * f32::from(u8::from(t > 7.5));
    if waves > 0.0 {
        canvas.within(xy(60.0, -150.0), 0.0, xy(1.0, waves.max(0.05)), |canvas| {
            canvas.stroke(&[Vec2::ZERO, xy(0.0, 70.0)], 4.0, rgb(0xB7AFA0));
            canvas.solid(
                &[xy(0.0, 70.0), xy(54.0, 58.0 + 4.0 * (t * 6.0).sin()), xy(0.0, 44.0)],
                rgb(0x58A5D8),
            );
        });
    }
}
