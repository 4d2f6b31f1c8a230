//! The stage and what is on it.

use bevy::prelude::*;

use super::curtains;
use super::hall::surround;
use super::picture::Picture;
use super::title;
use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::gags::GAGS;
use crate::layout::STAGE;
use crate::rules::Part;
use crate::scene::Scene;
use crate::shapes::{block, square, xy};

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, view, .. } = picture;
    let clock = picture.clock();
    let replays = picture.scene == Scene::Play && picture.game.part == Part::Replay;
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        // While the curves are shown, the gag goes on in a small picture above them.
        let (at, scale) = if replays { (xy(0.0, 142.0), 0.34) } else { (Vec2::ZERO, 1.0) };
        canvas.within(at, 0.0, Vec2::splat(scale), |canvas| {
            boards(canvas, clock);
            let words = canvas.words.len();
            performance(canvas, picture);
            if replays || view.curtain < 0.5 {
                canvas.words.truncate(words);
            }
        });
        if replays {
            let inner = Rect::from_center_half_size(at, STAGE * scale);
            surround(canvas, Rect::from_center_half_size(Vec2::ZERO, STAGE + 4.0), inner, |_| {
                rgb(0x12101C)
            });
            let mut rim = block(at, STAGE * scale + 3.0, 8.0);
            rim.push(rim[0]);
            canvas.stroke(&rim, 5.0, picture.colors.gold.mix(&Color::BLACK, 0.35));
        } else {
            curtains::draw(canvas, view.curtain, clock, picture.still);
        }
    });
}

/// The title, or the gag that is on.
fn performance(canvas: &mut Canvas, picture: &Picture) {
    let game = picture.game;
    match picture.scene {
        Scene::Title => title::draw(canvas, picture),
        Scene::Play => {
            if let Some((act, t)) = game.show.act_at(game.stage_time())
                && t > -0.5
                && !matches!(game.part, Part::Curtain | Part::Stone)
            {
                let gag = &GAGS[act.gag];
                let t = t.clamp(0.0, gag.seconds);
                (gag.draw)(canvas, if picture.still { gag.still(t) } else { t });
            }
        }
        Scene::WarmUp | Scene::Over => {}
    }
}

/// The empty stage.
fn boards(canvas: &mut Canvas, clock: f32) {
    let wall = square(-STAGE + xy(0.0, 110.0), STAGE);
    canvas.blend(&wall, rgb(0x201A3A), rgb(0x4A3468));
    for stripe in 0..9 {
        let x = -STAGE.x + 82.0 * stripe as f32;
        canvas.blend(
            &square(xy(x, -120.0), xy(x + 40.0, 230.0)),
            rgb(0x2A2148).with_alpha(0.35),
            rgb(0x5A3F78).with_alpha(0.35),
        );
    }
    canvas.blend(&square(-STAGE, xy(STAGE.x, -118.0)), rgb(0x8A5A3C), rgb(0x4A2C22));
    for board in -9..=9 {
        let x = board as f32 * 44.0;
        canvas.stroke(
            &[xy(x * 0.86, -119.0), xy(x * 1.25, -230.0)],
            1.6,
            rgb(0x2E1B16).with_alpha(0.55),
        );
    }
    canvas.stroke(&[xy(-STAGE.x, -118.0), xy(STAGE.x, -118.0)], 3.0, rgb(0x241636));
    let sway = 8.0 * (clock * 0.5).sin();
    canvas.glow(xy(sway, 10.0), xy(360.0, 300.0), rgb(0xFFE0A6).with_alpha(0.17));
    canvas.glow(xy(sway * 0.5, -160.0), xy(330.0, 70.0), rgb(0xFFE0A6).with_alpha(0.22));
}
