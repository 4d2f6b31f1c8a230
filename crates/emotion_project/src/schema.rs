//! The database and its versions.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::ProjectError;

/// Marks the file as the database of a project: "emop".
const APPLICATION_ID: i64 = 0x656d_6f70;

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// Each brings a database from the version of its index to the next one.
const MIGRATIONS: [&str; 2] = [include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// The version that this program writes.
pub const VERSION: i64 = MIGRATIONS.len() as i64;

/// Makes a database in a new file.
pub fn create(path: &Path) -> Result<Connection, ProjectError> {
    let mut db = Connection::open(path)?;
    db.pragma_update(None, "application_id", APPLICATION_ID)?;
    prepare(&db)?;
    migrate(&mut db)?;
    Ok(db)
}

/// Opens a database, and brings it to this program's version.
pub fn open(path: &Path) -> Result<Connection, ProjectError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(PATIENCE)?;
    let not_ours = |_| ProjectError::NotADatabase { path: path.to_owned() };
    let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let id = match number("application_id") {
        Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::NotADatabase) => {
            return Err(not_ours(()));
        }
        id => id?,
    };
    if id != APPLICATION_ID {
        return Err(not_ours(()));
    }
    let found = number("user_version")?;
    if found > VERSION {
        return Err(ProjectError::Newer { found, known: VERSION });
    }
    prepare(&db)?;
    migrate(&mut db)?;
    Ok(db)
}

fn prepare(db: &Connection) -> Result<(), ProjectError> {
    db.busy_timeout(PATIENCE)?;
    db.pragma_update(None, "journal_mode", "wal")?;
    // What was committed survives a power cut.
    db.pragma_update(None, "synchronous", "full")?;
    // What is deleted is overwritten.
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "foreign_keys", true)?;
    // Nothing of a person in temporary files.
    db.pragma_update(None, "temp_store", "memory")?;
    Ok(())
}

fn migrate(db: &mut Connection) -> Result<(), ProjectError> {
    let found: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (migration, version) in MIGRATIONS.iter().zip(1..).skip(usize::try_from(found).unwrap_or(0))
    {
        let transaction = db.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_database_is_refused_and_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("project.db");
        let db = create(&path).unwrap();
        db.pragma_update(None, "user_version", VERSION + 1).unwrap();
        drop(db);
        let before = std::fs::read(&path).unwrap();
        let error = open(&path).unwrap_err();
        assert!(matches!(error, ProjectError::Newer { .. }), "{error}");
        assert!(error.to_string().contains("use a newer program"));
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }

    #[test]
    fn an_older_database_is_brought_up_to_date_and_keeps_what_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("project.db");
        let db = Connection::open(&path).unwrap();
        db.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        db.execute_batch(MIGRATIONS[0]).unwrap();
        db.pragma_update(None, "user_version", 1).unwrap();
        db.execute("INSERT INTO person (pseudonym, tag, added_at) VALUES ('heron', 't', 1)", [])
            .unwrap();
        drop(db);
        let db = open(&path).unwrap();
        let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
        let count = |table: &str| -> i64 {
            db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!((version, count("person"), count("study")), (VERSION, 1, 0));
    }

    #[test]
    fn other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("project.db");
        std::fs::write(&path, b"something else, which is long enough to have a header of its own")
            .unwrap();
        assert!(matches!(open(&path), Err(ProjectError::NotADatabase { .. })));
        std::fs::remove_file(&path).unwrap();
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE other (id)").unwrap();
        assert!(matches!(open(&path), Err(ProjectError::NotADatabase { .. })));
    }
}
