//! What the games share: the window and its command line, a tone, dice, and the stage of their tests.

mod arguments;
mod blip;
pub mod dice;
pub mod stage;

use bevy::prelude::*;
use bevy_emotion::capture::OpenOptions;
use bevy_emotion::hands_free::{HandsFreePlugins, MenuSettings};
use bevy_emotion::hud::HudCorePlugin;
use bevy_emotion::prelude::*;

use arguments::Arguments;
pub use blip::Blip;

/// Plays a game in a window.
///
/// Arguments: `--source auto|camera|camera:N|puppet|FILE`, `--heads N` (of the puppet),
/// `--voice` (the microphone is listened to), `--microphone NAME`, `--reduced-motion`, `--high-contrast`, `--scale FACTOR` (of texts and panels), `--dwell SECONDS`
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
    let mut app = App::new();
    app.add_plugins((
        DefaultPlugins.set(WindowPlugin { primary_window: Some(window), ..default() }),
        EmotionPlugins.set(capture),
    ))
    .add_plugins((ArcadePlugin { hud }, game))
    .insert_resource(MenuSettings { dwell: arguments.dwell })
    .add_systems(Update, quit);
    if let Some(microphone) = arguments.voice {
        app.add_plugins(VoicePlugin { source: VoiceSource::Microphone(microphone) });
    }
    app.run()
}

/// Systems that paint a game's picture, of what is known by then.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Painting;

/// What a game needs beside faces and a screen.
pub struct ArcadePlugin {
    /// The HUD's camera and settings.
    pub hud: HudCorePlugin,
}

impl Plugin for ArcadePlugin {
    fn build(&self, app: &mut App) {
        app.add_plugins((VirtualVoicePlugin, self.hud.clone(), HandsFreePlugins))
            .insert_resource(ClearColor(Color::srgb_u8(0x0B, 0x0D, 0x14)))
            .add_observer(blip::play);
    }
}

/// Escape quits.
fn quit(keys: Res<ButtonInput<KeyCode>>, mut exit: MessageWriter<AppExit>) {
    if keys.just_pressed(KeyCode::Escape) {
        exit.write(AppExit::Success);
    }
}
