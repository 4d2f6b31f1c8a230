//! Face tracking: association, motion, smoothing and life cycle.
//!
//! The tracker turns the detections of single frames into tracks that keep their number through
//! short losses and crossings, and smooths the classifier's scores for them.

mod motion;
mod smoothing;
mod tracker;

pub use tracker::{TrackedFace, Tracker, TrackerConfig};
