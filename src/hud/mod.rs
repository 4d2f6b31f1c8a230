//! The demo's screen as a library: the camera picture, a ring around each face that reacts to what
//! the face shows, and the readings at the rim.
//!
//! It reads components, resources and events only, and can be left out. Add all of it with
//! [`HudPlugins`], or widgets one by one:
//!
//! | plugin | does | reads |
//! | --- | --- | --- |
//! | [`HudCorePlugin`] | camera, screen, theme, fonts, eased faces ([`ShownFace`]); all others need it | `Face`, `Emotion`, `FacePose`, `EmotionStatus`, [`Reactions`] |
//! | [`PicturePlugin`] | the camera picture, or a calm field, in the colour of the mood | [`ShownFace`], `CameraImage` |
//! | [`RingPlugin`] | the ring of seven arcs around each face | [`ShownFace`], [`Reactions`] |
//! | [`ParticlesPlugin`] | what flies off the rings | [`ShownFace`], [`Reactions`] |
//! | [`LabelPlugin`] | the expression's name, sign and confidence beside each face | [`ShownFace`] |
//! | [`BarsPlugin`] | seven bars beside each face | [`ShownFace`] |
//! | [`CalibrationPlugin`] | how far the calibration of a resting face has come, beside it | [`FaceCalibration`](crate::input::FaceCalibration) |
//! | [`DialPlugin`] | valence and arousal with a trail, lower left | `Emotion`, [`ShownFace`] |
//! | [`InfoPlugin`] | source, model, notes and problems, upper left | `EmotionCamera`, `EmotionStatus`, [`HudNotes`] |
//! | [`WhyPlugin`] | how far the shown expression can be trusted, upper left | `Emotion`, `EmotionStatus`, the model's card |
//! | [`DelaysPlugin`] | three sparklines, upper right | diagnostics `emotion/…` |
//! | [`KeysPlugin`] | what the keys do, and a panel that says so, lower right | the keyboard |
//! | [`HelpPlugin`] | the help, over the picture | [`HudSettings`] |
//! | [`CamerasPlugin`] | the list of cameras, over the picture | `capture::cameras()`, keyboard, mouse |
//! | [`ReactionFilesPlugin`] | reactions from the app's own folder | `assets/reactions/*.ron` |
//!
//! [`KeepSettingsPlugin`] keeps [`HudSettings`] between runs; it is not part of the group, because
//! it writes a file. [`theme`] holds colours, sizes and times; [`reactions`] what a face's
//! expression does. `docs/hud.md` is the guide.
//!
//! ```text
//! Face, Emotion, FacePose ─▶ face (eased) ─┬▶ ring, particles ◀─ reactions
//!                                          ├▶ floating: label, calibration, bars
//!                                          ├▶ mood ─▶ picture
//!                                          └▶ dial
//! EmotionStatus, EmotionCamera, diagnostics ▶ info, why, delays
//! ```

mod bars;
mod calibration;
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
pub use calibration::{CalibrationPlugin, CalibrationWanted};
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

/// Depth of what is drawn in the picture; larger is nearer. The UI is in front of it all.
mod layer {
    pub const PICTURE: f32 = -100.0;
    pub const RING: f32 = 0.0;
    pub const PARTICLES: f32 = 10.0;
}

/// The demo's screen, all of it. It brings its own 2D camera.
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
            .add(CalibrationPlugin)
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

/// The order of the HUD's systems, one after the other, within [`EmotionSystems::Present`].
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HudSystems {
    /// Keys and mouse change [`HudSettings`].
    Input,
    /// The screen is measured; [`ShownFace`]s and the [`Mood`] move on.
    Follow,
    /// Widgets draw, each its own entities and nothing else.
    Draw,
    /// Panels find their places.
    Place,
    /// Texts and panels take on the theme.
    Paint,
}

/// Puts [`HudSystems`] into their order.
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
    // What is drawn in an update is laid out in it.
    .configure_sets(
        PostUpdate,
        EmotionSystems::Present
            .before(UiSystems::Prepare)
            .before(TransformSystems::Propagate)
            .before(AssetEventSystems),
    )
    // Their queries overlap where their entities do not.
    .configure_sets(PostUpdate, HudSystems::Draw.ambiguous_with(HudSystems::Draw));
}

/// The examples of the guide are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../docs/hud.md")]
struct Guide;

#[cfg(test)]
pub(crate) mod test_app;
