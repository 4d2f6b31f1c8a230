//! Draws heads into frames.

use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Stroke, Transform};

use super::face::FaceShape;
use super::motion::Sway;
use crate::frame::FrameRect;

/// One head, ready to be drawn.
pub(super) struct HeadPose {
    face: FaceShape,
    sway: Sway,
    /// The point between the eyes, in pixels.
    position_in_frame: (f32, f32),
    /// Half the width of the face, in pixels: the unit of everything on the head.
    unit: f32,
}

impl HeadPose {
    /// Head number `head` of `heads` in a frame of `size`.
    pub fn new(size: (u32, u32), heads: u8, head: u8, face: FaceShape, sway: Sway) -> Self {
        let (width, height) = (size.0 as f32, size.1 as f32);
        let slot = width / f32::from(heads);
        let unit = (height * 0.22).min(slot * 0.3);
        let x = slot * (f32::from(head) + 0.5) + sway.offset.0 * unit;
        let y = height * 0.47 + sway.offset.1 * unit;
        Self { face, sway, position_in_frame: (x, y), unit: unit * sway.scale }
    }

    /// The square that Haar finds, as measured.
    pub fn box_in_frame(&self) -> FrameRect {
        let (sin, cos) = self.sway.roll.sin_cos();
        let below = 0.35 * self.unit;
        let (x, y) = self.position_in_frame;
        FrameRect::square((x - sin * below, y + cos * below), 2.1 * self.unit)
    }

    pub fn roll(&self) -> f32 {
        self.sway.roll
    }

    fn to_frame(&self) -> Transform {
        let (x, y) = self.position_in_frame;
        Transform::from_scale(self.unit, self.unit)
            .post_rotate(self.sway.roll.to_degrees())
            .post_translate(x, y)
    }
}

/// Draws frames of one size.
pub(super) struct Painter {
    canvas: Option<Pixmap>,
}

impl Painter {
    pub fn new(size: (u32, u32), _heads: u8, _seed: u64) -> Self {
        Self { canvas: Pixmap::new(size.0, size.1) }
    }

    /// The frame with these heads, as RGB.
    pub fn paint(&mut self, heads: &[HeadPose], _sequence: u64) -> Vec<u8> {
        let Some(canvas) = &mut self.canvas else { return Vec::new() };
        canvas.fill(Color::from_rgba8(120, 130, 140, 255));
        for head in heads {
            paint_head(canvas, head);
        }
        let mut rgb = Vec::with_capacity(canvas.data().len() / 4 * 3);
        for pixel in canvas.data().chunks_exact(4) {
            rgb.extend_from_slice(&pixel[..3]);
        }
        rgb
    }
}

fn paint_head(canvas: &mut Pixmap, head: &HeadPose) {
    let at = head.to_frame();
    let face = &head.face;
    let mut ellipse = |x: f32, y: f32, rx: f32, ry: f32, grey: (u8, u8, u8)| {
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(grey.0, grey.1, grey.2, 255);
        let path = Rect::from_ltrb(x - rx, y - ry, x + rx, y + ry).and_then(PathBuilder::from_oval);
        if let Some(path) = path {
            canvas.fill_path(&path, &paint, FillRule::Winding, at, None);
        }
    };
    ellipse(0.0, -0.1, 1.1, 1.5, (60, 45, 40));
    ellipse(0.0, 0.1, 1.0, 1.4, (224, 180, 150));
    let open = 0.1 * (1.0 + 0.6 * face.upper_lid - 0.4 * face.squint) * (1.0 - head.sway.blink);
    for side in [-1.0, 1.0] {
        ellipse(side * 0.45, 0.0, 0.34, 0.26, (180, 135, 110));
        ellipse(side * 0.45, 0.02, 0.22, open.max(0.01), (240, 240, 235));
        ellipse(side * 0.45, 0.02, 0.1, open.clamp(0.01, 0.1), (40, 30, 25));
        ellipse(side * 0.12, 0.6, 0.06, 0.03, (90, 50, 40));
    }
    ellipse(0.0, 0.62, 0.16, 0.05, (190, 140, 115));
    let opening = 0.04 + 0.2 * face.jaw + 0.05 * face.part;
    ellipse(
        0.0,
        0.95 + opening * 0.5,
        0.38 + 0.1 * face.width - 0.12 * face.round,
        opening,
        (110, 45, 45),
    );
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(55, 40, 35, 255);
    for side in [-1.0, 1.0] {
        let mut path = PathBuilder::new();
        path.move_to(side * 0.2, -0.32 - 0.12 * face.inner_brow);
        path.line_to(side * 0.7, -0.34 - 0.12 * face.outer_brow);
        if let Some(path) = path.finish() {
            let stroke = Stroke { width: 0.09, ..Stroke::default() };
            canvas.stroke_path(&path, &paint, &stroke, at, None);
        }
    }
}
