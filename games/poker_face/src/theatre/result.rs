//! The end of the match, on the curtain.

use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy_emotion::hud::theme::sign;

use super::picture::Picture;
use super::texts::{name, told};
use crate::canvas::Canvas;
use crate::layout::STAGE;
use crate::rules::Outcome;
use crate::shapes::xy;

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, colors, theme, game, record, .. } = picture;
    let at = layout.stage;
    canvas.glow(at, xy(420.0, 230.0) * layout.scale, Color::BLACK.with_alpha(0.72));
    let (head, color) = match game.decided() {
        Some(Some(0)) if game.alone => ("You win!".to_owned(), colors.players[0]),
        Some(Some(player)) => {
            (format!("{} wins!", name(player, game.alone)), colors.players[player])
        }
        _ => ("A draw of stone faces".to_owned(), colors.gold),
    };
    let k = layout.scale;
    canvas.write(&head, at + xy(0.0, 132.0 * k), 58.0 * k, color.mix(&Color::WHITE, 0.35));
    let [one, two] = game.wins();
    canvas.write(&format!("{one} : {two}"), at + xy(0.0, 68.0 * k), 44.0 * k, colors.gold);
    for (index, outcome) in game.outcomes.iter().enumerate() {
        let y = 4.0 * k - 42.0 * k * index as f32;
        let text = format!("{}.  {}", index + 1, told(*outcome, game.alone));
        let size = (STAGE.x * k * 1.72 / (text.chars().count() as f32 * 0.5)).clamp(15.0, 20.0);
        canvas
            .write(&text, at + xy(-STAGE.x * k * 0.82, y), size, colors.text)
            .anchored(Anchor::CENTER_LEFT);
        if let Outcome::Broke { expression, .. } = outcome {
            let words = canvas.write(
                sign(*expression),
                at + xy(-STAGE.x * k * 0.88, y),
                17.0,
                theme.text_color(*expression),
            );
            words.sign = true;
        }
    }
    if game.alone {
        let text = format!(
            "Against the puppet so far: {} won, {} lost. Its nerves follow.",
            record.won, record.lost
        );
        canvas.write(&text, at - xy(0.0, 116.0 * k), 17.0, colors.quiet);
    }
}
