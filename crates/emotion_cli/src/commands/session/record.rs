//! `emotion session record`: a session that happens now, with a camera or the puppet.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::bail;
use clap::Args;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use emotion_capture::{CaptureState, OpenOptions, SourceSpec};
use emotion_core::{Analysis, Event, EventKind, FaceReading, Reading, SubjectId};
use emotion_project::{Intake, Project, SessionStart, now};
use emotion_session::{AnalyzerSettings, Session, StreamConfig};

use super::tell;
use crate::commands::pipeline::PipelineArgs;
use crate::commands::stop::stop_on_ctrl_c;

/// How often it is looked whether to stop.
const TICK: Duration = Duration::from_millis(100);

/// Records a session of a person, until Ctrl-C
///
/// Readings are stored every minute; no picture is. `emotion session mark` marks what happens meanwhile, from
/// another terminal. A crash costs at most the last minute.
#[derive(Args)]
pub struct RecordArgs {
    /// The person's pseudonym
    person: String,

    /// auto, camera, camera:N, puppet, or the address of a stream
    #[arg(long, default_value = "camera")]
    source: SourceSpec,

    /// Stops after this many seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Records a session.
///
/// # Errors
/// When the source does not open, or it cannot be stored.
pub fn run(project: &mut Project, args: &RecordArgs) -> anyhow::Result<()> {
    if let SourceSpec::Path(path) = &args.source {
        bail!("{} is a file; `emotion session import` takes films", path.display());
    }
    let stop = stop_on_ctrl_c()?;
    let settings = args.pipeline.settings();
    // Refused before a camera is opened.
    let mut intake = project.begin_session(&args.person, &live_start(&args.source, &settings))?;
    let (session, events) = open(&args.source, settings)?;
    eprintln!("recording session {} of {}; Ctrl-C ends it", intake.id(), args.person);
    let limit = args.seconds.map(Duration::from_secs);
    let mut live = Live { intake: &mut intake, began: None, frame: None };
    let end = live.follow(&session, &events, limit, &stop)?;
    let missed = session.status().missed;
    if missed > 0 {
        eprintln!("{missed} events were missed, because storing was too slow");
    }
    tell(&args.person, &intake.finish(end)?);
    Ok(())
}

/// What a session from a live source begins with.
pub fn live_start(source: &SourceSpec, settings: &AnalyzerSettings) -> SessionStart {
    SessionStart {
        started_at: now(),
        source: kind(source).to_owned(),
        identity: "live".to_owned(),
        model: Some(settings.model.to_string()),
        is_live: true,
        expected: None,
    }
}

/// Opens a live source; what is read of it comes as events.
///
/// # Errors
/// When the system gives no thread.
pub fn open(
    source: &SourceSpec,
    settings: AnalyzerSettings,
) -> anyhow::Result<(Session, Receiver<Event>)> {
    let session = Session::start(std::sync::Arc::default())?;
    let events = session.subscribe();
    let config = StreamConfig { analyzer: settings, ..StreamConfig::default() };
    session.open(source.clone(), OpenOptions::default(), config)?;
    Ok((session, events))
}

const fn kind(source: &SourceSpec) -> &'static str {
    match source {
        SourceSpec::Puppet => "puppet",
        SourceSpec::Url(_) => "stream",
        _ => "camera",
    }
}

/// A session that comes in, event by event.
pub struct Live<'a, 'b> {
    pub intake: &'a mut Intake<'b>,
    /// When the first frame was analyzed: camera and model were ready then.
    pub began: Option<Duration>,
    /// The frame whose faces come in.
    pub frame: Option<(Duration, (u32, u32), Analysis)>,
}

impl Live<'_, '_> {
    /// Takes in events until the end; gives its time.
    ///
    /// # Errors
    /// When the source fails, or it cannot be stored.
    pub fn follow(
        &mut self,
        session: &Session,
        events: &Receiver<Event>,
        limit: Option<Duration>,
        stop: &AtomicBool,
    ) -> anyhow::Result<Duration> {
        loop {
            match events.recv_timeout(TICK) {
                Ok(event) => self.take(&event)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => bail!("the session ended by itself"),
            }
            let status = session.status();
            for stream in &status.streams {
                if let CaptureState::Failed { reason } = &stream.capture.state {
                    bail!("{reason}");
                }
            }
            let now =
                self.began.map_or(Duration::ZERO, |began| status.time.0.saturating_sub(began));
            if stop.load(Ordering::Relaxed) || limit.is_some_and(|limit| now >= limit) {
                // A frame that comes with the end belongs to what is after it.
                self.frame.take_if(|(at, ..)| limit.is_some_and(|limit| *at >= limit));
                self.flush()?;
                return Ok(limit.map_or(now, |limit| now.min(limit)));
            }
        }
    }

    fn take(&mut self, event: &Event) -> anyhow::Result<()> {
        match &event.kind {
            EventKind::FrameAnalyzed { sequence, frame_size, .. } => {
                self.flush()?;
                let began = *self.began.get_or_insert(event.time.0);
                let time = event.time.0.saturating_sub(began);
                let analysis = Analysis { sequence: *sequence, time, ..Analysis::default() };
                self.frame = Some((time, *frame_size, analysis));
            }
            EventKind::FaceAppeared { subject, face }
            | EventKind::FaceRead { subject, face }
            | EventKind::FaceReturned { subject, face } => {
                if let Some((_, _, analysis)) = &mut self.frame {
                    analysis.readings.push(reading(*subject, face));
                }
            }
            EventKind::EpochBegan => {
                self.flush()?;
                if let Some(began) = self.began {
                    self.intake.new_source(event.time.0.saturating_sub(began))?;
                }
            }
            EventKind::Problem { message } => eprintln!("{message}"),
            EventKind::Recovered => eprintln!("it goes on"),
            _ => {}
        }
        Ok(())
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        if let Some((at, size, analysis)) = self.frame.take() {
            self.intake.frame(at, size, &analysis)?;
        }
        Ok(())
    }
}

fn reading(subject: SubjectId, face: &FaceReading) -> Reading {
    Reading {
        track: subject.track,
        bbox_in_frame: face.bbox_in_frame,
        roll: face.roll,
        presence: face.presence,
        scores: face.scores,
        raw_scores: face.raw_scores,
        dominant: face.dominant,
        confidence: face.confidence,
    }
}
