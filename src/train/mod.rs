//! Data sets, training and evaluation of the models.

pub mod augment;
pub mod calibration;
pub mod curves;
pub mod dataset;
pub mod disturb;
pub mod evaluation;
pub mod learner;
pub mod picture;
pub mod plots;
pub mod recipe;
pub mod teacher;
