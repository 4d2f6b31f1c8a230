//! Texts that several parts of the theatre have, and where they are written.

use bevy::prelude::*;

use super::picture::Picture;
use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::easing::between;
use crate::gags::GAGS;
use crate::layout::STAGE;
use crate::rules::Outcome;
use crate::shapes::{block, xy};

/// What a player is called.
pub(super) fn name(player: usize, alone: bool) -> &'static str {
    match (player, alone) {
        (0, true) => "You",
        (_, true) => "The puppet",
        (0, false) => "Player 1",
        (_, false) => "Player 2",
    }
}

/// How a round ended, in words.
pub(super) fn told(outcome: Outcome, alone: bool) -> String {
    match outcome {
        Outcome::Broke { player, at, gag, expression } => format!(
            "{} broke after {:.0} s, at “{}”: {expression}",
            name(player, alone),
            at.as_secs_f32(),
            GAGS[gag].name,
        ),
        Outcome::Together { at, gag } => {
            format!("Both broke after {:.0} s, at “{}”", at.as_secs_f32(), GAGS[gag].name)
        }
        Outcome::StoneFaces => "Stone faces: nobody laughed for a minute".to_owned(),
    }
}

/// What is said below the stage.
pub(super) fn caption(
    canvas: &mut Canvas,
    picture: &Picture,
    text: &str,
    since: f32,
    color: Color,
) {
    let layout = &picture.layout;
    let y = layout.stage.y - STAGE.y * layout.scale - 56.0;
    let width = STAGE.x * layout.scale * 2.0 - 20.0;
    let shown = between(since, 0.0, 0.18);
    canvas.flat(
        &block(xy(0.0, y), xy(width / 2.0, 27.0), 27.0),
        rgb(0x05040A).with_alpha(0.72 * shown),
    );
    let size = (width / (text.chars().count() as f32 * 0.52)).clamp(17.0, 28.0);
    canvas.write(text, xy(0.0, y + 1.0), size, color.with_alpha(shown));
}

/// A title before the curtain, with a smaller line above it.
pub(super) fn title_card(
    canvas: &mut Canvas,
    picture: &Picture,
    above: &str,
    title: &str,
    lift: f32,
    shown: f32,
) {
    let Picture { layout, colors, .. } = picture;
    let at = layout.stage + xy(0.0, -lift);
    canvas.glow(at, xy(330.0 * layout.scale, 120.0), Color::BLACK.with_alpha(0.6 * shown));
    canvas.write(above, at + xy(0.0, 38.0), 22.0, colors.text.with_alpha(shown));
    let size = (46.0 * layout.scale).max(30.0);
    canvas.write(title, at - xy(0.0, 8.0), size, colors.gold.with_alpha(shown));
}
