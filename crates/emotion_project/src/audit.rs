//! The audit log: what was done with the project, and when.
//!
//! Each entry's hash covers the one before, so a log that was changed in the middle does not add up. Whoever
//! notes the newest hash elsewhere can also tell whether the end was cut off. A person appears as a random tag,
//! which says nothing any more once the person is erased.

use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::{Project, ProjectError, now};

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditEntry {
    /// Its number, from 1.
    pub seq: i64,
    /// When, in seconds since 1970.
    pub at: i64,
    /// What.
    pub action: String,
    /// With whom: a person's tag, or nothing.
    pub subject: String,
    /// What else is to be said, without words about people.
    pub detail: String,
    /// Of this entry and the hash before it.
    pub hash: String,
}

/// How the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditState {
    /// How many entries there are.
    pub entries: i64,
    /// The hash of the newest one; empty if there is none.
    pub head: String,
}

impl AuditEntry {
    fn hash_after(&self, previous: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(previous.as_bytes());
        let (seq, at) = (self.seq.to_string(), self.at.to_string());
        for part in [&seq, &at, &self.action, &self.subject, &self.detail] {
            // With its length, so that no two entries look the same.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hex(&hash.finalize())
    }
}

/// Bytes as text.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Adds an entry; part of the transaction that does what it says.
pub fn log(db: &Connection, action: &str, subject: &str, detail: &str) -> Result<(), ProjectError> {
    let state = state(db)?;
    let mut entry = AuditEntry {
        seq: state.entries + 1,
        at: now(),
        action: action.to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        hash: String::new(),
    };
    entry.hash = entry.hash_after(&state.head);
    db.prepare_cached("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?)")?.execute(params![
        entry.seq,
        entry.at,
        entry.action,
        entry.subject,
        entry.detail,
        entry.hash
    ])?;
    Ok(())
}

fn state(db: &Connection) -> Result<AuditState, ProjectError> {
    let sql = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last = db
        .prepare_cached(sql)?
        .query_row([], |row| Ok(AuditState { entries: row.get(0)?, head: row.get(1)? }));
    match last {
        Err(rusqlite::Error::QueryReturnedNoRows) => {
            Ok(AuditState { entries: 0, head: String::new() })
        }
        last => Ok(last?),
    }
}

impl Project {
    /// Everything that was done, the oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn audit(&self) -> Result<Vec<AuditEntry>, ProjectError> {
        let sql = "SELECT seq, at, action, subject, detail, hash FROM audit ORDER BY seq";
        let mut statement = self.db.prepare(sql)?;
        let entries = statement.query_map([], |row| {
            Ok(AuditEntry {
                seq: row.get(0)?,
                at: row.get(1)?,
                action: row.get(2)?,
                subject: row.get(3)?,
                detail: row.get(4)?,
                hash: row.get(5)?,
            })
        })?;
        Ok(entries.collect::<Result<_, _>>()?)
    }

    /// Checks that each entry follows from those before it.
    ///
    /// # Errors
    /// [`ProjectError::AuditBroken`] with the first entry that does not.
    pub fn verify_audit(&self) -> Result<AuditState, ProjectError> {
        let mut state = AuditState { entries: 0, head: String::new() };
        for entry in self.audit()? {
            let follows = entry.seq == state.entries + 1;
            if !follows || entry.hash != entry.hash_after(&state.head) {
                return Err(ProjectError::AuditBroken { seq: entry.seq });
            }
            state = AuditState { entries: entry.seq, head: entry.hash };
        }
        Ok(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::tests::project;

    #[test]
    fn a_changed_entry_is_found() {
        let (_folder, mut project) = project(false);
        project.add_person("p1").unwrap();
        project.add_person("p2").unwrap();
        let state = project.verify_audit().unwrap();
        assert_eq!(state.entries, 3);
        let change = |project: &Project, sql: &str| {
            project.db.execute(sql, []).unwrap();
            project.verify_audit().unwrap_err()
        };
        let error = change(&project, "UPDATE audit SET at = at + 1 WHERE seq = 2");
        assert!(matches!(error, ProjectError::AuditBroken { seq: 2 }), "{error}");
        let error = change(&project, "DELETE FROM audit WHERE seq = 2");
        assert!(matches!(error, ProjectError::AuditBroken { seq: 3 }), "{error}");
    }

    #[test]
    fn no_pseudonym_is_in_the_log() {
        let (_folder, mut project) = project(false);
        project.add_person("heron").unwrap();
        project.give_consent("heron", "a form about herons", now()).unwrap();
        let log = format!("{:?}", project.audit().unwrap());
        assert!(log.contains("consent") && !log.contains("heron"), "{log}");
    }
}
