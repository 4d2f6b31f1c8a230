//! The picture: a small theatre, the mask in its light, the ring of time and the meter.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use bevy::camera::visibility::NoFrustumCulling;
use bevy::prelude::*;
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::hud::{HudSettings, Screen};

use super::canvas::Canvas;
use super::mask::paint_mask;
use super::scene::{Layout, Scene, WAVE_LIFE};
use super::{Act, Game, Phase, ROUNDS};

/// The one mesh that everything but words is drawn into.
#[derive(Resource)]
pub struct CanvasMesh(Handle<Mesh>);

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
    for wave in &scene.waves {
        let part = (wave.age / WAVE_LIFE).clamp(0.0, 1.0);
        let eased = if still { 0.3 } else { 1.0 - (1.0 - part).powi(2) };
        let radius = scene.size * (1.5 + 0.95 * eased);
        let light = if wave.age < 0.0 { 0.0 } else { (1.0 - part).powi(2) * 0.7 };
        let color = theme.color(wave.expression).to_linear().with_alpha(light);
        canvas.ring(scene.middle, radius, scene.size * 0.05 * (1.0 - part), color);
    }
    if *state.get() == Act::Play {
        paint_time(&mut canvas, &scene, &game, color);
        paint_meter(&mut canvas, &layout, &scene, color);
        paint_rounds(&mut canvas, &layout, &game, &theme);
    }
    paint_mask(&mut canvas, &scene, color, still);
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
    if let Some(mut mesh) = meshes.get_mut(&canvas_mesh.0) {
        *mesh = canvas.into_mesh();
    }
}

/// A dark stage: a wall in the dusk, a spot on the mask, a floor, curtains.
fn paint_theatre(
    canvas: &mut Canvas,
    layout: &Layout,
    scene: &Scene,
    color: LinearRgba,
    still: bool,
) {
    let Layout { half, unit, .. } = *layout;
    let wall = |red: u8, green: u8, blue: u8| Color::srgb_u8(red, green, blue).to_linear();
    let floor_line = -half.y + 118.0 * unit;
    let left_right = |y: f32| [Vec2::new(-half.x - 9.0, y), Vec2::new(half.x + 9.0, y)];
    canvas.band(
        &left_right(half.y + 9.0),
        &left_right(floor_line),
        wall(0x0C, 0x0D, 0x1B),
        wall(0x1B, 0x17, 0x30),
    );
    canvas.band(
        &left_right(floor_line),
        &left_right(-half.y - 9.0),
        wall(0x17, 0x12, 0x26),
        wall(0x0A, 0x08, 0x12),
    );
    let middle = scene.middle;
    canvas.glow(middle, 3.1 * scene.size, color.with_alpha(0.13));
    canvas.glow(middle, 1.9 * scene.size, color.with_alpha(0.16));
    // The light falls from above.
    let lamp = Vec2::new(middle.x, half.y + 60.0);
    for beam in 0..9 {
        let spread = 0.5 + 0.14 * beam as f32;
        let foot = floor_line - 20.0;
        let reach = spread * scene.size;
        canvas.band(
            &[lamp - Vec2::new(30.0, 0.0), lamp + Vec2::new(30.0, 0.0)],
            &[Vec2::new(middle.x - reach, foot), Vec2::new(middle.x + reach, foot)],
            LinearRgba::WHITE.with_alpha(0.016),
            color.with_alpha(0.0),
        );
    }
    canvas.place(Vec2::new(middle.x, floor_line - 34.0 * unit), 0.0, Vec2::new(1.0, 0.16));
    canvas.glow(Vec2::ZERO, 2.6 * scene.size, color.with_alpha(0.22));
    canvas.place(Vec2::ZERO, 0.0, Vec2::ONE);
    // Dust in the light.
    for mote in 0..26 {
        let seed = mote as f32;
        let time = if still { 0.0 } else { scene.clock };
        let x = ((seed * 0.618).fract() - 0.5) * 2.0 * half.x * 0.8;
        let rise = (seed * 0.379 + time * (0.008 + 0.006 * (seed * 0.77).fract())).fract();
        let y = floor_line + rise * (half.y - floor_line);
        let drift = 14.0 * (time * 0.5 + seed).sin();
        let light = 0.16 * (PI * rise).sin() * (0.4 + 0.6 * (seed * 0.53).fract());
        let radius = (2.0 + 5.0 * (seed * 0.31).fract()) * unit;
        canvas.glow(Vec2::new(x + drift, y), radius, LinearRgba::WHITE.with_alpha(light));
    }
    // Curtains: folds that are lit from the stage, a swag along the top.
    let (dark, lit) = (wall(0x1C, 0x0A, 0x18), wall(0x4A, 0x16, 0x2C));
    for side in [-1.0, 1.0] {
        let mut edge = half.x + 12.0;
        for fold in 0..4 {
            let wide = (44.0 - 5.0 * fold as f32) * unit;
            let time = if still { 0.0 } else { scene.clock };
            let sway = (time * 0.6 + fold as f32 * 1.3).sin() * 2.5 * fold as f32;
            let line = |x: f32, bulge: f32| -> Vec<Vec2> {
                (0..=12)
                    .map(|step| {
                        let part = step as f32 / 12.0;
                        let waist = (part * PI).sin() * bulge;
                        Vec2::new(side * (x + waist), half.y + 9.0 - part * (2.0 * half.y + 18.0))
                    })
                    .collect()
            };
            let outer = line(edge, 0.0);
            let crest = line(edge - 0.55 * wide, -0.3 * sway);
            let inner = line(edge - wide, -sway);
            let near = lit.mix(&color, 0.05 + 0.02 * fold as f32);
            canvas.band(&outer, &crest, dark, near);
            canvas.band(&crest, &inner, near, dark);
            edge -= 0.93 * wide;
        }
    }
    let swags = 6;
    for swag in 0..swags {
        let wide = 2.0 * half.x / swags as f32;
        let start = -half.x + wide * swag as f32;
        let line = |drop: f32| -> Vec<Vec2> {
            (0..=16)
                .map(|step| {
                    let part = step as f32 / 16.0;
                    let sag = drop * (0.35 + 0.65 * (PI * part).sin());
                    Vec2::new(start - 4.0 + (wide + 8.0) * part, half.y + 9.0 - sag)
                })
                .collect()
        };
        let (low, high) = (line(34.0 * unit), line(20.0 * unit));
        canvas.band(&line(0.0), &high, dark, lit);
        canvas.band(&high, &low, lit, dark);
    }
}

/// The ring of time: what is left of it, from the top on; inside, how much of the hold is done.
fn paint_time(canvas: &mut Canvas, scene: &Scene, game: &Game, color: LinearRgba) {
    let (middle, size) = (scene.middle, scene.size);
    let radius = 1.47 * size;
    canvas.ring(middle, radius, 0.075 * size, LinearRgba::WHITE.with_alpha(0.07));
    let left = match game.phase {
        Phase::Show { limit, passed, .. } => (1.0 - passed / limit).clamp(0.0, 1.0),
        Phase::Rest { .. } => 1.0,
        Phase::Cheer { .. } | Phase::Over => 0.0,
    };
    let rests = matches!(game.phase, Phase::Rest { .. });
    if left > 0.0 {
        let hurry = ((0.3 - left) / 0.3).clamp(0.0, 1.0);
        let wide = size * (0.06 + 0.03 * hurry);
        let bright = color.mix(&LinearRgba::WHITE, 0.04 + 0.3 * hurry);
        let bright = bright.with_alpha(if rests { 0.25 } else { 1.0 });
        canvas.arc(middle, radius, wide, FRAC_PI_2, FRAC_PI_2 + TAU * left, bright);
        if !rests {
            let head = middle + radius * Vec2::from_angle(FRAC_PI_2 + TAU * left);
            canvas.glow(head, 0.2 * size, bright.with_alpha(0.5));
        }
    }
    if scene.held > 0.0 {
        let turn = TAU * scene.held;
        let white = LinearRgba::WHITE;
        canvas.arc(middle, radius - 0.1 * size, 0.035 * size, FRAC_PI_2 - turn, FRAC_PI_2, white);
    }
}

/// How far the face has come, from its rest at the bottom towards what is asked at the top.
fn paint_meter(canvas: &mut Canvas, layout: &Layout, scene: &Scene, color: LinearRgba) {
    let rect = layout.meter();
    let wide = rect.width();
    let (bottom, top) = (
        Vec2::new(rect.center().x, rect.min.y + wide / 2.0),
        Vec2::new(rect.center().x, rect.max.y - wide / 2.0),
    );
    canvas.line(bottom, top, wide + 8.0, Color::srgba(0.02, 0.02, 0.05, 0.75).to_linear());
    canvas.line(bottom, top, wide, LinearRgba::WHITE.with_alpha(0.10));
    let level = bottom.lerp(top, scene.meter.clamp(0.0, 1.0));
    let above = scene.meter >= layout.mark;
    let bright = color.mix(&LinearRgba::WHITE, if above { 0.16 } else { 0.0 });
    canvas.line(bottom, level, wide, bright);
    if above {
        canvas.glow(level, 2.2 * wide, color.with_alpha(0.5));
    }
    canvas.fill_circle(
        level - Vec2::new(0.0, 0.1 * wide),
        0.28 * wide,
        LinearRgba::WHITE.with_alpha(0.55),
    );
    let mark = rect.min.y + layout.mark * rect.height();
    let white = LinearRgba::WHITE;
    canvas.line(Vec2::new(rect.min.x - 6.0, mark), Vec2::new(rect.max.x + 6.0, mark), 2.5, white);
    let tip = Vec2::new(rect.max.x + 8.0, mark);
    let arrow = [tip, tip + Vec2::new(9.0, 6.0), tip + Vec2::new(9.0, -6.0)];
    canvas.fill(&arrow, tip + Vec2::new(6.0, 0.0), white, white);
}

/// A dot for each round: full when it was hit, a small ring when it was missed.
fn paint_rounds(canvas: &mut Canvas, layout: &Layout, game: &Game, theme: &Theme) {
    let gap = 15.0 * layout.unit;
    let y = layout.half.y - 22.0;
    for round in 0..ROUNDS {
        let x = (round as f32 - (ROUNDS - 1) as f32 / 2.0) * gap;
        let at = Vec2::new(x, y);
        canvas.fill_circle(at, 6.5 * layout.unit, Color::srgba(0.02, 0.02, 0.05, 0.6).to_linear());
        match game.outcomes.get(round) {
            Some(outcome) => {
                let color = theme.color(outcome.asked).to_linear();
                if outcome.time.is_some() {
                    canvas.fill_circle(at, 5.2 * layout.unit, color.mix(&LinearRgba::WHITE, 0.1));
                } else {
                    canvas.ring(at, 3.6 * layout.unit, 1.6, color);
                }
            }
            None => {
                let light = if round == game.outcomes.len() { 0.95 } else { 0.22 };
                canvas.fill_circle(at, 2.6 * layout.unit, LinearRgba::WHITE.with_alpha(light));
            }
        }
    }
}
