//! From one game to the next: how it begins, and what is known from the one before.

use bevy::prelude::*;

use crate::attention::Attention;
use crate::gaze::Gaze;
use crate::mood::Mood;
use crate::quest::Quest;
use crate::scene::Scene;

/// What is known from one game to the next.
#[derive(Resource, Debug, Clone, Copy, PartialEq, Default)]
pub struct Evening {
    /// A face was warmed up.
    pub is_warm: bool,
    /// Seconds since all lanterns are lit.
    pub party: f32,
}

impl Evening {
    /// The warm-up comes once.
    pub const fn first(&self) -> Scene {
        if self.is_warm { Scene::Play } else { Scene::WarmUp }
    }
}

/// Everything from its beginning.
pub fn begin(
    mut quest: ResMut<Quest>,
    mut gaze: ResMut<Gaze>,
    mut attention: ResMut<Attention>,
    mut mood: ResMut<Mood>,
    mut evening: ResMut<Evening>,
) {
    *quest = Quest::default();
    *gaze = Gaze::default();
    *attention = Attention::default();
    mood.trail.clear();
    evening.party = 0.0;
}

/// All lanterns are lit.
pub fn begin_evening(mut evening: ResMut<Evening>) {
    evening.party = 0.0;
}
