//! Sums of brightness over all pixels above and to the left: a rectangle's sum takes four of them.

use crate::image::GreyImage;

/// How an integral picture lies in memory.
///
/// Where every second column is searched, the even columns of a row come first and then the odd
/// ones, so that the windows of a row lie side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Layout {
    /// Values from a row to the next one.
    stride: usize,
    /// Where a row's odd columns begin; 0 when columns lie in their order.
    odd_columns: usize,
}

/// The integral pictures of brightness and of its square.
#[derive(Debug, Default)]
pub(super) struct Integral {
    pub(super) sums: Vec<i32>,
    /// Modulo 2^32; differences of a window's size are right.
    pub(super) squares: Vec<u32>,
}

impl Layout {
    /// For pictures of up to `width` pixels, searched at every `step`-th column, 1 or 2, with `slack`
    /// values that may be read behind a row.
    pub(super) fn new(width: usize, step: usize, slack: usize) -> Self {
        // In coarse steps, so that few layouts serve pictures of all sizes, and off powers of two, so
        // that the rows of a window do not fall on the same cache lines.
        let padded = |columns: usize| (columns + slack).next_power_of_two().max(64) + 16;
        if step == 1 {
            return Self { stride: padded(width + 1), odd_columns: 0 };
        }
        let odd_columns = padded((width + 1).div_ceil(2));
        Self { stride: 2 * odd_columns, odd_columns }
    }

    pub(super) const fn stride(&self) -> usize {
        self.stride
    }

    /// The offset of column `x` and row `y` from the start.
    pub(super) const fn place(&self, x: usize, y: usize) -> usize {
        let column = if self.odd_columns == 0 { x } else { x / 2 + x % 2 * self.odd_columns };
        y * self.stride + column
    }
}

impl Integral {
    /// Sums `picture` up; `slack` values can be read behind the last row.
    #[inline(always)]
    pub(super) fn set(&mut self, picture: &GreyImage, layout: Layout, slack: usize) {
        let length = layout.stride * (picture.height() + 1);
        if self.sums.len() < length + slack {
            self.sums.resize(length + slack, 0);
            self.squares.resize(length + slack, 0);
        }
        self.sums[..layout.stride].fill(0);
        self.squares[..layout.stride].fill(0);
        for y in 0..picture.height() {
            let rows = y * layout.stride..(y + 2) * layout.stride;
            let (above, row) = self.sums[rows.clone()].split_at_mut(layout.stride);
            let (squares_above, squares) = self.squares[rows].split_at_mut(layout.stride);
            if layout.odd_columns == 0 {
                add_row(picture.row(y), above, row, squares_above, squares);
            } else {
                let half = layout.odd_columns;
                add_row_in_halves(picture.row(y), half, above, row, squares_above, squares);
            }
        }
    }
}

#[inline(always)]
fn add_row(
    pixels: &[u8],
    above: &[i32],
    row: &mut [i32],
    squares_above: &[u32],
    squares: &mut [u32],
) {
    let (mut sum, mut square_sum) = (0, 0_u32);
    (row[0], squares[0]) = (0, 0);
    let above = above[1..].iter().zip(&squares_above[1..]);
    let row = row[1..].iter_mut().zip(&mut squares[1..]);
    for ((pixel, above), (value, square)) in pixels.iter().zip(above).zip(row) {
        sum = i32::wrapping_add(sum, i32::from(*pixel));
        square_sum = square_sum.wrapping_add(u32::from(*pixel) * u32::from(*pixel));
        *value = above.0.wrapping_add(sum);
        *square = above.1.wrapping_add(square_sum);
    }
}

#[inline(always)]
fn add_row_in_halves(
    pixels: &[u8],
    half: usize,
    above: &[i32],
    row: &mut [i32],
    squares_above: &[u32],
    squares: &mut [u32],
) {
    let (even, odd) = row.split_at_mut(half);
    let (even_squares, odd_squares) = squares.split_at_mut(half);
    let (even_above, odd_above) = above.split_at(half);
    let (even_squares_above, odd_squares_above) = squares_above.split_at(half);
    (even[0], even_squares[0]) = (0, 0);
    let (mut sum, mut square_sum) = (0, 0_u32);
    let mut add = |pixel: u8| {
        sum = i32::wrapping_add(sum, i32::from(pixel));
        square_sum = square_sum.wrapping_add(u32::from(pixel) * u32::from(pixel));
        (sum, square_sum)
    };
    let (pairs, last) = pixels.as_chunks::<2>();
    // Column x of the integral holds the pixels before x.
    for (index, [first, second]) in pairs.iter().enumerate() {
        let (sum, square_sum) = add(*first);
        odd[index] = odd_above[index].wrapping_add(sum);
        odd_squares[index] = odd_squares_above[index].wrapping_add(square_sum);
        let (sum, square_sum) = add(*second);
        even[index + 1] = even_above[index + 1].wrapping_add(sum);
        even_squares[index + 1] = even_squares_above[index + 1].wrapping_add(square_sum);
    }
    if let [pixel] = last {
        let (sum, square_sum) = add(*pixel);
        odd[pairs.len()] = odd_above[pairs.len()].wrapping_add(sum);
        odd_squares[pairs.len()] = odd_squares_above[pairs.len()].wrapping_add(square_sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_layouts_hold_the_same_sums() {
        let pixels: Vec<u8> = (0..7 * 5).map(|index| (index * 37 % 251) as u8).collect();
        let picture = GreyImage::from_pixels(pixels, 7, 5).expect("a picture");
        for step in [1, 2] {
            let layout = Layout::new(7, step, 16);
            let mut integral = Integral::default();
            integral.set(&picture, layout, 16);
            for y in 0..=5 {
                for x in 0..=7 {
                    let pixels = (0..y).flat_map(|row| &picture.row(row)[..x]);
                    let sum: i32 = pixels.clone().map(|pixel| i32::from(*pixel)).sum();
                    let squares: u32 = pixels.map(|pixel| u32::from(*pixel).pow(2)).sum();
                    assert_eq!(integral.sums[layout.place(x, y)], sum, "step {step}: {x}, {y}");
                    assert_eq!(integral.squares[layout.place(x, y)], squares);
                }
            }
        }
    }
}
