//! Readings of tracked faces: what a model said of each, smoothed over time.

use std::collections::BTreeMap;
use std::time::Duration;

use emotion_core::{Reading, Scores};

use super::smoothing::{ScoreSmoother, Smoothing};
use super::tracker::{TrackedFace, TrackerConfig};

/// Smooths the scores of the faces that a [`Tracker`](super::Tracker) follows. It knows them by their numbers
/// only, so that it may run behind the tracker, on another thread.
pub struct ScoreSmoothing {
    config: TrackerConfig,
    tracks: BTreeMap<u64, Smoothed>,
}

/// A face's scores so far.
struct Smoothed {
    smoother: ScoreSmoother,
    seen: Duration,
}

impl ScoreSmoothing {
    /// A smoothing that has seen no faces.
    pub const fn new(config: TrackerConfig) -> Self {
        Self { config, tracks: BTreeMap::new() }
    }

    /// How scores are smoothed.
    pub const fn config(&self) -> &TrackerConfig {
        &self.config
    }

    /// Smooths `scores`, one for each of the `faces` that [`Tracker::observe`](super::Tracker::observe)
    /// returned for the frame at `time`, in the same order.
    pub fn read(
        &mut self,
        time: Duration,
        faces: &[TrackedFace],
        scores: &[Scores],
    ) -> Vec<Reading> {
        let keep = self.config.keep_hidden;
        self.tracks.retain(|_, known| known.seen <= time && time - known.seen <= keep);
        let smoothing = Smoothing {
            calm: self.config.score_time_constant,
            changing: self.config.change_time_constant,
            floor: self.config.confidence_floor,
            margin: self.config.switch_margin,
        };
        let readings = faces.iter().zip(scores).map(|(face, raw)| {
            let smoothed = self
                .tracks
                .entry(face.track)
                .or_insert_with(|| Smoothed { smoother: ScoreSmoother::new(), seen: time });
            smoothed.seen = time;
            let (scores, dominant) = smoothed.smoother.update(time, raw, &smoothing);
            Reading {
                track: face.track,
                bbox_in_frame: face.bbox_in_frame,
                roll: face.roll,
                presence: face.presence,
                scores,
                raw_scores: *raw,
                dominant,
                confidence: dominant.map_or(scores.highest().1, |shown| scores.get(shown)),
            }
        });
        readings.collect()
    }

    /// Forgets all faces.
    pub fn reset(&mut self) {
        self.tracks.clear();
    }
}

#[cfg(test)]
mod tests {
    use emotion_core::{Expression, FrameRect};

    use super::*;

    fn face(track: u64) -> TrackedFace {
        TrackedFace {
            track,
            bbox_in_frame: FrameRect::square((100.0 * track as f32, 100.0), 80.0),
            roll: 0.0,
            presence: 0.8,
        }
    }

    #[test]
    fn readings_are_smoothed_by_track() {
        let mut smoothing = ScoreSmoothing::new(TrackerConfig::default());
        let at = |frame: u32| Duration::from_secs(1) * frame / 30;
        let (happy, sad) = (Scores::certain(Expression::Happy), Scores::certain(Expression::Sad));
        let faces = [face(1), face(3)];
        let mut last = Vec::new();
        for frame in 0..10 {
            last = smoothing.read(at(frame), &faces, &[happy, sad]);
        }
        assert_eq!(last[0].dominant, Some(Expression::Happy));
        assert_eq!(last[1].dominant, Some(Expression::Sad));
        assert!(last[0].valence() > 0.5 && last[1].valence() < -0.5);

        let readings = smoothing.read(at(10), &faces, &[sad, sad]);
        assert_eq!(readings[0].dominant, Some(Expression::Happy), "one frame is not a change");
        assert_eq!(readings[0].raw_scores, sad);

        let later = at(10) + TrackerConfig::default().keep_hidden + Duration::from_millis(1);
        let readings = smoothing.read(later, &faces[..1], &[sad]);
        assert_eq!(readings[0].scores, sad, "what was long ago is forgotten");
    }
}
