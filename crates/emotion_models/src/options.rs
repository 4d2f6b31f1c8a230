//! Loads a model on a backend, with the way from a GPU that does not work to the CPU.

use emotion_core::supervise::Deadlines;

use crate::choice::{BackendChoice, Hardware, ModelChoice};
use crate::classifier::Classifier;
use crate::cpu::CpuClassifier;
#[cfg(feature = "wgpu")]
use crate::gpu::{self, GpuHandles};
use crate::readout::Readout;
use crate::weights::{LoadError, ModelFile};

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
    pub(crate) fn is_same_model(&self, other: &Self) -> bool {
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
    /// [`BackendChoice::Auto`] says in [`ClassifierInfo::note`](crate::ClassifierInfo::note) what it
    /// took and why; a GPU that fails at start is no error for it.
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

/// A model from bytes, on the CPU: for programs that have no files, as in a browser.
///
/// # Errors
/// [`LoadError`] when the network cannot be used.
pub fn on_cpu(file: &ModelFile, readout: Readout) -> Result<Box<dyn Classifier>, LoadError> {
    Ok(Box::new(CpuClassifier::start(file, readout, None)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classifier::ClassifyError;
    use emotion_core::{FaceImage, PIXELS, SIDE};

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
