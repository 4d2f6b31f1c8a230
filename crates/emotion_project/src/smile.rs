//! Smiles: how often a face shows `happy` clearly, and for how long.

use serde::{Deserialize, Serialize};

/// A smile begins when the score of `happy` reaches this.
const BEGINS: f32 = 0.5;
/// It ends when the score falls below this.
const ENDS: f32 = 0.35;
/// Shorter ones do not count, in milliseconds.
const SHORTEST: u64 = 500;
/// When the face is away for longer, the smile ended when it went.
const PATIENCE: u64 = 1000;

/// A time in which the face shows `happy`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Smile {
    /// When it begins, in milliseconds from the session's start.
    pub from_ms: u64,
    /// When it ends.
    pub to_ms: u64,
    /// The highest score of `happy` in it.
    pub peak: f32,
}

impl Smile {
    /// How long it is, in seconds.
    pub fn seconds(&self) -> f64 {
        (self.to_ms - self.from_ms) as f64 / 1000.0
    }
}

/// Finds smiles in a session.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SmileFinder {
    current: Option<Smile>,
}

impl SmileFinder {
    /// The next frame: when, and the score of `happy` if the face was seen. Gives the smile that ended.
    pub fn frame(&mut self, at_ms: u64, happy: Option<f32>) -> Option<Smile> {
        let Some(mut smile) = self.current else {
            let score = happy.filter(|score| *score >= BEGINS)?;
            self.current = Some(Smile { from_ms: at_ms, to_ms: at_ms, peak: score });
            return None;
        };
        if at_ms.saturating_sub(smile.to_ms) > PATIENCE {
            let ended = self.end();
            return self.frame(at_ms, happy).or(ended);
        }
        match happy {
            Some(score) if score < ENDS => self.end(),
            Some(score) => {
                smile.to_ms = at_ms;
                smile.peak = smile.peak.max(score);
                self.current = Some(smile);
                None
            }
            None => None,
        }
    }

    /// The smile that lasts to the end of the session, or to another source.
    pub fn end(&mut self) -> Option<Smile> {
        self.current.take().filter(|smile| smile.to_ms - smile.from_ms >= SHORTEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn smiles(scores: impl IntoIterator<Item = Option<f32>>) -> Vec<(u64, u64)> {
        let mut finder = SmileFinder::default();
        let mut found: Vec<Smile> = scores
            .into_iter()
            .zip(0..)
            .filter_map(|(score, index)| finder.frame(index * 100, score))
            .collect();
        found.extend(finder.end());
        found.iter().map(|smile| (smile.from_ms, smile.to_ms)).collect()
    }

    #[test]
    fn a_wavering_score_is_one_smile_and_a_flicker_is_none() {
        let mut scores = vec![Some(0.1); 10];
        scores.extend([0.6, 0.45, 0.6, 0.4, 0.55, 0.6, 0.6].map(Some));
        scores.extend([Some(0.1); 5]);
        scores.extend([Some(0.9), Some(0.9), Some(0.1)]);
        assert_eq!(smiles(scores), [(1000, 1600)]);
    }

    #[test]
    fn a_face_that_goes_ends_its_smile() {
        let smiling = vec![Some(0.9); 11];
        let away = |frames| vec![None; frames];
        let joined = [smiling.clone(), away(5), smiling.clone()].concat();
        assert_eq!(smiles(joined), [(0, 2600)]);
        let parted = [smiling.clone(), away(30), smiling].concat();
        assert_eq!(smiles(parted), [(0, 1000), (4100, 5100)]);
    }
}
