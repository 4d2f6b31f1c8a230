//! `emotion person`: people by pseudonym, and what they agreed to.

use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, Subcommand};
use emotion_project::{Project, date_of, now, parse_moment};

use super::project::Folder;

/// Adds people to a project, writes down what they agreed to, hands out or erases their data
#[derive(Args)]
pub struct PersonArgs {
    #[command(subcommand)]
    command: Command,

    #[command(flatten)]
    folder: Folder,
}

#[derive(Subcommand)]
enum Command {
    /// Adds a person by pseudonym
    Add {
        /// Letters, digits, `-` and `_`; nobody's name
        person: String,
    },
    /// Lists everybody
    List,
    /// Writes down that a person agreed to the project's purpose
    Consent {
        /// The pseudonym
        person: String,
        /// How they agreed: "signed form of 2026-03-02, folder 7"
        #[arg(long, value_name = "TEXT")]
        form: String,
        /// When, as 2026-03-02 or with a time; now, if it is left out
        #[arg(long, value_name = "WHEN")]
        on: Option<String>,
    },
    /// Writes down that a person does not agree any more; nothing is recorded or reported of them from now on
    Withdraw {
        /// The pseudonym
        person: String,
        /// Erases their data at once, instead of with the next `emotion project retention --apply`
        #[arg(long)]
        erase: bool,
    },
    /// Writes everything about a person to a new folder
    Export {
        /// The pseudonym
        person: String,
        /// The folder
        #[arg(long, value_name = "FOLDER")]
        to: PathBuf,
    },
    /// Erases a person: sessions, readings, key, reports, every byte
    Erase {
        /// The pseudonym
        person: String,
        /// Does it. Without it the command says what would go
        #[arg(long)]
        yes: bool,
    },
}

/// Runs a subcommand.
///
/// # Errors
/// When it cannot be done.
pub fn run(args: &PersonArgs) -> anyhow::Result<()> {
    let mut project = args.folder.open()?;
    match &args.command {
        Command::Add { person } => {
            let person = project.add_person(person)?;
            eprintln!(
                "{} is added; without a consent nothing is recorded of them (`emotion person consent`)",
                person.pseudonym
            );
        }
        Command::List => list(&project)?,
        Command::Consent { person, form, on } => {
            let given_at = on.as_deref().map_or(Ok(now()), parse_moment)?;
            project.give_consent(person, form, given_at)?;
            eprintln!("consent of {person} is written down");
        }
        Command::Withdraw { person, erase } => {
            project.withdraw_consent(person)?;
            eprintln!("nothing more is recorded or reported of {person}");
            if *erase {
                self::erase(&mut project, person)?;
            } else {
                eprintln!("their data go with `emotion project retention --apply`");
            }
        }
        Command::Export { person, to } => {
            let handed = project.hand_out(person, to)?;
            eprintln!(
                "{}: {} sessions, {} recordings, in {}",
                person,
                handed.sessions,
                handed.recordings,
                to.display()
            );
        }
        Command::Erase { person, yes: true } => erase(&mut project, person)?,
        Command::Erase { person, yes: false } => {
            let sessions = project.person(person)?.sessions;
            bail!(
                "{person} has {sessions} sessions, which cannot be brought back; --yes erases them with \
                 everything else of this person"
            );
        }
    }
    Ok(())
}

fn erase(project: &mut Project, person: &str) -> anyhow::Result<()> {
    let erased = project.erase_person(person)?;
    eprintln!(
        "{} sessions and {} files are erased. Backups of the project are not: erase them, too{}",
        erased.sessions,
        erased.files,
        if project.settings().is_encrypted {
            " (their encrypted readings are unreadable without the key, unless it was copied)"
        } else {
            ""
        }
    );
    Ok(())
}

fn list(project: &Project) -> anyhow::Result<()> {
    let mut table = csv::Writer::from_writer(std::io::stdout());
    table.write_record(["person", "added", "sessions", "consent", "form"])?;
    for person in project.people()? {
        let (state, form) = match &person.consent {
            None => ("none".to_owned(), ""),
            Some(consent) => match consent.withdrawn_at {
                None => (format!("since {}", date_of(consent.given_at)), consent.form.as_str()),
                Some(at) => (format!("withdrawn {}", date_of(at)), consent.form.as_str()),
            },
        };
        let sessions = person.sessions.to_string();
        let added = date_of(person.added_at);
        table.write_record([&person.pseudonym, &added, &sessions, &state, form])?;
    }
    table.flush()?;
    Ok(())
}
