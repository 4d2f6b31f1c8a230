//! Data sets, training and evaluation of the models.

pub mod augment;
pub mod backend;
mod batch;
pub mod calibration;
mod checkpoint;
pub mod curves;
pub mod dataset;
pub mod disturb;
mod ema;
pub mod error;
pub mod evaluation;
pub mod fusion;
mod glasses;
pub mod learner;
pub mod logits;
pub mod picture;
pub mod plots;
pub mod recipe;
pub mod report;
pub mod save;
pub mod soup;
pub mod teacher;
pub mod temperature;
mod validation;
pub mod voice;
pub mod words;
