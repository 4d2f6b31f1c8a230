//! The two classification heads: one for FER-2013's labels, one for the votes of FER+.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::Tensor;
use burn::tensor::backend::Backend;
use emotion_core::Expression;

use super::activation::Activation;
use super::layers::LinearLayer;

/// Two dense layers over the same features: one learns FER-2013's labels, the other the votes of
/// FER+ (Barsoum et al., *Training deep networks for facial expression recognition with
/// crowd-sourced label distribution*, 2016).
#[derive(Module, Debug)]
pub struct Heads<B: Backend> {
    original: Linear<B>,
    ferplus: Linear<B>,
}

impl<B: Backend> Heads<B> {
    /// Heads with random weights over `inputs` features.
    pub fn new(inputs: usize, device: &B::Device) -> Self {
        let head = || LinearConfig::new(inputs, Expression::COUNT).init(device);
        Self { original: head(), ferplus: head() }
    }

    /// `[batch, inputs]` to the logits of both heads, each `[batch, 7]`: FER-2013, FER+.
    pub fn forward(&self, x: Tensor<B, 2>) -> (Tensor<B, 2>, Tensor<B, 2>) {
        (self.original.forward(x.clone()), self.ferplus.forward(x))
    }

    /// Both heads blended into one; `ferplus_share` is the FER+ head's weight in it, 0 to 1.
    pub fn fold(&self, ferplus_share: f64) -> LinearLayer<B> {
        let [original, ferplus] = [&self.original, &self.ferplus].map(linear_layer);
        let original_share = 1.0 - ferplus_share;
        LinearLayer {
            weight: original.weight * original_share + ferplus.weight * ferplus_share,
            bias: original.bias * original_share + ferplus.bias * ferplus_share,
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
    fn the_two_heads_are_blended_by_their_share() {
        let device = Default::default();
        let heads = Heads::<Flex>::new(5, &device);
        let x = Tensor::<Flex, 2>::ones([1, 5], &device);
        let values = |x: Tensor<Flex, 2>| x.into_data().to_vec::<f32>().expect("values");
        let (original, ferplus) = heads.forward(x.clone());
        let head = heads.fold(0.25);
        let blended = values(x.matmul(head.weight) + head.bias.reshape([1, Expression::COUNT]));
        let (original, ferplus) = (values(original), values(ferplus));
        assert_ne!(original, ferplus);
        for ((original, blended), ferplus) in original.iter().zip(blended).zip(ferplus) {
            assert!((original * 0.75 + ferplus * 0.25 - blended).abs() < 1e-5);
        }
    }
}
