//! The last seconds of both players as curves, drawn slowly.

use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy_emotion::hud::theme::sign;
use bevy_emotion::prelude::Expression;

use super::picture::Picture;
use super::texts::{caption, name, told};
use crate::canvas::Canvas;
use crate::colors::{WHITE, rgb};
use crate::easing::{between, pop};
use crate::gags::GAGS;
use crate::rules::{LIMIT, Match, Outcome, WINDOW};
use crate::shapes::{block, diamond, square, star, xy};

/// Where the curves are, from the middle of the stage.
const AREA: Rect = Rect { min: xy(-278.0, -184.0), max: xy(342.0, 22.0) };
/// Size of the texts beside the axes.
const SMALL: f32 = 15.5;

pub(super) fn draw(canvas: &mut Canvas, picture: &Picture) {
    let Picture { layout, colors, game, .. } = picture;
    let Some(outcome) = game.outcomes.last().copied() else { return };
    let chart = Chart {
        picture,
        start: game.window_start(),
        until: game.replayed_until(),
        broke_at: game.clock.as_secs_f32(),
    };
    canvas.within(layout.stage, 0.0, Vec2::splat(layout.scale), |canvas| {
        chart.axes(canvas);
        let (gag, broke) = match outcome {
            Outcome::Broke { player, gag, expression, .. } => (gag, Some((player, expression))),
            Outcome::Together { gag, .. } => (gag, None),
            Outcome::StoneFaces => return,
        };
        chart.gag(canvas, gag);
        for player in 0..2 {
            chart.curve(canvas, player);
        }
        legend(canvas, picture);
        if chart.until >= chart.broke_at {
            chart.mark_break(canvas, broke);
        }
    });
    if chart.until < chart.broke_at {
        let since = game.part_for.as_secs_f32();
        caption(canvas, picture, "Once more, slowly …", since, colors.text);
    } else {
        caption(canvas, picture, &told(outcome, game.alone), 1.0, colors.text);
    }
}

/// The curves of a round, in [`AREA`]. Times are those of the round, in seconds.
struct Chart<'a> {
    picture: &'a Picture<'a>,
    /// At its left.
    start: f32,
    /// Drawn until here.
    until: f32,
    broke_at: f32,
}

impl Chart<'_> {
    fn x(&self, at: f32) -> f32 {
        AREA.min.x + AREA.width() * (at - self.start) / WINDOW
    }

    /// The background with its scales.
    fn axes(&self, canvas: &mut Canvas) {
        canvas.blend(&square(AREA.min, AREA.max), rgb(0x1E1A30), rgb(0x171425));
        // Above the limit nobody is calm.
        canvas.blend(
            &square(xy(AREA.min.x, y(LIMIT)), AREA.max),
            rgb(0x5A2030).with_alpha(0.5),
            rgb(0x5A2030).with_alpha(0.15),
        );
        let colors = &self.picture.colors;
        for (heat, label) in [(0.0, "calm"), (LIMIT, "limit"), (1.0, "lost it")] {
            let dashes = if heat == LIMIT { 34 } else { 1 };
            for dash in 0..dashes {
                let from = AREA.min.x + AREA.width() * dash as f32 / dashes as f32;
                let length = AREA.width() / dashes as f32 * if dashes == 1 { 1.0 } else { 0.55 };
                let color = if heat == LIMIT { colors.gold } else { WHITE.with_alpha(0.3) };
                canvas.stroke(&[xy(from, y(heat)), xy(from + length, y(heat))], 1.8, color);
            }
            canvas
                .write(label, xy(AREA.min.x - 10.0, y(heat)), SMALL, colors.quiet)
                .anchored(Anchor::CENTER_RIGHT);
        }
        for second in -5..=0 {
            let x = self.x(self.broke_at + second as f32);
            let tick = [xy(x, AREA.min.y), xy(x, AREA.min.y - 5.0)];
            canvas.stroke(&tick, 1.8, WHITE.with_alpha(0.4));
            let label = if second == 0 { "break".to_owned() } else { format!("{second} s") };
            canvas.write(&label, xy(x, AREA.min.y - 18.0), SMALL, colors.quiet);
        }
    }

    /// When the gag that did it was funny.
    fn gag(&self, canvas: &mut Canvas, gag: usize) {
        let act = self.picture.game.show.0.iter().find(|act| act.gag == gag);
        let punch = act.map_or(self.start, |act| {
            let punch = act.start + GAGS[gag].punch;
            if punch < self.broke_at { punch } else { act.start }
        });
        let punch = punch.max(self.start + 0.05);
        if self.until < punch {
            return;
        }
        let x = self.x(punch);
        let color = self.picture.colors.gold.with_alpha(between(self.until, punch, punch + 0.3));
        for dash in 0..14 {
            let from = AREA.min.y + AREA.height() * dash as f32 / 14.0;
            canvas.stroke(&[xy(x, from), xy(x, from + 8.0)], 2.0, color);
        }
        let top = AREA.max.y;
        canvas.flat(&[xy(x - 8.0, top + 13.0), xy(x, top), xy(x + 8.0, top + 13.0)], color);
        let right = x > 60.0;
        let anchor = if right { Anchor::CENTER_RIGHT } else { Anchor::CENTER_LEFT };
        let at = xy(x + if right { -10.0 } else { 10.0 }, top - 13.0);
        canvas.write(GAGS[gag].name, at, 17.0, color).anchored(anchor);
    }

    /// A player's curve, filled down to the axis, with the player's sign at its tip.
    fn curve(&self, canvas: &mut Canvas, player: usize) {
        let color = self.picture.colors.players[player];
        let points: Vec<Vec2> = smooth(self.picture.game, player, self.start, self.until)
            .into_iter()
            .map(|(at, heat)| xy(self.x(at), y(heat)))
            .collect();
        if points.len() < 2 {
            return;
        }
        for pair in points.windows(2) {
            let floor = [xy(pair[0].x, AREA.min.y), xy(pair[1].x, AREA.min.y)];
            let vertices = [(pair[0], 0.30), (pair[1], 0.30), (floor[0], 0.02), (floor[1], 0.02)]
                .map(|(at, alpha)| {
                    let at = canvas.place.transform_point2(at);
                    canvas.vertex(at, color.with_alpha(alpha).to_linear())
                });
            let [a, b, c, d] = vertices;
            canvas.triangles(&[a, c, b, b, c, d]);
        }
        canvas.stroke(&points, 4.5, color);
        let tip = points[points.len() - 1];
        canvas.glow(tip, Vec2::splat(20.0), color.with_alpha(0.6));
        player_sign(canvas, player, tip, [8.0, 11.0], color);
    }

    /// The moment of the break, with who and what it was; `None` when both broke.
    fn mark_break(&self, canvas: &mut Canvas, broke: Option<(usize, Expression)>) {
        let Picture { theme, game, .. } = self.picture;
        let expression = broke.map_or(Expression::Happy, |(_, expression)| expression);
        let heat = broke.map_or(LIMIT, |(player, _)| {
            game.looks_at(self.broke_at).map_or(LIMIT, |looks| looks[player].heat().0)
        });
        let x = self.x(self.broke_at);
        let grown = pop(self.until * 1.6, self.broke_at * 1.6);
        let color = theme.color(expression);
        canvas.stroke(&[xy(x, AREA.min.y), xy(x, AREA.max.y)], 3.0, color);
        canvas.flat(&star(xy(x, y(heat)), 17.0 * grown.max(0.05)), WHITE);
        canvas.flat(&star(xy(x, y(heat)), 12.0 * grown.max(0.05)), color);
        let label = xy(x - 22.0, y(0.8));
        let unit = canvas.text_unit();
        let width = unit * (12.0 * expression.name().len() as f32 + 30.0);
        let pill = xy(width / 2.0 + 12.0, 20.0 * unit);
        canvas.flat(
            &block(label - xy(width / 2.0, 0.0), pill, 20.0 * unit),
            rgb(0x0B0913).with_alpha(0.88),
        );
        let color = theme.text_color(expression);
        canvas.write(expression.name(), label, 24.0, color).anchored(Anchor::CENTER_RIGHT);
        let at = label - xy(width - 8.0 * unit, 0.0);
        canvas.write(sign(expression), at, 22.0, color).sign = true;
    }
}

fn y(heat: f32) -> f32 {
    AREA.min.y + AREA.height() * heat.clamp(0.0, 1.0)
}

/// A player's curve through the samples, a point for each twentieth of a second.
fn smooth(game: &Match, player: usize, start: f32, until: f32) -> Vec<(f32, f32)> {
    let step = 0.05;
    let heat = |at: f32| game.looks_at(at).map_or(0.0, |looks| looks[player].heat().0);
    let first = game.history.front().map_or(start, |sample| sample.at.max(start));
    let count = ((until - first) / step).floor().max(0.0) as usize;
    let times = (0..=count).map(|it| first + it as f32 * step).chain([until.max(first)]);
    times.map(|at| (at, (heat(at - 0.08) + 2.0 * heat(at) + heat(at + 0.08)) / 4.0)).collect()
}

/// Who is who.
fn legend(canvas: &mut Canvas, picture: &Picture) {
    for player in 0..2 {
        let at = xy(-336.0 + 552.0 * player as f32, 62.0);
        let color = picture.colors.players[player];
        canvas.stroke(&[at, at + xy(26.0, 0.0)], 4.5, color);
        player_sign(canvas, player, at + xy(13.0, 0.0), [7.0, 9.0], color);
        canvas
            .write(name(player, picture.game.alone), at + xy(34.0, 0.0), 17.0, picture.colors.text)
            .anchored(Anchor::CENTER_LEFT);
    }
}

/// A disc or a diamond with these radii, so that colour alone does not tell the players apart.
fn player_sign(canvas: &mut Canvas, player: usize, at: Vec2, radii: [f32; 2], color: Color) {
    if player == 0 {
        canvas.disc(at, radii[0], color);
    } else {
        canvas.flat(&diamond(at, radii[1]), color);
    }
}
