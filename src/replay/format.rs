//! How a recording lies in a file.
//!
//! ```text
//! file    magic (8 bytes), version (u16), header, blocks, end
//! header  length (u32), JSON of RecordingInfo, checksum
//! block   FA CE B1 0C, length (u32), about a second of moments, checksum
//! end     FA CE E4 D0, length (u32), JSON { "length_ns": … }, checksum
//! ```
//!
//! Numbers are little-endian; a checksum is the first four bytes of the SHA-256 of what it follows.
//! Each block stands for itself and is handed to the system when it is full: after a crash all but
//! the last second is there, and a damaged place costs no more than its block.
//!
//! Times are exact to the nanosecond. Boxes are rounded to 1/32 pixel, rolls to 1/2048 radian,
//! probabilities to 1/4096, presences to 1/255 and analysis times to the microsecond; a recording
//! that was read and is written again stays as it is. A face at 30 frames a second takes about
//! 60 kB a minute. Why not one of the formats that serde writes: deltas by track are what makes it
//! small, and blocks with checksums what makes it last; with both of these there is little left that
//! a general format would do.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::block::{BlockWriter, read_block};
use super::{Moment, Recording, RecordingInfo};

/// What files begin with. As in PNG, a byte that is no text, line ends that careless transfers
/// change, and one at which terminals stop.
const MAGIC: [u8; 8] = *b"\x89FACE\r\n\x1a";
/// The version of the layout.
const VERSION: u16 = 1;
const BLOCK: [u8; 4] = [0xFA, 0xCE, 0xB1, 0x0C];
const END: [u8; 4] = [0xFA, 0xCE, 0xE4, 0xD0];
/// A block ends after this time of the recording, or this many bytes.
const BLOCK_SPAN: Duration = Duration::from_secs(1);
const BLOCK_SIZE: usize = 64 * 1024;

/// The ending of recordings' names, without the dot.
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
        /// What the system says.
        error: io::Error,
    },
    /// There is a file of that name: nothing is overwritten.
    #[error("{} is there already and is not overwritten; name another file or remove it", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written: {error}; check the folder, its permissions and the disk's space", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// There are no bytes.
    #[error("the recording is empty: nothing was written to it; record it again")]
    Empty,
    /// It begins like something else.
    #[error("this is no recording of readings; `emotion demo --recording FILE.face` makes one")]
    NotARecording,
    /// A newer version of the crate wrote it.
    #[error(
        "the recording has the format {found}, and this version of bevy_emotion reads up to \
         {VERSION}; use a newer one"
    )]
    NewerVersion {
        /// Its format.
        found: u16,
    },
    /// Its first lines are damaged or cut off.
    #[error("the recording is damaged at its start ({reason}); copy or record it again")]
    DamagedHeader {
        /// What is wrong.
        reason: String,
    },
}

/// What could not be read of a recording; the rest could.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Damage {
    /// Bytes that make no sense and were left out.
    pub skipped_bytes: usize,
    /// The end is missing: the program that recorded stopped early, or the file was cut off.
    pub cut_off: bool,
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.skipped_bytes, self.cut_off) {
            (0, false) => f.write_str("the recording is whole"),
            (0, true) => f.write_str("the recording was cut off; all up to there is whole"),
            (bytes, false) => write!(f, "{bytes} bytes of the recording are damaged and left out"),
            (bytes, true) => {
                write!(f, "the recording was cut off, and {bytes} bytes are damaged and left out")
            }
        }
    }
}

/// Writes a recording as it happens.
pub struct RecordingWriter<W: Write> {
    out: W,
    block: BlockWriter,
    /// Bytes written so far.
    written: u64,
}

impl RecordingWriter<File> {
    /// Begins a recording in a new file.
    ///
    /// # Errors
    /// [`RecordingError::Exists`] when there is a file of that name, [`RecordingError::Unwritable`]
    /// when it cannot be written.
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
    /// Begins a recording.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn new(out: W, info: &RecordingInfo) -> io::Result<Self> {
        let mut writer = Self { out, block: BlockWriter::default(), written: 0 };
        let mut header = MAGIC.to_vec();
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&sealed(&serde_json::to_vec(info)?)?);
        writer.write(&header)?;
        writer.out.flush()?;
        Ok(writer)
    }

    /// Adds what happened. Times do not go back; one that does is taken for the one before.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn push(&mut self, moment: &Moment) -> io::Result<()> {
        self.block.push(moment);
        if self.block.span() >= BLOCK_SPAN || self.block.len() >= BLOCK_SIZE {
            self.flush()?;
        }
        Ok(())
    }

    /// Hands what there is to the system: whatever happens to this program, it stays.
    ///
    /// # Errors
    /// When `out` cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        if self.block.len() > 0 {
            let payload = self.block.take();
            self.write(&BLOCK)?;
            self.write(&sealed(&payload)?)?;
        }
        self.out.flush()
    }

    /// Ends the recording; `length` is the time from its start to its end. Gives `out` back.
    ///
    /// # Errors
    /// When `out` cannot be written.
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

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.written += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}

/// Length, payload, checksum.
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

/// A payload whose checksum fits, and the bytes after it.
fn unsealed(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    let (payload, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let (sum, rest) = rest.split_first_chunk::<4>()?;
    (*sum == checksum(payload)).then_some((payload, rest))
}

/// A whole recording as bytes.
pub(super) fn write(recording: &Recording) -> Vec<u8> {
    let write = || {
        let mut writer = RecordingWriter::new(Vec::new(), &recording.info)?;
        recording.moments.iter().try_for_each(|moment| writer.push(moment))?;
        writer.finish(recording.length)
    };
    // Memory takes everything; only a block of more than 4 GiB would not.
    write().unwrap_or_default()
}

/// Reads what can be read.
pub(super) fn read(bytes: &[u8]) -> Result<Recording, RecordingError> {
    if bytes.is_empty() {
        return Err(RecordingError::Empty);
    }
    let (info, mut rest) = header(bytes)?;
    let mut recording = Recording { info, ..Recording::default() };
    let mut damage = Damage { cut_off: true, ..Damage::default() };
    while !rest.is_empty() {
        match section(rest, recording.length) {
            Some((Section::Moments(moments), after)) => {
                recording.length = moments.last().map_or(recording.length, |moment| moment.at);
                recording.moments.extend(moments);
                rest = after;
            }
            Some((Section::End(length), after)) => {
                recording.length = recording.length.max(length);
                damage.cut_off = false;
                damage.skipped_bytes += after.len();
                break;
            }
            None => {
                let next = (1..rest.len()).find(|at| is_marker(&rest[*at..])).unwrap_or(rest.len());
                // What a crash left half written is no damage beyond being cut off.
                let last = next == rest.len();
                damage.skipped_bytes += if last && is_cut_off(rest) { 0 } else { next };
                rest = &rest[next..];
            }
        }
    }
    recording.damage = (damage != Damage::default()).then_some(damage);
    Ok(recording)
}

fn header(bytes: &[u8]) -> Result<(RecordingInfo, &[u8]), RecordingError> {
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
        unsealed(rest).ok_or_else(|| damaged("it is cut off or its checksum does not fit"))?;
    let info = serde_json::from_slice(info).map_err(|error| damaged(&error.to_string()))?;
    Ok((info, rest))
}

enum Section {
    Moments(Vec<Moment>),
    End(Duration),
}

/// The block or end that `bytes` begin with, and what follows; nothing in it is before `earliest`.
fn section(bytes: &[u8], earliest: Duration) -> Option<(Section, &[u8])> {
    if let Some(rest) = bytes.strip_prefix(&BLOCK) {
        let (payload, rest) = unsealed(rest)?;
        let moments = read_block(payload)?;
        let in_order = moments.first().is_none_or(|moment| moment.at >= earliest);
        return in_order.then_some((Section::Moments(moments), rest));
    }
    let (payload, rest) = unsealed(bytes.strip_prefix(&END)?)?;
    let end: End = serde_json::from_slice(payload).ok()?;
    Some((Section::End(Duration::from_nanos(end.length_ns)), rest))
}

fn is_marker(bytes: &[u8]) -> bool {
    bytes.starts_with(&BLOCK) || bytes.starts_with(&END)
}

/// Whether `bytes` begin a section that goes on beyond them.
fn is_cut_off(bytes: &[u8]) -> bool {
    let begins = [BLOCK, END].iter().any(|marker| {
        let shorter = bytes.len().min(marker.len());
        bytes[..shorter] == marker[..shorter]
    });
    let length = bytes.get(4..).and_then(|rest| rest.first_chunk::<4>());
    let ends = length.map(|length| 12 + u64::from(u32::from_le_bytes(*length)));
    begins && ends.is_none_or(|ends| ends > bytes.len() as u64)
}

#[cfg(test)]
mod tests {
    use std::f32::consts::TAU;

    use super::*;
    use crate::analyzer::Analysis;
    use crate::emotion::{Expression, Scores};
    use crate::frame::FrameRect;
    use crate::replay::What;
    use crate::track::Reading;

    /// A face that moves and changes as people do, with a detector's jitter.
    fn reading(track: u64, number: u64) -> Reading {
        let phase = number as f32 / 90.0 * TAU + track as f32;
        let jitter = ((number * 7919 + track * 104_729) % 13) as f32 / 13.0 - 0.5;
        let scores = |noise: f32| {
            let mut weights = [0.1; Expression::COUNT];
            weights[3] += 0.6 * (1.0 + phase.sin()) + noise;
            weights[6] += 0.5 * (1.0 - phase.sin());
            Scores::from_weights(weights).expect("usable weights")
        };
        let smoothed = scores(0.0);
        let (highest, confidence) = smoothed.highest();
        Reading {
            track,
            box_in_frame: FrameRect::square((320.0 + 80.0 * phase.sin(), 240.0 + jitter), 151.3),
            roll: 0.2 * phase.cos(),
            presence: 0.9 + 0.1 * jitter,
            scores: smoothed,
            raw_scores: scores(0.1 * (jitter + 0.5)),
            dominant: (confidence > 0.3).then_some(highest),
            confidence,
        }
    }

    fn session(frames: u64, faces: u64) -> Recording {
        let moments = (0..frames).map(|number| {
            // A camera does not keep to its rate exactly.
            let time = Duration::from_nanos(number * 33_366_700 + (number * 7919 % 1_000_003));
            let readings = (1..=faces).map(|track| reading(track, number)).collect();
            let detect_time = Duration::from_micros(3000 + number * 31 % 997);
            let classify_time = Duration::from_micros(2000 + number * 17 % 499);
            let sequence = 5 + number;
            let analysis =
                Analysis { sequence, time: time / 2, readings, detect_time, classify_time };
            Moment { at: time, what: What::Frame { frame_size: (640, 480), analysis } }
        });
        let mut moments: Vec<_> = moments.collect();
        if frames > 50 {
            let at = moments[40].at;
            moments.insert(41, Moment { at, what: What::NewSource });
            if let What::Frame { frame_size, .. } = &mut moments[50].what {
                *frame_size = (1280, 720);
            }
        }
        let length = moments.last().map_or(Duration::ZERO, |moment| moment.at) * 2;
        let info = RecordingInfo::now("a test");
        Recording { info, moments, length, damage: None }
    }

    fn is_near(a: &Reading, b: &Reading) -> bool {
        let near = |a: f32, b: f32, by: f32| (a - b).abs() <= by;
        let (p, q) = (&a.box_in_frame, &b.box_in_frame);
        let rect = [(p.x, q.x), (p.y, q.y), (p.width, q.width), (p.height, q.height)];
        rect.iter().all(|(a, b)| near(*a, *b, 0.5 / 32.0 + 1e-4))
            && near(a.roll, b.roll, 0.5 / 2048.0 + 1e-6)
            && near(a.presence, b.presence, 0.5 / 255.0 + 1e-6)
            && near(a.confidence, b.confidence, 1.0 / 4096.0)
            && a.scores.iter().zip(b.scores.iter()).all(|(a, b)| near(a.1, b.1, 1.0 / 4096.0))
            && a.raw_scores
                .iter()
                .zip(b.raw_scores.iter())
                .all(|(a, b)| near(a.1, b.1, 1.0 / 4096.0))
            && (a.track, a.dominant) == (b.track, b.dominant)
    }

    #[test]
    fn what_was_written_is_read() {
        let session = session(200, 2);
        let bytes = session.to_bytes();
        let read = Recording::from_bytes(&bytes).expect("a recording");
        assert_eq!((&read.info, read.length), (&session.info, session.length));
        assert_eq!((read.damage, read.moments.len()), (None, session.moments.len()));
        for (read, written) in read.moments.iter().zip(&session.moments) {
            assert_eq!(read.at, written.at, "times are exact");
            match (&read.what, &written.what) {
                (What::NewSource, What::NewSource) => {}
                (
                    What::Frame { frame_size, analysis },
                    What::Frame { frame_size: size, analysis: written },
                ) => {
                    assert_eq!(frame_size, size);
                    assert_eq!(
                        (analysis.sequence, analysis.time, analysis.detect_time),
                        (written.sequence, written.time, written.detect_time)
                    );
                    for (read, written) in analysis.readings.iter().zip(&written.readings) {
                        assert!(is_near(read, written), "{read:?} is not {written:?}");
                    }
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(read.to_bytes(), bytes, "rounding happens once");
    }

    #[test]
    fn a_minute_of_one_face_is_small() {
        let size = session(1800, 1).to_bytes().len();
        assert!(size < 100_000, "{size} bytes");
        assert!(size > 20_000, "{size} bytes: is it all there?");
    }

    #[test]
    fn odd_readings_are_kept() {
        let mut odd = reading(u64::MAX, 3);
        odd.box_in_frame = FrameRect::new(-10.5, 1e9, 3.0, f32::NAN);
        odd.dominant = None;
        odd.confidence = 0.25;
        odd.raw_scores = Scores::certain(Expression::Fear);
        let other = Reading { track: 1, scores: Scores::UNIFORM, ..odd.clone() };
        let analysis = Analysis {
            sequence: u64::MAX,
            time: Duration::from_secs(9999),
            readings: vec![odd, other],
            ..Analysis::default()
        };
        let frame = What::Frame { frame_size: (1, 16_384), analysis };
        let moments = vec![
            Moment { at: Duration::ZERO, what: frame.clone() },
            Moment { at: Duration::from_secs(100_000), what: frame },
        ];
        let recording = Recording { moments, ..Recording::default() };
        let read = Recording::from_bytes(&recording.to_bytes()).expect("a recording");
        let (_, analysis) = read.frames().nth(1).expect("a second frame");
        assert_eq!((analysis.sequence, analysis.time.as_secs()), (u64::MAX, 9999));
        assert_eq!(analysis.readings[0].track, u64::MAX);
        assert_eq!(analysis.readings[1].track, 1);
        assert_eq!(analysis.readings[0].confidence, 0.25);
        assert_eq!(analysis.readings[0].raw_scores, Scores::certain(Expression::Fear));
        assert_eq!(analysis.readings[0].box_in_frame.height, 0.0);
    }

    #[test]
    fn a_recording_that_is_cut_off_reads_up_to_there() {
        let session = session(150, 1);
        let bytes = session.to_bytes();
        let whole = Recording::from_bytes(&bytes).expect("a recording");
        let mut most = 0;
        for length in 0..bytes.len() {
            match Recording::from_bytes(&bytes[..length]) {
                Ok(read) => {
                    assert_eq!(read.damage, Some(Damage { skipped_bytes: 0, cut_off: true }));
                    assert_eq!(read.moments, whole.moments[..read.moments.len()]);
                    assert!(read.moments.len() >= most);
                    most = read.moments.len();
                }
                Err(RecordingError::Empty) => assert_eq!(length, 0),
                Err(RecordingError::DamagedHeader { .. }) => assert!(length < 300),
                Err(error) => panic!("{length} bytes: {error}"),
            }
        }
        assert_eq!(most, whole.moments.len());
    }

    #[test]
    fn a_damaged_place_costs_its_block() {
        let session = session(300, 1);
        let bytes = session.to_bytes();
        let whole = Recording::from_bytes(&bytes).expect("a recording");
        let start = bytes.windows(4).position(|window| window == BLOCK).expect("a block");
        for place in (start..bytes.len()).step_by(97) {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0x40;
            let read = Recording::from_bytes(&damaged).expect("most of it");
            assert!(read.damage.is_some(), "at {place}");
            let lost = whole.moments.len() - read.moments.len();
            assert!(lost <= 40, "{lost} moments are lost for a byte at {place}");
            assert!(read.moments.iter().all(|moment| whole.moments.contains(moment)));
        }
    }

    #[test]
    fn what_is_no_recording_is_refused_with_a_reason() {
        let refused = |bytes: &[u8]| Recording::from_bytes(bytes).expect_err("no recording");
        assert!(matches!(refused(b""), RecordingError::Empty));
        assert!(matches!(refused(b"\x89PNG\r\n\x1a\n"), RecordingError::NotARecording));
        assert!(matches!(refused(b"source,frame,time_s"), RecordingError::NotARecording));
        assert!(matches!(refused(&MAGIC), RecordingError::DamagedHeader { .. }));
        let mut newer = session(1, 1).to_bytes();
        newer[8] = 9;
        let error = refused(&newer);
        assert!(error.to_string().contains("format 9"), "{error}");
        let mut damaged = session(1, 1).to_bytes();
        damaged[20] ^= 1;
        assert!(matches!(refused(&damaged), RecordingError::DamagedHeader { .. }));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new.face");
        assert!(RecordingWriter::create(&path, &RecordingInfo::default()).is_ok());
        let again = RecordingWriter::create(&path, &RecordingInfo::default());
        assert!(matches!(again, Err(RecordingError::Exists { .. })));
        let missing = Recording::load("no/such/file.face").expect_err("no file");
        assert!(missing.to_string().contains("no/such/file.face"), "{missing}");
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm() {
        let bytes = session(40, 2).to_bytes();
        let start = bytes.windows(4).position(|window| window == BLOCK).expect("a block") + 8;
        // Checksums that fit, over blocks that make no sense.
        for place in start..start + 300 {
            let length = u32::from_le_bytes([
                bytes[start - 4],
                bytes[start - 3],
                bytes[start - 2],
                bytes[start - 1],
            ]) as usize;
            let mut payload = bytes[start..start + length].to_vec();
            let index = (place - start) % length;
            payload[index] = payload[index].wrapping_mul(31).wrapping_add(0x85);
            let mut damaged = bytes[..start - 4].to_vec();
            damaged.extend_from_slice(&sealed(&payload).expect("a small block"));
            damaged.extend_from_slice(&bytes[start + length + 4..]);
            let _ = Recording::from_bytes(&damaged);
        }
    }
}
