//! A microphone at work: its sound is read on threads of their own, and what is heard comes in as messages.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bevy::prelude::*;
use emotion_capture::{CaptureError, CaptureState, Listening, OpenSound};
use emotion_core::supervise::{Backoff, Worker};
use emotion_core::{AudioChunk, AudioSource, Pacing, StreamId};
use emotion_voice::{Ear, VoiceModel, VoiceReading};

use super::clock::{Faces, FacesTime};
use super::core::CorePlugin;
use super::feed::EmotionFeed;
use super::{EmotionSystems, HearPlugin, HeardLevel, HeardVoice, Whose};

/// Listens to a microphone or another source of sound, and reads the voice in it.
///
/// Nothing leaves the machine and nothing of the sound is kept: what is read of it is [`HeardVoice`] and [`HeardLevel`].
/// A microphone that is not there, or was unplugged, is tried again; [`VoiceStatus`] says how it goes. While a recording
/// is played, or somebody else drives the faces, it rests, as the cameras do. Add it after
/// [`EmotionPlugins`](super::EmotionPlugins).
#[derive(Debug, Clone, Default)]
pub struct VoicePlugin {
    /// What is listened to at the start.
    pub source: VoiceSource,
}

/// A source of sound.
#[derive(Clone)]
pub enum VoiceSource {
    /// A microphone by its id or a part of its name; the system's default without one. Needs the feature `microphone`.
    Microphone(Option<String>),
    /// A sound file or the sound of a film, once. Needs the feature `films`.
    File(PathBuf),
    /// Whatever this opens, on a thread of its own.
    Custom(Arc<OpenSound>),
}

/// What is listened to, and whether. Change it at any time.
#[derive(Resource, Debug, Clone, Default)]
pub struct VoiceSettings {
    /// What is listened to.
    pub source: VoiceSource,
    /// The microphone is closed, and nothing is heard.
    pub muted: bool,
    /// Whose voice it is.
    pub whose: Whose,
}

/// How listening goes.
#[derive(Resource, Debug, Clone, PartialEq)]
pub struct VoiceStatus {
    /// Whether sound comes, and why not.
    pub state: CaptureState,
    /// The source, for people; empty until it is open.
    pub label: String,
    /// How loud it is: the root mean square in decibels of full scale.
    pub level_db: f32,
    /// Whether somebody speaks.
    pub speaks: bool,
    /// Samples that were lost because the machine was too slow.
    pub lost_samples: u64,
    /// Why nothing can be read of the sound; `None` while all is well.
    pub problem: Option<String>,
}

impl Default for VoiceSource {
    fn default() -> Self {
        Self::Microphone(None)
    }
}

impl std::fmt::Debug for VoiceSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Microphone(name) => f.debug_tuple("Microphone").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Custom(_) => f.write_str("Custom"),
        }
    }
}

impl Default for VoiceStatus {
    fn default() -> Self {
        Self {
            state: CaptureState::Opening,
            label: String::new(),
            level_db: f32::NEG_INFINITY,
            speaks: false,
            lost_samples: 0,
            problem: None,
        }
    }
}

/// How long a source may take for a piece of sound.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long reading what came since the update before may take.
const DEADLINE: Duration = Duration::from_secs(10);
/// The first and the longest pause before an ear is made anew.
const RETRY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// What an ear makes of a piece of sound.
struct Ears {
    readings: Vec<VoiceReading>,
    level_db: f32,
    speaks: bool,
}

type EarWorker = Worker<Vec<AudioChunk>, Result<Ears, String>>;

/// The threads.
#[derive(Resource)]
struct AtWork {
    listening: Option<Listening>,
    ear: Option<EarWorker>,
    is_busy: bool,
    retries: Backoff,
    retry_at: Option<Instant>,
}

impl Default for AtWork {
    fn default() -> Self {
        let retries = Backoff::new(RETRY.0, RETRY.1);
        Self { listening: None, ear: None, is_busy: false, retries, retry_at: None }
    }
}

impl Plugin for VoicePlugin {
    fn build(&self, app: &mut App) {
        CorePlugin::ensure(app);
        if !app.is_plugin_added::<HearPlugin>() {
            app.add_plugins(HearPlugin);
        }
        if !app.world().contains_resource::<VoiceSettings>() {
            app.insert_resource(VoiceSettings { source: self.source.clone(), ..default() });
        }
        app.init_resource::<VoiceStatus>()
            .init_resource::<AtWork>()
            .add_systems(PreUpdate, listen.before(EmotionSystems::Capture).ambiguous_with_all());
    }
}

/// Takes the sound that came, has it read, and tells what was read of that of before.
fn listen(
    settings: Res<VoiceSettings>,
    clock: Res<Time<Faces>>,
    feed: Res<EmotionFeed>,
    mut work: ResMut<AtWork>,
    mut status: ResMut<VoiceStatus>,
    mut levels: MessageWriter<HeardLevel>,
    mut voices: MessageWriter<HeardVoice>,
) {
    let mut now = status.clone();
    if settings.is_changed() {
        now.problem = work.follow(&settings);
    }
    let chunks = work.take_sound(&mut now);
    // What is said while everything is held, or while others are on the screen, is nobody's.
    let rests = clock.is_paused() || feed.driver().is_some();
    match work.read(if rests { Vec::new() } else { chunks }) {
        Ok(Some(heard)) => {
            now.problem = None;
            (now.level_db, now.speaks) = (heard.level_db, heard.speaks);
            let whose = settings.whose;
            if !rests && !settings.muted {
                levels.write(HeardLevel { whose, level_db: heard.level_db, speaks: heard.speaks });
                voices.write_batch(heard.readings.iter().map(|reading| message(whose, reading)));
            }
        }
        Ok(None) => {}
        Err(problem) => {
            warn!("{problem}");
            now.problem = Some(problem);
        }
    }
    status.set_if_neq(now);
}

fn message(whose: Whose, reading: &VoiceReading) -> HeardVoice {
    let duration = reading.span.1.since(reading.span.0);
    let quality = reading.quality.as_share();
    let VoiceReading { scores, arousal, .. } = *reading;
    HeardVoice { whose, duration, scores, arousal, quality }
}

impl AtWork {
    /// Listens to what the settings say from now on; what is wrong with that.
    fn follow(&mut self, settings: &VoiceSettings) -> Option<String> {
        let before = self.listening.take();
        if let Some(before) = before {
            // Closing a microphone may take a while.
            let _ = std::thread::Builder::new().spawn(move || drop(before));
        }
        if settings.muted {
            return None;
        }
        let open: Arc<OpenSound> = match settings.source.clone() {
            VoiceSource::Custom(open) => open,
            source => Arc::new(move || open(&source)),
        };
        match Listening::start(StreamId::default(), open, PATIENCE) {
            Ok(listening) => self.listening = Some(listening),
            Err(problem) => return Some(problem.to_string()),
        }
        None
    }

    fn take_sound(&self, status: &mut VoiceStatus) -> Vec<AudioChunk> {
        let Some(listening) = &self.listening else {
            let level_db = f32::NEG_INFINITY;
            (status.state, status.level_db, status.speaks) =
                (CaptureState::Paused, level_db, false);
            return Vec::new();
        };
        let source = listening.status();
        if source.state != CaptureState::Streaming {
            (status.level_db, status.speaks) = (f32::NEG_INFINITY, false);
        }
        (status.state, status.label) = (source.state, source.label);
        status.lost_samples = source.lost_samples;
        // While the ear is busy, sound waits where it came.
        if self.is_busy { Vec::new() } else { listening.chunks().try_iter().collect() }
    }

    /// Has sound read, and gives what was read before.
    fn read(&mut self, chunks: Vec<AudioChunk>) -> Result<Option<Ears>, String> {
        if self.retry_at.is_some_and(|at| Instant::now() < at) {
            return Ok(None);
        }
        let answer = self.poll(chunks);
        if answer.is_err() {
            (self.ear, self.is_busy) = (None, false);
            self.retry_at = Some(Instant::now() + self.retries.failed());
        } else if let Ok(Some(_)) = &answer {
            self.retries.reset();
        }
        answer
    }

    fn poll(&mut self, chunks: Vec<AudioChunk>) -> Result<Option<Ears>, String> {
        let failed = |problem: &dyn std::fmt::Display| format!("voices are not read: {problem}");
        let mut heard = None;
        if let Some(ear) = &mut self.ear
            && self.is_busy
        {
            if ear.busy_for().is_some_and(|time| time > DEADLINE) {
                return Err(failed(&"the model hangs"));
            }
            let answer = ear.poll().map_err(|problem| failed(&problem))?;
            self.is_busy = answer.is_none();
            heard = answer.transpose().map_err(|problem| failed(&problem))?;
        }
        if !self.is_busy && !chunks.is_empty() {
            let ear = match &mut self.ear {
                Some(ear) => ear,
                None => {
                    let ear = Worker::start("voice", ear).map_err(|problem| failed(&problem))?;
                    self.ear.insert(ear)
                }
            };
            ear.ask(chunks).map_err(|problem| failed(&problem))?;
            self.is_busy = true;
        }
        Ok(heard)
    }
}

/// Makes an ear, and what hears with it; runs on a thread of its own.
fn ear() -> impl FnMut(Vec<AudioChunk>) -> Result<Ears, String> {
    let ear = VoiceModel::shipped("voice").map(|model| Ear::new(Arc::new(model)));
    let mut ear = ear.map_err(|problem| problem.to_string());
    move |chunks| {
        let ear = ear.as_mut().map_err(|problem| problem.clone())?;
        let mut readings = Vec::new();
        let (mut power, mut count) = (0.0_f64, 0_usize);
        for chunk in &chunks {
            ear.hear(chunk, &mut readings).map_err(|problem| problem.to_string())?;
            power += chunk.samples().iter().map(|x| f64::from(x * x)).sum::<f64>();
            count += chunk.samples().len();
        }
        let level_db = 10.0 * (power / count.max(1) as f64).max(1e-12).log10() as f32;
        Ok(Ears { readings, level_db, speaks: ear.heard().speaks })
    }
}

fn open(source: &VoiceSource) -> Result<Box<dyn AudioSource>, CaptureError> {
    let opened: Result<Box<dyn AudioSource>, CaptureError> = match source {
        #[cfg(feature = "microphone")]
        VoiceSource::Microphone(name) => {
            let microphone = emotion_capture::Microphone::open(name.as_deref(), PATIENCE);
            microphone.map(|microphone| Box::new(microphone) as _)
        }
        #[cfg(not(feature = "microphone"))]
        VoiceSource::Microphone(_) => {
            Err(CaptureError::MissingFeature { source_kind: "a microphone", feature: "microphone" })
        }
        #[cfg(feature = "films")]
        VoiceSource::File(path) => {
            emotion_capture::SoundFile::open(path).map(|file| Box::new(file) as _)
        }
        #[cfg(not(feature = "films"))]
        VoiceSource::File(_) => {
            Err(CaptureError::MissingFeature { source_kind: "a sound file", feature: "films" })
        }
        VoiceSource::Custom(open) => open(),
    };
    opened.map(|source| match source.pacing() {
        Pacing::Live => source,
        Pacing::Timed => Box::new(InTime { source, began: None }),
    })
}

/// Sound of a file as fast as it is to be heard.
struct InTime {
    source: Box<dyn AudioSource>,
    began: Option<(Instant, Duration)>,
}

impl AudioSource for InTime {
    fn label(&self) -> String {
        self.source.label()
    }

    fn pacing(&self) -> Pacing {
        Pacing::Live
    }

    fn next_chunk(&mut self) -> Result<Option<AudioChunk>, CaptureError> {
        let chunk = self.source.next_chunk()?;
        if let Some(chunk) = &chunk {
            let ends = chunk.time().0 + chunk.duration();
            let (began, first) = *self.began.get_or_insert((Instant::now(), chunk.time().0));
            let due = ends.saturating_sub(first);
            std::thread::sleep(due.saturating_sub(began.elapsed()).min(PATIENCE / 2));
        }
        Ok(chunk)
    }

    fn duration(&self) -> Option<Duration> {
        self.source.duration()
    }

    fn lost_samples(&self) -> u64 {
        self.source.lost_samples()
    }
}
