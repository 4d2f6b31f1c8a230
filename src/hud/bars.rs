//! Seven bars beside a face: the probabilities of its expressions.

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{self, Floating, Kind};
use super::ink::{self, Fill, Ink, Style, Token};
use super::theme::{self, GRID};
use super::{HudSettings, HudSystems};
use emotion_core::Expression;

const SIGN_WIDTH: f32 = 2.5 * GRID;
const NAME_WIDTH: f32 = 8.5 * GRID;
const TRACK_WIDTH: f32 = 10.0 * GRID;
const SMALL_TRACK_WIDTH: f32 = 6.0 * GRID;
const BAR_HEIGHT: f32 = 6.0;
const ROW: f32 = 18.0;
const SMALL_ROW: f32 = 16.0;
const PADDING: f32 = 1.5 * GRID;

/// Seven bars beside each face: the probabilities of its expressions.
#[derive(Debug, Clone, Copy, Default)]
pub struct BarsPlugin;

impl Plugin for BarsPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(spawn).add_systems(
            PostUpdate,
            (fill.in_set(HudSystems::Draw), fit.in_set(HudSystems::Place).after(floating::arrange)),
        );
    }
}

/// Width and height of the panel in HUD units. The small form has no names: signs, colours and
/// order identify the expressions.
pub(super) const fn size(small: bool) -> Vec2 {
    let rows = Expression::COUNT as f32;
    if small {
        Vec2::new(SIGN_WIDTH + SMALL_TRACK_WIDTH + 2.0 * GRID, rows * SMALL_ROW + GRID)
    } else {
        let width = SIGN_WIDTH + NAME_WIDTH + TRACK_WIDTH + 2.0 * PADDING;
        Vec2::new(width, rows * ROW + 2.0 * PADDING - 2.0)
    }
}

/// The panel of the bars.
#[derive(Component)]
struct Bars {
    small: bool,
}

/// The empty bar.
#[derive(Component)]
struct Track;

/// The filled part of a bar.
#[derive(Component)]
struct Bar {
    face: Entity,
    expression: Expression,
    /// Filled part of the track, in per mille.
    per_mille: i32,
}

/// The name beside a bar.
#[derive(Component)]
struct BarName {
    face: Entity,
    expression: Expression,
    bright: bool,
}

/// Marks what the small form hides.
#[derive(Component)]
struct InLargeOnly;

/// Gives a new face its bars.
fn spawn(added: On<Add, ShownFace>, mut commands: Commands) {
    let face = added.entity;
    let Vec2 { x: width, y: height } = size(false);
    commands
        .spawn((
            ink::panel(Node {
                position_type: PositionType::Absolute,
                left: Val::ZERO,
                top: Val::ZERO,
                width: Val::Px(width),
                height: Val::Px(height),
                flex_direction: FlexDirection::Column,
                align_items: AlignItems::Center,
                justify_content: JustifyContent::SpaceEvenly,
                ..Node::default()
            }),
            Floating::new(face, Kind::Bars),
            Bars { small: false },
        ))
        .with_children(|rows| {
            for expression in Expression::ALL {
                rows.spawn(row(face, expression));
            }
        });
}

/// Switches the panel to the form chosen by [`floating::arrange`].
fn fit(
    mut panels: Query<(Entity, &Floating, &mut Bars, &mut Node)>,
    mut names: Query<&mut Node, (With<InLargeOnly>, Without<Bars>)>,
    mut tracks: Query<&mut Node, (With<Track>, Without<InLargeOnly>, Without<Bars>)>,
    children: Query<&Children>,
) {
    for (entity, floating, mut bars, mut node) in &mut panels {
        if floating.small == bars.small {
            continue;
        }
        bars.small = floating.small;
        let Vec2 { x: width, y: height } = size(bars.small);
        (node.width, node.height) = (Val::Px(width), Val::Px(height));
        let (display, track_width) = if bars.small {
            (Display::None, SMALL_TRACK_WIDTH)
        } else {
            (Display::Flex, TRACK_WIDTH)
        };
        for part in children.iter_descendants(entity) {
            if let Ok(mut name) = names.get_mut(part) {
                name.display = display;
            }
            if let Ok(mut track) = tracks.get_mut(part) {
                track.width = Val::Px(track_width);
            }
        }
    }
}

fn row(face: Entity, expression: Expression) -> impl Bundle {
    let round = BorderRadius::all(Val::Px(BAR_HEIGHT / 2.0));
    let width = |width: f32| Node { width: Val::Px(width), ..Node::default() };
    let name = || BarName { face, expression, bright: false };
    (
        Node { height: Val::Px(SMALL_ROW), align_items: AlignItems::Center, ..Node::default() },
        children![
            (
                ink::text(theme::sign(expression), Style::Digits, Token::Expression(expression)),
                width(SIGN_WIDTH),
            ),
            (
                ink::text(expression.name(), Style::Small, Token::Quiet),
                width(NAME_WIDTH),
                name(),
                InLargeOnly,
            ),
            (
                Node {
                    width: Val::Px(TRACK_WIDTH),
                    height: Val::Px(BAR_HEIGHT),
                    border_radius: round,
                    ..Node::default()
                },
                Fill(Token::Track),
                Track,
                children![(
                    Node {
                        width: Val::ZERO,
                        height: Val::Percent(100.0),
                        border_radius: round,
                        ..Node::default()
                    },
                    Fill(Token::Expression(expression)),
                    Bar { face, expression, per_mille: 0 },
                )],
            ),
        ],
    )
}

/// Fills the bars. Changes of less than half a pixel are skipped, because each change triggers a
/// layout.
fn fill(
    mut panels: Query<&mut Floating, With<Bars>>,
    mut bars: Query<(&mut Bar, &mut Node)>,
    mut names: Query<(&mut BarName, &mut Ink)>,
    faces: Query<&ShownFace>,
    settings: Res<HudSettings>,
) {
    for mut floating in &mut panels {
        if floating.wanted != settings.panels.bars {
            floating.wanted = settings.panels.bars;
        }
    }
    for (mut bar, mut node) in &mut bars {
        let Ok(face) = faces.get(bar.face) else { continue };
        let per_mille = (face.shares[bar.expression.index()] * 1000.0).round() as i32;
        if (per_mille - bar.per_mille).abs() >= 4 {
            bar.per_mille = per_mille;
            // A bar is never shorter than its round ends.
            let shortest = BAR_HEIGHT / TRACK_WIDTH * 100.0;
            node.width = Val::Percent((per_mille as f32 / 10.0).clamp(shortest, 100.0));
        }
    }
    for (mut name, mut ink) in &mut names {
        let Ok(face) = faces.get(name.face) else { continue };
        let bright = face.expression == name.expression && face.certainty.value() > 0.5;
        if bright != name.bright {
            name.bright = bright;
            ink.color = if bright { Token::ExpressionText(name.expression) } else { Token::Quiet };
        }
    }
}
