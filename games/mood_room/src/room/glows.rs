//! Light that is added: halos, motes, sparks, shafts.

use arcade::dice::Dice;
use bevy::prelude::*;

use super::clay::Clay;
use super::places::{LANTERNS, WINDOW};

/// All that glows, as squares that face the camera.
pub fn glows(random: &mut Dice) -> Clay {
    const HALO: f32 = 0.0;
    const RING: f32 = 1.0;
    const MOTE: f32 = 2.0;
    const SHAFT: f32 = 3.0;
    const SPARK: f32 = 4.0;
    let mut clay = Clay::default();
    let mut square = |kind: f32, slot: usize, seed: Vec4| {
        let first = clay.positions.len() as u32;
        for [x, y] in [[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]] {
            clay.positions.push([0.0, 0.0, 0.0]);
            clay.normals.push([x, y, 0.1]);
            clay.kinds.push([kind, slot as f32]);
            clay.colors.push(seed.to_array());
        }
        clay.indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
    };
    for slot in 0..8 {
        square(HALO, slot, Vec4::ZERO);
    }
    square(RING, 0, Vec4::ZERO);
    let mut seed = || Vec4::new(random.unit(), random.unit(), random.unit(), random.unit());
    for mote in 0..110 {
        square(MOTE, mote % LANTERNS, seed());
    }
    for spark in 0..70 {
        square(SPARK, spark % LANTERNS, seed());
    }
    // Shafts of light from each pane: several sheets, one behind the other.
    let [left, right, low, high] = WINDOW;
    for pane in 0..3 {
        let [from, to] = [pane, pane + 1].map(|edge| left + (right - left) * edge as f32 / 3.0);
        for sheet in 0..3 {
            let part = 0.2 + 0.3 * sheet as f32;
            let y = low + (high - low) * part;
            let first = clay.positions.len() as u32;
            for [across, along] in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]] {
                clay.positions.push([from + (to - from) * across, y, -2.95]);
                clay.normals.push([0.0, 1.0, 0.0]);
                clay.kinds.push([SHAFT, 0.0]);
                clay.colors.push([across, along, 0.0, 1.0]);
            }
            clay.indices.extend([0, 1, 2, 0, 2, 3].map(|corner| first + corner));
        }
    }
    clay
}
