//! The weights with which one answer is made of face, voice and words. Their card is the README of this package.
//!
//! Read them with the crate `emotion_fusion`.

/// What `emotion fuse --fit` wrote, as JSON.
pub const WEIGHTS: &str = include_str!("../fusion.json");
