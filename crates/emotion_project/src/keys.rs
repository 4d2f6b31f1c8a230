//! A key for each person, where readings are encrypted.
//!
//! Backups of `raw/` are of no use without `keys/`, which is backed up elsewhere or not at all: whoever removes
//! a key erases all copies of what was encrypted for it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::ProjectError;
use crate::seal::{self, Identity};

/// The file of a person's key.
pub fn path(folder: &Path, person: i64) -> PathBuf {
    folder.join("keys").join(format!("P{person:04}.key"))
}

/// Makes a person's key.
pub fn create(folder: &Path, person: i64) -> Result<(), ProjectError> {
    let path = path(folder, person);
    let text = seal::generate()?;
    let mut options = fs::OpenOptions::new();
    // A file of that name is of a person whose addition failed: numbers are not used twice.
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let write = || {
        let mut file = options.open(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(ProjectError::at(&path))
}

/// A person's key.
pub fn load(folder: &Path, person: i64) -> Result<Identity, ProjectError> {
    let path = path(folder, person);
    let unusable = || ProjectError::Key { path: path.clone() };
    let text = fs::read_to_string(&path).map_err(|_| unusable())?;
    seal::parse(&text)?.ok_or_else(unusable)
}
