//! Model files: safetensors with a header, what is large in eight bits.

use std::collections::HashMap;

use burn::module::Param;
use burn::tensor::backend::Backend;
use burn::tensor::{Tensor, TensorData};
use emotion_core::{Expression, from_eight_bits, to_eight_bits};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};

use crate::error::WordsError;
use crate::known::KnownWords;
use crate::network::{WordsConfig, WordsNetwork};
use crate::readout::WordsReadout;

/// The metadata entry that holds the header.
const HEADER_KEY: &str = "bevy_emotion_words";

/// The version of the format, and of the pieces that the tables are for.
const FORMAT: u32 = 2;

/// Rows of the table `direct` with anything in them, a bit for each, the lowest first: most have nothing.
const USED_ROWS: &str = "direct.rows";

/// The description in a model file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordsHeader {
    /// The version of the format.
    pub format: u32,
    /// The model's name, for people.
    pub name: String,
    /// The order of the outputs: the names of [`Expression::ALL`].
    pub labels: Vec<String>,
    /// The sizes of the network.
    pub network: WordsConfig,
    /// How logits become probabilities and labels.
    pub readout: WordsReadout,
}

impl WordsHeader {
    /// A header for a network whose readout was not fitted.
    pub fn new(name: &str, network: WordsConfig) -> Self {
        let labels = Expression::ALL.iter().map(|expression| expression.name().to_owned());
        let readout = WordsReadout::default();
        Self { format: FORMAT, name: name.to_owned(), labels: labels.collect(), network, readout }
    }

    fn check(&self) -> Result<(), String> {
        let expected = Self::new(&self.name, self.network);
        if self.format != FORMAT {
            Err(format!("its format is {}, this program reads {FORMAT}", self.format))
        } else if self.labels != expected.labels {
            Err(format!("its labels are {}", self.labels.join(", ")))
        } else if !self.network.is_valid() {
            Err("the sizes of its network are out of range".to_owned())
        } else if !self.readout.is_finite() {
            Err("its thresholds are out of range".to_owned())
        } else {
            Ok(())
        }
    }
}

/// A model: header, network and the words that it knows.
#[derive(Debug)]
pub struct WordsModel<B: Backend> {
    /// The description.
    pub header: WordsHeader,
    /// The network.
    pub network: WordsNetwork<B>,
    /// The words seen in training.
    pub known: KnownWords,
}

impl<B: Backend> WordsModel<B> {
    /// A model from a file's bytes, on the backend's default device.
    ///
    /// # Errors
    /// [`WordsError`] when they are damaged or of another version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WordsError> {
        let damaged = |reason: String| WordsError::Damaged(reason);
        let (_, metadata) =
            SafeTensors::read_metadata(bytes).map_err(|error| damaged(error.to_string()))?;
        let header = metadata.metadata().as_ref().and_then(|entries| entries.get(HEADER_KEY));
        let header =
            header.ok_or_else(|| WordsError::Unfit(format!("it has no entry \"{HEADER_KEY}\"")))?;
        let header: WordsHeader = serde_json::from_str(header)
            .map_err(|error| WordsError::Unfit(format!("its header: {error}")))?;
        header.check().map_err(WordsError::Unfit)?;

        let file = SafeTensors::deserialize(bytes).map_err(|error| damaged(error.to_string()))?;
        let network = network_of(&file, &header.network)?;
        let known = find(&file, "known")?.data().to_vec();
        let known =
            KnownWords::from_bytes(known).ok_or_else(|| damaged("it knows no words".to_owned()))?;
        Ok(Self { header, network, known })
    }

    /// The model as a file's bytes: tables and wide layers in eight bits with a scale for each column, other
    /// numbers in 32.
    ///
    /// # Errors
    /// [`WordsError::Unwritable`] when the backend does not hand its numbers out.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WordsError> {
        let unwritable = |error: &dyn std::fmt::Debug| WordsError::Unwritable(format!("{error:?}"));
        let text = serde_json::to_string(&self.header).map_err(|error| unwritable(&error))?;
        let mut stored = Vec::new();
        let WordsNetwork { pieces, direct, first, second, attention, output, .. } = &self.network;
        for (name, table) in [
            ("pieces", pieces),
            ("direct", direct),
            ("first.weight", &first.weight),
            ("second.weight", &second.weight),
        ] {
            let width = table.val().dims()[1];
            let small = to_eight_bits(&numbers(table.val())?, width);
            let (mut small, scales) = small
                .ok_or_else(|| unwritable(&format!("{name} has values that are not finite")))?;
            if name == "direct" {
                let used;
                (used, small) = without_empty_rows(&small, width);
                stored.push((USED_ROWS.to_owned(), Dtype::U8, vec![used.len()], used));
            }
            stored.push((name.to_owned(), Dtype::I8, vec![small.len() / width, width], small));
            stored.push((format!("{name}.scale"), Dtype::F32, vec![width], to_le(&scales)));
        }
        for (name, layer) in [("attention", attention), ("output", output)] {
            let shape = layer.weight.val().dims().to_vec();
            let weight = to_le(&numbers(layer.weight.val())?);
            stored.push((format!("{name}.weight"), Dtype::F32, shape, weight));
        }
        for (name, layer) in
            [("first", first), ("second", second), ("attention", attention), ("output", output)]
        {
            if let Some(bias) = &layer.bias {
                let shape = bias.val().dims().to_vec();
                let bias = to_le(&numbers(bias.val())?);
                stored.push((format!("{name}.bias"), Dtype::F32, shape, bias));
            }
        }
        let known = self.known.as_bytes().to_vec();
        stored.push(("known".to_owned(), Dtype::U8, vec![known.len()], known));

        let mut views = Vec::new();
        for (name, dtype, shape, bytes) in &stored {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            views.push((name.as_str(), view.map_err(|error| unwritable(&error))?));
        }
        let metadata = HashMap::from([(HEADER_KEY.to_owned(), text)]);
        safetensors::serialize(views, Some(metadata)).map_err(|error| unwritable(&error))
    }
}

fn numbers<B: Backend, const D: usize>(tensor: Tensor<B, D>) -> Result<Vec<f32>, WordsError> {
    let data = tensor.into_data().convert::<f32>();
    data.to_vec().map_err(|error| WordsError::Unwritable(format!("{error:?}")))
}

fn to_le(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Which rows have anything in them, as [`USED_ROWS`], and those rows.
fn without_empty_rows(bytes: &[u8], width: usize) -> (Vec<u8>, Vec<u8>) {
    let rows = bytes.chunks_exact(width);
    let mut used = vec![0; rows.len().div_ceil(8)];
    let mut kept = Vec::new();
    for (index, row) in rows.enumerate() {
        if row.iter().any(|byte| *byte != 0) {
            used[index / 8] |= 1 << (index % 8);
            kept.extend_from_slice(row);
        }
    }
    (used, kept)
}

/// All rows again, of those that [`without_empty_rows`] kept.
fn with_empty_rows(used: &[u8], kept: &[u8], [rows, width]: [usize; 2]) -> Vec<u8> {
    let mut kept = kept.chunks_exact(width);
    let is_used = |index: usize| used[index / 8] >> (index % 8) & 1 == 1;
    let row = |index| if is_used(index) { kept.next() } else { None };
    (0..rows).map(row).flat_map(|row| row.map_or_else(|| vec![0; width], <[u8]>::to_vec)).collect()
}

fn network_of<B: Backend>(
    file: &SafeTensors<'_>,
    config: &WordsConfig,
) -> Result<WordsNetwork<B>, WordsError> {
    let device = B::Device::default();
    let mut network = config.init::<B>(&device);
    let WordsNetwork { pieces, direct, first, second, attention, output, .. } = &mut network;
    for (name, table) in [
        ("pieces", pieces),
        ("direct", direct),
        ("first.weight", &mut first.weight),
        ("second.weight", &mut second.weight),
    ] {
        let shape = table.val().dims();
        let small = match name {
            "direct" => direct_rows(file, shape)?,
            name => expected(file, name, Dtype::I8, &shape)?.to_vec(),
        };
        let scales = floats(file, &format!("{name}.scale"), &[shape[1]])?;
        let values = TensorData::new(from_eight_bits(&small, &scales), shape);
        *table = Param::from_tensor(Tensor::from_data(values, &device));
    }
    for (name, layer) in [("attention", &mut *attention), ("output", &mut *output)] {
        let shape = layer.weight.val().dims();
        let weight = floats(file, &format!("{name}.weight"), &shape)?;
        layer.weight =
            Param::from_tensor(Tensor::from_data(TensorData::new(weight, shape), &device));
    }
    for (name, layer) in
        [("first", first), ("second", second), ("attention", attention), ("output", output)]
    {
        let outputs = layer.weight.val().dims()[1];
        let bias = floats(file, &format!("{name}.bias"), &[outputs])?;
        let bias = Tensor::from_data(TensorData::new(bias, [outputs]), &device);
        layer.bias = Some(Param::from_tensor(bias));
    }
    Ok(network)
}

/// The table `direct` with all of its rows.
fn direct_rows(file: &SafeTensors<'_>, shape: [usize; 2]) -> Result<Vec<u8>, WordsError> {
    let used = expected(file, USED_ROWS, Dtype::U8, &[shape[0].div_ceil(8)])?;
    let count = used.iter().map(|bits| bits.count_ones() as usize).sum();
    let kept = expected(file, "direct", Dtype::I8, &[count, shape[1]])?;
    Ok(with_empty_rows(used, kept, shape))
}

fn find<'a>(file: &SafeTensors<'a>, name: &str) -> Result<TensorView<'a>, WordsError> {
    file.tensor(name).map_err(|_| WordsError::Unfit(format!("it has no tensor {name}")))
}

/// The bytes of a tensor of a known kind and shape.
fn expected<'a>(
    file: &SafeTensors<'a>,
    name: &str,
    dtype: Dtype,
    shape: &[usize],
) -> Result<&'a [u8], WordsError> {
    let view = find(file, name)?;
    if view.dtype() == dtype && view.shape() == shape {
        return Ok(view.data());
    }
    let found = format!("{name} is {:?} {:?}", view.dtype(), view.shape());
    Err(WordsError::Unfit(format!("{found}, not {dtype:?} {shape:?}")))
}

fn floats(file: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, WordsError> {
    let bytes = expected(file, name, Dtype::F32, shape)?;
    let values = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let values: Vec<f32> = values.collect();
    if values.iter().all(|value| value.is_finite()) {
        return Ok(values);
    }
    Err(WordsError::Damaged(format!("{name} has values that are not finite")))
}

#[cfg(test)]
mod tests {
    use burn::backend::Flex;

    use super::*;
    use crate::reader::WordReader;

    fn config() -> WordsConfig {
        WordsConfig { pieces: 64, width: 4, hidden: 5, direct: 32, tokens: 20, dropout: 0.5 }
    }

    fn model() -> WordsModel<Flex> {
        let mut header = WordsHeader::new("test", config());
        header.readout.least_known = 0.0;
        let words: Vec<u64> = ["good", "day"]
            .iter()
            .flat_map(|word| crate::text::tokenise(word).tokens)
            .map(|token| crate::pieces::whole(&token))
            .collect();
        let network = config().init(&Default::default());
        WordsModel { header, network, known: KnownWords::new(&words) }
    }

    #[test]
    fn a_model_reads_back_and_reads_nearly_the_same() {
        let model = model();
        let bytes = model.to_bytes().expect("bytes");
        let stored = WordReader::new(&bytes).expect("a reader");
        let (before, after) = (WordReader::of(model).read("Good day!"), stored.read("Good day!"));
        assert!(before.logits.iter().zip(after.logits).all(|(a, b)| (a - b).abs() < 0.05));
        assert!(before.logits.iter().any(|logit| *logit != 0.0));
        let again = WordsModel::<Flex>::from_bytes(&bytes).expect("a model").to_bytes();
        assert!(again.expect("bytes") == bytes, "stored twice it is another");
    }

    #[test]
    fn damaged_and_foreign_bytes_are_refused() {
        let bytes = model().to_bytes().expect("bytes");
        let error = |bytes: &[u8]| WordReader::new(bytes).expect_err("refused");
        assert!(matches!(error(b"not a model"), WordsError::Damaged(_)));
        assert!(matches!(error(&bytes[..bytes.len() - 9]), WordsError::Damaged(_)));
        let mut other = model();
        other.header.format = 99;
        let other = other.to_bytes().expect("bytes");
        assert!(matches!(error(&other), WordsError::Unfit(reason) if reason.contains("99")));
        let mut larger = model();
        larger.header.network.width = 8;
        let larger = larger.to_bytes().expect("bytes");
        assert!(matches!(error(&larger), WordsError::Unfit(reason) if reason.contains("pieces")));
        let mut broken = model();
        broken.network.output.weight =
            Param::from_tensor(Tensor::full([14, 7], f32::NAN, &Default::default()));
        let broken = broken.to_bytes().expect("bytes");
        assert!(matches!(error(&broken), WordsError::Damaged(_)));
    }
}
