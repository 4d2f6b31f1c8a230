//! The weights of `efficientnet`, the default on a CPU. Its card is the README of this package.
//!
//! Read them with the crate `emotion_models`, whose feature `efficientnet` brings this package.

/// The model's name.
pub const NAME: &str = "efficientnet";

/// A safetensors file with the model's header in its metadata.
pub const WEIGHTS: &[u8] = include_bytes!("../efficientnet.safetensors");

/// The SHA-256 of [`WEIGHTS`], as `sha256sum` writes it.
pub const SHA256SUMS: &str = include_str!("../SHA256SUMS");
