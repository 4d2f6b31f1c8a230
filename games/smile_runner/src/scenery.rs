//! What lies behind the course: sky, sun, clouds and hills.

use arcade::dice::Dice;
use bevy::prelude::*;

use crate::brush::{Brush, hex};
use crate::view::View;

impl View<'_> {
    pub fn sky(&self, brush: &mut Brush) {
        let half = self.size / 2.0 + 20.0;
        let night = 0.55 * self.evening();
        let top = self.tint([0x080D1F, 0x10173A, 0x1A1B4B]).mix(&hex(0x050815), night);
        let middle = self.tint([0x152645, 0x2C2F66, 0x5B3A7D]).mix(&hex(0x151B40), night);
        let haze = self.tint([0x3A5A78, 0x8A6899, 0xF0A070]).mix(&hex(0x5A4A80), night);
        let down = half.y - self.ground;
        let rows: Vec<_> = (0..=14_u8)
            .map(|row| half.y - down * f32::from(row) / 14.0)
            .map(|y| [Vec2::new(half.x, y), Vec2::new(-half.x, y)])
            .collect();
        brush.band(&rows, |point| {
            let depth = (half.y - point.y) / down;
            let upper = top.mix(&middle, (depth / 0.6).min(1.0));
            upper.mix(&haze, ((depth - 0.3) / 0.6).clamp(0.0, 1.0).powf(1.5))
        });
        for star in 0..70_u8 {
            let place = f32::from(star);
            let [x, y, size] = [1, 2, 3].map(|which| chance(place, which));
            let twinkle = if self.is_calm {
                0.8
            } else {
                0.6 + 0.4 * (self.look.seconds * (0.6 + size) + place).sin()
            };
            let position = Vec2::new((x * 2.0 - 1.0) * half.x, half.y * (0.05 + 0.95 * y));
            let white = LinearRgba::WHITE.with_alpha((0.15 + 0.6 * self.evening()) * twinkle * y);
            brush.disc(position, Vec2::splat(0.7 + 1.3 * size), white);
        }
        let sun = Vec2::new(half.x * 0.42, self.ground + 240.0 - 170.0 * self.evening());
        let warm = self.tint([0xC9D8F0, 0xFFD9B0, 0xFFE3A0]);
        brush.glow(sun, Vec2::splat(420.0), warm.with_alpha(0.30));
        brush.glow(sun, Vec2::splat(130.0), warm.with_alpha(0.45));
        brush.disc(sun, Vec2::splat(46.0), warm.with_alpha(0.92));
        for cloud in self.repeated(0.05, 430.0) {
            let [height, size, side] = [1, 2, 3].map(|which| chance(cloud.0, which));
            let middle = Vec2::new(cloud.1 + 200.0 * side, self.ground + 300.0 + 150.0 * height);
            let color = haze.mix(&LinearRgba::WHITE, 0.25).with_alpha(0.34);
            for (x, y, width, height) in [
                (0.0, 0.0, 190.0, 34.0),
                (-70.0, 12.0, 90.0, 40.0),
                (10.0, 24.0, 110.0, 52.0),
                (84.0, 10.0, 80.0, 36.0),
            ] {
                let grown = 0.7 + 0.6 * size;
                brush.glow(
                    middle + Vec2::new(x, y) * grown,
                    Vec2::new(width, height) * grown,
                    color,
                );
            }
        }
    }

    pub fn hills(&self, brush: &mut Brush) {
        let night = 0.45 * self.evening();
        let layers = [
            (0.08, 150.0, [0x2B4562, 0x55508A, 0x9A5C86], 310.0),
            (0.20, 92.0, [0x1C3350, 0x3B3A72, 0x663F7A], 230.0),
            (0.42, 38.0, [0x12223A, 0x25274F, 0x3C2A5C], 170.0),
        ];
        for (index, (speed, base, colors, length)) in layers.into_iter().enumerate() {
            let color = self.tint(colors).mix(&hex(0x0A0E24), night);
            let haze =
                color.mix(&self.tint([0x2F4A66, 0x6D5A90, 0xB0707F]), 0.35 - 0.1 * index as f32);
            let ridge = |x: f32| {
                let x = x + self.camera * speed;
                let roll = (x / length).sin()
                    + 0.55 * (x / length * 2.3 + 1.3).sin()
                    + 0.25 * (x / length * 4.1).sin();
                self.ground + base + 0.26 * length * roll
            };
            let half = self.size.x / 2.0 + 30.0;
            let steps = (half / 10.0) as i16;
            let edges: Vec<_> = (-steps..=steps)
                .map(|step| f32::from(step) * 10.0)
                .map(|x| [Vec2::new(x, ridge(x)), Vec2::new(x, self.ground - 10.0)])
                .collect();
            brush.band(&edges, |point| if point.y < self.ground { haze } else { color });
            if index == 0 {
                continue;
            }
            // Round trees stand on the nearer hills.
            for (number, x) in self.repeated(speed, if index == 1 { 96.0 } else { 150.0 }) {
                let [side, size, is_there] = [4, 5, 6].map(|which| chance(number, which));
                if is_there < 0.35 {
                    continue;
                }
                let x = x + 90.0 * side;
                let size = (14.0 + 16.0 * size) * if index == 1 { 0.75 } else { 1.35 };
                let foot = Vec2::new(x, ridge(x) - 6.0);
                let trunk = color.mix(&LinearRgba::BLACK, 0.12);
                brush.line(&[foot, foot + Vec2::Y * size * 1.6], size * 0.2, trunk);
                let crown = foot + Vec2::Y * size * 2.1;
                brush.disc(crown, Vec2::new(size, size * 1.25), trunk);
                brush.disc(
                    crown + Vec2::new(size * 0.25, size * 0.25),
                    Vec2::new(size, size * 1.2) * 0.6,
                    color,
                );
            }
        }
    }

    /// Where something stands that is repeated in a layer: its number, and its x on the screen.
    pub fn repeated(&self, speed: f32, distance: f32) -> impl Iterator<Item = (f32, f32)> + use<> {
        let shift = self.camera * speed;
        let half = self.size.x / 2.0 + distance;
        let first = ((shift - half) / distance).floor() as i64;
        let last = ((shift + half) / distance).ceil() as i64;
        (first..=last).map(move |number| (number as f32, number as f32 * distance - shift))
    }
}

/// The same number, 0 to 1, for the same place of the scenery.
pub fn chance(place: f32, which: u64) -> f32 {
    Dice((place as i64 as u64).wrapping_mul(8).wrapping_add(which)).unit()
}
