//! `emotion project`: folders of people's sessions, and what the law asks of them.

pub(super) mod sample;

use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use emotion_project::{
    Due, Exemption, NewProject, Project, ProjectError, Purpose, date_of, moment_of,
};

/// Makes projects: folders of people's sessions, for a purpose, with consent and an end
#[derive(Args)]
pub struct ProjectArgs {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    folder: Folder,
}

/// Where the project is.
#[derive(Args)]
pub struct Folder {
    /// The project's folder
    #[arg(long = "project", value_name = "FOLDER", default_value = ".", global = true)]
    path: PathBuf,
}

impl Folder {
    /// Opens the project, and says what is due to go.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(&self) -> anyhow::Result<Project> {
        let project = Project::open(&self.path)?;
        let due = project.due()?;
        if !due.is_empty() {
            eprintln!(
                "{} are due to go; `emotion project retention` says which, and removes them with --apply",
                count(&due)
            );
        }
        Ok(project)
    }
}

fn count(due: &Due) -> String {
    format!("{} sessions, and {} people who withdrew,", due.sessions.len(), due.people.len())
}

#[derive(Subcommand)]
enum Command {
    New(NewArgs),
    /// Checks the audit log and prints it
    Audit,
    /// Says what is due to go
    Retention {
        /// Removes it
        #[arg(long)]
        apply: bool,
        /// Sets after how many days sessions go
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        days: Option<u32>,
    },
    /// Writes the notice for people and the sign for the door, as HTML to be printed
    Notice {
        /// The file; `out/notice.html` in the project if it is left out
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    Sample(sample::SampleArgs),
}

/// Makes a project in a new folder
#[derive(Args)]
struct NewArgs {
    /// The folder; its name is the project's
    name: PathBuf,

    /// wellbeing, therapy, research, audience, usability or art
    #[arg(long)]
    purpose: String,

    /// The exemption from Article 5(1)(f) of the EU AI Act, for what it forbids otherwise
    #[arg(long, value_enum, requires = "because")]
    exemption: Option<Reason>,

    /// The reason, in a sentence; every report prints it
    #[arg(long, value_name = "TEXT", requires = "exemption")]
    because: Option<String>,

    /// Who answers for the project, for notices
    #[arg(long, value_name = "NAME", default_value = "")]
    controller: String,

    /// Where to reach them
    #[arg(long, value_name = "TEXT", default_value = "")]
    contact: String,

    /// After how many days sessions go
    #[arg(long, value_name = "N", default_value_t = emotion_project::DEFAULT_RETENTION_DAYS,
        value_parser = clap::value_parser!(u32).range(1..))]
    retention_days: u32,

    /// Encrypts readings, with a key for each person in `keys/`: back that up apart, or not at all
    #[arg(long)]
    encrypt: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Reason {
    /// Medical reasons
    Medical,
    /// Reasons of safety
    Safety,
}

/// Runs a subcommand.
///
/// # Errors
/// When it cannot be done.
pub fn run(args: &ProjectArgs) -> anyhow::Result<()> {
    match &args.command {
        Command::New(new) => create(new),
        Command::Sample(sample) => sample::run(sample),
        Command::Audit => audit(&args.folder.open()?),
        Command::Retention { apply, days } => {
            let mut project = Project::open(&args.folder.path)?;
            if let Some(days) = days {
                project.set_retention(*days)?;
            }
            retention(&mut project, *apply)
        }
        Command::Notice { out } => {
            let project = args.folder.open()?;
            let path = out.clone().unwrap_or_else(|| project.folder().join("out/notice.html"));
            write(&path, &project.notice())
        }
    }
}

/// Writes a file and says where it is.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &std::path::Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(path, text)
        .with_context(|| format!("cannot write {}; check its folder", path.display()))?;
    eprintln!("{} is written", path.display());
    Ok(())
}

fn create(args: &NewArgs) -> anyhow::Result<()> {
    let purpose: Purpose = args.purpose.parse()?;
    let exemption = args.exemption.zip(args.because.as_ref()).map(|(reason, because)| Exemption {
        is_medical: matches!(reason, Reason::Medical),
        reason: because.clone(),
    });
    let name = args.name.file_name().unwrap_or(args.name.as_os_str()).to_string_lossy();
    let new = NewProject {
        name: name.into_owned(),
        purpose,
        exemption,
        controller: args.controller.clone(),
        contact: args.contact.clone(),
        retention_days: args.retention_days,
        encrypt: args.encrypt,
    };
    let project = Project::create(&args.name, &new).map_err(|error| match error {
        ProjectError::Refused(refused) => anyhow::Error::new(refused),
        error => error.into(),
    })?;
    let settings = project.settings();
    eprintln!(
        "{} is made for {}; sessions go after {} days. Next: `emotion project notice`, `emotion person add`",
        project.folder().display(),
        settings.purpose,
        settings.retention_days
    );
    if settings.exemption.is_some() {
        eprintln!(
            "the exemption is yours to answer for: this program is no medical device, and the exception is read \
             narrowly"
        );
    }
    Ok(())
}

fn audit(project: &Project) -> anyhow::Result<()> {
    let state = project.verify_audit()?;
    let mut table = csv::Writer::from_writer(std::io::stdout());
    table.write_record(["entry", "at", "action", "subject", "detail", "hash"])?;
    for entry in project.audit()? {
        let (seq, at) = (entry.seq.to_string(), moment_of(entry.at));
        let row = [&seq, &at, &entry.action, &entry.subject, &entry.detail, &entry.hash];
        table.write_record(row)?;
    }
    table.flush()?;
    eprintln!(
        "{} entries follow from one another. Note the last hash elsewhere, to see later that none was cut off",
        state.entries
    );
    Ok(())
}

fn retention(project: &mut Project, apply: bool) -> anyhow::Result<()> {
    let due = if apply { project.apply_retention()? } else { project.due()? };
    let verb = if apply { "removed" } else { "due" };
    for session in &due.sessions {
        eprintln!("{verb}: session {} of {}", session.id, date_of(session.started_at));
    }
    for person in &due.people {
        eprintln!("{verb}: {person}, who withdrew");
    }
    eprintln!(
        "{} {verb}; sessions go after {} days",
        count(&due).trim_end_matches(','),
        project.settings().retention_days
    );
    Ok(())
}
