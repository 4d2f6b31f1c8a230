//! The folder of a project.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use rand::TryRng;
use rusqlite::{Connection, params};

use crate::retention::DEFAULT_RETENTION_DAYS;
use crate::{Exemption, ProjectError, Purpose, audit, now, schema};

/// A project that is open.
pub struct Project {
    pub(crate) folder: PathBuf,
    pub(crate) db: Connection,
    settings: Settings,
}

/// What a new project is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProject {
    /// Its name, for reports.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Why a forbidden purpose is allowed here.
    pub exemption: Option<Exemption>,
    /// Who answers for it, for notices.
    pub controller: String,
    /// Where to reach them.
    pub contact: String,
    /// After how many days sessions go.
    pub retention_days: u32,
    /// Whether readings are encrypted with a key for each person.
    pub encrypt: bool,
}

impl NewProject {
    /// A project with the usual settings.
    pub fn new(name: impl Into<String>, purpose: Purpose) -> Self {
        Self {
            name: name.into(),
            purpose,
            exemption: None,
            controller: String::new(),
            contact: String::new(),
            retention_days: DEFAULT_RETENTION_DAYS,
            encrypt: false,
        }
    }
}

/// What a project is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Why a forbidden purpose is allowed here.
    pub exemption: Option<Exemption>,
    /// Who answers for it.
    pub controller: String,
    /// Where to reach them.
    pub contact: String,
    /// After how many days sessions go.
    pub retention_days: u32,
    /// Whether readings are encrypted.
    pub is_encrypted: bool,
    /// When it was made, in seconds since 1970.
    pub created_at: i64,
}

/// Held by whoever changes files of the project.
pub(crate) struct Lock {
    _file: File,
}

impl Project {
    /// Makes a project in a folder that is new or empty.
    ///
    /// # Errors
    /// [`ProjectError::Refused`] for what the law forbids; otherwise when the folder is in use or cannot be
    /// written.
    pub fn create(folder: &Path, new: &NewProject) -> Result<Self, ProjectError> {
        new.purpose.check(new.exemption.as_ref())?;
        if new.encrypt && !cfg!(feature = "encrypt") {
            return Err(ProjectError::NoEncryption);
        }
        if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(ProjectError::NotEmpty { folder: folder.to_owned() });
        }
        for name in ["raw", "out", "keys"] {
            private_folder(&folder.join(name))?;
        }
        // Written to another name first: a project that is half made is none.
        let (path, draft) = (folder.join("project.db"), folder.join("project.new"));
        let mut db = schema::create(&draft)?;
        let transaction = db.transaction()?;
        let exemption = new.exemption.as_ref();
        transaction.execute(
            "INSERT INTO project VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                new.name,
                new.purpose.name(),
                exemption.map(|exemption| if exemption.is_medical { "medical" } else { "safety" }),
                exemption.map(|exemption| &exemption.reason),
                new.controller,
                new.contact,
                new.retention_days.max(1),
                new.encrypt,
                now()
            ],
        )?;
        audit::log(&transaction, "project made", "", new.purpose.name())?;
        transaction.commit()?;
        db.close().map_err(|(_, error)| error)?;
        fs::rename(&draft, &path).map_err(ProjectError::at(&path))?;
        Self::open(folder)
    }

    /// Opens a project, and finishes erasures that were cut off.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, ProjectError> {
        let path = folder.join("project.db");
        if !path.is_file() {
            return Err(ProjectError::NoProject { folder: folder.to_owned() });
        }
        let db = schema::open(&path)?;
        let settings = settings(&db)?;
        let mut project = Self { folder: folder.to_owned(), db, settings };
        project.finish_erasures()?;
        Ok(project)
    }

    /// What it is.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The folder for reports and exports of a person.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn out_folder(&self, pseudonym: &str) -> Result<PathBuf, ProjectError> {
        let folder = self.folder.join("out").join(pseudonym);
        private_folder(&folder)?;
        Ok(folder)
    }

    /// Sets after how many days sessions go.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn set_retention(&mut self, days: u32) -> Result<(), ProjectError> {
        let days = days.max(1);
        let transaction = self.db.transaction()?;
        transaction.execute("UPDATE project SET retention_days = ?", [days])?;
        audit::log(&transaction, "retention set", "", &format!("{days} days"))?;
        transaction.commit()?;
        self.settings.retention_days = days;
        Ok(())
    }

    /// Keeps other programs from changing the project's files.
    pub(crate) fn lock(&self) -> Result<Lock, ProjectError> {
        let path = self.folder.join("project.lock");
        let file = File::create(&path).map_err(ProjectError::at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(ProjectError::Busy),
            Err(TryLockError::Error(error)) => Err(ProjectError::at(&path)(error)),
        }
    }
}

fn settings(db: &Connection) -> Result<Settings, ProjectError> {
    let (purpose, settings): (String, _) = db.query_row(
        "SELECT name, purpose, exemption, reason, controller, contact, retention_days, is_encrypted, \
         created_at FROM project",
        [],
        |row| {
            let exemption: Option<String> = row.get(2)?;
            let reason: Option<String> = row.get(3)?;
            let exemption = exemption.map(|kind| Exemption {
                is_medical: kind == "medical",
                reason: reason.unwrap_or_default(),
            });
            let settings = Settings {
                name: row.get(0)?,
                purpose: Purpose::Research,
                exemption,
                controller: row.get(4)?,
                contact: row.get(5)?,
                retention_days: row.get(6)?,
                is_encrypted: row.get(7)?,
                created_at: row.get(8)?,
            };
            Ok((row.get(1)?, settings))
        },
    )?;
    Ok(Settings { purpose: purpose.parse()?, ..settings })
}

/// Makes a folder that only its owner may read, where the system knows owners.
pub(crate) fn private_folder(folder: &Path) -> Result<(), ProjectError> {
    fs::create_dir_all(folder).map_err(ProjectError::at(folder))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = fs::Permissions::from_mode(0o700);
        fs::set_permissions(folder, permissions).map_err(ProjectError::at(folder))?;
    }
    Ok(())
}

/// A random name: 128 bits as text.
pub(crate) fn random_tag() -> Result<String, ProjectError> {
    let mut bytes = [0; 16];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(|_| ProjectError::NoRandom)?;
    Ok(audit::hex(&bytes))
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use tempfile::TempDir;

    /// An empty project.
    pub fn project(encrypt: bool) -> (TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        let new = NewProject { encrypt, ..NewProject::new("test", Purpose::Research) };
        let project = Project::create(&folder.path().join("p"), &new).unwrap();
        (folder, project)
    }

    #[test]
    fn what_was_set_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let exemption =
            Exemption { is_medical: false, reason: "drivers who fall asleep".to_owned() };
        let new = NewProject {
            exemption: Some(exemption.clone()),
            retention_days: 30,
            ..NewProject::new("trains", Purpose::Workplace)
        };
        drop(Project::create(folder.path(), &new).unwrap());
        let project = Project::open(folder.path()).unwrap();
        assert_eq!(project.settings().exemption.as_ref(), Some(&exemption));
        assert_eq!(project.settings().purpose, Purpose::Workplace);
        assert_eq!(project.settings().retention_days, 30);
    }

    #[test]
    fn a_folder_in_use_and_one_without_a_project_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(matches!(Project::open(folder.path()), Err(ProjectError::NoProject { .. })));
        fs::write(folder.path().join("thesis.txt"), "mine").unwrap();
        let new = NewProject::new("x", Purpose::Art);
        let refused = Project::create(folder.path(), &new);
        assert!(matches!(refused, Err(ProjectError::NotEmpty { .. })));
        let forbidden = NewProject::new("x", Purpose::Education);
        let nowhere = folder.path().join("never");
        assert!(matches!(Project::create(&nowhere, &forbidden), Err(ProjectError::Refused(_))));
        assert!(!nowhere.exists());
    }

    #[test]
    fn a_locked_database_is_said() {
        let (_folder, mut project) = project(false);
        let other = Connection::open(project.folder().join("project.db")).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        project.db.busy_timeout(std::time::Duration::ZERO).unwrap();
        let error = project.add_person("p1").unwrap_err();
        assert!(matches!(error, ProjectError::Locked), "{error}");
        other.execute_batch("ROLLBACK").unwrap();
        project.add_person("p1").unwrap();
    }

    #[test]
    fn a_full_disk_is_said_and_loses_nothing() {
        let (_folder, mut project) = project(false);
        project.add_person("p1").unwrap();
        let pages: i64 =
            project.db.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        project.db.pragma_update(None, "max_page_count", pages).unwrap();
        let form = "f".repeat(100_000);
        let error = project.give_consent("p1", &form, now()).unwrap_err();
        assert!(matches!(error, ProjectError::DiskFull), "{error}");
        project.db.pragma_update(None, "max_page_count", 1_000_000).unwrap();
        project.give_consent("p1", &form, now()).unwrap();
        project.verify_audit().unwrap();
    }
}
