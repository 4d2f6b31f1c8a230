//! The curtains before the stage, of red velvet.

use std::f32::consts::PI;

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::layout::STAGE;
use crate::shapes::xy;

pub(super) fn draw(canvas: &mut Canvas, open: f32, clock: f32, still: bool) {
    let open = if still { open.round() } else { open };
    let reach = STAGE.x * (1.0 - open * 0.88);
    for side in [-1.0, 1.0] {
        for fold in (0..7).rev() {
            let [from, to] =
                [fold as f32, fold as f32 + 1.0].map(|edge| STAGE.x - reach * edge / 7.0);
            let sway = 2.5 * (clock * 0.9 + fold as f32).sin() * (1.0 - open * 0.5);
            let (from, to) = (side * (from + 6.0), side * (to - 1.0));
            let hem = -225.0;
            let outline =
                [xy(from + sway, hem), xy(to + sway, hem), xy(to, 232.0), xy(from, 232.0)];
            canvas.blend(&outline, rgb(0x5E1428), rgb(0x8E2338));
            let (a, b) = (from + (to - from) * 0.3, from + (to - from) * 0.62);
            canvas.blend(
                &[xy(a + sway, hem), xy(b + sway, hem), xy(b, 232.0), xy(a, 232.0)],
                rgb(0x86213A).with_alpha(0.75),
                rgb(0xBF3A4F).with_alpha(0.75),
            );
            canvas.blend(
                &[
                    xy(to + sway - side * -6.0, hem),
                    xy(to + sway, hem),
                    xy(to, 232.0),
                    xy(to - side * -6.0, 232.0),
                ],
                rgb(0x2A0814).with_alpha(0.5),
                rgb(0x3A0C1A).with_alpha(0.5),
            );
            canvas.stroke(
                &[xy(from + sway, hem + 4.0), xy(to + sway, hem + 4.0)],
                5.0,
                rgb(0xD9AE55),
            );
        }
    }
    valance(canvas);
}

fn valance(canvas: &mut Canvas) {
    for swag in 0..6 {
        let x = -STAGE.x + 740.0 / 6.0 * (swag as f32 + 0.5);
        let outline: Vec<Vec2> = (0..=20)
            .map(|it| Vec2::from_angle(PI + PI * it as f32 / 20.0) * xy(63.0, 40.0) + xy(x, 216.0))
            .chain([xy(x + 63.0, 236.0), xy(x - 63.0, 236.0)])
            .collect();
        canvas.blend(&outline, rgb(0x5A1226), rgb(0x9C2A40));
        canvas.stroke(&outline[..21], 4.0, rgb(0xD9AE55));
    }
}
