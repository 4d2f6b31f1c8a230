//! The networks, one in each file, generic over Burn's backend.
//!
//! [`Network`] is for training. [`Network::fold`] makes a [`FoldedNetwork`] of it for inference, with
//! batch normalisation folded into the convolutions.

pub mod activation;
pub mod cnn4;
pub mod conv_norm;
mod cost;
pub mod efficientnet;
mod heads;
pub mod layers;
#[cfg(feature = "tch")]
mod libtorch;
mod limits;
pub mod resnet;
pub mod training;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

pub use cost::Cost;
pub use heads::Heads;

use cnn4::{Cnn4, Cnn4Config};
use efficientnet::{EfficientNet, EfficientNetConfig};
use layers::FoldedNetwork;
use resnet::{Resnet, ResnetConfig};
use training::TrainingBackend;

/// A network and its sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Architecture {
    /// [`Cnn4`].
    Cnn4(Cnn4Config),
    /// [`Resnet`].
    Resnet(ResnetConfig),
    /// [`EfficientNet`].
    EfficientNet(EfficientNetConfig),
}

impl Architecture {
    /// Each with its default sizes.
    pub fn all() -> [Self; 3] {
        [
            Self::Cnn4(Cnn4Config::default()),
            Self::Resnet(ResnetConfig::default()),
            Self::EfficientNet(EfficientNetConfig::default()),
        ]
    }

    /// The architecture's name, as in a model's header.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cnn4(_) => "cnn4",
            Self::Resnet(_) => "resnet",
            Self::EfficientNet(_) => "efficientnet",
        }
    }

    /// Whether the sizes are within the supported range.
    pub fn is_valid(&self) -> bool {
        match self {
            Self::Cnn4(config) => config.is_valid(),
            Self::Resnet(config) => config.is_valid(),
            Self::EfficientNet(config) => config.is_valid(),
        }
    }

    /// A network with random weights.
    pub fn init<B: Backend>(&self, device: &B::Device) -> Network<B> {
        match self {
            Self::Cnn4(config) => Network::Cnn4(config.init(device)),
            Self::Resnet(config) => Network::Resnet(config.init(device)),
            Self::EfficientNet(config) => Network::EfficientNet(config.init(device)),
        }
    }

    /// The cost of the network as it runs: folded, with one head.
    pub fn cost(&self) -> Cost {
        Cost::of(&self.init::<burn::backend::Flex>(&Default::default()).fold(0.0))
    }
}

/// A network that can be trained.
#[expect(clippy::large_enum_variant, reason = "there are one or two of them, never a list")]
#[derive(Module, Debug)]
pub enum Network<B: Backend> {
    /// Four convolutions.
    Cnn4(Cnn4<B>),
    /// Residual blocks.
    Resnet(Resnet<B>),
    /// Inverted bottlenecks.
    EfficientNet(EfficientNet<B>),
}

impl<B: Backend> Network<B> {
    /// The network for inference: batch normalisation folded, the two heads blended into one.
    ///
    /// `ferplus_share` is the FER+ head's weight in the blend, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> FoldedNetwork<B> {
        match self {
            Self::Cnn4(network) => network.fold(ferplus_share),
            Self::Resnet(network) => network.fold(ferplus_share),
            Self::EfficientNet(network) => network.fold(ferplus_share),
        }
    }
}

impl<B: TrainingBackend> Network<B> {
    /// `[batch, 1, 48, 48]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    ///
    /// All networks but `cnn4` accept smaller images, too.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        match self {
            Self::Cnn4(network) => network.forward_training(faces),
            Self::Resnet(network) => network.forward_training(faces),
            Self::EfficientNet(network) => network.forward_training(faces),
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::tensor::Distribution;
    use emotion_core::SIDE;

    use super::*;

    #[test]
    fn every_network_has_seven_logits_for_each_head() {
        let device = Default::default();
        for architecture in Architecture::all() {
            let name = architecture.name();
            let network = architecture.init::<Flex>(&device);
            let faces = Tensor::random([3, 1, SIDE, SIDE], Distribution::Default, &device);
            let (original, ferplus) = network.forward_training(faces.clone());
            assert_eq!((original.dims(), ferplus.dims()), ([3, 7], [3, 7]), "{name}");
            assert_eq!(network.fold(0.5).forward(faces).dims(), [3, 7], "{name}");
        }
    }

    #[test]
    fn cost_counts_what_is_there() {
        let Cost { parameters, multiply_adds } = Architecture::Cnn4(Cnn4Config::default()).cost();
        let weights = [25 * 32, 9 * 32 * 64, 9 * 64 * 128, 9 * 128 * 256];
        let dense = [2304 * 256, 256 * 7];
        let biases = 32 + 64 + 128 + 256 + 256 + 7;
        assert_eq!(parameters, weights.iter().chain(&dense).sum::<usize>() + biases);
        let sizes = [48 * 48, 24 * 24, 12 * 12, 6 * 6];
        let convolved: usize =
            weights.iter().zip(sizes).map(|(weights, size)| weights * size).sum();
        assert_eq!(multiply_adds, convolved + dense.iter().sum::<usize>());
    }
}
