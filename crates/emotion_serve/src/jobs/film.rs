//! Reads a film frame by frame on a thread of its own; the pool analyzes the frames.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use emotion_capture::{FrameSource, OpenOptions, SourceSpec};
use emotion_core::{Event, Frame, SessionTime, StreamId};
use emotion_session::{Analyzer, Lifecycle, LifecycleConfig, Observation};
use tempfile::TempPath;
use tokio::runtime::Handle;

use super::store::{Job, State};
use crate::app::App;
use crate::metrics::From;
use crate::pool::PoolError;
use crate::problem::{Code, Problem};

/// Events that a result may have.
const MAX_EVENTS: usize = 500_000;
/// While the queue is full, a frame is tried again after this time.
const QUEUE_PAUSE: Duration = Duration::from_millis(10);

/// Does a job, remembers its result for a while, and forgets it.
pub async fn run(app: App, job: Arc<Job>, film: TempPath) {
    if let Ok(_turn) = app.jobs.running.acquire().await {
        let state = {
            let (app, job) = (app.clone(), job.clone());
            let runtime = Handle::current();
            tokio::task::spawn_blocking(move || read(&app, &job, &film, &runtime)).await
        };
        job.set(match state {
            Ok(Ok((frames, events))) => State::Done { frames, events: Arc::new(events) },
            Ok(Err(problem)) => State::Failed(problem),
            Err(_) => {
                let detail = "reading the film crashed; this is a fault of the server";
                State::Failed(Problem::new(Code::Internal, detail))
            }
        });
    }
    tokio::select! {
        () = tokio::time::sleep(app.config.job_memory) => {}
        () = app.ended() => {}
    }
    app.jobs.forget(&job.id);
}

/// Analyzes a film to its end.
fn read(app: &App, job: &Job, film: &Path, runtime: &Handle) -> Result<(u64, Vec<Event>), Problem> {
    let analyzer = app.parts.analyzer();
    let analyzer = analyzer.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let analyzer = Arc::new(Mutex::new(analyzer));
    let mut source = open(film)?;
    let expected = source.frame_count();
    let mut lifecycle = Lifecycle::new(StreamId::default(), LifecycleConfig::default());
    let (mut events, mut frames) = (Vec::new(), 0);
    job.set(State::Running { frames, expected });
    while let Some(frame) = next_frame(source.as_mut())? {
        if job.is_cancelled() || *app.ending.borrow() {
            return Err(Problem::new(Code::NotReady, "the job was stopped"));
        }
        let observation = analyze(app, &analyzer, frame, runtime)?;
        lifecycle.observe(&observation, &mut events);
        if events.len() > MAX_EVENTS {
            let detail = format!("the film has more than {MAX_EVENTS} events; cut it");
            return Err(Problem::new(Code::FilmUnusable, detail));
        }
        frames += 1;
        job.set(State::Running { frames, expected });
    }
    Ok((frames, events))
}

fn open(film: &Path) -> Result<Box<dyn FrameSource>, Problem> {
    let spec = SourceSpec::Path(film.to_owned());
    emotion_capture::open(&spec, &OpenOptions::default()).map_err(|error| unusable(&error))
}

fn next_frame(source: &mut dyn FrameSource) -> Result<Option<Frame>, Problem> {
    source.next_frame().map_err(|error| unusable(&error))
}

/// The error of a film. Its message names a temporary file, which is nothing for a client.
fn unusable(error: &emotion_core::CaptureError) -> Problem {
    tracing::info!(%error, "a film cannot be read");
    let detail = "the film cannot be read to its end: it is damaged, truncated, or of a kind that this \
                  server was built without";
    Problem::new(Code::FilmUnusable, detail)
}

/// Has the pool analyze a frame; waits while its queue is full.
fn analyze(
    app: &App,
    analyzer: &Arc<Mutex<Analyzer>>,
    frame: Frame,
    runtime: &Handle,
) -> Result<Observation, Problem> {
    let frame = Arc::new(frame);
    loop {
        let (analyzer, shared) = (analyzer.clone(), frame.clone());
        let start = Instant::now();
        let work = move |_: &mut Analyzer| {
            analyzer.lock().unwrap_or_else(PoisonError::into_inner).analyze(&shared)
        };
        match runtime.block_on(app.pool.run(work)) {
            Ok(Ok(analysis)) => {
                app.metrics.count_analysis(From::Job, start.elapsed());
                let frame_size = (frame.width(), frame.height());
                return Ok(Observation { time: SessionTime(frame.time()), frame_size, analysis });
            }
            Ok(Err(error)) => return Err(Problem::new(Code::Internal, error.to_string())),
            Err(PoolError::Full) => std::thread::sleep(QUEUE_PAUSE),
            Err(error @ PoolError::Crashed) => return Err(error.into()),
        }
    }
}
