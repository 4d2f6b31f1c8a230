//! The shapes of what moves: lanterns, leaves, butterflies, the record and the cat.

use bevy::prelude::*;

use super::clay::{Clay, rgb};
use super::kinds::{LANTERN, LEAF, MATTER, WING};

/// Paper over ribs of wire.
pub fn lantern_clay(index: usize) -> Clay {
    let mut clay = Clay { kind: LANTERN, slot: index as f32, ..default() };
    let paper = rgb(0xEFE6D6);
    let mut ball = Vec::new();
    for step in 0..=10_u8 {
        let turn = std::f32::consts::PI * (0.08 + 0.84 * f32::from(step) / 10.0);
        let rib = if step % 2 == 0 { 0.985 } else { 1.0 };
        ball.push((0.25 * turn.sin() * rib, -0.28 * turn.cos()));
    }
    clay.lathe(&ball, 18, |_| paper);
    clay.kind = MATTER;
    let wood = rgb(0x4A3628);
    clay.lathe(&[(0.0, 0.32), (0.09, 0.32), (0.09, 0.26), (0.0, 0.26)], 14, |_| wood);
    clay.lathe(&[(0.0, -0.26), (0.08, -0.26), (0.08, -0.32), (0.0, -0.32)], 14, |_| wood);
    clay.tube(Vec3::Y * 0.32, Vec3::Y * 0.40, 0.012, wood);
    clay.tube(Vec3::Y * -0.32, Vec3::Y * -0.47, 0.014, rgb(0xB5566A));
    clay
}

/// A leaf or petal along +Y from its root, bent backwards at the tip; turned by X it opens.
pub fn leaf_clay(length: f32, width: f32, bend: f32, root: Vec3, tip: Vec3) -> Clay {
    let mut clay = Clay { kind: LEAF, ..default() };
    let rows = 6;
    let point = |row: usize, side: f32| {
        let part = row as f32 / rows as f32;
        let wide = width * (part * std::f32::consts::PI).sin().powf(0.7) * (1.0 - 0.3 * part);
        let curve = bend * part * part * length;
        // Sides fold up a little along the middle.
        [side * wide, part * length - curve * 0.3, curve - side.abs() * wide * 0.25]
    };
    for row in 0..rows {
        let [low, high] = [row, row + 1].map(|row| root.lerp(tip, row as f32 / rows as f32));
        for side in [-1.0, 1.0] {
            let corners =
                [point(row, 0.0), point(row, side), point(row + 1, side), point(row + 1, 0.0)];
            let [a, b, c, d] = corners.map(Vec3::from);
            let normal = ((c - a).cross(d - b) * side).normalize_or_zero();
            clay.blend(corners, normal, [low * 0.85, low, high, high * 0.85]);
        }
    }
    clay
}

/// A butterfly without its wings.
pub fn body_clay() -> Clay {
    let mut body = Clay::default();
    body.sphere(Vec3::Y * 0.005, Vec3::new(0.014, 0.014, 0.075), rgb(0x2A2028));
    body
}

/// A right wing; the left one is its mirror image.
pub fn wing_clay(color: Vec3) -> Clay {
    let mut clay = Clay { kind: WING, ..default() };
    let dark = color * 0.45;
    for (x, z, long, wide) in [(0.09, 0.05, 0.11, 0.08), (0.07, -0.05, 0.08, 0.065)] {
        let middle = Vec3::new(x, 0.0, z);
        let points = 10;
        for step in 0..points {
            let [a, b] = [step, step + 1].map(|step| {
                let turn = std::f32::consts::TAU * step as f32 / points as f32;
                middle + Vec3::new(long * turn.cos(), 0.0, wide * turn.sin())
            });
            clay.blend(
                [middle.into(), middle.into(), a.into(), b.into()],
                Vec3::Y,
                [color * 1.2, color * 1.2, dark, dark],
            );
        }
    }
    clay
}

/// With a light stripe, which shows that it turns.
pub fn record_clay() -> Clay {
    let mut record = Clay::default();
    record.lathe(
        &[(0.0, 0.02), (0.09, 0.02), (0.09, 0.015), (0.3, 0.015), (0.3, 0.0)],
        24,
        |turn| {
            let stripe = (turn * 2.0).sin().powi(8);
            rgb(0x1B1B22).lerp(rgb(0x5A5A68), stripe)
        },
    );
    record
}

/// It is asleep.
pub fn cat_clay() -> Clay {
    let mut clay = Clay::default();
    let fur = rgb(0xD98B4A);
    let light = rgb(0xF2D0A2);
    clay.sphere(Vec3::new(0.0, 0.15, 0.0), Vec3::new(0.33, 0.17, 0.25), fur);
    clay.sphere(Vec3::new(0.02, 0.18, -0.05), Vec3::new(0.24, 0.165, 0.2), fur * 0.85);
    clay.sphere(Vec3::new(0.24, 0.16, 0.16), Vec3::new(0.14, 0.12, 0.13), fur);
    clay.sphere(Vec3::new(0.30, 0.12, 0.22), Vec3::new(0.07, 0.05, 0.07), light);
    clay.sphere(Vec3::new(0.335, 0.14, 0.275), Vec3::splat(0.016), rgb(0x7A4A4A));
    for (x, z, turn) in [(0.17, 0.22, 0.3), (0.32, 0.10, -0.3)] {
        clay.place = Transform::from_xyz(x, 0.235, z).with_rotation(Quat::from_rotation_y(turn));
        clay.lathe(&[(0.05, 0.0), (0.0, 0.11)], 4, |_| fur * 0.9);
    }
    clay.place = Transform::IDENTITY;
    // The tail lies around it.
    let mut last = Vec3::new(-0.28, 0.07, 0.0);
    for step in 1..=8_u8 {
        let turn = f32::from(step) * 0.27;
        let next = Vec3::new(-0.34 * turn.cos() + 0.04, 0.06, 0.30 * turn.sin());
        clay.tube(last, next, 0.05, if step > 6 { light } else { fur * 0.92 });
        last = next;
    }
    clay
}
