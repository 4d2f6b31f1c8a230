//! The end of each network: one head for FER-2013's labels, one for the votes of FER+.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;

use super::conv_norm::Activation;
use super::layers::LinearLayer;
use crate::emotion::Expression;

/// Two dense layers side by side: logits by FER-2013's labels, and by the votes of FER+ (Barsoum et
/// al., *Training deep networks for facial expression recognition with crowd-sourced label
/// distribution*, 2016).
#[derive(Module, Debug)]
pub struct Heads<B: Backend> {
    original: Linear<B>,
    ferplus: Linear<B>,
}

impl<B: Backend> Heads<B> {
    /// Heads with random weights over `inputs` numbers.
    pub fn new(inputs: usize, device: &B::Device) -> Self {
        let head = || LinearConfig::new(inputs, Expression::COUNT).init(device);
        Self { original: head(), ferplus: head() }
    }

    /// `[batch, inputs]` to the logits of both, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        (self.original.forward(x.clone()), self.ferplus.forward(x))
    }

    /// Both mixed into one; `ferplus_share` is the FER+ head's part in the logits, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> LinearLayer<B> {
        let [one, other] = [&self.original, &self.ferplus].map(linear_layer);
        let (keep, share) = (1.0 - ferplus_share, ferplus_share);
        LinearLayer {
            weight: one.weight * keep + other.weight * share,
            bias: one.bias * keep + other.bias * share,
            activation: Activation::None,
        }
    }
}

/// A trained dense layer for inference.
pub(super) fn linear_layer<B: Backend>(linear: &Linear<B>) -> LinearLayer<B> {
    let weight = linear.weight.val();
    let outputs = weight.dims()[1];
    let bias = match &linear.bias {
        Some(bias) => bias.val(),
        None => Tensor::zeros([outputs], &weight.device()),
    };
    LinearLayer { weight, bias, activation: Activation::None }
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;

    use super::*;

    #[test]
    fn the_two_heads_are_mixed_by_their_share() {
        let device = Default::default();
        let heads = Heads::<Flex>::new(5, &device);
        let x = Tensor::<Flex, 2>::ones([1, 5], &device);
        let numbers = |x: Tensor<Flex, 2>| x.into_data().to_vec::<f32>().expect("numbers");
        let (original, ferplus) = heads.forward(x.clone());
        let head = heads.fold(0.25);
        let mixed = numbers(x.matmul(head.weight) + head.bias.reshape([1, Expression::COUNT]));
        let (original, ferplus) = (numbers(original), numbers(ferplus));
        assert_ne!(original, ferplus);
        for ((original, mixed), ferplus) in original.iter().zip(mixed).zip(ferplus) {
            assert!((original * 0.75 + ferplus * 0.25 - mixed).abs() < 1e-5);
        }
    }
}
