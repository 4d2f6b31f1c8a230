//! The player's face as input for Bevy.
//!
//! A camera's picture goes through OpenCV's Haar cascades and a convolutional network run by Burn,
//! faces become entities with emotion components, and a game reacts to them:
//!
//! ```no_run
//! use bevy::prelude::*;
//! use bevy_emotion::prelude::*;
//!
//! # #[cfg(feature = "hud")]
//! App::new()
//!     .add_plugins((DefaultPlugins, EmotionPlugins))
//!     .add_observer(|change: On<ExpressionChanged>| info!("{:?}", change.to))
//!     .run();
//! ```
//!
//! # The way of the data
//!
//! One direction, no way back; each step is a module:
//!
//! ```text
//! capture ──frame──▶ detect ──boxes──▶ track ──crops──▶ classify ──scores──▶ track ──readings──▶ plugin ──▶ input, hud
//! (own thread)       └──────────── analyzer: one frame at a time, async task ─────────────┘   (Bevy systems)
//! ```
//!
//! - [`capture`]: webcams, films, streams, pictures and the drawn puppet, on a supervised thread
//!   that offers only the newest frame.
//! - [`detect`]: where faces are and how far they lean.
//! - [`track`]: who is who over time, with smoothed scores.
//! - [`classify`]: seven probabilities for each face.
//! - [`analyzer`]: detection, tracking and classification as one struct without Bevy: frame in,
//!   readings out.
//! - `plugin`: readings as entities, components, events and diagnostics.
//! - `input`: faces press a game's actions; it reads components and events only.
//! - [`replay`]: sessions as readings, without pictures, recorded and played back.
//! - `hands_free`: menus, warm-up and mirror of games that are played with face and head alone.
//! - `hud`: the demo's screen, each widget a plugin; it reads components and events only.
//! - `train`: data sets, training and evaluation of the models.
//!
//! # Features
//!
//! | feature | brings | default |
//! | --- | --- | --- |
//! | `opencv` | Haar detection, optical flow, films, streams, pictures | yes |
//! | `webcam` | cameras through nokhwa | yes |
//! | `wgpu` | models on the GPU, on Bevy's own device inside an app | yes |
//! | `plugin` | `EmotionPlugins` for Bevy | yes, through `hud` |
//! | `hud` | the demo's screen and reactions | yes |
//! | `games` | sound, for the games in `examples/` | yes |
//! | `cli` | the `emotion` program | yes |
//! | `onnx` | models as ONNX files | yes, through `cli` |
//! | `train` | training and evaluation | yes |
//! | `tch` | training through libtorch, which has to be installed | no |
//! | `cuda` | training on GPUs of Nvidia's, whose CUDA toolkit has to be installed | no |
//!
//! Without any of them there remain the core types, the tracker, the classifier on the CPU and the
//! analyzer, for any [`detect::FaceDetector`] of your own.
//!
//! # Expressions, not feelings
//!
//! The crate says what a face shows, as a network trained on FER-2013 reads it. What a person
//! feels is not visible to it.

#[cfg(feature = "hud")]
pub mod hands_free;
#[cfg(feature = "hud")]
pub mod hud;
pub mod input;
pub mod plugin;
pub mod replay;

pub use emotion_capture as capture;
pub use emotion_core::{
    Analysis, Epoch, Event, EventKind, Evidence, Expression, FaceImage, FaceReading, Frame,
    FrameError, FrameRect, FrameSource, Modality, Origin, PIXELS, Reading, SIDE, Scores,
    SessionTime, StreamId, SubjectId, UnknownExpression,
};
pub use emotion_models as models;
pub use emotion_session as session;
pub use emotion_store as store;
pub use emotion_vision as vision;

/// What most users need, in one `use`.
pub mod prelude {
    pub use emotion_capture::{Capture, OpenOptions, SourceSpec};
    pub use emotion_core::{Analysis, Expression, Frame, FrameRect, FrameSource, Reading, Scores};
    pub use emotion_models::{BackendChoice, Classifier, ClassifierOptions, ModelChoice};
    pub use emotion_session::Analyzer;
    #[cfg(feature = "opencv")]
    pub use emotion_vision::detect::HaarDetector;
    pub use emotion_vision::detect::{Detection, FaceDetector};
    pub use emotion_vision::track::{Tracker, TrackerConfig};

    pub use crate::input::*;
    pub use crate::plugin::*;
    pub use crate::replay::{Recorder, Recording, Replay, ReplayPlugin};
}

/// The README's example compiles, too.
#[cfg(all(doctest, feature = "hud"))]
#[doc = include_str!("../README.md")]
struct Readme;
