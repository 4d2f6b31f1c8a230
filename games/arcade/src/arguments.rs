//! The command line of a game.

use std::time::Duration;

use bevy_emotion::capture::SourceSpec;
use bevy_emotion::hud::HudSettings;
use bevy_emotion::hud::theme::Palette;

/// What the command line says.
pub struct Arguments {
    pub source: SourceSpec,
    pub heads: u8,
    pub settings: HudSettings,
    pub dwell: Option<Duration>,
    /// Whether a microphone is listened to, and which; `None` inside for the system's default.
    pub voice: Option<Option<String>>,
}

impl Arguments {
    /// From its words, without the name of the program.
    pub fn read(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut arguments = Self {
            source: SourceSpec::Auto,
            heads: 1,
            settings: HudSettings::default(),
            dwell: None,
            voice: None,
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
                "--voice" => arguments.voice = Some(arguments.voice.unwrap_or_default()),
                "--microphone" => arguments.voice = Some(Some(value()?)),
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
                        "unknown argument {word}; there are --source SOURCE, --heads N, --voice, \
                         --microphone NAME, \
                         --reduced-motion, --high-contrast, --scale FACTOR and --dwell SECONDS"
                    ));
                }
            }
        }
        Ok(arguments)
    }
}
