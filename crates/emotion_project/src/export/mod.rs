//! Tables and files for other programs.

mod table;

pub use table::seconds_csv;
