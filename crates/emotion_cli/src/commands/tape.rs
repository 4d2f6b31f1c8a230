//! Records the readings of `emotion analyze` for replay.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use emotion_core::Analysis;
use emotion_store::{Moment, RecordingError, RecordingInfo, RecordingWriter, What};

/// A recording of all inputs, one after the other.
pub struct Tape {
    path: PathBuf,
    info: RecordingInfo,
    /// Created with the first frame.
    writer: Option<RecordingWriter<File>>,
    /// Where the current input begins in the recording.
    start: Duration,
    /// Where the recording ends so far.
    end: Duration,
    /// The time of the current input's first frame.
    first: Option<Duration>,
}

impl Tape {
    /// A recording; its file is created with the first frame.
    ///
    /// # Errors
    /// When there is already a file at `path`.
    pub fn new(path: &Path, source: String, model: String) -> anyhow::Result<Self> {
        if path.exists() {
            return Err(RecordingError::Exists { path: path.to_owned() }.into());
        }
        Ok(Self {
            path: path.to_owned(),
            info: RecordingInfo { model: Some(model), ..RecordingInfo::now(source) },
            writer: None,
            start: Duration::ZERO,
            end: Duration::ZERO,
            first: None,
        })
    }

    /// Begins the next input.
    pub fn begin_input(&mut self) {
        self.start = self.end;
        self.first = None;
    }

    /// Adds the analysis of a frame of this size that lasts for `interval`.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(
        &mut self,
        frame_size: (u32, u32),
        analysis: &Analysis,
        interval: Duration,
    ) -> anyhow::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                self.info.frame_size = Some(frame_size);
                none.insert(RecordingWriter::create(&self.path, &self.info)?)
            }
        };
        let is_first = self.first.is_none();
        let first = *self.first.get_or_insert(analysis.time);
        let at = self.start + analysis.time.saturating_sub(first);
        let mut write = |what| {
            writer
                .push(&Moment::new(at, what))
                .with_context(|| format!("cannot write {}; is the disk full?", self.path.display()))
        };
        if is_first && !self.start.is_zero() {
            write(What::NewSource)?;
        }
        write(What::Frame { frame_size, analysis: analysis.clone() })?;
        self.end = at + interval;
        Ok(())
    }

    /// Ends the recording.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(self) -> anyhow::Result<()> {
        let Some(writer) = self.writer else { return Ok(()) };
        writer
            .finish(self.end)
            .with_context(|| format!("cannot write {}; is the disk full?", self.path.display()))?;
        Ok(())
    }
}
