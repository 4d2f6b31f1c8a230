//! Draws frames: the room, the heads in it, and the grain of a camera.

use tiny_skia::{Color, Pixmap, Transform};

use super::face::FaceShape;
use super::head::Head;
use super::looks::look;
use super::motion::{Sway, mix, unit};
use super::pen::{Pen, Spot, gradient};
use emotion_core::FrameRect;

/// Strength of the grain, in steps of brightness.
const GRAIN: f32 = 3.5;

/// One head in a frame, ready to be drawn.
pub(super) struct HeadPose {
    face: FaceShape,
    sway: Sway,
    /// The point between the eyes at rest and now, in pixels.
    rest_in_frame: Spot,
    position_in_frame: Spot,
    /// Half the width of the face, in pixels: the unit of everything on the head.
    unit: f32,
}

impl HeadPose {
    /// Head number `head` of `heads` in a frame of `size`.
    pub fn new(size: (u32, u32), heads: u8, head: u8, face: FaceShape, sway: Sway) -> Self {
        let slot = size.0 as f32 / f32::from(heads);
        let unit = unit_in_frame(size, heads);
        // Neighbours stand at different heights.
        let step = match heads {
            1 => 0.0,
            _ if head.is_multiple_of(2) => -0.3,
            _ => 0.3,
        };
        let rest = (slot * (f32::from(head) + 0.5), size.1 as f32 * 0.46 + step * unit);
        let (dx, dy) = sway.offset;
        let position = (rest.0 + dx * unit, rest.1 + (dy - 0.02 * sway.breath) * unit);
        Self {
            face,
            sway,
            rest_in_frame: rest,
            position_in_frame: position,
            unit: unit * sway.scale,
        }
    }

    /// The square that OpenCV's frontal cascade finds.
    pub fn bbox_in_frame(&self) -> FrameRect {
        let (sin, cos) = self.sway.roll.sin_cos();
        let below = 0.18 * self.unit;
        let (x, y) = self.position_in_frame;
        FrameRect::square((x - sin * below, y + cos * below), 2.6 * self.unit)
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

    fn body_to_frame(&self) -> Transform {
        let part = |rest: f32, now: f32| rest + (now - rest) * 0.55;
        let lift = 0.035 * self.sway.breath * self.unit;
        Transform::from_scale(self.unit, self.unit)
            .post_rotate(self.sway.roll.to_degrees() * 0.2)
            .post_translate(
                part(self.rest_in_frame.0, self.position_in_frame.0),
                part(self.rest_in_frame.1, self.position_in_frame.1) - lift,
            )
    }
}

fn unit_in_frame(size: (u32, u32), heads: u8) -> f32 {
    let slot = size.0 as f32 / f32::from(heads);
    (size.1 as f32 * 0.225).min(slot * 0.345)
}

/// Draws frames of one size, with the same heads in each.
pub(super) struct Painter {
    room: Option<Pixmap>,
    canvas: Option<Pixmap>,
    heads: Vec<Head>,
    grain: Vec<i8>,
    seed: u64,
}

impl Painter {
    pub fn new(size: (u32, u32), heads: u8, seed: u64) -> Self {
        let unit = unit_in_frame(size, heads);
        let room = room(size);
        Self {
            canvas: room.clone(),
            room,
            heads: (0..heads)
                .map(|head| Head::new(look(head), unit, mix(seed ^ u64::from(head))))
                .collect(),
            grain: grain(seed),
            seed,
        }
    }

    /// The frame with these heads, as RGB.
    pub fn paint(&mut self, poses: &[HeadPose], sequence: u64) -> Vec<u8> {
        let (Some(room), Some(canvas)) = (&self.room, &mut self.canvas) else { return Vec::new() };
        canvas.data_mut().copy_from_slice(room.data());
        // Every other head stands behind its neighbours.
        for row in 0..2 {
            for (head, pose) in self.heads.iter_mut().zip(poses).skip(row).step_by(2) {
                head.draw(canvas, &pose.face, &pose.sway, pose.to_frame(), pose.body_to_frame());
            }
        }
        let start = mix(self.seed ^ sequence.wrapping_mul(0x2545_f491)) as usize;
        let width = canvas.width() as usize;
        let mut rgb = vec![0; canvas.data().len() / 4 * 3];
        let rows = rgb.chunks_exact_mut(width * 3).zip(canvas.data().chunks_exact(width * 4));
        for (row, (out, pixels)) in rows.enumerate() {
            // Rows begin at unrelated places in the noise, so that no pattern shows.
            let place = (start.wrapping_add(mix(row as u64) as usize)) % (self.grain.len() - width);
            let grain = &self.grain[place..place + width];
            for ((out, pixel), grain) in
                out.chunks_exact_mut(3).zip(pixels.chunks_exact(4)).zip(grain)
            {
                out[0] = pixel[0].saturating_add_signed(*grain);
                out[1] = pixel[1].saturating_add_signed(*grain);
                out[2] = pixel[2].saturating_add_signed(*grain);
            }
        }
        rgb
    }
}

/// Noise with a roughly bell-shaped distribution, longer than any row.
fn grain(seed: u64) -> Vec<i8> {
    (0..1 << 16)
        .map(|place| {
            let [a, b] = [0, 1].map(|channel| unit(seed ^ 0x6a1, place * 2 + channel));
            ((a + b - 1.0) * 2.0 * GRAIN).round() as i8
        })
        .collect()
}

/// A room out of focus: a wall lit by a window. Nothing in it looks like a face.
fn room(size: (u32, u32)) -> Option<Pixmap> {
    let mut canvas = Pixmap::new(size.0, size.1)?;
    canvas.fill(Color::BLACK);
    let (width, height) = (size.0 as f32, size.1 as f32);
    let to_canvas = Transform::from_scale(height, height);
    let wide = width / height;
    let mut pen = Pen { canvas: &mut canvas, to_canvas };
    let all =
        tiny_skia::Rect::from_ltrb(0.0, 0.0, wide, 1.0).map(tiny_skia::PathBuilder::from_rect);
    let wall = gradient(
        (0.0, 0.0),
        (wide, 1.0),
        &[(0.0, [158, 164, 164], 1.0), (0.5, [122, 132, 138], 1.0), (1.0, [84, 94, 104], 1.0)],
    );
    pen.fill(all, wall);
    pen.soft((wide * 0.08, 0.25), (0.62, 0.75), 0.0, [255, 232, 200], 0.55);
    pen.soft((wide * 0.86, 0.42), (0.56, 0.8), 0.0, [168, 188, 202], 0.75);
    pen.soft((wide * 0.5, 1.05), (wide * 0.8, 0.4), 0.0, [30, 28, 32], 0.7);
    Some(canvas)
}
