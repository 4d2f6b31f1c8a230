//! Nothing but dependencies; see this package's `Cargo.toml`.
