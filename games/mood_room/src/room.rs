//! The room: everything in it is made here, by code, and lit by a shader of its own.
//!
//! [`Air`] is all that the game tells it: the mood, where the player looks, and how bright each
//! lantern is. The rules know nothing of meshes and the room knows nothing of rules.
//!
//! It is drawn through the 2D camera: the vertex shader does the perspective, and the 2D pass has a
//! depth buffer. So a game that is 2D otherwise has a 3D room, with one light model for it.
//!
//! `furnish` builds it once, of `clay`: the `shell`, `furniture`, and `bodies` that move. Each update,
//! `weather` follows the mood with the `look` of it, `motion` moves things, and `paint` tells the shader of
//! the two `material`s.

mod air;
mod bodies;
mod bookshelf;
mod clay;
mod fireplace;
mod furnish;
mod furniture;
mod glows;
mod kinds;
mod look;
mod material;
mod motion;
mod paint;
mod places;
mod shell;
mod weather;

use arcade::Painting;
use bevy::prelude::*;
use bevy::sprite_render::Material2dPlugin;
use bevy_emotion::hud::HudSystems;

pub use air::Air;
pub use places::{LANTERNS, bearing, camera, lantern_place};

use furnish::{Furnishing, furnish};
use material::{Glow, Solid, add_shader};
use motion::{float_lanterns, fly, open_plants, turn_things};
use paint::paint;
use weather::{Weather, change_weather};

/// Draws the room.
#[derive(Debug, Clone, Copy)]
pub struct RoomPlugin {
    /// Books, dust and planks are as the seed wants.
    pub seed: u64,
}

impl Plugin for RoomPlugin {
    fn build(&self, app: &mut App) {
        let seed = self.seed;
        add_shader(app.world_mut());
        app.add_plugins((
            Material2dPlugin::<Solid>::default(),
            Material2dPlugin::<Glow>::default(),
        ))
        .init_resource::<Air>()
        .init_resource::<Weather>()
        .add_systems(
            Startup,
            (move |commands: Commands, assets: Furnishing| furnish(commands, assets, seed), smooth)
                .chain(),
        )
        .add_systems(
            PostUpdate,
            (
                change_weather,
                (open_plants, float_lanterns, fly, turn_things),
                paint.in_set(Painting),
            )
                .chain()
                .in_set(HudSystems::Draw),
        );
    }
}

/// Edges of things are no circles or boxes of the HUD: they need multisampling.
fn smooth(cameras: Query<Entity, With<Camera2d>>, mut commands: Commands) {
    for camera in &cameras {
        commands.entity(camera).insert(Msaa::Sample4);
    }
}
