//! The network, and the file that it is in.
//!
//! A file is safetensors with a [`VoiceHeader`] in its metadata, and weights in eight bits. The network is a few dense layers over the
//! statistics of a window; several members' outputs are averaged.

use std::collections::BTreeMap;
use std::path::Path;

use emotion_core::{Expression, Scores, from_eight_bits, to_eight_bits};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::functionals::COUNT;

/// The entry of the metadata that holds the header.
const HEADER_KEY: &str = "bevy_emotion_voice";
/// The version of the format, and of the statistics that networks are trained on.
pub const FORMAT: u32 = 2;
/// Logits of the seven expressions, and arousal.
pub const OUTPUTS: usize = Expression::COUNT + 1;
/// Statistics further than this many deviations from the mean are taken as this far.
pub const MOST_DEVIATIONS: f32 = 4.0;
/// The widest layer of a file.
const MOST_WIDTH: usize = 4_096;
/// The most members and layers of a file.
const MOST_PARTS: usize = 16;

/// What is said of a model in its file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VoiceHeader {
    /// [`FORMAT`].
    pub format: u32,
    /// The model's name, for people.
    pub name: String,
    /// The outputs' order: the names of [`Expression::ALL`].
    pub labels: Vec<String>,
    /// What the logits are divided by, so that probabilities are calibrated.
    pub temperature: f32,
    /// How much of what is usual for a speaker is taken away, 0 to 1: see [`crate::Speaker`].
    pub adaptation: f32,
    /// The data that it was trained on.
    pub trained_on: Vec<String>,
    /// On what terms it may be used.
    pub terms: String,
}

impl VoiceHeader {
    /// A header for a network that is not calibrated.
    pub fn new(name: &str, trained_on: Vec<String>, terms: &str) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            labels: label_order(),
            temperature: 1.0,
            adaptation: 0.0,
            trained_on,
            terms: terms.to_owned(),
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            Err(format!("its format is {}, this program reads {FORMAT}", self.format))
        } else if self.labels != label_order() {
            Err(format!("its labels are {}", self.labels.join(", ")))
        } else if !(self.temperature.is_finite() && self.temperature > 0.0) {
            Err(format!("its temperature is {}, not a positive number", self.temperature))
        } else if !(0.0..=1.0).contains(&self.adaptation) {
            Err(format!("its adaptation is {}, not from 0 to 1", self.adaptation))
        } else {
            Ok(())
        }
    }
}

/// A dense layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    /// `[inputs, outputs]`.
    pub weight: Vec<f32>,
    /// `[outputs]`.
    pub bias: Vec<f32>,
}

/// What the network makes of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outputs {
    /// In the order of [`Expression::ALL`], calibrated: softmax gives the scores.
    pub logits: [f32; Expression::COUNT],
    /// How active the voice is, -1 (calm) to 1.
    pub arousal: f32,
}

impl Outputs {
    /// The seven probabilities.
    pub fn scores(&self) -> Scores {
        Scores::from_logits(self.logits).unwrap_or(Scores::UNIFORM)
    }
}

/// A network that reads windows of a voice.
#[derive(Debug, Clone, PartialEq)]
pub struct VoiceModel {
    /// What is said of it.
    pub header: VoiceHeader,
    /// The mean of each statistic in the training data, `[COUNT]`.
    pub mean: Vec<f32>,
    /// The deviation of each statistic there, `[COUNT]`.
    pub deviation: Vec<f32>,
    /// Networks whose outputs are averaged, each a list of layers.
    pub members: Vec<Vec<Dense>>,
}

/// Why a file is no model.
#[derive(Debug, thiserror::Error)]
pub enum VoiceModelError {
    /// The file cannot be read.
    #[error("the voice model {path} cannot be read: {error}; check the path")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The bytes are not those of a model.
    #[error("the voice model {path} is damaged: {reason}; copy it again")]
    Damaged {
        /// The file.
        path: String,
        /// What is wrong.
        reason: String,
    },
    /// The file is a model that this program cannot run.
    #[error("the voice model {path} does not fit this program: {reason}")]
    Unfit {
        /// The file.
        path: String,
        /// What does not fit.
        reason: String,
    },
}

impl VoiceModel {
    /// Reads a file.
    ///
    /// # Errors
    /// [`VoiceModelError`] when it cannot be read, is damaged or does not fit.
    pub fn read(path: &Path) -> Result<Self, VoiceModelError> {
        let name = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => Self::from_bytes(&name, &bytes),
            Err(error) => Err(VoiceModelError::Unreadable { path: name, error }),
        }
    }

    /// Reads the bytes of a file, whose name messages say.
    ///
    /// # Errors
    /// [`VoiceModelError`] when it is damaged or does not fit.
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Result<Self, VoiceModelError> {
        let damaged = |reason: String| VoiceModelError::Damaged { path: path.to_owned(), reason };
        let unfit = |reason: String| VoiceModelError::Unfit { path: path.to_owned(), reason };
        let (_, metadata) =
            SafeTensors::read_metadata(bytes).map_err(|e| damaged(e.to_string()))?;
        let header = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER_KEY));
        let header = header.ok_or_else(|| unfit("it is no voice model".to_owned()))?;
        let header: VoiceHeader =
            serde_json::from_str(header).map_err(|error| unfit(error.to_string()))?;
        header.check().map_err(unfit)?;

        let tensors = SafeTensors::deserialize(bytes).map_err(|e| damaged(e.to_string()))?;
        let values = |name: &str| -> Result<Vec<f32>, VoiceModelError> {
            let tensor =
                tensors.tensor(name).map_err(|_| unfit(format!("it has no tensor {name}")))?;
            tensor_values(&tensor).map_err(|reason| damaged(format!("{name} {reason}")))
        };
        let mut members = Vec::new();
        let has = |name: &str| tensors.tensor(name).is_ok();
        while members.len() < MOST_PARTS && has(&name_of(members.len(), 0, "weight")) {
            let mut layers = Vec::new();
            while layers.len() < MOST_PARTS && has(&name_of(members.len(), layers.len(), "weight"))
            {
                let weight = name_of(members.len(), layers.len(), "weight");
                let scales = values(&format!("{weight}.scale"))?;
                let weight = eight_bits(&tensors, &weight).map_err(&damaged)?;
                let bias = values(&name_of(members.len(), layers.len(), "bias"))?;
                if scales.len() != bias.len() {
                    return Err(unfit("the sizes of its layers do not fit each other".to_owned()));
                }
                layers.push(Dense { weight: from_eight_bits(weight, &scales), bias });
            }
            members.push(layers);
        }
        let (mean, deviation) = (values("mean")?, values("deviation")?);
        let model = Self { header, mean, deviation, members };
        model.check().map_err(unfit)?;
        Ok(model)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// A sentence, where the model's sizes do not fit each other.
    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        self.check()?;
        let mut stored = BTreeMap::new();
        let mut store = |name: String, values: &[f32]| {
            let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            stored.insert(name, (Dtype::F32, vec![values.len()], bytes));
        };
        store("mean".to_owned(), &self.mean);
        store("deviation".to_owned(), &self.deviation);
        let mut weights = Vec::new();
        for (member, layers) in self.members.iter().enumerate() {
            for (layer, dense) in layers.iter().enumerate() {
                let (name, outputs) = (name_of(member, layer, "weight"), dense.bias.len());
                let (bytes, scales) = to_eight_bits(&dense.weight, outputs)
                    .ok_or_else(|| format!("{name} has values that are not finite"))?;
                store(format!("{name}.scale"), &scales);
                store(name_of(member, layer, "bias"), &dense.bias);
                weights.push((name, (Dtype::I8, vec![bytes.len() / outputs, outputs], bytes)));
            }
        }
        stored.extend(weights);
        let views = stored
            .iter()
            .map(|(name, (dtype, shape, bytes))| {
                let view = TensorView::new(*dtype, shape.clone(), bytes);
                view.map(|view| (name, view)).map_err(|error| error.to_string())
            })
            .collect::<Result<Vec<_>, _>>()?;
        let header = serde_json::to_string(&self.header).map_err(|error| error.to_string())?;
        let metadata = [(HEADER_KEY.to_owned(), header)].into_iter().collect();
        safetensors::serialize(views, Some(metadata)).map_err(|error| error.to_string())
    }

    /// How many weights it has.
    pub fn parameters(&self) -> usize {
        let dense = |dense: &Dense| dense.weight.len() + dense.bias.len();
        self.members.iter().flatten().map(dense).sum()
    }

    fn check(&self) -> Result<(), String> {
        if self.mean.len() != COUNT || self.deviation.len() != COUNT {
            return Err(format!("it reads {} statistics, not {COUNT}", self.mean.len()));
        }
        if self.deviation.iter().any(|deviation| *deviation <= 0.0) {
            return Err("a deviation is not positive".to_owned());
        }
        if self.members.is_empty() {
            return Err("it has no layers".to_owned());
        }
        for layers in &self.members {
            let mut inputs = COUNT;
            for dense in layers {
                let outputs = dense.bias.len();
                if outputs == 0 || outputs > MOST_WIDTH || dense.weight.len() != inputs * outputs {
                    return Err("the sizes of its layers do not fit each other".to_owned());
                }
                inputs = outputs;
            }
            if inputs != OUTPUTS {
                return Err(format!("it has {inputs} outputs, not {OUTPUTS}"));
            }
        }
        Ok(())
    }
}

/// Runs a [`VoiceModel`]; keeps its memory from window to window.
#[derive(Default)]
pub struct Runner {
    input: Vec<f32>,
    values: (Vec<f32>, Vec<f32>),
}

impl Runner {
    /// What the network makes of a window's statistics.
    pub fn run(&mut self, model: &VoiceModel, statistics: &[f32; COUNT]) -> Outputs {
        self.input.clear();
        let moments = model.mean.iter().zip(&model.deviation);
        self.input.extend(statistics.iter().zip(moments).map(|(value, (mean, deviation))| {
            ((value - mean) / deviation).clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
        }));
        let mut sums = [0.0_f32; OUTPUTS];
        for layers in &model.members {
            self.values.0.clone_from(&self.input);
            for (index, dense) in layers.iter().enumerate() {
                let (input, output) = (&self.values.0, &mut self.values.1);
                output.clone_from(&dense.bias);
                for (value, weights) in input.iter().zip(dense.weight.chunks_exact(output.len())) {
                    // After a ReLU half of the inputs are 0.
                    if *value != 0.0 {
                        output.iter_mut().zip(weights).for_each(|(sum, w)| *sum += value * w);
                    }
                }
                if index + 1 < layers.len() {
                    output.iter_mut().for_each(|value| *value = value.max(0.0));
                }
                std::mem::swap(&mut self.values.0, &mut self.values.1);
            }
            sums.iter_mut().zip(&self.values.0).for_each(|(sum, value)| *sum += value);
        }
        let count = model.members.len() as f32;
        let mut logits = [0.0; Expression::COUNT];
        for (logit, sum) in logits.iter_mut().zip(sums) {
            *logit = sum / count / model.header.temperature;
        }
        Outputs { logits, arousal: (sums[Expression::COUNT] / count).clamp(-1.0, 1.0) }
    }
}

/// The SHA-256 of bytes, as `sha256sum` writes it.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn name_of(member: usize, layer: usize, part: &str) -> String {
    format!("{member}.{layer}.{part}")
}

/// The bytes of a tensor in eight bits.
fn eight_bits<'a>(tensors: &SafeTensors<'a>, name: &str) -> Result<&'a [u8], String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    match tensor.dtype() {
        Dtype::I8 => Ok(tensor.data()),
        other => Err(format!("{name} is stored as {other:?} instead of I8")),
    }
}

fn tensor_values(tensor: &TensorView<'_>) -> Result<Vec<f32>, String> {
    if tensor.dtype() != Dtype::F32 {
        return Err(format!("is stored as {:?} instead of F32", tensor.dtype()));
    }
    let value = |bytes: &[u8]| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    let values: Vec<f32> = tensor.data().chunks_exact(4).map(value).collect();
    match values.iter().all(|value| value.is_finite()) {
        true => Ok(values),
        false => Err("has values that are not finite".to_owned()),
    }
}

fn label_order() -> Vec<String> {
    Expression::ALL.iter().map(|expression| expression.name().to_owned()).collect()
}
