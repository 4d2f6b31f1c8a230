//! The operations that training needs beyond Burn's own.

#[cfg(feature = "train")]
use burn::backend::Autodiff;
#[cfg(feature = "train")]
use burn::tensor::backend::AutodiffBackend;
use burn::tensor::backend::Backend;
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{DType, Tensor};

use super::activation::Activation;

/// Added to the variance in batch normalisation, so that it never divides by 0.
pub const EPSILON: f64 = 1e-5;

/// The operands of [`TrainingBackend::conv_norm`].
pub struct ConvNormParts<B: Backend> {
    /// `[channels out, channels in / groups, kernel, kernel]`.
    pub weight: Tensor<B, 4>,
    /// Batch normalisation's scale (gamma), `[channels out]`.
    pub scale: Tensor<B, 1>,
    /// Batch normalisation's shift (beta), `[channels out]`.
    pub shift: Tensor<B, 1>,
    /// The convolution's stride, padding and groups.
    pub options: ConvOptions<2>,
    /// The activation after normalisation.
    pub activation: Activation,
}

/// The result of [`TrainingBackend::conv_norm`].
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
/// The default methods use Burn's own operations, of which batch normalisation needs a dozen, each a
/// pass over memory. A backend with a fused kernel overrides them.
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

    /// Updates a running statistic with a batch's: an exponential moving average (EMA).
    ///
    /// Autodiff backends must not record it: a statistic lives on from step to step, and so would
    /// the recorded graph.
    fn ema(running: Tensor<Self, 1>, batch: Tensor<Self, 1>, momentum: f64) -> Tensor<Self, 1> {
        running * (1.0 - momentum) + batch * momentum
    }
}

/// [`TrainingBackend::ema`] for autodiff backends.
#[cfg(feature = "train")]
pub fn ema_without_gradient<B: AutodiffBackend>(
    running: Tensor<B, 1>,
    batch: Tensor<B, 1>,
    momentum: f64,
) -> Tensor<B, 1> {
    Tensor::from_inner(running.inner() * (1.0 - momentum) + batch.inner() * momentum)
}

/// Implements [`TrainingBackend`] for the autodiff version of a backend.
#[cfg(feature = "train")]
macro_rules! train_with_autodiff {
    ($backend:ty) => {
        impl TrainingBackend for Autodiff<$backend> {
            fn ema(
                running: Tensor<Self, 1>,
                batch: Tensor<Self, 1>,
                momentum: f64,
            ) -> Tensor<Self, 1> {
                ema_without_gradient(running, batch, momentum)
            }
        }
    };
}

impl TrainingBackend for burn::backend::Flex {}
#[cfg(feature = "wgpu")]
impl TrainingBackend for burn::backend::Wgpu {}
#[cfg(feature = "cuda")]
impl TrainingBackend for burn::backend::Cuda {}

#[cfg(feature = "train")]
train_with_autodiff!(burn::backend::Flex);
#[cfg(all(feature = "train", feature = "wgpu"))]
train_with_autodiff!(burn::backend::Wgpu);
#[cfg(feature = "cuda")]
train_with_autodiff!(burn::backend::Cuda);

/// Converts values that a backend has computed in half precision to single precision.
pub(super) fn in_full_precision<B: Backend, const D: usize>(x: Tensor<B, D>) -> Tensor<B, D> {
    if x.dtype() == DType::F32 { x } else { x.cast(DType::F32) }
}

/// `[batch, channels, height, width]` to `[1, channels, 1, 1]`.
fn mean_by_channel<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    x.mean_dim(3).mean_dim(2).mean_dim(0)
}
