//! Where faces are, who is who over time, and the crop that a model reads.
//!
//! - [`detect`]: faces in one frame, with the help of those that are known.
//! - [`haar`]: OpenCV's cascades, evaluated in plain Rust; [`image`](mod@image) and [`flow`] are what else a
//!   detector needs: grey pictures and the motion of their points.
//! - [`track`]: which detection is which face, and scores smoothed in seconds, not frames.
//! - [`mouth`]: how much mouths move.
//! - [`crop`]: a face in a frame, turned upright and scaled to what the models read.

pub mod crop;
pub mod detect;
pub mod flow;
pub mod haar;
pub mod image;
mod math;
pub mod mouth;
pub mod track;
