//! The one who runs: body, feet, sprout and shield.

use std::f32::consts::{PI, TAU};

use bevy::math::Affine2;
use bevy::prelude::*;
use bevy_emotion::prelude::*;

use crate::brush::{Brush, hex};
use crate::moves::HERO;
use crate::run::Outcome;
use crate::scenery::chance;
use crate::view::View;

impl View<'_> {
    pub fn hero(&self, brush: &mut Brush) {
        let (hero, look) = (&self.run.hero, self.look);
        let is_lost = self.run.outcome == Some(Outcome::Lost);
        let squash = if self.is_calm { 0.0 } else { look.squash.value.clamp(-0.4, 0.4) };
        let stretch =
            squash + if hero.on_ground || self.is_calm { 0.0 } else { hero.rise.abs() / 5_000.0 };
        let stride = hero.x / 30.0;
        let runs = hero.on_ground && !is_lost && self.run.speed() > 20.0;
        let bob = if runs && !self.is_calm { 4.0 * stride.sin().abs() } else { 0.0 };
        let radii = Vec2::new(HERO * (1.0 - 0.6 * stretch), HERO * (1.0 + stretch));
        let feet = self.at(hero.x, hero.y + bob);
        let shade = (1.0 - hero.y.abs() / 320.0).clamp(0.0, 1.0);
        if hero.y > -4.0 {
            let shadow = LinearRgba::BLACK.with_alpha(0.35 * shade);
            brush.disc(self.at(hero.x, -4.0), Vec2::new(42.0 * (0.6 + 0.4 * shade), 7.0), shadow);
        }
        if hero.safe > 0.0 && self.run.outcome.is_none() {
            let is_faint = self.is_calm || (hero.safe * 14.0).sin() < 0.0;
            brush.fade = if is_faint { 0.4 } else { 1.0 };
        }
        let middle = feet + Vec2::Y * radii.y;
        if look.dash > 0.02 && !self.is_calm {
            self.dash(brush, middle, radii);
        }
        let glow = self.strongest().map_or(hex(0xFFF1DC), |(it, _)| self.accent(it));
        brush.glow(middle, Vec2::splat(130.0), glow.with_alpha(0.5));
        let lean =
            if is_lost { 0.3 } else { (hero.rise / 3_000.0).clamp(-0.2, 0.2) - 0.12 * look.dash };
        let frame = brush.frame;
        let foot_color = hex(0xC98B6A);
        for (side, phase) in [(-1.0, 0.0), (1.0, PI)] {
            let swing =
                if runs { Vec2::from_angle(-stride + phase) } else { Vec2::new(0.2 * side, 0.0) };
            let foot = self.at(hero.x, hero.y)
                + Vec2::new(15.0 * side + 15.0 * swing.x, 5.0 + 9.0 * swing.y.max(0.0));
            brush.disc(foot, Vec2::new(15.0, 9.0), foot_color);
        }
        brush.frame = frame * Affine2::from_angle_translation(lean, middle);
        // A sprout that sways with what it does.
        let sway =
            if self.is_calm { 0.0 } else { -0.05 * look.squash.velocity - hero.rise / 2_600.0 };
        let tip = Vec2::new(-6.0 + 14.0 * sway, radii.y + 22.0);
        brush.line(
            &[Vec2::Y * (radii.y - 4.0), Vec2::new(0.0, radii.y + 10.0), tip],
            5.0,
            hex(0x6FB38A),
        );
        for (side, turn) in [(-1.0, 0.5), (1.0, -0.35)] {
            let turn: f32 = turn + sway;
            let leaf = tip + Vec2::from_angle(turn) * 12.0 * side;
            brush.leaf(
                leaf,
                Vec2::new(14.0, 7.5),
                turn,
                hex(if side < 0.0 { 0x6FB38A } else { 0x8FD6A4 }),
            );
        }
        let [light, dark] = self.body();
        brush.body(radii, light, dark);
        brush.frame *= Affine2::from_scale(radii);
        let blinks = !self.is_calm && (look.seconds * 0.31).fract() < 0.035;
        brush.face(&look.strengths, if blinks { 0.1 } else { 1.0 }, 0.10);
        brush.frame = frame;
        brush.fade = 1.0;
        self.shield(brush, middle);
    }

    /// What a dash leaves behind: fading copies of the body, and lines of wind.
    fn dash(&self, brush: &mut Brush, middle: Vec2, radii: Vec2) {
        let (look, surprise) = (self.look, self.accent(Expression::Surprise));
        for ghost in 1..=4_u8 {
            let back = f32::from(ghost) * 34.0 * look.dash;
            let color = surprise.with_alpha(0.28 * look.dash / f32::from(ghost));
            brush.disc(middle - Vec2::X * back, radii * (1.0 - 0.08 * f32::from(ghost)), color);
        }
        for line in 0..7_u8 {
            let [y, x] = [1, 2].map(|which| chance(f32::from(line), which));
            let x = (x * 400.0 - look.seconds * 1_500.0).rem_euclid(420.0) - 480.0;
            let start = middle + Vec2::new(x, (y - 0.5) * 120.0);
            brush.line(&[start, start + Vec2::X * 90.0], 3.0, surprise.with_alpha(0.5 * look.dash));
        }
    }

    fn strongest(&self) -> Option<(Expression, f32)> {
        let shown = Expression::ALL.into_iter().filter(|it| *it != Expression::Neutral);
        let shown = shown.map(|it| (it, self.look.strengths[it.index()]));
        shown.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|it| it.1 > 0.25)
    }

    /// The colours of the body, above and below, with a breath of what the face shows.
    fn body(&self) -> [LinearRgba; 2] {
        let (tint, amount) = self
            .strongest()
            .map_or((LinearRgba::WHITE, 0.0), |(it, strength)| (self.accent(it), strength));
        [hex(0xFFF3E0).mix(&tint, 0.10 * amount), hex(0xE8B184).mix(&tint, 0.45 * amount)]
    }

    fn shield(&self, brush: &mut Brush, middle: Vec2) {
        let (accent, hero) = (self.accent(Expression::Angry), &self.run.hero);
        let up = self.look.shield;
        if up > 0.02 {
            let radius = HERO * (1.3 + 0.45 * up);
            brush.glow(middle, Vec2::splat(radius * 1.9), accent.with_alpha(0.6 * up));
            brush.disc(middle, Vec2::splat(radius), accent.with_alpha(0.16 * up));
            brush.ring(
                middle,
                radius,
                5.0,
                [0.0, TAU],
                accent.mix(&LinearRgba::WHITE, 0.3).with_alpha(0.9 * up),
            );
            brush.ring(
                middle,
                radius - 10.0,
                4.0,
                [1.9, 2.9],
                LinearRgba::WHITE.with_alpha(0.5 * up),
            );
        }
        if hero.energy < 0.99 && self.run.outcome.is_none() {
            let radius = HERO * 1.95;
            brush.ring(middle, radius, 3.0, [0.0, TAU], LinearRgba::WHITE.with_alpha(0.12));
            let full = [PI / 2.0 - TAU * hero.energy, PI / 2.0];
            brush.ring(middle, radius, 4.0, full, accent.with_alpha(0.9));
        }
    }
}
