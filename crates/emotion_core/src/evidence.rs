//! What one modality says of one subject.

use serde::{Deserialize, Serialize};

use crate::{Reading, Scores, SessionTime, StreamId, SubjectId};

/// What a reading is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// A face in a picture.
    Face,
    /// The sound of a voice.
    Voice,
    /// Spoken or written words.
    Words,
}

/// What one modality says of one subject over a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whom it is about; `None` where that is not known, as for a voice from outside the picture.
    pub subject: Option<SubjectId>,
    /// What it was read from.
    pub modality: Modality,
    /// The start and the end of what was read.
    pub span: (SessionTime, SessionTime),
    /// What it says.
    pub scores: Scores,
    /// How good what was read is, 0 to 1: for a face, how sure it is that one is there.
    pub quality: f32,
}

impl Evidence {
    /// What a face says at a time, smoothed as in its reading.
    pub fn of_face(stream: StreamId, time: SessionTime, reading: &Reading) -> Self {
        Self {
            subject: Some(SubjectId { stream, track: reading.track }),
            modality: Modality::Face,
            span: (time, time),
            scores: reading.scores,
            quality: reading.presence,
        }
    }

    /// What a voice says over a span of time, and how good what was heard is, 0 to 1. Whose voice it is has
    /// to be found out by other means.
    pub fn of_voice(
        subject: Option<SubjectId>,
        span: (SessionTime, SessionTime),
        scores: Scores,
        quality: f32,
    ) -> Self {
        Self { subject, modality: Modality::Voice, span, scores, quality: quality.clamp(0.0, 1.0) }
    }

    /// What words say over a span of time; `known` is the share of them that could be read, 0 to 1. Whose they
    /// are is often not known.
    pub fn of_words(
        subject: Option<SubjectId>,
        span: (SessionTime, SessionTime),
        scores: Scores,
        known: f32,
    ) -> Self {
        Self { subject, modality: Modality::Words, span, scores, quality: known.clamp(0.0, 1.0) }
    }
}
