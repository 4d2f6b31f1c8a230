//! The player's face as input for Bevy.

pub mod capture;
pub mod classify;
pub mod detect;
pub mod emotion;
pub mod frame;
#[cfg(feature = "plugin")]
pub mod plugin;
pub mod track;
