//! What happens to faces: entity events for observers, and a message for each analyzed frame.
//!
//! A face's life in events, each triggered on its entity after its components were written:
//!
//! ```text
//! FaceAppeared ─▶ (visible) ─▶ FaceHidden ─▶ FaceReturned ─▶ (visible) …
//!                                  └───────▶ FaceGone ─▶ despawned
//! ```
//!
//! ```
//! use bevy::prelude::*;
//! use bevy_emotion::plugin::{ExpressionChanged, Face};
//!
//! App::new().add_observer(|change: On<ExpressionChanged>, faces: Query<&Face>| {
//!     if let Ok(face) = faces.get(change.entity) {
//!         info!("face {} now shows {:?}", face.subject, change.to);
//!     }
//! });
//! ```

use std::sync::Arc;
use std::time::Duration;

use bevy::prelude::*;

use emotion_core::{Analysis, Conflict, Expression, Frame, Origin, SessionTime};
use emotion_session::Observation;

/// A face was found for the first time; its entity has just been spawned.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceAppeared {
    /// The face.
    pub entity: Entity,
}

/// A face went out of view. Its entity stays for a while: the same person may return.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceHidden {
    /// The face.
    pub entity: Entity,
}

/// A hidden face is in view again; it is the same entity with the same subject.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceReturned {
    /// The face.
    pub entity: Entity,
}

/// A hidden face stayed away; its entity is despawned right after this event.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceGone {
    /// The face.
    pub entity: Entity,
}

/// A face shows another expression than before.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpressionChanged {
    /// The face.
    pub entity: Entity,
    /// What it showed until now; `None` when that was unsure, or the face is new.
    pub from: Option<Expression>,
    /// What it shows from now on; `None` when unsure.
    pub to: Option<Expression>,
}

/// One answer was made of several modalities, and is in [`Fused`](super::Fused) by now: when a voice was heard or words
/// were read, and with each reading of the face for as long as those count.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectRead {
    /// The face, or whoever is heard and not seen.
    pub entity: Entity,
}

/// Two modalities of somebody begin or cease to contradict each other.
#[derive(EntityEvent, Debug, Clone, Copy, PartialEq)]
pub struct ConflictChanged {
    /// The face, or whoever is heard and not seen.
    pub entity: Entity,
    /// The conflict until now.
    pub from: Option<Conflict>,
    /// The conflict from now on.
    pub to: Option<Conflict>,
}

/// Readings of a frame came in. Written in
/// [`EmotionSystems::Analyze`](super::EmotionSystems::Analyze): at most once an update from each
/// camera, as often as they come from an [`EmotionFeed`](super::EmotionFeed).
#[derive(Message, Debug, Clone)]
pub struct FrameAnalyzed {
    /// The camera, or what else feeds.
    pub camera: Entity,
    /// The stream and the opening of its source that the frame belongs to.
    pub origin: Origin,
    /// What was found in it, and how long that took.
    pub analysis: Arc<Analysis>,
    /// The frame's size in pixels.
    pub frame_size: UVec2,
    /// The frame itself; `None` where readings come without pictures, from a recording for one.
    pub frame: Option<Arc<Frame>>,
    /// When they came in, on the faces' clock.
    pub at: Duration,
}

impl FrameAnalyzed {
    pub(super) fn observation(&self) -> Observation {
        Observation {
            time: SessionTime(self.at),
            frame_size: (self.frame_size.x, self.frame_size.y),
            analysis: (*self.analysis).clone(),
        }
    }
}
