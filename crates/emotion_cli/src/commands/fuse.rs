//! `emotion fuse`: weights of the one answer of face, voice and words, fitted and measured.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use emotion_fusion::{Fuser, FusionFile, FusionWeights};
use emotion_models::ModelChoice;
use emotion_train::dataset::Split;
use emotion_train::fusion::figures::{FusionFigures, PoolFigures, measure};
use emotion_train::fusion::fit::{STEPS, fit};
use emotion_train::fusion::readings::{LabelledReading, halves, read_table, write_table};
use serde::Serialize;

mod collect;

/// Measures how one answer is made of face, voice and words, or fits its weights
///
/// Triples of a face, a recording and a line with one label are drawn of data that the models were not trained on. With
/// --fit weights are fitted on one half of the people and pictures and measured on the other, both ways round, and
/// then fitted on all.
#[derive(clap::Args)]
pub struct FuseArgs {
    /// Faces: Kaggle's fer2013.csv, or a folder with train/CLASS, val/CLASS and test/CLASS
    #[arg(long, requires_all = ["voices", "lines"], required_unless_present = "readings")]
    faces: Option<PathBuf>,

    /// The split of the faces: PublicTest (a folder's val) or PrivateTest (its test)
    #[arg(long, default_value_t = Split::PublicTest)]
    split: Split,

    /// Voices: a folder with labels.csv
    #[arg(long, value_name = "DIR", requires = "faces")]
    voices: Option<PathBuf>,

    /// The split of the voices; by default all that is not learned from
    #[arg(long, value_name = "NAME")]
    voice_split: Option<String>,

    /// Lines of text: a table of dataset, split, labels and text. Those of the split train are left out
    #[arg(long, value_name = "LINES.tsv", requires = "faces")]
    lines: Option<PathBuf>,

    /// A table of readings instead, as --save-readings writes it
    #[arg(long, value_name = "FILE.csv", conflicts_with_all = ["faces", "voices", "lines"])]
    readings: Option<PathBuf>,

    /// Writes what the models said, so that another run needs no models
    #[arg(long, value_name = "FILE.csv")]
    save_readings: Option<PathBuf>,

    /// The model that reads faces
    #[arg(long, default_value = "efficientnet")]
    model: ModelChoice,

    /// The model that reads voices
    #[arg(long, value_name = "NAME|FILE", default_value = "voice")]
    voice_model: String,

    /// Fits weights and writes them to --out
    #[arg(long, requires = "out", conflicts_with = "weights")]
    fit: bool,

    /// Steps of the fit
    #[arg(long, requires = "fit", default_value_t = STEPS as u32, value_parser = clap::value_parser!(u32).range(1..))]
    steps: u32,

    /// The weights to write
    #[arg(long, value_name = "FILE.json", requires = "fit")]
    out: Option<PathBuf>,

    /// The weights to measure instead of those that ship
    #[arg(long, value_name = "FILE.json")]
    weights: Option<PathBuf>,

    /// Triples to draw for each figure
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..))]
    triples: u32,

    /// Of the draws and the fit
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Writes the figures to this file
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What is written as JSON.
#[derive(Serialize)]
struct Report {
    fitted_on: String,
    /// Each half, measured with weights that were fitted on the other one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    halves: Vec<FusionFigures>,
    /// All readings, with the weights that were asked for or fitted.
    all: FusionFigures,
}

/// Measures or fits.
///
/// # Errors
/// When data or weights cannot be used, or files cannot be written.
pub fn run(args: &FuseArgs) -> anyhow::Result<()> {
    let readings = readings(args)?;
    if let Some(path) = &args.save_readings {
        write_table(path, &readings)?;
    }
    let triples = args.triples as usize;
    let (file, halves) = match args.fit {
        true => fitted(args, &readings)?,
        false => (weights(args.weights.as_deref())?, Vec::new()),
    };
    let all = measure(&Fuser::new(file.weights), &readings, triples, args.seed);
    ensure!(
        !all.labels.is_empty(),
        "no label has a face, a voice and a line; there is nothing to draw"
    );
    print(&halves, &all)?;
    if let Some(path) = &args.json {
        let report = Report { fitted_on: file.fitted_on, halves, all };
        write(path, &(serde_json::to_string_pretty(&report)? + "\n"))?;
    }
    Ok(())
}

fn readings(args: &FuseArgs) -> anyhow::Result<Vec<LabelledReading>> {
    match (&args.readings, &args.faces, &args.voices, &args.lines) {
        (Some(table), ..) => Ok(read_table(table)?),
        (None, Some(faces), Some(voices), Some(lines)) => {
            let mut readings = collect::faces(faces, args.split, &args.model)?;
            readings.extend(collect::voices(
                voices,
                args.voice_split.as_deref(),
                &args.voice_model,
            )?);
            readings.extend(collect::lines(lines)?);
            Ok(readings)
        }
        _ => bail!("name --faces, --voices and --lines, or a table of --readings"),
    }
}

fn weights(path: Option<&Path>) -> anyhow::Result<FusionFile> {
    let Some(path) = path else { return Ok(FusionFile::shipped()?) };
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    FusionFile::parse(&text).with_context(|| path.display().to_string())
}

/// Fits on each half and measures on the other, then fits on all and writes that.
fn fitted(
    args: &FuseArgs,
    readings: &[LabelledReading],
) -> anyhow::Result<(FusionFile, Vec<FusionFigures>)> {
    let fit = |readings: &[LabelledReading], what: &str| -> anyhow::Result<FusionWeights> {
        let told = |step: usize, loss: f64| {
            if step.is_multiple_of(100) {
                eprintln!("{what}, step {step}: loss {loss:.4}");
            }
        };
        fit(readings, args.steps as usize, args.seed, told)
            .with_context(|| format!("{what}: no label has a face, a voice and a line"))
    };
    let [one, other] = halves(readings);
    let measure = |weights, readings: &[LabelledReading]| {
        measure(&Fuser::new(weights), readings, args.triples as usize, args.seed)
    };
    let figures = vec![
        measure(fit(&one, "one half")?, &other),
        measure(fit(&other, "the other half")?, &one),
    ];
    let file = FusionFile::new(fit(readings, "all")?, described(args, readings));
    if let Some(path) = &args.out {
        write(path, &file.to_text()?)?;
        eprintln!("{}", path.display());
    }
    Ok((file, figures))
}

/// What the weights were fitted on, without the places of files.
fn described(args: &FuseArgs, readings: &[LabelledReading]) -> String {
    let mut sets: Vec<String> = Vec::new();
    for reading in readings.iter().filter(|reading| !reading.is_disturbed) {
        let name = format!("{} of {}", reading.modality, reading.set);
        if !sets.contains(&name) {
            sets.push(name);
        }
    }
    let models = match &args.readings {
        Some(_) => String::new(),
        None => format!("; read by {}, {} and words", args.model, args.voice_model),
    };
    format!("triples drawn by label, each equally often: {}{models}", sets.join(", "))
}

fn print(halves: &[FusionFigures], all: &FusionFigures) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let percent = |share: f64| share * 100.0;
    for (name, figures) in
        halves.iter().map(|half| ("fitted on the other half", half)).chain([("all", all)])
    {
        writeln!(out, "{name}: {:?}", figures.readings)?;
        let mut pool = |what: &str, pool: &PoolFigures| {
            writeln!(
                out,
                "  {what:<22} {:6.2} %, calibration error {:5.2} %; mean of probabilities {:6.2} %, {:5.2} %",
                percent(pool.accuracy),
                percent(pool.ece),
                percent(pool.mean_accuracy),
                percent(pool.mean_ece),
            )
        };
        pool("complete", &figures.complete)?;
        pool("30 % missing", &figures.missing_30)?;
        pool("and 30 % disturbed", &figures.disturbed)?;
        for (modality, alone) in &figures.alone {
            writeln!(
                out,
                "  {modality:<6} alone {:6.2} %, calibration error {:5.2} %; by its model {:6.2} %, {:5.2} %",
                percent(alone.fused_accuracy),
                percent(alone.fused_ece),
                percent(alone.accuracy),
                percent(alone.ece),
            )?;
        }
        writeln!(
            out,
            "  conflicts named: {:.1} % where face and voice have one label, {:.1} % where they differ",
            percent(figures.conflicts.same_label),
            percent(figures.conflicts.other_label)
        )?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
