//! The valence-arousal dial: the values of all faces, and the trail of the largest one.

use bevy::asset::{AssetPath, embedded_asset, embedded_path};
use bevy::prelude::*;
use bevy::render::render_resource::{AsBindGroup, ShaderType};
use bevy::shader::ShaderRef;
use bevy::ui_render::prelude::{MaterialNode, UiMaterial, UiMaterialPlugin};

use super::HudSystems;
use super::face::ShownFace;
use super::ink::{self, Style, Token};
use super::motion::approach;
use super::rim::{Rim, RimPanel};
use super::theme::{GRID, Theme};
use crate::plugin::{Emotion, Face};
use emotion_core::Expression;

/// Side of the dial in HUD units.
const SIDE: f32 = 16.0 * GRID;
/// Points of the tail; two in each of the shader's vectors.
const TAIL: usize = 32;
/// Seconds between two points of the tail.
const TAIL_STEP: f32 = 1.0 / 14.0;
/// How many other faces are shown as dots.
const OTHERS: usize = 3;
/// Time constant of the dot in seconds.
const DOT_TIME: f32 = 0.16;

/// The valence-arousal dial with its trail, at the lower left.
#[derive(Debug, Clone, Copy, Default)]
pub struct DialPlugin;

impl Plugin for DialPlugin {
    fn build(&self, app: &mut App) {
        embedded_asset!(app, "dial.wgsl");
        app.add_plugins(UiMaterialPlugin::<DialMaterial>::default())
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, draw.in_set(HudSystems::Draw));
    }
}

/// State of the dial. Points are (valence, arousal).
#[derive(Component, Default)]
struct Dial {
    /// The face whose tail it is: the largest one.
    face: Option<Entity>,
    point: Vec2,
    /// The newest first.
    tail: [Vec2; TAIL],
    since_step: f32,
    presence: f32,
}

#[derive(Asset, TypePath, AsBindGroup, Debug, Clone, Default)]
struct DialMaterial {
    #[uniform(0)]
    dial: DialUniform,
}

#[derive(ShaderType, Debug, Clone, Copy, Default)]
struct DialUniform {
    tail: [Vec4; TAIL / 2],
    /// Where the seven expressions lie: valence, arousal.
    marks: [Vec4; Expression::COUNT],
    mark_colors: [Vec4; Expression::COUNT],
    /// Valence, arousal, opacity.
    others: [Vec4; OTHERS],
    color: Vec4,
    point: Vec2,
    /// How far the newest point is on its way to becoming the second, 0 to 1.
    step: f32,
    presence: f32,
}

impl UiMaterial for DialMaterial {
    fn fragment_shader() -> ShaderRef {
        ShaderRef::Path(
            AssetPath::from_path_buf(embedded_path!("dial.wgsl")).with_source("embedded"),
        )
    }
}

/// Spawns the dial at the lower left.
fn spawn(mut commands: Commands, rim: Res<Rim>, mut materials: ResMut<Assets<DialMaterial>>) {
    let mut uniform = DialUniform::default();
    for expression in Expression::ALL {
        let (valence, arousal) = expression.valence_arousal();
        uniform.marks[expression.index()] = Vec4::new(valence, arousal, 0.0, 0.0);
    }
    let axis = |name: &str, place: Node| {
        (
            ink::text(name, Style::Small, Token::Text),
            Node { position_type: PositionType::Absolute, ..place },
        )
    };
    let edge = Val::Px(GRID);
    commands.spawn((
        ChildOf(rim.bottom_left),
        ink::panel(Node {
            padding: UiRect {
                left: edge,
                right: edge,
                top: Val::Px(3.0 * GRID),
                bottom: Val::Px(3.0 * GRID),
            },
            ..Node::default()
        }),
        RimPanel::new(Vec2::NEG_X, |settings| settings.panels.rim && settings.panels.dial),
        children![
            (
                Node { width: Val::Px(SIDE), height: Val::Px(SIDE), ..Node::default() },
                MaterialNode(materials.add(DialMaterial { dial: uniform })),
                Dial::default(),
            ),
            axis("active", Node { top: Val::Px(4.0), left: edge, ..Node::default() }),
            axis("calm", Node { bottom: Val::Px(5.0), left: edge, ..Node::default() }),
            axis("pleasant", Node { bottom: Val::Px(5.0), right: edge, ..Node::default() }),
        ],
    ));
}

/// Moves the dot and its tail.
fn draw(
    time: Res<Time>,
    theme: Res<Theme>,
    faces: Query<(Entity, &Face, &Emotion, &ShownFace)>,
    dial: Single<(&mut Dial, &MaterialNode<DialMaterial>)>,
    mut materials: ResMut<Assets<DialMaterial>>,
) {
    let seconds = time.delta_secs();
    let (mut dial, material) = dial.into_inner();
    let largest = faces
        .iter()
        .filter(|(_, face, ..)| face.visible)
        .max_by(|a, b| a.3.radius.value.total_cmp(&b.3.radius.value));
    let seen = f32::from(u8::from(largest.is_some()));
    dial.presence += (seen - dial.presence) * approach(0.25, seconds);
    if let Some((entity, _, emotion, _)) = largest {
        let goal = Vec2::new(emotion.valence, emotion.arousal);
        if dial.face != Some(entity) && dial.presence < 0.1 {
            dial.point = goal;
            dial.tail = [goal; TAIL];
        }
        dial.face = Some(entity);
        let way = goal - dial.point;
        dial.point += way * approach(DOT_TIME, seconds);
    }
    dial.since_step += seconds;
    if dial.since_step >= TAIL_STEP {
        dial.since_step %= TAIL_STEP;
        let point = dial.point;
        dial.tail.rotate_right(1);
        dial.tail[0] = point;
    }

    let Some(mut material) = materials.get_mut(&material.0) else { return };
    let uniform = &mut material.dial;
    uniform.mark_colors = Expression::ALL.map(|expression| theme.linear(expression));
    for (pair, points) in uniform.tail.iter_mut().zip(dial.tail.chunks_exact(2)) {
        *pair = Vec4::new(points[0].x, points[0].y, points[1].x, points[1].y);
    }
    if let Some((_, _, _, shown)) = largest {
        uniform.color = theme.linear(shown.expression);
    }
    uniform.point = dial.point;
    uniform.step = dial.since_step / TAIL_STEP;
    uniform.presence = dial.presence;
    uniform.others = [Vec4::ZERO; OTHERS];
    let main = dial.face;
    let others = faces.iter().filter(|(entity, ..)| Some(*entity) != main);
    for (other, (_, _, emotion, shown)) in uniform.others.iter_mut().zip(others) {
        *other = Vec4::new(emotion.valence, emotion.arousal, shown.presence.value(), 0.0);
    }
}
