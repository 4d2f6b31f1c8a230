//! The analyzer for browsers: frames in, the session's events out, as JSON.
//!
//! [`WebAnalyzer`] is plain Rust. On `wasm32` it is exported to JavaScript as `Analyzer`, through wasm-bindgen: Bevy needs
//! that tool on the web anyway, and Burn, Bevy and the clock of browsers are reached through it. `scripts/web` builds the
//! module, and `web/emotion` is the package around it: a worker that owns an analyzer.
//!
//! Nothing here starts a thread, opens a file or asks the network: model and cascades come as bytes.

mod analyzer;
#[cfg(target_arch = "wasm32")]
mod bindings;
mod pixels;

pub use analyzer::{Parts, StillFaces, WebAnalyzer, WebError};
pub use pixels::{Luma, PixelsError, from_luma, from_rgba};
