//! The weights of `voice-nc`, which reads voices. **Only for non-commercial use**: it was trained on RAVDESS and nEMO, whose
//! terms (CC BY-NC-SA 4.0) it has. Its card is the README of this package.
//!
//! Read them with the crate `emotion_voice`, whose feature `voice-nc` brings this package.

/// The model's name.
pub const NAME: &str = "voice-nc";

/// A safetensors file with the model's header in its metadata.
pub const WEIGHTS: &[u8] = include_bytes!("../voice-nc.safetensors");

/// The SHA-256 of [`WEIGHTS`], as `sha256sum` writes it.
pub const SHA256SUMS: &str = include_str!("../SHA256SUMS");
