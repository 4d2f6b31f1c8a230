//! The music: who plays it, and what it is told.

use std::sync::Arc;

use bevy::audio::{AddAudioSource, AudioPlugin};
use bevy::prelude::*;

use crate::attention::Attention;
use crate::mood::Mood;
use crate::music::{Controls, Music};
use crate::scene::Scene;

/// Who plays the music.
#[derive(Resource, Debug, Clone)]
pub struct Band {
    /// What it is told; heard where there is a device.
    pub controls: Arc<Controls>,
}

/// Plays the music where the app has sound.
pub struct BandPlugin {
    /// The music is as the seed wants.
    pub seed: u64,
}

impl Plugin for BandPlugin {
    fn build(&self, app: &mut App) {
        let controls = Arc::new(Controls::default());
        if app.is_plugin_added::<AudioPlugin>() {
            let music = Music { controls: controls.clone(), seed: self.seed };
            app.add_audio_source::<Music>().add_systems(
                Startup,
                move |mut commands: Commands, mut pieces: ResMut<Assets<Music>>| {
                    commands.spawn(AudioPlayer(pieces.add(music.clone())));
                },
            );
        }
        app.insert_resource(Band { controls });
    }
}

/// Tells the music how loud it is and what mood the room is in.
pub fn conduct(
    scene: Res<State<Scene>>,
    attention: Res<Attention>,
    mood: Res<Mood>,
    band: Res<Band>,
) {
    let loud = match scene.get() {
        _ if attention.waiting || attention.menu.is_some() => 0.3,
        Scene::Title | Scene::WarmUp => 0.5,
        Scene::Play | Scene::Stay | Scene::Over => 0.85,
    };
    band.controls.set_volume(loud);
    // The plane that faces reach is used in full.
    band.controls.set_mood(mood.room * Vec2::new(1.3, 1.2));
}
