//! The networks, each in a file of its own, generic over Burn's backend.
//!
//! A network is trained as one struct ([`Network`]) and run as another ([`FoldedNetwork`]), in which
//! batch normalisation is part of the convolutions: [`Network::fold`].

pub mod cnn4;
pub mod conv_norm;
pub mod efficientnet;
mod heads;
pub mod layers;
pub mod resnet;
pub mod training;

use burn::module::Module;
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};
use serde::{Deserialize, Serialize};

pub use heads::Heads;

use cnn4::{Cnn4, Cnn4Config};
use efficientnet::{EfficientNet, EfficientNetConfig};
use layers::FoldedNetwork;
use resnet::{Resnet, ResnetConfig};
use training::TrainingBackend;

/// More than this in one layer is a damaged file, not a model.
const MOST_CHANNELS: usize = 2048;
/// The same for layers of one kind.
const MOST_LAYERS: usize = 32;

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

    /// Its name, as in a model's header.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Cnn4(_) => "cnn4",
            Self::Resnet(_) => "resnet",
            Self::EfficientNet(_) => "efficientnet",
        }
    }

    /// Whether the sizes are ones that a network can have.
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

    /// Size and cost of the network, normalisation folded and the two heads in one.
    pub fn cost(&self) -> Cost {
        self.init::<burn::backend::Flex>(&Default::default()).fold(0.0).cost()
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
    /// The network for inference: normalisation folded, the two heads mixed into one.
    ///
    /// `ferplus_share` is the FER+ head's part in the logits, 0 to 1.
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
    /// All but `cnn4` take smaller pictures, too.
    pub fn forward_training(&self, faces: Tensor<B, 4>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        match self {
            Self::Cnn4(network) => network.forward_training(faces),
            Self::Resnet(network) => network.forward_training(faces),
            Self::EfficientNet(network) => network.forward_training(faces),
        }
    }
}

/// How large a network is and how much one face costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Numbers that it is made of, batch normalisation folded.
    pub parameters: usize,
    /// Multiplications with addition for one face.
    pub multiply_adds: usize,
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

fn is_share(value: f64) -> bool {
    (0.0..1.0).contains(&value)
}

/// What a backend has computed in half precision, in single.
fn in_full_precision<B: Backend, const D: usize>(x: Tensor<B, D>) -> Tensor<B, D> {
    if x.dtype() == DType::F32 { x } else { x.cast(DType::F32) }
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::tensor::Distribution;

    use super::*;
    use crate::classify::preprocess::SIDE;

    #[test]
    fn every_network_gives_seven_numbers_of_each_head() {
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
