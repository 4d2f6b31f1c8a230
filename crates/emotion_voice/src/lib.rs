//! Reads how a voice sounds.
//!
//! [`Ear`] takes sound of any rate, piece by piece, and gives a [`VoiceReading`] every 0.3 s while somebody
//! speaks. It is deterministic, starts no thread, and its memory does not grow.
//!
//! It reads how a voice sounds; it does not know what a person feels.

mod activity;
mod ear;
mod fourier;
pub mod frames;
pub mod functionals;
pub mod model;
mod reading;
mod resample;
mod shipped;
mod speaker;

pub use activity::Activity;
pub use ear::{Ear, Heard, LONGEST, STEP, whole};
pub use model::{VoiceModel, VoiceModelError};
pub use reading::{VoiceQuality, VoiceReading};
pub use resample::Resampler;
pub use speaker::Speaker;

/// The sample rate that everything is converted to, in Hz.
pub const RATE: u32 = 16_000;
