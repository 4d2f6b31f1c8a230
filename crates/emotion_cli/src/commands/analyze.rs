//! `emotion analyze`: the pipeline without a window, a row for each face and frame.

mod job;
mod listen;
mod outputs;
mod plot;
mod progress;
mod together;
mod totals;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use crossbeam_channel::{Receiver, Sender, bounded};
use emotion_capture::SourceSpec;
use emotion_core::Speaker;
use emotion_fusion::Attribution;
use emotion_voice::VoiceReading;

use self::job::{Job, Message, Opening, ReadFrame};
use self::listen::Hearing;
use self::outputs::{check_outputs, film_paths, refuse_to_overwrite_inputs};
use self::plot::Plot;
use self::progress::Progress;
pub use self::together::Notes;
use self::together::Said;
use self::totals::Totals;
use super::joint_rows::{JOINT_COLUMNS, JointRow};
use super::letterbox::PictureSize;
use super::pipeline::{Parts, PipelineArgs};
use super::rows::{COLUMNS, Format, Row, RowWriter, VOICE_COLUMNS, VoiceRow};
use super::stop::stop_on_ctrl_c;
use super::tape::Tape;
use super::text_analyze::{self, TextFormat};

/// Frames that are read of a source without an end, unless `--frames` says otherwise.
const ENDLESS_SOURCE_FRAMES: u64 = 300;

/// Frames that an input may be ahead of those whose rows are written before its own.
const AHEAD: usize = 256;

/// Frames a second of a film of pictures, which have no rate of their own.
const DEFAULT_FILM_RATE: f64 = 25.0;

/// Reads every frame of films and pictures and writes a row for each face and frame
///
/// Rows go to stdout or --out in the order of the inputs and are handed to the system frame by frame: what is
/// there when the program is stopped is whole and stays. Messages, progress and summary go to stderr. Inputs
/// that cannot be read are reported, the others still done, and the exit status is 1.
#[derive(Args)]
pub struct AnalyzeArgs {
    /// Films, pictures, folders of pictures, sound files, URLs, `camera`, `camera:N` or `puppet`
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<OsString>,

    /// How rows are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// File for the rows instead of stdout (which `-` is, too); one that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Film with boxes and labels drawn in, or for a picture a .png or .jpg; with several inputs one each,
    /// OUT-INPUT.mp4
    #[arg(long, value_name = "OUT.mp4")]
    annotate: Option<PathBuf>,

    /// Records the readings, without pictures, to be played again by `emotion demo --replay`;
    /// several inputs one after the other. A file that is there is not replaced
    #[arg(long, value_name = "FILE.face")]
    recording: Option<PathBuf>,

    /// Inputs that are read at the same time; by default as many as this machine has cores
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,

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

    /// Side of the smallest face to look for in pictures, in pixels; by default a 16th of their longer
    /// side, or a 27th where no larger face is found
    #[arg(long, value_name = "PIXELS", value_parser = clap::value_parser!(u16).range(24..))]
    smallest: Option<u16>,

    /// Hears the voice of films, too: a row for each 0.3 s while somebody speaks. Files that are only sound need
    /// no such option
    #[arg(long)]
    voice: bool,

    /// The model that reads voices: voice, voice-nc (not for commercial use) or a file
    #[arg(long, value_name = "NAME|FILE")]
    voice_model: Option<String>,

    /// Puts face, voice and words of films together: hears the voice, finds out who speaks, reads the subtitles beside
    /// the film (NAME.srt, NAME.vtt), and writes all of it and one answer for each subject into one table by time
    #[arg(long)]
    fuse: bool,

    /// Subtitles or a transcript of the film, with times; as --fuse
    #[arg(long, value_name = "FILE")]
    subtitles: Option<PathBuf>,

    /// Draws what each modality says over time, as a PNG; as --fuse. For one input
    #[arg(long, value_name = "OUT.png")]
    plot: Option<PathBuf>,

    /// Reads the inputs as text instead: subtitles (.srt, .vtt), transcripts of start, end and text (.csv, .tsv)
    /// or plain lines; `-` is standard input. A row for each line or cue
    #[arg(long, conflicts_with_all = ["annotate", "recording", "jobs", "frames", "size", "recursive", "as_film", "smallest", "fuse", "subtitles", "plot"])]
    text: bool,

    /// What the text is, where the name does not tell
    #[arg(long, value_enum, requires = "text")]
    text_format: Option<TextFormat>,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

impl AnalyzeArgs {
    /// Whether faces, voices and words are put together.
    fn fuses(&self) -> bool {
        self.fuse || self.subtitles.is_some() || self.plot.is_some()
    }

    /// Whether the voice of films is heard.
    fn hears(&self) -> bool {
        self.voice || self.fuses()
    }
}

/// Analyzes the inputs, several at a time, and writes their rows one input after the other.
///
/// # Errors
/// When the pipeline cannot be set up, the rows cannot be written, or an input could not be read.
pub fn run(args: &AnalyzeArgs) -> anyhow::Result<()> {
    refuse_to_overwrite_inputs(args)?;
    check_outputs(args)?;
    if args.text {
        return text_analyze::run(&args.inputs, args.text_format, rows_out(args)?, args.format);
    }
    let parts = args.pipeline.parts()?;
    eprintln!("{}", parts.describe());
    let hearing = Hearing::of(args)?;
    let tape = match &args.recording {
        None => None,
        Some(path) => Some(Tape::new(path, input_names(args), parts.model_name().to_owned())?),
    };
    let rows = if args.fuses() {
        let columns = [&COLUMNS[..], &VOICE_COLUMNS, &JOINT_COLUMNS].concat();
        RowWriter::with_columns(rows_out(args)?, args.format, &columns)?
    } else {
        RowWriter::new(rows_out(args)?, args.format, hearing.is_some())?
    };
    let stop = stop_on_ctrl_c()?;
    let plot = args.plot.as_ref().map(|_| Plot::default());
    let mut writing = Writing { args, rows, tape, plot };
    let result = read_all(args, &parts, hearing.as_ref(), &stop, &mut writing);
    // However it went: what was read is recorded.
    writing.tape.map_or(Ok(()), Tape::finish)?;
    if let (Some(plot), Some(path)) = (&writing.plot, &args.plot) {
        plot.save(path, &input_names(args))?;
    }
    result
}

/// Where the rows go.
fn rows_out(args: &AnalyzeArgs) -> anyhow::Result<Box<dyn Write>> {
    Ok(match args.out.as_deref().filter(|path| *path != Path::new("-")) {
        None => Box::new(BufWriter::new(stdout())),
        Some(path) => Box::new(BufWriter::new(File::create(path).with_context(|| {
            format!("cannot write {}; check its folder and permissions", path.display())
        })?)),
    })
}

/// Reads the inputs on threads of their own, and writes what they give in the order of the inputs.
fn read_all<W: Write>(
    args: &AnalyzeArgs,
    parts: &Parts,
    hearing: Option<&Hearing>,
    stop: &AtomicBool,
    writing: &mut Writing<W>,
) -> anyhow::Result<()> {
    let films = film_paths(args);
    let (senders, receivers): (Vec<_>, Vec<_>) = args.inputs.iter().map(|_| bounded(AHEAD)).unzip();
    let jobs = jobs_at_once(args);
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(index) = Some(next.fetch_add(1, Ordering::Relaxed))
            && let (Some(input), Some(out)) = (args.inputs.get(index), senders.get(index))
        {
            let film = films[index].as_deref();
            let threads = (cores() / jobs).max(1);
            let job = Job { args, input, film, parts, hearing, threads, stop };
            work_on(&job, out);
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(work);
        }
        let result = write_all(args, &receivers, stop, writing);
        // Without rows to write there is nothing to do for those who still read.
        stop.store(true, Ordering::Relaxed);
        drop(receivers);
        result
    })
}

fn work_on(job: &Job, out: &Sender<Message>) {
    let start = Instant::now();
    let was_begun = !job.stop.load(Ordering::Relaxed);
    let result = if was_begun { job.run(out) } else { Ok(()) };
    // Nobody listens any more when the rows could not be written.
    let _ = out.send(Message::Ended { result, was_begun, elapsed: start.elapsed() });
}

/// How many inputs are read at the same time.
fn jobs_at_once(args: &AnalyzeArgs) -> usize {
    let is_live = |input: &OsString| {
        !matches!(SourceSpec::from_os_str(input), Ok(SourceSpec::Path(_) | SourceSpec::Puppet))
    };
    // A camera's frames cannot wait for the films before it.
    if args.inputs.iter().any(is_live) {
        return 1;
    }
    args.jobs.map_or_else(cores, usize::from).min(args.inputs.len())
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn write_all<W: Write>(
    args: &AnalyzeArgs,
    receivers: &[Receiver<Message>],
    stop: &AtomicBool,
    writing: &mut Writing<W>,
) -> anyhow::Result<()> {
    let mut all = Totals::default();
    let (mut done, mut failed) = (0, 0);
    for messages in receivers {
        let mut totals = Totals::default();
        match writing.write_input(messages, &mut totals) {
            Ok(false) => break,
            Ok(true) => {}
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

/// Where rows go.
struct Writing<'a, W: Write> {
    args: &'a AnalyzeArgs,
    rows: RowWriter<W>,
    tape: Option<Tape>,
    plot: Option<Plot>,
}

/// Why an input was not done to its end.
enum Failure {
    /// Something is wrong with the input; others may be fine.
    Input(anyhow::Error),
    /// The results have nowhere to go.
    Output(anyhow::Error),
}

impl<W: Write> Writing<'_, W> {
    /// Writes what an input gives; `false` if it was not begun.
    fn write_input(
        &mut self,
        messages: &Receiver<Message>,
        totals: &mut Totals,
    ) -> Result<bool, Failure> {
        let mut problems = Problems::default();
        let mut opened: Option<(Opening, Progress)> = None;
        if let Some(tape) = &mut self.tape {
            tape.begin_input();
        }
        for message in messages {
            match message {
                Message::Opened(opening) => {
                    totals.is_still = opening.is_still;
                    let rows_elsewhere = self.args.out.is_some();
                    let bar = Progress::start(&opening.name, opening.frames, rows_elsewhere);
                    opened = Some((opening, bar));
                }
                Message::Frame(read) => {
                    let Some((opening, bar)) = &opened else { continue };
                    self.write_frame(opening, read, totals, &mut problems)
                        .map_err(Failure::Output)?;
                    bar.advance();
                }
                Message::Voice(reading) => {
                    let Some((opening, _)) = &opened else { continue };
                    totals.windows += 1;
                    self.write_voice(&opening.name, &reading).map_err(Failure::Output)?;
                }
                Message::Said(said) => {
                    let Some((opening, _)) = &opened else { continue };
                    totals.count_said(&said);
                    self.write_said(&opening.name, &said).map_err(Failure::Output)?;
                }
                Message::Problem(error) => problems.add(error),
                Message::Ended { was_begun: false, .. } => return Ok(false),
                Message::Ended { result, elapsed, .. } => {
                    totals.elapsed = elapsed;
                    if let Err(error) = result {
                        problems.add(error);
                    }
                    break;
                }
            }
        }
        if let Some((opening, bar)) = opened {
            bar.finish();
            if totals.frames > 0 || totals.windows > 0 {
                eprintln!("{}: {totals}", opening.name);
                if self.args.fuses() && totals.windows == 0 && problems.first.is_none() {
                    eprintln!("{}: nobody speaks in it", opening.name);
                }
            } else if problems.first.is_none() {
                eprintln!("{}: nobody speaks in it", opening.name);
            }
        }
        problems.into_result().map_err(Failure::Input)?;
        Ok(true)
    }

    fn write_voice(&mut self, name: &str, reading: &VoiceReading) -> anyhow::Result<()> {
        if self.args.fuses() {
            // Sound without a picture: whose it is cannot be seen.
            return self.write_said(name, &Said::Voice(*reading, unseen()));
        }
        self.rows.write_voice(&VoiceRow::new(name, reading))?;
        self.rows.flush()
    }

    fn write_said(&mut self, name: &str, said: &Said) -> anyhow::Result<()> {
        if let Some(plot) = &mut self.plot {
            plot.said(said);
        }
        let row = match said {
            Said::Voice(reading, attribution) => JointRow::of_voice(name, reading, attribution),
            Said::Words(line, attribution) => {
                JointRow::of_words(name, &line.text, line.span, &line.reading, attribution)
            }
            Said::Fused { frame, time, subject, reading } => {
                JointRow::of_fused(name, *frame, *time, *subject, reading)
            }
        };
        self.rows.write_other(&row)?;
        self.rows.flush()
    }

    fn write_frame(
        &mut self,
        opening: &Opening,
        read: ReadFrame,
        totals: &mut Totals,
        problems: &mut Problems,
    ) -> anyhow::Result<()> {
        totals.frames += 1;
        let name = read.file.as_deref().unwrap_or(&opening.name);
        let analysis = match read.analysis {
            Ok(analysis) => analysis,
            Err(error) => {
                problems.add(anyhow::Error::new(error).context(name.to_owned()));
                return Ok(());
            }
        };
        for reading in &analysis.readings {
            match self.args.fuses() {
                true => self.rows.write_other(&JointRow::of_face(name, &analysis, reading))?,
                false => self.rows.write(&Row::new(name, &analysis, reading))?,
            }
        }
        self.rows.flush()?;
        if let Some(tape) = &mut self.tape {
            let rate = opening.frame_rate.unwrap_or(DEFAULT_FILM_RATE);
            let interval = Duration::from_secs_f64(1.0 / rate.max(0.1));
            tape.write(read.size, &analysis, interval)?;
        }
        totals.count(&analysis);
        if let Some(plot) = &mut self.plot {
            plot.faces(&analysis);
        }
        Ok(())
    }
}

/// Somebody who is heard where nothing is seen.
fn unseen() -> Attribution {
    Attribution { speaker: Speaker::Unseen, certainty: 1.0, delay: None }
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

/// The inputs as a recording names them: files without the way to them, addresses without passwords.
fn input_names(args: &AnalyzeArgs) -> String {
    let name = |input: &OsString| match SourceSpec::from_os_str(input) {
        Ok(SourceSpec::Path(path)) => {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        }
        Ok(SourceSpec::Url(_)) | Err(_) => "a stream".to_owned(),
        Ok(_) => input.to_string_lossy().into_owned(),
    };
    args.inputs.iter().map(name).collect::<Vec<_>>().join(", ")
}
