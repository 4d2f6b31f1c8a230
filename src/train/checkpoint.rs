//! The files from which a training run goes on.

use std::path::{Path, PathBuf};

use burn::record::{BinFileRecorder, FullPrecisionSettings, Record, Recorder};
use burn::tensor::backend::Backend;
use serde::{Deserialize, Serialize};

use super::learner::{EpochReport, TrainError};
use super::recipe::Recipe;

/// A folder with all that a run needs to go on.
///
/// A new one is written beside the old one and takes its place when it is whole: a kill at any
/// moment leaves one of the two.
pub(super) struct Checkpoint {
    folder: PathBuf,
    next: PathBuf,
    last: PathBuf,
}

/// The text part of a checkpoint.
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
        // Killed between the two renames of `finish`: the old one is the whole one.
        if !checkpoint.folder.exists() && checkpoint.last.exists() {
            let _ = std::fs::rename(&checkpoint.last, &checkpoint.folder);
        }
        checkpoint
    }

    /// What a run of this recipe has brought so far.
    pub fn history(&self, recipe: &Recipe) -> Result<Vec<EpochReport>, TrainError> {
        let path = self.folder.join(PROGRESS);
        let refused =
            |reason: String| TrainError::Checkpoint { file: path.display().to_string(), reason };
        let text = std::fs::read_to_string(&path).map_err(|error| refused(error.to_string()))?;
        let progress: Progress =
            serde_json::from_str(&text).map_err(|error| refused(error.to_string()))?;
        // More or fewer epochs are a wish, anything else makes it another run.
        let same = Recipe { epochs: recipe.epochs, ..progress.recipe } == *recipe;
        if same { Ok(progress.history) } else { Err(refused("its recipe is another".to_owned())) }
    }

    /// Reads a part.
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

    /// Writes the text part; then the next checkpoint is whole, and takes the old one's place.
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

/// Writes beside the file and renames, so that a kill leaves the old or the new one.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let half_done = path.with_extension("part");
    std::fs::write(&half_done, bytes)
        .and_then(|()| std::fs::rename(&half_done, path))
        .map_err(|error| unwritable(path, error))
}

pub(super) fn unwritable(path: &Path, error: impl std::fmt::Display) -> TrainError {
    TrainError::Folder { file: path.display().to_string(), reason: error.to_string() }
}
