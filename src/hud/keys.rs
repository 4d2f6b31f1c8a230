//! The keys: what they do, and the panel that says so.

use bevy::prelude::*;

use super::HudSettings;
use super::rim::RimPanel;
use super::theme::{self, Fonts, GRID, MARGIN, PANEL_BORDER, TEXT, TEXT_QUIET, TRACK};
use crate::capture::{CaptureCommand, SourceControl};
use crate::emotion::Expression;
use crate::plugin::{EmotionCamera, EmotionStatus};

/// Key and what it does, in a word (for the panel) and in a sentence (for the help).
pub(super) const KEYS: [(&str, &str, &str); 6] = [
    (
        "1–7",
        "expression",
        "The puppet makes a face: 1 angry, 2 disgust, 3 fear, 4 happy, 5 sad, 6 surprise, 7 neutral.",
    ),
    ("C", "camera", "The next camera that opens; after the last one, the puppet."),
    ("Space", "pause", "Holds the picture; once more goes on."),
    ("P", "privacy", "Hides picture and faces; the readings stay."),
    ("H", "help", "Opens and closes this help."),
    ("Esc", "quit", "Ends the program."),
];

const DIGITS: [KeyCode; Expression::COUNT] = [
    KeyCode::Digit1,
    KeyCode::Digit2,
    KeyCode::Digit3,
    KeyCode::Digit4,
    KeyCode::Digit5,
    KeyCode::Digit6,
    KeyCode::Digit7,
];

const NUMPAD: [KeyCode; Expression::COUNT] = [
    KeyCode::Numpad1,
    KeyCode::Numpad2,
    KeyCode::Numpad3,
    KeyCode::Numpad4,
    KeyCode::Numpad5,
    KeyCode::Numpad6,
    KeyCode::Numpad7,
];

/// Puts them at the lower right, in two lines: the middle belongs to the faces.
pub(super) fn spawn(mut commands: Commands, fonts: Res<Fonts>) {
    commands
        .spawn((
            theme::panel(Node {
                position_type: PositionType::Absolute,
                right: Val::Px(MARGIN),
                bottom: Val::Px(MARGIN),
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                flex_direction: FlexDirection::Column,
                row_gap: Val::Px(GRID),
                ..Node::default()
            }),
            RimPanel::leaving_towards(Vec2::new(1.0, 0.0)),
        ))
        .with_children(|panel| {
            for keys in KEYS.chunks(KEYS.len() / 2) {
                panel.spawn(Node { column_gap: Val::Px(GRID), ..Node::default() }).with_children(
                    |line| {
                        for (key, word, _) in keys {
                            line.spawn(key_and_word(key, word, &fonts));
                        }
                    },
                );
            }
        });
}

fn key_and_word(key: &str, word: &str, fonts: &Fonts) -> impl Bundle + use<> {
    (
        Node {
            width: Val::Px(14.5 * GRID),
            column_gap: Val::Px(GRID),
            align_items: AlignItems::Center,
            ..Node::default()
        },
        children![
            key_cap(key, fonts),
            (Text::new(word), fonts.small(), TextColor(TEXT_QUIET), TextLayout::no_wrap()),
        ],
    )
}

/// A key as it lies on a keyboard.
pub(super) fn key_cap(key: &str, fonts: &Fonts) -> impl Bundle + use<> {
    (
        Node {
            padding: UiRect::axes(Val::Px(6.0), Val::Px(1.0)),
            border: UiRect::all(Val::Px(1.0)),
            border_radius: BorderRadius::all(Val::Px(5.0)),
            justify_content: JustifyContent::Center,
            ..Node::default()
        },
        BackgroundColor(TRACK),
        BorderColor::all(PANEL_BORDER),
        children![(Text::new(key), fonts.digits(), TextColor(TEXT), TextLayout::no_wrap())],
    )
}

/// Does what the keys say.
pub(super) fn act(
    keys: Option<Res<ButtonInput<KeyCode>>>,
    camera: Option<Res<EmotionCamera>>,
    status: Option<ResMut<EmotionStatus>>,
    mut settings: ResMut<HudSettings>,
    mut exit: MessageWriter<AppExit>,
) {
    let Some(keys) = keys else { return };
    if keys.just_pressed(KeyCode::Escape) {
        exit.write(AppExit::Success);
    }
    if keys.just_pressed(KeyCode::KeyP) {
        settings.privacy = !settings.privacy;
    }
    if keys.just_pressed(KeyCode::KeyH) {
        settings.help = !settings.help;
    }
    if keys.just_pressed(KeyCode::Space)
        && let Some(mut status) = status
    {
        status.paused = !status.paused;
    }
    let Some(camera) = camera else { return };
    if keys.just_pressed(KeyCode::KeyC) {
        camera.send(CaptureCommand::NextCamera);
    }
    for (expression, (digit, numpad)) in
        Expression::ALL.into_iter().zip(DIGITS.into_iter().zip(NUMPAD))
    {
        if keys.any_just_pressed([digit, numpad]) {
            camera.send(CaptureCommand::Control(SourceControl::Expression(expression)));
        }
    }
}
