//! The Bevy plugin: readings become entities, components, events and diagnostics.
//!
//! | what | file | comes as |
//! | --- | --- | --- |
//! | cameras | `camera.rs`, `capture.rs` | [`EmotionCamera`], [`EmotionStatus`], [`CameraImage`] |
//! | their frames, analyzed | `analyze.rs` | [`FrameAnalyzed`] |
//! | readings of others | `feed.rs` | [`EmotionFeed`] |
//! | the clock of it all | `clock.rs` | `Time<Faces>` |
//! | faces as entities | `track.rs` | [`Face`], [`Emotion`], [`FacePose`], events, [`FaceStep`] |
//! | voices and words | `hear.rs`, `heard.rs` | [`HeardVoice`], [`ReadWords`]; [`Voice`], [`Words`], [`Fused`] |
//! | a microphone, and lines of words | `voice.rs`, `words.rs` | `VoicePlugin` and `WordsPlugin`, with their features |
//! | rates and times | `diagnostics.rs` | Bevy's diagnostics `emotion/…` |
//!
//! Nothing here detects, infers or waits on the main thread. What runs a camera, and what the life of a
//! face is, has no Bevy in it: [`emotion_session`].

mod analyze;
mod camera;
mod capture;
mod clock;
mod components;
mod core;
mod diagnostics;
mod events;
mod feed;
#[cfg(feature = "wgpu")]
mod gpu;
mod hear;
mod heard;
mod settings;
mod track;
#[cfg(feature = "voice")]
mod voice;
#[cfg(feature = "words")]
mod words;

use bevy::app::PluginGroupBuilder;
use bevy::prelude::*;

pub use analyze::AnalyzePlugin;
pub(crate) use analyze::Arrivals;
pub use camera::{CameraFaces, CameraImage, EmotionCamera, EmotionStatus, FaceOf, MainView};
pub use capture::CapturePlugin;
pub use clock::{Faces, FacesTime};
pub use components::{Emotion, Face, FacePose};
pub(crate) use core::CorePlugin;
pub use diagnostics::EmotionDiagnosticsPlugin;
pub use events::{
    ConflictChanged, ExpressionChanged, FaceAppeared, FaceGone, FaceHidden, FaceReturned,
    FrameAnalyzed, SubjectRead,
};
pub(crate) use feed::{Arrival, Arrived};
pub use feed::{EmotionFeed, FeedId};
pub use hear::{HearPlugin, HeardLevel, HeardVoice, ReadWords, Whose};
pub use heard::{Fused, UnseenSpeaker, Voice, VoiceLevel, Words};
pub use settings::{EmotionAnalyzer, FaceFuser, FaceMemory};
pub use track::{FaceStep, TrackPlugin};
#[cfg(feature = "voice")]
pub use voice::{VoicePlugin, VoiceSettings, VoiceSource, VoiceStatus};
#[cfg(feature = "words")]
pub use words::{SaidWords, WordsPlugin, WordsStatus};

/// Faces as input: add it after `DefaultPlugins` (or `MinimalPlugins`).
///
/// | plugin | does |
/// | --- | --- |
/// | [`CapturePlugin`] | opens the source as a camera, takes the newest frames, shows them in [`CameraImage`]s |
/// | [`AnalyzePlugin`] | finds and reads faces on threads of their own |
/// | [`TrackPlugin`] | makes [`Face`] entities and triggers their events |
/// | [`HearPlugin`] | takes in voices and words beside the faces, and the one answer of all |
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
            .add(TrackPlugin)
            .add(HearPlugin)
            .add(EmotionDiagnosticsPlugin::default())
            .add(crate::replay::ReplayPlugin)
    }
}

/// The order of things: in `PreUpdate`, where Bevy's own input is, so that `FixedUpdate` and `Update`
/// see the faces of this update; drawing in `PostUpdate`. Systems that react to faces need none of
/// these sets.
///
/// ```
/// # use bevy::prelude::*;
/// # use bevy_emotion::plugin::EmotionSystems;
/// # fn feed_readings() {}
/// App::new().add_systems(PreUpdate, feed_readings.before(EmotionSystems::Capture));
/// ```
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EmotionSystems {
    /// `PreUpdate`: the newest frames are taken from the cameras, and those before them shown in
    /// [`CameraImage`]s. What is fed in their place ([`EmotionFeed`]) is fed here or before.
    Capture,
    /// `PreUpdate`: finished analyses are announced ([`FrameAnalyzed`]), the next ones started.
    Analyze,
    /// `PreUpdate`: readings become [`Face`] entities; events are triggered; [`FaceStep`] runs.
    Track,
    /// `PreUpdate`: faces press actions; see [`input`](crate::input). Empty without its plugin.
    Input,
    /// `PostUpdate`: drawing and other output; the HUD is here.
    Present,
}

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/embedding.md")]
struct Guide;
