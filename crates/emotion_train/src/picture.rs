//! Image files of any size as input for the models.

use std::io::BufReader;
use std::path::Path;

use emotion_core::{FaceImage, SIDE};
use image::{DynamicImage, ImageDecoder, ImageReader};

/// Reads an image file (PNG, JPEG, BMP or PNM) that shows one face, cropped as in FER-2013.
///
/// It is rotated as its EXIF orientation says, made grey (ITU-R BT.601, as for faces in a frame), and
/// its central square is scaled to [`SIDE`] × [`SIDE`]: by area averaging where it is larger, by
/// linear interpolation where it is smaller. A grey image of that size is not changed.
///
/// # Errors
/// What is wrong with the file, for people.
pub fn read_face(path: &Path) -> Result<FaceImage, String> {
    let picture = open(path).map_err(|error| error.to_string())?;
    Ok(resize(&picture))
}

fn open(path: &Path) -> image::ImageResult<DynamicImage> {
    let reader: ImageReader<BufReader<std::fs::File>> = ImageReader::open(path)?;
    let mut decoder = reader.with_guessed_format()?.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut picture = DynamicImage::from_decoder(decoder)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

fn resize(picture: &DynamicImage) -> FaceImage {
    let rgb = picture.to_rgb8();
    let (width, height) = (rgb.width() as usize, rgb.height() as usize);
    let side = width.min(height);
    let (left, top) = ((width - side) / 2, (height - side) / 2);
    let taps = taps(side);
    let mut wide = vec![0.0; SIDE * side];
    for (row, narrow) in wide.chunks_exact_mut(SIDE).enumerate() {
        for (value, tap) in narrow.iter_mut().zip(&taps) {
            *value = tap.sum(|column| {
                let [red, green, blue] =
                    rgb.get_pixel((left + column) as u32, (top + row) as u32).0.map(f32::from);
                0.299 * red + 0.587 * green + 0.114 * blue
            });
        }
    }
    let mut grey = Vec::with_capacity(SIDE * SIDE);
    for tap in &taps {
        for column in 0..SIDE {
            grey.push(tap.sum(|row| wide[row * SIDE + column]).round() as u8);
        }
    }
    FaceImage { grey }
}

/// The input pixels of one output pixel and their weights, along one axis.
struct Tap {
    first: usize,
    weights: Vec<f32>,
}

impl Tap {
    fn sum(&self, value: impl Fn(usize) -> f32) -> f32 {
        self.weights
            .iter()
            .enumerate()
            .map(|(index, weight)| weight * value(self.first + index))
            .sum()
    }
}

/// The taps that scale `side` pixels to [`SIDE`].
fn taps(side: usize) -> Vec<Tap> {
    let step = side as f32 / SIDE as f32;
    let last = side.saturating_sub(1);
    let tap = |index: usize| {
        let (start, end) = (index as f32 * step, (index + 1) as f32 * step);
        if side < SIDE {
            // Between the centres of two pixels; beyond the outermost centres only one pixel counts.
            let middle = ((start + end) / 2.0 - 0.5).clamp(0.0, last as f32);
            let first = middle as usize;
            let part = middle - first as f32;
            let weights = if first < last { vec![1.0 - part, part] } else { vec![1.0] };
            return Tap { first, weights };
        }
        let first = (start as usize).min(last);
        let stop = (end.ceil() as usize).clamp(first + 1, last + 1);
        let covered = |pixel: usize| ((pixel + 1) as f32).min(end) - (pixel as f32).max(start);
        let weights: Vec<f32> = (first..stop).map(covered).collect();
        let sum: f32 = weights.iter().sum();
        Tap { first, weights: weights.into_iter().map(|weight| weight / sum).collect() }
    };
    (0..SIDE).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use emotion_core::PIXELS;

    use super::*;

    fn grey(width: u32, height: u32, value: impl Fn(u32, u32) -> u8) -> DynamicImage {
        image::GrayImage::from_fn(width, height, |x, y| image::Luma([value(x, y)])).into()
    }

    #[test]
    fn a_grey_face_of_the_right_size_is_not_changed() {
        let side = SIDE as u32;
        let face = grey(side, side, |x, y| (x * 37 + y * 91) as u8);
        assert_eq!(resize(&face).grey, face.to_luma8().into_raw());
    }

    #[test]
    fn shrinking_averages_over_areas() {
        let board = grey(96, 96, |x, y| if (x + y) % 2 == 0 { 0 } else { 200 });
        assert!(resize(&board).grey.iter().all(|&grey| grey == 100));
        // 72 to 48: each pixel covers one and a half.
        let stripes = grey(72, 72, |x, _| if x % 3 == 0 { 90 } else { 0 });
        let face = resize(&stripes);
        assert_eq!(face.grey[..4], [60, 0, 60, 0]);
    }

    #[test]
    fn enlarging_interpolates() {
        let ramp = grey(12, 12, |x, _| (x * 20) as u8);
        let face = resize(&ramp);
        let row = &face.grey[..SIDE];
        assert!(row.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] <= 6), "{row:?}");
        assert_eq!((row[0], row[SIDE - 1]), (0, 220));
        assert_eq!(resize(&grey(1, 1, |_, _| 9)).grey, vec![9; PIXELS]);
    }

    #[test]
    fn colours_become_grey_and_the_central_square_is_used() {
        let picture = image::RgbImage::from_fn(100, 50, |x, _| {
            image::Rgb(if (25..75).contains(&x) { [0, 255, 0] } else { [255, 255, 255] })
        });
        let face = resize(&picture.into());
        assert!(face.grey.iter().all(|&grey| grey == 150), "{:?}", &face.grey[..SIDE]);
    }
}
