//! Errors of training.

use std::path::Path;

use emotion_models::weights::LoadError;
use emotion_words::WordsError;

use super::dataset::DataError;
use super::words::LinesError;

/// Why training, calibration or export of logits failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// The data cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model cannot be read or written.
    #[error(transparent)]
    Model(#[from] LoadError),
    /// A file of lines cannot be used.
    #[error(transparent)]
    Lines(#[from] LinesError),
    /// A model of words cannot be read or written.
    #[error(transparent)]
    Words(#[from] WordsError),
    /// A file or folder cannot be written.
    #[error("{file} cannot be written: {reason}; use another folder")]
    Folder {
        /// The file or folder.
        file: String,
        /// The system's message.
        reason: String,
    },
    /// The checkpoint cannot be used.
    #[error("the run cannot be resumed from {file}: {reason}; start a new run instead of resuming")]
    Checkpoint {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// The loss is not finite any more.
    #[error(
        "training diverged: the loss is not finite in epoch {epoch}, step {step}; lower the learning \
         rate"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in it, from 0.
        step: usize,
    },
    /// The backend failed.
    #[error("the backend failed: {0}; use another backend")]
    Backend(String),
}

pub(super) fn unwritable(path: &Path, error: impl std::fmt::Display) -> TrainError {
    TrainError::Folder { file: path.display().to_string(), reason: error.to_string() }
}
