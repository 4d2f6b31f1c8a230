//! `emotion watch`: many cameras, rules, and alerts that people can live with.

mod memory;
mod outlets;
mod replay;

use std::fs;
use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use clap::Args;
use crossbeam_channel::RecvTimeoutError;
use emotion_capture::{CaptureState, OpenOptions, SourceSpec};
use emotion_session::{Session, StreamConfig};
use emotion_watch::{Watch, WatchConfig};

use self::memory::Memory;
use self::outlets::Outlets;
use super::pipeline::PipelineArgs;
use super::stop::stop_on_ctrl_c;

/// How often cameras, page and commands are looked at.
const TICK: Duration = Duration::from_millis(100);

/// Watches many cameras: alerts as JSON lines, webhooks, MQTT and a page, until Ctrl-C
///
/// What is usual is learnt for each camera; a budget of false alarms a day sets the thresholds. A line
/// "acknowledge ID" on standard input takes note of an alert. docs/watch.md describes the file.
#[derive(Args)]
pub struct WatchArgs {
    /// The file of cameras, zones, rules and listeners
    file: PathBuf,

    /// Takes a recording (.face) instead of the camera: a dry run, in which nobody is told; may be repeated
    #[arg(long, value_name = "CAMERA=FILE")]
    replay: Vec<replay::Replay>,

    /// Keeps what is learnt in this file, and goes on from it: the highest figure of each minute
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    learnt: Option<PathBuf>,

    /// Reads and checks the file, and ends
    #[arg(long, conflicts_with = "replay")]
    check: bool,

    /// Stops after this many seconds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    seconds: Option<u64>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Watches.
///
/// # Errors
/// When the file is not good, or a source or listener cannot start.
pub fn run(args: &WatchArgs) -> anyhow::Result<()> {
    let text = fs::read_to_string(&args.file)
        .with_context(|| format!("cannot read {}; check its path", args.file.display()))?;
    let config = WatchConfig::parse(&text).with_context(|| args.file.display().to_string())?;
    let (purpose, exemption) = config.purpose()?;
    eprintln!("watching {}", purpose.description());
    if let Some(exemption) = exemption {
        eprintln!("exempt from Article 5(1)(f) of the EU AI Act for {exemption}");
    }
    if args.check {
        eprintln!("{} is good", args.file.display());
        return Ok(());
    }
    if !args.replay.is_empty() {
        return args.replay.iter().try_for_each(|replay| replay.run(&config));
    }
    live(args, &config)
}

fn live(args: &WatchArgs, config: &WatchConfig) -> anyhow::Result<()> {
    let sources: Vec<SourceSpec> = config
        .cameras
        .iter()
        .map(|camera| camera.source.parse().with_context(|| format!("camera {}", camera.name)))
        .collect::<anyhow::Result<_>>()?;
    let stop = stop_on_ctrl_c()?;
    let mut outlets = Outlets::start(config)?;
    let mut watch = Watch::new(config, now())?;
    let mut memory =
        args.learnt.as_deref().map(|path| Memory::load(path, &mut watch)).transpose()?;
    let session = Session::start(Arc::default())?;
    let events = session.subscribe();
    for source in sources {
        let stream = StreamConfig { analyzer: args.pipeline.settings(), ..StreamConfig::default() };
        session.open(source, OpenOptions::default(), stream)?;
    }
    eprintln!("Ctrl-C ends it");
    let commands = commands();
    let until = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut looked = Instant::now();
    loop {
        match events.recv_timeout(TICK) {
            Ok(event) => {
                let notices = watch.hear(&event);
                // Whoever is told and looks at the page finds it there.
                if !notices.is_empty() {
                    outlets.show(&watch);
                }
                outlets.tell(&notices)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("the session ended by itself"),
        }
        if looked.elapsed() < TICK {
            continue;
        }
        looked = Instant::now();
        let is_over = look_at_sources(&session, &mut watch, &mut outlets)?;
        acknowledge(&commands, &mut watch, &mut outlets)?;
        outlets.show(&watch);
        if let Some(memory) = &mut memory {
            memory.keep_sometimes(&watch);
        }
        if is_over || stop.load(Ordering::Relaxed) || until.is_some_and(|until| looked >= until) {
            break;
        }
    }
    outlets.tell(&watch.close())?;
    let missed = session.status().missed;
    if missed > 0 {
        eprintln!("{missed} events were missed, because watching was too slow");
    }
    outlets.finish();
    memory.map_or(Ok(()), |memory| memory.keep(&watch))
}

/// Tells of cameras that are gone or back; whether all of them reached their end.
fn look_at_sources(
    session: &Session,
    watch: &mut Watch,
    outlets: &mut Outlets,
) -> anyhow::Result<bool> {
    let streams = session.status().streams;
    for stream in &streams {
        let problem = match &stream.capture.state {
            CaptureState::Retrying { reason, .. } | CaptureState::Failed { reason } => {
                Some(reason.as_str())
            }
            // Nothing new is known of it.
            CaptureState::Opening => continue,
            CaptureState::Streaming | CaptureState::Paused | CaptureState::Ended => None,
        };
        let notice = watch.set_source_problem(stream.stream, problem);
        outlets.tell(notice.as_slice())?;
    }
    let is_over =
        |state: &CaptureState| matches!(state, CaptureState::Ended | CaptureState::Failed { .. });
    Ok(!streams.is_empty() && streams.iter().all(|stream| is_over(&stream.capture.state)))
}

fn acknowledge(
    commands: &Receiver<String>,
    watch: &mut Watch,
    outlets: &mut Outlets,
) -> anyhow::Result<()> {
    for id in commands.try_iter().chain(outlets.acknowledged()) {
        match watch.acknowledge(&id) {
            Some(notice) => outlets.tell(&[notice])?,
            None => eprintln!("there is no alert {id} that is on and not acknowledged"),
        }
    }
    Ok(())
}

/// The ids of alerts from lines of standard input.
fn commands() -> Receiver<String> {
    let (sender, receiver) = channel();
    // Without the thread there are no commands, which is said; the watch goes on.
    let spawned = thread::Builder::new().name("commands".to_owned()).spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            match line.trim().split_once(' ') {
                Some(("acknowledge", id)) => {
                    if sender.send(id.trim().to_owned()).is_err() {
                        return;
                    }
                }
                _ if line.trim().is_empty() => {}
                _ => eprintln!("\"{line}\" is no command; write: acknowledge ID"),
            }
        }
    });
    if let Err(error) = spawned {
        eprintln!("standard input is not read: {error}");
    }
    receiver
}

/// Seconds since the start of 1970 (UTC).
fn now() -> i64 {
    // A clock that is set before 1970 is wrong anyway.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
