//! Pictures turned and scaled.

use super::GreyImage;

/// Positions are rounded to parts of a pixel: 2 to this power of them.
const STEP_BITS: u32 = 5;
const STEPS: u32 = 1 << STEP_BITS;
/// Bits behind the point of a position before it is rounded.
const FINE_BITS: u32 = 10;
const FINE: f64 = (1 << FINE_BITS) as f64;
/// Columns whose places are computed together.
const BLOCK: usize = 64;

/// Where each pixel of a target lies in its source: `(x, y)` at
/// `(a x + b y + dx, c x + d y + dy)`, both counted from the middle of the upper left pixel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Columns of the source for a step to the right.
    pub a: f64,
    /// Columns of the source for a step down.
    pub b: f64,
    /// Column of the source for the upper left pixel.
    pub dx: f64,
    /// Rows of the source for a step to the right.
    pub c: f64,
    /// Rows of the source for a step down.
    pub d: f64,
    /// Row of the source for the upper left pixel.
    pub dy: f64,
}

/// What lies beyond the edge of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Black.
    Black,
    /// The pixel at the edge, again and again.
    Replicate,
}

impl GreyImage {
    /// Samples `source` at the positions that `back` gives, with linear interpolation: the same as OpenCV's `warpAffine` with `INTER_LINEAR` and `WARP_INVERSE_MAP`.
    ///
    /// Where `back` is not finite the picture is black.
    pub fn set_warped(
        &mut self,
        source: &Self,
        back: &Affine,
        width: usize,
        height: usize,
        border: Border,
    ) {
        self.set_size(width, height);
        let finite =
            [back.a, back.b, back.c, back.d, back.dx, back.dy].iter().all(|v| v.is_finite());
        if !finite || source.pixels().is_empty() || width == 0 {
            self.pixels_mut().fill(0);
            return;
        }
        // Half a step, so that positions are rounded, not cut.
        let half = i64::from(1_u32 << (FINE_BITS - STEP_BITS - 1));
        let (mut columns, mut rows) = ([0; BLOCK], [0; BLOCK]);
        for first in (0..width).step_by(BLOCK) {
            let count = BLOCK.min(width - first);
            for index in 0..count {
                columns[index] = fine(back.a * (first + index) as f64);
                rows[index] = fine(back.c * (first + index) as f64);
            }
            for (y, row) in self.pixels_mut().chunks_exact_mut(width).enumerate() {
                let start_x = fine(back.b * y as f64 + back.dx) + half;
                let start_y = fine(back.d * y as f64 + back.dy) + half;
                let places = columns[..count].iter().zip(&rows[..count]);
                for (pixel, (column, row)) in row[first..first + count].iter_mut().zip(places) {
                    let x = (start_x + column) >> (FINE_BITS - STEP_BITS);
                    let y = (start_y + row) >> (FINE_BITS - STEP_BITS);
                    *pixel = source.between(x, y, border);
                }
            }
        }
    }

    /// The brightness at a place in steps.
    #[inline(always)]
    fn between(&self, x: i64, y: i64, border: Border) -> u8 {
        let (left, top) = (x >> STEP_BITS, y >> STEP_BITS);
        let (width, height) = (self.width() as i64, self.height() as i64);
        let (a, b, c, d);
        if left >= 0 && top >= 0 && left + 1 < width && top + 1 < height {
            let start = top as usize * self.width() + left as usize;
            let upper = &self.pixels()[start..start + 2];
            let lower = &self.pixels()[start + self.width()..start + self.width() + 2];
            (a, b, c, d) = (upper[0], upper[1], lower[0], lower[1]);
        } else if border == Border::Black
            && (left < -1 || top < -1 || left >= width || top >= height)
        {
            return 0;
        } else {
            a = self.with_border(left, top, border);
            b = self.with_border(left + 1, top, border);
            c = self.with_border(left, top + 1, border);
            d = self.with_border(left + 1, top + 1, border);
        }
        let (across, down) = (x as u32 % STEPS, y as u32 % STEPS);
        let upper = u32::from(a) * (STEPS - across) + u32::from(b) * across;
        let lower = u32::from(c) * (STEPS - across) + u32::from(d) * across;
        let sum = upper * (STEPS - down) + lower * down;
        ((sum + STEPS * STEPS / 2) / (STEPS * STEPS)) as u8
    }

    fn with_border(&self, x: i64, y: i64, border: Border) -> u8 {
        let (last_x, last_y) = (self.width() as i64 - 1, self.height() as i64 - 1);
        let (near_x, near_y) = (x.clamp(0, last_x), y.clamp(0, last_y));
        if border == Border::Black && (near_x, near_y) != (x, y) {
            return 0;
        }
        self.pixels()[near_y as usize * self.width() + near_x as usize]
    }
}

/// A position in fine parts of a pixel; one that is far outside of any picture stays so.
fn fine(value: f64) -> i64 {
    (value * FINE).clamp(-1e15, 1e15).round_ties_even() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAY: Affine = Affine { a: 1.0, b: 0.0, dx: 0.0, c: 0.0, d: 1.0, dy: 0.0 };

    fn picture() -> GreyImage {
        GreyImage::from_pixels(vec![0, 100, 200, 40, 80, 120], 3, 2).expect("six pixels")
    }

    #[test]
    fn shifts_by_whole_and_half_pixels() {
        let mut moved = GreyImage::default();
        moved.set_warped(&picture(), &STAY, 3, 2, Border::Black);
        assert_eq!(moved, picture());
        let half = Affine { dx: 0.5, ..STAY };
        moved.set_warped(&picture(), &half, 3, 1, Border::Black);
        assert_eq!(moved.pixels(), [50, 150, 100]);
        moved.set_warped(&picture(), &half, 3, 1, Border::Replicate);
        assert_eq!(moved.pixels(), [50, 150, 200]);
    }

    #[test]
    fn absurd_places_are_black_or_the_edge() {
        let mut moved = GreyImage::default();
        let far = Affine { dx: 1e300, dy: -1e300, ..STAY };
        moved.set_warped(&picture(), &far, 2, 2, Border::Replicate);
        assert_eq!(moved.pixels(), [200; 4]);
        moved.set_warped(&picture(), &Affine { a: f64::NAN, ..STAY }, 2, 2, Border::Replicate);
        assert_eq!(moved.pixels(), [0; 4]);
    }
}
