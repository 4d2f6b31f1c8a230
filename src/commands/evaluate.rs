//! `emotion evaluate`: measures a model on a split of FER-2013.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use bevy_emotion::classify::preprocess::{FaceImage, SIDE};
use bevy_emotion::classify::{BackendChoice, ClassifierOptions, Hardware, ModelChoice};
use bevy_emotion::emotion::Scores;
use bevy_emotion::train::dataset::Split;
use bevy_emotion::train::evaluation::{Figures, Tally};
use serde::Serialize;

use super::train::read_data;

/// Measure a model on a split of FER-2013
#[derive(clap::Args)]
pub struct EvaluateArgs {
    /// Kaggle's fer2013.csv
    #[arg(long)]
    data: PathBuf,

    /// The part to measure on: Training, PublicTest or PrivateTest
    #[arg(long, default_value_t = Split::PublicTest)]
    split: Split,

    /// A model's name, or a model file
    #[arg(long, default_value = "cnn4")]
    model: ModelChoice,

    /// Where the model runs: auto, wgpu or cpu
    #[arg(long, default_value_t = BackendChoice::Cpu)]
    backend: BackendChoice,

    /// The votes of FER+ (fer2013new.csv): measures against their majority, too
    #[arg(long)]
    ferplus: Option<PathBuf>,

    /// Average over each face and its mirror image
    #[arg(long)]
    tta: bool,

    /// Write the figures to this file
    #[arg(long)]
    json: Option<PathBuf>,
}

#[derive(Serialize)]
struct Report {
    model: String,
    split: Split,
    tta: bool,
    backend: String,
    device: String,
    parameters: usize,
    multiply_adds: usize,
    milliseconds_a_face: f64,
    original: Figures,
    #[serde(skip_serializing_if = "Option::is_none")]
    ferplus: Option<Figures>,
    /// Faces without a FER+ majority among the seven.
    ferplus_left_out: usize,
}

/// Measures a model.
pub fn run(args: &EvaluateArgs) -> anyhow::Result<()> {
    let data = read_data(&args.data, args.ferplus.as_deref())?;
    let faces = data.faces(args.split)?;
    let cost = args.model.read(Hardware::Cpu)?.header().architecture.cost();
    let mut classifier = ClassifierOptions::new(args.backend, args.model.clone()).load()?;
    let info = classifier.description().clone();
    let note = info.note.as_ref().map_or(String::new(), |note| format!(" ({note})"));
    eprintln!("{}: {cost}; {} on {}{note}", info.model, info.backend, info.device);

    let mut original = Tally::default();
    let mut ferplus = Tally::default();
    let mut seconds = Vec::with_capacity(faces.len());
    for face in faces {
        let started = Instant::now();
        let scores = classifier.classify(std::slice::from_ref(&face.image))?;
        seconds.push(started.elapsed().as_secs_f64());
        let mut scores = first(&scores)?;
        if args.tta {
            let mirrored = first(&classifier.classify(&[mirrored(&face.image)])?)?;
            scores = scores.mix(&mirrored, 0.5);
        }
        original.add(face.label, &scores);
        if let Some(majority) = face.votes.and_then(|votes| votes.majority()) {
            ferplus.add(majority, &scores);
        }
    }
    let report = Report {
        model: args.model.to_string(),
        split: args.split,
        tta: args.tta,
        backend: info.backend,
        device: info.device,
        parameters: cost.parameters,
        multiply_adds: cost.multiply_adds,
        milliseconds_a_face: median(&mut seconds) * 1e3,
        original: original.figures(),
        ferplus_left_out: faces.len() - ferplus.count(),
        ferplus: (ferplus.count() > 0).then(|| ferplus.figures()),
    };
    print_report(&report)?;
    if let Some(path) = &args.json {
        let text = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, text + "\n")
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}

fn print_report(report: &Report) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} on {}, FER-2013's labels", report.model, report.split)?;
    writeln!(out, "{}", report.original)?;
    if let Some(ferplus) = &report.ferplus {
        writeln!(
            out,
            "\nMajority of the FER+ votes ({} faces without one left out)",
            report.ferplus_left_out
        )?;
        writeln!(out, "{ferplus}")?;
    }
    writeln!(out, "\n{:.2} ms a face (median)", report.milliseconds_a_face)
}

fn first(scores: &[Scores]) -> anyhow::Result<Scores> {
    scores.first().copied().context("the model gave no answer for a face")
}

fn mirrored(face: &FaceImage) -> FaceImage {
    let rows = face.grey.chunks_exact(SIDE);
    FaceImage { grey: rows.flat_map(|row| row.iter().rev()).copied().collect() }
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or_default()
}
