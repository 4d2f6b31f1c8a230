//! A picture from a source: pixels, size, number and times.

use std::sync::OnceLock;
use std::time::Duration;

#[cfg(feature = "reflect")]
use bevy_reflect::{ReflectDeserialize, ReflectSerialize};
use serde::{Deserialize, Serialize};
use web_time::Instant;

use crate::Origin;

/// The largest width or height that a frame may have, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// One picture from a source: 8-bit RGB or grey, rows from the top, no padding.
///
/// Frames are shared as `Arc<Frame>`: nobody copies or changes their pixels.
#[derive(Clone)]
pub struct Frame {
    pixels: Pixels,
    width: u32,
    height: u32,
    sequence: u64,
    time: Duration,
    captured_at: Instant,
    origin: Origin,
}

#[derive(Clone)]
enum Pixels {
    Rgb(Vec<u8>),
    /// Cameras have brightness apart, and faces are read from nothing else.
    Grey {
        grey: Vec<u8>,
        /// Made when somebody asks for it.
        rgb: OnceLock<Vec<u8>>,
    },
}

impl Frame {
    /// A frame from `width * height * 3` bytes of RGB.
    ///
    /// `sequence` counts the source's frames from 0, `time` is the frame's place on the source's
    /// own clock (media time for files, time since opening for cameras).
    ///
    /// # Errors
    /// [`FrameError`] when a side is 0 or above [`MAX_SIDE`], or the bytes do not fit the size.
    pub fn from_rgb(
        rgb: Vec<u8>,
        width: u32,
        height: u32,
        sequence: u64,
        time: Duration,
    ) -> Result<Self, FrameError> {
        check_size(width, height, rgb.len(), 3)?;
        Ok(Self::new(Pixels::Rgb(rgb), width, height, sequence, time))
    }

    /// A frame from `width * height` bytes of brightness, dark to bright from 0 to 255: the part of a
    /// camera's picture that faces are read from.
    ///
    /// # Errors
    /// As [`Frame::from_rgb`].
    pub fn from_grey(
        grey: Vec<u8>,
        width: u32,
        height: u32,
        sequence: u64,
        time: Duration,
    ) -> Result<Self, FrameError> {
        check_size(width, height, grey.len(), 1)?;
        let pixels = Pixels::Grey { grey, rgb: OnceLock::new() };
        Ok(Self::new(pixels, width, height, sequence, time))
    }

    fn new(pixels: Pixels, width: u32, height: u32, sequence: u64, time: Duration) -> Self {
        Self {
            pixels,
            width,
            height,
            sequence,
            time,
            captured_at: Instant::now(),
            origin: Origin::default(),
        }
    }

    /// RGB bytes, row by row from the top, `width * height * 3` of them. Of a grey frame they are made the
    /// first time.
    pub fn rgb(&self) -> &[u8] {
        match &self.pixels {
            Pixels::Rgb(rgb) => rgb,
            Pixels::Grey { grey, rgb } => {
                rgb.get_or_init(|| grey.iter().flat_map(|grey| [*grey; 3]).collect())
            }
        }
    }

    /// Brightness, row by row from the top, `width * height` bytes: of a frame that came in grey.
    pub fn grey(&self) -> Option<&[u8]> {
        match &self.pixels {
            Pixels::Rgb(_) => None,
            Pixels::Grey { grey, .. } => Some(grey),
        }
    }

    /// Width in pixels, at least 1.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels, at least 1.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The frame's number in its source, from 0.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The frame's time on its source's clock.
    pub fn time(&self) -> Duration {
        self.time
    }

    /// When the frame came into this program: the start of the camera-to-screen delay.
    pub fn captured_at(&self) -> Instant {
        self.captured_at
    }

    /// The frame with another moment of coming in: before a camera's picture was decoded, or when
    /// a film's frame that was held back became due.
    pub fn with_captured_at(mut self, moment: Instant) -> Self {
        self.captured_at = moment;
        self
    }

    /// The stream that the frame belongs to, and the opening of its source.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Says where the frame comes from: whatever runs its source does.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// The frame as RGBA with full alpha, as GPU textures want it.
    pub fn to_rgba(&self) -> Vec<u8> {
        let rgb = self.rgb();
        let mut rgba = Vec::with_capacity(rgb.len() / 3 * 4);
        for pixel in rgb.chunks_exact(3) {
            rgba.extend_from_slice(&[pixel[0], pixel[1], pixel[2], 255]);
        }
        rgba
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame #{} {}x{} at {:?}", self.sequence, self.width, self.height, self.time)
    }
}

fn check_size(width: u32, height: u32, found: usize, depth: usize) -> Result<(), FrameError> {
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(FrameError::Size { width, height });
    }
    let expected = width as usize * height as usize * depth;
    if found != expected {
        return Err(FrameError::Bytes { width, height, expected, found });
    }
    Ok(())
}

/// Why bytes do not make a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A side is 0 or too large.
    #[error("a frame of {width}x{height} pixels cannot be used; sides go from 1 to {MAX_SIDE}")]
    Size {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The bytes do not fit the size.
    #[error("a frame of {width}x{height} pixels needs {expected} bytes, but has {found}")]
    Bytes {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that the size asks for.
        expected: usize,
        /// Bytes that were given.
        found: usize,
    },
}

/// An upright square or rectangle in a frame's pixels: x to the right, y down, from the top left.
///
/// It may reach over the frame's edges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(
    feature = "reflect",
    derive(bevy_reflect::Reflect),
    reflect(Debug, Clone, PartialEq, Serialize, Deserialize)
)]
pub struct FrameRect {
    /// Left edge in pixels.
    pub x: f32,
    /// Top edge in pixels.
    pub y: f32,
    /// Width in pixels.
    pub width: f32,
    /// Height in pixels.
    pub height: f32,
}

impl FrameRect {
    /// A rectangle by its top left corner and size.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// A square of `side` around a point.
    pub fn square(center: (f32, f32), side: f32) -> Self {
        Self::new(center.0 - side / 2.0, center.1 - side / 2.0, side, side)
    }

    /// The middle, `(x, y)`.
    pub fn center(&self) -> (f32, f32) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Area in square pixels.
    pub fn area(&self) -> f32 {
        self.width * self.height
    }

    /// The area shared with `other`, in square pixels.
    pub fn overlap(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        width.max(0.0) * height.max(0.0)
    }

    /// Intersection over union with `other`, 0 to 1.
    pub fn iou(&self, other: &Self) -> f32 {
        let overlap = self.overlap(other);
        let union = self.area() + other.area() - overlap;
        if union > 0.0 { overlap / union } else { 0.0 }
    }

    /// The same middle, sides times `factor`.
    pub fn scaled(&self, factor: f32) -> Self {
        let (x, y) = self.center();
        let (width, height) = (self.width * factor, self.height * factor);
        Self::new(x - width / 2.0, y - height / 2.0, width, height)
    }

    /// The way from `self` (`amount` 0) to `other` (`amount` 1).
    pub fn mix(&self, other: &Self, amount: f32) -> Self {
        let mix = |from: f32, to: f32| from + (to - from) * amount;
        Self::new(
            mix(self.x, other.x),
            mix(self.y, other.y),
            mix(self.width, other.width),
            mix(self.height, other.height),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_must_fit_the_size() {
        let frame = |bytes, width, height| {
            Frame::from_rgb(vec![0; bytes], width, height, 0, Duration::ZERO)
        };
        assert!(frame(3, 1, 1).is_ok());
        assert!(matches!(frame(0, 0, 1), Err(FrameError::Size { .. })));
        assert!(matches!(frame(3, MAX_SIDE + 1, 1), Err(FrameError::Size { .. })));
        assert!(matches!(frame(4, 1, 1), Err(FrameError::Bytes { expected: 3, .. })));
    }

    #[test]
    fn a_grey_frame_is_grey_in_rgb() {
        let frame = Frame::from_grey(vec![3, 200], 2, 1, 0, Duration::ZERO).expect("a frame");
        assert_eq!(frame.grey(), Some(&[3, 200][..]));
        assert_eq!(frame.rgb(), [3, 3, 3, 200, 200, 200]);
        assert_eq!(frame.to_rgba(), [3, 3, 3, 255, 200, 200, 200, 255]);
        let short = Frame::from_grey(vec![0; 3], 2, 2, 0, Duration::ZERO);
        assert!(matches!(short, Err(FrameError::Bytes { expected: 4, found: 3, .. })));
    }

    #[test]
    fn overlap_is_symmetric_and_bounded() {
        let a = FrameRect::new(0.0, 0.0, 10.0, 10.0);
        let b = FrameRect::new(5.0, 0.0, 10.0, 10.0);
        assert!((a.iou(&b) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(a.iou(&b), b.iou(&a));
        assert_eq!(a.iou(&FrameRect::new(20.0, 0.0, 1.0, 1.0)), 0.0);
        assert_eq!(a.iou(&a), 1.0);
    }
}
