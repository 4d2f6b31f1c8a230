//! `emotion analyze`: the pipeline without a window, a row for each face and frame.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use emotion_capture::{FrameSource, OpenOptions, Pacing, SourceSpec};
use emotion_core::{Analysis, Expression, Frame};
use emotion_session::{AnalyzeError, Analyzer};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::annotate::AnnotatedFilm;
use super::film::check_target;
use super::letterbox::{self, PictureSize};
use super::pipeline::PipelineArgs;
use super::rows::{Format, Row, RowWriter};
use super::tape::Tape;

/// Frames that are read of a source without an end, unless `--frames` says otherwise.
const ENDLESS_SOURCE_FRAMES: u64 = 300;

/// Frames a second of a film of pictures, which have no rate of their own.
const DEFAULT_FILM_RATE: f64 = 25.0;

/// Reads every frame of films and pictures and writes a row for each face and frame
///
/// Rows go to stdout or --out and are handed to the system frame by frame: what is there when
/// the program is stopped is whole and stays. Messages, progress and summary go to stderr. Inputs
/// that cannot be read are reported, the others still done, and the exit status is 1.
#[derive(Args)]
pub struct AnalyzeArgs {
    /// Films, pictures, folders of pictures, URLs, `camera`, `camera:N` or `puppet`
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<String>,

    /// How rows are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// File for the rows instead of stdout (which `-` is, too); one that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Film with boxes and labels drawn in; with several inputs one film each, OUT-INPUT.mp4
    #[arg(long, value_name = "OUT.mp4")]
    annotate: Option<PathBuf>,

    /// Records the readings, without pictures, to be played again by `emotion demo --replay`;
    /// several inputs one after the other. A file that is there is not replaced
    #[arg(long, value_name = "FILE.face")]
    recording: Option<PathBuf>,

    /// Stops after this many frames of each input; what has no end stops after 300 by itself
    #[arg(long, alias = "max-frames", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    frames: Option<u64>,

    /// Fits frames into this size first (aspect kept, black bars); boxes are in its pixels
    #[arg(long, value_name = "WIDTHxHEIGHT")]
    size: Option<PictureSize>,

    /// Reads folders with their subfolders
    #[arg(long)]
    recursive: bool,

    /// Takes the pictures of a folder for the frames of a film, a time-lapse for one: faces are followed
    /// from one to the next and their scores smoothed
    #[arg(long)]
    as_film: bool,

    /// Side of the smallest face to look for in pictures, in pixels; by default a 27th of their longer
    /// side
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(24..))]
    smallest: Option<u16>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Analyzes the inputs one after the other.
///
/// # Errors
/// When the pipeline cannot be set up, the rows cannot be written, or an input could not be read.
pub fn run(args: &AnalyzeArgs) -> anyhow::Result<()> {
    refuse_to_overwrite_inputs(args)?;
    check_outputs(args)?;
    let mut analyzer = args.pipeline.analyzer()?;
    eprintln!("{}", describe(&analyzer));
    let mut tape = match &args.recording {
        None => None,
        Some(path) => {
            let model = analyzer.classifier().model.clone();
            Some(Tape::new(path, input_names(args), model)?)
        }
    };

    let out: Box<dyn Write> = match args.out.as_deref().filter(|path| *path != Path::new("-")) {
        None => Box::new(BufWriter::new(stdout())),
        Some(path) => Box::new(BufWriter::new(File::create(path).with_context(|| {
            format!("cannot write {}; check its folder and permissions", path.display())
        })?)),
    };
    let mut rows = RowWriter::new(out, args.format)?;
    let result = read_all(args, &mut analyzer, &mut rows, tape.as_mut());
    // However it went: what was read is recorded.
    tape.map_or(Ok(()), Tape::finish)?;
    result
}

fn read_all<W: Write>(
    args: &AnalyzeArgs,
    analyzer: &mut Analyzer,
    rows: &mut RowWriter<W>,
    mut tape: Option<&mut Tape>,
) -> anyhow::Result<()> {
    let stop = stop_on_ctrl_c()?;
    let mut all = Totals::default();
    let (mut done, mut failed) = (0, 0);
    for (input, film) in args.inputs.iter().zip(film_paths(args)) {
        let mut totals = Totals::default();
        let job = Job { args, input, film: film.as_deref(), stop: &stop };
        match job.run(analyzer, rows, tape.as_deref_mut(), &mut totals) {
            Ok(()) => {}
            Err(Failure::Output(error)) => return Err(error),
            // The only input: its error is the program's.
            Err(Failure::Input(error)) if args.inputs.len() == 1 => return Err(error),
            Err(Failure::Input(error)) => {
                failed += 1;
                eprintln!("error: {}", super::chain(&error));
            }
        }
        all.add(&totals);
        done += 1;
        if stop.load(Ordering::Relaxed) {
            break;
        }
    }

    if done > 1 {
        eprintln!("all: {all}");
    }
    let left = args.inputs.len() - done;
    if stop.load(Ordering::Relaxed) {
        bail!("stopped by Ctrl-C; what was read so far is written, {left} inputs were not begun");
    }
    if failed > 0 {
        bail!("{failed} of {} inputs could not be read to the end (see above)", args.inputs.len());
    }
    Ok(())
}

/// One input on its way through the pipeline.
struct Job<'a> {
    args: &'a AnalyzeArgs,
    input: &'a str,
    film: Option<&'a Path>,
    stop: &'a AtomicBool,
}

/// Why an input was not done to its end.
enum Failure {
    /// Something is wrong with the input; others may be fine.
    Input(anyhow::Error),
    /// The results have nowhere to go.
    Output(anyhow::Error),
}

impl Job<'_> {
    fn run<W: Write>(
        &self,
        analyzer: &mut Analyzer,
        rows: &mut RowWriter<W>,
        mut tape: Option<&mut Tape>,
        totals: &mut Totals,
    ) -> Result<(), Failure> {
        let (name, endless, mut source) = self.open().map_err(Failure::Input)?;
        if let Some(tape) = &mut tape {
            tape.begin_input();
        }
        let limit = self.frame_limit(&name, endless);
        let progress = Progress::start(self.args, &name, source.as_ref(), limit);
        let frames_per_second = source.frame_rate().unwrap_or(DEFAULT_FILM_RATE);
        let mut film = self.film.map(|path| AnnotatedFilm::new(path.to_owned(), frames_per_second));
        let mut problems = Problems::default();
        totals.is_still = source.is_still() && !self.args.as_film;
        let start = Instant::now();
        analyzer.restart();

        while totals.frames < limit && !self.stop.load(Ordering::Relaxed) {
            let frame = match source.next_frame() {
                Ok(Some(frame)) => frame,
                Ok(None) => break,
                // The next call goes on with what is left, or ends.
                Err(error) => {
                    problems.add(error.into());
                    continue;
                }
            };
            let frame = match self.args.size {
                Some(size) => letterbox::frame(&frame, size).map_err(Failure::Input)?,
                None => frame,
            };
            // Rows of a folder lead back to their pictures.
            let name = source.frame_file().map_or_else(|| name.clone(), path_text);
            let readings = match self.analyze(analyzer, &frame, totals.is_still) {
                Ok(analysis) => {
                    for reading in &analysis.readings {
                        rows.write(&Row::new(&name, &analysis, reading))
                            .map_err(Failure::Output)?;
                    }
                    rows.flush().map_err(Failure::Output)?;
                    if let Some(tape) = &mut tape {
                        let interval = Duration::from_secs_f64(1.0 / frames_per_second.max(0.1));
                        tape.write(&frame, &analysis, interval).map_err(Failure::Output)?;
                    }
                    totals.count(&analysis);
                    analysis.readings
                }
                Err(error) => {
                    problems.add(anyhow::Error::new(error).context(name.clone()));
                    Vec::new()
                }
            };
            if let Some(open_film) = &mut film
                && let Err(error) = open_film.write(&frame, &readings)
            {
                problems.add(error);
                film = None;
            }
            totals.frames += 1;
            totals.elapsed = start.elapsed();
            progress.advance();
        }

        progress.finish();
        if let Some(Err(error)) = film.map(AnnotatedFilm::finish) {
            problems.add(error);
        }
        if totals.frames > 0 {
            eprintln!("{name}: {totals}");
        }
        problems.into_result().map_err(Failure::Input)
    }

    fn analyze(
        &self,
        analyzer: &mut Analyzer,
        frame: &Frame,
        is_still: bool,
    ) -> Result<Analysis, AnalyzeError> {
        if is_still {
            analyzer.analyze_still(frame, self.args.smallest.map(f32::from))
        } else {
            analyzer.analyze(frame)
        }
    }

    /// The source, its name in the rows (as it was given, but no password goes into a file), and
    /// whether it never ends by itself.
    fn open(&self) -> anyhow::Result<(String, bool, Box<dyn FrameSource>)> {
        let spec: SourceSpec = self.input.parse()?;
        let options = OpenOptions { recursive: self.args.recursive, ..OpenOptions::default() };
        let source = emotion_capture::open(&spec, &options)?;
        let endless = source.pacing() == Pacing::Live
            || matches!(spec, SourceSpec::Auto | SourceSpec::Camera(_) | SourceSpec::Puppet);
        let name = match spec {
            SourceSpec::Url(_) => source.label(),
            _ => self.input.to_owned(),
        };
        Ok((name, endless, source))
    }

    /// After how many frames to stop.
    fn frame_limit(&self, name: &str, endless: bool) -> u64 {
        match self.args.frames {
            Some(limit) => limit,
            None if endless => {
                eprintln!(
                    "{name} has no end: reading {ENDLESS_SOURCE_FRAMES} frames; \
                     --frames N reads more or fewer"
                );
                ENDLESS_SOURCE_FRAMES
            }
            None => u64::MAX,
        }
    }
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// What went wrong while an input was read, without an end of it.
#[derive(Default)]
struct Problems {
    first: Option<anyhow::Error>,
    more: usize,
}

impl Problems {
    fn add(&mut self, error: anyhow::Error) {
        match self.first {
            None => self.first = Some(error),
            Some(_) => self.more += 1,
        }
    }

    fn into_result(self) -> anyhow::Result<()> {
        match self.first {
            None => Ok(()),
            Some(error) if self.more == 0 => Err(error),
            Some(error) => bail!("{} (and {} more like this)", super::chain(&error), self.more),
        }
    }
}

/// What the summary says.
#[derive(Default)]
struct Totals {
    /// Whether frames are pictures of their own, in which nobody is followed.
    is_still: bool,
    frames: u64,
    faces: u64,
    /// Tracks are numbered from 1, without gaps.
    tracks: u64,
    expressions: [u64; Expression::COUNT],
    unsure: u64,
    detect: Duration,
    classify: Duration,
    elapsed: Duration,
}

impl Totals {
    fn count(&mut self, analysis: &Analysis) {
        self.faces += analysis.readings.len() as u64;
        for reading in &analysis.readings {
            self.tracks = self.tracks.max(reading.track);
            match reading.dominant {
                Some(expression) => self.expressions[expression.index()] += 1,
                None => self.unsure += 1,
            }
        }
        self.detect += analysis.detect_time;
        self.classify += analysis.classify_time;
    }

    fn add(&mut self, other: &Self) {
        self.is_still = other.is_still && (self.is_still || self.frames == 0);
        self.frames += other.frames;
        self.faces += other.faces;
        self.tracks += other.tracks;
        for (sum, count) in self.expressions.iter_mut().zip(other.expressions) {
            *sum += count;
        }
        self.unsure += other.unsure;
        self.detect += other.detect;
        self.classify += other.classify;
        self.elapsed += other.elapsed;
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let frames = self.frames.max(1) as f64;
        let seconds = self.elapsed.as_secs_f64();
        let unit = if self.is_still { "picture" } else { "frame" };
        write!(
            f,
            "{} {unit}{} in {seconds:.1} s ({:.1} {unit}s/s), {:.2} faces a {unit}",
            self.frames,
            if self.frames == 1 { "" } else { "s" },
            self.frames as f64 / seconds.max(1e-9),
            self.faces as f64 / frames,
        )?;
        if !self.is_still {
            write!(f, ", {} tracks", self.tracks)?;
        }
        if self.faces > 0 {
            let mut shares: Vec<(&str, u64)> = Expression::ALL
                .into_iter()
                .map(Expression::name)
                .zip(self.expressions)
                .chain([("unsure", self.unsure)])
                .filter(|(_, count)| *count > 0)
                .collect();
            shares.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            for (index, (name, count)) in shares.iter().enumerate() {
                let comma = if index == 0 { "; " } else { ", " };
                write!(f, "{comma}{name} {:.0}%", *count as f64 / self.faces as f64 * 100.0)?;
            }
        }
        write!(
            f,
            "; a {unit} took {:.1} ms to detect, {:.1} ms to classify",
            self.detect.as_secs_f64() * 1e3 / frames,
            self.classify.as_secs_f64() * 1e3 / frames,
        )
    }
}

/// A bar on stderr, where somebody sees it and no rows run through it.
struct Progress(ProgressBar);

impl Progress {
    fn start(args: &AnalyzeArgs, name: &str, source: &dyn FrameSource, limit: u64) -> Self {
        let length = source.frame_count().map_or(limit, |count| count.min(limit));
        let shown = stderr().is_terminal() && (args.out.is_some() || !stdout().is_terminal());
        let target =
            if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let known = length != u64::MAX;
        let bar = ProgressBar::with_draw_target(known.then_some(length), target);
        let template = if known {
            "{msg} [{bar:32}] {pos}/{len} frames, {per_sec}, {eta} left"
        } else {
            "{msg} {spinner} {pos} frames, {per_sec}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key(
                "per_sec",
                |state: &indicatif::ProgressState, out: &mut dyn std::fmt::Write| {
                    let _ = write!(out, "{:.1} frames/s", state.per_sec());
                },
            ));
        }
        bar.set_message(name.to_owned());
        Self(bar)
    }

    fn advance(&self) {
        self.0.inc(1);
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// A flag that Ctrl-C raises: the frame in work, the film and the summary are finished. The second
/// Ctrl-C ends the program at once.
fn stop_on_ctrl_c() -> anyhow::Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = stop.clone();
    ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })
    .context("cannot listen for Ctrl-C")?;
    Ok(stop)
}

/// The film of each input: the name that was given for one input, `OUT-INPUT.mp4` for several.
fn film_paths(args: &AnalyzeArgs) -> Vec<Option<PathBuf>> {
    let Some(film) = &args.annotate else { return vec![None; args.inputs.len()] };
    if args.inputs.len() == 1 {
        return vec![Some(film.clone())];
    }
    let base = film.file_stem().unwrap_or_default().to_string_lossy();
    let extension = film.extension().unwrap_or_default().to_string_lossy();
    let mut paths: Vec<Option<PathBuf>> = Vec::new();
    for input in &args.inputs {
        let stem = Path::new(input).file_stem().unwrap_or_default().to_string_lossy();
        let stem: String = stem
            .chars()
            .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '_' })
            .collect();
        let named = |number: usize| {
            let number = if number == 1 { String::new() } else { format!("-{number}") };
            Some(film.with_file_name(format!("{base}-{stem}{number}.{extension}")))
        };
        let mut number = 1;
        while paths.contains(&named(number)) {
            number += 1;
        }
        paths.push(named(number));
    }
    paths
}

/// The inputs as a recording names them: files without the way to them, addresses without passwords.
fn input_names(args: &AnalyzeArgs) -> String {
    let name = |input: &String| match input.parse() {
        Ok(SourceSpec::Path(path)) => {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        }
        Ok(SourceSpec::Url(_)) | Err(_) => "a stream".to_owned(),
        Ok(_) => input.clone(),
    };
    args.inputs.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// Rows or a film written over a film that is being read would destroy it.
fn refuse_to_overwrite_inputs(args: &AnalyzeArgs) -> anyhow::Result<()> {
    let outputs = args.out.iter().cloned().chain(film_paths(args).into_iter().flatten());
    for output in outputs {
        let Ok(output) = output.canonicalize() else { continue };
        for input in &args.inputs {
            if Path::new(input).canonicalize().is_ok_and(|input| input == output) {
                bail!("{input} is an input and an output; write to another file");
            }
        }
    }
    Ok(())
}

/// Refuses, before the work begins, outputs that would overwrite each other and films that cannot be
/// written.
fn check_outputs(args: &AnalyzeArgs) -> anyhow::Result<()> {
    let films = film_paths(args).into_iter().flatten();
    let mut outputs: Vec<PathBuf> = films.collect();
    for film in &outputs {
        check_target(film)?;
    }
    outputs.extend(args.out.iter().chain(&args.recording).cloned());
    let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone());
    for (index, output) in outputs.iter().enumerate() {
        if outputs[..index].iter().any(|earlier| absolute(earlier) == absolute(output)) {
            bail!("{} is two outputs at once; give each its own file", output.display());
        }
    }
    Ok(())
}

fn describe(analyzer: &Analyzer) -> String {
    let info = analyzer.classifier();
    let note = info.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
    format!("model {}, {} on {}{note}", info.model, info.backend, info.device)
}
