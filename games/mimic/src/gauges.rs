//! Around the mask: the ring of time, the meter, a dot for each round.

use std::f32::consts::{FRAC_PI_2, TAU};

use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;

use crate::canvas::Canvas;
use crate::game::{Game, Phase};
use crate::layout::Layout;
use crate::plan::ROUNDS;
use crate::scene::Scene;

/// The ring of time: what is left of it, from the top on; inside, how much of the hold is done.
pub fn paint_time(canvas: &mut Canvas, scene: &Scene, game: &Game, color: LinearRgba) {
    let (middle, size) = (scene.middle, scene.size);
    let radius = 1.47 * size;
    canvas.ring(middle, radius, 0.075 * size, LinearRgba::WHITE.with_alpha(0.07));
    let left = match game.phase {
        Phase::Show { limit, passed, .. } => (1.0 - passed / limit).clamp(0.0, 1.0),
        Phase::Rest { .. } => 1.0,
        Phase::Cheer { .. } | Phase::Over => 0.0,
    };
    let rests = matches!(game.phase, Phase::Rest { .. });
    if left > 0.0 {
        let hurry = ((0.3 - left) / 0.3).clamp(0.0, 1.0);
        let wide = size * (0.06 + 0.03 * hurry);
        let bright = color.mix(&LinearRgba::WHITE, 0.04 + 0.3 * hurry);
        let bright = bright.with_alpha(if rests { 0.25 } else { 1.0 });
        canvas.arc(middle, radius, wide, FRAC_PI_2, FRAC_PI_2 + TAU * left, bright);
        if !rests {
            let head = middle + radius * Vec2::from_angle(FRAC_PI_2 + TAU * left);
            canvas.glow(head, 0.2 * size, bright.with_alpha(0.5));
        }
    }
    if scene.held > 0.0 {
        let turn = TAU * scene.held;
        let white = LinearRgba::WHITE;
        canvas.arc(middle, radius - 0.1 * size, 0.035 * size, FRAC_PI_2 - turn, FRAC_PI_2, white);
    }
}

/// How far the face has come, from its rest at the bottom towards what is asked at the top.
pub fn paint_meter(canvas: &mut Canvas, layout: &Layout, scene: &Scene, color: LinearRgba) {
    let rect = layout.meter();
    let wide = rect.width();
    let (bottom, top) = (
        Vec2::new(rect.center().x, rect.min.y + wide / 2.0),
        Vec2::new(rect.center().x, rect.max.y - wide / 2.0),
    );
    canvas.line(bottom, top, wide + 8.0, Color::srgba(0.02, 0.02, 0.05, 0.75).to_linear());
    canvas.line(bottom, top, wide, LinearRgba::WHITE.with_alpha(0.10));
    let level = bottom.lerp(top, scene.meter.clamp(0.0, 1.0));
    let above = scene.meter >= layout.mark;
    let bright = color.mix(&LinearRgba::WHITE, if above { 0.16 } else { 0.0 });
    canvas.line(bottom, level, wide, bright);
    if above {
        canvas.glow(level, 2.2 * wide, color.with_alpha(0.5));
    }
    canvas.fill_circle(
        level - Vec2::new(0.0, 0.1 * wide),
        0.28 * wide,
        LinearRgba::WHITE.with_alpha(0.55),
    );
    let mark = rect.min.y + layout.mark * rect.height();
    let white = LinearRgba::WHITE;
    canvas.line(Vec2::new(rect.min.x - 6.0, mark), Vec2::new(rect.max.x + 6.0, mark), 2.5, white);
    let tip = Vec2::new(rect.max.x + 8.0, mark);
    let arrow = [tip, tip + Vec2::new(9.0, 6.0), tip + Vec2::new(9.0, -6.0)];
    canvas.fill(&arrow, tip + Vec2::new(6.0, 0.0), white, white);
}

/// A dot for each round: full when it was hit, a small ring when it was missed.
pub fn paint_rounds(canvas: &mut Canvas, layout: &Layout, game: &Game, theme: &Theme) {
    let gap = 15.0 * layout.unit;
    let y = layout.half.y - 22.0;
    for round in 0..ROUNDS {
        let x = (round as f32 - (ROUNDS - 1) as f32 / 2.0) * gap;
        let at = Vec2::new(x, y);
        canvas.fill_circle(at, 6.5 * layout.unit, Color::srgba(0.02, 0.02, 0.05, 0.6).to_linear());
        match game.outcomes.get(round) {
            Some(outcome) => {
                let color = theme.color(outcome.asked).to_linear();
                if outcome.time.is_some() {
                    canvas.fill_circle(at, 5.2 * layout.unit, color.mix(&LinearRgba::WHITE, 0.1));
                } else {
                    canvas.ring(at, 3.6 * layout.unit, 1.6, color);
                }
            }
            None => {
                let light = if round == game.outcomes.len() { 0.95 } else { 0.22 };
                canvas.fill_circle(at, 2.6 * layout.unit, LinearRgba::WHITE.with_alpha(light));
            }
        }
    }
}
