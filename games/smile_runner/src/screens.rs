//! The words of the title, of the wait and of the result.

use std::f32::consts::{PI, TAU};

use bevy::prelude::*;
use bevy_emotion::hud::ink::{Style, Token};
use bevy_emotion::input::*;
use bevy_emotion::prelude::*;

use crate::action::Action;
use crate::attention::Attention;
use crate::brush::{Brush, hex};
use crate::course::COURSE;
use crate::menus::Record;
use crate::run::{LIFE_SCORE, METRE, Outcome, STAR_SCORE};
use crate::view::{BIG, View};

impl View<'_> {
    pub fn title(&self, brush: &mut Brush, input: &ExpressionInput<Action>) {
        let top = self.size.y / 2.0;
        brush.say(BIG, Token::Text, Vec2::Y * (top - 62.0), 0.0, "Smile Runner");
        self.chips(brush, top - 140.0, input);
    }

    pub fn waiting(&self, brush: &mut Brush, attention: &Attention) {
        brush.pill(Vec2::ZERO, self.size + 200.0, LinearRgba::BLACK.with_alpha(0.45));
        brush.pill(
            Vec2::Y * 40.0,
            Vec2::new(520.0, 150.0),
            self.theme.panel.to_linear().with_alpha(0.96),
        );
        let (words, more) = if attention.away > 0.0 {
            ("Come back into view", "The run waits for you. Any key goes on without a face.")
        } else {
            ("There you are!", "On we go …")
        };
        brush.say(Style::Large, Token::Text, Vec2::Y * 62.0, 0.0, words);
        brush.say(Style::Small, Token::Quiet, Vec2::Y * 22.0, 0.0, more);
        if attention.away == 0.0 {
            let turn = [PI / 2.0 - TAU * attention.back_in, PI / 2.0];
            brush.ring(Vec2::Y * 150.0, 22.0, 6.0, turn, hex(0xFFE08A));
        }
    }

    pub fn result(&self, brush: &mut Brush, record: &Record) {
        let run = self.run;
        let middle = Vec2::Y * (self.size.y / 2.0 - 170.0);
        let panel = self.theme.panel.to_linear().with_alpha(0.9);
        let is_won = run.outcome == Some(Outcome::Won);
        let accent = self.accent(if is_won { Expression::Happy } else { Expression::Sad });
        brush.glow(middle, Vec2::new(620.0, 330.0), accent.with_alpha(0.45));
        brush.pill(middle, Vec2::new(606.0, 266.0), accent.with_alpha(0.8));
        brush.pill(middle, Vec2::new(600.0, 260.0), panel.with_alpha(1.0));
        let title = if is_won { "You made it to the flag!" } else { "Out of lives" };
        brush.say(Style::Large, Token::Text, middle + Vec2::Y * 92.0, 0.0, title);
        brush.say(BIG, Token::Note, middle + Vec2::Y * 36.0, 0.0, &run.score().to_string());
        let best = match record.is_new {
            true => "points: your best so far".to_owned(),
            false => format!("points; your best is {}", record.best),
        };
        brush.say(Style::Small, Token::Quiet, middle - Vec2::Y * 4.0, 0.0, &best);
        let parts = [
            (format!("{} m", run.metres()), format!("of {} m", (COURSE / METRE) as u32)),
            (counted(run.stars, "star", "stars"), format!("{} points", run.stars * STAR_SCORE)),
            (
                counted(run.lives.into(), "life", "lives"),
                format!("{} each at the flag", LIFE_SCORE),
            ),
        ];
        for (index, (much, of)) in parts.into_iter().enumerate() {
            let place = middle + Vec2::new(188.0 * (index as f32 - 1.0), -70.0);
            brush.pill(
                place - Vec2::Y * 10.0,
                Vec2::new(176.0, 78.0),
                LinearRgba::WHITE.with_alpha(0.018),
            );
            brush.say(Style::Large, Token::Text, place + Vec2::Y * 4.0, 0.0, &much);
            brush.say(Style::Small, Token::Quiet, place - Vec2::Y * 26.0, 0.0, &of);
        }
    }
}

/// `1 star`, `2 stars`.
fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
