//! Face tracking: association, motion, smoothing and life cycle.
//!
//! [`Tracker`] turns the detections of single frames into tracks that keep their number through short
//! losses and crossings. [`ScoreSmoothing`] smooths what a model says of their faces.

mod motion;
mod readings;
mod smoothing;
mod tracker;

pub use readings::ScoreSmoothing;
pub use tracker::{TrackedFace, Tracker, TrackerConfig};
