//! The camera picture that fills the screen, darker and mood-coloured towards its edges.

use bevy::asset::{AssetPath, embedded_asset, embedded_path};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{Material2d, Material2dPlugin};

use super::mood::{self, Mood};
use super::motion::Ramp;
use super::screen::Screen;
use super::{HudSettings, HudSystems, face, layer};
use crate::plugin::MainView;

/// How long the picture takes to fade in and out: out is faster, for the sake of privacy.
const OPEN: std::time::Duration = std::time::Duration::from_millis(350);
const CLOSE: std::time::Duration = std::time::Duration::from_millis(120);

/// The camera picture behind everything else; without one, or with privacy on, a calm field in the
/// colour of the mood.
#[derive(Debug, Clone, Copy, Default)]
pub struct PicturePlugin;

impl Plugin for PicturePlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "picture.wgsl");
        app.add_plugins(Material2dPlugin::<PictureMaterial>::default())
            .init_resource::<Mood>()
            .add_systems(Startup, spawn)
            .add_systems(
                PostUpdate,
                (
                    mood::sense.after(face::follow).in_set(HudSystems::Follow),
                    draw.in_set(HudSystems::Draw),
                ),
            );
    }
}

/// The quad that covers the screen.
#[derive(Component, Default)]
struct Picture {
    /// 1: the picture is visible. 0: it is hidden (no picture, or privacy).
    open: Ramp,
}

#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct PictureMaterial {
    #[uniform(0)]
    look: Look,
    #[texture(1)]
    #[sampler(2)]
    picture: Option<Handle<Image>>,
}

#[derive(ShaderType, Debug, Clone, Copy, Default)]
struct Look {
    mood: Vec4,
    /// Visible part of the frame, in its own widths and heights; negative if mirrored.
    seen: Vec2,
    /// Where the vignette closes in, from the middle, in half widths and heights, y down.
    gloom_middle: Vec2,
    /// Width by height of the screen.
    aspect: f32,
    open: f32,
    gloom: f32,
    seconds: f32,
}

impl Material2d for PictureMaterial {
    fn fragment_shader() -> ShaderRef {
        ShaderRef::Path(
            AssetPath::from_path_buf(embedded_path!("picture.wgsl")).with_source("embedded"),
        )
    }
}

/// Spawns the picture.
fn spawn(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<PictureMaterial>>,
) {
    commands.spawn((
        Picture::default(),
        Mesh2d(meshes.add(Rectangle::new(1.0, 1.0))),
        MeshMaterial2d(materials.add(PictureMaterial::default())),
        Transform::from_xyz(0.0, 0.0, layer::PICTURE),
    ));
}

/// Fits the picture to the screen and the mood.
fn draw(
    time: Res<Time>,
    screen: Res<Screen>,
    mood: Res<Mood>,
    settings: Res<HudSettings>,
    view: MainView,
    picture: Single<(&mut Picture, &mut Transform, &MeshMaterial2d<PictureMaterial>)>,
    mut materials: ResMut<Assets<PictureMaterial>>,
) {
    let (mut picture, mut transform, material) = picture.into_inner();
    let image = view.image();
    let there = view.status().is_some_and(|status| status.frame_size.is_some()) && image.is_some();
    picture.open.advance(there && !settings.privacy, OPEN, CLOSE, time.delta_secs());
    transform.scale = screen.size.extend(1.0);
    let Some(mut material) = materials.get_mut(&material.0) else { return };
    material.picture = image.map(|image| image.0.clone());
    let seen = screen.size / (screen.frame_size * screen.units_per_frame_pixel());
    let mirror = if screen.mirrored { Vec2::new(-1.0, 1.0) } else { Vec2::ONE };
    material.look = Look {
        mood: mood.color.extend(mood.strength),
        seen: seen * mirror,
        aspect: screen.size.x / screen.size.y,
        open: picture.open.value(),
        gloom: mood.gloom,
        gloom_middle: mood.gloom_middle / (screen.size / 2.0) * Vec2::new(1.0, -1.0),
        // With reduced motion the field stands still, and the vignette does not pulse.
        seconds: if settings.reduced_motion { 0.0 } else { time.elapsed_secs_wrapped() },
    };
}
