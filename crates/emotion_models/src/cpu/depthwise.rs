//! Depthwise convolutions: each channel has its own kernel.

use burn::backend::Flex;

use super::activation::activate;
use super::feature_map::{FeatureMap, Shape, tensor_values};
use super::kernel::Kernel;
use crate::models::activation::Activation;
use crate::models::layers::ConvLayer;

/// A depthwise convolution with bias and activation.
pub(super) struct Depthwise {
    /// `[kernel × kernel, channels]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
    kernel: Kernel,
    activation: Activation,
}

impl Depthwise {
    /// Lays out a layer; an error where its groups have several channels.
    pub(super) fn new(conv: &ConvLayer<Flex>) -> Result<Self, String> {
        let kernel = Kernel::of(conv)?;
        let [outputs, inputs, _, _] = conv.weight.dims();
        if inputs != 1 || outputs != conv.options.groups {
            return Err("a convolution has groups of several channels".to_owned());
        }
        Ok(Self {
            weight: tensor_values(conv.weight.clone().permute([2, 3, 0, 1]))?,
            bias: tensor_values(conv.bias.clone())?,
            kernel,
            activation: conv.activation,
        })
    }

    pub(super) fn run(&self, input: &FeatureMap) -> FeatureMap {
        let Shape { side: input_side, channels } = input.shape;
        let kernel = self.kernel;
        let side = kernel.output_side(input_side);
        let mut values = vec![0.0; side * side * channels];
        for (index, pixel) in values.chunks_exact_mut(channels).enumerate() {
            pixel.copy_from_slice(&self.bias);
            let rows = kernel.overlap(index / side, input_side);
            let columns = kernel.overlap(index % side, input_side);
            for row in 0..rows.count {
                let weights = ((rows.skipped + row) * kernel.side + columns.skipped) * channels;
                let weights = &self.weight[weights..weights + columns.count * channels];
                let inputs = ((rows.first + row) * input_side + columns.first) * channels;
                let inputs = &input.values[inputs..inputs + columns.count * channels];
                let taps = inputs.chunks_exact(channels).zip(weights.chunks_exact(channels));
                for (inputs, weights) in taps {
                    for ((value, input), weight) in pixel.iter_mut().zip(inputs).zip(weights) {
                        *value += input * weight;
                    }
                }
            }
        }
        activate(&mut values, self.activation);
        FeatureMap { values, shape: Shape { side, channels } }
    }
}
