//! How loud a sound is every 10 ms.

use std::time::Duration;

use emotion_core::{AudioChunk, SessionTime};

/// Levels a second.
pub const LEVELS: u32 = 100;
/// Below this power it is silence.
const FLOOR: f32 = 1e-7;

/// How loud a sound is at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The middle of the 10 ms.
    pub time: SessionTime,
    /// The natural logarithm of the power.
    pub loudness: f32,
}

/// Makes levels of sound of any rate. Its memory is 10 ms.
#[derive(Debug, Clone, Default)]
pub struct Loudness {
    began: SessionTime,
    rate: u32,
    /// When the next chunk should begin.
    next: Option<SessionTime>,
    power: f64,
    /// Samples in `power`, and samples since the start.
    count: u32,
    samples: u64,
}

impl Loudness {
    /// Takes a chunk, and appends the levels that it completes.
    pub fn push(&mut self, chunk: &AudioChunk, levels: &mut Vec<Level>) {
        let rate = chunk.sample_rate();
        let in_step = self.next.is_some_and(|next| {
            let gap = Duration::from_millis(200);
            chunk.time().since(next) < gap && next.since(chunk.time()) < gap
        });
        if rate != self.rate || !in_step {
            *self = Self { began: chunk.time(), rate, ..Self::default() };
        }
        self.next = Some(chunk.time() + chunk.duration());
        let whole = (rate / LEVELS).max(1);
        for sample in chunk.samples() {
            self.power += f64::from(*sample).powi(2);
            self.count += 1;
            self.samples += 1;
            if self.count == whole {
                let middle = (self.samples as f64 - f64::from(whole) / 2.0) / f64::from(rate);
                let power = (self.power / f64::from(whole)) as f32;
                levels.push(Level {
                    time: self.began + Duration::from_secs_f64(middle),
                    loudness: (power + FLOOR).ln(),
                });
                (self.power, self.count) = (0.0, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_do_not_depend_on_how_sound_is_cut() {
        let samples: Vec<f32> = (0..4_410).map(|i| (i as f32 * 0.1).sin() * 0.5).collect();
        let levels = |piece: usize| {
            let (mut loudness, mut levels) = (Loudness::default(), Vec::new());
            let mut time = SessionTime::ZERO;
            for (number, piece) in samples.chunks(piece).enumerate() {
                let chunk = AudioChunk::new(piece.to_vec(), 44_100, number as u64, time);
                let chunk = chunk.expect("a chunk");
                loudness.push(&chunk, &mut levels);
                time += chunk.duration();
            }
            levels
        };
        assert_eq!(levels(4_410).len(), 10);
        assert_eq!(levels(4_410), levels(100));
        let expected = (0.125_f32).ln();
        assert!(levels(77).iter().all(|level| (level.loudness - expected).abs() < 0.1));
    }
}
