//! What the games share: the window, the faces, a tone and dice.

#[allow(dead_code, reason = "each game uses a part of it")]
pub mod dice;

use std::time::Duration;

use bevy::prelude::*;
use bevy_emotion::capture::{OpenOptions, SourceSpec};
use bevy_emotion::hands_free::{HandsFreePlugins, MenuSettings};
use bevy_emotion::hud::theme::Palette;
use bevy_emotion::hud::{HudCorePlugin, HudSettings};
use bevy_emotion::prelude::*;

/// Plays a game in a window.
///
/// Arguments: `--source auto|camera|camera:N|puppet|FILE`, `--heads N` (of the puppet),
/// `--reduced-motion`, `--high-contrast`, `--scale FACTOR` (of texts and panels), `--dwell SECONDS`
/// (menus need no smile).
pub fn run(title: &str, game: impl Plugin) -> AppExit {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}");
            return AppExit::from_code(2);
        }
    };
    let window = Window { title: title.to_owned(), ..default() };
    let mut options = OpenOptions { repeat: true, ..default() };
    options.puppet.heads = arguments.heads;
    let capture = CapturePlugin { source: arguments.source, options };
    let hud = HudCorePlugin { settings: arguments.settings, ..default() };
    App::new()
        .add_plugins((
            DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }),
            EmotionPlugins.set(capture),
        ))
        .add_plugins((ArcadePlugin { hud }, game))
        .insert_resource(MenuSettings { dwell: arguments.dwell })
        .add_systems(Update, quit)
        .run()
}

/// What a game needs beside faces and a screen.
pub struct ArcadePlugin {
    /// The HUD's camera and settings.
    pub hud: HudCorePlugin,
}

impl Plugin for ArcadePlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins((VirtualFacePlugin, self.hud.clone(), HandsFreePlugins))
            .insert_resource(ClearColor(Color::srgb_u8(0x0B, 0x0D, 0x14)))
            .add_observer(play);
    }
}

/// Escape quits.
fn quit(keys: Res<ButtonInput<KeyCode>>, mut exit: MessageWriter<AppExit>) {
    if keys.just_pressed(KeyCode::Escape) {
        exit.write(AppExit::Success);
    }
}

/// A short tone: `commands.trigger(Blip { pitch_hz: 660.0, seconds: 0.08 })`. Without sound (the
/// feature `games`, or a device) nothing is heard.
#[derive(Event, Debug, Clone, Copy)]
pub struct Blip {
    /// Its pitch in hertz.
    pub pitch_hz: f32,
    /// How long it lasts.
    pub seconds: f32,
}

#[cfg(feature = "games")]
fn play(
    blip: On<Blip>,
    pitches: Option<ResMut<Assets<bevy::audio::Pitch>>>,
    mut commands: Commands,
) {
    use bevy::audio::{Pitch, PlaybackSettings, Volume};

    let Some(mut pitches) = pitches else { return };
    let time = Duration::from_secs_f32(blip.seconds.max(0.0));
    commands.spawn((
        AudioPlayer(pitches.add(Pitch::new(blip.pitch_hz, time))),
        PlaybackSettings::DESPAWN.with_volume(Volume::Linear(0.15)),
    ));
}

#[cfg(not(feature = "games"))]
fn play(_: On<Blip>) {}

/// What the command line says.
struct Arguments {
    source: SourceSpec,
    heads: u8,
    settings: HudSettings,
    dwell: Option<Duration>,
}

impl Arguments {
    fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            source: SourceSpec::Auto,
            heads: 1,
            settings: HudSettings::default(),
            dwell: None,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                "--source" => {
                    arguments.source = value()?.parse().map_err(|error| format!("{error}"))?;
                }
                "--heads" => {
                    arguments.heads = match value()?.parse() {
                        Ok(heads @ 1..=4) => heads,
                        _ => return Err("--heads is a number from 1 to 4".to_owned()),
                    };
                }
                "--reduced-motion" => arguments.settings.reduced_motion = true,
                "--high-contrast" => arguments.settings.palette = Palette::HighContrast,
                "--scale" => {
                    let [least, most] = HudSettings::SCALES;
                    arguments.settings.scale = match value()?.parse() {
                        Ok(scale) if (least..=most).contains(&scale) => scale,
                        _ => return Err(format!("--scale is a number from {least} to {most}")),
                    };
                }
                "--dwell" => {
                    arguments.dwell = match value()?.parse().map(Duration::try_from_secs_f32) {
                        Ok(Ok(dwell)) => Some(dwell),
                        _ => return Err("--dwell is a time in seconds".to_owned()),
                    };
                }
                _ => {
                    return Err(format!(
                        "unknown argument {word}; there are --source SOURCE, --heads N, \
                         --reduced-motion, --high-contrast, --scale FACTOR and --dwell SECONDS"
                    ));
                }
            }
        }
        Ok(arguments)
    }
}
