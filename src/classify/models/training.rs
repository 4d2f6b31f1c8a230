//! What training asks of a backend beyond Burn's own operations.

use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;

use super::conv_norm::{Activation, EPSILON};

/// The operands of [`TrainingBackend::conv_norm`].
pub struct ConvNormParts<B: Backend> {
    /// `[channels out, channels in / groups, kernel, kernel]`.
    pub weight: Tensor<B, 4>,
    /// Scale of the normalised channels, `[channels out]`.
    pub scale: Tensor<B, 1>,
    /// What is added after it, `[channels out]`.
    pub shift: Tensor<B, 1>,
    /// The convolution's stride, padding and groups.
    pub options: ConvOptions<2>,
    /// What follows.
    pub activation: Activation,
}

/// What [`TrainingBackend::conv_norm`] gives.
pub struct ConvNormResult<B: Backend> {
    /// `[batch, channels out, height, width]`.
    pub output: Tensor<B, 4>,
    /// The batch's mean of each channel, without gradient, `[channels out]`.
    pub mean: Tensor<B, 1>,
    /// The batch's variance of each channel, without gradient, `[channels out]`.
    pub var: Tensor<B, 1>,
}

/// A backend that networks are trained on.
///
/// Burn has no batch normalisation of its own: it is put together from a dozen operations, each a
/// way through memory. A backend that has it in one piece says so here.
pub trait TrainingBackend: Backend {
    /// Convolution, normalisation by the batch's statistics, activation.
    fn conv_norm(input: Tensor<Self, 4>, parts: ConvNormParts<Self>) -> ConvNormResult<Self> {
        let x = conv2d(input, parts.weight, None, parts.options);
        let channels = x.dims()[1];
        let mean = mean_by_channel(x.clone());
        let var = mean_by_channel(x.clone() * x.clone()) - mean.clone() * mean.clone();
        let var = var.clamp_min(0.0);

        let scale = parts.scale.reshape([1, channels, 1, 1]);
        let shift = parts.shift.reshape([1, channels, 1, 1]);
        let scale = scale / var.clone().add_scalar(EPSILON).sqrt();
        let offset = shift - mean.clone() * scale.clone();
        ConvNormResult {
            output: parts.activation.apply(x * scale + offset),
            mean: mean.detach().reshape([channels]),
            var: var.detach().reshape([channels]),
        }
    }
}

impl TrainingBackend for burn::backend::Flex {}
#[cfg(feature = "wgpu")]
impl TrainingBackend for burn::backend::Wgpu {}
#[cfg(feature = "train")]
impl TrainingBackend for burn::backend::Autodiff<burn::backend::Flex> {}
#[cfg(all(feature = "train", feature = "wgpu"))]
impl TrainingBackend for burn::backend::Autodiff<burn::backend::Wgpu> {}
#[cfg(feature = "cuda")]
impl TrainingBackend for burn::backend::Cuda {}
#[cfg(feature = "cuda")]
impl TrainingBackend for burn::backend::Autodiff<burn::backend::Cuda> {}

/// `[batch, channels, height, width]` to `[1, channels, 1, 1]`.
fn mean_by_channel<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    x.mean_dim(3).mean_dim(2).mean_dim(0)
}
