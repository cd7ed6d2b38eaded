//! What SQLite's errors mean to the user.

use super::Place;
use crate::store::StoreError;
use rusqlite::{Error, ErrorCode, ffi};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The error of a store for an error of its database.
pub(super) fn classify(place: &Place, error: Error) -> StoreError {
    let path = place.path.clone();
    let Some(code) = error.sqlite_error().copied() else {
        return if is_content(&error) {
            StoreError::Corrupt { path, source: error.into() }
        } else {
            StoreError::Backend { path, source: error.into() }
        };
    };
    if is_out_of_room(code) {
        return StoreError::Full { path, source: error.into() };
    }
    match code.code {
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::FileLockingProtocolFailed => {
            StoreError::Locked { path, waited: place.patience, source: error.into() }
        }
        ErrorCode::NotADatabase => StoreError::NotADatabase { path },
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => {
            StoreError::ReadOnly { path, source: error.into() }
        }
        ErrorCode::CannotOpen => match probe(&path) {
            Ok(()) => StoreError::Inaccessible { path, source: error.into() },
            Err(cause) => StoreError::of_io(path, cause),
        },
        // Our statements are fixed, so one that is refused means tables that are not ours.
        ErrorCode::DatabaseCorrupt
        | ErrorCode::SchemaChanged
        | ErrorCode::TooBig
        | ErrorCode::TypeMismatch
        | ErrorCode::Unknown => StoreError::Corrupt { path, source: error.into() },
        _ => StoreError::Backend { path, source: error.into() },
    }
}

/// Whether another connection is in the way.
pub(super) fn is_busy(error: &Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Whether there was no room. SQLite knows a full disk, but not a quota or a limit on file sizes,
/// which it reports as a write that failed.
fn is_out_of_room(error: ffi::Error) -> bool {
    error.code == ErrorCode::DiskFull
        || matches!(error.extended_code, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE)
}

/// Whether a row or a table is not as pacegate writes it.
fn is_content(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..)
            | Error::SqlInputError { .. }
    )
}

/// Asks the system why SQLite could not make a file beside the store, which SQLite does not tell.
fn probe(store: &Path) -> io::Result<()> {
    let name = format!(".pacegate-probe-{}", std::process::id());
    let probe = store.with_file_name(name);
    File::create_new(&probe)?;
    fs::remove_file(probe)
}
