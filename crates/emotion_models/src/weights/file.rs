//! Reading, checking and writing model files.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::rc::Rc;

use burn::backend::Flex;
use burn::module::{Module, ModuleVisitor, Param, ParamId};
use burn::tensor::backend::Backend;
use burn::tensor::{DType, Tensor, TensorData};
use burn_store::{
    ApplyResult, ModuleAdapter, ModuleSnapshot, ModuleStore, SafetensorsStore, TensorSnapshot,
};
use safetensors::tensor::{TensorInfo, TensorView};
use safetensors::{Dtype, SafeTensorError, SafeTensors};

use super::checksum::{SUMS_FILE, check_sum};
use super::error::LoadError;
use super::header::{HEADER_KEY, ModelHeader};
use crate::models::{Architecture, Network};

/// A model file that was checked.
#[derive(Clone)]
pub struct ModelFile {
    header: ModelHeader,
    bytes: Vec<u8>,
}

impl ModelFile {
    /// Checks a model file's bytes; `from` names the file in messages.
    ///
    /// # Errors
    /// [`LoadError::Damaged`] when the bytes are not a valid safetensors file, [`LoadError::Unfit`]
    /// when this crate cannot use the model.
    pub fn from_bytes(from: &str, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let damaged = |reason: String| LoadError::Damaged { from: from.to_owned(), reason };
        let unfit = |reason: String| LoadError::Unfit { from: from.to_owned(), reason };

        let (header_length, metadata) =
            SafeTensors::read_metadata(&bytes).map_err(|error| damaged(error.to_string()))?;
        let header = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER_KEY));
        let header = header.ok_or_else(|| unfit(format!("it has no entry \"{HEADER_KEY}\"")))?;
        let header: ModelHeader = serde_json::from_str(header)
            .map_err(|error| unfit(format!("its entry \"{HEADER_KEY}\": {error}")))?;
        header.check().map_err(unfit)?;

        let tensors: BTreeMap<String, &TensorInfo> = metadata.tensors().into_iter().collect();
        let shape = |(name, tensor): (&String, &&TensorInfo)| (name.clone(), tensor.shape.clone());
        check_shapes(&header.architecture, &tensors.iter().map(shape).collect()).map_err(unfit)?;
        // The header's length comes first.
        let data = bytes.get(size_of::<u64>() + header_length..).unwrap_or_default();
        for (name, tensor) in tensors {
            let (start, end) = tensor.data_offsets;
            data.get(start..end)
                .ok_or_else(|| "lies outside of the file".to_owned())
                .and_then(|data| check_finite(tensor.dtype, data))
                .map_err(|reason| damaged(format!("{name} {reason}")))?;
        }
        Ok(Self { header, bytes })
    }

    /// Reads and checks a model file. Where a `SHA256SUMS` beside it lists it, its hash must match.
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

    /// The file's header.
    pub fn header(&self) -> &ModelHeader {
        &self.header
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The file's bytes with another header.
    ///
    /// # Errors
    /// [`LoadError`] when the file does not fit the header.
    pub fn with_header(&self, header: ModelHeader) -> Result<Vec<u8>, LoadError> {
        let from = &self.header.name;
        let tensors = SafeTensors::deserialize(&self.bytes).map_err(|error| {
            LoadError::Damaged { from: from.clone(), reason: error.to_string() }
        })?;
        let bytes = tensors_to_bytes(tensors.tensors(), &header)?;
        Self::from_bytes(from, bytes).map(|file| file.bytes)
    }

    /// The network on a device.
    ///
    /// # Errors
    /// [`LoadError::Damaged`] when the backend does not accept the tensors.
    pub fn network<B: Backend>(&self, device: &B::Device) -> Result<Network<B>, LoadError> {
        let damaged =
            |reason: String| LoadError::Damaged { from: self.header.name.clone(), reason };
        let mut network = self.header.architecture.init(device);
        let snapshots = self.snapshots().map_err(|error| damaged(error.to_string()))?;
        // The network inside the enum: the enum would prefix the tensors' names with its variant.
        let applied = match &mut network {
            Network::Cnn4(network) => apply::<B, _>(network, snapshots),
            Network::Resnet(network) => apply::<B, _>(network, snapshots),
            Network::EfficientNet(network) => apply::<B, _>(network, snapshots),
        };
        if applied.errors.is_empty() && applied.missing.is_empty() {
            Ok(network)
        } else {
            Err(damaged(applied.to_string()))
        }
    }

    /// The tensors in single precision. Burn's own store reads the file's header again for each of them.
    fn snapshots(&self) -> Result<Vec<TensorSnapshot>, SafeTensorError> {
        let tensors = SafeTensors::deserialize(&self.bytes)?;
        let snapshot = |(name, tensor): (&str, TensorView<'_>)| {
            let stored = if tensor.dtype() == Dtype::F16 { DType::F16 } else { DType::F32 };
            let (bytes, shape) = (tensor.data().to_vec(), tensor.shape().to_vec());
            let data = TensorData::from_bytes_vec(bytes, shape, stored).convert_dtype(DType::F32);
            let path = name.split('.').map(str::to_owned).collect();
            TensorSnapshot::from_data(data, path, Vec::new(), ParamId::new())
        };
        Ok(tensors.iter().map(snapshot).collect())
    }
}

fn apply<B: Backend, M: ModuleSnapshot<B>>(
    network: &mut M,
    snapshots: Vec<TensorSnapshot>,
) -> ApplyResult {
    network.apply(snapshots, None, None, false)
}

/// Tensors and a header as a model file's bytes.
///
/// # Errors
/// [`LoadError::Damaged`] when they cannot be written.
pub fn tensors_to_bytes<S, V>(
    tensors: impl IntoIterator<Item = (S, V)>,
    header: &ModelHeader,
) -> Result<Vec<u8>, LoadError>
where
    S: AsRef<str> + Ord + std::fmt::Display,
    V: safetensors::View,
{
    let damaged = |reason: String| LoadError::Damaged { from: header.name.clone(), reason };
    let text = serde_json::to_string(header).map_err(|error| damaged(error.to_string()))?;
    let metadata = HashMap::from([(HEADER_KEY.to_owned(), text)]);
    safetensors::serialize(tensors, Some(metadata)).map_err(|error| damaged(error.to_string()))
}

/// A network as a model file's bytes: weights in half precision, biases and statistics in single.
///
/// # Errors
/// [`LoadError::Damaged`] when the network's tensors cannot be read from its device.
pub fn to_bytes<B: Backend>(
    network: &Network<B>,
    header: &ModelHeader,
) -> Result<Vec<u8>, LoadError> {
    let damaged = |reason: String| LoadError::Damaged { from: header.name.clone(), reason };
    let text = serde_json::to_string(header).map_err(|error| damaged(error.to_string()))?;
    let mut store = SafetensorsStore::from_bytes(None)
        .with_to_adapter(Cast(DType::F16))
        // Only one entry: several have no fixed order, and the bytes would differ from run to run.
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

fn check_shapes(
    architecture: &Architecture,
    found: &BTreeMap<String, Vec<usize>>,
) -> Result<(), String> {
    let network = architecture.init::<Flex>(&Default::default());
    let mut shapes = Shapes::default();
    match &network {
        Network::Cnn4(network) => network.visit(&mut shapes),
        Network::Resnet(network) => network.visit(&mut shapes),
        Network::EfficientNet(network) => network.visit(&mut shapes),
    }
    let expected = shapes.found;
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
        Some(name) => Err(format!("its tensor {name} belongs to no layer of the network")),
        None => Ok(()),
    }
}

/// Names and shapes of a network's tensors. It does not look at their values: drawing random ones takes longer than
/// reading the file.
#[derive(Default)]
struct Shapes {
    path: Vec<String>,
    found: HashMap<String, Vec<usize>>,
}

impl ModuleVisitor<Flex> for Shapes {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<Flex, D>>) {
        self.found.insert(self.path.join("."), param.lazy_shape().to_vec());
    }
}

fn check_finite(dtype: Dtype, bytes: &[u8]) -> Result<(), String> {
    let finite = match dtype {
        Dtype::F32 => {
            bytes.chunks_exact(4).all(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]).is_finite())
        }
        // All five exponent bits set: infinity or NaN.
        Dtype::F16 => {
            bytes.chunks_exact(2).all(|b| u16::from_le_bytes([b[0], b[1]]) & 0x7c00 != 0x7c00)
        }
        other => return Err(format!("is stored as {other:?} instead of F16 or F32")),
    };
    if finite { Ok(()) } else { Err("has values that are not finite".to_owned()) }
}

/// Casts tensors; to half precision only those with two dimensions or more.
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
    use emotion_core::{Expression, Scores};

    use super::*;
    use crate::choice::{Hardware, ModelChoice};
    use crate::weights::sha256;

    fn shipped() -> ModelFile {
        let model = ModelChoice::Name("cnn4".to_owned());
        model.read(Hardware::Cpu).expect("the shipped model")
    }

    /// The shipped file with another header and other tensors.
    fn changed(
        header: impl Fn(&mut ModelHeader),
        tensors: impl Fn(&mut BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>),
    ) -> Result<ModelFile, LoadError> {
        let file = shipped();
        let parsed = SafeTensors::deserialize(&file.bytes).expect("a file");
        let mut owned: BTreeMap<_, _> = parsed
            .iter()
            .map(|(name, t)| (name.to_owned(), (t.dtype(), t.shape().to_vec(), t.data().to_vec())))
            .collect();
        tensors(&mut owned);
        let mut new_header = file.header.clone();
        header(&mut new_header);
        let views = owned.iter().map(|(name, (dtype, shape, data))| {
            (name, TensorView::new(*dtype, shape.clone(), data).expect("a tensor"))
        });
        let bytes = tensors_to_bytes(views, &new_header).expect("bytes");
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
    fn other_labels_formats_and_preprocessing_do_not_fit() {
        let reason = unfit(changed(|header| header.labels.swap(0, 3), |_| {}));
        assert!(reason.contains("happy, disgust, fear, angry"), "{reason}");
        assert!(unfit(changed(|header| header.format = 1, |_| {})).contains("format is 1"));
        assert!(unfit(changed(|header| header.side = 64, |_| {})).contains("64x64"));
        assert!(unfit(changed(|header| header.temperature = 0.0, |_| {})).contains("temperature"));
        let impossible = Scores::certain(Expression::Happy);
        let reason = unfit(changed(|header| header.prior = Some(impossible), |_| {}));
        assert!(reason.contains("prior rules an expression out"), "{reason}");
        let huge = |header: &mut ModelHeader| {
            let Architecture::Cnn4(config) = &mut header.architecture else { return };
            config.channels[3] = usize::MAX;
        };
        assert!(unfit(changed(huge, |_| {})).contains("sizes"));
    }

    #[test]
    fn missing_extra_and_reshaped_tensors_do_not_fit() {
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
    fn values_that_are_not_finite_are_damage() {
        let result = changed(
            |_| {},
            |tensors| {
                let (dtype, _, bytes) = tensors.get_mut("dense.bias").expect("a tensor");
                assert_eq!(*dtype, Dtype::F32);
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
                assert_eq!(*dtype, Dtype::F16);
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
    fn written_models_read_back() {
        let file = shipped();
        let network = file.network::<burn::backend::Flex>(&Default::default()).expect("a network");
        let bytes = to_bytes(&network, &file.header).expect("bytes");
        let again = ModelFile::from_bytes("again", bytes).expect("a file");
        assert_eq!(again.header, file.header);
        let tensors = |file: &ModelFile| {
            let parsed = SafeTensors::deserialize(&file.bytes).expect("a file");
            let all = parsed.iter().map(|(name, tensor)| (name.to_owned(), tensor.data().to_vec()));
            all.collect::<BTreeMap<_, _>>()
        };
        assert!(tensors(&again) == tensors(&file));
    }
}
