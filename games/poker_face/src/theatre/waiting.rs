//! Before the curtain opens, and whom the game waits for.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;

use super::picture::Picture;
use super::texts::{name, title_card};
use crate::advance::{CALM, CURTAIN};
use crate::canvas::Canvas;
use crate::colors::rgb;
use crate::looks::Players;
use crate::rules::Match;
use crate::shapes::xy;

/// Before the curtain opens.
pub(super) fn draw(canvas: &mut Canvas, picture: &Picture, round: usize) {
    let Picture { layout, colors, game, players, .. } = picture;
    let smiling =
        (0..2).find(|player| players.0[*player].ready && players.0[*player].looks.heat().0 >= CALM);
    let part_for = game.part_for.as_secs_f32();
    let (above, below) = if players.0.iter().any(|player| !player.ready) {
        absence(game, players)
    } else if let Some(player) = smiling {
        (format!("{}: a straight face, please", name(player, game.alone)), String::new())
    } else {
        ("Straight faces …".to_owned(), String::new())
    };
    title_card(canvas, picture, &above, &format!("Round {round}"), 0.0, 1.0);
    if !below.is_empty() {
        canvas.write(&below, layout.stage - xy(0.0, 84.0), 18.0, colors.text).within(560.0);
    } else if part_for > 0.0 {
        countdown(canvas, picture, part_for);
    }
}

/// The seconds until the curtain opens.
fn countdown(canvas: &mut Canvas, picture: &Picture, part_for: f32) {
    let Picture { layout, colors, .. } = picture;
    let at = layout.stage - xy(0.0, 104.0);
    let left = CURTAIN.as_secs_f32() - part_for;
    canvas.disc(at, 34.0, rgb(0x05040A).with_alpha(0.7));
    let arc: Vec<Vec2> = (0..=40)
        .map(|it| {
            at + Vec2::from_angle(
                PI / 2.0 - TAU * part_for / CURTAIN.as_secs_f32() * it as f32 / 40.0,
            ) * 34.0
        })
        .collect();
    canvas.stroke(&arc, 5.0, colors.gold);
    canvas.write(&format!("{:.0}", left.ceil().max(1.0)), at + xy(0.0, 1.0), 34.0, colors.text);
}

/// Whom the game waits for: a headline, and what to do.
pub(super) fn absence(game: &Match, players: &Players) -> (String, String) {
    let gone: Vec<usize> = (0..2).filter(|player| !players.0[*player].ready).collect();
    let who = match gone[..] {
        [] => return ("Welcome back".to_owned(), "Straight faces, please: it goes on.".to_owned()),
        [player] => name(player, game.alone),
        _ => "Both of you",
    };
    if gone.iter().any(|player| players.0[*player].measuring) {
        return (format!("{who}: relax"), "Your resting face is being measured.".to_owned());
    }
    let keys: Vec<&str> = gone
        .iter()
        .filter(|player| players.0[**player].face.is_none())
        .map(|player| ["A", "L"][*player])
        .collect();
    let puppet = if keys.is_empty() {
        String::new()
    } else {
        format!("\nNo camera? {} sends a puppet.", keys.join(" and "))
    };
    (format!("{who}: into view, please"), format!("The round waits; nothing is lost.{puppet}"))
}
