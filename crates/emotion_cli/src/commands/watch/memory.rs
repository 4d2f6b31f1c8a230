//! What was learnt, in a file.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use emotion_watch::Watch;

/// A crash costs what was learnt in this time at most.
const EVERY: Duration = Duration::from_hours(1);

/// The file that keeps what is usual.
pub struct Memory {
    path: PathBuf,
    kept: Instant,
}

impl Memory {
    /// Goes on from a file, if it is there.
    ///
    /// # Errors
    /// When it cannot be read, or is none of these files.
    pub fn load(path: &Path, watch: &mut Watch) -> anyhow::Result<Self> {
        match fs::read(path) {
            Ok(bytes) => watch.restore(serde_json::from_slice(&bytes).with_context(|| {
                format!("{} has nothing that a watch learnt; name another file", path.display())
            })?),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        }
        Ok(Self { path: path.to_owned(), kept: Instant::now() })
    }

    /// Writes the file once an hour. A failure is said, and it is tried again in an hour.
    pub fn keep_sometimes(&mut self, watch: &Watch) {
        if self.kept.elapsed() >= EVERY {
            self.kept = Instant::now();
            if let Err(error) = self.keep(watch) {
                eprintln!("{error:#}");
            }
        }
    }

    /// Writes the file; the one of before stays until the new one is whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, watch: &Watch) -> anyhow::Result<()> {
        let mut partial = self.path.clone().into_os_string();
        partial.push(".partial");
        let bytes = serde_json::to_vec(&watch.learnt())?;
        fs::write(&partial, bytes)
            .and_then(|()| fs::rename(&partial, &self.path))
            .with_context(|| format!("cannot keep what was learnt in {}", self.path.display()))
    }
}
