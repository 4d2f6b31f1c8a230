//! The crop that a model reads: a face in a frame, turned upright, grey, 48×48.

use emotion_core::{FaceImage, Frame, FrameRect, MAX_SIDE, PIXELS, SIDE};

use crate::image::GreyImage;

/// Side of the crop, in sides of the Haar detector's box.
///
/// Measured by `crates/emotion_cli/benches/margin.rs` on 399 training faces of FER-2013, enlarged
/// four times: the detector found 144, and the picture's side was 0.94 sides of its box (quartiles
/// 0.89 and 1.01); the centres differed by 0.009 of a side horizontally and 0.003 vertically
/// (quartiles within 0.02).
pub const CROP_SCALE: f32 = 0.94;

/// The most samples along a side of one output pixel; pictures that need more are halved before.
const MOST_SAMPLES: usize = 6;

/// At most twice so many pixels of the frame are read along a side of one output pixel: of larger
/// faces every n-th pixel, to bound the cost.
const MOST_PIXELS: f32 = 4.0;

/// Crops the face in `bbox_in_frame`, framed like the faces that the models were trained on.
///
/// `bbox_in_frame` is the Haar detector's square in pixels, `roll` is how far the head leans in
/// radians, clockwise as seen in the picture; the crop is turned upright. Shrinking averages over
/// each pixel's area, enlarging interpolates, and edge pixels are repeated outside the frame. The
/// cost is bounded for any size of the box.
pub fn face_image(frame: &Frame, bbox_in_frame: FrameRect, roll: f32) -> FaceImage {
    let side = bbox_in_frame.width.max(bbox_in_frame.height).max(1.0);
    let (sin, cos) = crate::math::sin_cos(roll);
    let center = bbox_in_frame.center();
    let step = CROP_SCALE * side / SIDE as f32;
    let reach = step * SIDE as f32 / 2.0 * (sin.abs() + cos.abs());
    let region = Region::around(frame, center, reach, step);

    // Shrinking takes the mean of samples at most a pixel apart, over each output pixel's area.
    // Enlarging takes one interpolated sample for each output pixel.
    let samples = ((step / region.scale).ceil() as usize).clamp(1, MOST_SAMPLES);
    let along = |sample: usize| ((sample as f32 + 0.5) / samples as f32 - SIDE as f32 / 2.0) * step;
    let mut grey = Vec::with_capacity(PIXELS);
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut sum = 0.0;
            for sample in 0..samples * samples {
                let right = along(column * samples + sample % samples);
                let down = along(row * samples + sample / samples);
                let x = center.0 + right * cos - down * sin;
                let y = center.1 + right * sin + down * cos;
                sum += if samples == 1 { region.between(x, y) } else { region.nearest(x, y) };
            }
            grey.push((sum / (samples * samples) as f32).round() as u8);
        }
    }
    FaceImage { grey }
}

/// The part of a frame around a face, in grey, no larger than the crop needs it.
struct Region {
    picture: GreyImage,
    left: f32,
    top: f32,
    /// Pixels of the frame for one of the picture.
    scale: f32,
}

impl Region {
    /// What lies within `reach` of `center`, for a crop of which each pixel is `step` wide.
    fn around(frame: &Frame, center: (f32, f32), reach: f32, step: f32) -> Self {
        let stride = (step / MOST_PIXELS).floor().clamp(1.0, MAX_SIDE as f32) as usize;
        let (left, width) = span(center.0, reach, frame.width() as usize);
        let (top, height) = span(center.1, reach, frame.height() as usize);
        let mut picture = GreyImage::default();
        picture.set_from_frame_part(frame, (left, top), (width, height), stride);
        let mut scale = stride as f32;
        let mut half = GreyImage::default();
        while step >= MOST_SAMPLES as f32 * scale && picture.width() > 1 && picture.height() > 1 {
            half.set_halved(&picture);
            std::mem::swap(&mut picture, &mut half);
            scale *= 2.0;
        }
        Self { picture, left: left as f32, top: top as f32, scale }
    }

    /// The column and row of a place in the frame. Pixels have their middles at halves.
    fn place(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = ((x - self.left) / self.scale, (y - self.top) / self.scale);
        let (right, bottom) = (self.picture.width() as f32, self.picture.height() as f32);
        (x.clamp(0.0, right - 0.5), y.clamp(0.0, bottom - 0.5))
    }

    /// Brightness of the pixel at a place in the frame.
    fn nearest(&self, x: f32, y: f32) -> f32 {
        let (x, y) = self.place(x, y);
        f32::from(self.picture.row(y as usize)[x as usize])
    }

    /// Brightness between the four pixels around a place in the frame.
    fn between(&self, x: f32, y: f32) -> f32 {
        let (x, y) = self.place(x, y);
        let (x, y) = ((x - 0.5).max(0.0), (y - 0.5).max(0.0));
        let (left, top) = (x as usize, y as usize);
        let right = (left + 1).min(self.picture.width() - 1);
        let bottom = (top + 1).min(self.picture.height() - 1);
        let (across, along) = (x - left as f32, y - top as f32);
        let (upper, lower) = (self.picture.row(top), self.picture.row(bottom));
        let upper = mix(upper[left].into(), upper[right].into(), across);
        let lower = mix(lower[left].into(), lower[right].into(), across);
        mix(upper, lower, along)
    }
}

/// The first pixel within `reach` of `center` and how many there are, at least one, of `length`.
fn span(center: f32, reach: f32, length: usize) -> (usize, usize) {
    // A pixel more, to interpolate with. What is not a number becomes 0.
    let first = ((center - reach - 1.0).floor().max(0.0) as usize).min(length.saturating_sub(1));
    let end =
        ((center + reach + 2.0).ceil().max(0.0) as usize).clamp(first + 1, length.max(first + 1));
    (first, end - first)
}

fn mix(from: f32, to: f32, amount: f32) -> f32 {
    from + (to - from) * amount
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn frame(width: u32, height: u32, grey: impl Fn(u32, u32) -> u8) -> Frame {
        let mut rgb = Vec::new();
        for y in 0..height {
            for x in 0..width {
                rgb.extend([grey(x, y); 3]);
            }
        }
        Frame::from_rgb(rgb, width, height, 0, Duration::ZERO).expect("a frame")
    }

    /// A box whose crop is `side` wide, with the crop's middle in the middle of the frame.
    fn box_for(frame: &Frame, side: f32) -> FrameRect {
        let middle = (frame.width() as f32 / 2.0, frame.height() as f32 / 2.0);
        FrameRect::square(middle, side / CROP_SCALE)
    }

    #[test]
    fn a_crop_of_the_right_size_is_copied() {
        let frame = frame(SIDE as u32, SIDE as u32, |x, y| (x * 3 + y * 2) as u8);
        let face = face_image(&frame, box_for(&frame, SIDE as f32), 0.0);
        let same: Vec<u8> = frame.rgb().chunks_exact(3).map(|pixel| pixel[0]).collect();
        let differs = face.grey.iter().zip(&same).filter(|(a, b)| a.abs_diff(**b) > 1).count();
        assert_eq!(differs, 0);
    }

    #[test]
    fn shrinking_averages() {
        // A fine checkerboard is even grey from afar.
        let frame = frame(192, 192, |x, y| if (x + y) % 2 == 0 { 0 } else { 200 });
        let face = face_image(&frame, box_for(&frame, 192.0), 0.0);
        assert!(face.grey.iter().all(|grey| grey.abs_diff(100) < 3), "{:?}", &face.grey[..8]);
    }

    #[test]
    fn enlarging_has_no_steps() {
        let frame = frame(12, 12, |x, _| (x * 20) as u8);
        let face = face_image(&frame, box_for(&frame, 12.0), 0.0);
        let row = &face.grey[..SIDE];
        assert!(row.windows(2).all(|pair| pair[1] >= pair[0] && pair[1] - pair[0] <= 6), "{row:?}");
    }

    #[test]
    fn a_leaning_head_is_turned_upright() {
        // The head's own "up" is bright: leaning clockwise, it lies to the upper right.
        let roll = 0.5_f32;
        let up = (roll.sin(), -roll.cos());
        let frame = frame(200, 200, |x, y| {
            let along = (x as f32 - 100.0) * up.0 + (y as f32 - 100.0) * up.1;
            (128.0 + along).clamp(0.0, 255.0) as u8
        });
        let face = face_image(&frame, box_for(&frame, 96.0), roll);
        let mean =
            |rows: &[u8]| rows.iter().map(|&grey| f32::from(grey)).sum::<f32>() / rows.len() as f32;
        assert!(mean(&face.grey[..SIDE]) > 128.0 + 40.0);
        assert!(mean(&face.grey[PIXELS - SIDE..]) < 128.0 - 40.0);
        let (left, right) = (face.grey[SIDE * 24], face.grey[SIDE * 24 + SIDE - 1]);
        assert!(left.abs_diff(right) < 4, "{left} {right}");
    }

    #[test]
    fn boxes_over_the_edge_and_absurd_ones_are_filled() {
        let frame = frame(30, 20, |x, _| x as u8);
        for rect in [
            FrameRect::new(-15.0, -10.0, 20.0, 20.0),
            FrameRect::new(1e9, 1e9, 1e9, 1e9),
            FrameRect::new(0.0, 0.0, 0.0, -4.0),
            FrameRect::new(f32::NAN, 0.0, f32::INFINITY, 1.0),
        ] {
            let face = face_image(&frame, rect, f32::NAN);
            assert_eq!(face.grey.len(), PIXELS);
            assert!(face_image(&frame, rect, 0.3).input().iter().all(|value| value.is_finite()));
        }
        let outside = face_image(&frame, FrameRect::new(-90.0, 5.0, 10.0, 10.0), 0.0);
        assert!(outside.grey.iter().all(|&grey| grey == 0));
    }
}
