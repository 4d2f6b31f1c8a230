//! Studies: many people, one film.
//!
//! A viewer of a study is a person of the project with a session in which they saw the film, so consent, retention
//! and erasure are those of sessions. What comes out is about all viewers together: seconds that fewer than
//! [`FEWEST_VIEWERS`] were seen in are hidden everywhere.

mod band;
mod curve;
mod findings;
mod moments;
mod permutation;
#[cfg(test)]
mod simulation;
mod table;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::time::Duration;

use rusqlite::{Row, params};

use crate::intake::source_hash;
use crate::person::is_pseudonym;
use crate::project::private_folder;
use crate::{Intake, Project, ProjectError, SessionStart, audit, now};

pub use band::{FEWEST_VIEWERS, LEVEL, Point, band};
pub use curve::{Baseline, Curves};
pub use findings::{Compared, Course, Findings, LeftOut};
pub use moments::{Moment, moments};
pub use permutation::{Cluster, Comparison, Design, compare};

/// A study: a film, and where the viewers' baselines are taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Study {
    /// Its number in the project; never used twice.
    pub id: i64,
    /// Its name, which is that of its folder of reports, too.
    pub name: String,
    /// Where the film was when the study was made.
    pub film: PathBuf,
    /// How long it is.
    pub film_length: Duration,
    /// Where baselines are taken from.
    pub baseline: Baseline,
    /// How many viewers have a session in it.
    pub viewers: i64,
}

/// A session in which a study's film is seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub study: i64,
    /// The second of the session in which the film starts.
    pub lead: u64,
}

const SQL: &str = "SELECT id, name, film, film_ms, rest_from, rest_to, \
                   (SELECT count(*) FROM view WHERE view.study = study.id) FROM study";

fn study(row: &Row) -> rusqlite::Result<Study> {
    let film: String = row.get(2)?;
    let length: i64 = row.get(3)?;
    let part: (Option<i32>, Option<i32>) = (row.get(4)?, row.get(5)?);
    Ok(Study {
        id: row.get(0)?,
        name: row.get(1)?,
        film: PathBuf::from(film),
        film_length: Duration::from_millis(u64::try_from(length).unwrap_or(0)),
        baseline: match part {
            (Some(from), Some(to)) => Baseline::Part { from, to },
            _ => Baseline::Film,
        },
        viewers: row.get(6)?,
    })
}

impl Study {
    /// How many seconds the film has; the last one may be cut off.
    pub fn seconds(&self) -> usize {
        usize::try_from(self.film_length.as_millis().div_ceil(1000)).unwrap_or(usize::MAX)
    }
}

impl Project {
    /// Makes a study of a film.
    ///
    /// # Errors
    /// If the project's purpose allows no studies, the name is taken or unusable, or the baseline is not there.
    pub fn add_study(
        &mut self,
        name: &str,
        film: &str,
        film_length: Duration,
        baseline: Baseline,
    ) -> Result<Study, ProjectError> {
        let purpose = self.settings().purpose;
        let bad = |text: String| Err(ProjectError::BadStudy(text));
        if !purpose.allows_studies() {
            return bad(format!(
                "a project for {purpose} has no studies: people agreed to look at themselves, not to be part of an \
                 audience. Make a project for research, audience, usability or art, and ask them"
            ));
        }
        if !is_pseudonym(name) {
            return bad(format!(
                "\"{name}\" cannot be a study's name; use 1 to 32 letters, digits, '-' or '_', beginning with a \
                 letter or digit"
            ));
        }
        if film_length.as_millis() == 0 {
            return bad("the film has no length; check the file".to_owned());
        }
        check(baseline, film_length)?;
        let part = match baseline {
            Baseline::Film => (None, None),
            Baseline::Part { from, to } => (Some(from), Some(to)),
        };
        let transaction = self.db.transaction()?;
        let known: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM study WHERE name = ? COLLATE NOCASE)",
            [name],
            |row| row.get(0),
        )?;
        if known {
            return Err(ProjectError::StudyExists(name.to_owned()));
        }
        transaction.execute(
            "INSERT INTO study (name, film, film_ms, rest_from, rest_to, created_at) \
             VALUES (?, ?, ?, ?, ?, ?)",
            params![
                name,
                film,
                i64::try_from(film_length.as_millis()).unwrap_or(i64::MAX),
                part.0,
                part.1,
                now()
            ],
        )?;
        let detail = format!("study {}", transaction.last_insert_rowid());
        audit::log(&transaction, "study made", "", &detail)?;
        transaction.commit()?;
        self.study(name)
    }

    /// The study with a name.
    ///
    /// # Errors
    /// [`ProjectError::NoStudy`] if there is none.
    pub fn study(&self, name: &str) -> Result<Study, ProjectError> {
        let sql = format!("{SQL} WHERE name = ?");
        match self.db.prepare_cached(&sql)?.query_row([name], study) {
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                Err(ProjectError::NoStudy(name.to_owned()))
            }
            found => Ok(found?),
        }
    }

    /// All studies, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn studies(&self) -> Result<Vec<Study>, ProjectError> {
        let mut statement = self.db.prepare(&format!("{SQL} ORDER BY name"))?;
        let studies = statement.query_map([], study)?;
        Ok(studies.collect::<Result<_, _>>()?)
    }

    /// Begins, or goes on with, the session in which a person sees a study's film. Its time 0 is so many seconds
    /// before the film's start as the study's baseline needs ([`Baseline::lead`]).
    ///
    /// # Errors
    /// As [`Project::begin_session`], and if the person is a viewer of this study already.
    pub fn begin_view(
        &mut self,
        study: &str,
        pseudonym: &str,
        start: &SessionStart,
    ) -> Result<Intake<'_>, ProjectError> {
        let study = self.study(study)?;
        let person = self.person(pseudonym)?;
        person.require_consent()?;
        let identity = format!("{}\nstudy {}", start.identity, study.id);
        let start = SessionStart { identity, ..start.clone() };
        let sql = "SELECT session, state, started_at, source_hash FROM view \
                   JOIN session ON session.id = session WHERE study = ? AND view.person = ?";
        let seen = self.db.query_row(sql, params![study.id, person.id], |row| {
            let (state, hash): (String, String) = (row.get(1)?, row.get(3)?);
            let goes_on = state == "open"
                && !start.is_live
                && row.get::<_, i64>(2)? == start.started_at
                && hash == source_hash(&person, &start.identity);
            Ok((row.get(0)?, goes_on))
        });
        match seen {
            Err(rusqlite::Error::QueryReturnedNoRows) | Ok((_, true)) => {}
            Ok((session, false)) => {
                let (person, study) = (pseudonym.to_owned(), study.name);
                return Err(ProjectError::SeenAlready { person, study, session });
            }
            Err(error) => return Err(error.into()),
        }
        let view = View { study: study.id, lead: study.baseline.lead() };
        self.begin(pseudonym, &start, Some(view))
    }

    /// The study of a session, if it has one.
    pub(crate) fn study_of(&self, session: i64) -> Result<Option<String>, ProjectError> {
        let sql = "SELECT name FROM view JOIN study ON study.id = study WHERE session = ?";
        match self.db.prepare_cached(sql)?.query_row([session], |row| row.get(0)) {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => Ok(Some(found?)),
        }
    }

    /// The folder for reports and tables of a study.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn study_folder(&self, study: &str) -> Result<PathBuf, ProjectError> {
        let folder = self.folder.join("out").join("studies").join(study);
        private_folder(&folder)?;
        Ok(folder)
    }
}

/// Whether a baseline can be taken from there.
fn check(baseline: Baseline, film_length: Duration) -> Result<(), ProjectError> {
    let Baseline::Part { from, to } = baseline else { return Ok(()) };
    let end = i32::try_from(film_length.as_secs()).unwrap_or(i32::MAX);
    let why = if to - from < 3 {
        "it needs at least 3 seconds"
    } else if from < -600 {
        "more than ten minutes before the film are too long"
    } else if to > end {
        "the film ends before"
    } else {
        return Ok(());
    };
    Err(ProjectError::BadStudy(format!(
        "a baseline cannot be taken from seconds {from} to {to} of the film: {why}"
    )))
}
