//! Fits pictures into another size: aspect kept, black bars.

use std::str::FromStr;

use anyhow::Context;
use emotion_core::{Frame, MAX_SIDE};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};

/// Width and height in pixels, written as `640x480`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureSize {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl FromStr for PictureSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let side = |side: &str| side.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side));
        text.split_once(['x', 'X'])
            .and_then(|(width, height)| Some(Self { width: side(width)?, height: side(height)? }))
            .ok_or_else(|| {
                format!("write WIDTHxHEIGHT in pixels, as in 640x480, each from 1 to {MAX_SIDE}")
            })
    }
}

/// The frame fitted into `size`, centred, with black bars where its aspect differs. It keeps its number
/// and time.
///
/// # Errors
/// When it cannot be scaled.
pub fn frame(frame: &Frame, size: PictureSize) -> anyhow::Result<Frame> {
    let rgb = fit(frame, size)
        .with_context(|| format!("cannot scale {frame:?} to {}x{}", size.width, size.height))?;
    Ok(Frame::from_rgb(rgb, size.width, size.height, frame.sequence(), frame.time())?)
}

fn fit(frame: &Frame, size: PictureSize) -> anyhow::Result<Vec<u8>> {
    let scale = (f64::from(size.width) / f64::from(frame.width()))
        .min(f64::from(size.height) / f64::from(frame.height()));
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let (width, height) = (side(frame.width()), side(frame.height()));
    let picture = ImageRef::new(frame.width(), frame.height(), frame.rgb(), PixelType::U8x3)?;
    let mut scaled = Image::new(width, height, PixelType::U8x3);
    // Averaging while shrinking keeps small faces free of aliasing.
    let filter = if scale < 1.0 { FilterType::Box } else { FilterType::Bilinear };
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(filter));
    Resizer::new().resize(&picture, &mut scaled, &options)?;

    let row_bytes = size.width as usize * 3;
    let mut fitted = vec![0; row_bytes * size.height as usize];
    let left = (size.width - width) as usize / 2 * 3;
    let top = (size.height - height) as usize / 2;
    let scaled_bytes = width as usize * 3;
    let rows = fitted.chunks_exact_mut(row_bytes).skip(top);
    for (row, scaled) in rows.zip(scaled.buffer().chunks_exact(scaled_bytes)) {
        row[left..left + scaled_bytes].copy_from_slice(scaled);
    }
    Ok(fitted)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn pixel(frame: &Frame, x: u32, y: u32) -> [u8; 3] {
        let at = (y * frame.width() + x) as usize * 3;
        [frame.rgb()[at], frame.rgb()[at + 1], frame.rgb()[at + 2]]
    }

    #[test]
    fn a_wide_frame_gets_bars_above_and_below() {
        let wide =
            Frame::from_rgb([10, 20, 30].repeat(480 * 270), 480, 270, 5, Duration::from_secs(1));
        let fitted = frame(&wide.unwrap(), "640x480".parse().unwrap()).unwrap();
        assert_eq!((fitted.width(), fitted.height(), fitted.sequence()), (640, 480, 5));
        assert_eq!(fitted.time(), Duration::from_secs(1));
        assert_eq!(pixel(&fitted, 320, 59), [0, 0, 0]);
        assert_eq!(pixel(&fitted, 320, 60), [10, 20, 30]);
        assert_eq!(pixel(&fitted, 320, 419), [10, 20, 30]);
        assert_eq!(pixel(&fitted, 320, 420), [0, 0, 0]);
    }

    #[test]
    fn a_line_survives_being_scaled() {
        let line = Frame::from_rgb(vec![255; 3 * 9000], 9000, 1, 0, Duration::ZERO).unwrap();
        let fitted = frame(&line, "64x48".parse().unwrap()).unwrap();
        assert_eq!(pixel(&fitted, 32, 23), [255; 3]);
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for text in ["", "640", "640x", "0x480", "-1x5", "640x480x3", "99999x99999"] {
            assert!(text.parse::<PictureSize>().is_err(), "{text}");
        }
    }
}
