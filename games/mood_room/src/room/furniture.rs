//! Everything that stands in the room and does not move.

use arcade::dice::Dice;
use bevy::prelude::*;

use super::bookshelf::bookshelf;
use super::clay::{Clay, rgb};
use super::fireplace::fireplace;
use super::kinds::{MATTER, SHADE};
use super::places::{LILY, POT_LEFT, POT_RIGHT, SILL_POTS};

/// All of it.
pub fn furniture(clay: &mut Clay, random: &mut Dice) {
    rug(clay);
    fireplace(clay);
    bookshelf(clay, random);
    armchair(clay);
    lamp(clay);
    table(clay);
    gramophone(clay);
    pots(clay);
    picture(clay);
    clay.place = Transform::IDENTITY;
}

fn rug(clay: &mut Clay) {
    clay.place = Transform::from_xyz(-0.25, 0.012, 0.15);
    for (step, (radius, color)) in [
        (1.95, 0x7C3B4A),
        (1.8, 0xD9B991),
        (1.68, 0x9C4A58),
        (1.15, 0xD9B991),
        (1.05, 0x5E6F8C),
        (0.45, 0xD9B991),
    ]
    .into_iter()
    .enumerate()
    {
        clay.disc(Vec3::Y * 0.004 * step as f32, radius, 48, rgb(color));
    }
    clay.place = Transform::IDENTITY;
}

fn armchair(clay: &mut Clay) {
    let cloth = rgb(0x3F7F86);
    clay.place = Transform::from_xyz(-1.75, 0.0, -1.85)
        .with_rotation(Quat::from_rotation_y(0.72))
        .with_scale(Vec3::splat(1.08));
    clay.soft_box([0.0, 0.30, 0.0], [0.95, 0.26, 0.85], 0.08, cloth * 0.85);
    clay.soft_box([0.0, 0.47, 0.06], [0.72, 0.17, 0.75], 0.08, cloth * 1.08);
    clay.soft_box([0.0, 0.78, -0.36], [0.95, 0.95, 0.26], 0.12, cloth);
    clay.soft_box([-0.47, 0.48, 0.0], [0.22, 0.48, 0.86], 0.10, cloth * 0.95);
    clay.soft_box([0.47, 0.48, 0.0], [0.22, 0.48, 0.86], 0.10, cloth * 0.95);
    for (x, z) in [(-0.4, 0.34), (0.4, 0.34), (-0.4, -0.36), (0.4, -0.36)] {
        clay.tube(Vec3::new(x, 0.0, z), Vec3::new(x, 0.2, z), 0.04, rgb(0x4A3224));
    }
    let inner = clay.place;
    clay.place =
        inner * Transform::from_xyz(0.02, 0.72, -0.16).with_rotation(Quat::from_rotation_x(-0.25));
    clay.soft_box([0.0, 0.0, 0.0], [0.46, 0.4, 0.15], 0.07, rgb(0xE0A458));
    clay.place = Transform::IDENTITY;
}

fn lamp(clay: &mut Clay) {
    clay.place = Transform::from_xyz(-2.35, 0.0, -1.35);
    let brass = rgb(0x9C7A45);
    clay.lathe(&[(0.0, 0.05), (0.2, 0.03), (0.22, 0.0)], 20, |_| brass);
    clay.tube(Vec3::Y * 0.03, Vec3::Y * 1.95, 0.022, brass);
    clay.kind = SHADE;
    clay.lathe(&[(0.36, 1.82), (0.20, 2.28)], 24, |_| rgb(0xF2D6A2));
    clay.kind = MATTER;
    clay.place = Transform::IDENTITY;
}

fn table(clay: &mut Clay) {
    clay.place = Transform::from_xyz(LILY.x, 0.0, LILY.z);
    let wood = rgb(0x8B5A3C);
    clay.lathe(
        &[(0.0, 0.46), (0.55, 0.46), (0.58, 0.48), (0.58, 0.5), (0.55, 0.52), (0.0, 0.52)],
        32,
        |_| wood,
    );
    clay.lathe(&[(0.26, 0.0), (0.24, 0.04), (0.06, 0.08), (0.05, 0.46)], 16, |_| wood * 0.8);
    // A bowl of water.
    clay.lathe(&[(0.0, 0.52), (0.14, 0.52), (0.27, 0.63), (0.26, 0.64), (0.24, 0.625)], 24, |_| {
        rgb(0x5E87A8)
    });
    clay.lathe(&[(0.245, 0.62), (0.0, 0.62)], 20, |_| rgb(0x2D5F7A));
    // A cup and a book.
    clay.lathe(&[(0.0, 0.0)], 3, |_| Vec3::ONE);
    clay.place = Transform::from_xyz(LILY.x + 0.38, 0.52, LILY.z + 0.12);
    clay.lathe(&[(0.0, 0.0), (0.05, 0.0), (0.075, 0.11), (0.065, 0.11), (0.0, 0.09)], 14, |_| {
        rgb(0xF3EBDD)
    });
    clay.place = Transform::from_xyz(LILY.x - 0.3, 0.54, LILY.z + 0.27)
        .with_rotation(Quat::from_rotation_y(0.5));
    clay.soft_box([0.0, 0.0, 0.0], [0.26, 0.045, 0.19], 0.015, rgb(0x8C3B4E));
    clay.soft_box([0.01, 0.04, 0.01], [0.23, 0.04, 0.17], 0.015, rgb(0x33586E));
    clay.place = Transform::IDENTITY;
}

fn gramophone(clay: &mut Clay) {
    let wood = rgb(0x74482F);
    clay.place = Transform::from_xyz(-2.52, 0.0, 2.15);
    clay.soft_box([0.0, 0.34, 0.0], [0.8, 0.62, 1.0], 0.03, wood * 0.9);
    clay.soft_box([0.402, 0.34, -0.24], [0.03, 0.5, 0.42], 0.012, wood * 1.2);
    clay.soft_box([0.402, 0.34, 0.24], [0.03, 0.5, 0.42], 0.012, wood * 1.2);
    clay.soft_box([0.0, 0.75, 0.0], [0.72, 0.2, 0.78], 0.04, wood * 1.15);
    for (x, z) in [(-0.32, 0.42), (0.32, 0.42), (-0.32, -0.42), (0.32, -0.42)] {
        clay.tube(Vec3::new(x, 0.0, z), Vec3::new(x, 0.06, z), 0.04, wood * 0.6);
    }
    // The horn: from behind the record up and out into the room.
    let brass = rgb(0xD9A441);
    clay.tube(Vec3::new(-0.26, 0.85, -0.28), Vec3::new(-0.26, 1.25, -0.28), 0.03, brass * 0.8);
    let inner = clay.place;
    clay.place = inner
        * Transform::from_xyz(-0.27, 1.22, -0.28)
            .with_rotation(Quat::from_rotation_y(0.6) * Quat::from_rotation_z(-1.0));
    clay.lathe(
        &[(0.03, 0.0), (0.05, 0.2), (0.1, 0.4), (0.2, 0.56), (0.36, 0.66), (0.37, 0.66)],
        20,
        |turn| brass * (0.9 + 0.1 * (turn * 10.0).sin()),
    );
    clay.place = inner;
    clay.tube(Vec3::new(-0.26, 0.92, -0.28), Vec3::new(0.02, 0.90, 0.08), 0.018, rgb(0x3B3B40));
    clay.place = Transform::IDENTITY;
}

/// On the floor and on the sill, with stalks.
fn pots(clay: &mut Clay) {
    for (at, size) in [(POT_LEFT, 0.9), (POT_RIGHT, 1.1)] {
        clay.place = Transform::from_translation(at).with_scale(Vec3::new(size, 1.0, size));
        let pot = [
            (0.0, 0.0),
            (0.20, 0.0),
            (0.27, 0.38),
            (0.30, 0.38),
            (0.30, 0.48),
            (0.25, 0.48),
            (0.23, 0.42),
            (0.0, 0.42),
        ];
        clay.lathe(&pot, 20, |_| rgb(0xC96F4A));
        clay.lathe(&[(0.23, 0.43), (0.0, 0.44)], 16, |_| rgb(0x3A2A22));
        clay.place = Transform::from_translation(at);
        clay.tube(Vec3::Y * 0.44, Vec3::new(0.14, 1.02, 0.12), 0.018, rgb(0x4D8B4C));
        clay.tube(Vec3::Y * 0.44, Vec3::new(-0.2, 1.16, 0.1), 0.018, rgb(0x4D8B4C));
    }
    for (index, x) in SILL_POTS.into_iter().enumerate() {
        clay.place = Transform::from_xyz(x, 1.07, -2.78);
        let color = rgb([0x5B8FA8, 0xD9A05B, 0x8B6FB0][index % 3]);
        clay.lathe(&[(0.0, 0.0), (0.10, 0.0), (0.14, 0.24), (0.12, 0.24), (0.0, 0.22)], 16, |_| {
            color
        });
        clay.tube(Vec3::Y * 0.2, Vec3::Y * 0.5, 0.012, rgb(0x4D8B4C));
    }
}

/// Over the fireplace: hills at dusk.
fn picture(clay: &mut Clay) {
    clay.place = Transform::from_xyz(-2.66, 2.3, 0.6);
    clay.soft_box([0.0, 0.0, 0.0], [0.06, 0.75, 1.0], 0.025, rgb(0x7A5A34));
    let canvas = |clay: &mut Clay, x: f32, y0: f32, y1: f32, color: u32| {
        clay.quad(
            [[x, y0, 0.42], [x, y0, -0.42], [x, y1, -0.42], [x, y1, 0.42]],
            Vec3::X,
            rgb(color),
        );
    };
    canvas(clay, 0.035, -0.30, 0.30, 0xE8B48A);
    canvas(clay, 0.041, -0.30, -0.02, 0x8A7FA8);
    canvas(clay, 0.047, -0.30, -0.14, 0x4F6B7A);
}
