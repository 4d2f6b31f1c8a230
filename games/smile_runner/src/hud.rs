//! What lies over the run: signs above the obstacles, score, mood, and what the face can do.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;
use bevy_emotion::hud::ink::{Style, Token};
use bevy_emotion::hud::theme::sign;
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use crate::action::{ACTIONS, Action, expression};
use crate::brush::{Brush, hex};
use crate::course::{Fate, Kind, REACTION};
use crate::moves::{DASH_EVERY, SHIELD_LEAST};
use crate::run::{LIVES, Outcome};
use crate::view::{BIG, View};

impl View<'_> {
    /// Above what comes: what to show, and when.
    pub fn signs(&self, brush: &mut Brush) {
        let lane = self.ground + 306.0;
        let right = self.size.x / 2.0 - 84.0;
        let mut before = f32::NEG_INFINITY;
        let signs = self.run.course.obstacles.iter();
        for it in signs.filter(|it| it.fate == Fate::Ahead && it.has_sign) {
            let seconds = self.run.seconds_to(it);
            let place = match it.kind {
                Kind::Bird => self.bird_at(it),
                _ => self.at(it.x + it.width / 2.0, it.height),
            };
            let x = place.x.min(right);
            if seconds > 3.4 || x - before < 150.0 || self.run.outcome.is_some() {
                break;
            }
            let is_next = before == f32::NEG_INFINITY;
            before = x;
            let expression = it.kind.expression();
            let accent = self.accent(expression);
            let cue = seconds - it.kind.lead() - REACTION;
            let is_now = is_next && cue < 0.0;
            // It comes, and goes when it is too late.
            let comes = ((3.4 - seconds) * 4.0).min((seconds + 0.15) * 5.0).clamp(0.0, 1.0);
            let comes = if self.is_calm { 1.0 } else { comes * comes * (3.0 - 2.0 * comes) };
            let pulse = if is_now && !self.is_calm {
                1.12 + 0.05 * (self.look.seconds * 16.0).sin()
            } else {
                1.0
            };
            let radius = comes * pulse * if is_next { 42.0 } else { 32.0 };
            let middle = Vec2::new(x, lane);
            // Down to what it is about.
            let mut y = lane - 84.0;
            while place.x <= right + 60.0 && y > place.y + 26.0 {
                brush.disc(Vec2::new(x, y), Vec2::splat(2.6), accent.with_alpha(0.75));
                y -= 15.0;
            }
            if is_next {
                let left = (cue / 1.8).clamp(0.0, 1.0);
                let alpha = 0.85 * (1.0 - left);
                let light = accent.with_alpha(if is_now { 0.9 } else { 0.45 });
                brush.glow(middle, Vec2::splat(radius * 2.6), light);
                brush.ring(
                    middle,
                    radius + 5.0 + 52.0 * left,
                    4.0,
                    [0.0, TAU],
                    accent.with_alpha(alpha),
                );
            }
            let panel = self.theme.panel.to_linear().with_alpha(0.92);
            brush.disc(middle, Vec2::splat(radius + 5.0), if is_now { accent } else { panel });
            brush.ring(middle, radius + 3.0, 4.0, [0.0, TAU], accent);
            brush.emblem(middle, radius * 0.84, expression, accent);
            if comes < 0.9 {
                continue;
            }
            let words = verb(expression);
            let width = 46.0 + 13.0 * words.len() as f32;
            let below = middle - Vec2::Y * (if is_next { 66.0 } else { 56.0 });
            brush.pill(below, Vec2::new(width, 34.0), panel);
            let ink = Token::ExpressionText(expression);
            brush.say(
                Style::LargeSign,
                ink,
                below + Vec2::X * (16.0 - width / 2.0),
                -0.5,
                sign(expression),
            );
            brush.say(Style::Large, ink, below + Vec2::X * (40.0 - width / 2.0), -0.5, words);
        }
    }

    /// Lives, score, mood, way, and what the face can do.
    pub fn status(&self, brush: &mut Brush, input: &ExpressionInput<Action>) {
        let run = self.run;
        let corner = Vec2::new(-self.size.x / 2.0, self.size.y / 2.0);
        let panel = self.theme.panel.to_linear().with_alpha(0.62);
        brush.pill(corner + Vec2::new(142.0, -66.0), Vec2::new(252.0, 100.0), panel);
        for life in 0..LIVES {
            let place = corner + Vec2::new(46.0 + 40.0 * f32::from(life), -44.0);
            let is_left = life < run.lives;
            let size = if is_left { 15.0 } else { 12.0 };
            let color = if is_left { hex(0xFF6F8B) } else { LinearRgba::WHITE.with_alpha(0.16) };
            brush.heart(place, size, color);
        }
        // The mood: a line from sad to happy, and a small face on it.
        let [from, to] = [38.0, 246.0].map(|x| corner + Vec2::new(x, -90.0));
        let stops = [Expression::Sad, Expression::Neutral, Expression::Happy];
        let [low, middle, high] = stops.map(|it| self.accent(it));
        let color = |share: f32| match share {
            ..0.5 => low.mix(&middle, 2.0 * share),
            _ => middle.mix(&high, 2.0 * share - 1.0),
        };
        let edges: Vec<_> = (0..=12_u8)
            .map(|step| from.lerp(to, f32::from(step) / 12.0))
            .map(|point| [point + Vec2::Y * 4.0, point - Vec2::Y * 4.0])
            .collect();
        brush.band(&edges, |point| color((point.x - from.x) / (to.x - from.x)));
        let knob = from.lerp(to, self.look.zest);
        let mut mood = [0.0; Expression::COUNT];
        mood[Expression::Happy.index()] = self.mood.max(0.0);
        mood[Expression::Sad.index()] = (-self.mood).max(0.0);
        brush.disc(knob, Vec2::splat(19.0), color(self.look.zest));
        brush.badge(knob, 16.0, &mood);
        let pace = match self.look.zest {
            ..0.25 => "gentle pace",
            ..0.65 => "steady pace",
            _ => "lively pace",
        };
        let beside = corner + Vec2::new(256.0, -44.0);
        brush.say(Style::Small, Token::Quiet, beside, 0.5, pace);

        let top = Vec2::new(0.0, corner.y);
        let width = (self.size.x * 0.3).min(420.0);
        brush.pill(top - Vec2::Y * 66.0, Vec2::new(width + 60.0, 100.0), panel);
        brush.say(BIG, Token::Text, top - Vec2::Y * 42.0, 0.0, &run.score().to_string());
        let [from, to] = [-0.5, 0.5].map(|side| top + Vec2::new(width * side, -78.0));
        brush.line(&[from, to], 8.0, LinearRgba::WHITE.with_alpha(0.14));
        let here = from.lerp(to, self.evening());
        brush.line(&[from, here], 8.0, hex(0xFFE08A));
        brush.disc(here, Vec2::splat(9.0), hex(0xFFF3E0));
        brush.line(&[to, to + Vec2::Y * 22.0], 3.0, LinearRgba::WHITE);
        let cloth = [Vec2::new(0.0, 22.0), Vec2::new(0.0, 9.0), Vec2::new(16.0, 15.5)];
        brush.fan(&cloth.map(|point| to + point), |_| hex(0xFFD978));
        let words = format!("{} m", run.metres());
        brush.say(Style::Small, Token::Quiet, from - Vec2::Y * 20.0, -0.5, &words);
        brush.star(to - Vec2::new(46.0, 20.0), 9.0, 0.0, hex(0xFFE08A));
        let words = run.stars.to_string();
        brush.say(Style::Small, Token::Text, to - Vec2::Y * 20.0, 0.5, &words);

        let (words, ink) = self.hint(input);
        let bottom = -self.size.y / 2.0;
        brush.say(Style::Large, ink, Vec2::new(0.0, bottom + 112.0), 0.0, words);
        self.chips(brush, bottom + 50.0, input);
    }

    /// What to do next.
    fn hint(&self, input: &ExpressionInput<Action>) -> (&'static str, Token) {
        let run = self.run;
        match run.outcome {
            Some(Outcome::Won) => return ("You made it!", Token::Note),
            Some(Outcome::Lost) => return ("Oh no!", Token::Problem),
            None => {}
        }
        let next = run.ahead().filter(|it| run.seconds_to(it) < 3.0);
        let Some(next) = next else {
            return if run.hero.x < 900.0 {
                ("Look at the signs: they show what your face has to do", Token::Text)
            } else {
                ("Relax your face", Token::Quiet)
            };
        };
        let ink = Token::ExpressionText(next.kind.expression());
        match next.kind {
            Kind::Rock | Kind::Gap if run.hero.on_ground && input.pressed(Action::Jump) => {
                ("Relax for a moment, then smile again", Token::Note)
            }
            Kind::Rock => ("Smile to jump over it, and keep smiling to jump higher", ink),
            Kind::Gap => ("Smile to jump across", ink),
            Kind::Crystal if self.look.hears => {
                ("Shout, or look surprised all of a sudden, to dash through it", ink)
            }
            Kind::Crystal => ("Look surprised, all of a sudden, to dash through it", ink),
            Kind::Bird if run.hero.energy < SHIELD_LEAST => {
                ("The shield is empty: relax", Token::Note)
            }
            Kind::Bird if self.look.hears => {
                ("Growl, or frown, until it is gone: that is your shield", ink)
            }
            Kind::Bird => ("Frown until it is gone: that is your shield", ink),
        }
    }

    pub fn chips(&self, brush: &mut Brush, y: f32, input: &ExpressionInput<Action>) {
        for (index, action) in ACTIONS.into_iter().enumerate() {
            let middle = Vec2::new(306.0 * (index as f32 - 1.0), y);
            self.chip(brush, middle, action, input, self.look.flashes[index]);
        }
    }

    /// An action: what the face shows of it, and whether it is ready.
    fn chip(
        &self,
        brush: &mut Brush,
        middle: Vec2,
        action: Action,
        input: &ExpressionInput<Action>,
        flash: f32,
    ) {
        let expression = expression(action);
        let (accent, size) = (self.accent(expression), Vec2::new(290.0, 62.0));
        let hero = &self.run.hero;
        let (name, ready) = match action {
            Action::Jump => ("to jump", 1.0),
            Action::Dash => ("to dash", 1.0 - hero.dash_wait / DASH_EVERY),
            Action::Shield => ("to shield", hero.energy),
        };
        let grown = size + if self.is_calm { 0.0 } else { 10.0 * flash };
        let is_on = input.pressed(action);
        brush.pill(
            middle,
            grown + 6.0,
            accent.with_alpha(if is_on { 0.95 } else { 0.30 + 0.5 * flash }),
        );
        brush.pill(middle, grown, self.theme.panel.to_linear().with_alpha(1.0));
        let shown = self.look.strengths[expression.index()];
        let full = size.x - 76.0;
        let [left, right] = [0.0, full].map(|x| middle + Vec2::new(x - size.x / 2.0 + 64.0, -22.0));
        brush.line(&[left, right], 5.0, LinearRgba::WHITE.with_alpha(0.12));
        if shown > 0.02 {
            brush.line(&[left, left.lerp(right, shown.min(1.0))], 5.0, accent);
        }
        let icon = middle - Vec2::X * (size.x / 2.0 - 32.0);
        brush.disc(icon, Vec2::splat(25.0), accent.with_alpha(0.25));
        brush.ring(icon, 26.0, 3.0, [0.0, TAU], LinearRgba::WHITE.with_alpha(0.12));
        let turn = [PI / 2.0 - TAU * ready, PI / 2.0];
        brush.ring(icon, 26.0, 3.5, turn, accent.with_alpha(if ready < 1.0 { 0.6 } else { 1.0 }));
        brush.emblem(icon, 20.0, expression, accent);
        let text = middle + Vec2::new(64.0 - size.x / 2.0, 6.0);
        let ink = Token::ExpressionText(expression);
        brush.say(Style::LargeSign, ink, text, -0.5, sign(expression));
        brush.say(Style::Large, ink, text + Vec2::X * 22.0, -0.5, verb(expression));
        let end = middle + Vec2::new(size.x / 2.0 - 14.0, 6.0);
        brush.say(Style::Small, Token::Quiet, end, 0.5, name);
    }
}

/// What the player is asked to do.
const fn verb(expression: Expression) -> &'static str {
    match expression {
        Expression::Happy => "Smile",
        Expression::Surprise => "Surprise",
        _ => "Frown",
    }
}
