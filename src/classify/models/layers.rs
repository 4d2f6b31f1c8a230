//! Networks for inference: batch normalisation folded, a list of layers that any backend runs and
//! that can be written down in another format.

use burn::tensor::backend::Backend;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, activation, module};

use super::Cost;
use super::conv_norm::{Activation, convolve};
use crate::classify::preprocess::SIDE;
use crate::emotion::Expression;

/// A network for inference.
#[derive(Debug, Clone)]
pub struct FoldedNetwork<B: Backend> {
    /// In the order in which they run.
    pub layers: Vec<Layer<B>>,
}

/// A step of a [`FoldedNetwork`]. All take and give `[batch, channels, height, width]`.
#[derive(Debug, Clone)]
pub enum Layer<B: Backend> {
    /// A convolution.
    Conv(ConvLayer<B>),
    /// The greatest of each 2×2 pixels.
    MaxPool,
    /// A branch, added to what went into it (He et al., *Deep residual learning*, 2015).
    Residual {
        /// The branch.
        branch: Vec<Layer<B>>,
        /// Where the branch changes the shape: what changes the other summand alike.
        shortcut: Option<ConvLayer<B>>,
        /// What follows the sum.
        activation: Activation,
    },
    /// Channels weighted by what is seen in all of the picture (Hu et al., *Squeeze-and-excitation
    /// networks*, 2018).
    SqueezeExcite {
        /// From the means of all channels to few numbers.
        squeeze: LinearLayer<B>,
        /// From these to a weight for each channel, before the sigmoid.
        excite: LinearLayer<B>,
    },
    /// The mean of each channel: `[batch, channels, 1, 1]`.
    GlobalMean,
    /// A dense layer over all that comes in: `[batch, outputs, 1, 1]`.
    Linear(LinearLayer<B>),
}

/// A convolution with bias and activation.
#[derive(Debug, Clone)]
pub struct ConvLayer<B: Backend> {
    /// `[channels out, channels in / groups, kernel, kernel]`.
    pub weight: Tensor<B, 4>,
    /// `[channels out]`.
    pub bias: Tensor<B, 1>,
    /// Stride, padding, groups.
    pub options: ConvOptions<2>,
    /// What follows.
    pub activation: Activation,
}

/// A dense layer with activation.
#[derive(Debug, Clone)]
pub struct LinearLayer<B: Backend> {
    /// `[inputs, outputs]`.
    pub weight: Tensor<B, 2>,
    /// `[outputs]`.
    pub bias: Tensor<B, 1>,
    /// What follows.
    pub activation: Activation,
}

impl<B: Backend> FoldedNetwork<B> {
    /// `[batch, 1, 48, 48]` to logits, `[batch, 7]`.
    pub fn forward(&self, faces: Tensor<B, 4>) -> Tensor<B, 2> {
        let batch = faces.dims()[0];
        run(&self.layers, faces).reshape([batch, Expression::COUNT])
    }

    /// Its size, and what one face costs.
    pub fn cost(&self) -> Cost {
        let mut cost = Cost { parameters: 0, multiply_adds: 0 };
        add_cost(&self.layers, SIDE, &mut cost);
        cost
    }
}

impl<B: Backend> Layer<B> {
    fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        match self {
            Self::Conv(conv) => convolve(conv, input),
            Self::MaxPool => module::max_pool2d(input, [2, 2], [2, 2], [0, 0], [1, 1], false),
            Self::Residual { branch, shortcut, activation } => {
                let changed = run(branch, input.clone());
                let kept = match shortcut {
                    Some(conv) => convolve(conv, input),
                    None => input,
                };
                activation.apply(changed + kept)
            }
            Self::SqueezeExcite { squeeze, excite } => {
                let weights = excite.forward(squeeze.forward(global_mean(input.clone())));
                input * activation::sigmoid(weights)
            }
            Self::GlobalMean => global_mean(input),
            Self::Linear(linear) => linear.forward(input),
        }
    }
}

impl<B: Backend> LinearLayer<B> {
    /// `[batch, channels, height, width]` to `[batch, outputs, 1, 1]`.
    fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let [inputs, outputs] = self.weight.dims();
        let batch = input.dims()[0];
        let x = input.reshape([batch, inputs]).matmul(self.weight.clone());
        let x = x + self.bias.clone().reshape([1, outputs]);
        self.activation.apply(x).reshape([batch, outputs, 1, 1])
    }
}

fn run<B: Backend>(layers: &[Layer<B>], input: Tensor<B, 4>) -> Tensor<B, 4> {
    layers.iter().fold(input, |x, layer| layer.forward(x))
}

/// `[batch, channels, height, width]` to `[batch, channels, 1, 1]`.
pub(super) fn global_mean<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    let [batch, channels, height, width] = x.dims();
    x.reshape([batch, channels, height * width]).mean_dim(2).reshape([batch, channels, 1, 1])
}

/// Adds the layers' cost on pictures of `side`; the side of what comes out.
fn add_cost<B: Backend>(layers: &[Layer<B>], side: usize, cost: &mut Cost) -> usize {
    layers.iter().fold(side, |side, layer| match layer {
        Layer::Conv(conv) => add_conv(conv, side, cost),
        Layer::MaxPool => side / 2,
        Layer::Residual { branch, shortcut, .. } => {
            if let Some(conv) = shortcut {
                add_conv(conv, side, cost);
            }
            add_cost(branch, side, cost)
        }
        Layer::SqueezeExcite { squeeze, excite } => {
            add_linear(squeeze, cost);
            add_linear(excite, cost);
            side
        }
        Layer::GlobalMean => 1,
        Layer::Linear(linear) => {
            add_linear(linear, cost);
            1
        }
    })
}

fn add_conv<B: Backend>(conv: &ConvLayer<B>, side: usize, cost: &mut Cost) -> usize {
    let weights = conv.weight.shape().num_elements();
    let side = side.div_ceil(conv.options.stride[0]);
    cost.parameters += weights + conv.bias.dims()[0];
    cost.multiply_adds += weights * side * side;
    side
}

fn add_linear<B: Backend>(linear: &LinearLayer<B>, cost: &mut Cost) {
    let weights = linear.weight.shape().num_elements();
    cost.parameters += weights + linear.bias.dims()[0];
    cost.multiply_adds += weights;
}
