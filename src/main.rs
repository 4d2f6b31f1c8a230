//! The `emotion` command.
fn main() {}
