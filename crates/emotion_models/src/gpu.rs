//! Models on a GPU, through Burn's `wgpu` backend: on Bevy's own device or on one of its own.
//!
//! Drivers fail in ways that Burn and cubecl answer with panics, on whatever thread, or with
//! silence. So everything that touches the GPU happens on a thread of its own, and whoever waits
//! for it waits with a deadline: a dead or stuck GPU becomes a value.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use burn::backend::Wgpu;
pub use burn::backend::wgpu::WgpuSetup as GpuHandles;
use burn::backend::wgpu::graphics::{AutoGraphicsApi, GraphicsApi};
use burn::backend::wgpu::{RuntimeOptions, WgpuDevice, init_device, init_setup};
use burn::tensor::{Tensor, TensorData, read_sync};
use emotion_core::supervise::{Worker, WorkerFailure};
use emotion_core::{FaceImage, PIXELS, SIDE, Scores};
use wgpu::{AdapterInfo, DeviceType};

use super::classifier::{Classifier, ClassifierInfo, ClassifyError};
use super::loaded::{LoadedModel, Runner};
use super::models::layers::FoldedNetwork;
use super::readout::Readout;
use super::weights::{LoadError, ModelFile};

/// The backend's name in settings and messages.
const BACKEND: &str = "wgpu";

/// The name of the thread that talks to the GPU.
const THREAD: &str = "emotion-gpu";

/// Time that opening the device and compiling the shaders may take; a software driver needs long.
const START_DEADLINE: Duration = Duration::from_secs(60);

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
    worker: Worker<Vec<FaceImage>, Result<Vec<Scores>, ClassifyError>>,
    deadline: Duration,
    info: ClassifierInfo,
    prior: Option<Scores>,
}

impl GpuClassifier {
    /// Opens the device where none is `shared`, loads the model and runs it once. Each call after
    /// that may take as long as `gpu_deadline`.
    pub(super) fn start(
        file: &ModelFile,
        readout: Readout,
        shared: Option<GpuHandles>,
        accept: Accept,
        gpu_deadline: Duration,
    ) -> Result<Self, LoadError> {
        let (outcome, opened) = channel();
        let prior = file.header().prior(readout);
        let file = file.clone();
        let make = move || {
            let (network, info) = match open(&file, readout, shared, accept) {
                Ok((network, info)) => (Some(network), Ok(info)),
                Err(error) => (None, Err(error)),
            };
            let _ = outcome.send(info);
            move |faces: Vec<FaceImage>| match &network {
                Some(network) => network.scores(&faces),
                None => Err(classify_error("it was not opened".to_owned())),
            }
        };
        let mut worker =
            Worker::start(THREAD, make).map_err(|failure| load_error(reason(&failure)))?;
        match opened.recv_timeout(START_DEADLINE) {
            Ok(info) => Ok(Self { worker, deadline: gpu_deadline, info: info?, prior }),
            Err(RecvTimeoutError::Timeout) => Err(load_error(format!(
                "the GPU did not start within {} s",
                START_DEADLINE.as_secs()
            ))),
            // It panicked: what the worker says next is the panic's message.
            Err(RecvTimeoutError::Disconnected) => {
                let failure = worker.wait(gpu_deadline).err().unwrap_or(WorkerFailure::Gone);
                Err(load_error(format!("no GPU could be started ({})", reason(&failure))))
            }
        }
    }
}

impl Classifier for GpuClassifier {
    fn classify(&mut self, faces: &[FaceImage]) -> Result<Vec<Scores>, ClassifyError> {
        let answer = self.worker.ask(faces.to_vec()).and_then(|()| self.worker.wait(self.deadline));
        answer.unwrap_or_else(|failure| Err(classify_error(reason(&failure))))
    }

    fn description(&self) -> &ClassifierInfo {
        &self.info
    }

    fn prior(&self) -> Option<Scores> {
        self.prior
    }
}

/// Runs on the GPU's thread; panics of the driver's layers end that thread.
fn open(
    file: &ModelFile,
    readout: Readout,
    shared: Option<GpuHandles>,
    accept: Accept,
) -> Result<(LoadedModel<GpuNetwork>, ClassifierInfo), LoadError> {
    let whose = if shared.is_some() { "on the app's GPU" } else { "on a GPU device of its own" };
    let device = open_device(shared, accept).map_err(load_error)?;
    let started = Instant::now();
    let network: LoadedModel<GpuNetwork> =
        LoadedModel::load(file, readout, BACKEND, device.device)?;
    // Compiles the shaders now rather than on the first frame that has so many faces: each size of a
    // batch has its own. A driver so slow that it might miss the deadline compiles the rest later.
    for count in 1..=WARM_FACES {
        network
            .scores(&vec![FaceImage { grey: vec![128; PIXELS] }; count])
            .map_err(|error| load_error(error.to_string()))?;
        if started.elapsed() > START_DEADLINE / 4 {
            break;
        }
    }
    let info = ClassifierInfo {
        model: file.header().name.clone(),
        backend: BACKEND.to_owned(),
        device: device.adapter.name,
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

/// A device that Burn knows.
#[derive(Clone)]
struct OpenDevice {
    /// The handles it was made of, unless it is Burn's own.
    shared: Option<GpuHandles>,
    device: WgpuDevice,
    adapter: AdapterInfo,
}

/// Burn's device for the handles, or its own.
///
/// Burn keeps a device for ever and wants to be told of each only once. A device that is not good
/// enough is refused before it is opened.
fn open_device(shared: Option<GpuHandles>, accept: Accept) -> Result<OpenDevice, String> {
    static KNOWN: Mutex<Vec<OpenDevice>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |other: &&OpenDevice| match (&shared, &other.shared) {
        (Some(shared), Some(other)) => shared.device == other.device,
        (None, None) => true,
        _ => false,
    };
    if let Some(open) = known.iter().find(same) {
        accept.check(&open.adapter)?;
        return Ok(open.clone());
    }
    let (device, adapter) = match &shared {
        Some(handles) => {
            let adapter = handles.adapter.get_info();
            accept.check(&adapter)?;
            (init_device(handles.clone(), RuntimeOptions::default()), adapter)
        }
        None => {
            accept.check(&default_adapter()?)?;
            let device = WgpuDevice::DefaultDevice;
            let setup = init_setup::<AutoGraphicsApi>(&device, RuntimeOptions::default());
            (device, setup.adapter.get_info())
        }
    };
    let open = OpenDevice { shared, device, adapter };
    known.push(open.clone());
    // Burn's own variables of the environment may have made it take another one.
    accept.check(&open.adapter)?;
    Ok(open)
}

/// The adapter that Burn's default device is on: it asks in the same way, but panics when there is
/// none.
fn default_adapter() -> Result<AdapterInfo, String> {
    let backend = AutoGraphicsApi::backend();
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: backend.into(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let adapter = read_sync(instance.request_adapter(&wgpu::RequestAdapterOptions {
        power_preference: wgpu::PowerPreference::HighPerformance,
        ..Default::default()
    }));
    let adapter = adapter.map_err(|error| {
        tracing::debug!("{error}");
        format!("{backend:?} finds no device (is a driver installed?)")
    })?;
    Ok(adapter.get_info())
}

impl Accept {
    fn check(self, adapter: &AdapterInfo) -> Result<(), String> {
        let AdapterInfo { name, device_type, .. } = adapter;
        let real = matches!(device_type, DeviceType::DiscreteGpu | DeviceType::IntegratedGpu);
        if self == Self::RealGpu && !real {
            return Err(format!("{name} is no GPU ({device_type:?})"));
        }
        Ok(())
    }
}

fn load_error(reason: String) -> LoadError {
    LoadError::Backend { backend: BACKEND.to_owned(), reason }
}

fn classify_error(reason: String) -> ClassifyError {
    ClassifyError::Backend { backend: BACKEND.to_owned(), reason }
}

/// What happened, without the advice: that is the CPU.
fn reason(failure: &WorkerFailure) -> String {
    match failure {
        WorkerFailure::Hung(after) => {
            format!("it has not answered for {} s", after.as_secs_f32())
        }
        WorkerFailure::Panicked(message) => first_sentence(message).to_owned(),
        WorkerFailure::Gone => "it stopped answering earlier".to_owned(),
        WorkerFailure::Thread(error) => format!("its thread cannot start: {error}"),
    }
}

/// What follows it in a panic's message is the debug form of a structure, which tells a user
/// nothing.
fn first_sentence(message: &str) -> &str {
    let line = message.split([':', '\n']).next().unwrap_or_default();
    line.split(". ").next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(device_type: DeviceType) -> AdapterInfo {
        AdapterInfo {
            name: "llvmpipe".to_owned(),
            vendor: 0,
            device: 0,
            device_type,
            device_pci_bus_id: String::new(),
            driver: String::new(),
            driver_info: String::new(),
            backend: AutoGraphicsApi::backend(),
            subgroup_min_size: 4,
            subgroup_max_size: 4,
            transient_saves_memory: false,
        }
    }

    #[test]
    fn a_software_driver_is_refused_where_a_real_gpu_is_wanted() {
        let software = adapter(DeviceType::Cpu);
        assert_eq!(Accept::Any.check(&software), Ok(()));
        let refusal = Accept::RealGpu.check(&software).expect_err("no GPU");
        assert!(refusal.contains("llvmpipe is no GPU"), "{refusal}");
        for real in [DeviceType::DiscreteGpu, DeviceType::IntegratedGpu] {
            assert_eq!(Accept::RealGpu.check(&adapter(real)), Ok(()));
        }
    }

    #[test]
    fn a_panic_is_told_by_its_first_sentence() {
        for (panic, told) in [
            ("Device lost: Details { a: 1 }", "Device lost"),
            ("No memory. Try less.\nat x", "No memory"),
            ("", ""),
        ] {
            assert_eq!(reason(&WorkerFailure::Panicked(panic.to_owned())), told);
        }
        let hung = reason(&WorkerFailure::Hung(Duration::from_secs(4)));
        assert_eq!(hung, "it has not answered for 4 s");
    }
}
