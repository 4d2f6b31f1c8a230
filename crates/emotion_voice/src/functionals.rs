//! Statistics of a window: what the network reads.
//!
//! Everything is relative to how loud the window is, so that a microphone's gain is not heard. Spectra are
//! taken where there is speech, pitch where it is voiced (after Eyben et al., *The Geneva minimalistic
//! acoustic parameter set*, 2016, with what a mel spectrum gives).

use crate::frames::{BANDS, Frame};

/// Cepstral coefficients, without the one that is loudness.
const CEPSTRA: usize = 14;
/// Curves over time that are summed up: the cepstrum, loudness, slopes and balance of the spectrum, flux.
const CURVES: usize = CEPSTRA + 6;
/// Figures of each curve.
const FIGURES: usize = 7;
/// Figures of pitch and voicing.
const PITCH_FIGURES: usize = 17;
/// Loudness of frames that fluctuates at each of these rates, in Hz.
const MODULATIONS: [f32; 5] = [1.5, 3.0, 5.0, 8.0, 12.0];
/// Mean and deviation of pairs of bands.
const SPECTRUM: usize = BANDS;

/// How many statistics there are.
pub const COUNT: usize = CURVES * FIGURES + PITCH_FIGURES + MODULATIONS.len() + SPECTRUM;

/// How far below the loudest frames speech goes, in units of the natural logarithm of power: 30 dB.
const DEPTH: f32 = 6.9;
/// From this periodicity on a frame is voiced.
pub const VOICED: f32 = 0.5;
/// Frames a second.
const RATE: f32 = 100.0;

/// Makes the statistics; keeps its memory from window to window.
#[derive(Default)]
pub struct Functionals {
    loudness: Vec<f32>,
    sorted: Vec<f32>,
    speech: Vec<bool>,
    curves: Vec<[f32; CURVES]>,
    pitch: Vec<f32>,
    curve: Vec<f32>,
    cosines: Vec<f32>,
}

impl Functionals {
    /// The statistics of a window of frames. Without a frame they are zeros.
    pub fn measure(&mut self, frames: &[Frame], out: &mut [f32; COUNT]) {
        out.fill(0.0);
        if frames.is_empty() {
            return;
        }
        let level = self.find_speech(frames);
        self.trace(frames, level);
        let mut out = Writer { out, at: 0 };
        self.sum_up_curves(&mut out);
        self.sum_up_pitch(frames, &mut out);
        self.sum_up_modulation(level, &mut out);
        self.sum_up_spectrum(frames, level, &mut out);
    }

    /// Which frames are speech, and their mean log power over all bands.
    fn find_speech(&mut self, frames: &[Frame]) -> f32 {
        self.loudness.clear();
        self.loudness.extend(frames.iter().map(|frame| frame.loudness));
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.loudness);
        self.sorted.sort_by(f32::total_cmp);
        let loud = percentile(&self.sorted, 0.95);
        let least = (loud - DEPTH).max(percentile(&self.sorted, 0.05) + 0.3).min(loud);
        self.speech.clear();
        self.speech.extend(self.loudness.iter().map(|value| *value >= least));
        let speech = frames.iter().zip(&self.speech).filter(|(_, speech)| **speech);
        let (mut sum, mut count) = (0.0, 0.0);
        for (frame, _) in speech {
            sum += frame.bands.iter().sum::<f32>() / BANDS as f32;
            count += 1.0;
        }
        sum / f32::max(count, 1.0)
    }

    /// The curves of each frame.
    fn trace(&mut self, frames: &[Frame], level: f32) {
        if self.cosines.is_empty() {
            let step = std::f32::consts::PI / BANDS as f32;
            for order in 1..=CEPSTRA {
                let cosine = |band: usize| (step * order as f32 * (band as f32 + 0.5)).cos();
                self.cosines.extend((0..BANDS).map(cosine));
            }
        }
        self.curves.clear();
        for (index, frame) in frames.iter().enumerate() {
            let mut curves = [0.0; CURVES];
            for (value, cosines) in curves.iter_mut().zip(self.cosines.chunks_exact(BANDS)) {
                let products = frame.bands.iter().zip(cosines).map(|(band, cos)| band * cos);
                *value = products.sum::<f32>() / BANDS as f32;
            }
            let mean = |range: std::ops::Range<usize>| {
                let count = range.len() as f32;
                frame.bands[range].iter().sum::<f32>() / count
            };
            let before = &frames[index.saturating_sub(1)].bands;
            let flux = frame.bands.iter().zip(before).map(|(one, other)| (one - other).abs());
            let rest = &mut curves[CEPSTRA..];
            rest[0] = frame.loudness - level;
            // Bands 0 to 15 end near 1 kHz, 29 near 3 kHz.
            rest[1] = mean(4..16) - mean(16..32);
            rest[2] = mean(0..16) - mean(32..48);
            rest[3] = mean(16..29) - mean(29..48);
            rest[4] = flux.sum::<f32>() / BANDS as f32;
            rest[5] = frame.periodicity;
            self.curves.push(curves);
        }
    }

    fn sum_up_curves(&mut self, out: &mut Writer<'_>) {
        for index in 0..CURVES {
            self.curve.clear();
            let speech = self.curves.iter().zip(&self.speech).filter(|(_, speech)| **speech);
            self.curve.extend(speech.map(|(curves, _)| curves[index]));
            let (mean, deviation) = mean_and_deviation(&self.curve);
            let steps = self.curve.windows(2).map(|pair| (pair[1] - pair[0]).abs());
            let rough = steps.sum::<f32>() / self.curve.len().max(2) as f32;
            self.sorted.clear();
            self.sorted.extend_from_slice(&self.curve);
            self.sorted.sort_by(f32::total_cmp);
            let at = |share: f32| percentile(&self.sorted, share);
            let slope = slope(&self.curve);
            out.write(&[mean, deviation, rough, at(0.1), at(0.5), at(0.9), slope]);
        }
    }

    /// Pitch of the voiced frames, how it moves, and how voiced stretches follow each other.
    fn sum_up_pitch(&mut self, frames: &[Frame], out: &mut Writer<'_>) {
        self.pitch.clear();
        let (mut stretches, mut pauses, mut was_voiced, mut was_speech) = (0.0, 0.0, false, false);
        let (mut rises, mut falls, mut moves) = (0.0, 0.0, 0.0);
        let mut jitter = 0.0;
        for (index, (frame, speech)) in frames.iter().zip(&self.speech).enumerate() {
            let voiced = *speech && frame.periodicity >= VOICED;
            if voiced {
                if was_voiced {
                    let step = frame.pitch - frames[index - 1].pitch;
                    // Larger steps are mistakes by an octave.
                    if step.abs() < 0.3 {
                        moves += 1.0;
                        rises += step.max(0.0);
                        falls -= step.min(0.0);
                        jitter += step * step;
                    }
                } else {
                    stretches += 1.0;
                }
                self.pitch.push(frame.pitch);
            }
            if was_speech && !speech {
                pauses += 1.0;
            }
            (was_voiced, was_speech) = (voiced, *speech);
        }
        let seconds = frames.len() as f32 / RATE;
        let speech = self.speech.iter().filter(|speech| **speech).count() as f32;
        let voiced = self.pitch.len() as f32;
        let per_move = 1.0 / f32::max(moves, 1.0);
        let slope = slope(&self.pitch);
        let (mean, deviation) = mean_and_deviation(&self.pitch);
        let half = self.pitch.len() / 2;
        let (first, _) = mean_and_deviation(&self.pitch[..half]);
        let (second, _) = mean_and_deviation(&self.pitch[half..]);
        self.pitch.sort_by(f32::total_cmp);
        let at = |share: f32| percentile(&self.pitch, share);
        out.write(&[
            mean,
            deviation,
            at(0.1),
            at(0.25),
            at(0.5),
            at(0.75),
            at(0.9),
            at(0.9) - at(0.1),
            slope,
            if half > 0 { second - first } else { 0.0 },
            rises * per_move,
            falls * per_move,
            (jitter * per_move).sqrt(),
            voiced / f32::max(speech, 1.0),
            speech / frames.len() as f32,
            stretches / seconds,
            pauses / seconds,
        ]);
    }

    /// How strongly loudness fluctuates, fast and slowly: the rhythm of syllables.
    fn sum_up_modulation(&self, level: f32, out: &mut Writer<'_>) {
        let count = self.loudness.len() as f32;
        for hertz in MODULATIONS {
            let step = std::f32::consts::TAU * hertz / RATE;
            let (mut sine, mut cosine) = (0.0, 0.0);
            for (index, loudness) in self.loudness.iter().enumerate() {
                let window = 0.5 - 0.5 * (std::f32::consts::TAU * index as f32 / count).cos();
                let value = (loudness - level).max(-DEPTH) * window;
                sine += value * (step * index as f32).sin();
                cosine += value * (step * index as f32).cos();
            }
            out.write(&[((sine * sine + cosine * cosine).sqrt() / count + 1e-3).ln()]);
        }
    }

    /// Mean and deviation of every other band.
    fn sum_up_spectrum(&mut self, frames: &[Frame], level: f32, out: &mut Writer<'_>) {
        for band in (0..BANDS).step_by(2) {
            self.curve.clear();
            let speech = frames.iter().zip(&self.speech).filter(|(_, speech)| **speech);
            let pair = |frame: &Frame| (frame.bands[band] + frame.bands[band + 1]) / 2.0 - level;
            self.curve.extend(speech.map(|(frame, _)| pair(frame)));
            let (mean, deviation) = mean_and_deviation(&self.curve);
            out.write(&[mean, deviation]);
        }
    }
}

struct Writer<'a> {
    out: &'a mut [f32; COUNT],
    at: usize,
}

impl Writer<'_> {
    fn write(&mut self, values: &[f32]) {
        for (place, value) in self.out[self.at..].iter_mut().zip(values) {
            *place = if value.is_finite() { *value } else { 0.0 };
        }
        self.at += values.len();
    }
}

fn mean_and_deviation(values: &[f32]) -> (f32, f32) {
    if values.is_empty() {
        return (0.0, 0.0);
    }
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / count;
    (mean, variance.sqrt())
}

/// How much values rise a second, by the line that fits best.
fn slope(values: &[f32]) -> f32 {
    let count = values.len() as f32;
    if values.len() < 3 {
        return 0.0;
    }
    let (middle, (mean, _)) = ((count - 1.0) / 2.0, mean_and_deviation(values));
    let (mut products, mut squares) = (0.0, 0.0);
    for (index, value) in values.iter().enumerate() {
        let x = index as f32 - middle;
        products += x * (value - mean);
        squares += x * x;
    }
    products / squares * RATE
}

/// The value below which this share of sorted values lies; 0 where there are none.
fn percentile(sorted: &[f32], share: f32) -> f32 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f32 * share).round() as usize).copied().unwrap_or_default()
}
