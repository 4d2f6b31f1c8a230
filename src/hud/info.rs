//! What runs, at the upper left: the source, the model and its backend, notes and problems.

use bevy::prelude::*;

use super::rim::RimPanel;
use super::theme::{self, Fonts, GRID, MARGIN, TEXT, TEXT_NOTE, TEXT_PROBLEM, TEXT_QUIET};
use crate::capture::CaptureState;
use crate::plugin::{EmotionCamera, EmotionStatus};

/// Longest line, in HUD units; longer ones are wrapped.
const WIDTH: f32 = 52.0 * GRID;

/// A line of the panel; an empty one takes no room.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// Where the picture comes from.
    Source,
    /// Model, backend and device.
    Model,
    /// Worth knowing.
    Note,
    /// What went wrong and what to do.
    Problem,
}

/// Puts the panel at the upper left.
pub(super) fn spawn(mut commands: Commands, fonts: Res<Fonts>) {
    commands
        .spawn((
            theme::panel(Node {
                position_type: PositionType::Absolute,
                left: Val::Px(MARGIN),
                top: Val::Px(MARGIN),
                flex_direction: FlexDirection::Column,
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                row_gap: Val::Px(GRID / 4.0),
                ..Node::default()
            }),
            RimPanel::leaving_towards(Vec2::new(0.0, -1.0)),
        ))
        .with_children(|panel| {
            for (line, color) in [
                (Line::Source, TEXT),
                (Line::Model, TEXT_QUIET),
                (Line::Note, TEXT_NOTE),
                (Line::Problem, TEXT_PROBLEM),
            ] {
                panel.spawn((
                    line,
                    Text::default(),
                    fonts.small(),
                    TextColor(color),
                    Node { max_width: Val::Px(WIDTH), display: Display::None, ..Node::default() },
                ));
            }
        });
}

/// Writes the lines, where they changed.
pub(super) fn write(
    camera: Option<Res<EmotionCamera>>,
    status: Option<Res<EmotionStatus>>,
    mut lines: Query<(&Line, &mut Text, &mut Node)>,
) {
    let source = camera.map(|camera| camera.status());
    for (line, mut text, mut node) in &mut lines {
        let content = match line {
            Line::Source => source.as_ref().map(source_line),
            Line::Model => status.as_ref().and_then(|status| model_line(status)),
            Line::Note => source.as_ref().and_then(|source| source.note.clone()),
            Line::Problem => source
                .as_ref()
                .and_then(|source| source_problem(&source.state))
                .or_else(|| status.as_ref().and_then(|status| status.problem.clone())),
        };
        let content = content.unwrap_or_default();
        if text.0 != content {
            node.display = if content.is_empty() { Display::None } else { Display::Flex };
            text.0 = content;
        }
    }
}

fn source_line(source: &crate::capture::CaptureStatus) -> String {
    let label = &source.label;
    match (&source.state, source.size) {
        (CaptureState::Streaming, Some((width, height))) => {
            let rate = source.frames_per_second;
            format!("{label}  ·  {width}×{height}  ·  {rate:.0} fps")
        }
        (CaptureState::Opening, _) => format!("{label}  ·  opening"),
        (CaptureState::Paused, _) => format!("{label}  ·  paused"),
        (CaptureState::Ended, _) => format!("{label}  ·  the end"),
        _ => label.clone(),
    }
}

fn source_problem(state: &CaptureState) -> Option<String> {
    match state {
        CaptureState::Failed { reason } => Some(reason.clone()),
        CaptureState::Retrying { reason, attempt, next_try } => {
            let seconds = next_try.as_secs_f32().ceil();
            Some(format!("{reason} (try {attempt}, next in {seconds:.0} s)"))
        }
        _ => None,
    }
}

fn model_line(status: &EmotionStatus) -> Option<String> {
    if status.loading {
        return Some("loading the model".to_owned());
    }
    let info = status.classifier.as_ref()?;
    Some(format!("{}  ·  {}  ·  {}", info.model, info.backend, info.device))
}
