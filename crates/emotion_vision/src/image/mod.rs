//! Grey pictures and what the detector does with them: from RGB, smaller, turned, mirrored.
//!
//! Results are OpenCV's: `cvtColor`, `resize` with `INTER_AREA` and `INTER_LINEAR_EXACT`, and
//! `warpAffine` with `INTER_LINEAR`. Tests compare them where OpenCV is there.

mod area;
mod grey;
mod linear;
mod warp;

pub use grey::GreyImage;
pub(crate) use linear::ResizeBuffers;
pub use warp::{Affine, Border};
