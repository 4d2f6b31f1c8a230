//! An orchestra sneezes, and the tuba last.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{INK, WHITE, rgb};
use crate::easing::{between, jolt};
use crate::figures::{eye, shadow};
use crate::gags::gag::Gag;
use crate::shapes::{bow, xy};

pub(super) const GAG: Gag = Gag {
    name: "The orchestra sneezes",
    silliness: 4.4,
    seconds: 9.0,
    punch: 6.3,
    lines: &[
        (0.3, "Symphony in A … choo."),
        (3.7, "And now: the tuba."),
        (5.0, "Aaaah … aaaAAAH …"),
        (6.3, "tchi."),
    ],
    poses: &[1.0, 2.7, 5.8, 6.6, 8.2],
    draw,
};

/// When the three without a tuba sneeze.
const SNEEZES: [f32; 3] = [1.9, 2.4, 2.9];
/// When the tuba does.
const TUBA_SNEEZES: f32 = 6.3;

fn draw(canvas: &mut Canvas, t: f32) {
    let colors = [rgb(0x6FA8C9), rgb(0xD9A441), rgb(0xB07CC6), rgb(0xD9756B)];
    for (player, color) in colors.into_iter().enumerate() {
        musician(canvas, t, player, color);
    }
    conductor(canvas, t);
    if t > TUBA_SNEEZES {
        canvas.write("tchi.", xy(232.0, 40.0), 18.0, WHITE.with_alpha(1.0 - between(t, 7.6, 8.2)));
    }
}

/// How far the one with the tuba has breathed in, 0 to 1.
fn tuba_inhales(t: f32) -> f32 {
    between(t, 3.8, 6.2) * f32::from(u8::from(t < TUBA_SNEEZES))
}

fn musician(canvas: &mut Canvas, t: f32, player: usize, color: Color) {
    let x = -150.0 + 124.0 * player as f32;
    let tuba = player == 3;
    let at = if tuba { TUBA_SNEEZES } else { SNEEZES[player] };
    let swells =
        if tuba { tuba_inhales(t) } else { between(t, at - 0.9, at) * f32::from(u8::from(t < at)) };
    let sneeze = jolt(t, at) * if tuba { 0.15 } else { 1.0 };
    let ducks = if tuba { 0.0 } else { tuba_inhales(t) };
    let size = 1.0 + swells * if tuba { 0.75 } else { 0.28 };
    shadow(canvas, x, 60.0);
    canvas.solid(
        &[xy(x - 24.0, -78.0), xy(x - 42.0, -150.0), xy(x + 42.0, -150.0), xy(x + 24.0, -78.0)],
        INK.mix(&color, 0.18),
    );
    canvas.solid(&[xy(x - 12.0, -78.0), xy(x, -116.0), xy(x + 12.0, -78.0)], WHITE);
    let head = xy(x - 26.0 * ducks, -46.0 - 30.0 * ducks);
    canvas.within(
        head,
        -0.3 * swells + 0.5 * sneeze.abs() + 0.3 * ducks,
        Vec2::splat(size),
        |canvas| face(canvas, color, tuba, swells, sneeze, ducks),
    );
    instrument(canvas, player, x);
    if !tuba && t > at && t < at + 0.7 {
        sneeze_drops(canvas, t, at, head, color);
    }
}

fn face(canvas: &mut Canvas, color: Color, tuba: bool, swells: f32, sneeze: f32, ducks: f32) {
    canvas.ball(xy(0.0, 8.0), xy(38.0, 40.0), color);
    let shut = swells > 0.5 || sneeze.abs() > 0.1;
    for side in [-1.0, 1.0] {
        eye(
            canvas,
            xy(side * 14.0, 20.0),
            9.0,
            xy(if ducks > 0.3 { 1.0 } else { 0.0 }, 0.0),
            if shut { 0.95 } else { 0.3 - 0.3 * ducks },
            color,
        );
    }
    canvas.ball(
        xy(0.0, 4.0),
        xy(if tuba { 15.0 } else { 9.0 }, 11.0),
        color.mix(&rgb(0xC0392B), 0.4),
    );
    canvas.ball(
        xy(0.0, -16.0),
        xy(7.0 + 7.0 * swells, 3.0 + 9.0 * swells + 8.0 * sneeze.abs()),
        rgb(0x4B1D22),
    );
    canvas.stroke(&bow(xy(-20.0, 46.0), xy(0.0, 62.0), xy(20.0, 46.0)), 9.0, INK.mix(&color, 0.3));
}

/// What a musician plays.
fn instrument(canvas: &mut Canvas, player: usize, x: f32) {
    match player {
        0 => {
            canvas.within(xy(x - 34.0, -104.0), 0.7, Vec2::ONE, |canvas| {
                canvas.ball(Vec2::ZERO, xy(13.0, 20.0), rgb(0x9B5A2C));
                canvas.stroke(&[xy(0.0, 16.0), xy(0.0, 52.0)], 5.0, rgb(0x5A3018));
            });
        }
        1 => canvas.stroke(&[xy(x - 6.0, -88.0), xy(x + 44.0, -112.0)], 6.0, rgb(0xC9CCD8)),
        2 => canvas.solid(
            &[xy(x + 32.0, -130.0), xy(x + 52.0, -88.0), xy(x + 12.0, -96.0)],
            rgb(0xD5DBE4),
        ),
        _ => {
            canvas.ball(xy(x + 52.0, -92.0), xy(30.0, 30.0), rgb(0xE2B84B));
            canvas.ball(xy(x + 62.0, -52.0), xy(38.0, 20.0), rgb(0xF0CC6A));
            canvas.ball(xy(x + 62.0, -50.0), xy(28.0, 12.0), rgb(0x7A5A1A));
        }
    }
}

fn sneeze_drops(canvas: &mut Canvas, t: f32, at: f32, head: Vec2, color: Color) {
    let flown = between(t, at, at + 0.6);
    for drop in 0..9 {
        let way = Vec2::from_angle(0.9 + 0.16 * drop as f32)
            * (40.0 + 110.0 * flown * (0.7 + 0.05 * drop as f32));
        canvas.disc(
            head + way - xy(0.0, 70.0 * flown * flown),
            4.0,
            rgb(0xBFE3F2).with_alpha(0.9 * (1.0 - flown)),
        );
    }
    canvas.write(
        "tchoo!",
        head + xy(0.0, 74.0 + 24.0 * flown),
        24.0,
        color.mix(&Color::WHITE, 0.4).with_alpha(1.0 - between(t, at + 0.4, at + 0.7)),
    );
}

fn conductor(canvas: &mut Canvas, t: f32) {
    let beat = if t < 3.2 { (t * 12.5).sin() } else { 0.0 };
    let faints = between(t, 6.9, 7.5);
    canvas.within(xy(-272.0, -150.0), 1.5 * faints + 0.1 * tuba_inhales(t), Vec2::ONE, |canvas| {
        canvas.solid(
            &[xy(-22.0, 84.0), xy(-34.0, 0.0), xy(34.0, 0.0), xy(22.0, 84.0)],
            rgb(0x26242F),
        );
        canvas.ball(xy(0.0, 112.0), xy(30.0, 32.0), rgb(0xE0A27E));
        for side in [-1.0, 1.0] {
            canvas.ball(xy(side * 30.0, 124.0), xy(15.0, 22.0), rgb(0xD8D4C8));
        }
        eye(
            canvas,
            xy(10.0, 118.0),
            8.0,
            xy(1.0, 0.0),
            if faints > 0.5 { 1.0 } else { 0.2 },
            rgb(0xE0A27E),
        );
        let hand = xy(52.0, 84.0 + 26.0 * beat);
        canvas.stroke(&[xy(16.0, 70.0), hand], 12.0, rgb(0x26242F));
        canvas.stroke(&[hand, hand + xy(30.0, 20.0 + 8.0 * beat)], 3.0, WHITE);
    });
}
