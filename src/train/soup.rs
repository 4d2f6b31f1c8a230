//! The mean of several models' weights.
//!
//! Networks that were trained on from the same weights lie in one valley, and its middle is often
//! better than they are (Wortsman et al., *Model soups*, 2022).

use std::collections::HashMap;

use burn::tensor::{DType, TensorData};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

use crate::classify::weights::{HEADER_KEY, LoadError, ModelFile};

/// The mean of these models' weights, with the first one's header; `None` of no model.
///
/// # Errors
/// [`LoadError::Unfit`] when a model's network is another one than the first model's.
pub fn mean(models: &[ModelFile]) -> Result<Option<ModelFile>, LoadError> {
    let Some(first) = models.first() else { return Ok(None) };
    let header = first.header();
    let other = models.iter().find(|model| model.header().architecture != header.architecture);
    if let Some(other) = other {
        return Err(LoadError::Unfit {
            from: other.header().name.clone(),
            reason: format!("a mean needs networks of one kind and size, as {} has", header.name),
        });
    }
    let damaged = |reason: &dyn std::fmt::Display| LoadError::Damaged {
        from: header.name.clone(),
        reason: reason.to_string(),
    };
    let files: Vec<SafeTensors<'_>> = models
        .iter()
        .map(|model| SafeTensors::deserialize(model.bytes()))
        .collect::<Result<_, _>>()
        .map_err(|error| damaged(&error))?;

    let mut means = Vec::new();
    for (name, like) in files.first().map(SafeTensors::tensors).unwrap_or_default() {
        let mut mean = vec![0.0_f32; like.shape().iter().product()];
        for file in &files {
            let tensor = file.tensor(&name).map_err(|error| damaged(&error))?;
            for (mean, number) in mean.iter_mut().zip(numbers(&tensor)) {
                *mean += number / files.len() as f32;
            }
        }
        let mean = TensorData::new(mean, like.shape().to_vec());
        means.push((name, like.dtype(), mean.convert_dtype(in_burn(like.dtype()))));
    }
    let views: Vec<_> = means
        .iter()
        .map(|(name, dtype, mean)| {
            Ok((name, TensorView::new(*dtype, mean.shape.to_vec(), mean.as_bytes())?))
        })
        .collect::<Result<_, safetensors::SafeTensorError>>()
        .map_err(|error| damaged(&error))?;
    let text = serde_json::to_string(header).map_err(|error| damaged(&error))?;
    let metadata = HashMap::from([(HEADER_KEY.to_owned(), text)]);
    let bytes = safetensors::serialize(views, Some(metadata)).map_err(|error| damaged(&error))?;
    ModelFile::from_bytes(&header.name, bytes).map(Some)
}

fn numbers(tensor: &TensorView<'_>) -> Vec<f32> {
    let (bytes, shape) = (tensor.data().to_vec(), tensor.shape().to_vec());
    TensorData::from_bytes_vec(bytes, shape, in_burn(tensor.dtype())).iter::<f32>().collect()
}

/// The tensors of a checked file are stored in half precision or in single.
const fn in_burn(dtype: Dtype) -> DType {
    match dtype {
        Dtype::F16 => DType::F16,
        _ => DType::F32,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::classify::{Hardware, ModelChoice};

    fn shipped(name: &str) -> ModelFile {
        ModelChoice::Name(name.to_owned()).read(Hardware::Cpu).expect("a model")
    }

    #[test]
    fn the_mean_of_a_model_and_itself_is_that_model() {
        let model = shipped("cnn4");
        let mean = mean(&[model.clone(), model.clone()]).expect("a mean").expect("of two");
        let [before, after] = [&model, &mean].map(|model| {
            let file = SafeTensors::deserialize(model.bytes()).expect("a file");
            let tensors = file.tensors().into_iter().map(|(name, tensor)| {
                // Numbers, not bytes: a zero may lose its sign.
                (name, (tensor.dtype(), tensor.shape().to_vec(), numbers(&tensor)))
            });
            tensors.collect::<BTreeMap<_, _>>()
        });
        assert_eq!(before, after);
        assert_eq!(mean.header(), model.header());
    }

    #[test]
    fn nothing_and_networks_of_two_kinds_have_no_mean() {
        assert!(mean(&[]).expect("no failure").is_none());
        let error = mean(&[shipped("cnn4"), shipped("efficientnet")]).err().expect("an error");
        assert!(error.to_string().contains("of one kind"), "{error}");
    }
}
