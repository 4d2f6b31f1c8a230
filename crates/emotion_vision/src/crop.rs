//! The crop that a model reads: a face in a frame, turned upright, grey, 48×48.

use emotion_core::{FaceImage, Frame, FrameRect, PIXELS, SIDE};

/// Side of the crop, in sides of the Haar detector's box.
///
/// Measured by `crates/emotion_cli/benches/margin.rs` on 399 training faces of FER-2013, enlarged
/// four times: the detector found 144, and the picture's side was 0.94 sides of its box (quartiles
/// 0.89 and 1.01); the centres differed by 0.009 of a side horizontally and 0.003 vertically
/// (quartiles within 0.02).
pub const CROP_SCALE: f32 = 0.94;

/// The most samples along a side of one output pixel, to bound the cost of huge faces.
const MOST_SAMPLES: usize = 6;

/// Crops the face in `bbox_in_frame`, framed like the faces that the models were trained on.
///
/// `bbox_in_frame` is the Haar detector's square in pixels, `roll` is how far the head leans in
/// radians, clockwise as seen in the picture; the crop is turned upright. Shrinking averages over
/// each pixel's area, enlarging interpolates, and edge pixels are repeated outside the frame. The
/// cost is bounded for any size of the box.
pub fn face_image(frame: &Frame, bbox_in_frame: FrameRect, roll: f32) -> FaceImage {
    let side = bbox_in_frame.width.max(bbox_in_frame.height).max(1.0);
    let (sin, cos) = roll.sin_cos();
    let center = bbox_in_frame.center();
    let step = CROP_SCALE * side / SIDE as f32;

    // Shrinking takes the mean of samples at most a pixel apart, over each output pixel's area.
    // Enlarging takes one interpolated sample for each output pixel.
    let samples = (step.ceil() as usize).clamp(1, MOST_SAMPLES);
    let picture = Picture::new(frame);
    let mut grey = Vec::with_capacity(PIXELS);
    let along = |sample: usize| ((sample as f32 + 0.5) / samples as f32 - SIDE as f32 / 2.0) * step;
    for row in 0..SIDE {
        for column in 0..SIDE {
            let mut sum = 0.0;
            for sample in 0..samples * samples {
                let right = along(column * samples + sample % samples);
                let down = along(row * samples + sample / samples);
                let x = center.0 + right * cos - down * sin;
                let y = center.1 + right * sin + down * cos;
                sum += if samples == 1 { picture.between(x, y) } else { picture.nearest(x, y) };
            }
            grey.push((sum / (samples * samples) as f32).round() as u8);
        }
    }
    FaceImage { grey }
}

/// A frame to sample brightness from.
struct Picture<'a> {
    rgb: &'a [u8],
    width: usize,
    last_x: f32,
    last_y: f32,
}

impl<'a> Picture<'a> {
    fn new(frame: &'a Frame) -> Self {
        Self {
            rgb: frame.rgb(),
            width: frame.width() as usize,
            last_x: (frame.width() - 1) as f32,
            last_y: (frame.height() - 1) as f32,
        }
    }

    /// Brightness of the pixel nearest to a place.
    fn nearest(&self, x: f32, y: f32) -> f32 {
        let (x, y) = (x.clamp(0.0, self.last_x + 0.5), y.clamp(0.0, self.last_y + 0.5));
        self.grey(x as usize, y as usize)
    }

    /// Brightness interpolated between the four pixels around a place; their centres are at halves.
    fn between(&self, x: f32, y: f32) -> f32 {
        let x = (x - 0.5).clamp(0.0, self.last_x);
        let y = (y - 0.5).clamp(0.0, self.last_y);
        let (left, top) = (x as usize, y as usize);
        let right = (x.ceil() as usize).max(left);
        let bottom = (y.ceil() as usize).max(top);
        let (across, along) = (x - left as f32, y - top as f32);
        let upper = mix(self.grey(left, top), self.grey(right, top), across);
        let lower = mix(self.grey(left, bottom), self.grey(right, bottom), across);
        mix(upper, lower, along)
    }

    /// Luma after ITU-R BT.601, as in OpenCV's conversion to grey.
    fn grey(&self, x: usize, y: usize) -> f32 {
        let start = (y * self.width + x) * 3;
        match self.rgb.get(start..start + 3) {
            Some(pixel) => {
                0.299 * f32::from(pixel[0])
                    + 0.587 * f32::from(pixel[1])
                    + 0.114 * f32::from(pixel[2])
            }
            None => 0.0,
        }
    }
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
