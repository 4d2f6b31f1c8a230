//! The weights of `words`, which reads lines of text. Its card is the README of this package.
//!
//! Read them with the crate `emotion_words`, whose feature `words` brings this package.

/// The model's name.
pub const NAME: &str = "words";

/// A safetensors file with the model's header in its metadata.
pub const WEIGHTS: &[u8] = include_bytes!("../words.safetensors");

/// The SHA-256 of [`WEIGHTS`], as `sha256sum` writes it.
pub const SHA256SUMS: &str = include_str!("../SHA256SUMS");
