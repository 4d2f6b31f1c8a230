//! The player's face as input for Bevy.
//!
//! A camera's picture goes through Haar cascades and a convolutional network run by Burn,
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
//! Data goes one way. The plugin is one listener of a session, which knows nothing of Bevy:
//!
//! ```text
//! source ──frame──▶ detect, track, crop, classify ──▶ life of a face ──events──▶ plugin ──▶ input, hud
//! (own thread)      └─────────── analyzer: one frame at a time, own thread ───┘   (Bevy systems)
//! ```
//!
//! Each part below the plugin is a crate of its own, which knows only crates above it in this table:
//!
//! | crate | here | what |
//! | --- | --- | --- |
//! | `emotion_core` | the crate root | frames, expressions, scores, ids, time, evidence, events |
//! | `emotion_puppet` | [`capture::puppet`] | a drawn face that stands in for a camera |
//! | `emotion_capture` | [`capture`] | webcams, films, streams and pictures, on supervised threads |
//! | `emotion_vision` | [`vision`] | where faces are, who is who over time, and the crop that a model reads |
//! | `emotion_models` | [`models`] | networks, weights and their inference on CPU and GPU |
//! | `emotion_session` | [`session`] | [`session::Analyzer`] for files, [`session::Session`] for live sources |
//! | `emotion_store` | [`store`] | sessions as readings in files, without pictures |
//!
//! In this crate, which is about Bevy:
//!
//! | module | what |
//! | --- | --- |
//! | [`plugin`] | cameras and faces as entities, components, events and diagnostics |
//! | [`input`] | faces press a game's actions; it reads components only |
//! | [`replay`] | sessions recorded and played back |
//! | `hands_free` | menus, warm-up and mirror of games that are played with face and head alone |
//! | `hud` | the demo's screen, each widget a plugin; it reads components, resources and events only |
//!
//! Training (`emotion_train`) and the program `emotion` (`emotion_cli`) are crates of their own.
//!
//! # Features
//!
//! | feature | brings | default |
//! | --- | --- | --- |
//! | `films` | films and streams, through FFmpeg; pictures | no |
//! | `pictures` | pictures and folders of them | no |
//! | `webcam` | cameras | yes |
//! | `wgpu` | models on the GPU, in an app that draws on Bevy's own device | yes |
//! | `efficientnet` | the default model on a CPU, part of the program | yes |
//! | `resnet` | the default model on a GPU, part of the program | no |
//! | `cnn4` | the fastest model, part of the program | no |
//! | `voice` | `VoicePlugin`: voices are read, of sources of sound | no |
//! | `microphone` | microphones for it | no |
//! | `words` | `WordsPlugin`: lines of words are read | no |
//! | `hud` | the modules `hud` and `hands_free` | no |
//!
//! Without any of them there is no detector, camera or model, only the puppet as a source: bring your own
//! detector and model ([`session::AnalyzerSettings::with_analyzer`]), or feed readings
//! ([`plugin::EmotionFeed`]).
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
pub use emotion_core as core;
pub use emotion_core::{
    Analysis, Conflict, Contribution, Epoch, Event, EventKind, Evidence, Expression, FaceImage,
    FaceReading, Frame, FrameError, FrameRect, FrameSource, FusedReading, Modality, Origin, PIXELS,
    Reading, SIDE, Scores, SessionTime, Stance, StreamId, SubjectId, UnknownExpression,
};
pub use emotion_models as models;
pub use emotion_session as session;
pub use emotion_store as store;
pub use emotion_vision as vision;

/// What most users need, in one `use`.
pub mod prelude {
    pub use emotion_capture::{Capture, OpenOptions, SourceSpec};
    pub use emotion_core::{
        Analysis, Expression, Frame, FrameRect, FrameSource, Modality, Reading, Scores,
    };
    pub use emotion_models::{BackendChoice, Classifier, ClassifierOptions, ModelChoice};
    pub use emotion_session::{Analyzer, PriorMode};
    pub use emotion_vision::detect::{Detection, FaceDetector, HaarDetector};
    pub use emotion_vision::track::{Tracker, TrackerConfig};

    pub use crate::input::*;
    pub use crate::plugin::*;
    pub use crate::replay::{Recorder, Recording, Replay, ReplayPlugin};
}

/// The README's example compiles, too.
#[cfg(all(doctest, feature = "hud"))]
#[doc = include_str!("../README.md")]
struct Readme;
