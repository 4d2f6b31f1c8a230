//! The fireplace, with what burns in it and what stands on it.

use bevy::prelude::*;

use super::clay::{Clay, rgb};
use super::kinds::{EMBER, FLAME, MATTER};

pub fn fireplace(clay: &mut Clay) {
    let stone = rgb(0x9A8F88);
    let soot = rgb(0x1C1618);
    let z = 0.6;
    clay.soft_box([-2.83, 2.4, z], [0.34, 2.3, 1.3], 0.03, stone * 0.95);
    clay.soft_box([-2.72, 0.62, z - 0.72], [0.56, 1.24, 0.34], 0.04, stone);
    clay.soft_box([-2.72, 0.62, z + 0.72], [0.56, 1.24, 0.34], 0.04, stone);
    clay.soft_box([-2.72, 1.08, z], [0.56, 0.34, 1.2], 0.04, stone);
    clay.soft_box([-2.66, 1.3, z], [0.74, 0.11, 1.95], 0.03, rgb(0x6B4630));
    clay.soft_box([-2.55, 0.04, z], [0.9, 0.1, 1.9], 0.03, stone * 0.8);
    clay.cuboid([-2.99, 0.08, z - 0.56], [-2.94, 0.95, z + 0.56], soot);
    clay.cuboid([-2.97, 0.07, z - 0.56], [-2.45, 0.10, z + 0.56], soot);
    let bark = rgb(0x4B3327);
    for (from, to) in [
        ([-2.78, 0.16, 0.2], [-2.58, 0.17, 1.0]),
        ([-2.55, 0.16, 0.22], [-2.72, 0.17, 0.98]),
        ([-2.68, 0.28, 0.3], [-2.66, 0.29, 0.9]),
    ] {
        clay.tube(from.into(), to.into(), 0.065, bark);
    }
    clay.kind = EMBER;
    for (from, to) in
        [([-2.72, 0.11, 0.3], [-2.5, 0.11, 0.55]), ([-2.72, 0.11, 0.9], [-2.5, 0.11, 0.65])]
    {
        clay.tube(from.into(), to.into(), 0.035, rgb(0xFF7A30));
    }
    clay.kind = FLAME;
    for (slot, (dz, size)) in
        [(0.0, 1.0), (-0.16, 0.75), (0.17, 0.7), (0.08, 0.55), (-0.28, 0.45), (0.3, 0.42)]
            .into_iter()
            .enumerate()
    {
        clay.slot = slot as f32;
        // Flames bend by their own height: their vertices stay where they are built.
        clay.place = Transform::from_xyz(-2.65 + 0.03 * (slot % 3) as f32, 0.14, z + dz);
        let flame =
            [(0.0, 0.0), (0.10, 0.05), (0.115, 0.14), (0.08, 0.30), (0.03, 0.45), (0.0, 0.52)];
        clay.lathe(&flame.map(|(r, y)| (r * size, y * size)), 10, |_| Vec3::ONE);
    }
    (clay.kind, clay.slot) = (MATTER, 0.0);
    // A clock and two candles.
    clay.place = Transform::from_xyz(-2.62, 1.36, z);
    clay.soft_box([0.0, 0.16, 0.0], [0.14, 0.32, 0.3], 0.04, rgb(0x8A4B3A));
    clay.place = Transform::from_xyz(-2.54, 1.53, z)
        .with_rotation(Quat::from_rotation_z(-std::f32::consts::FRAC_PI_2));
    clay.lathe(&[(0.1, 0.0), (0.09, 0.015), (0.0, 0.016)], 18, |_| rgb(0xF3EBDD));
    for dz in [-0.62, 0.66] {
        clay.place = Transform::from_xyz(-2.6, 1.36, z + dz);
        clay.lathe(
            &[(0.0, 0.0), (0.09, 0.0), (0.09, 0.03), (0.04, 0.04), (0.04, 0.26), (0.0, 0.27)],
            14,
            |_| rgb(0xEFE3C8),
        );
        clay.kind = EMBER;
        clay.lathe(&[(0.0, 0.27), (0.022, 0.31), (0.0, 0.39)], 8, |_| rgb(0xFFC46B) * 1.6);
        clay.kind = MATTER;
    }
    clay.place = Transform::IDENTITY;
}
