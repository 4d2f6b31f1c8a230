//! The face pipeline of `emotion`, with the arguments that its commands share.

use std::path::PathBuf;
use std::time::Duration;

#[cfg(feature = "demo")]
use bevy_emotion::plugin::AnalyzePlugin;
use clap::{Args, ValueEnum};
use emotion_core::supervise::Deadlines;
use emotion_models::{BackendChoice, ClassifierOptions, ModelChoice};
use emotion_session::Analyzer;
#[cfg(feature = "demo")]
use emotion_session::AnalyzerSettings;
use emotion_vision::detect::{CascadePaths, HaarDetector, HaarEngine};
use emotion_vision::track::TrackerConfig;

/// What finds and reads faces.
#[derive(Args)]
pub struct PipelineArgs {
    /// Backend of the model: auto (a real GPU, else the CPU), wgpu or cpu
    #[arg(long, value_name = "auto|wgpu|cpu", default_value = "auto")]
    backend: BackendChoice,

    /// Name of a shipped model, or a file of weights; by default the one that fits the machine
    #[arg(long, value_name = "NAME|FILE")]
    model: Option<ModelChoice>,

    /// The cascade file for frontal faces, or the folder of OpenCV's cascades
    #[arg(long, value_name = "FILE|FOLDER")]
    cascade: Option<PathBuf>,

    /// What evaluates the cascades; both find the same faces
    #[arg(long, value_enum, default_value_t)]
    detector: Detector,
}

/// What evaluates the cascades.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Detector {
    /// This program, the faster one
    #[default]
    Haar,
    /// OpenCV
    Opencv,
}

impl From<Detector> for HaarEngine {
    fn from(detector: Detector) -> Self {
        match detector {
            Detector::Haar => Self::Rust,
            Detector::Opencv => Self::OpenCv,
        }
    }
}

impl PipelineArgs {
    /// The pipeline, on its own device.
    ///
    /// # Errors
    /// When there is no usable cascade, model or device.
    pub fn analyzer(&self) -> anyhow::Result<Analyzer> {
        let cascades = CascadePaths::find(self.cascade.as_deref())?;
        let detector = HaarDetector::with_engine(&cascades, self.detector.into())?;
        let model = self.model.clone().unwrap_or_default();
        let options = ClassifierOptions {
            // This is not real time: a slow driver gets longer deadlines.
            deadlines: Deadlines::nested(Duration::from_secs(60)),
            ..ClassifierOptions::new(self.backend, model)
        };
        let classifier = options.load()?;
        Ok(Analyzer::new(Box::new(detector), classifier, TrackerConfig::default()))
    }

    /// The same pipeline for an app, on the app's own device.
    #[cfg(feature = "demo")]
    pub fn plugin(&self) -> AnalyzePlugin {
        let settings = AnalyzerSettings {
            backend: self.backend,
            model: self.model.clone().unwrap_or_default(),
            cascades: self.cascade.clone(),
            haar_engine: self.detector.into(),
            ..AnalyzerSettings::default()
        };
        AnalyzePlugin { settings }
    }
}
