//! Convolution, batch normalisation and activation: the building block of all networks.

use burn::module::{Initializer, Module, Param, RunningState};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::ops::ConvOptions;

use super::activation::Activation;
use super::layers::ConvLayer;
use super::training::{ConvNormParts, EPSILON, TrainingBackend};

/// Weight of a batch's statistics in the running ones.
const MOMENTUM: f64 = 0.1;

/// The sizes of a [`ConvNorm`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvNormConfig {
    /// Channels in.
    pub inputs: usize,
    /// Channels out.
    pub outputs: usize,
    /// Side of the kernel, odd.
    pub kernel: usize,
    /// Stride, the same on both axes.
    pub stride: usize,
    /// Groups of channels; as many as channels for a depthwise convolution.
    pub groups: usize,
    /// The activation after normalisation.
    pub activation: Activation,
}

impl ConvNormConfig {
    /// A dense convolution with stride 1.
    pub const fn new(inputs: usize, outputs: usize, kernel: usize, activation: Activation) -> Self {
        Self { inputs, outputs, kernel, stride: 1, groups: 1, activation }
    }

    /// The same with another stride.
    pub const fn with_stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// The same with one group for each channel.
    pub const fn depthwise(self) -> Self {
        Self { groups: self.inputs, ..self }
    }

    /// A block with random weights (He et al., *Delving deep into rectifiers*, 2015).
    pub fn init<B: Backend>(&self, device: &B::Device) -> ConvNorm<B> {
        let shape = [self.outputs, self.inputs / self.groups, self.kernel, self.kernel];
        let fan_out = self.outputs / self.groups * self.kernel * self.kernel;
        let deviation = (2.0 / fan_out as f64).sqrt();
        ConvNorm {
            weight: Initializer::Normal { mean: 0.0, std: deviation }.init(shape, device),
            scale: Initializer::Ones.init([self.outputs], device),
            shift: Initializer::Zeros.init([self.outputs], device),
            running_mean: RunningState::new(Tensor::zeros([self.outputs], device)),
            running_var: RunningState::new(Tensor::ones([self.outputs], device)),
            stride: self.stride,
            groups: self.groups,
            activation: self.activation,
        }
    }
}

/// A convolution with "same" padding, batch normalisation (Ioffe and Szegedy, *Batch
/// normalization*, 2015) and an activation.
#[derive(Module, Debug)]
pub struct ConvNorm<B: Backend> {
    weight: Param<Tensor<B, 4>>,
    scale: Param<Tensor<B, 1>>,
    shift: Param<Tensor<B, 1>>,
    running_mean: RunningState<Tensor<B, 1>>,
    running_var: RunningState<Tensor<B, 1>>,
    stride: usize,
    groups: usize,
    #[module(skip)]
    activation: Activation,
}

impl<B: Backend> ConvNorm<B> {
    /// Sets the scale to zero, so that the block's output is 0 until training changes that.
    ///
    /// For the last block of a residual branch: the residual block then starts as the identity
    /// (Goyal et al., *Accurate, large minibatch SGD*, 2017).
    pub fn zero_init(mut self) -> Self {
        let device = self.shift.device();
        let channels = self.shift.dims()[0];
        self.scale = Initializer::Zeros.init([channels], &device);
        self
    }

    fn options(&self) -> ConvOptions<2> {
        let [_, _, kernel, _] = self.weight.dims();
        let edge = kernel / 2;
        ConvOptions::new([self.stride; 2], [edge; 2], [1; 2], self.groups)
    }

    /// The block for inference: one convolution with the running statistics folded in.
    pub fn fold(&self) -> ConvLayer<B> {
        let channels = self.scale.dims()[0];
        let scale = self.scale.val() / self.running_var.value().add_scalar(EPSILON).sqrt();
        let bias = self.shift.val() - self.running_mean.value() * scale.clone();
        let weight = self.weight.val() * scale.reshape([channels, 1, 1, 1]);
        ConvLayer { weight, bias, options: self.options(), activation: self.activation }
    }
}

impl<B: TrainingBackend> ConvNorm<B> {
    /// `[batch, channels in, side, side]` to `[batch, channels out, side / stride, …]`, normalised
    /// with the batch's statistics. Updates the running statistics.
    pub fn forward_training(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let result = B::conv_norm(
            input,
            ConvNormParts {
                weight: self.weight.val(),
                scale: self.scale.val(),
                shift: self.shift.val(),
                options: self.options(),
                activation: self.activation,
            },
        );
        update(&self.running_mean, result.mean);
        update(&self.running_var, result.var);
        result.output
    }
}

fn update<B: TrainingBackend>(running: &RunningState<Tensor<B, 1>>, batch: Tensor<B, 1>) {
    running.update(B::ema(running.value_sync(), batch, MOMENTUM));
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    #[test]
    fn folding_keeps_the_output_once_the_statistics_have_converged() {
        let device = Default::default();
        Flex::seed(&device, 7);
        for config in [
            ConvNormConfig::new(2, 5, 3, Activation::Relu),
            ConvNormConfig::new(6, 6, 5, Activation::HardSwish).depthwise().with_stride(2),
            ConvNormConfig::new(2, 5, 1, Activation::None),
        ] {
            let mut block = config.init::<Flex>(&device);
            let even = Distribution::Uniform(-1.0, 1.0);
            block.scale = Param::from_tensor(Tensor::random([config.outputs], even, &device));
            block.shift = Param::from_tensor(Tensor::random([config.outputs], even, &device));
            let normal = Distribution::Normal(0.3, 1.5);
            let input = Tensor::random([4, config.inputs, 12, 12], normal, &device);
            for _ in 0..200 {
                block.forward_training(input.clone());
            }
            let trained = block.forward_training(input.clone());
            let side = 12 / config.stride;
            assert_eq!(trained.dims(), [4, config.outputs, side, side]);
            let folded = block.fold().forward(input).into_data();
            folded.assert_approx_eq::<f32>(&trained.into_data(), Tolerance::absolute(1e-3));
        }
    }

    #[test]
    fn a_zero_initialised_block_outputs_zeros() {
        let device = Default::default();
        let config = ConvNormConfig::new(1, 2, 3, Activation::Relu);
        let block = config.init::<Flex>(&device).zero_init();
        let input = Tensor::random([1, 1, 8, 8], Distribution::Normal(0.0, 1.0), &device);
        assert_eq!(block.forward_training(input).abs().sum().into_scalar(), 0.0);
    }
}
