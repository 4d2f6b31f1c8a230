//! Floor, walls, window, and what is outside.

use arcade::dice::Dice;
use bevy::prelude::*;

use super::clay::{Clay, rgb};
use super::kinds::{BACKDROP, GROUND, MATTER, SKY};
use super::places::WINDOW;

/// The upper edge of the walls.
const TOP: f32 = 3.55;
/// Colours of rails and frames, and of the walls above and below the rail.
const TRIM: u32 = 0xF3EBDD;
const UPPER: u32 = 0xD9C7B4;
const LOWER: u32 = 0x6E8B86;

/// The shadows on the floor: middle, radius, and how dark they are.
const SHADOWS: [(Vec2, f32, f32); 9] = [
    (Vec2::new(-0.35, -0.35), 0.75, 0.45),
    (Vec2::new(-1.75, -1.8), 0.95, 0.55),
    (Vec2::new(-2.35, -1.35), 0.35, 0.4),
    (Vec2::new(1.32, -2.5), 0.5, 0.5),
    (Vec2::new(2.45, -0.75), 0.6, 0.5),
    (Vec2::new(0.75, 0.85), 0.5, 0.5),
    (Vec2::new(-2.5, 2.15), 0.75, 0.5),
    (Vec2::new(2.25, -2.75), 0.9, 0.5),
    (Vec2::new(-2.6, 0.6), 1.2, 0.35),
];

/// All of it.
pub fn shell(clay: &mut Clay, random: &mut Dice) {
    outside(clay);
    floor(clay, random);
    walls(clay);
    panels(clay);
    wallpaper(clay);
    window(clay);
    curtains(clay);
}

/// What is behind everything, the ground around the room, and the sky in the window.
fn outside(clay: &mut Clay) {
    clay.kind = BACKDROP;
    clay.quad(
        [[-1.0, -1.0, 0.0], [1.0, -1.0, 0.0], [1.0, 1.0, 0.0], [-1.0, 1.0, 0.0]],
        Vec3::Z,
        Vec3::ONE,
    );
    clay.kind = GROUND;
    clay.disc(Vec3::new(0.0, -0.32, 0.0), 9.0, 48, Vec3::ONE);
    clay.kind = SKY;
    let z = -4.1;
    clay.quad([[-3.4, 0.4, z], [3.2, 0.4, z], [3.2, 4.0, z], [-3.4, 4.0, z]], Vec3::Z, Vec3::ONE);
    clay.kind = MATTER;
}

/// Planks, with the shadows of what stands on them.
fn floor(clay: &mut Clay, random: &mut Dice) {
    let woods = [rgb(0x8A5A3A), rgb(0x94633F), rgb(0x7D5034), rgb(0x9B6A45)];
    for plank in 0..14_usize {
        let (left, right) =
            (-3.0 + 6.0 * plank as f32 / 14.0, -3.0 + 6.0 * (plank + 1) as f32 / 14.0);
        let cut = -3.0 + 6.0 * random.unit();
        for part in 0..30_usize {
            let (near, far) = (-3.0 + 0.2 * part as f32, -3.0 + 0.2 * (part + 1) as f32);
            let wood = woods[(plank * 3 + usize::from(near > cut) * 2) % 4];
            let gap = if plank % 2 == 0 { 0.97 } else { 1.0 };
            let corners =
                [[left, 0.0, far], [right, 0.0, far], [right, 0.0, near], [left, 0.0, near]];
            let colors = corners.map(|[x, _, z]| wood * shade(x, z) * gap);
            clay.blend(corners, Vec3::Y, colors);
        }
        // The joint between two planks.
        let joint = [
            [right - 0.012, 0.002, 3.0],
            [right + 0.012, 0.002, 3.0],
            [right + 0.012, 0.002, -3.0],
            [right - 0.012, 0.002, -3.0],
        ];
        if plank < 13 {
            clay.quad(joint, Vec3::Y, rgb(0x4E3222));
        }
    }
    let base = rgb(0x4A3A44);
    clay.cuboid([-3.22, -0.3, -3.22], [3.0, -0.002, 3.0], base);
}

/// How bright the floor is at a place, 0 to 1: darker near what stands there.
fn shade(x: f32, z: f32) -> f32 {
    SHADOWS.iter().fold(1.0, |light, (middle, radius, depth)| {
        let away = middle.distance(Vec2::new(x, z)) / radius;
        light * (1.0 - depth * (1.0 - away).clamp(0.0, 1.0).powf(0.8))
    })
}

/// Two walls, one of them around the window.
fn walls(clay: &mut Clay) {
    let [upper, lower, trim] = [UPPER, LOWER, TRIM].map(rgb);
    let [left, right, low, high] = WINDOW;
    let back = |clay: &mut Clay, x0: f32, x1: f32, y0: f32, y1: f32, color: Vec3| {
        clay.cuboid([x0, y0, -3.22], [x1, y1, -3.0], color);
    };
    back(clay, -3.22, left, 0.95, TOP, upper);
    back(clay, right, 3.0, 0.95, TOP, upper);
    back(clay, left, right, high, TOP, upper);
    back(clay, -3.22, 3.0, 0.0, 0.95, lower);
    back(clay, left, right, 0.95, low, trim);
    clay.cuboid([-3.22, 0.95, -3.0], [-3.0, TOP, 3.0], upper);
    clay.cuboid([-3.22, 0.0, -3.0], [-3.0, 0.95, 3.0], lower);
}

/// Rails, skirting, the upper edge of the walls, grooves of the panels.
fn panels(clay: &mut Clay) {
    let [lower, trim] = [LOWER, TRIM].map(rgb);
    clay.soft_box([0.0, 0.97, -2.97], [6.0, 0.07, 0.06], 0.02, trim);
    clay.soft_box([-2.97, 0.97, 0.0], [0.06, 0.07, 6.0], 0.02, trim);
    clay.soft_box([0.0, 0.07, -2.97], [6.0, 0.14, 0.06], 0.02, trim);
    clay.soft_box([-2.97, 0.07, 0.0], [0.06, 0.14, 6.0], 0.02, trim);
    clay.soft_box([-0.11, TOP, -3.11], [6.3, 0.08, 0.3], 0.03, rgb(0x5B4250));
    clay.soft_box([-3.11, TOP, -0.0], [0.3, 0.08, 6.1], 0.03, rgb(0x5B4250));
    for groove in 1..15_i8 {
        let at = -3.0 + 0.4 * f32::from(groove);
        clay.cuboid([at - 0.01, 0.14, -3.0], [at + 0.01, 0.93, -2.992], lower * 0.72);
        clay.cuboid([-3.0, 0.14, at - 0.01], [-2.992, 0.93, at + 0.01], lower * 0.72);
    }
}

/// Stripes of the wallpaper.
fn wallpaper(clay: &mut Clay) {
    let upper = rgb(UPPER);
    let [left, right, ..] = WINDOW;
    for stripe in 0..15_i8 {
        let at = -2.8 + 0.4 * f32::from(stripe);
        let color = upper * Vec3::new(0.93, 0.90, 0.90);
        if !(left - 0.1..right + 0.1).contains(&at) {
            clay.quad(
                [
                    [at - 0.07, 1.0, -2.996],
                    [at + 0.07, 1.0, -2.996],
                    [at + 0.07, TOP, -2.996],
                    [at - 0.07, TOP, -2.996],
                ],
                Vec3::Z,
                color,
            );
        }
        clay.quad(
            [
                [-2.996, 1.0, at + 0.07],
                [-2.996, 1.0, at - 0.07],
                [-2.996, TOP, at - 0.07],
                [-2.996, TOP, at + 0.07],
            ],
            Vec3::X,
            color,
        );
    }
}

/// Frame, bars, sill.
fn window(clay: &mut Clay) {
    let trim = rgb(TRIM);
    let [left, right, low, high] = WINDOW;
    let (middle, width) = ((left + right) / 2.0, right - left);
    clay.soft_box([middle, high + 0.05, -3.02], [width + 0.3, 0.14, 0.2], 0.03, trim);
    clay.soft_box([left - 0.05, 1.95, -3.02], [0.12, high - low + 0.1, 0.2], 0.03, trim);
    clay.soft_box([right + 0.05, 1.95, -3.02], [0.12, high - low + 0.1, 0.2], 0.03, trim);
    for bar in [1.0, 2.0] {
        let x = left + width * bar / 3.0;
        clay.soft_box([x, 1.95, -3.08], [0.07, high - low, 0.08], 0.02, trim);
    }
    clay.soft_box([middle, 2.2, -3.08], [width, 0.06, 0.08], 0.02, trim);
    clay.soft_box([middle, low - 0.03, -2.86], [width + 0.4, 0.09, 0.5], 0.03, trim);
}

/// Two curtains on a rod.
fn curtains(clay: &mut Clay) {
    let [left, right, ..] = WINDOW;
    clay.tube(
        Vec3::new(left - 0.55, 3.08, -2.86),
        Vec3::new(right + 0.55, 3.08, -2.86),
        0.025,
        rgb(0x8C6A3F),
    );
    curtain(clay, left - 0.42, left + 0.12);
    curtain(clay, right - 0.12, right + 0.42);
}

/// Cloth in folds.
fn curtain(clay: &mut Clay, from: f32, to: f32) {
    let cloth = rgb(0xB5566A);
    let folds = 20;
    let point = |step: usize| {
        let part = step as f32 / folds as f32;
        let wave = (part * 5.0 * std::f32::consts::TAU).sin();
        (from + (to - from) * part, -2.86 + 0.055 * wave, wave)
    };
    for step in 0..folds {
        let ((x0, z0, w0), (x1, z1, w1)) = (point(step), point(step + 1));
        let normal = Vec3::new(z0 - z1, 0.0, x1 - x0).normalize_or_zero();
        let color = |wave: f32| cloth * (0.82 + 0.18 * wave);
        clay.blend(
            [[x0, 0.72, z0], [x1, 0.72, z1], [x1, 3.07, z1], [x0, 3.07, z0]],
            normal,
            [color(w0), color(w1), color(w1), color(w0)],
        );
    }
}
