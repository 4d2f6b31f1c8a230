//! One file for each subcommand: its arguments as `XArgs`, and `run`.

pub mod analyze;
pub mod cameras;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod train;
