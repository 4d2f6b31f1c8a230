//! What a person gets of theirs (Articles 15 and 20 GDPR): everything, in formats that other programs read.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::{Person, Project, ProjectError, audit, date_of, keys, moment_of, segment};

/// What was handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandedOut {
    /// Sessions.
    pub sessions: usize,
    /// Recordings, decrypted.
    pub recordings: usize,
}

impl Project {
    /// Writes everything about a person to a new folder: `person.json`, `seconds.csv`, and the readings.
    ///
    /// # Errors
    /// If there is no such person, the folder is not empty, or something cannot be read or written.
    pub fn hand_out(&mut self, pseudonym: &str, to: &Path) -> Result<HandedOut, ProjectError> {
        let person = self.person(pseudonym)?;
        if fs::read_dir(to).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(ProjectError::NotEmpty { folder: to.to_owned() });
        }
        crate::project::private_folder(to)?;
        let sessions = self.sessions(&person)?;
        let description = self.description(&person)?;
        write(&to.join("person.json"), format!("{description:#}\n").as_bytes())?;
        write(&to.join("README.txt"), README.as_bytes())?;
        write(&to.join("seconds.csv"), crate::export::seconds_csv(self, &person)?.as_bytes())?;
        let mut recordings = 0;
        for session in &sessions {
            recordings += self.hand_out_readings(session.id, person.id, to)?;
        }
        audit::log(&self.db, "person exported", &person.tag, "")?;
        Ok(HandedOut { sessions: sessions.len(), recordings })
    }

    fn hand_out_readings(
        &self,
        session: i64,
        person: i64,
        to: &Path,
    ) -> Result<usize, ProjectError> {
        let encrypted = self.settings().is_encrypted;
        let key = if encrypted { Some(keys::load(&self.folder, person)?) } else { None };
        let files = self.segments(session)?;
        for file in &files {
            let bytes = segment::read(&self.folder.join("raw").join(file), key.as_ref())?;
            write(&to.join(file.trim_end_matches(".age")), &bytes)?;
        }
        Ok(files.len())
    }

    /// The files of a session's readings, in order.
    pub(crate) fn segments(&self, session: i64) -> Result<Vec<String>, ProjectError> {
        let sql = "SELECT file FROM segment WHERE session = ? ORDER BY number";
        let mut statement = self.db.prepare_cached(sql)?;
        let files = statement.query_map([session], |row| row.get(0))?;
        Ok(files.collect::<Result<_, _>>()?)
    }

    fn description(&self, person: &Person) -> Result<serde_json::Value, ProjectError> {
        let mut sessions = Vec::new();
        for session in self.sessions(person)? {
            let marks = self.marks(session.id)?;
            let marks: Vec<_> = marks
                .iter()
                .map(|mark| {
                    json!({
                        "kind": mark.kind.name(),
                        "at_s": mark.at_ms as f64 / 1000.0,
                        "until_s": mark.until_ms.map(|until| until as f64 / 1000.0),
                        "value": mark.value,
                        "text": mark.text,
                    })
                })
                .collect();
            sessions.push(json!({
                "session": session.id,
                "started_at": moment_of(session.started_at),
                "length_s": session.length_ms as f64 / 1000.0,
                "source": session.source,
                "model": session.model,
                "state": session.state.name(),
                "remarks": session.remarks,
                "study": self.study_of(session.id)?,
                "smiles": self.smiles(session.id)?,
                "marks": marks,
            }));
        }
        let settings = self.settings();
        let mut statement = self.db.prepare(
            "SELECT form, given_at, withdrawn_at FROM consent WHERE person = ? ORDER BY id",
        )?;
        let consents = statement.query_map([person.id], |row| {
            let withdrawn: Option<i64> = row.get(2)?;
            Ok(json!({
                "form": row.get::<_, String>(0)?,
                "given": date_of(row.get(1)?),
                "withdrawn": withdrawn.map(date_of),
            }))
        })?;
        Ok(json!({
            "pseudonym": person.pseudonym,
            "added": date_of(person.added_at),
            "project": settings.name,
            "purpose": settings.purpose.name(),
            "exemption": settings.exemption.as_ref().map(ToString::to_string),
            "controller": settings.controller,
            "contact": settings.contact,
            "retention_days": settings.retention_days,
            "consents": consents.collect::<Result<Vec<_>, _>>()?,
            "sessions": sessions,
        }))
    }
}

const README: &str = "\
What this project has stored about you. There are no pictures, and never were.

person.json    who you are in the project (a pseudonym), what you agreed to, your sessions, and what was
               written down about them
seconds.csv    what your face showed in each second: the mean probability of each of seven expressions.
               Empty cells are seconds in which you were not seen
S0001-….face   the readings of each frame, a file for each minute; `emotion demo --replay FILE` plays one

The program reads what a face shows. It does not know what you felt, and it makes no diagnosis.
You may ask for corrections, and for erasure, whenever you like.
";

fn write(path: &Path, bytes: &[u8]) -> Result<(), ProjectError> {
    fs::write(path, bytes).map_err(ProjectError::at(path))
}
