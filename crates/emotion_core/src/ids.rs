//! Who and where from: the names that samples, evidence and events carry.

use serde::{Deserialize, Serialize};

/// A stream of a session: a camera, a film, a microphone. Whoever opens streams numbers them.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
#[serde(transparent)]
pub struct StreamId(pub u32);

/// One opening of a stream's source, from 0. Faces of different epochs have nothing to do with each
/// other: another camera was chosen, a lost one came back, another film began.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
#[serde(transparent)]
pub struct Epoch(pub u32);

impl Epoch {
    /// The opening after this one.
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

/// Where a sample comes from: which stream, and which opening of it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct Origin {
    /// The stream.
    pub stream: StreamId,
    /// The opening of its source.
    pub epoch: Epoch,
}

/// A person in a session, for as long as the tracker can tell: a track of a stream.
///
/// The same person in two streams is two subjects. Nobody is known beyond a session.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[cfg_attr(feature = "reflect", derive(bevy_reflect::Reflect))]
pub struct SubjectId {
    /// The stream that sees the person.
    pub stream: StreamId,
    /// The track's number in it, from 1; none is given twice. 0 is whoever is heard and not seen.
    pub track: u64,
}

impl SubjectId {
    /// Whoever speaks in a stream and is not seen in it. No track has the number 0.
    pub const fn unseen(stream: StreamId) -> Self {
        Self { stream, track: 0 }
    }

    /// Whether this is somebody who is heard and not seen.
    pub const fn is_unseen(self) -> bool {
        self.track == 0
    }
}

impl std::fmt::Display for SubjectId {
    /// `3` in the first stream, `2:3` in the third one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.stream.0 {
            0 => write!(f, "{}", self.track),
            stream => write!(f, "{stream}:{}", self.track),
        }
    }
}
