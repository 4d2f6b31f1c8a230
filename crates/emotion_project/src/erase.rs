//! Erasure: nothing of a person stays in the database, its write-ahead log, `raw/`, `keys/` and `out/`.
//!
//! The person is marked first, so that an erasure that was cut off is finished when the project is opened
//! again. What file systems and disks keep of deleted files is beyond a program's reach; where readings are
//! encrypted, the key goes first, and with it every copy of them, backups too.

use std::fs;
use std::path::Path;

use crate::{Project, ProjectError, audit, keys};

/// What was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Sessions.
    pub sessions: usize,
    /// Files of readings, reports, exports and keys.
    pub files: usize,
}

impl Project {
    /// Erases a person. The audit log keeps that somebody was erased, not who.
    ///
    /// # Errors
    /// If there is no such person, or something cannot be removed; done again, it goes on.
    pub fn erase_person(&mut self, pseudonym: &str) -> Result<Erased, ProjectError> {
        let _lock = self.lock()?;
        let person = self.person(pseudonym)?;
        self.db.execute("UPDATE person SET is_going = 1 WHERE id = ?", [person.id])?;
        let erased = self.erase(person.id, pseudonym, &person.tag)?;
        self.wipe()?;
        Ok(erased)
    }

    /// Finishes erasures that were cut off, unless another program works on the project.
    pub(crate) fn finish_erasures(&mut self) -> Result<(), ProjectError> {
        let sql = "SELECT id, pseudonym, tag FROM person WHERE is_going";
        let going: Vec<(i64, String, String)> = self
            .db
            .prepare(sql)?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect::<Result<_, _>>()?;
        if going.is_empty() {
            return Ok(());
        }
        let Ok(_lock) = self.lock() else { return Ok(()) };
        for (id, pseudonym, tag) in going {
            self.erase(id, &pseudonym, &tag)?;
        }
        self.wipe()
    }

    fn erase(&mut self, id: i64, pseudonym: &str, tag: &str) -> Result<Erased, ProjectError> {
        let mut erased = Erased::default();
        let key = keys::path(&self.folder, id);
        if key.exists() {
            fs::remove_file(&key).map_err(ProjectError::at(&key))?;
            erased.files += 1;
        }
        let mut statement = self.db.prepare("SELECT id FROM session WHERE person = ?")?;
        let sessions =
            statement.query_map([id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        drop(statement);
        erased.sessions = sessions.len();
        for session in sessions {
            erased.files += self.remove_segments(session)?;
        }
        erased.files += remove_outputs(&self.folder.join("out"), pseudonym)?;
        let transaction = self.db.transaction()?;
        transaction.execute("DELETE FROM person WHERE id = ?", [id])?;
        audit::log(&transaction, "person erased", tag, "")?;
        transaction.commit()?;
        Ok(erased)
    }

    /// Overwrites what was deleted, in the database and in its write-ahead log.
    pub(crate) fn wipe(&self) -> Result<(), ProjectError> {
        // First what lies in the log into the database, then a new database of what is left.
        self.truncate_log()?;
        self.db.execute_batch("VACUUM")?;
        self.truncate_log()
    }

    fn truncate_log(&self) -> Result<(), ProjectError> {
        let sql = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        if busy == 0 { Ok(()) } else { Err(ProjectError::Locked) }
    }
}

/// Removes what is named after a person, and files that name them.
fn remove_outputs(folder: &Path, pseudonym: &str) -> Result<usize, ProjectError> {
    let mut removed = 0;
    for entry in fs::read_dir(folder).map_err(ProjectError::at(folder))? {
        let path = entry.map_err(ProjectError::at(folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if names(name.as_bytes(), pseudonym) {
                removed += count_files(&path);
                fs::remove_dir_all(&path).map_err(ProjectError::at(&path))?;
            } else {
                removed += remove_outputs(&path, pseudonym)?;
            }
            continue;
        }
        let bytes = fs::read(&path).map_err(ProjectError::at(&path))?;
        if names(name.as_bytes(), pseudonym) || names(&bytes, pseudonym) {
            fs::remove_file(&path).map_err(ProjectError::at(&path))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn count_files(folder: &Path) -> usize {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let paths = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    paths.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

/// Whether a text has the pseudonym as a word.
fn names(text: &[u8], pseudonym: &str) -> bool {
    let word = pseudonym.as_bytes();
    let is_letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    text.windows(word.len()).enumerate().any(|(at, window)| {
        window == word
            && !is_letter(at.checked_sub(1).and_then(|before| text.get(before)))
            && !is_letter(text.get(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_is_found_as_a_word() {
        assert!(names(b"report of p1.", "p1") && names(b"p1", "p1"));
        assert!(!names(b"report of p12", "p1") && !names(b"xp1", "p1"));
    }
}
