//! Export of models to ONNX, for other runtimes.
//!
//! [`export`] writes the network as it runs here: batch normalisation folded, the heads blended. Its
//! input is `faces`, `[batch, 1, 48, 48]`; its outputs are `logits` and `probabilities`,
//! `[batch, 7]`. The preprocessing and the order of the outputs are in the file's description for
//! people, and in its metadata for programs.

mod error;
mod graph;
pub mod proto;

use burn::backend::Flex;
use emotion_core::{Expression, LEAST_DEVIATION, SIDE};
use prost::Message;

pub use self::error::ExportError;
use self::graph::GraphWriter;
use super::readout::{Calibration, Readout};
use super::weights::{ModelFile, ModelHeader};

/// The version of the ONNX format; it came with operator set [`OPERATORS`].
pub const IR_VERSION: i64 = 8;
/// The version of the operator set. `HardSwish` needs 14 or later.
pub const OPERATORS: i64 = 17;

/// The name of the input.
pub const FACES: &str = "faces";
/// The name of the output before the softmax.
pub const LOGITS: &str = "logits";
/// The name of the output after temperature, shift and softmax.
pub const PROBABILITIES: &str = "probabilities";

/// A model as an ONNX file's bytes.
///
/// # Errors
/// [`ExportError`] when the model cannot be loaded or its tensors cannot be read.
pub fn export(file: &ModelFile) -> Result<Vec<u8>, ExportError> {
    let header = file.header();
    let ferplus_share = header.share(Readout::Output);
    let Calibration { temperature, shift } = header.calibration(Readout::Output);
    let network = file.network::<Flex>(&Default::default())?.fold(ferplus_share);

    let mut graph = GraphWriter::new(&header.name);
    graph.input(FACES, "normalised faces", &[1, SIDE, SIDE]);
    graph.network(&network, FACES, LOGITS)?;
    graph.output(LOGITS, "logits, before temperature and softmax", &[Expression::COUNT]);
    graph.probabilities(LOGITS, temperature, &shift, PROBABILITIES);
    graph.output(PROBABILITIES, "softmax(logits / temperature + shift)", &[Expression::COUNT]);

    let entry = |key: &str, value: String| proto::Entry { key: key.to_owned(), value };
    let model = proto::Model {
        ir_version: IR_VERSION,
        producer_name: env!("CARGO_PKG_NAME").to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        doc_string: description(header),
        graph: Some(graph.finish()),
        opset_import: vec![proto::OperatorSet { domain: String::new(), version: OPERATORS }],
        metadata_props: vec![
            entry("name", header.name.clone()),
            entry("architecture", header.architecture.name().to_owned()),
            entry("labels", header.labels.join(",")),
            entry("side", header.side.to_string()),
            entry("preprocessing", header.preprocessing.clone()),
            entry("temperature", temperature.to_string()),
            entry("logit_shift", shift.map(|shift| shift.to_string()).join(",")),
        ],
    };
    Ok(model.encode_to_vec())
}

fn description(header: &ModelHeader) -> String {
    format!(
        "Facial expressions, {name} of bevy_emotion.\n\
         Input {FACES} [batch, 1, {SIDE}, {SIDE}]: for each face an upright image from brow to chin, \
         grey (0.299 R + 0.587 G + 0.114 B, 0 to 255), {SIDE}x{SIDE}, rows from the top; the \
         mean of the pixels is subtracted, then they are divided by their standard deviation or by \
         {LEAST_DEVIATION}, whichever is greater.\n\
         Output {LOGITS} [batch, {count}] and {PROBABILITIES} [batch, {count}], \
         softmax(logits / temperature + shift), in the order {labels}.",
        name = header.name,
        count = Expression::COUNT,
        labels = header.labels.join(", "),
    )
}
