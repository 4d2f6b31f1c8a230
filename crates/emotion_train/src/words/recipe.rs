//! The hyperparameters of a training run.

use std::path::Path;

use emotion_words::WordsConfig;
use serde::{Deserialize, Serialize};

use crate::recipe::{self, RecipeError};

/// The hyperparameters of a training run on lines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WordsRecipe {
    /// The model's name.
    pub name: String,
    /// The network's sizes.
    pub network: WordsConfig,
    /// Epochs: how often each line is seen.
    pub epochs: usize,
    /// Lines in a step.
    pub batch: usize,
    /// The highest learning rate, from which it falls to 0 along a cosine.
    pub learning_rate: f64,
    /// Passes over the lines of the logistic regression that the direct table starts from; 0 starts from zeros.
    pub direct_epochs: usize,
    /// The learning rate of the direct table after that, as a share of the other; 0 leaves it as it is.
    pub direct_rate: f64,
    /// Steps over which the learning rate rises from 0.
    pub warmup: usize,
    /// AdamW's decoupled weight decay.
    pub weight_decay: f32,
    /// Decay of the moving average of the weights, below 1.
    pub average: f64,
    /// Share of the words of a line that are left out in training.
    pub word_dropout: f32,
    /// Share of the direct pieces that are left out in training.
    pub direct_dropout: f32,
    /// How often a direct piece has to be there in training to count.
    pub least_direct: usize,
    /// How often a word has to be there in training to be known.
    pub least_known: usize,
    /// The seed of all random numbers.
    pub seed: u64,
}

impl Default for WordsRecipe {
    fn default() -> Self {
        Self {
            name: "words".to_owned(),
            network: WordsConfig::default(),
            epochs: 8,
            batch: 256,
            learning_rate: 2e-3,
            direct_epochs: 0,
            direct_rate: 0.5,
            warmup: 100,
            weight_decay: 0.15,
            average: 0.995,
            word_dropout: 0.1,
            direct_dropout: 0.3,
            least_direct: 3,
            least_known: 3,
            seed: 1,
        }
    }
}

impl WordsRecipe {
    /// Reads a recipe; fields that it omits have their defaults.
    ///
    /// # Errors
    /// [`RecipeError`] when the file cannot be read, or its values cannot be used.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        recipe::read(path, Self::check)
    }

    /// Checks the values.
    ///
    /// # Errors
    /// Which value is wrong, for people.
    pub fn check(&self) -> Result<(), String> {
        let share = |value: f32| (0.0..1.0).contains(&value);
        if !self.network.is_valid() {
            Err("the network's sizes are out of range".to_owned())
        } else if self.epochs == 0 || self.batch == 0 {
            Err("\"epochs\" and \"batch\" have to be at least 1".to_owned())
        } else if !(self.learning_rate > 0.0 && self.learning_rate.is_finite()) {
            Err(format!("\"learning_rate\" is {}, and has to be above 0", self.learning_rate))
        } else if !(0.0..1.0).contains(&self.average) {
            Err(format!("\"average\" is {}, and has to be from 0 to below 1", self.average))
        } else if !(share(self.word_dropout) && share(self.direct_dropout)) {
            Err("\"word_dropout\" and \"direct_dropout\" have to be from 0 to below 1".to_owned())
        } else {
            Ok(())
        }
    }

    /// The learning rate at a step of all.
    pub fn learning_rate_at(&self, step: usize, steps: usize) -> f64 {
        let rise = ((step + 1) as f64 / self.warmup.max(1) as f64).min(1.0);
        let progress = step as f64 / steps.max(1) as f64;
        self.learning_rate * rise * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos())
    }
}
