//! `emotion study sample`: a study to look at, made with the puppet.
//!
//! The film is drawn, and the viewers are puppets whose pictures go through the same detector and model as a camera's.
//! Only the script is made up: who smiles at what, how late and how long.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use emotion_capture::{FilmWriter, FrameSource};
use emotion_core::Expression;
use emotion_project::study::Baseline;
use emotion_project::{Project, Purpose, parse_moment};
use emotion_puppet::{PuppetConfig, PuppetScript, PuppetSource};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tiny_skia::{Color, FillRule, Paint, PathBuilder, Pixmap, Rect, Transform};

use super::{compare, make, report_of};
use crate::commands::pipeline::{Parts, PipelineArgs};
use crate::commands::project::sample::{RATE, SIZE, add_puppet, create, puppet_start};
use crate::commands::stop::stop_on_ctrl_c;

const FIRST: &str = "2025-03-03T18:00:00Z";
/// Length of the film, and of the grey screen before it, in seconds.
const LENGTH: u32 = 90;
const LEAD: i32 = 10;
/// The film's frames.
const FILM_SIZE: (u32, u32) = (480, 270);
const FILM_RATE: u32 = 10;
/// Viewers of each version.
const VIEWERS: [u8; 2] = [12, 12];
/// The ball slips, it rains, a rocket goes up.
const SLIPS: [f64; 2] = [24.0, 33.0];
const RAIN: [f64; 2] = [48.0, 62.0];
const ROCKET: f64 = 78.0;

/// Makes a project with a study of a drawn film in two versions, 12 viewers each, and its reports
///
/// The viewers are puppets; their pictures go through the same detector and model as a camera's. It takes minutes.
#[derive(Args)]
pub struct SampleArgs {
    /// A new folder for it
    folder: PathBuf,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Makes the project and its reports.
///
/// # Errors
/// When the pipeline cannot be loaded, or something cannot be written.
pub fn run(args: &SampleArgs) -> anyhow::Result<()> {
    let stop = stop_on_ctrl_c()?;
    let mut project = create(&args.folder, Purpose::Audience)?;
    let parts = args.pipeline.parts()?;
    let folder = std::path::absolute(&args.folder)
        .with_context(|| format!("{} cannot be found", args.folder.display()))?;
    let names = ["with-the-slip", "without-it"];
    let mut person = 0;
    for (version, name) in names.into_iter().enumerate() {
        let path = folder.join(format!("{name}.mp4"));
        draw_film(&path, version == 0)?;
        let baseline = Baseline::Part { from: -LEAD, to: 0 };
        let study = make(&mut project, name, &path, baseline)?;
        for _ in 0..VIEWERS[version] {
            if stop.load(Ordering::Relaxed) {
                anyhow::bail!("stopped; {} has {person} viewers", folder.display());
            }
            person += 1;
            watch(&mut project, &parts, name, person, version == 0)?;
            eprintln!("viewer {person} of {}", VIEWERS.iter().sum::<u8>());
        }
        let expressions = [Expression::Happy, Expression::Surprise, Expression::Sad];
        let findings = project.findings(name, &expressions)?;
        report_of(&project, &findings, &study.film)?;
    }
    compare(&project, names[0], names[1], &[Expression::Happy, Expression::Surprise])
}

/// A viewer: their pictures are read, and become a view of the study.
fn watch(
    project: &mut Project,
    parts: &Parts,
    study: &str,
    number: u8,
    slips: bool,
) -> anyhow::Result<()> {
    let who = format!("viewer-{number:02}");
    let first = parse_moment(FIRST)?;
    add_puppet(project, &who, first)?;
    let (mut finder, mut reader) = (parts.finder()?, parts.reader()?);
    let start = puppet_start(parts, first + i64::from(number) * 600);
    let mut intake = project.begin_view(study, &who, &start)?;
    let length = f64::from(LENGTH) + f64::from(LEAD);
    // Somebody is called away before the end.
    let leaves = if number % 5 == 3 { length - 12.0 } else { length };
    let mut puppet = PuppetSource::new(PuppetConfig {
        size: SIZE,
        frames_per_second: RATE,
        seed: u64::from(number) + 100,
        script: PuppetScript::Steps(script(number, slips)),
        frames: Some((leaves * RATE) as u64),
        ..PuppetConfig::default()
    });
    while let Some(frame) = puppet.next_frame()? {
        let analysis = reader.read(&finder.find(&frame)?)?;
        intake.frame(frame.time(), SIZE, &analysis)?;
    }
    intake.finish(Duration::from_secs_f64(length))?;
    Ok(())
}

/// What a viewer shows: not everybody at everything, some later than others.
fn script(number: u8, slips: bool) -> Vec<(Duration, Expression)> {
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(number));
    let mut steps = Vec::new();
    let mut react = |at: f64, length: f64, part: f64, expression| {
        let (late, longer) = (random.random_range(0.4..1.8), random.random_range(0.6..1.4));
        if random.random_bool(part) {
            let from = f64::from(LEAD) + at + late;
            steps.push((Duration::from_secs_f64(from), expression));
            steps.push((Duration::from_secs_f64(from + length * longer), Expression::Neutral));
        }
    };
    if slips {
        react(SLIPS[0], 4.0, 0.75, Expression::Happy);
        react(SLIPS[1], 5.5, 0.9, Expression::Happy);
    }
    react(RAIN[0] + 3.0, 9.0, 0.7, Expression::Sad);
    react(ROCKET, 2.0, 0.85, Expression::Surprise);
    react(ROCKET + 5.0, 5.0, 0.6, Expression::Happy);
    steps
}

/// Draws the film: a ball rolls over a hill, slips twice in one version, is rained on, and sees a rocket.
fn draw_film(path: &Path, slips: bool) -> anyhow::Result<()> {
    let mut writer = FilmWriter::create(path, f64::from(FILM_RATE), FILM_SIZE)?;
    for number in 0..LENGTH * FILM_RATE {
        let time = f64::from(number) / f64::from(FILM_RATE);
        let picture = scene(time, slips)?;
        let rgb = picture.data().chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect();
        writer.write(rgb, Duration::from_secs_f64(time))?;
    }
    Ok(writer.finish()?)
}

fn scene(time: f64, slips: bool) -> anyhow::Result<Pixmap> {
    let (width, height) = (FILM_SIZE.0 as f32, FILM_SIZE.1 as f32);
    let mut picture = Pixmap::new(FILM_SIZE.0, FILM_SIZE.1).context("no memory for a picture")?;
    let rains = (RAIN[0]..RAIN[1]).contains(&time);
    let night = time >= RAIN[1] + 6.0;
    let sky = match (rains, night) {
        (true, _) => (104, 114, 128),
        (_, true) => (24, 28, 60),
        _ => (150, 200, 232),
    };
    let t = time as f32;
    picture.fill(Color::from_rgba8(sky.0, sky.1, sky.2, 255));
    if !rains {
        let light = if night { (232, 232, 210) } else { (250, 214, 92) };
        disc(&mut picture, (width * 0.82, height * 0.2), 26.0, light);
    }
    disc(&mut picture, (width * 0.3, height * 2.35), height * 1.65, (72, 138, 82));
    disc(&mut picture, (width * 0.85, height * 2.1), height * 1.35, (56, 118, 70));
    let slip = SLIPS.into_iter().find(|at| slips && (*at..at + 2.5).contains(&time));
    let since = slip.map_or(0.0, |at| (time - at) as f32);
    let (bounce, flat) = match slip {
        Some(_) => ((since * 9.0).sin().abs() * 60.0 * (1.0 - since / 2.5), 0.75),
        None => ((t * 2.2).sin().abs() * 8.0, 1.0),
    };
    let x = width * (0.15 + 0.5 * (t / 90.0)) + if slip.is_some() { 30.0 * since } else { 0.0 };
    let y = height * 0.68 - bounce;
    oval(&mut picture, (x, y), (24.0, 24.0 * flat), (214, 64, 48));
    disc(&mut picture, (x + 8.0, y - 6.0), 5.0, (255, 255, 255));
    if rains {
        for drop in 0..60_u32 {
            let column = (drop * 83 % 480) as f32;
            let row = ((drop * 57 % 270) as f32 + t * 220.0) % height;
            block(&mut picture, (column, row), (2.0, 12.0), (176, 196, 220));
        }
    }
    if (ROCKET..ROCKET + 1.5).contains(&time) {
        let up = height * (0.7 - 0.35 * ((time - ROCKET) as f32));
        block(&mut picture, (width * 0.6, up), (4.0, 18.0), (250, 230, 160));
    }
    if (ROCKET + 1.5..ROCKET + 9.0).contains(&time) {
        let since = (time - ROCKET - 1.5) as f32;
        let reach = 80.0 * (since * 2.0).min(1.0);
        for spark in 0..24_u32 {
            let angle = spark as f32 * std::f32::consts::TAU / 24.0;
            let place = (
                width * 0.6 + reach * angle.cos(),
                height * 0.28 + reach * angle.sin() + since * 6.0,
            );
            let colours = [(240, 180, 60), (240, 90, 120), (120, 200, 240)];
            disc(&mut picture, place, (5.0 - since * 0.6).max(0.6), colours[spark as usize % 3]);
        }
    }
    Ok(picture)
}

fn paint((red, green, blue): (u8, u8, u8)) -> Paint<'static> {
    let mut paint = Paint { anti_alias: true, ..Paint::default() };
    paint.set_color_rgba8(red, green, blue, 255);
    paint
}

fn disc(picture: &mut Pixmap, center: (f32, f32), radius: f32, colour: (u8, u8, u8)) {
    oval(picture, center, (radius, radius), colour);
}

fn oval(picture: &mut Pixmap, (x, y): (f32, f32), (rx, ry): (f32, f32), colour: (u8, u8, u8)) {
    let path = Rect::from_xywh(x - rx, y - ry, 2.0 * rx, 2.0 * ry).and_then(PathBuilder::from_oval);
    if let Some(path) = path {
        picture.fill_path(&path, &paint(colour), FillRule::Winding, Transform::identity(), None);
    }
}

fn block(
    picture: &mut Pixmap,
    (x, y): (f32, f32),
    (width, height): (f32, f32),
    colour: (u8, u8, u8),
) {
    if let Some(rect) = Rect::from_xywh(x, y, width, height) {
        picture.fill_rect(rect, &paint(colour), Transform::identity(), None);
    }
}
