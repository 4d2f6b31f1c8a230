//! `resnet`: residual blocks after ResNet-18, for images of 48×48.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::conv_norm::{ConvNorm, ConvNormConfig};
use super::heads::Heads;
use super::layers::{FoldedNetwork, Layer, global_mean};
use super::limits::{MAX_CHANNELS, MAX_LAYERS, is_dropout_rate};
use super::training::{TrainingBackend, in_full_precision};

/// The size of a [`Resnet`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ResnetConfig {
    /// Output channels of the convolutions before the first residual block.
    pub stem: Vec<usize>,
    /// Stride of the stem's last convolution, 1 or 2.
    pub stem_stride: usize,
    /// Channels of the first stage; each further stage has twice as many at half the resolution.
    pub width: usize,
    /// Number of residual blocks in each stage.
    pub blocks: Vec<usize>,
    /// Dropout rate before the heads, below 1.
    pub dropout: f64,
}

impl Default for ResnetConfig {
    fn default() -> Self {
        Self { stem: vec![32, 64], stem_stride: 2, width: 64, blocks: vec![2, 2, 2], dropout: 0.1 }
    }
}

impl ResnetConfig {
    /// Whether the sizes are within the supported range.
    pub fn is_valid(&self) -> bool {
        let layers = |count: usize| (1..=MAX_LAYERS).contains(&count);
        let channels = |count: &usize| (1..=MAX_CHANNELS).contains(count);
        layers(self.stem.len())
            && self.stem.iter().all(channels)
            && matches!(self.stem_stride, 1 | 2)
            // With a stride of 2 in the stem, five stages reduce 48 pixels to 2.
            && (1..=5).contains(&self.blocks.len())
            && self.blocks.iter().all(|&blocks| layers(blocks))
            && channels(&self.width)
            && is_dropout_rate(self.dropout)
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Resnet<B> {
        let mut channels = 1;
        let mut stem = Vec::with_capacity(self.stem.len());
        for (index, &outputs) in self.stem.iter().enumerate() {
            let is_last = index + 1 == self.stem.len();
            let stride = if is_last { self.stem_stride } else { 1 };
            let conv = ConvNormConfig::new(channels, outputs, 3, Activation::Relu);
            stem.push(conv.with_stride(stride).init(device));
            channels = outputs;
        }
        let mut blocks = Vec::new();
        let mut width = self.width;
        for (stage, &count) in self.blocks.iter().enumerate() {
            for index in 0..count {
                let stride = if stage > 0 && index == 0 { 2 } else { 1 };
                blocks.push(ResidualBlock::new(channels, width, stride, device));
                channels = width;
            }
            width *= 2;
        }
        Resnet {
            stem,
            blocks,
            heads: Heads::new(channels, device),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// A stem of convolutions, residual blocks, global average pooling and two heads, after He et al.,
/// *Deep residual learning for image recognition* (2015).
///
/// The stem is 3×3 convolutions of which only the last has a stride (as in He, T., et al., *Bag of
/// tricks for image classification*, 2019): images of 48×48 are too small for ResNet's own fourfold
/// reduction.
#[derive(Module, Debug)]
pub struct Resnet<B: Backend> {
    stem: Vec<ConvNorm<B>>,
    blocks: Vec<ResidualBlock<B>>,
    heads: Heads<B>,
    dropout: Dropout,
}

impl<B: Backend> Resnet<B> {
    /// The network for inference; `ferplus_share` is the FER+ head's weight in the logits, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> FoldedNetwork<B> {
        let stem = self.stem.iter().map(|conv| Layer::Conv(conv.fold()));
        let blocks = self.blocks.iter().map(ResidualBlock::fold);
        let ends = [Layer::GlobalMean, Layer::Linear(self.heads.fold(ferplus_share))];
        FoldedNetwork { layers: stem.chain(blocks).chain(ends).collect() }
    }
}

impl<B: TrainingBackend> Resnet<B> {
    /// `[batch, 1, side, side]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let x = self.stem.iter().fold(faces, |x, conv| conv.forward_training(x));
        let x = self.blocks.iter().fold(x, |x, block| block.forward_training(x));
        let x = global_mean(in_full_precision(x)).flatten(1, 3);
        self.heads.forward(self.dropout.forward(x))
    }
}

/// Two convolutions with a shortcut around them: the identity, or a projection where the shape
/// changes.
#[derive(Module, Debug)]
struct ResidualBlock<B: Backend> {
    first: ConvNorm<B>,
    second: ConvNorm<B>,
    shortcut: Option<ConvNorm<B>>,
}

impl<B: Backend> ResidualBlock<B> {
    fn new(inputs: usize, outputs: usize, stride: usize, device: &B::Device) -> Self {
        let shortcut = (stride != 1 || inputs != outputs).then(|| {
            let conv = ConvNormConfig::new(inputs, outputs, 1, Activation::None);
            conv.with_stride(stride).init(device)
        });
        let first = ConvNormConfig::new(inputs, outputs, 3, Activation::Relu).with_stride(stride);
        let second = ConvNormConfig::new(outputs, outputs, 3, Activation::None);
        Self { first: first.init(device), second: second.init(device).zero_init(), shortcut }
    }

    fn fold(&self) -> Layer<B> {
        Layer::Residual {
            branch: vec![Layer::Conv(self.first.fold()), Layer::Conv(self.second.fold())],
            shortcut: self.shortcut.as_ref().map(ConvNorm::fold),
            activation: Activation::Relu,
        }
    }
}

impl<B: TrainingBackend> ResidualBlock<B> {
    fn forward_training(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let identity = match &self.shortcut {
            Some(conv) => conv.forward_training(input.clone()),
            None => input.clone(),
        };
        let residual = self.second.forward_training(self.first.forward_training(input));
        relu(residual + identity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_not_valid() {
        let config = ResnetConfig::default();
        assert!(config.is_valid());
        assert!(!ResnetConfig { stem: vec![], ..config.clone() }.is_valid());
        assert!(!ResnetConfig { blocks: vec![1; 6], ..config.clone() }.is_valid());
        assert!(!ResnetConfig { blocks: vec![1 << 40], ..config.clone() }.is_valid());
        assert!(!ResnetConfig { stem_stride: 3, ..config.clone() }.is_valid());
        assert!(!ResnetConfig { width: 0, ..config }.is_valid());
    }
}
