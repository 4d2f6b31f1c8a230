//! What can go wrong with a project.

use std::io;
use std::path::{Path, PathBuf};

use emotion_store::RecordingError;

use crate::purpose::Refused;

/// Why something could not be done in a project.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// The purpose is not allowed.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// There is something in the folder already.
    #[error("{} is not empty; choose a new folder for the project", folder.display())]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
    },
    /// There is no project in the folder.
    #[error("{} is no project: it has no project.db; check the path, or make a new project", folder.display())]
    NoProject {
        /// The folder.
        folder: PathBuf,
    },
    /// `project.db` is something else.
    #[error("{} is not the database of a project; restore it from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of the program made the database.
    #[error(
        "the project's database has version {found}, and this program knows versions up to {known}; \
         use a newer program. Nothing was changed"
    )]
    Newer {
        /// The version of the database.
        found: i64,
        /// The newest version that is known.
        known: i64,
    },
    /// Another program holds the database.
    #[error("the project is locked by another program that writes to it; wait until that is done")]
    Locked,
    /// Another import or recording runs.
    #[error("another program records, imports or erases in this project; wait until that is done")]
    Busy,
    /// The disk is full.
    #[error(
        "the disk is full; make room and do it again. What was stored before is safe, and an import goes \
         on from there"
    )]
    DiskFull,
    /// The database fails otherwise.
    #[error("the project's database fails: {0}; check the disk, or restore it from a backup")]
    Database(#[source] rusqlite::Error),
    /// A file of the project cannot be read or written.
    #[error("{} cannot be read or written: {error}; check the folder and its permissions", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error.
        error: io::Error,
    },
    /// A recording cannot be read or written.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// There is no such person.
    #[error("there is nobody with the pseudonym \"{0}\" in this project; add the person first")]
    NoPerson(String),
    /// The pseudonym is taken.
    #[error("there is a person with the pseudonym \"{0}\" already; choose another one")]
    PersonExists(String),
    /// The pseudonym cannot be used.
    #[error(
        "\"{0}\" cannot be a pseudonym; use 1 to 32 letters, digits, '-' or '_', beginning with a letter or \
         digit, and nobody's name"
    )]
    BadPseudonym(String),
    /// The person has not agreed, or not any more.
    #[error(
        "{person} has not agreed to this{since}; nothing is recorded, imported or reported of them. Ask \
         them, and write down their consent"
    )]
    NoConsent {
        /// The pseudonym.
        person: String,
        /// Since when, if it was withdrawn.
        since: String,
    },
    /// There is no such session.
    #[error("there is no session {0} in this project; list the sessions")]
    NoSession(i64),
    /// Sessions of a person at the same time.
    #[error(
        "the session would overlap with session {other} of {person}, {when}; one person has one session at \
         a time. Check when it began"
    )]
    Overlap {
        /// The pseudonym.
        person: String,
        /// The session that is there.
        other: i64,
        /// When that is.
        when: String,
    },
    /// The clock cannot be right.
    #[error("the session would begin {when}, which cannot be right ({why}); say when it began")]
    Clock {
        /// When it would begin.
        when: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The session is longer than a day.
    #[error(
        "the session is longer than a day, which cannot be right; check the times of its source"
    )]
    TooLong,
    /// Something that is said of a session does not fit.
    #[error("{0}")]
    BadMark(String),
    /// There is no such study.
    #[error("there is no study \"{0}\" in this project; list the studies, or make it")]
    NoStudy(String),
    /// The study is there already.
    #[error("there is a study \"{0}\" already; choose another name")]
    StudyExists(String),
    /// A study cannot be like this.
    #[error("{0}")]
    BadStudy(String),
    /// The person has seen the film.
    #[error(
        "{person} is a viewer of {study} already, in session {session}; remove that session first if it was a \
         mistake. Who sees a film again is no new viewer"
    )]
    SeenAlready {
        /// The pseudonym.
        person: String,
        /// The study.
        study: String,
        /// The session that is there.
        session: i64,
    },
    /// There are too few viewers to show anything.
    #[error(
        "{study} has {viewers} viewers whose recordings can be used, and nothing is shown of fewer than five: it \
         would be about persons, not about an audience. Add viewers{left_out}"
    )]
    TooFewViewers {
        /// The study.
        study: String,
        /// How many there are.
        viewers: usize,
        /// Who is not counted, and why.
        left_out: String,
    },
    /// There is nothing to report.
    #[error("{0} has no session that could be reported; record or import one first")]
    NothingToReport(String),
    /// The program was built without encryption.
    #[error(
        "this program was built without encryption; use one that was built with the feature `encrypt`"
    )]
    NoEncryption,
    /// A key is missing or damaged.
    #[error("{} is no usable key; the encrypted readings cannot be read without it", path.display())]
    Key {
        /// The file of the key.
        path: PathBuf,
    },
    /// An encrypted file cannot be decrypted.
    #[error("{} cannot be decrypted: {reason}; restore it from a backup", path.display())]
    Sealed {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The audit log was changed.
    #[error(
        "the audit log was changed: entry {seq} does not follow from those before it; compare it with a backup"
    )]
    AuditBroken {
        /// The first entry that is wrong.
        seq: i64,
    },
    /// The system gives no random numbers.
    #[error("the system gives no random numbers; nothing was changed")]
    NoRandom,
}

impl ProjectError {
    /// For failures at a file or folder: `.map_err(ProjectError::at(path))`.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| match error.kind() {
            io::ErrorKind::StorageFull => Self::DiskFull,
            _ => Self::File { path: path.to_owned(), error },
        }
    }
}

impl From<rusqlite::Error> for ProjectError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        match error.sqlite_error_code() {
            Some(DatabaseBusy | DatabaseLocked) => Self::Locked,
            Some(DiskFull) => Self::DiskFull,
            _ => Self::Database(error),
        }
    }
}
