//! Data go when their time is over (Article 5(1)(e) GDPR: storage limitation).

use crate::{Project, ProjectError, Session, now};

/// After how many days sessions go, unless a project says otherwise.
pub const DEFAULT_RETENTION_DAYS: u32 = 365;

/// What is due to go.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Due {
    /// Sessions whose time is over.
    pub sessions: Vec<Session>,
    /// Pseudonyms of people who do not agree any more.
    pub people: Vec<String>,
}

impl Due {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.people.is_empty()
    }
}

impl Project {
    /// What is due to go now.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due(&self) -> Result<Due, ProjectError> {
        self.due_at(now())
    }

    fn due_at(&self, now: i64) -> Result<Due, ProjectError> {
        let oldest = now - i64::from(self.settings().retention_days) * 24 * 3600;
        let mut due = Due::default();
        for person in self.people()? {
            let withdrawn = person.consent.as_ref().is_some_and(|it| it.withdrawn_at.is_some());
            if withdrawn {
                due.people.push(person.pseudonym.clone());
            } else {
                let sessions = self.sessions(&person)?.into_iter();
                due.sessions.extend(sessions.filter(|session| session.ends_at() < oldest));
            }
        }
        Ok(due)
    }

    /// Removes what is due.
    ///
    /// # Errors
    /// When something cannot be removed; done again, it goes on.
    pub fn apply_retention(&mut self) -> Result<Due, ProjectError> {
        let due = self.due()?;
        for session in &due.sessions {
            self.remove_session(session.id)?;
        }
        for pseudonym in &due.people {
            self.erase_person(pseudonym)?;
        }
        Ok(due)
    }
}
