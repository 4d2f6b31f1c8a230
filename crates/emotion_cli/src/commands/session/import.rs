//! `emotion session import`: a session from a film, a folder of pictures or a recording.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Args;
use crossbeam_channel::{Sender, bounded};
use emotion_capture::{CaptureError, OpenOptions, SourceSpec};
use emotion_core::Frame;
use emotion_project::{Intake, Project, ProjectError, SessionStart, moment_of, parse_moment};
use emotion_store::{ChannelKind, RecordingReader, What};

use super::pieces::{LEAD_IN, Pieces};
use super::tell;
use crate::commands::pipeline::PipelineArgs;
use crate::commands::stop::stop_on_ctrl_c;

/// Frames between decoding and analysis.
const WAITING: usize = 2;

/// Imports a session of a person: a film, a folder of pictures, or a recording (.face)
///
/// If it is interrupted, even by a crash, the same command goes on from the last whole minute.
#[derive(Args)]
pub struct ImportArgs {
    /// The person's pseudonym
    person: String,

    /// A film, a folder of pictures in order, or a recording
    input: OsString,

    /// When the session began, as 2026-03-02T14:30:00Z; by default when the recording says, or when the
    /// file was changed last
    #[arg(long, value_name = "WHEN")]
    started: Option<String>,

    /// Looks at this many frames of a second of film at most
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    rate: f64,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// What is imported, of whom.
pub struct Import<'a> {
    pub person: &'a str,
    pub input: &'a OsStr,
    pub started: Option<&'a str>,
    /// Frames of a second of film at most.
    pub rate: f64,
    pub pipeline: &'a PipelineArgs,
    pub window: Window,
    /// The study whose film they see.
    pub study: Option<&'a str>,
}

/// Which part of a film or recording becomes the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// This much of its beginning is left out.
    pub skip: Duration,
    /// It begins so much after the session.
    pub delay: Duration,
    /// The session is this long at most.
    pub length: Option<Duration>,
}

impl Window {
    /// The session's time of a moment of the film; `None` outside the session.
    fn place(&self, at: Duration) -> Option<Duration> {
        let at = (at + self.delay).checked_sub(self.skip)?;
        self.length.is_none_or(|length| at < length).then_some(at)
    }

    /// The session's time of a moment of the film; its beginning before that.
    fn session_time(&self, at: Duration) -> Duration {
        (at + self.delay).saturating_sub(self.skip)
    }

    /// The session's time of the film's end.
    fn end(&self, at: Duration) -> Duration {
        let at = self.session_time(at);
        self.length.map_or(at, |length| at.min(length))
    }

    /// The film's time of a moment of the session.
    fn film_time(&self, at: Duration) -> Duration {
        (at + self.skip).saturating_sub(self.delay)
    }

    /// When the session began, if the film began then; in seconds since 1970.
    fn start(&self, film_started: i64) -> i64 {
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        film_started.saturating_add(seconds(self.skip)).saturating_sub(seconds(self.delay))
    }
}

/// Imports a session.
///
/// # Errors
/// When it cannot be read or stored, or is interrupted.
pub fn run(project: &mut Project, args: &ImportArgs) -> anyhow::Result<()> {
    let import = Import {
        person: &args.person,
        input: &args.input,
        started: args.started.as_deref(),
        rate: args.rate,
        pipeline: &args.pipeline,
        window: Window::default(),
        study: None,
    };
    import.run(project)
}

impl Import<'_> {
    /// Imports it.
    ///
    /// # Errors
    /// When it cannot be read or stored, or is interrupted.
    pub fn run(&self, project: &mut Project) -> anyhow::Result<()> {
        let SourceSpec::Path(path) = SourceSpec::from_os_str(self.input)? else {
            bail!(
                "{} is no file; `emotion session record` and `emotion study run` take cameras",
                self.input.display()
            );
        };
        let stop = stop_on_ctrl_c()?;
        if path.extension().is_some_and(|it| it == emotion_store::format::EXTENSION) {
            recording(project, self, &path, &stop)
        } else {
            film(project, self, &path, &stop)
        }
    }

    fn begin<'a>(
        &self,
        project: &'a mut Project,
        start: &SessionStart,
    ) -> Result<Intake<'a>, ProjectError> {
        match self.study {
            Some(study) => project.begin_view(study, self.person, start),
            None => project.begin_session(self.person, start),
        }
    }
}

/// What an import is known by when it goes on.
fn identity(path: &Path) -> anyhow::Result<String> {
    let whole = path
        .canonicalize()
        .with_context(|| format!("{} cannot be read; check the path", path.display()))?;
    Ok(format!("{} {}", whole.display(), whole.metadata().map_or(0, |it| it.len())))
}

fn interrupted(intake: &Intake, at: Duration) -> anyhow::Error {
    anyhow::anyhow!(
        "stopped after {:.0} minutes; the same command goes on with session {}",
        at.as_secs_f64() / 60.0,
        intake.id()
    )
}

fn recording(
    project: &mut Project,
    import: &Import,
    path: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let named = || path.display().to_string();
    let mut reader = RecordingReader::open(path).with_context(named)?;
    let info = reader.info().clone();
    let started_at = match import.started {
        Some(text) => parse_moment(text)?,
        None => i64::try_from(info.started_at).unwrap_or(i64::MAX),
    };
    let window = import.window;
    let start = SessionStart {
        started_at: window.start(started_at),
        source: "recording".to_owned(),
        identity: identity(path)?,
        model: info.model.clone(),
        is_live: false,
        expected: None,
    };
    let faces: Vec<u16> = info
        .channels
        .iter()
        .filter(|channel| channel.kind == ChannelKind::Faces)
        .map(|channel| channel.id)
        .collect();
    if faces.len() > 1 {
        eprintln!("the recording has {} channels of faces; the first is taken", faces.len());
    }
    let channel = faces.first().copied();
    let mut intake = import.begin(project, &start)?;
    tell_resumed(&intake);
    while let Some(block) = reader.next_block().with_context(named)? {
        for moment in block.iter().filter(|moment| Some(moment.channel) == channel) {
            let Some(at) = window.place(moment.at) else { continue };
            match &moment.what {
                What::NewSource => intake.new_source(at)?,
                What::Frame { frame_size, analysis } => intake.frame(at, *frame_size, analysis)?,
            }
        }
        if stop.load(Ordering::Relaxed) {
            return Err(interrupted(&intake, reader.length()));
        }
    }
    if let Some(damage) = reader.damage() {
        eprintln!("{damage}");
    }
    for unread in reader.unread() {
        eprintln!("{unread}");
    }
    tell(import.person, &intake.finish(window.end(reader.length()))?);
    Ok(())
}

fn tell_resumed(intake: &Intake) {
    let at = intake.resumes_at();
    if !at.is_zero() {
        eprintln!("session {} goes on at {} minutes", intake.id(), at.as_secs() / 60);
    }
}

/// When a film was changed last.
fn changed_at(path: &Path) -> anyhow::Result<i64> {
    let changed = path.metadata().and_then(|it| it.modified());
    let changed =
        changed.with_context(|| format!("{} cannot be read; check the path", path.display()))?;
    // Before 1970: refused as a wrong clock.
    let since = changed.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

fn film(
    project: &mut Project,
    import: &Import,
    path: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let started_at = match import.started {
        Some(text) => parse_moment(text)?,
        None => {
            let at = changed_at(path)?;
            eprintln!(
                "the session began {}, when the file was changed last; --started says otherwise",
                moment_of(at)
            );
            at
        }
    };
    let parts = import.pipeline.parts()?;
    let window = import.window;
    eprintln!("{}", parts.describe());
    let start = SessionStart {
        started_at: window.start(started_at),
        source: if path.is_dir() { "folder of pictures" } else { "film" }.to_owned(),
        identity: identity(path)?,
        model: Some(parts.model_name().to_owned()),
        is_live: false,
        expected: None,
    };
    let mut intake = import.begin(project, &start)?;
    tell_resumed(&intake);
    let step = Duration::from_secs_f64(1.0 / import.rate.clamp(0.1, 1000.0));
    let mut pieces = Pieces::at(&parts, intake.resumes_at())?;
    let from = window.film_time(pieces.begins()).saturating_sub(LEAD_IN);
    thread::scope(|scope| {
        let (sender, frames) = bounded(WAITING);
        let path = path.to_owned();
        scope.spawn(move || decode(path, step, from, &sender));
        let mut end = Duration::ZERO;
        let mut piece = Duration::ZERO;
        for frame in frames {
            let frame = frame?;
            let size = (frame.width(), frame.height());
            end = frame.time() + step;
            // Faces are followed and smoothed a little before the session begins, too.
            let analysis = pieces.analyze(&frame, window.session_time(frame.time()))?;
            let Some(at) = window.place(frame.time()) else {
                if frame.time() > window.film_time(intake.resumes_at()) {
                    break;
                }
                continue;
            };
            if at >= pieces.begins() && piece != pieces.begins() {
                piece = pieces.begins();
                intake.new_source(piece)?;
            }
            intake.frame(at, size, &analysis)?;
            if stop.load(Ordering::Relaxed) {
                return Err(interrupted(&intake, frame.time()));
            }
        }
        tell(import.person, &intake.finish(window.end(end))?);
        Ok(())
    })
}

/// Gives a film's frames from a time on, at most one for each `step`: the same ones, wherever it begins.
fn decode(
    path: PathBuf,
    step: Duration,
    from: Duration,
    frames: &Sender<Result<Frame, CaptureError>>,
) {
    // Rounded: a film that has just this rate has all its frames, though its times are not exact.
    let step_of = |time: Duration| (time.as_secs_f64() / step.as_secs_f64()).round() as u64;
    let mut next = step_of(from);
    let result = emotion_capture::open(&SourceSpec::Path(path), &OpenOptions::default()).and_then(
        |mut source| {
            while let Some(frame) = source.next_frame()? {
                if step_of(frame.time()) < next {
                    continue;
                }
                next = step_of(frame.time()) + 1;
                if frames.send(Ok(frame)).is_err() {
                    break;
                }
            }
            Ok(())
        },
    );
    if let Err(error) = result {
        // Whoever reads has stopped, then.
        let _ = frames.send(Err(error));
    }
}
