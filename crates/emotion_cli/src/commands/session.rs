//! `emotion session`: sessions of a person, from a film, a recording or a camera, and their reports.

pub(super) mod import;
mod pieces;
pub(super) mod record;

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use emotion_project::{Mark, MarkKind, Person, Project, Taken, export, moment_of, report};

use super::project::{Folder, write};

/// Records and imports sessions of people, marks what happened in them, and reports
#[derive(Args)]
pub struct SessionArgs {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    folder: Folder,
}

#[derive(Subcommand)]
enum Command {
    Import(import::ImportArgs),
    Record(record::RecordArgs),
    /// Lists sessions
    List {
        /// Of this person only
        person: Option<String>,
    },
    /// Marks what happened at a time of a session: a topic, a rest, the answer to a question
    Mark {
        /// The session's number
        session: i64,
        /// What happened, or what was asked
        text: String,
        /// When: minutes and seconds from the session's start, as 12:30
        #[arg(long, value_name = "MM:SS", value_parser = time)]
        at: u64,
        /// Until when
        #[arg(long, value_name = "MM:SS", value_parser = time)]
        until: Option<u64>,
        /// The person's answer, 0 to 10
        #[arg(long, value_name = "0-10", conflicts_with = "rest")]
        rating: Option<f64>,
        /// The person rested: the resting baseline is taken from here
        #[arg(long, requires = "until")]
        rest: bool,
    },
    /// Notes something on a session as a whole
    Note {
        /// The session's number
        session: i64,
        /// The note
        text: String,
    },
    /// Writes a report of a person, or of one of their sessions
    Report {
        /// The person's pseudonym, or a session's number
        of: String,
        /// The file; one in the project's `out/` if it is left out
        #[arg(long, value_name = "FILE.html")]
        out: Option<PathBuf>,
    },
    /// Writes a person's sessions for other programs
    Export {
        /// The person
        person: String,
        /// What for
        #[arg(long, value_enum)]
        format: Format,
        /// The folder; one in the project's `out/` if it is left out
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Removes a session with its readings
    Remove {
        /// The session's number
        session: i64,
    },
}

/// What an export is for.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A tidy table of seconds, and a script for R with lme4
    Csv,
    /// ELAN: an .eaf for each session
    Elan,
    /// Praat: a .TextGrid for each session
    Textgrid,
    /// BIDS: a data set with recordings and events
    Bids,
}

/// Runs a subcommand.
///
/// # Errors
/// When it cannot be done.
pub fn run(args: &SessionArgs) -> anyhow::Result<()> {
    let mut project = args.folder.open()?;
    match &args.command {
        Command::Import(args) => import::run(&mut project, args),
        Command::Record(args) => record::run(&mut project, args),
        Command::List { person } => list(&project, person.as_deref()),
        Command::Mark { session, text, at, until, rating, rest } => {
            let kind = match (rating, rest) {
                (Some(_), _) => MarkKind::Rating,
                (None, true) => MarkKind::Rest,
                (None, false) => MarkKind::Marker,
            };
            let mark =
                Mark { kind, at_ms: *at, until_ms: *until, value: *rating, text: text.clone() };
            Ok(project.mark(*session, &mark)?)
        }
        Command::Note { session, text } => {
            let mark = Mark {
                kind: MarkKind::Note,
                at_ms: 0,
                until_ms: None,
                value: None,
                text: text.clone(),
            };
            Ok(project.mark(*session, &mark)?)
        }
        Command::Report { of, out } => report_of(&project, of, out.as_ref()),
        Command::Export { person, format, to } => {
            let person = project.person(person)?;
            export_of(&project, &person, *format, to.as_ref())
        }
        Command::Remove { session } => {
            project.remove_session(*session)?;
            eprintln!("session {session} is removed");
            Ok(())
        }
    }
}

/// Milliseconds of minutes and seconds: `12:30`, `1:02:30`, `45`.
fn time(text: &str) -> Result<u64, String> {
    let parts: Result<Vec<f64>, _> = text.split(':').map(str::parse).collect();
    let seconds = parts.ok().filter(|parts| parts.len() <= 3).and_then(|parts| {
        let whole = parts.iter().all(|part| *part >= 0.0 && part.is_finite());
        whole.then(|| parts.iter().fold(0.0, |sum, part| sum * 60.0 + part))
    });
    let seconds = seconds.filter(|seconds| *seconds < 1e6);
    // Checked above: not negative, and small.
    seconds
        .map(|seconds| (seconds * 1000.0).round() as u64)
        .ok_or_else(|| "a time is minutes and seconds, as 12:30".to_owned())
}

/// Says what came of a session.
pub fn tell(person: &str, taken: &Taken) {
    let session = &taken.session;
    eprintln!(
        "session {} of {person}, {}: {:.1} minutes, {} frames, in view in {:.0} % of them, {} smiles",
        session.id,
        moment_of(session.started_at),
        session.length_ms as f64 / 60_000.0,
        taken.frames,
        100.0 * taken.seen as f64 / taken.frames.max(1) as f64,
        taken.smiles
    );
    if !session.remarks.is_empty() {
        eprintln!("{}", session.remarks);
    }
}

fn list(project: &Project, only: Option<&str>) -> anyhow::Result<()> {
    let people = match only {
        Some(person) => vec![project.person(person)?],
        None => project.people()?,
    };
    let mut table = csv::Writer::from_writer(std::io::stdout());
    table.write_record([
        "session",
        "person",
        "started_at",
        "minutes",
        "source",
        "state",
        "remarks",
    ])?;
    for person in people {
        for session in project.sessions(&person)? {
            let minutes = format!("{:.1}", session.length_ms as f64 / 60_000.0);
            table.write_record([
                &session.id.to_string(),
                &person.pseudonym,
                &moment_of(session.started_at),
                &minutes,
                &session.source,
                session.state.name(),
                &session.remarks,
            ])?;
        }
    }
    table.flush()?;
    Ok(())
}

fn report_of(project: &Project, of: &str, out: Option<&PathBuf>) -> anyhow::Result<()> {
    let (person, name, html) = match of.parse::<i64>() {
        Ok(id) if project.person(of).is_err() => {
            let person = project.person_of(&project.session(id)?)?.pseudonym;
            (person, format!("session-{id}.html"), report::session(project, id)?)
        }
        _ => (of.to_owned(), "report.html".to_owned(), report::person(project, of)?),
    };
    let path = match out {
        Some(path) => path.clone(),
        None => project.out_folder(&person)?.join(name),
    };
    write(&path, &html)
}

fn export_of(
    project: &Project,
    person: &Person,
    format: Format,
    to: Option<&PathBuf>,
) -> anyhow::Result<()> {
    let name = match format {
        Format::Csv => "csv",
        Format::Elan => "elan",
        Format::Textgrid => "textgrid",
        Format::Bids => "bids",
    };
    let folder = match to {
        Some(folder) => folder.clone(),
        None => project.out_folder(&person.pseudonym)?.join(name),
    };
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; remove it or choose another folder with --to", folder.display());
    }
    let files = match format {
        Format::Csv => export::csv(project, person)?,
        Format::Elan => export::elan(project, person)?,
        Format::Textgrid => export::textgrid(project, person)?,
        Format::Bids => export::bids(project, person)?,
    };
    for (name, bytes) in &files {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(&folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, bytes))
            .with_context(|| format!("cannot write {}; check its folder", path.display()))?;
    }
    eprintln!("{} files are in {}", files.len(), folder.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_minutes_and_seconds() {
        let times = ["45", "12:30", "1:02:03.5", "0:00"].map(super::time);
        assert_eq!(times, [Ok(45_000), Ok(750_000), Ok(3_723_500), Ok(0)]);
        for bad in ["", "-1", "1:2:3:4", "soon", "1:-5", "inf"] {
            assert!(super::time(bad).is_err(), "{bad}");
        }
    }
}
