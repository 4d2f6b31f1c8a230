//! The ring around a face: seven arcs drawn by a shader, the dominant one thick.

use std::f32::consts::{FRAC_PI_2, TAU};

use bevy::asset::{embedded_asset, embedded_path};
use bevy::ecs::system::SystemParam;
use bevy::mesh::MeshVertexBufferLayoutRef;
use bevy::prelude::*;
use bevy::render::render_resource::{
    AsBindGroup, BlendState, RenderPipelineDescriptor, ShaderType, SpecializedMeshPipelineError,
};
use bevy::shader::ShaderRef;
use bevy::sprite_render::{AlphaMode2d, Material2d, Material2dKey, Material2dPlugin};

use super::face::ShownFace;
use super::motion::{approach, wrap_angle};
use super::reactions::Reactions;
use super::screen::Screen;
use super::theme::Theme;
use super::{HudSettings, HudSystems, layer};
use emotion_core::Expression;

/// Half side of the ring's quad in ring radii: room for the glow and the spreading ring.
const QUAD: f32 = 2.0;
/// Thickness of the arcs at rest and of the dominant one, in ring radii (half of it to each side).
const THIN: f32 = 0.016;
const THICK: f32 = 0.042;
/// Thickest stroke in HUD units, so that rings around very large faces stay slim.
const THICKEST: f32 = 12.0;
/// Added to each arc's share of the ring, so that all seven stay visible, at least as dots.
const SHARE_FLOOR: f32 = 0.018;
/// Time constant in seconds with which the ring turns its dominant arc to the top.
const TURN_TIME: f32 = 0.22;

/// A ring of seven arcs around each face: the probabilities, the dominant one thick and on top.
#[derive(Debug, Clone, Copy, Default)]
pub struct RingPlugin;

impl Plugin for RingPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "ring.wgsl");
        app.add_plugins(Material2dPlugin::<RingMaterial>::default())
            .add_observer(put_on)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// Draws a [`ShownFace`]'s ring.
#[derive(Component)]
struct Ring {
    face: Entity,
    /// Where the first arc begins, in radians.
    turn: f32,
    /// Thickness of each arc, 0 thin to 1 thick.
    weights: [f32; Expression::COUNT],
}

/// The shader's input. Lengths are in ring radii.
#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct RingMaterial {
    #[uniform(0)]
    ring: RingUniform,
}

#[derive(ShaderType, Debug, Clone, Copy, Default)]
struct RingUniform {
    /// Unit vectors: to the middle of each arc, and to its end when its middle lies on the x axis.
    arcs: [Vec4; Expression::COUNT],
    /// Half thickness and opacity of each arc.
    strokes: [Vec4; Expression::COUNT],
    /// Colour of each arc.
    colors: [Vec4; Expression::COUNT],
    /// Colour of glow and spreading ring.
    glow_color: Vec4,
    glow: f32,
    ripple: f32,
    ripple_phase: f32,
    sag: f32,
    wave_radius: f32,
    wave_opacity: f32,
    presence: f32,
    quad: f32,
}

impl Material2d for RingMaterial {
    fn fragment_shader() -> ShaderRef {
        ShaderRef::Path(
            bevy::asset::AssetPath::from_path_buf(embedded_path!("ring.wgsl"))
                .with_source("embedded"),
        )
    }

    fn alpha_mode(&self) -> AlphaMode2d {
        AlphaMode2d::Blend
    }

    /// Premultiplied alpha, so that a glow can add light without covering.
    fn specialize(
        descriptor: &mut RenderPipelineDescriptor,
        _layout: &MeshVertexBufferLayoutRef,
        _key: Material2dKey<Self>,
    ) -> Result<(), SpecializedMeshPipelineError> {
        if let Some(fragment) = &mut descriptor.fragment {
            for target in fragment.targets.iter_mut().flatten() {
                target.blend = Some(BlendState::PREMULTIPLIED_ALPHA_BLENDING);
            }
        }
        Ok(())
    }
}

/// Gives a new face its ring.
fn put_on(
    added: On<Add, ShownFace>,
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<RingMaterial>>,
    mut quad: Local<Option<Handle<Mesh>>>,
) {
    let quad = quad.get_or_insert_with(|| meshes.add(Rectangle::new(2.0, 2.0)));
    commands.spawn((
        Ring { face: added.entity, turn: FRAC_PI_2, weights: [0.0; Expression::COUNT] },
        Mesh2d(quad.clone()),
        MeshMaterial2d(materials.add(RingMaterial::default())),
        Transform::from_xyz(0.0, 0.0, layer::RING),
    ));
}

/// Moves and draws all rings; despawns those whose face is gone.
fn draw(
    time: Res<Time>,
    mut rings: Query<(Entity, &mut Ring, &MeshMaterial2d<RingMaterial>, &mut Transform)>,
    faces: Query<&ShownFace>,
    mut materials: ResMut<Assets<RingMaterial>>,
    look: Look,
    mut commands: Commands,
) {
    for (entity, mut ring, material, mut transform) in &mut rings {
        let Ok(shown) = faces.get(ring.face) else {
            commands.entity(entity).despawn();
            continue;
        };
        let (middle, radius) = shown.circle();
        let pose = shown.pose;
        transform.translation = (middle + pose.offset * radius).extend(layer::RING);
        transform.rotation = Quat::from_rotation_z(-shown.lean.value);
        transform.scale = ((Vec2::ONE + pose.stretch) * radius * QUAD).extend(1.0);
        if let Some(mut material) = materials.get_mut(&material.0) {
            material.ring = uniform(shown, &mut ring, radius, &look, time.delta_secs());
        }
    }
}

/// What a ring's look depends on, besides its face.
#[derive(SystemParam)]
struct Look<'w> {
    screen: Res<'w, Screen>,
    theme: Res<'w, Theme>,
    settings: Res<'w, HudSettings>,
    reactions: Res<'w, Reactions>,
}

impl Look<'_> {
    /// The colour of the glowing reaction; the theme's if it has none of its own.
    fn glow_color(&self, expression: Expression) -> Vec4 {
        let glows = self.reactions.to(expression).find(|(_, reaction)| reaction.glows());
        let own = glows.and_then(|(_, reaction)| reaction.color);
        own.map_or_else(|| self.theme.linear(expression), |color| color.to_linear().to_vec4())
    }
}

fn uniform(
    shown: &ShownFace,
    ring: &mut Ring,
    radius: f32,
    look: &Look,
    seconds: f32,
) -> RingUniform {
    let certainty = shown.certainty.value();
    let still = look.settings.reduced_motion;
    let breath = if still { 0.5 } else { 0.5 + 0.5 * (shown.clock * TAU * 0.3).sin() };
    // Arcs stay thick enough to be visible on distant faces.
    let radius = radius.max(1.0);
    let thickest = (THICKEST / radius).min(THICK);
    let thinnest =
        (1.25 * look.screen.units_per_pixel.max(0.5) / radius).max(THIN * thickest / THICK);
    let total = 1.0 + SHARE_FLOOR * Expression::COUNT as f32;
    let spans = shown.shares.map(|share| (share + SHARE_FLOOR) / total * TAU);

    let dominant = shown.expression.index();
    let before: f32 = spans[..dominant].iter().sum();
    let goal = FRAC_PI_2 + before + spans[dominant] / 2.0;
    ring.turn += wrap_angle(goal - ring.turn) * approach(TURN_TIME, seconds);

    let mut uniform = RingUniform {
        glow_color: Vec4::ZERO,
        glow: shown.pose.glow * (0.4 + 0.6 * shown.confidence),
        ripple: shown.pose.ripple,
        ripple_phase: shown.clock * 3.4,
        sag: shown.pose.sag,
        wave_radius: 1.0 + 0.75 * shown.pose.wave_progress,
        wave_opacity: shown.pose.wave_opacity,
        presence: shown.presence.value(),
        quad: QUAD,
        ..RingUniform::default()
    };
    let mut start = ring.turn;
    let mut light = 0.0;
    for (index, (expression, strength)) in shown.reactions().enumerate() {
        let goal = if index == dominant { certainty } else { 0.0 };
        ring.weights[index] += (goal - ring.weights[index]) * approach(0.07, seconds);
        let weight = ring.weights[index];
        let half_thickness = (thinnest + (thickest - thinnest).max(0.0) * weight) / 2.0;
        let unsure_opacity = 0.35 + 0.35 * breath;
        let sure_opacity = 0.55 + (0.25 + 0.75 * shown.confidence - 0.55).max(0.0) * weight;
        let opacity = unsure_opacity + (sure_opacity - unsure_opacity) * certainty;
        // Rounded ends extend beyond an arc's end by half its thickness.
        let gap = thinnest * 1.6 + half_thickness * 2.0;
        let half_aperture = (spans[index] - gap).max(0.0) / 2.0;
        let middle = start - spans[index] / 2.0;
        let (axis, end) = (Vec2::from_angle(middle), Vec2::from_angle(half_aperture));
        uniform.arcs[index] = Vec4::new(axis.x, axis.y, end.x, end.y);
        uniform.strokes[index] = Vec4::new(half_thickness, opacity, 0.0, 0.0);
        uniform.colors[index] = look.theme.linear(expression);
        uniform.glow_color += look.glow_color(expression) * strength;
        light += strength;
        start -= spans[index];
    }
    uniform.glow_color /= light.max(0.001);
    uniform
}
