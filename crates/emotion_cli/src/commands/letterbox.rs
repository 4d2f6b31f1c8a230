//! Fits pictures into another size: aspect kept, black bars.

use std::str::FromStr;

use anyhow::Context;
use emotion_core::{Frame, MAX_SIDE};
use opencv::boxed_ref::BoxedRef;
use opencv::core::{BORDER_CONSTANT, Mat, Size, ToInputArray, Vec3b, copy_make_border_def};
use opencv::imgproc;
use opencv::prelude::*;

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

/// The frame fitted into `size`; it keeps its number and time.
///
/// # Errors
/// When OpenCV cannot scale it, as when memory runs out.
pub fn frame(frame: &Frame, size: PictureSize) -> anyhow::Result<Frame> {
    let fitted = picture(frame)
        .and_then(|picture| fit(&picture, size))
        .with_context(|| format!("cannot scale {frame:?} to {}x{}", size.width, size.height))?;
    let rgb = fitted.data_bytes()?.to_vec();
    Ok(Frame::from_rgb(rgb, size.width, size.height, frame.sequence(), frame.time())?)
}

/// A frame's pixels as an OpenCV matrix: 8-bit RGB, not copied.
///
/// # Errors
/// When OpenCV refuses the size.
pub fn picture(frame: &Frame) -> anyhow::Result<BoxedRef<'_, Mat>> {
    let (rows, columns) = (i32::try_from(frame.height())?, i32::try_from(frame.width())?);
    Ok(Mat::new_rows_cols_with_bytes::<Vec3b>(rows, columns, frame.rgb())?)
}

/// `picture` fitted into `size`, centred, with black bars where its aspect differs.
///
/// # Errors
/// When OpenCV cannot scale it.
pub fn fit(
    picture: &(impl MatTraitConst + ToInputArray),
    size: PictureSize,
) -> anyhow::Result<Mat> {
    let (columns, rows) = (f64::from(picture.cols()), f64::from(picture.rows()));
    let scale = (f64::from(size.width) / columns).min(f64::from(size.height) / rows);
    let inner = Size::new(
        ((columns * scale).round() as i32).max(1),
        ((rows * scale).round() as i32).max(1),
    );
    // Averaging while shrinking keeps small faces free of aliasing.
    let method = if scale < 1.0 { imgproc::INTER_AREA } else { imgproc::INTER_LINEAR };
    let mut scaled = Mat::default();
    imgproc::resize(picture, &mut scaled, inner, 0.0, 0.0, method)?;

    let (bars_x, bars_y) =
        (i32::try_from(size.width)? - inner.width, i32::try_from(size.height)? - inner.height);
    let (left, top) = (bars_x / 2, bars_y / 2);
    let mut fitted = Mat::default();
    copy_make_border_def(
        &scaled,
        &mut fitted,
        top,
        bars_y - top,
        left,
        bars_x - left,
        BORDER_CONSTANT,
    )?;
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
