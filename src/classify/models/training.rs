//! What training asks of a backend beyond Burn's own operations.

#[cfg(feature = "train")]
use burn::backend::Autodiff;
use burn::tensor::Tensor;
#[cfg(feature = "train")]
use burn::tensor::backend::AutodiffBackend;
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

    /// Goes `share` of the way from one running statistic to the batch's.
    ///
    /// Backends that record operations do it unrecorded: a statistic lives on from step to step, and
    /// what was recorded of it would never be let go.
    fn follow(running: Tensor<Self, 1>, batch: Tensor<Self, 1>, share: f64) -> Tensor<Self, 1> {
        running * (1.0 - share) + batch * share
    }
}

/// [`TrainingBackend::follow`] for backends that record.
#[cfg(feature = "train")]
pub(crate) fn follow_unrecorded<B: AutodiffBackend>(
    running: Tensor<B, 1>,
    batch: Tensor<B, 1>,
    share: f64,
) -> Tensor<B, 1> {
    Tensor::from_inner(running.inner() * (1.0 - share) + batch.inner() * share)
}

/// Burn's own operations, recorded for gradients.
#[cfg(feature = "train")]
macro_rules! record {
    ($backend:ty) => {
        impl TrainingBackend for Autodiff<$backend> {
            fn follow(
                running: Tensor<Self, 1>,
                batch: Tensor<Self, 1>,
                share: f64,
            ) -> Tensor<Self, 1> {
                follow_unrecorded(running, batch, share)
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
record!(burn::backend::Flex);
#[cfg(all(feature = "train", feature = "wgpu"))]
record!(burn::backend::Wgpu);
#[cfg(feature = "cuda")]
record!(burn::backend::Cuda);

/// `[batch, channels, height, width]` to `[1, channels, 1, 1]`.
fn mean_by_channel<B: Backend>(x: Tensor<B, 4>) -> Tensor<B, 4> {
    x.mean_dim(3).mean_dim(2).mean_dim(0)
}
