//! Smaller pictures by the mean over each pixel's area.

use super::GreyImage;

/// A part of a source row or column in one output pixel.
#[derive(Debug, Clone, Copy)]
struct Part {
    source: usize,
    target: usize,
    weight: f32,
}

impl GreyImage {
    /// Becomes `source` in this size, which is not larger: each pixel is the mean of the area that
    /// it covers, as with OpenCV's `INTER_AREA`.
    pub fn set_shrunk(&mut self, source: &Self, width: usize, height: usize) {
        if source.pixels().is_empty() {
            self.set_size(0, 0);
            return;
        }
        let (width, height) = (width.clamp(1, source.width()), height.clamp(1, source.height()));
        self.set_size(width, height);
        if (width, height) == (source.width(), source.height()) {
            self.pixels_mut().copy_from_slice(source.pixels());
        } else if (2 * width, 2 * height) == (source.width(), source.height()) {
            self.set_halved(source);
        } else {
            shrink(source, self);
        }
    }

    /// Becomes `source` in half its size, without its last row and column where there is an odd number
    /// of them.
    pub(crate) fn set_halved(&mut self, source: &Self) {
        let width = source.width() / 2;
        self.set_size(width, source.height() / 2);
        if width == 0 {
            return;
        }
        for (y, row) in self.pixels_mut().chunks_exact_mut(width).enumerate() {
            let (upper, lower) = (source.row(2 * y), source.row(2 * y + 1));
            let pairs = upper.as_chunks::<2>().0.iter().zip(lower.as_chunks::<2>().0);
            for (pixel, ([a, b], [c, d])) in row.iter_mut().zip(pairs) {
                let sum = u16::from(*a) + u16::from(*b) + u16::from(*c) + u16::from(*d);
                *pixel = ((sum + 2) >> 2) as u8;
            }
        }
    }
}

fn shrink(source: &GreyImage, target: &mut GreyImage) {
    let width = target.width();
    let across = parts(source.width(), width);
    let down = parts(source.height(), target.height());
    let mut sums = vec![0.0_f32; width];
    let mut row_sums = vec![0.0_f32; width];
    let mut rows = target.pixels_mut().chunks_exact_mut(width);
    let mut in_work = 0;
    for part in down {
        if part.target != in_work {
            if let Some(row) = rows.next() {
                finish(row, &mut sums);
            }
            in_work = part.target;
        }
        let row = source.row(part.source);
        row_sums.fill(0.0);
        for Part { source, target, weight } in &across {
            row_sums[*target] += f32::from(row[*source]) * weight;
        }
        for (sum, of_row) in sums.iter_mut().zip(&row_sums) {
            *sum += of_row * part.weight;
        }
    }
    if let Some(row) = rows.next() {
        finish(row, &mut sums);
    }
}

fn finish(row: &mut [u8], sums: &mut [f32]) {
    for (pixel, sum) in row.iter_mut().zip(sums) {
        *pixel = sum.round_ties_even() as u8;
        *sum = 0.0;
    }
}

/// Which parts of `source` pixels make up each of `target` pixels, in order.
fn parts(source: usize, target: usize) -> Vec<Part> {
    let scale = source as f64 / target as f64;
    let mut parts = Vec::with_capacity(source + target);
    for index in 0..target {
        let (start, end) = (index as f64 * scale, ((index + 1) as f64 * scale).min(source as f64));
        let whole = scale.min(source as f64 - start);
        let (first, last) = (start as usize, end.ceil() as usize);
        for pixel in first..last.min(source) {
            let inside = (end.min((pixel + 1) as f64) - start.max(pixel as f64)) / whole;
            // Slivers are rounding.
            if inside * whole > 1e-3 {
                parts.push(Part { source: pixel, target: index, weight: inside as f32 });
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_are_averaged() {
        let source = GreyImage::from_pixels(vec![0, 10, 20, 30, 40, 50], 6, 1).expect("six");
        let mut small = GreyImage::default();
        small.set_shrunk(&source, 4, 1);
        // 0 and half of 10, the rest of 10 and 20, and so on.
        assert_eq!(small.pixels(), [3, 17, 33, 47]);
        let source = GreyImage::from_pixels(vec![0, 2, 4, 7], 2, 2).expect("four");
        small.set_shrunk(&source, 1, 1);
        assert_eq!(small.pixels(), [3]);
    }

    #[test]
    fn even_pictures_stay_even_at_any_size() {
        let source = GreyImage::from_pixels(vec![93; 97 * 61], 97, 61).expect("a picture");
        let mut small = GreyImage::default();
        for (width, height) in [(96, 60), (48, 30), (13, 7), (1, 1), (97, 1)] {
            small.set_shrunk(&source, width, height);
            assert!(small.pixels().iter().all(|pixel| *pixel == 93), "{width}x{height}");
        }
    }
}
