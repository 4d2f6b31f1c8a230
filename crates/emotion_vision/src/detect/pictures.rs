//! Grey pictures of one frame, in sizes that searching is quick in.

use emotion_core::{Frame, FrameRect};

use crate::haar::{SearchPyramid, Sizes};
use crate::image::{Affine, Border, GreyImage};
use crate::math;

/// Frames are scaled down until they fit into this many pixels each way.
///
/// It bounds the cost for any frame, and 640 are enough for faces from a twentieth of the width.
pub const WORK_SIDE: f32 = 640.0;
/// Halvings of the work picture that are kept.
const LEVELS: usize = 4;
/// Pictures with less than this between dark and bright are stretched to it: the cascades take
/// what hardly differs for an empty wall.
const CONTRAST: f32 = 140.0;
/// By this factor at most, or noise turns into texture.
const STRONGEST_STRETCH: f32 = 4.0;
/// The part of the pixels that may be darker than dark, and brighter than bright.
const OUTLIERS: f32 = 0.02;

/// One frame in grey: as large as is worked on, and halved several times.
///
/// Positions in it are those of the largest picture, here called *work* pixels.
#[derive(Default)]
pub struct Pictures {
    levels: [GreyImage; LEVELS],
    work_per_frame: f32,
}

/// A place for a face in work pixels: a square that may be turned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Middle, x.
    pub x: f32,
    /// Middle, y.
    pub y: f32,
    /// Side of the square.
    pub side: f32,
    /// Lean in radians, clockwise as seen in the picture.
    pub roll: f32,
}

impl Place {
    /// Distance of the middles in units of the smaller side.
    pub fn distance(&self, other: &Self) -> f32 {
        math::hypot(self.x - other.x, self.y - other.y) / self.side.min(other.side).max(1.0)
    }

    /// Whether no second face fits between them.
    pub fn touches(&self, other: &Self) -> bool {
        math::hypot(self.x - other.x, self.y - other.y) < 0.5 * self.side.max(other.side)
    }
}

/// A picture cut from a frame, turned and scaled, in which a cascade searches.
#[derive(Default)]
pub struct Cut {
    grey: GreyImage,
    pyramid: SearchPyramid,
    middle: (f32, f32),
    center: (f32, f32),
    scale: f32,
    roll: f32,
}

impl Cut {
    /// The picture.
    pub fn grey(&self) -> &GreyImage {
        &self.grey
    }

    /// The picture prepared for cascades with this window. It is prepared once for all of them.
    pub(super) fn pyramid(&mut self, window: (usize, usize), sizes: &Sizes) -> &SearchPyramid {
        if !self.pyramid.is_for(window, sizes) {
            self.pyramid.set(&self.grey, window, sizes);
        }
        &self.pyramid
    }

    /// Becomes `other` seen in a mirror. Places in it are not those of the frame.
    pub(super) fn set_mirrored(&mut self, other: &Self) {
        self.pyramid.clear();
        self.grey.set_mirrored(&other.grey);
    }

    /// The place in work pixels of a square in this picture, given by middle and side.
    pub(super) fn place(&self, x: f32, y: f32, side: f32) -> Place {
        let (dx, dy) = ((x - self.middle.0) / self.scale, (y - self.middle.1) / self.scale);
        let (sin, cos) = math::sin_cos(self.roll);
        Place {
            x: self.center.0 + cos * dx - sin * dy,
            y: self.center.1 + sin * dx + cos * dy,
            side: side / self.scale,
            roll: self.roll,
        }
    }
}

impl Pictures {
    /// Becomes the pictures of `frame`, the largest with `work_side` pixels each way at most; `scratch`
    /// is for frames that are larger than that.
    pub fn set(&mut self, frame: &Frame, work_side: f32, scratch: &mut GreyImage) {
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        self.work_per_frame = (work_side / width.max(height) as f32).min(1.0);
        let [work, ..] = &mut self.levels;
        if self.work_per_frame < 1.0 {
            let side = |side: usize| (side as f32 * self.work_per_frame).round() as usize;
            scratch.set_from_frame(frame);
            work.set_shrunk(scratch, side(width), side(height));
        } else {
            work.set_from_frame(frame);
        }
        for level in 1..LEVELS {
            let (larger, smaller) = self.levels.split_at_mut(level);
            if let ([.., last], [half, ..]) = (larger, smaller) {
                half.set_shrunk(last, last.width() / 2, last.height() / 2);
            }
        }
        if let Some(table) = stretch(&self.levels[LEVELS - 1]) {
            for pixel in self.levels.iter_mut().flat_map(GreyImage::pixels_mut) {
                *pixel = table[usize::from(*pixel)];
            }
        }
    }

    /// Width and height in work pixels.
    pub fn size(&self) -> (f32, f32) {
        let [work, ..] = &self.levels;
        (work.width() as f32, work.height() as f32)
    }

    /// Makes `cut` a square of `pixels` each way that shows `reach` sides around `place`, turned
    /// upright.
    pub fn cut_upright(&self, place: &Place, reach: f32, pixels: usize, cut: &mut Cut) {
        let scale = pixels as f32 / (place.side * reach);
        self.cut((place.x, place.y), place.roll, scale, (pixels, pixels), Border::Replicate, cut);
    }

    /// Makes `cut` the part of `size` work pixels around `center`, turned so that heads leaning by
    /// `roll` are upright.
    pub fn cut_turned(
        &self,
        center: (f32, f32),
        size: (f32, f32),
        roll: f32,
        scale: f32,
        cut: &mut Cut,
    ) {
        let (sin, cos) = math::sin_cos(roll);
        let (sin, cos) = (sin.abs(), cos.abs());
        let side = |side: f32| (side * scale).round().max(1.0) as usize;
        let canvas = (side(cos * size.0 + sin * size.1), side(sin * size.0 + cos * size.1));
        self.cut(center, roll, scale, canvas, Border::Black, cut);
    }

    /// Makes `cut` the whole picture with its edges repeated by `margin` work pixels on all sides,
    /// turned so that heads leaning by `roll` are upright. Its corners are cut off when it is turned.
    pub fn cut_extended(&self, margin: f32, roll: f32, scale: f32, cut: &mut Cut) {
        let (width, height) = self.size();
        let side = |side: f32| ((side + 2.0 * margin) * scale).round().max(1.0) as usize;
        let (center, canvas) = ((width / 2.0, height / 2.0), (side(width), side(height)));
        self.cut(center, roll, scale, canvas, Border::Replicate, cut);
    }

    fn cut(
        &self,
        center: (f32, f32),
        roll: f32,
        scale: f32,
        (width, height): (usize, usize),
        border: Border,
        cut: &mut Cut,
    ) {
        // From the smallest picture that is still as large as the cut: nothing to blur then.
        let level_scale = |level: usize| 0.5_f32.powi(level as i32);
        let level =
            (0..LEVELS).rev().find(|level| level_scale(*level) >= scale * 0.95).unwrap_or(0);
        let level_scale = level_scale(level);
        let middle = (width as f32 / 2.0, height as f32 / 2.0);
        let zoom = f64::from(level_scale / scale);
        let (sin, cos) = math::sin_cos(roll);
        let (sin, cos) = (f64::from(sin) * zoom, f64::from(cos) * zoom);
        let (cx, cy) = (f64::from(center.0 * level_scale), f64::from(center.1 * level_scale));
        let (mx, my) = (f64::from(middle.0), f64::from(middle.1));
        let back = Affine {
            a: cos,
            b: -sin,
            dx: cx - cos * mx + sin * my,
            c: sin,
            d: cos,
            dy: cy - sin * mx - cos * my,
        };
        cut.pyramid.clear();
        cut.grey.set_warped(&self.levels[level], &back, width, height, border);
        (cut.middle, cut.center, cut.scale, cut.roll) = (middle, center, scale, roll);
    }

    /// A box in the frame's pixels as a place in work pixels.
    pub fn place_of(&self, bbox_in_frame: &FrameRect, roll: f32) -> Place {
        let (x, y) = bbox_in_frame.center();
        let side = bbox_in_frame.width.max(bbox_in_frame.height);
        let scale = self.work_per_frame;
        Place { x: x * scale, y: y * scale, side: side * scale, roll }
    }

    /// The square in the frame's pixels of a place in work pixels.
    pub fn box_of(&self, place: &Place) -> FrameRect {
        let scale = 1.0 / self.work_per_frame;
        FrameRect::square((place.x * scale, place.y * scale), place.side * scale)
    }
}

/// New brightnesses that give a dull picture its contrast; `None` when it has enough.
fn stretch(small: &GreyImage) -> Option<[u8; 256]> {
    let mut counts = [0_usize; 256];
    for value in small.pixels() {
        counts[usize::from(*value)] += 1;
    }
    // Bars beside the picture are no part of it.
    counts[0] = 0;
    let all: usize = counts.iter().sum();
    let outliers = (all as f32 * OUTLIERS) as usize;
    let brightness_of = |rank: usize| {
        let mut darker = 0;
        counts.iter().position(|count| {
            darker += count;
            darker > rank
        })
    };
    let ends = (brightness_of(outliers), brightness_of(all.saturating_sub(outliers + 1)));
    let (Some(dark), Some(bright)) = ends else { return None };
    let range = bright.saturating_sub(dark).max(1) as f32;
    if range >= CONTRAST {
        return None;
    }
    let gain = (CONTRAST / range).min(STRONGEST_STRETCH);
    let offset = CONTRAST / 2.0 - gain * (dark + bright) as f32 / 2.0 + 40.0;
    let stretched = |value: usize| (value as f32 * gain + offset).round_ties_even() as u8;
    Some(std::array::from_fn(stretched))
}
