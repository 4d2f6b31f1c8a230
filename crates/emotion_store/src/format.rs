//! The layout of a recording's file.
//!
//! ```text
//! file    magic (8 bytes), version (u16), header, blocks, end
//! header  length (u32), JSON of RecordingInfo, checksum
//! block   FA CE B2 0C, length (u32), channel (u16) and about a second of its moments, checksum
//! end     FA CE E4 D0, length (u32), JSON { "length_ns": … }, checksum
//! ```
//!
//! Numbers are little-endian. A length counts the bytes between itself and the checksum, which is
//! the first four bytes of their SHA-256. Blocks do not depend on each other and are handed to the
//! system at least once a second of the recording, so a crash loses at most the last second, and a
//! damaged byte costs one block of one channel.
//!
//! The header declares the channels: an id, a kind, a label. Each block belongs to one channel. The
//! blocks of a channel are in order of time; readers merge the channels by time. A reader that does
//! not know a channel's kind skips its blocks, reads the others and reports what it skipped: new
//! kinds of data need no new version of the format.
//!
//! Version 1 had one channel of faces. Its header declares no channels, its blocks begin with
//! FA CE B1 0C and have no channel id, and nothing else differs. It is still read.
//!
//! Times are exact to the nanosecond. Boxes are rounded to 1/32 pixel, rolls to 1/2048 radian,
//! probabilities to 1/4096, presences to 1/255 and analysis times to the microsecond; numbers that
//! were read from a recording stay the same when they are written again. A face at 30 frames a second
//! takes about 60 kB a minute. A general serde format would not help: storing differences by track
//! makes the file small, blocks with checksums make it robust, and little is left for a general
//! format to do.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::block::{BlockWriter, read_block};
use super::{Channel, ChannelKind, Moment, Recording, RecordingInfo};

/// The first bytes of a file. As in PNG: a byte that is not ASCII, line ends that a transfer as text
/// would change, and the byte at which DOS stops printing a file.
const MAGIC: [u8; 8] = *b"\x89FACE\r\n\x1a";
/// The version of the layout.
const VERSION: u16 = 2;
const BLOCK: [u8; 4] = [0xFA, 0xCE, 0xB2, 0x0C];
/// A block of version 1: it has no channel id and belongs to channel 0.
const BLOCK_V1: [u8; 4] = [0xFA, 0xCE, 0xB1, 0x0C];
const END: [u8; 4] = [0xFA, 0xCE, 0xE4, 0xD0];
/// What sections begin with.
const MARKERS: [[u8; 4]; 3] = [BLOCK, BLOCK_V1, END];
/// Blocks are written after this much time of the recording, or once there are this many bytes.
const BLOCK_SPAN: Duration = Duration::from_secs(1);
const BLOCK_SIZE: usize = 64 * 1024;
/// No header or block is longer, unless its length is damaged.
pub(super) const MAX_SECTION: usize = 16 * 1024 * 1024;

/// The extension of recordings' file names, without the dot.
pub const EXTENSION: &str = "face";

#[derive(Serialize, Deserialize)]
struct End {
    length_ns: u64,
}

/// Why a recording cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be read at all.
    #[error("{} cannot be read: {error}; check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The file exists already; recordings are never overwritten.
    #[error("{} exists already and is not overwritten; choose another name or remove it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {error}; check the folder, its permissions and the free disk space", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// The system failed in the middle of the file.
    #[error("the recording cannot be read further: {error}; check the disk and read it again")]
    Interrupted {
        /// The system's error.
        error: io::Error,
    },
    /// The file has no bytes.
    #[error("the recording is an empty file; record it again")]
    Empty,
    /// The file begins differently from a recording.
    #[error("this file is no recording; choose one that was written by a recorder (*.{EXTENSION})")]
    NotARecording,
    /// A newer version of the crate wrote it.
    #[error(
        "the recording has format {found}, and this version of bevy_emotion reads formats up to \
         {VERSION}; use a newer version"
    )]
    NewerVersion {
        /// The version of its format.
        found: u16,
    },
    /// The header is damaged or cut off.
    #[error("the header of the recording is damaged ({reason}); copy the file or record it again")]
    DamagedHeader {
        /// What is wrong.
        reason: String,
    },
}

/// What is missing of a recording that could be read otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Damage {
    /// Damaged bytes that were left out.
    pub skipped_bytes: usize,
    /// The end is missing: the program that recorded stopped early, or the file was cut off.
    pub cut_off: bool,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.skipped_bytes, self.cut_off) {
            (0, false) => f.write_str("the recording is complete"),
            (0, true) => {
                f.write_str("the recording was cut off; everything up to that point is intact")
            }
            (bytes, false) => {
                write!(f, "{bytes} bytes of the recording are damaged and were left out")
            }
            (bytes, true) => {
                write!(
                    f,
                    "the recording was cut off, and {bytes} bytes are damaged and were left out"
                )
            }
        }
    }
}

/// Data of a channel that was left out because this version does not know the channel's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The channel, as declared in the file.
    pub channel: Channel,
    /// How many bytes of its data were left out.
    pub bytes: usize,
}

impl std::fmt::Display for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Channel { id, kind, .. } = &self.channel;
        write!(
            f,
            "channel {id} of the recording was left out ({} bytes): this version of bevy_emotion \
             does not know the kind {:?}; use a newer version to read it",
            self.bytes,
            kind.to_string()
        )
    }
}

/// Writes a recording while it happens.
///
/// The moments of each channel are in order of time. A channel may be behind another one.
pub struct RecordingWriter<W: Write> {
    out: W,
    channels: Vec<OpenChannel>,
    /// The latest time of all moments so far.
    latest: Duration,
    /// `latest` when the first of the moments came that are not yet written.
    pending_since: Duration,
    /// Bytes written so far.
    written: u64,
}

/// A channel that is being written.
struct OpenChannel {
    id: u16,
    kind: ChannelKind,
    /// What is not yet written.
    block: BlockWriter,
}

impl RecordingWriter<File> {
    /// Begins a recording in a new file.
    ///
    /// # Errors
    /// [`RecordingError::Exists`] if the file exists already, [`RecordingError::Unwritable`] if it
    /// cannot be written.
    pub fn create(path: &Path, info: &RecordingInfo) -> Result<Self, RecordingError> {
        File::create_new(path).and_then(|file| Self::new(file, info)).map_err(|error| {
            let path = path.to_owned();
            match error.kind() {
                ErrorKind::AlreadyExists => RecordingError::Exists { path },
                _ => RecordingError::Unwritable { path, error },
            }
        })
    }
}

impl<W: Write> RecordingWriter<W> {
    /// Begins a recording with the channels of `info`.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn new(out: W, info: &RecordingInfo) -> io::Result<Self> {
        let channels = info.channels.iter().map(|Channel { id, kind, .. }| OpenChannel {
            id: *id,
            kind: kind.clone(),
            block: BlockWriter::default(),
        });
        let mut writer = Self {
            out,
            channels: channels.collect(),
            latest: Duration::ZERO,
            pending_since: Duration::ZERO,
            written: 0,
        };
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&sealed(&serde_json::to_vec(info)?)?);
        writer.write(&header)?;
        writer.out.flush()?;
        Ok(writer)
    }

    /// Adds what happened. A time before the one of the channel's last moment is replaced by that.
    ///
    /// # Errors
    /// If `out` cannot be written. [`ErrorKind::InvalidInput`] if the channel was not declared, or
    /// is not one of faces; the recording then goes on without the moment.
    pub fn push(&mut self, moment: &Moment) -> io::Result<()> {
        let is_first = self.pending_bytes() == 0;
        self.block_of(moment.channel)?.push(moment);
        self.latest = self.latest.max(moment.at);
        if is_first {
            self.pending_since = self.latest;
        }
        // All channels at once: none of them may keep a moment for longer than the others.
        let span = self.latest.saturating_sub(self.pending_since);
        if span >= BLOCK_SPAN || self.pending_bytes() >= BLOCK_SIZE {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands everything so far to the system, where it is safe if this program crashes.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        let mut bytes = Vec::new();
        for channel in self.channels.iter_mut().filter(|channel| channel.block.len() > 0) {
            let mut payload = channel.id.to_le_bytes().to_vec();
            payload.append(&mut channel.block.take());
            bytes.extend_from_slice(&BLOCK);
            bytes.extend_from_slice(&sealed(&payload)?);
        }
        self.write(&bytes)?;
        self.out.flush()
    }

    /// Ends the recording; `length` is the time from its start to its end. Returns `out`.
    ///
    /// # Errors
    /// If `out` cannot be written.
    pub fn finish(mut self, length: Duration) -> io::Result<W> {
        self.flush()?;
        let length_ns = u64::try_from(length.as_nanos()).unwrap_or(u64::MAX);
        self.write(&END)?;
        self.write(&sealed(&serde_json::to_vec(&End { length_ns })?)?)?;
        self.out.flush()?;
        Ok(self.out)
    }

    /// Bytes written so far.
    pub fn written(&self) -> u64 {
        self.written
    }

    fn block_of(&mut self, channel: u16) -> io::Result<&mut BlockWriter> {
        let refused = |reason| Err(io::Error::new(ErrorKind::InvalidInput, reason));
        match self.channels.iter_mut().find(|open| open.id == channel) {
            Some(OpenChannel { kind: ChannelKind::Faces, block, .. }) => Ok(block),
            Some(OpenChannel { kind: ChannelKind::Other(kind), .. }) => refused(format!(
                "channel {channel} of the recording is of the kind {kind:?}, which this version of \
                 bevy_emotion cannot write; declare it as one of faces"
            )),
            None => refused(format!(
                "the recording has no channel {channel}; declare it in RecordingInfo::channels \
                 before the recording begins"
            )),
        }
    }

    fn pending_bytes(&self) -> usize {
        self.channels.iter().map(|channel| channel.block.len()).sum()
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// The payload between its length and its checksum.
fn sealed(payload: &[u8]) -> io::Result<Vec<u8>> {
    let length = u32::try_from(payload.len()).map_err(io::Error::other)?;
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend_from_slice(payload);
    bytes.extend_from_slice(&checksum(payload));
    Ok(bytes)
}

fn checksum(payload: &[u8]) -> [u8; 4] {
    let hash = Sha256::digest(payload);
    [hash[0], hash[1], hash[2], hash[3]]
}

/// A payload whose checksum is right, and the bytes after it.
fn unsealed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (payload, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    (*sum == checksum(payload)).then_some((payload, rest))
}

/// A whole recording as bytes.
pub(super) fn write(recording: &Recording) -> io::Result<Vec<u8>> {
    let mut writer = RecordingWriter::new(Vec::new(), &recording.info)?;
    recording.moments.iter().try_for_each(|moment| writer.push(moment))?;
    writer.finish(recording.length)
}

/// Reads what can be read.
pub(super) fn read(bytes: &[u8]) -> Result<Recording, RecordingError> {
    if bytes.is_empty() {
        return Err(RecordingError::Empty);
    }
    let (info, mut rest) = header(bytes)?;
    let mut channels: Vec<_> = info.channels.iter().map(ReadChannel::new).collect();
    let mut moments = Vec::new();
    let mut length = Duration::ZERO;
    let mut damage = Damage { cut_off: true, ..Damage::default() };
    while !rest.is_empty() {
        match section(rest, &mut channels) {
            Some((Section::Moments(block), after)) => {
                length = block.last().map_or(length, |moment| length.max(moment.at));
                moments.extend(block);
                rest = after;
            }
            Some((Section::Unread, after)) => rest = after,
            Some((Section::End(end), after)) => {
                length = length.max(end);
                damage.cut_off = false;
                damage.skipped_bytes += after.len();
                break;
            }
            None => {
                let next = (1..rest.len()).find(|at| is_marker(&rest[*at..])).unwrap_or(rest.len());
                // A section that a crash left unfinished is not damage: `cut_off` says it.
                let last = next == rest.len();
                damage.skipped_bytes += if last && is_cut_off(rest) { 0 } else { next };
                rest = &rest[next..];
            }
        }
    }
    // Stable: moments of a channel at the same time keep their order.
    moments.sort_by_key(|moment: &Moment| moment.at);
    let unread: Vec<_> = channels.iter().filter_map(ReadChannel::unread).collect();
    unread.iter().for_each(|unread| tracing::warn!("{unread}"));
    let damage = (damage != Damage::default()).then_some(damage);
    Ok(Recording { info, moments, length, damage, unread })
}

pub(super) fn header(bytes: &[u8]) -> Result<(RecordingInfo, &[u8]), RecordingError> {
    let damaged = |reason: &str| RecordingError::DamagedHeader { reason: reason.to_owned() };
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if !MAGIC.starts_with(start) {
        return Err(RecordingError::NotARecording);
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or_else(|| damaged("it is cut off"))?;
    let (version, rest) = rest.split_first_chunk().ok_or_else(|| damaged("it is cut off"))?;
    let version = u16::from_le_bytes(*version);
    if version > VERSION {
        return Err(RecordingError::NewerVersion { found: version });
    }
    let (info, rest) =
        unsealed(rest).ok_or_else(|| damaged("it is cut off or its checksum is wrong"))?;
    let info = serde_json::from_slice(info).map_err(|error| damaged(&error.to_string()))?;
    Ok((info, rest))
}

/// A channel that is being read.
pub(super) struct ReadChannel {
    channel: Channel,
    /// The time of its last moment so far.
    last: Duration,
    unread_bytes: usize,
}

impl ReadChannel {
    pub(super) fn new(channel: &Channel) -> Self {
        Self { channel: channel.clone(), last: Duration::ZERO, unread_bytes: 0 }
    }

    pub(super) fn unread(&self) -> Option<Unread> {
        let bytes = self.unread_bytes;
        (bytes > 0).then(|| Unread { channel: self.channel.clone(), bytes })
    }
}

pub(super) enum Section {
    Moments(Vec<Moment>),
    /// A block of a channel of an unknown kind.
    Unread,
    End(Duration),
}

/// The block or end that `bytes` begin with, and the bytes after it. `None` if it is damaged.
pub(super) fn section<'a>(
    bytes: &'a [u8],
    channels: &mut [ReadChannel],
) -> Option<(Section, &'a [u8])> {
    if let Some(rest) = bytes.strip_prefix(&END) {
        let (payload, rest) = unsealed(rest)?;
        let end: End = serde_json::from_slice(payload).ok()?;
        return Some((Section::End(Duration::from_nanos(end.length_ns)), rest));
    }
    let (id, payload, rest) = block(bytes)?;
    let channel = channels.iter_mut().find(|it| it.channel.id == id)?;
    if let ChannelKind::Other(_) = channel.channel.kind {
        channel.unread_bytes += payload.len();
        return Some((Section::Unread, rest));
    }
    let moments = read_block(payload, id)?;
    if moments.first().is_some_and(|moment| moment.at < channel.last) {
        return None;
    }
    channel.last = moments.last().map_or(channel.last, |moment| moment.at);
    Some((Section::Moments(moments), rest))
}

/// The channel and the payload of the block that `bytes` begin with, and the bytes after it.
fn block(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    if let Some(rest) = bytes.strip_prefix(&BLOCK_V1) {
        let (payload, rest) = unsealed(rest)?;
        return Some((0, payload, rest));
    }
    let (payload, rest) = unsealed(bytes.strip_prefix(&BLOCK)?)?;
    let (id, payload) = payload.split_first_chunk()?;
    Some((u16::from_le_bytes(*id), payload, rest))
}

pub(super) fn is_marker(bytes: &[u8]) -> bool {
    MARKERS.iter().any(|marker| bytes.starts_with(marker))
}

/// Whether `bytes` begin a section that goes on beyond them.
pub(super) fn is_cut_off(bytes: &[u8]) -> bool {
    let begins = MARKERS.iter().any(|marker| {
        let shorter = bytes.len().min(marker.len());
        bytes[..shorter] == marker[..shorter]
    });
    let length = bytes.get(4..).and_then(|rest| rest.first_chunk::<4>());
    let ends = length.map(|length| 12 + u64::from(u32::from_le_bytes(*length)));
    begins && ends.is_none_or(|ends| ends > bytes.len() as u64)
}

#[cfg(test)]
mod tests;
