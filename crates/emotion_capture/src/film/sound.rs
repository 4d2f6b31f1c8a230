//! The sound of a film, or a file of sound.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use emotion_core::{AudioChunk, AudioSource, Pacing, SessionTime};
use ffmpeg_next::format::sample::{Sample, Type};
use ffmpeg_next::util::error::EAGAIN;
use ffmpeg_next::{Dictionary, Error, Packet, Rational, codec, decoder, format, frame, media};

use super::decoding::known;
use super::prepare_ffmpeg;
use super::reader::{FilmFile, label_of};
use crate::CaptureError;
use crate::path::STANDARD_INPUT;

/// The sound of a film, or of a file that FFmpeg can read: WAV, FLAC, MP3, Ogg, Opus and many more.
///
/// All channels are mixed into one. Times count from the start of the picture where there is one, so that sound
/// and frames of a film are in step.
pub struct SoundFile {
    input: format::context::Input,
    decoder: decoder::Audio,
    decoded: frame::Audio,
    stream: usize,
    time_base: Rational,
    /// The time, in seconds of the file, that is time 0.
    zero: f64,
    drained: bool,
    label: String,
    path: PathBuf,
    duration: Option<Duration>,
    sequence: u64,
    /// When the next sample is expected, where a packet does not say.
    next: SessionTime,
    damaged: u64,
    finished: bool,
    _file: FilmFile,
}

impl SoundFile {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// [`CaptureError`] where it cannot be read, or there is no sound in it.
    pub fn open(path: &Path) -> Result<Self, CaptureError> {
        check(path)?;
        let file = FilmFile::new(path)?;
        let url = file.url().to_owned();
        Self::open_url(path, file, &url, label_of(path))
    }

    /// Opens a file within an archive that does not compress it, such as tar: the bytes of a range.
    ///
    /// # Errors
    /// [`CaptureError`] where it cannot be read, or there is no sound in it.
    pub fn open_part(path: &Path, bytes: Range<u64>, label: &str) -> Result<Self, CaptureError> {
        check(path)?;
        let file = FilmFile::new(path)?;
        let Range { start, end } = bytes;
        let url = format!("subfile,,start,{start},end,{end},,:{}", file.url());
        Self::open_url(path, file, &url, label.to_owned())
    }

    fn open_url(
        path: &Path,
        file: FilmFile,
        url: &str,
        label: String,
    ) -> Result<Self, CaptureError> {
        prepare_ffmpeg();
        let no_sound = |reason: String| CaptureError::NoSound { path: path.to_owned(), reason };
        let input = format::input_with_dictionary(url, Dictionary::new()).map_err(|error| {
            no_sound(format!("unknown format, or a damaged or missing header ({error})"))
        })?;
        let stream = input
            .streams()
            .best(media::Type::Audio)
            .ok_or_else(|| no_sound("there is no sound in it".to_owned()))?;
        let codec_name = stream.parameters().id().name();
        let unusable = |error: Error| {
            no_sound(format!("this system's FFmpeg cannot decode its {codec_name} ({error})"))
        };
        let context =
            codec::context::Context::from_parameters(stream.parameters()).map_err(unusable)?;
        let decoder = context.decoder().audio().map_err(unusable)?;
        let start = |stream: &format::stream::Stream<'_>| {
            known(stream.start_time()).map(|time| time as f64 * f64::from(stream.time_base()))
        };
        let picture = input.streams().best(media::Type::Video).and_then(|stream| start(&stream));
        let seconds = known(stream.duration())
            .map(|duration| duration as f64 * f64::from(stream.time_base()))
            .or_else(|| {
                let whole = f64::from(ffmpeg_next::ffi::AV_TIME_BASE);
                known(input.duration()).map(|duration| duration as f64 / whole)
            });
        Ok(Self {
            zero: picture.or_else(|| start(&stream)).unwrap_or_default(),
            stream: stream.index(),
            time_base: stream.time_base(),
            duration: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            decoder,
            decoded: frame::Audio::empty(),
            input,
            drained: false,
            label,
            path: path.to_owned(),
            sequence: 0,
            next: SessionTime::ZERO,
            damaged: 0,
            finished: false,
            _file: file,
        })
    }

    /// Whether there is a film to it; the cover of a record is none.
    pub fn has_picture(&self) -> bool {
        let is_cover = |stream: &format::stream::Stream<'_>| {
            stream.disposition().contains(format::stream::Disposition::ATTACHED_PIC)
        };
        self.input
            .streams()
            .any(|stream| stream.parameters().medium() == media::Type::Video && !is_cover(&stream))
    }

    /// Packets that could not be decoded so far.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    fn read_packet(&mut self) -> Result<(), CaptureError> {
        let mut packet = Packet::empty();
        match packet.read(&mut self.input) {
            Ok(()) if packet.stream() != self.stream => Ok(()),
            Ok(()) => {
                if self.decoder.send_packet(&packet).is_err() {
                    self.damaged += 1;
                }
                Ok(())
            }
            // A file that is cut off ends in an error: what was read of it is still heard.
            Err(_) => {
                self.drained = true;
                self.decoder.send_eof().map_err(|error| self.failed(&error.to_string()))
            }
        }
    }

    fn failed(&self, reason: &str) -> CaptureError {
        CaptureError::Library { label: self.label.clone(), reason: reason.to_owned() }
    }

    fn chunk(&mut self) -> Result<AudioChunk, CaptureError> {
        let channels = self.decoded.channels();
        let bad = |error| CaptureError::Sound { label: self.label.clone(), error };
        if channels == 0 {
            return Err(bad(emotion_core::AudioError::NoChannels));
        }
        let samples = mixed(&self.decoded)
            .ok_or_else(|| self.failed("its samples are of an unknown kind"))?;
        let time = self.decoded.timestamp().map(|timestamp| {
            let seconds = timestamp as f64 * f64::from(self.time_base) - self.zero;
            SessionTime(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
        });
        let time = time.unwrap_or(self.next);
        let chunk =
            AudioChunk::new(samples, self.decoded.rate(), self.sequence, time).map_err(bad)?;
        self.sequence += 1;
        self.next = chunk.time() + chunk.duration();
        Ok(chunk)
    }

    /// The end: an error once where it came long before the end that the header promises.
    fn end(&mut self) -> Result<Option<AudioChunk>, CaptureError> {
        self.finished = true;
        if self.damaged > 0 {
            tracing::warn!("{}: {} damaged parts were passed over", self.label, self.damaged);
        }
        let read = self.next.as_secs_f64();
        if self.sequence == 0 {
            let reason = "nothing of its sound can be decoded".to_owned();
            return Err(CaptureError::NoSound { path: self.path.clone(), reason });
        }
        match self.duration.map(|duration| duration.as_secs_f64()) {
            Some(expected) if read < expected * 0.9 && read + 1.0 < expected => {
                let path = self.path.clone();
                Err(CaptureError::SoundTruncated { path, read, expected })
            }
            _ => Ok(None),
        }
    }
}

impl AudioSource for SoundFile {
    fn label(&self) -> String {
        self.label.clone()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Timed
    }

    fn next_chunk(&mut self) -> Result<Option<AudioChunk>, CaptureError> {
        while !self.finished {
            match self.decoder.receive_frame(&mut self.decoded) {
                Ok(()) => {
                    return self.chunk().map(Some).inspect_err(|_| self.finished = true);
                }
                Err(Error::Other { errno: EAGAIN }) if !self.drained => {
                    self.read_packet().inspect_err(|_| self.finished = true)?;
                }
                Err(Error::Eof | Error::Other { errno: EAGAIN }) => return self.end(),
                Err(_) => self.damaged += 1,
            }
        }
        Ok(None)
    }

    fn duration(&self) -> Option<Duration> {
        self.duration
    }
}

/// What is certainly no sound, before FFmpeg is asked.
fn check(path: &Path) -> Result<(), CaptureError> {
    if path == Path::new(STANDARD_INPUT) {
        return Ok(());
    }
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => {
            let reason = "it is a folder".to_owned();
            Err(CaptureError::NoSound { path: path.to_owned(), reason })
        }
        Ok(metadata) if metadata.is_file() && metadata.len() == 0 => {
            Err(CaptureError::EmptyFile { path: path.to_owned() })
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(CaptureError::NotFound { path: path.to_owned() })
        }
        Err(error) => Err(CaptureError::Unreadable { path: path.to_owned(), error }),
    }
}

/// The mean of all channels, from -1 to 1.
fn mixed(frame: &frame::Audio) -> Option<Vec<f32>> {
    const WORD: f32 = (1_u32 << 31) as f32;
    match frame.format() {
        Sample::U8(kind) => Some(mix::<u8>(frame, kind, |x| (f32::from(x) - 128.0) / 128.0)),
        Sample::I16(kind) => Some(mix::<i16>(frame, kind, |x| f32::from(x) / 32_768.0)),
        Sample::I32(kind) => Some(mix::<i32>(frame, kind, |x| x as f32 / WORD)),
        Sample::F32(kind) => Some(mix::<f32>(frame, kind, |x| x)),
        Sample::F64(kind) => Some(mix::<f64>(frame, kind, |x| x as f32)),
        Sample::I64(_) | Sample::None => None,
    }
}

fn mix<T: frame::audio::Sample + Copy>(
    frame: &frame::Audio,
    kind: Type,
    to_float: impl Fn(T) -> f32,
) -> Vec<f32> {
    let channels = usize::from(frame.channels());
    let scale = 1.0 / channels as f32;
    let mut sums = vec![0.0; frame.samples()];
    match kind {
        Type::Planar => {
            for channel in 0..channels {
                let values = frame.plane::<T>(channel);
                sums.iter_mut().zip(values).for_each(|(sum, x)| *sum += to_float(*x) * scale);
            }
        }
        Type::Packed => {
            for (sum, values) in sums.iter_mut().zip(frame.plane::<T>(0).chunks_exact(channels)) {
                *sum = values.iter().map(|x| to_float(*x)).sum::<f32>() * scale;
            }
        }
    }
    sums
}
