//! `emotion session import`: a session from a film, a folder of pictures or a recording.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Args;
use crossbeam_channel::{Sender, bounded};
use emotion_capture::{CaptureError, OpenOptions, SourceSpec};
use emotion_core::Frame;
use emotion_project::{Intake, Project, SessionStart, moment_of, parse_moment};
use emotion_store::{ChannelKind, RecordingReader, What};

use super::pieces::Pieces;
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

/// Imports a session.
///
/// # Errors
/// When it cannot be read or stored, or is interrupted.
pub fn run(project: &mut Project, args: &ImportArgs) -> anyhow::Result<()> {
    let SourceSpec::Path(path) = SourceSpec::from_os_str(&args.input)? else {
        bail!("{} is no file; `emotion session record` takes cameras", args.input.display());
    };
    let stop = stop_on_ctrl_c()?;
    if path.extension().is_some_and(|it| it == emotion_store::format::EXTENSION) {
        recording(project, args, &path, &stop)
    } else {
        film(project, args, &path, &stop)
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
    args: &ImportArgs,
    path: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let named = || path.display().to_string();
    let mut reader = RecordingReader::open(path).with_context(named)?;
    let info = reader.info().clone();
    let started_at = match &args.started {
        Some(text) => parse_moment(text)?,
        None => i64::try_from(info.started_at).unwrap_or(i64::MAX),
    };
    let start = SessionStart {
        started_at,
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
    let mut intake = project.begin_session(&args.person, &start)?;
    tell_resumed(&intake);
    while let Some(block) = reader.next_block().with_context(named)? {
        for moment in block.iter().filter(|moment| Some(moment.channel) == channel) {
            match &moment.what {
                What::NewSource => intake.new_source(moment.at)?,
                What::Frame { frame_size, analysis } => {
                    intake.frame(moment.at, *frame_size, analysis)?;
                }
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
    tell(&args.person, &intake.finish(reader.length())?);
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
    args: &ImportArgs,
    path: &Path,
    stop: &AtomicBool,
) -> anyhow::Result<()> {
    let started_at = match &args.started {
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
    let parts = args.pipeline.parts()?;
    eprintln!("{}", parts.describe());
    let start = SessionStart {
        started_at,
        source: if path.is_dir() { "folder of pictures" } else { "film" }.to_owned(),
        identity: identity(path)?,
        model: Some(parts.model_name().to_owned()),
        is_live: false,
        expected: None,
    };
    let mut intake = project.begin_session(&args.person, &start)?;
    tell_resumed(&intake);
    let mut pieces = Pieces::at(&parts, intake.resumes_at())?;
    let step = Duration::from_secs_f64(1.0 / args.rate.clamp(0.1, 1000.0));
    let from = pieces.first_frame();
    thread::scope(|scope| {
        let (sender, frames) = bounded(WAITING);
        let path = path.to_owned();
        scope.spawn(move || decode(path, step, from, &sender));
        let mut end = Duration::ZERO;
        let mut piece = Duration::ZERO;
        for frame in frames {
            let frame = frame?;
            let size = (frame.width(), frame.height());
            let analysis = pieces.analyze(&frame)?;
            end = frame.time() + step;
            if frame.time() >= pieces.begins() && piece != pieces.begins() {
                piece = pieces.begins();
                intake.new_source(piece)?;
            }
            intake.frame(frame.time(), size, &analysis)?;
            if stop.load(Ordering::Relaxed) {
                return Err(interrupted(&intake, frame.time()));
            }
        }
        tell(&args.person, &intake.finish(end)?);
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
