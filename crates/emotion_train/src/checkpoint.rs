//! Checkpoints, from which a training run is resumed.

use std::path::{Path, PathBuf};

use burn::record::{BinFileRecorder, FullPrecisionSettings, Record, Recorder};
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use super::error::{TrainError, unwritable};
use super::recipe::Recipe;
use super::report::EpochReport;
use super::save::write;

/// A folder with the state of a run.
///
/// A new checkpoint is written beside the old one and replaces it when it is complete: a kill at any
/// moment leaves one of the two.
pub(super) struct Checkpoint {
    folder: PathBuf,
    next: PathBuf,
    last: PathBuf,
}

/// The readable part of a checkpoint.
#[derive(Serialize, Deserialize)]
pub(super) struct Progress {
    pub recipe: Recipe,
    pub history: Vec<EpochReport>,
}

const PROGRESS: &str = "progress.json";

impl Checkpoint {
    /// The checkpoint of the run in `folder`.
    pub fn new(folder: &Path) -> Self {
        let beside = |name: &str| folder.join(name);
        let checkpoint = Self {
            folder: beside("checkpoint"),
            next: beside("checkpoint.next"),
            last: beside("checkpoint.last"),
        };
        // Killed between the two renames of `finish`: the old checkpoint is the complete one.
        if !checkpoint.folder.exists() && checkpoint.last.exists() {
            let _ = std::fs::rename(&checkpoint.last, &checkpoint.folder);
        }
        checkpoint
    }

    /// The epochs that are done; an error where the checkpoint is of another recipe.
    pub fn history(&self, recipe: &Recipe) -> Result<Vec<EpochReport>, TrainError> {
        let path = self.folder.join(PROGRESS);
        let refused =
            |reason: String| TrainError::Checkpoint { file: path.display().to_string(), reason };
        let text = std::fs::read_to_string(&path).map_err(|error| refused(error.to_string()))?;
        let progress: Progress =
            serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
        // The number of epochs may change; any other change makes it another run.
        let same = Recipe { epochs: recipe.epochs, ..progress.recipe } == *recipe;
        if same {
            Ok(progress.history)
        } else {
            Err(refused("its recipe differs from this run's".to_owned()))
        }
    }

    /// Reads a part of the checkpoint.
    pub fn load<B: Backend, R: Record<B>>(
        &self,
        part: &str,
        device: &B::Device,
    ) -> Result<R, TrainError> {
        let path = self.folder.join(part);
        let recorder = BinFileRecorder::<FullPrecisionSettings>::new();
        Recorder::<B>::load(&recorder, path.clone(), device).map_err(|error| {
            TrainError::Checkpoint { file: path.display().to_string(), reason: error.to_string() }
        })
    }

    /// Writes a part of the next checkpoint.
    pub fn save<B: Backend, R: Record<B>>(&self, part: &str, record: R) -> Result<(), TrainError> {
        std::fs::create_dir_all(&self.next).map_err(|error| unwritable(&self.next, error))?;
        let path = self.next.join(part);
        let recorder = BinFileRecorder::<FullPrecisionSettings>::new();
        Recorder::<B>::record(&recorder, record, path.clone())
            .map_err(|error| unwritable(&path, error))
    }

    /// Completes the next checkpoint with its readable part, and replaces the old one.
    pub fn finish(&self, recipe: &Recipe, history: &[EpochReport]) -> Result<(), TrainError> {
        let progress = Progress { recipe: recipe.clone(), history: history.to_vec() };
        let text = serde_json::to_string_pretty(&progress).unwrap_or_default();
        write(&self.next.join(PROGRESS), text.as_bytes())?;
        let failed = |error| unwritable(&self.folder, error);
        if self.folder.exists() {
            if self.last.exists() {
                std::fs::remove_dir_all(&self.last).map_err(failed)?;
            }
            std::fs::rename(&self.folder, &self.last).map_err(failed)?;
        }
        std::fs::rename(&self.next, &self.folder).map_err(failed)?;
        if self.last.exists() {
            std::fs::remove_dir_all(&self.last).map_err(failed)?;
        }
        Ok(())
    }
}
