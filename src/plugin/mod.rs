//! The Bevy plugin: readings become entities, components, events and diagnostics.

mod components;

pub use components::{Emotion, Face, FacePose};
