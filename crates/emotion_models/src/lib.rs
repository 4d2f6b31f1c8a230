//! Seven probabilities for a face: preprocessing, models, weights and backends.
//!
//! [`ClassifierOptions::load`] makes a [`Classifier`] from a model that ships with the crate (its
//! weights are part of the program) or from a file, on the CPU or on a GPU.

mod choice;
mod classifier;
mod cpu;
#[cfg(feature = "wgpu")]
mod gpu;
mod loaded;
pub mod models;
#[cfg(feature = "onnx")]
pub mod onnx;
mod options;
mod pool;
mod readout;
pub mod weights;

pub use choice::{BackendChoice, Hardware, ModelChoice, UnknownBackend, shipped_models};
pub use classifier::{Classifier, ClassifierInfo, ClassifyError, Confusion};
#[cfg(feature = "wgpu")]
pub use gpu::GpuHandles;
pub use options::{ClassifierOptions, on_cpu};
pub use pool::ModelPool;
pub use readout::{Calibration, Readout};
pub use weights::LoadError;
