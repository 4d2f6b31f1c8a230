//! What happened in a session, in the words of those who were there.

use rusqlite::params;

use crate::{Project, ProjectError, audit};

/// Something that was said of a moment in a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// What kind it is.
    pub kind: MarkKind,
    /// When, in milliseconds from the session's start.
    pub at_ms: u64,
    /// Until when; `None` for a moment.
    pub until_ms: Option<u64>,
    /// The answer of a self-report, 0 to 10.
    pub value: Option<f64>,
    /// Words.
    pub text: String,
}

/// What a mark says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkKind {
    /// Something that happened: a topic, an exercise.
    Marker,
    /// A self-report: the answer to a question, 0 to 10.
    Rating,
    /// The person rested. It is where the resting baseline is taken from.
    Rest,
    /// A note on the session as a whole.
    Note,
}

impl MarkKind {
    /// Its word in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Marker => "marker",
            Self::Rating => "rating",
            Self::Rest => "rest",
            Self::Note => "note",
        }
    }

    fn from_name(name: &str) -> Self {
        match name {
            "rating" => Self::Rating,
            "rest" => Self::Rest,
            "note" => Self::Note,
            _ => Self::Marker,
        }
    }
}

impl Project {
    /// Adds a mark to a session.
    ///
    /// # Errors
    /// If there is no such session, or the mark does not fit it.
    pub fn mark(&mut self, session: i64, mark: &Mark) -> Result<(), ProjectError> {
        let there = self.session(session)?;
        let person = self.person_of(&there)?;
        person.require_consent()?;
        check(mark, (there.state != crate::SessionState::Open).then_some(there.length_ms))?;
        let time = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let transaction = self.db.transaction()?;
        transaction.execute(
            "INSERT INTO mark (session, kind, at_ms, until_ms, value, text) VALUES (?, ?, ?, ?, ?, ?)",
            params![
                session,
                mark.kind.name(),
                time(mark.at_ms),
                mark.until_ms.map(time),
                mark.value,
                mark.text
            ],
        )?;
        let detail = format!("{} in session {session}", mark.kind.name());
        audit::log(&transaction, "mark added", &person.tag, &detail)?;
        transaction.commit()?;
        Ok(())
    }

    /// The marks of a session in order of time.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn marks(&self, session: i64) -> Result<Vec<Mark>, ProjectError> {
        let sql = "SELECT kind, at_ms, until_ms, value, text FROM mark WHERE session = ? \
                   ORDER BY at_ms, id";
        let mut statement = self.db.prepare_cached(sql)?;
        let marks = statement.query_map([session], |row| {
            let (kind, at, until): (String, i64, Option<i64>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let time = |value| u64::try_from(value).unwrap_or(0);
            Ok(Mark {
                kind: MarkKind::from_name(&kind),
                at_ms: time(at),
                until_ms: until.map(time),
                value: row.get(3)?,
                text: row.get(4)?,
            })
        })?;
        Ok(marks.collect::<Result<_, _>>()?)
    }
}

/// Whether a mark makes sense in a session of this length.
fn check(mark: &Mark, length_ms: Option<u64>) -> Result<(), ProjectError> {
    let bad = |text: String| Err(ProjectError::BadMark(text));
    let latest = mark.until_ms.unwrap_or(mark.at_ms);
    if latest < mark.at_ms {
        return bad("the mark ends before it begins; swap its times".to_owned());
    }
    if let Some(length) = length_ms.filter(|length| latest > *length) {
        return bad(format!(
            "the mark is at {}, and the session ends at {}; say a time within it",
            clock(latest),
            clock(length)
        ));
    }
    match (mark.kind, mark.value) {
        (MarkKind::Rating, Some(value)) if (0.0..=10.0).contains(&value) => Ok(()),
        (MarkKind::Rating, _) => bad("a self-report is a number from 0 to 10".to_owned()),
        (MarkKind::Rest, _) if mark.until_ms.is_none_or(|until| until - mark.at_ms < 5000) => {
            bad("a rest needs a start and an end, at least 5 seconds apart".to_owned())
        }
        _ => Ok(()),
    }
}

/// Minutes and seconds: `12:05`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(kind: MarkKind, at_ms: u64) -> Mark {
        Mark { kind, at_ms, until_ms: None, value: None, text: String::new() }
    }

    #[test]
    fn marks_that_make_no_sense_are_refused() {
        let length = Some(60_000);
        assert!(check(&mark(MarkKind::Marker, 60_000), length).is_ok());
        assert!(check(&mark(MarkKind::Marker, 60_001), length).is_err());
        assert!(check(&mark(MarkKind::Marker, 99_000), None).is_ok(), "it is still recorded");
        let rating = |value| Mark { value, ..mark(MarkKind::Rating, 0) };
        assert!(check(&rating(Some(10.0)), length).is_ok());
        for value in [None, Some(-1.0), Some(10.5), Some(f64::NAN)] {
            assert!(check(&rating(value), length).is_err(), "{value:?}");
        }
        let rest = Mark { until_ms: Some(4_000), ..mark(MarkKind::Rest, 5_000) };
        assert!(check(&rest, length).is_err());
        assert!(check(&Mark { until_ms: Some(10_000), ..rest }, length).is_ok());
    }
}
