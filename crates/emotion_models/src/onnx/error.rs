//! Errors of the export.

use crate::weights::LoadError;

/// Why a model could not be exported to ONNX.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The model itself cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// A tensor cannot be read from its device.
    #[error("the tensor {tensor} cannot be read: {reason}; load the model again")]
    Tensor {
        /// The tensor's name in the graph.
        tensor: String,
        /// The backend's message.
        reason: String,
    },
}
