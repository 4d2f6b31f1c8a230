//! The hyperparameters of a training run, as one file.

use std::path::Path;

use emotion_core::{SIDE, without_bom};
use emotion_models::models::Architecture;
use emotion_models::models::cnn4::Cnn4Config;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::augment::Augmentation;

/// The hyperparameters of a training run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// The model's name.
    pub name: String,
    /// The network.
    pub network: Architecture,
    /// Epochs: how often each training face is seen.
    pub epochs: usize,
    /// Epochs between validations and checkpoints.
    pub validate_every: usize,
    /// Progressive resizing: smaller images for the first epochs, which learn coarse features in less
    /// time (Tan and Le, *EfficientNetV2*, 2021).
    pub sizes: Vec<SizeUntil>,
    /// Batch size.
    pub batch: usize,
    /// The highest learning rate, reached after warmup; from there it falls to 0 along a cosine.
    pub learning_rate: f64,
    /// Epochs over which the learning rate rises from 0.
    pub warmup: f64,
    /// AdamW's decoupled weight decay (Loshchilov and Hutter, 2019).
    pub weight_decay: f32,
    /// Decay of the exponential moving average (EMA) of the weights, below 1.
    pub average: f64,
    /// Label smoothing: share of the target that is spread evenly over all classes.
    pub label_smoothing: f32,
    /// Weight of the FER+ head's loss; 0 without votes.
    pub ferplus_weight: f32,
    /// Share of the soft targets in the targets, where there is a teacher (Hinton et al., *Distilling
    /// the knowledge in a neural network*, 2015).
    pub teacher_share: f32,
    /// How much more rare classes weigh: 0 not at all, 1 in inverse proportion to their frequency.
    pub class_balance: f32,
    /// The FER+ head's weight in the logits of the model that is written, 0 to 1.
    pub ferplus_share: f64,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The augmentation of the faces.
    pub augmentation: Augmentation,
}

/// The size of the images in a part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeUntil {
    /// The share of the epochs after which it ends, 0 to 1.
    pub until: f32,
    /// Side of the images in pixels.
    pub side: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            name: "cnn4".to_owned(),
            network: Architecture::Cnn4(Cnn4Config::default()),
            epochs: 20,
            validate_every: 1,
            sizes: Vec::new(),
            batch: 96,
            learning_rate: 2e-3,
            warmup: 0.5,
            weight_decay: 0.03,
            average: 0.998,
            label_smoothing: 0.1,
            ferplus_weight: 0.5,
            teacher_share: 0.7,
            class_balance: 0.0,
            ferplus_share: 0.0,
            seed: 1,
            augmentation: Augmentation::default(),
        }
    }
}

impl Recipe {
    /// Reads a recipe; fields that it omits have their defaults.
    ///
    /// # Errors
    /// [`RecipeError`] when the file cannot be read, or its values cannot be used.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        read(path, Self::check)
    }

    /// Checks the values.
    ///
    /// # Errors
    /// Which value is wrong, for people.
    pub fn check(&self) -> Result<(), String> {
        let share = |value: f32| (0.0..=1.0).contains(&value);
        let needs_full_size = matches!(self.network, Architecture::Cnn4(_));
        if !self.network.is_valid() {
            Err("the network's sizes are out of range".to_owned())
        } else if needs_full_size && !self.sizes.is_empty() {
            Err("cnn4 needs images of one size; omit \"sizes\"".to_owned())
        } else if !self.sizes.iter().all(|size| (16..=SIDE).contains(&size.side)) {
            Err(format!("\"side\" has to be from 16 to {SIDE}"))
        } else if self.validate_every == 0 {
            Err("\"validate_every\" has to be at least 1".to_owned())
        } else if self.batch < 2 {
            Err(format!("\"batch\" is {}, and has to be at least 2", self.batch))
        } else if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            Err(format!("\"learning_rate\" is {}, and has to be above 0", self.learning_rate))
        } else if !(0.0..1.0).contains(&self.average) {
            Err(format!("\"average\" is {}, and has to be from 0 to below 1", self.average))
        } else if !(share(self.label_smoothing) && share(self.teacher_share)) {
            Err("\"label_smoothing\" and \"teacher_share\" have to be from 0 to 1".to_owned())
        } else if !(self.augmentation.scale.iter().all(|scale| *scale > 0.0)) {
            Err("both values of \"scale\" have to be above 0".to_owned())
        } else {
            Ok(())
        }
    }

    /// Side of the images in an epoch (from 0), in pixels.
    pub fn side_at(&self, epoch: usize) -> usize {
        let progress = epoch as f32 / self.epochs.max(1) as f32;
        self.sizes.iter().find(|size| progress < size.until).map_or(SIDE, |size| size.side)
    }

    /// The learning rate at a step (from 0), with `steps_an_epoch` steps in each epoch.
    pub fn learning_rate_at(&self, step: usize, steps_an_epoch: usize) -> f64 {
        let warmup = (self.warmup * steps_an_epoch as f64).max(1.0);
        let step = step as f64;
        if step < warmup {
            return self.learning_rate * (step + 1.0) / warmup;
        }
        let all = (self.epochs * steps_an_epoch) as f64;
        let progress = ((step - warmup) / (all - warmup).max(1.0)).min(1.0);
        self.learning_rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }
}

/// Why a recipe cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the recipe {file} cannot be used: {reason}")]
pub struct RecipeError {
    file: String,
    reason: String,
}

/// Reads the file of a recipe of any kind, and checks its values.
pub(super) fn read<R: DeserializeOwned>(
    path: &Path,
    check: impl FnOnce(&R) -> Result<(), String>,
) -> Result<R, RecipeError> {
    let refused = |reason: String| RecipeError { file: path.display().to_string(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
    let recipe =
        serde_json::from_str(without_bom(&text)).map_err(|error| refused(error.to_string()))?;
    check(&recipe).map_err(refused)?;
    Ok(recipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_learning_rate_rises_and_falls() {
        let recipe = Recipe { epochs: 10, warmup: 1.0, learning_rate: 1.0, ..Recipe::default() };
        let rate = |step| recipe.learning_rate_at(step, 100);
        assert!(rate(0) < 0.02 && rate(50) > 0.4);
        assert!((rate(100) - 1.0).abs() < 1e-9);
        assert!((rate(550) - 0.5).abs() < 1e-9 && rate(1000) < 1e-9);
    }

    #[test]
    fn images_grow() {
        let size = |until, side| SizeUntil { until, side };
        let sizes = vec![size(0.3, 32), size(0.6, 40)];
        let recipe = Recipe { epochs: 10, sizes, ..Recipe::default() };
        let sides: Vec<usize> = (0..10).map(|epoch| recipe.side_at(epoch)).collect();
        assert_eq!(sides, [32, 32, 32, 40, 40, 40, 48, 48, 48, 48]);
        assert!(recipe.check().is_err_and(|reason| reason.contains("cnn4")));
    }

    #[test]
    fn recipes_read_back_and_refuse_unknown_fields() {
        let text = serde_json::to_string(&Recipe::default()).expect("JSON");
        assert_eq!(serde_json::from_str::<Recipe>(&text).expect("a recipe"), Recipe::default());
        assert!(serde_json::from_str::<Recipe>("{\"epoch\": 3}").is_err());
        assert!(Recipe { batch: 1, ..Recipe::default() }.check().is_err());
    }
}
