//! Builds the room, once, at the start.

use arcade::dice::Dice;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::ecs::system::SystemParam;
use bevy::prelude::*;

use super::bodies::{body_clay, cat_clay, lantern_clay, leaf_clay, record_clay, wing_clay};
use super::clay::{Clay, rgb};
use super::furniture::furniture;
use super::glows::glows;
use super::material::{Glow, Solid};
use super::motion::{Breath, Butterfly, Lantern, Leaf, Record, Wing};
use super::places::{LANTERNS, LILY, POT_LEFT, POT_RIGHT, RECORD, SILL_POTS};
use super::shell::shell;

/// What is made for the room.
#[derive(SystemParam)]
pub struct Furnishing<'w> {
    meshes: ResMut<'w, Assets<Mesh>>,
    solids: ResMut<'w, Assets<Solid>>,
    glows: ResMut<'w, Assets<Glow>>,
}

/// Builds all of it; the seed decides about books, dust and planks.
pub fn furnish(mut commands: Commands, mut assets: Furnishing, seed: u64) {
    let mut random = Dice(seed);
    let solid = assets.solids.add(Solid::default());
    let glow = assets.glows.add(Glow::default());
    let mut builder = Builder { commands: &mut commands, meshes: &mut assets.meshes, solid };
    builder.room(glow, &mut random);
    builder.lanterns();
    builder.record_and_cat();
    builder.plants();
    builder.butterflies();
}

/// Makes meshes of clay and puts them into the room.
struct Builder<'a, 'w, 's> {
    commands: &'a mut Commands<'w, 's>,
    meshes: &'a mut Assets<Mesh>,
    solid: Handle<Solid>,
}

/// How a thing is drawn.
type Thing = (MeshMaterial2d<Solid>, NoFrustumCulling);

impl Builder<'_, '_, '_> {
    fn mesh(&mut self, clay: Clay) -> Mesh2d {
        Mesh2d(self.meshes.add(clay.mesh()))
    }

    fn thing(&self) -> Thing {
        (MeshMaterial2d(self.solid.clone()), NoFrustumCulling)
    }

    /// What does not move, and all that glows.
    fn room(&mut self, glow: Handle<Glow>, random: &mut Dice) {
        let mut clay = Clay::default();
        shell(&mut clay, random);
        furniture(&mut clay, random);
        let (body, thing) = (self.mesh(clay), self.thing());
        self.commands.spawn((Name::new("room"), body, thing));
        let light = self.mesh(glows(random));
        self.commands.spawn((
            Name::new("glow"),
            light,
            MeshMaterial2d(glow),
            NoFrustumCulling,
            // Behind everything else that is transparent.
            Transform::from_xyz(0.0, 0.0, -900.0),
        ));
    }

    fn lanterns(&mut self) {
        for index in 0..LANTERNS {
            let (body, thing) = (self.mesh(lantern_clay(index)), self.thing());
            self.commands.spawn((Lantern(index), body, thing, Transform::default()));
        }
    }

    fn record_and_cat(&mut self) {
        let (record, thing) = (self.mesh(record_clay()), self.thing());
        self.commands.spawn((Record, record, thing, Transform::from_translation(RECORD)));
        let (cat, thing) = (self.mesh(cat_clay()), self.thing());
        let place =
            Transform::from_xyz(0.75, 0.03, 0.85).with_rotation(Quat::from_rotation_y(-0.5));
        self.commands.spawn((Breath, cat, thing, place));
    }

    /// One leaf, one small leaf and three petals serve all plants.
    fn plants(&mut self) {
        let big = self.mesh(leaf_clay(0.72, 0.20, 0.5, rgb(0x2F7A45), rgb(0x57A85A)));
        let small = self.mesh(leaf_clay(0.30, 0.075, 0.35, rgb(0x3C8B4C), rgb(0x76BF62)));
        let petals = [0xF7A3B5_u32, 0xFFD166, 0xF4F0FF]
            .map(|color| self.mesh(leaf_clay(0.17, 0.075, -0.25, rgb(color) * 0.75, rgb(color))));
        // Drooping leaves hang over the rim (turned far down), open ones stand up and out.
        for (at, many, size) in [(POT_LEFT, 11, 1.0), (POT_RIGHT, 13, 1.25)] {
            self.plant(at + Vec3::Y * 0.46, &big, many, [2.1, 0.85], size);
        }
        for (index, x) in SILL_POTS.into_iter().enumerate() {
            let at = Vec3::new(x, 1.32, -2.78);
            self.plant(at, &small, 7, [2.0, 1.0], 0.9);
            let flower = at + Vec3::Y * 0.26;
            let petal = &petals[index % petals.len()];
            self.plant(flower, petal, 7, [0.12, 1.25], 0.95);
        }
        // A water lily in the bowl on the table.
        self.plant(LILY, &petals[2], 8, [0.15, 1.15], 0.95);
        self.plant(LILY, &petals[0], 6, [0.05, 0.8], 0.8);
        // And flowers among the leaves of the large plants.
        for (at, petal) in [
            (POT_RIGHT + Vec3::new(0.14, 1.02, 0.12), 1),
            (POT_RIGHT + Vec3::new(-0.2, 1.16, 0.1), 0),
            (POT_LEFT + Vec3::new(0.1, 0.95, 0.12), 1),
        ] {
            self.plant(at, &petals[petal], 7, [0.1, 1.2], 1.15);
        }
    }

    /// Leaves around a place, with their angles from upright when closed and when open.
    fn plant(&mut self, at: Vec3, leaf: &Mesh2d, many: usize, [closed, open]: [f32; 2], size: f32) {
        for index in 0..many {
            let turn = index as f32 * 2.399 + at.x;
            let lean = 0.75 + 0.25 * ((index * 7 % many) as f32 / many as f32);
            let around = Quat::from_rotation_y(turn);
            let thing = self.thing();
            self.commands.spawn((
                Leaf {
                    closed: around * Quat::from_rotation_x(closed * lean),
                    open: around * Quat::from_rotation_x(open * lean),
                    phase: turn,
                },
                leaf.clone(),
                thing,
                Transform::from_translation(at).with_scale(Vec3::splat(size * (0.8 + 0.3 * lean))),
            ));
        }
    }

    fn butterflies(&mut self) {
        let body = self.mesh(body_clay());
        for index in 0..5_u8 {
            let color = rgb([0xFFB347, 0x6FC3FF, 0xFF8FB1, 0xFFE066, 0xB79BFF][usize::from(index)]);
            let (wing, thing) = (self.mesh(wing_clay(color)), self.thing());
            let butterfly = (Butterfly(f32::from(index)), body.clone(), Transform::default());
            self.commands.spawn((butterfly, thing.clone())).with_children(|butterfly| {
                for side in [-1.0, 1.0] {
                    let mut at = Transform::default();
                    at.scale.x = side;
                    butterfly.spawn((Wing(side), wing.clone(), thing.clone(), at));
                }
            });
        }
    }
}
