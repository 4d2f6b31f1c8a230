//! Any sample rate to 16 kHz.

use emotion_core::AudioError;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, FixedAsync, Resampler as _, SincInterpolationParameters, SincInterpolationType,
    WindowFunction,
};

use crate::RATE;

/// Pieces a second that are converted at once.
const PIECES: u32 = 100;
/// Taps of the filter at the lower of the two rates.
const TAPS: f64 = 64.0;
/// Between two of them, how finely it is tabulated.
const OVERSAMPLING: usize = 128;

/// Converts one stream of samples to 16 kHz.
pub struct Resampler {
    rate: u32,
    /// `None` where there is nothing to convert.
    filter: Option<Filter>,
}

struct Filter {
    inner: Async<f32>,
    /// What is not enough for a piece yet.
    waiting: Vec<f32>,
    piece: usize,
    out: Vec<f32>,
    /// Samples of the filter's delay that are still to be dropped.
    delay: usize,
}

impl Resampler {
    /// From a rate.
    ///
    /// # Errors
    /// [`AudioError::Rate`] where it is none that sound has.
    pub fn new(rate: u32) -> Result<Self, AudioError> {
        let unusable = AudioError::Rate { sample_rate: rate };
        if !emotion_core::SAMPLE_RATES.contains(&rate) {
            return Err(unusable);
        }
        if rate == RATE {
            return Ok(Self { rate, filter: None });
        }
        let piece = (rate / PIECES) as usize;
        let ratio = f64::from(RATE) / f64::from(rate);
        let parameters = SincInterpolationParameters {
            sinc_len: (TAPS * (1.0 / ratio).max(1.0) / 8.0).ceil() as usize * 8,
            f_cutoff: None,
            oversampling_factor: OVERSAMPLING,
            interpolation: SincInterpolationType::Linear,
            window: WindowFunction::BlackmanHarris2,
        };
        let inner = Async::new_sinc(ratio, 1.0, &parameters, piece, 1, FixedAsync::Input)
            .map_err(|_| unusable)?;
        let out = vec![0.0; inner.output_frames_max()];
        let delay = inner.output_delay();
        let waiting = Vec::with_capacity(piece * 2);
        Ok(Self { rate, filter: Some(Filter { inner, waiting, piece, out, delay }) })
    }

    /// The rate that it converts from.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Converts samples and appends what comes of them.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else {
            out.extend_from_slice(samples);
            return;
        };
        let mut rest = samples;
        while !rest.is_empty() {
            let wanted = filter.piece - filter.waiting.len();
            let (now, later) = rest.split_at(wanted.min(rest.len()));
            filter.waiting.extend_from_slice(now);
            rest = later;
            if filter.waiting.len() == filter.piece {
                filter.convert(out);
            }
        }
    }

    /// Converts what waits, as if silence followed.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        let Some(filter) = &mut self.filter else { return };
        let expected = filter.waiting.len() as u64 * u64::from(RATE) / u64::from(self.rate);
        let end = out.len() + expected as usize + filter.inner.output_delay();
        while out.len() < end && !filter.waiting.is_empty() {
            filter.waiting.resize(filter.piece, 0.0);
            filter.convert(out);
            filter.waiting.resize(filter.piece, 0.0);
        }
        out.truncate(end);
        filter.waiting.clear();
    }
}

impl Filter {
    fn convert(&mut self, out: &mut Vec<f32>) {
        let frames = self.out.len();
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(&self.waiting, 1, self.piece),
            InterleavedSlice::new_mut(&mut self.out, 1, frames),
        ) else {
            return;
        };
        let made = self.inner.process_into_buffer(&input, &mut output, None);
        // Sizes are right by construction, so nothing is lost here.
        let made = made.map_or(0, |(_, made)| made);
        let dropped = self.delay.min(made);
        self.delay -= dropped;
        out.extend_from_slice(&self.out[dropped..made]);
        self.waiting.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(rate: u32, hertz: f64, seconds: f64) -> Vec<f32> {
        let count = (f64::from(rate) * seconds) as usize;
        let step = std::f64::consts::TAU * hertz / f64::from(rate);
        (0..count).map(|index| (step * index as f64).sin() as f32).collect()
    }

    fn converted(rate: u32, hertz: f64) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).expect("a rate");
        let mut out = Vec::new();
        for piece in tone(rate, hertz, 1.0).chunks(997) {
            resampler.push(piece, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_stays_where_it_is_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 47_999, 192_000] {
            let heard = converted(rate, 440.0);
            let wanted = tone(RATE, 440.0, 1.0);
            assert!(heard.len().abs_diff(wanted.len()) < 64, "{rate}: {}", heard.len());
            let middle = 2_000..14_000;
            let difference = middle
                .map(|index| (heard[index] - wanted[index]).abs())
                .fold(0.0_f32, f32::max);
            assert!(difference < 0.02, "{rate}: {difference}");
        }
    }

    #[test]
    fn what_16_khz_cannot_hold_is_filtered_out() {
        let heard = converted(48_000, 11_000.0);
        let loudest = heard[1_000..14_000].iter().fold(0.0_f32, |max, x| max.max(x.abs()));
        assert!(loudest < 0.01, "{loudest}");
    }

    #[test]
    fn a_rate_of_no_sound_is_an_error() {
        assert!(Resampler::new(0).is_err() && Resampler::new(1_000_000).is_err());
    }
}
