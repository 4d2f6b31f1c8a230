//! The voice of an input: its sound, heard from beginning to end.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::bail;
use crossbeam_channel::Sender;
use emotion_capture::{SoundFile, SourceSpec};
use emotion_core::AudioSource;
use emotion_core::SessionTime;
use emotion_fusion::{Level, Loudness};
use emotion_voice::{Ear, VoiceModel, VoiceReading};

use super::AnalyzeArgs;
/// What hears the inputs of a run.
pub struct Hearing {
    model: Arc<VoiceModel>,
}

/// What is heard of an input.
pub enum Heard {
    /// A window was read.
    Reading(VoiceReading),
    /// How loud it is, and whether that is a voice.
    Levels(Vec<Level>, bool),
    /// A part of the sound cannot be heard.
    Problem(anyhow::Error),
}

impl Heard {
    /// When it was heard to its end.
    pub fn time(&self) -> SessionTime {
        match self {
            Self::Reading(reading) => reading.span.1,
            Self::Levels(levels, _) => levels.first().map(|level| level.time).unwrap_or_default(),
            Self::Problem(_) => SessionTime::ZERO,
        }
    }
}

impl Hearing {
    /// The model, where voices are asked for or an input has nothing else.
    ///
    /// # Errors
    /// When the model cannot be loaded.
    pub fn of(args: &AnalyzeArgs) -> anyhow::Result<Option<Self>> {
        if !args.hears() && !args.inputs.iter().any(|input| is_sound(input)) {
            return Ok(None);
        }
        let name = args.voice_model.as_deref().unwrap_or("voice");
        let model = VoiceModel::shipped_or_file(name)?;
        let header = &model.header;
        eprintln!("voice: {} ({} weights; {})", header.name, model.parameters(), header.terms);
        Ok(Some(Self { model: Arc::new(model) }))
    }

    /// Opens the sound of an input.
    ///
    /// # Errors
    /// When there is none, or the input is live: live sound is not analyzed here.
    pub fn open(&self, input: &OsStr) -> anyhow::Result<Listening> {
        let SourceSpec::Path(path) = SourceSpec::from_os_str(input)? else {
            bail!("{}: only files have a voice that can be analyzed", input.display());
        };
        if path == Path::new("-") {
            bail!("the voice of standard input cannot be read; name a file");
        }
        let (sound, ear) = (SoundFile::open(&path)?, Ear::new(self.model.clone()));
        Ok(Listening { sound, ear, loudness: None })
    }
}

/// Whether an input is a file with sound and no picture.
pub fn is_sound(input: &OsStr) -> bool {
    let Ok(SourceSpec::Path(path)) = SourceSpec::from_os_str(input) else { return false };
    let is_file = path.is_file() && !emotion_capture::is_picture(&path);
    is_file && SoundFile::open(&path).is_ok_and(|sound| !sound.has_picture())
}

/// An input that is heard.
pub struct Listening {
    sound: SoundFile,
    ear: Ear,
    /// Where it is wanted how loud it is.
    loudness: Option<Loudness>,
}

impl Listening {
    /// The same input, of which it is told how loud it is, too.
    pub fn with_levels(mut self) -> Self {
        self.loudness = Some(Loudness::default());
        self
    }

    /// Hears the input to its end, or until nobody listens any more.
    pub fn run(mut self, stop: &AtomicBool, out: &Sender<Heard>) {
        let mut readings = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let chunk = match self.sound.next_chunk() {
                Ok(Some(chunk)) => chunk,
                Ok(None) => break,
                // The next call goes on with what is left, or ends.
                Err(error) => {
                    let _ = out.send(Heard::Problem(error.into()));
                    continue;
                }
            };
            if let Err(error) = self.ear.hear(&chunk, &mut readings) {
                let error = anyhow::Error::new(error).context("its sound cannot be heard");
                let _ = out.send(Heard::Problem(error));
                break;
            }
            if let Some(loudness) = &mut self.loudness {
                let mut levels = Vec::new();
                loudness.push(&chunk, &mut levels);
                if out.send(Heard::Levels(levels, self.ear.heard().speaks)).is_err() {
                    return;
                }
            }
            if !readings.drain(..).all(|reading| out.send(Heard::Reading(reading)).is_ok()) {
                return;
            }
        }
        self.ear.finish(&mut readings);
        for reading in readings {
            let _ = out.send(Heard::Reading(reading));
        }
        let heard = self.ear.heard();
        if heard.not_finite > 0 {
            eprintln!(
                "{}: {} samples are no numbers; taken as silence",
                self.sound.label(),
                heard.not_finite
            );
        }
        if heard.samples > 0 && heard.clipped * 1_000 > heard.samples {
            let share = heard.clipped as f64 / heard.samples as f64 * 100.0;
            eprintln!(
                "{}: {share:.1} % of the samples are clipped: the voice is distorted",
                self.sound.label()
            );
        }
    }
}
