//! Training and evaluation of the models that read voices.

pub mod augment;
pub mod dataset;
pub mod evaluation;
pub mod hearing;
pub mod learner;
pub mod recipe;
mod table;
mod tar;
