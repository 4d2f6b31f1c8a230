//! The words that every part of bevy_emotion speaks.
//!
//! Nothing here opens a file or knows Bevy, and only [`supervise`] starts threads; with the feature
//! `reflect` the types that are parts of components can be reflected.

mod audio;
mod capture_error;
mod eight_bits;
mod event;
mod evidence;
mod expression;
mod face_image;
mod frame;
mod fused;
mod ids;
mod reading;
mod source;
pub mod supervise;
mod text;
mod time;

pub use audio::{AudioChunk, AudioError, SAMPLE_RATES};
pub use capture_error::CaptureError;
pub use eight_bits::{from_eight_bits, to_eight_bits};
pub use event::{EVENT_VERSION, Event, EventKind, FaceReading};
pub use evidence::{Evidence, Modality};
pub use expression::{Expression, Scores, UnknownExpression};
pub use face_image::{FaceImage, LEAST_DEVIATION, PIXELS, SIDE, normalise};
pub use frame::{Frame, FrameError, FrameRect, MAX_SIDE};
pub use fused::{Conflict, Contribution, FusedReading, Speaker, Stance};
pub use ids::{Epoch, Origin, StreamId, SubjectId};
pub use reading::{Analysis, Reading};
pub use source::{AudioSource, FrameSource, Pacing, SourceControl};
pub use text::without_bom;
pub use time::SessionTime;
