//! `emotion study`: many people, one film.

mod film;
#[cfg(feature = "demo")]
mod run;
mod sample;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use emotion_core::Expression;
use emotion_project::export::Files;
use emotion_project::study::{Baseline, Findings, Study};
use emotion_project::{Project, report};

use super::pipeline::PipelineArgs;
use super::project::{Folder, write};
use super::session::import::{Import, Window};

/// Shows a film to many people, and reports what they showed together
#[derive(Args)]
pub struct StudyArgs {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    folder: Folder,
}

#[derive(Subcommand)]
enum Command {
    New(NewArgs),
    /// Lists studies
    List,
    Import(ImportArgs),
    #[cfg(feature = "demo")]
    Run(run::RunArgs),
    Report(ReportArgs),
    Compare(CompareArgs),
    Sample(sample::SampleArgs),
}

/// Makes a study of a film
#[derive(Args)]
struct NewArgs {
    /// The study's name: letters, digits, `-` and `_`
    name: String,

    /// The film that viewers see
    #[arg(long, value_name = "FILE")]
    film: PathBuf,

    /// Takes each viewer's baseline from this many seconds before the film, in which they look at something neutral
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u16).range(3..=600))]
    lead_in: Option<u16>,

    /// Takes each viewer's baseline from these seconds of the film, as 0-8; without this and --lead-in it is the
    /// viewer's median over the whole film
    #[arg(long, value_name = "FROM-TO", conflicts_with = "lead_in", value_parser = part)]
    baseline: Option<Baseline>,
}

/// Imports a viewer: the film or recording (.face) of a person who saw a study's film
///
/// If it is interrupted, the same command goes on from the last whole minute.
#[derive(Args)]
struct ImportArgs {
    /// The study
    study: String,

    /// The viewer's pseudonym
    person: String,

    /// The viewer's film, a folder of pictures in order, or a recording
    input: OsString,

    /// The second of the viewer's film in which the study's film starts; negative, if the camera began later
    #[arg(long, value_name = "SECONDS", default_value_t = 0.0, allow_negative_numbers = true)]
    offset: f64,

    /// When the viewer's film began, as 2026-03-02T14:30:00Z; by default when the recording says, or when the file
    /// was changed last
    #[arg(long, value_name = "WHEN")]
    started: Option<String>,

    /// Looks at this many frames of a second of film at most
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    rate: f64,

    #[command(flatten)]
    pipeline: PipelineArgs,
}

/// Which expressions are looked at.
#[derive(Args)]
struct Shown {
    /// The expressions that are looked at, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', default_value = "happy,surprise,sad")]
    expressions: Vec<Expression>,
}

/// Writes the report of a study and its tables
#[derive(Args)]
struct ReportArgs {
    /// The study
    study: String,

    #[command(flatten)]
    shown: Shown,

    /// The film, if it is elsewhere than when the study was made
    #[arg(long, value_name = "FILE")]
    film: Option<PathBuf>,
}

/// Compares two studies, of two versions of a film: writes a report and tables
#[derive(Args)]
struct CompareArgs {
    /// A study
    first: String,

    /// Another one
    second: String,

    #[command(flatten)]
    shown: Shown,
}

/// Runs a subcommand.
///
/// # Errors
/// When it cannot be done.
pub fn run(args: &StudyArgs) -> anyhow::Result<()> {
    let open = || args.folder.open();
    match &args.command {
        Command::New(new) => create(&mut open()?, new),
        Command::List => list(&open()?),
        Command::Import(args) => import(&mut open()?, args),
        #[cfg(feature = "demo")]
        Command::Run(args) => run::run(&mut open()?, args),
        Command::Report(args) => {
            let project = open()?;
            let findings = project.findings(&args.study, &args.shown.expressions)?;
            let film = args.film.as_deref().unwrap_or(&findings.study.film);
            report_of(&project, &findings, film)
        }
        Command::Compare(args) => {
            compare(&open()?, &args.first, &args.second, &args.shown.expressions)
        }
        Command::Sample(sample) => sample::run(sample),
    }
}

/// Seconds of a film: `0-8`.
fn part(text: &str) -> Result<Baseline, String> {
    let ends =
        text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    ends.map(|(from, to)| Baseline::Part { from, to })
        .ok_or_else(|| "seconds of the film are two numbers, as 0-8".to_owned())
}

fn create(project: &mut Project, args: &NewArgs) -> anyhow::Result<()> {
    let baseline = match args.lead_in {
        Some(seconds) => Baseline::Part { from: -i32::from(seconds), to: 0 },
        None => args.baseline.unwrap_or(Baseline::Film),
    };
    let path = std::path::absolute(&args.film)
        .with_context(|| format!("{} cannot be found", args.film.display()))?;
    let study = make(project, &args.name, &path, baseline)?;
    eprintln!(
        "study {} is made: a film of {:.1} s. Next: `emotion study run {0} PERSON`, or `emotion study import {0} \
         PERSON FILM`",
        study.name,
        study.film_length.as_secs_f64()
    );
    Ok(())
}

/// Makes a study of the film at an absolute path.
fn make(
    project: &mut Project,
    name: &str,
    path: &Path,
    baseline: Baseline,
) -> anyhow::Result<Study> {
    let length = film::length(path)?;
    let Some(text) = path.to_str() else {
        bail!("the path {} is not UTF-8; rename it", path.display());
    };
    Ok(project.add_study(name, text, length, baseline)?)
}

fn list(project: &Project) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(std::io::stdout());
    table.write_record(["study", "viewers", "seconds", "film"])?;
    for study in project.studies()? {
        let seconds = format!("{:.1}", study.film_length.as_secs_f64());
        let film = study.film.display().to_string();
        table.write_record([&study.name, &study.viewers.to_string(), &seconds, &film])?;
    }
    table.flush()?;
    Ok(())
}

fn import(project: &mut Project, args: &ImportArgs) -> anyhow::Result<()> {
    let study = project.study(&args.study)?;
    let import = Import {
        person: &args.person,
        input: &args.input,
        started: args.started.as_deref(),
        rate: args.rate,
        pipeline: &args.pipeline,
        window: window(&study, args.offset)?,
        study: Some(&args.study),
    };
    import.run(project)
}

/// The part of a viewer's film in which they saw the study's, with what the baseline needs before it.
fn window(study: &Study, offset: f64) -> anyhow::Result<Window> {
    let lead = study.baseline.lead();
    if !offset.is_finite() || offset.abs() > 86_400.0 {
        bail!("an offset of {offset} seconds cannot be right");
    }
    if lead > 0 && offset < lead as f64 {
        bail!(
            "{} takes baselines from the {lead} seconds before the film, and the viewer's film has {offset} of them; \
             --offset says in which second of it the study's film starts",
            study.name
        );
    }
    let skip = offset - lead as f64;
    Ok(Window {
        skip: Duration::from_secs_f64(skip.max(0.0)),
        delay: Duration::from_secs_f64((-skip).max(0.0)),
        length: Some(Duration::from_secs(lead) + study.film_length),
    })
}

/// Writes a study's report and tables.
fn report_of(project: &Project, findings: &Findings, film: &Path) -> anyhow::Result<()> {
    let folder = project.study_folder(&findings.study.name)?;
    let frames =
        film::frames(film, &report::study::wanted_frames(findings)).unwrap_or_else(|error| {
            eprintln!(
                "the report has no frames of the film ({}); --film says where it is",
                super::chain(&error)
            );
            report::study::Frames::new()
        });
    write(&folder.join("report.html"), &report::study::study(project, findings, &frames)?)?;
    tables(&folder, &findings.tables())?;
    let left_out = findings.left_out.in_words();
    if !left_out.is_empty() {
        eprintln!("viewers who are not counted: {left_out}");
    }
    Ok(())
}

fn compare(
    project: &Project,
    first: &str,
    second: &str,
    expressions: &[Expression],
) -> anyhow::Result<()> {
    let compared = project.compare_studies(first, second, expressions)?;
    let folder = project.study_folder(&format!("{first}-and-{second}"))?;
    write(&folder.join("report.html"), &report::study::comparison(project, &compared)?)?;
    tables(&folder, &compared.tables())
}

fn tables(folder: &Path, files: &Files) -> anyhow::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        std::fs::write(&path, bytes)
            .with_context(|| format!("cannot write {}; check its folder", path.display()))?;
        eprintln!("{} is written", path.display());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewers_film_is_cut_to_what_the_study_needs() {
        let study = Study {
            id: 1,
            name: "spot".to_owned(),
            film: PathBuf::new(),
            film_length: Duration::from_secs(30),
            baseline: Baseline::Part { from: -10, to: 0 },
            viewers: 0,
        };
        let found = window(&study, 12.5).unwrap();
        assert_eq!((found.skip, found.delay), (Duration::from_millis(2500), Duration::ZERO));
        assert_eq!(found.length, Some(Duration::from_secs(40)));
        assert!(window(&study, 4.0).unwrap_err().to_string().contains("--offset"));
        let study = Study { baseline: Baseline::Film, ..study };
        assert_eq!(window(&study, -3.0).unwrap().delay, Duration::from_secs(3));
        assert!(window(&study, f64::NAN).is_err());
    }

    #[test]
    fn parts_of_a_film_are_two_numbers() {
        assert_eq!(part("0-8"), Ok(Baseline::Part { from: 0, to: 8 }));
        for bad in ["", "8", "0-", "a-b"] {
            assert!(part(bad).is_err(), "{bad}");
        }
    }
}
