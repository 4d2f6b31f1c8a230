//! Seven bars: the probabilities of a face, beside it.

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::theme::{self, Fonts, GRID, TEXT_QUIET, TRACK};
use crate::emotion::Expression;

const NAME_WIDTH: f32 = 8.0 * GRID;
const TRACK_WIDTH: f32 = 10.0 * GRID;
const BAR_HEIGHT: f32 = 6.0;

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
    commands
        .spawn((
            theme::panel(Node {
                position_type: PositionType::Absolute,
                flex_direction: FlexDirection::Column,
                padding: UiRect::all(Val::Px(1.5 * GRID)),
                row_gap: Val::Px(2.0),
                ..Node::default()
            }),
            Floating::new(face, Kind::Bars),
        ))
        .with_children(|rows| {
            for expression in Expression::ALL {
                rows.spawn(row(face, expression, fonts));
            }
        });
}

fn row(face: Entity, expression: Expression, fonts: &Fonts) -> impl Bundle {
    let round = BorderRadius::all(Val::Px(BAR_HEIGHT / 2.0));
    (
        Node { align_items: AlignItems::Center, height: Val::Px(2.0 * GRID), ..Node::default() },
        children![
            (
                Text::new(expression.name()),
                fonts.small(),
                TextColor(TEXT_QUIET),
                TextLayout::no_wrap(),
                Node { width: Val::Px(NAME_WIDTH), ..Node::default() },
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
