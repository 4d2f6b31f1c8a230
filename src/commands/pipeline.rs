//! What `emotion` finds and reads faces with: the arguments that its commands share.

use std::path::PathBuf;

use bevy_emotion::analyzer::Analyzer;
use bevy_emotion::classify::{BackendChoice, ClassifierOptions, ModelChoice};
use bevy_emotion::detect::HaarDetector;
#[cfg(feature = "hud")]
use bevy_emotion::plugin::AnalyzePlugin;
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
        let model = self.model.clone().unwrap_or_default();
        let classifier = ClassifierOptions::new(self.backend, model).load()?;
        Ok(Analyzer::new(Box::new(detector), classifier, TrackerConfig::default()))
    }

    /// The same pipeline for an app, on the app's own device.
    #[cfg(feature = "hud")]
    pub fn plugin(&self) -> AnalyzePlugin {
        AnalyzePlugin {
            backend: self.backend,
            model: self.model.clone().unwrap_or_default(),
            cascades: self.cascade.clone(),
            ..AnalyzePlugin::default()
        }
    }
}
