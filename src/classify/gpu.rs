//! Models on a GPU, through Burn's `wgpu` backend: on Bevy's own device or on one of its own.
//!
//! Drivers fail in ways that Burn and cubecl answer with panics, on whatever thread, or with
//! silence. So everything that touches the GPU happens on a thread of its own, and whoever waits
//! for it waits with a deadline: a dead or stuck GPU becomes a value.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, Once};
use std::time::{Duration, Instant};

use burn::backend::Wgpu;
pub use burn::backend::wgpu::WgpuSetup as GpuHandles;
use burn::backend::wgpu::graphics::AutoGraphicsApi;
use burn::backend::wgpu::{RuntimeOptions, WgpuDevice, init_device, init_setup};
use burn::tensor::{Tensor, TensorData};

use super::loaded::{LoadedModel, Runner};
use super::models::layers::FoldedNetwork;
use super::preprocess::{FaceImage, PIXELS, SIDE};
use super::readout::Readout;
use super::weights::{LoadError, ModelFile};
use super::{Classifier, ClassifierInfo, ClassifyError};
use crate::emotion::Scores;

/// The backend's name on the command line and in messages.
const BACKEND: &str = "wgpu";

/// The name of the thread that talks to the GPU.
const THREAD: &str = "emotion-gpu";

/// Time that opening the device and compiling the shaders may take; a software driver needs long.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// Time that the faces of one frame may take.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// The greatest batch whose shaders are compiled at start: more faces are seldom in a frame.
const WARM_FACES: usize = 4;

/// Which devices are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Accept {
    /// A software driver, too.
    Any,
    /// Only hardware: on a software driver the CPU backend is many times faster.
    RealGpu,
}

/// A model on a GPU, driven by a thread of its own.
pub(super) struct GpuClassifier {
    requests: Sender<Vec<FaceImage>>,
    answers: Receiver<Result<Vec<Scores>, ClassifyError>>,
    info: ClassifierInfo,
    broken: bool,
}

impl GpuClassifier {
    /// Opens the device where none is `shared`, loads the model and runs it once.
    pub(super) fn start(
        file: &ModelFile,
        readout: Readout,
        shared: Option<GpuHandles>,
        accept: Accept,
    ) -> Result<Self, LoadError> {
        let backend_error =
            |reason: String| LoadError::Backend { backend: BACKEND.to_owned(), reason };
        log_panics_of_gpu_thread();
        let (requests, incoming) = channel::<Vec<FaceImage>>();
        let (outgoing, answers) = channel();
        let (ready, started) = channel();
        let file = file.clone();
        let thread = std::thread::Builder::new()
            .name(THREAD.to_owned())
            .spawn(move || {
                let network = match open(&file, readout, shared, accept) {
                    Ok((network, info)) => {
                        let _ = ready.send(Ok(info));
                        network
                    }
                    Err(error) => {
                        let _ = ready.send(Err(error));
                        return;
                    }
                };
                while let Ok(faces) = incoming.recv() {
                    if outgoing.send(network.scores(&faces)).is_err() {
                        return;
                    }
                }
            })
            .map_err(|error| backend_error(format!("its thread cannot start: {error}")))?;

        match started.recv_timeout(START_DEADLINE) {
            Ok(Ok(info)) => Ok(Self { requests, answers, info, broken: false }),
            Ok(Err(error)) => Err(error),
            Err(RecvTimeoutError::Timeout) => Err(backend_error(format!(
                "the GPU did not start within {} s",
                START_DEADLINE.as_secs()
            ))),
            Err(RecvTimeoutError::Disconnected) => {
                let reason = match thread.join() {
                    Ok(()) => "its thread ended".to_owned(),
                    Err(panic) => panic_message(panic.as_ref()),
                };
                Err(backend_error(format!("no GPU could be started ({reason})")))
            }
        }
    }
}

impl Classifier for GpuClassifier {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let failed = |reason: &str| ClassifyError::Backend {
            backend: BACKEND.to_owned(),
            reason: reason.to_owned(),
        };
        if self.broken {
            return Err(failed("it stopped answering earlier"));
        }
        if self.requests.send(faces.to_vec()).is_err() {
            self.broken = true;
            return Err(failed("its thread has died"));
        }
        self.answers.recv_timeout(ANSWER_DEADLINE).unwrap_or_else(|error| {
            self.broken = true;
            Err(failed(match error {
                RecvTimeoutError::Timeout => "it does not answer",
                RecvTimeoutError::Disconnected => "its thread has died",
            }))
        })
    }

    fn description(&self) -> &ClassifierInfo {
        &self.info
    }
}

/// Runs on the GPU's thread; panics of the driver's layers end that thread.
fn open(
    file: &ModelFile,
    readout: Readout,
    shared: Option<GpuHandles>,
    accept: Accept,
) -> Result<(LoadedModel<GpuNetwork>, ClassifierInfo), LoadError> {
    let backend_error = |reason: String| LoadError::Backend { backend: BACKEND.to_owned(), reason };
    let is_shared = shared.is_some();
    let (device, name, kind) = device(shared);
    if accept == Accept::RealGpu && !matches!(kind.as_str(), "DiscreteGpu" | "IntegratedGpu") {
        return Err(backend_error(format!("{name} is no GPU ({kind})")));
    }
    let started = Instant::now();
    let network: LoadedModel<GpuNetwork> = LoadedModel::load(file, readout, BACKEND, device)?;
    // Compiles the shaders now rather than on the first frame that has so many faces: each size of a
    // batch has its own. A driver so slow that it might miss the deadline compiles the rest later.
    for count in 1..=WARM_FACES {
        network
            .scores(&vec![FaceImage { grey: vec![128; PIXELS] }; count])
            .map_err(|error| backend_error(error.to_string()))?;
        if started.elapsed() > START_DEADLINE / 4 {
            break;
        }
    }
    let whose = if is_shared { "on the app's GPU" } else { "on a GPU device of its own" };
    let info = ClassifierInfo {
        model: file.header().name.clone(),
        backend: BACKEND.to_owned(),
        device: name,
        note: (accept == Accept::RealGpu).then(|| whose.to_owned()),
        confusion: file.header().confusion,
    };
    Ok((network, info))
}

/// A network whose layers run one after the other on all faces of a frame.
struct GpuNetwork {
    network: FoldedNetwork<Wgpu>,
    device: WgpuDevice,
}

impl Runner for GpuNetwork {
    type Backend = Wgpu;

    fn new(network: FoldedNetwork<Wgpu>, device: WgpuDevice) -> Result<Self, String> {
        Ok(Self { network, device })
    }

    fn logits(&self, pixels: Vec<f32>, faces: usize) -> Result<Vec<f32>, String> {
        let pixels = TensorData::new(pixels, [faces, 1, SIDE, SIDE]);
        let logits = self.network.forward(Tensor::from_data(pixels, &self.device));
        let logits = logits.try_into_data().map_err(|error| format!("{error:?}"))?;
        logits.to_vec().map_err(|error| format!("{error:?}"))
    }
}

/// Burn's device for the handles, with the adapter's name and type.
///
/// Burn keeps a device for ever and wants to be told of each only once.
fn device(shared: Option<GpuHandles>) -> (WgpuDevice, String, String) {
    static KNOWN: Mutex<Vec<(Option<GpuHandles>, WgpuDevice, String, String)>> =
        Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let same = |other: &Option<GpuHandles>| match (&shared, other) {
        (Some(shared), Some(other)) => shared.device == other.device,
        (None, None) => true,
        _ => false,
    };
    if let Some((_, device, name, kind)) = known.iter().find(|(other, ..)| same(other)) {
        return (device.clone(), name.clone(), kind.clone());
    }
    let (adapter, device) = match &shared {
        Some(handles) => {
            (handles.adapter.clone(), init_device(handles.clone(), RuntimeOptions::default()))
        }
        None => {
            let device = WgpuDevice::DefaultDevice;
            let setup = init_setup::<AutoGraphicsApi>(&device, RuntimeOptions::default());
            (setup.adapter, device)
        }
    };
    let info = adapter.get_info();
    let (name, kind) = (info.name, format!("{:?}", info.device_type));
    known.push((shared, device.clone(), name.clone(), kind.clone()));
    (device, name, kind)
}

/// Sends the GPU thread's panics to the log instead of the screen: they are caught and told as
/// errors, and a machine without a GPU is nothing to be alarmed about. Other threads' panics go
/// where they went before.
fn log_panics_of_gpu_thread() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() == Some(THREAD) {
                tracing::debug!("{panic}");
            } else {
                others(panic);
            }
        }));
    });
}

/// The first sentence of what a panic says.
fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    // What follows is the debug form of a structure, which tells a user nothing.
    let line = text.unwrap_or("its thread panicked").split([':', '\n']).next().unwrap_or_default();
    line.split(". ").next().unwrap_or_default().to_owned()
}
