//! Parameters and multiply-adds of a network.

use burn::tensor::backend::Backend;
use emotion_core::SIDE;

use super::layers::{ConvLayer, FoldedNetwork, Layer, LinearLayer};

/// The size of a network, and what one face costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Parameters, batch normalisation folded.
    pub parameters: usize,
    /// Multiply-adds for one face.
    pub multiply_adds: usize,
}

impl Cost {
    /// The cost of a network.
    pub fn of<B: Backend>(network: &FoldedNetwork<B>) -> Self {
        let mut cost = Self { parameters: 0, multiply_adds: 0 };
        cost.add_layers(&network.layers, SIDE);
        cost
    }

    /// Adds layers that get feature maps of `side`; returns the side of their output.
    fn add_layers<B: Backend>(&mut self, layers: &[Layer<B>], side: usize) -> usize {
        layers.iter().fold(side, |side, layer| match layer {
            Layer::Conv(conv) => self.add_conv(conv, side),
            Layer::MaxPool => side / 2,
            Layer::Residual { branch, shortcut, .. } => {
                if let Some(conv) = shortcut {
                    self.add_conv(conv, side);
                }
                self.add_layers(branch, side)
            }
            Layer::SqueezeExcite { squeeze, excite } => {
                self.add_linear(squeeze);
                self.add_linear(excite);
                side
            }
            Layer::GlobalMean => 1,
            Layer::Linear(linear) => {
                self.add_linear(linear);
                1
            }
        })
    }

    fn add_conv<B: Backend>(&mut self, conv: &ConvLayer<B>, side: usize) -> usize {
        let weights = conv.weight.shape().num_elements();
        let side = side.div_ceil(conv.options.stride[0]);
        self.parameters += weights + conv.bias.dims()[0];
        self.multiply_adds += weights * side * side;
        side
    }

    fn add_linear<B: Backend>(&mut self, linear: &LinearLayer<B>) {
        let weights = linear.weight.shape().num_elements();
        self.parameters += weights + linear.bias.dims()[0];
        self.multiply_adds += weights;
    }
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (parameters, multiply_adds) = (self.parameters as f64, self.multiply_adds as f64);
        write!(
            f,
            "{:.2} M parameters, {:.1} M multiply-adds a face",
            parameters / 1e6,
            multiply_adds / 1e6
        )
    }
}
