//! Drawing on a head: shapes in the head's own coordinates.

use tiny_skia::{
    BlendMode, Color, FillRule, FilterQuality, GradientStop, LineCap, LinearGradient, Paint, Path,
    PathBuilder, Pattern, Pixmap, Point, RadialGradient, Rect, Shader, SpreadMode, Stroke,
    Transform,
};

/// Red, green and blue, 0 to 255.
pub(super) type Rgb = [u8; 3];

/// A point on a head: right and down from between the eyes, in half widths of the face.
pub(super) type Spot = (f32, f32);

/// Draws on a picture through a transform. Shapes without area draw nothing.
pub(super) struct Pen<'a> {
    pub canvas: &'a mut Pixmap,
    pub to_canvas: Transform,
}

impl Pen<'_> {
    pub fn fill(&mut self, path: Option<Path>, shader: Option<Shader<'_>>) {
        self.blend(path, shader, BlendMode::SourceOver, FillRule::Winding);
    }

    /// Multiplies the canvas by the shader's colours, like a stain; inner outlines are holes.
    pub fn stain_around_holes(&mut self, path: Option<Path>, shader: Option<Shader<'_>>) {
        self.blend(path, shader, BlendMode::Multiply, FillRule::EvenOdd);
    }

    /// Fills between the outlines of `path`: inner ones are holes.
    pub fn fill_around_holes(&mut self, path: Option<Path>, shader: Option<Shader<'_>>) {
        self.blend(path, shader, BlendMode::SourceOver, FillRule::EvenOdd);
    }

    /// A soft spot that fades out towards its edge.
    pub fn soft(&mut self, center: Spot, radii: Spot, degrees: f32, color: Rgb, opacity: f32) {
        let place = Transform::from_scale(radii.0, radii.1)
            .post_rotate(degrees)
            .post_translate(center.0, center.1);
        let path = PathBuilder::from_circle(0.0, 0.0, 1.0).and_then(|path| path.transform(place));
        let stops = [(0.0, 1.0), (0.35, 0.78), (0.7, 0.22), (1.0, 0.0)]
            .map(|(at, part)| GradientStop::new(at, tone(color, opacity * part)))
            .to_vec();
        let (middle, pad) = (Point::zero(), SpreadMode::Pad);
        let shader = RadialGradient::new(middle, 0.0, middle, 1.0, stops, pad, place);
        self.fill(path, shader);
    }

    pub fn stroke(&mut self, path: Option<Path>, color: Rgb, opacity: f32, width: f32) {
        self.stroke_with(path, plain(color, opacity), width);
    }

    pub fn stroke_with(&mut self, path: Option<Path>, shader: Option<Shader<'_>>, width: f32) {
        let (Some(path), Some(shader)) = (path, shader) else { return };
        let paint = Paint { shader, ..Paint::default() };
        let stroke = Stroke { width, line_cap: LineCap::Round, ..Stroke::default() };
        self.canvas.stroke_path(&path, &paint, &stroke, self.to_canvas, None);
    }

    fn blend(
        &mut self,
        path: Option<Path>,
        shader: Option<Shader<'_>>,
        blend_mode: BlendMode,
        rule: FillRule,
    ) {
        let (Some(path), Some(shader)) = (path, shader) else { return };
        let paint = Paint { shader, blend_mode, ..Paint::default() };
        self.canvas.fill_path(&path, &paint, rule, self.to_canvas, None);
    }
}

pub(super) fn tone(color: Rgb, opacity: f32) -> Color {
    let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    Color::from_rgba8(color[0], color[1], color[2], alpha)
}

/// `color` with each channel times `factor`.
pub(super) fn shaded(color: Rgb, factor: f32) -> Rgb {
    color.map(|channel| (f32::from(channel) * factor).clamp(0.0, 255.0) as u8)
}

/// The colour `amount` of the way between two colours, 0 to 1.
pub(super) fn mixed(from: Rgb, to: Rgb, amount: f32) -> Rgb {
    let mut color = from;
    for (channel, to) in color.iter_mut().zip(to) {
        *channel = (f32::from(*channel) + (f32::from(to) - f32::from(*channel)) * amount) as u8;
    }
    color
}

pub(super) fn plain(color: Rgb, opacity: f32) -> Option<Shader<'static>> {
    Some(Shader::SolidColor(tone(color, opacity)))
}

/// A gradient along a line. A stop is its place on the line, 0 to 1, a colour and an opacity.
pub(super) fn gradient(from: Spot, to: Spot, stops: &[(f32, Rgb, f32)]) -> Option<Shader<'static>> {
    let stops = stops
        .iter()
        .map(|(at, color, opacity)| GradientStop::new(*at, tone(*color, *opacity)))
        .collect();
    LinearGradient::new(
        Point::from_xy(from.0, from.1),
        Point::from_xy(to.0, to.1),
        stops,
        SpreadMode::Pad,
        Transform::identity(),
    )
}

/// A gradient outwards from a point, with stops as in [`gradient`].
pub(super) fn radial(
    center: Spot,
    radius: f32,
    stops: &[(f32, Rgb, f32)],
) -> Option<Shader<'static>> {
    let stops = stops
        .iter()
        .map(|(at, color, opacity)| GradientStop::new(*at, tone(*color, *opacity)))
        .collect();
    let center = Point::from_xy(center.0, center.1);
    RadialGradient::new(center, 0.0, center, radius, stops, SpreadMode::Pad, Transform::identity())
}

/// A picture as a shader; `place` maps its pixels to the head.
pub(super) fn picture(pixmap: &Pixmap, place: Transform) -> Option<Shader<'_>> {
    Some(Pattern::new(pixmap.as_ref(), SpreadMode::Pad, FilterQuality::Bilinear, 1.0, place))
}

pub(super) fn oval(center: Spot, radii: Spot) -> Option<Path> {
    let (x, y) = center;
    Rect::from_ltrb(x - radii.0, y - radii.1, x + radii.0, y + radii.1)
        .and_then(PathBuilder::from_oval)
}

/// A closed curve through all points (Catmull and Rom, 1974).
pub(super) fn closed(points: &[Spot]) -> Option<Path> {
    let mut path = PathBuilder::new();
    add_closed(&mut path, points);
    path.finish()
}

pub(super) fn add_closed(path: &mut PathBuilder, points: &[Spot]) {
    let count = points.len();
    if count < 3 {
        return;
    }
    path.move_to(points[0].0, points[0].1);
    for place in 0..count {
        let [before, from, to, after] =
            [count - 1, 0, 1, 2].map(|step| points[(place + step) % count]);
        add_bend(path, before, from, to, after);
    }
    path.close();
}

/// An open curve through all points.
pub(super) fn open(points: &[Spot]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, last) = (points.first()?, points.last()?);
    path.move_to(first.0, first.1);
    for place in 0..points.len() - 1 {
        let before = if place > 0 { points[place - 1] } else { *first };
        let after = points.get(place + 2).unwrap_or(last);
        add_bend(&mut path, before, points[place], points[place + 1], *after);
    }
    path.finish()
}

fn add_bend(path: &mut PathBuilder, before: Spot, from: Spot, to: Spot, after: Spot) {
    path.cubic_to(
        from.0 + (to.0 - before.0) / 6.0,
        from.1 + (to.1 - before.1) / 6.0,
        to.0 - (after.0 - from.0) / 6.0,
        to.1 - (after.1 - from.1) / 6.0,
        to.0,
        to.1,
    );
}
