//! [`Ear`]: sound in, readings out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use emotion_core::{AudioChunk, AudioError, Expression, Origin, SessionTime};

use crate::RATE;
use crate::activity::Activity;
use crate::frames::{FRAME, Frame, Framer, HOP};
use crate::functionals::{COUNT, Functionals, VOICED};
use crate::model::{Outputs, Runner, VoiceModel};
use crate::reading::{VoiceQuality, VoiceReading};
use crate::resample::Resampler;
use crate::speaker::Speaker;

/// The longest window, in frames: 2.5 s.
pub const LONGEST: usize = 250;
/// The shortest window while somebody speaks: 0.8 s.
const SHORTEST: usize = 80;
/// The shortest that was said and is read when it is over: 0.3 s.
const SHORTEST_WHOLE: usize = 30;
/// Frames from one reading to the next: 0.3 s.
pub const STEP: usize = 30;
/// What is heard before speech is noticed belongs to it: 0.1 s.
const LEAD: usize = 10;
/// After a longer pause, in seconds, what was said before is over.
const PAUSE: f32 = 0.8;
/// A gap in the source's time that is no inaccuracy of its clock.
const GAP: Duration = Duration::from_millis(200);
/// Samples of this size or more are clipped.
const CLIPPED: f32 = 0.999;
/// How fast the noise's level rises and falls, a frame, in units of the logarithm of power.
const NOISE_RISE: f32 = 0.004;
const NOISE_FALL: f32 = 0.1;
/// The natural logarithm of power in decibels.
const DECIBELS: f32 = 4.342_945;

/// Listens to one stream of sound.
///
/// Any sample rate is taken, and may change on the way. A gap in time, another rate or another opening of the
/// source begins anew.
pub struct Ear {
    model: Arc<VoiceModel>,
    resampler: Option<Resampler>,
    samples: Vec<f32>,
    activity: Activity,
    framer: Framer,
    frames: VecDeque<Frame>,
    window: Vec<Frame>,
    functionals: Functionals,
    statistics: Box<[f32; COUNT]>,
    speaker: Speaker,
    runner: Runner,
    place: Place,
    noise: Option<f32>,
    heard: Heard,
}

/// Where in the stream the ear is. Frames are counted from the last new beginning.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    origin: Origin,
    /// The time of the first sample.
    began: SessionTime,
    /// When the next chunk should begin.
    next: Option<SessionTime>,
    /// Frames made.
    frames: u64,
    /// The frame with which what is being said began.
    speech: Option<u64>,
    /// The frame of the last reading.
    read: Option<u64>,
}

/// What an [`Ear`] has heard so far.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Heard {
    /// How loud the last chunk is: its root mean square, in decibels of full scale.
    pub level_db: f32,
    /// The largest sample of the last chunk.
    pub peak: f32,
    /// Whether somebody speaks.
    pub speaks: bool,
    /// Samples heard, at the source's rate.
    pub samples: u64,
    /// Samples at the end of the scale, which are distorted.
    pub clipped: u64,
    /// Samples that were not numbers, and were taken as silence.
    pub not_finite: u64,
    /// How often the stream had a gap, and was begun anew.
    pub gaps: u64,
    /// Windows read.
    pub readings: u64,
}

impl Ear {
    /// An ear with a model.
    pub fn new(model: Arc<VoiceModel>) -> Self {
        Self {
            model,
            resampler: None,
            samples: Vec::new(),
            activity: Activity::default(),
            framer: Framer::default(),
            frames: VecDeque::with_capacity(LONGEST + 1),
            window: Vec::with_capacity(LONGEST),
            functionals: Functionals::default(),
            statistics: Box::new([0.0; COUNT]),
            speaker: Speaker::default(),
            runner: Runner::default(),
            place: Place::default(),
            noise: None,
            heard: Heard::default(),
        }
    }

    /// What was heard so far.
    pub fn heard(&self) -> Heard {
        self.heard
    }

    /// The memory of its buffers, in bytes. It does not grow with the stream.
    pub fn buffered_bytes(&self) -> usize {
        let frames = self.frames.capacity() + self.window.capacity();
        let samples = self.samples.capacity() + self.framer.buffered();
        frames * size_of::<Frame>() + samples * size_of::<f32>()
    }

    /// Listens to a chunk, and appends the readings that it completes.
    ///
    /// # Errors
    /// [`AudioError`] where its rate cannot be converted; the next chunk is heard again.
    pub fn hear(
        &mut self,
        chunk: &AudioChunk,
        readings: &mut Vec<VoiceReading>,
    ) -> Result<(), AudioError> {
        self.measure(chunk);
        let rate = chunk.sample_rate();
        let same_rate = self.resampler.as_ref().is_some_and(|known| known.rate() == rate);
        let expected = self.place.next.filter(|_| self.place.origin == chunk.origin());
        let in_step = expected
            .is_some_and(|next| chunk.time().since(next) < GAP && next.since(chunk.time()) < GAP);
        if !same_rate || !in_step {
            if self.place.next.is_some() {
                self.finish(readings);
                self.heard.gaps += 1;
            }
            self.resampler = Some(Resampler::new(rate)?);
            self.begin(chunk);
        }
        self.place.next = Some(chunk.time() + chunk.duration());
        // A quarter of a second at once bounds the memory, however long a chunk is.
        for piece in chunk.samples().chunks((rate / 4) as usize) {
            self.samples.clear();
            if let Some(resampler) = &mut self.resampler {
                resampler.push(piece, &mut self.samples);
            }
            self.listen(readings);
        }
        self.heard.speaks = self.activity.speaks();
        Ok(())
    }

    /// The stream is over: appends the reading of what was said last, where it was not read yet.
    pub fn finish(&mut self, readings: &mut Vec<VoiceReading>) {
        self.samples.clear();
        if let Some(resampler) = &mut self.resampler {
            resampler.finish(&mut self.samples);
        }
        // The last frame is filled up with silence.
        self.samples.resize(self.samples.len() + FRAME - HOP, 0.0);
        self.listen(readings);
        self.end_speech(readings);
        self.place.next = None;
        self.heard.speaks = false;
    }

    /// Somebody else speaks from now on: forgets what was usual for the speaker.
    pub fn forget_speaker(&mut self) {
        self.speaker = Speaker::default();
    }

    fn begin(&mut self, chunk: &AudioChunk) {
        // Another opening of the source may be another microphone and another person.
        if self.place.origin != chunk.origin() {
            self.forget_speaker();
        }
        self.activity.reset();
        self.framer.reset();
        self.frames.clear();
        self.noise = None;
        self.place = Place { origin: chunk.origin(), began: chunk.time(), ..Place::default() };
    }

    fn measure(&mut self, chunk: &AudioChunk) {
        let samples = chunk.samples();
        let power = samples.iter().map(|x| x * x).sum::<f32>() / samples.len().max(1) as f32;
        self.heard.level_db = 10.0 * power.max(1e-12).log10();
        self.heard.peak = samples.iter().fold(0.0, |peak, sample| peak.max(sample.abs()));
        self.heard.samples += samples.len() as u64;
        self.heard.clipped += samples.iter().filter(|x| x.abs() >= CLIPPED).count() as u64;
        self.heard.not_finite += chunk.not_finite() as u64;
    }

    /// Takes what was resampled through activity, frames and, where it is time, the network.
    fn listen(&mut self, readings: &mut Vec<VoiceReading>) {
        let samples = std::mem::take(&mut self.samples);
        // By frame, so that a reading does not depend on how the stream was cut.
        for piece in samples.chunks(HOP) {
            self.activity.push(piece);
            let Self { framer, frames, place, noise, .. } = self;
            framer.push(piece, |frame| {
                if frames.len() == LONGEST {
                    frames.pop_front();
                }
                frames.push_back(frame);
                place.frames += 1;
                let level = noise.get_or_insert(frame.loudness);
                let step = frame.loudness - *level;
                *level += step.clamp(-NOISE_FALL, NOISE_RISE);
            });
            self.follow(readings);
        }
        self.samples = samples;
    }

    /// Notices the beginning and end of speech, and reads it in between.
    fn follow(&mut self, readings: &mut Vec<VoiceReading>) {
        let now = self.place.frames;
        if self.activity.speaks() {
            let lead = now.saturating_sub(LEAD as u64);
            let began = *self.place.speech.get_or_insert(lead);
            let due = self.place.read.is_none_or(|read| now >= read + STEP as u64);
            if due && now - began >= SHORTEST as u64 {
                self.read(began, readings);
            }
        } else if self.activity.silent_for() > PAUSE {
            self.end_speech(readings);
        }
    }

    fn end_speech(&mut self, readings: &mut Vec<VoiceReading>) {
        let Some(began) = self.place.speech.take() else { return };
        let long_enough = self.place.frames - began >= SHORTEST_WHOLE as u64;
        if self.place.read.is_none() && long_enough {
            self.read(began, readings);
        }
        self.place.read = None;
    }

    fn read(&mut self, began: u64, readings: &mut Vec<VoiceReading>) {
        let now = self.place.frames;
        let count = ((now - began) as usize).min(self.frames.len());
        self.window.clear();
        self.window.extend(self.frames.range(self.frames.len() - count..));
        self.functionals.measure(&self.window, &mut self.statistics);
        let (usual, adaptation) = (&self.model.mean, self.model.header.adaptation);
        let heard = *self.statistics;
        self.speaker.adapt(usual, adaptation, &mut self.statistics);
        self.speaker.learn(&heard);
        let Outputs { logits, arousal } = self.runner.run(&self.model, &self.statistics);
        let Some(scores) = emotion_core::Scores::from_logits(logits) else { return };
        let at = |frame: u64| {
            let samples = frame * HOP as u64;
            self.place.began + Duration::from_secs_f64(samples as f64 / f64::from(RATE))
        };
        let end = at(now - 1) + Duration::from_secs_f64(FRAME as f64 / f64::from(RATE));
        let quality = self.quality();
        readings.push(VoiceReading {
            span: (at(now - count as u64), end),
            scores,
            arousal,
            quality,
        });
        self.place.read = Some(now);
        self.heard.readings += 1;
    }

    fn quality(&self) -> VoiceQuality {
        let loudest = self.window.iter().fold(f32::MIN, |max, frame| max.max(frame.loudness));
        // Within 20 dB of the loudest: speech itself, without its pauses.
        let speech = self.window.iter().filter(|frame| frame.loudness > loudest - 4.6);
        let (sum, count) =
            speech.fold((0.0, 0.0), |(sum, count), frame| (sum + frame.loudness, count + 1.0));
        let quietest = self.window.iter().fold(f32::MAX, |min, frame| min.min(frame.loudness));
        let noise = self.noise.unwrap_or(quietest).min(sum / f32::max(count, 1.0));
        let voiced = self.window.iter().filter(|frame| frame.periodicity >= VOICED).count();
        VoiceQuality {
            snr_db: ((sum / f32::max(count, 1.0) - noise) * DECIBELS).clamp(0.0, 60.0),
            voiced: voiced as f32 / self.window.len().max(1) as f32,
        }
    }
}

/// One answer for several windows of an utterance: the mean of their logits.
///
/// `None` where there are none.
pub fn whole(readings: &[VoiceReading]) -> Option<emotion_core::Scores> {
    let mut sums = [0.0_f32; Expression::COUNT];
    for reading in readings {
        for (sum, score) in sums.iter_mut().zip(reading.scores.as_array()) {
            *sum += score.max(1e-9).ln() / readings.len() as f32;
        }
    }
    (!readings.is_empty()).then(|| emotion_core::Scores::from_logits(sums)).flatten()
}
