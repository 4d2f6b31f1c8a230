//! What is shown during a match, beside stage and players.

use bevy::prelude::*;
use bevy::sprite::Anchor;

use super::picture::Picture;
use super::texts::{caption, name, title_card};
use super::waiting::absence;
use super::{curves, waiting};
use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, pop};
use crate::gags::GAGS;
use crate::rules::{Outcome, Part, ROUNDS};
use crate::shapes::{block, square, xy};
use crate::show::{ROUND, TITLE};

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, colors, game, .. } = picture;
    let round = (game.outcomes.len() + usize::from(matches!(game.part, Part::Curtain | Part::Act)))
        .min(ROUNDS);
    clock(canvas, picture, round);
    let bottom = xy(0.0, -layout.size.y / 2.0 + 24.0);
    let hint = match game.part {
        Part::Curtain => "The curtain opens when both faces are calm.",
        Part::Act => "Keep a straight face.",
        Part::Broken => "Laugh now. You have earned it.",
        Part::Replay => "Space goes on",
        Part::Stone => "Next round in a moment",
    };
    canvas.write(hint, bottom, 18.0, colors.quiet);
    match game.part {
        Part::Curtain => waiting::draw(canvas, picture, round),
        Part::Act => gag(canvas, picture),
        Part::Broken => broken(canvas, picture),
        Part::Replay => curves::draw(canvas, picture),
        Part::Stone => {}
    }
    if picture.view.dim > 0.02 {
        message(canvas, picture);
    }
}

/// The round's number and its clock: a bar that burns down above the stage.
fn clock(canvas: &mut Canvas, picture: &Picture, round: usize) {
    let colors = &picture.colors;
    let left = (ROUND.saturating_sub(picture.game.clock)).as_secs_f32();
    let y = 326.0;
    canvas.write(&format!("Round {round} of {ROUNDS}"), xy(-96.0, y), 22.0, colors.text);
    let bar = Rect::from_center_half_size(xy(62.0, y), xy(62.0, 5.0));
    canvas.flat(&block(bar.center(), bar.half_size(), 5.0), WHITE.with_alpha(0.14));
    let rest = left / ROUND.as_secs_f32();
    canvas.flat(
        &block(
            xy(bar.min.x + bar.half_size().x * rest, y),
            xy((bar.half_size().x * rest).max(4.0), 5.0),
            5.0,
        ),
        colors.gold,
    );
    canvas
        .write(&format!("{left:.0} s"), xy(134.0, y), 22.0, colors.text)
        .anchored(Anchor::CENTER_LEFT);
}

/// The title of a gag, then what is said in it.
fn gag(canvas: &mut Canvas, picture: &Picture) {
    let game = picture.game;
    let Some((act, t)) = game.show.act_at(game.clock.as_secs_f32()) else { return };
    let gag = &GAGS[act.gag];
    if t < -0.25 {
        let since = t + TITLE;
        let shown = between(since, 0.1, 0.4) * (1.0 - between(t, -0.5, -0.25));
        let number = game.show.0.iter().position(|it| it.start == act.start).unwrap_or(0) + 1;
        let lift = if picture.still { 0.0 } else { 10.0 * (1.0 - between(since, 0.1, 0.5)) };
        title_card(canvas, picture, &format!("No. {number}"), gag.name, lift, shown);
    }
    if let Some((line, since)) = gag.line(t, act.seed)
        && !line.is_empty()
    {
        caption(canvas, picture, line, since, picture.colors.text);
    }
}

/// Who broke.
fn broken(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, colors, game, .. } = picture;
    let Some(outcome) = game.outcomes.last() else { return };
    let (text, color) = match outcome {
        Outcome::Broke { player, .. } => {
            (format!("{} broke!", name(*player, game.alone)), colors.players[*player])
        }
        _ => ("Both broke!".to_owned(), colors.gold),
    };
    let grown = if picture.still { 1.0 } else { pop(game.part_for.as_secs_f32(), 0.0).max(0.01) };
    canvas.sheet = 1;
    canvas.within(
        layout.stage + xy(0.0, 84.0 * layout.scale),
        0.0,
        Vec2::splat(layout.scale),
        |canvas| {
            let mut rim = block(Vec2::ZERO, xy(300.0 * grown.min(1.1), 58.0), 58.0);
            canvas.flat(&rim, rgb(0x05040A).with_alpha(0.84));
            rim.push(rim[0]);
            canvas.stroke(&rim, 4.0, color);
            canvas.write(
                &text,
                xy(0.0, 2.0),
                56.0 * layout.scale * grown,
                color.mix(&Color::WHITE, 0.4),
            );
        },
    );
}

/// Why the game waits, or that nobody laughed.
fn message(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, colors, game, players, .. } = picture;
    let dim = picture.view.dim;
    canvas.sheet = 1;
    let half = layout.size / 2.0;
    canvas.flat(&square(-half, half), rgb(0x05040A).with_alpha(0.66 * dim));
    let (head, body) = if game.part == Part::Stone {
        ("Stone faces!".to_owned(), "A whole minute, and nobody laughed. Nobody scores.".to_owned())
    } else {
        absence(game, players)
    };
    canvas.flat(&block(layout.stage, xy(330.0, 92.0), 28.0), rgb(0x100D1A).with_alpha(0.96 * dim));
    canvas.write(&head, layout.stage + xy(0.0, 26.0), 40.0, colors.gold.with_alpha(dim));
    canvas
        .write(&body, layout.stage - xy(0.0, 36.0), 19.0, colors.text.with_alpha(dim))
        .within(600.0);
}
