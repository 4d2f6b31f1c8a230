//! Seven probabilities for a face: preprocessing, models, weights and backends.
//!
//! [`ClassifierOptions::load`] makes a [`Classifier`] from a model that ships with the crate (its
//! weights are part of the program) or from a file, on the CPU or on a GPU.

mod cpu;
#[cfg(feature = "wgpu")]
mod gpu;
mod loaded;
pub mod models;
#[cfg(feature = "onnx")]
pub mod onnx;
mod pool;
mod readout;
pub mod weights;

use std::path::PathBuf;
use std::str::FromStr;

#[cfg(feature = "wgpu")]
pub use gpu::GpuHandles;
pub use pool::ModelPool;
pub use readout::{Calibration, Readout};
pub use weights::LoadError;

use cpu::CpuClassifier;
use emotion_core::FaceImage;
use emotion_core::supervise::Deadlines;
use emotion_core::{Expression, Scores};
use weights::ModelFile;

/// Reads expressions from faces.
pub trait Classifier: Send {
    /// The scores of each face, in the faces' order.
    ///
    /// # Errors
    /// [`ClassifyError`] when the backend fails; the caller may go on with another classifier.
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError>;

    /// What runs, for people: model, backend and device.
    fn description(&self) -> &ClassifierInfo;

    /// Another user of the same weights, for another thread, where that costs nothing; `None` where
    /// all have to share this one.
    fn share(&self) -> Option<Box<dyn Classifier>> {
        None
    }
}

/// What a classifier is made of, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct ClassifierInfo {
    /// The model's name, `cnn4` for one.
    pub model: String,
    /// The backend's name: `wgpu` or `cpu`.
    pub backend: String,
    /// The device's name as its driver gives it.
    pub device: String,
    /// Why this backend was taken, where it was not asked for.
    pub note: Option<String>,
    /// What the model mistakes for what, where that was measured.
    pub confusion: Option<Confusion>,
}

/// Faces counted by what they show (rows) and what they were read as (columns), in the order of
/// [`Expression::ALL`].
pub type Confusion = [[u32; Expression::COUNT]; Expression::COUNT];

/// Which model to load, and where to run it.
#[derive(Debug, Clone, Default)]
pub struct ClassifierOptions {
    /// The backend.
    pub backend: BackendChoice,
    /// The model.
    pub model: ModelChoice,
    /// Which of its answers; the default is what apps want.
    pub readout: Readout,
    /// The GPU that a Bevy app already uses; without it the `wgpu` backend opens one of its own.
    #[cfg(feature = "wgpu")]
    pub shared_gpu: Option<GpuHandles>,
    /// How long a call to a GPU may take; the CPU has no deadline here.
    pub deadlines: Deadlines,
}

impl ClassifierOptions {
    /// A model on a backend; `wgpu` on a device of its own.
    pub fn new(backend: BackendChoice, model: ModelChoice) -> Self {
        Self {
            backend,
            model,
            readout: Readout::default(),
            #[cfg(feature = "wgpu")]
            shared_gpu: None,
            deadlines: Deadlines::default(),
        }
    }

    /// Whether both load the same model for the same device.
    fn is_same_model(&self, other: &Self) -> bool {
        #[cfg(feature = "wgpu")]
        let same_gpu = match (&self.shared_gpu, &other.shared_gpu) {
            (Some(one), Some(other)) => one.device == other.device,
            (None, None) => true,
            _ => false,
        };
        #[cfg(not(feature = "wgpu"))]
        let same_gpu = true;
        same_gpu
            && self.backend == other.backend
            && self.model == other.model
            && self.readout == other.readout
    }

    /// Loads the model and runs it once, so that the first frame does not wait for it.
    ///
    /// [`BackendChoice::Auto`] says in [`ClassifierInfo::note`] what it took and why; a GPU that
    /// fails at start is no error for it.
    ///
    /// # Errors
    /// [`LoadError`] when the model file cannot be used, or the backend that was asked for cannot.
    pub fn load(&self) -> Result<Box<dyn Classifier>, LoadError> {
        match self.backend {
            BackendChoice::Cpu => self.on_cpu(None),
            BackendChoice::Wgpu => self.on_gpu(),
            BackendChoice::Auto => self.on_best(),
        }
    }

    fn on_cpu(&self, note: Option<String>) -> Result<Box<dyn Classifier>, LoadError> {
        let file = self.model.read(Hardware::Cpu)?;
        Ok(Box::new(CpuClassifier::start(&file, self.readout, note)?))
    }

    #[cfg(feature = "wgpu")]
    fn on_gpu(&self) -> Result<Box<dyn Classifier>, LoadError> {
        self.start_gpu(gpu::Accept::Any)
    }

    #[cfg(feature = "wgpu")]
    fn on_best(&self) -> Result<Box<dyn Classifier>, LoadError> {
        match self.start_gpu(gpu::Accept::RealGpu) {
            Err(LoadError::Backend { reason, .. }) => {
                self.on_cpu(Some(format!("on the CPU, because {reason}")))
            }
            started_or_unusable => started_or_unusable,
        }
    }

    #[cfg(feature = "wgpu")]
    fn start_gpu(&self, accept: gpu::Accept) -> Result<Box<dyn Classifier>, LoadError> {
        let file = self.model.read(Hardware::Gpu)?;
        let shared = self.shared_gpu.clone();
        let deadline = self.deadlines.gpu_call();
        Ok(Box::new(gpu::GpuClassifier::start(&file, self.readout, shared, accept, deadline)?))
    }

    #[cfg(not(feature = "wgpu"))]
    fn on_gpu(&self) -> Result<Box<dyn Classifier>, LoadError> {
        Err(LoadError::Backend {
            backend: "wgpu".to_owned(),
            reason: "this program was built without its feature \"wgpu\"".to_owned(),
        })
    }

    #[cfg(not(feature = "wgpu"))]
    fn on_best(&self) -> Result<Box<dyn Classifier>, LoadError> {
        self.on_cpu(None)
    }
}

/// Where a model runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BackendChoice {
    /// A real GPU where there is one that works, else the CPU.
    #[default]
    Auto,
    /// Any device of wgpu's, software ones too.
    Wgpu,
    /// The CPU, one thread.
    Cpu,
}

impl BackendChoice {
    /// All of them with their names on the command line.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Auto, "auto"), (Self::Wgpu, "wgpu"), (Self::Cpu, "cpu")];
}

impl std::fmt::Display for BackendChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = Self::ALL.iter().find(|(choice, _)| choice == self).map_or("", |(_, name)| name);
        f.pad(name)
    }
}

impl FromStr for BackendChoice {
    type Err = UnknownBackend;

    fn from_str(name: &str) -> Result<Self, UnknownBackend> {
        let found = Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found.map(|(choice, _)| *choice).ok_or_else(|| UnknownBackend(name.to_owned()))
    }
}

/// A name that is no backend's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no backend; use auto, wgpu or cpu")]
pub struct UnknownBackend(String);

/// Which model to use.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ModelChoice {
    /// The one that fits the machine best.
    #[default]
    Default,
    /// One of those that ship, by name.
    Name(String),
    /// A file.
    Path(PathBuf),
}

impl ModelChoice {
    /// Reads and checks the model's file; `hardware` is what it will run on.
    ///
    /// # Errors
    /// [`LoadError`] when there is no such model, or its file cannot be used.
    pub fn read(&self, hardware: Hardware) -> Result<ModelFile, LoadError> {
        let name = match self {
            Self::Default => hardware.default_model(),
            Self::Name(name) => name,
            Self::Path(path) => return ModelFile::read(path),
        };
        let shipped = SHIPPED.iter().find(|shipped| shipped.name == name).ok_or_else(|| {
            LoadError::Unknown {
                name: name.to_owned(),
                known: shipped_models().map(str::to_owned).collect(),
            }
        })?;
        let file = format!("{name}.safetensors");
        weights::check_sum(&file, &file, shipped.sums, shipped.weights)?;
        ModelFile::from_bytes(&file, shipped.weights.to_vec())
    }
}

/// What a model runs on: [`ModelChoice::Default`] is another one on each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hardware {
    /// One core of a CPU.
    Cpu,
    /// A GPU.
    Gpu,
}

impl Hardware {
    /// The name of the model that fits it best, of those that are part of the program.
    ///
    /// Without any it is the name of the best one: loading it says what is missing.
    pub fn default_model(self) -> &'static str {
        let by_fit = match self {
            Self::Cpu => ["efficientnet", "cnn4", "resnet"],
            Self::Gpu => ["resnet", "efficientnet", "cnn4"],
        };
        by_fit
            .into_iter()
            .find(|name| shipped_models().any(|shipped| shipped == *name))
            .unwrap_or(by_fit[0])
    }
}

/// The names of the models that ship.
pub fn shipped_models() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|shipped| shipped.name)
}

impl FromStr for ModelChoice {
    type Err = std::convert::Infallible;

    /// A name without separator or extension is a model that ships, all else is a path.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = PathBuf::from(text);
        let bare = path.extension().is_none() && path.components().count() == 1;
        Ok(if bare { Self::Name(text.to_owned()) } else { Self::Path(path) })
    }
}

impl std::fmt::Display for ModelChoice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.pad("the default"),
            Self::Name(name) => f.pad(name),
            Self::Path(path) => path.display().fmt(f),
        }
    }
}

/// A model that is part of the program.
struct Shipped {
    name: &'static str,
    weights: &'static [u8],
    sums: &'static str,
}

/// Those that the features bring.
const SHIPPED: &[Shipped] = &[
    #[cfg(feature = "cnn4")]
    Shipped {
        name: emotion_model_cnn4::NAME,
        weights: emotion_model_cnn4::WEIGHTS,
        sums: emotion_model_cnn4::SHA256SUMS,
    },
    #[cfg(feature = "efficientnet")]
    Shipped {
        name: emotion_model_efficientnet::NAME,
        weights: emotion_model_efficientnet::WEIGHTS,
        sums: emotion_model_efficientnet::SHA256SUMS,
    },
    #[cfg(feature = "resnet")]
    Shipped {
        name: emotion_model_resnet::NAME,
        weights: emotion_model_resnet::WEIGHTS,
        sums: emotion_model_resnet::SHA256SUMS,
    },
];

/// Why faces could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ClassifyError {
    /// The backend failed while it ran.
    #[error("the {backend} backend failed: {reason}; try the CPU")]
    Backend {
        /// The backend's name.
        backend: String,
        /// Its message.
        reason: String,
    },
    /// The model's outputs are not numbers.
    #[error("the model {model} gave outputs that are not numbers; its weights are damaged")]
    NotFinite {
        /// The model's name.
        model: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use emotion_core::{PIXELS, SIDE};

    fn face(seed: usize) -> FaceImage {
        FaceImage { grey: (0..PIXELS).map(|index| (index * (seed * 2 + 3) % 251) as u8).collect() }
    }

    fn on_cpu(model: ModelChoice) -> ClassifierOptions {
        ClassifierOptions::new(BackendChoice::Cpu, model)
    }

    #[test]
    fn the_shipped_model_reads_faces_one_by_one_and_together_alike() {
        let mut classifier = on_cpu(ModelChoice::Default).load().expect("a classifier");
        let faces: Vec<FaceImage> = (0..3).map(face).collect();
        let together = classifier.classify(&faces).expect("scores");
        assert_eq!(together.len(), 3);
        for (face, scores) in faces.iter().zip(&together) {
            let alone = classifier.classify(std::slice::from_ref(face)).expect("scores");
            assert_eq!(alone[0], *scores);
        }
        assert_ne!(together[0], together[1]);
        assert!(classifier.classify(&[]).expect("no scores").is_empty());
        let info = classifier.description();
        assert_eq!((info.model.as_str(), info.backend.as_str()), ("efficientnet", "cpu"));
    }

    #[test]
    fn a_face_of_another_size_is_an_error() {
        let mut classifier = on_cpu(ModelChoice::Default).load().expect("a classifier");
        let small = FaceImage { grey: vec![0; SIDE] };
        assert!(matches!(classifier.classify(&[small]), Err(ClassifyError::Backend { .. })));
    }

    #[test]
    fn names_and_paths_are_told_apart() {
        let parse = |text: &str| match text.parse::<ModelChoice>() {
            Ok(choice) => choice,
            Err(never) => match never {},
        };
        assert_eq!(parse("cnn4"), ModelChoice::Name("cnn4".to_owned()));
        assert_eq!(parse("cnn4.safetensors"), ModelChoice::Path("cnn4.safetensors".into()));
        assert_eq!(parse("runs/cnn4"), ModelChoice::Path("runs/cnn4".into()));
        assert_eq!(parse("runs/cnn4").to_string(), "runs/cnn4");
    }

    #[test]
    fn unknown_models_and_backends_say_what_there_is() {
        let options = on_cpu(ModelChoice::Name("vgg".to_owned()));
        let error = options.load().err().expect("an error").to_string();
        assert!(error.contains("vgg") && error.contains("cnn4"), "{error}");
        let error = "cuda".parse::<BackendChoice>().expect_err("an error").to_string();
        assert!(error.contains("auto, wgpu or cpu"), "{error}");
        for (choice, name) in BackendChoice::ALL {
            assert_eq!(name.parse(), Ok(choice));
            assert_eq!(choice.to_string(), name);
        }
    }
}
