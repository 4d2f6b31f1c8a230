//! What the game tells the music.

use std::sync::atomic::{AtomicU32, Ordering};

use bevy::prelude::*;

/// What the game tells the music. All of it may be changed at any time.
#[derive(Debug, Default)]
pub struct Controls {
    pub(super) valence: AtomicU32,
    pub(super) arousal: AtomicU32,
    pub(super) volume: AtomicU32,
    pub(super) chimes: AtomicU32,
}

impl Controls {
    /// Valence and arousal, each -1 to 1.
    pub fn set_mood(&self, mood: Vec2) {
        self.valence.store(mood.x.clamp(-1.0, 1.0).to_bits(), Ordering::Relaxed);
        self.arousal.store(mood.y.clamp(-1.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// How loud, 0 to 1.
    pub fn set_volume(&self, volume: f32) {
        self.volume.store(volume.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Rings a run of notes upwards, in key.
    pub fn chime(&self) {
        self.chimes.fetch_add(1, Ordering::Relaxed);
    }

    /// A value that the game has set; 0 for nonsense.
    pub(super) fn read(value: &AtomicU32) -> f32 {
        let value = f32::from_bits(value.load(Ordering::Relaxed));
        if value.is_finite() { value } else { 0.0 }
    }
}
