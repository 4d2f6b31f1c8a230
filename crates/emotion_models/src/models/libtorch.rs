//! Training with libtorch: convolution, batch normalisation and activation in libtorch's own kernels,
//! forwards and backwards.
//!
//! Burn differentiates operation by operation: its gradient of a convolution's weights is a
//! convolution with a kernel as large as the image, and batch normalisation is a dozen passes over
//! memory. Here libtorch differentiates the block, and to Burn it is one operation.

use super::activation::Activation;
use super::training::{
    ConvNormParts, ConvNormResult, EPSILON, TrainingBackend, ema_without_gradient,
};
use burn::backend::Autodiff;
use burn::backend::autodiff::checkpoint::base::Checkpointer;
use burn::backend::autodiff::checkpoint::strategy::NoCheckpointing;
use burn::backend::autodiff::grads::Gradients;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::libtorch::{LibTorch, TchTensor};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, TensorPrimitive};
use tch::Kind;

impl TrainingBackend for LibTorch {}

impl TrainingBackend for Autodiff<LibTorch> {
    /// Computes in the input's precision, bfloat16 or single. Weights, statistics and their gradients
    /// are always single.
    fn conv_norm(input: Tensor<Self, 4>, parts: ConvNormParts<Self>) -> ConvNormResult<Self> {
        let operands = [
            input.into_primitive().tensor(),
            parts.weight.into_primitive().tensor(),
            parts.scale.into_primitive().tensor(),
            parts.shift.into_primitive().tensor(),
        ];
        let leaves = operands.each_ref().map(|operand| {
            let tensor = operand.primitive.tensor.detach();
            let tracked = operand.node.clone_if_require_grad().is_some();
            TchTensor {
                tensor: tensor.set_requires_grad(tracked),
                // Keeps a reference, so that Burn does not write into memory that is still needed.
                storage: operand.primitive.storage.clone(),
            }
        });
        let Block { output, mean, var } = block(&leaves, &parts.options, parts.activation);
        let result = TchTensor { tensor: output.tensor.detach(), storage: output.storage.clone() };

        let nodes = operands.map(|operand| operand.node);
        let prepared = ConvNorm.prepare::<NoCheckpointing>(nodes).compute_bound().stateful();
        let output = match prepared {
            OpsKind::Tracked(prepared) => prepared.finish(Recorded { output, leaves }, result),
            OpsKind::UnTracked(prepared) => prepared.finish(result),
        };
        let constant = |tensor| {
            let primitive = TensorPrimitive::Float(TchTensor::new(tensor));
            Tensor::from_inner(Tensor::<LibTorch, 1>::from_primitive(primitive))
        };
        ConvNormResult {
            output: Tensor::from_primitive(TensorPrimitive::Float(output)),
            mean: constant(mean),
            var: constant(var),
        }
    }

    fn ema(running: Tensor<Self, 1>, batch: Tensor<Self, 1>, momentum: f64) -> Tensor<Self, 1> {
        ema_without_gradient(running, batch, momentum)
    }
}

/// The result of a block in libtorch.
struct Block {
    output: TchTensor,
    mean: tch::Tensor,
    var: tch::Tensor,
}

fn block(
    [input, weight, scale, shift]: &[TchTensor; 4],
    options: &ConvOptions<2>,
    activation: Activation,
) -> Block {
    let kind = input.tensor.kind();
    // The backward pass of depthwise convolutions is slower in half precision than in single.
    let x = if options.groups > 1 {
        input.tensor.to_kind(Kind::Float)
    } else {
        input.tensor.shallow_clone()
    };
    let x = channels_last(&x);
    let weight = channels_last(&weight.tensor.to_kind(x.kind()));
    let sizes = |sizes: [usize; 2]| sizes.map(|size| size as i64);
    let x = x.conv2d(
        &weight,
        None::<&tch::Tensor>,
        sizes(options.stride),
        sizes(options.padding),
        sizes(options.dilation),
        options.groups as i64,
    );
    // With a momentum of 1 the running statistics are those of the batch.
    let channels = scale.tensor.size();
    let statistics = || tch::Tensor::zeros(&channels, (Kind::Float, x.device()));
    let (mean, var) = (statistics(), statistics());
    let x = channels_last(&x.to_kind(kind)).batch_norm(
        Some(&scale.tensor),
        Some(&shift.tensor),
        Some(&mean),
        Some(&var),
        true,
        1.0,
        EPSILON,
        false,
    );
    let x = match activation {
        Activation::None => x,
        Activation::Relu => x.relu(),
        Activation::HardSwish => x.hardswish(),
    };
    // Copies, because Burn computes in place, and libtorch needs its own tensors unchanged.
    Block { output: TchTensor::new(x), mean: mean.copy(), var: var.copy() }
}

/// The same tensor in channels-last memory format, which oneDNN needs to be fast.
fn channels_last(x: &tch::Tensor) -> tch::Tensor {
    if x.stride()[1] == 1 {
        x.shallow_clone()
    } else {
        x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
    }
}

/// The values of a [`channels_last`] tensor in the order of memory.
fn in_memory_order(x: &tch::Tensor) -> tch::Tensor {
    x.permute([0, 2, 3, 1]).reshape([-1])
}

/// Differentiates a block.
#[derive(Debug)]
struct ConvNorm;

/// The state of the backward pass: the block's output, whose graph in libtorch leads to the leaves.
#[derive(Debug, Clone)]
struct Recorded {
    output: TchTensor,
    leaves: [TchTensor; 4],
}

impl Backward<LibTorch, 4> for ConvNorm {
    type State = Recorded;

    fn backward(
        self,
        ops: Ops<Recorded, 4>,
        gradients: &mut Gradients,
        _checkpointer: &mut Checkpointer,
    ) {
        let gradient = channels_last(&gradients.consume::<LibTorch>(&ops.node).tensor);
        let Recorded { output, leaves } = ops.state;
        let tracked: Vec<_> =
            ops.parents.into_iter().zip(&leaves).filter_map(|(p, leaf)| Some((p?, leaf))).collect();
        // libtorch starts from a scalar: the gradient of this one by the output is `gradient`. Both are
        // flattened in the order of memory, so that the gradients keep the memory format.
        let start = in_memory_order(&output.tensor).dot(&in_memory_order(&gradient));
        let inputs: Vec<_> = tracked.iter().map(|(_, leaf)| &leaf.tensor).collect();
        let found = tch::Tensor::run_backward(&[start], &inputs, false, false);
        for ((node, _), gradient) in tracked.into_iter().zip(found) {
            gradients.register::<LibTorch>(node.id, TchTensor::new(gradient));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::conv_norm::ConvNormConfig;
    use super::*;
    use burn::tensor::{Distribution, Tolerance};

    #[test]
    fn outputs_and_gradients_match_burn() {
        type Torch = Autodiff<LibTorch>;
        type Plain = Autodiff<burn::backend::Flex>;
        let (device, plain) = (Default::default(), Default::default());
        for config in [
            ConvNormConfig::new(3, 4, 3, Activation::Relu).with_stride(2),
            ConvNormConfig::new(4, 4, 3, Activation::HardSwish).depthwise(),
        ] {
            let shape = [2, config.inputs, 6, 6];
            let faces = Tensor::<LibTorch, 4>::random(shape, Distribution::Default, &device);
            let weights = config.init::<LibTorch>(&device).fold().weight;
            let data = [faces.into_data(), weights.into_data()];
            fn run<B: TrainingBackend + burn::tensor::backend::AutodiffBackend>(
                config: &ConvNormConfig,
                [faces, weights]: [burn::tensor::TensorData; 2],
                device: &B::Device,
            ) -> [burn::tensor::TensorData; 4] {
                let faces = Tensor::<B, 4>::from_data(faces, device).require_grad();
                let weight = Tensor::<B, 4>::from_data(weights, device).require_grad();
                let edge = config.kernel / 2;
                let result = B::conv_norm(
                    faces.clone(),
                    ConvNormParts {
                        weight: weight.clone(),
                        scale: Tensor::ones([config.outputs], device) * 1.5,
                        shift: Tensor::ones([config.outputs], device) * 0.3,
                        options: ConvOptions::new(
                            [config.stride; 2],
                            [edge; 2],
                            [1; 2],
                            config.groups,
                        ),
                        activation: config.activation,
                    },
                );
                let output = result.output.clone().into_data();
                let gradients = (result.output.clone() * result.output).sum().backward();
                let of_faces = faces.grad(&gradients).map(Tensor::into_data);
                let of_weight = weight.grad(&gradients).map(Tensor::into_data);
                let none = || panic!("no gradient");
                [
                    output,
                    of_faces.unwrap_or_else(none),
                    of_weight.unwrap_or_else(none),
                    result.mean.into_data(),
                ]
            }
            let torch = run::<Torch>(&config, data.clone(), &device);
            let burn = run::<Plain>(&config, data, &plain);
            for (torch, burn) in torch.iter().zip(&burn) {
                torch.assert_approx_eq::<f32>(burn, Tolerance::absolute(1e-3));
            }
        }
    }
}
