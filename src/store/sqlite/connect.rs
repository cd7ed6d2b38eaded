//! Opening the file: made where it is missing, refused where it is not ours, hardened against what
//! it may hold.

use super::Place;
use super::failure::{classify, is_busy};
use super::schema::{self, Refused};
use crate::store::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// The largest text or blob that is read or written, in bytes: a sample of two million values.
const MAX_VALUE_BYTES: i32 = 16 << 20;

/// Opens, checks and migrates the file of a store.
pub(super) fn connect(place: &Place, migrations: &[&str]) -> Result<Connection, StoreError> {
    let failed = |error| classify(place, error);
    let in_system = |error| StoreError::of_io(place.path.clone(), error);
    // Absolute, since SQLite takes `:memory:` and the empty path for databases that vanish.
    let path = std::path::absolute(&place.path).map_err(in_system)?;
    match fs::metadata(&path) {
        Ok(found) if found.is_dir() => {
            return Err(StoreError::Directory { path: place.path.clone() });
        }
        // Opening a pipe or device could block for ever.
        Ok(found) if !found.is_file() => {
            return Err(StoreError::NotADatabase { path: place.path.clone() });
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            path.parent().map_or(Ok(()), make_directory).map_err(in_system)?;
        }
        Err(error) => return Err(in_system(error)),
    }
    // No SQLITE_OPEN_URI: a file may be called `file:x?mode=memory`.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&path, flags).map_err(failed)?;
    harden(&connection, place.patience).map_err(failed)?;
    schema::migrate(&mut connection, migrations).map_err(|refused| match refused {
        Refused::Foreign => StoreError::Foreign { path: place.path.clone() },
        Refused::Newer { found, known } => {
            StoreError::Newer { path: place.path.clone(), found, known }
        }
        Refused::Sqlite(error) => failed(error),
    })?;
    if connection.is_readonly(rusqlite::MAIN_DB).map_err(failed)? {
        return Err(in_system(ErrorKind::PermissionDenied.into()));
    }
    make_durable(&connection, place.patience).map_err(failed)?;
    Ok(connection)
}

/// Makes what is missing of a directory, and makes that last.
fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let parent = directory.parent();
    parent.map_or(Ok(()), make_directory)?;
    match fs::create_dir(directory) {
        Ok(()) if directory.ends_with(".pacegate") => ignore_all(directory)?,
        Ok(()) => {}
        // Another process was faster.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && directory.is_dir() => {}
        Err(error) => return Err(error),
    }
    parent.map_or(Ok(()), sync_directory)
}

/// Keeps git from seeing anything in a directory.
fn ignore_all(directory: &Path) -> io::Result<()> {
    File::create_new(directory.join(".gitignore"))?.write_all(b"*\n")
}

/// Without this, a directory that was just made may be gone after a power loss, and the store
/// with it. Other systems do not open directories, and journal their names themselves.
fn sync_directory(directory: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}

/// Lets nothing in the file do more than hold data, and nothing be written until the file is known
/// to be ours.
fn harden(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.busy_timeout(patience)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    for (option, on) in [
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
    ] {
        connection.set_db_config(option, on)?;
    }
    connection.pragma_update(None, "cell_size_check", true)
}

/// Makes every commit outlast a power loss. Where the file system has no shared memory SQLite
/// keeps its rollback journal, which is slower and as safe.
fn make_durable(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Apple's fsync leaves data in the disk's cache; elsewhere this does nothing.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    let deadline = Instant::now() + patience;
    loop {
        // SQLite does not wait by itself here, where waiting could be for ever.
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(5));
            }
            switched => return switched,
        }
    }
}
