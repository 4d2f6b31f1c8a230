//! The keyboard shortcuts, and the panel that lists them.

use bevy::prelude::*;

use super::ink::{self, Edge, Fill, Style, Token};
use super::reactions::ReloadReactions;
use super::rim::{Rim, RimPanel};
use super::theme::{GRID, Palette};
use super::{BaselineWanted, HudSettings, HudSystems, Overlay};
use crate::plugin::{Faces, FacesTime, MainView};
use emotion_capture::{CaptureCommand, SourceControl};
use emotion_core::Expression;

/// The keyboard shortcuts, and a panel at the lower right that lists the most important ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct KeysPlugin;

impl Plugin for KeysPlugin {
    fn build(&self, app: &mut App) {
        app.add_message::<BaselineWanted>()
            .add_message::<ReloadReactions>()
            .add_systems(Startup, spawn)
            .add_systems(PostUpdate, act.in_set(HudSystems::Input));
    }
}

/// A key and what it does.
pub(super) struct Key {
    /// What is written on it.
    pub cap: &'static str,
    /// What it does in one word, for the panel; keys without one appear in the help only.
    pub word: Option<&'static str>,
    /// What it does, for the help.
    pub sentence: &'static str,
}

const fn key(cap: &'static str, word: Option<&'static str>, sentence: &'static str) -> Key {
    Key { cap, word, sentence }
}

/// All keys.
pub(super) const KEYS: [Key; 15] = [
    key(
        "1–7",
        Some("expression"),
        "Puppet expression: 1 angry, 2 disgust, 3 fear, 4 happy, 5 sad, 6 surprise, 7 neutral.",
    ),
    key("V", Some("cameras"), "Lists the cameras: arrow keys and Enter, or the mouse."),
    key("W", Some("why"), "Shows how reliable the reading is, and what it is confused with."),
    key("K", Some("rest"), "Measures the resting baseline of the faces in view."),
    key("P", Some("privacy"), "Hides picture and faces; the readings stay."),
    key("H", Some("help"), "Opens and closes this help."),
    key("C", None, "Shows the next camera that opens; after the last one, the puppet."),
    key("Space", None, "Pauses and resumes the picture."),
    key("M", None, "Mirrors the picture."),
    key("Tab", None, "Hides and shows the panels at the rim."),
    key("+ −", None, "Makes texts and panels larger or smaller."),
    key("T", None, "Toggles high contrast, with colours that are far apart."),
    key("R", None, "Toggles reduced motion: nothing shakes, slides or flies."),
    key("L", None, "Reloads the reactions from their folder."),
    key("Esc", None, "Closes what is open, or quits the program."),
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

/// Spawns the panel at the lower right, in two lines, to leave the middle to the faces.
fn spawn(mut commands: Commands, rim: Res<Rim>) {
    commands
        .spawn((
            ChildOf(rim.bottom_right),
            ink::panel(Node {
                padding: UiRect::axes(Val::Px(1.5 * GRID), Val::Px(GRID)),
                flex_direction: FlexDirection::Column,
                row_gap: Val::Px(GRID),
                ..Node::default()
            }),
            RimPanel::new(Vec2::X, |settings| settings.panels.rim && settings.panels.keys),
        ))
        .with_children(|panel| {
            let named: Vec<_> = KEYS.iter().filter_map(|key| Some((key.cap, key.word?))).collect();
            for line in named.chunks(named.len().div_ceil(2)) {
                panel.spawn(Node { column_gap: Val::Px(GRID), ..Node::default() }).with_children(
                    |keys| {
                        for (cap, word) in line {
                            keys.spawn(key_and_word(cap, word));
                        }
                    },
                );
            }
        });
}

fn key_and_word(cap: &str, word: &str) -> impl Bundle + use<> {
    (
        Node {
            width: Val::Px(17.0 * GRID),
            column_gap: Val::Px(GRID),
            align_items: AlignItems::Center,
            ..Node::default()
        },
        children![key_cap(cap), ink::text(word, Style::Small, Token::Text)],
    )
}

/// A key cap.
pub(super) fn key_cap(cap: &str) -> impl Bundle + use<> {
    (
        Node {
            padding: UiRect::axes(Val::Px(6.0), Val::Px(1.0)),
            border: UiRect::all(Val::Px(1.0)),
            border_radius: BorderRadius::all(Val::Px(5.0)),
            justify_content: JustifyContent::Center,
            ..Node::default()
        },
        Fill(Token::Track),
        Edge(Token::Border),
        children![ink::text(cap, Style::Digits, Token::Text)],
    )
}

/// Handles the keys.
pub(super) fn act(
    keys: Option<Res<ButtonInput<KeyCode>>>,
    view: MainView,
    time: Option<ResMut<Time<Faces>>>,
    mut settings: ResMut<HudSettings>,
    mut exit: MessageWriter<AppExit>,
    mut resting: MessageWriter<BaselineWanted>,
    mut reload: MessageWriter<ReloadReactions>,
) {
    let Some(keys) = keys else { return };
    for key in keys.get_just_pressed() {
        match key {
            KeyCode::Escape if settings.overlay.is_some() => settings.overlay = None,
            KeyCode::Escape => {
                exit.write(AppExit::Success);
            }
            KeyCode::KeyP => settings.privacy = !settings.privacy,
            KeyCode::KeyH => settings.toggle(Overlay::Help),
            KeyCode::KeyV => settings.toggle(Overlay::Cameras),
            KeyCode::KeyW => settings.panels.why = !settings.panels.why,
            KeyCode::KeyM => settings.mirrored = !settings.mirrored,
            KeyCode::Tab => settings.panels.rim = !settings.panels.rim,
            KeyCode::KeyR => settings.reduced_motion = !settings.reduced_motion,
            KeyCode::KeyT => {
                settings.palette = match settings.palette {
                    Palette::Standard => Palette::HighContrast,
                    Palette::HighContrast => Palette::Standard,
                };
            }
            KeyCode::Equal | KeyCode::NumpadAdd => settings.zoom(1.0),
            KeyCode::Minus | KeyCode::NumpadSubtract => settings.zoom(-1.0),
            KeyCode::KeyK => {
                resting.write(BaselineWanted);
            }
            KeyCode::KeyL => {
                reload.write(ReloadReactions);
            }
            _ => {}
        }
    }
    if keys.just_pressed(KeyCode::Space)
        && let Some(mut time) = time
    {
        let paused = time.is_paused();
        time.set_paused(!paused);
    }
    let Some(camera) = view.camera() else { return };
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

#[cfg(test)]
mod tests {
    use super::super::test_app::{app, press};
    use super::*;

    #[test]
    fn keys_change_the_settings() {
        let mut app = app(HudSettings::default());
        for key in [
            KeyCode::KeyP,
            KeyCode::KeyW,
            KeyCode::KeyM,
            KeyCode::Tab,
            KeyCode::KeyR,
            KeyCode::KeyT,
            KeyCode::Equal,
            KeyCode::KeyH,
        ] {
            press(&mut app, key);
        }
        let settings = *app.world().resource::<HudSettings>();
        assert!(settings.privacy && settings.mirrored && settings.reduced_motion);
        assert!(settings.panels.why && !settings.panels.rim);
        assert_eq!(settings.palette, Palette::HighContrast);
        assert_eq!(settings.scale, 1.125);
        assert_eq!(settings.overlay, Some(Overlay::Help));
    }
}
