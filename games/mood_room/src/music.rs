//! Music that is made while it plays: pads, plucks, a bass, a little percussion and rain, in major or
//! minor by valence, slow and sparse or fast and dense by arousal.
//!
//! [`Synth`] is an endless iterator of samples, stereo, left first; as [`Music`] Bevy's audio plays it.
//! The game and the synthesiser share [`Controls`], which are atomics, because the sound is made in a
//! thread of its own.

mod asset;
mod controls;
mod hall;
mod mode;
mod pitch;
mod synth;
mod voices;

pub use asset::Music;
pub use controls::Controls;
pub use mode::Mode;
pub use pitch::SAMPLE_RATE;
pub use synth::Synth;
