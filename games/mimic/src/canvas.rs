//! Vector shapes with soft edges, gathered into one mesh.

use std::f32::consts::{PI, TAU};

use bevy::asset::RenderAssetUsages;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::prelude::*;

/// Points of a curve whose parameter runs from -1 to 1.
pub fn curve(steps: usize, point: impl Fn(f32) -> Vec2) -> Vec<Vec2> {
    (0..=steps).map(|step| point(2.0 * step as f32 / steps as f32 - 1.0)).collect()
}

/// Vector shapes with soft edges, gathered into one mesh: what is drawn later lies above.
#[derive(Default)]
pub struct Canvas {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    /// Width of the soft edges, in HUD units: the camera does not smooth any.
    soft: f32,
    /// Where shapes are put: middle, rotation and size.
    frame: Option<(Vec2, Vec2, Vec2)>,
}

impl Canvas {
    /// An empty one whose soft edges are so wide, in HUD units.
    pub fn new(soft: f32) -> Self {
        Self { soft, ..default() }
    }

    /// Puts what is drawn from now on somewhere, turned by radians, and scaled.
    pub fn place(&mut self, middle: Vec2, turn: f32, size: Vec2) {
        self.frame = Some((middle, Vec2::from_angle(turn), size));
    }

    fn point(&mut self, at: Vec2, color: LinearRgba) -> u32 {
        let at = match self.frame {
            Some((middle, turn, size)) => middle + turn.rotate(at * size),
            None => at,
        };
        self.positions.push([at.x, at.y, 0.0]);
        self.colors.push(color.to_f32_array());
        self.positions.len() as u32 - 1
    }

    fn edge(&self) -> f32 {
        self.soft / self.frame.map_or(1.0, |(.., size)| size.max_element().max(1e-3))
    }

    fn quad(&mut self, [a, b, c, d]: [u32; 4]) {
        self.indices.extend([a, b, c, a, c, d]);
    }

    /// A soft edge outside of an outline whose corners are drawn already.
    fn soften(&mut self, outline: &[(u32, Vec2, LinearRgba)]) {
        let count = outline.len();
        let at = |place: usize| outline[place % count].1;
        let area: f32 = (0..count).map(|place| at(place).perp_dot(at(place + 1))).sum();
        if area == 0.0 {
            return;
        }
        let edge = self.edge() * area.signum();
        let outer: Vec<u32> = (0..count)
            .map(|place| {
                let before = (at(place) - at(place + count - 1)).normalize_or_zero();
                let after = (at(place + 1) - at(place)).normalize_or_zero();
                let normal = -(before + after).normalize_or_zero().perp();
                self.point(at(place) + normal * edge, outline[place].2.with_alpha(0.0))
            })
            .collect();
        for place in 0..count {
            let next = (place + 1) % count;
            self.quad([outline[place].0, outline[next].0, outer[next], outer[place]]);
        }
    }

    /// A shape that can be seen whole from its `centre`.
    pub fn fill(&mut self, outline: &[Vec2], centre: Vec2, middle: LinearRgba, rim: LinearRgba) {
        let centre = self.point(centre, middle);
        let corners: Vec<_> = outline.iter().map(|at| (self.point(*at, rim), *at, rim)).collect();
        for place in 0..corners.len() {
            let next = corners[(place + 1) % corners.len()].0;
            self.indices.extend([centre, corners[place].0, next]);
        }
        self.soften(&corners);
    }

    /// What lies between two lines of as many points.
    pub fn band(&mut self, upper: &[Vec2], lower: &[Vec2], top: LinearRgba, bottom: LinearRgba) {
        let upper: Vec<_> = upper.iter().map(|at| (self.point(*at, top), *at, top)).collect();
        let lower: Vec<_> = lower.iter().map(|at| (self.point(*at, bottom), *at, bottom)).collect();
        for (above, below) in upper.windows(2).zip(lower.windows(2)) {
            self.quad([above[0].0, above[1].0, below[1].0, below[0].0]);
        }
        let outline: Vec<_> = upper.into_iter().chain(lower.into_iter().rev()).collect();
        self.soften(&outline);
    }

    /// A line with round ends; its width runs along with its part, 0 to 1.
    pub fn stroke(&mut self, line: &[Vec2], width: impl Fn(f32) -> f32, color: LinearRgba) {
        let last = line.len() - 1;
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for (place, at) in line.iter().enumerate() {
            let along = line[(place + 1).min(last)] - line[place.saturating_sub(1)];
            let aside = along.normalize_or_zero().perp();
            let half = width(place as f32 / last as f32) / 2.0;
            left.push(*at + aside * half);
            right.push(*at - aside * half);
        }
        // The ends are rounded within one outline, so that thin colours do not add up.
        let cap = |from: Vec2, to: Vec2| -> Vec<Vec2> {
            let (middle, arm) = ((from + to) / 2.0, (from - to) / 2.0);
            (1..6)
                .map(|step| middle + Vec2::from_angle(PI * step as f32 / 6.0).rotate(arm))
                .collect()
        };
        let start = cap(left[0], right[0]);
        let end = cap(right[last], left[last]);
        let indices = |canvas: &mut Self, points: &[Vec2]| -> Vec<(u32, Vec2, LinearRgba)> {
            points.iter().map(|at| (canvas.point(*at, color), *at, color)).collect()
        };
        let (left, right) = (indices(self, &left), indices(self, &right));
        let (start, end) = (indices(self, &start), indices(self, &end));
        for (left, right) in left.windows(2).zip(right.windows(2)) {
            self.quad([left[0].0, left[1].0, right[1].0, right[0].0]);
        }
        let mut fan = |first: u32, points: &[(u32, Vec2, LinearRgba)], then: u32| {
            let mut before = points[0].0;
            for point in points.iter().skip(1).map(|point| point.0).chain([then]) {
                self.indices.extend([first, before, point]);
                before = point;
            }
        };
        fan(left[0].0, &start, right[0].0);
        fan(right[last].0, &end, left[last].0);
        let outline: Vec<_> = left.into_iter().rev().chain(start).chain(right).chain(end).collect();
        self.soften(&outline);
    }

    pub fn line(&mut self, from: Vec2, to: Vec2, width: f32, color: LinearRgba) {
        if from.distance(to) < 0.01 {
            self.fill_circle(from, width / 2.0, color);
        } else {
            self.stroke(&[from, to], |_| width, color);
        }
    }

    /// Circles around a middle, with a colour at each radius, from one angle to another.
    fn circles(&mut self, at: Vec2, angles: [f32; 2], circles: &[(f32, LinearRgba)]) {
        let [from, to] = angles;
        let steps = (((to - from).abs() / TAU * 72.0).ceil() as usize).max(2);
        let mut before: Vec<u32> = Vec::new();
        for step in 0..=steps {
            let direction = Vec2::from_angle(from + (to - from) * step as f32 / steps as f32);
            let spoke: Vec<u32> = circles
                .iter()
                .map(|(radius, color)| self.point(at + direction * *radius, *color))
                .collect();
            for (old, new) in before.windows(2).zip(spoke.windows(2)) {
                self.quad([old[0], old[1], new[1], new[0]]);
            }
            before = spoke;
        }
    }

    /// Light that fades to nothing at its radius.
    pub fn glow(&mut self, at: Vec2, radius: f32, color: LinearRgba) {
        let fading = |part: f32| color.with_alpha(color.alpha * (1.0 - part * part).powi(2));
        let circles = [0.0, 0.25, 0.45, 0.65, 0.82, 1.0].map(|part| (radius * part, fading(part)));
        self.circles(at, [0.0, TAU], &circles);
    }

    pub fn fill_circle(&mut self, at: Vec2, radius: f32, color: LinearRgba) {
        let edge = self.edge();
        let clear = color.with_alpha(0.0);
        self.circles(at, [0.0, TAU], &[(0.0, color), (radius, color), (radius + edge, clear)]);
    }

    pub fn ring(&mut self, at: Vec2, radius: f32, width: f32, color: LinearRgba) {
        self.band_around(at, radius, width, [0.0, TAU], color);
    }

    /// A part of a ring, with round ends.
    pub fn arc(
        &mut self,
        at: Vec2,
        radius: f32,
        width: f32,
        from: f32,
        to: f32,
        color: LinearRgba,
    ) {
        self.band_around(at, radius, width, [from, to], color);
        if color.alpha >= 1.0 && (to - from).abs() < TAU {
            for angle in [from, to] {
                self.fill_circle(at + radius * Vec2::from_angle(angle), width / 2.0, color);
            }
        }
    }

    fn band_around(
        &mut self,
        at: Vec2,
        radius: f32,
        width: f32,
        angles: [f32; 2],
        color: LinearRgba,
    ) {
        let (edge, clear, half) = (self.edge(), color.with_alpha(0.0), width / 2.0);
        let circles = [
            ((radius - half - edge).max(0.0), clear),
            ((radius - half).max(0.0), color),
            (radius + half, color),
            (radius + half + edge, clear),
        ];
        self.circles(at, angles, &circles);
    }

    pub fn into_mesh(self) -> Mesh {
        Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())
            .with_inserted_attribute(Mesh::ATTRIBUTE_POSITION, self.positions)
            .with_inserted_attribute(Mesh::ATTRIBUTE_COLOR, self.colors)
            .with_inserted_indices(Indices::U32(self.indices))
    }
}
