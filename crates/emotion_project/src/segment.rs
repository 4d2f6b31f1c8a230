//! A minute of a session's readings: a recording of its own, encrypted where the project is.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use emotion_store::{Moment, RecordingInfo, RecordingWriter};
use sha2::{Digest, Sha256};

use crate::ProjectError;
use crate::audit::hex;
use crate::seal::{Identity, Recipient, SealedFile, seal, unseal};

/// How much of a session a segment holds, in seconds: what a crash costs a live session at most.
pub const SECONDS: u64 = 60;

/// A segment that is being written. Until it is finished it has a name that ends in `.part`.
pub struct SegmentWriter {
    path: PathBuf,
    part: PathBuf,
    writer: RecordingWriter<Output>,
}

/// A finished segment.
pub struct Finished {
    /// Its name in `raw/`.
    pub file: String,
    /// What `sha256sum` says of it.
    pub sha256: String,
}

enum Output {
    Plain(File),
    Sealed(SealedFile),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Sealed(sealed) => sealed.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Sealed(sealed) => sealed.flush(),
        }
    }
}

/// What names of a session's segments begin with.
pub fn prefix(session: i64) -> String {
    format!("S{session:04}-")
}

impl SegmentWriter {
    /// Begins a segment in a project's folder.
    pub fn begin(
        folder: &Path,
        (session, number): (i64, u64),
        key: Option<&Recipient>,
        model: Option<&str>,
    ) -> Result<Self, ProjectError> {
        let name = format!("{}{number:05}.face", prefix(session));
        let name = if key.is_some() { format!("{name}.age") } else { name };
        let path = folder.join("raw").join(name);
        let part = path.with_extension("part");
        let info = RecordingInfo {
            model: model.map(str::to_owned),
            started_at: 0,
            ..RecordingInfo::now(format!("session {session}"))
        };
        let open = || {
            let file = File::create(&part)?;
            let output = match key {
                None => Output::Plain(file),
                Some(key) => Output::Sealed(seal(file, key)?),
            };
            RecordingWriter::new(output, &info)
        };
        let writer = open().map_err(ProjectError::at(&part))?;
        Ok(Self { path, part, writer })
    }

    /// Adds what happened.
    pub fn push(&mut self, moment: &Moment) -> Result<(), ProjectError> {
        self.writer.push(moment).map_err(ProjectError::at(&self.part))
    }

    /// Ends the segment, and waits until it is on the disk.
    pub fn finish(self, length: Duration) -> Result<Finished, ProjectError> {
        let Self { path, part, writer } = self;
        let end = || {
            let file = match writer.finish(length)? {
                Output::Plain(file) => file,
                Output::Sealed(sealed) => sealed.finish()?,
            };
            file.sync_all()?;
            let sha256 = hex(&Sha256::digest(fs::read(&part)?));
            fs::rename(&part, &path)?;
            #[cfg(unix)]
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
            Ok(sha256)
        };
        let sha256 = end().map_err(ProjectError::at(&part))?;
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Finished { file, sha256 })
    }
}

/// The bytes of a segment's recording, decrypted.
pub fn read(path: &Path, key: Option<&Identity>) -> Result<Vec<u8>, ProjectError> {
    let bytes = fs::read(path).map_err(ProjectError::at(path))?;
    let Some(key) = key else { return Ok(bytes) };
    unseal(&bytes, key).map_err(|reason| ProjectError::Sealed { path: path.to_owned(), reason })
}

/// The moments of a segment.
#[cfg(test)]
pub fn moments(path: &Path, key: Option<&Identity>) -> Result<Vec<Moment>, ProjectError> {
    let bytes = read(path, key)?;
    Ok(emotion_store::Recording::from_bytes(&bytes)?.moments)
}
