//! `emotion evaluate`: measures a model on a split of FER-2013, or of the user's own data.

mod output;
mod report;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use emotion_core::FaceImage;
use emotion_core::Scores;
use emotion_models::{
    BackendChoice, Classifier, ClassifierOptions, Hardware, ModelChoice, Readout,
};
use emotion_session::PriorMode;
use emotion_train::dataset::{LabelledFace, Split, Verdict};
use emotion_train::disturb::{DISTURBANCES, Disturbance};
use emotion_train::evaluation::{Figures, Tally};
use emotion_train::plots::{
    write_confusion, write_disturbances, write_disturbed, write_reliability,
};
use indicatif::{ProgressBar, ProgressStyle};

use super::data::read_data;
use super::text_evaluate;
use super::voice;
use output::OutputScores;
use report::{Disturbed, LeftOut, Report};

/// Measures a model on a split of FER-2013, of your own data, or on voices
#[derive(clap::Args)]
pub struct EvaluateArgs {
    /// Measures a model that reads lines of text; --data is a table of dataset, split, labels and text, and
    /// --model a file, if it is not the one that ships
    #[arg(long, conflicts_with_all = ["split", "backend", "ferplus", "prior", "streams", "tta", "disturb", "plots"])]
    text: bool,

    /// Kaggle's fer2013.csv, or a folder with train/CLASS, val/CLASS and test/CLASS
    #[arg(long)]
    pub(super) data: PathBuf,

    /// The split to measure on: Training, PublicTest (a folder's val) or PrivateTest (its test)
    #[arg(long, default_value_t = Split::PublicTest)]
    split: Split,

    /// Measures a model that reads voices; --data is a folder with labels.csv, --model voice, voice-nc or a file
    #[arg(long, conflicts_with_all = ["ferplus", "streams", "tta", "disturb", "plots", "split"])]
    voice: bool,

    /// With --voice: the split to measure on; by default all that is not learned from
    #[arg(long, requires = "voice", value_name = "NAME")]
    voice_split: Option<String>,

    /// A model's name, or a model file
    #[arg(long, default_value = "efficientnet", default_value_if("voice", "true", "voice"))]
    pub(super) model: ModelChoice,

    /// Where the model runs: auto, wgpu or cpu
    #[arg(long, default_value_t = BackendChoice::Cpu)]
    backend: BackendChoice,

    /// The votes of FER+ (fer2013new.csv), to measure against their majority, too
    #[arg(long)]
    ferplus: Option<PathBuf>,

    /// The mix of expressions that the output is corrected for: none (as for single pictures), camera
    /// (a fixed guess) or adaptive (a camera that sees all faces in a mixed order, one a second)
    #[arg(long, value_name = "none|camera|adaptive", default_value_t = PriorMode::None)]
    prior: PriorMode,

    /// Measure the output on streams with other mixes of the faces, too, under each prior
    #[arg(long)]
    streams: bool,

    /// Average over each face and its mirror image
    #[arg(long)]
    tta: bool,

    /// Measure under bad crops and light, blur, noise and glasses, too (11 to 16 times as long)
    #[arg(long)]
    disturb: bool,

    /// Write the figures to this file
    #[arg(long)]
    pub(super) json: Option<PathBuf>,

    /// Draw confusion matrices, reliability diagrams and disturbances (PNG) into this folder
    #[arg(long)]
    plots: Option<PathBuf>,
}

/// Measures a model.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    if args.text {
        return text_evaluate::run(args);
    }
    if args.voice {
        return voice::run_evaluation(&voice::Evaluation {
            data: &args.data,
            split: args.voice_split.as_deref(),
            model: &args.model.to_string(),
            json: args.json.as_ref(),
        });
    }
    let data = read_data(&args.data, args.ferplus.as_deref())?;
    let faces = data.faces(args.split)?;
    let copies = data.copies_of_training(args.split);
    let cost = args.model.read(Hardware::Cpu)?.header().architecture.cost();
    let has_votes = faces.iter().any(|face| face.votes.is_some());
    let readings = if has_votes { 3 } else { 2 };
    let rounds = readings + if args.disturb { DISTURBANCES.len() } else { 0 };
    let bar = progress_bar(faces.len() * rounds);

    let mut labels = Model::start(args, Readout::Labels)?;
    let info = labels.classifier.description().clone();
    let note = info.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
    bar.suspend(|| eprintln!("{}: {cost}; {} on {}{note}", info.model, info.backend, info.device));

    let measured = measure(&mut labels, faces, copies.as_deref(), &bar)?;
    let milliseconds_a_face = median(&mut labels.seconds) * 1e3;
    let votes = match has_votes {
        true => measure(&mut Model::start(args, Readout::Votes)?, faces, copies.as_deref(), &bar)?,
        false => Measured::default(),
    };
    let output = OutputScores::read(&mut Model::start(args, Readout::Output)?, faces, &bar)?;
    let disturbed = if args.disturb {
        disturb(&mut labels, faces, &measured.original, &bar)?
    } else {
        Vec::new()
    };
    bar.finish_and_clear();

    let some = |tally: &Tally| (tally.count() > 0).then(|| tally.figures());
    let copied = copies.is_some();
    let report = Report {
        model: args.model.to_string(),
        split: args.split,
        tta: args.tta,
        backend: info.backend,
        device: info.device,
        parameters: cost.parameters,
        multiply_adds: cost.multiply_adds,
        milliseconds_a_face,
        copies_of_training: copies.map(|copies| copies.into_iter().filter(|copy| *copy).count()),
        prior: args.prior,
        output: output.figures(faces, args.prior),
        streams: if args.streams { output.streams(faces) } else { Vec::new() },
        original: measured.original.figures(),
        original_without_copies: copied.then(|| measured.original_without_copies.figures()),
        ferplus_without_copies: some(&votes.ferplus_without_copies).filter(|_| copied),
        ferplus: some(&votes.ferplus),
        ferplus_left_out: measured.left_out,
        disturbed,
    };
    report.print()?;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    if let Some(folder) = &args.plots {
        draw(folder, &report, faces)?;
    }
    Ok(())
}

/// A model that reads faces one after the other on one thread.
struct Model {
    classifier: Box<dyn Classifier>,
    tta: bool,
    /// Seconds that each face took, without its mirror image.
    seconds: Vec<f64>,
}

impl Model {
    fn start(args: &EvaluateArgs, readout: Readout) -> anyhow::Result<Self> {
        let options = ClassifierOptions {
            readout,
            ..ClassifierOptions::new(args.backend, args.model.clone())
        };
        Ok(Self { classifier: options.load()?, tta: args.tta, seconds: Vec::new() })
    }

    fn read(&mut self, face: &FaceImage) -> anyhow::Result<Scores> {
        let started = Instant::now();
        let scores = self.classifier.classify(std::slice::from_ref(face))?;
        self.seconds.push(started.elapsed().as_secs_f64());
        let scores = first(&scores)?;
        if !self.tta {
            return Ok(scores);
        }
        let mirrored = first(&self.classifier.classify(&[face.mirrored()])?)?;
        Ok(scores.mix(&mirrored, 0.5))
    }
}

/// Results for the faces of a split.
#[derive(Default)]
struct Measured {
    original: Tally,
    original_without_copies: Tally,
    ferplus: Tally,
    ferplus_without_copies: Tally,
    left_out: LeftOut,
}

fn measure(
    model: &mut Model,
    faces: &[LabelledFace],
    copies: Option<&[bool]>,
    bar: &ProgressBar,
) -> anyhow::Result<Measured> {
    let mut measured = Measured::default();
    for (index, face) in faces.iter().enumerate() {
        let scores = model.read(&face.image)?;
        let copy = copies.and_then(|copies| copies.get(index).copied()).unwrap_or(false);
        measured.original.add(face.label, &scores);
        if !copy {
            measured.original_without_copies.add(face.label, &scores);
        }
        match face.votes.map(|votes| votes.verdict()) {
            Some(Verdict::Expression(majority)) => {
                measured.ferplus.add(majority, &scores);
                if !copy {
                    measured.ferplus_without_copies.add(majority, &scores);
                }
            }
            verdict => measured.left_out.count(verdict),
        }
        bar.inc(1);
    }
    Ok(measured)
}

fn disturb(
    model: &mut Model,
    faces: &[LabelledFace],
    undisturbed: &Tally,
    bar: &ProgressBar,
) -> anyhow::Result<Vec<Disturbed>> {
    let mut rows = Vec::with_capacity(DISTURBANCES.len());
    for disturbance in &DISTURBANCES {
        bar.set_message(disturbance.name);
        let tally = read_disturbed(model, faces, disturbance, bar)?;
        rows.push(Disturbed::new(disturbance.name, &tally, undisturbed));
    }
    Ok(rows)
}

fn read_disturbed(
    model: &mut Model,
    faces: &[LabelledFace],
    disturbance: &Disturbance,
    bar: &ProgressBar,
) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    for face in faces {
        tally.add(face.label, &model.read(&disturbance.apply(&face.image))?);
        bar.inc(1);
    }
    Ok(tally)
}

fn draw(folder: &Path, report: &Report, faces: &[LabelledFace]) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("{} cannot be created", folder.display()))?;
    let title = format!("{} on {}", report.name(), report.split);
    let both = |labels: &str, name: &str, figures: &Figures| -> anyhow::Result<()> {
        let title = format!("{title}, {name}");
        write_confusion(&folder.join(format!("confusion_{labels}.png")), &title, figures)?;
        write_reliability(&folder.join(format!("reliability_{labels}.png")), &title, figures)?;
        Ok(())
    };
    both("original", "the data's labels", &report.original)?;
    if let Some(figures) = &report.ferplus {
        both("ferplus", "FER+ majority", figures)?;
    }
    if !report.disturbed.is_empty() {
        let title = format!("{title}: accuracy on disturbed faces");
        write_disturbed(&folder.join("disturbed.png"), &title, &report.accuracies())?;
        if let Some(face) = faces.first() {
            write_disturbances(&folder.join("disturbances.png"), &face.image)?;
        }
    }
    Ok(())
}

fn progress_bar(faces: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} [{elapsed}, {eta} left]");
    let bar = ProgressBar::new(faces as u64)
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}

fn first(scores: &[Scores]) -> anyhow::Result<Scores> {
    scores.first().copied().context("the model returned no scores for a face")
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}
