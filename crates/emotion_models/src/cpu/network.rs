//! A network on one CPU thread. Its weights are laid out once, in the order in which they are used.
//!
//! Feature maps are channels last: see [`FeatureMap`].

use burn::backend::Flex;
use burn::tensor::Device;
use emotion_core::{Expression, PIXELS, SIDE};

use super::activation::activate;
use super::conv::Conv;
use super::dense::Dense;
use super::depthwise::Depthwise;
use super::feature_map::{FeatureMap, Shape};
use super::kernel::Kernel;
use crate::loaded::Runner;
use crate::models::activation::Activation;
use crate::models::layers::{FoldedNetwork, Layer};

/// A network, ready to run.
pub(super) struct CpuNetwork {
    steps: Vec<Step>,
}

impl Runner for CpuNetwork {
    type Backend = Flex;

    fn new(network: FoldedNetwork<Flex>, _device: Device<Flex>) -> Result<Self, String> {
        let mut shape = Shape { side: SIDE, channels: 1 };
        Ok(Self { steps: steps(&network.layers, &mut shape)? })
    }

    /// One face after the other, so that the feature maps of one fit into the cache.
    fn logits(&self, pixels: Vec<f32>, faces: usize) -> Result<Vec<f32>, String> {
        let mut logits = Vec::with_capacity(faces * Expression::COUNT);
        for face in pixels.chunks_exact(PIXELS) {
            let shape = Shape { side: SIDE, channels: 1 };
            let face = FeatureMap { values: face.to_vec(), shape };
            logits.extend(run(&self.steps, face)?.values);
        }
        Ok(logits)
    }
}

/// A [`Layer`] with its weights laid out.
enum Step {
    Conv(Conv),
    Depthwise(Depthwise),
    MaxPool,
    Residual { branch: Vec<Step>, shortcut: Option<Conv>, activation: Activation },
    SqueezeExcite { squeeze: Dense, excite: Dense },
    GlobalMean,
    Dense(Dense),
}

fn run(steps: &[Step], input: FeatureMap) -> Result<FeatureMap, String> {
    steps.iter().try_fold(input, |map, step| step.run(map))
}

impl Step {
    fn run(&self, mut input: FeatureMap) -> Result<FeatureMap, String> {
        Ok(match self {
            Self::Conv(conv) => conv.run(input)?,
            Self::Depthwise(conv) => conv.run(&input),
            Self::MaxPool => input.max_pool(),
            Self::Residual { branch, shortcut, activation } => {
                let mut sum = run(branch, input.clone())?;
                let identity = match shortcut {
                    Some(conv) => conv.run(input)?,
                    None => input,
                };
                for (value, identity) in sum.values.iter_mut().zip(&identity.values) {
                    *value += identity;
                }
                activate(&mut sum.values, *activation);
                sum
            }
            Self::SqueezeExcite { squeeze, excite } => {
                let mut weights = excite.run(&squeeze.run(&input.channel_means()));
                for weight in &mut weights {
                    *weight = 1.0 / (1.0 + (-*weight).exp());
                }
                for pixel in input.values.chunks_exact_mut(input.shape.channels) {
                    for (value, weight) in pixel.iter_mut().zip(&weights) {
                        *value *= weight;
                    }
                }
                input
            }
            Self::GlobalMean => FeatureMap::from_vector(input.channel_means()),
            Self::Dense(dense) => FeatureMap::from_vector(dense.run(&input.values)),
        })
    }
}

/// Lays out layers for inputs of `shape`, which becomes the shape of their output.
fn steps(layers: &[Layer<Flex>], shape: &mut Shape) -> Result<Vec<Step>, String> {
    layers.iter().map(|layer| step(layer, shape)).collect()
}

fn step(layer: &Layer<Flex>, shape: &mut Shape) -> Result<Step, String> {
    Ok(match layer {
        Layer::Conv(conv) => {
            let step = if conv.options.groups == 1 {
                Step::Conv(Conv::new(conv, *shape)?)
            } else {
                Step::Depthwise(Depthwise::new(conv)?)
            };
            let side = Kernel::of(conv)?.output_side(shape.side);
            *shape = Shape { side, channels: conv.bias.dims()[0] };
            step
        }
        Layer::MaxPool => {
            shape.side /= 2;
            Step::MaxPool
        }
        Layer::Residual { branch, shortcut, activation } => {
            let shortcut = match shortcut {
                Some(conv) => Some(Conv::new(conv, *shape)?),
                None => None,
            };
            let branch = steps(branch, shape)?;
            Step::Residual { branch, shortcut, activation: *activation }
        }
        Layer::SqueezeExcite { squeeze, excite } => Step::SqueezeExcite {
            squeeze: Dense::new(squeeze, Shape { side: 1, channels: shape.channels })?,
            excite: Dense::new(excite, Shape { side: 1, channels: excite.weight.dims()[0] })?,
        },
        Layer::GlobalMean => {
            shape.side = 1;
            Step::GlobalMean
        }
        Layer::Linear(linear) => {
            let dense = Dense::new(linear, *shape)?;
            *shape = Shape { side: 1, channels: dense.outputs() };
            Step::Dense(dense)
        }
    })
}

#[cfg(test)]
mod tests {
    use burn::tensor::backend::Backend;
    use burn::tensor::ops::ConvOptions;
    use burn::tensor::{Distribution, Tensor};

    use super::*;
    use crate::cpu::feature_map::tensor_values;
    use crate::models::Architecture;
    use crate::models::layers::{ConvLayer, LinearLayer};

    fn assert_close(ours: &[f32], theirs: &[f32], what: &str) {
        assert_eq!(ours.len(), theirs.len(), "{what}");
        let furthest = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let greatest = theirs.iter().fold(1.0, |most: f32, number| most.max(number.abs()));
        assert!(furthest < 1e-4 * greatest, "{what}: {furthest} of {greatest}");
    }

    fn logits(network: FoldedNetwork<Flex>, face: &Tensor<Flex, 4>) -> Vec<f32> {
        let network = CpuNetwork::new(network, Default::default()).expect("a network");
        network.logits(tensor_values(face.clone()).expect("values"), 1).expect("logits")
    }

    fn random<const D: usize>(shape: [usize; D]) -> Tensor<Flex, D> {
        Tensor::random(shape, Distribution::Normal(0.1, 1.0), &Default::default())
    }

    #[test]
    fn layers_match_the_backend() {
        Flex::seed(&Default::default(), 3);
        let conv = |inputs: usize, outputs, kernel, stride, groups, activation| {
            Layer::Conv(ConvLayer {
                weight: random([outputs, inputs / groups, kernel, kernel]),
                bias: random([outputs]),
                options: ConvOptions::new([stride; 2], [kernel / 2; 2], [1; 2], groups),
                activation,
            })
        };
        let dense = |inputs, outputs, activation| LinearLayer {
            weight: random([inputs, outputs]),
            bias: random([outputs]),
            activation,
        };
        let shortcut = match conv(6, 8, 1, 2, 1, Activation::None) {
            Layer::Conv(conv) => Some(conv),
            _ => None,
        };
        let layers = [
            conv(1, 6, 5, 1, 1, Activation::Relu),
            conv(6, 6, 3, 2, 6, Activation::HardSwish),
            conv(6, 6, 5, 1, 6, Activation::None),
            Layer::SqueezeExcite {
                squeeze: dense(6, 2, Activation::Relu),
                excite: dense(2, 6, Activation::None),
            },
            Layer::Residual {
                branch: vec![
                    conv(6, 8, 3, 1, 1, Activation::Relu),
                    conv(8, 16, 3, 1, 1, Activation::Relu),
                    conv(16, 8, 3, 2, 1, Activation::None),
                ],
                shortcut,
                activation: Activation::Relu,
            },
            conv(8, 5, 1, 1, 1, Activation::HardSwish),
            Layer::MaxPool,
            Layer::Linear(dense(5 * 6 * 6, 9, Activation::Relu)),
            Layer::Linear(dense(9, 7, Activation::None)),
        ];
        // Each prefix of the network, so that a failure names its layer. All end in seven logits.
        let face = random([1, 1, SIDE, SIDE]);
        for count in 1..=layers.len() {
            let mut ending = layers[..count].to_vec();
            if count < layers.len() {
                let channels = [6, 6, 6, 6, 8, 5, 5, 9][count - 1];
                ending.push(Layer::GlobalMean);
                ending.push(Layer::Linear(dense(channels, 7, Activation::None)));
            }
            let network = FoldedNetwork { layers: ending };
            let theirs = tensor_values(network.forward(face.clone())).expect("values");
            let ours = logits(network, &face);
            assert_close(&ours, &theirs, &format!("up to layer {count}"));
        }
    }

    #[test]
    fn networks_match_the_backend() {
        let device = Default::default();
        Flex::seed(&device, 5);
        for architecture in Architecture::all() {
            let network = architecture.init::<Flex>(&device).fold(0.4);
            let face = random([1, 1, SIDE, SIDE]);
            let theirs = tensor_values(network.forward(face.clone())).expect("values");
            let ours = logits(network, &face);
            assert_close(&ours, &theirs, architecture.name());
        }
    }

    #[test]
    fn unsupported_layers_are_refused() {
        let conv = ConvLayer {
            weight: random([4, 2, 3, 3]),
            bias: random([4]),
            options: ConvOptions::new([1; 2], [1; 2], [1; 2], 2),
            activation: Activation::None,
        };
        let network = FoldedNetwork { layers: vec![Layer::Conv(conv)] };
        assert!(CpuNetwork::new(network, Default::default()).is_err());
    }
}
