//! Any sample rate to 16 kHz.
//!
//! A windowed sinc, tabulated finely (Smith, *Digital audio resampling*, 2002). It is here because the crates for it change
//! features of packages that the rest of the workspace is built with.

use emotion_core::AudioError;

use crate::RATE;

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 24;
/// Values of the table from one crossing to the next.
const FINENESS: usize = 256;
/// The share of the lower rate's band that is kept.
const BAND: f64 = 0.95;

/// Converts one stream of samples to 16 kHz.
pub struct Resampler {
    rate: u32,
    /// `None` where there is nothing to convert.
    filter: Option<Filter>,
}

struct Filter {
    /// One side of the filter, from its middle.
    table: Vec<f32>,
    /// Places of the table from one sample to the next.
    stride: f64,
    /// Samples on each side that an output depends on.
    reach: usize,
    /// Samples that are still needed, and how many came before them.
    samples: Vec<f32>,
    dropped: u64,
    /// Samples that came, and that were made.
    heard: u64,
    made: u64,
}

impl Resampler {
    /// From a rate.
    ///
    /// # Errors
    /// [`AudioError::Rate`] where it is none that sound has.
    pub fn new(rate: u32) -> Result<Self, AudioError> {
        if !emotion_core::SAMPLE_RATES.contains(&rate) {
            return Err(AudioError::Rate { sample_rate: rate });
        }
        let filter = (rate != RATE).then(|| Filter::new(rate));
        Ok(Self { rate, filter })
    }

    /// The rate that it converts from.
    pub fn rate(&self) -> u32 {
        self.rate
    }

    /// Converts samples and appends what comes of them.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        match &mut self.filter {
            None => out.extend_from_slice(samples),
            Some(filter) => {
                filter.samples.extend_from_slice(samples);
                filter.heard += samples.len() as u64;
                filter.convert(self.rate, filter.heard, out);
            }
        }
    }

    /// Converts what waits, as if silence followed.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if let Some(filter) = &mut self.filter {
            let end = filter.heard;
            filter.samples.resize(filter.samples.len() + filter.reach + 1, 0.0);
            filter.convert(self.rate, end + filter.reach as u64 + 1, out);
            let whole = end * u64::from(RATE) / u64::from(self.rate);
            // Silence itself is not converted.
            let more = filter.made.saturating_sub(whole).min(out.len() as u64);
            out.truncate(out.len() - more as usize);
            *filter = Filter::new(self.rate);
        }
    }
}

impl Filter {
    fn new(rate: u32) -> Self {
        let ratio = f64::from(RATE) / f64::from(rate);
        // Of the input's band, what both rates hold.
        let cutoff = ratio.min(1.0) * BAND;
        let length = CROSSINGS * FINENESS;
        let value = |index: usize| {
            let place = index as f64 / FINENESS as f64;
            let turn = std::f64::consts::PI * place;
            let sinc = if index == 0 { 1.0 } else { turn.sin() / turn };
            // Blackman's window.
            let across = std::f64::consts::PI * index as f64 / length as f64;
            let window = 0.42 + 0.5 * across.cos() + 0.08 * (2.0 * across).cos();
            (sinc * window * cutoff) as f32
        };
        Self {
            table: (0..=length).map(value).chain([0.0]).collect(),
            stride: FINENESS as f64 * cutoff,
            reach: (CROSSINGS as f64 / cutoff).ceil() as usize,
            samples: Vec::new(),
            dropped: 0,
            heard: 0,
            made: 0,
        }
    }

    /// Makes what `heard` samples are enough for.
    fn convert(&mut self, rate: u32, heard: u64, out: &mut Vec<f32>) {
        loop {
            // Exact, however long the stream is.
            let place = u128::from(self.made) * u128::from(rate);
            let whole = (place / u128::from(RATE)) as u64;
            let part = (place % u128::from(RATE)) as f64 / f64::from(RATE);
            if whole + self.reach as u64 + 1 >= heard {
                break;
            }
            out.push(self.value(whole, part));
            self.made += 1;
        }
        let place = u128::from(self.made) * u128::from(rate) / u128::from(RATE);
        let needed = (place as u64).saturating_sub(self.reach as u64);
        let done = (needed.saturating_sub(self.dropped) as usize).min(self.samples.len());
        self.samples.drain(..done);
        self.dropped += done as u64;
    }

    /// The value between two samples.
    fn value(&self, whole: u64, part: f64) -> f32 {
        let first = whole.saturating_sub(self.reach as u64).max(self.dropped);
        let start = (first - self.dropped) as usize;
        let end = ((whole + self.reach as u64 + 1 - self.dropped) as usize).min(self.samples.len());
        let mut distance = first as f64 - whole as f64 - part;
        let mut sum = 0.0;
        for sample in &self.samples[start..end] {
            let place = distance.abs() * self.stride;
            let index = place as usize;
            if let [here, next, ..] = self.table[index.min(self.table.len() - 2)..] {
                sum += sample * (here + (next - here) * (place - index as f64).min(1.0) as f32);
            }
            distance += 1.0;
        }
        sum
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

    fn converted(rate: u32, hertz: f64, piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate).expect("a rate");
        let mut out = Vec::new();
        for piece in tone(rate, hertz, 1.0).chunks(piece) {
            resampler.push(piece, &mut out);
        }
        resampler.finish(&mut out);
        out
    }

    #[test]
    fn a_tone_stays_where_it_is_at_every_rate() {
        for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 47_999, 192_000] {
            let heard = converted(rate, 440.0, 997);
            let wanted = tone(RATE, 440.0, 1.0);
            assert!(heard.len().abs_diff(wanted.len()) < 3, "{rate}: {}", heard.len());
            let middle = 2_000..14_000;
            let difference =
                middle.map(|index| (heard[index] - wanted[index]).abs()).fold(0.0_f32, f32::max);
            assert!(difference < 0.01, "{rate}: {difference}");
        }
    }

    #[test]
    fn pieces_do_not_matter() {
        assert!(converted(44_100, 700.0, 1) == converted(44_100, 700.0, 44_100));
    }

    #[test]
    fn what_16_khz_cannot_hold_is_filtered_out() {
        let heard = converted(48_000, 11_000.0, 480);
        let loudest = heard[1_000..14_000].iter().fold(0.0_f32, |max, x| max.max(x.abs()));
        assert!(loudest < 0.01, "{loudest}");
    }

    #[test]
    fn a_rate_of_no_sound_is_an_error() {
        assert!(Resampler::new(0).is_err() && Resampler::new(1_000_000).is_err());
    }
}
