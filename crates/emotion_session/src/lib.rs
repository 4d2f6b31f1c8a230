//! Frames in, events out: the pipeline without Bevy.
//!
//! - [`Analyzer`]: detection, tracking and reading of one frame after the other, pulled and
//!   deterministic.
//! - [`FaceFinder`] and [`FaceReader`]: its two halves, for two threads.
//! - [`Engine`]: an analyzer on a thread of its own: hot swap, deadlines, restart.
//! - [`Lifecycle`]: who is in view, and what changed.
//! - [`PriorAdapter`]: scores corrected for what a camera sees how often.
//! - [`Fuser`] and [`Subjects`]: one answer from all modalities of a subject.
//! - [`Stream`]: a source, an engine and a lifecycle, live, polled by whoever owns the clock.
//! - [`Session`]: streams on a thread of their own. Listeners subscribe to its events.
//!
//! What has threads is part of the feature `live`; a browser does without.

mod analyzer;
#[cfg(feature = "live")]
mod engine;
mod finder;
mod lifecycle;
mod prior;
mod reader;
#[cfg(feature = "live")]
mod session;
#[cfg(feature = "live")]
mod stream;

pub use emotion_fusion::{Fuser, Subjects};

pub use analyzer::{AnalyzeError, Analyzer};
#[cfg(feature = "live")]
pub use engine::{AnalyzerMaker, AnalyzerSettings, Engine, EngineStatus, Finished};
pub use finder::{FaceFinder, FoundFaces};
pub use lifecycle::{Lifecycle, LifecycleConfig, Observation};
pub use prior::{PriorAdapter, PriorMode, UnknownPrior};
pub use reader::FaceReader;
#[cfg(feature = "live")]
pub use session::{Session, SessionCommand, SessionStatus, StreamStatus};
#[cfg(feature = "live")]
pub use stream::{Polled, Stream, StreamConfig};
