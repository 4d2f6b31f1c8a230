//! A player's column: name, rounds won, face, composure.

use bevy::prelude::*;
use bevy_emotion::hud::theme::sign;
use bevy_emotion::prelude::Expression;

use super::head::Head;
use super::picture::Picture;
use super::texts::name;
use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::between;
use crate::looks::Looks;
use crate::puppet::{KEYS, Puppet};
use crate::rules::{HOLD, LIMIT};
use crate::scene::Scene;
use crate::shapes::{block, star, xy};

/// The column of one player.
struct Column<'a> {
    picture: &'a Picture<'a>,
    player: usize,
    puppet: Option<&'a Puppet>,
    /// Its middle.
    x: f32,
    color: Color,
    /// Of the head.
    radius: f32,
    looks: &'a Looks,
    /// How far the face has left its rest, and by what.
    heat: f32,
    expression: Expression,
    /// How much the player laughs out loud, 0 to 1.
    laughs: f32,
    /// How far head and composure are aside: they tremble before a break.
    trembles: f32,
}

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture, player: usize, puppet: Option<&Puppet>) {
    let Picture { layout, view, still, .. } = picture;
    let looks = &view.looks[player];
    let (heat, expression) = looks.heat();
    let column = Column {
        picture,
        player,
        puppet,
        x: layout.column_of(player),
        color: picture.colors.players[player],
        radius: (layout.column_width * 0.33).min(90.0),
        looks,
        heat,
        expression,
        laughs: if *still { view.laughs[player].round() } else { view.laughs[player] },
        trembles: 3.0 * (heat - 0.3).max(0.0) * (picture.clock() * 47.0).sin(),
    };
    column.heading(canvas);
    column.face(canvas);
    if picture.scene == Scene::Over && picture.game.decided() == Some(Some(player)) {
        column.crown(canvas);
    }
    if column.laughs > 0.4 {
        column.laughter(canvas);
    }
    column.composure(canvas);
    column.state(canvas);
    if let Some(puppet) = puppet {
        column.nerves(canvas, puppet);
    }
}

impl Column<'_> {
    /// The name, and a star for each round won.
    fn heading(&self, canvas: &mut Canvas) {
        let Self { x, color, .. } = *self;
        let Picture { layout, colors, game, .. } = self.picture;
        canvas.glow(xy(x, 96.0), xy(layout.column_width * 0.8, 230.0), color.with_alpha(0.12));
        let name = name(self.player, game.alone);
        canvas.write(name, xy(x, 300.0), 28.0, color.mix(&Color::WHITE, 0.35));
        let wins = game.wins()[self.player];
        for number in 0..2 {
            let at = xy(x - 17.0 + 34.0 * number as f32, 260.0);
            if number < wins {
                canvas.glow(at, Vec2::splat(24.0), colors.gold.with_alpha(0.4));
            }
            canvas.flat(
                &star(at, 12.0),
                if number < wins { colors.gold } else { WHITE.with_alpha(0.14) },
            );
        }
    }

    fn face(&self, canvas: &mut Canvas) {
        let Self { x, color, radius, .. } = *self;
        let inward = if self.player == 0 { 0.35 } else { -0.35 };
        let wooden = self.puppet.is_some() || self.picture.game.alone && self.player == 1;
        let head = Head {
            radius,
            color: if wooden { rgb(0xD6A468).mix(&color, 0.2) } else { color },
            looks: self.looks,
            stares: xy(inward, 0.05),
            laughs: self.laughs,
            wooden,
            clock: self.picture.clock(),
        };
        canvas.within(xy(x + self.trembles, 124.0), 0.0, Vec2::ONE, |canvas| {
            canvas.glow(xy(0.0, -radius * 1.16), xy(radius, 14.0), Color::BLACK.with_alpha(0.5));
            head.draw(canvas);
        });
    }

    /// For who has won the match.
    fn crown(&self, canvas: &mut Canvas) {
        let gold = self.picture.colors.gold;
        let at = xy(self.x, 124.0 + self.radius * 1.06);
        canvas.glow(at, Vec2::splat(70.0), gold.with_alpha(0.3));
        let points = [(-38.0, -16.0), (38.0, -16.0), (46.0, 24.0), (20.0, 4.0), (0.0, 34.0)];
        let left = [(-20.0, 4.0), (-46.0, 24.0)];
        let crown: Vec<Vec2> =
            points.into_iter().chain(left).map(|(dx, dy)| at + xy(dx, dy) * 0.62).collect();
        canvas.solid(&crown, gold);
        for (dx, dy) in [(-46.0, 26.0), (0.0, 36.0), (46.0, 26.0)] {
            canvas.disc(at + xy(dx, dy) * 0.62, 4.5, rgb(0xE86F9C));
        }
    }

    fn laughter(&self, canvas: &mut Canvas) {
        for (index, text) in ["HA", "ha", "HA!"].into_iter().enumerate() {
            let rises = if self.picture.still {
                0.4
            } else {
                (self.picture.view.clock * 0.9 + index as f32 / 3.0).fract()
            };
            let side = [-1.0, 1.0, 0.35][index];
            let at = xy(self.x + side * self.radius * 0.95, 176.0 + 84.0 * rises);
            canvas.write(text, at, 26.0, WHITE.with_alpha((1.0 - rises) * self.laughs));
        }
    }

    /// A bar: how much of the straight face is left. Below its limit it cracks.
    fn composure(&self, canvas: &mut Canvas) {
        let Self { heat, color, .. } = *self;
        let half = xy(self.picture.layout.column_width * 0.40, 13.0);
        let at = xy(self.x + self.trembles, -24.0);
        let left = 1.0 - heat;
        canvas.flat(&block(at, half + 5.0, 18.0), rgb(0x05040A).with_alpha(0.75));
        canvas.flat(&block(at, half, 13.0), WHITE.with_alpha(0.10));
        let tint = color.mix(&rgb(0xF2550F), between(heat, 0.2, LIMIT));
        let filled = (half.x * left).max(half.y * 0.6);
        canvas.solid(&block(at - xy(half.x - filled, 0.0), xy(filled, half.y), 13.0), tint);
        canvas.flat(
            &block(at - xy(half.x - filled, -5.0), xy((filled - 9.0).max(1.0), 2.5), 2.5),
            WHITE.with_alpha(0.35),
        );
        let limit = at.x - half.x + 2.0 * half.x * (1.0 - LIMIT);
        let gold = self.picture.colors.gold;
        canvas.stroke(&[xy(limit, at.y - 19.0), xy(limit, at.y + 19.0)], 3.0, gold);
        let breaking = self.picture.game.breaking[self.player];
        let breaking = (breaking.as_secs_f32() / HOLD.as_secs_f32()).min(1.0);
        if breaking > 0.0 && self.picture.scene == Scene::Play {
            cracks(canvas, at, half, breaking);
        }
    }

    /// Composure in words.
    fn state(&self, canvas: &mut Canvas) {
        let Self { x, heat, .. } = *self;
        let colors = &self.picture.colors;
        let percent = format!("composure  {:.0} %", (1.0 - heat) * 100.0);
        let color = if heat > LIMIT { colors.warning } else { colors.quiet };
        canvas.write(&percent, xy(x, -58.0), 17.0, color);
        let state = match heat {
            _ if self.laughs > 0.5 => "broken",
            heat if heat > LIMIT => "breaking!",
            heat if heat > 0.3 => "wavering …",
            heat if heat > 0.12 => "a twitch?",
            _ => "stone",
        };
        canvas.write(state, xy(x, -84.0), 19.0, colors.text);
        if heat > 0.12 {
            let name = self.expression.name();
            let width = 9.0 * name.len() as f32;
            canvas.write(name, xy(x + 11.0, -108.0), 19.0, colors.text);
            let sign = sign(self.expression);
            let at = xy(x - width / 2.0 - 6.0, -108.0);
            canvas.write(sign, at, 18.0, colors.gold).sign = true;
        }
    }

    /// A puppet's nerves, or the breath it has left for biting its lip.
    fn nerves(&self, canvas: &mut Canvas, puppet: &Puppet) {
        let x = self.x;
        let colors = &self.picture.colors;
        if let Some(key) = puppet.key {
            let key = if key == KEYS[0] { "A" } else { "L" };
            let breath = puppet.nerves.breath * 100.0;
            let hint = format!("{key} held: bite your lip\nbreath {breath:.0} %");
            canvas.write(&hint, xy(x, -156.0), 17.0, colors.quiet);
            return;
        }
        canvas.write("its nerves", xy(x, -136.0), 17.0, colors.quiet);
        for dot in 0..5 {
            let strong = puppet.nerves.skill * 5.0 >= dot as f32 + 0.5;
            canvas.disc(
                xy(x - 40.0 + 20.0 * dot as f32, -162.0),
                6.0,
                if strong { colors.gold } else { WHITE.with_alpha(0.16) },
            );
        }
    }
}

/// Cracks in a bar around `at`, as long as it has been `breaking`, 0 to 1.
fn cracks(canvas: &mut Canvas, at: Vec2, half: Vec2, breaking: f32) {
    for crack in 0..5 {
        let from = xy(at.x - half.x + 2.0 * half.x * (0.14 + 0.18 * crack as f32), at.y + half.y);
        let zigzag: Vec<Vec2> = (0..5)
            .map(|it| from + xy(if it % 2 == 0 { -5.0 } else { 6.0 }, -6.5 * it as f32 * breaking))
            .collect();
        canvas.stroke(&zigzag, 2.5, rgb(0x05040A));
    }
}
