//! Microphones, through the system's sound (cpal).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{FromSample, SampleFormat, SizedSample, StreamError};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use emotion_core::{AudioChunk, AudioSource, Pacing, SessionTime};

use crate::CaptureError;

/// Pieces of sound that wait to be taken: some seconds, however slow the listener is.
const WAITING: usize = 256;

/// A microphone as the system lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MicrophoneInfo {
    /// The system's own name for it, which [`Microphone::open`] takes.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Whether it is what the system takes by default.
    pub is_default: bool,
    /// Samples a second and channels, as it gives them by default.
    pub format: Option<(u32, u16)>,
    /// Why it cannot be used, if it cannot.
    pub problem: Option<String>,
}

/// The microphones that the system lists.
///
/// # Errors
/// [`CaptureError`] when the system cannot be asked. No microphone is an empty list, not an error.
pub fn microphones() -> Result<Vec<MicrophoneInfo>, CaptureError> {
    let host = cpal::default_host();
    let default = host.default_input_device().map(|device| id_of(&device));
    let devices = host.input_devices().map_err(|error| unusable("of this system", error))?;
    let info = |device: cpal::Device| {
        let config = device.default_input_config();
        let id = id_of(&device);
        MicrophoneInfo {
            name: name_of(&device),
            is_default: default.as_ref() == Some(&id),
            format: config.as_ref().ok().map(|config| (config.sample_rate(), config.channels())),
            problem: config.err().map(|error| error.to_string()),
            id,
        }
    };
    Ok(devices.map(info).collect())
}

/// An open microphone.
///
/// Sound that nobody takes in time is lost, and counted: [`AudioSource::lost_samples`]. What the system itself loses is
/// noticed as a gap and counted, too.
pub struct Microphone {
    /// Dropping it closes the microphone.
    _stream: cpal::Stream,
    pieces: Receiver<Vec<f32>>,
    problems: Receiver<StreamError>,
    lost: Arc<AtomicU64>,
    name: String,
    rate: u32,
    channels: u16,
    opened: Instant,
    heard: u64,
    sequence: u64,
    patience: Duration,
    finished: bool,
}

impl Microphone {
    /// Opens a microphone by its id or a part of its name; the system's default without one. `patience` is how long
    /// it may give nothing.
    ///
    /// # Errors
    /// [`CaptureError::Microphone`] says why it cannot be opened.
    pub fn open(wanted: Option<&str>, patience: Duration) -> Result<Self, CaptureError> {
        let host = cpal::default_host();
        let device = match wanted {
            None => host.default_input_device(),
            Some(wanted) => {
                let mut devices = host.input_devices().map_err(|error| unusable(wanted, error))?;
                devices.find(|device| id_of(device) == wanted || name_of(device).contains(wanted))
            }
        };
        let device = device.ok_or_else(|| CaptureError::Microphone {
            name: wanted.unwrap_or("of this system").to_owned(),
            problem: "was not found; plug one in, or list the microphones to see which there are"
                .to_owned(),
        })?;
        let name = name_of(&device);
        let config = device.default_input_config().map_err(|error| unusable(&name, error))?;
        let (rate, channels) = (config.sample_rate(), config.channels());
        // What no chunk can be made of is said now, not with the first sound.
        AudioChunk::from_interleaved(&[], channels, rate, 0, SessionTime::ZERO)
            .map_err(|error| CaptureError::Sound { label: name.clone(), error })?;
        let lost = Arc::new(AtomicU64::new(0));
        let (sender, pieces) = bounded(WAITING);
        let (failed, problems) = bounded(8);
        let output = Output { sender, failed, lost: lost.clone(), channels };
        let stream_config = config.config();
        let stream = match config.sample_format() {
            SampleFormat::I8 => output.start::<i8>(&device, &stream_config),
            SampleFormat::I16 => output.start::<i16>(&device, &stream_config),
            SampleFormat::I32 => output.start::<i32>(&device, &stream_config),
            SampleFormat::U8 => output.start::<u8>(&device, &stream_config),
            SampleFormat::U16 => output.start::<u16>(&device, &stream_config),
            SampleFormat::U32 => output.start::<u32>(&device, &stream_config),
            SampleFormat::F64 => output.start::<f64>(&device, &stream_config),
            _ => output.start::<f32>(&device, &stream_config),
        };
        let stream = stream.map_err(|error| unusable(&name, error))?;
        stream.play().map_err(|error| unusable(&name, error))?;
        Ok(Self {
            _stream: stream,
            pieces,
            problems,
            lost,
            name,
            rate,
            channels,
            opened: Instant::now(),
            heard: 0,
            sequence: 0,
            patience,
            finished: false,
        })
    }

    /// What the system says of the stream: `Err` where it is over.
    fn check(&mut self) -> Result<(), CaptureError> {
        for problem in self.problems.try_iter() {
            match problem {
                // Some sound is missing; the count of samples against the clock says how much.
                StreamError::BufferUnderrun => {}
                other => {
                    self.finished = true;
                    return Err(unusable(&self.name, format!("was lost: {other}")));
                }
            }
        }
        Ok(())
    }

    /// Counts what the system lost: where much less came than the time that passed.
    fn catch_up(&mut self) {
        let due = (self.opened.elapsed().as_secs_f64() * f64::from(self.rate)) as u64;
        let missing = due.saturating_sub(self.heard);
        // Half a second may wait in buffers.
        if self.pieces.is_empty() && missing > u64::from(self.rate) / 2 {
            self.lost.fetch_add(missing, Ordering::Relaxed);
            self.heard += missing;
        }
    }
}

/// Where a stream's sound goes.
struct Output {
    sender: Sender<Vec<f32>>,
    failed: Sender<StreamError>,
    lost: Arc<AtomicU64>,
    channels: u16,
}

impl Output {
    fn start<T: SizedSample>(
        self,
        device: &cpal::Device,
        config: &cpal::StreamConfig,
    ) -> Result<cpal::Stream, cpal::BuildStreamError>
    where
        f32: FromSample<T>,
    {
        let Self { sender, failed, lost, channels } = self;
        let hear = move |samples: &[T], _: &cpal::InputCallbackInfo| {
            let samples: Vec<f32> = samples.iter().map(|x| f32::from_sample_(*x)).collect();
            if let Err(TrySendError::Full(samples)) = sender.try_send(samples) {
                let frames = samples.len() as u64 / u64::from(channels.max(1));
                lost.fetch_add(frames, Ordering::Relaxed);
            }
        };
        let fail = move |error| {
            // The first ones say what happened.
            let _ = failed.try_send(error);
        };
        device.build_input_stream::<T, _, _>(config, hear, fail, None)
    }
}

impl AudioSource for Microphone {
    fn label(&self) -> String {
        format!("microphone ({}) {} Hz", self.name, self.rate)
    }

    fn pacing(&self) -> Pacing {
        Pacing::Live
    }

    fn next_chunk(&mut self) -> Result<Option<AudioChunk>, CaptureError> {
        if self.finished {
            return Ok(None);
        }
        self.check()?;
        let samples = match self.pieces.recv_timeout(self.patience) {
            Ok(samples) => samples,
            Err(RecvTimeoutError::Timeout) => {
                self.check()?;
                self.finished = true;
                return Err(CaptureError::Stuck { label: self.label(), after: self.patience });
            }
            Err(RecvTimeoutError::Disconnected) => {
                self.finished = true;
                return Err(unusable(&self.name, "was closed by the system"));
            }
        };
        self.catch_up();
        let time = SessionTime(Duration::from_secs_f64(self.heard as f64 / f64::from(self.rate)));
        let chunk =
            AudioChunk::from_interleaved(&samples, self.channels, self.rate, self.sequence, time);
        let chunk = chunk.map_err(|error| {
            self.finished = true;
            CaptureError::Sound { label: self.label(), error }
        })?;
        self.heard += chunk.samples().len() as u64;
        self.sequence += 1;
        Ok(Some(chunk))
    }

    fn lost_samples(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

fn id_of(device: &cpal::Device) -> String {
    device.id().map_or_else(|_| name_of(device), |id| id.to_string())
}

fn name_of(device: &cpal::Device) -> String {
    device
        .description()
        .map_or_else(|_| "without a name".to_owned(), |description| description.name().to_owned())
}

fn unusable(name: &str, error: impl std::fmt::Display) -> CaptureError {
    let problem = format!(
        "cannot be used: {error}; check that it is plugged in, that no other program has it, and that this program may \
         use it"
    );
    CaptureError::Microphone { name: name.to_owned(), problem }
}
