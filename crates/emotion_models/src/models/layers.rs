//! Networks for inference: a list of layers, with batch normalisation folded into the convolutions.
//!
//! Any backend runs them, and they can be written in another format.

use burn::tensor::backend::Backend;
use burn::tensor::module::{conv2d, max_pool2d};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, activation};
use emotion_core::Expression;

use super::activation::Activation;

/// A network for inference.
#[derive(Debug, Clone)]
pub struct FoldedNetwork<B: Backend> {
    /// In the order in which they run.
    pub layers: Vec<Layer<B>>,
}

/// A layer of a [`FoldedNetwork`]. Inputs and outputs are `[batch, channels, height, width]`.
#[derive(Debug, Clone)]
pub enum Layer<B: Backend> {
    /// A convolution.
    Conv(ConvLayer<B>),
    /// Max pooling over 2×2 pixels.
    MaxPool,
    /// A branch whose output is added to its input (He et al., *Deep residual learning*, 2015).
    Residual {
        /// The branch.
        branch: Vec<Layer<B>>,
        /// The projection of the input, where the branch changes the shape.
        shortcut: Option<ConvLayer<B>>,
        /// The activation after the sum.
        activation: Activation,
    },
    /// Channels weighted by their global means (Hu et al., *Squeeze-and-excitation networks*, 2018).
    SqueezeExcite {
        /// From the channels' means to the bottleneck.
        squeeze: LinearLayer<B>,
        /// From the bottleneck to each channel's weight, before the sigmoid.
        excite: LinearLayer<B>,
    },
    /// Global average pooling: `[batch, channels, 1, 1]`.
    GlobalMean,
    /// A dense layer over the flattened input: `[batch, outputs, 1, 1]`.
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
    /// The activation.
    pub activation: Activation,
}

/// A dense layer with bias and activation.
#[derive(Debug, Clone)]
pub struct LinearLayer<B: Backend> {
    /// `[inputs, outputs]`.
    pub weight: Tensor<B, 2>,
    /// `[outputs]`.
    pub bias: Tensor<B, 1>,
    /// The activation.
    pub activation: Activation,
}

impl<B: Backend> FoldedNetwork<B> {
    /// `[batch, 1, 48, 48]` to logits, `[batch, 7]`.
    pub fn forward(&self, faces: Tensor<B, 4>) -> Tensor<B, 2> {
        let batch = faces.dims()[0];
        run(&self.layers, faces).reshape([batch, Expression::COUNT])
    }
}

impl<B: Backend> Layer<B> {
    fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        match self {
            Self::Conv(conv) => conv.forward(input),
            Self::MaxPool => max_pool2d(input, [2, 2], [2, 2], [0, 0], [1, 1], false),
            Self::Residual { branch, shortcut, activation } => {
                let residual = run(branch, input.clone());
                let identity = match shortcut {
                    Some(conv) => conv.forward(input),
                    None => input,
                };
                activation.apply(residual + identity)
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

impl<B: Backend> ConvLayer<B> {
    /// `[batch, channels in, height, width]` to `[batch, channels out, …]`.
    pub(super) fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let bias = Some(self.bias.clone());
        let x = conv2d(input, self.weight.clone(), bias, self.options.clone());
        self.activation.apply(x)
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
