//! What all widgets share: the camera, the screen, theme and fonts, and the eased faces.

use bevy::camera::RenderTarget;
use bevy::prelude::*;
use bevy::ui::IsDefaultUiCamera;

use super::notes::HudNotes;
use super::reactions::{self, Reactions};
use super::theme::Theme;
use super::{HudSettings, HudSystems, face, floating, ink, rim, screen, theme};

/// Shared state of the HUD's widgets: add it before them.
#[derive(Debug, Clone)]
pub struct HudCorePlugin {
    /// Where to draw: a window (the primary one by default) or an image.
    pub target: RenderTarget,
    /// Initial settings; change the resource [`HudSettings`] later.
    pub settings: HudSettings,
    /// Order, background and so on of the HUD's camera. To draw over an app's own camera, set a
    /// higher order than that one's and [`ClearColorConfig::None`].
    pub camera: Camera,
}

impl Default for HudCorePlugin {
    fn default() -> Self {
        Self {
            target: RenderTarget::Window(default()),
            settings: HudSettings::default(),
            camera: Camera::default(),
        }
    }
}

/// The camera that draws the HUD.
#[derive(Component)]
pub(super) struct HudCamera;

impl Plugin for HudCorePlugin {
    fn build(&self, app: &mut App) {
        super::configure_sets(app);
        // No multisampling: the shaders antialias edges by their distance.
        let parts = (Camera2d, HudCamera, IsDefaultUiCamera, Msaa::Off);
        app.world_mut().spawn((parts, self.camera.clone(), self.target.clone()));
        if !app.world().contains_resource::<Reactions>() {
            app.insert_resource(Reactions::built_in());
        }
        app.insert_resource(self.settings)
            .insert_resource(ClearColor(Color::BLACK))
            .init_resource::<UiScale>()
            .init_resource::<screen::Screen>()
            .init_resource::<Theme>()
            .init_resource::<ink::Fonts>()
            .init_resource::<rim::Rim>()
            .init_resource::<HudNotes>()
            .add_observer(face::welcome)
            .add_observer(reactions::sound)
            .add_systems(
                PostUpdate,
                (
                    (theme::choose, screen::measure, face::follow)
                        .chain()
                        .in_set(HudSystems::Follow),
                    (rim::duck, floating::arrange).chain().in_set(HudSystems::Place),
                    ink::paint.in_set(HudSystems::Paint),
                ),
            );
    }
}
