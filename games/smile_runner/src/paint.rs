//! The picture: all of it anew in each frame, into one mesh and a pool of texts.

use bevy::camera::visibility::NoFrustumCulling;
use bevy::math::Affine2;
use bevy::mesh::PrimitiveTopology;
use bevy::prelude::*;
use bevy::sprite::Anchor;
use bevy_emotion::hud::ink::{Ink, Style, Token};
use bevy_emotion::hud::theme::Theme;
use bevy_emotion::hud::{HudSettings, Screen};
use bevy_emotion::input::ExpressionInput;

use crate::action::Action;
use crate::attention::Attention;
use crate::brush::{Brush, Words};
use crate::dust::Dust;
use crate::look::Look;
use crate::menus::Record;
use crate::phase::Phase;
use crate::run::{Run, ZEST_AT_REST};
use crate::view::{BIG, View};

/// The mesh that everything is drawn into.
#[derive(Component)]
pub struct Canvas;

/// A text of the pool.
#[derive(Component)]
pub struct Caption;

/// The pool of texts.
type Captions<'w, 's> = Query<
    'w,
    's,
    (
        &'static mut Text2d,
        &'static mut Ink,
        &'static mut Anchor,
        &'static mut Transform,
        &'static mut Visibility,
    ),
    With<Caption>,
>;

/// Makes the mesh and the texts, once.
pub fn prepare(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<ColorMaterial>>,
) {
    let mesh = meshes.add(Mesh::new(PrimitiveTopology::TriangleList, default()));
    let material = materials.add(ColorMaterial::default());
    commands.spawn((Canvas, Mesh2d(mesh), MeshMaterial2d(material), NoFrustumCulling));
    let styles = [(BIG, 2), (Style::Large, 10), (Style::LargeSign, 6), (Style::Small, 14)];
    for style in styles.into_iter().flat_map(|(style, count)| std::iter::repeat_n(style, count)) {
        let ink = Ink { style, color: Token::Text };
        commands.spawn((Caption, Text2d::default(), ink, Visibility::Hidden));
    }
}

/// Draws the game as it is.
pub fn paint(
    phase: Res<State<Phase>>,
    (run, record, attention, look, dust): (
        Res<Run>,
        Res<Record>,
        Res<Attention>,
        Res<Look>,
        Res<Dust>,
    ),
    (screen, theme, settings): (Res<Screen>, Res<Theme>, Res<HudSettings>),
    input: Res<ExpressionInput<Action>>,
    canvas: Single<&Mesh2d, With<Canvas>>,
    mut meshes: ResMut<Assets<Mesh>>,
    mut captions: Captions,
) {
    let mut brush = Brush::new(screen.units_per_pixel);
    let is_calm = settings.reduced_motion;
    let size = screen.size;
    let hero_at = look.stand.x * size.x + if is_calm { 0.0 } else { 46.0 * look.dash };
    let view = View {
        run: &run,
        look: &look,
        theme: &theme,
        is_calm,
        size,
        camera: run.hero.x - hero_at,
        ground: -size.y / 2.0 + 196.0 + look.stand.y,
        mood: mood(look.zest),
    };
    let shake = if is_calm { 0.0 } else { 14.0 * look.shake };
    let shake = Vec2::new((look.seconds * 61.0).sin(), (look.seconds * 53.0).cos()) * shake;
    view.sky(&mut brush);
    view.hills(&mut brush);
    brush.frame = Affine2::from_translation(shake);
    view.course(&mut brush);
    let feet = view.at(run.hero.x, 0.0);
    brush.frame *= Affine2::from_translation(feet)
        * Affine2::from_scale(Vec2::splat(look.stand.z))
        * Affine2::from_translation(-feet);
    view.hero(&mut brush);
    view.motes(&mut brush, &dust);
    brush.frame = Affine2::IDENTITY;
    match phase.get() {
        Phase::Title => view.title(&mut brush, &input),
        Phase::WarmUp => {}
        Phase::Play => {
            view.signs(&mut brush);
            view.status(&mut brush, &input);
            if attention.is_waiting() {
                view.waiting(&mut brush, &attention);
            }
        }
        Phase::Over => view.result(&mut brush, &record),
    }

    write(&mut captions, &brush.texts);
    if let Some(mut mesh) = meshes.get_mut(&canvas.0) {
        brush.fill(&mut mesh);
    }
}

/// Each text of the pool takes the next words of its style.
fn write(captions: &mut Captions, texts: &[Words]) {
    let mut taken = 0_u64;
    for (mut text, mut ink, mut anchor, mut transform, mut visibility) in captions {
        let of_style = |(_, words): &(usize, &Words)| words.style == ink.style;
        let mut waiting = texts.iter().enumerate().filter(of_style);
        let Some((index, words)) = waiting.find(|(index, _)| taken & (1 << index) == 0) else {
            visibility.set_if_neq(Visibility::Hidden);
            continue;
        };
        taken |= 1 << index;
        visibility.set_if_neq(Visibility::Inherited);
        anchor.set_if_neq(Anchor(Vec2::X * words.align));
        transform.set_if_neq(Transform::from_translation(words.position.extend(20.0)));
        if ink.color != words.color {
            ink.color = words.color;
        }
        if text.0 != words.words {
            text.0.clone_from(&words.words);
        }
    }
}

/// From difficulty, 0 to 1, to mood.
fn mood(zest: f32) -> f32 {
    let from_rest = zest - ZEST_AT_REST;
    from_rest / if from_rest < 0.0 { ZEST_AT_REST } else { 1.0 - ZEST_AT_REST }
}
