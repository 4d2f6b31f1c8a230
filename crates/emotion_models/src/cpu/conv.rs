//! Convolutions in which every output channel sees all input channels.
//!
//! Direct ones are one matrix product over the patches of all pixels (im2col: Chellapilla et al.,
//! *High performance convolutional neural networks for document processing*, 2006). Bias and
//! activation are one pass over the result.

use burn::backend::Flex;
use burn::tensor::{Tensor, TensorData};

use super::activation::add_bias_and_activate;
use super::feature_map::{FeatureMap, Shape, tensor_values};
use super::kernel::Kernel;
use super::winograd::Winograd;
use crate::models::activation::Activation;
use crate::models::layers::ConvLayer;

/// A convolution with bias and activation.
pub(super) struct Conv {
    products: Products,
    bias: Vec<f32>,
    activation: Activation,
}

/// How a [`Conv`] multiplies.
enum Products {
    /// Patches by weights, as one matrix product.
    Direct {
        /// `[kernel × kernel × channels in, channels out]`.
        weight: Tensor<Flex, 2>,
        kernel: Kernel,
    },
    /// With fewer multiplications.
    Winograd(Winograd),
}

impl Conv {
    /// Lays out a layer for inputs of a shape.
    pub(super) fn new(conv: &ConvLayer<Flex>, input: Shape) -> Result<Self, String> {
        let kernel = Kernel::of(conv)?;
        let [outputs, inputs, height, width] = conv.weight.dims();
        let weight = conv.weight.clone();
        let products = if kernel == Winograd::KERNEL && Winograd::fits(input, outputs) {
            Products::Winograd(Winograd::new(weight)?)
        } else {
            let weight = weight.permute([2, 3, 1, 0]).reshape([height * width * inputs, outputs]);
            Products::Direct { weight, kernel }
        };
        let bias = tensor_values(conv.bias.clone())?;
        Ok(Self { products, bias, activation: conv.activation })
    }

    pub(super) fn run(&self, input: FeatureMap) -> Result<FeatureMap, String> {
        let mut output = match &self.products {
            Products::Direct { weight, kernel } => direct(weight, *kernel, input)?,
            Products::Winograd(winograd) => winograd.run(&input)?,
        };
        add_bias_and_activate(&mut output.values, &self.bias, self.activation);
        Ok(output)
    }
}

fn direct(
    weight: &Tensor<Flex, 2>,
    kernel: Kernel,
    input: FeatureMap,
) -> Result<FeatureMap, String> {
    let [inputs, outputs] = weight.dims();
    let shape = Shape { side: kernel.output_side(input.shape.side), channels: outputs };
    let patches = if kernel.side == 1 && kernel.stride == 1 {
        input.values
    } else {
        im2col(&input, kernel, shape.side)
    };
    let patches = TensorData::new(patches, [shape.side * shape.side, inputs]);
    let patches = Tensor::<Flex, 2>::from_data(patches, &Default::default());
    Ok(FeatureMap { values: tensor_values(patches.matmul(weight.clone()))?, shape })
}

/// The input patch of each output pixel, one after the other:
/// `[pixels, kernel × kernel × channels]`.
fn im2col(input: &FeatureMap, kernel: Kernel, side: usize) -> Vec<f32> {
    let Shape { side: input_side, channels } = input.shape;
    let row = kernel.side * channels;
    let mut patches = Vec::with_capacity(side * side * kernel.side * row);
    for y in 0..side {
        let rows = kernel.overlap(y, input_side);
        for x in 0..side {
            let columns = kernel.overlap(x, input_side);
            let after = kernel.side - columns.skipped - columns.count;
            let end = patches.len() + kernel.side * row;
            patches.resize(patches.len() + rows.skipped * row, 0.0);
            for y in rows.first..rows.first + rows.count {
                patches.resize(patches.len() + columns.skipped * channels, 0.0);
                let start = (y * input_side + columns.first) * channels;
                let values = &input.values[start..start + columns.count * channels];
                patches.extend_from_slice(values);
                patches.resize(patches.len() + after * channels, 0.0);
            }
            patches.resize(end, 0.0);
        }
    }
    patches
}
