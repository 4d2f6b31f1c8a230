//! An analyzer on a thread of its own: loaded beside what runs, swapped while it runs, given up when it
//! hangs, started again when it crashes.

use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use emotion_core::supervise::{Deadlines, Worker, WorkerFailure, panic_message};
use emotion_core::{Analysis, Frame};
use emotion_models::{
    BackendChoice, Classifier, ClassifierInfo, ClassifierOptions, ModelChoice, ModelPool, Readout,
};
use emotion_vision::detect::HaarDetector;
use emotion_vision::track::TrackerConfig;

use crate::{AnalyzeError, Analyzer, PriorMode};

/// What an [`Engine`] loads.
#[derive(Clone, Default)]
pub struct AnalyzerSettings {
    /// Where the model runs. When a GPU fails while it runs, `Auto` goes on on the CPU.
    pub backend: BackendChoice,
    /// The model.
    pub model: ModelChoice,
    /// The folder of the cascade files, or the frontal one in it; `None` looks where OpenCV keeps them.
    pub cascades: Option<PathBuf>,
    /// How faces are followed and their scores smoothed.
    pub tracker: TrackerConfig,
    /// Which mix of expressions the scores are corrected for.
    pub prior: PriorMode,
    /// An analysis that takes longer is given up and another analyzer started, at most a few times.
    /// A call to the GPU has a shorter deadline of its own, so that the CPU takes over before.
    pub deadlines: Deadlines,
    /// Makes the analyzer instead of model, cascades, tracker and prior.
    pub maker: Option<AnalyzerMaker>,
    /// The GPU that a Bevy app already uses; without it the `wgpu` backend opens one of its own.
    #[cfg(feature = "wgpu")]
    pub shared_gpu: Option<emotion_models::GpuHandles>,
}

/// Makes an analyzer on the loading thread; once, or again after it crashed or hung.
pub type AnalyzerMaker =
    Arc<dyn Fn() -> Result<Analyzer, Box<dyn Error + Send + Sync>> + Send + Sync>;

impl AnalyzerSettings {
    /// An analyzer with a detector, a classifier and a tracker of your own.
    pub fn with_analyzer(
        make: impl Fn() -> Result<Analyzer, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> Self {
        Self { maker: Some(Arc::new(make)), ..Self::default() }
    }

    /// Whether detector and tracker may stay when `loaded` is in use.
    fn differs_in_classifier(&self, loaded: &Self) -> bool {
        self.maker.is_none()
            && loaded.maker.is_none()
            && self.cascades == loaded.cascades
            && self.tracker == loaded.tracker
            && self.prior == loaded.prior
    }

    fn options(&self, backend: BackendChoice) -> ClassifierOptions {
        let options = ClassifierOptions::new(backend, self.model.clone());
        ClassifierOptions {
            readout: Readout::Output,
            deadlines: self.deadlines,
            #[cfg(feature = "wgpu")]
            shared_gpu: self.shared_gpu.clone(),
            ..options
        }
    }

    fn make(
        &self,
        options: &ClassifierOptions,
        pool: &ModelPool,
    ) -> Result<Analyzer, Box<dyn Error + Send + Sync>> {
        if let Some(make) = &self.maker {
            return make();
        }
        let detector = HaarDetector::from_system(self.cascades.as_deref())?;
        let analyzer = Analyzer::new(Box::new(detector), pool.load(options)?, self.tracker);
        Ok(analyzer.with_prior(self.prior))
    }
}

impl std::fmt::Debug for AnalyzerSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnalyzerSettings")
            .field("backend", &self.backend)
            .field("model", &self.model)
            .field("cascades", &self.cascades)
            .field("tracker", &self.tracker)
            .field("prior", &self.prior)
            .field("deadlines", &self.deadlines)
            .field("maker", &self.maker.is_some())
            .finish_non_exhaustive()
    }
}

/// How an [`Engine`] is doing, for people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EngineStatus {
    /// What reads the faces; `None` until it is loaded.
    pub classifier: Option<ClassifierInfo>,
    /// Whether detector and model, or another model, are being loaded.
    pub loading: bool,
    /// What went wrong last, with what to do; `None` while all is well.
    pub problem: Option<String>,
}

/// An analysis that is done.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The frame.
    pub frame: Arc<Frame>,
    /// What was found in it.
    pub analysis: Analysis,
}

/// Runs an analyzer, one frame at a time. Nothing here waits: [`Engine::poll`] is called again and
/// again.
///
/// The mutexes are never locked; they only make it `Sync`, which detectors and models need not be.
pub struct Engine {
    settings: AnalyzerSettings,
    pool: Arc<ModelPool>,
    /// A GPU failed while it ran: the CPU is used where the settings leave the choice.
    gpu_failed: bool,
    loading: Option<Worker<Load, Result<Part, String>>>,
    /// What was loaded, until the analyzer is free to take it in.
    fresh: Mutex<Option<Part>>,
    /// The settings of the last load; `None` when the analyzer is to be loaded anew.
    loaded: Option<AnalyzerSettings>,
    analyzer: Mutex<Option<Analyzer>>,
    /// Whether its classifier runs on a GPU.
    on_gpu: bool,
    /// Whether the analyzer's tracks are those of faces before: it is to forget them.
    forget: bool,
    worker: Option<Worker<Work, Done>>,
    /// How long the analysis under way has been running.
    running_for: Option<Duration>,
    /// In a row, those included that hung.
    crashes: u32,
    /// Analyses that never returned: each keeps a thread.
    hung: u32,
    /// Counts the analyzers: tracks of different ones have nothing to do with each other.
    generation: u64,
    classifier: Option<ClassifierInfo>,
    load_problem: Option<String>,
    problem: Option<String>,
}

/// What is to be loaded.
struct Load {
    settings: AnalyzerSettings,
    options: ClassifierOptions,
    only_classifier: bool,
    pool: Arc<ModelPool>,
}

/// What loading gives.
enum Part {
    Analyzer(Box<Analyzer>),
    /// For the analyzer that is in use, which keeps its tracks.
    Classifier(Box<dyn Classifier>),
}

/// A frame on its way through the analyzer.
struct Work {
    analyzer: Analyzer,
    frame: Arc<Frame>,
    forget: bool,
}

/// What comes back.
struct Done {
    /// `None` after a crash: its state cannot be trusted.
    analyzer: Option<Analyzer>,
    outcome: Result<Analysis, Failure>,
    frame: Arc<Frame>,
}

enum Failure {
    Error(AnalyzeError),
    Crash(String),
}

/// After this many crashes in a row the analyzer is not made again.
const MAX_CRASHES: u32 = 3;
/// Nor after this many analyses that never returned.
const MAX_HUNG: u32 = 4;
/// The most that a call counts for a deadline: a longer time was the caller's own standstill.
const LONGEST_POLL: Duration = Duration::from_millis(250);

impl Engine {
    /// Begins to load at the first [`Engine::poll`].
    pub fn new(settings: AnalyzerSettings, pool: Arc<ModelPool>) -> Self {
        Self {
            settings,
            pool,
            gpu_failed: false,
            loading: None,
            fresh: Mutex::default(),
            loaded: None,
            analyzer: Mutex::default(),
            on_gpu: false,
            forget: false,
            worker: None,
            running_for: None,
            crashes: 0,
            hung: 0,
            generation: 0,
            classifier: None,
            load_problem: None,
            problem: None,
        }
    }

    /// Loads what these settings name, while what is in use goes on.
    pub fn set_settings(&mut self, settings: AnalyzerSettings) {
        self.settings = settings;
        self.gpu_failed = false;
        (self.crashes, self.hung) = (0, 0);
        self.start_loading();
    }

    /// How it is doing.
    pub fn status(&self) -> EngineStatus {
        EngineStatus {
            classifier: self.classifier.clone(),
            loading: self.loading.is_some(),
            problem: self.load_problem.as_ref().or(self.problem.as_ref()).cloned(),
        }
    }

    /// Counts the analyzers that were put to use. Faces of different ones have nothing to do with
    /// each other.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether an analyzer waits for a frame.
    pub fn is_free(&mut self) -> bool {
        inside(&mut self.analyzer).is_some()
    }

    /// The next frame belongs to another epoch: its faces are other ones.
    pub const fn forget_faces(&mut self) {
        self.forget = true;
    }

    /// Analyzes a frame; `false` when no analyzer is free, and the frame is not taken.
    pub fn submit(&mut self, frame: Arc<Frame>) -> bool {
        let Some(analyzer) = inside(&mut self.analyzer).take() else { return false };
        let worker = match self.worker.take().filter(|worker| !worker.is_finished()) {
            Some(worker) => Ok(worker),
            None => Worker::start("analysis", || analyze),
        };
        let forget = std::mem::take(&mut self.forget);
        let asked = worker.and_then(|mut worker| {
            worker.ask(Work { analyzer, frame, forget })?;
            Ok(worker)
        });
        match asked {
            Ok(worker) => {
                self.worker = Some(worker);
                self.running_for = Some(Duration::ZERO);
            }
            Err(failure) => self.lose(&failure.to_string()),
        }
        true
    }

    /// Looks what is done; `passed` is the time since the call before.
    pub fn poll(&mut self, passed: Duration) -> Option<Finished> {
        self.load();
        let finished = self.finish_analysis();
        self.watch(passed);
        self.take_in();
        finished
    }

    /// Starts loading when there is nothing to run, and takes what was loaded.
    fn load(&mut self) {
        let lost = self.loaded.is_none() && self.loading.is_none() && self.may_start_again();
        if lost {
            self.start_loading();
        }
        let Some(loading) = &mut self.loading else { return };
        let loaded = match loading.poll() {
            Ok(None) => return,
            Ok(Some(loaded)) => loaded,
            Err(WorkerFailure::Panicked(message)) => {
                Err(format!("loading crashed: {message}; try another model or backend"))
            }
            Err(failure) => Err(failure.to_string()),
        };
        self.loading = None;
        match loaded {
            Ok(part) => *inside(&mut self.fresh) = Some(part),
            Err(problem) => self.load_problem = Some(problem),
        }
    }

    fn start_loading(&mut self) {
        let has_analyzer = self.running_for.is_some() || self.is_free();
        let settings = self.settings.clone();
        let backend = match settings.backend {
            BackendChoice::Auto if self.gpu_failed => BackendChoice::Cpu,
            backend => backend,
        };
        let only_classifier = has_analyzer
            && self.loaded.as_ref().is_some_and(|loaded| settings.differs_in_classifier(loaded));
        let options = settings.options(backend);
        let load = Load { settings, options, only_classifier, pool: self.pool.clone() };
        self.load_problem = None;
        self.loaded = Some(self.settings.clone());
        let started = Worker::start("load model", || load_part).and_then(|mut worker| {
            worker.ask(load)?;
            Ok(worker)
        });
        // A load that is still under way is forgotten.
        match started {
            Ok(worker) => self.loading = Some(worker),
            Err(failure) => self.load_problem = Some(failure.to_string()),
        }
    }

    /// Takes the analyzer back when it is done, and what it found.
    fn finish_analysis(&mut self) -> Option<Finished> {
        self.running_for?;
        let done = match self.worker.as_mut()?.poll() {
            Ok(None) => return None,
            Ok(Some(done)) => done,
            Err(failure) => {
                self.worker = None;
                self.running_for = None;
                self.lose(&failure.to_string());
                return None;
            }
        };
        self.running_for = None;
        *inside(&mut self.analyzer) = done.analyzer;
        match done.outcome {
            Ok(analysis) => {
                self.crashes = 0;
                self.problem = None;
                return Some(Finished { frame: done.frame, analysis });
            }
            Err(Failure::Error(error)) => {
                let of_gpu = self.on_gpu && matches!(error, AnalyzeError::Classify(_));
                self.problem = Some(error.to_string());
                if of_gpu {
                    self.fall_back_to_cpu();
                }
            }
            Err(Failure::Crash(reason)) => self.lose(&format!("the analysis crashed: {reason}")),
        }
        None
    }

    /// Gives an analysis up that does not return. A GPU that hangs once will hang again.
    fn watch(&mut self, passed: Duration) {
        let Some(running_for) = &mut self.running_for else { return };
        *running_for += passed.min(LONGEST_POLL);
        let deadline = self.settings.deadlines.analysis();
        if *running_for < deadline {
            return;
        }
        self.running_for = None;
        // Dropped, it is left behind.
        self.worker = None;
        self.hung += 1;
        self.lose(&format!("the analysis has not returned for {} s", deadline.as_secs_f32()));
        if self.on_gpu {
            self.fall_back_to_cpu();
        }
    }

    /// Puts what was loaded to use, when the analyzer is free.
    fn take_in(&mut self) {
        if self.running_for.is_some() {
            return;
        }
        match inside(&mut self.fresh).take() {
            Some(Part::Analyzer(analyzer)) => {
                self.note_classifier(analyzer.classifier().clone());
                if inside(&mut self.analyzer).replace(*analyzer).is_some() || self.crashes > 0 {
                    self.generation += 1;
                }
            }
            Some(Part::Classifier(classifier)) => {
                self.note_classifier(classifier.description().clone());
                if let Some(analyzer) = inside(&mut self.analyzer) {
                    analyzer.set_classifier(classifier);
                }
            }
            None => {}
        }
    }

    fn note_classifier(&mut self, info: ClassifierInfo) {
        self.on_gpu = info.backend != "cpu";
        self.classifier = Some(info);
    }

    /// The settings stay as the user made them.
    fn fall_back_to_cpu(&mut self) {
        if self.settings.maker.is_none()
            && self.settings.backend == BackendChoice::Auto
            && !self.gpu_failed
        {
            self.gpu_failed = true;
            self.start_loading();
        }
    }

    /// The analyzer is gone; the next [`Engine::poll`] makes another one.
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

    const fn may_start_again(&self) -> bool {
        self.crashes < MAX_CRASHES && self.hung < MAX_HUNG
    }
}

fn inside<T>(mutex: &mut Mutex<T>) -> &mut T {
    mutex.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Runs on the loading thread.
fn load_part(load: Load) -> Result<Part, String> {
    let Load { settings, options, only_classifier, pool } = load;
    if only_classifier {
        pool.load(&options).map(Part::Classifier).map_err(|error| error.to_string())
    } else {
        let made = settings.make(&options, &pool).map_err(|error| error.to_string());
        made.map(|analyzer| Part::Analyzer(Box::new(analyzer)))
    }
}

/// Runs on the analysis' thread. Detectors and GPU drivers are other people's code: a crash in them
/// is a failure like any other.
fn analyze(work: Work) -> Done {
    let Work { mut analyzer, frame, forget } = work;
    if forget {
        analyzer.reset();
    }
    match catch_unwind(AssertUnwindSafe(|| analyzer.analyze(&frame))) {
        Ok(outcome) => {
            Done { analyzer: Some(analyzer), outcome: outcome.map_err(Failure::Error), frame }
        }
        Err(panic) => {
            let failure = Failure::Crash(panic_message(panic.as_ref()));
            // What is broken may break again when it is taken apart.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(analyzer)));
            Done { analyzer: None, outcome: Err(failure), frame }
        }
    }
}
