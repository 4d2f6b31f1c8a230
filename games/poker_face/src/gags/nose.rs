//! A knock at the door, and a nose that comes in.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, jolt};
use crate::gags::gag::Gag;
use crate::shapes::{block, bow, oval, xy};

pub(super) const GAG: Gag = Gag {
    name: "A knock at the door",
    silliness: 3.4,
    seconds: 8.5,
    punch: 5.2,
    lines: &[
        (0.8, "Knock, knock."),
        (2.4, "…"),
        (3.2, "Who is it?"),
        (5.6, "Sniff."),
        (6.3, "Sniff. Somebody here is about to laugh."),
    ],
    poses: &[1.0, 4.4, 6.4, 8.2],
    draw,
};

fn draw(canvas: &mut Canvas, t: f32) {
    let skin = rgb(0xE39B7B);
    let knock = jolt(t, 0.8) + jolt(t, 1.15) + jolt(t, 1.5);
    let open = between(t, 3.6, 4.4) * (1.0 - between(t, 7.7, 7.85));
    let out = between(t, 4.7, 5.6) * (1.0 - between(t, 7.4, 7.7));
    let slam = jolt(t, 7.85);
    canvas.within(xy(knock * 4.0 + slam * 7.0, 0.0), 0.0, Vec2::ONE, |canvas| {
        canvas.solid(&block(xy(0.0, -42.0), xy(84.0, 116.0), 14.0), rgb(0x50392D));
        canvas.flat(&block(xy(0.0, -46.0), xy(68.0, 104.0), 9.0), rgb(0x0D0B12));
        canvas.within(xy(-68.0, -46.0), 0.0, xy(1.0 - 0.82 * open, 1.0 + 0.06 * open), |canvas| {
            canvas.solid(&block(xy(68.0, 0.0), xy(68.0, 104.0), 8.0), rgb(0x9C5B3A));
            for y in [48.0, -46.0] {
                canvas.solid(&block(xy(68.0, y), xy(46.0, 38.0), 8.0), rgb(0x84492D));
            }
            canvas.ball(xy(120.0, 0.0), xy(8.0, 8.0), rgb(0xE2B84B));
        });
    });
    for (from, x) in [(0.8, -130.0), (1.15, 130.0), (1.5, 0.0)] {
        let shown = 1.0 - between(t, from + 0.4, from + 0.8);
        if t > from && shown > 0.0 {
            let at = xy(x, 86.0 + 26.0 * between(t, from, from + 0.5));
            canvas.write("knock", at, 24.0, rgb(0xF1D68A).with_alpha(shown));
        }
    }
    if out <= 0.0 {
        return;
    }
    let sniffs = f32::from(u8::from((5.6..7.2).contains(&t)));
    let flare = sniffs * ((t - 5.6) * 8.0).sin().max(0.0);
    canvas.glow(xy(0.0, -156.0), xy(190.0 * out, 26.0), Color::BLACK.with_alpha(0.5 * out));
    let sways = 0.05 * (t * 3.0).sin() * out;
    canvas.within(xy(0.0, -74.0), sways, Vec2::splat(0.1 + 1.2 * out), |canvas| {
        // Its bridge comes out of the dark.
        let left = bow(xy(-24.0, 86.0), xy(-30.0, 24.0), xy(-70.0, -30.0));
        let right = bow(xy(70.0, -30.0), xy(30.0, 24.0), xy(24.0, 86.0));
        let bridge: Vec<Vec2> = left.into_iter().chain(right).collect();
        canvas.blend(&bridge, rgb(0x15100F), rgb(0xD99272));
        for side in [-1.0, 1.0] {
            canvas.ball(xy(side * 60.0, -28.0), xy(36.0 + 9.0 * flare, 31.0), skin);
        }
        canvas.blend(&oval(xy(0.0, -16.0), xy(58.0, 54.0)), rgb(0xEDB093), rgb(0xC47F62));
        canvas.glow(xy(-16.0, 8.0), xy(34.0, 24.0), WHITE.with_alpha(0.5));
        for side in [-1.0, 1.0] {
            let hole = xy(16.0 + 8.0 * flare, 9.0 + 6.0 * flare);
            canvas.within(xy(side * 33.0, -46.0), -side * 0.25, Vec2::ONE, |canvas| {
                canvas.flat(&oval(Vec2::ZERO, hole), rgb(0x3B1715));
            });
        }
    });
}
