//! The expression's name and its confidence, above the ring.

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::theme::{self, Fonts, GRID, TEXT_QUIET};

/// The name; its second text is the confidence.
#[derive(Component)]
pub(super) struct Label {
    face: Entity,
    shown: Option<Line>,
}

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    name: &'static str,
    percent: u32,
}

/// Spawns the label of a face.
pub(super) fn spawn(commands: &mut Commands, face: Entity, fonts: &Fonts) {
    commands.spawn((
        theme::panel(Node {
            position_type: PositionType::Absolute,
            left: Val::ZERO,
            top: Val::ZERO,
            height: Val::Px(5.0 * GRID),
            padding: UiRect::axes(Val::Px(2.0 * GRID), Val::ZERO),
            column_gap: Val::Px(GRID),
            align_items: AlignItems::Center,
            ..Node::default()
        }),
        Floating::new(face, Kind::Label),
        Label { face, shown: None },
        children![
            (Text::default(), fonts.large(), TextLayout::no_wrap()),
            (Text::default(), fonts.digits(), TextColor(TEXT_QUIET), TextLayout::no_wrap()),
        ],
    ));
}

/// Writes what has changed.
pub(super) fn write(
    mut labels: Query<(&mut Label, &Children)>,
    faces: Query<&ShownFace>,
    mut texts: Query<(&mut Text, &mut TextColor)>,
) {
    for (mut label, children) in &mut labels {
        let Ok(face) = faces.get(label.face) else { continue };
        let sure = face.certainty.value() > 0.5;
        let line = Line {
            name: if sure { face.expression.name() } else { "unsure" },
            percent: (face.confidence * 100.0).round() as u32,
        };
        if label.shown == Some(line) {
            continue;
        }
        let [name, percent] = **children else { continue };
        if label.shown.is_none_or(|shown| shown.name != line.name)
            && let Ok((mut text, mut color)) = texts.get_mut(name)
        {
            line.name.clone_into(&mut text.0);
            color.0 = if sure { theme::text_color(face.expression) } else { TEXT_QUIET };
        }
        if let Ok((mut text, _)) = texts.get_mut(percent) {
            text.0 = format!("{:2} %", line.percent);
        }
        label.shown = Some(line);
    }
}
