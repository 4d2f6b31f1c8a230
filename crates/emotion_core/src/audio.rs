//! A piece of sound from a source: samples, rate, number and time.

use crate::{Origin, SessionTime};

/// The lowest and the highest sample rate of a source, in samples a second.
pub const SAMPLE_RATES: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// A piece of sound: one channel of samples from -1 to 1.
///
/// Samples that are not finite are no sound: [`AudioChunk::new`] makes zeros of them and counts them.
#[derive(Clone, PartialEq)]
pub struct AudioChunk {
    samples: Vec<f32>,
    sample_rate: u32,
    sequence: u64,
    time: SessionTime,
    origin: Origin,
    not_finite: usize,
}

impl AudioChunk {
    /// A chunk of one channel.
    ///
    /// `sequence` counts the source's chunks from 0, `time` is when the first sample was to be heard, on the
    /// source's own clock.
    ///
    /// # Errors
    /// [`AudioError`] where the rate is none that sound has.
    pub fn new(
        mut samples: Vec<f32>,
        sample_rate: u32,
        sequence: u64,
        time: SessionTime,
    ) -> Result<Self, AudioError> {
        if !SAMPLE_RATES.contains(&sample_rate) {
            return Err(AudioError::Rate { sample_rate });
        }
        let mut not_finite = 0;
        for sample in samples.iter_mut().filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
            not_finite += 1;
        }
        Ok(Self { samples, sample_rate, sequence, time, origin: Origin::default(), not_finite })
    }

    /// A chunk of the mean of interleaved channels.
    ///
    /// # Errors
    /// [`AudioError`] where the rate is none that sound has, there is no channel, or the samples do not fit
    /// the channels.
    pub fn from_interleaved(
        samples: &[f32],
        channels: u16,
        sample_rate: u32,
        sequence: u64,
        time: SessionTime,
    ) -> Result<Self, AudioError> {
        let width = usize::from(channels);
        if width == 0 {
            return Err(AudioError::NoChannels);
        }
        if !samples.len().is_multiple_of(width) {
            return Err(AudioError::Samples { channels, found: samples.len() });
        }
        let mean = |frame: &[f32]| frame.iter().sum::<f32>() / width as f32;
        Self::new(samples.chunks_exact(width).map(mean).collect(), sample_rate, sequence, time)
    }

    /// The samples, all finite.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Samples a second.
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The chunk's number in its source, from 0.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// When its first sample is heard, on its source's clock.
    pub fn time(&self) -> SessionTime {
        self.time
    }

    /// How long it sounds.
    pub fn duration(&self) -> std::time::Duration {
        std::time::Duration::from_secs_f64(self.samples.len() as f64 / f64::from(self.sample_rate))
    }

    /// The stream that it belongs to, and the opening of its source.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Says where it comes from: whatever runs its source does.
    pub fn set_origin(&mut self, origin: Origin) {
        self.origin = origin;
    }

    /// How many samples were not finite, and are zeros here.
    pub fn not_finite(&self) -> usize {
        self.not_finite
    }
}

impl std::fmt::Debug for AudioChunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { sequence, samples, sample_rate, time, .. } = self;
        write!(f, "AudioChunk #{sequence} {} at {sample_rate} Hz, {:?}", samples.len(), time.0)
    }
}

/// Why samples do not make a chunk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudioError {
    /// The rate is none that sound has.
    #[error(
        "a sample rate of {sample_rate} Hz cannot be used; rates go from {} to {} Hz",
        SAMPLE_RATES.start(),
        SAMPLE_RATES.end()
    )]
    Rate {
        /// Samples a second.
        sample_rate: u32,
    },
    /// There are no channels.
    #[error("the sound has no channels; choose another device or file")]
    NoChannels,
    /// The samples do not divide into channels.
    #[error("{found} samples do not divide into {channels} channels")]
    Samples {
        /// The channels.
        channels: u16,
        /// How many samples there are.
        found: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_become_one_and_what_is_not_finite_becomes_zero() {
        let samples = [1.0, 0.0, f32::NAN, 0.5, 0.5, 0.5];
        let chunk = AudioChunk::from_interleaved(&samples, 2, 48_000, 3, SessionTime::ZERO)
            .expect("a chunk");
        assert_eq!(chunk.samples(), [0.5, 0.0, 0.5]);
        assert_eq!((chunk.not_finite(), chunk.sequence()), (1, 3));
    }

    #[test]
    fn what_is_no_sound_is_an_error() {
        let interleaved = |channels, rate| {
            AudioChunk::from_interleaved(&[0.0; 4], channels, rate, 0, SessionTime::ZERO)
        };
        assert_eq!(interleaved(0, 16_000), Err(AudioError::NoChannels));
        assert_eq!(interleaved(3, 16_000), Err(AudioError::Samples { channels: 3, found: 4 }));
        assert_eq!(interleaved(1, 0), Err(AudioError::Rate { sample_rate: 0 }));
        assert!(interleaved(2, 8_000).is_ok() && interleaved(4, 192_000).is_ok());
    }
}
