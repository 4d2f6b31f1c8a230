//! Music that is made while it plays: pads, plucks, a bass, a little percussion and rain, in major or
//! minor by valence, slow and sparse or fast and dense by arousal.
//!
//! Written for `mood_room`. [`Synth`] is an endless iterator of samples, stereo, left first; with
//! the feature `games` Bevy's audio plays it. The game and the synthesiser share [`Controls`], which
//! are atomics, because the sound is made in a thread of its own.

use std::f32::consts::TAU;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use bevy::prelude::*;

use super::arcade::dice::Dice;

/// Frames in a second.
pub const SAMPLE_RATE: u32 = 44_100;
const RATE: f32 = SAMPLE_RATE as f32;
/// Frames between two looks at the controls.
const BLOCK: u32 = 64;
/// D3 as a MIDI note: the tonic of both modes.
const TONIC: i32 = 50;

/// What the game tells the music. All of it may be changed at any time.
#[derive(Debug, Default)]
pub struct Controls {
    valence: AtomicU32,
    arousal: AtomicU32,
    volume: AtomicU32,
    chimes: AtomicU32,
}

impl Controls {
    /// Valence and arousal, each -1 to 1.
    pub fn set_mood(&self, mood: Vec2) {
        self.valence.store(mood.x.clamp(-1.0, 1.0).to_bits(), Ordering::Relaxed);
        self.arousal.store(mood.y.clamp(-1.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// How loud, 0 to 1.
    pub fn set_volume(&self, volume: f32) {
        self.volume.store(volume.clamp(0.0, 1.0).to_bits(), Ordering::Relaxed);
    }

    /// Rings a run of notes upwards, in key.
    pub fn chime(&self) {
        self.chimes.fetch_add(1, Ordering::Relaxed);
    }

    fn read(value: &AtomicU32) -> f32 {
        let value = f32::from_bits(value.load(Ordering::Relaxed));
        if value.is_finite() { value } else { 0.0 }
    }
}

/// The music as an asset that Bevy plays.
#[derive(Asset, TypePath, Debug, Clone)]
pub struct Music {
    /// Shared with the game.
    pub controls: Arc<Controls>,
    /// The same seed and the same controls make the same music.
    pub seed: u64,
}

/// Which scale is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// D major.
    Major,
    /// D minor, the natural one.
    Minor,
}

impl Mode {
    const fn scale(self) -> [i32; 7] {
        match self {
            Self::Major => [0, 2, 4, 5, 7, 9, 11],
            Self::Minor => [0, 2, 3, 5, 7, 8, 10],
        }
    }

    /// Four bars each: the steps of the scale on which the chords stand.
    const fn progressions(self) -> [[i32; 4]; 3] {
        match self {
            Self::Major => [[0, 4, 5, 3], [0, 2, 3, 4], [0, 3, 1, 4]],
            Self::Minor => [[0, 5, 2, 6], [0, 3, 5, 4], [0, 6, 5, 6]],
        }
    }

    /// The note on a step of the scale, which goes on over the octave.
    fn note(self, step: i32) -> i32 {
        let scale = self.scale();
        let index = usize::try_from(step.rem_euclid(7)).unwrap_or_default();
        TONIC + scale[index] + 12 * step.div_euclid(7)
    }
}

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
                *pad = Pad { level: 0.0, filtered: 0.0, ..*pad };
                pad.note = note;
                pad.steps = [frequency(note) / RATE * 0.9985, frequency(note) / RATE * 1.0015];
                pad.pan = pan;
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

/// A held note: two triangles, slightly apart, through a low pass.
#[derive(Debug, Clone, Copy, Default)]
struct Pad {
    note: i32,
    held: bool,
    level: f32,
    pan: f32,
    phases: [f32; 2],
    steps: [f32; 2],
    filtered: f32,
}

impl Pad {
    fn is_heard(&self) -> bool {
        self.held || self.level > 1e-4
    }

    fn sample(&mut self, bright: f32) -> f32 {
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
struct Tone {
    /// 0 for a free voice.
    level: f32,
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
    pan: f32,
    echo: f32,
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

    fn pluck(note: i32, level: f32, decay: f32, pan: f32) -> Self {
        Self { overtones: 1.0, pan, echo: 0.8, ..Self::new(note, level, decay) }
    }

    fn bass(note: i32, decay: f32) -> Self {
        Self { overtones: 0.3, rise_step: 1.0 / (0.012 * RATE), ..Self::new(note, 0.2, decay) }
    }

    fn drum(level: f32) -> Self {
        Self { fall: 0.99993, ..Self::new(TONIC - 12, level, 0.5) }
    }

    fn sample(&mut self) -> f32 {
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

/// A line of samples that come out later.
#[derive(Debug, Clone)]
struct Delay {
    line: Vec<f32>,
    at: usize,
}

impl Delay {
    fn new(frames: usize) -> Self {
        Self { line: vec![0.0; frames.max(1)], at: 0 }
    }

    fn read(&self) -> f32 {
        self.line.get(self.at).copied().unwrap_or_default()
    }

    fn write(&mut self, sample: f32) {
        if let Some(place) = self.line.get_mut(self.at) {
            *place = sample;
        }
        self.at = (self.at + 1) % self.line.len();
    }
}

/// A room's sound: combs side by side, then all-passes. After Schroeder, *Natural sounding
/// artificial reverberation*, 1962; the lengths are primes of our own.
#[derive(Debug, Clone)]
struct Hall {
    combs: [(Delay, f32); 4],
    passes: [Delay; 2],
}

impl Hall {
    fn new(spread: usize) -> Self {
        let comb = |frames: usize| (Delay::new(frames + spread), 0.0);
        Self {
            combs: [comb(1559), comb(1693), comb(1811), comb(1951)],
            passes: [Delay::new(547 + spread), Delay::new(223 + spread)],
        }
    }

    fn sample(&mut self, dry: f32) -> f32 {
        let mut sum = 0.0;
        for (comb, damped) in &mut self.combs {
            let late = comb.read();
            *damped += (late - *damped) * 0.55;
            comb.write(dry * 0.25 + *damped * 0.82);
            sum += late;
        }
        self.passes.iter_mut().fold(sum, |sample, pass| {
            let late = pass.read();
            let into = sample + late * 0.6;
            pass.write(into);
            late - into * 0.6
        })
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

fn frequency(note: i32) -> f32 {
    440.0 * ((note - 69) as f32 / 12.0).exp2()
}

#[cfg(feature = "games")]
mod play {
    use std::time::Duration;

    use bevy::audio::{ChannelCount, Decodable, SampleRate, Source};

    use super::{Music, SAMPLE_RATE, Synth};

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
}
