//! The demo's screen: the camera picture, a ring around each face that reacts to what the face
//! shows, and the readings at the rim.
//!
//! It reads components, resources and events only, and can be left out. [`theme`] holds colours,
//! sizes and times; each widget is a file, and each reaction is a file in [`reactions`].
//!
//! ```text
//! Face, Emotion, FacePose ─▶ face (eased) ─┬▶ ring, particles ◀─ reactions
//!                                          ├▶ floating: label, bars
//!                                          ├▶ mood ─▶ picture
//!                                          └▶ dial
//! EmotionStatus, EmotionCamera, diagnostics ▶ info, delays
//! ```

mod bars;
mod delays;
mod dial;
mod face;
mod floating;
mod help;
mod info;
mod keys;
mod label;
mod mood;
mod motion;
mod particles;
mod picture;
mod place;
pub mod reactions;
mod rim;
mod ring;
mod screen;
pub mod theme;

use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::ui::IsDefaultUiCamera;

use crate::plugin::EmotionSystems;

/// Depth of what is drawn in the picture; larger is nearer. The UI is in front of it all.
mod layer {
    pub const PICTURE: f32 = -100.0;
    pub const RING: f32 = 0.0;
    pub const PARTICLES: f32 = 10.0;
}

/// The demo's screen. It brings its own 2D camera.
///
/// ```no_run
/// # use bevy::prelude::*;
/// # use bevy_emotion::hud::HudPlugin;
/// App::new().add_plugins((DefaultPlugins, HudPlugin::default())).run();
/// ```
#[derive(Debug, Clone)]
pub struct HudPlugin {
    /// Where to draw: a window (the primary one by default) or an image.
    pub target: RenderTarget,
    /// How it starts; [`HudSettings`] changes it later.
    pub settings: HudSettings,
}

impl Default for HudPlugin {
    fn default() -> Self {
        Self { target: RenderTarget::Window(default()), settings: HudSettings::default() }
    }
}

/// What the user chose; may be changed at any time.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HudSettings {
    /// Picture and faces are hidden, the readings stay.
    pub privacy: bool,
    /// The help lies over the picture.
    pub help: bool,
    /// Left and right are exchanged, as people know themselves from mirrors.
    pub mirrored: bool,
}

/// The camera that draws the HUD.
#[derive(Component)]
struct HudCamera;

impl Plugin for HudPlugin {
    fn build(&self, app: &mut App) {
        let target = self.target.clone();
        app.add_plugins((picture::plugin, ring::plugin, dial::plugin, delays::plugin))
            .insert_resource(self.settings)
            .insert_resource(ClearColor(Color::BLACK))
            .init_resource::<screen::Screen>()
            .init_resource::<mood::Mood>()
            .init_resource::<theme::Fonts>()
            .add_observer(face::welcome)
            .add_observer(ring::put_on)
            .add_observer(particles::equip)
            .add_observer(floating::attach)
            .add_systems(
                Startup,
                (
                    move |mut commands: Commands| {
                        // No multisampling: every edge here is smooth by its own distance.
                        let camera = (Camera2d, HudCamera, IsDefaultUiCamera, Msaa::Off);
                        commands.spawn((camera, target.clone()));
                    },
                    picture::spawn,
                    particles::spawn_pool,
                    dial::spawn,
                    delays::spawn,
                    info::spawn,
                    keys::spawn,
                    help::spawn,
                ),
            )
            .add_systems(
                Update,
                (
                    (keys::act, screen::measure, face::follow, mood::sense).chain(),
                    (
                        picture::draw,
                        ring::draw,
                        particles::fly,
                        label::write,
                        bars::fill,
                        (rim::duck, floating::arrange, bars::fit).chain(),
                        dial::draw,
                        delays::draw,
                        info::write,
                        help::show,
                    ),
                )
                    .chain()
                    .in_set(EmotionSystems::Present),
            );
    }
}
