//! `cnn4`: four convolution layers and one dense layer, small enough for a CPU.

use burn::module::Module;
use burn::nn::{Dropout, DropoutConfig, Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use super::{ConvBlock, Cost, FoldedConv};
use crate::classify::preprocess::SIDE;
use crate::emotion::Expression;

/// Side of the first layer's kernel; the others have [`KERNEL`].
const FIRST_KERNEL: usize = 5;
const KERNEL: usize = 3;
/// Side of the picture after four poolings.
const LAST_SIDE: usize = SIDE / 16;
/// More than this in one layer is a damaged file, not a model.
const MOST_CHANNELS: usize = 2048;

/// The size of a [`Cnn4`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cnn4Config {
    /// Output channels of the four convolutions.
    pub channels: [usize; 4],
    /// Outputs of the dense layer.
    pub hidden: usize,
    /// Share of the dense layer's inputs and outputs that training leaves out, 0 to 1.
    pub dropout: f64,
}

impl Default for Cnn4Config {
    fn default() -> Self {
        Self { channels: [32, 64, 128, 256], hidden: 256, dropout: 0.25 }
    }
}

impl Cnn4Config {
    /// Whether the sizes are ones that a network can have.
    pub fn is_valid(&self) -> bool {
        let sizes = self.channels.iter().chain([&self.hidden]);
        sizes.into_iter().all(|size| (1..=MOST_CHANNELS).contains(size))
            && (0.0..1.0).contains(&self.dropout)
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Cnn4<B> {
        let [first, second, third, fourth] = self.channels;
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);
        Cnn4 {
            block1: ConvBlock::new([1, first], FIRST_KERNEL, device),
            block2: ConvBlock::new([first, second], KERNEL, device),
            block3: ConvBlock::new([second, third], KERNEL, device),
            block4: ConvBlock::new([third, fourth], KERNEL, device),
            dense: linear(fourth * LAST_SIDE * LAST_SIDE, self.hidden),
            original: linear(self.hidden, Expression::COUNT),
            ferplus: linear(self.hidden, Expression::COUNT),
            dropout: DropoutConfig::new(self.dropout).init(),
        }
    }

    /// Parameters of the trained network, multiply-adds of the folded one.
    pub fn cost(&self) -> Cost {
        let mut cost = Cost { parameters: 0, multiply_adds: 0 };
        let mut side = SIDE;
        let mut inputs = 1;
        for (layer, outputs) in self.channels.into_iter().enumerate() {
            let kernel = if layer == 0 { FIRST_KERNEL } else { KERNEL };
            let weights = inputs * outputs * kernel * kernel;
            cost.parameters += weights + 2 * outputs;
            cost.multiply_adds += weights * side * side;
            inputs = outputs;
            side /= 2;
        }
        let flat = inputs * LAST_SIDE * LAST_SIDE;
        cost.parameters += (flat + 1) * self.hidden + 2 * (self.hidden + 1) * Expression::COUNT;
        cost.multiply_adds += flat * self.hidden + self.hidden * Expression::COUNT;
        cost
    }
}

/// Four [`ConvBlock`]s, a dense layer and two heads: one for FER-2013's labels, one for the votes
/// of FER+ (Barsoum et al., *Training deep networks for facial expression recognition with
/// crowd-sourced label distribution*, 2016).
#[derive(Module, Debug)]
pub struct Cnn4<B: Backend> {
    block1: ConvBlock<B>,
    block2: ConvBlock<B>,
    block3: ConvBlock<B>,
    block4: ConvBlock<B>,
    dense: Linear<B>,
    original: Linear<B>,
    ferplus: Linear<B>,
    dropout: Dropout,
}

impl<B: Backend> Cnn4<B> {
    /// `[batch, 1, 48, 48]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        let x = self.block1.forward_training(faces);
        let x = self.block2.forward_training(x);
        let x = self.block3.forward_training(x);
        let x = self.block4.forward_training(x);
        let x = self.dropout.forward(x.flatten(1, 3));
        let x = self.dropout.forward(relu(self.dense.forward(x)));
        (self.original.forward(x.clone()), self.ferplus.forward(x))
    }

    /// The network for inference: normalisation folded, the two heads mixed into one.
    ///
    /// `ferplus_share` is the FER+ head's part in the logits, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> FoldedCnn4<B> {
        let blocks = [&self.block1, &self.block2, &self.block3, &self.block4];
        let mix = |original: Tensor<B, 1>, ferplus: Tensor<B, 1>| {
            original * (1.0 - ferplus_share) + ferplus * ferplus_share
        };
        let mut head = self.original.clone();
        let other = self.ferplus.weight.val();
        head.weight =
            head.weight.map(|weight| weight * (1.0 - ferplus_share) + other * ferplus_share);
        if let (Some(bias), Some(other)) = (head.bias.take(), &self.ferplus.bias) {
            head.bias = Some(bias.map(|bias| mix(bias, other.val())));
        }
        FoldedCnn4 {
            blocks: blocks.map(ConvBlock::fold).into_iter().collect(),
            dense: self.dense.clone(),
            head,
        }
    }
}

/// A [`Cnn4`] for inference.
#[derive(Module, Debug)]
pub struct FoldedCnn4<B: Backend> {
    blocks: Vec<FoldedConv<B>>,
    dense: Linear<B>,
    head: Linear<B>,
}

impl<B: Backend> FoldedCnn4<B> {
    /// `[batch, 1, 48, 48]` to logits, `[batch, 7]`.
    pub fn forward(&self, faces: Tensor<B, 4>) -> Tensor<B, 2> {
        let x = self.blocks.iter().fold(faces, |x, block| block.forward(x));
        self.head.forward(relu(self.dense.forward(x.flatten(1, 3))))
    }
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;

    use super::*;

    #[test]
    fn shapes_and_cost_are_as_documented() {
        let config = Cnn4Config::default();
        let device = Default::default();
        let network = config.init::<Flex>(&device);
        let statistics = 2 * config.channels.iter().sum::<usize>();
        assert_eq!(network.num_params(), config.cost().parameters + statistics);
        assert!((25_000_000..60_000_000).contains(&config.cost().multiply_adds));
        let faces = Tensor::zeros([3, 1, SIDE, SIDE], &device);
        let (original, ferplus) = network.forward_training(faces.clone());
        assert_eq!((original.dims(), ferplus.dims()), ([3, 7], [3, 7]));
        assert_eq!(network.fold(0.5).forward(faces).dims(), [3, 7]);
    }

    #[test]
    fn the_two_heads_are_mixed_by_their_share() {
        let device = Default::default();
        let network = Cnn4Config::default().init::<Flex>(&device);
        let face = Tensor::ones([1, 1, SIDE, SIDE], &device);
        // Weights are drawn when they are first used; a copy of unused ones draws its own.
        network.forward_training(face.clone());
        let logits = |share| {
            let data = network.fold(share).forward(face.clone()).into_data();
            data.to_vec::<f32>().expect("numbers")
        };
        let (original, mixed, ferplus) = (logits(0.0), logits(0.25), logits(1.0));
        assert_ne!(original, ferplus);
        for ((original, mixed), ferplus) in original.iter().zip(mixed).zip(ferplus) {
            assert!((original * 0.75 + ferplus * 0.25 - mixed).abs() < 1e-5);
        }
    }

    #[test]
    fn absurd_sizes_are_not_valid() {
        assert!(Cnn4Config::default().is_valid());
        assert!(!Cnn4Config { hidden: 0, ..Cnn4Config::default() }.is_valid());
        assert!(!Cnn4Config { channels: [1, 1, 1, 1 << 40], ..Cnn4Config::default() }.is_valid());
        assert!(!Cnn4Config { dropout: f64::NAN, ..Cnn4Config::default() }.is_valid());
    }
}
