//! Everything that decides a training run, as one file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::augment::Augmentation;
use crate::classify::models::Architecture;
use crate::classify::models::cnn4::Cnn4Config;
use crate::classify::preprocess::SIDE;

/// Everything that decides a training run, apart from the data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// The model's name.
    pub name: String,
    /// The network.
    pub network: Architecture,
    /// How often each training face is seen.
    pub epochs: usize,
    /// Epochs from one validation and checkpoint to the next.
    pub validate_every: usize,
    /// Smaller pictures for the beginning, from the first to the last: coarse features are learned
    /// from them in less time (Tan and Le, *EfficientNetV2*, 2021).
    pub sizes: Vec<SizeUntil>,
    /// Faces in one step.
    pub batch: usize,
    /// The highest learning rate, after warming up; from there it falls along a cosine to 0.
    pub learning_rate: f64,
    /// Epochs over which the learning rate rises from 0.
    pub warmup: f64,
    /// AdamW's decoupled weight decay (Loshchilov and Hutter, 2019).
    pub weight_decay: f32,
    /// Of the running average of the weights, the share that one step leaves in place, 0 to 1.
    pub average: f64,
    /// Share of the label's probability that is spread over all classes.
    pub label_smoothing: f32,
    /// Weight of the FER+ head's loss; 0 without votes.
    pub ferplus_weight: f32,
    /// Share of the teacher's opinion in the targets, where there is a teacher (Hinton et al.,
    /// *Distilling the knowledge in a neural network*, 2015).
    pub teacher_share: f32,
    /// How much rare classes weigh more: 0 not at all, 1 in inverse proportion to their number.
    pub class_balance: f32,
    /// The FER+ head's part in the shipped network's logits.
    pub ferplus_share: f64,
    /// Decides all that is drawn by chance.
    pub seed: u64,
    /// How faces are changed.
    pub augmentation: Augmentation,
}

/// The size of the pictures in a part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeUntil {
    /// Share of the epochs at which it ends, 0 to 1.
    pub until: f32,
    /// Side of the pictures in pixels.
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
    /// Reads a recipe; what it leaves out has its default.
    ///
    /// # Errors
    /// [`RecipeError`] when the file cannot be read, or asks for something impossible.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        let file = path.display().to_string();
        let refused = |reason: String| RecipeError { file: file.clone(), reason };
        let text = std::fs::read_to_string(path).map_err(|error| refused(error.to_string()))?;
        let recipe: Self =
            serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
        recipe.check().map_err(refused)?;
        Ok(recipe)
    }

    /// Whether a run with these numbers is possible; the reason where it is not.
    ///
    /// # Errors
    /// What is wrong, for people.
    pub fn check(&self) -> Result<(), String> {
        let share = |value: f32| (0.0..=1.0).contains(&value);
        let needs_full_size = matches!(self.network, Architecture::Cnn4(_));
        if !self.network.is_valid() {
            Err("the network's sizes are out of range".to_owned())
        } else if needs_full_size && !self.sizes.is_empty() {
            Err("cnn4 reads pictures of one size only; leave out \"sizes\"".to_owned())
        } else if !self.sizes.iter().all(|size| (16..=SIDE).contains(&size.side)) {
            Err(format!("pictures are 16 to {SIDE} pixels wide"))
        } else if self.validate_every == 0 {
            Err("validate_every is 1 or more".to_owned())
        } else if self.batch < 2 {
            Err(format!("a batch of {} is too small", self.batch))
        } else if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            Err(format!("a learning rate of {} teaches nothing", self.learning_rate))
        } else if !(0.0..1.0).contains(&self.average) {
            Err(format!("an average of {} never moves", self.average))
        } else if !(share(self.label_smoothing) && share(self.teacher_share)) {
            Err("label smoothing and teacher's share go from 0 to 1".to_owned())
        } else if !(self.augmentation.scale.iter().all(|scale| *scale > 0.0)) {
            Err("scales are above 0".to_owned())
        } else {
            Ok(())
        }
    }

    /// Side of the pictures in an epoch (from 0), in pixels.
    pub fn side_at(&self, epoch: usize) -> usize {
        let progress = epoch as f32 / self.epochs.max(1) as f32;
        self.sizes.iter().find(|size| progress < size.until).map_or(SIDE, |size| size.side)
    }

    /// The learning rate at a step, of `steps_an_epoch` in each epoch.
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
    fn pictures_grow() {
        let size = |until, side| SizeUntil { until, side };
        let sizes = vec![size(0.3, 32), size(0.6, 40)];
        let recipe = Recipe { epochs: 10, sizes, ..Recipe::default() };
        let sides: Vec<usize> = (0..10).map(|epoch| recipe.side_at(epoch)).collect();
        assert_eq!(sides, [32, 32, 32, 40, 40, 40, 48, 48, 48, 48]);
        assert!(recipe.check().is_err_and(|reason| reason.contains("cnn4")));
    }

    #[test]
    fn recipes_read_back_and_refuse_what_they_do_not_know() {
        let text = serde_json::to_string(&Recipe::default()).expect("JSON");
        assert_eq!(serde_json::from_str::<Recipe>(&text).expect("a recipe"), Recipe::default());
        assert!(serde_json::from_str::<Recipe>("{\"epoch\": 3}").is_err());
        assert!(Recipe { batch: 1, ..Recipe::default() }.check().is_err());
    }
}
