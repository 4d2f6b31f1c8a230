//! Model files: safetensors with a header that describes the model.
//!
//! The header is JSON in the metadata entry [`HEADER_KEY`]: see [`ModelHeader`]. A file is refused
//! unless everything in it fits: format, label order, preprocessing, names and shapes of all tensors,
//! and every number is finite.

mod checksum;
mod error;
mod file;
mod header;

pub(super) use checksum::check_sum;
pub use checksum::{SUMS_FILE, sha256};
pub use error::LoadError;
pub use file::{ModelFile, tensors_to_bytes, to_bytes};
pub use header::{FORMAT, HEADER_KEY, ModelHeader, PREPROCESSING};
