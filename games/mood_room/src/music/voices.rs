//! What sounds: held notes and struck ones.

use std::f32::consts::TAU;

use super::pitch::{RATE, TONIC, frequency};

/// A held note: two triangles, slightly apart, through a low pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pad {
    pub note: i32,
    pub held: bool,
    pub level: f32,
    pub pan: f32,
    phases: [f32; 2],
    steps: [f32; 2],
    filtered: f32,
}

impl Pad {
    pub fn is_heard(&self) -> bool {
        self.held || self.level > 1e-4
    }

    /// Becomes another note, from silence.
    pub fn tune(&mut self, note: i32, pan: f32) {
        let step = frequency(note) / RATE;
        (self.level, self.filtered) = (0.0, 0.0);
        (self.note, self.pan) = (note, pan);
        self.steps = [step * 0.9985, step * 1.0015];
    }

    pub fn sample(&mut self, bright: f32) -> f32 {
        let (goal, seconds) = if self.held { (1.0, 0.9) } else { (0.0, 0.8) };
        self.level += (goal - self.level) / (seconds * RATE);
        let mut sum = 0.0;
        for (phase, step) in self.phases.iter_mut().zip(self.steps) {
            *phase = (*phase + step).fract();
            sum += 1.0 - 4.0 * (*phase - 0.5).abs();
        }
        self.filtered += (sum - self.filtered) * bright.clamp(0.02, 0.6);
        self.filtered * self.level * 0.055
    }
}

/// A note that is struck and dies away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tone {
    /// 0 for a free voice.
    pub level: f32,
    /// What is left of it after a frame.
    decay: f32,
    /// 0 to 1 within the first milliseconds.
    rise: f32,
    rise_step: f32,
    phase: f32,
    step: f32,
    /// What is left of `step` after a frame: drums fall.
    fall: f32,
    overtones: f32,
    pub pan: f32,
    pub echo: f32,
}

impl Tone {
    fn new(note: i32, level: f32, decay: f32) -> Self {
        Self {
            level,
            decay: (-1.0 / (decay.max(0.05) * 0.4 * RATE)).exp(),
            rise_step: 1.0 / (0.005 * RATE),
            step: frequency(note) / RATE,
            fall: 1.0,
            pan: 0.5,
            ..Self::default()
        }
    }

    pub fn pluck(note: i32, level: f32, decay: f32, pan: f32) -> Self {
        Self { overtones: 1.0, pan, echo: 0.8, ..Self::new(note, level, decay) }
    }

    pub fn bass(note: i32, decay: f32) -> Self {
        Self { overtones: 0.3, rise_step: 1.0 / (0.012 * RATE), ..Self::new(note, 0.2, decay) }
    }

    pub fn drum(level: f32) -> Self {
        Self { fall: 0.99993, ..Self::new(TONIC - 12, level, 0.5) }
    }

    pub fn sample(&mut self) -> f32 {
        self.rise = (self.rise + self.rise_step).min(1.0);
        self.level *= self.decay;
        if self.level < 1e-4 {
            self.level = 0.0;
        }
        self.step *= self.fall;
        self.phase = (self.phase + self.step).fract();
        let turn = self.phase * TAU;
        // Overtones die first.
        let soft = self.overtones * (self.level * 8.0).min(1.0);
        let wave = turn.sin() + soft * (0.35 * (2.0 * turn).sin() + 0.12 * (3.0 * turn).sin());
        wave * self.level * self.rise
    }
}
