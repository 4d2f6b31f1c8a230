//! Where things are in the room, and where it is looked at from.

use bevy::prelude::*;

/// How many lanterns float in the room.
pub const LANTERNS: usize = 6;

/// Where a lantern floats: the turn that shows it in the middle, how far behind the room's middle,
/// and how high.
const PLACES: [(f32, f32, f32); LANTERNS] = [
    (0.45, 0.6, 2.45),
    (-0.5, 0.7, 2.15),
    (0.85, 0.5, 2.75),
    (-0.12, 1.7, 3.05),
    (-0.85, -0.1, 2.55),
    (0.2, -0.9, 1.95),
];
/// The colour of each lantern's light.
pub const LIGHTS: [u32; LANTERNS] = [0xFFE3B8, 0x5FD8F0, 0x6FA0F0, 0xFF7A48, 0xFFC0A0, 0xFFC928];

/// The turn that shows a lantern in the middle.
pub fn bearing(lantern: usize) -> f32 {
    PLACES.get(lantern).map_or(0.0, |place| place.0)
}

/// Where a lantern floats, in the room.
pub fn lantern_place(lantern: usize) -> Vec3 {
    let Some((turn, behind, height)) = PLACES.get(lantern).copied() else { return Vec3::ZERO };
    let (eye, forward) = camera(turn);
    let level = Vec3::new(forward.x, 0.0, forward.z).normalize_or_zero();
    (eye + level * (DISTANCE + behind)).with_y(height)
}

/// From the camera to the middle of the room, over the floor.
const DISTANCE: f32 = 11.0;
const EYE_HEIGHT: f32 = 6.1;

/// Where the camera is and where it looks. It stands before the open corner; when it turns, it also
/// goes around the room a little, so that it comes to face the wall that it looks at.
pub fn camera(turn: f32) -> (Vec3, Vec3) {
    let around = (45.0 + 12.0 * turn).to_radians();
    let eye = Vec3::new(around.cos() * DISTANCE, EYE_HEIGHT, around.sin() * DISTANCE);
    let ahead = (225.0 + 25.0 * turn).to_radians();
    let down = 22.5_f32.to_radians().tan();
    (eye, Vec3::new(ahead.cos(), -down, ahead.sin()).normalize())
}

/// Where things stand that others are put on or into.
pub const POT_LEFT: Vec3 = Vec3::new(1.32, 0.0, -2.5);
pub const POT_RIGHT: Vec3 = Vec3::new(2.45, 0.0, -0.75);
pub const SILL_POTS: [f32; 3] = [-1.35, -0.4, 0.55];
pub const LILY: Vec3 = Vec3::new(-0.35, 0.64, -0.35);
pub const RECORD: Vec3 = Vec3::new(-2.52, 0.86, 2.15);
/// The hole in the wall at z = -3: left, right, lower and upper edge.
pub const WINDOW: [f32; 4] = [-1.75, 0.95, 1.05, 2.85];
