//! The Bevy plugin: readings become entities, components, events and diagnostics.

mod components;
mod events;

use bevy::prelude::*;

pub use components::{Emotion, Face, FacePose};
pub use events::{ExpressionChanged, FaceAppeared, FaceGone, FaceHidden, FaceReturned};

use crate::classify::ClassifierInfo;

/// The order of things in `Update`, one after the other.
///
/// ```
/// # use bevy::prelude::*;
/// # use bevy_emotion::plugin::EmotionSystems;
/// # fn score_smiles() {}
/// App::new().add_systems(Update, score_smiles.in_set(EmotionSystems::React));
/// ```
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmotionSystems {
    /// The newest frame is taken from the camera, and the one before it shown in [`CameraImage`].
    Capture,
    /// A finished analysis is announced, the next one started.
    Analyze,
    /// Readings become [`Face`] entities; events are triggered.
    Track,
    /// Yours: what the app does about the faces. Faces and events are those of this update.
    React,
    /// Drawing and other output; the HUD is here.
    Present,
}

/// The camera's picture as a texture, sRGB, always the same handle.
///
/// Black and 1×1 until the first frame. Frames with a side above
/// 4096 pixels are shown in a whole fraction of their size.
/// Only there when the app has `Assets<Image>`.
#[derive(Resource, Debug, Clone, PartialEq, Eq, Deref)]
pub struct CameraImage(pub Handle<Image>);

/// What the analysis is doing, for people.
#[derive(Resource, Reflect, Debug, Clone, PartialEq, Eq, Default)]
#[reflect(Resource, Default)]
pub struct EmotionStatus {
    /// The knob: while it is `true`, no frame is taken, and faces stay as they are.
    pub paused: bool,
    /// What reads the faces; `None` until it is loaded.
    #[reflect(ignore)]
    pub classifier: Option<ClassifierInfo>,
    /// Whether detector and model, or another model, are being loaded.
    pub loading: bool,
    /// What went wrong last, with what to do; `None` while all is well.
    pub problem: Option<String>,
    /// The size of the newest frame in pixels.
    pub frame_size: Option<UVec2>,
}
