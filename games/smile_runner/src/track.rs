//! What the hero runs through: ground, obstacles, stars and the flag.

use std::f32::consts::PI;

use bevy::math::Affine2;
use bevy::prelude::*;
use bevy_emotion::prelude::*;

use crate::brush::{Brush, hex};
use crate::course::{COURSE, Fate, Kind, Obstacle};
use crate::moves::HERO;
use crate::scenery::chance;
use crate::view::View;

impl View<'_> {
    /// Ground, obstacles, stars and the flag.
    pub fn course(&self, brush: &mut Brush) {
        let half = self.size.x / 2.0 + 40.0;
        let bottom = -self.size.y / 2.0 - 40.0;
        let mut from = -half;
        let gaps = self.run.course.obstacles.iter().filter(|it| it.kind == Kind::Gap);
        for gap in gaps.map(Some).chain([None]) {
            let to = gap.map_or(half, |gap| self.at(gap.x, 0.0).x).min(half);
            if to > from {
                self.earth(brush, from, to, bottom);
            }
            if let Some(gap) = gap {
                from = from.max(self.at(gap.x + gap.width, 0.0).x);
                let middle = self.at(gap.x + gap.width / 2.0, -150.0);
                brush.glow(
                    middle,
                    Vec2::splat(gap.width * 1.2),
                    self.accent(Expression::Happy).with_alpha(0.35),
                );
            }
        }
        for star in &self.run.course.stars {
            let bob =
                if self.is_calm { 0.0 } else { (self.look.seconds * 3.0 + star.x * 0.01).sin() };
            let position = self.at(star.x, star.y + 4.0 * bob);
            if position.x.abs() < half {
                brush.glow(position, Vec2::splat(44.0), hex(0xFFD978).with_alpha(0.5));
                brush.star(position, 14.0, 0.12 * bob, hex(0xFFE08A));
            }
        }
        self.flag(brush);
        for it in &self.run.course.obstacles {
            let place = self.at(it.x, 0.0);
            if it.fate == Fate::Gone || place.x > half + 700.0 || place.x + it.width < -half {
                continue;
            }
            match it.kind {
                Kind::Rock => self.rock(brush, it),
                Kind::Crystal => self.crystal(brush, it),
                Kind::Bird => self.bird(brush, it, it.x),
                Kind::Gap => {}
            }
        }
    }

    fn earth(&self, brush: &mut Brush, from: f32, to: f32, bottom: f32) {
        let night = 0.35 * self.evening();
        let deep = hex(0x0B0D20);
        let soil = self.tint([0x1D3148, 0x2F2C58, 0x472F5E]).mix(&deep, night);
        let grass = self.tint([0x3F7F86, 0x5E7FB8, 0x9C7FC4]).mix(&deep, night);
        let top = self.ground;
        let side = [[0.0, 10.0], [3.0, 4.0], [10.0, 0.0]];
        let edge = side.map(|[x, y]| (from + x, top - y)).into_iter();
        let edge = edge.chain(side.into_iter().rev().map(|[x, y]| (to - x, top - y)));
        let upper: Vec<_> = edge.map(|(x, y)| Vec2::new(x, y)).collect();
        let to_depth = |depth: f32| -> Vec<[Vec2; 2]> {
            upper.iter().map(|point| [*point, Vec2::new(point.x, top - depth)]).collect()
        };
        brush.band(&to_depth(top - bottom), |point| if point.y < top - 20.0 { deep } else { soil });
        brush.band(&to_depth(22.0), |point| {
            if point.y < top - 12.0 { grass.with_alpha(0.0) } else { grass }
        });
        let light = grass.mix(&LinearRgba::WHITE, 0.35);
        brush.line(&[Vec2::new(from + 9.0, top - 2.0), Vec2::new(to - 9.0, top - 2.0)], 3.0, light);
        for (number, x) in self.repeated(1.0, 58.0) {
            let [side, depth, size] = [1, 2, 3].map(|which| chance(number, which + 20));
            let x = x + 50.0 * side;
            if x < from + 30.0 || x > to - 30.0 {
                continue;
            }
            let pebble = Vec2::new(x, top - 38.0 - 120.0 * depth);
            let color = soil.mix(&grass, 0.35).with_alpha(0.5);
            brush.disc(pebble, Vec2::new(5.0 + 9.0 * size, 4.0 + 5.0 * size), color);
            if size > 0.4 {
                for lean in [-5.0, 0.0, 5.0] {
                    let foot = Vec2::new(x + lean, top - 3.0);
                    brush.line(&[foot, foot + Vec2::new(lean, 9.0 + 6.0 * depth)], 3.0, grass);
                }
            }
        }
    }

    fn rock(&self, brush: &mut Brush, it: &Obstacle) {
        let foot = self.at(it.x + it.width / 2.0, 0.0);
        let glow = self.accent(Expression::Happy).with_alpha(0.42);
        brush.glow(foot + Vec2::Y * it.height * 0.5, Vec2::splat(it.width * 1.5), glow);
        let outline: Vec<_> = (0..=10_u8)
            .map(|step| {
                let angle = PI * f32::from(step) / 10.0;
                let bump = 0.88 + 0.2 * chance(it.x + f32::from(step), 5);
                let half = Vec2::new(it.width / 2.0 + 6.0, it.height);
                foot + Vec2::from_angle(angle) * half * bump - Vec2::Y * 4.0
            })
            .collect();
        let [light, dark] = [hex(0xA79BC9), hex(0x40395F)];
        brush.fan(&outline, |point| {
            dark.mix(&light, ((point.y - foot.y) / it.height).clamp(0.0, 1.0))
        });
        for (x, y, size) in [(-0.16, 0.52, 0.16), (0.2, 0.3, 0.11)] {
            let spot = foot + Vec2::new(x * it.width, y * it.height);
            brush.disc(spot, Vec2::new(it.width, it.height * 0.7) * size, light.with_alpha(0.35));
        }
    }

    fn crystal(&self, brush: &mut Brush, it: &Obstacle) {
        let accent = self.accent(Expression::Surprise);
        let foot = self.at(it.x + it.width / 2.0, -4.0);
        brush.glow(
            foot + Vec2::Y * it.height * 0.5,
            Vec2::new(190.0, 210.0),
            accent.with_alpha(0.5),
        );
        let [lit, shade] = [accent.mix(&LinearRgba::WHITE, 0.5), accent.mix(&hex(0x10204A), 0.55)];
        let frame = brush.frame;
        for (x, height, width, lean) in [
            (-20.0, 0.74, 17.0, 0.16),
            (24.0, 0.80, 18.0, -0.13),
            (2.0, 1.0, 21.0, -0.01),
            (-32.0, 0.44, 14.0, 0.34),
            (36.0, 0.40, 14.0, -0.36),
        ] {
            let (w, h): (f32, f32) = (width, it.height * height);
            brush.frame = frame * Affine2::from_angle_translation(lean, foot + Vec2::X * x);
            let [middle, tip] = [Vec2::new(0.2 * w, 0.0), Vec2::new(0.1 * w, h)];
            let [left, right] = [Vec2::new(-w, h - 1.2 * w), Vec2::new(w, h - 1.6 * w)];
            let dim = |point: Vec2, by: f32| shade.mix(&lit, (point.y / h).clamp(0.0, 1.0) * by);
            let facet = [Vec2::new(-w, 0.0), middle, tip, left];
            brush.fan(&facet, |point| dim(point, 1.0).with_alpha(0.95));
            let facet = [middle, Vec2::new(w, 0.0), right, tip];
            brush.fan(&facet, |point| dim(point, 0.45).with_alpha(0.95));
            let gleam = [Vec2::new(-0.55 * w, h * 0.3), Vec2::new(-0.55 * w, h - 1.6 * w)];
            brush.line(&gleam, 3.0, LinearRgba::WHITE.with_alpha(0.45));
        }
        brush.frame = frame;
    }

    /// Where a bird is: it comes faster than the ground, and down to the hero.
    pub fn bird_at(&self, it: &Obstacle) -> Vec2 {
        let distance = it.x - self.run.hero.x;
        let near = self.run.hero.y + HERO;
        let height = near + (190.0 - near) * (distance / 620.0).clamp(0.0, 1.0);
        self.at(self.run.hero.x + distance * 1.55, height)
    }

    fn bird(&self, brush: &mut Brush, it: &Obstacle, phase: f32) {
        let accent = self.accent(Expression::Angry);
        let beat = if self.is_calm { 0.3 } else { (self.look.seconds * 13.0 + phase).sin() };
        let place = self.bird_at(it) + Vec2::Y * beat * 4.0;
        brush.glow(place, Vec2::splat(84.0), accent.with_alpha(0.6));
        let dark = hex(0x3A1E33);
        let frame = brush.frame;
        brush.frame = frame * Affine2::from_translation(place);
        let wing = |side: f32| {
            [
                Vec2::new(-8.0, 4.0),
                Vec2::new(16.0, 4.0),
                Vec2::new(20.0 + 8.0 * side, 12.0 + 34.0 * beat),
            ]
        };
        let fill = |brush: &mut Brush, mut wing: [Vec2; 3], color| {
            if beat < -0.2 {
                wing.reverse();
            }
            brush.fan(&wing, |_| color);
        };
        fill(brush, wing(1.0), dark.mix(&accent, 0.25));
        brush.fan(&[Vec2::new(14.0, -8.0), Vec2::new(44.0, 2.0), Vec2::new(14.0, 10.0)], |_| dark);
        brush.disc(Vec2::ZERO, Vec2::new(26.0, 21.0), dark.mix(&accent, 0.12));
        brush.disc(Vec2::new(-5.0, -6.0), Vec2::new(16.0, 11.0), accent.with_alpha(0.55));
        brush.fan(&[Vec2::new(-22.0, 6.0), Vec2::new(-42.0, -1.0), Vec2::new(-22.0, -7.0)], |_| {
            hex(0xFFC46B)
        });
        fill(brush, wing(0.0), dark.mix(&accent, 0.45));
        brush.disc(Vec2::new(-13.0, 5.0), Vec2::splat(6.5), LinearRgba::WHITE);
        brush.disc(Vec2::new(-15.0, 4.5), Vec2::splat(3.2), hex(0x1A1020));
        brush.line(&[Vec2::new(-22.0, 8.5), Vec2::new(-6.0, 14.0)], 4.0, hex(0x1A1020));
        brush.frame = frame;
    }

    fn flag(&self, brush: &mut Brush) {
        let foot = self.at(COURSE, 0.0);
        if self.run.is_stroll || foot.x.abs() > self.size.x {
            return;
        }
        brush.glow(foot + Vec2::Y * 200.0, Vec2::splat(300.0), hex(0xFFE9B0).with_alpha(0.4));
        brush.line(&[foot, foot + Vec2::Y * 300.0], 9.0, hex(0xE9E2F5));
        brush.disc(foot + Vec2::Y * 306.0, Vec2::splat(11.0), hex(0xFFD978));
        let stripes = [Expression::Happy, Expression::Surprise, Expression::Angry];
        for (index, stripe) in stripes.into_iter().enumerate() {
            let edges: Vec<_> = (0..=16_u8)
                .map(|step| {
                    let x = f32::from(step) * 9.0;
                    let wave =
                        if self.is_calm { 0.0 } else { (x / 26.0 - self.look.seconds * 5.0).sin() };
                    let top = 290.0 - 32.0 * index as f32 + wave * x / 18.0;
                    [top, top - 33.0].map(|y| foot + Vec2::new(x + 4.0, y))
                })
                .collect();
            let color = self.accent(stripe);
            brush.band(&edges, |_| color);
        }
    }
}
