//! One answer from face, voice and words.
//!
//! - [`Fuser`]: what all modalities of a subject say together, how much each counted, and where two contradict
//!   each other.
//! - [`Subjects`]: the newest evidence of everybody, and the events that come of it.
//! - [`SpeakerFinder`]: whose voice it is, of the motion of mouths and the [`Loudness`] of the sound.
//! - [`FusionWeights`]: how much each modality counts, fitted by `emotion fuse --fit`.
//!
//! Nothing here opens a file, starts a thread or has a clock.

mod conflict;
mod correlation;
mod fuser;
mod loudness;
mod speaker;
mod subjects;
mod weights;

pub use correlation::correlation;
pub use fuser::Fuser;
pub use loudness::{Level, Loudness};
pub use speaker::{Attribution, SpeakerFinder};
pub use subjects::Subjects;
pub use weights::{FusionFile, FusionWeights, ModalityWeights, WeightsError};
