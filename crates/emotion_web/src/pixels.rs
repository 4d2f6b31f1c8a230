//! Frames of the formats that browsers have.

use std::time::Duration;

use emotion_core::{Frame, FrameError, MAX_SIDE};

/// Black and white in pictures of limited range (ITU-R BT.601 and BT.709), as most cameras send them.
const BLACK: u32 = 16;
const WHITE: u32 = 235;

/// The plane of brightness of a picture: I420, NV12 and their like begin with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Luma {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bytes from a row to the next.
    pub stride: usize,
    /// Whether black is 0 and white 255; else they are 16 and 235.
    pub is_full_range: bool,
}

/// A frame of a plane of brightness.
///
/// # Errors
/// [`PixelsError`] when the bytes do not fit.
pub fn from_luma(
    bytes: &[u8],
    luma: &Luma,
    sequence: u64,
    time: Duration,
) -> Result<Frame, PixelsError> {
    let Luma { width, height, stride, is_full_range } = *luma;
    let (columns, rows) = check_size(width, height)?;
    if stride < columns {
        return Err(PixelsError::Stride { width, stride });
    }
    let needed = stride.saturating_mul(rows - 1).saturating_add(columns);
    let Some(bytes) = bytes.get(..needed) else {
        return Err(PixelsError::Bytes { width, height, needed, found: bytes.len() });
    };
    let mut grey = Vec::with_capacity(columns * rows);
    for row in bytes.chunks(stride) {
        grey.extend_from_slice(&row[..columns]);
    }
    if !is_full_range {
        grey.iter_mut().for_each(|pixel| *pixel = full_range(*pixel));
    }
    Ok(Frame::from_grey(grey, width, height, sequence, time)?)
}

/// A frame of RGBA, four bytes a pixel, as canvases have it.
///
/// # Errors
/// [`PixelsError`] when the bytes do not fit.
pub fn from_rgba(
    bytes: &[u8],
    (width, height): (u32, u32),
    sequence: u64,
    time: Duration,
) -> Result<Frame, PixelsError> {
    let (columns, rows) = check_size(width, height)?;
    let needed = columns * rows * 4;
    let Some(bytes) = bytes.get(..needed) else {
        return Err(PixelsError::Bytes { width, height, needed, found: bytes.len() });
    };
    let mut rgb = vec![0; columns * rows * 3];
    for (rgb, rgba) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(bytes.as_chunks::<4>().0) {
        *rgb = [rgba[0], rgba[1], rgba[2]];
    }
    Ok(Frame::from_rgb(rgb, width, height, sequence, time)?)
}

fn check_size(width: u32, height: u32) -> Result<(usize, usize), FrameError> {
    if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
        return Err(FrameError::Size { width, height });
    }
    Ok((width as usize, height as usize))
}

fn full_range(pixel: u8) -> u8 {
    let above = u32::from(pixel).saturating_sub(BLACK);
    let range = WHITE - BLACK;
    ((above * 255 + range / 2) / range).min(255) as u8
}

/// Why bytes do not make a frame.
#[derive(Debug, thiserror::Error)]
pub enum PixelsError {
    /// The size is none that a frame can have.
    #[error(transparent)]
    Size(#[from] FrameError),
    /// There are too few bytes.
    #[error("a picture of {width}x{height} pixels needs {needed} bytes, but has {found}")]
    Bytes {
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
        /// Bytes that the size asks for.
        needed: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// Rows overlap.
    #[error("rows of {width} pixels cannot begin every {stride} bytes")]
    Stride {
        /// Width in pixels.
        width: u32,
        /// Bytes from a row to the next.
        stride: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luma(width: u32, height: u32, stride: usize, is_full_range: bool) -> Luma {
        Luma { width, height, stride, is_full_range }
    }

    #[test]
    fn rows_are_taken_without_what_follows_them() {
        let bytes = [1, 2, 9, 9, 3, 4, 9, 9, 7];
        let frame = from_luma(&bytes, &luma(2, 2, 4, true), 5, Duration::ZERO).expect("a frame");
        assert_eq!(frame.grey(), Some(&[1, 2, 3, 4][..]));
        assert_eq!(frame.sequence(), 5);
        let short = from_luma(&bytes, &luma(2, 4, 4, true), 0, Duration::ZERO);
        assert!(matches!(short, Err(PixelsError::Bytes { needed: 14, found: 9, .. })));
        let narrow = from_luma(&bytes, &luma(3, 2, 2, true), 0, Duration::ZERO);
        assert!(matches!(narrow, Err(PixelsError::Stride { .. })));
        let absurd = from_luma(&bytes, &luma(u32::MAX, 1, 4, true), 0, Duration::ZERO);
        assert!(matches!(absurd, Err(PixelsError::Size(_))));
    }

    #[test]
    fn limited_range_becomes_full() {
        let bytes = [0, 16, 126, 235, 255];
        let frame = from_luma(&bytes, &luma(5, 1, 5, false), 0, Duration::ZERO).expect("a frame");
        assert_eq!(frame.grey(), Some(&[0, 0, 128, 255, 255][..]));
    }

    #[test]
    fn transparency_is_left_out() {
        let bytes = [1, 2, 3, 0, 4, 5, 6, 255];
        let frame = from_rgba(&bytes, (2, 1), 0, Duration::ZERO).expect("a frame");
        assert_eq!(frame.rgb(), [1, 2, 3, 4, 5, 6]);
        assert!(from_rgba(&bytes, (2, 2), 0, Duration::ZERO).is_err());
    }
}
