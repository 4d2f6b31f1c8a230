//! One analysis at a time, off the main thread.

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bevy::platform::cell::SyncCell;
use bevy::prelude::*;

use super::capture::NewestFrame;
use super::feed::{Announce, EmotionFeed, FeedPlugin};
use super::job::{Job, Outcome};
use super::{EmotionStatus, EmotionSystems};
use crate::analyzer::{Analysis, AnalyzeError, Analyzer};
use crate::classify::{BackendChoice, Classifier, ClassifierOptions, ModelChoice, Readout};
use crate::frame::Frame;
use crate::track::TrackerConfig;

/// Loads detector and model, and analyzes the newest frame whenever the analysis before is done.
///
/// All of it happens on Bevy's `AsyncComputeTaskPool`; what fails is shown in
/// [`EmotionStatus::problem`]. The plugin is a resource, too: change it while the app runs, and the
/// parts that it names are loaded anew while those in use go on.
#[derive(Resource, Clone)]
pub struct AnalyzePlugin {
    /// Where the model runs. A GPU that fails while it runs turns `Auto` into `Cpu`.
    pub backend: BackendChoice,
    /// The model.
    pub model: ModelChoice,
    /// The folder of the cascade files, or the frontal one in it; `None` looks where OpenCV keeps them.
    pub cascades: Option<PathBuf>,
    /// How faces are followed and their scores smoothed.
    pub tracker: TrackerConfig,
    /// An analysis that takes longer is given up: the analyzer is left to itself and another one
    /// started, at most a few times. Real time; that in which the app itself stands still does not
    /// count.
    pub deadline: Duration,
    /// Makes the analyzer instead of model, cascades and tracker.
    pub maker: Option<AnalyzerMaker>,
}

impl Default for AnalyzePlugin {
    fn default() -> Self {
        Self {
            backend: BackendChoice::default(),
            model: ModelChoice::default(),
            cascades: None,
            tracker: TrackerConfig::default(),
            deadline: Duration::from_secs(10),
            maker: None,
        }
    }
}

/// Makes an analyzer, off the main thread; once, or again after it crashed or hung.
pub type AnalyzerMaker =
    Arc<dyn Fn() -> Result<Analyzer, Box<dyn Error + Send + Sync>> + Send + Sync>;

impl AnalyzePlugin {
    /// Analyzes with a detector, a classifier and a tracker of your own.
    pub fn with_analyzer(
        make: impl Fn() -> Result<Analyzer, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> Self {
        Self { maker: Some(Arc::new(make)), ..Self::default() }
    }
}

impl Plugin for AnalyzePlugin {
    fn build(&self, app: &mut App) {
        FeedPlugin::ensure(app);
        app.insert_resource(self.clone()).init_resource::<Engine>().add_systems(
            Update,
            (load, finish_analysis, watch, take_in, report_problem, start_analysis)
                .chain()
                .before(Announce)
                .in_set(EmotionSystems::Analyze),
        );
    }

    #[cfg(feature = "wgpu")]
    fn finish(&self, app: &mut App) {
        let handles = super::gpu::handles(app);
        app.world_mut().resource_mut::<Engine>().shared_gpu = handles;
    }
}

/// The analyzer's whereabouts: being loaded, free, or away with a frame.
#[derive(Resource, Default)]
struct Engine {
    loading: Option<Job<Result<Part, String>>>,
    /// What was loaded, until the analyzer is free to take it in.
    fresh: Option<SyncCell<Part>>,
    /// The settings of the last load.
    loaded: Option<AnalyzePlugin>,
    analyzer: Option<SyncCell<Analyzer>>,
    /// Whether its classifier runs on a GPU.
    on_gpu: bool,
    running: Option<Job<Done>>,
    /// How long that has been running.
    running_for: Duration,
    /// The source that the analyzer's tracks belong to.
    source: u64,
    /// In a row, those included that hung.
    crashes: u32,
    /// Analyses that never returned: each may keep a thread of the pool.
    hung: u32,
    load_problem: Option<String>,
    problem: Option<String>,
    #[cfg(feature = "wgpu")]
    shared_gpu: Option<crate::classify::GpuHandles>,
}

/// What loading gives.
enum Part {
    Analyzer(Analyzer),
    /// For the analyzer that is in use, which keeps its tracks.
    Classifier(Box<dyn Classifier>),
}

/// What comes back from an analysis.
struct Done {
    /// `None` after a crash: its state cannot be trusted.
    analyzer: Option<Analyzer>,
    outcome: Result<Analysis, Failure>,
    frame: Arc<Frame>,
    source: u64,
}

enum Failure {
    Error(AnalyzeError),
    Crash(String),
}

/// After this many crashes in a row the analyzer is not made again.
const MAX_CRASHES: u32 = 3;
/// Nor after this many analyses that never returned: each keeps a thread.
const MAX_HUNG: u32 = 4;
/// The most that an update counts for a deadline: a longer one was the app's own standstill.
const LONGEST_UPDATE: Duration = Duration::from_millis(250);

/// Starts loading when the settings changed or the analyzer crashed.
fn load(
    settings: Res<AnalyzePlugin>,
    mut engine: ResMut<Engine>,
    mut status: ResMut<EmotionStatus>,
) {
    let engine = &mut *engine;
    let lost = engine.crashes > 0 && engine.may_start_again() && engine.loaded.is_none();
    if settings.is_changed() || lost {
        engine.load_problem = None;
        // A load that is still under way is forgotten.
        engine.loading = Some(engine.start_loading(&settings));
        engine.loaded = Some(settings.clone());
    }
    let outcome = engine.loading.as_mut().map_or(Outcome::Pending, Job::poll);
    if !matches!(outcome, Outcome::Pending) {
        engine.loading = None;
        let result = match outcome {
            Outcome::Done(result) => result,
            _ => Err("no thread can be started to load on; close other programs".to_owned()),
        };
        match result {
            Ok(part) => engine.fresh = Some(SyncCell::new(part)),
            Err(problem) => engine.load_problem = Some(problem),
        }
    }
    let loading = engine.loading.is_some();
    if status.loading != loading {
        status.loading = loading;
    }
}

/// Takes the analyzer back when it is done, and hands on what it found.
fn finish_analysis(
    mut settings: ResMut<AnalyzePlugin>,
    mut engine: ResMut<Engine>,
    mut feed: ResMut<EmotionFeed>,
) {
    let engine = &mut *engine;
    let done = match engine.running.as_mut().map_or(Outcome::Pending, Job::poll) {
        Outcome::Pending => return,
        Outcome::Done(done) => done,
        Outcome::Lost => {
            engine.running = None;
            engine.lose("no thread can be started to analyze on");
            return;
        }
    };
    engine.running = None;
    let (source, frame) = (done.source, done.frame.clone());
    if let Some(analysis) = engine.take_back(done, &mut settings) {
        feed.analyzed(source, frame, analysis);
    }
}

/// Gives an analysis up that does not return. A GPU that hangs once will hang again.
fn watch(time: Res<Time<Real>>, mut settings: ResMut<AnalyzePlugin>, mut engine: ResMut<Engine>) {
    if engine.running.is_none() {
        return;
    }
    let engine = &mut *engine;
    engine.running_for += time.delta().min(LONGEST_UPDATE);
    if engine.running_for < settings.deadline {
        return;
    }
    if let Some(job) = engine.running.take() {
        job.leave();
    }
    engine.hung += 1;
    let seconds = settings.deadline.as_secs_f32();
    engine.lose(&format!("the analysis has not returned for {seconds} s"));
    if engine.on_gpu && settings.maker.is_none() && settings.backend == BackendChoice::Auto {
        settings.backend = BackendChoice::Cpu;
    }
}

/// Puts what was loaded to use, when the analyzer is free.
fn take_in(
    mut engine: ResMut<Engine>,
    mut newest: ResMut<NewestFrame>,
    mut status: ResMut<EmotionStatus>,
) {
    let engine = &mut *engine;
    if engine.running.is_some() {
        return;
    }
    match engine.fresh.take().map(SyncCell::to_inner) {
        Some(Part::Analyzer(analyzer)) => {
            engine.on_gpu = analyzer.classifier().backend != "cpu";
            status.classifier = Some(analyzer.classifier().clone());
            // Its tracks are numbered from 1 again: they must not be taken for those before.
            if engine.analyzer.replace(SyncCell::new(analyzer)).is_some() || engine.crashes > 0 {
                newest.source += 1;
            }
            engine.source = newest.source;
        }
        Some(Part::Classifier(classifier)) => {
            if let Some(analyzer) = &mut engine.analyzer {
                engine.on_gpu = classifier.description().backend != "cpu";
                status.classifier = Some(classifier.description().clone());
                analyzer.get().set_classifier(classifier);
            }
        }
        None => {}
    }
}

fn report_problem(engine: Res<Engine>, mut status: ResMut<EmotionStatus>) {
    let problem = engine.load_problem.as_ref().or(engine.problem.as_ref());
    if status.problem.as_ref() != problem {
        if let Some(problem) = problem {
            warn!("{problem}");
        }
        status.problem = problem.cloned();
    }
}

fn start_analysis(
    mut engine: ResMut<Engine>,
    mut newest: ResMut<NewestFrame>,
    status: Res<EmotionStatus>,
) {
    let engine = &mut *engine;
    if status.paused || newest.rests || engine.analyzer.is_none() {
        return;
    }
    let Some(frame) = newest.waiting.take() else { return };
    let Some(analyzer) = engine.analyzer.take() else { return };
    let mut analyzer = SyncCell::to_inner(analyzer);
    let source = newest.source;
    let new_source = std::mem::replace(&mut engine.source, source) != source;
    engine.running_for = Duration::ZERO;
    engine.running = Some(engine.start(move || {
        if new_source {
            analyzer.reset();
        }
        run(analyzer, frame, source)
    }));
}

/// Analyzes a frame. Detectors and GPU drivers are other people's code: a crash in them is a
/// failure like any other.
fn run(mut analyzer: Analyzer, frame: Arc<Frame>, source: u64) -> Done {
    match catch_unwind(AssertUnwindSafe(|| analyzer.analyze(&frame))) {
        Ok(outcome) => {
            let outcome = outcome.map_err(Failure::Error);
            Done { analyzer: Some(analyzer), outcome, frame, source }
        }
        Err(panic) => {
            let failure = Failure::Crash(panic_message(panic.as_ref()));
            // What is broken may break again when it is taken apart.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(analyzer)));
            Done { analyzer: None, outcome: Err(failure), frame, source }
        }
    }
}

impl Engine {
    /// Starts work where it gets its turn: what hangs may keep the pool's only thread.
    fn start<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Job<T> {
        if self.hung == 0 { Job::on_pool(work) } else { Job::on_thread(work) }
    }

    fn start_loading(&self, settings: &AnalyzePlugin) -> Job<Result<Part, String>> {
        let has_analyzer = self.running.is_some() || self.analyzer.is_some();
        let only_classifier = has_analyzer
            && self.loaded.as_ref().is_some_and(|loaded| settings.differs_in_classifier(loaded));
        let settings = settings.clone();
        let options = ClassifierOptions {
            backend: settings.backend,
            model: settings.model.clone(),
            readout: Readout::Output,
            #[cfg(feature = "wgpu")]
            shared_gpu: self.shared_gpu.clone(),
        };
        self.start(move || {
            let load = || match only_classifier {
                true => Ok(Part::Classifier(options.load()?)),
                false => settings.make(&options).map(Part::Analyzer),
            };
            match catch_unwind(AssertUnwindSafe(load)) {
                Ok(Ok(part)) => Ok(part),
                Ok(Err(error)) => Err(error.to_string()),
                Err(panic) => Err(format!(
                    "loading crashed: {}; try another model or backend",
                    panic_message(panic.as_ref())
                )),
            }
        })
    }

    /// The analyzer is gone; the next [`load`] makes another one.
    fn lose(&mut self, what: &str) {
        self.crashes += 1;
        self.loaded = None;
        let next = if self.may_start_again() {
            "starting it again"
        } else {
            "not starting it again; try another model or backend"
        };
        self.problem = Some(format!("{what}; {next}"));
    }

    fn may_start_again(&self) -> bool {
        self.crashes < MAX_CRASHES && self.hung < MAX_HUNG
    }

    /// Takes the analyzer back, and what it says of its frame, if it could be analyzed.
    fn take_back(&mut self, done: Done, settings: &mut ResMut<AnalyzePlugin>) -> Option<Analysis> {
        let gpu_failed = match &done.outcome {
            Ok(_) => {
                self.crashes = 0;
                self.problem = None;
                false
            }
            Err(Failure::Error(error)) => {
                self.problem = Some(error.to_string());
                self.on_gpu && matches!(error, AnalyzeError::Classify(_))
            }
            Err(Failure::Crash(reason)) => {
                self.lose(&format!("the analysis crashed: {reason}"));
                false
            }
        };
        if gpu_failed && settings.maker.is_none() && settings.backend == BackendChoice::Auto {
            settings.backend = BackendChoice::Cpu;
        }
        self.analyzer = done.analyzer.map(SyncCell::new);
        done.outcome.ok()
    }
}

impl AnalyzePlugin {
    /// Whether detector and tracker may stay when `loaded` is in use.
    fn differs_in_classifier(&self, loaded: &Self) -> bool {
        self.maker.is_none()
            && loaded.maker.is_none()
            && self.cascades == loaded.cascades
            && self.tracker == loaded.tracker
    }

    fn make(&self, options: &ClassifierOptions) -> Result<Analyzer, Box<dyn Error + Send + Sync>> {
        if let Some(make) = &self.maker {
            return make();
        }
        #[cfg(feature = "opencv")]
        {
            let detector = crate::detect::HaarDetector::from_system(self.cascades.as_deref())?;
            Ok(Analyzer::new(Box::new(detector), options.load()?, self.tracker))
        }
        #[cfg(not(feature = "opencv"))]
        let _ = options;
        #[cfg(not(feature = "opencv"))]
        Err("there is no detector: build with the feature \"opencv\", or bring your own with \
             AnalyzePlugin::with_analyzer"
            .into())
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked without a message").to_owned()
}
