//! The bookshelf: no two are alike.

use arcade::dice::Dice;
use bevy::prelude::*;

use super::clay::{Clay, rgb};

pub fn bookshelf(clay: &mut Clay, random: &mut Dice) {
    let wood = rgb(0x7A4E33);
    let (left, right, depth, height) = (1.72, 2.92, 0.36, 2.35);
    let (middle, width) = ((left + right) / 2.0, right - left);
    let z = -3.0 + depth / 2.0;
    clay.soft_box([left, height / 2.0, z], [0.07, height, depth], 0.02, wood);
    clay.soft_box([right, height / 2.0, z], [0.07, height, depth], 0.02, wood);
    clay.cuboid([left, 0.0, -3.0], [right, height, -2.97], wood * 0.6);
    let shelves = [0.08, 0.62, 1.16, 1.72, 2.33];
    for y in shelves {
        clay.soft_box([middle, y, z], [width, 0.06, depth], 0.015, wood);
    }
    let spines = [0xA33B3B, 0x2F5D8A, 0xD8A441, 0x3F7A5A, 0x6B4A8C, 0xC9B79C, 0x33424F, 0xB8683F];
    for shelf in 0..4 {
        let (floor, ceiling) = (shelves[shelf] + 0.03, shelves[shelf + 1] - 0.03);
        let mut x = left + 0.06;
        // Each shelf has a gap somewhere, so that it looks lived with.
        let gap = left + 0.3 + random.unit() * 0.6;
        while x < right - 0.12 {
            let thick = 0.05 + 0.05 * random.unit();
            if (x - gap).abs() < 0.11 {
                x += 0.2;
                continue;
            }
            let tall = (ceiling - floor) * (0.62 + 0.30 * random.unit());
            let deep = 0.2 + 0.06 * random.unit();
            let color = rgb(spines[(random.unit() * 8.0) as usize % 8]);
            clay.soft_box(
                [x + thick / 2.0, floor + tall / 2.0, -2.97 + deep / 2.0],
                [thick - 0.006, tall, deep],
                0.012,
                color,
            );
            let band = floor + tall * 0.78;
            clay.cuboid(
                [x + 0.004, band, -2.97 + deep],
                [x + thick - 0.01, band + 0.025, -2.967 + deep],
                color * 1.6 + 0.05,
            );
            x += thick;
        }
    }
    // A globe on top.
    clay.place = Transform::from_xyz(middle + 0.15, height + 0.02, z);
    clay.lathe(&[(0.0, 0.0), (0.12, 0.0), (0.1, 0.03), (0.025, 0.05), (0.025, 0.1)], 14, |_| {
        rgb(0x6B4630)
    });
    clay.sphere(Vec3::Y * 0.28, Vec3::splat(0.19), rgb(0x4F8FB0));
    clay.place = Transform::IDENTITY;
}
