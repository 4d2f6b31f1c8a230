//! A file or stream that FFmpeg has opened, decoded picture by picture.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use emotion_core::FrameError;
use ffmpeg_next::codec::threading;
use ffmpeg_next::format::context::Input;
use ffmpeg_next::format::stream::{Disposition, Stream};
use ffmpeg_next::util::error::EAGAIN;
use ffmpeg_next::{Dictionary, Error, Packet, Rational, codec, decoder, format, frame, media};
use image::RgbImage;

use super::convert::{ConvertError, Converter};
use super::prepare_ffmpeg;

/// Threads that decode a film at most: a decoder keeps the pictures of each in memory.
const MOST_THREADS: usize = 4;

/// An open file or stream.
pub(super) struct Decoding {
    input: Input,
    decoder: decoder::Video,
    converter: Converter,
    stream: usize,
    time_base: Rational,
    /// The timestamp that is time 0.
    start: Option<i64>,
    decoded: frame::Video,
    /// Whether all packets are read.
    drained: bool,
    patience: Option<Patience>,
    /// Packets that could not be decoded.
    damaged: u64,
    pub(super) facts: Facts,
}

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Facts {
    /// Frames a second.
    pub(super) frame_rate: Option<f64>,
    /// How many frames will be shown; live streams do not know.
    pub(super) frames: Option<u64>,
    /// Whether frames come as they happen.
    pub(super) is_live: bool,
    /// Whether timestamps are real, not counted at a claimed rate.
    pub(super) has_times: bool,
}

/// A decoded picture.
pub(super) struct Decoded {
    pub(super) picture: RgbImage,
    /// Time since the start, by the file; `None` where it has no timestamps.
    pub(super) time: Option<Duration>,
}

/// Why there is no next picture.
#[derive(Debug, thiserror::Error)]
pub(super) enum DecodeError {
    #[error(transparent)]
    Size(#[from] FrameError),
    #[error("{0}")]
    Library(Error),
}

/// Why a file or stream cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("unknown format, or a damaged or missing header ({0}); convert it to MP4")]
    Unknown(Error),
    #[error("it is a sound file: there is no film in it")]
    Sound,
    #[error("it is a sound file; its cover is no film")]
    Cover,
    #[error("there is no film in it")]
    Nothing,
    #[error("this system's FFmpeg cannot decode its {codec} ({error}); convert it to H.264")]
    Codec { codec: String, error: Error },
}

/// How long FFmpeg may be busy with one call.
#[derive(Clone)]
pub(super) struct Patience {
    limit: Duration,
    since: Arc<Mutex<Instant>>,
}

impl Patience {
    pub(super) fn new(limit: Duration) -> Self {
        Self { limit, since: Arc::new(Mutex::new(Instant::now())) }
    }

    fn begin(&self) {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn is_over(&self) -> bool {
        self.since.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > self.limit
    }
}

impl Decoding {
    /// Opens what FFmpeg calls `url`. With patience, a call that takes longer is broken off.
    pub(super) fn open(
        url: &str,
        options: Dictionary,
        patience: Option<Patience>,
    ) -> Result<Self, OpenError> {
        prepare_ffmpeg();
        let input = match &patience {
            None => format::input_with_dictionary(url, options),
            Some(patience) => {
                let watched = patience.clone();
                watched.begin();
                let is_over = move || watched.is_over();
                format::input_with_interrupt_and_dictionary(url, is_over, options)
            }
        };
        let input = input.map_err(OpenError::Unknown)?;
        let stream = film_stream(&input)?;
        let facts = Facts::of(&input, &stream);
        let codec = stream.parameters().id();
        let unusable = |error| OpenError::Codec { codec: codec.name().to_owned(), error };
        let mut context =
            codec::context::Context::from_parameters(stream.parameters()).map_err(unusable)?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // Decoding several frames at once is faster, and gives each of them later.
        let kind = if facts.is_live { threading::Type::Slice } else { threading::Type::Frame };
        context.set_threading(threading::Config {
            count: cores.min(MOST_THREADS),
            ..threading::Config::kind(kind)
        });
        Ok(Self {
            decoder: context.decoder().video().map_err(unusable)?,
            converter: Converter::new(&stream),
            stream: stream.index(),
            time_base: stream.time_base(),
            start: known(stream.start_time()),
            input,
            decoded: frame::Video::empty(),
            drained: false,
            patience,
            damaged: 0,
            facts,
        })
    }

    /// The next picture; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Decoded>, DecodeError> {
        loop {
            match self.decoder.receive_frame(&mut self.decoded) {
                Ok(()) => {
                    let picture = self.converter.convert(&self.decoded).map_err(|e| match e {
                        ConvertError::Size(error) => DecodeError::Size(error),
                        ConvertError::Library(error) => DecodeError::Library(error),
                    })?;
                    return Ok(Some(Decoded { picture, time: self.time() }));
                }
                Err(Error::Eof) => return Ok(None),
                Err(Error::Other { errno: EAGAIN }) if !self.drained => self.read_packet()?,
                Err(Error::Other { errno: EAGAIN }) => return Ok(None),
                Err(_) => self.damaged += 1,
            }
        }
    }

    /// Packets that could not be decoded so far.
    pub(super) fn damaged(&self) -> u64 {
        self.damaged
    }

    /// Hands the next packet of the film to the decoder.
    fn read_packet(&mut self) -> Result<(), DecodeError> {
        if let Some(patience) = &self.patience {
            patience.begin();
        }
        let mut packet = Packet::empty();
        match packet.read(&mut self.input) {
            Ok(()) if packet.stream() != self.stream => Ok(()),
            Ok(()) => {
                if self.decoder.send_packet(&packet).is_err() {
                    self.damaged += 1;
                }
                Ok(())
            }
            // A file that is cut off ends in an error: what was read of it is still shown.
            Err(error) if error == Error::Eof || self.patience.is_none() => {
                self.drained = true;
                self.decoder.send_eof().map_err(DecodeError::Library)
            }
            Err(error) => Err(DecodeError::Library(error)),
        }
    }

    fn time(&mut self) -> Option<Duration> {
        let timestamp = self.decoded.timestamp()?;
        let start = *self.start.get_or_insert(timestamp);
        let seconds = (timestamp - start) as f64 * f64::from(self.time_base);
        Some(Duration::from_secs_f64(seconds.clamp(0.0, 1e9)))
    }
}

/// The stream that is the film: covers of sound files are none.
fn film_stream(input: &Input) -> Result<Stream<'_>, OpenError> {
    let is_cover = |stream: &Stream| stream.disposition().contains(Disposition::ATTACHED_PIC);
    let is_film = |stream: &Stream| stream.parameters().medium() == media::Type::Video;
    let best = input.streams().best(media::Type::Video).filter(|best| !is_cover(best));
    if let Some(film) =
        best.or_else(|| input.streams().find(|stream| is_film(stream) && !is_cover(stream)))
    {
        return Ok(film);
    }
    let has_sound =
        input.streams().any(|stream| stream.parameters().medium() == media::Type::Audio);
    let has_cover = input.streams().any(|stream| is_cover(&stream));
    Err(match (has_sound, has_cover) {
        (true, true) => OpenError::Cover,
        (true, false) => OpenError::Sound,
        (false, _) => OpenError::Nothing,
    })
}

impl Facts {
    fn of(input: &Input, stream: &Stream) -> Self {
        let rate = |rate: Rational| {
            let rate = f64::from(rate);
            (rate.is_finite() && (0.01..=1000.0).contains(&rate)).then_some(rate)
        };
        let frame_rate = rate(stream.avg_frame_rate()).or_else(|| rate(stream.rate()));
        let duration = known(stream.duration())
            .map(|duration| duration as f64 * f64::from(stream.time_base()))
            .or_else(|| {
                let whole = f64::from(ffmpeg_next::ffi::AV_TIME_BASE);
                known(input.duration()).map(|duration| duration as f64 / whole)
            })
            .filter(|duration| *duration > 0.0);
        let by_duration =
            duration.zip(frame_rate).map(|(duration, rate)| (duration * rate).round() as u64);
        let in_header = u64::try_from(stream.frames()).ok().filter(|count| *count > 0);
        let format = input.format().name().to_owned();
        let frames = match (in_header, by_duration) {
            // An edit list, which MP4 and its relatives have, hides frames that the header counts.
            (Some(count), Some(shown)) if format.contains("mp4") => Some(count.min(shown.max(1))),
            // Elsewhere FFmpeg corrects the length of what is cut off, and nobody would notice.
            (count, shown) => count.or(shown),
        };
        Self {
            frame_rate,
            frames: frames.filter(|count| (1..1_000_000_000).contains(count)),
            // HLS comes in pieces of several seconds.
            is_live: duration.is_none() && format != "hls",
            has_times: format != "mpjpeg",
        }
    }
}

/// A timestamp or length that the file gives.
pub(super) fn known(value: i64) -> Option<i64> {
    (value != ffmpeg_next::ffi::AV_NOPTS_VALUE).then_some(value)
}
