//! A 3D scene that a face plays with: a smile makes the cube grow, and a text lies over it.
//! `cargo run --release --features hud --example overlay_3d`

use std::time::Duration;

use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::prelude::*;
use bevy::time::common_conditions::on_timer;
use bevy_emotion::input::MeasurePlugin;
use bevy_emotion::prelude::*;

#[path = "support/mod.rs"]
mod support;

#[derive(Component)]
struct Cube;

#[derive(Component)]
struct Overlay;

fn main() -> AppExit {
    let mut app = App::new();
    // In a game of your own: `DefaultPlugins` and `EmotionPlugins`, and no virtual face.
    app.add_plugins((support::default_plugins(), VirtualFacePlugin, MeasurePlugin))
        .add_systems(Startup, (set_up_scene, set_up_overlay))
        .add_systems(Update, (act.run_if(on_timer(Duration::from_secs(1))), grow, write))
        .add_observer(|change: On<ExpressionChanged>| info!("the cube sees {:?}", change.to));
    support::run(app)
}

fn set_up_scene(
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
    mut commands: Commands,
) {
    commands.spawn(VirtualFace::new());
    let view = Transform::from_xyz(2.0, 3.0, 5.0).looking_at(Vec3::ZERO, Vec3::Y);
    // One that does without Bevy's feature `tonemapping_luts`.
    commands.spawn((Camera3d::default(), Tonemapping::Reinhard, view));
    let light = Transform::from_xyz(2.0, 4.0, 3.0).looking_at(Vec3::ZERO, Vec3::Y);
    commands.spawn((DirectionalLight::default(), light));
    let cube = Mesh3d(meshes.add(Cuboid::default()));
    commands.spawn((Cube, cube, MeshMaterial3d(materials.add(Color::srgb(0.9, 0.5, 0.2)))));
}

/// Bevy's UI lies over every 3D scene.
fn set_up_overlay(mut fonts: ResMut<Assets<Font>>, mut commands: Commands) {
    // Bevy is built without its feature `default_font` here.
    let font = fonts.add(Font::from_bytes(epaint_default_fonts::UBUNTU_LIGHT.to_vec()));
    let place =
        Node { position_type: PositionType::Absolute, top: px(20), left: px(20), ..default() };
    commands.spawn((Overlay, Text::default(), TextFont::from(font), place));
}

fn grow(faces: Query<&FaceInput>, time: Res<Time>, cube: Single<&mut Transform, With<Cube>>) {
    let smile = faces.iter().map(|face| face.strength(Expression::Happy)).fold(0.0, f32::max);
    let mut cube = cube.into_inner();
    let size = cube.scale.lerp(Vec3::splat(1.0 + smile), (5.0 * time.delta_secs()).min(1.0));
    cube.scale = size;
}

fn write(faces: Query<(&Face, &Emotion)>, mut overlay: Single<&mut Text, With<Overlay>>) {
    let lines = faces.iter().filter(|(face, _)| face.visible).map(|(face, emotion)| {
        let shown = emotion.dominant.map_or("unsure", Expression::name);
        format!("face {}: {shown}, {:.0} %\n", face.subject, 100.0 * emotion.confidence)
    });
    overlay.0 = lines.collect();
}

/// The virtual face smiles every other second.
fn act(mut faces: Query<&mut VirtualFace>, mut smiles: Local<bool>) {
    *smiles = !*smiles;
    for mut face in &mut faces {
        face.show(Expression::Happy, if *smiles { 1.0 } else { 0.0 });
    }
}
