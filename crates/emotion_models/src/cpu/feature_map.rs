//! The feature map of one face, as the CPU's layers read and write it.

use burn::backend::Flex;
use burn::tensor::Tensor;

/// The shape of a square [`FeatureMap`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) side: usize,
    pub(super) channels: usize,
}

/// A square feature map, channels last: rows from the top, pixels from the left, each with all of
/// its channels.
#[derive(Clone)]
pub(super) struct FeatureMap {
    pub(super) values: Vec<f32>,
    pub(super) shape: Shape,
}

impl FeatureMap {
    /// A map of one pixel.
    pub(super) fn from_vector(values: Vec<f32>) -> Self {
        let shape = Shape { side: 1, channels: values.len() };
        Self { values, shape }
    }

    /// Max pooling over 2×2 pixels.
    pub(super) fn max_pool(&self) -> Self {
        let Shape { side: input_side, channels } = self.shape;
        let shape = Shape { side: input_side / 2, channels };
        let mut values = vec![f32::NEG_INFINITY; shape.side * shape.side * channels];
        for (index, pixel) in values.chunks_exact_mut(channels).enumerate() {
            let (top, left) = (index / shape.side * 2, index % shape.side * 2);
            for (y, x) in [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)] {
                let start = (y * input_side + x) * channels;
                for (max, value) in pixel.iter_mut().zip(&self.values[start..start + channels]) {
                    *max = max.max(*value);
                }
            }
        }
        Self { values, shape }
    }

    /// The mean of each channel.
    pub(super) fn channel_means(&self) -> Vec<f32> {
        let mut means = vec![0.0; self.shape.channels];
        for pixel in self.values.chunks_exact(self.shape.channels) {
            for (mean, value) in means.iter_mut().zip(pixel) {
                *mean += value;
            }
        }
        let pixels = (self.shape.side * self.shape.side) as f32;
        for mean in &mut means {
            *mean /= pixels;
        }
        means
    }
}

/// A tensor's values, the last dimension contiguous.
pub(super) fn tensor_values<const D: usize>(tensor: Tensor<Flex, D>) -> Result<Vec<f32>, String> {
    let data = tensor.try_into_data().map_err(|error| format!("{error:?}"))?;
    data.into_vec().map_err(|error| format!("{error:?}"))
}
