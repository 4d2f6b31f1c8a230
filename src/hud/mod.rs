//! The demo's HUD as a library: the camera picture, a ring around each face that reacts to its
//! expression, and panels with the readings at the edges of the screen.
//!
//! It only reads components, resources and events, and can be left out. Add all of it with
//! [`HudPlugins`], or single widgets:
//!
//! | plugin | does | reads |
//! | --- | --- | --- |
//! | [`HudCorePlugin`] | camera, screen, theme, fonts, eased faces ([`ShownFace`]); required by all others | `Face`, `Emotion`, `FacePose`, `EmotionStatus`, [`Reactions`] |
//! | [`PicturePlugin`] | the camera picture, or a calm field without one, tinted with the mood | [`ShownFace`], `CameraImage` |
//! | [`RingPlugin`] | the ring of seven arcs around each face | [`ShownFace`], [`Reactions`] |
//! | [`ParticlesPlugin`] | particles that fly off the rings | [`ShownFace`], [`Reactions`] |
//! | [`LabelPlugin`] | the expression's name, sign and confidence beside each face | [`ShownFace`] |
//! | [`BarsPlugin`] | seven bars beside each face | [`ShownFace`] |
//! | [`BaselinePlugin`] | progress of the resting-baseline measurement, beside the face | [`RestingBaseline`](crate::input::RestingBaseline) |
//! | [`DialPlugin`] | valence and arousal with a trail, lower left | `Emotion`, [`ShownFace`] |
//! | [`InfoPlugin`] | source, model, notes and problems, upper left | `EmotionCamera`, `EmotionStatus`, [`HudNotes`] |
//! | [`WhyPlugin`] | how reliable the shown expression is, upper left | `Emotion`, `EmotionStatus`, the model's card |
//! | [`DelaysPlugin`] | three sparklines, upper right | diagnostics `emotion/…` |
//! | [`KeysPlugin`] | the keyboard shortcuts, and a panel that lists them, lower right | the keyboard |
//! | [`HelpPlugin`] | the help overlay | [`HudSettings`] |
//! | [`CamerasPlugin`] | the camera list overlay | `capture::cameras()`, keyboard, mouse |
//! | [`ReactionFilesPlugin`] | reactions from the app's own folder | `assets/reactions/*.ron` |
//!
//! [`KeepSettingsPlugin`] saves [`HudSettings`] between runs; it is not part of the group, because
//! it writes a file. [`theme`] holds colours, sizes and durations; [`reactions`] defines how the
//! ring reacts to each expression. `docs/hud.md` is the guide.
//!
//! ```text
//! Face, Emotion, FacePose ─▶ face (eased) ─┬▶ ring, particles ◀─ reactions
//!                                          ├▶ floating: label, baseline, bars
//!                                          ├▶ mood ─▶ picture
//!                                          └▶ dial
//! EmotionStatus, EmotionCamera, diagnostics ▶ info, why, delays
//! ```

mod bars;
mod baseline;
mod cameras;
mod confusion;
mod core;
mod delays;
mod dial;
mod face;
mod floating;
mod help;
mod info;
pub mod ink;
mod keep;
mod keys;
mod label;
mod mood;
pub mod motion;
mod notes;
mod overlay;
mod particles;
mod picture;
mod place;
pub mod reactions;
mod rim;
mod ring;
mod screen;
mod settings;
pub mod theme;
mod why;

use bevy::app::PluginGroupBuilder;
use bevy::prelude::*;

pub use self::core::HudCorePlugin;
pub use bars::BarsPlugin;
pub use baseline::{BaselinePlugin, BaselineWanted};
pub use cameras::{CameraLister, CamerasPlugin};
pub use delays::DelaysPlugin;
pub use dial::DialPlugin;
pub use face::ShownFace;
pub use help::HelpPlugin;
pub use info::InfoPlugin;
pub use keep::KeepSettingsPlugin;
pub use keys::KeysPlugin;
pub use label::LabelPlugin;
pub use mood::Mood;
pub use notes::HudNotes;
pub use particles::ParticlesPlugin;
pub use picture::PicturePlugin;
pub use reactions::{ReactionFilesPlugin, Reactions};
pub use rim::Rim;
pub use ring::RingPlugin;
pub use screen::Screen;
pub use settings::{HudSettings, Overlay, Panels};
pub use why::WhyPlugin;

use bevy::asset::AssetEventSystems;
use bevy::ui::UiSystems;

use crate::plugin::EmotionSystems;

/// Z of the 2D layers; larger is nearer. The UI is in front of all of them.
mod layer {
    pub const PICTURE: f32 = -100.0;
    pub const RING: f32 = 0.0;
    pub const PARTICLES: f32 = 10.0;
}

/// The demo's whole HUD. It spawns its own 2D camera.
///
/// ```no_run
/// # use bevy::prelude::*;
/// # use bevy_emotion::hud::{DelaysPlugin, HudCorePlugin, HudPlugins, HudSettings};
/// # use bevy_emotion::plugin::EmotionPlugins;
/// App::new()
///     .add_plugins((DefaultPlugins, EmotionPlugins))
///     .add_plugins(
///         HudPlugins
///             .build()
///             .set(HudCorePlugin {
///                 settings: HudSettings { mirrored: true, ..default() },
///                 ..default()
///             })
///             .disable::<DelaysPlugin>(),
///     )
///     .run();
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct HudPlugins;

impl PluginGroup for HudPlugins {
    fn build(self) -> PluginGroupBuilder {
        PluginGroupBuilder::start::<Self>()
            .add(HudCorePlugin::default())
            .add(PicturePlugin)
            .add(RingPlugin)
            .add(ParticlesPlugin)
            .add(LabelPlugin)
            .add(BarsPlugin)
            .add(BaselinePlugin)
            .add(DialPlugin)
            .add(InfoPlugin)
            .add(WhyPlugin)
            .add(DelaysPlugin)
            .add(KeysPlugin)
            .add(HelpPlugin)
            .add(CamerasPlugin::default())
            .add(ReactionFilesPlugin::default())
    }
}

/// Stages of the HUD's systems, run in this order within [`EmotionSystems::Present`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HudSystems {
    /// Keys and mouse change [`HudSettings`].
    Input,
    /// [`Screen`], [`ShownFace`]s and [`Mood`] are updated.
    Follow,
    /// Each widget draws its own entities and no others.
    Draw,
    /// Panels are placed.
    Place,
    /// The theme is applied to texts and panels.
    Paint,
}

/// Orders the [`HudSystems`].
fn configure_sets(app: &mut App) {
    app.configure_sets(
        PostUpdate,
        (
            HudSystems::Input,
            HudSystems::Follow,
            HudSystems::Draw,
            HudSystems::Place,
            HudSystems::Paint,
        )
            .chain()
            .in_set(EmotionSystems::Present),
    )
    // Layout runs after the HUD, in the same update.
    .configure_sets(
        PostUpdate,
        EmotionSystems::Present
            .before(UiSystems::Prepare)
            .before(TransformSystems::Propagate)
            .before(AssetEventSystems),
    )
    // The queries of these systems overlap, but their entities do not.
    .configure_sets(PostUpdate, HudSystems::Draw.ambiguous_with(HudSystems::Draw));
}

/// Compiles the guide's examples.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hud.md")]
struct Guide;

#[cfg(test)]
pub(crate) mod test_app;
