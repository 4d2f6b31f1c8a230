//! A player's head.

use bevy::prelude::*;

use crate::canvas::Canvas;
use crate::colors::{INK, WHITE, rgb};
use crate::figures::eye;
use crate::looks::Looks;
use crate::shapes::{block, bow, oval, xy};

/// A head around the origin that looks like its player.
pub(super) struct Head<'a> {
    pub(super) radius: f32,
    pub(super) color: Color,
    pub(super) looks: &'a Looks,
    /// Where it looks, in eyes.
    pub(super) stares: Vec2,
    /// How much it laughs out loud, 0 to 1.
    pub(super) laughs: f32,
    /// A puppet's.
    pub(super) wooden: bool,
    pub(super) clock: f32,
}

impl Head<'_> {
    pub(super) fn draw(&self, canvas: &mut Canvas) {
        let [.., surprise, _] = self.looks.strengths;
        let (heat, _) = self.looks.heat();
        let bounce = self.bounce();
        let scale = Vec2::splat(self.radius / 100.0)
            * xy(1.0 + 0.02 * bounce, 1.0 - 0.04 * bounce + 0.04 * surprise);
        // As in a mirror: the player's right is on the right.
        canvas.within(xy(0.0, 5.0 * bounce), -self.looks.tilt, scale, |canvas| {
            let skin = self.color.mix(&rgb(0xE2483D), 0.35 * heat * heat);
            if self.wooden {
                wooden_skull(canvas, skin);
            } else {
                skull(canvas, skin);
            }
            self.cheeks(canvas);
            self.eyes(canvas, skin);
            canvas.ball(xy(0.0, -10.0), xy(11.0, 9.0), skin.mix(&rgb(0xC0392B), 0.22));
            self.mouth(canvas);
            if heat > 0.25 && self.laughs < 0.5 {
                self.sweat(canvas, heat);
            }
        });
    }

    /// It shakes with laughter.
    fn bounce(&self) -> f32 {
        self.laughs * (self.clock * 18.0).sin()
    }

    fn cheeks(&self, canvas: &mut Canvas) {
        let [_, _, _, happy, ..] = self.looks.strengths;
        let (heat, _) = self.looks.heat();
        canvas.glow(xy(-34.0, 56.0), xy(44.0, 26.0), WHITE.with_alpha(0.22));
        let blush = 0.16 + 0.5 * happy.max(heat * 0.6);
        for side in [-1.0, 1.0] {
            canvas.glow(xy(side * 56.0, -18.0), xy(30.0, 20.0), rgb(0xF0566B).with_alpha(blush));
        }
    }

    /// Eyes and brows.
    fn eyes(&self, canvas: &mut Canvas, skin: Color) {
        let [angry, disgust, fear, happy, sad, surprise, _] = self.looks.strengths;
        let (clock, laughs) = (self.clock, self.laughs);
        let blink =
            if (clock * 0.23 + self.color.to_srgba().red).fract() < 0.03 { 1.0 } else { 0.0_f32 };
        let wide = 0.45 * surprise + 0.4 * fear;
        let squint = 0.5 * happy + 0.35 * angry + 0.45 * disgust + 0.6 * laughs;
        let lid = (0.16 - wide + squint).clamp(0.0, 0.8).max(blink);
        let wander = self.stares
            + xy(0.14 * (clock * 0.7).sin(), 0.1 * (clock * 0.9).cos())
            + xy(0.0, -0.3 * sad);
        for side in [-1.0, 1.0] {
            let at = xy(side * 36.0, 12.0);
            if laughs > 0.5 {
                let cheek = bow(at - xy(22.0, 6.0), at + xy(0.0, 30.0), at + xy(22.0, -6.0));
                canvas.stroke(&cheek, 7.0, INK);
            } else {
                eye(canvas, at, 20.0 * (1.0 + 0.5 * wide), wander, lid, skin);
            }
            let lift = 22.0 * surprise + 14.0 * fear - 12.0 * angry - 5.0 * disgust + 6.0 * happy;
            let slant = 15.0 * sad + 13.0 * fear - 20.0 * angry - 9.0 * disgust;
            let inner = xy(side * 17.0, 42.0 + lift + slant);
            let outer = xy(side * 60.0, 42.0 + lift - slant * 0.7);
            let arch = inner.midpoint(outer) + xy(0.0, 7.0 + 8.0 * surprise);
            canvas.stroke(&bow(inner, arch, outer), 9.0, skin.mix(&rgb(0x15121F), 0.8));
        }
    }

    fn mouth(&self, canvas: &mut Canvas) {
        let [angry, disgust, fear, happy, sad, surprise, _] = self.looks.strengths;
        let curve = happy - 0.8 * sad - 0.45 * angry - 0.35 * fear - 0.5 * disgust;
        let wide = 32.0 * (1.0 + 0.4 * happy - 0.4 * surprise + 0.25 * fear);
        let open = (26.0 * surprise
            + 9.0 * fear
            + 22.0 * (happy - 0.55).max(0.0)
            + 20.0 * self.laughs * (1.0 + 0.3 * self.bounce()))
        .max(0.0);
        let middle = xy(0.0, -50.0 + 6.0 * curve);
        let dark = rgb(0x3B1420);
        let corners = [middle + xy(-wide, 13.0 * curve), middle + xy(wide, 13.0 * curve)];
        if open < 2.0 {
            canvas.stroke(&bow(corners[0], middle - xy(0.0, 15.0 * curve), corners[1]), 6.5, dark);
        } else {
            let upper = bow(corners[1], middle + xy(0.0, open * 0.35 - 11.0 * curve), corners[0]);
            let lower = bow(corners[0], middle - xy(0.0, open * 1.7 + 17.0 * curve), corners[1]);
            let outline: Vec<Vec2> = upper.iter().chain(&lower[1..16]).copied().collect();
            canvas.flat(&outline, dark);
            canvas.flat(
                &oval(middle - xy(0.0, open * 0.72 + 6.0 * curve), xy(wide * 0.45, open * 0.28)),
                rgb(0xE2687A),
            );
            canvas.stroke(&outline, 4.0, dark);
        }
    }

    /// Keeping straight costs strength.
    fn sweat(&self, canvas: &mut Canvas, heat: f32) {
        let slide = (self.clock * 0.7).fract();
        let alpha = ((heat - 0.25) * 4.0).min(1.0) * (1.0 - slide);
        canvas.ball(xy(80.0, 56.0 - 44.0 * slide), xy(8.0, 12.0), rgb(0x9ED9F5).with_alpha(alpha));
    }
}

/// Ears, hair, and the face in front of it.
fn skull(canvas: &mut Canvas, skin: Color) {
    for side in [-1.0, 1.0] {
        canvas.ball(xy(side * 96.0, 0.0), xy(17.0, 24.0), skin.mix(&Color::BLACK, 0.12));
    }
    canvas.ball(xy(0.0, 12.0), xy(97.5, 99.0), skin.mix(&rgb(0x15121F), 0.72));
    canvas.ball(xy(0.0, -7.0), xy(96.0, 93.0), skin);
}

/// Strings, wood with its grain, a hinged jaw and screws.
fn wooden_skull(canvas: &mut Canvas, skin: Color) {
    for side in [-1.0, 1.0] {
        canvas.stroke(
            &[xy(side * 60.0, 76.0), xy(side * 46.0, 210.0)],
            2.0,
            WHITE.with_alpha(0.35),
        );
    }
    canvas.solid(&block(xy(0.0, 2.0), xy(88.0, 100.0), 66.0), skin);
    for line in 0..4 {
        let y = 62.0 - 44.0 * line as f32;
        canvas.stroke(
            &bow(xy(-80.0, y), xy(0.0, y + 14.0), xy(80.0, y - 4.0)),
            2.0,
            Color::BLACK.with_alpha(0.10),
        );
    }
    for side in [-1.0, 1.0] {
        canvas.stroke(
            &[xy(side * 34.0, -26.0), xy(side * 34.0, -96.0)],
            3.0,
            Color::BLACK.with_alpha(0.35),
        );
        canvas.ball(xy(side * 90.0, 2.0), xy(11.0, 15.0), skin.mix(&Color::BLACK, 0.25));
    }
}
