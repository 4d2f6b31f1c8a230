//! `cnn4`: four convolution layers and one dense layer, small enough for a CPU.

use burn::module::Module;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use emotion_core::SIDE;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::conv_norm::{ConvNorm, ConvNormConfig};
use super::heads::{Heads, linear_layer};
use super::layers::{FoldedNetwork, Layer, LinearLayer};
use super::limits::{MAX_CHANNELS, is_dropout_rate};
use super::training::{TrainingBackend, in_full_precision};

/// Side of the first layer's kernel; the others have [`KERNEL`].
const FIRST_KERNEL: usize = 5;
const KERNEL: usize = 3;
/// Side of the feature map after four poolings.
const LAST_SIDE: usize = SIDE / 16;

/// The size of a [`Cnn4`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cnn4Config {
    /// Output channels of the four convolutions.
    pub channels: [usize; 4],
    /// Outputs of the dense layer.
    pub hidden: usize,
    /// Dropout rate before and after the dense layer, below 1.
    pub dropout: f64,
}

impl Default for Cnn4Config {
    fn default() -> Self {
        Self { channels: [32, 64, 128, 256], hidden: 256, dropout: 0.25 }
    }
}

impl Cnn4Config {
    /// Whether the sizes are within the supported range.
    pub fn is_valid(&self) -> bool {
        let sizes = self.channels.iter().chain([&self.hidden]);
        sizes.into_iter().all(|size| (1..=MAX_CHANNELS).contains(size))
            && is_dropout_rate(self.dropout)
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Cnn4<B> {
        let [first, second, third, fourth] = self.channels;
        let conv = |inputs, outputs, kernel| {
            ConvNormConfig::new(inputs, outputs, kernel, Activation::Relu).init(device)
        };
        Cnn4 {
            blocks: vec![
                conv(1, first, FIRST_KERNEL),
                conv(first, second, KERNEL),
                conv(second, third, KERNEL),
                conv(third, fourth, KERNEL),
            ],
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            dense: LinearConfig::new(fourth * LAST_SIDE * LAST_SIDE, self.hidden).init(device),
            heads: Heads::new(self.hidden, device),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// Four convolutions, each with batch normalisation and 2×2 max pooling, a dense layer and two
/// heads.
#[derive(Module, Debug)]
pub struct Cnn4<B: Backend> {
    blocks: Vec<ConvNorm<B>>,
    pool: MaxPool2d,
    dense: Linear<B>,
    heads: Heads<B>,
    dropout: Dropout,
}

impl<B: Backend> Cnn4<B> {
    /// The network for inference; `ferplus_share` is the FER+ head's weight in the logits, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> FoldedNetwork<B> {
        let convs =
            self.blocks.iter().flat_map(|block| [Layer::Conv(block.fold()), Layer::MaxPool]);
        let dense = LinearLayer { activation: Activation::Relu, ..linear_layer(&self.dense) };
        let ends = [Layer::Linear(dense), Layer::Linear(self.heads.fold(ferplus_share))];
        FoldedNetwork { layers: convs.chain(ends).collect() }
    }
}

impl<B: TrainingBackend> Cnn4<B> {
    /// `[batch, 1, 48, 48]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let x =
            self.blocks.iter().fold(faces, |x, block| self.pool.forward(block.forward_training(x)));
        let x = self.dropout.forward(in_full_precision(x).flatten(1, 3));
        self.heads.forward(self.dropout.forward(relu(self.dense.forward(x))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_not_valid() {
        assert!(Cnn4Config::default().is_valid());
        assert!(!Cnn4Config { hidden: 0, ..Cnn4Config::default() }.is_valid());
        assert!(!Cnn4Config { channels: [1, 1, 1, 1 << 40], ..Cnn4Config::default() }.is_valid());
        assert!(!Cnn4Config { dropout: f64::NAN, ..Cnn4Config::default() }.is_valid());
    }
}
