//! The Bevy plugin: readings become entities, components, events and diagnostics.
//!
//! | in | file | comes as |
//! | --- | --- | --- |
//! | frames, the picture | `capture.rs` | [`EmotionCamera`], [`CameraImage`] |
//! | detection and reading, in a task | `analyze.rs` | [`EmotionStatus`] |
//! | all readings, whoever they come from | `feed.rs` | [`FrameAnalyzed`], [`EmotionFeed`] |
//! | faces as entities | `track.rs` | [`Face`], [`Emotion`], [`FacePose`], events |
//! | rates and times | `diagnostics.rs` | Bevy's diagnostics `emotion/…` |
//!
//! Nothing here detects, infers or waits on the main thread.

mod analyze;
mod capture;
mod components;
mod diagnostics;
mod events;
mod feed;
#[cfg(feature = "wgpu")]
mod gpu;
mod job;
mod ledger;
mod track;

use bevy::app::PluginGroupBuilder;
use bevy::prelude::*;

pub use analyze::{AnalyzePlugin, AnalyzerMaker};
pub use capture::{CameraImage, CapturePlugin, EmotionCamera};
pub use components::{Emotion, Face, FacePose};
pub use diagnostics::EmotionDiagnosticsPlugin;
pub use events::{
    ExpressionChanged, FaceAppeared, FaceGone, FaceHidden, FaceReturned, FrameAnalyzed,
};
pub(crate) use feed::{Arrival, Arrived, FeedPlugin};
pub use feed::{EmotionFeed, FeedId};
pub use track::TrackPlugin;

use crate::classify::ClassifierInfo;

/// Faces as input: add it after `DefaultPlugins` (or `MinimalPlugins`).
///
/// | plugin | does |
/// | --- | --- |
/// | [`CapturePlugin`] | opens the source, takes its newest frame, shows it in [`CameraImage`] |
/// | [`AnalyzePlugin`] | finds and reads faces in a task |
/// | [`TrackPlugin`] | makes [`Face`] entities and triggers their events |
/// | [`EmotionDiagnosticsPlugin`] | measures rates and delays |
/// | [`ReplayPlugin`](crate::replay::ReplayPlugin) | records sessions as readings, and plays them |
///
/// Each can be left out, and each works alone. Without the first two, feed readings
/// ([`EmotionFeed`]) or play a recording.
///
/// ```no_run
/// use bevy::prelude::*;
/// use bevy_emotion::capture::SourceSpec;
/// use bevy_emotion::plugin::{CapturePlugin, EmotionPlugins};
///
/// App::new()
///     .add_plugins(DefaultPlugins)
///     .add_plugins(
///         EmotionPlugins.set(CapturePlugin { source: SourceSpec::Puppet, ..default() }),
///     )
///     .run();
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct EmotionPlugins;

impl PluginGroup for EmotionPlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>()
            .add(CapturePlugin::default())
            .add(AnalyzePlugin::default())
            .add(TrackPlugin::default())
            .add(EmotionDiagnosticsPlugin::default())
            .add(crate::replay::ReplayPlugin)
    }
}

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
    /// Who feeds readings in its place ([`EmotionFeed`]) does it here or before.
    Capture,
    /// A finished analysis is announced ([`FrameAnalyzed`]), the next one started.
    Analyze,
    /// Readings become [`Face`] entities; events are triggered.
    Track,
    /// Faces press actions; see [`input`](crate::input). Empty without its plugin.
    Input,
    /// Yours: what the app does about the faces. Faces and events are those of this update.
    React,
    /// Drawing and other output; the HUD is here.
    Present,
}

/// What the analysis is doing, for people. How the camera is doing is in [`EmotionCamera::status`].
#[derive(Resource, Reflect, Debug, Clone, PartialEq, Eq, Default)]
#[reflect(Resource, Default, Debug, Clone, PartialEq)]
pub struct EmotionStatus {
    /// Set it to hold everything: no frame is taken, and faces stay as they are. Turning to another
    /// source ends it. All other fields are only to be read.
    pub paused: bool,
    /// What reads the faces; `None` until it is loaded.
    pub classifier: Option<ClassifierInfo>,
    /// Whether detector and model, or another model, are being loaded.
    pub loading: bool,
    /// What went wrong last, with what to do; `None` while all is well.
    pub problem: Option<String>,
    /// The size of the newest frame in pixels.
    pub frame_size: Option<UVec2>,
}

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Guide;
