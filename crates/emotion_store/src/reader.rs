//! Reads a recording block by block: hours of it take no more memory than a second.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use super::format::{Damage, MAX_SECTION, RecordingError, Unread, header, is_cut_off, is_marker};
use super::format::{ReadChannel, Section, section};
use super::{Moment, RecordingInfo};

/// How much is asked of the file at once.
const CHUNK: usize = 64 * 1024;

/// Reads the moments of a recording in the order of its blocks, which is the order of time within a
/// channel. [`Recording::load`](super::Recording::load) reads all of it at once, and merges the channels.
pub struct RecordingReader<R: Read> {
    input: R,
    info: RecordingInfo,
    channels: Vec<ReadChannel>,
    /// What was read of the file and not yet used.
    rest: Vec<u8>,
    at_end: bool,
    length: Duration,
    damage: Damage,
    /// The file's own end was met.
    ended: bool,
}

impl RecordingReader<File> {
    /// Opens a recording.
    ///
    /// # Errors
    /// As [`RecordingReader::new`], and [`RecordingError::Unreadable`] if the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, RecordingError> {
        let file = File::open(path)
            .map_err(|error| RecordingError::Unreadable { path: path.to_owned(), error })?;
        Self::new(file).map_err(|error| match error {
            RecordingError::Interrupted { error } => {
                RecordingError::Unreadable { path: path.to_owned(), error }
            }
            error => error,
        })
    }
}

impl<R: Read> RecordingReader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// [`RecordingError`] if it is no recording, its format is newer, or its header is damaged.
    pub fn new(input: R) -> Result<Self, RecordingError> {
        let mut reader = Self {
            input,
            info: RecordingInfo::default(),
            channels: Vec::new(),
            rest: Vec::new(),
            at_end: false,
            length: Duration::ZERO,
            damage: Damage { cut_off: true, ..Damage::default() },
            ended: false,
        };
        loop {
            let has_more = reader.fill()?;
            if reader.rest.is_empty() {
                return Err(RecordingError::Empty);
            }
            match header(&reader.rest) {
                Ok((info, after)) => {
                    let used = reader.rest.len() - after.len();
                    reader.rest.drain(..used);
                    reader.channels = info.channels.iter().map(ReadChannel::new).collect();
                    reader.info = info;
                    return Ok(reader);
                }
                // The header may go on in the next chunk.
                Err(RecordingError::DamagedHeader { .. })
                    if has_more && reader.rest.len() < MAX_SECTION => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// Where it comes from, and its channels.
    pub const fn info(&self) -> &RecordingInfo {
        &self.info
    }

    /// The moments of the next block; `None` at the end of the recording.
    ///
    /// # Errors
    /// [`RecordingError::Interrupted`] if the file cannot be read further. Damage is no error:
    /// [`RecordingReader::damage`] counts it.
    pub fn next_block(&mut self) -> Result<Option<Vec<Moment>>, RecordingError> {
        while !self.ended {
            if self.rest.is_empty() && !self.fill()? {
                break;
            }
            match section(&self.rest, &mut self.channels) {
                Some((found, after)) => {
                    let used = self.rest.len() - after.len();
                    self.rest.drain(..used);
                    match found {
                        Section::Moments(moments) => {
                            self.length =
                                moments.last().map_or(self.length, |last| self.length.max(last.at));
                            return Ok(Some(moments));
                        }
                        Section::Unread => {}
                        Section::End(length) => {
                            self.length = self.length.max(length);
                            self.damage.cut_off = false;
                            self.ended = true;
                        }
                    }
                }
                None => self.more_or_skip()?,
            }
        }
        Ok(None)
    }

    /// The length of the recording as far as it was read.
    pub const fn length(&self) -> Duration {
        self.length
    }

    /// What is missing; complete only after the last block.
    pub fn damage(&self) -> Option<Damage> {
        (self.damage != Damage::default()).then_some(self.damage)
    }

    /// The channels whose data was left out so far.
    pub fn unread(&self) -> Vec<Unread> {
        self.channels.iter().filter_map(ReadChannel::unread).collect()
    }

    /// A section that is not whole: it goes on in the next chunk, or it is damaged.
    fn more_or_skip(&mut self) -> Result<(), RecordingError> {
        let is_short = is_cut_off(&self.rest) && self.rest.len() < MAX_SECTION;
        if is_short && self.fill()? {
            return Ok(());
        }
        let next = (1..self.rest.len()).find(|at| is_marker(&self.rest[*at..]));
        if next.is_none() && self.rest.len() < 4 * CHUNK && self.fill()? {
            return Ok(());
        }
        // A marker may begin in the last bytes, as long as more follow.
        let none = if self.at_end { self.rest.len() } else { self.rest.len().saturating_sub(3) };
        let skipped = next.unwrap_or(none);
        let is_last = next.is_none() && self.at_end;
        self.damage.skipped_bytes += if is_last && is_cut_off(&self.rest) { 0 } else { skipped };
        self.rest.drain(..skipped);
        Ok(())
    }

    /// Reads another chunk. `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, RecordingError> {
        let before = self.rest.len();
        self.rest.resize(before + CHUNK, 0);
        let read = loop {
            match self.input.read(&mut self.rest[before..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let count = *read.as_ref().unwrap_or(&0);
        self.rest.truncate(before + count);
        self.at_end = count == 0;
        match read {
            Ok(count) => Ok(count > 0),
            Err(error) => Err(RecordingError::Interrupted { error }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Recording, RecordingWriter, What};
    use super::*;
    use emotion_core::Analysis;

    /// A recording of `count` frames, ten a second.
    fn recording(count: u64) -> Vec<u8> {
        let info = RecordingInfo::now("test");
        let mut writer = RecordingWriter::new(Vec::new(), &info).unwrap();
        for sequence in 0..count {
            let analysis = Analysis { sequence, ..Analysis::default() };
            let what = What::Frame { frame_size: (4, 3), analysis };
            writer.push(&Moment::new(Duration::from_millis(100 * sequence), what)).unwrap();
        }
        writer.finish(Duration::from_millis(100 * count)).unwrap()
    }

    /// Gives a few bytes at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = buffer.len().min(7).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn moments(reader: &mut RecordingReader<Trickle>) -> Vec<Moment> {
        let mut all = Vec::new();
        while let Some(block) = reader.next_block().unwrap() {
            all.extend(block);
        }
        all
    }

    #[test]
    fn block_by_block_is_the_same_as_at_once() {
        let bytes = recording(200);
        let whole = Recording::from_bytes(&bytes).unwrap();
        let mut reader = RecordingReader::new(Trickle(&bytes)).unwrap();
        assert_eq!(moments(&mut reader), whole.moments);
        assert_eq!((reader.length(), reader.damage()), (whole.length, None));
    }

    #[test]
    fn damage_is_the_same_as_at_once() {
        let mut bytes = recording(200);
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x55;
        for end in [bytes.len(), bytes.len() - 40] {
            let whole = Recording::from_bytes(&bytes[..end]).unwrap();
            let mut reader = RecordingReader::new(Trickle(&bytes[..end])).unwrap();
            assert_eq!(moments(&mut reader), whole.moments);
            assert!(whole.damage.is_some_and(|damage| damage.skipped_bytes > 0));
            assert_eq!(reader.damage(), whole.damage);
        }
    }

    #[test]
    fn what_is_no_recording_is_refused() {
        let refused = |bytes: &[u8]| RecordingReader::new(Trickle(bytes)).err().unwrap();
        assert!(matches!(refused(b""), RecordingError::Empty));
        assert!(matches!(refused(b"a text"), RecordingError::NotARecording));
        assert!(matches!(refused(&recording(1)[..20]), RecordingError::DamagedHeader { .. }));
    }
}
