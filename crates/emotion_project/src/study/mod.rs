//! Studies: many people, one film.

mod band;
mod curve;
mod moments;
mod permutation;
#[cfg(test)]
mod simulation;

pub use band::{FEWEST_VIEWERS, LEVEL, Point, band};
pub use curve::{Baseline, Curves};
pub use moments::{Moment, moments};
pub use permutation::{Cluster, Comparison, Design, compare};
