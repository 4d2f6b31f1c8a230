//! One file for each subcommand: its arguments as `XArgs`, and `run`.

pub mod analyze;
