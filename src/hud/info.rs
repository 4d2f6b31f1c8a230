//! Source, model and backend, notes and problems, at the upper left.

use bevy::prelude::*;

use super::HudSystems;
use super::ink::{self, Style, Token};
use super::notes::HudNotes;
use super::rim::{Rim, RimPanel};
use super::theme::GRID;
use crate::plugin::{EmotionStatus, MainView};
use emotion_capture::CaptureState;

/// Width in HUD units at which lines wrap, so that they stay beside large faces.
const WIDTH: f32 = 34.0 * GRID;

/// Source, model, notes and problems, at the upper left.
#[derive(Debug, Clone, Copy, Default)]
pub struct InfoPlugin;

impl Plugin for InfoPlugin {
    fn build(&self, app: &mut App) {
        app.add_systems(Startup, spawn).add_systems(PostUpdate, write.in_set(HudSystems::Draw));
    }
}

/// A line of the panel, hidden while empty.
#[derive(Component, Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// Where the picture comes from.
    Source,
    /// Model, backend and device.
    Model,
    /// Notes of the source and the HUD.
    Note,
    /// What went wrong and what to do.
    Problem,
}

/// Spawns the panel at the upper left.
pub(super) fn spawn(mut commands: Commands, rim: Res<Rim>) {
    commands
        .spawn((
            ChildOf(rim.top_left),
            ink::panel(Node {
                flex_direction: FlexDirection::Column,
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                row_gap: Val::Px(GRID / 4.0),
                ..Node::default()
            }),
            RimPanel::new(Vec2::NEG_Y, |settings| settings.panels.rim && settings.panels.info),
        ))
        .with_children(|panel| {
            for (line, color) in [
                (Line::Source, Token::Text),
                (Line::Model, Token::Quiet),
                (Line::Note, Token::Note),
                (Line::Problem, Token::Problem),
            ] {
                panel.spawn((
                    line,
                    ink::paragraph("", Style::Small, color),
                    Node { max_width: Val::Px(WIDTH), display: Display::None, ..Node::default() },
                ));
            }
        });
}

/// Updates the lines that changed.
fn write(view: MainView, notes: Res<HudNotes>, mut lines: Query<(&Line, &mut Text, &mut Node)>) {
    let source = view.camera().map(|camera| camera.status());
    let status = view.status();
    for (line, mut text, mut node) in &mut lines {
        let content = match line {
            Line::Source => source.as_ref().map(source_line),
            Line::Model => status.as_ref().and_then(|status| model_line(status)),
            Line::Note => {
                let source = source.as_ref().and_then(|source| source.note.as_deref());
                Some(source.into_iter().chain(notes.all()).collect::<Vec<_>>().join("\n"))
            }
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

fn source_line(source: &emotion_capture::CaptureStatus) -> String {
    let label = &source.label;
    match (&source.state, source.size) {
        (CaptureState::Streaming, Some((width, height))) => {
            let rate = source.frames_per_second;
            format!("{label}  ·  {width}×{height}  ·  {rate:.0} fps")
        }
        (CaptureState::Opening, _) => format!("{label}  ·  opening"),
        (CaptureState::Paused, _) => format!("{label}  ·  paused"),
        (CaptureState::Ended, _) => format!("{label}  ·  ended"),
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
