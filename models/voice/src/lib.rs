//! The weights of `voice`, which reads voices and was trained on data with free terms. Its card is the README of this
//! package.
//!
//! Read them with the crate `emotion_voice`, whose feature `voice` brings this package.

/// The model's name.
pub const NAME: &str = "voice";

/// A safetensors file with the model's header in its metadata.
pub const WEIGHTS: &[u8] = include_bytes!("../voice.safetensors");

/// The SHA-256 of [`WEIGHTS`], as `sha256sum` writes it.
pub const SHA256SUMS: &str = include_str!("../SHA256SUMS");
