//! Dense layers.

use burn::backend::Flex;

use super::activation::activate;
use super::feature_map::{Shape, tensor_values};
use crate::models::activation::Activation;
use crate::models::layers::LinearLayer;

/// A dense layer over all values of a feature map, with bias and activation.
pub(super) struct Dense {
    /// `[inputs, outputs]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
    activation: Activation,
}

impl Dense {
    /// Lays out a layer for inputs of a shape: its own inputs are channels first, ours channels
    /// last.
    pub(super) fn new(linear: &LinearLayer<Flex>, input: Shape) -> Result<Self, String> {
        let [inputs, outputs] = linear.weight.dims();
        let Shape { side, channels } = input;
        if inputs != side * side * channels {
            return Err(format!(
                "a dense layer has {inputs} inputs for a feature map of {side}x{side}x{channels}"
            ));
        }
        let weight = linear.weight.clone().reshape([channels, side * side, outputs]);
        Ok(Self {
            weight: tensor_values(weight.permute([1, 0, 2]))?,
            bias: tensor_values(linear.bias.clone())?,
            activation: linear.activation,
        })
    }

    /// The number of outputs.
    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    pub(super) fn run(&self, input: &[f32]) -> Vec<f32> {
        let mut outputs = self.bias.clone();
        for (input, weights) in input.iter().zip(self.weight.chunks_exact(outputs.len())) {
            // After a ReLU half of the inputs are 0.
            if *input != 0.0 {
                for (output, weight) in outputs.iter_mut().zip(weights) {
                    *output += input * weight;
                }
            }
        }
        activate(&mut outputs, self.activation);
        outputs
    }
}
