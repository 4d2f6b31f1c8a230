//! What is measured every 10 ms: the mel spectrum, loudness and pitch.

use crate::RATE;
use crate::fourier::{BINS, Fourier, LENGTH};

/// Samples from one frame to the next: 10 ms.
pub const HOP: usize = 160;
/// Samples of a frame: 32 ms.
///
/// Half of what is transformed, so that the autocorrelation does not wrap around.
pub const FRAME: usize = LENGTH / 2;
/// Bands of the mel spectrum.
pub const BANDS: usize = 48;

/// The lowest and highest frequency of the mel spectrum.
const RANGE: (f32, f32) = (60.0, 7_600.0);
/// The highest and the lowest pitch that is looked for, in Hz.
const PITCH: (f32, f32) = (500.0, 65.0);
/// How much a pitch an octave lower has to be better: lower ones always fit as well.
const OCTAVE_COST: f32 = 0.03;
/// Below the noise of 16-bit samples.
const FLOOR: f32 = 1e-7;

/// What was measured of 32 ms of sound.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// The logarithm of the power of each mel band.
    pub bands: [f32; BANDS],
    /// The logarithm of the whole power.
    pub loudness: f32,
    /// Pitch in octaves above 1 Hz, whether or not there is a voice.
    pub pitch: f32,
    /// How periodic it is, 0 to 1: voiced sounds are above 0.5.
    pub periodicity: f32,
}

/// Makes [`Frame`]s of samples at 16 kHz. Its memory is bounded, and after the first frame nothing is
/// allocated.
pub struct Framer {
    waiting: Vec<f32>,
    window: Vec<f32>,
    /// The autocorrelation of the window.
    envelope: Vec<f32>,
    fourier: Fourier,
    time: Box<[f32; LENGTH]>,
    spectrum: Box<[f32; BINS]>,
    correlation: Box<[f32; BINS]>,
    filters: Vec<Band>,
}

/// The weights of a mel band's bins.
struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Default for Framer {
    fn default() -> Self {
        let step = std::f32::consts::TAU / FRAME as f32;
        let window: Vec<f32> =
            (0..FRAME).map(|index| 0.5 - 0.5 * (step * (index as f32 + 0.5)).cos()).collect();
        let lag_sum = |lag: usize| -> f32 {
            window[lag..].iter().zip(&window).map(|(one, other)| one * other).sum()
        };
        let whole = lag_sum(0);
        Self {
            waiting: Vec::with_capacity(RATE as usize),
            envelope: (0..FRAME).map(|lag| lag_sum(lag) / whole).collect(),
            fourier: Fourier::default(),
            time: Box::new([0.0; LENGTH]),
            spectrum: Box::new([0.0; BINS]),
            correlation: Box::new([0.0; BINS]),
            filters: mel_bands(),
            window,
        }
    }
}

impl Framer {
    /// Takes samples and hands out the frames that they complete.
    pub fn push(&mut self, samples: &[f32], mut each: impl FnMut(Frame)) {
        for piece in samples.chunks(RATE as usize / 4) {
            self.waiting.extend_from_slice(piece);
            let mut start = 0;
            while start + FRAME <= self.waiting.len() {
                let frame = self.measure(start);
                each(frame);
                start += HOP;
            }
            self.waiting.drain(..start);
        }
    }

    /// How many samples fit into its buffer.
    pub(crate) fn buffered(&self) -> usize {
        self.waiting.capacity()
    }

    /// Forgets the samples that are not in a frame yet.
    pub fn reset(&mut self) {
        self.waiting.clear();
    }

    fn measure(&mut self, start: usize) -> Frame {
        let samples = &self.waiting[start..start + FRAME];
        let mean = samples.iter().sum::<f32>() / FRAME as f32;
        for ((value, sample), window) in self.time.iter_mut().zip(samples).zip(&self.window) {
            *value = (sample - mean) * window;
        }
        self.time[FRAME..].fill(0.0);
        let spectrum = &mut self.spectrum;
        self.fourier.spectrum(&self.time, |bin, re, im| {
            spectrum[bin] = (re * re + im * im) / FRAME as f32;
        });
        let mut bands = [0.0; BANDS];
        for (value, band) in bands.iter_mut().zip(&self.filters) {
            let bins = &self.spectrum[band.first..band.first + band.weights.len()];
            let power: f32 = bins.iter().zip(&band.weights).map(|(bin, w)| bin * w).sum();
            *value = (power + FLOOR).ln();
        }
        let power: f32 = self.spectrum.iter().sum();
        let (pitch, periodicity) = self.pitch();
        Frame { bands, loudness: (power / FRAME as f32 + FLOOR).ln(), pitch, periodicity }
    }

    /// Pitch by autocorrelation (Boersma, *Accurate short-term analysis of the fundamental frequency*,
    /// 1993), from the power spectrum.
    fn pitch(&mut self) -> (f32, f32) {
        if self.spectrum.iter().sum::<f32>() <= FLOOR {
            return (0.0, 0.0);
        }
        // The spectrum of a power spectrum, which is the same on both sides, is the autocorrelation.
        self.time[..BINS].copy_from_slice(&self.spectrum[..]);
        for bin in 1..BINS - 1 {
            self.time[LENGTH - bin] = self.spectrum[bin];
        }
        let correlation = &mut self.correlation;
        self.fourier.spectrum(&self.time, |lag, re, _| correlation[lag] = re);
        let whole = self.correlation[0];
        let value = |lag: usize| self.correlation[lag] / whole / self.envelope[lag];
        let lags = (RATE as f32 / PITCH.0) as usize..(RATE as f32 / PITCH.1) as usize;
        let (mut best, mut best_value) = (0, f32::NEG_INFINITY);
        for lag in lags.clone() {
            let here = value(lag);
            if here < value(lag - 1) || here < value(lag + 1) {
                continue;
            }
            let rated = here - OCTAVE_COST * (lag as f32 / lags.start as f32).log2();
            if rated > best_value {
                (best, best_value) = (lag, rated);
            }
        }
        if best == 0 {
            return (0.0, 0.0);
        }
        // The parabola through the peak and its neighbours.
        let (before, peak, after) = (value(best - 1), value(best), value(best + 1));
        let curve = before - 2.0 * peak + after;
        let shift = if curve < -1e-6 { (before - after) / curve / 2.0 } else { 0.0 };
        let hertz = RATE as f32 / (best as f32 + shift.clamp(-0.5, 0.5));
        (hertz.log2(), peak.clamp(0.0, 1.0))
    }
}

fn mel(hertz: f32) -> f32 {
    2595.0 * (1.0 + hertz / 700.0).log10()
}

/// Triangles of the same width in mel.
fn mel_bands() -> Vec<Band> {
    let (low, high) = (mel(RANGE.0), mel(RANGE.1));
    let step = (high - low) / (BANDS + 1) as f32;
    let at = |bin: usize| mel(bin as f32 * RATE as f32 / LENGTH as f32);
    let band = |index: usize| {
        let centre = low + step * (index + 1) as f32;
        let weight = |bin: usize| (1.0 - (at(bin) - centre).abs() / step).max(0.0);
        let bins: Vec<usize> = (0..BINS).filter(|bin| weight(*bin) > 0.0).collect();
        let first = bins.first().copied().unwrap_or_default();
        let sum: f32 = bins.iter().map(|bin| weight(*bin)).sum();
        Band { first, weights: bins.into_iter().map(|bin| weight(bin) / sum).collect() }
    };
    (0..BANDS).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pitch_of_a_buzz_is_found_and_noise_has_none() {
        for hertz in [80.0_f32, 120.0, 217.0, 390.0] {
            let buzz = |index: usize| {
                let phase = std::f32::consts::TAU * hertz * index as f32 / RATE as f32;
                (1..12).map(|k| (phase * k as f32).sin() / k as f32).sum::<f32>() * 0.2
            };
            let samples: Vec<f32> = (0..8_000).map(buzz).collect();
            Framer::default().push(&samples, |frame| {
                assert!((frame.pitch.exp2() - hertz).abs() < hertz * 0.02, "{hertz} {frame:?}");
                assert!(frame.periodicity > 0.8);
            });
        }
        let mut state = 1_u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        let samples: Vec<f32> = (0..8_000).map(|_| noise() * 0.1).collect();
        let mut periodic = Vec::new();
        Framer::default().push(&samples, |frame| periodic.push(frame.periodicity));
        assert!(periodic.iter().sum::<f32>() / (periodic.len() as f32) < 0.5);
    }

    #[test]
    fn pieces_make_the_same_frames_as_the_whole() {
        let samples: Vec<f32> = (0..9_000).map(|index| (index as f32 * 0.05).sin()).collect();
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        Framer::default().push(&samples, |frame| whole.push(frame));
        let mut framer = Framer::default();
        samples.chunks(77).for_each(|piece| framer.push(piece, |frame| pieces.push(frame)));
        assert_eq!(whole.len(), (9_000 - FRAME) / HOP + 1);
        assert!(whole == pieces);
    }

    #[test]
    fn silence_is_finite() {
        Framer::default().push(&[0.0; 4_000], |frame| {
            assert!(frame.bands.iter().all(|band| band.is_finite()) && frame.loudness.is_finite());
            assert_eq!(frame.periodicity, 0.0);
        });
    }
}
