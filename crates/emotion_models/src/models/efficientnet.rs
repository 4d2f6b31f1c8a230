//! `efficientnet`: inverted bottlenecks after EfficientNet-B0, scaled to images of 48×48.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use super::activation::Activation;
use super::conv_norm::{ConvNorm, ConvNormConfig};
use super::heads::{Heads, linear_layer};
use super::layers::{FoldedNetwork, Layer, LinearLayer, global_mean};
use super::limits::{MAX_CHANNELS, MAX_LAYERS, is_dropout_rate};
use super::training::{TrainingBackend, in_full_precision};

/// Reduction from a block's inputs to its squeeze-and-excitation bottleneck, as in EfficientNet.
const SQUEEZE: usize = 4;

/// The size of an [`EfficientNet`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EfficientNetConfig {
    /// Output channels of the first convolution, which has stride 2.
    pub stem: usize,
    /// The stages, one after the other.
    pub stages: Vec<StageConfig>,
    /// Channels before global average pooling.
    pub top: usize,
    /// Dropout rate before the heads, below 1.
    pub dropout: f64,
}

/// A stage of an [`EfficientNet`]: blocks of the same size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageConfig {
    /// Expansion factor of the blocks.
    pub expansion: usize,
    /// Output channels.
    pub channels: usize,
    /// Number of blocks.
    pub blocks: usize,
    /// Stride of the first block, 1 or 2.
    pub stride: usize,
    /// Side of the depthwise kernel, odd.
    pub kernel: usize,
}

impl Default for EfficientNetConfig {
    /// EfficientNet-B0 reduced to images of 48×48 instead of 224×224: fewer stages, fewer strides,
    /// and narrow enough for a CPU to run in a few milliseconds.
    fn default() -> Self {
        let stage = |expansion, channels, blocks, stride, kernel| StageConfig {
            expansion,
            channels,
            blocks,
            stride,
            kernel,
        };
        Self {
            stem: 32,
            stages: vec![
                stage(1, 24, 1, 1, 3),
                stage(4, 40, 2, 2, 3),
                stage(4, 64, 2, 1, 5),
                stage(4, 96, 2, 2, 3),
                stage(6, 128, 2, 1, 5),
            ],
            top: 512,
            dropout: 0.2,
        }
    }
}

impl EfficientNetConfig {
    /// Whether the sizes are within the supported range.
    pub fn is_valid(&self) -> bool {
        let channels = |count: usize| (1..=MAX_CHANNELS).contains(&count);
        let downsamplings = self.stages.iter().filter(|stage| stage.stride == 2).count();
        channels(self.stem)
            && channels(self.top)
            && (1..=MAX_LAYERS).contains(&self.stages.len())
            && downsamplings <= 4
            && is_dropout_rate(self.dropout)
            && self.stages.iter().all(|stage| {
                channels(stage.channels)
                    && (1..=16).contains(&stage.expansion)
                    && (1..=MAX_LAYERS).contains(&stage.blocks)
                    && matches!(stage.stride, 1 | 2)
                    && matches!(stage.kernel, 1 | 3 | 5 | 7)
            })
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> EfficientNet<B> {
        let stem = ConvNormConfig::new(1, self.stem, 3, Activation::HardSwish).with_stride(2);
        let mut channels = self.stem;
        let mut blocks = Vec::new();
        for stage in &self.stages {
            for index in 0..stage.blocks {
                let stride = if index == 0 { stage.stride } else { 1 };
                blocks.push(Bottleneck::new(channels, stage, stride, device));
                channels = stage.channels;
            }
        }
        EfficientNet {
            stem: stem.init(device),
            blocks,
            top: ConvNormConfig::new(channels, self.top, 1, Activation::HardSwish).init(device),
            heads: Heads::new(self.top, device),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }
}

/// Inverted bottlenecks with squeeze-and-excitation, global average pooling and two heads, after
/// Tan and Le, *EfficientNet: rethinking model scaling for convolutional neural networks* (2019).
#[derive(Module, Debug)]
pub struct EfficientNet<B: Backend> {
    stem: ConvNorm<B>,
    blocks: Vec<Bottleneck<B>>,
    top: ConvNorm<B>,
    heads: Heads<B>,
    dropout: Dropout,
}

impl<B: Backend> EfficientNet<B> {
    /// The network for inference; `ferplus_share` is the FER+ head's weight in the logits, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> FoldedNetwork<B> {
        let mut layers = vec![Layer::Conv(self.stem.fold())];
        for block in &self.blocks {
            block.fold_into(&mut layers);
        }
        layers.push(Layer::Conv(self.top.fold()));
        layers.push(Layer::GlobalMean);
        layers.push(Layer::Linear(self.heads.fold(ferplus_share)));
        FoldedNetwork { layers }
    }
}

impl<B: TrainingBackend> EfficientNet<B> {
    /// `[batch, 1, side, side]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let x = self.stem.forward_training(faces);
        let x = self.blocks.iter().fold(x, |x, block| block.forward_training(x));
        let x = global_mean(in_full_precision(self.top.forward_training(x))).flatten(1, 3);
        self.heads.forward(self.dropout.forward(x))
    }
}

/// An inverted bottleneck: expansion, depthwise convolution, squeeze-and-excitation, projection
/// (Sandler et al., *MobileNetV2*, 2018). The fields' names are those of the tensors in model files.
#[derive(Module, Debug)]
struct Bottleneck<B: Backend> {
    widen: Option<ConvNorm<B>>,
    depthwise: ConvNorm<B>,
    squeeze: Linear<B>,
    excite: Linear<B>,
    narrow: ConvNorm<B>,
    /// Whether the input is added to the output.
    residual: bool,
}

impl<B: Backend> Bottleneck<B> {
    fn new(inputs: usize, stage: &StageConfig, stride: usize, device: &B::Device) -> Self {
        let expanded = inputs * stage.expansion;
        let squeezed = (inputs / SQUEEZE).max(1);
        let widen = (stage.expansion > 1)
            .then(|| ConvNormConfig::new(inputs, expanded, 1, Activation::HardSwish).init(device));
        let depthwise =
            ConvNormConfig::new(expanded, expanded, stage.kernel, Activation::HardSwish);
        let narrow =
            ConvNormConfig::new(expanded, stage.channels, 1, Activation::None).init(device);
        let residual = stride == 1 && inputs == stage.channels;
        Self {
            widen,
            depthwise: depthwise.depthwise().with_stride(stride).init(device),
            squeeze: LinearConfig::new(expanded, squeezed).init(device),
            excite: LinearConfig::new(squeezed, expanded).init(device),
            narrow: if residual { narrow.zero_init() } else { narrow },
            residual,
        }
    }

    fn fold_into(&self, layers: &mut Vec<Layer<B>>) {
        let mut branch: Vec<_> = self.widen.iter().map(|conv| Layer::Conv(conv.fold())).collect();
        branch.push(Layer::Conv(self.depthwise.fold()));
        branch.push(Layer::SqueezeExcite {
            squeeze: LinearLayer { activation: Activation::Relu, ..linear_layer(&self.squeeze) },
            excite: linear_layer(&self.excite),
        });
        branch.push(Layer::Conv(self.narrow.fold()));
        if self.residual {
            let activation = Activation::None;
            layers.push(Layer::Residual { branch, shortcut: None, activation });
        } else {
            layers.extend(branch);
        }
    }
}

impl<B: TrainingBackend> Bottleneck<B> {
    fn forward_training(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let x = match &self.widen {
            Some(conv) => conv.forward_training(input.clone()),
            None => input.clone(),
        };
        let x = self.depthwise.forward_training(x);
        let [batch, channels, _, _] = x.dims();
        let means: Tensor<B, 2> = in_full_precision(global_mean(x.clone())).flatten(1, 3);
        let weights = sigmoid(self.excite.forward(relu(self.squeeze.forward(means))));
        let weights: Tensor<B, 4> = weights.reshape([batch, channels, 1, 1]);
        let x = x.clone() * weights.cast(x.dtype());
        let x = self.narrow.forward_training(x);
        if self.residual { x + input } else { x }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_sizes_are_not_valid() {
        let config = EfficientNetConfig::default();
        assert!(config.is_valid());
        assert!(!EfficientNetConfig { stages: vec![], ..config.clone() }.is_valid());
        assert!(!EfficientNetConfig { top: 1 << 40, ..config.clone() }.is_valid());
        let mut even = config.clone();
        even.stages[0].kernel = 4;
        assert!(!even.is_valid());
        let mut wide = config;
        wide.stages[1].expansion = 17;
        assert!(!wide.is_valid());
    }
}
