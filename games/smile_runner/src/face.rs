//! A face from how strongly it shows each of the seven expressions.

use bevy::math::Affine2;
use bevy::prelude::*;
use bevy_emotion::prelude::*;

use crate::brush::{Brush, hex};

impl Brush {
    /// A face in a circle of radius 1, from the strengths of the seven expressions. `lids` closes
    /// the eyes, `ahead` is where they look.
    pub fn face(&mut self, shown: &[f32; Expression::COUNT], lids: f32, ahead: f32) {
        let [angry, disgust, fear, happy, sad, surprise, _] = *shown;
        let dark = hex(0x2A1B3A);
        let open =
            1.0 + 0.40 * surprise + 0.25 * fear - 0.35 * angry - 0.30 * happy - 0.2 * disgust;
        let open = open.max(0.25) * lids;
        for side in [-1.0, 1.0] {
            let eye = Vec2::new(0.34 * side + ahead, 0.14);
            let eye_radii = Vec2::new(0.19 + 0.03 * surprise, 0.22 * open);
            self.disc(eye, eye_radii, LinearRgba::WHITE);
            let pupil = eye + Vec2::new(0.35 * ahead, 0.0);
            let pupil_radius = 0.115 - 0.025 * surprise;
            let pupil_radii = Vec2::new(pupil_radius, pupil_radius.min(eye_radii.y * 0.9));
            self.disc(pupil, pupil_radii, dark);
            self.disc(pupil + Vec2::new(0.04, 0.05 * open), pupil_radii * 0.35, LinearRgba::WHITE);
            let raise = 0.47 + 0.20 * surprise + 0.12 * fear + 0.07 * happy - 0.06 * angry;
            let inner = raise - 0.19 * angry + 0.14 * sad + 0.08 * fear - 0.06 * disgust;
            let outer = raise - 0.02 + 0.08 * angry - 0.12 * sad - 0.03 * fear;
            let [from, to] =
                [Vec2::new(0.17 * side + ahead, inner), Vec2::new(0.55 * side + ahead, outer)];
            let arch = 0.09 - 0.09 * angry;
            let brow: [Vec2; 7] = std::array::from_fn(|step| {
                let share = step as f32 / 6.0;
                from.lerp(to, share) + Vec2::Y * arch * 4.0 * share * (1.0 - share)
            });
            self.line(&brow, 0.075 + 0.03 * angry, dark);
            let blush = hex(0xFF8FA0).with_alpha(0.25 + 0.4 * happy);
            self.disc(Vec2::new(0.62 * side + ahead, -0.14), Vec2::new(0.15, 0.10), blush);
        }
        let half = 0.25 + 0.15 * happy - 0.09 * surprise + 0.02 * angry + 0.04 * fear;
        let curve = 0.10 + 0.26 * happy
            - 0.30 * sad
            - 0.26 * angry
            - 0.16 * disgust
            - 0.14 * fear
            - 0.1 * surprise;
        let gape = 0.30 * happy + 0.52 * surprise + 0.14 * fear + 0.06 * angry;
        let middle = Vec2::new(ahead * 0.9, -0.32 - 0.05 * surprise);
        let edges: Vec<_> = (0..=14_u8)
            .map(|step| {
                let x = (f32::from(step) / 7.0 - 1.0).clamp(-1.0, 1.0);
                let bow = curve * (x * x - 0.5);
                let arch = (1.0 - x * x).sqrt();
                let up = bow + 0.03 + gape * arch * (0.5 * surprise.min(1.0));
                let down = bow - 0.03 - gape * arch * (1.0 - 0.5 * surprise.min(1.0));
                [up, down].map(|y| middle + Vec2::new(x * half, y))
            })
            .collect();
        self.band(&edges, |_| dark);
        if gape > 0.12 {
            let tongue =
                middle - Vec2::Y * (0.5 * curve + gape * (1.0 - 0.5 * surprise.min(1.0)) - 0.08);
            self.disc(tongue, Vec2::new(half * 0.5, 0.09 * gape.min(0.4) / 0.3), hex(0xF0788C));
        }
    }

    pub fn badge(&mut self, middle: Vec2, radius: f32, shown: &[f32; Expression::COUNT]) {
        let frame = self.frame;
        self.frame =
            frame * Affine2::from_translation(middle) * Affine2::from_scale(Vec2::splat(radius));
        self.face(shown, 1.0, 0.0);
        self.frame = frame;
    }

    /// A small face that shows one expression: a sign.
    pub fn emblem(&mut self, middle: Vec2, radius: f32, expression: Expression, color: LinearRgba) {
        self.disc(middle, Vec2::splat(radius), color.mix(&LinearRgba::WHITE, 0.55));
        let mut shown = [0.0; Expression::COUNT];
        shown[expression.index()] = 1.0;
        self.badge(middle, radius, &shown);
    }
}
