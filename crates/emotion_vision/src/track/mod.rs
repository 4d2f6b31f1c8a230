//! Who is who over time: association, motion, smoothing and life cycle.
//!
//! The tracker turns the detections of single frames into tracks that keep their number through
//! short losses and crossings, and smooths what a classifier says of them.

mod motion;
mod smoothing;
mod tracker;

pub use tracker::{TrackedFace, Tracker, TrackerConfig};
