//! Short tones.

use std::time::Duration;

use bevy::audio::{Pitch, PlaybackSettings, Volume};
use bevy::prelude::*;

/// A short tone: `commands.trigger(Blip { pitch_hz: 660.0, seconds: 0.08 })`. Without a sound device
/// nothing is heard.
#[derive(Event, Debug, Clone, Copy)]
pub struct Blip {
    /// Its pitch in hertz.
    pub pitch_hz: f32,
    /// How long it lasts.
    pub seconds: f32,
}

/// Plays it. Apps without Bevy's audio plugin have no [`Pitch`] assets.
pub fn play(blip: On<Blip>, pitches: Option<ResMut<Assets<Pitch>>>, mut commands: Commands) {
    let Some(mut pitches) = pitches else { return };
    let time = Duration::from_secs_f32(blip.seconds.max(0.0));
    commands.spawn((
        AudioPlayer(pitches.add(Pitch::new(blip.pitch_hz, time))),
        PlaybackSettings::DESPAWN.with_volume(Volume::Linear(0.15)),
    ));
}
