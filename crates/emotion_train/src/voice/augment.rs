//! What recordings of voices go through: speed, rooms, noise, microphones, lines.

use emotion_voice::RATE;
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};

/// How strongly sound is changed, and how often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct VoiceAugmentation {
    /// How often speed and pitch are changed, by up to `most_speed` both ways.
    pub speed: f64,
    /// The most by which they change.
    pub most_speed: f32,
    /// How often a room is added.
    pub room: f64,
    /// How often a microphone's or a line's colour is added.
    pub colour: f64,
    /// The most that colour changes a part of the spectrum, in decibels.
    pub most_colour: f32,
    /// How often the band is limited, as on a telephone or by a codec.
    pub band: f64,
    /// How often noise is added.
    pub noise: f64,
    /// The lowest and the highest ratio of signal to noise, in decibels.
    pub noise_ratio: (f32, f32),
    /// How often it is clipped.
    pub clip: f64,
}

impl Default for VoiceAugmentation {
    fn default() -> Self {
        Self {
            speed: 0.6,
            most_speed: 0.1,
            room: 0.3,
            colour: 0.7,
            most_colour: 8.0,
            band: 0.2,
            noise: 0.6,
            noise_ratio: (3.0, 35.0),
            clip: 0.08,
        }
    }
}

impl VoiceAugmentation {
    /// One way in which these samples could have been recorded. `others` is what may talk in the background.
    ///
    /// `place` decides what stays the same for a speaker: who it is, the room, the microphone, the noise; `moment`
    /// the rest.
    pub fn apply(
        &self,
        samples: &[f32],
        others: &[f32],
        mut place: impl Rng,
        moment: &mut impl Rng,
    ) -> Vec<f32> {
        let mut sound = samples.to_vec();
        if place.random_bool(self.speed) {
            let most = self.most_speed;
            sound = at_speed(&sound, 1.0 + place.random_range(-most..=most));
        }
        if place.random_bool(self.room) {
            sound = in_room(&sound, &mut place);
        }
        if place.random_bool(self.noise) {
            let (low, high) = self.noise_ratio;
            let ratio = place.random_range(low..=high);
            let kind = Noise::any(&mut place);
            add_noise(&mut sound, kind, ratio, others, &mut place, moment);
        }
        if place.random_bool(self.colour) {
            colour(&mut sound, self.most_colour, &mut place);
        }
        if place.random_bool(self.band) {
            limit_band(&mut sound, &mut place);
        }
        if moment.random_bool(self.clip) {
            let peak = sound.iter().fold(0.0_f32, |max, x| max.max(x.abs()));
            let most = peak * moment.random_range(0.2..0.8);
            sound.iter_mut().for_each(|x| *x = x.clamp(-most, most));
        }
        sound
    }
}

/// Kinds of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noise {
    /// The same power at every frequency.
    White,
    /// Less power at higher frequencies: wind, traffic, fans.
    Pink,
    /// Another voice.
    Voice,
    /// The mains and its harmonics.
    Hum,
}

impl Noise {
    fn any(random: &mut impl Rng) -> Self {
        match random.random_range(0..10) {
            0..=2 => Self::White,
            3..=6 => Self::Pink,
            7..=8 => Self::Voice,
            _ => Self::Hum,
        }
    }
}

/// Adds noise so that the ratio of signal to noise is this, in decibels, over the whole.
pub fn add_noise(
    sound: &mut [f32],
    kind: Noise,
    ratio: f32,
    others: &[f32],
    place: &mut impl Rng,
    moment: &mut impl Rng,
) {
    let mut noise = vec![0.0_f32; sound.len()];
    let mains = if place.random_bool(0.5) { 50.0 } else { 60.0 };
    let start = if others.is_empty() { 0 } else { moment.random_range(0..others.len()) };
    let phase: f32 = moment.random_range(0.0..1.0);
    let mut states = [0.0_f32; 3];
    for (index, value) in noise.iter_mut().enumerate() {
        let white: f32 = moment.random_range(-1.0..1.0);
        *value = match kind {
            Noise::Voice if !others.is_empty() => others[(start + index) % others.len()],
            Noise::White | Noise::Voice => white,
            Noise::Pink => {
                // Paul Kellet's three poles.
                states[0] = 0.99765 * states[0] + white * 0.099_046;
                states[1] = 0.963 * states[1] + white * 0.296_516_4;
                states[2] = 0.57 * states[2] + white * 1.052_691_3;
                states.iter().sum::<f32>() + white * 0.1848
            }
            Noise::Hum => {
                let turn = (index as f32 * mains / RATE as f32 + phase).fract();
                (1..6)
                    .map(|k| (std::f32::consts::TAU * turn * k as f32).sin() / k as f32)
                    .sum::<f32>()
                    + white * 0.02
            }
        };
    }
    let scale = (power(sound) / power(&noise).max(1e-12) / 10.0_f32.powf(ratio / 10.0)).sqrt();
    for (value, noise) in sound.iter_mut().zip(&noise) {
        *value += noise * scale;
    }
}

fn power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32
}

/// Faster and higher, or slower and lower.
pub fn at_speed(sound: &[f32], speed: f32) -> Vec<f32> {
    let count = (sound.len() as f32 / speed) as usize;
    let at = |index: usize| {
        let place = index as f32 * speed;
        let (before, share) = (place as usize, place.fract());
        let next = sound.get(before + 1).copied().unwrap_or_default();
        sound.get(before).map_or(0.0, |value| value + (next - value) * share)
    };
    (0..count).map(at).collect()
}

/// Echoes that fade, as many as are heard one by one.
fn in_room(sound: &[f32], random: &mut impl Rng) -> Vec<f32> {
    let fade: f32 = random.random_range(0.08..0.5);
    let wet: f32 = random.random_range(0.1..0.7);
    let mut out = sound.to_vec();
    for _ in 0..80 {
        let seconds: f32 = random.random_range(0.002..fade);
        // 60 dB in the time of the fade.
        let gain = (-6.9 * seconds / fade).exp() * wet * random.random_range(-0.5..0.5);
        let delay = (seconds * RATE as f32) as usize;
        for (value, echo) in out.iter_mut().skip(delay).zip(sound) {
            *value += echo * gain;
        }
    }
    out
}

/// A few broad peaks and dips, and a tilt.
fn colour(sound: &mut [f32], most: f32, random: &mut impl Rng) {
    for _ in 0..3 {
        let hertz = 100.0 * 60.0_f32.powf(random.random_range(0.0..1.0));
        let gain = random.random_range(-most..=most);
        Biquad::peak(hertz, random.random_range(0.4..1.2), gain).run(sound);
    }
    let tilt = random.random_range(-0.35..0.35_f32);
    let mut last = 0.0;
    for value in sound.iter_mut() {
        let now = *value;
        *value = now + tilt * last;
        last = now;
    }
}

/// Takes away what is above a frequency, sometimes also what is below another one.
fn limit_band(sound: &mut [f32], random: &mut impl Rng) {
    let high = random.random_range(2_800.0..6_500.0);
    Biquad::low_pass(high).run(sound);
    Biquad::low_pass(high).run(sound);
    if random.random_bool(0.5) {
        Biquad::high_pass(random.random_range(80.0..320.0)).run(sound);
    }
}

/// A filter of second order (Bristow-Johnson, *Cookbook formulae for audio EQ biquad filter coefficients*).
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
}

impl Biquad {
    fn new(b: [f32; 3], a: [f32; 3]) -> Self {
        Self { b: b.map(|value| value / a[0]), a: [a[1] / a[0], a[2] / a[0]] }
    }

    fn peak(hertz: f32, q: f32, decibels: f32) -> Self {
        let (_, cos, alpha) = Self::angles(hertz, q);
        let gain = 10.0_f32.powf(decibels / 40.0);
        Self::new(
            [1.0 + alpha * gain, -2.0 * cos, 1.0 - alpha * gain],
            [1.0 + alpha / gain, -2.0 * cos, 1.0 - alpha / gain],
        )
    }

    fn low_pass(hertz: f32) -> Self {
        let (_, cos, alpha) = Self::angles(hertz, std::f32::consts::FRAC_1_SQRT_2);
        let edge = (1.0 - cos) / 2.0;
        Self::new([edge, 1.0 - cos, edge], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    fn high_pass(hertz: f32) -> Self {
        let (_, cos, alpha) = Self::angles(hertz, std::f32::consts::FRAC_1_SQRT_2);
        let edge = (1.0 + cos) / 2.0;
        Self::new([edge, -1.0 - cos, edge], [1.0 + alpha, -2.0 * cos, 1.0 - alpha])
    }

    fn angles(hertz: f32, q: f32) -> (f32, f32, f32) {
        let angle = std::f32::consts::TAU * hertz / RATE as f32;
        (angle.sin(), angle.cos(), angle.sin() / (2.0 * q))
    }

    fn run(&self, sound: &mut [f32]) {
        let (mut inputs, mut outputs) = ([0.0; 2], [0.0; 2]);
        for value in sound {
            let out = self.b[0] * *value + self.b[1] * inputs[0] + self.b[2] * inputs[1]
                - self.a[0] * outputs[0]
                - self.a[1] * outputs[1];
            inputs = [*value, inputs[0]];
            outputs = [out, outputs[0]];
            *value = out;
        }
    }
}
