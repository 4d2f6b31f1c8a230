//! Layers as nodes of an ONNX graph.

use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor};

use super::error::ExportError;
use super::proto::{
    ATTRIBUTE_INT, ATTRIBUTE_INTS, Attribute, Dimension, FLOAT, Graph, INT64, Length, Node, Shape,
    Tensor as Constant, TensorType, Type, ValueInfo,
};
use crate::models::activation::Activation;
use crate::models::layers::{ConvLayer, FoldedNetwork, Layer, LinearLayer};

/// Builds a graph. Values are referred to by name.
pub(super) struct GraphWriter {
    graph: Graph,
    /// The constant with the shape that turns `[batch, channels]` into `[batch, channels, 1, 1]`, once
    /// it was needed.
    spatial_shape: Option<String>,
}

impl GraphWriter {
    pub(super) fn new(name: &str) -> Self {
        Self { graph: Graph { name: name.to_owned(), ..Graph::default() }, spatial_shape: None }
    }

    /// Declares an input, `[batch, dims…]`.
    pub(super) fn input(&mut self, name: &str, doc: &str, dims: &[usize]) {
        self.graph.input.push(value(name, doc, dims));
    }

    /// Declares an output, `[batch, dims…]`.
    pub(super) fn output(&mut self, name: &str, doc: &str, dims: &[usize]) {
        self.graph.output.push(value(name, doc, dims));
    }

    /// Adds a network that ends in a dense layer; its output gets the name `output`.
    pub(super) fn network<B: Backend>(
        &mut self,
        network: &FoldedNetwork<B>,
        input: &str,
        output: &str,
    ) -> Result<(), ExportError> {
        self.layers(&network.layers, input.to_owned())?;
        // No node reads the last one's output yet, so it can be renamed.
        if let Some(last) = self.graph.node.last_mut() {
            last.output = vec![output.to_owned()];
        }
        Ok(())
    }

    /// Adds `softmax(logits / temperature + shift)`.
    pub(super) fn probabilities(
        &mut self,
        logits: &str,
        temperature: f32,
        shift: &[f32],
        output: &str,
    ) {
        let temperature = self.floats("temperature", &[], &[temperature]);
        let shift = self.floats("logit_shift", &[1, shift.len()], shift);
        let divided = self.node("Div", &[logits, &temperature], vec![]);
        let shifted = self.node("Add", &[&divided, &shift], vec![]);
        self.node("Softmax", &[&shifted], vec![int("axis", 1)]);
        if let Some(softmax) = self.graph.node.last_mut() {
            softmax.output = vec![output.to_owned()];
        }
    }

    pub(super) fn finish(self) -> Graph {
        self.graph
    }

    fn layers<B: Backend>(
        &mut self,
        layers: &[Layer<B>],
        input: String,
    ) -> Result<String, ExportError> {
        layers.iter().try_fold(input, |value, layer| self.layer(layer, value))
    }

    fn layer<B: Backend>(
        &mut self,
        layer: &Layer<B>,
        input: String,
    ) -> Result<String, ExportError> {
        Ok(match layer {
            Layer::Conv(conv) => self.conv(conv, &input)?,
            Layer::MaxPool => {
                let attributes = vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])];
                self.node("MaxPool", &[&input], attributes)
            }
            Layer::Residual { branch, shortcut, activation } => {
                let residual = self.layers(branch, input.clone())?;
                let identity = match shortcut {
                    Some(conv) => self.conv(conv, &input)?,
                    None => input,
                };
                let sum = self.node("Add", &[&residual, &identity], vec![]);
                self.activation(*activation, sum)
            }
            Layer::SqueezeExcite { squeeze, excite } => {
                let means = self.node("GlobalAveragePool", &[&input], vec![]);
                let squeezed = self.linear(squeeze, &means)?;
                let excited = self.linear(excite, &squeezed)?;
                let weights = self.node("Sigmoid", &[&excited], vec![]);
                let shape = self.spatial_shape();
                let weights = self.node("Reshape", &[&weights, &shape], vec![]);
                self.node("Mul", &[&input, &weights], vec![])
            }
            Layer::GlobalMean => self.node("GlobalAveragePool", &[&input], vec![]),
            Layer::Linear(linear) => self.linear(linear, &input)?,
        })
    }

    fn conv<B: Backend>(
        &mut self,
        conv: &ConvLayer<B>,
        input: &str,
    ) -> Result<String, ExportError> {
        let [_, _, height, width] = conv.weight.dims();
        let [down, across] = conv.options.padding;
        let weight = self.tensor("conv", "weight", &conv.weight)?;
        let bias = self.tensor("conv", "bias", &conv.bias)?;
        let attributes = vec![
            ints("kernel_shape", &[height, width]),
            ints("strides", &conv.options.stride),
            ints("pads", &[down, across, down, across]),
            ints("dilations", &conv.options.dilation),
            int("group", conv.options.groups),
        ];
        let output = self.node("Conv", &[input, &weight, &bias], attributes);
        Ok(self.activation(conv.activation, output))
    }

    /// Adds a dense layer over the flattened input; its output is `[batch, outputs]`.
    fn linear<B: Backend>(
        &mut self,
        linear: &LinearLayer<B>,
        input: &str,
    ) -> Result<String, ExportError> {
        let weight = self.tensor("dense", "weight", &linear.weight)?;
        let bias = self.tensor("dense", "bias", &linear.bias)?;
        let flat = self.node("Flatten", &[input], vec![int("axis", 1)]);
        let output = self.node("Gemm", &[&flat, &weight, &bias], vec![]);
        Ok(self.activation(linear.activation, output))
    }

    fn activation(&mut self, activation: Activation, input: String) -> String {
        match activation {
            Activation::None => input,
            Activation::Relu => self.node("Relu", &[&input], vec![]),
            Activation::HardSwish => self.node("HardSwish", &[&input], vec![]),
        }
    }

    /// Adds a node with one output; returns the output's name.
    fn node(&mut self, operator: &str, inputs: &[&str], attribute: Vec<Attribute>) -> String {
        let name = format!("{}_{}", operator.to_lowercase(), self.graph.node.len());
        self.graph.node.push(Node {
            input: inputs.iter().map(|&input| input.to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operator.to_owned(),
            attribute,
        });
        name
    }

    /// Adds a layer's tensor as a constant; returns the constant's name.
    fn tensor<B: Backend, const D: usize>(
        &mut self,
        layer: &str,
        role: &str,
        tensor: &Tensor<B, D>,
    ) -> Result<String, ExportError> {
        // Constants are numbered like the node that uses them, which is added next.
        let name = format!("{layer}_{}_{role}", self.graph.node.len());
        let failed = |reason: String| ExportError::Tensor { tensor: name.clone(), reason };
        let data = tensor.clone().cast(DType::F32).try_into_data();
        let data = data.map_err(|error| failed(format!("{error:?}")))?;
        let values = data.to_vec::<f32>().map_err(|error| failed(format!("{error:?}")))?;
        Ok(self.floats(&name, &tensor.dims(), &values))
    }

    fn floats(&mut self, name: &str, dims: &[usize], values: &[f32]) -> String {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.constant(name, dims, FLOAT, bytes)
    }

    fn spatial_shape(&mut self) -> String {
        if let Some(name) = &self.spatial_shape {
            return name.clone();
        }
        // `Reshape` keeps a dimension of 0 as it is.
        let shape = [0_i64, 0, 1, 1];
        let bytes = shape.iter().flat_map(|number| number.to_le_bytes()).collect();
        let name = self.constant("spatial_shape", &[shape.len()], INT64, bytes);
        self.spatial_shape.insert(name).clone()
    }

    fn constant(
        &mut self,
        name: &str,
        dims: &[usize],
        data_type: i32,
        raw_data: Vec<u8>,
    ) -> String {
        let dims = dims.iter().map(|&length| length as i64).collect();
        let name = name.to_owned();
        self.graph.initializer.push(Constant { dims, data_type, name: name.clone(), raw_data });
        name
    }
}

/// A single precision tensor, `[batch, dims…]`.
fn value(name: &str, doc: &str, dims: &[usize]) -> ValueInfo {
    let fixed = dims.iter().map(|&length| Length::Fixed(length as i64));
    let lengths = std::iter::once(Length::Named("batch".to_owned())).chain(fixed);
    let dim = lengths.map(|length| Dimension { length: Some(length) }).collect();
    let tensor_type = Some(TensorType { elem_type: FLOAT, shape: Some(Shape { dim }) });
    ValueInfo {
        name: name.to_owned(),
        value_type: Some(Type { tensor_type }),
        doc_string: doc.to_owned(),
    }
}

fn int(name: &str, number: usize) -> Attribute {
    let name = name.to_owned();
    Attribute { name, i: Some(number as i64), ints: vec![], kind: ATTRIBUTE_INT }
}

fn ints(name: &str, numbers: &[usize]) -> Attribute {
    let ints = numbers.iter().map(|&number| number as i64).collect();
    Attribute { name: name.to_owned(), i: None, ints, kind: ATTRIBUTE_INTS }
}
