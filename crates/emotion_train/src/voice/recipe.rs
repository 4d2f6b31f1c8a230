//! The hyperparameters of a voice model's training, as one file.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::augment::VoiceAugmentation;
use crate::recipe::{self, RecipeError};

/// The hyperparameters of a voice model's training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceRecipe {
    /// The model's name.
    pub name: String,
    /// The sets that it is trained on; all that are there where none is named.
    pub sets: Vec<String>,
    /// On what terms the model may be used: part of its file.
    pub terms: String,
    /// Augmented copies of each recording.
    pub copies: usize,
    /// The shortest and the longest piece of a copy, in frames of 10 ms.
    pub piece: (usize, usize),
    /// Networks whose outputs are averaged. With more than one, each leaves out other training speakers.
    pub members: usize,
    /// How much of what is usual for a speaker is taken away, 0 to 1.
    pub adaptation: f32,
    /// Outputs of the hidden layers.
    pub hidden: Vec<usize>,
    /// Share of a hidden layer's outputs that is dropped in training.
    pub dropout: f64,
    /// Share of the statistics that is dropped in training.
    pub input_dropout: f64,
    /// Deviation of the noise on the statistics in training.
    pub noise: f32,
    /// Passes over the recordings.
    pub epochs: usize,
    /// Pieces in a step.
    pub batch: usize,
    /// The highest learning rate; it falls to 0 along a cosine.
    pub learning_rate: f64,
    /// AdamW's decoupled weight decay.
    pub weight_decay: f32,
    /// Share of the target that is spread evenly over all classes.
    pub label_smoothing: f32,
    /// How much more small sets weigh: 0 not at all, 1 so that all weigh the same.
    pub set_balance: f32,
    /// How much more rare classes of a set weigh: 0 not at all, 1 so that all weigh the same.
    pub class_balance: f32,
    /// The weight of arousal beside the seven expressions.
    pub arousal_weight: f32,
    /// The seed of all random numbers.
    pub seed: u64,
    /// What the copies go through.
    pub augmentation: VoiceAugmentation,
}

impl Default for VoiceRecipe {
    fn default() -> Self {
        Self {
            name: "voice".to_owned(),
            sets: Vec::new(),
            terms: "those of the data".to_owned(),
            copies: 8,
            piece: (110, 250),
            members: 5,
            adaptation: 0.8,
            hidden: vec![256],
            dropout: 0.6,
            input_dropout: 0.2,
            noise: 0.1,
            epochs: 12,
            batch: 128,
            learning_rate: 2e-3,
            weight_decay: 0.03,
            label_smoothing: 0.1,
            set_balance: 0.5,
            class_balance: 0.5,
            arousal_weight: 0.5,
            seed: 1,
            augmentation: VoiceAugmentation::default(),
        }
    }
}

impl VoiceRecipe {
    /// Reads a recipe; what it leaves out has its default.
    ///
    /// # Errors
    /// [`RecipeError`] where it cannot be read, or a value is out of range.
    pub fn read(path: &Path) -> Result<Self, RecipeError> {
        recipe::read(path, Self::check)
    }

    fn check(&self) -> Result<(), String> {
        let shares = [
            self.dropout,
            self.input_dropout,
            self.augmentation.speed,
            self.augmentation.room,
            self.augmentation.colour,
            self.augmentation.band,
            self.augmentation.noise,
            self.augmentation.clip,
        ];
        let (low, high) = self.augmentation.noise_ratio;
        if !(0.0..=1.0).contains(&self.adaptation)
            || !shares.iter().all(|share| (0.0..=1.0).contains(share))
        {
            Err("a share is not from 0 to 1".to_owned())
        } else if !(1..=16).contains(&self.members) || self.batch == 0 || self.epochs == 0 {
            Err("members go from 1 to 16, batch and epochs from 1".to_owned())
        } else if self.hidden.iter().any(|width| !(1..=4_096).contains(width)) {
            Err("the widths of layers go from 1 to 4096".to_owned())
        } else if self.piece.0 < 20 || self.piece.0 > self.piece.1 || low > high {
            Err("a range begins after its end, or pieces are shorter than 20 frames".to_owned())
        } else if !(0.0..0.5).contains(&self.augmentation.most_speed) {
            Err("most_speed goes from 0 to 0.5".to_owned())
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_recipe_leaves_out_has_its_default_and_nonsense_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("r.json");
        let read = |text: &str| {
            std::fs::write(&path, text).expect("a file");
            VoiceRecipe::read(&path)
        };
        let recipe = read(r#"{"name": "x", "hidden": []}"#).expect("a recipe");
        assert_eq!((recipe.name.as_str(), recipe.batch), ("x", 128));
        for bad in
            [r#"{"dropout": 2}"#, r#"{"members": 0}"#, r#"{"piece": [90, 80]}"#, r#"{"x": 1}"#]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
