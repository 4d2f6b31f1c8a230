//! What is usual for the speaker: a deep voice is not a sad one.
//!
//! A voice's statistics are read as far as possible relative to the mean of what was heard of the same speaker
//! through the same microphone. Nothing of it is kept beyond the stream.

use crate::functionals::COUNT;

/// With so many windows, half of what is usual is taken for known.
const HALF: f32 = 6.0;
/// Windows that what is usual remembers: two minutes of speech.
const MEMORY: f32 = 400.0;

/// The running mean of a speaker's statistics.
#[derive(Debug, Clone, PartialEq)]
pub struct Speaker {
    mean: Box<[f32; COUNT]>,
    windows: f32,
}

impl Default for Speaker {
    fn default() -> Self {
        Self { mean: Box::new([0.0; COUNT]), windows: 0.0 }
    }
}

impl Speaker {
    /// Adds a window to what is known.
    pub fn learn(&mut self, statistics: &[f32; COUNT]) {
        self.windows = (self.windows + 1.0).min(MEMORY);
        for (mean, value) in self.mean.iter_mut().zip(statistics) {
            *mean += (value - *mean) / self.windows;
        }
    }

    /// How much of what is usual is known, 0 to 1.
    pub fn confidence(&self) -> f32 {
        self.windows / (self.windows + HALF)
    }

    /// Takes away from a window what is usual for the speaker and unusual for people.
    pub fn adapt(&self, usual: &[f32], adaptation: f32, statistics: &mut [f32; COUNT]) {
        let share = adaptation * self.confidence();
        for ((value, mean), usual) in statistics.iter_mut().zip(self.mean.iter()).zip(usual) {
            *value -= share * (mean - usual);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_is_taken_away_as_it_gets_known() {
        let mut speaker = Speaker::default();
        let usual = vec![1.0; COUNT];
        let adapted = |speaker: &Speaker| {
            let mut window = [5.0; COUNT];
            speaker.adapt(&usual, 1.0, &mut window);
            window[7]
        };
        assert_eq!(adapted(&speaker), 5.0, "nothing is known yet");
        for _ in 0..6 {
            speaker.learn(&[3.0; COUNT]);
        }
        assert_eq!(adapted(&speaker), 4.0, "half of it is known");
        for _ in 0..10_000 {
            speaker.learn(&[3.0; COUNT]);
        }
        assert!((adapted(&speaker) - 3.0).abs() < 0.1, "nearly all");
    }
}
