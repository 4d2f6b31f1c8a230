//! Whether somebody speaks.

use earshot::Detector;

use crate::RATE;

/// Samples that are judged at once: 16 ms.
const PIECE: usize = 256;
/// From this on it is a voice.
const VOICE: f32 = 0.5;
/// How long a voice may pause and still speaks, in pieces: 0.2 s.
const PAUSE: u32 = 12;
/// How many pieces in a row begin speech: 48 ms.
const ONSET: u32 = 3;

/// Voice activity, piece by piece.
pub struct Activity {
    detector: Box<Detector>,
    waiting: Vec<f32>,
    speaks: bool,
    /// Pieces in a row with a voice, and without.
    runs: (u32, u32),
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            detector: Detector::default_boxed(),
            waiting: Vec::with_capacity(PIECE),
            speaks: false,
            runs: (0, u32::MAX),
        }
    }
}

impl Activity {
    /// Takes samples at 16 kHz.
    pub fn push(&mut self, samples: &[f32]) {
        let mut rest = samples;
        while !rest.is_empty() {
            let wanted = (PIECE - self.waiting.len()).min(rest.len());
            let (now, later) = rest.split_at(wanted);
            self.waiting.extend(now.iter().map(|sample| sample.clamp(-1.0, 1.0)));
            rest = later;
            if self.waiting.len() == PIECE {
                let score = self.detector.predict_f32(&self.waiting);
                self.waiting.clear();
                self.judge(score >= VOICE);
            }
        }
    }

    fn judge(&mut self, voice: bool) {
        self.runs = match voice {
            true => (self.runs.0.saturating_add(1), 0),
            false => (0, self.runs.1.saturating_add(1)),
        };
        self.speaks = match self.speaks {
            true => self.runs.1 <= PAUSE,
            false => self.runs.0 >= ONSET,
        };
    }

    /// Whether somebody speaks now, or paused for less than 0.2 s.
    pub fn speaks(&self) -> bool {
        self.speaks
    }

    /// For how long nobody has spoken, in seconds.
    pub fn silent_for(&self) -> f32 {
        if self.speaks { 0.0 } else { self.runs.1 as f32 * PIECE as f32 / RATE as f32 }
    }

    /// Forgets what it heard.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.waiting.clear();
        self.speaks = false;
        self.runs = (0, u32::MAX);
    }
}
