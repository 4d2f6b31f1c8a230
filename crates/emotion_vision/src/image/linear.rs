//! Pictures in another size by linear interpolation, exact to the bit.

use super::GreyImage;

/// What [`GreyImage::set_resized`] needs besides the pictures.
#[derive(Debug, Default)]
pub(crate) struct ResizeBuffers {
    across: Vec<Blend>,
    down: Vec<Blend>,
    upper: Vec<u16>,
    lower: Vec<u16>,
}

/// Between a pixel and the next one, in parts of 256.
#[derive(Debug, Clone, Copy, Default)]
struct Blend {
    first: usize,
    second: usize,
    first_part: u16,
    second_part: u16,
}

impl GreyImage {
    /// Becomes `source` in this size, as with OpenCV's `INTER_LINEAR_EXACT`.
    pub(crate) fn set_resized(
        &mut self,
        source: &Self,
        width: usize,
        height: usize,
        buffers: &mut ResizeBuffers,
    ) {
        self.set_size(width, height);
        if (width, height) == (source.width(), source.height()) {
            self.pixels_mut().copy_from_slice(source.pixels());
            return;
        }
        if width == 0 || height == 0 || source.width() == 0 || source.height() == 0 {
            return;
        }
        let ResizeBuffers { across, down, upper, lower } = buffers;
        blends(source.width(), width, across);
        blends(source.height(), height, down);
        upper.resize(width, 0);
        lower.resize(width, 0);
        let (mut upper_row, mut lower_row) = (usize::MAX, usize::MAX);
        for (row, blend) in self.pixels_mut().chunks_exact_mut(width).zip(down.iter()) {
            if upper_row != blend.first {
                if lower_row == blend.first {
                    std::mem::swap(upper, lower);
                    (upper_row, lower_row) = (lower_row, upper_row);
                } else {
                    blend_row(source.row(blend.first), across, upper);
                    upper_row = blend.first;
                }
            }
            if lower_row != blend.second {
                blend_row(source.row(blend.second), across, lower);
                lower_row = blend.second;
            }
            blend_rows(row, upper, lower, blend);
        }
    }
}

#[inline(always)]
fn blend_row(source: &[u8], across: &[Blend], target: &mut [u16]) {
    for (value, blend) in target.iter_mut().zip(across) {
        let (first, second) = (u16::from(source[blend.first]), u16::from(source[blend.second]));
        *value = first
            .wrapping_mul(blend.first_part)
            .wrapping_add(second.wrapping_mul(blend.second_part));
    }
}

#[inline(always)]
fn blend_rows(row: &mut [u8], upper: &[u16], lower: &[u16], blend: &Blend) {
    let (first, second) = (u32::from(blend.first_part), u32::from(blend.second_part));
    for ((pixel, upper), lower) in row.iter_mut().zip(upper).zip(lower) {
        let sum = u32::from(*upper) * first + u32::from(*lower) * second;
        *pixel = ((sum + (1 << 15)) >> 16) as u8;
    }
}

/// Where each of `target` pixels lies between `source` pixels.
fn blends(source: usize, target: usize, blends: &mut Vec<Blend>) {
    // Twice the inverse, as OpenCV has it: the results differ in the last bit.
    let scale = 1.0 / (target as f64 / source as f64);
    blends.clear();
    blends.extend((0..target).map(|index| {
        let place = scale * (index as f64 + 0.5) - 0.5;
        let below = place.floor();
        let whole = |pixel| Blend { first: pixel, second: pixel, first_part: 256, second_part: 0 };
        if below < 0.0 {
            return whole(0);
        }
        let first = below as usize;
        if first + 1 >= source {
            return whole(source - 1);
        }
        let second_part = ((place - below) * 256.0).round_ties_even() as u16;
        Blend { first, second: first + 1, first_part: 256 - second_part, second_part }
    }));
}
