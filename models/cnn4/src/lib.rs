//! The weights of `cnn4`, the fastest one. Its card is the README of this package.
//!
//! Read them with the crate `emotion_models`, whose feature `cnn4` brings this package.

/// The model's name.
pub const NAME: &str = "cnn4";

/// A safetensors file with the model's header in its metadata.
pub const WEIGHTS: &[u8] = include_bytes!("../cnn4.safetensors");

/// The SHA-256 of [`WEIGHTS`], as `sha256sum` writes it.
pub const SHA256SUMS: &str = include_str!("../SHA256SUMS");
