//! Data sets, training and evaluation of the models.

pub mod augment;
pub mod calibration;
pub mod curves;
pub mod dataset;
pub mod evaluation;
pub mod learner;
pub mod recipe;
pub mod teacher;
