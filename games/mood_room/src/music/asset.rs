//! The music as something that Bevy's audio plays.

use std::sync::Arc;
use std::time::Duration;

use bevy::audio::{ChannelCount, Decodable, SampleRate, Source};
use bevy::prelude::*;

use super::controls::Controls;
use super::pitch::SAMPLE_RATE;
use super::synth::Synth;

/// The music as an asset that Bevy plays.
#[derive(Asset, TypePath, Debug, Clone)]
pub struct Music {
    /// Shared with the game.
    pub controls: Arc<Controls>,
    /// The same seed and the same controls make the same music.
    pub seed: u64,
}

impl Decodable for Music {
    type Decoder = Synth;

    fn decoder(&self) -> Synth {
        Synth::new(self.controls.clone(), self.seed)
    }
}

impl Source for Synth {
    fn current_span_len(&self) -> Option<usize> {
        None
    }

    fn channels(&self) -> ChannelCount {
        ChannelCount::MIN.saturating_add(1)
    }

    fn sample_rate(&self) -> SampleRate {
        SampleRate::MIN.saturating_add(SAMPLE_RATE - 1)
    }

    fn total_duration(&self) -> Option<Duration> {
        None
    }
}
