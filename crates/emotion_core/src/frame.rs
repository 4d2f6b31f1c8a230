//! A picture from a source: pixels, size, number and times.

use std::time::{Duration, Instant};

#[cfg(feature = "reflect")]
use bevy_reflect::{ReflectDeserialize, ReflectSerialize};
use serde::{Deserialize, Serialize};

use crate::Origin;

/// The largest width or height that a frame may have, in pixels.
pub const MAX_SIDE: u32 = 16_384;

/// One picture from a source: 8-bit RGB, rows from the top, no padding.
///
/// Frames are shared as `Arc<Frame>`: nobody copies or changes their pixels.
#[derive(Clone)]
pub struct Frame {
    rgb: Vec<u8>,
    width: u32,
    height: u32,
    sequence: u64,
    time: Duration,
    captured_at: Instant,
    origin: Origin,
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
        if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
            return Err(FrameError::Size { width, height });
        }
        let expected = width as usize * height as usize * 3;
        if rgb.len() != expected {
            return Err(FrameError::Bytes { width, height, expected, found: rgb.len() });
        }
        Ok(Self {
            rgb,
            width,
            height,
            sequence,
            time,
            captured_at: Instant::now(),
            origin: Origin::default(),
        })
    }

    /// RGB bytes, row by row from the top, `width * height * 3` of them.
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
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
        let mut rgba = Vec::with_capacity(self.rgb.len() / 3 * 4);
        for pixel in self.rgb.chunks_exact(3) {
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
    #[error("a frame of {width}x{height} pixels needs {expected} bytes of RGB, but has {found}")]
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
    fn overlap_is_symmetric_and_bounded() {
        let a = FrameRect::new(0.0, 0.0, 10.0, 10.0);
        let b = FrameRect::new(5.0, 0.0, 10.0, 10.0);
        assert!((a.iou(&b) - 1.0 / 3.0).abs() < 1e-6);
        assert_eq!(a.iou(&b), b.iou(&a));
        assert_eq!(a.iou(&FrameRect::new(20.0, 0.0, 1.0, 1.0)), 0.0);
        assert_eq!(a.iou(&a), 1.0);
    }
}
