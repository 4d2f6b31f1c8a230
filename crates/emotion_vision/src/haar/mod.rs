//! OpenCV's Haar cascades, evaluated in plain Rust.
//!
//! A cascade (Viola and Jones, *Rapid object detection using a boosted cascade of simple features*,
//! 2001) decides whether a window of a picture shows what it was trained for. [`Cascade`] is one,
//! read from a file of OpenCV's and checked; [`CascadeSearch`] slides it over a grey picture in
//! several sizes and gives the hits that OpenCV's `detectMultiScale` gives;
//! [`group`] joins hits that overlap, as `groupRectangles` does.
//!
//! The first stages are evaluated for many windows at once, with the widest vectors that the
//! processor has.

mod cascade;
mod evaluate;
mod grouping;
mod integral;
mod search;

pub(crate) use cascade::LARGEST_FILE;
pub use cascade::{Cascade, CascadeError};
pub use grouping::{Group, group};
pub use search::{CascadeSearch, Hit, SearchPyramid, Sizes};
