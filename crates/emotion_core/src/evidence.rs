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

impl Modality {
    /// All of them, in the order in which they are listed everywhere.
    pub const ALL: [Self; 3] = [Self::Face, Self::Voice, Self::Words];

    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();

    /// Position in [`Modality::ALL`].
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Lower-case English name, as in files and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Voice => "voice",
            Self::Words => "words",
        }
    }
}

impl std::fmt::Display for Modality {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A face of this many pixels across has all that a model reads: models see 48.
const WHOLE_FACE: f32 = 48.0;
/// A face whose brightness has this standard deviation, of 255, is well lit.
const WELL_LIT: f32 = 25.0;

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
    /// How good what was read is, 0 to 1: for a face, how sure it is that one is there, and how large it is.
    pub quality: f32,
}

impl Evidence {
    /// What a face says at a time, smoothed as in its reading. A face of fewer than 48 pixels counts less.
    pub fn of_face(stream: StreamId, time: SessionTime, reading: &Reading) -> Self {
        let size = (reading.bbox_in_frame.width / WHOLE_FACE).clamp(0.0, 1.0);
        Self {
            subject: Some(SubjectId { stream, track: reading.track }),
            modality: Modality::Face,
            span: (time, time),
            scores: reading.scores,
            quality: reading.presence.clamp(0.0, 1.0) * size,
        }
    }

    /// The same evidence of a face with this contrast: the standard deviation of its brightness, 0 to 255. What is
    /// too dark, too bright or in fog counts less.
    #[must_use]
    pub fn in_light(mut self, contrast: f32) -> Self {
        self.quality *= (contrast / WELL_LIT).clamp(0.0, 1.0);
        self
    }

    /// The same evidence where it is this sure, 0 to 1, that it is about its subject.
    #[must_use]
    pub fn attributed(mut self, certainty: f32) -> Self {
        self.quality *= certainty.clamp(0.0, 1.0);
        self
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
