//! Activation functions on slices.

use crate::models::activation::Activation;

/// Applies an activation to each value.
pub(super) fn activate(values: &mut [f32], activation: Activation) {
    match activation {
        Activation::None => {}
        Activation::Relu => values.iter_mut().for_each(|value| *value = relu(*value)),
        Activation::HardSwish => values.iter_mut().for_each(|value| *value = hard_swish(*value)),
    }
}

/// Adds each channel's bias and applies the activation, in one pass. The values are channels last.
pub(super) fn add_bias_and_activate(values: &mut [f32], bias: &[f32], activation: Activation) {
    match activation {
        Activation::None => add_bias(values, bias, |x| x),
        Activation::Relu => add_bias(values, bias, relu),
        Activation::HardSwish => add_bias(values, bias, hard_swish),
    }
}

fn add_bias(values: &mut [f32], bias: &[f32], activation: impl Fn(f32) -> f32) {
    for pixel in values.chunks_exact_mut(bias.len()) {
        for (value, bias) in pixel.iter_mut().zip(bias) {
            *value = activation(*value + bias);
        }
    }
}

fn relu(x: f32) -> f32 {
    x.max(0.0)
}

fn hard_swish(x: f32) -> f32 {
    x * (x * (1.0 / 6.0) + 0.5).clamp(0.0, 1.0)
}
