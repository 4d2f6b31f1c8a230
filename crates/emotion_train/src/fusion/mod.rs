//! Weights of a fusion, fitted and measured on triples that are drawn by label.
//!
//! No data set has face, voice and words of one moment with a label for each. A label is drawn, and then a face, a
//! recording and a line that have it: as if the three knew nothing of each other but the expression.

pub mod figures;
pub mod fit;
pub mod readings;
pub mod triples;
