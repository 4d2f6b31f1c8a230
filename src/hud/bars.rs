//! Seven bars: the probabilities of a face, beside it.

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::theme::{self, Fonts, GRID, TEXT_QUIET, TRACK};
use crate::emotion::Expression;

const NAME_WIDTH: f32 = 8.0 * GRID;
const TRACK_WIDTH: f32 = 10.0 * GRID;
const SMALL_TRACK_WIDTH: f32 = 7.0 * GRID;
const BAR_HEIGHT: f32 = 6.0;
const ROW: f32 = 18.0;
const SMALL_ROW: f32 = 9.0;
const PADDING: f32 = 1.5 * GRID;

/// Width and height of the panel. The small one has no names: colours and order tell.
pub(super) const fn size(small: bool) -> Vec2 {
    let rows = Expression::COUNT as f32;
    if small {
        Vec2::new(SMALL_TRACK_WIDTH + 2.0 * GRID, rows * SMALL_ROW + 1.5 * GRID)
    } else {
        Vec2::new(NAME_WIDTH + TRACK_WIDTH + 2.0 * PADDING, rows * ROW + 2.0 * PADDING - 2.0)
    }
}

/// The panel of the bars.
#[derive(Component)]
pub(super) struct Bars {
    small: bool,
}

/// The empty bar.
#[derive(Component)]
pub(super) struct Track;

/// The filled part of a bar.
#[derive(Component)]
pub(super) struct Bar {
    face: Entity,
    expression: Expression,
    /// Per mille of the track that it fills now.
    per_mille: i32,
}

/// The name beside a bar.
#[derive(Component)]
pub(super) struct BarName {
    face: Entity,
    expression: Expression,
    bright: bool,
}

/// Spawns the bars of a face.
pub(super) fn spawn(commands: &mut Commands, face: Entity, fonts: &Fonts) {
    let Vec2 { x: width, y: height } = size(false);
    commands
        .spawn((
            theme::panel(Node {
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
                rows.spawn(row(face, expression, fonts));
            }
        });
}

/// Brings the panel into the form that there is room for.
pub(super) fn fit(
    mut panels: Query<(Entity, &Floating, &mut Bars, &mut Node)>,
    mut names: Query<&mut Node, (With<BarName>, Without<Bars>)>,
    mut tracks: Query<&mut Node, (With<Track>, Without<BarName>, Without<Bars>)>,
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

fn row(face: Entity, expression: Expression, fonts: &Fonts) -> impl Bundle {
    let round = BorderRadius::all(Val::Px(BAR_HEIGHT / 2.0));
    (
        Node { align_items: AlignItems::Center, ..Node::default() },
        children![
            (
                Text::new(expression.name()),
                fonts.small(),
                TextColor(TEXT_QUIET),
                TextLayout::no_wrap(),
                Node { width: Val::Px(NAME_WIDTH), height: Val::Px(ROW - 2.0), ..Node::default() },
                BarName { face, expression, bright: false },
            ),
            (
                Node {
                    width: Val::Px(TRACK_WIDTH),
                    height: Val::Px(BAR_HEIGHT),
                    border_radius: round,
                    ..Node::default()
                },
                BackgroundColor(TRACK),
                Track,
                children![(
                    Node {
                        width: Val::ZERO,
                        height: Val::Percent(100.0),
                        border_radius: round,
                        ..Node::default()
                    },
                    BackgroundColor(theme::color(expression)),
                    Bar { face, expression, per_mille: 0 },
                )],
            ),
        ],
    )
}

/// Fills the bars; what did not move by half a pixel is left alone, so that nothing is laid out
/// anew for it.
pub(super) fn fill(
    mut bars: Query<(&mut Bar, &mut Node)>,
    mut names: Query<(&mut BarName, &mut TextColor)>,
    faces: Query<&ShownFace>,
) {
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
    for (mut name, mut color) in &mut names {
        let Ok(face) = faces.get(name.face) else { continue };
        let bright = face.expression == name.expression && face.certainty.value() > 0.5;
        if bright != name.bright {
            name.bright = bright;
            color.0 = if bright { theme::text_color(name.expression) } else { TEXT_QUIET };
        }
    }
}
