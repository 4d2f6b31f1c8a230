//! A network on one CPU thread, its constants laid out once for the way in which they are used.
//!
//! Pictures have their channels side by side: a convolution is one matrix multiplication by Burn's
//! `flex` backend over the neighbourhoods of all pixels, written one after the other (Chellapilla et
//! al., *High performance convolutional neural networks for document processing*, 2006), and bias
//! and activation are one pass over its result.

use burn::backend::Flex;
use burn::tensor::{Device, Tensor, TensorData};

use super::winograd::Winograd;
use crate::classify::loaded::Runner;
use crate::classify::models::conv_norm::Activation;
use crate::classify::models::layers::{ConvLayer, FoldedNetwork, Layer, LinearLayer};
use crate::classify::preprocess::{PIXELS, SIDE};
use crate::emotion::Expression;

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

    /// One face after the other, whose numbers stay in the cache.
    fn logits(&self, pixels: Vec<f32>, faces: usize) -> Result<Vec<f32>, String> {
        let mut logits = Vec::with_capacity(faces * Expression::COUNT);
        for face in pixels.chunks_exact(PIXELS) {
            let shape = Shape { side: SIDE, channels: 1 };
            let face = Picture { numbers: face.to_vec(), shape };
            logits.extend(run(&self.steps, face)?.numbers);
        }
        Ok(logits)
    }
}

/// The shape of a [`Picture`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    pub(super) side: usize,
    pub(super) channels: usize,
}

/// A square picture: rows from the top, pixels from the left, each with all of its channels.
#[derive(Clone)]
pub(super) struct Picture {
    pub(super) numbers: Vec<f32>,
    pub(super) shape: Shape,
}

/// A [`Layer`] with its constants laid out.
enum Step {
    Conv(Conv),
    Depthwise(Depthwise),
    MaxPool,
    Residual { branch: Vec<Step>, shortcut: Option<Conv>, activation: Activation },
    SqueezeExcite { squeeze: Dense, excite: Dense },
    GlobalMean,
    Dense(Dense),
}

fn run(steps: &[Step], input: Picture) -> Result<Picture, String> {
    steps.iter().try_fold(input, |picture, step| step.run(picture))
}

impl Step {
    fn run(&self, mut picture: Picture) -> Result<Picture, String> {
        Ok(match self {
            Self::Conv(conv) => conv.run(picture)?,
            Self::Depthwise(conv) => conv.run(&picture),
            Self::MaxPool => max_pool(&picture),
            Self::Residual { branch, shortcut, activation } => {
                let mut sum = run(branch, picture.clone())?;
                let kept = match shortcut {
                    Some(conv) => conv.run(picture)?,
                    None => picture,
                };
                for (changed, kept) in sum.numbers.iter_mut().zip(&kept.numbers) {
                    *changed += kept;
                }
                activate(&mut sum.numbers, *activation);
                sum
            }
            Self::SqueezeExcite { squeeze, excite } => {
                let mut weights = excite.run(&squeeze.run(&means(&picture)));
                for weight in &mut weights {
                    *weight = 1.0 / (1.0 + (-*weight).exp());
                }
                for pixel in picture.numbers.chunks_exact_mut(picture.shape.channels) {
                    for (number, weight) in pixel.iter_mut().zip(&weights) {
                        *number *= weight;
                    }
                }
                picture
            }
            Self::GlobalMean => column(means(&picture)),
            Self::Dense(dense) => column(dense.run(&picture.numbers)),
        })
    }
}

/// A picture of one pixel.
fn column(numbers: Vec<f32>) -> Picture {
    let shape = Shape { side: 1, channels: numbers.len() };
    Picture { numbers, shape }
}

/// Where a kernel looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Kernel {
    pub(super) side: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

impl Kernel {
    /// The side of what comes out.
    fn output(&self, input: usize) -> usize {
        (input + 2 * self.padding).saturating_sub(self.side) / self.stride + 1
    }

    /// Along one axis: the first of the kernel's rows that lies inside the picture, the place in the
    /// picture that it sees, and how many rows lie inside.
    fn inside(&self, output: usize, input: usize) -> (usize, usize, usize) {
        let start = output * self.stride;
        let skipped = self.padding.saturating_sub(start);
        let first = (start + skipped).saturating_sub(self.padding);
        let end = (start + self.side).saturating_sub(self.padding).min(input);
        (skipped, first, end.saturating_sub(first))
    }
}

/// A convolution in which every channel sees every other.
struct Conv {
    products: Products,
    bias: Vec<f32>,
    activation: Activation,
}

/// How a [`Conv`] multiplies.
enum Products {
    /// Each pixel's neighbourhood by the kernels.
    Direct {
        /// `[kernel × kernel × channels in, channels out]`.
        weight: Tensor<Flex, 2>,
        kernel: Kernel,
    },
    /// With fewer multiplications.
    Winograd(Winograd),
}

impl Conv {
    fn run(&self, input: Picture) -> Result<Picture, String> {
        let mut picture = match &self.products {
            Products::Direct { weight, kernel } => direct(weight, *kernel, input)?,
            Products::Winograd(winograd) => winograd.run(&input)?,
        };
        finish(&mut picture.numbers, &self.bias, self.activation);
        Ok(picture)
    }
}

fn direct(weight: &Tensor<Flex, 2>, kernel: Kernel, input: Picture) -> Result<Picture, String> {
    let [inputs, outputs] = weight.dims();
    let shape = Shape { side: kernel.output(input.shape.side), channels: outputs };
    let seen = if kernel.side == 1 && kernel.stride == 1 {
        input.numbers
    } else {
        neighbourhoods(&input, kernel, shape.side)
    };
    let seen = TensorData::new(seen, [shape.side * shape.side, inputs]);
    let seen = Tensor::<Flex, 2>::from_data(seen, &Default::default());
    Ok(Picture { numbers: numbers(seen.matmul(weight.clone()))?, shape })
}

/// What the kernel sees at each output pixel, row after row: `[pixels, kernel × kernel × channels]`.
fn neighbourhoods(input: &Picture, kernel: Kernel, side: usize) -> Vec<f32> {
    let Shape { side: input_side, channels } = input.shape;
    let row = kernel.side * channels;
    let mut seen = Vec::with_capacity(side * side * kernel.side * row);
    for y in 0..side {
        let (above, top, rows) = kernel.inside(y, input_side);
        for x in 0..side {
            let (before, left, columns) = kernel.inside(x, input_side);
            let after = kernel.side - before - columns;
            let end = seen.len() + kernel.side * row;
            seen.resize(seen.len() + above * row, 0.0);
            for y in top..top + rows {
                seen.resize(seen.len() + before * channels, 0.0);
                let start = (y * input_side + left) * channels;
                seen.extend_from_slice(&input.numbers[start..start + columns * channels]);
                seen.resize(seen.len() + after * channels, 0.0);
            }
            seen.resize(end, 0.0);
        }
    }
    seen
}

/// A convolution in which channels do not see each other.
struct Depthwise {
    /// `[kernel × kernel, channels]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
    kernel: Kernel,
    activation: Activation,
}

impl Depthwise {
    fn run(&self, input: &Picture) -> Picture {
        let Shape { side: input_side, channels } = input.shape;
        let kernel = self.kernel;
        let side = kernel.output(input_side);
        let mut numbers = vec![0.0; side * side * channels];
        for (place, pixel) in numbers.chunks_exact_mut(channels).enumerate() {
            pixel.copy_from_slice(&self.bias);
            let (above, top, rows) = kernel.inside(place / side, input_side);
            let (before, left, columns) = kernel.inside(place % side, input_side);
            for row in 0..rows {
                let weights = ((above + row) * kernel.side + before) * channels;
                let weights = &self.weight[weights..weights + columns * channels];
                let seen = ((top + row) * input_side + left) * channels;
                let seen = &input.numbers[seen..seen + columns * channels];
                let neighbours = seen.chunks_exact(channels).zip(weights.chunks_exact(channels));
                for (seen, weights) in neighbours {
                    for ((number, seen), weight) in pixel.iter_mut().zip(seen).zip(weights) {
                        *number += seen * weight;
                    }
                }
            }
        }
        activate(&mut numbers, self.activation);
        Picture { numbers, shape: Shape { side, channels } }
    }
}

/// A dense layer over all of a picture.
struct Dense {
    /// `[inputs, outputs]`.
    weight: Vec<f32>,
    bias: Vec<f32>,
    activation: Activation,
}

impl Dense {
    fn run(&self, input: &[f32]) -> Vec<f32> {
        let mut outputs = self.bias.clone();
        for (input, weights) in input.iter().zip(self.weight.chunks_exact(outputs.len())) {
            // After a ReLU half of the inputs are 0.
            if *input != 0.0 {
                for (output, weight) in outputs.iter_mut().zip(weights) {
                    *output += input * weight;
                }
            }
        }
        activate(&mut outputs, self.activation);
        outputs
    }
}

/// The greatest of each 2×2 pixels.
fn max_pool(input: &Picture) -> Picture {
    let Shape { side: input_side, channels } = input.shape;
    let shape = Shape { side: input_side / 2, channels };
    let mut numbers = vec![f32::NEG_INFINITY; shape.side * shape.side * channels];
    for (place, pixel) in numbers.chunks_exact_mut(channels).enumerate() {
        let (top, left) = (place / shape.side * 2, place % shape.side * 2);
        for (y, x) in [(top, left), (top, left + 1), (top + 1, left), (top + 1, left + 1)] {
            let start = (y * input_side + x) * channels;
            for (most, number) in pixel.iter_mut().zip(&input.numbers[start..start + channels]) {
                *most = most.max(*number);
            }
        }
    }
    Picture { numbers, shape }
}

/// The mean of each channel.
fn means(picture: &Picture) -> Vec<f32> {
    let mut means = vec![0.0; picture.shape.channels];
    for pixel in picture.numbers.chunks_exact(picture.shape.channels) {
        for (mean, number) in means.iter_mut().zip(pixel) {
            *mean += number;
        }
    }
    let pixels = (picture.shape.side * picture.shape.side) as f32;
    for mean in &mut means {
        *mean /= pixels;
    }
    means
}

/// Adds each channel's bias and applies the activation.
fn finish(numbers: &mut [f32], bias: &[f32], activation: Activation) {
    match activation {
        Activation::None => add_bias(numbers, bias, |x| x),
        Activation::Relu => add_bias(numbers, bias, relu),
        Activation::HardSwish => add_bias(numbers, bias, hard_swish),
    }
}

fn add_bias(numbers: &mut [f32], bias: &[f32], activation: impl Fn(f32) -> f32) {
    for pixel in numbers.chunks_exact_mut(bias.len()) {
        for (number, bias) in pixel.iter_mut().zip(bias) {
            *number = activation(*number + bias);
        }
    }
}

fn activate(numbers: &mut [f32], activation: Activation) {
    match activation {
        Activation::None => {}
        Activation::Relu => numbers.iter_mut().for_each(|number| *number = relu(*number)),
        Activation::HardSwish => {
            numbers.iter_mut().for_each(|number| *number = hard_swish(*number));
        }
    }
}

fn relu(x: f32) -> f32 {
    x.max(0.0)
}

fn hard_swish(x: f32) -> f32 {
    x * (x * (1.0 / 6.0) + 0.5).clamp(0.0, 1.0)
}

/// Lays out layers that get pictures of `shape`, which becomes the shape of what they give.
fn steps(layers: &[Layer<Flex>], shape: &mut Shape) -> Result<Vec<Step>, String> {
    layers.iter().map(|layer| step(layer, shape)).collect()
}

fn step(layer: &Layer<Flex>, shape: &mut Shape) -> Result<Step, String> {
    Ok(match layer {
        Layer::Conv(conv) => {
            let kernel = kernel(conv)?;
            let step = if conv.options.groups == 1 {
                Step::Conv(dense_conv(conv, kernel, *shape)?)
            } else {
                Step::Depthwise(depthwise(conv, kernel)?)
            };
            *shape = Shape { side: kernel.output(shape.side), channels: conv.bias.dims()[0] };
            step
        }
        Layer::MaxPool => {
            shape.side /= 2;
            Step::MaxPool
        }
        Layer::Residual { branch, shortcut, activation } => {
            let shortcut = match shortcut {
                Some(conv) => Some(dense_conv(conv, kernel(conv)?, *shape)?),
                None => None,
            };
            let branch = steps(branch, shape)?;
            Step::Residual { branch, shortcut, activation: *activation }
        }
        Layer::SqueezeExcite { squeeze, excite } => Step::SqueezeExcite {
            squeeze: dense(squeeze, Shape { side: 1, channels: shape.channels })?,
            excite: dense(excite, Shape { side: 1, channels: excite.weight.dims()[0] })?,
        },
        Layer::GlobalMean => {
            shape.side = 1;
            Step::GlobalMean
        }
        Layer::Linear(linear) => {
            let dense = dense(linear, *shape)?;
            *shape = Shape { side: 1, channels: dense.bias.len() };
            Step::Dense(dense)
        }
    })
}

fn kernel(conv: &ConvLayer<Flex>) -> Result<Kernel, String> {
    let [_, _, height, width] = conv.weight.dims();
    let options = &conv.options;
    let square = [height, options.stride[0], options.padding[0]]
        == [width, options.stride[1], options.padding[1]];
    if square && options.dilation == [1, 1] {
        Ok(Kernel { side: height, stride: options.stride[0], padding: options.padding[0] })
    } else {
        Err("a convolution is not square".to_owned())
    }
}

/// Lays out a convolution that gets pictures of `input`.
fn dense_conv(conv: &ConvLayer<Flex>, kernel: Kernel, input: Shape) -> Result<Conv, String> {
    let [outputs, inputs, height, width] = conv.weight.dims();
    let weight = conv.weight.clone();
    let products = if kernel == Winograd::KERNEL && Winograd::fits(input, outputs) {
        Products::Winograd(Winograd::new(weight)?)
    } else {
        let weight = weight.permute([2, 3, 1, 0]).reshape([height * width * inputs, outputs]);
        Products::Direct { weight, kernel }
    };
    Ok(Conv { products, bias: numbers(conv.bias.clone())?, activation: conv.activation })
}

fn depthwise(conv: &ConvLayer<Flex>, kernel: Kernel) -> Result<Depthwise, String> {
    let [outputs, inputs, _, _] = conv.weight.dims();
    if inputs != 1 || outputs != conv.options.groups {
        return Err("a convolution has groups of several channels".to_owned());
    }
    Ok(Depthwise {
        weight: numbers(conv.weight.clone().permute([2, 3, 0, 1]))?,
        bias: numbers(conv.bias.clone())?,
        kernel,
        activation: conv.activation,
    })
}

/// A dense layer over pictures of `shape`; its own inputs go channel by channel.
fn dense(linear: &LinearLayer<Flex>, shape: Shape) -> Result<Dense, String> {
    let [inputs, outputs] = linear.weight.dims();
    let Shape { side, channels } = shape;
    if inputs != side * side * channels {
        return Err(format!("a dense layer has {inputs} inputs for {side}x{side}x{channels}"));
    }
    let weight = linear.weight.clone().reshape([channels, side * side, outputs]);
    Ok(Dense {
        weight: numbers(weight.permute([1, 0, 2]))?,
        bias: numbers(linear.bias.clone())?,
        activation: linear.activation,
    })
}

/// A tensor's numbers.
pub(super) fn numbers<const D: usize>(tensor: Tensor<Flex, D>) -> Result<Vec<f32>, String> {
    let data = tensor.try_into_data().map_err(|error| format!("{error:?}"))?;
    data.into_vec().map_err(|error| format!("{error:?}"))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Distribution;
    use burn::tensor::backend::Backend;
    use burn::tensor::ops::ConvOptions;

    use super::*;
    use crate::classify::models::Architecture;

    fn assert_close(ours: &[f32], theirs: &[f32], what: &str) {
        assert_eq!(ours.len(), theirs.len(), "{what}");
        let furthest = ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        let greatest = theirs.iter().fold(1.0, |most: f32, number| most.max(number.abs()));
        assert!(furthest < 1e-4 * greatest, "{what}: {furthest} of {greatest}");
    }

    fn logits(network: FoldedNetwork<Flex>, face: &Tensor<Flex, 4>) -> Vec<f32> {
        let network = CpuNetwork::new(network, Default::default()).expect("a network");
        network.logits(numbers(face.clone()).expect("numbers"), 1).expect("logits")
    }

    fn random<const D: usize>(shape: [usize; D]) -> Tensor<Flex, D> {
        Tensor::random(shape, Distribution::Normal(0.1, 1.0), &Default::default())
    }

    #[test]
    fn layers_give_what_the_backend_gives() {
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
        // Each beginning of it, so that a failure names its layer; the last one has seven numbers.
        let face = random([1, 1, SIDE, SIDE]);
        for count in 1..=layers.len() {
            let mut ending = layers[..count].to_vec();
            if count < layers.len() {
                let channels = [6, 6, 6, 6, 8, 5, 5, 9][count - 1];
                ending.push(Layer::GlobalMean);
                ending.push(Layer::Linear(dense(channels, 7, Activation::None)));
            }
            let network = FoldedNetwork { layers: ending };
            let theirs = numbers(network.forward(face.clone())).expect("numbers");
            let ours = logits(network, &face);
            assert_close(&ours, &theirs, &format!("up to layer {count}"));
        }
    }

    #[test]
    fn networks_give_what_the_backend_gives() {
        let device = Default::default();
        Flex::seed(&device, 5);
        for architecture in Architecture::all() {
            let network = architecture.init::<Flex>(&device).fold(0.4);
            let face = random([1, 1, SIDE, SIDE]);
            let theirs = numbers(network.forward(face.clone())).expect("numbers");
            let ours = logits(network, &face);
            assert_close(&ours, &theirs, architecture.name());
        }
    }

    #[test]
    fn layers_that_cannot_run_here_are_refused() {
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
