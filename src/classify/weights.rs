//! Model files: safetensors with a header that says what the numbers mean.
//!
//! The header is JSON in the metadata entry [`HEADER_KEY`]: see [`ModelHeader`]. A file is used
//! only when everything in it fits: format, label order, preprocessing, names and shapes of all
//! tensors, and no number that is not finite.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;

use burn::tensor::DType;
use burn::tensor::backend::Backend;
use burn_store::{ModuleAdapter, ModuleSnapshot, ModuleStore, SafetensorsStore, TensorSnapshot};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Confusion;
use super::models::{Architecture, Network};
use super::preprocess::SIDE;
use super::readout::{Calibration, Readout};
use crate::emotion::Expression;

/// The metadata entry that holds the header.
pub const HEADER_KEY: &str = "bevy_emotion";

/// The version of the format that this crate writes and reads.
pub const FORMAT: u32 = 2;

/// What [`super::preprocess::face_image`] and [`super::preprocess::normalise`] do, by name.
pub const PREPROCESSING: &str = "grey, upright, mean 0 and deviation 1 over the face";

/// What a model file says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelHeader {
    /// [`FORMAT`].
    pub format: u32,
    /// The model's name, for people.
    pub name: String,
    /// The network and its sizes.
    pub architecture: Architecture,
    /// The outputs' order: the names of [`Expression::ALL`].
    pub labels: Vec<String>,
    /// Side of the pictures that it reads, in pixels.
    pub side: usize,
    /// [`PREPROCESSING`].
    pub preprocessing: String,
    /// The logits of [`Readout::Output`] are divided by this before the softmax, so that
    /// probabilities are honest (Guo et al., *On calibration of modern neural networks*, 2017).
    pub temperature: f32,
    /// The same for [`Readout::Labels`].
    #[serde(default = "one")]
    pub labels_temperature: f32,
    /// The same for [`Readout::Votes`].
    #[serde(default = "one")]
    pub votes_temperature: f32,
    /// The FER+ head's part in the logits of [`Readout::Output`], 0 to 1.
    pub ferplus_share: f64,
    /// Added to the logits of [`Readout::Output`] after the division: what is more or less frequent
    /// in front of a camera than in the training data, as the logarithm of the ratio.
    #[serde(default)]
    pub logit_shift: [f32; Expression::COUNT],
    /// How many faces of each class (row) of PublicTest [`Readout::Output`] reads as which
    /// (column), in the order of `labels`; `None` where nobody has measured it.
    #[serde(default)]
    pub confusion: Option<Confusion>,
}

const fn one() -> f32 {
    1.0
}

impl ModelHeader {
    /// A header for a network of this crate, not calibrated.
    pub fn new(name: &str, architecture: Architecture) -> Self {
        Self {
            format: FORMAT,
            name: name.to_owned(),
            architecture,
            labels: label_order(),
            side: SIDE,
            preprocessing: PREPROCESSING.to_owned(),
            temperature: 1.0,
            labels_temperature: 1.0,
            votes_temperature: 1.0,
            ferplus_share: 0.0,
            logit_shift: [0.0; Expression::COUNT],
            confusion: None,
        }
    }

    /// The FER+ head's part in the logits of a readout, 0 to 1.
    pub const fn share(&self, readout: Readout) -> f64 {
        match readout {
            Readout::Output => self.ferplus_share,
            Readout::Labels => 0.0,
            Readout::Votes => 1.0,
        }
    }

    /// How the logits of a readout become probabilities.
    pub const fn calibration(&self, readout: Readout) -> Calibration {
        let none = [0.0; Expression::COUNT];
        match readout {
            Readout::Output => {
                Calibration { temperature: self.temperature, shift: self.logit_shift }
            }
            Readout::Labels => Calibration { temperature: self.labels_temperature, shift: none },
            Readout::Votes => Calibration { temperature: self.votes_temperature, shift: none },
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            Err(format!("its format is {}, this program reads {FORMAT}", self.format))
        } else if self.labels != label_order() {
            Err(format!(
                "its labels are {}, not {}",
                self.labels.join(", "),
                label_order().join(", ")
            ))
        } else if self.side != SIDE || self.preprocessing != PREPROCESSING {
            Err(format!(
                "it wants faces prepared as \"{}\", {1}x{1}; this program prepares \
                 \"{PREPROCESSING}\", {SIDE}x{SIDE}",
                self.preprocessing, self.side
            ))
        } else if let Some(temperature) = self.unusable_temperature() {
            Err(format!("its temperature is {temperature}"))
        } else if !self.logit_shift.iter().all(|shift| shift.is_finite()) {
            Err("its logit shift is no number".to_owned())
        } else if !(0.0..=1.0).contains(&self.ferplus_share) {
            Err(format!("its FER+ share is {}", self.ferplus_share))
        } else if !self.architecture.is_valid() {
            Err("its sizes are not those of a network".to_owned())
        } else {
            Ok(())
        }
    }
}

impl ModelHeader {
    fn unusable_temperature(&self) -> Option<f32> {
        let all = [self.temperature, self.labels_temperature, self.votes_temperature];
        all.into_iter().find(|temperature| !(temperature.is_finite() && *temperature > 0.0))
    }
}

/// A checked model file, ready to be made into networks.
#[derive(Clone)]
pub struct ModelFile {
    header: ModelHeader,
    bytes: Vec<u8>,
}

impl ModelFile {
    /// Checks a model file's bytes; `from` is where they come from, for messages.
    ///
    /// # Errors
    /// [`LoadError::Damaged`] when the bytes are no safetensors file, [`LoadError::Unfit`] when
    /// they are one that this crate cannot use.
    pub fn from_bytes(from: &str, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let damaged = |reason: String| LoadError::Damaged { from: from.to_owned(), reason };
        let unfit = |reason: String| LoadError::Unfit { from: from.to_owned(), reason };

        let (_, metadata) = safetensors::SafeTensors::read_metadata(&bytes)
            .map_err(|error| damaged(error.to_string()))?;
        let header = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER_KEY));
        let header = header.ok_or_else(|| unfit(format!("it has no entry \"{HEADER_KEY}\"")))?;
        let header: ModelHeader = serde_json::from_str(header)
            .map_err(|error| unfit(format!("its entry \"{HEADER_KEY}\": {error}")))?;
        header.check().map_err(unfit)?;

        let tensors = safetensors::SafeTensors::deserialize(&bytes)
            .map_err(|error| damaged(error.to_string()))?;
        let found: BTreeMap<String, Vec<usize>> =
            tensors.iter().map(|(name, tensor)| (name.to_owned(), tensor.shape().into())).collect();
        check_shapes(&header.architecture, &found).map_err(unfit)?;
        for (name, tensor) in tensors.iter() {
            check_numbers(tensor.dtype(), tensor.data())
                .map_err(|reason| damaged(format!("{name} {reason}")))?;
        }
        Ok(Self { header, bytes })
    }

    /// Reads and checks a model file. Where a `SHA256SUMS` beside it names it, that must fit too.
    ///
    /// # Errors
    /// [`LoadError`], as for [`ModelFile::from_bytes`], or when the file cannot be read.
    pub fn read(path: &Path) -> Result<Self, LoadError> {
        let from = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| LoadError::Unreadable {
            from: from.clone(),
            reason: error.to_string(),
        })?;
        let sums = std::fs::read_to_string(path.with_file_name(SUMS_FILE)).unwrap_or_default();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
            check_sum(&from, name, &sums, &bytes)?;
        }
        Self::from_bytes(&from, bytes)
    }

    /// What the file says of itself.
    pub fn header(&self) -> &ModelHeader {
        &self.header
    }

    /// The file as it is.
    #[cfg(feature = "train")]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's bytes with another header.
    ///
    /// # Errors
    /// [`LoadError`] when the file cannot be written anew, or does not fit the header.
    pub fn with_header(&self, header: ModelHeader) -> Result<Vec<u8>, LoadError> {
        let from = self.header.name.clone();
        let damaged = |error: &dyn std::fmt::Display| LoadError::Damaged {
            from: from.clone(),
            reason: error.to_string(),
        };
        let tensors =
            safetensors::SafeTensors::deserialize(&self.bytes).map_err(|e| damaged(&e))?;
        let text = serde_json::to_string(&header).map_err(|e| damaged(&e))?;
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), text)]);
        let bytes =
            safetensors::serialize(tensors.tensors(), Some(metadata)).map_err(|e| damaged(&e))?;
        Self::from_bytes(&from, bytes).map(|file| file.bytes)
    }

    /// The network on a device.
    ///
    /// # Errors
    /// [`LoadError::Damaged`] when the backend does not take the numbers.
    pub fn network<B: Backend>(&self, device: &B::Device) -> Result<Network<B>, LoadError> {
        let mut network = self.header.architecture.init(device);
        let mut store = SafetensorsStore::from_bytes(Some(self.bytes.clone()))
            .with_from_adapter(Cast(DType::F32));
        // The network itself, not the enum around it, which would put its own name before all others.
        let applied = match &mut network {
            Network::Cnn4(network) => store.apply_to::<B, _>(network),
            Network::Resnet(network) => store.apply_to::<B, _>(network),
            Network::EfficientNet(network) => store.apply_to::<B, _>(network),
        };
        match applied {
            Ok(_) => Ok(network),
            Err(error) => Err(LoadError::Damaged {
                from: self.header.name.clone(),
                reason: error.to_string(),
            }),
        }
    }
}

/// A model file's bytes: weights in half precision, all else in full.
///
/// # Errors
/// [`LoadError::Damaged`] when the network's numbers cannot be read back from its device.
pub fn to_bytes<B: Backend>(
    network: &Network<B>,
    header: &ModelHeader,
) -> Result<Vec<u8>, LoadError> {
    let damaged = |reason: String| LoadError::Damaged { from: header.name.clone(), reason };
    let text = serde_json::to_string(header).map_err(|error| damaged(error.to_string()))?;
    let mut store = SafetensorsStore::from_bytes(None)
        .with_to_adapter(Cast(DType::F16))
        // One entry: several would come in any order, and the same model as other bytes.
        .clear_metadata()
        .metadata(HEADER_KEY, text);
    let collected = match network {
        Network::Cnn4(network) => store.collect_from::<B, _>(network),
        Network::Resnet(network) => store.collect_from::<B, _>(network),
        Network::EfficientNet(network) => store.collect_from::<B, _>(network),
    };
    collected.map_err(|error| damaged(error.to_string()))?;
    store.get_bytes().map_err(|error| damaged(error.to_string()))
}

/// The file beside model files that lists their hashes, as `sha256sum` writes and checks it.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// SHA-256 of a file's bytes in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares bytes with the line for `name` in a `SHA256SUMS` file; no line is fine.
pub(super) fn check_sum(from: &str, name: &str, sums: &str, bytes: &[u8]) -> Result<(), LoadError> {
    let expected = sums.lines().find_map(|line| {
        let (sum, file) = line.split_once(char::is_whitespace)?;
        (file.trim_start_matches([' ', '*']) == name).then_some(sum)
    });
    let found = sha256(bytes);
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(&found) => {
            Err(LoadError::Hash { from: from.to_owned(), expected: expected.to_owned(), found })
        }
        _ => Ok(()),
    }
}

/// Why a model could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read.
    #[error("the model file {from} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        from: String,
        /// The system's message.
        reason: String,
    },
    /// No shipped model has this name, and there is no file either.
    #[error("there is no model {name}; name one of {} or a .safetensors file", known.join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
        /// The models that ship.
        known: Vec<String>,
    },
    /// The file is broken.
    #[error("the model file {from} is damaged: {reason}; fetch or train it again")]
    Damaged {
        /// The file.
        from: String,
        /// What is wrong.
        reason: String,
    },
    /// The file is not the one that its `SHA256SUMS` describes.
    #[error(
        "the model file {from} is not the one that SHA256SUMS beside it lists \
         (SHA-256 {found}, listed {expected}); fetch it again or correct the list"
    )]
    Hash {
        /// The file.
        from: String,
        /// The listed hash.
        expected: String,
        /// The file's own.
        found: String,
    },
    /// The file is whole, but not a model that this crate can use.
    #[error("the model file {from} does not fit this program: {reason}")]
    Unfit {
        /// The file.
        from: String,
        /// What does not fit.
        reason: String,
    },
    /// The backend does not work here.
    #[error("the {backend} backend cannot be used: {reason}; try --backend cpu")]
    Backend {
        /// The backend's name.
        backend: String,
        /// Its message.
        reason: String,
    },
}

fn label_order() -> Vec<String> {
    Expression::ALL.iter().map(|expression| expression.name().to_owned()).collect()
}

fn check_shapes(
    architecture: &Architecture,
    found: &BTreeMap<String, Vec<usize>>,
) -> Result<(), String> {
    let network = architecture.init::<burn::backend::Flex>(&Default::default());
    let tensors = match &network {
        Network::Cnn4(network) => network.collect(None, None, false),
        Network::Resnet(network) => network.collect(None, None, false),
        Network::EfficientNet(network) => network.collect(None, None, false),
    };
    let mut expected = HashMap::new();
    for tensor in tensors {
        expected.insert(tensor.full_path(), tensor.shape.to_vec());
    }
    for (name, shape) in &expected {
        match found.get(name) {
            None => return Err(format!("it has no tensor {name}")),
            Some(other) if other != shape => {
                return Err(format!("{name} has the shape {other:?}, not {shape:?}"));
            }
            Some(_) => {}
        }
    }
    match found.keys().find(|name| !expected.contains_key(*name)) {
        Some(name) => Err(format!("its tensor {name} belongs to no layer")),
        None => Ok(()),
    }
}

fn check_numbers(dtype: safetensors::Dtype, bytes: &[u8]) -> Result<(), String> {
    let finite = match dtype {
        safetensors::Dtype::F32 => {
            bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite())
        }
        // All five exponent bits set: infinite or not a number.
        safetensors::Dtype::F16 => {
            bytes.chunks_exact(2).all(|b| u16::from_le_bytes([b[0], b[1]]) & 0x7c00 != 0x7c00)
        }
        other => return Err(format!("is stored as {other:?}, not as F16 or F32")),
    };
    if finite { Ok(()) } else { Err("holds numbers that are not finite".to_owned()) }
}

/// Casts tensors: when saving to half precision only those with two dimensions or more.
#[derive(Debug, Clone)]
struct Cast(DType);

impl ModuleAdapter for Cast {
    fn adapt(&self, snapshot: &TensorSnapshot) -> TensorSnapshot {
        let to = self.0;
        let small = to == DType::F16 && snapshot.shape.len() < 2;
        if snapshot.dtype == to || small {
            return snapshot.clone();
        }
        let data = snapshot.clone_data_fn();
        TensorSnapshot::from_closure(
            Rc::new(move || Ok(data()?.convert_dtype(to))),
            to,
            snapshot.shape.clone(),
            snapshot.path_stack.clone().unwrap_or_default(),
            snapshot.container_stack.clone().unwrap_or_default(),
            snapshot.tensor_id.unwrap_or_default(),
        )
    }

    fn clone_box(&self) -> Box<dyn ModuleAdapter> {
        Box::new(self.clone())
    }
}

#[cfg(test)]
mod tests {
    use safetensors::tensor::TensorView;

    use super::*;
    use crate::classify::{Hardware, ModelChoice};

    fn shipped() -> ModelFile {
        let model = ModelChoice::Name("cnn4".to_owned());
        model.read(Hardware::Cpu).expect("the shipped model")
    }

    /// The shipped file with another header and other tensors.
    fn changed(
        header: impl Fn(&mut ModelHeader),
        tensors: impl Fn(&mut BTreeMap<String, (safetensors::Dtype, Vec<usize>, Vec<u8>)>),
    ) -> Result<ModelFile, LoadError> {
        let file = shipped();
        let parsed = safetensors::SafeTensors::deserialize(&file.bytes).expect("a file");
        let mut owned: BTreeMap<_, _> = parsed
            .iter()
            .map(|(name, t)| (name.to_owned(), (t.dtype(), t.shape().to_vec(), t.data().to_vec())))
            .collect();
        tensors(&mut owned);
        let mut new_header = file.header.clone();
        header(&mut new_header);
        let text = serde_json::to_string(&new_header).expect("JSON");
        let views = owned.iter().map(|(name, (dtype, shape, data))| {
            (name, TensorView::new(*dtype, shape.clone(), data).expect("a tensor"))
        });
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), text)]);
        let bytes = safetensors::serialize(views, Some(metadata)).expect("bytes");
        ModelFile::from_bytes("test.safetensors", bytes)
    }

    fn unfit(result: Result<ModelFile, LoadError>) -> String {
        match result {
            Err(LoadError::Unfit { reason, .. }) => reason,
            Err(other) => panic!("another error: {other}"),
            Ok(_) => panic!("it was taken"),
        }
    }

    #[test]
    fn the_unchanged_file_is_taken() {
        assert!(changed(|_| {}, |_| {}).is_ok());
    }

    #[test]
    fn truncated_and_foreign_bytes_are_damaged() {
        let bytes = shipped().bytes;
        for length in [0, 7, 100, bytes.len() / 2, bytes.len() - 1] {
            let result = ModelFile::from_bytes("cut.safetensors", bytes[..length].to_vec());
            assert!(matches!(result, Err(LoadError::Damaged { .. })), "{length} bytes");
        }
        let picture = b"\x89PNG\r\n\x1a\n and so on, not a model at all".to_vec();
        let error = ModelFile::from_bytes("face.png", picture).err().expect("an error");
        assert!(error.to_string().contains("face.png is damaged"), "{error}");
    }

    #[test]
    fn other_labels_formats_and_preparations_do_not_fit() {
        let reason = unfit(changed(|header| header.labels.swap(0, 3), |_| {}));
        assert!(reason.contains("happy, disgust, fear, angry"), "{reason}");
        assert!(unfit(changed(|header| header.format = 1, |_| {})).contains("format is 1"));
        assert!(unfit(changed(|header| header.side = 64, |_| {})).contains("64x64"));
        assert!(unfit(changed(|header| header.temperature = 0.0, |_| {})).contains("temperature"));
        let huge = |header: &mut ModelHeader| {
            let Architecture::Cnn4(config) = &mut header.architecture else { return };
            config.channels[3] = usize::MAX;
        };
        assert!(unfit(changed(huge, |_| {})).contains("sizes"));
    }

    #[test]
    fn tensors_that_are_missing_too_many_or_of_another_shape_do_not_fit() {
        let narrower = |header: &mut ModelHeader| {
            let Architecture::Cnn4(config) = &mut header.architecture else { return };
            config.channels[1] /= 2;
        };
        assert!(unfit(changed(narrower, |_| {})).contains("has the shape"));
        let missing = unfit(changed(
            |_| {},
            |tensors| {
                tensors.remove("dense.bias");
            },
        ));
        assert!(missing.contains("dense.bias"), "{missing}");
        let more = unfit(changed(
            |_| {},
            |tensors| {
                let bias = tensors["dense.bias"].clone();
                tensors.insert("extra.bias".to_owned(), bias);
            },
        ));
        assert!(more.contains("extra.bias"), "{more}");
    }

    #[test]
    fn numbers_that_are_none_are_damage() {
        let result = changed(
            |_| {},
            |tensors| {
                let (dtype, _, bytes) = tensors.get_mut("dense.bias").expect("a tensor");
                assert_eq!(*dtype, safetensors::Dtype::F32);
                bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
            },
        );
        assert!(
            matches!(result, Err(LoadError::Damaged { reason, .. }) if reason.contains("dense.bias"))
        );
        let result = changed(
            |_| {},
            |tensors| {
                let (dtype, _, bytes) = tensors.get_mut("dense.weight").expect("a tensor");
                assert_eq!(*dtype, safetensors::Dtype::F16);
                bytes[..2].copy_from_slice(&0x7c00_u16.to_le_bytes());
            },
        );
        assert!(matches!(result, Err(LoadError::Damaged { .. })));
    }

    #[test]
    fn a_file_that_is_not_the_listed_one_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("mine.safetensors");
        let file = shipped();
        std::fs::write(&path, &file.bytes).expect("a file");
        assert!(ModelFile::read(&path).is_ok(), "without a list");
        let sums = folder.path().join(SUMS_FILE);
        std::fs::write(&sums, format!("{}  mine.safetensors\n", sha256(&file.bytes)))
            .expect("a list");
        assert!(ModelFile::read(&path).is_ok(), "with its hash in the list");
        std::fs::write(&sums, format!("{}  mine.safetensors\n", sha256(b"other"))).expect("a list");
        assert!(matches!(ModelFile::read(&path), Err(LoadError::Hash { .. })));
        let gone = ModelFile::read(&folder.path().join("gone.safetensors"));
        assert!(matches!(gone, Err(LoadError::Unreadable { .. })));
    }

    #[test]
    fn what_is_written_reads_back() {
        let file = shipped();
        let network = file.network::<burn::backend::Flex>(&Default::default()).expect("a network");
        let bytes = to_bytes(&network, &file.header).expect("bytes");
        let again = ModelFile::from_bytes("again", bytes).expect("a file");
        assert_eq!(again.header, file.header);
        let tensors = |file: &ModelFile| {
            let parsed = safetensors::SafeTensors::deserialize(&file.bytes).expect("a file");
            let all = parsed.iter().map(|(name, tensor)| (name.to_owned(), tensor.data().to_vec()));
            all.collect::<BTreeMap<_, _>>()
        };
        assert!(tensors(&again) == tensors(&file));
    }
}
