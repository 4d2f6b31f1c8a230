//! The expression's sign, name and confidence, above the ring.

use bevy::prelude::*;

use super::face::ShownFace;
use super::floating::{Floating, Kind};
use super::ink::{self, Ink, Style, Token};
use super::theme::{self, GRID};
use super::{HudSettings, HudSystems};
use emotion_core::Expression;

/// The sign, name and confidence of each face's expression, beside it.
#[derive(Debug, Clone, Copy, Default)]
pub struct LabelPlugin;

impl Plugin for LabelPlugin {
    fn build(&self, app: &mut App) {
        app.add_observer(spawn).add_systems(PostUpdate, write.in_set(HudSystems::Draw));
    }
}

/// A label; its texts are the sign, the name and the confidence.
#[derive(Component)]
struct Label {
    face: Entity,
    shown: Option<Line>,
}

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    /// `None` when unsure.
    expression: Option<Expression>,
    percent: u32,
}

/// Gives a new face its label.
fn spawn(added: On<Add, ShownFace>, mut commands: Commands) {
    let face = added.entity;
    commands.spawn((
        ink::panel(Node {
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
            ink::text("", Style::LargeSign, Token::Quiet),
            ink::text("", Style::Large, Token::Quiet),
            ink::text("", Style::Digits, Token::Text),
        ],
    ));
}

/// Writes what has changed.
fn write(
    mut labels: Query<(&mut Label, &mut Floating, &Children)>,
    faces: Query<&ShownFace>,
    settings: Res<HudSettings>,
    mut texts: Query<(&mut Text, &mut Ink)>,
) {
    for (mut label, mut floating, children) in &mut labels {
        let Ok(face) = faces.get(label.face) else { continue };
        if floating.wanted != settings.panels.label {
            floating.wanted = settings.panels.label;
        }
        let sure = face.certainty.value() > 0.5;
        let line = Line {
            expression: sure.then_some(face.expression),
            percent: (face.confidence * 100.0).round() as u32,
        };
        if label.shown == Some(line) {
            continue;
        }
        let [sign, name, percent] = **children else { continue };
        if label.shown.is_none_or(|shown| shown.expression != line.expression) {
            let (mark, word, color) = line.expression.map_or(("?", "unsure", Token::Quiet), |it| {
                (theme::sign(it), it.name(), Token::ExpressionText(it))
            });
            for (entity, content) in [(sign, mark), (name, word)] {
                if let Ok((mut text, mut ink)) = texts.get_mut(entity) {
                    content.clone_into(&mut text.0);
                    ink.color = color;
                }
            }
        }
        if let Ok((mut text, _)) = texts.get_mut(percent) {
            text.0 = format!("{:2} %", line.percent);
        }
        label.shown = Some(line);
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, face, run, words};
    use super::*;

    #[test]
    fn the_label_says_sign_name_and_confidence() {
        let mut app = app(HudSettings::default());
        face(&mut app, Expression::Surprise);
        run(&mut app, 1.0);
        let mut labels = app.world_mut().query_filtered::<Entity, With<Label>>();
        let label = labels.single(app.world()).expect("one label");
        let words = words(&mut app, label);
        for word in ["○", "surprise", "90 %"] {
            assert!(words.iter().any(|said| said == word), "{word} is not in {words:?}");
        }
    }
}
