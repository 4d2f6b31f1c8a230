//! Where points of a picture are in the next one.
//!
//! The pyramidal method of Lucas and Kanade (Bouguet, *Pyramidal implementation of the affine Lucas
//! Kanade feature tracker*, 2001) with the settings and the end conditions of OpenCV's
//! `calcOpticalFlowPyrLK`; a test compares them.

use crate::image::GreyImage;

/// A point in pixels, counted from the middle of the upper left one.
pub type Point = (f32, f32);

/// Side of the window around a point, in pixels.
const WINDOW: usize = 13;
const HALF_WINDOW: f32 = (WINDOW as f32 - 1.0) / 2.0;
/// Pictures of the pyramid; each is half as large as the one before.
const LEVELS: usize = 3;
/// Steps towards a point's new place in one level.
const MOST_STEPS: usize = 10;
/// A step of fewer pixels is the last one.
const SMALL_STEP: f32 = 0.03;
/// Less texture than this around a point, and it cannot be followed.
const LEAST_TEXTURE: f32 = 1e-3;
/// Pixels around a picture that mirror its inside; windows reach no farther.
const PADDING: usize = WINDOW + 3;

/// A picture prepared for [`FlowPyramid::follow`], halved several times.
#[derive(Debug, Default)]
pub struct FlowPyramid {
    levels: [PaddedImage; LEVELS],
}

/// A picture with its inside mirrored around it.
#[derive(Debug, Default)]
struct PaddedImage {
    values: Vec<f32>,
    width: usize,
    height: usize,
}

/// What is around a point: brightness and its slopes, row by row.
struct Patch {
    values: [f32; WINDOW * WINDOW],
    slopes_x: [f32; WINDOW * WINDOW],
    slopes_y: [f32; WINDOW * WINDOW],
}

impl FlowPyramid {
    /// Becomes the pyramid of `picture`.
    pub fn set(&mut self, picture: &GreyImage) {
        let values = picture.pixels().iter().map(|pixel| f32::from(*pixel));
        let mut level: Vec<f32> = values.collect();
        let (mut width, mut height) = (picture.width(), picture.height());
        for padded in &mut self.levels {
            padded.set(&level, width, height);
            level = padded.halved();
            (width, height) = (width.div_ceil(2), height.div_ceil(2));
        }
    }

    /// Where `point` of this picture is in `next`; `None` when it cannot be followed.
    pub fn follow(&self, next: &Self, point: Point) -> Option<Point> {
        let mut moved = point;
        for level in (0..LEVELS).rev() {
            let scale = 1.0 / (1 << level) as f32;
            let start = (point.0 * scale, point.1 * scale);
            if level == LEVELS - 1 {
                moved = start;
            } else {
                moved = (moved.0 * 2.0, moved.1 * 2.0);
            }
            let step = step_to(&self.levels[level], &next.levels[level], start, moved);
            match step {
                Some(found) => moved = found,
                // What a small picture does not show, a large one may.
                None if level > 0 => {}
                None => return None,
            }
        }
        Some(moved)
    }
}

/// Steps from `moved` to where `start` is in `to`, in one level.
fn step_to(from: &PaddedImage, to: &PaddedImage, start: Point, moved: Point) -> Option<Point> {
    let corner = |point: Point| (point.0 - HALF_WINDOW, point.1 - HALF_WINDOW);
    let patch = from.patch(corner(start))?;
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in patch.slopes_x.iter().zip(&patch.slopes_y) {
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    let determinant = xx * yy - xy * xy;
    let smaller = (xx + yy - ((xx - yy) * (xx - yy) + 4.0 * xy * xy).sqrt()) / 2.0;
    // In the units of OpenCV's `minEigThreshold`.
    let texture = smaller / (WINDOW * WINDOW) as f32 / 1024.0;
    if texture < LEAST_TEXTURE {
        return None;
    }
    let mut moved = moved;
    let mut before = (0.0_f32, 0.0_f32);
    let mut window = [0.0; WINDOW * WINDOW];
    for step in 0..MOST_STEPS {
        to.window(corner(moved), &mut window)?;
        let (mut along_x, mut along_y) = (0.0, 0.0);
        for (index, value) in window.iter().enumerate() {
            let difference = value - patch.values[index];
            along_x += difference * patch.slopes_x[index];
            along_y += difference * patch.slopes_y[index];
        }
        let delta = (
            (xy * along_y - yy * along_x) / determinant,
            (xy * along_x - xx * along_y) / determinant,
        );
        moved = (moved.0 + delta.0, moved.1 + delta.1);
        if delta.0 * delta.0 + delta.1 * delta.1 <= SMALL_STEP * SMALL_STEP {
            break;
        }
        // It oscillates: take the midpoint.
        if step > 0 && (delta.0 + before.0).abs() < 0.01 && (delta.1 + before.1).abs() < 0.01 {
            moved = (moved.0 - delta.0 / 2.0, moved.1 - delta.1 / 2.0);
            break;
        }
        before = delta;
    }
    Some(moved)
}

impl PaddedImage {
    fn set(&mut self, values: &[f32], width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.values.clear();
        if width == 0 || height == 0 {
            return;
        }
        for y in 0..height + 2 * PADDING {
            let row = &values[reflect(y as i64 - PADDING as i64, height) * width..][..width];
            let columns = 0..width + 2 * PADDING;
            self.values.extend(columns.map(|x| row[reflect(x as i64 - PADDING as i64, width)]));
        }
    }

    const fn stride(&self) -> usize {
        self.width + 2 * PADDING
    }

    /// The pixel at a place of the picture or of its padding.
    fn at(&self, x: i64, y: i64) -> f32 {
        let (x, y) = (x + PADDING as i64, y + PADDING as i64);
        self.values[y as usize * self.stride() + x as usize]
    }

    /// The picture smoothed and without every second row and column.
    fn halved(&self) -> Vec<f32> {
        const WEIGHTS: [f32; 5] = [1.0, 4.0, 6.0, 4.0, 1.0];
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut halved = Vec::with_capacity(width * height);
        for y in 0..height as i64 {
            for x in 0..width as i64 {
                let mut sum = 0.0;
                for (row, weight) in (-2..=2).zip(WEIGHTS) {
                    for (column, other) in (-2..=2).zip(WEIGHTS) {
                        sum += weight * other * self.at(2 * x + column, 2 * y + row);
                    }
                }
                halved.push((sum / 256.0).round());
            }
        }
        halved
    }

    /// The first pixel of a window and how far it lies behind it; `None` when the window leaves the
    /// padding.
    fn place(&self, corner: Point) -> Option<(usize, f32, f32)> {
        let (x, y) = (corner.0.floor(), corner.1.floor());
        let reach = WINDOW as f32;
        // Neither what is not a number nor any place of an empty picture is inside.
        let inside = !self.values.is_empty()
            && (-reach..self.width as f32).contains(&x)
            && (-reach..self.height as f32).contains(&y);
        inside.then(|| {
            let (column, row) = (x as i64 + PADDING as i64, y as i64 + PADDING as i64);
            (row as usize * self.stride() + column as usize, corner.0 - x, corner.1 - y)
        })
    }

    /// The brightness in a window with its upper left pixel at `corner`.
    fn window(&self, corner: Point, window: &mut [f32; WINDOW * WINDOW]) -> Option<()> {
        let (start, across, down) = self.place(corner)?;
        let weights = weights(across, down);
        for (y, row) in window.chunks_exact_mut(WINDOW).enumerate() {
            let upper = &self.values[start + y * self.stride()..][..WINDOW + 1];
            let lower = &self.values[start + (y + 1) * self.stride()..][..WINDOW + 1];
            for x in 0..WINDOW {
                row[x] = upper[x] * weights[0]
                    + upper[x + 1] * weights[1]
                    + lower[x] * weights[2]
                    + lower[x + 1] * weights[3];
            }
        }
        Some(())
    }

    /// Brightness and slopes (Scharr) in a window with its upper left pixel at `corner`.
    fn patch(&self, corner: Point) -> Option<Patch> {
        const SIDE: usize = WINDOW + 1;
        let mut patch = Patch {
            values: [0.0; WINDOW * WINDOW],
            slopes_x: [0.0; WINDOW * WINDOW],
            slopes_y: [0.0; WINDOW * WINDOW],
        };
        self.window(corner, &mut patch.values)?;
        let (start, across, down) = self.place(corner)?;
        let stride = self.stride();
        let (mut at_x, mut at_y) = ([0.0; SIDE * SIDE], [0.0; SIDE * SIDE]);
        for y in 0..SIDE {
            // `place` keeps two rows and columns of padding around windows.
            let above = &self.values[start + y * stride - stride - 1..][..SIDE + 2];
            let here = &self.values[start + y * stride - 1..][..SIDE + 2];
            let below = &self.values[start + (y + 1) * stride - 1..][..SIDE + 2];
            for x in 0..SIDE {
                let left = 3.0 * (above[x] + below[x]) + 10.0 * here[x];
                let right = 3.0 * (above[x + 2] + below[x + 2]) + 10.0 * here[x + 2];
                let upper = 3.0 * (above[x] + above[x + 2]) + 10.0 * above[x + 1];
                let lower = 3.0 * (below[x] + below[x + 2]) + 10.0 * below[x + 1];
                at_x[y * SIDE + x] = (right - left) / 32.0;
                at_y[y * SIDE + x] = (lower - upper) / 32.0;
            }
        }
        let weights = weights(across, down);
        for (slopes, at) in [(&mut patch.slopes_x, &at_x), (&mut patch.slopes_y, &at_y)] {
            for (y, row) in slopes.chunks_exact_mut(WINDOW).enumerate() {
                let (upper, lower) = (&at[y * SIDE..][..SIDE], &at[(y + 1) * SIDE..][..SIDE]);
                for x in 0..WINDOW {
                    row[x] = upper[x] * weights[0]
                        + upper[x + 1] * weights[1]
                        + lower[x] * weights[2]
                        + lower[x + 1] * weights[3];
                }
            }
        }
        Some(patch)
    }
}

/// Weights of four pixels around a place between them.
fn weights(across: f32, down: f32) -> [f32; 4] {
    let (left, upper) = (1.0 - across, 1.0 - down);
    [left * upper, across * upper, left * down, across * down]
}

/// The pixel that is mirrored at `index`; the one at the edge is there once.
fn reflect(index: i64, length: usize) -> usize {
    let last = length as i64 - 1;
    if last == 0 {
        return 0;
    }
    let index = index.rem_euclid(2 * last);
    index.min(2 * last - index) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Soft blobs, moved by `shift`.
    fn picture(shift: Point) -> GreyImage {
        let pixels = (0..96 * 96).map(|index| {
            let (x, y) = ((index % 96) as f32 - shift.0, (index / 96) as f32 - shift.1);
            (128.0
                + 60.0 * (x * 0.31).sin() * (y * 0.27).cos()
                + 40.0 * (x * 0.11 + y * 0.17).sin()) as u8
        });
        GreyImage::from_pixels(pixels.collect(), 96, 96).expect("a picture")
    }

    #[test]
    fn points_move_with_the_picture() {
        let (mut before, mut after) = (FlowPyramid::default(), FlowPyramid::default());
        before.set(&picture((0.0, 0.0)));
        for shift in [(0.4, -0.7), (3.2, 1.6), (-6.0, 5.0)] {
            after.set(&picture(shift));
            for point in [(30.0, 40.0), (48.0, 48.0), (60.5, 33.25)] {
                let found = before.follow(&after, point).expect("texture");
                let (dx, dy) = (found.0 - point.0 - shift.0, found.1 - point.1 - shift.1);
                assert!(dx.hypot(dy) < 0.1, "{shift:?} {point:?}: {found:?}");
            }
        }
    }

    #[test]
    fn flat_pictures_and_places_outside_are_not_followed() {
        let flat = GreyImage::from_pixels(vec![7; 96 * 96], 96, 96).expect("a picture");
        let (mut one, mut other) = (FlowPyramid::default(), FlowPyramid::default());
        one.set(&flat);
        other.set(&flat);
        assert_eq!(one.follow(&other, (48.0, 48.0)), None);
        one.set(&picture((0.0, 0.0)));
        for point in [(-400.0, 20.0), (20.0, 1e9), (f32::NAN, 3.0)] {
            assert_eq!(one.follow(&one, point), None, "{point:?}");
        }
        one.set(&GreyImage::default());
        assert_eq!(one.follow(&one, (0.0, 0.0)), None);
    }

    #[test]
    fn mirrored_places_lie_inside() {
        let places: Vec<usize> = (-3..7).map(|index| reflect(index, 4)).collect();
        assert_eq!(places, [3, 2, 1, 0, 1, 2, 3, 2, 1, 0]);
        assert_eq!(reflect(-5, 1), 0);
    }
}
