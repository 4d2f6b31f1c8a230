//! Meshes made by code: boxes with soft edges, turned shapes, tubes, all into one lump.

use std::f32::consts::TAU;

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

/// A mesh in the making. What is added takes on the current `kind`, `slot` and `place`.
#[derive(Debug, Clone, Default)]
pub struct Clay {
    /// What the shader draws it as.
    pub kind: f32,
    /// Which one of its kind.
    pub slot: f32,
    /// Where the next shapes go.
    pub place: Transform,
    pub positions: Vec<[f32; 3]>,
    pub normals: Vec<[f32; 3]>,
    /// `kind` and `slot`.
    pub kinds: Vec<[f32; 2]>,
    /// Linear colours.
    pub colors: Vec<[f32; 4]>,
    pub indices: Vec<u32>,
}

/// A linear colour from `0xRRGGBB`.
pub fn rgb(hex: u32) -> Vec3 {
    let [_, red, green, blue] = hex.to_be_bytes();
    let LinearRgba { red, green, blue, .. } = Color::srgb_u8(red, green, blue).to_linear();
    Vec3::new(red, green, blue)
}

impl Clay {
    /// Itself as a mesh.
    pub fn mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::RENDER_WORLD)
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_NORMAL, self.normals)
            .with_inserted_attribute(Mesh::ATTRIBUTE_UV_0, self.kinds)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }

    fn vertex(&mut self, position: Vec3, normal: Vec3, color: Vec3) -> u32 {
        let index = self.positions.len() as u32;
        let normal = self.place.rotation * (normal / self.place.scale);
        self.positions.push(self.place.transform_point(position).into());
        self.normals.push(normal.normalize_or_zero().into());
        self.kinds.push([self.kind, self.slot]);
        self.colors.push(color.extend(1.0).into());
        index
    }

    fn face(&mut self, corners: [(Vec3, Vec3, Vec3); 4]) {
        let [a, b, c, d] =
            corners.map(|(position, normal, color)| self.vertex(position, normal, color));
        self.indices.extend([a, b, c, a, c, d]);
    }

    /// A flat square in one colour.
    pub fn quad(&mut self, corners: [[f32; 3]; 4], normal: Vec3, color: Vec3) {
        self.blend(corners, normal, [color; 4]);
    }

    /// A flat square with a colour at each corner.
    pub fn blend(&mut self, corners: [[f32; 3]; 4], normal: Vec3, colors: [Vec3; 4]) {
        self.face(std::array::from_fn(|at| (corners[at].into(), normal, colors[at])));
    }

    /// A box with sharp edges between two corners.
    pub fn cuboid(&mut self, low: [f32; 3], high: [f32; 3], color: Vec3) {
        let (low, high) = (Vec3::from(low), Vec3::from(high));
        self.soft_box(((low + high) / 2.0).into(), (high - low).into(), 0.0, color);
    }

    /// A box whose edges are cut off by `soft` and shaded round.
    pub fn soft_box(&mut self, middle: [f32; 3], size: [f32; 3], soft: f32, color: Vec3) {
        let (middle, half) = (Vec3::from(middle), Vec3::from(size) / 2.0);
        let soft = soft.min(half.min_element() * 0.95);
        let inner = half - soft;
        // The corner of a face: `axis` is the face's.
        let corner = |axis: usize, signs: Vec3| {
            let mut reach = inner;
            reach[axis] = half[axis];
            let mut normal = Vec3::ZERO;
            normal[axis] = signs[axis];
            (middle + reach * signs, normal, color)
        };
        let sides = [-1.0, 1.0];
        for axis in 0..3 {
            let (one, two) = ((axis + 1) % 3, (axis + 2) % 3);
            for sign in sides {
                let at = |a: f32, b: f32| {
                    let mut signs = Vec3::ZERO;
                    (signs[axis], signs[one], signs[two]) = (sign, a, b);
                    signs
                };
                let around = [at(-1.0, -1.0), at(1.0, -1.0), at(1.0, 1.0), at(-1.0, 1.0)];
                self.face(around.map(|signs| corner(axis, signs)));
                if soft <= 0.0 {
                    continue;
                }
                // The edge between this face and the next one, along the third axis.
                for other in sides {
                    let (near, far) = (at(other, -1.0), at(other, 1.0));
                    self.face([
                        corner(axis, near),
                        corner(axis, far),
                        corner(one, far),
                        corner(one, near),
                    ]);
                }
            }
        }
        if soft > 0.0 {
            for (x, y, z) in sides
                .into_iter()
                .flat_map(|x| sides.map(|y| (x, y)))
                .flat_map(|(x, y)| sides.map(|z| (x, y, z)))
            {
                let signs = Vec3::new(x, y, z);
                let [a, b, c] = [0, 1, 2].map(|axis| {
                    let (position, normal, color) = corner(axis, signs);
                    self.vertex(position, normal, color)
                });
                self.indices.extend([a, b, c]);
            }
        }
    }

    /// A shape turned around the y axis: `(radius, height)` along its outline. The colour may
    /// change with the angle, in radians.
    pub fn lathe(&mut self, outline: &[(f32, f32)], parts: usize, color: impl Fn(f32) -> Vec3) {
        let normals: Vec<Vec2> = outline
            .windows(2)
            .map(|pair| {
                let along = Vec2::new(pair[1].0 - pair[0].0, pair[1].1 - pair[0].1);
                Vec2::new(along.y, -along.x).normalize_or_zero()
            })
            .collect();
        for (index, pair) in outline.windows(2).enumerate() {
            let own = normals[index];
            // Bends of less than 50° are shaded round, sharper ones are edges.
            let round = |other: Option<&Vec2>| match other {
                Some(other) if own.dot(*other) > 0.64 => (own + *other).normalize_or_zero(),
                _ => own,
            };
            let low = round(index.checked_sub(1).and_then(|before| normals.get(before)));
            let high = round(normals.get(index + 1));
            for part in 0..parts {
                let [from, to] = [part, part + 1].map(|part| TAU * part as f32 / parts as f32);
                let point = |turn: f32, (radius, height): (f32, f32), normal: Vec2| {
                    let (sin, cos) = turn.sin_cos();
                    let out = Vec3::new(normal.x * cos, normal.y, normal.x * sin);
                    (Vec3::new(radius * cos, height, radius * sin), out, color(turn))
                };
                self.face([
                    point(from, pair[0], low),
                    point(to, pair[0], low),
                    point(to, pair[1], high),
                    point(from, pair[1], high),
                ]);
            }
        }
    }

    /// A disc that looks up.
    pub fn disc(&mut self, middle: Vec3, radius: f32, parts: usize, color: Vec3) {
        let rim: Vec<Vec3> = (0..=parts)
            .map(|part| {
                let (sin, cos) = (TAU * part as f32 / parts as f32).sin_cos();
                middle + Vec3::new(cos, 0.0, sin) * radius
            })
            .collect();
        for pair in rim.windows(2) {
            let [a, b, c] = [middle, pair[0], pair[1]].map(|at| self.vertex(at, Vec3::Y, color));
            self.indices.extend([a, b, c]);
        }
    }

    /// A ball, or an egg.
    pub fn sphere(&mut self, middle: Vec3, radii: Vec3, color: Vec3) {
        let (rings, parts) = (10, 16);
        let point = |ring: usize, part: usize| {
            let (high, around) = (ring as f32 / rings as f32, part as f32 / parts as f32);
            let (sin, cos) = (high * TAU / 2.0).sin_cos();
            let (across, along) = (TAU * around).sin_cos();
            let out = Vec3::new(sin * along, -cos, sin * across);
            (middle + out * radii, (out / radii).normalize_or_zero(), color)
        };
        for (ring, part) in (0..rings).flat_map(|ring| (0..parts).map(move |part| (ring, part))) {
            self.face([
                point(ring, part),
                point(ring, part + 1),
                point(ring + 1, part + 1),
                point(ring + 1, part),
            ]);
        }
    }

    /// A rod from one point to another.
    pub fn tube(&mut self, from: Vec3, to: Vec3, radius: f32, color: Vec3) {
        let along = to - from;
        let outer = self.place;
        let turn = Quat::from_rotation_arc(Vec3::Y, along.normalize_or(Vec3::Y));
        self.place = outer * Transform::from_translation(from).with_rotation(turn);
        let long = along.length();
        self.lathe(&[(0.0, 0.0), (radius, 0.0), (radius, long), (0.0, long)], 10, |_| color);
        self.place = outer;
    }
}
