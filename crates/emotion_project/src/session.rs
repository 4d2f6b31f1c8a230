//! Sessions of a person.

use rusqlite::{Connection, Row, params};

use crate::{Person, Project, ProjectError, Rollup, Smile, Span, audit, rollup, segment};

/// A session: a person, seen for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number in the project; never used twice.
    pub id: i64,
    /// Whose it is.
    pub person: i64,
    /// When it began, in seconds since 1970.
    pub started_at: i64,
    /// What it was read from: `film`, `recording`, `camera`, `puppet`.
    pub source: String,
    /// The model that read it.
    pub model: Option<String>,
    /// Whether it is done.
    pub state: SessionState,
    /// How much of it is stored, in milliseconds.
    pub length_ms: u64,
    /// What was left out, for people.
    pub remarks: String,
}

/// Whether a session is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionState {
    /// It is being recorded or imported, or the program stopped in the middle.
    Open,
    /// It was stored to its end.
    Complete,
    /// It was live, and the program stopped in the middle.
    CutOff,
}

impl SessionState {
    /// Its words in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::CutOff => "cut off",
        }
    }
}

pub const SQL: &str =
    "SELECT id, person, started_at, source, model, state, length_ms, remarks FROM session";

pub fn session(row: &Row) -> rusqlite::Result<Session> {
    let state: String = row.get(5)?;
    let length: i64 = row.get(6)?;
    Ok(Session {
        id: row.get(0)?,
        person: row.get(1)?,
        started_at: row.get(2)?,
        source: row.get(3)?,
        model: row.get(4)?,
        state: match state.as_str() {
            "complete" => SessionState::Complete,
            "cut off" => SessionState::CutOff,
            _ => SessionState::Open,
        },
        length_ms: u64::try_from(length).unwrap_or(0),
        remarks: row.get(7)?,
    })
}

impl Session {
    /// When it ends, in seconds since 1970.
    pub fn ends_at(&self) -> i64 {
        self.started_at.saturating_add(i64::try_from(self.length_ms / 1000).unwrap_or(i64::MAX))
    }
}

impl Project {
    /// The session with a number.
    ///
    /// # Errors
    /// [`ProjectError::NoSession`] if there is none.
    pub fn session(&self, id: i64) -> Result<Session, ProjectError> {
        let found =
            self.db.prepare_cached(&format!("{SQL} WHERE id = ?"))?.query_row([id], session);
        match found {
            Err(rusqlite::Error::QueryReturnedNoRows) => Err(ProjectError::NoSession(id)),
            found => Ok(found?),
        }
    }

    /// The sessions of a person in order of time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn sessions(&self, person: &Person) -> Result<Vec<Session>, ProjectError> {
        sessions(&self.db, person.id)
    }

    /// The person of a session.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn person_of(&self, session: &Session) -> Result<Person, ProjectError> {
        let sql = "SELECT pseudonym FROM person WHERE id = ?";
        let pseudonym: String = self.db.query_row(sql, [session.person], |row| row.get(0))?;
        self.person(&pseudonym)
    }

    /// What was counted in a session.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn rollups(&self, session: i64, span: Span) -> Result<Vec<Rollup>, ProjectError> {
        rollup::load(&self.db, session, span)
    }

    /// The smiles of a session in order of time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn smiles(&self, session: i64) -> Result<Vec<Smile>, ProjectError> {
        let sql = "SELECT from_ms, to_ms, peak FROM smile WHERE session = ? ORDER BY from_ms";
        let mut statement = self.db.prepare_cached(sql)?;
        let smiles = statement.query_map([session], |row| {
            let (from, to): (i64, i64) = (row.get(0)?, row.get(1)?);
            let time = |value| u64::try_from(value).unwrap_or(0);
            Ok(Smile { from_ms: time(from), to_ms: time(to), peak: row.get(2)? })
        })?;
        Ok(smiles.collect::<Result<_, _>>()?)
    }

    /// Removes a session with its readings.
    ///
    /// # Errors
    /// When there is none, or something cannot be removed; done again, it goes on.
    pub fn remove_session(&mut self, id: i64) -> Result<(), ProjectError> {
        let _lock = self.lock()?;
        let session = self.session(id)?;
        let person = self.person_of(&session)?;
        self.remove_segments(id)?;
        let transaction = self.db.transaction()?;
        transaction.execute("DELETE FROM session WHERE id = ?", [id])?;
        audit::log(&transaction, "session removed", &person.tag, &format!("session {id}"))?;
        transaction.commit()?;
        self.wipe()
    }

    /// Removes the files of a session, finished or not.
    pub(crate) fn remove_segments(&self, session: i64) -> Result<usize, ProjectError> {
        let folder = self.folder.join("raw");
        let prefix = segment::prefix(session);
        let mut removed = 0;
        for entry in std::fs::read_dir(&folder).map_err(ProjectError::at(&folder))? {
            let path = entry.map_err(ProjectError::at(&folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with(&prefix) {
                std::fs::remove_file(&path).map_err(ProjectError::at(&path))?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

pub fn sessions(db: &Connection, person: i64) -> Result<Vec<Session>, ProjectError> {
    let mut statement =
        db.prepare_cached(&format!("{SQL} WHERE person = ? ORDER BY started_at"))?;
    let rows = statement.query_map(params![person], session)?;
    Ok(rows.collect::<Result<_, _>>()?)
}
