//! The picture: all of it drawn anew in each update, into one mesh.

use bevy::camera::visibility::NoFrustumCulling;
use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::hud::{HudSettings, Screen};

use crate::act::Act;
use crate::canvas::Canvas;
use crate::game::Game;
use crate::gauges::{paint_meter, paint_rounds, paint_time};
use crate::layout::Layout;
use crate::mask::paint_mask;
use crate::scene::{Scene, WAVE_LIFE};
use crate::theatre::paint_theatre;

/// The one mesh that everything but words is drawn into.
#[derive(Resource)]
pub struct CanvasMesh(Handle<Mesh>);

/// Makes the mesh, once.
pub fn hang_canvas(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let mesh = meshes.add(Canvas::default().into_mesh());
    commands.spawn((
        Mesh2d(mesh.clone()),
        MeshMaterial2d(materials.add(ColorMaterial::default())),
        Transform::from_xyz(0.0, 0.0, -50.0),
        // Its bounds change with every update.
        NoFrustumCulling,
    ));
    commands.insert_resource(CanvasMesh(mesh));
}

/// Draws the whole picture anew.
pub fn paint(
    state: Res<State<Act>>,
    screen: Res<Screen>,
    settings: Res<HudSettings>,
    theme: Res<Theme>,
    game: Res<Game>,
    scene: Res<Scene>,
    canvas_mesh: Res<CanvasMesh>,
    mut meshes: ResMut<Assets<Mesh>>,
) {
    let layout = Layout::of(&screen, *state.get(), &game);
    let mut canvas = Canvas::new(0.8 * screen.units_per_pixel.max(0.5));
    let color = scene.color(&theme);
    let still = settings.reduced_motion;
    paint_theatre(&mut canvas, &layout, &scene, color, still);
    paint_waves(&mut canvas, &scene, &theme, still);
    if *state.get() == Act::Play {
        paint_time(&mut canvas, &scene, &game, color);
        paint_meter(&mut canvas, &layout, &scene, color);
        paint_rounds(&mut canvas, &layout, &game, &theme);
    }
    paint_mask(&mut canvas, &scene, color, still);
    paint_confetti(&mut canvas, &scene, &theme);
    if let Some(mut mesh) = meshes.get_mut(&canvas_mesh.0) {
        *mesh = canvas.into_mesh();
    }
}

/// The rings that run outwards after a hit.
fn paint_waves(canvas: &mut Canvas, scene: &Scene, theme: &Theme, still: bool) {
    for wave in &scene.waves {
        let part = (wave.age / WAVE_LIFE).clamp(0.0, 1.0);
        let eased = if still { 0.3 } else { 1.0 - (1.0 - part).powi(2) };
        let radius = scene.size * (1.5 + 0.95 * eased);
        let light = if wave.age < 0.0 { 0.0 } else { (1.0 - part).powi(2) * 0.7 };
        let color = theme.color(wave.expression).to_linear().with_alpha(light);
        canvas.ring(scene.middle, radius, scene.size * 0.05 * (1.0 - part), color);
    }
}

fn paint_confetti(canvas: &mut Canvas, scene: &Scene, theme: &Theme) {
    for spark in &scene.sparks {
        let fades = ((spark.life - spark.age) / 0.4).clamp(0.0, 1.0);
        let side = Vec2::from_angle(spark.turn) * spark.size * scene.size;
        // Confetti turns over while it falls.
        let across = side.perp() * (0.55 * (spark.turn * 1.7).cos());
        let at = scene.middle + spark.at * scene.size;
        let color = theme.color(spark.expression).to_linear();
        let color = color.mix(&LinearRgba::WHITE, 0.25).with_alpha(fades);
        let corners =
            [at + side + across, at - side + across, at - side - across, at + side - across];
        canvas.fill(&corners, at, color, color);
    }
}
