//! Activation functions.

use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, activation};

/// The activation function of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// The identity.
    None,
    /// `max(x, 0)`.
    Relu,
    /// `x · min(max(x / 6 + 1/2, 0), 1)`, which approximates EfficientNet's swish without an
    /// exponential (Howard et al., *Searching for MobileNetV3*, 2019).
    HardSwish,
}

impl Activation {
    /// Applies it to each value.
    pub fn apply<B: Backend, const D: usize>(self, x: Tensor<B, D>) -> Tensor<B, D> {
        match self {
            Self::None => x,
            Self::Relu => activation::relu(x),
            Self::HardSwish => x.clone() * (x / 6.0 + 0.5).clamp(0.0, 1.0),
        }
    }
}
