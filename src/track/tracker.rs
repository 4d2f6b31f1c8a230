//! Tracks: which detection is which face.

use std::time::Duration;

use super::Reading;
use super::smoothing::{ScoreSmoother, Smoothing};
use crate::detect::{Detection, KnownFace};
use crate::emotion::Scores;
use crate::frame::FrameRect;

/// How faces are followed and their scores smoothed. All times are on the frames' own clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackerConfig {
    /// Time constant of the scores' smoothing: after it, a change has come through by 63 %.
    pub score_time_constant: Duration,
    /// Below this smoothed probability no expression is dominant, 0 to 1.
    pub confidence_floor: f32,
    /// By how much another expression must lead before it becomes dominant, 0 to 1.
    pub switch_margin: f32,
    /// How long a face that is lost keeps its number.
    pub keep_hidden: Duration,
}

impl Default for TrackerConfig {
    fn default() -> Self {
        Self {
            score_time_constant: Duration::from_millis(150),
            confidence_floor: 0.35,
            switch_margin: 0.1,
            keep_hidden: Duration::from_secs(2),
        }
    }
}

/// A face in view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackedFace {
    /// The track's number, from 1.
    pub track: u64,
    /// A square around the face, as Haar frames it.
    pub box_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// How sure it is that a face is there, 0 to 1.
    pub presence: f32,
}

/// Keeps faces apart over time.
pub struct Tracker {
    config: TrackerConfig,
    tracks: Vec<Track>,
    next_number: u64,
}

struct Track {
    face: TrackedFace,
    seen: Duration,
    smoother: ScoreSmoother,
}

impl Tracker {
    /// A tracker without faces.
    pub const fn new(config: TrackerConfig) -> Self {
        Self { config, tracks: Vec::new(), next_number: 1 }
    }

    /// The faces that a detector should look for in the frame at `time`.
    pub fn known_faces(&self, time: Duration) -> Vec<KnownFace> {
        self.tracks
            .iter()
            .filter(|track| time.saturating_sub(track.seen) <= self.config.keep_hidden)
            .map(|track| KnownFace {
                track: track.face.track,
                box_in_frame: track.face.box_in_frame,
                roll: track.face.roll,
                confidence: track.face.presence,
            })
            .collect()
    }

    /// Takes the detections of the frame at `time`; gives the faces in view by track number.
    pub fn observe(&mut self, time: Duration, detections: &[Detection]) -> Vec<TrackedFace> {
        let keep = self.config.keep_hidden;
        self.tracks.retain(|track| time.saturating_sub(track.seen) <= keep);
        let mut faces: Vec<TrackedFace> =
            detections.iter().map(|detection| self.follow(time, detection)).collect();
        faces.sort_by_key(|face| face.track);
        faces
    }

    /// Smooths the `scores` of the `faces` that [`Tracker::observe`] gave for the frame at `time`.
    pub fn read(
        &mut self,
        time: Duration,
        faces: &[TrackedFace],
        scores: &[Scores],
    ) -> Vec<Reading> {
        let smoothing = Smoothing {
            time_constant: self.config.score_time_constant,
            floor: self.config.confidence_floor,
            margin: self.config.switch_margin,
        };
        let mut readings = Vec::with_capacity(faces.len());
        for (face, raw) in faces.iter().zip(scores) {
            let Some(track) = self.tracks.iter_mut().find(|track| track.face.track == face.track)
            else {
                continue;
            };
            let (smoothed, dominant) = track.smoother.update(time, raw, &smoothing);
            readings.push(Reading {
                track: face.track,
                box_in_frame: face.box_in_frame,
                roll: face.roll,
                presence: face.presence,
                scores: smoothed,
                raw_scores: *raw,
                dominant,
                confidence: dominant.map_or(smoothed.highest().1, |shown| smoothed.get(shown)),
            });
        }
        readings
    }

    /// Forgets all faces. Numbers go on: none is given twice.
    pub fn reset(&mut self) {
        self.tracks.clear();
    }

    fn follow(&mut self, time: Duration, detection: &Detection) -> TrackedFace {
        let same = |track: &Track| match detection.known {
            Some(known) => track.face.track == known,
            None => track.seen < time && track.face.box_in_frame.iou(&detection.box_in_frame) > 0.3,
        };
        let face = |track| TrackedFace {
            track,
            box_in_frame: detection.box_in_frame,
            roll: detection.roll,
            presence: detection.confidence,
        };
        if let Some(track) = self.tracks.iter_mut().find(|track| same(track)) {
            track.face = face(track.face.track);
            track.seen = time;
            return track.face;
        }
        let new = face(self.next_number);
        self.next_number += 1;
        self.tracks.push(Track { face: new, seen: time, smoother: ScoreSmoother::new() });
        new
    }
}
