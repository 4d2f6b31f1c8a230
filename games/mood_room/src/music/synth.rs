//! The synthesiser: plays a piece without an end, sample by sample.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use arcade::dice::Dice;

use super::controls::Controls;
use super::hall::{Delay, Hall};
use super::mode::Mode;
use super::pitch::{RATE, SAMPLE_RATE};
use super::voices::{Pad, Tone};

/// Frames between two looks at the controls.
const BLOCK: u32 = 64;

/// An endless piece of music.
#[derive(Debug)]
pub struct Synth {
    controls: Arc<Controls>,
    random: Dice,
    /// The controls, eased, so that nothing jumps.
    valence: f32,
    arousal: f32,
    volume: f32,
    mode: Mode,
    progression: [i32; 4],
    bar: usize,
    /// Sixteenths since the beginning of the bar.
    step: usize,
    frames_to_step: f32,
    frames_to_block: u32,
    pads: [Pad; 12],
    tones: [Tone; 40],
    walk: i32,
    chimes_heard: u32,
    chime_notes: i32,
    frames_to_chime: u32,
    noise: [f32; 4],
    shaker: f32,
    echo: [Delay; 2],
    hall: [Hall; 2],
    right: Option<f32>,
    notes: u64,
    steps: u64,
}

impl Synth {
    /// Music from its beginning.
    pub fn new(controls: Arc<Controls>, seed: u64) -> Self {
        let chimes_heard = controls.chimes.load(Ordering::Relaxed);
        Self {
            random: Dice(seed),
            valence: Controls::read(&controls.valence),
            arousal: Controls::read(&controls.arousal),
            volume: 0.0,
            mode: Mode::Major,
            progression: Mode::Major.progressions()[0],
            bar: 0,
            step: 0,
            frames_to_step: 0.0,
            frames_to_block: 0,
            pads: [Pad::default(); 12],
            tones: [Tone::default(); 40],
            walk: 4,
            chimes_heard,
            chime_notes: 0,
            frames_to_chime: 0,
            noise: [0.0; 4],
            shaker: 0.0,
            echo: [Delay::new(17_210), Delay::new(22_510)],
            hall: [Hall::new(0), Hall::new(29)],
            right: None,
            notes: 0,
            steps: 0,
            controls,
        }
    }

    /// How lively it is, 0 to 1.
    fn life(&self) -> f32 {
        (self.arousal + 1.0) / 2.0
    }

    /// Beats in a minute.
    pub fn tempo(&self) -> f32 {
        58.0 + 66.0 * self.life()
    }

    /// The scale that is played now.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// Plucked and struck notes so far, chimes too.
    pub const fn notes(&self) -> u64 {
        self.notes
    }

    /// Sixteenths so far.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    fn frame(&mut self) -> [f32; 2] {
        if self.frames_to_block == 0 {
            self.frames_to_block = BLOCK;
            self.listen();
        }
        self.frames_to_block -= 1;
        if self.frames_to_step <= 0.0 {
            self.frames_to_step += RATE * 15.0 / self.tempo();
            self.play_step();
        }
        self.frames_to_step -= 1.0;
        self.ring_chime();

        let (bright, life) = (0.12 + 0.16 * self.life() + 0.06 * self.valence, self.life());
        let mut dry = [0.0; 2];
        for pad in self.pads.iter_mut().filter(|pad| pad.is_heard()) {
            add(&mut dry, pad.sample(bright), pad.pan);
        }
        let mut wet = dry.map(|sample| sample * 0.5);
        for tone in self.tones.iter_mut().filter(|tone| tone.level > 0.0) {
            let sample = tone.sample();
            add(&mut dry, sample, tone.pan);
            add(&mut wet, sample * tone.echo, tone.pan);
        }
        let rain = (-self.valence).max(0.0) * (0.4 + 0.6 * life) * 0.16;
        let white = [self.random.signed(), self.random.signed()];
        self.shaker *= 0.9993;
        for side in 0..2 {
            // Two low passes: rain is no hiss.
            self.noise[side] += (white[side] - self.noise[side]) * 0.16;
            self.noise[side + 2] += (self.noise[side] - self.noise[side + 2]) * 0.35;
            dry[side] += self.noise[side + 2] * rain;
            dry[side] += (white[side] - self.noise[side]) * self.shaker;
        }
        let echoes = [self.echo[0].read(), self.echo[1].read()];
        let mut out = [0.0; 2];
        for side in 0..2 {
            // They cross from side to side.
            self.echo[side].write(wet[side] * 0.5 + echoes[1 - side] * 0.38);
            let hall = self.hall[side].sample(wet[side] + echoes[side] * 0.6);
            out[side] = limit((dry[side] + echoes[side] * 0.5 + hall * 0.35) * self.volume);
        }
        out
    }

    /// Follows the controls.
    fn listen(&mut self) {
        let ease = |from: f32, to: f32, seconds: f32| {
            from + (to - from) * (1.0 - (-(BLOCK as f32) / RATE / seconds).exp())
        };
        self.valence = ease(self.valence, Controls::read(&self.controls.valence), 0.5);
        self.arousal = ease(self.arousal, Controls::read(&self.controls.arousal), 0.8);
        self.volume = ease(self.volume, Controls::read(&self.controls.volume), 0.7);
        let asked = self.controls.chimes.load(Ordering::Relaxed);
        if asked != self.chimes_heard {
            self.chimes_heard = asked;
            self.chime_notes = 7;
            self.frames_to_chime = 0;
        }
    }

    fn play_step(&mut self) {
        self.steps += 1;
        let life = self.life();
        if self.step == 0 {
            self.begin_bar();
        }
        let root = self.chord_step(0);
        let bass = match self.step {
            0 => true,
            8 => life > 0.3,
            4 | 12 => life > 0.6,
            6 | 10 | 14 => life > 0.8,
            _ => false,
        };
        if bass {
            let decay = 1.3 - 0.8 * life;
            self.strike(Tone::bass(self.mode.note(root) - 12, decay));
        }
        let chance = match self.step % 4 {
            0 => 0.30 + 0.55 * life,
            2 => 0.08 + 0.75 * life * life,
            _ => 0.9 * (life - 0.55).max(0.0),
        };
        if self.random.unit() < chance {
            self.pluck(life);
        }
        if life > 0.62 {
            let drive = (life - 0.62) / 0.38;
            if self.step.is_multiple_of(8) {
                self.strike(Tone::drum(0.30 * drive));
            }
            if self.step % 4 == 2 {
                self.shaker = 0.02 + 0.03 * drive;
            }
        }
        self.step = (self.step + 1) % 16;
    }

    /// A step of the scale, `third` thirds above the root of the chord.
    fn chord_step(&self, third: i32) -> i32 {
        self.progression[self.bar % 4] + 2 * third
    }

    fn begin_bar(&mut self) {
        if self.steps > 1 {
            self.bar += 1;
        }
        // It takes more to change the mode than to stay, so that it does not waver.
        let mode = match self.mode {
            Mode::Major if self.valence < -0.15 => Mode::Minor,
            Mode::Minor if self.valence > 0.05 => Mode::Major,
            same => same,
        };
        if mode != self.mode || self.bar.is_multiple_of(4) {
            self.bar = 0;
            self.mode = mode;
            let choice = (self.random.unit() * 3.0) as usize;
            self.progression = mode.progressions()[choice.min(2)];
        }
        for pad in &mut self.pads {
            pad.held = false;
        }
        for third in 0..4 {
            // Calm chords have a seventh.
            if third == 3 && self.life() > 0.6 {
                continue;
            }
            let note = self.mode.note(self.chord_step(third));
            // Into the octave and a half around middle C: voices move little.
            let note = if note < 57 { note + 12 } else { note };
            let pan = 0.25 + 0.5 * third as f32 / 3.0;
            self.hold(note, pan);
        }
    }

    /// Holds a note of the pad; one that sounds already goes on.
    fn hold(&mut self, note: i32, pan: f32) {
        let sounding = self.pads.iter().position(|pad| pad.note == note && pad.is_heard());
        let quietest = || {
            let released = self.pads.iter().enumerate().filter(|(_, pad)| !pad.held);
            released.min_by(|a, b| a.1.level.total_cmp(&b.1.level)).map(|(index, _)| index)
        };
        if let Some(pad) = sounding.or_else(quietest).and_then(|index| self.pads.get_mut(index)) {
            if pad.note != note {
                pad.tune(note, pan);
            }
            pad.held = true;
        }
    }

    fn pluck(&mut self, life: f32) {
        let leap = (self.random.unit() * 5.0) as i32 - 2;
        self.walk = (self.walk + leap).clamp(0, 8);
        // Chord notes, with the octave added every third one.
        let step = self.chord_step(self.walk % 3) + 7 * (self.walk / 3);
        let lift = if self.valence > 0.3 { 12 } else { 0 };
        let note = self.mode.note(step) + lift;
        let loud = 0.10 + 0.05 * self.random.unit();
        let pan = 0.2 + 0.6 * self.random.unit();
        self.strike(Tone::pluck(note, loud, 1.5 - 0.9 * life, pan));
    }

    fn ring_chime(&mut self) {
        if self.chime_notes == 0 {
            return;
        }
        if self.frames_to_chime > 0 {
            self.frames_to_chime -= 1;
            return;
        }
        let rung = 7 - self.chime_notes;
        let step = self.chord_step(rung % 3) + 7 * (rung / 3) + 7;
        let pan = 0.2 + 0.1 * rung as f32;
        self.strike(Tone::pluck(self.mode.note(step), 0.13, 1.8, pan));
        self.chime_notes -= 1;
        self.frames_to_chime = SAMPLE_RATE / 10;
    }

    /// Begins a note where there is a free voice: none is cut off.
    fn strike(&mut self, tone: Tone) {
        if let Some(free) = self.tones.iter_mut().find(|tone| tone.level <= 0.0) {
            *free = tone;
            self.notes += 1;
        }
    }
}

impl Iterator for Synth {
    type Item = f32;

    fn next(&mut self) -> Option<f32> {
        if let Some(right) = self.right.take() {
            return Some(right);
        }
        let [left, right] = self.frame();
        self.right = Some(right);
        Some(left)
    }
}

/// Adds a sample to both sides: `pan` 0 is left, 1 right, with equal power.
fn add(sides: &mut [f32; 2], sample: f32, pan: f32) {
    sides[0] += sample * (1.0 - pan).max(0.0).sqrt();
    sides[1] += sample * pan.max(0.0).sqrt();
}

/// Keeps any sample within -1 to 1, and small ones as they are.
fn limit(sample: f32) -> f32 {
    if sample.is_finite() { sample.tanh() * 0.98 } else { 0.0 }
}
