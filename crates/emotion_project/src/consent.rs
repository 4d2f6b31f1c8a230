//! What people agreed to, and when they did not any more.
//!
//! Consent is as easy to withdraw as to give (Article 7(3) GDPR).

use rusqlite::params;

use crate::{Person, Project, ProjectError, audit, date_of, now};

/// What a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// How it was given: a signed form, a button.
    pub form: String,
    /// When, in seconds since 1970.
    pub given_at: i64,
    /// When it was withdrawn.
    pub withdrawn_at: Option<i64>,
}

impl Person {
    /// Refuses what a person has not agreed to.
    pub(crate) fn require_consent(&self) -> Result<(), ProjectError> {
        let since = match &self.consent {
            Some(Consent { withdrawn_at: None, .. }) => return Ok(()),
            Some(Consent { withdrawn_at: Some(at), .. }) => {
                format!(" any more, since {}", date_of(*at))
            }
            None => String::new(),
        };
        Err(ProjectError::NoConsent { person: self.pseudonym.clone(), since })
    }
}

impl Project {
    /// Writes down that a person agreed to the project's purpose, how and when.
    ///
    /// # Errors
    /// If there is no such person, or the moment is in the future.
    pub fn give_consent(
        &mut self,
        pseudonym: &str,
        form: &str,
        given_at: i64,
    ) -> Result<(), ProjectError> {
        let person = self.person(pseudonym)?;
        if given_at > now() {
            let when = date_of(given_at);
            return Err(ProjectError::BadMark(format!(
                "a consent cannot be of {when}, which is in the future; check the date"
            )));
        }
        let transaction = self.db.transaction()?;
        transaction.execute(
            "INSERT INTO consent (person, form, given_at) VALUES (?, ?, ?)",
            params![person.id, form, given_at],
        )?;
        audit::log(&transaction, "consent given", &person.tag, "")?;
        transaction.commit()?;
        Ok(())
    }

    /// Writes down that a person does not agree any more. From now on nothing is recorded or reported of
    /// them; what there is, is due to be erased.
    ///
    /// # Errors
    /// If there is no such person, or no consent to withdraw.
    pub fn withdraw_consent(&mut self, pseudonym: &str) -> Result<(), ProjectError> {
        let person = self.person(pseudonym)?;
        person.require_consent()?;
        let transaction = self.db.transaction()?;
        transaction.execute(
            "UPDATE consent SET withdrawn_at = ? WHERE person = ? AND withdrawn_at IS NULL",
            params![now(), person.id],
        )?;
        audit::log(&transaction, "consent withdrawn", &person.tag, "")?;
        transaction.commit()?;
        Ok(())
    }

    pub(crate) fn consent(&self, person: i64) -> Result<Option<Consent>, ProjectError> {
        let sql = "SELECT form, given_at, withdrawn_at FROM consent WHERE person = ? \
                   ORDER BY id DESC LIMIT 1";
        let found = self.db.prepare_cached(sql)?.query_row([person], |row| {
            Ok(Consent { form: row.get(0)?, given_at: row.get(1)?, withdrawn_at: row.get(2)? })
        });
        match found {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            found => Ok(Some(found?)),
        }
    }
}
