//! The dark hall around the stage, the stage's frame, and the heads in the front rows.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::layout::{Layout, STAGE};
use crate::shapes::{block, oval, square, xy};

pub(super) fn draw(canvas: &mut Canvas, layout: &Layout, clock: f32) {
    let half = layout.size / 2.0 + 2.0;
    let opening = Rect::from_center_half_size(layout.stage, STAGE * layout.scale);
    let dark = |y: f32| rgb(0x08070E).mix(&rgb(0x1D1730), (y + half.y) / (2.0 * half.y));
    surround(canvas, Rect::from_center_half_size(Vec2::ZERO, half), opening, dark);
    // Light falls out of it.
    canvas.glow(
        xy(0.0, opening.min.y - 6.0),
        xy(opening.half_size().x * 1.3, 130.0),
        rgb(0xFFCE8A).with_alpha(0.13),
    );
    frame(canvas, layout);
    bulbs(canvas, layout, clock);
    audience(canvas, half, clock);
}

/// Covers everything between two rectangles around the same middle.
pub(super) fn surround(
    canvas: &mut Canvas,
    outer: Rect,
    inner: Rect,
    color: impl Fn(f32) -> Color,
) {
    let mut part =
        |from: Vec2, to: Vec2| canvas.blend(&square(from, to), color(to.y), color(from.y));
    part(outer.min, xy(inner.min.x, outer.max.y));
    part(xy(inner.max.x, outer.min.y), outer.max);
    part(xy(inner.min.x - 1.0, inner.max.y), xy(inner.max.x + 1.0, outer.max.y));
    part(xy(inner.min.x - 1.0, outer.min.y), xy(inner.max.x + 1.0, inner.min.y));
}

fn frame(canvas: &mut Canvas, layout: &Layout) {
    let frame = |grown: f32| {
        let mut rim = block(layout.stage, STAGE * layout.scale + grown, 14.0 + grown);
        rim.push(rim[0]);
        rim
    };
    canvas.stroke(&frame(9.0), 20.0, rgb(0x3A2340));
    canvas.stroke(&frame(9.0), 12.0, rgb(0x573057));
    canvas.stroke(&frame(1.0), 4.0, rgb(0xB98D45));
    canvas.stroke(&frame(18.0), 3.0, rgb(0xB98D45));
}

/// Light bulbs along the frame.
fn bulbs(canvas: &mut Canvas, layout: &Layout, clock: f32) {
    let reach = STAGE * layout.scale + 9.5;
    let bulb = |canvas: &mut Canvas, at: Vec2, index: i32| {
        let lit = 0.65 + 0.35 * (clock * 1.6 - index as f32 * 0.7).sin();
        canvas.glow(layout.stage + at, Vec2::splat(16.0), rgb(0xFFD98A).with_alpha(0.4 * lit));
        canvas.disc(layout.stage + at, 3.4, rgb(0xFFE9B8).mix(&rgb(0xA77B3A), 1.0 - lit));
    };
    for index in 0..=20 {
        let x = -reach.x + reach.x * 2.0 * index as f32 / 20.0;
        bulb(canvas, xy(x, reach.y), index);
    }
    for index in 1..=11 {
        let y = reach.y - reach.y * 2.0 * index as f32 / 12.0;
        bulb(canvas, xy(-reach.x, y), -index);
        bulb(canvas, xy(reach.x, y), 20 + index);
    }
}

fn audience(canvas: &mut Canvas, half: Vec2, clock: f32) {
    for row in [0, 1] {
        for seat in -8..=8 {
            let near = row as f32;
            let x = (seat as f32 + 0.5 * near) * 92.0 + 9.0 * (seat as f32 * 2.3).sin();
            let y =
                -half.y + 30.0 - 26.0 * near + 3.0 * (clock * 1.1 + seat as f32 * 1.7 + near).sin();
            let color = rgb(0x14101F).mix(&rgb(0x06050A), near);
            let lit = rgb(0x4A3447).mix(&rgb(0x241A2A), near);
            canvas.flat(&oval(xy(x, y + 1.8), xy(24.6, 27.0)), lit);
            canvas.flat(&block(xy(x, y - 40.4), xy(42.4, 34.0), 26.0), lit);
            canvas.flat(&block(xy(x, y - 42.0), xy(42.0, 34.0), 26.0), color);
            canvas.flat(&oval(xy(x, y), xy(24.0, 27.0)), color);
        }
    }
}
