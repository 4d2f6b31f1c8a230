//! The title: two faces that try to keep straight.

use bevy::prelude::*;
use bevy_emotion::prelude::Expression;

use super::head::Head;
use super::picture::Picture;
use crate::canvas::Canvas;
use crate::easing::{between, jolt};
use crate::looks::Looks;
use crate::shapes::xy;

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let colors = &picture.colors;
    let t = picture.clock();
    let breath = (t * 0.37).fract() * 10.0;
    for player in 0..2 {
        let side = if player == 0 { -1.0 } else { 1.0 };
        let slip = if player == 0 {
            jolt(breath, 3.0).abs()
        } else {
            between(breath, 6.0, 7.0) * (1.0 - between(breath, 8.4, 9.2))
        };
        let mut looks = Looks::default();
        looks.strengths[Expression::Happy.index()] = 0.55 * slip;
        let stares = xy(-side * 0.9, 0.0);
        canvas.within(
            xy(side * 150.0, -74.0 + 3.0 * (t * 1.8 + side).sin()),
            0.0,
            Vec2::ONE,
            |canvas| {
                canvas.glow(xy(0.0, -92.0), xy(104.0, 16.0), Color::BLACK.with_alpha(0.5));
                let head = Head {
                    radius: 78.0,
                    color: colors.players[player],
                    looks: &looks,
                    stares,
                    laughs: 0.0,
                    wooden: false,
                    clock: t,
                };
                head.draw(canvas);
            },
        );
    }
    canvas.write("Poker Face", xy(0.0, 120.0), 72.0, colors.gold);
    let below = xy(0.0, 120.0 - 56.0 * canvas.text_unit());
    canvas.write("Who laughs first, loses.", below, 22.0, colors.text);
}
