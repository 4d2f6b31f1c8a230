//! One file for each subcommand: its arguments as `XArgs`, and `run`.

pub mod analyze;
mod annotate;
mod film;
mod letterbox;
mod rows;

use std::path::PathBuf;

use bevy_emotion::analyzer::Analyzer;
use bevy_emotion::classify::{BackendChoice, ClassifierOptions, ModelChoice};
use bevy_emotion::detect::HaarDetector;
use bevy_emotion::track::TrackerConfig;
use clap::Args;

/// What finds and reads faces.
#[derive(Args)]
pub struct PipelineArgs {
    /// What runs the model: auto (a real GPU, else the CPU), wgpu or cpu
    #[arg(long, value_name = "auto|wgpu|cpu", default_value = "auto")]
    backend: BackendChoice,

    /// A model that ships, by name, or a file of weights; without it the one that fits the machine
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<ModelChoice>,

    /// The cascade file for frontal faces, or the folder of OpenCV's cascades
    #[arg(long, value_name = "FILE|FOLDER")]
    cascade: Option<PathBuf>,
}

impl PipelineArgs {
    /// The pipeline, on a device of its own.
    ///
    /// # Errors
    /// When there is no usable cascade, model or device.
    pub fn analyzer(&self) -> anyhow::Result<Analyzer> {
        let detector = HaarDetector::from_system(self.cascade.as_deref())?;
        let classifier = ClassifierOptions {
            backend: self.backend,
            model: self.model.clone().unwrap_or_default(),
            ..ClassifierOptions::default()
        }
        .load()?;
        Ok(Analyzer::new(Box::new(detector), classifier, TrackerConfig::default()))
    }
}

/// The error and its causes in one line, each cause once: some errors quote theirs.
pub fn chain(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_cause_is_told_once() {
        let missing = std::io::Error::other("disk on fire");
        let quoting = anyhow::Error::new(missing).context("cannot read a.mp4: disk on fire; buy a disk");
        assert_eq!(super::chain(&quoting), "cannot read a.mp4: disk on fire; buy a disk");
        assert_eq!(super::chain(&quoting.context("analyze")).matches("disk on fire").count(), 1);
    }
}
