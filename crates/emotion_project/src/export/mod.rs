//! Tables and files for other programs.

mod bids;
mod elan;
mod table;
mod textgrid;
mod tiers;

use crate::{Person, Project, ProjectError, audit};

pub use table::seconds_csv;

/// Files of an export: their names and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// A tidy table, and a script for R with lme4 that reads it.
///
/// # Errors
/// Without consent, or when the project cannot be read.
pub fn csv(project: &Project, person: &Person) -> Result<Files, ProjectError> {
    begin(project, person, "csv")?;
    Ok(vec![
        ("seconds.csv".to_owned(), seconds_csv(project, person)?.into_bytes()),
        ("sessions.csv".to_owned(), table::sessions_csv(project, person)?.into_bytes()),
        ("model.R".to_owned(), include_bytes!("model.R").to_vec()),
    ])
}

/// A file of ELAN for each session: tiers of shown expressions, smiles, marks and self-reports.
///
/// # Errors
/// As [`csv`].
pub fn elan(project: &Project, person: &Person) -> Result<Files, ProjectError> {
    begin(project, person, "elan")?;
    each(project, person, "eaf", elan::document)
}

/// A TextGrid of Praat for each session, with the same tiers.
///
/// # Errors
/// As [`csv`].
pub fn textgrid(project: &Project, person: &Person) -> Result<Files, ProjectError> {
    begin(project, person, "textgrid")?;
    each(project, person, "TextGrid", textgrid::document)
}

/// A BIDS data set: seconds as continuous recordings, marks and smiles as events.
///
/// # Errors
/// As [`csv`].
pub fn bids(project: &Project, person: &Person) -> Result<Files, ProjectError> {
    begin(project, person, "bids")?;
    bids::data_set(project, person)
}

fn begin(project: &Project, person: &Person, what: &str) -> Result<(), ProjectError> {
    person.require_consent()?;
    audit::log(&project.db, "sessions exported", &person.tag, what)
}

fn each(
    project: &Project,
    person: &Person,
    extension: &str,
    document: fn(&tiers::Tiers) -> String,
) -> Result<Files, ProjectError> {
    let mut files = Files::new();
    for session in project.sessions(person)? {
        let tiers = tiers::Tiers::load(project, &session)?;
        let name = format!("{}_session-{:04}.{extension}", person.pseudonym, session.id);
        files.push((name, document(&tiers).into_bytes()));
    }
    Ok(files)
}

#[cfg(test)]
mod tests;
