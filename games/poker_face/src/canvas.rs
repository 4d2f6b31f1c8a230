//! The canvas: everything is drawn anew in each update, into two sheets and a list of texts.

use bevy::math::Affine2;
use bevy::prelude::*;
use bevy::sprite::Anchor;

use crate::shapes::{ROUND_POINTS, oval};

/// What is drawn in this update, in view space. The front sheet lies over the texts of the back.
#[derive(Resource, Default)]
pub(crate) struct Canvas {
    pub(crate) sheets: [Sheet; 2],
    pub(crate) words: Vec<Words>,
    /// 0 is the back, 1 the front.
    pub(crate) sheet: usize,
    /// From what is drawn to view space.
    pub(crate) place: Affine2,
    /// View units in a unit of the layout.
    zoom: f32,
}

/// Triangles: corners with colours, and three indices for each.
#[derive(Default)]
pub(crate) struct Sheet {
    pub(crate) positions: Vec<[f32; 3]>,
    pub(crate) colors: Vec<[f32; 4]>,
    pub(crate) indices: Vec<u32>,
}

/// A text that is drawn.
pub(crate) struct Words {
    pub(crate) text: String,
    pub(crate) at: Vec2,
    pub(crate) size: f32,
    pub(crate) angle: f32,
    pub(crate) color: Color,
    pub(crate) anchor: Anchor,
    /// Wrapped at this width.
    pub(crate) width: Option<f32>,
    pub(crate) sheet: usize,
    /// In the font that has the expressions' signs.
    pub(crate) sign: bool,
}

impl Words {
    pub(crate) fn anchored(&mut self, anchor: Anchor) -> &mut Self {
        self.anchor = anchor;
        self
    }

    pub(crate) fn within(&mut self, width: f32) -> &mut Self {
        self.width = Some(width);
        self
    }
}

impl Canvas {
    /// An empty canvas, with `zoom` view units in each of its own.
    pub(crate) fn clear(&mut self, zoom: f32) {
        for Sheet { positions, colors, indices } in &mut self.sheets {
            positions.clear();
            colors.clear();
            indices.clear();
        }
        self.words.clear();
        self.sheet = 0;
        self.place = Affine2::from_scale(Vec2::splat(zoom));
        self.zoom = zoom;
    }

    /// Draws with another origin, angle (counter-clockwise) and scale.
    pub(crate) fn within(
        &mut self,
        at: Vec2,
        angle: f32,
        scale: Vec2,
        draw: impl FnOnce(&mut Self),
    ) {
        let before = self.place;
        self.place = before * Affine2::from_scale_angle_translation(scale, angle, at);
        draw(self);
        self.place = before;
    }

    /// View units in a unit of the place.
    fn scale(&self) -> f32 {
        self.place.matrix2.determinant().abs().sqrt()
    }

    /// A corner for triangles, in view space.
    pub(crate) fn vertex(&mut self, at: Vec2, color: LinearRgba) -> u32 {
        let sheet = &mut self.sheets[self.sheet];
        sheet.positions.push([at.x, at.y, 0.0]);
        sheet.colors.push(color.to_f32_array());
        sheet.positions.len() as u32 - 1
    }

    /// Triangles between corners, three for each.
    pub(crate) fn triangles(&mut self, corners: &[u32]) {
        self.sheets[self.sheet].indices.extend_from_slice(corners);
    }

    /// An outline around its middle, which sees all of it; from one colour at its top to another at
    /// its bottom. Its edge is smooth.
    pub(crate) fn blend(&mut self, outline: &[Vec2], top: Color, bottom: Color) {
        let count = outline.len();
        if count < 3 {
            return;
        }
        let (low, high) = outline
            .iter()
            .fold((f32::MAX, f32::MIN), |(low, high), point| (low.min(point.y), high.max(point.y)));
        let (top, bottom) = (top.to_linear(), bottom.to_linear());
        let color = |y: f32| bottom.mix(&top, (y - low) / (high - low).max(1e-3));
        let points: Vec<Vec2> =
            outline.iter().map(|point| self.place.transform_point2(*point)).collect();
        let area: f32 = (0..count).map(|it| points[it].perp_dot(points[(it + 1) % count])).sum();
        let outward = if area > 0.0 { 0.5 } else { -0.5 };
        let mean = outline.iter().sum::<Vec2>() / count as f32;
        let middle = self.vertex(self.place.transform_point2(mean), color(mean.y));
        let first = middle + 1;
        for it in 0..count {
            let along = points[(it + 1) % count] - points[(it + count - 1) % count];
            let out = Vec2::new(along.y, -along.x).normalize_or_zero() * outward;
            let color = color(outline[it].y);
            self.vertex(points[it] - out, color);
            self.vertex(points[it] + out, color.with_alpha(0.0));
        }
        for it in 0..count as u32 {
            let [inner, next] = [first + it * 2, first + (it + 1) % count as u32 * 2];
            let rim = [inner, inner + 1, next, next, inner + 1, next + 1];
            self.triangles(&[middle, inner, next]);
            self.triangles(&rim);
        }
    }

    /// The same in one colour.
    pub(crate) fn flat(&mut self, outline: &[Vec2], color: Color) {
        self.blend(outline, color, color);
    }

    /// The same, lit from above: what has a body.
    pub(crate) fn solid(&mut self, outline: &[Vec2], color: Color) {
        let alpha = color.alpha();
        let top = color.mix(&Color::WHITE, 0.14).with_alpha(alpha);
        let bottom = color.mix(&Color::BLACK, 0.22).with_alpha(alpha);
        self.blend(outline, top, bottom);
    }

    /// A circle in one colour.
    pub(crate) fn disc(&mut self, at: Vec2, radius: f32, color: Color) {
        self.flat(&oval(at, Vec2::splat(radius)), color);
    }

    /// An ellipse with a body.
    pub(crate) fn ball(&mut self, at: Vec2, radii: Vec2, color: Color) {
        self.solid(&oval(at, radii), color);
    }

    /// Light that fades away from its middle.
    pub(crate) fn glow(&mut self, at: Vec2, radii: Vec2, color: Color) {
        let color = color.to_linear();
        let middle = self.vertex(self.place.transform_point2(at), color);
        // Rings: the eye sees the kinks of fewer.
        for (part, share) in [(0.3, 0.68), (0.58, 0.26), (0.8, 0.07), (1.0, 0.0)] {
            for point in oval(at, radii * part) {
                let alpha = color.alpha * share;
                self.vertex(self.place.transform_point2(point), color.with_alpha(alpha));
            }
        }
        let count = ROUND_POINTS as u32;
        for it in 0..count {
            let (one, two) = (middle + 1 + it, middle + 1 + (it + 1) % count);
            self.triangles(&[middle, one, two]);
            for ring in 0..3 {
                let (one, two) = (one + ring * count, two + ring * count);
                self.triangles(&[one, one + count, two, two, one + count, two + count]);
            }
        }
    }

    /// A stroke through points, with round ends.
    pub(crate) fn stroke(&mut self, points: &[Vec2], width: f32, color: Color) {
        let half = (width * self.scale() / 2.0).max(0.5);
        let points: Vec<Vec2> =
            points.iter().map(|point| self.place.transform_point2(*point)).collect();
        let color = color.to_linear();
        let clear = color.with_alpha(0.0);
        let last = points.len().saturating_sub(1);
        let mut before: Option<u32> = None;
        for (it, point) in points.iter().enumerate() {
            let along = points[(it + 1).min(last)] - points[it.saturating_sub(1)];
            let side = along.normalize_or_zero().perp();
            let first = self.vertex(*point + side * (half + 0.5), clear);
            self.vertex(*point + side * (half - 0.5), color);
            self.vertex(*point - side * (half - 0.5), color);
            self.vertex(*point - side * (half + 0.5), clear);
            if let Some(before) = before {
                for lane in 0..3 {
                    let (one, two) = (before + lane, first + lane);
                    self.triangles(&[one, two, one + 1, one + 1, two, two + 1]);
                }
            }
            before = Some(first);
        }
        if half > 1.2 && color.alpha > 0.9 {
            let place = std::mem::replace(&mut self.place, Affine2::IDENTITY);
            for end in [points.first(), points.last()].into_iter().flatten() {
                self.disc(*end, half, color.into());
            }
            self.place = place;
        }
    }

    /// Writes; sizes are in units of the layout, whatever the place.
    pub(crate) fn write(&mut self, text: &str, at: Vec2, size: f32, color: Color) -> &mut Words {
        self.words.push(Words {
            text: text.to_owned(),
            at: self.place.transform_point2(at),
            size: size * self.zoom,
            angle: self.place.matrix2.x_axis.to_angle(),
            color,
            anchor: Anchor::CENTER,
            width: None,
            sheet: self.sheet,
            sign: false,
        });
        let last = self.words.len() - 1;
        &mut self.words[last]
    }

    /// How many units of the place a unit of a text's size covers.
    pub(crate) fn text_unit(&self) -> f32 {
        self.zoom / self.place.matrix2.x_axis.length().max(0.01)
    }
}
