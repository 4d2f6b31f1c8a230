//! `emotion train`: trains a model on FER-2013.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use emotion_models::weights::ModelFile;
use emotion_train::curves::write_curves;
use emotion_train::dataset::Split;
use emotion_train::learner::{self, Observer, Run, StepProgress};
use emotion_train::recipe::Recipe;
use emotion_train::report::EpochReport;
use emotion_train::soup;
use emotion_train::teacher::Teacher;
use indicatif::{ProgressBar, ProgressStyle};

use super::data::read_data;
use super::text_train;
use super::voice;

/// Trains a model on FER-2013, on your own pictures, or on voices
#[derive(clap::Args)]
pub struct TrainArgs {
    /// Train a model that reads lines of text; --data is a table of dataset, split, labels and text
    #[arg(long, conflicts_with_all = ["ferplus", "teacher", "start", "resume", "bf16"])]
    text: bool,

    /// Kaggle's fer2013.csv, or a folder with train/CLASS, val/CLASS and test/CLASS
    #[arg(long)]
    pub(super) data: PathBuf,

    /// The votes of FER+ (fer2013new.csv), for the model's second head
    #[arg(long)]
    ferplus: Option<PathBuf>,

    /// A larger network's logits of the training faces (safetensors, from `emotion logits`) to
    /// learn from; several are averaged
    #[arg(long)]
    teacher: Vec<PathBuf>,

    /// Folder for the model, its curves, the recipe and the checkpoint
    #[arg(long)]
    pub(super) out: PathBuf,

    /// A recipe (JSON); fields that it omits have their defaults
    #[arg(long)]
    pub(super) recipe: Option<PathBuf>,

    /// Number of epochs, instead of the recipe's
    #[arg(long)]
    pub(super) epochs: Option<usize>,

    /// Random seed, instead of the recipe's
    #[arg(long)]
    pub(super) seed: Option<u64>,

    /// Weights to start from (safetensors); several are averaged
    #[arg(long)]
    start: Vec<PathBuf>,

    /// Resume from the checkpoint in the output folder
    #[arg(long)]
    resume: bool,

    /// Compute in bfloat16 where the backend can (tch): faster on processors that have it
    #[arg(long)]
    bf16: bool,

    /// Train a model that reads voices; --data is a folder with labels.csv, --recipe a voice recipe
    #[arg(long, conflicts_with_all = ["ferplus", "teacher", "start", "resume", "bf16"])]
    voice: bool,

    /// Where to train
    #[arg(long, value_enum, default_value_t)]
    pub(super) backend: TrainBackend,
}

/// Where networks are trained.
#[derive(Debug, Clone, Copy, Default, clap::ValueEnum)]
pub enum TrainBackend {
    /// libtorch on the CPU, the only practical one without a GPU
    #[cfg(feature = "tch")]
    Tch,
    /// An Nvidia GPU
    #[cfg(feature = "cuda")]
    Cuda,
    /// Any GPU
    #[cfg(feature = "wgpu")]
    Wgpu,
    /// Plain Rust on the CPU, slow
    #[default]
    Flex,
}

impl From<TrainBackend> for emotion_train::backend::TrainBackend {
    fn from(backend: TrainBackend) -> Self {
        match backend {
            #[cfg(feature = "tch")]
            TrainBackend::Tch => Self::Tch,
            #[cfg(feature = "cuda")]
            TrainBackend::Cuda => Self::Cuda,
            #[cfg(feature = "wgpu")]
            TrainBackend::Wgpu => Self::Wgpu,
            TrainBackend::Flex => Self::Flex,
        }
    }
}

/// Trains a model.
pub fn run(args: &TrainArgs) -> anyhow::Result<()> {
    if args.text {
        return text_train::run(args);
    }
    if args.voice {
        return voice::run_training(&voice::Training {
            data: &args.data,
            recipe: args.recipe.as_deref(),
            epochs: args.epochs,
            seed: args.seed,
            out: &args.out,
            backend: args.backend.into(),
        });
    }
    let mut recipe = match &args.recipe {
        Some(path) => Recipe::read(path)?,
        None => Recipe::default(),
    };
    recipe.epochs = args.epochs.unwrap_or(recipe.epochs);
    recipe.seed = args.seed.unwrap_or(recipe.seed);
    ensure!(recipe.epochs > 0, "--epochs must be at least 1");

    let data = read_data(&args.data, args.ferplus.as_deref())?;
    let teacher = Teacher::read_all(&args.teacher)?;
    let starts: Vec<_> =
        args.start.iter().map(|path| ModelFile::read(path)).collect::<Result<_, _>>()?;
    let start = soup::mean(&starts)?;
    eprintln!(
        "{} training faces, {} for validation; {}: {}",
        data.faces(Split::Training)?.len(),
        data.faces(Split::PublicTest)?.len(),
        recipe.name,
        recipe.network.cost()
    );

    let run = Run {
        recipe: &recipe,
        data: &data,
        teacher: teacher.as_ref(),
        folder: &args.out,
        start: start.as_ref(),
        resume: args.resume,
        bfloat16: args.bf16,
    };
    let mut screen = Screen { bar: progress_bar(), folder: args.out.clone() };
    let path = learner::train(&run, args.backend.into(), &mut screen)?;
    screen.bar.finish_and_clear();
    eprintln!("the best epoch's model is {}", path.display());
    Ok(())
}

struct Screen {
    bar: ProgressBar,
    folder: PathBuf,
}

impl Observer for Screen {
    fn step(&mut self, progress: StepProgress) {
        self.bar.set_length(progress.steps as u64);
        self.bar.set_position(progress.step as u64);
        self.bar.set_message(format!("epoch {}, loss {:.3}", progress.epoch, progress.loss));
    }

    fn epoch(&mut self, history: &[EpochReport]) {
        let Some(epoch) = history.last() else { return };
        let ferplus = epoch
            .ferplus_accuracy
            .map_or(String::new(), |accuracy| format!(", FER+ {:.2} %", accuracy * 100.0));
        let line = format!(
            "epoch {:>3}: loss {:.3}, PublicTest {:.2} %, mean class {:.2} %{ferplus}, {:.0} s",
            epoch.epoch,
            epoch.loss,
            epoch.accuracy * 100.0,
            epoch.mean_class_accuracy * 100.0,
            epoch.seconds
        );
        self.bar.suspend(|| eprintln!("{line}"));
        self.bar.reset();
        if let Err(error) = write_curves(&self.folder, history) {
            self.bar.suspend(|| eprintln!("warning: {error}"));
        }
    }
}

/// A progress bar on stderr.
pub fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} [{elapsed}, {eta} left]");
    let bar =
        ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
