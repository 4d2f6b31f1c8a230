//! The results of a training run, epoch by epoch.

use serde::{Deserialize, Serialize};

/// The results of an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EpochReport {
    /// The epoch, from 1.
    pub epoch: usize,
    /// Mean training loss.
    pub loss: f64,
    /// The learning rate of the last step.
    pub learning_rate: f64,
    /// Accuracy of the averaged weights on PublicTest against FER-2013's labels, 0 to 1.
    pub accuracy: f64,
    /// Mean of the classes' recalls.
    pub mean_class_accuracy: f64,
    /// Mean negative log-likelihood of the labels.
    pub nll: f64,
    /// Accuracy against the majority of the FER+ votes, where they were read.
    pub ferplus_accuracy: Option<f64>,
    /// Seconds since the last report.
    pub seconds: f64,
}

/// Whether the last epoch is the most accurate one so far.
pub(super) fn is_best(history: &[EpochReport]) -> bool {
    match history.split_last() {
        Some((last, earlier)) => earlier.iter().all(|epoch| epoch.accuracy <= last.accuracy),
        None => false,
    }
}
