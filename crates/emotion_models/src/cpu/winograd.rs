//! Winograd convolution F(2×2, 3×3): 3×3 convolutions with less than half of the multiplications
//! (Lavin and Gray, *Fast algorithms for convolutional neural networks*, 2015).
//!
//! Each output tile of 2×2 pixels is computed from an input tile of 4×4. In the transformed domain
//! the convolution of a tile is 16 products, which are 16 matrix products over all channels and
//! tiles.

use burn::backend::Flex;
use burn::tensor::{Tensor, TensorData};

use super::feature_map::{FeatureMap, Shape, tensor_values};
use super::kernel::Kernel;

/// Channels that are transformed together.
const LANES: usize = 8;

/// Values of an input tile.
const TILE: usize = 16;

type Lanes = [f32; LANES];

/// A convolution's weights in the transformed domain.
pub(super) struct Winograd {
    /// `[16, channels in, channels out]`.
    weight: Tensor<Flex, 3>,
}

impl Winograd {
    /// The only kernel that is supported.
    pub(super) const KERNEL: Kernel = Kernel { side: 3, stride: 1, padding: 1 };

    /// Whether inputs of this shape and so many output channels are supported.
    pub(super) fn fits(input: Shape, outputs: usize) -> bool {
        input.side.is_multiple_of(2)
            && input.channels.is_multiple_of(LANES)
            && outputs.is_multiple_of(LANES)
    }

    /// Transforms the weights, `[channels out, channels in, 3, 3]`.
    pub(super) fn new(weight: Tensor<Flex, 4>) -> Result<Self, String> {
        let [outputs, inputs, _, _] = weight.dims();
        let weight = tensor_values(weight)?;
        let mut transformed = vec![0.0; TILE * inputs * outputs];
        for (index, kernel) in weight.chunks_exact(9).enumerate() {
            let (output, input) = (index / inputs, index % inputs);
            for (place, value) in transform_kernel(kernel).into_iter().enumerate() {
                transformed[(place * inputs + input) * outputs + output] = value;
            }
        }
        let data = TensorData::new(transformed, [TILE, inputs, outputs]);
        Ok(Self { weight: Tensor::from_data(data, &Default::default()) })
    }

    /// The convolution without bias.
    pub(super) fn run(&self, input: &FeatureMap) -> Result<FeatureMap, String> {
        let Shape { side, channels } = input.shape;
        let [_, _, outputs] = self.weight.dims();
        let tiles = (side / 2) * (side / 2);
        let data = TensorData::new(transform_input(input), [TILE, tiles, channels]);
        let data = Tensor::<Flex, 3>::from_data(data, &Default::default());
        let products = tensor_values(data.matmul(self.weight.clone()))?;
        Ok(transform_output(&products, Shape { side, channels: outputs }))
    }
}

/// `G g Gᵀ`.
fn transform_kernel(kernel: &[f32]) -> [f32; TILE] {
    let line = |[a, b, c]: [f32; 3]| [a, (a + b + c) * 0.5, (a - b + c) * 0.5, c];
    // Columns first: each of the kernel's three becomes four values.
    let columns = [0, 1, 2].map(|x| line([kernel[x], kernel[3 + x], kernel[6 + x]]));
    let mut result = [0.0; TILE];
    for (y, row) in result.chunks_exact_mut(4).enumerate() {
        row.copy_from_slice(&line([columns[0][y], columns[1][y], columns[2][y]]));
    }
    result
}

/// `Bᵀ d B` of each tile: `[16, tiles, channels]`.
fn transform_input(input: &FeatureMap) -> Vec<f32> {
    let Shape { side, channels } = input.shape;
    let across = side / 2;
    let plane = across * across * channels;
    let mut result = vec![0.0; TILE * plane];
    for tile in 0..across * across {
        // The input tile starts one pixel above and left of the output tile.
        let (top, left) = (tile / across * 2, tile % across * 2);
        for channel in (0..channels).step_by(LANES) {
            let mut values = [[0.0; LANES]; TILE];
            for (index, lanes) in values.iter_mut().enumerate() {
                let (y, x) = (top + index / 4, left + index % 4);
                if (1..=side).contains(&y) && (1..=side).contains(&x) {
                    let start = ((y - 1) * side + x - 1) * channels + channel;
                    lanes.copy_from_slice(&input.values[start..start + LANES]);
                }
            }
            for line in 0..4 {
                apply(&mut values, [line, 4 + line, 8 + line, 12 + line], input_line);
            }
            for line in 0..4 {
                apply(
                    &mut values,
                    [line * 4, line * 4 + 1, line * 4 + 2, line * 4 + 3],
                    input_line,
                );
            }
            for (index, lanes) in values.iter().enumerate() {
                let start = index * plane + tile * channels + channel;
                result[start..start + LANES].copy_from_slice(lanes);
            }
        }
    }
    result
}

/// `Aᵀ m A` of each tile, assembled into a feature map of `shape`.
fn transform_output(products: &[f32], shape: Shape) -> FeatureMap {
    let Shape { side, channels } = shape;
    let across = side / 2;
    let plane = across * across * channels;
    let mut values = vec![0.0; side * side * channels];
    for tile in 0..across * across {
        let (top, left) = (tile / across * 2, tile % across * 2);
        for channel in (0..channels).step_by(LANES) {
            let mut tile_products = [[0.0; LANES]; TILE];
            for (index, lanes) in tile_products.iter_mut().enumerate() {
                let start = index * plane + tile * channels + channel;
                lanes.copy_from_slice(&products[start..start + LANES]);
            }
            // Four rows to two, then four columns to two.
            let rows =
                [0, 1, 2, 3].map(|x| output_line([0, 1, 2, 3].map(|y| tile_products[y * 4 + x])));
            for y in [0, 1] {
                let row = output_line([rows[0][y], rows[1][y], rows[2][y], rows[3][y]]);
                for (x, lanes) in row.iter().enumerate() {
                    let start = ((top + y) * side + left + x) * channels + channel;
                    values[start..start + LANES].copy_from_slice(lanes);
                }
            }
        }
    }
    FeatureMap { values, shape }
}

/// Transforms four values of a tile in place.
#[inline(always)]
fn apply(tile: &mut [Lanes; TILE], places: [usize; 4], line: impl Fn([Lanes; 4]) -> [Lanes; 4]) {
    let changed = line(places.map(|place| tile[place]));
    for (place, lanes) in places.into_iter().zip(changed) {
        tile[place] = lanes;
    }
}

#[inline(always)]
fn input_line([a, b, c, d]: [Lanes; 4]) -> [Lanes; 4] {
    [minus(a, c), plus(b, c), minus(c, b), minus(b, d)]
}

#[inline(always)]
fn output_line([a, b, c, d]: [Lanes; 4]) -> [Lanes; 2] {
    [plus(plus(a, b), c), minus(minus(b, c), d)]
}

#[inline(always)]
fn plus(mut a: Lanes, b: Lanes) -> Lanes {
    a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
    a
}

#[inline(always)]
fn minus(mut a: Lanes, b: Lanes) -> Lanes {
    a.iter_mut().zip(b).for_each(|(a, b)| *a -= b);
    a
}
