//! Grey pictures of one frame, in sizes that searching is quick in.

use opencv::core::{BORDER_CONSTANT, BORDER_REPLICATE, CV_8U, Mat, Scalar, Size, Vec3b};
use opencv::imgproc::{COLOR_RGB2GRAY, INTER_AREA, INTER_LINEAR};
use opencv::prelude::*;
use opencv::{core, imgproc};

use emotion_core::{Frame, FrameRect};

/// Frames are scaled down until they fit into this many pixels each way.
///
/// It bounds the cost for any frame, and 640 are enough for faces from a twentieth of the width.
const WORK_SIDE: f32 = 640.0;
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
pub struct Pictures {
    levels: Vec<Mat>,
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
        (self.x - other.x).hypot(self.y - other.y) / self.side.min(other.side).max(1.0)
    }

    /// Whether no second face fits between them.
    pub fn touches(&self, other: &Self) -> bool {
        (self.x - other.x).hypot(self.y - other.y) < 0.5 * self.side.max(other.side)
    }
}

/// A picture cut from a frame, turned and scaled, and the way back.
pub struct Cut {
    /// 8-bit grey.
    pub grey: Mat,
    middle: (f32, f32),
    center: (f32, f32),
    scale: f32,
    roll: f32,
}

impl Cut {
    /// The place in work pixels of a square in this picture, given by middle and side.
    pub fn place(&self, x: f32, y: f32, side: f32) -> Place {
        let (dx, dy) = ((x - self.middle.0) / self.scale, (y - self.middle.1) / self.scale);
        let (sin, cos) = self.roll.sin_cos();
        Place {
            x: self.center.0 + cos * dx - sin * dy,
            y: self.center.1 + sin * dx + cos * dy,
            side: side / self.scale,
            roll: self.roll,
        }
    }
}

impl Pictures {
    /// The pictures of `frame`.
    pub fn new(frame: &Frame) -> opencv::Result<Self> {
        let (width, height) = (frame.width() as f32, frame.height() as f32);
        let work_per_frame = (WORK_SIDE / width.max(height)).min(1.0);
        let rgb = Mat::new_rows_cols_with_bytes::<Vec3b>(
            frame.height() as i32,
            frame.width() as i32,
            frame.rgb(),
        )?;
        let mut work = Mat::default();
        if work_per_frame < 1.0 {
            let side = |length: f32| ((length * work_per_frame).round() as i32).max(1);
            let mut small = Mat::default();
            let size = Size::new(side(width), side(height));
            imgproc::resize(&rgb, &mut small, size, 0.0, 0.0, INTER_AREA)?;
            imgproc::cvt_color_def(&small, &mut work, COLOR_RGB2GRAY)?;
        } else {
            imgproc::cvt_color_def(&rgb, &mut work, COLOR_RGB2GRAY)?;
        }
        let mut levels = vec![work];
        while levels.len() < LEVELS {
            let mut half = Mat::default();
            let Some(last) = levels.last() else { break };
            let size = Size::new((last.cols() / 2).max(1), (last.rows() / 2).max(1));
            imgproc::resize(last, &mut half, size, 0.0, 0.0, INTER_AREA)?;
            levels.push(half);
        }
        if let Some((gain, offset)) = levels.last().map(stretch).transpose()?.flatten() {
            for level in &mut levels {
                let mut stretched = Mat::default();
                level.convert_to(&mut stretched, CV_8U, gain.into(), offset.into())?;
                *level = stretched;
            }
        }
        Ok(Self { levels, work_per_frame })
    }

    /// Width and height in work pixels.
    pub fn size(&self) -> (f32, f32) {
        self.levels.first().map_or((0.0, 0.0), |work| (work.cols() as f32, work.rows() as f32))
    }

    /// The picture halved `level` times, and its scale.
    pub fn level(&self, level: usize) -> (&Mat, f32) {
        let level = level.min(self.levels.len() - 1);
        (&self.levels[level], 0.5_f32.powi(level as i32))
    }

    /// A square of `pixels` each way that shows `reach` sides around `place`, turned upright.
    pub fn upright(&self, place: &Place, reach: f32, pixels: i32) -> opencv::Result<Cut> {
        let scale = pixels as f32 / (place.side * reach);
        let size = Size::new(pixels, pixels);
        self.cut((place.x, place.y), place.roll, scale, size, BORDER_REPLICATE)
    }

    /// The whole picture, or the part of `size` work pixels around `center`, turned so that heads
    /// leaning by `roll` are upright.
    pub fn turned(
        &self,
        center: (f32, f32),
        size: (f32, f32),
        roll: f32,
        scale: f32,
    ) -> opencv::Result<Cut> {
        let (sin, cos) = (roll.sin().abs(), roll.cos().abs());
        let canvas = Size::new(
            ((cos * size.0 + sin * size.1) * scale).round().max(1.0) as i32,
            ((sin * size.0 + cos * size.1) * scale).round().max(1.0) as i32,
        );
        self.cut(center, roll, scale, canvas, BORDER_CONSTANT)
    }

    fn cut(
        &self,
        center: (f32, f32),
        roll: f32,
        scale: f32,
        size: Size,
        border: i32,
    ) -> opencv::Result<Cut> {
        // From the smallest picture that is still as large as the cut: nothing to blur then.
        let level = (0..self.levels.len())
            .rev()
            .find(|level| 0.5_f32.powi(*level as i32) >= scale * 0.95)
            .unwrap_or(0);
        let (picture, level_scale) = self.level(level);
        let middle = (size.width as f32 / 2.0, size.height as f32 / 2.0);
        let zoom = f64::from(level_scale / scale);
        let (sin, cos) = (f64::from(roll.sin()) * zoom, f64::from(roll.cos()) * zoom);
        let (cx, cy) = (f64::from(center.0 * level_scale), f64::from(center.1 * level_scale));
        let (mx, my) = (f64::from(middle.0), f64::from(middle.1));
        // From the cut back to the picture, as WARP_INVERSE_MAP wants it.
        let back = [cos, -sin, cx - cos * mx + sin * my, sin, cos, cy - sin * mx - cos * my];
        let matrix = Mat::new_rows_cols_with_data(2, 3, &back)?;
        let mut grey = Mat::default();
        imgproc::warp_affine(
            picture,
            &mut grey,
            &matrix,
            size,
            INTER_LINEAR | imgproc::WARP_INVERSE_MAP,
            border,
            Scalar::default(),
        )?;
        Ok(Cut { grey, middle, center, scale, roll })
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

/// Gain and offset that give a dull picture its contrast; `None` when it has enough.
fn stretch(small: &Mat) -> opencv::Result<Option<(f32, f32)>> {
    let mut counts = [0_usize; 256];
    for value in small.data_bytes()? {
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
    let (Some(dark), Some(bright)) = ends else { return Ok(None) };
    let range = bright.saturating_sub(dark).max(1) as f32;
    if range >= CONTRAST {
        return Ok(None);
    }
    let gain = (CONTRAST / range).min(STRONGEST_STRETCH);
    Ok(Some((gain, CONTRAST / 2.0 - gain * (dark + bright) as f32 / 2.0 + 40.0)))
}

/// The same picture seen in a mirror.
pub fn mirrored(grey: &Mat) -> opencv::Result<Mat> {
    let mut mirrored = Mat::default();
    core::flip(grey, &mut mirrored, 1)?;
    Ok(mirrored)
}
