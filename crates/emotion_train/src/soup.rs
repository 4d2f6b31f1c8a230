//! Model soups: the mean of several models' weights.
//!
//! Networks that were fine-tuned from the same weights lie in one basin of the loss, and the mean of
//! their weights is often more accurate than each of them (Wortsman et al., *Model soups*, 2022).

use burn::tensor::{DType, TensorData};
use emotion_models::weights::{LoadError, ModelFile, tensors_to_bytes};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// The mean of some models' weights, with the header of the first; `None` without models.
///
/// # Errors
/// [`LoadError::Unfit`] when the models' networks differ.
pub fn mean(models: &[ModelFile]) -> Result<Option<ModelFile>, LoadError> {
    let Some(first) = models.first() else { return Ok(None) };
    let header = first.header();
    let other = models.iter().find(|model| model.header().architecture != header.architecture);
    if let Some(other) = other {
        return Err(LoadError::Unfit {
            from: other.header().name.clone(),
            reason: format!(
                "a mean needs networks of one kind and size, and {} has another",
                header.name
            ),
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
            for (mean, value) in mean.iter_mut().zip(values(&tensor)) {
                *mean += value / files.len() as f32;
            }
        }
        let mean = TensorData::new(mean, like.shape().to_vec());
        means.push((name, like.dtype(), mean.convert_dtype(burn_dtype(like.dtype()))));
    }
    let views: Vec<_> = means
        .iter()
        .map(|(name, dtype, mean)| {
            Ok((name, TensorView::new(*dtype, mean.shape.to_vec(), mean.as_bytes())?))
        })
        .collect::<Result<_, safetensors::SafeTensorError>>()
        .map_err(|error| damaged(&error))?;
    ModelFile::from_bytes(&header.name, tensors_to_bytes(views, header)?).map(Some)
}

fn values(tensor: &TensorView<'_>) -> Vec<f32> {
    let (bytes, shape) = (tensor.data().to_vec(), tensor.shape().to_vec());
    TensorData::from_bytes_vec(bytes, shape, burn_dtype(tensor.dtype())).iter::<f32>().collect()
}

/// Burn's name of a type. Checked files only have tensors in half and in single precision.
const fn burn_dtype(dtype: Dtype) -> DType {
    match dtype {
        Dtype::F16 => DType::F16,
        _ => DType::F32,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use burn::backend::Flex;
    use emotion_models::models::Architecture;
    use emotion_models::models::cnn4::Cnn4Config;
    use emotion_models::models::efficientnet::EfficientNetConfig;
    use emotion_models::weights::{ModelHeader, to_bytes};

    use super::*;

    /// A model with random weights.
    fn model(architecture: Architecture) -> ModelFile {
        let network = architecture.init::<Flex>(&Default::default());
        let header = ModelHeader::new("random", architecture);
        let bytes = to_bytes(&network, &header).expect("bytes");
        ModelFile::from_bytes("random", bytes).expect("a model")
    }

    fn cnn4() -> ModelFile {
        model(Architecture::Cnn4(Cnn4Config::default()))
    }

    #[test]
    fn the_mean_of_a_model_and_itself_is_that_model() {
        let model = cnn4();
        let mean = mean(&[model.clone(), model.clone()]).expect("a mean").expect("of two");
        let [before, after] = [&model, &mean].map(|model| {
            let file = SafeTensors::deserialize(model.bytes()).expect("a file");
            let tensors = file.tensors().into_iter().map(|(name, tensor)| {
                // Values, not bytes: a zero may lose its sign.
                (name, (tensor.dtype(), tensor.shape().to_vec(), values(&tensor)))
            });
            tensors.collect::<BTreeMap<_, _>>()
        });
        assert_eq!(before, after);
        assert_eq!(mean.header(), model.header());
    }

    #[test]
    fn no_models_and_different_networks_have_no_mean() {
        assert!(mean(&[]).expect("no failure").is_none());
        let other = model(Architecture::EfficientNet(EfficientNetConfig::default()));
        let error = mean(&[cnn4(), other]).err().expect("an error");
        assert!(error.to_string().contains("of one kind"), "{error}");
    }
}
