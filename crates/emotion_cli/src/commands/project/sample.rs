//! `emotion project sample`: a project to look at, made with the puppet.
//!
//! The puppet plays twenty sessions, which go frame by frame through the same detector, model and intake as a
//! camera's. Only the script is made up: when it smiles, what is marked, what is answered.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use emotion_capture::FrameSource;
use emotion_core::{Expression, Frame};
use emotion_project::{
    Mark, MarkKind, NewProject, Project, Purpose, SessionStart, parse_moment, report,
};
use emotion_puppet::{PuppetConfig, PuppetScript, PuppetSource};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::commands::pipeline::{Parts, PipelineArgs};
use crate::commands::stop::stop_on_ctrl_c;

/// The person: nobody, the puppet is drawn.
const PERSON: &str = "sample-01";
/// A Monday.
const FIRST: &str = "2025-01-06T15:00:00Z";
const DAY: i64 = 24 * 3600;
/// Length of a session in seconds.
const LENGTH: u64 = 12 * 60;
/// Small pictures, a few a second: an hour of them is read in minutes.
pub const SIZE: (u32, u32) = (320, 240);
pub const RATE: f64 = 3.0;

/// Makes a project with twenty sessions that the puppet plays, and a report of it
///
/// Its frames go through the same detector and model as a camera's, which takes a quarter of an hour.
#[derive(Args)]
pub struct SampleArgs {
    /// A new folder for it
    folder: PathBuf,

    /// How many sessions
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u8).range(1..=60))]
    sessions: u8,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Makes the project and its report.
///
/// # Errors
/// When the pipeline cannot be loaded, or something cannot be written.
pub fn run(args: &SampleArgs) -> anyhow::Result<()> {
    let stop = stop_on_ctrl_c()?;
    let mut project = create(&args.folder, Purpose::Therapy)?;
    let first = parse_moment(FIRST)?;
    add_puppet(&mut project, PERSON, first)?;
    let parts = args.pipeline.parts()?;
    for index in 0..args.sessions {
        if stop.load(std::sync::atomic::Ordering::Relaxed) {
            anyhow::bail!("stopped; {} has {index} sessions", args.folder.display());
        }
        let script = Script::new(index);
        // Mondays and Thursdays.
        let day = i64::from(index / 2) * 7 + i64::from(index % 2) * 3;
        play(&mut project, &parts, &script, first + day * DAY)?;
        eprintln!("session {} of {}", index + 1, args.sessions);
    }
    let path = project.out_folder(PERSON)?.join("report.html");
    super::write(&path, &report::person(&project, PERSON)?)
}

/// A project that belongs to nobody.
///
/// # Errors
/// When the folder cannot be made, or is a project.
pub fn create(folder: &Path, purpose: Purpose) -> anyhow::Result<Project> {
    let new = NewProject {
        controller: "nobody, this is a sample".to_owned(),
        contact: "nowhere".to_owned(),
        retention_days: 36_500,
        ..NewProject::new("Sample", purpose)
    };
    Ok(Project::create(folder, &new)?)
}

/// Adds a person who is a puppet.
///
/// # Errors
/// When they cannot be stored.
pub fn add_puppet(project: &mut Project, who: &str, since: i64) -> anyhow::Result<()> {
    project.add_person(who)?;
    Ok(project.give_consent(who, "none needed: the puppet is drawn", since)?)
}

/// What a session begins with that a puppet plays.
pub fn puppet_start(parts: &Parts, started_at: i64) -> SessionStart {
    SessionStart {
        started_at,
        source: "puppet".to_owned(),
        identity: "puppet".to_owned(),
        model: Some(parts.model_name().to_owned()),
        is_live: false,
        expected: None,
    }
}

/// Plays a session, and writes down its marks.
fn play(
    project: &mut Project,
    parts: &Parts,
    script: &Script,
    started_at: i64,
) -> anyhow::Result<()> {
    // Each session begins with a pipeline that knows nothing, like each run of the program.
    let (mut finder, mut reader) = (parts.finder()?, parts.reader()?);
    let expected = Some(Duration::from_secs(LENGTH));
    let start = SessionStart { expected, ..puppet_start(parts, started_at) };
    let mut intake = project.begin_session(PERSON, &start)?;
    let mut puppet = PuppetSource::new(PuppetConfig {
        size: SIZE,
        frames_per_second: RATE,
        seed: script.seed,
        script: PuppetScript::Steps(script.steps.clone()),
        frames: Some((LENGTH as f64 * RATE) as u64),
        ..PuppetConfig::default()
    });
    while let Some(frame) = puppet.next_frame()? {
        let at = frame.time();
        if Script::is_in(script.without_frames, at) {
            continue;
        }
        let frame = if Script::is_in(script.away, at) { empty(&frame)? } else { frame };
        let analysis = reader.read(&finder.find(&frame)?)?;
        intake.frame(at, SIZE, &analysis)?;
    }
    let session = intake.finish(Duration::from_secs(LENGTH))?.session.id;
    for mark in &script.marks {
        project.mark(session, mark)?;
    }
    Ok(())
}

/// The frame without anybody.
fn empty(frame: &Frame) -> anyhow::Result<Frame> {
    let (width, height) = (frame.width(), frame.height());
    let grey = vec![96; width as usize * height as usize * 3];
    Frame::from_rgb(grey, width, height, frame.sequence(), frame.time()).context("an empty frame")
}

/// What happens in a session.
struct Script {
    seed: u64,
    steps: Vec<(Duration, Expression)>,
    /// When the face is away, in seconds.
    away: (f64, f64),
    /// When the camera gives nothing.
    without_frames: (f64, f64),
    marks: Vec<Mark>,
}

impl Script {
    fn new(index: u8) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(u64::from(index) + 1);
        let weeks = f64::from(index) / 2.0;
        let mut spells: Vec<(f64, f64, Expression)> = Vec::new();
        // Smiles come more often from week to week, and more often towards the end of a session.
        let smiles = (0.9 + 0.16 * weeks + random.random_range(-0.35..0.35)) * LENGTH as f64 / 60.0;
        for _ in 0..smiles.round().max(0.0) as usize {
            let part = 1.0 - random.random::<f64>().powf(1.6);
            let at = 40.0 + part * (LENGTH as f64 - 60.0);
            spells.push((at, random.random_range(1.6..5.5), Expression::Happy));
        }
        // The second topic is a sad one, less so later.
        for _ in 0..(4 - index / 7) {
            let at = random.random_range(300.0..500.0);
            spells.push((at, random.random_range(8.0..20.0), Expression::Sad));
        }
        for _ in 0..2 {
            let at = random.random_range(60.0..LENGTH as f64 - 20.0);
            spells.push((at, random.random_range(1.5..3.0), Expression::Surprise));
        }
        let away = match index % 3 {
            0 => (0.0, 0.0),
            _ => {
                let from = random.random_range(200.0..600.0);
                (from, from + random.random_range(15.0..50.0))
            }
        };
        let without_frames = if index == 8 { (420.0, 500.0) } else { (0.0, 0.0) };
        let before = (4.2 + 0.25 * weeks + random.random_range(-1.2..1.2)).clamp(0.0, 10.0);
        let after = (before + random.random_range(-0.4..1.8)).clamp(0.0, 10.0);
        Self {
            seed: u64::from(index) + 11,
            steps: steps(spells),
            away,
            without_frames,
            marks: marks(index, before.round(), after.round()),
        }
    }

    fn is_in((from, to): (f64, f64), at: Duration) -> bool {
        (from..to).contains(&at.as_secs_f64())
    }
}

/// One expression after the other; what would overlap is left out.
fn steps(mut spells: Vec<(f64, f64, Expression)>) -> Vec<(Duration, Expression)> {
    spells.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut steps = Vec::new();
    let mut free = 0.0;
    for (at, length, expression) in spells {
        if at >= free {
            steps.push((Duration::from_secs_f64(at), expression));
            steps.push((Duration::from_secs_f64(at + length), Expression::Neutral));
            free = at + length + 1.0;
        }
    }
    steps
}

fn marks(index: u8, before: f64, after: f64) -> Vec<Mark> {
    const QUESTION: &str = "How do you feel right now, from 0 (very bad) to 10 (very good)?";
    let mark = |kind, second: u64, value, text: &str| Mark {
        kind,
        at_ms: second * 1000,
        until_ms: (kind == MarkKind::Rest).then_some((second + 30) * 1000),
        value,
        text: text.to_owned(),
    };
    let mut marks = vec![
        mark(MarkKind::Rest, 5, None, "quiet start"),
        mark(MarkKind::Rating, 40, Some(before), QUESTION),
        mark(MarkKind::Marker, 60, None, "How the days were"),
        mark(MarkKind::Marker, 290, None, "The phone call with the sister"),
        mark(MarkKind::Marker, 510, None, "Plans until next time"),
        mark(MarkKind::Rating, 700, Some(after), QUESTION),
    ];
    if index == 8 {
        let text = "The camera's cable came loose for a minute and a half.";
        marks.push(mark(MarkKind::Note, 0, None, text));
    }
    marks
}
