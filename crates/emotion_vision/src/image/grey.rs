//! A grey picture.

use emotion_core::Frame;
use multiversion::multiversion;

/// An 8-bit grey picture: rows from the top, pixels from the left, without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GreyImage {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

/// Weights of red, green and blue in grey per ITU-R BT.601, as parts of 2^15.
const LUMA: [u32; 3] = [9798, 19235, 3735];

impl GreyImage {
    /// A picture of these pixels; `None` unless there are `width` times `height` of them.
    pub fn from_pixels(pixels: Vec<u8>, width: usize, height: usize) -> Option<Self> {
        (width.checked_mul(height) == Some(pixels.len())).then_some(Self { pixels, width, height })
    }

    /// Width in pixels.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Height in pixels.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// All pixels.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// All pixels, to be changed.
    pub fn pixels_mut(&mut self) -> &mut [u8] {
        &mut self.pixels
    }

    /// The pixels of row `y`, from the left.
    pub(crate) fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// Makes the picture this large, in the memory that it has. The pixel values are unspecified.
    pub(crate) fn set_size(&mut self, width: usize, height: usize) {
        self.pixels.resize(width * height, 0);
        (self.width, self.height) = (width, height);
    }

    /// Becomes the brightness (BT.601) of a picture in RGB, three bytes a pixel.
    ///
    /// Pixels that `rgb` is too short for are black.
    pub fn set_from_rgb(&mut self, rgb: &[u8], width: usize, height: usize) {
        self.set_size(width, height);
        let whole = (rgb.len() / 3).min(self.pixels.len());
        self.pixels[whole..].fill(0);
        rgb_to_grey(rgb, &mut self.pixels[..whole]);
    }

    /// Becomes the brightness of a frame.
    pub fn set_from_frame(&mut self, frame: &Frame) {
        let (width, height) = (frame.width() as usize, frame.height() as usize);
        match frame.grey() {
            Some(grey) => {
                self.set_size(width, height);
                self.pixels.copy_from_slice(grey);
            }
            None => self.set_from_rgb(frame.rgb(), width, height),
        }
    }

    /// Becomes the brightness of a part of a frame: of `size` from `start` on, every `stride`-th pixel
    /// of it each way. Pixels outside of the frame are black.
    pub(crate) fn set_from_frame_part(
        &mut self,
        frame: &Frame,
        start: (usize, usize),
        size: (usize, usize),
        stride: usize,
    ) {
        let (width, height) = (size.0.div_ceil(stride), size.1.div_ceil(stride));
        self.set_size(width, height);
        if width == 0 {
            return;
        }
        let (grey, depth) = match frame.grey() {
            Some(grey) => (grey, 1),
            None => (frame.rgb(), 3),
        };
        for (y, row) in self.pixels.chunks_exact_mut(width).enumerate() {
            let first = ((start.1 + y * stride) * frame.width() as usize + start.0) * depth;
            let Some(source) = grey.get(first..first + size.0 * depth) else {
                row.fill(0);
                continue;
            };
            match (depth, stride) {
                (1, 1) => row.copy_from_slice(source),
                (1, _) => row
                    .iter_mut()
                    .zip(source.iter().step_by(stride))
                    .for_each(|(pixel, source)| *pixel = *source),
                (_, 1) => rgb_to_grey(source, row),
                _ => row
                    .iter_mut()
                    .zip(source.chunks(3 * stride))
                    .for_each(|(pixel, source)| *pixel = luma(source[0], source[1], source[2])),
            }
        }
    }

    /// Becomes `other` seen in a mirror, left and right exchanged.
    pub fn set_mirrored(&mut self, other: &Self) {
        self.set_size(other.width, other.height);
        if other.width == 0 {
            return;
        }
        let rows = other.pixels.chunks_exact(other.width);
        for (row, source) in self.pixels.chunks_exact_mut(other.width).zip(rows) {
            for (pixel, source) in row.iter_mut().zip(source.iter().rev()) {
                *pixel = *source;
            }
        }
    }
}

/// The brightness of each pixel of `rgb`, rounded.
#[multiversion(targets("x86_64+avx2"))]
fn rgb_to_grey(rgb: &[u8], grey: &mut [u8]) {
    for (grey, pixel) in grey.iter_mut().zip(rgb.as_chunks::<3>().0) {
        let [red, green, blue] = *pixel;
        *grey = luma(red, green, blue);
    }
}

#[inline(always)]
fn luma(red: u8, green: u8, blue: u8) -> u8 {
    let sum = LUMA[0] * u32::from(red) + LUMA[1] * u32::from(green) + LUMA[2] * u32::from(blue);
    ((sum + (1 << 14)) >> 15) as u8
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn white_is_white_and_green_is_brighter_than_blue() {
        let mut grey = GreyImage::default();
        grey.set_from_rgb(&[255, 255, 255, 0, 255, 0, 0, 0, 255, 7, 7, 7], 2, 2);
        assert_eq!(grey.pixels(), [255, 150, 29, 7]);
        grey.set_from_rgb(&[255, 255, 255], 2, 1);
        assert_eq!(grey.pixels(), [255, 0], "what is not there is black");
    }

    #[test]
    fn grey_frames_are_taken_as_they_are() {
        let grey: Vec<u8> = (0..48).map(|index| index * 5).collect();
        let rgb = grey.iter().flat_map(|grey| [*grey; 3]).collect();
        let in_grey = Frame::from_grey(grey, 8, 6, 0, Duration::ZERO).expect("a frame");
        let in_rgb = Frame::from_rgb(rgb, 8, 6, 0, Duration::ZERO).expect("a frame");
        let (mut one, mut other) = (GreyImage::default(), GreyImage::default());
        one.set_from_frame(&in_grey);
        other.set_from_frame(&in_rgb);
        assert_eq!(one, other);
        for stride in [1, 2, 3] {
            one.set_from_frame_part(&in_grey, (1, 2), (6, 3), stride);
            other.set_from_frame_part(&in_rgb, (1, 2), (6, 3), stride);
            assert_eq!(one, other, "every {stride}");
        }
    }

    #[test]
    fn the_mirror_exchanges_left_and_right() {
        let picture = GreyImage::from_pixels(vec![1, 2, 3, 4, 5, 6], 3, 2).expect("six pixels");
        let mut mirrored = GreyImage::default();
        mirrored.set_mirrored(&picture);
        assert_eq!(mirrored.pixels(), [3, 2, 1, 6, 5, 4]);
        assert!(GreyImage::from_pixels(vec![1], 2, 1).is_none());
    }
}
