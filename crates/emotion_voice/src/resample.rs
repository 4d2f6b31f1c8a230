//! Any sample rate to 16 kHz.
//!
//! A windowed sinc for each place between two samples (Smith, *Digital audio resampling*, 2002). It is here because the crates for it change
//! features of packages that the rest of the workspace is built with.

use emotion_core::AudioError;

use crate::RATE;

/// Zero crossings of the sinc on each side.
const CROSSINGS: usize = 24;
/// The most places between two samples that are told apart; the usual rates need 160 or fewer.
const MOST_PHASES: u64 = 512;
/// The share of the lower rate's band that is kept.
const BAND: f64 = 0.95;

/// Converts one stream of samples to 16 kHz.
pub struct Resampler {
    rate: u32,
    /// `None` where there is nothing to convert.
    filter: Option<Filter>,
}

struct Filter {
    /// The filter at each place between two samples, one after another.
    phases: Vec<f32>,
    count: u64,
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
        let reach = (CROSSINGS as f64 / cutoff).ceil() as usize;
        let value = |distance: f64| {
            let place = (distance * cutoff).abs();
            let turn = std::f64::consts::PI * place;
            let sinc = if place < 1e-9 { 1.0 } else { turn.sin() / turn };
            // Blackman's window.
            let across = turn / CROSSINGS as f64;
            let window = 0.42 + 0.5 * across.cos() + 0.08 * (2.0 * across).cos();
            if place < CROSSINGS as f64 { (sinc * window * cutoff) as f32 } else { 0.0 }
        };
        let count = (u64::from(RATE) / gcd(u64::from(rate), u64::from(RATE))).min(MOST_PHASES);
        let filter = |phase: u64| {
            let part = phase as f64 / count as f64;
            (0..=2 * reach).map(move |tap| value(tap as f64 - reach as f64 - part))
        };
        Self {
            phases: (0..count).flat_map(filter).collect(),
            count,
            reach,
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
            let part = place % u128::from(RATE) * u128::from(self.count) / u128::from(RATE);
            if whole + self.reach as u64 + 1 >= heard {
                break;
            }
            out.push(self.value(whole, part as usize));
            self.made += 1;
        }
        let place = u128::from(self.made) * u128::from(rate) / u128::from(RATE);
        let needed = (place as u64).saturating_sub(self.reach as u64);
        let done = (needed.saturating_sub(self.dropped) as usize).min(self.samples.len());
        self.samples.drain(..done);
        self.dropped += done as u64;
    }

    /// The value between two samples.
    fn value(&self, whole: u64, phase: usize) -> f32 {
        let taps = 2 * self.reach + 1;
        let filter = &self.phases[phase * taps..(phase + 1) * taps];
        // Before the first sample there is silence.
        let missing = (self.reach as u64 + self.dropped).saturating_sub(whole) as usize;
        let start = (whole + missing as u64 - self.reach as u64 - self.dropped) as usize;
        let (samples, filter) = (&self.samples[start..], &filter[missing..]);
        // Sixteen sums at once, which the compiler turns into vectors.
        let mut sums = [0.0_f32; 16];
        let (samples_by, filter_by) = (samples.chunks_exact(16), filter.chunks_exact(16));
        let rest = filter_by.remainder();
        let whole = filter.len() - rest.len();
        for (samples, filter) in samples_by.zip(filter_by) {
            for ((sum, sample), weight) in sums.iter_mut().zip(samples).zip(filter) {
                *sum += sample * weight;
            }
        }
        let rest = samples[whole.min(samples.len())..].iter().zip(rest).map(|(x, w)| x * w);
        sums.iter().sum::<f32>() + rest.sum::<f32>()
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
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
