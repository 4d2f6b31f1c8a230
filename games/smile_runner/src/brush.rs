//! Shapes with soft edges, gathered into one mesh, and texts beside it.

use std::f32::consts::{PI, TAU};

use bevy::math::Affine2;
use bevy::mesh::Indices;
use bevy::prelude::*;
use bevy_emotion::hud::ink::{Style, Token};

/// Draws shapes with soft edges, one over the other, into a mesh.
pub struct Brush {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
    pub texts: Vec<Words>,
    /// Where shapes are put.
    pub frame: Affine2,
    /// Shares of their opacity.
    pub fade: f32,
    /// How soft edges are: a pixel.
    feather: f32,
}

/// A text to be shown.
pub struct Words {
    pub style: Style,
    pub color: Token,
    pub position: Vec2,
    /// -0.5 begins at its position, 0 is around it, 0.5 ends there.
    pub align: f32,
    pub words: String,
}

impl Brush {
    pub fn new(feather: f32) -> Self {
        let (positions, colors, indices, texts) = Default::default();
        Self { positions, colors, indices, texts, frame: Affine2::IDENTITY, fade: 1.0, feather }
    }

    /// Gives the mesh what was drawn.
    pub fn fill(self, mesh: &mut Mesh) {
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, self.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, self.colors);
        mesh.insert_indices(Indices::U32(self.indices));
    }

    pub fn say(&mut self, style: Style, color: Token, position: Vec2, align: f32, words: &str) {
        self.texts.push(Words { style, color, position, align, words: words.to_owned() });
    }

    fn vertex(&mut self, position: Vec2, color: LinearRgba) {
        self.positions.push([position.x, position.y, 0.0]);
        self.colors.push([color.red, color.green, color.blue, color.alpha * self.fade]);
    }

    fn next(&self) -> u32 {
        self.positions.len() as u32
    }

    fn quad(&mut self, [a, b, c, d]: [u32; 4]) {
        self.indices.extend([a, b, c, b, d, c]);
    }

    /// A shape around its middle, with corners counter-clockwise.
    pub fn fan(&mut self, outline: &[Vec2], shade: impl Fn(Vec2) -> LinearRgba) {
        let (start, count) = (self.next(), outline.len());
        let middle = outline.iter().sum::<Vec2>() / count.max(1) as f32;
        self.vertex(self.frame.transform_point2(middle), shade(middle));
        let placed: Vec<_> = outline.iter().map(|it| self.frame.transform_point2(*it)).collect();
        for (index, point) in placed.iter().enumerate() {
            let along = placed[(index + 1) % count] - placed[(index + count - 1) % count];
            let out = Vec2::new(along.y, -along.x).normalize_or_zero() * self.feather;
            let color = shade(outline[index]);
            self.vertex(*point, color);
            self.vertex(*point + out, color.with_alpha(0.0));
        }
        for index in 0..count as u32 {
            let [here, there] = [index, (index + 1) % count as u32].map(|it| start + 1 + 2 * it);
            self.indices.extend([start, here, there]);
            self.quad([here, here + 1, there, there + 1]);
        }
    }

    /// A strip between two edges.
    pub fn band(&mut self, edges: &[[Vec2; 2]], shade: impl Fn(Vec2) -> LinearRgba) {
        let start = self.next();
        for [upper, lower] in edges {
            let [over, under] = [upper, lower].map(|it| self.frame.transform_point2(*it));
            let out = (over - under).normalize_or_zero() * self.feather;
            let [first, last] = [shade(*upper), shade(*lower)];
            self.vertex(over + out, first.with_alpha(0.0));
            self.vertex(over, first);
            self.vertex(under, last);
            self.vertex(under - out, last.with_alpha(0.0));
        }
        for here in (0..edges.len().saturating_sub(1) as u32).map(|it| start + 4 * it) {
            for row in here..here + 3 {
                self.quad([row, row + 1, row + 4, row + 5]);
            }
        }
    }

    pub fn disc(&mut self, middle: Vec2, radii: Vec2, color: LinearRgba) {
        self.leaf(middle, radii, 0.0, color);
    }

    /// A disc that is turned.
    pub fn leaf(&mut self, middle: Vec2, radii: Vec2, turn: f32, color: LinearRgba) {
        self.fan(&oval(middle, radii, turn), |_| color);
    }

    /// Light that fades outwards, softly.
    pub fn glow(&mut self, middle: Vec2, radii: Vec2, color: LinearRgba) {
        const RINGS: [f32; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
        for pair in RINGS.windows(2) {
            let [inner, outer] = [pair[0], pair[1]];
            let edges: Vec<_> = (0..=32_u8)
                .map(|step| Vec2::from_angle(TAU * f32::from(step) / 32.0) * radii)
                .map(|way| [way * outer, way * inner].map(|way| middle + way))
                .collect();
            let feather = std::mem::take(&mut self.feather);
            self.band(&edges, |point| {
                let left = 1.0 - ((point - middle) / radii).length().min(1.0);
                color.with_alpha(color.alpha * left * left)
            });
            self.feather = feather;
        }
    }

    /// A rectangle with round corners.
    pub fn pill(&mut self, middle: Vec2, size: Vec2, color: LinearRgba) {
        let radius = (size.min_element() / 2.0).min(20.0);
        let inner = size / 2.0 - radius;
        let corners = [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)];
        let outline: Vec<_> = (0..24_u8)
            .map(|step| {
                let (x, y) = corners[usize::from(step / 6)];
                let angle = TAU / 4.0 * (f32::from(step / 6) + f32::from(step % 6) / 5.0);
                middle + Vec2::new(x, y) * inner + Vec2::from_angle(angle) * radius
            })
            .collect();
        self.fan(&outline, |_| color);
    }

    /// A line with round ends.
    pub fn line(&mut self, points: &[Vec2], width: f32, color: LinearRgba) {
        let edges: Vec<_> = (0..points.len())
            .map(|index| {
                let along =
                    points[(index + 1).min(points.len() - 1)] - points[index.saturating_sub(1)];
                let out = along.perp().normalize_or_zero() * width / 2.0;
                [points[index] + out, points[index] - out]
            })
            .collect();
        self.band(&edges, |_| color);
        for (end, before) in [(0, 1), (points.len() - 1, points.len().saturating_sub(2))] {
            let angle = (points[end] - points[before.min(points.len() - 1)]).to_angle();
            let cap: Vec<_> = (0..=8_u8)
                .map(|step| angle - PI / 2.0 + PI * f32::from(step) / 8.0)
                .map(|angle| points[end] + Vec2::from_angle(angle) * width / 2.0)
                .collect();
            self.fan(&cap, |_| color);
        }
    }

    /// A part of a circle, from an angle to another.
    pub fn ring(
        &mut self,
        middle: Vec2,
        radius: f32,
        width: f32,
        [from, to]: [f32; 2],
        color: LinearRgba,
    ) {
        let steps = ((to - from) * 9.0).ceil().max(2.0);
        let edges: Vec<_> = (0..=steps as u16)
            .map(|step| Vec2::from_angle(from + (to - from) * f32::from(step) / steps))
            .map(|way| [radius + width / 2.0, radius - width / 2.0].map(|it| middle + way * it))
            .collect();
        self.band(&edges, |_| color);
    }

    pub fn star(&mut self, middle: Vec2, radius: f32, turn: f32, color: LinearRgba) {
        let outline: [Vec2; 10] = std::array::from_fn(|step| {
            let radius = if step % 2 == 0 { radius } else { radius * 0.52 };
            middle + Vec2::from_angle(turn + PI / 2.0 + TAU * step as f32 / 10.0) * radius
        });
        self.fan(&outline, |_| color);
    }

    pub fn heart(&mut self, middle: Vec2, size: f32, color: LinearRgba) {
        let outline: [Vec2; 28] = std::array::from_fn(|step| {
            let (sin, cos) = (-TAU * step as f32 / 28.0).sin_cos();
            let y = 13.0 * cos
                - 5.0 * (2.0 * cos * cos - 1.0)
                - 2.0 * (4.0 * cos * cos * cos - 3.0 * cos);
            middle + Vec2::new(16.0 * sin * sin * sin, y + 2.0) * size / 16.0
        });
        self.fan(&outline, |_| color);
    }

    /// A round body, lit from above.
    pub fn body(&mut self, radii: Vec2, light: LinearRgba, dark: LinearRgba) {
        let shade =
            |point: Vec2| dark.mix(&light, (0.62 + 0.7 * point.y / radii.y).clamp(0.0, 1.0));
        self.fan(&oval(Vec2::ZERO, radii, 0.0), shade);
        let spot = radii * Vec2::new(0.34, 0.2);
        self.leaf(radii * Vec2::new(-0.3, 0.68), spot, 0.35, LinearRgba::WHITE.with_alpha(0.45));
    }
}

/// A colour from red, green and blue in sRGB.
pub fn hex(rgb: u32) -> LinearRgba {
    let [_, red, green, blue] = rgb.to_be_bytes();
    Color::srgb_u8(red, green, blue).to_linear()
}

/// The outline of a disc, smooth at any size.
fn oval(middle: Vec2, radii: Vec2, turn: f32) -> Vec<Vec2> {
    let steps = (12.0 + radii.max_element() * 0.5).min(48.0) as u16;
    let steps = if radii.max_element() < 1.5 { 24 } else { steps };
    let turned = Vec2::from_angle(turn);
    (0..steps)
        .map(|step| Vec2::from_angle(TAU * f32::from(step) / f32::from(steps)) * radii)
        .map(|point| middle + turned.rotate(point))
        .collect()
}
