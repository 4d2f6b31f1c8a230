//! The canvas: everything is drawn anew in each update, into two meshes and a pool of texts.

use bevy::asset::RenderAssetUsages;
use bevy::camera::visibility::NoFrustumCulling;
use bevy::math::Affine2;
use bevy::mesh::{Indices, PrimitiveTopology};
use bevy::text::{FontSize, TextBounds};
use bevy_emotion::hud::ink::{Ink, Style, Token};

use super::*;

/// What is drawn in this update, in view space. The front sheet lies over the texts of the back.
#[derive(Resource, Default)]
pub(super) struct Canvas {
    pub(super) sheets: [Sheet; 2],
    pub(super) words: Vec<Words>,
    /// 0 is the back, 1 the front.
    pub(super) sheet: usize,
    /// From what is drawn to view space.
    pub(super) place: Affine2,
    /// View units in a unit of the layout.
    zoom: f32,
}

#[derive(Default)]
pub(super) struct Sheet {
    positions: Vec<[f32; 3]>,
    colors: Vec<[f32; 4]>,
    indices: Vec<u32>,
}

/// A text that is drawn.
pub(super) struct Words {
    pub(super) text: String,
    pub(super) at: Vec2,
    pub(super) size: f32,
    pub(super) angle: f32,
    pub(super) color: Color,
    pub(super) anchor: Anchor,
    /// Wrapped at this width.
    pub(super) width: Option<f32>,
    pub(super) sheet: usize,
    /// In the font that has the expressions' signs.
    pub(super) sign: bool,
}

impl Words {
    pub(super) fn anchored(&mut self, anchor: Anchor) -> &mut Self {
        self.anchor = anchor;
        self
    }

    pub(super) fn within(&mut self, width: f32) -> &mut Self {
        self.width = Some(width);
        self
    }
}

/// Points of an ellipse.
pub(super) const ROUND_POINTS: usize = 36;

impl Canvas {
    /// An empty canvas, with `zoom` view units in each of its own.
    pub(super) fn clear(&mut self, zoom: f32) {
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
    pub(super) fn within(
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

    pub(super) fn scale(&self) -> f32 {
        self.place.matrix2.determinant().abs().sqrt()
    }

    pub(super) fn vertex(&mut self, at: Vec2, color: LinearRgba) -> u32 {
        let sheet = &mut self.sheets[self.sheet];
        sheet.positions.push([at.x, at.y, 0.0]);
        sheet.colors.push(color.to_f32_array());
        sheet.positions.len() as u32 - 1
    }

    pub(super) fn triangles(&mut self, corners: &[u32]) {
        self.sheets[self.sheet].indices.extend_from_slice(corners);
    }

    /// An outline around its middle, which sees all of it; from one colour at its top to another at
    /// its bottom. Its edge is smooth.
    pub(super) fn blend(&mut self, outline: &[Vec2], top: Color, bottom: Color) {
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
    pub(super) fn flat(&mut self, outline: &[Vec2], color: Color) {
        self.blend(outline, color, color);
    }

    /// The same, lit from above: what has a body.
    pub(super) fn solid(&mut self, outline: &[Vec2], color: Color) {
        let alpha = color.alpha();
        let top = color.mix(&Color::WHITE, 0.14).with_alpha(alpha);
        let bottom = color.mix(&Color::BLACK, 0.22).with_alpha(alpha);
        self.blend(outline, top, bottom);
    }

    pub(super) fn disc(&mut self, at: Vec2, radius: f32, color: Color) {
        self.flat(&oval(at, Vec2::splat(radius)), color);
    }

    pub(super) fn ball(&mut self, at: Vec2, radii: Vec2, color: Color) {
        self.solid(&oval(at, radii), color);
    }

    /// Light that fades away from its middle.
    pub(super) fn glow(&mut self, at: Vec2, radii: Vec2, color: Color) {
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
    pub(super) fn stroke(&mut self, points: &[Vec2], width: f32, color: Color) {
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
    pub(super) fn write(&mut self, text: &str, at: Vec2, size: f32, color: Color) -> &mut Words {
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
    pub(super) fn text_unit(&self) -> f32 {
        self.zoom / self.place.matrix2.x_axis.length().max(0.01)
    }
}

pub(super) fn oval(at: Vec2, radii: Vec2) -> Vec<Vec2> {
    (0..ROUND_POINTS)
        .map(|it| at + Vec2::from_angle(it as f32 / ROUND_POINTS as f32 * TAU) * radii)
        .collect()
}

/// A rectangle with round corners.
pub(super) fn block(at: Vec2, half: Vec2, corner: f32) -> Vec<Vec2> {
    let corner = corner.min(half.x).min(half.y);
    let mut points = Vec::with_capacity(32);
    for (quarter, toward) in
        [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].into_iter().enumerate()
    {
        let middle = at + (half - corner) * Vec2::from(toward);
        for step in 0..8 {
            let angle = (quarter as f32 + step as f32 / 7.0) * PI / 2.0;
            points.push(middle + Vec2::from_angle(angle) * corner);
        }
    }
    points
}

pub(super) fn square(from: Vec2, to: Vec2) -> [Vec2; 4] {
    [from, Vec2::new(to.x, from.y), to, Vec2::new(from.x, to.y)]
}

/// From one point to another, bent towards a third.
pub(super) fn bow(from: Vec2, towards: Vec2, to: Vec2) -> Vec<Vec2> {
    (0..=16)
        .map(|it| {
            let part = it as f32 / 16.0;
            from.lerp(towards, part).lerp(towards.lerp(to, part), part)
        })
        .collect()
}

pub(super) const fn xy(x: f32, y: f32) -> Vec2 {
    Vec2::new(x, y)
}

pub(super) const fn rgb(code: u32) -> Color {
    Color::srgb_u8((code >> 16) as u8, (code >> 8) as u8, code as u8)
}

/// How much of the way from `from` to `to` a time is, 0 to 1, with a soft start and end.
pub(super) fn between(t: f32, from: f32, to: f32) -> f32 {
    let part = ((t - from) / (to - from)).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Comes at once, overshoots, and settles: 0 before `from`, 1 in the end.
pub(super) fn pop(t: f32, from: f32) -> f32 {
    let since = (t - from).max(0.0);
    1.0 - (-since * 7.0).exp() * (since * 16.0).cos()
}

/// A shake that starts at `from` and dies down: -1 to 1.
pub(super) fn jolt(t: f32, from: f32) -> f32 {
    let since = t - from;
    if since < 0.0 { 0.0 } else { (-since * 6.0).exp() * (since * 40.0).sin() }
}

/// One text of the pool.
#[derive(Component)]
pub(super) struct Page {
    sign: bool,
}

#[derive(Component)]
pub(super) struct SheetOf(usize);

/// Texts of the pool: in the common font, and in that of the signs.
pub(super) const PAGES: [usize; 2] = [40, 12];

pub(super) fn prepare_canvas(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let material = materials.add(ColorMaterial::default());
    for sheet in 0..2 {
        commands.spawn((
            SheetOf(sheet),
            Mesh2d(
                meshes
                    .add(Mesh::new(PrimitiveTopology::TriangleList, RenderAssetUsages::default())),
            ),
            MeshMaterial2d(material.clone()),
            Transform::from_xyz(0.0, 0.0, depth(sheet)),
            NoFrustumCulling,
        ));
    }
    for (count, sign) in PAGES.into_iter().zip([false, true]) {
        let style = if sign { Style::LargeSign } else { Style::Large };
        for _ in 0..count {
            commands.spawn((
                Page { sign },
                Text2d::default(),
                Ink { style, color: Token::Text },
                TextLayout::justify(Justify::Center),
                Visibility::Hidden,
            ));
        }
    }
}

pub(super) const fn depth(sheet: usize) -> f32 {
    sheet as f32 * 20.0
}

/// Puts what was drawn on the screen.
pub(super) fn show_canvas(
    mut canvas: ResMut<Canvas>,
    screen: Res<Screen>,
    mut meshes: ResMut<Assets<Mesh>>,
    sheets: Query<(&SheetOf, &Mesh2d)>,
    mut pages: Query<(
        &Page,
        &mut Text2d,
        &mut TextFont,
        &mut TextColor,
        &mut TextBounds,
        &mut Anchor,
        &mut Transform,
        &mut Visibility,
    )>,
) {
    for (of, mesh) in &sheets {
        let Some(mut mesh) = meshes.get_mut(&mesh.0) else { continue };
        let sheet = &mut canvas.sheets[of.0];
        let mut taken = std::mem::take(sheet);
        if taken.indices.is_empty() {
            // A mesh without anything in it is not drawn again.
            taken.positions = vec![[0.0; 3]; 3];
            taken.colors = vec![[0.0; 4]; 3];
            taken.indices = vec![0, 1, 2];
        }
        mesh.insert_attribute(Mesh::ATTRIBUTE_POSITION, taken.positions);
        mesh.insert_attribute(Mesh::ATTRIBUTE_COLOR, taken.colors);
        mesh.insert_indices(Indices::U32(taken.indices));
    }
    // Glyphs are drawn for the screen's own pixels.
    let pixels = 1.0 / screen.units_per_pixel;
    let mut words = [false, true].map(|sign| canvas.words.iter().filter(move |it| it.sign == sign));
    let mut height = 0.0;
    for (page, mut text, mut font, mut color, mut bounds, mut anchor, mut transform, mut seen) in
        &mut pages
    {
        let Some(words) = words[usize::from(page.sign)].next() else {
            seen.set_if_neq(Visibility::Hidden);
            continue;
        };
        // Sizes that change all the time would fill the font's atlases.
        let size = (words.size * pixels / 2.0).round().max(1.0) * 2.0;
        let scale = words.size / size;
        if text.0 != words.text {
            text.0.clone_from(&words.text);
        }
        if font.font_size != FontSize::Px(size) {
            font.font_size = FontSize::Px(size);
        }
        color.set_if_neq(TextColor(words.color));
        let width = words.width.map(|width| width / scale);
        if bounds.width != width {
            bounds.width = width;
        }
        anchor.set_if_neq(words.anchor);
        height += 0.01;
        *transform =
            Transform::from_translation(words.at.extend(depth(words.sheet) + 1.0 + height))
                .with_rotation(Quat::from_rotation_z(words.angle))
                .with_scale(Vec3::splat(scale));
        seen.set_if_neq(Visibility::Inherited);
    }
}
