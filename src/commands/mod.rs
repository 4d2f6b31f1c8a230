//! One file for each subcommand: its arguments as `XArgs`, and `run`.

pub mod analyze;
#[cfg(feature = "train")]
pub mod evaluate;
#[cfg(feature = "train")]
pub mod train;
