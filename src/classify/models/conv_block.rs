//! Convolution, max pooling, batch normalisation and ReLU as one block.

use burn::module::{Initializer, Module, Param, RunningState};
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{PaddingConfig2d, pool::MaxPool2d, pool::MaxPool2dConfig};
use burn::tensor::Tensor;
use burn::tensor::activation::relu;
use burn::tensor::backend::Backend;

/// Share of a batch's statistics in the running ones.
const MOMENTUM: f64 = 0.1;
/// Added to the variance, so that a constant channel divides by something.
const EPSILON: f64 = 1e-5;

/// A convolution that keeps the size, 2×2 max pooling, batch normalisation and ReLU.
///
/// Batch normalisation after Ioffe and Szegedy, *Batch Normalization* (2015). It comes after the
/// pooling because it then has a quarter of the numbers to go through, and its scale is kept
/// positive (it is stored as a logarithm), so that it may change places with the pooling and fold
/// into the convolution: [`ConvBlock::fold`]. A negative scale would add nothing, since the
/// convolution's weights have signs of their own.
#[derive(Module, Debug)]
pub struct ConvBlock<B: Backend> {
    conv: Conv2d<B>,
    pool: MaxPool2d,
    log_scale: Param<Tensor<B, 1>>,
    shift: Param<Tensor<B, 1>>,
    running_mean: RunningState<Tensor<B, 1>>,
    running_var: RunningState<Tensor<B, 1>>,
}

impl<B: Backend> ConvBlock<B> {
    /// A new block with random weights; `kernel` is odd.
    pub fn new(channels: [usize; 2], kernel: usize, device: &B::Device) -> Self {
        let edge = kernel / 2;
        let conv = Conv2dConfig::new(channels, [kernel, kernel])
            .with_padding(PaddingConfig2d::Explicit(edge, edge, edge, edge))
            .with_bias(false)
            .with_initializer(Initializer::KaimingNormal {
                gain: std::f64::consts::SQRT_2,
                fan_out_only: false,
            });
        Self {
            conv: conv.init(device),
            pool: MaxPool2dConfig::new([2, 2]).with_strides([2, 2]).init(),
            log_scale: Initializer::Zeros.init([channels[1]], device),
            shift: Initializer::Zeros.init([channels[1]], device),
            running_mean: RunningState::new(Tensor::zeros([channels[1]], device)),
            running_var: RunningState::new(Tensor::ones([channels[1]], device)),
        }
    }

    /// `[batch, channels in, side, side]` to `[batch, channels out, side / 2, side / 2]`,
    /// normalised by the batch's own statistics, which the running ones follow.
    pub fn forward_training(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        let x = self.pool.forward(self.conv.forward(input));
        let channels = x.dims()[1];
        let mean = mean_by_channel(x.clone());
        let var = mean_by_channel(x.clone() * x.clone()) - mean.clone() * mean.clone();
        let var = var.clamp_min(0.0);
        follow(&self.running_mean, mean.clone().detach().reshape([channels]));
        follow(&self.running_var, var.clone().detach().reshape([channels]));

        let log_scale = self.log_scale.val().reshape([1, channels, 1, 1]);
        let shift = self.shift.val().reshape([1, channels, 1, 1]);
        let scale = log_scale.exp() / var.add_scalar(EPSILON).sqrt();
        let offset = shift - mean * scale.clone();
        relu(x * scale + offset)
    }

    /// The block for inference: one convolution with the running statistics folded in.
    pub fn fold(&self) -> FoldedConv<B> {
        let channels = self.log_scale.dims()[0];
        let scale =
            self.log_scale.val().exp() / self.running_var.value().add_scalar(EPSILON).sqrt();
        let bias = self.shift.val() - self.running_mean.value() * scale.clone();
        let mut conv = self.conv.clone();
        conv.weight = conv.weight.map(|weight| weight * scale.reshape([channels, 1, 1, 1]));
        conv.bias = Some(Param::from_tensor(bias));
        FoldedConv { conv, pool: self.pool.clone() }
    }
}

/// A [`ConvBlock`] for inference.
#[derive(Module, Debug)]
pub struct FoldedConv<B: Backend> {
    conv: Conv2d<B>,
    pool: MaxPool2d,
}

impl<B: Backend> FoldedConv<B> {
    /// The same shapes as [`ConvBlock::forward_training`].
    pub fn forward(&self, input: Tensor<B, 4>) -> Tensor<B, 4> {
        relu(self.pool.forward(self.conv.forward(input)))
    }
}

/// `[batch, channels, height, width]` to `[1, channels, 1, 1]`.
fn mean_by_channel<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    x.mean_dim(3).mean_dim(2).mean_dim(0)
}

fn follow<B: Backend>(running: &RunningState<Tensor<B, 1>>, batch: Tensor<B, 1>) {
    let value = running.value_sync();
    running.update(value * (1.0 - MOMENTUM) + batch * MOMENTUM);
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;
    use burn::tensor::{Distribution, Tolerance};

    use super::*;

    #[test]
    fn folding_changes_nothing_once_the_statistics_have_settled() {
        let device = Default::default();
        Flex::seed(&device, 7);
        let mut block = ConvBlock::<Flex>::new([2, 5], 3, &device);
        let even = Distribution::Uniform(-1.0, 1.0);
        block.log_scale = Param::from_tensor(Tensor::random([5], even, &device));
        block.shift = Param::from_tensor(Tensor::random([5], even, &device));
        let input = Tensor::random([4, 2, 12, 12], Distribution::Normal(0.3, 1.5), &device);
        for _ in 0..200 {
            block.forward_training(input.clone());
        }
        let trained = block.forward_training(input.clone());
        assert_eq!(trained.dims(), [4, 5, 6, 6]);
        let folded = block.fold().forward(input);
        folded.into_data().assert_approx_eq::<f32>(&trained.into_data(), Tolerance::absolute(1e-3));
    }
}
