//! What is read of faces in frames.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Expression, FrameRect, Scores};

/// What the analyzer says of one frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Analysis {
    /// The frame's number in its source.
    pub sequence: u64,
    /// The frame's time on its source's clock.
    pub time: Duration,
    /// One for each face that is in view, by track number.
    pub readings: Vec<Reading>,
    /// Time spent on finding and following faces.
    pub detect_time: Duration,
    /// Time spent on cropping and reading faces.
    pub classify_time: Duration,
}

/// What the analyzer says of one face in one frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The track's number, from 1; none is given twice.
    pub track: u64,
    /// A square around the face, from the brows to below the mouth, as Haar frames it.
    pub bbox_in_frame: FrameRect,
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// How sure it is that a face is there, 0 to 1; decays while the face is only followed.
    pub presence: f32,
    /// Scores smoothed over time.
    pub scores: Scores,
    /// Scores of this frame alone, corrected for what its camera sees like the smoothed ones.
    pub raw_scores: Scores,
    /// The expression shown, steadied by hysteresis; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The smoothed probability of [`Reading::dominant`], or of the highest one when unsure.
    pub confidence: f32,
}

impl Reading {
    /// How pleasant the smoothed expression is, -1 to 1.
    pub fn valence(&self) -> f32 {
        self.scores.valence()
    }

    /// How active the smoothed expression is, -1 to 1.
    pub fn arousal(&self) -> f32 {
        self.scores.arousal()
    }
}
