//! The face pipeline of `emotion`, with the arguments that its commands share.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

#[cfg(feature = "demo")]
use bevy_emotion::plugin::AnalyzePlugin;
use clap::{Args, ValueEnum};
use emotion_core::supervise::Deadlines;
use emotion_models::{
    BackendChoice, Classifier, ClassifierInfo, ClassifierOptions, ModelChoice, ModelPool,
};
#[cfg(any(feature = "demo", feature = "project", feature = "watch"))]
use emotion_session::AnalyzerSettings;
use emotion_session::{FaceFinder, FaceReader, PriorMode};
use emotion_vision::detect::{CascadePaths, HaarDetector};
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

    /// The mix of expressions that the scores of films and cameras are corrected for: none, camera (a
    /// fixed guess) or adaptive (learnt while watching)
    #[arg(long, value_name = "none|camera|adaptive", default_value_t)]
    prior: PriorMode,

    /// The cascade file for frontal faces, or the folder of OpenCV's cascades
    #[arg(long, value_name = "FILE|FOLDER")]
    cascade: Option<PathBuf>,

    /// What evaluates the cascades; both find the same faces. The demo always takes haar
    #[arg(long, value_enum, default_value_t)]
    detector: Detector,
}

/// What evaluates the cascades.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Detector {
    /// This program, the faster one
    #[default]
    Haar,
    /// OpenCV, in a program that was built with it
    Opencv,
}

impl Detector {
    fn finder(self, cascades: &CascadePaths) -> anyhow::Result<FaceFinder> {
        let detector = match self {
            Self::Haar => HaarDetector::from_paths(cascades)?,
            #[cfg(feature = "opencv")]
            Self::Opencv => {
                let engine = emotion_opencv::OpenCvEngine::load(cascades)?;
                HaarDetector::with_engine(Box::new(engine))
            }
            #[cfg(not(feature = "opencv"))]
            Self::Opencv => anyhow::bail!(
                "this program was built without OpenCV; build it with `--features emotion_cli/opencv`, \
                 or leave out --detector"
            ),
        };
        Ok(FaceFinder::new(Box::new(detector), TrackerConfig::default()))
    }
}

/// What pipelines of several threads are made of.
pub struct Parts {
    detector: Detector,
    cascades: CascadePaths,
    /// The first finder: it is loaded before the work begins, so that what it lacks is said once.
    finder: Mutex<Option<FaceFinder>>,
    info: ClassifierInfo,
    options: ClassifierOptions,
    pool: ModelPool,
    prior: PriorMode,
    /// Keeps the model in the pool while nobody reads.
    _model: Mutex<Box<dyn Classifier>>,
}

impl Parts {
    /// A finder of its own for a thread.
    ///
    /// # Errors
    /// When the cascades cannot be read any more.
    pub fn finder(&self) -> anyhow::Result<FaceFinder> {
        match self.finder.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(finder) => Ok(finder),
            None => self.detector.finder(&self.cascades),
        }
    }

    /// A reader of its own for a thread; all of them share one model.
    ///
    /// # Errors
    /// When the model cannot be loaded.
    pub fn reader(&self) -> anyhow::Result<FaceReader> {
        let reader = FaceReader::new(self.pool.load(&self.options)?, TrackerConfig::default());
        Ok(reader.with_prior(self.prior))
    }

    /// The model's name.
    pub fn model_name(&self) -> &str {
        &self.info.model
    }

    /// What runs, for people.
    pub fn describe(&self) -> String {
        let info = &self.info;
        let note = info.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
        format!("model {}, {} on {}{note}", info.model, info.backend, info.device)
    }
}

impl PipelineArgs {
    /// What pipelines are made of, on a device of their own.
    ///
    /// # Errors
    /// When there is no usable cascade, model or device.
    pub fn parts(&self) -> anyhow::Result<Parts> {
        let model = self.model.clone().unwrap_or_default();
        let options = ClassifierOptions {
            // This is not real time: a slow driver gets longer deadlines.
            deadlines: Deadlines::nested(Duration::from_secs(60)),
            ..ClassifierOptions::new(self.backend, model)
        };
        let pool = ModelPool::new();
        let model = pool.load(&options)?;
        let cascades = CascadePaths::find(self.cascade.as_deref())?;
        let finder = Mutex::new(Some(self.detector.finder(&cascades)?));
        Ok(Parts {
            detector: self.detector,
            cascades,
            finder,
            info: model.description().clone(),
            options,
            pool,
            prior: self.prior,
            _model: Mutex::new(model),
        })
    }

    /// The same pipeline for a live source.
    #[cfg(any(feature = "demo", feature = "project", feature = "watch"))]
    pub fn settings(&self) -> AnalyzerSettings {
        AnalyzerSettings {
            backend: self.backend,
            model: self.model.clone().unwrap_or_default(),
            cascades: self.cascade.clone(),
            prior: self.prior,
            ..AnalyzerSettings::default()
        }
    }

    /// The same pipeline for an app, on the app's own device.
    #[cfg(feature = "demo")]
    pub fn plugin(&self) -> AnalyzePlugin {
        AnalyzePlugin { settings: self.settings() }
    }
}
