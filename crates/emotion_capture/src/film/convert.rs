//! Decoded pictures as RGB: upright, and with square pixels.

use emotion_core::{FrameError, MAX_SIDE};
use ffmpeg_next::codec::packet::side_data;
use ffmpeg_next::format::Pixel;
use ffmpeg_next::format::stream::Stream;
use ffmpeg_next::software::scaling::{Context, Flags};
use ffmpeg_next::{Rational, frame};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use super::aspect::{aspect_in_container, pixel_aspect};

/// Converts the pictures of one stream.
pub(super) struct Converter {
    orientation: Orientation,
    pixel_aspect: Option<Rational>,
    /// Made anew when the pictures' size or format changes in the middle of the stream.
    scaler: Option<(Shape, Context)>,
    rgb: frame::Video,
}

/// What a scaler is made for.
#[derive(Clone, Copy, PartialEq)]
struct Shape {
    format: Pixel,
    size: (u32, u32),
    shown: (u32, u32),
}

/// Why a picture cannot be converted.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConvertError {
    #[error(transparent)]
    Size(#[from] FrameError),
    #[error(transparent)]
    Library(#[from] ffmpeg_next::Error),
}

impl Converter {
    pub(super) fn new(stream: &Stream) -> Self {
        let matrix = stream
            .side_data()
            .find(|data| data.kind() == side_data::Type::DisplayMatrix)
            .and_then(|data| <[u8; 36]>::try_from(data.data()).ok());
        Self {
            orientation: matrix.map_or(Orientation::NoTransforms, |matrix| orientation(&matrix)),
            pixel_aspect: Some(aspect_in_container(stream)),
            scaler: None,
            rgb: frame::Video::empty(),
        }
    }

    pub(super) fn convert(&mut self, decoded: &frame::Video) -> Result<RgbImage, ConvertError> {
        let size = (decoded.width(), decoded.height());
        let shown = shown_size(size, pixel_aspect(self.pixel_aspect, decoded));
        let too_large = FrameError::Size { width: shown.0, height: shown.1 };
        if shown.0 > MAX_SIDE || shown.1 > MAX_SIDE {
            return Err(too_large.into());
        }
        let shape = Shape { format: decoded.format(), size, shown };
        let scaler = match &mut self.scaler {
            Some((known, scaler)) if *known == shape => scaler,
            scaler => {
                let (format, rgb) = (shape.format, Pixel::RGB24);
                let flags = Flags::BICUBIC;
                let made = Context::get(format, size.0, size.1, rgb, shown.0, shown.1, flags)?;
                self.rgb = frame::Video::empty();
                &mut scaler.insert((shape, made)).1
            }
        };
        scaler.run(decoded, &mut self.rgb)?;

        let row_bytes = shown.0 as usize * 3;
        let mut bytes = Vec::with_capacity(row_bytes * shown.1 as usize);
        for row in self.rgb.data(0).chunks(self.rgb.stride(0)).take(shown.1 as usize) {
            bytes.extend_from_slice(&row[..row_bytes]);
        }
        let picture = RgbImage::from_raw(shown.0, shown.1, bytes).ok_or(too_large)?;
        if self.orientation == Orientation::NoTransforms {
            return Ok(picture);
        }
        let mut picture = DynamicImage::ImageRgb8(picture);
        picture.apply_orientation(self.orientation);
        Ok(picture.into_rgb8())
    }
}

/// The size with square pixels: one side grows, so that no detail is lost.
fn shown_size((width, height): (u32, u32), pixel_aspect: f64) -> (u32, u32) {
    if pixel_aspect >= 1.0 {
        ((f64::from(width) * pixel_aspect).round() as u32, height)
    } else {
        (width, (f64::from(height) / pixel_aspect).round() as u32)
    }
}

/// How a picture has to be turned or mirrored, by a display matrix (FFmpeg's `libavutil/display.h`): nine
/// numbers in the machine's byte order, of which the first two of the first two rows matter. Angles that
/// are no quarter turns are left as they are.
fn orientation(matrix: &[u8; 36]) -> Orientation {
    let number = |index: usize| {
        let bytes = [0, 1, 2, 3].map(|byte| matrix[index * 4 + byte]);
        (f64::from(i32::from_ne_bytes(bytes)) / 65536.0).round() as i32
    };
    // A point at (x, y) is shown at (a x + c y, b x + d y).
    let [a, b, c, d] = [0, 1, 3, 4].map(number);
    match (a, b, c, d) {
        (-1, 0, 0, -1) => Orientation::Rotate180,
        (0, 1, -1, 0) => Orientation::Rotate90,
        (0, -1, 1, 0) => Orientation::Rotate270,
        (-1, 0, 0, 1) => Orientation::FlipHorizontal,
        (1, 0, 0, -1) => Orientation::FlipVertical,
        (0, 1, 1, 0) => Orientation::Rotate90FlipH,
        (0, -1, -1, 0) => Orientation::Rotate270FlipH,
        _ => Orientation::NoTransforms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(a: i32, b: i32, c: i32, d: i32) -> [u8; 36] {
        let mut bytes = [0; 36];
        for (number, place) in [a, b, 0, c, d, 0, 0, 0, 1 << 14].iter().zip(bytes.chunks_mut(4)) {
            place.copy_from_slice(&(number << 16).to_ne_bytes());
        }
        bytes
    }

    /// A picture of 2x2 whose pixels are 1, 2 above 3, 4.
    fn turned(orientation: Orientation) -> Vec<u8> {
        let pixels: Vec<u8> = [1, 2, 3, 4].into_iter().flat_map(|value| [value; 3]).collect();
        let mut picture =
            DynamicImage::ImageRgb8(RgbImage::from_raw(2, 2, pixels).expect("four pixels"));
        picture.apply_orientation(orientation);
        picture.into_rgb8().pixels().map(|pixel| pixel.0[0]).collect()
    }

    /// Where the matrix brings the pixels, by its own definition.
    fn by_definition([a, b, c, d]: [i32; 4]) -> Vec<u8> {
        let mut out = vec![0; 4];
        for (value, (x, y)) in [(1, (-1, -1)), (2, (1, -1)), (3, (-1, 1)), (4, (1, 1))] {
            let (shown_x, shown_y) = (a * x + c * y, b * x + d * y);
            out[((shown_y + 1) + (shown_x + 1) / 2) as usize] = value;
        }
        out
    }

    #[test]
    fn every_quarter_turn_and_mirror_goes_the_way_the_matrix_says() {
        for [a, b, c, d] in [
            [1, 0, 0, 1],
            [-1, 0, 0, -1],
            [0, 1, -1, 0],
            [0, -1, 1, 0],
            [-1, 0, 0, 1],
            [1, 0, 0, -1],
            [0, 1, 1, 0],
            [0, -1, -1, 0],
        ] {
            let shown = turned(orientation(&matrix(a, b, c, d)));
            assert_eq!(shown, by_definition([a, b, c, d]), "{a} {b} {c} {d}");
        }
    }

    #[test]
    fn pixels_that_are_not_square_make_a_side_longer() {
        assert_eq!(shown_size((320, 480), 2.0), (640, 480));
        assert_eq!(shown_size((640, 240), 0.5), (640, 480));
        assert_eq!(shown_size((720, 576), 16.0 / 15.0), (768, 576));
        assert_eq!(shown_size((640, 480), 1.0), (640, 480));
    }
}
