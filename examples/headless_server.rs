//! A service without Bevy and without a screen: events as JSON lines, for another program to read.
//! `cargo run --release --example headless_server -- rtsp://host/door`
//!
//! Any number of sources may be named: `camera:0`, files, streams. Without one it is the puppet. The
//! plugin hears the same events from the same parts; see `docs/architecture.md`.

use std::error::Error;
use std::io::Write;

use bevy_emotion::EventKind;
use bevy_emotion::capture::{OpenOptions, SourceSpec};
use bevy_emotion::session::{Session, StreamConfig};

#[path = "support/mod.rs"]
mod support;

fn main() -> Result<(), Box<dyn Error>> {
    let mut sources: Vec<SourceSpec> =
        std::env::args().skip(1).map(|source| source.parse()).collect::<Result<_, _>>()?;
    if sources.is_empty() {
        sources.push(SourceSpec::Puppet);
    }

    let session = Session::start(Default::default())?;
    let events = session.subscribe();
    for source in sources {
        session.open(source, OpenOptions::default(), StreamConfig::default())?;
    }
    // A test reads that many events and ends; a service goes on for ever.
    let count = support::updates().unwrap_or(usize::MAX);
    let mut out = std::io::stdout().lock();
    for event in events.iter().take(count) {
        // What changes; the readings of every frame would be hundreds of lines a second.
        if !matches!(event.kind, EventKind::FrameAnalyzed { .. } | EventKind::FaceRead { .. }) {
            serde_json::to_writer(&mut out, &event)?;
            writeln!(out)?;
        }
    }
    Ok(())
}
