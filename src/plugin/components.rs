//! What a face entity carries.

use bevy::prelude::*;
use bevy::reflect::{ReflectDeserialize, ReflectSerialize};
use serde::{Deserialize, Serialize};

use emotion_core::{Expression, FaceReading, FrameRect, Scores, SubjectId};

/// A face in front of a camera, which it is related to by [`FaceOf`](super::FaceOf). One entity for each
/// subject.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[reflect(Component, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[require(Emotion, FacePose)]
pub struct Face {
    /// The person, for as long as the tracker can tell: who returns in time is the same.
    pub subject: SubjectId,
    /// A square around the face in the frame's pixels, as Haar frames it.
    pub bbox_in_frame: FrameRect,
    /// The frame's size in pixels.
    pub frame_size: UVec2,
    /// How sure it is that a face is there, 0 to 1.
    pub presence: f32,
    /// Whether the face is in view. While it is not, everything else is as last seen.
    pub visible: bool,
}

/// What a face shows. Changed whenever its face was read.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[reflect(Component, Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Emotion {
    /// Probabilities, smoothed over time.
    pub scores: Scores,
    /// The expression shown; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The probability of `dominant`, or of the highest one when unsure, 0 to 1.
    pub confidence: f32,
    /// -1 (unpleasant) to 1 (pleasant).
    pub valence: f32,
    /// -1 (calm) to 1 (active).
    pub arousal: f32,
}

impl Default for Emotion {
    fn default() -> Self {
        Self {
            scores: Scores::UNIFORM,
            dominant: None,
            confidence: 1.0 / Expression::COUNT as f32,
            valence: 0.0,
            arousal: 0.0,
        }
    }
}

/// How a head is held.
#[derive(Component, Reflect, Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[reflect(Component, Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FacePose {
    /// How far the head leans, in radians, clockwise as seen in the picture; 0 is upright.
    pub roll: f32,
}

impl Face {
    /// The face of a reading, in view.
    pub(super) fn new(subject: SubjectId, reading: &FaceReading) -> Self {
        Self {
            subject,
            bbox_in_frame: reading.bbox_in_frame,
            frame_size: UVec2::from(reading.frame_size),
            presence: reading.presence,
            visible: true,
        }
    }
}

impl From<&FaceReading> for Emotion {
    fn from(reading: &FaceReading) -> Self {
        Self {
            scores: reading.scores,
            dominant: reading.dominant,
            confidence: reading.confidence,
            valence: reading.scores.valence(),
            arousal: reading.scores.arousal(),
        }
    }
}
