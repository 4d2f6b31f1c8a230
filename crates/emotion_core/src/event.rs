//! The one vocabulary of a session: what its listeners are told.
//!
//! Plugin, recordings, services and files hear the same events. `docs/events.md` shows each as JSON.

use serde::{Deserialize, Serialize};

use crate::{
    Conflict, Epoch, Expression, FrameRect, FusedReading, Origin, Reading, Scores, SessionTime,
    Speaker, StreamId, SubjectId,
};

/// The version of the vocabulary. It grows when a field changes its meaning or goes; new kinds of
/// events and new fields do not change it.
pub const EVENT_VERSION: u16 = 1;

/// Something that happened in a session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// [`EVENT_VERSION`] of the program that wrote it.
    pub version: u16,
    /// The stream that it happened in.
    pub stream: StreamId,
    /// The opening of the stream's source.
    pub epoch: Epoch,
    /// When it happened.
    pub time: SessionTime,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

impl Event {
    /// An event of this version.
    pub fn new(origin: Origin, time: SessionTime, kind: EventKind) -> Self {
        let Origin { stream, epoch } = origin;
        Self { version: EVENT_VERSION, stream, epoch, time, kind }
    }
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// Another opening of the source begins. Faces of before are gone.
    EpochBegan,
    /// A frame was analyzed. What its faces show follows in events of their own.
    FrameAnalyzed {
        /// The frame's number in its source.
        sequence: u64,
        /// Width and height of the frame in pixels.
        frame_size: (u32, u32),
        /// How many faces are in view.
        faces: usize,
        /// Time spent on finding and following faces, in seconds.
        detect_seconds: f32,
        /// Time spent on cropping and reading faces, in seconds.
        classify_seconds: f32,
    },
    /// A face was found for the first time.
    FaceAppeared {
        /// Whose it is.
        subject: SubjectId,
        /// What was read.
        face: FaceReading,
    },
    /// A face in view was read.
    FaceRead {
        /// Whose it is.
        subject: SubjectId,
        /// What was read.
        face: FaceReading,
    },
    /// A face went out of view. The same person may return.
    FaceHidden {
        /// Whose it is.
        subject: SubjectId,
    },
    /// A hidden face is in view again.
    FaceReturned {
        /// Whose it is.
        subject: SubjectId,
        /// What was read.
        face: FaceReading,
    },
    /// A hidden face stayed away. Its subject is forgotten.
    FaceGone {
        /// Whose it was.
        subject: SubjectId,
    },
    /// A face shows another expression than before.
    ExpressionChanged {
        /// Whose it is.
        subject: SubjectId,
        /// What it showed until now; `None` when that was unsure, or the face is new.
        from: Option<Expression>,
        /// What it shows from now on; `None` when unsure.
        to: Option<Expression>,
    },
    /// One answer was made of several modalities of a subject, or of one who is heard and not seen.
    SubjectRead {
        /// Whose it is.
        subject: SubjectId,
        /// The answer.
        reading: FusedReading,
    },
    /// Two modalities of a subject begin or cease to contradict each other.
    ConflictChanged {
        /// Whose they are.
        subject: SubjectId,
        /// The conflict until now.
        from: Option<Conflict>,
        /// The conflict from now on.
        to: Option<Conflict>,
    },
    /// Somebody else speaks, or nobody.
    SpeakerChanged {
        /// Who spoke until now.
        from: Speaker,
        /// Who speaks from now on.
        to: Speaker,
    },
    /// Something is wrong: the source, the model or the analysis.
    Problem {
        /// What happened, and what to do about it.
        message: String,
    },
    /// What was wrong is over.
    Recovered,
}

impl EventKind {
    /// Whom it is about, where it is about a person.
    pub const fn subject(&self) -> Option<SubjectId> {
        match self {
            Self::FaceAppeared { subject, .. }
            | Self::FaceRead { subject, .. }
            | Self::FaceHidden { subject }
            | Self::FaceReturned { subject, .. }
            | Self::FaceGone { subject }
            | Self::ExpressionChanged { subject, .. }
            | Self::SubjectRead { subject, .. }
            | Self::ConflictChanged { subject, .. } => Some(*subject),
            Self::SpeakerChanged { to: Speaker::Face(subject), .. } => Some(*subject),
            Self::SpeakerChanged { .. }
            | Self::EpochBegan
            | Self::FrameAnalyzed { .. }
            | Self::Problem { .. }
            | Self::Recovered => None,
        }
    }
}

/// What was read of a face in a frame.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaceReading {
    /// A square around the face in the frame's pixels, from the brows to below the mouth.
    pub bbox_in_frame: FrameRect,
    /// Width and height of the frame in pixels.
    pub frame_size: (u32, u32),
    /// How far the head leans, in radians, clockwise as seen in the picture.
    pub roll: f32,
    /// How sure it is that a face is there, 0 to 1.
    pub presence: f32,
    /// What the face shows, smoothed over time: seven probabilities in the order of
    /// [`Expression::ALL`].
    pub scores: Scores,
    /// The same of this frame alone.
    pub raw_scores: Scores,
    /// The expression shown; `None` when unsure.
    pub dominant: Option<Expression>,
    /// The probability of `dominant`, or of the highest one when unsure.
    pub confidence: f32,
}

impl FaceReading {
    /// A reading of a frame of this size.
    pub fn new(reading: &Reading, frame_size: (u32, u32)) -> Self {
        Self {
            bbox_in_frame: reading.bbox_in_frame,
            frame_size,
            roll: reading.roll,
            presence: reading.presence,
            scores: reading.scores,
            raw_scores: reading.raw_scores,
            dominant: reading.dominant,
            confidence: reading.confidence,
        }
    }
}
