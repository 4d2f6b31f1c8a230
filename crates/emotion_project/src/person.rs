//! People by pseudonym.

use rusqlite::params;

use crate::project::random_tag;
use crate::{Consent, Project, ProjectError, audit, keys, now};

/// A person in a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Its number in the project; never used twice.
    pub id: i64,
    /// The name in the project. Who it is, is written elsewhere.
    pub pseudonym: String,
    /// The name in the audit log.
    pub(crate) tag: String,
    /// When the person was added, in seconds since 1970.
    pub added_at: i64,
    /// What the person agreed to last.
    pub consent: Option<Consent>,
    /// How many sessions there are.
    pub sessions: i64,
}

/// Whether a text can be a pseudonym: it becomes the name of a folder, and part of file names.
pub(crate) fn is_pseudonym(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (1..=32).contains(&text.len())
        && text.chars().all(fits)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

const SQL: &str = "SELECT id, pseudonym, tag, added_at, \
                   (SELECT count(*) FROM session WHERE session.person = person.id) FROM person";

fn person(row: &rusqlite::Row) -> rusqlite::Result<Person> {
    Ok(Person {
        id: row.get(0)?,
        pseudonym: row.get(1)?,
        tag: row.get(2)?,
        added_at: row.get(3)?,
        consent: None,
        sessions: row.get(4)?,
    })
}

impl Project {
    /// Adds a person, with a key where readings are encrypted. Without a consent nothing is recorded of them.
    ///
    /// # Errors
    /// If the pseudonym is taken or unusable.
    pub fn add_person(&mut self, pseudonym: &str) -> Result<Person, ProjectError> {
        if !is_pseudonym(pseudonym) {
            return Err(ProjectError::BadPseudonym(pseudonym.to_owned()));
        }
        let tag = random_tag()?;
        let encrypted = self.settings().is_encrypted;
        let transaction =
            self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let known: bool = transaction.query_row(
            "SELECT EXISTS (SELECT 1 FROM person WHERE pseudonym = ? COLLATE NOCASE)",
            [pseudonym],
            |row| row.get(0),
        )?;
        if known {
            return Err(ProjectError::PersonExists(pseudonym.to_owned()));
        }
        transaction.execute(
            "INSERT INTO person (pseudonym, tag, added_at) VALUES (?, ?, ?)",
            params![pseudonym, tag, now()],
        )?;
        if encrypted {
            keys::create(&self.folder, transaction.last_insert_rowid())?;
        }
        audit::log(&transaction, "person added", &tag, "")?;
        transaction.commit()?;
        self.person(pseudonym)
    }

    /// The person with a pseudonym.
    ///
    /// # Errors
    /// [`ProjectError::NoPerson`] if there is none.
    pub fn person(&self, pseudonym: &str) -> Result<Person, ProjectError> {
        let sql = format!("{SQL} WHERE pseudonym = ? AND NOT is_going");
        let found = self.db.prepare_cached(&sql)?.query_row([pseudonym], person);
        let found = match found {
            Err(rusqlite::Error::QueryReturnedNoRows) => {
                return Err(ProjectError::NoPerson(pseudonym.to_owned()));
            }
            found => found?,
        };
        self.with_consent(found)
    }

    /// Everybody, by pseudonym.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn people(&self) -> Result<Vec<Person>, ProjectError> {
        let mut statement =
            self.db.prepare(&format!("{SQL} WHERE NOT is_going ORDER BY pseudonym"))?;
        let people = statement.query_map([], person)?.collect::<Result<Vec<_>, _>>()?;
        people.into_iter().map(|person| self.with_consent(person)).collect()
    }

    fn with_consent(&self, person: Person) -> Result<Person, ProjectError> {
        Ok(Person { consent: self.consent(person.id)?, ..person })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::tests::project;

    #[test]
    fn pseudonyms_are_checked() {
        let (_folder, mut project) = project(false);
        for bad in ["", "../x", "a b", "-x", "Änne", "x/y", &"a".repeat(33)] {
            let error = project.add_person(bad).unwrap_err();
            assert!(matches!(error, ProjectError::BadPseudonym(_)), "{bad}: {error}");
        }
        project.add_person("p-01").unwrap();
        assert!(matches!(project.add_person("P-01"), Err(ProjectError::PersonExists(_))));
        assert!(matches!(project.person("p-02"), Err(ProjectError::NoPerson(_))));
        assert_eq!(project.people().unwrap().len(), 1);
    }
}
